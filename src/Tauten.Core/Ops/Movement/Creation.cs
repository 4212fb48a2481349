namespace Tauten.Ops;

/// <summary>A tensor whose elements are all one value. Dtypes: any.</summary>
public sealed record Fill(Shape Shape, double Value, DType DType) : PrimitiveOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("Expand", [OnnxForm.Constant(Value, DType), OnnxForm.OfShape(Shape)])];

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Creation;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x) => new TensorSpec(DType, Shape);

    internal override double? RepeatedValue => Value;

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) => Shape.IsKnown ? this : new Fill(Shape.Bind(known), Value, DType);

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [];
}

/// <summary>The numbers Start, Start + Step, Start + 2 Step, ...: element i is Start + i * Step, computed in 64 bits and rounded once. Dtypes: numbers.</summary>
public sealed record Iota(Dim Length, double Start, double Step, DType DType) : PrimitiveOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [Ranged()];

    OnnxForm Ranged()
    {
        var counted = OnnxForm.Of("Range", [OnnxForm.Scalar(0), OnnxForm.Scalar(Length), OnnxForm.Scalar(1)]);
        if (Start == 0 && Step == 1) return counted.To(DType);
        // Whole numbers up to 2^53 are exact in 64 bits, as the op computes them.
        var scaled = OnnxForm.Of("Mul", [counted.To(DType.Float64), OnnxForm.Constant(Step, DType.Float64)]);
        return OnnxForm.Of("Add", [scaled, OnnxForm.Constant(Start, DType.Float64)]).To(DType);
    }

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Creation;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x) => DType != DType.Bool ? new TensorSpec(DType, [Length]) : throw Expect.DType(this, DType, "a numeric dtype");

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) => Length.IsKnown ? this : new Iota(Length.Bind(known), Start, Step, DType);

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [];
}

/// <summary>The value of a dimension as a scalar: how captured graphs compute with sizes that they learn when they run. Dtypes: any.</summary>
public sealed record DimValue(Dim Dim, DType DType) : CompositeOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Scalar(Dim).To(DType)];

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Creation;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x) => new TensorSpec(DType, Shape.Scalar);

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x) => Dim.IsKnown ? Dispatch.Run(new Fill(Shape.Scalar, Dim.Value, DType)) : Dispatch.Run(this);

    internal override double? RepeatedValue => Dim.IsKnown ? Dim.Value : double.NaN;

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) => Dim.IsKnown ? this : new DimValue(Dim.Bind(known), DType);

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [];
}
