namespace Tauten.Distributions;

/// <summary>Sums of waiting times, density rate^a x^(a-1) exp(-rate x) / gamma(a) for x > 0.</summary>
/// <example><code>
/// var distribution = new Gamma(Tensor.From(2f), Tensor.From(1f));
/// Console.WriteLine(distribution.Mean);    // 2
/// Console.WriteLine(distribution.LogProb(Tensor.From([1f, 2])));    // [-1.0000, -1.3069]
/// </code></example>
public class Gamma : Distribution
{
    /// <summary>Gamma distributions with the given shape parameters and rates, broadcast.</summary>
    public Gamma(Tensor concentration, Tensor rate) : base(Shape.Broadcast(concentration.Shape, rate.Shape, "Gamma"), []) => (Concentration, Rate) = Together(concentration, rate, "Gamma");

    /// <summary>The shape parameter.</summary>
    public Tensor Concentration { get; }

    /// <summary>The inverse of the scale.</summary>
    public Tensor Rate { get; }

    /// <inheritdoc/>
    public override bool IsReparameterized => true;

    /// <inheritdoc/>
    public override Tensor Mean => Concentration / Rate;

    /// <inheritdoc/>
    public override Tensor Mode => (Concentration - 1).Relu() / Rate;

    /// <inheritdoc/>
    public override Tensor Variance => Concentration / Rate.Square();

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator) => Tensor.StandardGamma(Concentration.BroadcastTo(Extended(shape)).Contiguous(), generator) / Rate;

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value) => Concentration.Xlogy(Rate) + (Concentration - 1).Xlogy(value) - Rate * value - Concentration.Lgamma();

    /// <inheritdoc/>
    public override Tensor Cdf(Tensor value) => Special.Gammainc(Concentration, Rate * value);

    /// <inheritdoc/>
    public override Tensor Entropy() => Concentration - Rate.Log() + Concentration.Lgamma() + (1 - Concentration) * Concentration.Digamma();

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new Gamma(Concentration.BroadcastTo(batchShape), Rate.BroadcastTo(batchShape));
}

/// <summary>The sum of the squares of as many normal numbers as there are degrees of freedom.</summary>
/// <example><code>
/// var distribution = new Chi2(Tensor.From(4f));
/// Console.WriteLine(distribution.Mean);    // 4
/// Console.WriteLine(distribution.LogProb(Tensor.From([1f, 2])));    // [-1.8863, -1.6931]
/// </code></example>
public sealed class Chi2(Tensor degreesOfFreedom) : Gamma(degreesOfFreedom / 2, Tensor.Constant(0.5, degreesOfFreedom.Spec))
{
    /// <summary>How many squares are added.</summary>
    public Tensor DegreesOfFreedom => degreesOfFreedom;

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new Chi2(degreesOfFreedom.BroadcastTo(batchShape));
}

/// <summary>The distribution of 1 / x for a gamma-distributed x.</summary>
/// <example><code>
/// var distribution = new InverseGamma(Tensor.From(3f), Tensor.From(1f));
/// Console.WriteLine(distribution.Mean);    // 0.5000
/// Console.WriteLine(distribution.LogProb(Tensor.From([0.5f, 1])));    // [ 0.0794, -1.6931]
/// </code></example>
public sealed class InverseGamma : TransformedDistribution
{
    readonly Gamma gamma;

    /// <summary>Inverses of gamma-distributed numbers with the given shape parameters and rates, broadcast.</summary>
    public InverseGamma(Tensor concentration, Tensor rate) : this(new Gamma(concentration, rate)) { }

    InverseGamma(Gamma gamma) : base(gamma, new PowerTransform(-1)) => this.gamma = gamma;

    /// <summary>The shape parameter.</summary>
    public Tensor Concentration => gamma.Concentration;

    /// <summary>The scale.</summary>
    public Tensor Rate => gamma.Rate;

    /// <inheritdoc/>
    public override Tensor Mean => Tensor.Where(Concentration > 1, Rate / (Concentration - 1), double.PositiveInfinity);

    /// <inheritdoc/>
    public override Tensor Mode => Rate / (Concentration + 1);

    /// <inheritdoc/>
    public override Tensor Variance => Tensor.Where(Concentration > 2, Rate.Square() / ((Concentration - 1).Square() * (Concentration - 2)), double.PositiveInfinity);

    /// <inheritdoc/>
    public override Tensor Entropy() => Concentration + Rate.Log() + Concentration.Lgamma() - (1 + Concentration) * Concentration.Digamma();

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new InverseGamma((Gamma)gamma.Expand(batchShape));
}

/// <summary>Proportions that add up to 1, density proportional to the product of x[i]^(a[i] - 1); the last axis of the parameters is that of a value.</summary>
/// <example><code>
/// var distribution = new Dirichlet(Tensor.From([1f, 2, 3]));
/// Console.WriteLine(distribution.Mean);    // [0.1667, 0.3333, 0.5000]
/// Console.WriteLine(distribution.LogProb(Tensor.From([0.2f, 0.3f, 0.5f])));    // 1.5041
/// </code></example>
public sealed class Dirichlet : Distribution
{
    /// <summary>Dirichlet distributions with the given parameters [.. batch, size].</summary>
    public Dirichlet(Tensor concentration) : base(Split(concentration).Batch, Split(concentration).Event) => Concentration = concentration;

