namespace Tauten.Ops;

/// <summary>
/// The same numbers in another dtype. Floating-point to integer truncates towards zero and saturates, NaN becomes 0; between integers the bits
/// wrap around; to bool asks whether the number differs from 0. Dtypes: any.
/// </summary>
public sealed record Cast(DType DType) : PrimitiveOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Cast", ("to", OnnxForm.TypeOf(DType)));

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x) => Infer(Expect.One(x, this));

    /// <inheritdoc/>
    protected internal override TensorSpec Infer(TensorSpec x) => x.DType == DType ? x : new(DType, x.Shape);

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [b.Grad.To(b.InputSpec(0).DType)];
}
