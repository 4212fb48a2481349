namespace Tauten.Ops;

/// <summary>
/// A [.., m, n] = Q R with orthonormal columns of Q [.., m, k] and an upper triangular R [.., k, n] by Householder's reflections; k is the smaller of m
/// and n, or m when <paramref name="Complete"/>. Diagonal elements of R have either sign. Computed in float64.
/// Gradient: Walter and Lehmann, "Algorithmic differentiation of linear algebra functions", 2018; A must have full rank, and not more rows
/// than columns when <paramref name="Complete"/>. Dtypes: float32, float64.
/// </summary>
/// <param name="Complete">Whether Q is square.</param>
public sealed record Qr(bool Complete) : PrimitiveOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var a = Expect.One(x, this);
        Matrices.ExpectMatrix(this, a);
        Dim rows = a.Shape[^2], columns = a.Shape[^1], size = Complete ? rows : Dim.Min(rows, columns);
        return new(new TensorSpec(a.DType, [.. a.Shape.Batch(), rows, size]), new TensorSpec(a.DType, [.. a.Shape.Batch(), size, columns]));
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        Tensor q = b.Output, r = b.OutputAt(1);
        Dim rows = q.Shape[^2], columns = r.Shape[^1], size = q.Shape[^1];
        if (Complete && rows.IsKnown && columns.IsKnown && rows > columns)
            throw new GradientException($"{this}: a complete Q of a tall matrix of shape {b.InputSpec(0).Shape} is not determined by it, so there is no gradient. Use the reduced one.");
        // [X, Y] = Q [U, V]: the square part determines Q, and Y = Q V.
        Tensor square = r.Narrow(-1, 0, size), right = r.Narrow(-1, size, columns - size), rg = b.GradOf(1);
        Tensor squareGrad = rg.Narrow(-1, 0, size), rightGrad = rg.Narrow(-1, size, columns - size);
        var qg = b.GradOf(0) + q.MatMul(right).MatMul(rightGrad.T);
        var inner = square.MatMul(squareGrad.T) - qg.T.MatMul(q);
        var left = square.SolveUpper((qg + q.MatMul(inner.MirrorLower())).T).T;
        return [Tensor.Concat([left, q.MatMul(rightGrad)], -1)];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this);
}

/// <summary>
/// Householder's reflections of A [.., m, n] = Q R in LAPACK's form: R on and above the diagonal, the vectors v (first element 1, not stored) below; second
/// output: their factors tau [.., min(m, n)], with Q = (1 - tau[0] v v^T) (1 - tau[1] v v^T) ... Computed in float64. No gradient flows through it; that of
/// <see cref="Qr"/> does. Dtypes: float32, float64.
/// </summary>
public sealed record HouseholderFactor : PrimitiveOp
{
    internal static readonly HouseholderFactor Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var a = Expect.One(x, this);
        Matrices.ExpectMatrix(this, a);
        return new(a, new TensorSpec(a.DType, [.. a.Shape.Batch(), Dim.Min(a.Shape[^2], a.Shape[^1])]));
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [null];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this);
}
