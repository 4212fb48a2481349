using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <inheritdoc cref="Ops.CumMax"/>
    /// <example><code>
    /// var (values, indices) = Tensor.From([2f, 5, 1, 7]).CumMax(0);
    /// Console.WriteLine(values);    // [2, 5, 5, 7]
    /// Console.WriteLine(indices);    // [0, 1, 1, 3]
    /// </code></example>
    public (Tensor Values, Tensor Indices) CumMax(int axis) => Chosen(new CumMax(Shape.Axis(axis, "CumMax")));

    /// <inheritdoc cref="Ops.CumMin"/>
    /// <example><code>
    /// var (values, indices) = Tensor.From([2f, 5, 1, 7]).CumMin(0);
    /// Console.WriteLine(values);    // [2, 2, 1, 1]
    /// Console.WriteLine(indices);    // [0, 0, 2, 2]
    /// </code></example>
    public (Tensor Values, Tensor Indices) CumMin(int axis) => Chosen(new CumMin(Shape.Axis(axis, "CumMin")));

    /// <inheritdoc cref="Ops.LogCumSumExp"/>
    /// <example><code>
    /// var logs = Tensor.From([1f, 2, 3]).Log();
    /// Console.WriteLine(logs.LogCumSumExp(0).Exp());    // [1, 3, 6]
    /// </code></example>
    public Tensor LogCumSumExp(int axis) => Dispatch.Run(new LogCumSumExp(Shape.Axis(axis, "LogCumSumExp")), this);

    /// <inheritdoc cref="Ops.ScatterReduce"/>
    /// <example><code>
    /// var x = Tensor.Zeros([3]);
    /// var index = Tensor.From([0L, 1, 0, 2]);
    /// Console.WriteLine(x.ScatterReduce(0, index, Tensor.From([1f, 2, 3, 4]), Combination.Max));    // [3, 2, 4]
    /// </code></example>
    /// <exception cref="IndexException">An index lies outside of the axis.</exception>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public Tensor ScatterReduce(int axis, Tensor index, Tensor source, Combination combination, bool includeSelf = true) =>
        Dispatch.Run(new ScatterReduce(Shape.Axis(axis, "ScatterReduce"), combination, includeSelf), (ReadOnlySpan<Tensor>)[this, index, source]);

    /// <summary>
    /// This tensor with slices of a source combined along an axis where the index, a vector, says: slice j of the source meets slice index[j] of this tensor. See
    /// <see cref="Ops.ScatterReduce"/> for what is combined, and for the gradient.
    /// </summary>
    /// <example><code>
    /// var x = Tensor.Ones([2, 2]);
    /// var rows = Tensor.From(new[,] { { 2f, 3f }, { 4f, 5f } });
    /// Console.WriteLine(x.IndexReduce(0, Tensor.From([1L, 1]), rows, Combination.Product));
    /// // [[ 1,  1],
    /// //  [ 8, 15]]
    /// </code></example>
    /// <exception cref="IndexException">An index lies outside of the axis.</exception>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public Tensor IndexReduce(int axis, Tensor index, Tensor source, Combination combination, bool includeSelf = true)
    {
        int i = Shape.Axis(axis, "IndexReduce");
        if (combination == Combination.Sum && includeSelf) return IndexAdd(i, index, source);
        if (index.Rank != 1 || source.Rank != Rank || (source.Shape[i].IsKnown && index.Shape[0].IsKnown && source.Shape[i] != index.Shape[0]))
            throw new ShapeException($"IndexReduce: expected an index vector, and a source of rank {Rank} with as many slices along axis {i}. Received: shapes {index.Shape} and {source.Shape}.");
        var places = index.Reshape([index.Shape[0], .. Enumerable.Repeat((Dim)1, Rank - i - 1)]).BroadcastTo(source.Shape);
        return ScatterReduce(i, places, source, combination, includeSelf);
    }

    /// <summary>
    /// Neighbouring slices along an axis combined: those of each segment. Segments are given by their <paramref name="lengths"/>, or by <paramref name="offsets"/>, where segment s goes
    /// from offsets[s] up to but not including offsets[s + 1].
    /// </summary>
    /// <inheritdoc cref="Ops.SegmentReduce"/>
    /// <example><code>
    /// var x = Tensor.From([1f, 2, 3, 4, 5]);
    /// Console.WriteLine(x.SegmentReduce(Combination.Sum, lengths: Tensor.From([2L, 0, 3])));    // [ 3,  0, 12]
    /// Console.WriteLine(x.SegmentReduce(Combination.Mean, offsets: Tensor.From([0L, 2, 5])));    // [1.5000, 4.0000]
    /// </code></example>
    /// <exception cref="ArgumentException">There are not exactly one of lengths and offsets.</exception>
    /// <exception cref="ShapeException">The segments do not cover the axis.</exception>
    public Tensor SegmentReduce(Combination combination, Tensor? lengths = null, Tensor? offsets = null, int axis = 0, double? initial = null)
    {
        int i = Shape.Axis(axis, "SegmentReduce");
        if (lengths is null == offsets is null) throw new ArgumentException("SegmentReduce: expected either lengths or offsets.");
        var given = (lengths ?? offsets)!;
        if (given.Rank != 1 || !given.DType.IsInteger()) throw new ShapeException($"SegmentReduce: expected a vector of integers. Received: {given.Spec}.");
        var bounds = lengths is null ? offsets!.To(DType.Int64) : lengths.To(DType.Int64).CumSum(0).Pad(0, 1, 0);
        if (Ambient.Current.Capture is null) CheckBounds(bounds, Shape[i]);
        return Dispatch.Run(new SegmentReduce(combination, i, initial), this, bounds);
    }

    // (Inside of a graph, nobody sees the values.)
    static void CheckBounds(Tensor bounds, long size)
    {
        if (!bounds.Backend.IsHostReadable) return;
        long[] b = bounds.ToArray<long>();
        bool ascends = b.Length > 0 && b[0] == 0 && b[^1] == size;
        for (int i = 1; i < b.Length; i++) ascends &= b[i] >= b[i - 1];
        if (!ascends) throw new ShapeException($"SegmentReduce: expected segments from 0 to {size}, the size of the axis, one behind the other. Received: bounds [{string.Join(", ", b.Take(20))}{(b.Length > 20 ? ", .." : "")}].");
    }

    /// <summary>The largest element along an axis, and its position (int64): the first one among ties, the first NaN if there is one. The gradient goes to that element only, unlike that of <see cref="Max(Dims, bool)"/>.</summary>
    /// <example><code>
    /// var (values, indices) = Tensor.From(new[,] { { 1f, 9f }, { 8f, 2f } }).MaxWithIndices(1);
    /// Console.WriteLine(values);    // [9, 8]
    /// Console.WriteLine(indices);    // [1, 0]
    /// </code></example>
    /// <exception cref="ShapeException">The axis is empty.</exception>
    public (Tensor Values, Tensor Indices) MaxWithIndices(int axis, bool keepDims = false) => AtPosition(axis, ArgMax(axis, keepDims: true), keepDims);

    /// <summary>The smallest element along an axis, and its position (int64): the first one among ties, the first NaN if there is one. The gradient goes to that element only, unlike that of <see cref="Min(Dims, bool)"/>.</summary>
    /// <example><code>
    /// var (values, indices) = Tensor.From(new[,] { { 1f, 9f }, { 8f, 2f } }).MinWithIndices(1);
    /// Console.WriteLine(values);    // [1, 2]
    /// Console.WriteLine(indices);    // [0, 1]
    /// </code></example>
    /// <exception cref="ShapeException">The axis is empty.</exception>
    public (Tensor Values, Tensor Indices) MinWithIndices(int axis, bool keepDims = false) => AtPosition(axis, ArgMin(axis, keepDims: true), keepDims);

    (Tensor Values, Tensor Indices) AtPosition(int axis, Tensor position, bool keepDims)
    {
        var values = Gather(axis, position);
        return keepDims ? (values, position) : (values.Squeeze(axis), position.Squeeze(axis));
    }

    /// <summary>The smallest and the largest element.</summary>
    /// <example><code>
    /// var (min, max) = Tensor.From([3f, -1, 4]).AMinMax();
    /// Console.WriteLine($"{min} {max}");    // -1 4
    /// </code></example>
    /// <exception cref="ShapeException">The tensor is empty.</exception>
    public (Tensor Min, Tensor Max) AMinMax() => (Min(), Max());

    /// <summary>The smallest and the largest element along axes. The gradient is shared equally among ties.</summary>
    /// <exception cref="ShapeException">An axis is empty.</exception>
    public (Tensor Min, Tensor Max) AMinMax(Dims axes, bool keepDims = false) => (Min(axes, keepDims), Max(axes, keepDims));

    /// <summary>How many elements differ from 0 (int64).</summary>
    /// <example><code>
    /// var x = Tensor.From(new[,] { { 0, 1 }, { 2, 3 } });
    /// Console.WriteLine(x.CountNonZero());    // 3
    /// Console.WriteLine(x.CountNonZero(1));    // [1, 2]
    /// </code></example>
    public Tensor CountNonZero() => CountNonZero(AllAxes);

    /// <summary>How many elements along axes differ from 0 (int64).</summary>
    public Tensor CountNonZero(Dims axes, bool keepDims = false) => (DType == DType.Bool ? this : NotEqualTo(0)).Sum(axes, keepDims);
}
