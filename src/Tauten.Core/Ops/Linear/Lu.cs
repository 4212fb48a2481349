namespace Tauten.Ops;

/// <summary>
/// The factors of A [.., m, n] = P L U with row exchanges: L (unit diagonal, not stored) below and U on and above the diagonal of the first output.
/// Second: the exchanges in order, row i with row <c>pivots[i] - 1</c> (int32, counted from 1). Third: for each matrix 0, or the number of
/// the first pivot that is exactly 0, counted from 1 (int32). Gradient: de Hoog, Anderssen, Lukas, "Differentiation of matrix functionals using triangular factorization", 2011.
/// Dtypes: float32, float64.
/// </summary>
/// <param name="Checks">Whether a pivot of exactly 0 is an error.</param>
public sealed record LuFactor(bool Checks) : PrimitiveOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var a = Expect.One(x, this);
        Matrices.ExpectMatrix(this, a);
        return new(a, new TensorSpec(DType.Int32, [.. a.Shape.Batch(), Dim.Min(a.Shape[^2], a.Shape[^1])]), new TensorSpec(DType.Int32, [.. a.Shape.Batch()]));
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        // In blocks: the leading square one, what is to its right if A is wide, and what is below if A is tall; the others have no elements.
        var (lu, g) = (b.Output, b.Grad);
        Dim rows = lu.Shape[^2], columns = lu.Shape[^1], size = Dim.Min(rows, columns);
        var square = lu.Narrow(-2, 0, size).Narrow(-1, 0, size);
        var lower = lu.Narrow(-1, 0, size).Tril(-1);
        var upper = lu.Narrow(-2, 0, size).Triu();
        Tensor lowerGrad = g.Narrow(-1, 0, size).Tril(-1), upperGrad = g.Narrow(-2, 0, size).Triu();
        Tensor unit = lower.Narrow(-2, 0, size) + Tensor.Eye(size, dtype: lu.DType), below = lower.Narrow(-2, size, rows - size), right = upper.Narrow(-1, size, columns - size);
        Tensor belowGrad = lowerGrad.Narrow(-2, size, rows - size), rightGrad = upperGrad.Narrow(-1, size, columns - size);
        var strict = unit.T.MatMul(lowerGrad.Narrow(-2, 0, size)) - rightGrad.MatMul(right.T);
        var rest = upperGrad.Narrow(-1, 0, size).MatMul(upper.Narrow(-1, 0, size).T) - below.T.MatMul(belowGrad);
        var inner = unit.T.SolveUpper(strict.Tril(-1) + rest.Triu(), unit: true);
        // Times U^-T from the right: the transpose of U^-1 times the transpose.
        var leading = square.SolveUpper(inner.T).T;
        var wide = unit.T.SolveUpper(rightGrad, unit: true);
        var tall = square.SolveUpper(belowGrad.T).T;
        var top = Tensor.Concat([leading, wide], -1);
        var bottom = Tensor.Concat([tall, Tensor.Zeros([.. lu.Shape.Batch(), rows - size, columns - size], lu.DType)], -1);
        var permutation = Dispatch.Run(new PivotPermutation(rows), b.OutputAt(1));
        return [Tensor.Concat([top, bottom], -2).ScatterRows(permutation)];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this);
}

/// <summary>
/// The order of rows (int64) that the row exchanges of <see cref="LuFactor"/> lead to: row i of L U is row <c>permutation[i]</c> of A. Dtypes: pivots int32.
/// </summary>
/// <param name="Rows">The number of rows of A.</param>
public sealed record PivotPermutation(Dim Rows) : PrimitiveOp
{
    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var pivots = Expect.One(x, this);
        if (pivots.DType != DType.Int32) throw Expect.DType(this, pivots.DType, "pivots of dtype int32");
        if (pivots.Shape.Rank < 1 || (pivots.Shape[^1].IsKnown && Rows.IsKnown && pivots.Shape[^1] > Rows)) throw new ShapeException($"{this}: expected at most {Rows} pivots. Received: shape {pivots.Shape}.");
        return new TensorSpec(DType.Int64, pivots.Shape.With(pivots.Shape.Rank - 1, Rows));
    }

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) => Rows.IsKnown ? this : new PivotPermutation(Rows.Bind(known));

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [null];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this);
}
