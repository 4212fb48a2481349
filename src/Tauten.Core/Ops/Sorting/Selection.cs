namespace Tauten.Ops;

/// <summary>One element of each line along an axis, and its position (int64); the axis vanishes, or stays with size 1. The gradient goes to that element.</summary>
/// <param name="Axis">The axis, counted from the start.</param>
/// <param name="KeepDims">Whether the axis stays with size 1.</param>
public abstract record SelectionOp(int Axis, bool KeepDims) : PrimitiveOp
{
    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Reduction;

    /// <inheritdoc/>
    public sealed override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        var shape = ReductionOp.Reduce(spec.Shape, Axis, KeepDims, Name());
        if (spec.Shape[Axis].IsKnown) CheckLength(spec.Shape, spec.Shape[Axis]);
        return new(new TensorSpec(spec.DType, shape), new TensorSpec(DType.Int64, shape));
    }

    private protected virtual void CheckLength(Shape shape, long length)
    {
        if (length == 0) throw new ShapeException($"{this}: axis {Axis} of shape {shape} is empty, and there is no result for no elements.");
    }

    /// <inheritdoc/>
    public sealed override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    public sealed override Tensor?[] Gradient(Backward b)
    {
        var (g, index) = KeepDims ? (b.Grad, b.OutputAt(1)) : (b.Grad.Unsqueeze(Axis), b.OutputAt(1).Unsqueeze(Axis));
        return [Dispatch.Run(new ScatterAdd(Axis), Tensor.Constant(0, b.InputSpec(0)), index, g)];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this with { Axis = Axis + 1 });
}

/// <summary>
/// The <paramref name="K"/>-th smallest element along an axis (1 is the smallest), and its position: that of element K in stable order. NaN counts as the
/// largest. Dtypes: any.
/// </summary>
public sealed record KthValue(long K, int Axis, bool KeepDims) : SelectionOp(Axis, KeepDims)
{
    private protected override void CheckLength(Shape shape, long length)
    {
        if (K < 1 || K > length) throw new ShapeException($"{this}: k = {K} of axis {Axis} of shape {shape}. Expected 1 to {length}.");
    }
}

/// <summary>
/// The middle element along an axis, the lower one of two, and its position in stable order. If there is a NaN the result is the first NaN; with
/// <paramref name="SkipsNaN"/> it is the median of the others, and NaN if there are none. Dtypes: any.
/// </summary>
public sealed record Median(int Axis, bool KeepDims, bool SkipsNaN) : SelectionOp(Axis, KeepDims);

/// <summary>
/// The most frequent element along an axis, the smallest one of several, and the position of its last occurrence. Each NaN counts as a value of its own. Dtypes: any.
/// </summary>
public sealed record Mode(int Axis, bool KeepDims) : SelectionOp(Axis, KeepDims);
