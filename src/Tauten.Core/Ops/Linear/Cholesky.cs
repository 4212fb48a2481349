namespace Tauten.Ops;

/// <summary>
/// The lower triangular L with L L^T = A for symmetric positive definite matrices A [.., n, n], of which only the lower triangle is read. Second
/// output: for each matrix 0, or the order of the first leading minor that is not positive (int32); L is then of no use.
/// Gradient: Murray, "Differentiation of the Cholesky decomposition", 2016. Dtypes: float32, float64.
/// </summary>
/// <param name="Checks">Whether a matrix that is not positive definite is an error.</param>
public sealed record Cholesky(bool Checks) : PrimitiveOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var a = Expect.One(x, this);
        Matrices.ExpectSquare(this, a);
        return new(a, new TensorSpec(DType.Int32, [.. a.Shape.Batch()]));
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        var factor = b.Output;
        var inner = factor.T.MatMul(b.Grad).MirrorLower() * 0.5;
        // L^-T S L^-1 for a symmetric S.
        var left = factor.T.SolveUpper(inner);
        return [factor.T.SolveUpper(left.T)];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this);
}

/// <summary>
/// The solution X of A X = B for triangular matrices A [.., n, n] and B [.., n, k] with the same batch axes. The other triangle of A is not read; a zero
/// on the diagonal gives infinities or NaN. Dtypes: float32, float64.
/// </summary>
/// <param name="Upper">Whether the upper triangle of A is meant, else the lower.</param>
/// <param name="UnitTriangular">Whether the diagonal of A is taken as ones and not read.</param>
public sealed record TriangularSolve(bool Upper, bool UnitTriangular) : PrimitiveOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Count(x, 2, this);
        Matrices.ExpectSystem(this, x[0], x[1]);
        return x[1];
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        var right = Dispatch.Run(new TriangularSolve(!Upper, UnitTriangular), b.Input(0).T, b.Grad);
        if (!b.Needs(0)) return [null, right];
        int offset = UnitTriangular ? 1 : 0;
        var matrix = -right.MatMul(b.Output.T);
        return [Upper ? matrix.Triu(offset) : matrix.Tril(-offset), right];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this);
}
