using Tauten.Ops;

namespace Tauten;

public static partial class Linalg
{
    /// <summary>Whether a right-hand side is a batch of vectors: one axis, or the shape of the matrices without their last axis.</summary>
    static bool IsVector(Tensor a, Tensor b) => b.Rank == 1 || a.Rank - 1 == b.Rank && b.Shape == Shape.Create([.. a.Shape.Take(a.Rank - 1)]);

    /// <summary>
    /// The solution X of A X = B, or of X A = B when not <paramref name="left"/>, for square matrices A [.., n, n]. B is a matrix [.., n, k] ([.., k, n]), a vector [n], or one for each
    /// matrix [.., n]. See <see cref="Ops.Solve"/>.
    /// </summary>
    /// <example><code>
    /// var a = Tensor.From(new[,] { { 3.0, 1 }, { 1, 2 } });
    /// Console.WriteLine(Linalg.Solve(a, Tensor.From([9.0, 8])));    // [2, 3]
    /// </code></example>
    /// <exception cref="LinalgException">A matrix is singular.</exception>
    public static Tensor Solve(Tensor a, Tensor b, bool left = true) => Solve(a, b, left, true).Result;

    /// <summary>As <see cref="Solve(Tensor, Tensor, bool)"/>, with the number of the first pivot that is exactly 0, counted from 1, or 0 (int32), instead of an error.</summary>
    /// <example><code>
    /// var (result, info) = Linalg.SolveEx(Tensor.From(new[,] { { 1.0, 2 }, { 2, 4 } }), Tensor.From([1.0, 1]));
    /// Console.WriteLine(info);    // 2    not 0: the matrix is singular
    /// </code></example>
    public static (Tensor Result, Tensor Info) SolveEx(Tensor a, Tensor b, bool left = true) => Solve(a, b, left, false);

    static (Tensor Result, Tensor Info) Solve(Tensor a, Tensor b, bool left, bool checks)
    {
        if (IsVector(a, b))
        {
            if (!left) throw new ShapeException($"Solve: X A = B needs matrices on the right-hand side. Received: shape {b.Shape}.");
            var (column, state) = Solve(a, b.Unsqueeze(-1), left, checks);
            return (column.Squeeze(-1), state);
        }
        if (!left && a.Rank >= 2 && b.Rank >= 2)
        {
            var (transposed, state) = Solve(a.T, b.T, true, checks);
            return (transposed.T, state);
        }
        var (matrix, right) = Aligned(Wide(a), Wide(b), "Solve");
        var y = Dispatch.RunAll(new Solve(checks), matrix, right);
        return (y[0].To(b.DType), y[1]);
    }

    /// <summary>The solution X of A X = B, or of X A = B when not <paramref name="left"/>, for triangular matrices A; see <see cref="Ops.TriangularSolve"/>.</summary>
    /// <example><code>
    /// var a = Tensor.From(new[,] { { 2.0, 0 }, { 1, 4 } });
    /// Console.WriteLine(Linalg.SolveTriangular(a, Tensor.From(new[,] { { 2.0 }, { 9 } }), upper: false));
    /// // [[1],
    /// //  [2]]
    /// </code></example>
    public static Tensor SolveTriangular(Tensor a, Tensor b, bool upper, bool left = true, bool unitTriangular = false)
    {
        var (matrix, right) = Aligned(Wide(a), Wide(b), "SolveTriangular");
        if (left) return Dispatch.Run(new TriangularSolve(upper, unitTriangular), matrix, right).To(b.DType);
        return Dispatch.Run(new TriangularSolve(!upper, unitTriangular), matrix.T, right.T).T.To(b.DType);
    }

    /// <summary>The solution X of A X = B, or of A^T X = B, for triangular matrices A: <see cref="SolveTriangular"/> with the arguments in the older order.</summary>
    /// <example><code>
    /// var a = Tensor.From(new[,] { { 2.0, 1 }, { 0, 4 } });
    /// Console.WriteLine(Linalg.TriangularSolve(Tensor.From(new[,] { { 4.0 }, { 8 } }), a));
    /// // [[1],
    /// //  [2]]
    /// </code></example>
    public static Tensor TriangularSolve(Tensor b, Tensor a, bool upper = true, bool transpose = false, bool unitTriangular = false) =>
        transpose ? SolveTriangular(a.T, b, !upper, true, unitTriangular) : SolveTriangular(a, b, upper, true, unitTriangular);

