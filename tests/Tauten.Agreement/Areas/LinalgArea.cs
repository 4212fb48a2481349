using System.Globalization;

namespace Tauten.Agreement;

static class LinalgArea
{
    static readonly double[] orders = [1, -1, 2, -2, double.PositiveInfinity, double.NegativeInfinity];

    public static Area Calls { get; } = Make();

    static Area Make()
    {
        var area = new Area("linalg")
        {
            // factorizations
            ["cholesky"] = x => [x[0].Cholesky()],
            ["cholesky upper"] = x => [Linalg.Cholesky(x[0], upper: true)],
            ["cholesky_ex info"] = x => [Linalg.CholeskyEx(x[0]).Info],
            ["cholesky_inverse"] = x => [Linalg.CholeskyInverse(Linalg.Cholesky(x[0]))],
            ["cholesky_inverse upper"] = x => [Linalg.CholeskyInverse(Linalg.Cholesky(x[0], true), true)],
            ["cholesky_solve"] = x => [Linalg.CholeskySolve(x[0], Linalg.Cholesky(x[1]))],
            ["cholesky_solve upper"] = x => [Linalg.CholeskySolve(x[0], Linalg.Cholesky(x[1], true), true)],
            ["lu"] = x => All(Linalg.Lu(x[0])),
            ["lu_factor"] = x => All(Linalg.LuFactor(x[0])),
            ["lu_factor_ex info"] = x => [Linalg.LuFactorEx(x[0]).Info],
            ["lu_solve"] = x => Linalg.LuFactor(x[1]) is var (lu, pivots) ? [Linalg.LuSolve(lu, pivots, x[0])] : [],
            ["lu_solve adjoint"] = x => Linalg.LuFactor(x[1]) is var (lu, pivots) ? [Linalg.LuSolve(lu, pivots, x[0], adjoint: true)] : [],
            ["lu_solve right"] = x => Linalg.LuFactor(x[1]) is var (lu, pivots) ? [Linalg.LuSolve(lu, pivots, x[0], left: false)] : [],
            ["qr"] = x => All(x[0].Qr()),
            ["qr complete"] = x => All(Linalg.Qr(x[0], QrMode.Complete)),
            ["qr r"] = x => [Linalg.Qr(x[0], QrMode.R).R],
            ["geqrf"] = x => All(Linalg.Geqrf(x[0])),
            ["householder_product"] = x => [Linalg.HouseholderProduct(x[0], x[1])],
            ["orgqr"] = x => [Linalg.Orgqr(x[0], x[1])],
            ["ormqr left=True transpose=False"] = x => [Linalg.Ormqr(x[0], x[1], x[2])],
            ["ormqr left=True transpose=True"] = x => [Linalg.Ormqr(x[0], x[1], x[2], transpose: true)],
            ["ormqr left=False transpose=False"] = x => [Linalg.Ormqr(x[0], x[1], x[2], left: false)],
            ["ormqr left=False transpose=True"] = x => [Linalg.Ormqr(x[0], x[1], x[2], left: false, transpose: true)],
            ["ldl_factor"] = x => All(Linalg.LdlFactor(x[0])),
            ["ldl_factor_ex info"] = x => [Linalg.LdlFactorEx(x[0]).Info],
            ["ldl_solve"] = x => Linalg.LdlFactor(x[0]) is var (ld, pivots) ? [Linalg.LdlSolve(ld, pivots, x[1])] : [],

            // systems
            ["solve"] = x => [Linalg.Solve(x[0], x[1])],
            ["solve right"] = x => [Linalg.Solve(x[0], x[1], left: false)],
            ["solve_ex"] = x => All(Linalg.SolveEx(x[0], x[1])),
            ["solve_triangular upper=False left=True unit=False"] = x => [Linalg.SolveTriangular(x[0], x[1], upper: false)],
            ["solve_triangular upper=True left=True unit=False"] = x => [Linalg.SolveTriangular(x[0], x[1], upper: true)],
            ["solve_triangular upper=True left=False unit=False"] = x => [Linalg.SolveTriangular(x[0], x[1], upper: true, left: false)],
            ["solve_triangular upper=False left=False unit=True"] = x => [Linalg.SolveTriangular(x[0], x[1], upper: false, left: false, unitTriangular: true)],
            ["solve_triangular upper=True left=True unit=True"] = x => [Linalg.SolveTriangular(x[0], x[1], upper: true, unitTriangular: true)],
            ["triangular_solve"] = x => [Linalg.TriangularSolve(x[0], x[1])],
            ["triangular_solve lower transposed"] = x => [Linalg.TriangularSolve(x[0], x[1], upper: false, transpose: true)],
            ["inv"] = x => [x[0].Inverse()],
            ["inv_ex"] = x => All(Linalg.InvEx(x[0])),
            ["pinv"] = x => [x[0].PInverse()],
            ["pinv rtol"] = x => [Linalg.Pinv(x[0], 0.3)],
            ["pinv hermitian"] = x => [Linalg.Pinv(x[0] + x[0].T, hermitian: true)],
            ["lstsq"] = x => Linalg.Lstsq(x[0], x[1]) is var (solution, residuals, rank, _) ? [solution, residuals, rank] : [],
            ["lstsq solution"] = x => [Linalg.Lstsq(x[0], x[1]).Solution],
            ["tensorinv"] = x => [Linalg.TensorInv(x[0])],
            ["tensorsolve"] = x => [Linalg.TensorSolve(x[0], x[1])],
            ["tensorsolve axes"] = x => [Linalg.TensorSolve(x[0], x[1], [0, 2])],

            // spectra
            ["eigh"] = x => Linalg.Eigh(x[0] + x[0].T) is var (w, v) ? [w, v.Abs(), (v * w.Exp().Unsqueeze(-2)).MatMul(v.T)] : [],
            ["eigh lower"] = x => [Linalg.Eigvalsh(x[0])],
            ["eigh upper"] = x => [Linalg.Eigvalsh(x[0], upper: true)],
            ["eigvalsh"] = x => [Linalg.Eigvalsh(x[0] + x[0].T)],
            ["svd"] = x => Linalg.Svd(x[0], full: false) is var (u, s, v) ? [u.Abs(), s, v.Abs(), (u * s.Square().Unsqueeze(-2)).MatMul(v)] : [],
            ["svd full"] = x => x[0].Svd() is var (u, s, v) ? [u.Narrow(-1, 0, 3).Abs(), s, v.Abs(), u.MatMul(u.T)] : [],
            ["svdvals"] = x => [Linalg.SvdVals(x[0])],
            ["eigvals"] = x => Sorted(Linalg.Eigvals(x[0])),
            ["eig"] = x => ExponentialByEig(x[0]),
            ["cond"] = x => [Linalg.Cond(x[0])],
            ["cond fro"] = x => [Linalg.Cond(x[0], MatrixNorm.Frobenius)],
            ["cond nuc"] = x => [Linalg.Cond(x[0], MatrixNorm.Nuclear)],
            ["matrix_rank"] = x => [Linalg.MatrixRank(x[0])],
            ["matrix_rank atol"] = x => [Linalg.MatrixRank(x[0], 1.5)],
            ["matrix_rank hermitian"] = x => [Linalg.MatrixRank(x[0], hermitian: true)],

            ["svd_lowrank"] = x => Low(Linalg.SvdLowRank(x[0], 4, generator: new Generator(1))),
            ["pca_lowrank"] = x => Low(Linalg.PcaLowRank(x[0], 4, generator: new Generator(1))),
            ["lobpcg"] = x => Linalg.Lobpcg(x[0], 2, tolerance: 0, iterations: 40, generator: new Generator(1)) is var (w, v) ? [w, v.Abs()] : [],
            ["lobpcg smallest"] = x => [Linalg.Lobpcg(x[0], 3, largest: false, tolerance: 0, iterations: 40, generator: new Generator(1)).Values],
            ["lobpcg generalized"] = x => [Linalg.Lobpcg(x[0], 2, x[1], tolerance: 0, iterations: 40, generator: new Generator(1)).Values],

            // norms and determinants
            ["norm"] = x => [Linalg.Norm(x[0])],
            ["norm matrix"] = x => [Linalg.Norm(x[0], 1)],
            ["norm vector"] = x => [Linalg.Norm(x[0], 3)],
            ["vector_norm all"] = x => [Linalg.VectorNorm(x[0], 3, keepDims: true)],
            ["matrix_norm fro"] = x => [Linalg.MatrixNorm(x[0])],
            ["matrix_norm nuc"] = x => [Linalg.MatrixNorm(x[0], MatrixNorm.Nuclear)],
            ["matrix_norm nuc axes"] = x => [Linalg.MatrixNorm(x[0], MatrixNorm.Nuclear, [0, 2], keepDims: true)],
            ["matrix_norm 1 axes"] = x => [Linalg.MatrixNorm(x[0], 1, [2, 0], keepDims: true)],
            ["det"] = x => [x[0].Det()],
            ["cofactors"] = x => [Linalg.Cofactors(x[0])],
            ["slogdet"] = x => All(x[0].SlogDet()),
            ["logdet"] = x => [x[0].LogDet()],

            // products and functions
            ["vecdot"] = x => [Linalg.VecDot(x[0], x[1])],
            ["vecdot axis=0"] = x => [Linalg.VecDot(x[0], x[1], 0)],
            ["cross"] = x => [x[0].Cross(x[1])],
            ["cross axis=0"] = x => [Linalg.Cross(x[0], x[1], 0)],
            ["diagonal offset=1"] = x => [Linalg.Diagonal(x[0], 1)],
            ["multi_dot"] = x => [Linalg.MultiDot(x)],
            ["matmul"] = x => [Linalg.MatMul(x[0], x[1])],
            ["matrix_exp"] = x => [x[0].MatrixExp()],
            ["vander"] = x => [Linalg.Vander(x[0])],
            ["vander count=3"] = x => [Linalg.Vander(x[0], 3)],

            // complex matrices
            ["complex solve"] = x => Parts(Linalg.Solve(new ComplexTensor(x[0], x[1]), new ComplexTensor(x[2], x[3]))),
            ["complex inv"] = x => Parts(Linalg.Inv(new ComplexTensor(x[0], x[1]))),
            ["complex pinv"] = x => Parts(Linalg.Pinv(new ComplexTensor(x[0], x[1]))),
            ["complex matrix_exp"] = x => Parts(Linalg.MatrixExp(new ComplexTensor(x[0], x[1]))),
            ["complex matrix_power 3"] = x => Parts(Linalg.MatrixPower(new ComplexTensor(x[0], x[1]), 3)),
            ["complex eigvalsh"] = x => [Linalg.Eigvalsh(new ComplexTensor(x[0] + x[0].T, x[1] - x[1].T))],
            ["complex eigvalsh lower"] = x => [Linalg.Eigvalsh(new ComplexTensor(x[0], x[1]))],
            ["complex svdvals"] = x => [Linalg.SvdVals(new ComplexTensor(x[0], x[1]))],
        };
        foreach (double order in orders)
        {
            area[$"cond {Name(order)}"] = x => [Linalg.Cond(x[0], order)];
            area[$"matrix_norm {Name(order)}"] = x => [Linalg.MatrixNorm(x[0], order)];
        }
        foreach (double order in (double[])[.. orders, 0, 3, 0.5]) area[$"vector_norm {Name(order)}"] = x => [Linalg.VectorNorm(x[0], order, 1)];
        foreach (int n in (int[])[-3, -1, 0, 1, 2, 5]) area[$"matrix_power {n}"] = x => [x[0].MatrixPower(n)];
        return area;
    }