    static (Shape Batch, Shape Event) Split(Tensor x) => x.Rank > 0 ? ([.. x.Shape.Take(x.Rank - 1)], [x.Shape[^1]]) : throw new ShapeException($"Dirichlet: expected parameters [.. batch, size]. Received: shape {x.Shape}.");

    /// <summary>The parameters.</summary>
    public Tensor Concentration { get; }

    /// <inheritdoc/>
    public override bool IsReparameterized => true;

    /// <inheritdoc/>
    public override Tensor Mean => Concentration / Concentration.Sum(-1, keepDims: true);

    /// <inheritdoc/>
    public override Tensor Variance
    {
        get
        {
            var sum = Concentration.Sum(-1, keepDims: true);
            return Concentration * (sum - Concentration) / (sum.Square() * (sum + 1));
        }
    }

    /// <inheritdoc/>
    public override Tensor Mode
    {
        get
        {
            var excess = (Concentration - 1).Relu();
            var mode = excess / excess.Sum(-1, keepDims: true);
            // All of it at the largest parameter where none exceeds 1.
            var corner = Concentration.ArgMax(-1).OneHot(Concentration.Shape[^1].Value, Concentration.DType);
            return Tensor.Where((Concentration < 1).All(-1, keepDims: true), corner, mode);
        }
    }

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator)
    {
        var parts = Tensor.StandardGamma(Concentration.BroadcastTo(Extended(shape)).Contiguous(), generator);
        return parts / parts.Sum(-1, keepDims: true);
    }

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value) => (Concentration - 1).Xlogy(value).Sum(-1) + Concentration.Sum(-1).Lgamma() - Concentration.Lgamma().Sum(-1);

    /// <inheritdoc/>
    public override Tensor Entropy()
    {
        var sum = Concentration.Sum(-1);
        return Concentration.Lgamma().Sum(-1) - sum.Lgamma() - ((double)Concentration.Shape[^1].Value - sum) * sum.Digamma() - ((Concentration - 1) * Concentration.Digamma()).Sum(-1);
    }

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new Dirichlet(Concentration.BroadcastTo([.. batchShape, .. EventShape]));
}

/// <summary>Proportions in (0, 1), density proportional to x^(a-1) (1-x)^(b-1).</summary>
/// <example><code>
/// var distribution = new Beta(Tensor.From(2f), Tensor.From(3f));
/// Console.WriteLine(distribution.Mean);    // 0.4000
/// Console.WriteLine(distribution.LogProb(Tensor.From([0.2f, 0.5f])));    // [0.4292, 0.4055]
/// </code></example>
public sealed class Beta : Distribution
{
    readonly Dirichlet dirichlet;

    /// <summary>Beta distributions with the given parameters a and b, broadcast.</summary>
    public Beta(Tensor concentration1, Tensor concentration0) : base(Shape.Broadcast(concentration1.Shape, concentration0.Shape, "Beta"), [])
    {
        (Concentration1, Concentration0) = Together(concentration1, concentration0, "Beta");
        dirichlet = new(Tensor.Stack([Concentration1, Concentration0], -1));
    }

    /// <summary>a.</summary>
    public Tensor Concentration1 { get; }

    /// <summary>b.</summary>
    public Tensor Concentration0 { get; }

    /// <inheritdoc/>
    public override bool IsReparameterized => true;

    /// <inheritdoc/>
    public override Tensor Mean => Concentration1 / (Concentration1 + Concentration0);

    /// <inheritdoc/>
    public override Tensor Mode => dirichlet.Mode.Select(-1, 0);

    /// <inheritdoc/>
    public override Tensor Variance
    {
        get
        {
            var sum = Concentration1 + Concentration0;
            return Concentration1 * Concentration0 / (sum.Square() * (sum + 1));
        }
    }

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator) => dirichlet.RSample(shape, generator).Select(-1, 0);

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value) => dirichlet.LogProb(Tensor.Stack([value, 1 - value], -1));

    /// <inheritdoc/>
    public override Tensor Entropy() => dirichlet.Entropy();

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new Beta(Concentration1.BroadcastTo(batchShape), Concentration0.BroadcastTo(batchShape));
}

/// <summary>A normal number divided by the root of an independent chi-squared one over its degrees of freedom, moved and scaled.</summary>
/// <example><code>
/// var distribution = new StudentT(Tensor.From(3f), Tensor.From(0f), Tensor.From(1f));
/// Console.WriteLine(distribution.Variance);    // 3
/// Console.WriteLine(distribution.LogProb(Tensor.From([0f, 2])));    // [-1.0009, -2.6955]
/// </code></example>
public sealed class StudentT : Distribution
{
    /// <summary>Student's distributions with the given degrees of freedom, places and widths, broadcast.</summary>
    public StudentT(Tensor degreesOfFreedom, Tensor location, Tensor scale)
        : base(Shape.Broadcast(Shape.Broadcast(degreesOfFreedom.Shape, location.Shape, "StudentT"), scale.Shape, "StudentT"), []) =>
        (DegreesOfFreedom, Location, Scale) = Together(degreesOfFreedom, location, scale, "StudentT");

