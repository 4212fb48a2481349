using Tauten.Ops;

namespace Tauten;

public static partial class Linalg
{
    /// <summary>Eigenvalues in ascending order and orthonormal eigenvectors (columns) of symmetric matrices; see <see cref="Ops.Eigh"/>.</summary>
    /// <param name="a">[.., n, n].</param>
    /// <param name="upper">Whether the upper triangle is read, else the lower.</param>
    /// <example><code>
    /// var (values, vectors) = Linalg.Eigh(Tensor.From(new[,] { { 2.0, 1 }, { 1, 2 } }));
    /// Console.WriteLine(values.Round(4));    // [1, 3]
    /// </code></example>
    /// <exception cref="LinalgException">An element is not finite.</exception>
    public static (Tensor Values, Tensor Vectors) Eigh(Tensor a, bool upper = false)
    {
        var y = Dispatch.RunAll(new Eigh(upper), Wide(a));
        return (y[0].To(a.DType), y[1].To(a.DType));
    }

    /// <summary>Eigenvalues of symmetric matrices in ascending order.</summary>
    /// <example><code>
    /// Console.WriteLine(Linalg.Eigvalsh(Tensor.From(new[,] { { 2.0, 1 }, { 1, 2 } })).Round(4));    // [1, 3]
    /// </code></example>
    public static Tensor Eigvalsh(Tensor a, bool upper = false) => Eigh(a, upper).Values;

    /// <summary>Eigenvalues [.., n], in no particular order, and eigenvectors (columns) [.., n, n] of general square matrices; see <see cref="Ops.Eig"/>.</summary>
    /// <example><code>
    /// var (values, vectors) = Linalg.Eig(Tensor.From(new[,] { { 0.0, -2 }, { 2, 0 } }));
    /// Console.WriteLine(values.Imaginary.Abs());    // [2, 2]
    /// </code></example>
    /// <exception cref="LinalgException">An element is not finite.</exception>
    public static (ComplexTensor Values, ComplexTensor Vectors) Eig(Tensor a)
    {
        var y = Dispatch.RunAll(Ops.Eig.Instance, Wide(a));
        return (new(y[0].To(a.DType), y[1].To(a.DType)), new(y[2].To(a.DType), y[3].To(a.DType)));
    }

    /// <summary>Eigenvalues of general square matrices, in no particular order.</summary>
    /// <example><code>
    /// Console.WriteLine(Linalg.Eigvals(Tensor.From(new[,] { { 2.0, 0 }, { 5, 3 } })).Real.Sort().Values.Round(4));    // [2, 3]
    /// </code></example>
    public static ComplexTensor Eigvals(Tensor a) => Eig(a).Values;

    /// <summary>A = U diag(S) Vh with orthonormal columns of U and rows of Vh, and S in descending order; see <see cref="Ops.Svd"/>.</summary>
    /// <param name="a">[.., m, n].</param>
    /// <param name="full">Whether U [.., m, m] and Vh [.., n, n] are square; else they are [.., m, k] and [.., k, n] with k the smaller of m and n.</param>
    /// <example><code>
    /// var (u, s, vh) = Linalg.Svd(Tensor.From(new[,] { { 3.0, 0 }, { 0, -2 }, { 0, 0 } }), full: false);
    /// Console.WriteLine(s);    // [3, 2]
    /// Console.WriteLine((u * s).MatMul(vh));
    /// // [[ 3,  0],
    /// //  [ 0, -2],
    /// //  [ 0,  0]]
    /// </code></example>
    /// <exception cref="LinalgException">An element is not finite.</exception>
    public static (Tensor U, Tensor S, Tensor Vh) Svd(Tensor a, bool full = true)
    {
        var y = Dispatch.RunAll(new Svd(full), Wide(a));
        return (y[0].To(a.DType), y[1].To(a.DType), y[2].To(a.DType));
    }

    /// <summary>Singular values in descending order.</summary>
    /// <example><code>
    /// Console.WriteLine(Linalg.SvdVals(Tensor.From(new[,] { { 3.0, 0 }, { 0, -2 } })));    // [3, 2]
    /// </code></example>
    public static Tensor SvdVals(Tensor a) => Svd(a, full: false).S;