    static string Name(double order) => double.IsInfinity(order) ? order > 0 ? "inf" : "-inf" : order.ToString(CultureInfo.InvariantCulture);

    static Tensor[] All((Tensor, Tensor) pair) => [pair.Item1, pair.Item2];

    static Tensor[] All((Tensor, Tensor, Tensor) triple) => [triple.Item1, triple.Item2, triple.Item3];

    static Tensor[] Parts(ComplexTensor z) => [z.Real, z.Imaginary];

    static Tensor[] Low((Tensor U, Tensor S, Tensor V) d) => [d.S.Narrow(0, 0, 3), (d.U * d.S).MatMul(d.V.T)];

    static Tensor[] Sorted(ComplexTensor values)
    {
        var sorted = values.IndexSelect(0, Order(values));
        return [sorted.Real, sorted.Imaginary];
    }

    static Tensor Order(ComplexTensor values) => (values.Real.Detach() * 1000 + values.Imaginary.Detach()).ArgSort();

    // The real part of V diag(exp(w)) V^-1, with the inverse from real matrices of twice the size; and the magnitudes of V.
    static Tensor[] ExponentialByEig(Tensor x)
    {
        var (w, v) = Linalg.Eig(x);
        var both = Tensor.Concat([Tensor.Concat([v.Real, -v.Imaginary], 1), Tensor.Concat([v.Imaginary, v.Real], 1)], 0).Inverse().Narrow(1, 0, x.Shape[0]);
        var inverse = new ComplexTensor(both.Narrow(0, 0, x.Shape[0]), both.Narrow(0, x.Shape[0], x.Shape[0]));
        return [(v * w.Exp().Unsqueeze(-2)).MatMul(inverse).Real, v.Abs().IndexSelect(1, Order(w))];
    }
}
