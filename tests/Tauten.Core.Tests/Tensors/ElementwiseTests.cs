namespace Tauten.Core.Tests;

/// <summary>What elementwise methods do beside computing elements: answers of a whole tensor, exact neighbours, whole numbers, errors.</summary>
public class ElementwiseTests
{
    [Fact]
    public void Equal_and_AllClose_answer_for_the_whole_tensor()
    {
        var x = Tensor.From([1f, 2, 3]);
        Assert.True(x.Equal(Tensor.From([1f, 2, 3])));
        Assert.False(x.Equal(Tensor.From([1f, 2, 4])));
        Assert.False(x.Equal(Tensor.From([1.0, 2, 3])));
        Assert.False(x.Equal(x.Unsqueeze(0)));
        Assert.True(Tensor.Zeros([0]).Equal(Tensor.Zeros([0])));
        var nan = Tensor.From([float.NaN]);
        Assert.False(nan.Equal(nan));

        Assert.True(x.AllClose(x + 1e-6));
        Assert.False(x.AllClose(x + 1e-3));
        Assert.True(x.AllClose(x + 1e-3, relative: 0, absolute: 2e-3));
        Assert.False(nan.AllClose(nan));
        Assert.True(nan.AllClose(nan, nanIsEqual: true));
        Assert.True(Tensor.From([true, false]).AllClose(Tensor.From([true, false])));
        Assert.False(Tensor.From([long.MaxValue]).AllClose(Tensor.From([long.MaxValue - 1]), relative: 0, absolute: 0));
    }

    [Fact]
    public void Nextafter_steps_to_the_neighbour_in_each_precision()
    {
        double[] a = [1, 1, -1, 0, 0, double.Epsilon, double.MaxValue, 5], b = [2, 0, 0, 1, -1, 0, double.PositiveInfinity, 5];
        Assert.Equal([Math.BitIncrement(1.0), Math.BitDecrement(1.0), Math.BitIncrement(-1.0), double.Epsilon, -double.Epsilon, 0, double.PositiveInfinity, 5], Tensor.From(a).Nextafter(Tensor.From(b)).ToArray<double>());
        Assert.Equal([MathF.BitIncrement(1), -float.Epsilon], Tensor.From([1f, 0]).Nextafter(Tensor.From([2f, -1])).ToArray<float>());
        Assert.Throws<DTypeException>(() => Tensor.From([(Half)1]).Nextafter(Tensor.From([(Half)2])));
    }

    [Fact]
    public void Frexp_and_Ldexp_are_exact_for_the_smallest_and_the_largest()
    {
        var x = Tensor.From([double.Epsilon, 3 * double.Epsilon, -double.MaxValue, 1e-310, 0.75]);
        var (mantissa, exponent) = x.Frexp();
        Assert.Equal([0.5, 0.75, -(1 - Math.ScaleB(1, -53)), Math.ScaleB(1e-310, 1029), 0.75], mantissa.ToArray<double>());
        Assert.Equal([-1073, -1072, 1024, -1029, 0], exponent.ToArray<int>());
        Assert.Equal(x.ToArray<double>(), mantissa.Ldexp(exponent).ToArray<double>());
        Assert.Equal([1f], Tensor.From([MathF.ScaleB(1, -100)]).Ldexp(Tensor.From([100])).ToArray<float>());
    }

    [Fact]
    public void Logarithms_and_powers_are_exact_where_they_can_be()
    {
        double[] powers = [.. Enumerable.Range(0, 23).Select(k => Math.Pow(10, k))];
        Assert.Equal([.. Enumerable.Range(0, 23).Select(k => (double)k)], Tensor.From(powers).Log10().ToArray<double>());
        Assert.Equal([.. Enumerable.Range(0, 11).Select(k => (float)k)], Tensor.From(Array.ConvertAll(powers[..11], p => (float)p)).Log10().ToArray<float>());
        double[] whole = [.. Enumerable.Range(-1074, 2098).Select(k => (double)k)];
        Assert.Equal(Array.ConvertAll(whole, k => Math.ScaleB(1, (int)k)), Tensor.From(whole).Exp2().ToArray<double>());
        Assert.Equal(whole, Tensor.From(whole).Exp2().Log2().ToArray<double>());
    }

