using System.Globalization;

namespace Tauten.NN;

/// <summary>In training, each element is multiplied by normally distributed noise with mean 1 and standard deviation sqrt(rate / (1 - rate)) (Srivastava et al., 2014); else the input.</summary>
/// <param name="rate">The rate of the dropout that has as much variance, 0 up to 1.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var dropout = new GaussianDropout(0.5, new Generator(1));
/// var y = dropout.Call(Tensor.Ones([100_000]));
/// Console.WriteLine($"{y.Mean().Item&lt;float>():0.0}, {y.Std().Item&lt;float>():0.0}");    // 1.0, 1.0
/// </code></example>
/// <exception cref="ShapeException"><paramref name="rate"/> is not at least 0 and below 1.</exception>
public sealed class GaussianDropout(double rate, Generator? generator = null) : Module<Tensor, Tensor>
{
    readonly double rate = rate is >= 0 and < 1 ? rate : throw new ShapeException(string.Create(CultureInfo.InvariantCulture, $"GaussianDropout: expected a rate of at least 0 and below 1. Received: {rate}."));

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => IsTraining && rate > 0 ? x * Tensor.Normal(1, Math.Sqrt(rate / (1 - rate)), x.Shape, x.DType, generator) : x;

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"rate {rate}");
}

/// <summary>
/// The input as it is, and a <see cref="Penalty"/> that its size costs: l1 sum |x| + l2 sum x^2, over the batch and divided by its size. Add it to the loss.
/// </summary>
/// <param name="l1">The factor of the sum of absolute values.</param>
/// <param name="l2">The factor of the sum of squares.</param>
/// <exception cref="ArgumentOutOfRangeException">A factor is negative.</exception>
/// <example><code>
/// var sparse = new ActivityRegularization(l1: 0.5);
/// sparse.Call(Tensor.From(new[,] { { 1f, -2f }, { 0f, 1f } }));
/// Console.WriteLine(sparse.Penalty);    // 1
/// </code></example>
public sealed class ActivityRegularization(double l1 = 0, double l2 = 0) : Module<Tensor, Tensor>
{
    readonly double l1 = l1 >= 0 ? l1 : throw new ArgumentOutOfRangeException(nameof(l1), l1, "ActivityRegularization: expected a number that is not negative.");
    readonly double l2 = l2 >= 0 ? l2 : throw new ArgumentOutOfRangeException(nameof(l2), l2, "ActivityRegularization: expected a number that is not negative.");

    /// <summary>The penalty of the last call in training, a scalar; null before. In a captured graph, that of the call inside of it.</summary>
    public Tensor? Penalty { get; private set; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        if (!IsTraining) return x;
        if (x.Rank == 0) throw new ShapeException("ActivityRegularization: expected an input [batch, ...]. Received: a scalar.");
        var sum = l2 == 0 ? x.Abs().Sum() * l1 : l1 == 0 ? x.Square().Sum() * l2 : x.Abs().Sum() * l1 + x.Square().Sum() * l2;
        Penalty = sum / Tensor.DimScalar(x.Shape[0], sum.DType);
        return x;
    }

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"l1 {l1}, l2 {l2}");
}

/// <summary>Divided by the Euclidean length along axes, so that it is 1: x / sqrt(max(sum x^2, 1e-12)).</summary>
/// <param name="axes">The axes of the sum; the last one if left out.</param>
/// <example><code>
/// Console.WriteLine(new UnitNorm().Call(Tensor.From([3f, 4], [1, 2])));    // [[0.6000, 0.8000]]
/// </code></example>
public sealed class UnitNorm(Dims? axes = null) : Module<Tensor, Tensor>
{
    readonly Dims axes = axes ?? -1;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x * x.Square().Sum(axes, keepDims: true).ClampMin(1e-12).Rsqrt();

    /// <inheritdoc/>
    protected override string Details() => $"axes {axes}";
}
