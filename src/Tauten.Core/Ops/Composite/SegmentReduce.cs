namespace Tauten.Ops;

/// <summary>
/// Combines neighbouring slices along an axis: segment s is made of the slices from offsets[s] up to but not including offsets[s + 1]. The second input
/// is the offsets (int64, ascending, from 0 to the size of the axis). An empty segment gives <paramref name="Initial"/>, or without one 0 as a sum, 1 as a product, NaN
/// as a mean, and the least or largest number of the dtype as a maximum or minimum. Dtypes: numbers; offsets int64.
/// </summary>
/// <param name="Combination">How slices are combined. The gradient of an extreme is shared equally among ties.</param>
/// <param name="Axis">The axis, counted from the start.</param>
/// <param name="Initial">What each segment starts with, if anything. It is not counted by a mean.</param>
public sealed record SegmentReduce(Combination Combination, int Axis, double? Initial) : CompositeOp
{
    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var (data, offsets) = (x[0], x[1]);
        data.Shape.Axis(Axis, "SegmentReduce");
        if (data.DType == DType.Bool || (Combination == Combination.Mean && !data.DType.IsFloating())) throw Expect.DType(this, data.DType, Combination == Combination.Mean ? "a floating-point dtype" : "a numeric dtype");
        if (offsets.DType != DType.Int64) throw Expect.DType(this, offsets.DType, "offsets int64[segments + 1]");
        if (offsets.Rank != 1) throw new ShapeException($"{this}: expected offsets int64[segments + 1]. Received: {offsets.Spec}.");
        Dim segments = offsets.Shape[0] - 1;
        // The number of segments that end at or before a position is the number of its own.
        var segment = offsets.Narrow(0, 1, segments).SearchSorted(Tensor.Arange(0, data.Shape[Axis], DType.Int64), right: true);
        var start = Tensor.Constant(Initial ?? Neutral(data.DType), new(data.DType, data.Shape.With(Axis, segments)));
        if (Combination != Combination.Mean) return start.IndexReduce(Axis, segment, data, Combination);
        var sizes = (offsets.Narrow(0, 1, segments) - offsets.Narrow(0, 0, segments)).To(data.DType);
        var counts = sizes.Reshape([segments, .. Enumerable.Repeat((Dim)1, data.Rank - Axis - 1)]);
        var sums = start.IndexAdd(Axis, segment, data);
        return Initial is null ? sums / counts : sums / counts.Maximum(1);
    }

    double Neutral(DType dtype) => Combination switch
    {
        Combination.Product => 1,
        Combination.Max => dtype.Range().Low,
        Combination.Min => dtype.Range().High,
        _ => 0,
    };
}
