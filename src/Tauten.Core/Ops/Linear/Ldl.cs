namespace Tauten.Ops;

/// <summary>
/// The factors of symmetric matrices A [.., n, n] = P L D L^T P^T with exchanges chosen by Bunch and Kaufman, in LAPACK's form: L (unit diagonal, not stored)
/// below, and the blocks of D, of one or two rows, on and next to the diagonal. Only the lower triangle is read. Second output: the exchanges
/// (int32): a positive one p says that this row was exchanged with row p - 1; two equal negative ones, that D has a block of two rows, whose second row was exchanged with
/// row -p - 1. Third: for each matrix 0, or the number of the first block of D that is exactly 0 (int32). Computed in float64. No gradient flows through it.
/// (Bunch, Kaufman: "Some stable methods for calculating inertia and solving symmetric linear systems", 1977.) Dtypes: float32, float64.
/// </summary>
/// <param name="Checks">Whether a block of D that is exactly 0 is an error.</param>
public sealed record LdlFactor(bool Checks) : PrimitiveOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var a = Expect.One(x, this);
        Matrices.ExpectSquare(this, a);
        return new(a, new TensorSpec(DType.Int32, [.. a.Shape.Batch(), a.Shape[^1]]), new TensorSpec(DType.Int32, [.. a.Shape.Batch()]));
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [null];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this);
}

/// <summary>
/// The solution of A X = B [.., n, k] from the factors and exchanges that <see cref="LdlFactor"/> gives for A. The gradient flows to B only. Computed in float64.
/// Dtypes: float32, float64; pivots int32.
/// </summary>
public sealed record LdlSolve : PrimitiveOp
{
    internal static readonly LdlSolve Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Count(x, 3, this);
        Matrices.ExpectSystem(this, x[0], x[2]);
        if (x[1].DType != DType.Int32) throw Expect.DType(this, x[1].DType, "pivots of dtype int32");
        if (x[1].Shape.Rank != x[0].Shape.Rank - 1) throw new ShapeException($"{this}: pivots of shape {x[1].Shape} do not fit factors of shape {x[0].Shape}. Expected one pivot for each row.");
        return x[2];
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First | Reads.Second;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [null, null, Dispatch.Run(this, (ReadOnlySpan<Tensor>)[b.Input(0), b.Input(1), b.Grad])];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this);
}
