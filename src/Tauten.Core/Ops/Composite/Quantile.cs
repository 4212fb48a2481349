namespace Tauten.Ops;

/// <summary>
/// Quantiles along axes: with n elements in order, counted from 0, the quantile q is the element at q (n - 1), and if that falls between two of them what
/// <paramref name="Interpolation"/> says. If there is a NaN the result is NaN; with <paramref name="SkipsNaN"/> only the others count, and the result is NaN
/// if there are none. The second input is q (float64), a scalar or a vector, whose axis comes first in the result. Dtypes: floating-point; q float64.
/// </summary>
public sealed record Quantile(Dims Axes, QuantileInterpolation Interpolation, bool KeepDims, bool SkipsNaN) : CompositeOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var q = x[1];
        Expect.Floating(this, x[0].Spec);
        if (q.DType != DType.Float64) throw Expect.DType(this, q.DType, "quantiles of dtype float64");
        if (q.Rank > 1) throw new ShapeException($"{this}: expected the quantiles as a scalar or a vector. Received: shape {q.Shape}.");
        Dim n = x[0].SizeOf(Axes);
        if (n.IsKnown && n == 0) throw new ShapeException($"{this}: there is no element along axes {Axes} of shape {x[0].Shape}, and there is no quantile of nothing.");

        var sorted = x[0].FlattenAxes(Axes).Flat.Sort(-1).Values;
        var missing = sorted.IsNaN();
        var last = Tensor.DimScalar(n - 1, DType.Float64);
        if (SkipsNaN) last = (last - missing.Sum(-1, keepDims: true).To(DType.Float64)).Maximum(0);
        var rank = q.Reshape([-1]) * last;
        // A NaN is the last one in order.
        if (!SkipsNaN) rank = Tensor.Where(missing.Any(-1, keepDims: true), last, rank);
        var y = At(sorted, rank, [.. sorted.Shape.Take(sorted.Rank - 1), q.Rank == 0 ? 1 : q.Shape[0]]);

        Shape rest = ReductionOp.Reduce(x[0].Shape, Axes, KeepDims, "Quantile");
        return q.Rank == 0 ? y.Reshape(rest) : y.Permute([y.Rank - 1, .. Enumerable.Range(0, y.Rank - 1)]).Reshape([q.Shape[0], .. rest]);
    }

    Tensor At(Tensor sorted, Tensor rank, Shape shape)
    {
        var (low, high) = (rank.Floor(), rank.Ceiling());
        switch (Interpolation)
        {
            case QuantileInterpolation.Lower: return Element(low);
            case QuantileInterpolation.Higher: return Element(high);
            case QuantileInterpolation.Nearest: return Element(rank.Round());
            default:
                var (a, b) = (Element(low), Element(high));
                var fraction = Interpolation == QuantileInterpolation.Midpoint ? Tensor.Scalar(0.5, a.DType) : (rank - low).To(a.DType);
                // From the nearer end, so that neither is missed by rounding; and no difference of two equal infinities.
                var between = Tensor.Where(fraction < 0.5, a + (b - a) * fraction, b - (b - a) * (1 - fraction));
                return Tensor.Where(low.EqualTo(high), a, between);
        }

        Tensor Element(Tensor at) => sorted.Gather(-1, at.To(DType.Int64).BroadcastTo(shape));
    }
}

/// <summary>
/// The middle one of all elements, the lower one of two, a scalar; of no floating-point elements NaN. Its gradient is shared equally among the elements that equal it, unlike that of the
/// <see cref="Median"/> along an axis. Dtypes: any.
/// </summary>
public sealed record MedianOfAll(bool SkipsNaN) : CompositeOp
{
    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x) => x[0].DType.IsFloating() && x[0].Shape.ElementCount is { IsKnown: true, Value: 0 }
        ? Tensor.Scalar(double.NaN, x[0].DType)
        : Dispatch.RunAll(new Median(0, false, SkipsNaN), x[0].Reshape([-1]))[0];

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var x = b.Input(0);
        var chosen = (x.EqualTo(b.Output) | (x.IsNaN() & b.Output.IsNaN())).To(x.DType);
        return [chosen * (b.Grad / chosen.Sum())];
    }
}