    [Fact]
    public void Quotients_of_whole_numbers_round_as_asked_and_do_not_stop_at_zero()
    {
        Tensor a = Tensor.From([7, -7, 7, -7, 5, int.MinValue]), b = Tensor.From([2, 2, -2, -2, 0, -1]);
        Assert.Equal([3, -4, -4, 3, 0, int.MinValue], a.FloorDivide(b).ToArray<int>());
        Assert.Equal([3, -3, -3, 3, 0, int.MinValue], a.Divide(b, DivisionRounding.Truncate).ToArray<int>());
        Assert.Equal([1, 1, -1, -1, 0, 0], a.Remainder(b).ToArray<int>());
        Assert.Equal([1, -1, 1, -1, 0, 0], a.Fmod(b).ToArray<int>());
        Assert.Equal([3.5f, -3.5f, -3.5f, 3.5f], a.TrueDivide(b).ToArray<float>()[..4]);
        Assert.Equal(9.0, Tensor.From([1.0]).FloorDivide(0.1).ToArray<double>()[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => a.Divide(b, (DivisionRounding)7));
    }

    [Fact]
    public void Divisors_and_multiples_of_every_integer_type()
    {
        Assert.Equal([6, 5, 0, 1], Tensor.From([12, 0, 0, -7]).Gcd(Tensor.From([-18, 5, 0, 3])).ToArray<int>());
        Assert.Equal([36, 0, 0, 21], Tensor.From([12, 0, 0, -7]).Lcm(Tensor.From([-18, 5, 0, 3])).ToArray<int>());
        Assert.Equal([(byte)6], Tensor.From([(byte)12]).Gcd(Tensor.From([(byte)18])).ToArray<byte>());
        Assert.Equal([12UL], Tensor.From([4UL]).Lcm(Tensor.From([6UL])).ToArray<ulong>());
        Assert.Throws<DTypeException>(() => Tensor.From([1f]).Gcd(Tensor.From([2f])));
    }

    [Fact]
    public void Whole_numbers_have_signs_and_limits_but_no_infinities()
    {
        var x = Tensor.From([-3, 0, 9]);
        Assert.Equal([true, false, false], x.Signbit().ToArray<bool>());
        Assert.Equal([false, false, false], x.IsPositiveInfinity().ToArray<bool>());
        Assert.Equal([true, true, true], x.IsReal().ToArray<bool>());
        Assert.Equal([0, 0, 9], x.ClampMin(Tensor.From(0)).ToArray<int>());
        Assert.Equal([-3, 0, 4], x.ClampMax(Tensor.From(4)).ToArray<int>());
        Assert.Same(x, x.NanToNum());
        Assert.Same(x, x.Clamp(null, null));
    }

    [Fact]
    public void NanToNum_takes_the_largest_number_of_the_dtype()
    {
        foreach (var dtype in (DType[])[DType.Float64, DType.Float32, DType.Float16, DType.BFloat16])
        {
            double largest = Tensor.From([double.NaN, double.PositiveInfinity, 2]).To(dtype).NanToNum().Max().To(DType.Float64).Item<double>();
            Assert.True(double.IsFinite(largest));
            Assert.True(double.IsInfinity((Tensor.From(largest).To(dtype) * 1.01).To(DType.Float64).Item<double>()));
        }
    }

    [Fact]
    public void Functions_take_their_limits_at_infinity()
    {
        var x = Tensor.From([double.PositiveInfinity, double.NegativeInfinity]);
        Assert.Equal([0.0, 0], Special.BesselJ0(x).ToArray<double>());
        Assert.Equal([0.0, 0], Special.BesselJ1(x).Abs().ToArray<double>());
        Assert.Equal([double.PositiveInfinity, double.PositiveInfinity], Special.I0(x).ToArray<double>());
        Assert.Equal([double.PositiveInfinity, double.NegativeInfinity], Special.I1(x).ToArray<double>());
        Assert.Equal([0.0, 0], Special.AiryAi(x).ToArray<double>());
        Assert.Equal([0.0, 0], x.Sinc().ToArray<double>());
        Assert.Equal([0.0, double.NaN], Special.BesselY0(x).ToArray<double>());
    }

    [Fact]
    public void What_has_no_gradient_says_so()
    {
        Tensor a = Tensor.From([2.0], requiresGrad: true), x = Tensor.From([1.5], requiresGrad: true);
        foreach (var function in (Func<Tensor, Tensor, Tensor>[])[Special.Gammainc, Special.Gammaincc, Special.Zeta])
        {
            var error = Assert.Throws<GradientException>(() => function(a, x).Sum().Backward());
            Assert.Contains("Detach()", error.Message, StringComparison.Ordinal);
            function(a.Detach(), x).Sum().Backward();
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => x.Polygamma(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => x.Mvlgamma(0));
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_named()
    {
        Assert.Contains("even size", Assert.Throws<ShapeException>(() => Tensor.Zeros([2, 3]).Glu()).Message, StringComparison.Ordinal);
        Assert.Contains("channels", Assert.Throws<ShapeException>(() => Tensor.Zeros([2, 3]).PRelu(Tensor.Zeros([4]))).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => Tensor.Zeros([2, 3]).PRelu(Tensor.Zeros([3, 1])));
        Assert.Throws<ShapeException>(() => Tensor.Zeros([2]).Hardtanh(1, -1));
    }

    /// <summary>Methods that are phrases over other ops work while a graph is captured whose sizes are not known yet.</summary>
    [Fact]
    public void Phrases_can_be_captured_with_unknown_sizes()
    {
        Func<Tensor[], Tensor[]> phrases = x =>
        [
            x[0].FloorDivide(x[1]), x[0].Round(1), x[0].Frac(), x[0].Heaviside(x[1]), x[0].NanToNum(), x[0].Clamp(x[1], null), x[0].IsClose(x[1]), x[0].IsReal(), x[0].Frexp().Mantissa,
            x[0].Glu(), x[0].PRelu(Tensor.From([0.1f, 0.2f, 0.3f, 0.4f])), x[0].Normalize(), x[0].CosineSimilarity(x[1]), x[0].PairwiseDistance(x[1]), x[0].Softmin(1), x[0].Sinc(),
            x[0].Threshold(0.1, -1), x[0].Polygamma(2), x[0].Mvlgamma(2), Special.Ndtr(x[0]), Special.HermitePolynomialH(x[0], 3), x[0].Logit(0.1), x[0].LogicalXor(x[1]), x[0].Lerp(x[1], 0.3),
        ];
        var graph = Graph.Capture(phrases, new TensorSpec(DType.Float32, ["batch", 4]), new TensorSpec(DType.Float32, ["batch", 4]));
        var random = new Generator(3);
        Tensor[] x = [Tensor.Randn([3, 4], generator: random), Tensor.Randn([3, 4], generator: random)];
        var (eager, captured) = (phrases(x), graph.Run(x));
        for (int i = 0; i < eager.Length; i++) Assert.True(eager[i].AllClose(captured[i], 1e-6, 1e-6, nanIsEqual: true), $"phrase {i}: {eager[i]} but captured {captured[i]}");
    }

    [Fact]
    public void Polynomials_of_high_degree_and_many_derivatives()
    {
        var x = Tensor.From([0.3, 1, -1], requiresGrad: true);
        var y = Special.ChebyshevPolynomialT(x, 1000);
        Assert.Equal(Math.Cos(1000 * Math.Acos(0.3)), y.ToArray<double>()[0], 1e-11);
        Assert.Equal([1.0, 1], y.ToArray<double>()[1..]);
        y.Sum().Backward();
        // T' = n U at the ends: n^2, with the sign of x for even n.
        Assert.Equal([1e6, -1e6], x.Grad!.ToArray<double>()[1..]);
        Assert.Equal([0f, 1, 0.5f], Special.LegendrePolynomialP(Tensor.From([0.5f]), Tensor.From([-1, 0, 1])).ToArray<float>());
        Assert.True(double.IsNaN(Special.HermitePolynomialH(Tensor.From([0.5]), Tensor.From([double.PositiveInfinity])).Item<double>()));
    }
}
