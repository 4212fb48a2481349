namespace Tauten.Ops;

/// <summary>
/// The exponential 1 + A + A^2 / 2 + ... of square matrices [.., n, n], by scaling, a rational approximation of degree 13, and squaring (Higham: "The scaling and
/// squaring method for the matrix exponential revisited", 2005). Computed in float64. The gradient is a block of the exponential of
/// [[A^T, G], [0, A^T]] (Mathias: "A chain rule for matrix functions and applications", 1996). Dtypes: float32, float64.
/// </summary>
public sealed record MatrixExp : PrimitiveOp
{
    internal static readonly MatrixExp Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var a = Expect.One(x, this);
        Matrices.ExpectSquare(this, a);
        return a;
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        var a = b.Input(0).T;
        Dim size = a.Shape[^1];
        var blocks = Tensor.Concat([Tensor.Concat([a, b.Grad], -1), Tensor.Concat([Tensor.Constant(0, a.Spec), a], -1)], -2);
        return [Dispatch.Run(this, blocks).Narrow(-2, 0, size).Narrow(-1, size, size)];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this);
}
