using Tauten.Ops;

namespace Tauten;

/// <summary>Which factors of A = Q R are computed, and of which size.</summary>
public enum QrMode
{
    /// <summary>Q [m, k] and R [k, n], with k the smaller of m and n.</summary>
    Reduced,
    /// <summary>Q [m, m] and R [m, n].</summary>
    Complete,
    /// <summary>R as in <see cref="Reduced"/>; Q has no elements.</summary>
    R,
}

/// <summary>
/// Linear algebra on matrices and batches of them: the last two axes are rows and columns, those in front are batch axes, which are broadcast where two tensors
/// meet. All of it has gradients of any order unless an operation says otherwise. float32 and float64; 16-bit floats are computed in float32 and
/// rounded once; other dtypes are refused.
/// </summary>
/// <example><code>
/// var a = Tensor.From(new[,] { { 4f, 1f }, { 1f, 3f } });
/// Console.WriteLine(Linalg.Solve(a, Tensor.From([1f, 2f])));    // [0.0909, 0.6364]
/// </code></example>
public static partial class Linalg
{
    /// <summary>The dtype in which a tensor is computed.</summary>
    static Tensor Wide(Tensor x) => x.DType is DType.Float16 or DType.BFloat16 ? x.To(DType.Float32) : x;

    /// <summary>With the batch axes that both broadcast to.</summary>
    static (Tensor A, Tensor B) Aligned(Tensor a, Tensor b, string op)
    {
        if (a.Rank < 2 || b.Rank < 2) throw new ShapeException($"{op}: expected matrices or batches of them. Received: shapes {a.Shape} and {b.Shape}.");
        var batch = Shape.Broadcast(Shape.Create([.. a.Shape.Batch()]), Shape.Create([.. b.Shape.Batch()]), op);
        return (a.BroadcastTo([.. batch, a.Shape[^2], a.Shape[^1]]), b.BroadcastTo([.. batch, b.Shape[^2], b.Shape[^1]]));
    }

    /// <summary>The lower triangular L with L L^T = A, or the upper triangular U with U^T U = A; see <see cref="Ops.Cholesky"/>.</summary>
    /// <example><code>
    /// var a = Tensor.From(new[,] { { 4.0, 2 }, { 2, 5 } });
    /// Console.WriteLine(Linalg.Cholesky(a));
    /// // [[2, 0],
    /// //  [1, 2]]
    /// </code></example>
    /// <exception cref="LinalgException">A matrix is not positive definite.</exception>
    public static Tensor Cholesky(Tensor a, bool upper = false) => Cholesky(a, upper, true).Factor;

    /// <summary>The factor of <see cref="Cholesky(Tensor, bool)"/>, and for each matrix 0 or the order of the first leading minor that is not positive (int32).</summary>
    /// <example><code>
    /// var (factor, info) = Linalg.CholeskyEx(Tensor.From(new[,] { { 1.0, 2 }, { 2, 1 } }));
    /// Console.WriteLine(info);    // 2    the leading minor of order 2 is not positive
    /// </code></example>
    public static (Tensor Factor, Tensor Info) CholeskyEx(Tensor a, bool upper = false) => Cholesky(a, upper, false);

    static (Tensor Factor, Tensor Info) Cholesky(Tensor a, bool upper, bool checks)
    {
        var wide = Wide(a);
        var y = Dispatch.RunAll(new Cholesky(checks), upper && wide.Rank >= 2 ? wide.T : wide);
        return ((upper ? y[0].T : y[0]).To(a.DType), y[1]);
    }

    /// <summary>The inverse of A from its factor L (A = L L^T), or U (A = U^T U).</summary>
    /// <example><code>
    /// var factor = Linalg.Cholesky(Tensor.From(new[,] { { 4.0, 2 }, { 2, 2 } }));
    /// Console.WriteLine(Linalg.CholeskyInverse(factor));
    /// // [[ 0.5000, -0.5000],
    /// //  [-0.5000,  1.0000]]
    /// </code></example>
    public static Tensor CholeskyInverse(Tensor factor, bool upper = false) => CholeskySolve(Matrices.IdentityLike(Wide(factor)).To(factor.DType), factor, upper);

