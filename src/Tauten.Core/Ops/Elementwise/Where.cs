namespace Tauten.Ops;

/// <summary>The element of the second input where the first (a bool) is true, else of the third; all three are broadcast. Dtypes: any; condition bool.</summary>
public sealed record Where : PrimitiveOp
{
    internal static readonly Where Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("Where", [OnnxForm.X(), OnnxForm.X(1), OnnxForm.X(2)])];

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Count(x, 3, this);
        if (x[0].DType != DType.Bool) throw Expect.DType(this, x[0].DType, "a condition of dtype bool");
        Expect.SameDType(this, x[1], x[2]);
        return new TensorSpec(x[1].DType, Shape.Broadcast(x[0].Shape, Shape.Broadcast(x[1].Shape, x[2].Shape, Name()), Name()));
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) =>
        [
            null,
            b.Needs(1) ? Tensor.Where(b.Input(0), b.Grad, 0).SumTo(b.InputSpec(1).Shape) : null,
            b.Needs(2) ? Tensor.Where(b.Input(0), 0, b.Grad).SumTo(b.InputSpec(2).Shape) : null,
        ];
}
