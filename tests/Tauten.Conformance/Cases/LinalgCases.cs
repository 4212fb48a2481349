using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>
/// Linear algebra. Well-conditioned matrices are made of the inputs inside of the functions. Many small matrices take the sizes around vector widths; one large
/// one reaches the blocked ways.
/// </summary>
static class LinalgCases
{
    static readonly Dim b = "b", m = "m", n = "n", k = "k";
    static readonly Domain finite = new() { HasSpecials = false };
    static readonly Input square = new([b, n, n], finite), matrix = new([b, m, n], finite), right = new([b, n, k], finite);
    static readonly Dictionary<string, int> plain = Sizes(("b", 2), ("m", 4), ("n", 3), ("k", 2)), large = Sizes(("b", 1), ("m", 75), ("n", 70), ("k", 9));
    static readonly Dictionary<string, int> wide = Sizes(("b", 2), ("m", 3), ("n", 4));

    /// <summary>Each case in 32 and 64 bits; and of each op, the first in 16 bits with small matrices, as large ones magnify their rounding.</summary>
    public static IEnumerable<OpCase> All() => Cases().GroupBy(c => c.Op).SelectMany(g => g.Select(c => c.Case(small: false)).Append(g.First().Case(small: true)));

    static LinalgCase[] Cases() =>
    [
        Case<Cholesky>("", x => [Linalg.Cholesky(Positive(x[0]))], square),
        Case<Cholesky>("with its state", x => Linalg.CholeskyEx(Positive(x[0]), upper: true) is var (factor, info) ? [factor, info] : [], square),
        .. from upper in new[] { false, true } from unit in new[] { false, true }
           select Case<TriangularSolve>($"{(upper ? "upper" : "lower")}{(unit ? " unit" : "")}", x => [Linalg.SolveTriangular(Near(x[0], 2), x[1], upper, unitTriangular: unit)], square, right),
        Case<LuFactor>("", x => Linalg.LuFactorEx(Near(x[0], 2)) is var (lu, pivots, info) ? [lu, pivots, info] : [], square),
        Case<LuFactor>("of tall matrices", x => [Linalg.LuFactorEx(Near(x[0], 2)).Lu], matrix),
        Case<LuFactor>("of wide matrices", x => [Linalg.LuFactorEx(Near(x[0], 2)).Lu], matrix) with { Sizes = wide },
        Case<PivotPermutation>("", x => [Linalg.Lu(Near(x[0], 2)).P], matrix),
        Case<Qr>("", x => Both(Linalg.Qr(Near(x[0], 2))), matrix),
        Case<Qr>("of wide matrices", x => Both(Linalg.Qr(Near(x[0], 2))), matrix) with { Sizes = wide },
        Case<Qr>("complete", x => Both(Linalg.Qr(Near(x[0], 2), QrMode.Complete)), matrix) with { Order = 0 },
        Case<HouseholderFactor>("", x => Both(Linalg.Geqrf(Near(x[0], 2))), matrix) with { Order = 0 },
        Case<Eigh>("", x => Linalg.Eigh(Symmetric(x[0])) is var (w, v) ? [w, v.Square(), (v * (w * 0.125).Sin().Unsqueeze(-2)).MatMul(v.T)] : [], square),
        Case<Eigh>("of the upper triangle", x => [Linalg.Eigvalsh(Symmetric(x[0]).Triu(), upper: true)], square) with { Order = 0 },
        Case<Svd>("", x => Decomposed(Linalg.Svd(Graded(x[0]), full: false)), matrix),
        Case<Svd>("of wide matrices", x => Decomposed(Linalg.Svd(Graded(x[0]), full: false)), matrix) with { Sizes = wide },
        Case<Svd>("full", x => Graded(x[0]).Svd() is var (u, s, v) ? [u.MatMul(u.T), s, v.Narrow(-2, 0, s.Shape[^1]).Square()] : [], matrix) with { Order = 0 },
        Case<Eig>("", x => Moments(Linalg.Eig(Swirling(x[0]))), new Input([b, 4, 4], finite)),
        Case<MatrixExp>("", x => [(x[0] * 0.125).MatrixExp()], square),
        Case<LdlFactor>("", x => Linalg.LdlFactorEx(Indefinite(x[0])) is var (ld, pivots, info) ? [ld, pivots, info] : [], square) with { Order = 0 },
        Case<LdlSolve>("", x => Linalg.LdlFactor(Constant(x[0])) is var (ld, pivots) ? [Linalg.LdlSolve(ld, pivots, x[0])] : [], right),

        Case<Solve>("", x => [Linalg.Solve(Near(x[0], 2), x[1])], square, right),
        Case<Solve>("with its state", x => Linalg.SolveEx(Near(x[0], 2), x[1]) is var (y, info) ? [y, info] : [], square, right),
        Case<Inverse>("", x => [Near(x[0], 2).Inverse()], square),
        Case<Pinv>("", x => [Graded(x[0]).PInverse()], matrix),
        Case<Pinv>("of wide matrices", x => [Graded(x[0]).PInverse()], matrix) with { Sizes = wide },
        Case<Pinv>("of symmetric matrices", x => [Linalg.Pinv(Symmetric(x[0]), hermitian: true)], square),
        Case<Det>("", x => [Near(x[0], 1).Det()], square) with { Large = [] },
        Case<Cofactors>("", x => [Linalg.Cofactors(Graded(x[0]))], new Input([b, 3, 3], finite)),
        Case<SlogDet>("", x => [Near(x[0], 2).SlogDet().LogAbsDet], square),
        Case<SlogDet>("with its sign", x => [Near(x[0], -2).SlogDet().Sign], square) with { Order = 0 },
    ];