    /// <summary>The solution X of A X = B (X A = B when not <paramref name="left"/>), or with A^T when <paramref name="adjoint"/>, from what <see cref="LuFactor(Tensor)"/> gives for A.</summary>
    /// <example><code>
    /// var (lu, pivots) = Linalg.LuFactor(Tensor.From(new[,] { { 3.0, 1 }, { 1, 2 } }));
    /// Console.WriteLine(Linalg.LuSolve(lu, pivots, Tensor.From(new[,] { { 9.0 }, { 8 } })));
    /// // [[2],
    /// //  [3]]
    /// </code></example>
    public static Tensor LuSolve(Tensor lu, Tensor pivots, Tensor b, bool left = true, bool adjoint = false)
    {
        if (!left) return LuSolve(lu, pivots, b.T, true, !adjoint).T;
        var (factors, right) = Aligned(Wide(lu), Wide(b), "LuSolve");
        var permutation = Dispatch.Run(new PivotPermutation(factors.Shape[^1]), pivots);
        permutation = permutation.BroadcastTo([.. factors.Shape.Take(factors.Rank - 1)]);
        var x = adjoint
            ? factors.T.SolveUpper(factors.T.SolveLower(right), unit: true).ScatterRows(permutation)
            : factors.SolveUpper(factors.SolveLower(right.GatherRows(permutation), unit: true));
        return x.To(b.DType);
    }

    /// <summary>The inverse of square matrices [.., n, n]; see <see cref="Ops.Inverse"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Linalg.Inv(Tensor.From(new[,] { { 2.0, 1 }, { 1, 1 } })));
    /// // [[ 1, -1],
    /// //  [-1,  2]]
    /// </code></example>
    /// <exception cref="LinalgException">A matrix is singular.</exception>
    public static Tensor Inv(Tensor a) => Dispatch.RunAll(new Inverse(true), Wide(a))[0].To(a.DType);

    /// <summary>As <see cref="Inv(Tensor)"/>, with the number of the first pivot that is exactly 0, counted from 1, or 0 (int32), instead of an error.</summary>
    /// <example><code>
    /// var (inverse, info) = Linalg.InvEx(Tensor.From(new[,] { { 2.0, 1 }, { 1, 1 } }));
    /// Console.WriteLine(info);    // 0
    /// </code></example>
    public static (Tensor Inverse, Tensor Info) InvEx(Tensor a)
    {
        var y = Dispatch.RunAll(new Inverse(false), Wide(a));
        return (y[0].To(a.DType), y[1]);
    }

    /// <summary>The pseudoinverse; see <see cref="Ops.Pinv"/>.</summary>
    /// <param name="a">[.., m, n].</param>
    /// <param name="relativeTolerance">Singular values up to this times the largest count as 0; when left out, max(m, n) times the precision of the dtype, or 0 when <paramref name="absoluteTolerance"/> is given.</param>
    /// <param name="absoluteTolerance">Singular values up to this count as 0.</param>
    /// <param name="hermitian">Whether the matrices are symmetric; only the lower triangle is read then.</param>
    /// <example><code>
    /// Console.WriteLine(Linalg.Pinv(Tensor.From(new[,] { { 1.0, 0 }, { 0, 2 }, { 0, 0 } })));
    /// // [[1.0000, 0.0000, 0.0000],
    /// //  [0.0000, 0.5000, 0.0000]]
    /// </code></example>
    public static Tensor Pinv(Tensor a, double? relativeTolerance = null, double? absoluteTolerance = null, bool hermitian = false) =>
        Dispatch.Run(new Pinv(relativeTolerance ?? (absoluteTolerance > 0 ? 0 : null), absoluteTolerance ?? 0, hermitian), Wide(a)).To(a.DType);

