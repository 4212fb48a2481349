namespace Tauten.Ops;

/// <summary>
/// The matrix product of 8-bit integers with sums in int32, which wrap around. Inputs: [.., rows, inner] and [.., inner, columns], each int8 or uint8, of which
/// the axes in front are broadcast; output [.., rows, columns], int32. Dtypes: int8, uint8.
/// </summary>
public sealed record MatMulInteger : CompositeOp
{
    internal static readonly MatMulInteger Instance = new();

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
        foreach (var dtype in (ReadOnlySpan<DType>)[a.DType, b.DType])
            if (dtype is not (DType.Int8 or DType.UInt8)) throw Expect.DType(this, dtype, "int8 or uint8");
        return MatMul.Instance.Infer(new(DType.Int32, a.Shape), new(DType.Int32, b.Shape));
    }

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x) => x[0].To(DType.Int32).MatMul(x[1].To(DType.Int32));
}
