using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

/// <summary>First values of parameters: mean, variance and bounds of a million draws.</summary>
public class InitializeTests
{
    static readonly Shape shape = [1000, 250, 4];     // fan in 1000, fan out 4000

    public static TheoryData<string, double, double, double> Draws => new()
    {
        { "Uniform", 1, 4.0 / 12, 2 }, { "Normal", 2, 9, 100 }, { "TruncatedNormal", 0, 0.7737413, 2 }, { "TruncatedNormal far", 4.291524164782609, 0.04546132200384423, 100 }, { "TruncatedNormal below", -4.291524164782609, 0.04546132200384423, 100 },
        { "XavierUniform", 0, 2.0 / 5000 * 4, Math.Sqrt(3 * 2.0 / 5000 * 4) }, { "XavierNormal", 0, 2.0 / 5000 * 4, 1 },
        { "KaimingUniform", 0, 2.0 / 4000, Math.Sqrt(6.0 / 4000) }, { "KaimingNormal", 0, 2 / 1.25 / 1000, 1 },
        { "LeCunUniform", 0, 0.001, Math.Sqrt(0.003) }, { "LeCunNormal", 0, 0.001, 2.28 * Math.Sqrt(0.001) },
    };

    static Tauten.Tensor Draw(string name, Generator g) => name switch
    {
        "Uniform" => Initialize.Uniform(shape, 0, 2, generator: g),
        "Normal" => Initialize.Normal(shape, 2, 3, generator: g),
        "TruncatedNormal" => Initialize.TruncatedNormal(shape, generator: g),
        "TruncatedNormal far" => Initialize.TruncatedNormal(shape, low: 4.0691, high: 100, generator: g),
        "TruncatedNormal below" => Initialize.TruncatedNormal(shape, low: -100, high: -4.0691, generator: g),
        "XavierUniform" => Initialize.XavierUniform(shape, 2, generator: g),
        "XavierNormal" => Initialize.XavierNormal(shape, 2, generator: g),
        "KaimingUniform" => Initialize.KaimingUniform(shape, fan: FanMode.Out, generator: g),
        "KaimingNormal" => Initialize.KaimingNormal(shape, 0.5, generator: g),
        "LeCunUniform" => Initialize.LeCunUniform(shape, generator: g),
        _ => Initialize.LeCunNormal(shape, generator: g),
    };

    [Theory, MemberData(nameof(Draws))]
    public void Draws_have_mean_variance_and_bounds(string name, double mean, double variance, double bound)
    {
        var x = Draw(name, new Generator(7)).To(DType.Float64);
        double found = x.Mean().Item<double>(), spread = (x - found).Square().Mean().Item<double>(), deviation = Math.Sqrt(variance);
        Assert.InRange(found, mean - 0.02 * deviation, mean + 0.02 * deviation);
        Assert.InRange(spread, variance * 0.98, variance * 1.02);
        Assert.InRange(x.Abs().Max().Item<double>(), 0, bound * (1 + 1e-6));
    }

    [Fact]
    public void Matrices_that_hand_on_what_comes()
    {
        Equal([1, 0, 0, 0, 1, 0], Initialize.Eye([2, 3]), 0);
        // Out 4, in 2, two groups, kernels of 3: 1 in the middle of kernels [0, 0], [1, 1], [2, 0], [3, 1].
        var dirac = Initialize.Dirac([4, 2, 3], groups: 2).Doubles();
        Assert.Equal([1, 10, 13, 22], Enumerable.Range(0, 24).Where(i => dirac[i] != 0));
        foreach (Shape s in new Shape[] { [5, 3], [3, 5], [4, 2, 3] })
        {
            var q = Initialize.Orthogonal(s, 2, DType.Float64).Reshape([s[0], -1]);
            if (q.Shape[0].Value > q.Shape[1].Value) q = q.T;
            Equal(Tauten.Tensor.Eye(q.Shape[0], q.Shape[0], DType.Float64).Doubles().Select(v => v * 4).ToArray(), q.MatMul(q.T), 1e-12);
        }
        var sparse = Initialize.Sparse([10, 7], 0.25, 1);
        Equal([3, 3, 3, 3, 3, 3, 3], sparse.EqualTo(0).To(DType.Float64).Sum(0), 0);
        Equal([2, 2], Initialize.Constant([2], 2), 0);
        Equal([1, 1], Initialize.Ones([2]), 0);
        Equal([0, 0], Initialize.Zeros([2], DType.BFloat16), 0);
    }

    [Fact]
    public void Gains_and_fans()
    {
        Assert.Equal([1, 1, 5.0 / 3, Math.Sqrt(2), Math.Sqrt(2 / 1.04), 0.75], Enum.GetValues<GainOf>().Select(a => Initialize.Gain(a, 0.2)));
        Assert.Equal((12, 30), Initialize.Fans([10, 4, 3]));
    }

    [Fact]
    public void Mistakes_are_named()
    {
        Assert.Equal("Initialize.Fans: expected at least 2 axes, [out, in, kernel...]. Received: [3].", Assert.Throws<ShapeException>(() => Initialize.XavierNormal([3])).Message);
        Assert.Throws<ShapeException>(() => Initialize.Eye([3]));
        Assert.Throws<ShapeException>(() => Initialize.Dirac([3, 3]));
        Assert.Throws<ShapeException>(() => Initialize.Dirac([3, 3, 3], groups: 2));
        Assert.Throws<ShapeException>(() => Initialize.Orthogonal([3]));
        Assert.Throws<ShapeException>(() => Initialize.Normal(["n", 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Initialize.Sparse([2, 2], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Initialize.TruncatedNormal([2], low: 1, high: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Initialize.VarianceScaling([2, 2], -1));
    }
}
