namespace Tauten.Ops;

/// <summary>
/// The different elements of a tensor, or along an axis its different slices: in ascending order if <paramref name="IsSorted"/>, each once; else in the order
/// in which they come, each once for every run of equal ones. Outputs: the elements or slices; the position (int64) of the first one of each kind; for each element or
/// slice the number (int64) of its kind; and how many of each kind there are (int64). Each NaN differs from all others. How many kinds there are is known only
/// from the data. Dtypes: any.
/// </summary>
/// <param name="Axis">The axis, counted from the start; null for all elements in row-major order.</param>
/// <param name="IsSorted">Whether the result is sorted, so that equal elements need not be neighbours.</param>
public sealed record Unique(int? Axis, bool IsSorted) : CompositeOp
{
    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        var moved = Axis is { } axis ? Front(x[0], axis) : x[0].Reshape([-1]);
        Dim n = moved.Shape[0];
        Dim width = 1;
        for (int i = 1; i < moved.Rank; i++) width *= moved.Shape[i];
        if (width.IsKnown && width == 0 && !(n.IsKnown && n == 0)) throw new ShapeException($"{this}: the slices along axis {Axis} of shape {x[0].Shape} have no elements to compare.");
        var rows = moved.Reshape([n, width]);
        var places = Tensor.Arange(0, n, DType.Int64);
        var order = !IsSorted ? places : Axis is null ? moved.ArgSort(0) : rows.ArgSortRows();
        var sorted = IsSorted ? rows.IndexSelect(0, order) : rows;

        var begins = Begins(sorted);
        var starts = begins.NonZero().Reshape([-1]);
        var kinds = begins.To(DType.Int64).CumSum(0) - 1;
        var values = sorted.IndexSelect(0, starts).Reshape([starts.Shape[0], .. moved.Shape.Skip(1)]);
        var inverse = IsSorted ? kinds.Scatter(0, order, kinds) : kinds;
        return
        [
            Axis is { } back ? Back(values, back) : values,
            order.IndexSelect(0, starts),
            Axis is null ? inverse.Reshape(x[0].Shape) : inverse,
            (starts * 0).ScatterAdd(0, kinds, Tensor.Constant(1, places.Spec)),
        ];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => throw NonZero.SizeFromData("Unique", "Use Sort, and compare neighbours.");

    /// <summary>Where a row differs from the one before.</summary>
    internal static Tensor Begins(Tensor rows)
    {
        var places = Tensor.Arange(0, rows.Shape[0], DType.Int64);
        return rows.NotEqualTo(rows.IndexSelect(0, (places - 1).Maximum(0))).Any(1) | places.EqualTo(0);
    }

    static Tensor Front(Tensor x, int axis) => x.Permute([axis, .. Enumerable.Range(0, x.Rank).Where(i => i != axis)]);

    static Tensor Back(Tensor x, int axis) => x.Permute([.. Enumerable.Range(1, axis), 0, .. Enumerable.Range(axis + 1, x.Rank - axis - 1)]);
}
