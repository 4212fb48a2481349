namespace Tauten.Distributions;

/// <summary>Sizes above a least one, density a s^a / x^(a+1) for x >= s.</summary>
/// <example><code>
/// var distribution = new Pareto(Tensor.From(1f), Tensor.From(3f));
/// Console.WriteLine(distribution.Mean);    // 1.5000
/// Console.WriteLine(distribution.LogProb(Tensor.From([1f, 2])));    // [ 1.0986, -1.6740]
/// </code></example>
public sealed class Pareto : TransformedDistribution
{
    /// <summary>Pareto distributions with the given least values and exponents, broadcast.</summary>
    public Pareto(Tensor scale, Tensor alpha) : this(Together(scale, alpha, "Pareto")) { }

    Pareto((Tensor Scale, Tensor Alpha) p) : base(new Exponential(p.Alpha), new ExpTransform(), new AffineTransform(Tensor.Constant(0, p.Scale.Spec), p.Scale)) => (Scale, Alpha) = p;

    /// <summary>The least value.</summary>
    public Tensor Scale { get; }

    /// <summary>The exponent.</summary>
    public Tensor Alpha { get; }

    /// <inheritdoc/>
    public override Tensor Mean => Tensor.Where(Alpha > 1, Alpha * Scale / (Alpha - 1), double.PositiveInfinity);

    /// <inheritdoc/>
    public override Tensor Mode => Scale;

    /// <inheritdoc/>
    public override Tensor Variance => Tensor.Where(Alpha > 2, Scale.Square() * Alpha / ((Alpha - 1).Square() * (Alpha - 2)), double.PositiveInfinity);

    /// <inheritdoc/>
    public override Tensor Entropy() => (Scale / Alpha).Log() + 1 + Alpha.Reciprocal();

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new Pareto(Scale.BroadcastTo(batchShape), Alpha.BroadcastTo(batchShape));
}

/// <summary>Times to failure, distribution function 1 - exp(-(x / scale)^k).</summary>
/// <example><code>
/// var distribution = new Weibull(Tensor.From(1f), Tensor.From(2f));
/// Console.WriteLine(distribution.Mean);    // 0.8862
/// Console.WriteLine(distribution.LogProb(Tensor.From([0.5f, 1])));    // [-0.2500, -0.3069]
/// </code></example>
public sealed class Weibull : TransformedDistribution
{
    /// <summary>Weibull distributions with the given scales and exponents k, broadcast.</summary>
    public Weibull(Tensor scale, Tensor concentration) : this(Together(scale, concentration, "Weibull")) { }

    Weibull((Tensor Scale, Tensor Concentration) p)
        : base(new Exponential(Tensor.Constant(1, p.Scale.Spec)), new PowerTransform(p.Concentration.Reciprocal()), new AffineTransform(Tensor.Constant(0, p.Scale.Spec), p.Scale)) => (Scale, Concentration) = p;

    /// <summary>The scale.</summary>
    public Tensor Scale { get; }

    /// <summary>The exponent.</summary>
    public Tensor Concentration { get; }

    /// <inheritdoc/>
    public override Tensor Mean => Scale * (1 + Concentration.Reciprocal()).Lgamma().Exp();

    /// <inheritdoc/>
    public override Tensor Mode => Scale * ((Concentration - 1) / Concentration).Relu().Pow(Concentration.Reciprocal());

    /// <inheritdoc/>
    public override Tensor Variance => Scale.Square() * ((1 + 2 / Concentration).Lgamma().Exp() - ((1 + Concentration.Reciprocal()).Lgamma() * 2).Exp());

    /// <inheritdoc/>
    public override Tensor Entropy() => EulerGamma * (1 - Concentration.Reciprocal()) + (Scale / Concentration).Log() + 1;

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new Weibull(Scale.BroadcastTo(batchShape), Concentration.BroadcastTo(batchShape));
}

