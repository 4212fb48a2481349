namespace Tauten.Ops;

/// <summary>Combines the elements along axes; the axes vanish, or stay with size 1.</summary>
/// <param name="Axes">The axes, counted from the start, ascending.</param>
/// <param name="KeepDims">Whether reduced axes stay with size 1.</param>
public abstract record ReductionOp(Dims Axes, bool KeepDims) : PrimitiveOp
{
    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Reduction;

    /// <inheritdoc/>
    public sealed override Specs Infer(ReadOnlySpan<TensorSpec> x) => Infer(Expect.One(x, this));

    /// <inheritdoc/>
    protected internal sealed override TensorSpec Infer(TensorSpec x) => new(ResultType(x), Reduce(x.Shape, Axes, KeepDims, Name()));

    /// <summary>The element type of the result.</summary>
    private protected virtual DType ResultType(TensorSpec x) => x.DType != DType.Bool ? x.DType : throw Expect.DType(this, x.DType, "a numeric dtype");

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this with { Axes = Batch.Shift(Axes) });

    internal static Shape Reduce(Shape shape, Dims axes, bool keepDims, string op)
    {
        foreach (long axis in axes.Span) shape.Axis(axis, op);
        var result = new List<Dim>(shape.Rank);
        for (int i = 0; i < shape.Rank; i++)
            if (!axes.Span.Contains(i)) result.Add(shape[i]);
            else if (keepDims) result.Add(1);
        return Shape.Create(result.ToArray());
    }

    /// <summary>A reduced tensor with its axes put back as size 1, so that it broadcasts against the input.</summary>
    private protected Tensor Kept(Tensor reduced, TensorSpec input) => KeepDims ? reduced : reduced.Reshape(Reduce(input.Shape, Axes, true, Name()));

    /// <summary>An axis must not be empty where there is no neutral element.</summary>
    private protected void ExpectElements(TensorSpec x)
    {
        foreach (long axis in Axes.Span)
            if (x.Shape[(int)axis] == 0) throw new ShapeException($"{this}: axis {axis} of shape {x.Shape} is empty, and there is no result for no elements.");
    }
}

/// <summary>The sum along axes. Integers and bools are summed in 64 bits; 16-bit floats in 32 bits, rounded once. Dtypes: any.</summary>
public sealed record Sum(Dims Axes, bool KeepDims) : ReductionOp(Axes, KeepDims)
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset)
    {
        var terms = x[0].DType.IsFloating() || x[0].DType is DType.Int64 or DType.UInt64 ? OnnxForm.X() : OnnxForm.X().To(DType.Int64);
        // Of no axes, the operator would sum all.
        return [Axes.Count == 0 ? OnnxForm.Of("Identity", [terms]) : OnnxForm.Of("ReduceSum", [terms, OnnxForm.Whole(Axes)], ("keepdims", KeepDims ? 1L : 0))];
    }

    private protected override DType ResultType(TensorSpec x) => x.DType.IsFloating() || x.DType == DType.UInt64 ? x.DType : DType.Int64;

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [Kept(b.Grad, b.InputSpec(0)).BroadcastTo(b.InputSpec(0).Shape)];
}

/// <summary>The product along axes. Integers and bools are multiplied in 64 bits. Dtypes: any.</summary>
public sealed record Prod(Dims Axes, bool KeepDims) : ReductionOp(Axes, KeepDims)
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => !x[0].DType.IsFloating() && x[0].DType is not (DType.Int64 or DType.UInt64) ? null : OnnxForm.Reduction("ReduceProd", Axes, KeepDims, opset);

    private protected override DType ResultType(TensorSpec x) => x.DType.IsFloating() || x.DType == DType.UInt64 ? x.DType : DType.Int64;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        // The product of all others: those before times those after. Right also where an element is zero, unlike y / x.
        var x = b.Input(0);
        var (flat, restore) = x.FlattenAxes(Axes);
        var others = flat.CumProd(-1, exclusive: true) * flat.CumProd(-1, exclusive: true, reverse: true);
        return [Kept(b.Grad, b.InputSpec(0)) * restore(others)];
    }
}

/// <summary>The largest element along axes; NaN if there is one. The gradient is shared equally among ties. Dtypes: any.</summary>
public sealed record Max(Dims Axes, bool KeepDims) : ReductionOp(Axes, KeepDims)
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => x[0].DType == DType.Bool ? null : OnnxForm.Reduction("ReduceMax", Axes, KeepDims, opset);

    private protected override DType ResultType(TensorSpec x)
    {
        ExpectElements(x);
        return x.DType;
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Inputs | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [Share(b, Kept(b.Grad, b.InputSpec(0)), Kept(b.Output, b.InputSpec(0)), Axes)];

    internal static Tensor Share(Backward b, Tensor gradient, Tensor extreme, Dims axes)
    {
        var chosen = b.Input(0).EqualTo(extreme).To(gradient.DType);
        return chosen * (gradient / chosen.Sum(axes, keepDims: true));
    }
}

/// <summary>The smallest element along axes; NaN if there is one. The gradient is shared equally among ties. Dtypes: any.</summary>
public sealed record Min(Dims Axes, bool KeepDims) : ReductionOp(Axes, KeepDims)
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => x[0].DType == DType.Bool ? null : OnnxForm.Reduction("ReduceMin", Axes, KeepDims, opset);

    private protected override DType ResultType(TensorSpec x)
    {
        ExpectElements(x);
        return x.DType;
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Inputs | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [Max.Share(b, Kept(b.Grad, b.InputSpec(0)), Kept(b.Output, b.InputSpec(0)), Axes)];
}

/// <summary>Whether any element along axes is true; of numbers, whether any differs from 0. False for no elements. Dtypes: any.</summary>
public sealed record Any(Dims Axes, bool KeepDims) : ReductionOp(Axes, KeepDims)
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Reduction("ReduceMax", Axes, KeepDims, opset, DType.Int32)[0].To(DType.Bool)];

    private protected override DType ResultType(TensorSpec x) => DType.Bool;

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [null];
}

/// <summary>Whether all elements along axes are true; of numbers, whether all differ from 0. True for no elements. Dtypes: any.</summary>
public sealed record All(Dims Axes, bool KeepDims) : ReductionOp(Axes, KeepDims)
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Reduction("ReduceMin", Axes, KeepDims, opset, DType.Int32)[0].To(DType.Bool)];

    private protected override DType ResultType(TensorSpec x) => DType.Bool;

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [null];
}

/// <summary>The position (int64) of the largest element along one axis: the first among ties, the first NaN if there is one. Dtypes: any.</summary>
public sealed record ArgMax(Dims Axes, bool KeepDims) : ReductionOp(Axes, KeepDims)
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("ArgMax", [OnnxForm.X()], ("axis", Axes[0]), ("keepdims", KeepDims ? 1L : 0))];

    private protected override DType ResultType(TensorSpec x)
    {
        ExpectElements(x);
        return DType.Int64;
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [null];
}

/// <summary>The position (int64) of the smallest element along one axis: the first among ties, the first NaN if there is one. Dtypes: any.</summary>
public sealed record ArgMin(Dims Axes, bool KeepDims) : ReductionOp(Axes, KeepDims)
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("ArgMin", [OnnxForm.X()], ("axis", Axes[0]), ("keepdims", KeepDims ? 1L : 0))];

    private protected override DType ResultType(TensorSpec x)
    {
        ExpectElements(x);
        return DType.Int64;
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [null];
}
