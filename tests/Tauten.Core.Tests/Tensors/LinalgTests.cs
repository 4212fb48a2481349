namespace Tauten.Core.Tests;

/// <summary>What linear algebra says of matrices that do not have what it needs, and its choices that fixtures do not see.</summary>
public sealed class LinalgTests
{
    static readonly Tensor identity = Tensor.Eye(2);
    static readonly Tensor singular = Tensor.From(new float[,] { { 1, 2 }, { 2, 4 } });

    static Tensor Batch(params ReadOnlySpan<Tensor> matrices) => Tensor.Stack(matrices);

    [Fact]
    public void A_singular_matrix_is_named_by_its_place_in_the_batch()
    {
        var error = Assert.Throws<LinalgException>(() => Linalg.Solve(Batch(identity, singular), Tensor.Ones([2, 2, 1])));
        Assert.Contains("matrix 1 of the batch is singular: its pivot 2 is 0", error.Message);
        Assert.Contains("the matrix is singular", Assert.Throws<LinalgException>(() => singular.Inverse()).Message);
        Assert.Throws<LinalgException>(() => Linalg.LdlFactor(Tensor.Zeros([2, 2])));
        Assert.Throws<LinalgException>(() => Linalg.LuFactor(singular));
    }

    [Fact]
    public void A_matrix_that_is_not_positive_definite_is_named()
    {
        var error = Assert.Throws<LinalgException>(() => Batch(identity, identity, -identity).Cholesky());
        Assert.Contains("matrix 2 of the batch is not positive definite: its leading minor of order 1 is not positive", error.Message);
    }

    [Fact]
    public void Elements_that_are_not_finite_have_no_spectrum()
    {
        foreach (float element in new[] { float.NaN, float.PositiveInfinity })
        {
            var a = Tensor.From(new[,] { { 1, element }, { element, 1 } });
            Assert.Contains("not finite", Assert.Throws<LinalgException>(() => Linalg.Eigh(a)).Message);
            Assert.Contains("not finite", Assert.Throws<LinalgException>(() => a.Svd()).Message);
            Assert.Contains("not finite", Assert.Throws<LinalgException>(() => Linalg.Eig(a)).Message);
        }
    }

    [Fact]
    public void The_variants_with_a_state_do_not_throw()
    {
        Assert.Equal([0, 2], Linalg.SolveEx(Batch(identity, singular), Tensor.Ones([2, 2, 1])).Info.ToArray<int>());
        Assert.Equal([0, 2], Linalg.InvEx(Batch(identity, singular)).Info.ToArray<int>());
        Assert.Equal([0, 1], Linalg.CholeskyEx(Batch(identity, -identity)).Info.ToArray<int>());
    }

    [Fact]
    public void Shapes_and_dtypes_that_do_not_fit_are_named()
    {
        Assert.Contains("expected square matrices. Received: shape [2, 3]", Assert.Throws<ShapeException>(() => Tensor.Ones([2, 3]).Inverse()).Message);
        Assert.Contains("Received: shape [3]", Assert.Throws<ShapeException>(() => Tensor.Ones([3]).Cholesky()).Message);
        Assert.Contains("right-hand sides of shape [3, 1]", Assert.Throws<ShapeException>(() => Linalg.Solve(identity, Tensor.Ones([3, 1]))).Message);
        Assert.Contains("float32 or float64", Assert.Throws<DTypeException>(() => Tensor.Eye(2, dtype: DType.Int64).Det()).Message);
        Assert.Throws<ShapeException>(() => Linalg.MatrixNorm(identity, 3));
        Assert.Throws<ShapeException>(() => Linalg.MultiDot(identity));
    }

    [Fact]
    public void A_complete_basis_of_a_tall_matrix_has_no_gradient()
    {
        var a = Tensor.Ones([3, 2], requiresGrad: true);
        Assert.Throws<GradientException>(() => Linalg.Qr(a, QrMode.Complete).Q.Sum().Backward());
    }

    [Fact]
    public void The_determinant_of_a_singular_matrix_has_the_cofactors_as_its_gradient()
    {
        var a = singular.WithGrad();
        a.Det().Backward();
        var expected = new float[] { 4, -2, -2, 1 };
        Assert.All(a.Grad!.ToArray<float>().Zip(expected), p => Assert.Equal(p.Second, p.First, 1e-5));
    }

    [Fact]
    public void Large_matrices_are_factored_in_blocks()
    {
        var x = Tensor.Randn([300, 300], DType.Float64, new Generator(1));
        var a = x.MatMul(x.T) + Tensor.Eye(300, dtype: DType.Float64) * 100;
        var l = a.Cholesky();
        Assert.True(Distance(l.MatMul(l.T), a) < 1e-11);
        Assert.True(Distance(Linalg.Solve(x, x.MatMul(a)), a) < 1e-8);
        var (q, r) = x.Qr();
        Assert.True(Distance(q.MatMul(r), x) < 1e-13);
        var (w, v) = Linalg.Eigh(a);
        Assert.True(Distance((v * w).MatMul(v.T), a) < 1e-12);
        var (u, s, vh) = x.Svd();
        Assert.True(Distance((u * s).MatMul(vh), x) < 1e-12);
        Assert.True(Distance(u.T.MatMul(u), Tensor.Eye(300, dtype: DType.Float64)) < 1e-12);
    }

    static double Distance(Tensor a, Tensor b) => ((a - b).Abs().Max() / b.Abs().Max()).Item<double>();

    [Fact]
    public void Packed_factors_unpack_to_the_product()
    {
        var a = Tensor.Randn([2, 4, 3], DType.Float64, new Generator(6));
        var (lu, pivots) = Linalg.LuFactor(a);
        var (p, l, u) = Linalg.LuUnpack(lu, pivots);
        Assert.True(p.MatMul(l).MatMul(u).AllClose(a));
    }
}