/// <summary>Proportions in (0, 1), distribution function 1 - (1 - x^a)^b (Kumaraswamy: "A generalized probability density function for double-bounded random processes", 1980).</summary>
/// <example><code>
/// var distribution = new Kumaraswamy(Tensor.From(2f), Tensor.From(2f));
/// Console.WriteLine(distribution.Mean);    // 0.5333
/// Console.WriteLine(distribution.LogProb(Tensor.From([0.2f, 0.5f])));    // [-0.2640,  0.4055]
/// </code></example>
public sealed class Kumaraswamy : TransformedDistribution
{
    /// <summary>Kumaraswamy distributions with the given parameters a and b, broadcast.</summary>
    public Kumaraswamy(Tensor concentration1, Tensor concentration0) : this(Together(concentration1, concentration0, "Kumaraswamy")) { }

    Kumaraswamy((Tensor A, Tensor B) p) : base(
        new Uniform(Tensor.Constant(0, p.A.Spec), Tensor.Constant(1, p.A.Spec)),
        new PowerTransform(p.B.Reciprocal()), new AffineTransform(Tensor.Constant(1, p.A.Spec), Tensor.Constant(-1, p.A.Spec)), new PowerTransform(p.A.Reciprocal())) =>
        (Concentration1, Concentration0) = p;

    /// <summary>a.</summary>
    public Tensor Concentration1 { get; }

    /// <summary>b.</summary>
    public Tensor Concentration0 { get; }

    // b B(1 + n/a, b).
    Tensor Moment(int n)
    {
        var first = 1 + n / Concentration1;
        return (first.Lgamma() + Concentration0.Lgamma() - (first + Concentration0).Lgamma()).Exp() * Concentration0;
    }

    /// <inheritdoc/>
    public override Tensor Mean => Moment(1);

    /// <inheritdoc/>
    public override Tensor Variance => Moment(2) - Moment(1).Square();

    /// <inheritdoc/>
    public override Tensor Mode
    {
        get
        {
            var (a, b) = (Concentration1, Concentration0);
            var logMode = a.Reciprocal() * (-b).Log1p() - a.Reciprocal() * (-a * b).Log1p();
            return Tensor.Where((a < 1) | (b < 1), double.NaN, logMode.Exp());
        }
    }

    /// <inheritdoc/>
    public override Tensor Entropy()
    {
        Tensor t1 = 1 - Concentration1.Reciprocal(), t0 = 1 - Concentration0.Reciprocal();
        var harmonic = (Concentration0 + 1).Digamma() + EulerGamma;
        return t0 + t1 * harmonic - Concentration1.Log() - Concentration0.Log();
    }

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new Kumaraswamy(Concentration1.BroadcastTo(batchShape), Concentration0.BroadcastTo(batchShape));
}

/// <summary>
/// Numbers in [0, 1] with density proportional to p^x (1-p)^(1-x) (Loaiza-Ganem, Cunningham: "The continuous Bernoulli", 2019).
/// </summary>
/// <example><code>
/// var distribution = new ContinuousBernoulli(probabilities: Tensor.From(0.3f));
/// Console.WriteLine(distribution.Mean);    // 0.4302
/// Console.WriteLine(distribution.LogProb(Tensor.From([0f, 1])));    // [ 0.3939, -0.4534]
/// </code></example>
public sealed class ContinuousBernoulli : Distribution
{
    // Closer to 1/2, the formulas are replaced by their series.
    const double Near = 0.001;

    /// <summary>Continuous Bernoulli distributions, by probabilities or by their logits: give one of them.</summary>
    /// <exception cref="ArgumentException">Both are given, or none.</exception>
    public ContinuousBernoulli(Tensor? probabilities = null, Tensor? logits = null) : base((probabilities ?? logits ?? throw Both.Error("ContinuousBernoulli")).Shape, [])
    {
        if (probabilities is not null && logits is not null) throw Both.Error("ContinuousBernoulli");
        Probabilities = probabilities ?? logits!.Sigmoid();
        Logits = logits ?? probabilities!.Logit();
    }

    /// <summary>p.</summary>
    public Tensor Probabilities { get; }

    /// <summary>log(p / (1 - p)).</summary>
    public Tensor Logits { get; }

    /// <inheritdoc/>
    public override bool IsReparameterized => true;

    Tensor IsNear => (Probabilities - 0.5).Abs() < Near;

    // p where the formula holds; elsewhere something harmless, so that neither values nor gradients become NaN.
    Tensor Safe => Tensor.Where(IsNear, 0.25, Probabilities);