    /// <summary>The solution X of A X = B from the factor L of A = L L^T, or U of A = U^T U.</summary>
    /// <example><code>
    /// var factor = Linalg.Cholesky(Tensor.From(new[,] { { 4.0, 2 }, { 2, 2 } }));
    /// Console.WriteLine(Linalg.CholeskySolve(Tensor.From(new[,] { { 6.0 }, { 4 } }), factor));
    /// // [[1],
    /// //  [1]]
    /// </code></example>
    public static Tensor CholeskySolve(Tensor b, Tensor factor, bool upper = false)
    {
        var (l, x) = Aligned(Wide(factor), Wide(b), "CholeskySolve");
        if (upper) l = l.T;
        return l.T.SolveUpper(l.SolveLower(x)).To(b.DType);
    }

    /// <summary>The factors L and U in one matrix, and the row exchanges; see <see cref="Ops.LuFactor"/>.</summary>
    /// <example><code>
    /// var (lu, pivots) = Linalg.LuFactor(Tensor.From(new[,] { { 1.0, 2 }, { 4, 6 } }));
    /// Console.WriteLine(lu);
    /// // [[4.0000, 6.0000],
    /// //  [0.2500, 0.5000]]
    /// Console.WriteLine(pivots);    // [2, 2]    rows are counted from 1
    /// </code></example>
    /// <exception cref="LinalgException">A square matrix is singular.</exception>
    public static (Tensor Lu, Tensor Pivots) LuFactor(Tensor a)
    {
        var y = LuFactor(a, a.Rank >= 2 && a.Shape[^1] == a.Shape[^2]);
        return (y[0], y[1]);
    }

    /// <summary>As <see cref="LuFactor(Tensor)"/>, with the number of the first pivot that is exactly 0, counted from 1, or 0 (int32).</summary>
    /// <example><code>
    /// var (lu, pivots, info) = Linalg.LuFactorEx(Tensor.From(new[,] { { 1.0, 2 }, { 2, 4 } }));
    /// Console.WriteLine(info);    // 2    the second pivot is 0
    /// </code></example>
    public static (Tensor Lu, Tensor Pivots, Tensor Info) LuFactorEx(Tensor a)
    {
        var y = LuFactor(a, false);
        return (y[0], y[1], y[2]);
    }

    static Tensor[] LuFactor(Tensor a, bool checks)
    {
        var y = Dispatch.RunAll(new LuFactor(checks), Wide(a));
        y[0] = y[0].To(a.DType);
        return y;
    }

    /// <summary>A [.., m, n] = P L U with a permutation P [.., m, m], a lower triangular L [.., m, k] with ones on its diagonal, and an upper triangular U [.., k, n]; k is the smaller of m and n.</summary>
    /// <example><code>
    /// var a = Tensor.From(new[,] { { 1.0, 2 }, { 4, 6 } });
    /// var (p, l, u) = Linalg.Lu(a);
    /// Console.WriteLine(p.MatMul(l).MatMul(u));
    /// // [[1, 2],
    /// //  [4, 6]]
    /// </code></example>
    public static (Tensor P, Tensor L, Tensor U) Lu(Tensor a)
    {
        var y = LuFactor(a, false);
        return LuUnpack(y[0], y[1]);
    }

    /// <summary>The factors P, L and U from what <see cref="LuFactor(Tensor)"/> gives.</summary>
    /// <example><code>
    /// var (lu, pivots) = Linalg.LuFactor(Tensor.From(new[,] { { 1.0, 2 }, { 4, 6 } }));
    /// var (p, l, u) = Linalg.LuUnpack(lu, pivots);
    /// Console.WriteLine(l);
    /// // [[1.0000, 0.0000],
    /// //  [0.2500, 1.0000]]
    /// </code></example>
    public static (Tensor P, Tensor L, Tensor U) LuUnpack(Tensor lu, Tensor pivots)
    {
        var wide = Wide(lu);
        if (wide.Rank < 2) throw new ShapeException($"LuUnpack: expected a matrix or a batch of them. Received: shape {lu.Shape}.");
        Dim rows = wide.Shape[^2], size = Dim.Min(rows, wide.Shape[^1]);
        var permutation = Dispatch.Run(new PivotPermutation(rows), pivots);
        // Row i of L U is row permutation[i] of A.
        var p = Tensor.Arange(0, rows, DType.Int64).Unsqueeze(-1).EqualTo(permutation.Unsqueeze(-2)).To(lu.DType);
        return (p, (wide.Narrow(-1, 0, size).Tril(-1) + Tensor.Eye(rows, size, wide.DType)).To(lu.DType), wide.Narrow(-2, 0, size).Triu().To(lu.DType));
    }

