using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>The variance along axes (of all elements unless said otherwise), and the mean.</summary>
    /// <example><code>
    /// var (variance, mean) = Tensor.From([1f, 2, 3, 4]).VarMean();
    /// Console.WriteLine($"{variance} {mean}");    // 1.6667 2.5000
    /// </code></example>
    public (Tensor Var, Tensor Mean) VarMean(Dims? axes = null, double correction = 1, bool keepDims = false) => (Var(axes ?? AllAxes, correction, keepDims), Mean(axes ?? AllAxes, keepDims));

    /// <summary>The standard deviation along axes (of all elements unless said otherwise), and the mean.</summary>
    /// <example><code>
    /// var (deviation, mean) = Tensor.From([1f, 2, 3, 4]).StdMean();
    /// Console.WriteLine($"{deviation} {mean}");    // 1.2910 2.5000
    /// </code></example>
    public (Tensor Std, Tensor Mean) StdMean(Dims? axes = null, double correction = 1, bool keepDims = false) => (Std(axes ?? AllAxes, correction, keepDims), Mean(axes ?? AllAxes, keepDims));

    /// <summary>One quantile along axes, or of all elements; see <see cref="Ops.Quantile"/>.</summary>
    /// <param name="q">Which one, from 0 (the smallest) to 1 (the largest).</param>
    /// <param name="axes">The axes; all unless said otherwise.</param>
    /// <param name="keepDims">Whether reduced axes stay with size 1.</param>
    /// <param name="interpolation">What to do between two elements.</param>
    /// <example><code>
    /// var x = Tensor.From([1f, 2, 3, 4, 10]);
    /// Console.WriteLine(x.Quantile(0.5));    // 3
    /// Console.WriteLine(x.Quantile([0.25, 0.75]));    // [2, 4]
    /// Console.WriteLine(x.Quantile(0.9, interpolation: QuantileInterpolation.Lower));    // 4
    /// </code></example>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="q"/> is not from 0 to 1.</exception>
    /// <exception cref="ShapeException">There are no elements.</exception>
    public Tensor Quantile(double q, Dims? axes = null, bool keepDims = false, QuantileInterpolation interpolation = QuantileInterpolation.Linear) =>
        Quantiles("Quantile", From(Inside("Quantile", q)), axes, keepDims, interpolation, false);

    /// <summary>Several quantiles along axes, or of all elements; the first axis of the result is that of <paramref name="q"/>. See <see cref="Ops.Quantile"/>.</summary>
    /// <inheritdoc cref="Quantile(double, Dims?, bool, QuantileInterpolation)"/>
    public Tensor Quantile(ReadOnlySpan<double> q, Dims? axes = null, bool keepDims = false, QuantileInterpolation interpolation = QuantileInterpolation.Linear) =>
        Quantiles("Quantile", Vector("Quantile", q), axes, keepDims, interpolation, false);

    /// <summary>The quantiles that a tensor names, a scalar or a vector; see <see cref="Ops.Quantile"/>.</summary>
    /// <inheritdoc cref="Quantile(double, Dims?, bool, QuantileInterpolation)"/>
    public Tensor Quantile(Tensor q, Dims? axes = null, bool keepDims = false, QuantileInterpolation interpolation = QuantileInterpolation.Linear) =>
        Quantiles("Quantile", q, axes, keepDims, interpolation, false);

    /// <summary>One quantile of the elements that are not NaN, along axes or of all; NaN if there are none. See <see cref="Ops.Quantile"/>.</summary>
    /// <inheritdoc cref="Quantile(double, Dims?, bool, QuantileInterpolation)"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, float.NaN, 3]).NanQuantile(0.5));    // 2
    /// </code></example>
    public Tensor NanQuantile(double q, Dims? axes = null, bool keepDims = false, QuantileInterpolation interpolation = QuantileInterpolation.Linear) =>
        Quantiles("NanQuantile", From(Inside("NanQuantile", q)), axes, keepDims, interpolation, true);

    /// <summary>Several quantiles of the elements that are not NaN; the first axis of the result is that of <paramref name="q"/>. See <see cref="Ops.Quantile"/>.</summary>
    /// <inheritdoc cref="Quantile(double, Dims?, bool, QuantileInterpolation)"/>
    public Tensor NanQuantile(ReadOnlySpan<double> q, Dims? axes = null, bool keepDims = false, QuantileInterpolation interpolation = QuantileInterpolation.Linear) =>
        Quantiles("NanQuantile", Vector("NanQuantile", q), axes, keepDims, interpolation, true);

    Tensor Quantiles(string op, Tensor q, Dims? axes, bool keepDims, QuantileInterpolation interpolation, bool skipsNaN)
    {
        var op64 = q.To(DType.Float64);
        if (Ambient.Current.Capture is null && q.Backend.IsHostReadable && q.Shape.Count > 0)
            foreach (double value in op64.Detach().ToArray<double>()) Inside(op, value);
        return Dispatch.Run(new Quantile(axes is { } some ? Axes(some, op) : AllAxes, interpolation, keepDims, skipsNaN), this, op64);
    }

    static double Inside(string op, double q) => q is >= 0 and <= 1 ? q : throw new ArgumentOutOfRangeException(nameof(q), q, $"{op}: expected a quantile from 0 to 1.");

    static Tensor Vector(string op, ReadOnlySpan<double> q)
    {
        foreach (double value in q) Inside(op, value);
        return From(q);
    }

    /// <summary>
    /// The covariances of variables, which are the rows, over observations, which are the columns: [rows, rows], or a scalar for a vector, which is one variable.
    /// </summary>
    /// <param name="correction">The sum of products of distances from the mean is divided by the number of observations less this.</param>
    /// <param name="frequencies">How often each observation was made, a vector of integers.</param>
    /// <param name="weights">How important each observation is, a vector of the tensor's dtype. With them, the divisor is w - correction * sum(f a^2) / w with w = sum(f a).</param>
    /// <example><code>
    /// var x = Tensor.From(new[,] { { 1f, 2f, 3f }, { 6f, 4f, 2f } });     // two variables, three observations
    /// Console.WriteLine(x.Cov());
    /// // [[ 1, -2],
    /// //  [-2,  4]]
    /// </code></example>
    /// <exception cref="ShapeException">There are more than two axes, or weights do not fit.</exception>
    /// <exception cref="DTypeException">A dtype does not fit.</exception>
    public Tensor Cov(double correction = 1, Tensor? frequencies = null, Tensor? weights = null)
    {
        if (Rank > 2) throw new ShapeException($"Cov: expected a vector or a matrix, a variable in each row. Received: shape {Shape}.");
        if (!DType.IsFloating()) throw new DTypeException($"Cov: expected a floating-point dtype. Received: {DType.Name()}. Convert with To(dtype).");
        var x = Rank == 2 ? this : Reshape([1, -1]);
        Dim observations = x.Shape[1];
        foreach (var w in new[] { frequencies, weights })
            if (w is not null && (w.Rank != 1 || (w.Shape[0].IsKnown && observations.IsKnown && w.Shape[0] != observations)))
                throw new ShapeException($"Cov: weights of shape {w.Shape} for {observations} observations. Expected [{observations}].");
        if (frequencies is { } counts && !counts.DType.IsInteger()) throw new DTypeException($"Cov: expected integer frequencies. Received: {counts.DType.Name()}.");
        if (weights is { } importance && importance.DType != DType) throw new DTypeException($"Cov: weights of dtype {importance.DType.Name()} for a tensor of dtype {DType.Name()}. Convert with To(dtype).");

        var product = weights is null ? frequencies?.To(DType) : frequencies is null ? weights : frequencies.To(DType) * weights;
        Tensor y;
        if (product is null)
        {
            var distance = x - x.Mean(1, keepDims: true);
            y = distance.MatMul(distance.T).DividedBy(observations, correction);
        }
        else
        {
            var total = product.Sum();
            var distance = x - (x * product).Sum(1, keepDims: true) / total;
            var lost = weights is null ? Scalar(correction, DType) : (product * weights).Sum() / total * correction;
            y = distance.MatMul((distance * product).T) / (total - lost).Maximum(0);
        }
        return Rank == 2 ? y : y.Reshape([]);
    }

    /// <summary>The correlation coefficients of variables, which are the rows, over observations, which are the columns: the covariances divided by both standard deviations, from -1 to 1.</summary>
    /// <example><code>
    /// var x = Tensor.From(new[,] { { 1f, 2f, 3f }, { 6f, 4f, 2f } });
    /// Console.WriteLine(x.CorrCoef());
    /// // [[ 1, -1],
    /// //  [-1,  1]]
    /// </code></example>
    /// <exception cref="ShapeException">There are more than two axes.</exception>
    /// <exception cref="DTypeException">The tensor is not floating-point.</exception>
    public Tensor CorrCoef()
    {
        var covariance = Cov();
        if (covariance.Rank == 0) return covariance / covariance;
        var place = Arange(0, covariance.Shape[0], DType.Int64).Reshape([covariance.Shape[0], 1]);
        var deviation = covariance.Gather(1, place).Sqrt();
        return (covariance / deviation / deviation.T).Clamp(-1, 1);
    }

    /// <inheritdoc cref="Ops.BinCount"/>
    /// <param name="weights">What each occurrence counts; 1 unless said otherwise.</param>
    /// <param name="minLength">The least number of elements of the result.</param>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1L, 3, 3]).BinCount());    // [0, 1, 0, 2]
    /// Console.WriteLine(Tensor.From([1L, 3, 3]).BinCount(Tensor.From([0.5f, 1, 2])));    // [0.0000, 0.5000, 0.0000, 3.0000]
    /// </code></example>
    /// <exception cref="IndexException">A number is negative.</exception>
    /// <exception cref="ShapeException">The tensor is not a vector, or the weights have another shape.</exception>
    public Tensor BinCount(Tensor? weights = null, long minLength = 0)
    {
        if (minLength < 0) throw new ShapeException($"BinCount: the least length must not be negative. Received: {minLength}.");
        var x = DType.IsInteger() ? To(DType.Int64) : this;
        return weights is null ? Dispatch.Run(new BinCount(minLength), x) : Dispatch.Run(new BinCount(minLength), x, weights);
    }
}
