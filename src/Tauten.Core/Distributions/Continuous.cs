namespace Tauten.Distributions;

/// <summary>Numbers evenly spread in [low, high).</summary>
/// <example><code>
/// var distribution = new Uniform(Tensor.From(2f), Tensor.From(6f));
/// Console.WriteLine(distribution.Mean);    // 4
/// Console.WriteLine(distribution.LogProb(Tensor.From(3f)));    // -1.3863
/// </code></example>
public sealed class Uniform : Distribution
{
    /// <summary>Uniform distributions between the given limits, broadcast.</summary>
    public Uniform(Tensor low, Tensor high) : base(Shape.Broadcast(low.Shape, high.Shape, "Uniform"), []) => (Low, High) = Together(low, high, "Uniform");

    /// <summary>The lower limit.</summary>
    public Tensor Low { get; }

    /// <summary>The upper limit.</summary>
    public Tensor High { get; }

    /// <inheritdoc/>
    public override bool IsReparameterized => true;

    /// <inheritdoc/>
    public override Tensor Mean => (Low + High) / 2;

    /// <inheritdoc/>
    public override Tensor Variance => (High - Low).Square() / 12;

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator) => Low + (High - Low) * Tensor.Rand(Extended(shape), Low.DType, generator);

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value) => Tensor.Where((value >= Low) & (value < High), -(High - Low).Log(), double.NegativeInfinity);

    /// <inheritdoc/>
    public override Tensor Cdf(Tensor value) => ((value - Low) / (High - Low)).Clamp(0, 1);

    /// <inheritdoc/>
    public override Tensor Icdf(Tensor probability) => Low + probability * (High - Low);

    /// <inheritdoc/>
    public override Tensor Entropy() => (High - Low).Log();

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new Uniform(Low.BroadcastTo(batchShape), High.BroadcastTo(batchShape));
}

/// <summary>Waiting times, density rate exp(-rate x) for x >= 0.</summary>
/// <example><code>
/// var distribution = new Tauten.Distributions.Exponential(Tensor.From(2f));
/// Console.WriteLine(distribution.Mean);    // 0.5000
/// Console.WriteLine(distribution.LogProb(Tensor.From([0f, 1])));    // [ 0.6931, -1.3069]
/// </code></example>
public sealed class Exponential(Tensor rate) : Distribution(rate.Shape, [])
{
    /// <summary>The number of events in a unit of time.</summary>
    public Tensor Rate => rate;

    /// <inheritdoc/>
    public override bool IsReparameterized => true;

    /// <inheritdoc/>
    public override Tensor Mean => rate.Reciprocal();

    /// <inheritdoc/>
    public override Tensor Mode => rate * 0;

    /// <inheritdoc/>
    public override Tensor Variance => rate.Reciprocal().Square();

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator) => -(-Tensor.Rand(Extended(shape), rate.DType, generator)).Log1p() / rate;

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value) => Tensor.Where(value >= 0, rate.Log() - rate * value, double.NegativeInfinity);

    /// <inheritdoc/>
    public override Tensor Cdf(Tensor value) => -(-rate * value).Expm1();

    /// <inheritdoc/>
    public override Tensor Icdf(Tensor probability) => -(-probability).Log1p() / rate;

    /// <inheritdoc/>
    public override Tensor Entropy() => 1 - rate.Log();

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new Exponential(rate.BroadcastTo(batchShape));
}

/// <summary>Two exponential distributions back to back, density exp(-|x - location| / scale) / (2 scale).</summary>
/// <example><code>
/// var distribution = new Laplace(Tensor.From(0f), Tensor.From(1f));
/// Console.WriteLine(distribution.Variance);    // 2
/// Console.WriteLine(distribution.LogProb(Tensor.From([0f, 1])));    // [-0.6931, -1.6931]
/// </code></example>
public sealed class Laplace : Distribution
{
    /// <summary>Laplace distributions around the given places with the given widths, broadcast.</summary>
    public Laplace(Tensor location, Tensor scale) : base(Shape.Broadcast(location.Shape, scale.Shape, "Laplace"), []) => (Location, Scale) = Together(location, scale, "Laplace");

    /// <summary>The mean.</summary>
    public Tensor Location { get; }

    /// <summary>The mean distance from it.</summary>
    public Tensor Scale { get; }

    /// <inheritdoc/>
    public override bool IsReparameterized => true;

    /// <inheritdoc/>
    public override Tensor Mean => Location;

    /// <inheritdoc/>
    public override Tensor Mode => Location;

    /// <inheritdoc/>
    public override Tensor Variance => Scale.Square() * 2;

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator) => Icdf(OpenUniform(shape, Location.DType, generator));

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value) => -(Scale * 2).Log() - (value - Location).Abs() / Scale;

    /// <inheritdoc/>
    public override Tensor Cdf(Tensor value) => 0.5 - 0.5 * (value - Location).Sign() * (-(value - Location).Abs() / Scale).Expm1();

    /// <inheritdoc/>
    public override Tensor Icdf(Tensor probability) => Location - Scale * (probability - 0.5).Sign() * ((probability - 0.5).Abs() * -2).Log1p();

    /// <inheritdoc/>
    public override Tensor Entropy() => 1 + (Scale * 2).Log();

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new Laplace(Location.BroadcastTo(batchShape), Scale.BroadcastTo(batchShape));
}