    /// <summary>A = Q R with orthonormal columns of Q and an upper triangular R; see <see cref="Ops.Qr"/>.</summary>
    /// <example><code>
    /// var (q, r) = Linalg.Qr(Tensor.From(new[,] { { 3.0, 1 }, { 4, 2 } }));
    /// Console.WriteLine(r);
    /// // [[-5.0000, -2.2000],
    /// //  [ 0.0000,  0.4000]]
    /// </code></example>
    public static (Tensor Q, Tensor R) Qr(Tensor a, QrMode mode = QrMode.Reduced)
    {
        var y = Dispatch.RunAll(new Qr(mode == QrMode.Complete), Wide(a));
        return (mode == QrMode.R ? Tensor.Zeros([0], a.DType) : y[0].To(a.DType), y[1].To(a.DType));
    }

    /// <summary>Householder's reflections in LAPACK's form; see <see cref="Ops.HouseholderFactor"/>. No gradient flows through it.</summary>
    /// <example><code>
    /// var (reflectors, tau) = Linalg.Geqrf(Tensor.From(new[,] { { 3.0, 1 }, { 4, 2 } }));
    /// Console.WriteLine(tau);    // [1.6000, 0.0000]
    /// </code></example>
    public static (Tensor A, Tensor Tau) Geqrf(Tensor a)
    {
        var y = Dispatch.RunAll(HouseholderFactor.Instance, Wide(a));
        return (y[0].To(a.DType), y[1].To(a.DType));
    }

    /// <summary>
    /// The first columns of the product (1 - tau[0] v v^T) (1 - tau[1] v v^T) ..., as many as A [.., m, n] has, for vectors v below the diagonal of A, whose first elements are
    /// ones. Also called orgqr.
    /// </summary>
    /// <example><code>
    /// var (reflectors, tau) = Linalg.Geqrf(Tensor.From(new[,] { { 3.0, 1 }, { 4, 2 } }));
    /// // Q.
    /// Console.WriteLine(Linalg.HouseholderProduct(reflectors, tau));
    /// // [[-0.6000, -0.8000],
    /// //  [-0.8000,  0.6000]]
    /// </code></example>
    public static Tensor HouseholderProduct(Tensor a, Tensor tau)
    {
        Tensor wide = Wide(a), vectors = ReflectionVectors(wide, tau, "HouseholderProduct");
        var columns = vectors.Narrow(-2, 0, wide.Shape[^1]).T;
        return (Tensor.Eye(wide.Shape[^2], wide.Shape[^1], wide.DType) - vectors.MatMul(Reflected(vectors, Wide(tau), columns, false))).To(a.DType);
    }

    /// <inheritdoc cref="HouseholderProduct"/>
    /// <example><code>
    /// var (reflectors, tau) = Linalg.Geqrf(Tensor.From(new[,] { { 3.0, 1 }, { 4, 2 } }));
    /// Console.WriteLine(Linalg.Orgqr(reflectors, tau));
    /// // [[-0.6000, -0.8000],
    /// //  [-0.8000,  0.6000]]
    /// </code></example>
    public static Tensor Orgqr(Tensor a, Tensor tau) => HouseholderProduct(a, tau);

    /// <summary>The product of an orthogonal Q (or its transpose), given by reflections as in <see cref="HouseholderProduct"/>, with another matrix from the left or right.</summary>
    /// <example><code>
    /// var (reflectors, tau) = Linalg.Geqrf(Tensor.From(new[,] { { 3.0, 1 }, { 4, 2 } }));
    /// // Q times a column.
    /// Console.WriteLine(Linalg.Ormqr(reflectors, tau, Tensor.From(new[,] { { 5.0 }, { 10 } })));
    /// // [[-11],
    /// //  [  2]]
    /// </code></example>
    public static Tensor Ormqr(Tensor a, Tensor tau, Tensor other, bool left = true, bool transpose = false)
    {
        if (!left) return Ormqr(a, tau, other.T, true, !transpose).T;
        Tensor wide = Wide(other), vectors = ReflectionVectors(Wide(a), tau, "Ormqr");
        return (wide - vectors.MatMul(Reflected(vectors, Wide(tau), vectors.T.MatMul(wide), transpose))).To(other.DType);
    }