    static LinalgCase Case<TOp>(string name, Func<Tensor[], Tensor[]> function, params Input[] inputs) where TOp : Op => new(typeof(TOp), name, function, inputs);

    /// <summary>What differs from case to case.</summary>
    sealed record LinalgCase(Type Op, string Name, Func<Tensor[], Tensor[]> Function, Input[] Inputs)
    {
        public int Order { get; init; } = 2;

        public Dictionary<string, int> Sizes { get; init; } = plain;

        public Dictionary<string, int> Large { get; init; } = large;

        public OpCase Case(bool small) => new(Op, small ? "of 16 bits" : Name, Function, [.. Inputs.Select(i => small ? i with { Shape = i.Shape.Bind(name => Sizes[name]) } : i)])
        {
            DTypes = small ? [DType.Float16, DType.BFloat16] : [DType.Float32, DType.Float64],
            Plain = Sizes,
            Large = small ? [] : Large,
            Wide = "b",
            Order = small ? 0 : Order,
            Ulps = 256,
            Condition = 200,
            Absolute = 1024,
            Reason = "elimination, rotations and reflections round in orders of the kernels' own",
        };
    }

    static Tensor[] Both((Tensor, Tensor) pair) => [pair.Item1, pair.Item2];

    /// <summary>Elements of the diagonal: start, start + step, ...</summary>
    static Tensor Diagonal(Tensor like, double start, double step)
    {
        Dim rows = like.Shape[^2], columns = like.Shape[^1];
        return Tensor.Eye(rows, columns, like.DType) * (Tensor.Arange(0, columns, like.DType) * step + start);
    }

    static Tensor Near(Tensor x, double diagonal) => x * 0.25 + Diagonal(x, diagonal, 0);

    static Tensor Positive(Tensor x) => x.MatMul(x.T) + Diagonal(x, 3, 0);

    /// <summary>With eigenvalues that are apart.</summary>
    static Tensor Symmetric(Tensor x) => (x + x.T) * 0.25 + Diagonal(x, 2, 3);

    /// <summary>With singular values that are apart.</summary>
    static Tensor Graded(Tensor x) => x * 0.125 + Diagonal(x, 1, 1.5);

    /// <summary>Elements beside the diagonal larger than those on it.</summary>
    static Tensor Indefinite(Tensor x) => (x + x.T) * 0.25 + Tensor.Eye(x.Shape[^1], dtype: x.DType).Flip(-1) * 4;

    static Tensor Constant(Tensor b) => Tensor.Eye(b.Shape[^2], dtype: b.DType) + Tensor.Eye(b.Shape[^2], dtype: b.DType).Flip(-1) * 4 + 0.5;

    /// <summary>With complex eigenvalues that are apart.</summary>
    static Tensor Swirling(Tensor x)
    {
        var eye = Tensor.Eye(4, dtype: x.DType);
        Tensor above = eye.Narrow(1, 0, 3).Pad(1, 1, 0) * 4;
        return x * 0.25 + above - above.T + Diagonal(x, 0, 1);
    }

    static Tensor[] Decomposed((Tensor U, Tensor S, Tensor V) d) => [d.U.Square(), d.S, d.V.Square(), (d.U * (d.S * 0.125).Sin().Unsqueeze(-2)).MatMul(d.V)];

    /// <summary>Sums over the eigenvalues, of functions that do not depend on the phase of the vectors.</summary>
    static Tensor[] Moments((ComplexTensor Values, ComplexTensor Vectors) e)
    {
        var (w, v) = e;
        Tensor even = (w.Real.Exp() * w.Imaginary.Cos()).Unsqueeze(-2), odd = w.Imaginary.Unsqueeze(-2);
        return [even.Sum(-1), (v * even).MatMul(v.H).Real, (v.Real.Square() + v.Imaginary.Square()).Square().Sum(-1), (v * odd).MatMul(v.H).Imaginary];
    }
}