/// <summary>Ratios of normal numbers, density 1 / (pi scale (1 + ((x - location) / scale)^2)); it has no mean and no variance (both are NaN, infinity).</summary>
/// <example><code>
/// var distribution = new Cauchy(Tensor.From(0f), Tensor.From(1f));
/// Console.WriteLine(distribution.LogProb(Tensor.From([0f, 1])));    // [-1.1447, -1.8379]
/// </code></example>
public sealed class Cauchy : Distribution
{
    /// <summary>Cauchy distributions around the given places with the given half widths, broadcast.</summary>
    public Cauchy(Tensor location, Tensor scale) : base(Shape.Broadcast(location.Shape, scale.Shape, "Cauchy"), []) => (Location, Scale) = Together(location, scale, "Cauchy");

    /// <summary>The median.</summary>
    public Tensor Location { get; }

    /// <summary>Half the width at half the height.</summary>
    public Tensor Scale { get; }

    /// <inheritdoc/>
    public override bool IsReparameterized => true;

    /// <inheritdoc/>
    public override Tensor Mean => Tensor.Full(BatchShape, double.NaN, Location.DType);

    /// <inheritdoc/>
    public override Tensor Mode => Location;

    /// <inheritdoc/>
    public override Tensor Variance => Tensor.Full(BatchShape, double.PositiveInfinity, Location.DType);

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator) => Icdf(OpenUniform(shape, Location.DType, generator));

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value) => -Math.Log(Math.PI) - Scale.Log() - ((value - Location) / Scale).Square().Log1p();

    /// <inheritdoc/>
    public override Tensor Cdf(Tensor value) => ((value - Location) / Scale).Atan() / Math.PI + 0.5;

    /// <inheritdoc/>
    public override Tensor Icdf(Tensor probability) => (Math.PI * (probability - 0.5)).Tan() * Scale + Location;

    /// <inheritdoc/>
    public override Tensor Entropy() => Scale.Log() + Math.Log(4 * Math.PI);

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new Cauchy(Location.BroadcastTo(batchShape), Scale.BroadcastTo(batchShape));
}

/// <summary>The distribution of |x| for a Cauchy x around 0.</summary>
/// <example><code>
/// var distribution = new HalfCauchy(Tensor.From(1f));
/// Console.WriteLine(distribution.LogProb(Tensor.From([0f, 1])));    // [-0.4516, -1.1447]
/// </code></example>
public sealed class HalfCauchy(Tensor scale) : Distribution(scale.Shape, [])
{
    /// <summary>The median.</summary>
    public Tensor Scale => scale;

    /// <inheritdoc/>
    public override bool IsReparameterized => true;

    /// <inheritdoc/>
    public override Tensor Mean => Tensor.Full(BatchShape, double.PositiveInfinity, scale.DType);

    /// <inheritdoc/>
    public override Tensor Mode => scale * 0;

    /// <inheritdoc/>
    public override Tensor Variance => Tensor.Full(BatchShape, double.PositiveInfinity, scale.DType);

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator) => Icdf(Tensor.Rand(Extended(shape), scale.DType, generator));

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value) =>
        Tensor.Where(value >= 0, Math.Log(2 / Math.PI) - scale.Log() - (value / scale).Square().Log1p(), double.NegativeInfinity);

    /// <inheritdoc/>
    public override Tensor Cdf(Tensor value) => (value / scale).Atan() * (2 / Math.PI);

    /// <inheritdoc/>
    public override Tensor Icdf(Tensor probability) => (probability * (Math.PI / 2)).Tan() * scale;

    /// <inheritdoc/>
    public override Tensor Entropy() => scale.Log() + Math.Log(2 * Math.PI);

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new HalfCauchy(scale.BroadcastTo(batchShape));
}

/// <summary>The largest of many numbers, distribution function exp(-exp(-(x - location) / scale)).</summary>
/// <example><code>
/// var distribution = new Gumbel(Tensor.From(0f), Tensor.From(1f));
/// Console.WriteLine(distribution.Mean);    // 0.5772
/// Console.WriteLine(distribution.LogProb(Tensor.From([0f, 1])));    // [-1.0000, -1.3679]
/// </code></example>
public sealed class Gumbel : Distribution
{
    /// <summary>Gumbel distributions at the given places with the given widths, broadcast.</summary>
    public Gumbel(Tensor location, Tensor scale) : base(Shape.Broadcast(location.Shape, scale.Shape, "Gumbel"), []) => (Location, Scale) = Together(location, scale, "Gumbel");

    /// <summary>The mode.</summary>
    public Tensor Location { get; }

    /// <summary>The width.</summary>
    public Tensor Scale { get; }

    /// <inheritdoc/>
    public override bool IsReparameterized => true;

    /// <inheritdoc/>
    public override Tensor Mean => Location + Scale * EulerGamma;

    /// <inheritdoc/>
    public override Tensor Mode => Location;

    /// <inheritdoc/>
    public override Tensor Variance => Scale.Square() * (Math.PI * Math.PI / 6);

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator) => Icdf(OpenUniform(shape, Location.DType, generator));

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value)
    {
        var z = (value - Location) / Scale;
        return -(z + (-z).Exp()) - Scale.Log();
    }

    /// <inheritdoc/>
    public override Tensor Cdf(Tensor value) => (-(-(value - Location) / Scale).Exp()).Exp();

    /// <inheritdoc/>
    public override Tensor Icdf(Tensor probability) => Location - Scale * (-probability.Log()).Log();

    /// <inheritdoc/>
    public override Tensor Entropy() => Scale.Log() + (1 + EulerGamma);

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new Gumbel(Location.BroadcastTo(batchShape), Scale.BroadcastTo(batchShape));
}