    /// <summary>
    /// The X of least Euclidean norm among those that minimize that of A X - B, for matrices A [.., m, n] of any shape and rank, by <see cref="Pinv(Tensor, double?, double?, bool)"/>. B is [.., m, k], or one
    /// vector [.., m] for each matrix.
    /// </summary>
    /// <returns>
    /// X; the squared norms of the columns of A X - B when m exceeds n, else a tensor without elements; the number of singular values that count as other than 0 (int64); the singular
    /// values.
    /// </returns>
    /// <param name="a">[.., m, n].</param>
    /// <param name="b">The right-hand sides.</param>
    /// <param name="relativeTolerance">Singular values up to this times the largest count as 0; when left out, max(m, n) times the precision of the dtype.</param>
    /// <example><code>
    /// var x = Tensor.From(new[,] { { 0.0, 1 }, { 1, 1 }, { 2, 1 } });           // a line through three points
    /// var y = Tensor.From(new[,] { { 1.0 }, { 3 }, { 5 } });
    /// Console.WriteLine(Linalg.Lstsq(x, y).Solution.Flatten().Round(4));    // [2, 1]    slope and intercept
    /// </code></example>
    public static (Tensor Solution, Tensor Residuals, Tensor Rank, Tensor SingularValues) Lstsq(Tensor a, Tensor b, double? relativeTolerance = null)
    {
        if (IsVector(a, b))
        {
            var (x, r, k, s) = Lstsq(a, b.Unsqueeze(-1), relativeTolerance);
            return (x.Squeeze(-1), r.Rank > 0 && r.Shape[^1] == 1 ? r.Squeeze(-1) : r, k, s);
        }
        Tensor matrix = Wide(a), right = Wide(b);
        var solution = Pinv(matrix, relativeTolerance).MatMul(right);
        var values = Svd(matrix, full: false).S;
        Dim rows = a.Shape[^2], columns = a.Shape[^1];
        bool overdetermined = rows.IsKnown && columns.IsKnown && rows > columns;
        var residuals = overdetermined ? (matrix.MatMul(solution) - right).Square().Sum(-2) : Tensor.Zeros([0], matrix.DType);
        var rank = Ops.Pinv.Taken(values, matrix.Shape, relativeTolerance, 0).Sum(-1);
        return (solution.To(b.DType), residuals.To(b.DType), rank, values.To(a.DType));
    }

    /// <summary>
    /// The inverse of a tensor as a map: with the first <paramref name="axes"/> axes as rows and the others as columns it must be square. The shape of the result is that of the others
    /// followed by the first.
    /// </summary>
    /// <example><code>
    /// var a = Tensor.Eye(6).Reshape(2, 3, 6);
    /// Console.WriteLine(Linalg.TensorInv(a).Shape);    // [6, 2, 3]
    /// </code></example>
    public static Tensor TensorInv(Tensor a, int axes = 2)
    {
        if (axes <= 0 || axes > a.Rank) throw new ShapeException($"TensorInv: expected 1 to {a.Rank} axes as rows. Received: {axes}.");
        Shape rows = Shape.Create([.. a.Shape.Take(axes)]), columns = Shape.Create([.. a.Shape.Skip(axes)]);
        return Inv(a.Reshape([rows.ElementCount, columns.ElementCount])).Reshape([.. columns, .. rows]);
    }

    /// <summary>
    /// The X with sum of A[.., j] X[j] over the last axes of A = B, where the first axes of A are those of B.
    /// </summary>
    /// <param name="a">A tensor with as many elements as a square matrix with the elements of B on each side.</param>
    /// <param name="b">The right-hand side.</param>
    /// <param name="axes">Axes of A that are moved to the end first.</param>
    /// <example><code>
    /// var a = Tensor.Eye(6).Reshape(2, 3, 6) * 2;
    /// Console.WriteLine(Linalg.TensorSolve(a, Tensor.Ones([2, 3])));    // [0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000]
    /// </code></example>
    public static Tensor TensorSolve(Tensor a, Tensor b, Dims? axes = null)
    {
        if (axes is { } moved)
        {
            int[] last = [.. moved.Select(axis => a.Shape.Axis(axis, "TensorSolve"))];
            a = a.Permute([.. Enumerable.Range(0, a.Rank).Except(last), .. last]);
        }
        var shape = Shape.Create([.. a.Shape.Skip(b.Rank)]);
        return Solve(a.Reshape([b.Shape.ElementCount, shape.ElementCount]), b.Reshape([b.Shape.ElementCount])).Reshape(shape);
    }
}