    /// <summary>The number of singular values (or magnitudes of eigenvalues) that count as other than 0 (int64).</summary>
    /// <param name="a">[.., m, n].</param>
    /// <param name="absoluteTolerance">Singular values up to this count as 0.</param>
    /// <param name="relativeTolerance">Singular values up to this times the largest count as 0; when left out, max(m, n) times the precision of the dtype, or 0 when <paramref name="absoluteTolerance"/> is given.</param>
    /// <param name="hermitian">Whether the matrices are symmetric; only the lower triangle is read then.</param>
    /// <example><code>
    /// Console.WriteLine(Linalg.MatrixRank(Tensor.From(new[,] { { 1.0, 2 }, { 2, 4 } })));    // 1
    /// </code></example>
    public static Tensor MatrixRank(Tensor a, double? absoluteTolerance = null, double? relativeTolerance = null, bool hermitian = false)
    {
        var wide = Wide(a).Detach();
        var values = hermitian ? Eigvalsh(wide) : SvdVals(wide);
        return Ops.Pinv.Taken(values, wide.Shape, relativeTolerance ?? (absoluteTolerance > 0 ? 0 : null), absoluteTolerance ?? 0).Sum(-1);
    }

    /// <summary>The condition number by singular values: the largest over the smallest, for matrices of any shape.</summary>
    /// <example><code>
    /// Console.WriteLine(Linalg.Cond(Tensor.From(new[,] { { 100.0, 0 }, { 0, 1 } })));    // 100
    /// </code></example>
    public static Tensor Cond(Tensor a) => Cond(a, 2);

    /// <summary>
    /// The condition number: for order 2 the largest singular value over the smallest, for -2 its inverse, else the norm of A times that of its inverse, infinity where A
    /// is singular.
    /// </summary>
    /// <param name="a">[.., n, n]; of any shape for orders 2 and -2.</param>
    /// <param name="order">As in <see cref="MatrixNorm(Tensor, double, Dims?, bool)"/>.</param>
    public static Tensor Cond(Tensor a, double order)
    {
        if (order is not (2 or -2)) return Cond(a, x => MatrixNorm(x, order));
        var values = SvdVals(Wide(a));
        Tensor largest = values.Narrow(-1, 0, 1).Squeeze(-1), smallest = values.Narrow(-1, values.Shape[^1] - 1, 1).Squeeze(-1);
        return (order == 2 ? largest / smallest : smallest / largest).To(a.DType);
    }

    /// <inheritdoc cref="Cond(Tensor, double)"/>
    public static Tensor Cond(Tensor a, MatrixNorm order) => Cond(a, x => MatrixNorm(x, order));

    static Tensor Cond(Tensor a, Func<Tensor, Tensor> norm)
    {
        var wide = Wide(a);
        var (inverse, info) = InvEx(wide);
        return Tensor.Where(info.EqualTo(0), norm(wide) * norm(inverse), double.PositiveInfinity).To(a.DType);
    }

    /// <summary>
    /// The largest singular values of A [.., m, n] and their vectors, approximately, from products with a random matrix (Halko, Martinsson, Tropp: "Finding structure with
    /// randomness", 2011): A is about U diag(S) V^T.
    /// </summary>
    /// <param name="a">[.., m, n].</param>
    /// <param name="count">How many; a few more than wanted make these more precise.</param>
    /// <param name="iterations">How often A A^T is applied: more for singular values that fall slowly.</param>
    /// <param name="shift">Subtracted from A, or null; broadcast to it.</param>
    /// <param name="generator">The random numbers; the process's generator when left out.</param>
    /// <example><code>
    /// var a = Tensor.From([1.0, 2, 3]).Outer(Tensor.From([3.0, 4]));      // a matrix of rank 1
    /// var (u, s, v) = Linalg.SvdLowRank(a, count: 1, generator: new Generator(1));
    /// Console.WriteLine(s);    // [18.7083]
    /// </code></example>
    public static (Tensor U, Tensor S, Tensor V) SvdLowRank(Tensor a, long count = 6, int iterations = 2, Tensor? shift = null, Generator? generator = null)
    {
        var wide = Wide(a);
        if (shift is not null) wide -= Wide(shift);
        if (wide.Rank < 2 || count < 1 || wide.Shape.IsKnown && count > Math.Min(wide.Shape[^1].Value, wide.Shape[^2].Value))
            throw new ShapeException($"SvdLowRank: {count} singular values of matrices of shape {a.Shape}. Expected at least 1, and at most the smaller size.");
        if (wide.Shape.IsKnown && wide.Shape[^2] < wide.Shape[^1])
        {
            var (left, values, right) = SvdLowRank(wide.T, count, iterations, null, generator);
            return (right.To(a.DType), values.To(a.DType), left.To(a.DType));
        }
        var q = Qr(wide.MatMul(Tensor.Randn([wide.Shape[^1], count], wide.DType, generator))).Q;
        for (int i = 0; i < iterations; i++) q = Qr(wide.MatMul(Qr(wide.T.MatMul(q)).Q)).Q;
        var (u, s, vh) = Svd(q.T.MatMul(wide), full: false);
        return (q.MatMul(u).To(a.DType), s.To(a.DType), vh.T.To(a.DType));
    }