    /// <summary>The degrees of freedom.</summary>
    public Tensor DegreesOfFreedom { get; }

    /// <summary>The place of the peak.</summary>
    public Tensor Location { get; }

    /// <summary>The width.</summary>
    public Tensor Scale { get; }

    /// <inheritdoc/>
    public override bool IsReparameterized => true;

    /// <inheritdoc/>
    public override Tensor Mean => Tensor.Where(DegreesOfFreedom > 1, Location, double.NaN);

    /// <inheritdoc/>
    public override Tensor Mode => Location;

    /// <inheritdoc/>
    public override Tensor Variance => Tensor.Where(
        DegreesOfFreedom > 2, Scale.Square() * DegreesOfFreedom / (DegreesOfFreedom - 2), Tensor.Where(DegreesOfFreedom > 1, Tensor.Constant(double.PositiveInfinity, Scale.Spec), double.NaN));

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator)
    {
        var normal = Tensor.Randn(Extended(shape), Location.DType, generator);
        var chi2 = new Chi2(DegreesOfFreedom).RSample(shape, generator);
        return Location + Scale * normal * (chi2 / DegreesOfFreedom).Rsqrt();
    }

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value)
    {
        var z = (value - Location) / Scale;
        return -(DegreesOfFreedom + 1) / 2 * (z.Square() / DegreesOfFreedom).Log1p() - Scale.Log() - (DegreesOfFreedom * Math.PI).Log() / 2
            - (DegreesOfFreedom / 2).Lgamma() + ((DegreesOfFreedom + 1) / 2).Lgamma();
    }

    /// <inheritdoc/>
    public override Tensor Entropy()
    {
        Tensor half = DegreesOfFreedom / 2, more = (DegreesOfFreedom + 1) / 2;
        var logBeta = half.Lgamma() + 0.5 * Math.Log(Math.PI) - more.Lgamma();
        return Scale.Log() + more * (more.Digamma() - half.Digamma()) + DegreesOfFreedom.Log() / 2 + logBeta;
    }

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new StudentT(DegreesOfFreedom.BroadcastTo(batchShape), Location.BroadcastTo(batchShape), Scale.BroadcastTo(batchShape));
}

/// <summary>The ratio of two independent chi-squared numbers, each over its degrees of freedom.</summary>
/// <example><code>
/// var distribution = new FisherSnedecor(Tensor.From(5f), Tensor.From(6f));
/// Console.WriteLine(distribution.Mean);    // 1.5000
/// Console.WriteLine(distribution.LogProb(Tensor.From([0.5f, 1])));    // [-0.4312, -0.8096]
/// </code></example>
public sealed class FisherSnedecor : Distribution
{
    /// <summary>F distributions with the given degrees of freedom of numerator and denominator, broadcast.</summary>
    public FisherSnedecor(Tensor numerator, Tensor denominator) : base(Shape.Broadcast(numerator.Shape, denominator.Shape, "FisherSnedecor"), []) =>
        (Numerator, Denominator) = Together(numerator, denominator, "FisherSnedecor");

    /// <summary>The degrees of freedom of the numerator.</summary>
    public Tensor Numerator { get; }

    /// <summary>The degrees of freedom of the denominator.</summary>
    public Tensor Denominator { get; }

    /// <inheritdoc/>
    public override bool IsReparameterized => true;

    /// <inheritdoc/>
    public override Tensor Mean => Tensor.Where(Denominator > 2, Denominator / (Denominator - 2), double.NaN);

    /// <inheritdoc/>
    public override Tensor Mode => Tensor.Where(Numerator > 2, (Numerator - 2) / Numerator * Denominator / (Denominator + 2), double.NaN);

    /// <inheritdoc/>
    public override Tensor Variance => Tensor.Where(
        Denominator > 4, 2 * Denominator.Square() * (Numerator + Denominator - 2) / (Numerator * (Denominator - 2).Square() * (Denominator - 4)), double.NaN);

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator)
    {
        var (top, bottom) = (new Gamma(Numerator / 2, Numerator / 2).RSample(shape, generator), new Gamma(Denominator / 2, Denominator / 2).RSample(shape, generator));
        return top / bottom;
    }

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value)
    {
        Tensor a = Numerator / 2, b = Denominator / 2, ratio = Numerator / Denominator;
        return (a + b).Lgamma() - a.Lgamma() - b.Lgamma() + a * ratio.Log() + (a - 1) * value.Log() - (a + b) * (ratio * value).Log1p();
    }

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new FisherSnedecor(Numerator.BroadcastTo(batchShape), Denominator.BroadcastTo(batchShape));
}
