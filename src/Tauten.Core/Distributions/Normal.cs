namespace Tauten.Distributions;

/// <summary>The normal distribution, density exp(-(x - mean)^2 / (2 s^2)) / (s sqrt(2 pi)).</summary>
/// <example><code>
/// var distribution = new Normal(location: Tensor.From(0f), scale: Tensor.From(2f));
/// Console.WriteLine(distribution.Entropy());    // 2.1121
/// Console.WriteLine(distribution.LogProb(Tensor.From([0f, 2])));    // [-1.6121, -2.1121]
/// </code></example>
public sealed class Normal : Distribution
{
    /// <summary>Normal distributions with the given means and standard deviations, broadcast.</summary>
    public Normal(Tensor location, Tensor scale) : base(Shape.Broadcast(location.Shape, scale.Shape, "Normal"), []) => (Location, Scale) = Together(location, scale, "Normal");

    /// <summary>The mean.</summary>
    public Tensor Location { get; }

    /// <summary>The standard deviation.</summary>
    public Tensor Scale { get; }

    /// <inheritdoc/>
    public override bool IsReparameterized => true;

    /// <inheritdoc/>
    public override Tensor Mean => Location;

    /// <inheritdoc/>
    public override Tensor Mode => Location;

    /// <inheritdoc/>
    public override Tensor Variance => Scale.Square();

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator) => Location + Scale * Tensor.Randn(Extended(shape), Location.DType, generator);

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value) => -((value - Location) / Scale).Square() / 2 - Scale.Log() - HalfLog2Pi;

    /// <inheritdoc/>
    public override Tensor Cdf(Tensor value) => Special.Ndtr((value - Location) / Scale);

    /// <inheritdoc/>
    public override Tensor Icdf(Tensor probability) => Location + Scale * Special.Ndtri(probability);

    /// <inheritdoc/>
    public override Tensor Entropy() => Scale.Log() + (0.5 + HalfLog2Pi);

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new Normal(Location.BroadcastTo(batchShape), Scale.BroadcastTo(batchShape));
}

/// <summary>The distribution of |x| for a normal x of mean 0.</summary>
/// <example><code>
/// var distribution = new HalfNormal(Tensor.From(1f));
/// Console.WriteLine(distribution.Mean);    // 0.7979
/// Console.WriteLine(distribution.LogProb(Tensor.From([0f, 1])));    // [-0.2258, -0.7258]
/// </code></example>
public sealed class HalfNormal(Tensor scale) : Distribution(scale.Shape, [])
{
    /// <summary>The standard deviation of the normal distribution.</summary>
    public Tensor Scale => scale;

    /// <inheritdoc/>
    public override bool IsReparameterized => true;

    /// <inheritdoc/>
    public override Tensor Mean => scale * Math.Sqrt(2 / Math.PI);

    /// <inheritdoc/>
    public override Tensor Mode => scale * 0;

    /// <inheritdoc/>
    public override Tensor Variance => scale.Square() * (1 - 2 / Math.PI);

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator) => (scale * Tensor.Randn(Extended(shape), scale.DType, generator)).Abs();

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value) =>
        Tensor.Where(value >= 0, -(value / scale).Square() / 2 - scale.Log() + (Math.Log(2) - HalfLog2Pi), double.NegativeInfinity);

    /// <inheritdoc/>
    public override Tensor Cdf(Tensor value) => (value / scale * Math.Sqrt(0.5)).Erf();

    /// <inheritdoc/>
    public override Tensor Icdf(Tensor probability) => scale * Special.Ndtri((probability + 1) / 2);

    /// <inheritdoc/>
    public override Tensor Entropy() => scale.Log() + (0.5 + HalfLog2Pi - Math.Log(2));

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new HalfNormal(scale.BroadcastTo(batchShape));
}

/// <summary>The distribution of exp(x) for a normal x.</summary>
/// <example><code>
/// var distribution = new LogNormal(Tensor.From(0f), Tensor.From(1f));
/// Console.WriteLine(distribution.Mean);    // 1.6487
/// Console.WriteLine(distribution.LogProb(Tensor.From([1f, 2])));    // [-0.9189, -1.8523]
/// </code></example>
public sealed class LogNormal : TransformedDistribution
{
    readonly Normal normal;

    /// <summary>exp of normal numbers with the given means and standard deviations.</summary>
    public LogNormal(Tensor location, Tensor scale) : this(new Normal(location, scale)) { }

    LogNormal(Normal normal) : base(normal, new ExpTransform()) => this.normal = normal;

    /// <summary>The mean of the logarithm.</summary>
    public Tensor Location => normal.Location;

    /// <summary>The standard deviation of the logarithm.</summary>
    public Tensor Scale => normal.Scale;

    /// <inheritdoc/>
    public override Tensor Mean => (Location + Scale.Square() / 2).Exp();

    /// <inheritdoc/>
    public override Tensor Mode => (Location - Scale.Square()).Exp();

    /// <inheritdoc/>
    public override Tensor Variance => Scale.Square().Expm1() * (Location * 2 + Scale.Square()).Exp();

    /// <inheritdoc/>
    public override Tensor Entropy() => normal.Entropy() + Location;

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new LogNormal((Normal)normal.Expand(batchShape));
}