    /// <summary>Principal components: <see cref="SvdLowRank"/> of A less the means of its columns.</summary>
    /// <param name="a">[.., samples, features].</param>
    /// <param name="count">How many; 6, or the smaller size if that is less, when left out.</param>
    /// <param name="center">Whether the means are subtracted.</param>
    /// <param name="iterations">As in <see cref="SvdLowRank"/>.</param>
    /// <param name="generator">The random numbers; the process's generator when left out.</param>
    /// <example><code>
    /// var x = Tensor.From(new[,] { { 1.0, 2 }, { 2, 4 }, { 3, 6 } });     // three points on a line
    /// var (u, s, v) = Linalg.PcaLowRank(x, count: 1, generator: new Generator(1));
    /// Console.WriteLine(v.Abs());
    /// // [[0.4472],
    /// //  [0.8944]]
    /// </code></example>
    public static (Tensor U, Tensor S, Tensor V) PcaLowRank(Tensor a, long? count = null, bool center = true, int iterations = 2, Generator? generator = null)
    {
        if (a.Rank < 2) throw new ShapeException($"PcaLowRank: expected a matrix or a batch of them. Received: shape {a.Shape}.");
        return SvdLowRank(a, count ?? Math.Min(6, Math.Min(a.Shape[^1].Value, a.Shape[^2].Value)), iterations, center ? a.Mean(-2, keepDims: true) : null, generator);
    }

    /// <summary>
    /// A few of the largest (or smallest) eigenvalues and their vectors (columns) of A x = w x or A x = w B x, with symmetric A and symmetric positive definite B, by
    /// locally optimal block conjugate gradients (Knyazev, 2001). No gradient flows through it. Not while a graph is captured, as it looks at residuals.
    /// </summary>
    /// <param name="a">[n, n].</param>
    /// <param name="count">How many eigenvalues; at most n / 3.</param>
    /// <param name="b">[n, n], or null for the identity.</param>
    /// <param name="start">[n, count], a first guess of the vectors; random when left out.</param>
    /// <param name="iterations">At most so many.</param>
    /// <param name="tolerance">Of the residuals relative to the norm of A; the square root of the precision of the dtype when left out.</param>
    /// <param name="largest">Whether the largest eigenvalues are sought, else the smallest.</param>
    /// <param name="generator">The random numbers of the first guess; the process's generator when left out.</param>
    /// <example><code>
    /// var a = Tensor.From([1.0, 5, 3, 2, 4, 6]).Diag();
    /// var (values, vectors) = Linalg.Lobpcg(a, count: 1, generator: new Generator(1));
    /// Console.WriteLine(values.Round(4));    // [6]
    /// </code></example>
    public static (Tensor Values, Tensor Vectors) Lobpcg(Tensor a, long count = 1, Tensor? b = null, Tensor? start = null, int iterations = 1000, double? tolerance = null, bool largest = true, Generator? generator = null)
    {
        Tensor wide = Wide(a).Detach();
        if (wide.Rank != 2 || wide.Shape[0] != wide.Shape[1] || count < 1 || 3 * count > wide.Shape[0].Value)
            throw new ShapeException($"Lobpcg: {count} eigenvalues of a matrix of shape {a.Shape}. Expected a square matrix of at least three times as many rows.");
        using var untracked = Gradients.NoGrad();
        // With B = L L^T, y = L^T x is an eigenvector of L^-1 A L^-T.
        var factor = b is null ? null : Cholesky(Wide(b));
        if (factor is not null) wide = factor.SolveLower(factor.SolveLower(wide).T).T;
        if (!largest) wide = -wide;
        var x = Qr(start is null ? Tensor.Randn([wide.Shape[0], count], wide.DType, generator) : factor is null ? Wide(start) : factor.T.MatMul(Wide(start))).Q;
        double allowed = (tolerance ?? Math.Sqrt(Math.ScaleB(1, wide.DType == DType.Float64 ? -52 : -23))) * wide.Norm().To(DType.Float64).Item<double>();
        Tensor values, moved = x.Narrow(1, 0, 0);
        for (int i = 0; ; i++)
        {
            var product = wide.MatMul(x);
            values = (x * product).Sum(0);
            var residual = product - x * values;
            if (i == iterations || residual.Norm(2, 0).Max().To(DType.Float64).Item<double>() <= allowed) break;
            // The best vectors in the space of the present ones, their residuals, and the last steps.
            var basis = Qr(Tensor.Concat([x, residual, moved], 1)).Q;
            var vectors = Eigh(basis.T.MatMul(wide.MatMul(basis))).Vectors.Flip(1).Narrow(1, 0, count);
            var next = basis.MatMul(vectors);
            moved = next - x.MatMul(x.T.MatMul(next));
            x = next;
        }
        if (factor is not null) x = factor.T.SolveUpper(x);
        return ((largest ? values : -values).To(a.DType), x.To(a.DType));
    }
}