    static Tensor ReflectionVectors(Tensor a, Tensor tau, string op)
    {
        if (a.Rank < 2 || tau.Rank != a.Rank - 1 || a.Shape[^1].IsKnown && tau.Shape[^1].IsKnown && tau.Shape[^1] > a.Shape[^1])
            throw new ShapeException($"{op}: expected a matrix and at most one factor for each of its columns. Received: shapes {a.Shape} and {tau.Shape}.");
        var columns = a.Narrow(-1, 0, tau.Shape[^1]);
        return columns.Tril(-1) + Tensor.Eye(a.Shape[^2], tau.Shape[^1], a.DType);
    }

    // T X for the product 1 - V T V^T, with T = (1 + D S)^-1 D, D = diag(tau), and S the part of V^T V above its diagonal.
    static Tensor Reflected(Tensor vectors, Tensor tau, Tensor x, bool transpose)
    {
        var factors = tau.Unsqueeze(-1);
        var triangle = factors * vectors.T.MatMul(vectors).Triu(1);
        var (t, y) = Aligned(triangle, transpose ? x : factors * x, "HouseholderProduct");
        return transpose ? factors * t.T.SolveLower(y, unit: true) : t.SolveUpper(y, unit: true);
    }

    /// <summary>Factors of symmetric matrices that need not be positive definite, and the exchanges; see <see cref="Ops.LdlFactor"/>. No gradient flows through it.</summary>
    /// <example><code>
    /// var (ld, pivots) = Linalg.LdlFactor(Tensor.From(new[,] { { 4.0, 2 }, { 2, -3 } }));
    /// Console.WriteLine(ld);
    /// // [[ 4.0000,  0.0000],
    /// //  [ 0.5000, -4.0000]]
    /// </code></example>
    /// <exception cref="LinalgException">A matrix is singular.</exception>
    public static (Tensor Ld, Tensor Pivots) LdlFactor(Tensor a)
    {
        var y = Dispatch.RunAll(new LdlFactor(true), Wide(a));
        return (y[0].To(a.DType), y[1]);
    }

    /// <summary>As <see cref="LdlFactor(Tensor)"/>, with the number of the first block that is exactly 0, counted from 1, or 0 (int32).</summary>
    /// <example><code>
    /// var (ld, pivots, info) = Linalg.LdlFactorEx(Tensor.From(new[,] { { 4.0, 2 }, { 2, -3 } }));
    /// Console.WriteLine(info);    // 0
    /// </code></example>
    public static (Tensor Ld, Tensor Pivots, Tensor Info) LdlFactorEx(Tensor a)
    {
        var y = Dispatch.RunAll(new LdlFactor(false), Wide(a));
        return (y[0].To(a.DType), y[1], y[2]);
    }

    /// <summary>The solution X of A X = B from what <see cref="LdlFactor(Tensor)"/> gives for A. The gradient flows to B only.</summary>
    /// <example><code>
    /// var (ld, pivots) = Linalg.LdlFactor(Tensor.From(new[,] { { 4.0, 2 }, { 2, -3 } }));
    /// Console.WriteLine(Linalg.LdlSolve(ld, pivots, Tensor.From(new[,] { { 8.0 }, { -4 } })));
    /// // [[1],
    /// //  [2]]
    /// </code></example>
    public static Tensor LdlSolve(Tensor ld, Tensor pivots, Tensor b)
    {
        var (factors, right) = Aligned(Wide(ld), Wide(b), "LdlSolve");
        return Dispatch.Run(Ops.LdlSolve.Instance, (ReadOnlySpan<Tensor>)[factors, pivots.BroadcastTo([.. factors.Shape.Take(factors.Rank - 1)]), right]).To(b.DType);
    }
}
