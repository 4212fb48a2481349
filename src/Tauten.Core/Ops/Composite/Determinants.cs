namespace Tauten.Ops;

/// <summary>
/// The determinant of square matrices [.., n, n], by <see cref="LuFactor"/>. Its gradient is the matrix of cofactors, which exists for singular matrices too. Dtypes: float32, float64.
/// </summary>
public sealed record Det : CompositeOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Det");

    internal static readonly Det Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Matrices.ExpectSquare(this, x[0].Spec);
        var factors = Dispatch.RunAll(new LuFactor(false), x[0]);
        return factors[0].MainDiagonal().Prod(-1) * Sign(factors[1], x[0].DType);
    }

    /// <summary>1, or -1 where the number of rows that were exchanged with another one is odd.</summary>
    internal static Tensor Sign(Tensor pivots, DType dtype)
    {
        var exchanged = pivots.NotEqualTo(Tensor.Arange(1, pivots.Shape[^1], DType.Int32)).To(DType.Int64).Sum(-1);
        return (1 - exchanged % 2 * 2).To(dtype);
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [b.Grad.Unsqueeze([-2, -1]) * Dispatch.Run(Cofactors.Instance, b.Input(0))];
}

/// <summary>
/// The cofactors of square matrices [.., n, n]: the derivative of the determinant, det(A) A^-T for an invertible A, and defined for every A: with
/// A = U diag(s) V^T it is det(U V^T) U diag(products of all s but one) V^T. Its own gradient needs A to be invertible. Dtypes: float32, float64.
/// </summary>
public sealed record Cofactors : CompositeOp
{
    internal static readonly Cofactors Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Matrices.ExpectSquare(this, x[0].Spec);
        var y = Dispatch.RunAll(new Svd(false), x[0]);
        var others = y[1].CumProd(-1, exclusive: true) * y[1].CumProd(-1, exclusive: true, reverse: true);
        var sign = Dispatch.Run(Det.Instance, y[0].MatMul(y[2]).Detach()).Sign();
        return (y[0] * (others * sign.Unsqueeze(-1)).Unsqueeze(-2)).MatMul(y[2]);
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        // C = det(A) A^-T, so dC = <C, dA> A^-T - C dA^T A^-T.
        Tensor c = b.Output, inverse = b.Input(0).Inverted().T;
        var inner = (b.Grad * inverse).Sum([-2, -1], keepDims: true);
        return [inner * c - inverse.MatMul(b.Grad.T).MatMul(c)];
    }
}

/// <summary>
/// Sign and logarithm of the magnitude of the determinant of square matrices [.., n, n]; 0 and minus infinity where it is 0. The gradient of the logarithm is
/// A^-T, that of the sign 0. Dtypes: float32, float64.
/// </summary>
public sealed record SlogDet : CompositeOp
{
    internal static readonly SlogDet Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        Matrices.ExpectSquare(this, x[0].Spec);
        var factors = Dispatch.RunAll(new LuFactor(false), x[0]);
        var diagonal = factors[0].MainDiagonal();
        return [diagonal.Sign().Prod(-1) * Det.Sign(factors[1], x[0].DType), diagonal.Abs().Log().Sum(-1)];
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [b.GradOf(1).Unsqueeze([-2, -1]) * b.Input(0).Inverted().T];
}
