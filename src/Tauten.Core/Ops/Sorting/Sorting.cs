namespace Tauten.Ops;

/// <summary>The elements in order along an axis, and where they were (int64). Equal elements keep their order; NaN counts as the largest. Dtypes: any.</summary>
public sealed record Sort(int Axis, bool Descending) : PrimitiveOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Of("TopK", [OnnxForm.X(), OnnxForm.Vector(x[0].Shape[Axis])], ("axis", (long)Axis), ("largest", Descending ? 1L : 0)).Several(2);

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        spec.Shape.Axis(Axis, Name());
        return new(spec, new TensorSpec(DType.Int64, spec.Shape));
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [BackTo(b, Axis)];

    /// <summary>The gradient of chosen elements, brought back to where the second output says they were.</summary>
    internal static Tensor BackTo(Backward b, int axis) => Dispatch.Run(new ScatterAdd(axis), Tensor.Constant(0, b.InputSpec(0)), b.OutputAt(1), b.Grad);

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this with { Axis = x.Sample(0).Shape.Axis(Axis, Name()) + 1 });
}

/// <summary>The K largest (or smallest) elements along an axis in order, and where they are (int64). NaN counts as the largest. Dtypes: any.</summary>
public sealed record TopK(long K, int Axis, bool Largest) : PrimitiveOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Of("TopK", [OnnxForm.X(), OnnxForm.Vector(K)], ("axis", (long)Axis), ("largest", Largest ? 1L : 0)).Several(2);

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        int axis = spec.Shape.Axis(Axis, Name());
        if (K < 0 || (spec.Shape[axis].IsKnown && K > spec.Shape[axis])) throw new ShapeException($"TopK: k = {K} of axis {Axis} of shape {spec.Shape}. Expected 0 to {spec.Shape[axis]}.");
        var shape = spec.Shape.With(axis, K);
        return new(new TensorSpec(spec.DType, shape), new TensorSpec(DType.Int64, shape));
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [Sort.BackTo(b, Axis)];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this with { Axis = x.Sample(0).Shape.Axis(Axis, Name()) + 1 });
}
