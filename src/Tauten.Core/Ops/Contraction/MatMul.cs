namespace Tauten.Ops;

/// <summary>
/// The matrix product over the last two axes, C[.., i, j] = sum over p of A[.., i, p] * B[.., p, j]; the axes in front are broadcast.
/// 16-bit floats are summed in 32 bits; integers wrap around. Dtypes: numbers.
/// </summary>
public sealed record MatMul : PrimitiveOp
{
    internal static readonly MatMul Instance = new();

    /// <inheritdoc/>
    internal override double? Work(ReadOnlySpan<TensorSpec> x, ReadOnlySpan<TensorSpec> y) => 2.0 * y[0].Shape.Count * x[0].Shape[^1].Value;

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Reduced;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Binary("MatMul");

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Contraction;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Count(x, 2, this);
        return Infer(x[0], x[1]);
    }

    /// <inheritdoc/>
    protected internal override TensorSpec Infer(TensorSpec a, TensorSpec b)
    {
        Expect.SameDType(this, a, b);
        if (a.DType == DType.Bool) throw Expect.DType(this, a.DType, "a numeric dtype");
        if (a.Shape.Rank < 2 || b.Shape.Rank < 2) throw new ShapeException($"MatMul: expected matrices, of rank 2 or more. Received: shapes {a.Shape} and {b.Shape}.");
        Dim inner = a.Shape[^1], other = b.Shape[^2];
        if (inner != other && inner.IsKnown && other.IsKnown)
            throw new ShapeException($"MatMul: shapes {a.Shape} and {b.Shape} do not fit: the columns of the first ({inner}) must be as many as the rows of the second ({other}).");
        if (a.Shape.Rank == 2 && b.Shape.Rank == 2) return new(a.DType, [a.Shape[0], b.Shape[1]]);
        var batch = Shape.Broadcast(Shape.Create([.. a.Shape.Take(a.Shape.Rank - 2)]), Shape.Create([.. b.Shape.Take(b.Shape.Rank - 2)]), "MatMul");
        return new(a.DType, [.. batch, a.Shape[^2], b.Shape[^1]]);
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) =>
        [
            b.Needs(0) ? Dispatch.Run(this, b.Grad, b.Input(1).TransposeLast()).SumTo(b.InputSpec(0).Shape) : null,
            b.Needs(1) ? Dispatch.Run(this, b.Input(0).TransposeLast(), b.Grad).SumTo(b.InputSpec(1).Shape) : null,
        ];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x)
    {
        if (x.IsBatched(1) || x.Rank(0) != 2 || x.Rank(1) != 2) return x.Elementwise(this);
        // The rows of all samples are rows of one product.
        var a = x[0];
        return [Dispatch.Run(this, a.Flatten(0, 1), x[1]).Reshape([a.Shape[0], a.Shape[1], x[1].Shape[1]])];
    }
}