    Tensor LogNormalizer
    {
        get
        {
            var p = Safe;
            var x2 = (Probabilities - 0.5).Square();
            var exact = ((-p).Log1p() - p.Log()).Abs().Log() - (1 - 2 * p).Abs().Log();
            return Tensor.Where(IsNear, Math.Log(2) + (4.0 / 3 + 104.0 / 45 * x2) * x2, exact);
        }
    }

    /// <inheritdoc/>
    public override Tensor Mean
    {
        get
        {
            var p = Safe;
            var x = Probabilities - 0.5;
            return Tensor.Where(IsNear, 0.5 + (1.0 / 3 + 16.0 / 45 * x.Square()) * x, p / (2 * p - 1) + 1 / ((-p).Log1p() - p.Log()));
        }
    }

    /// <inheritdoc/>
    public override Tensor Variance
    {
        get
        {
            var p = Safe;
            var x2 = (Probabilities - 0.5).Square();
            return Tensor.Where(IsNear, 1.0 / 12 - (1.0 / 15 - 128.0 / 945 * x2) * x2, p * (p - 1) / (1 - 2 * p).Square() + 1 / ((-p).Log1p() - p.Log()).Square());
        }
    }

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator) => Icdf(OpenUniform(shape, Probabilities.DType, generator));

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value) => value * Logits - Logits.Softplus() + LogNormalizer;

    /// <inheritdoc/>
    public override Tensor Cdf(Tensor value)
    {
        var p = Safe;
        var inner = Tensor.Where(IsNear, value, (p.Pow(value) * (1 - p).Pow(1 - value) + p - 1) / (2 * p - 1));
        return Tensor.Where(value <= 0, 0, Tensor.Where(value >= 1, 1, inner));
    }

    /// <inheritdoc/>
    public override Tensor Icdf(Tensor probability)
    {
        var p = Safe;
        return Tensor.Where(IsNear, probability, ((-p + probability * (2 * p - 1)).Log1p() - (-p).Log1p()) / (p.Log() - (-p).Log1p()));
    }

    /// <inheritdoc/>
    public override Tensor Entropy() => Mean * ((-Probabilities).Log1p() - Probabilities.Log()) - LogNormalizer - (-Probabilities).Log1p();

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new ContinuousBernoulli(logits: Logits.BroadcastTo(batchShape));
}

/// <summary>Angles, density exp(k cos(x - location)) / (2 pi I0(k)).</summary>
/// <example><code>
/// var distribution = new VonMises(Tensor.From(0f), Tensor.From(4f));
/// Console.WriteLine(distribution.LogProb(Tensor.From([0f, 1])));    // [-0.2628, -2.1016]
/// </code></example>
public sealed class VonMises : Distribution
{
    /// <summary>Von Mises distributions around the given angles with the given concentrations, broadcast.</summary>
    public VonMises(Tensor location, Tensor concentration) : base(Shape.Broadcast(location.Shape, concentration.Shape, "VonMises"), []) => (Location, Concentration) = Together(location, concentration, "VonMises");

    /// <summary>The mean angle.</summary>
    public Tensor Location { get; }

    /// <summary>k.</summary>
    public Tensor Concentration { get; }

    /// <inheritdoc/>
    public override Tensor Mean => Location;

    /// <inheritdoc/>
    public override Tensor Mode => Location;

    /// <summary>The circular variance, 1 - I1(k) / I0(k).</summary>
    public override Tensor Variance => 1 - Special.I1e(Concentration) / Special.I0e(Concentration);

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator)
    {
        var angle = Tensor.StandardVonMises(Concentration.BroadcastTo(Extended(shape)).Contiguous(), generator) + Location;
        return (angle + Math.PI).Remainder(2 * Math.PI) - Math.PI;
    }

    // I0(k) = exp(k) times its scaled form, which does not overflow.
    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value) => Concentration * ((value - Location).Cos() - 1) - Math.Log(2 * Math.PI) - Special.I0e(Concentration).Log();

    /// <inheritdoc/>
    public override Tensor Entropy() => Math.Log(2 * Math.PI) + Special.I0e(Concentration).Log() + Concentration * Variance;

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new VonMises(Location.BroadcastTo(batchShape), Concentration.BroadcastTo(batchShape));
}

/// <summary>An error that several distributions share.</summary>
static class Both
{
    public static ArgumentException Error(string distribution) => new($"{distribution}: expected either probabilities or logits.");
}
