using Tauten.Distributions;

namespace Tauten.Core.Tests.Distributions;

/// <summary>Samples follow their distributions, and gradients flow through those that have them.</summary>
public sealed class DistributionTests
{
    const int Count = 20_000;

    static Tensor Number(double value) => Tensor.Full([], value, DType.Float64);

    static Tensor Numbers(params double[] values) => Tensor.From(values);

    static readonly Dictionary<string, Distribution> all = new()
    {
        ["Normal"] = new Normal(Number(1), Number(2)),
        ["HalfNormal"] = new HalfNormal(Number(2)),
        ["LogNormal"] = new LogNormal(Number(0.3), Number(0.5)),
        ["Uniform"] = new Uniform(Number(-1), Number(3)),
        ["Exponential"] = new Exponential(Number(0.5)),
        ["Laplace"] = new Laplace(Number(1), Number(2)),
        ["Gumbel"] = new Gumbel(Number(1), Number(2)),
        ["Gamma, small"] = new Gamma(Number(0.4), Number(2)),
        ["Gamma"] = new Gamma(Number(3.5), Number(2)),
        ["InverseGamma"] = new InverseGamma(Number(5), Number(2)),
        ["Chi2"] = new Chi2(Number(3)),
        ["Beta"] = new Beta(Number(2), Number(0.7)),
        ["StudentT"] = new StudentT(Number(7), Number(1), Number(2)),
        ["FisherSnedecor"] = new FisherSnedecor(Number(4), Number(12)),
        ["Pareto"] = new Pareto(Number(1.5), Number(6)),
        ["Weibull"] = new Weibull(Number(2), Number(1.5)),
        ["Kumaraswamy"] = new Kumaraswamy(Number(2), Number(3)),
        ["ContinuousBernoulli"] = new ContinuousBernoulli(Number(0.2)),
        ["Bernoulli"] = new Bernoulli(Number(0.3)),
        ["Binomial, few"] = new Binomial(Number(9), Number(0.7)),
        ["Binomial, many"] = new Binomial(Number(90), Number(0.4)),
        ["Geometric"] = new Geometric(Number(0.3)),
        ["NegativeBinomial"] = new NegativeBinomial(Number(5), Number(0.4)),
        ["Poisson, small"] = new Poisson(Number(3)),
        ["Poisson"] = new Poisson(Number(40)),
        ["OneHotCategorical"] = new OneHotCategorical(Numbers(1, 2, 5)),
        ["Multinomial"] = new Multinomial(7, Numbers(1, 2, 5)),
        ["Dirichlet"] = new Dirichlet(Numbers(1, 2, 0.5)),
        ["MultivariateNormal"] = new MultivariateNormal(Numbers(1, -1), Tensor.From([2.0, 0.6, 0.6, 1], [2, 2])),
        ["LowRankMultivariateNormal"] = new LowRankMultivariateNormal(Numbers(1, -1), Tensor.From([1.0, 0.5], [2, 1]), Numbers(0.5, 1)),
        ["Wishart"] = new Wishart(Number(6), Tensor.From([2.0, 0.6, 0.6, 1], [2, 2])),
        ["Independent"] = new Independent(new Normal(Numbers(1, 2), Numbers(1, 3)), 1),
        ["MixtureSameFamily"] = new MixtureSameFamily(new Categorical(Numbers(1, 3)), new Normal(Numbers(-2, 2), Numbers(1, 0.5))),
    };

    public static TheoryData<string> Names => [.. all.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Samples_have_the_mean_and_the_variance(string name)
    {
        var distribution = all[name];
        var x = distribution.Sample([Count], new Generator(17));
        Assert.Equal([Count, .. distribution.EventShape], x.Shape);
        double[] mean = x.Mean(0).ToArray<double>(), expected = distribution.Mean.ToArray<double>();
        double[] spread = x.Var(0).ToArray<double>(), variance = distribution.Variance.ToArray<double>();
        for (int i = 0; i < mean.Length; i++)
        {
            // Six standard errors; the seed is fixed, so this cannot fail by chance.
            double error = 6 * Math.Sqrt(variance[i] / Count);
            Assert.InRange(mean[i], expected[i] - error, expected[i] + error);
            Assert.InRange(spread[i], 0.85 * variance[i], 1.15 * variance[i]);
        }
    }

    [Theory]
    [InlineData("Normal"), InlineData("HalfNormal"), InlineData("LogNormal"), InlineData("Uniform"), InlineData("Exponential"), InlineData("Laplace"), InlineData("Gumbel")]
    [InlineData("Gamma"), InlineData("Gamma, small"), InlineData("Weibull"), InlineData("Pareto"), InlineData("Kumaraswamy"), InlineData("ContinuousBernoulli"), InlineData("MixtureSameFamily")]
    public void Samples_follow_the_distribution_function(string name)
    {
        var x = all[name].Sample([Count], new Generator(5));
        double[] p = [.. all[name].Cdf(x).ToArray<double>().Order()];
        // Kolmogorov and Smirnov's statistic, at a level of one in a million.
        double largest = Enumerable.Range(0, Count).Max(i => Math.Max((i + 1.0) / Count - p[i], p[i] - (double)i / Count));
        Assert.InRange(largest * Math.Sqrt(Count), 0, 2.7);
    }

    [Theory]
    [InlineData(0.3), InlineData(4.0), InlineData(300.0)]
    public void Counts_follow_the_Poisson_distribution(double rate)
    {
        var distribution = new Poisson(Number(rate));
        Follows(distribution.Sample([Count], new Generator(3)), k => Math.Exp(distribution.LogProb(Number(k)).Item<double>()));
    }

    [Theory]
    [InlineData(5, 0.3), InlineData(40, 0.9), InlineData(200, 0.4), InlineData(1000, 0.001)]
    public void Counts_follow_the_binomial_distribution(int trials, double probability)
    {
        var distribution = new Binomial(Number(trials), Number(probability));
        Follows(distribution.Sample([Count], new Generator(3)), k => k > trials ? 0 : Math.Exp(distribution.LogProb(Number(k)).Item<double>()));
    }

    // Pearson's statistic over the counts that are expected at least ten times.
    static void Follows(Tensor sample, Func<int, double> probability)
    {
        var seen = sample.ToArray<double>().GroupBy(k => (int)k).ToDictionary(g => g.Key, g => g.Count());
        double statistic = 0;
        int kinds = 0;
        for (int k = 0; k <= seen.Keys.Max(); k++)
        {
            double expected = probability(k) * Count;
            if (expected < 10) continue;
            statistic += Math.Pow(seen.GetValueOrDefault(k) - expected, 2) / expected;
            kinds++;
        }
        Assert.InRange(statistic, 0, kinds + 6 * Math.Sqrt(2 * kinds));
    }

    [Theory]
    [InlineData(0.0), InlineData(0.7), InlineData(30.0)]
    public void Angles_follow_the_von_Mises_distribution(double concentration)
    {
        var distribution = new VonMises(Number(0.5), Number(concentration));
        var x = distribution.Sample([Count], new Generator(3));
        Assert.InRange(x.Min().Item<double>(), -Math.PI, Math.PI);
        Assert.InRange(x.Max().Item<double>(), -Math.PI, Math.PI);
        double expected = 1 - distribution.Variance.Item<double>();
        Assert.InRange((x - 0.5).Cos().Mean().Item<double>(), expected - 0.03, expected + 0.03);
        Assert.InRange((x - 0.5).Sin().Mean().Item<double>(), -0.03, 0.03);
    }

    [Fact]
    public void Factors_of_correlation_matrices_are_what_they_say()
    {
        var factor = new LKJCholesky(3, Number(2)).Sample([100], new Generator(3));
        var matrix = factor.MatMul(factor.Transpose(-2, -1));
        Assert.True(matrix.Diagonal(0, -2, -1).AllClose(Tensor.Ones([100, 3], DType.Float64)));
        Assert.True(factor.Triu(1).EqualTo(0).All().Item<bool>());
    }

    [Theory]
    [InlineData(0.3), InlineData(3.0), InlineData(200.0)]
    public void Gradients_flow_through_gamma_samples(double concentration)
    {
        // The expected value of x is a, that of x^2 is a (a + 1).
        var a = Number(concentration).WithGrad();
        var x = new Gamma(a, Number(1)).RSample([Count], new Generator(9));
        double first = Gradients.Of(x.Mean(), [a], keepGraph: true)[0].Item<double>(), second = Gradients.Of(x.Square().Mean(), [a])[0].Item<double>();
        Assert.InRange(first, 0.95, 1.05);
        Assert.InRange(second, 0.93 * (2 * concentration + 1), 1.07 * (2 * concentration + 1));
    }

    [Fact]
    public void Only_reparameterized_distributions_have_samples_with_gradients()
    {
        var p = Number(0.3).WithGrad();
        Assert.Throws<GradientException>(() => new Bernoulli(p).RSample());
        Assert.False(new Normal(p, Number(1)).Sample().RequiresGrad);
        Assert.True(new Normal(p, Number(1)).RSample().RequiresGrad);
    }

    [Fact]
    public void Drawing_without_replacement_never_repeats()
    {
        var weights = Tensor.From([1.0, 0, 3, 6]);
        var drawn = weights.BroadcastTo([1000, 4]).Multinomial(3, generator: new Generator(1)).ToArray<long>();
        for (int i = 0; i < drawn.Length; i += 3) Assert.Equal([0, 2, 3], drawn[i..(i + 3)].Order());
        double third = Enumerable.Range(0, 1000).Count(i => drawn[3 * i] == 3) / 1000.0;
        Assert.InRange(third, 0.53, 0.67);
    }

    [Fact]
    public void Drawing_with_replacement_follows_the_weights()
    {
        var drawn = Tensor.From([1.0, 0, 3, 6]).Multinomial(Count, replacement: true, new Generator(1)).ToArray<long>();
        var share = Enumerable.Range(0, 4).Select(k => drawn.Count(d => d == k) / (double)Count).ToArray();
        Assert.InRange(share[0], 0.085, 0.115);
        Assert.Equal(0, share[1]);
        Assert.InRange(share[3], 0.58, 0.62);
    }

    [Fact]
    public void Drawing_functions_take_parameters_element_by_element()
    {
        var rates = Tensor.From([0.0, 2, 50]).BroadcastTo([Count, 3]);
        double[] mean = Tensor.Poisson(rates, new Generator(2)).Mean(0).ToArray<double>();
        Assert.Equal(0, mean[0]);
        Assert.InRange(mean[1], 1.93, 2.07);
        Assert.InRange(mean[2], 49.6, 50.4);
        var normal = Tensor.Normal(Tensor.From([0.0, 10]), Tensor.From([1.0, 0]), new Generator(2));
        Assert.Equal(10, normal[1].Item<double>());
        var uniform = Tensor.Uniform(3, 5, [1000], DType.Float64, new Generator(2));
        Assert.InRange(uniform.Min().Item<double>(), 3, 3.1);
        Assert.InRange(uniform.Max().Item<double>(), 4.9, 5);
    }

    [Fact]
    public void Positive_definite_matrices_come_back()
    {
        var transform = new PositiveDefiniteTransform();
        var x = Tensor.Randn([4, 3, 3], DType.Float64, new Generator(8)).Tril();
        var y = transform.Forward(x);
        Assert.True(y.AllClose(y.T));
        Assert.True(transform.Inverse(y).AllClose(x));
        // The change of volume of the lower triangles, from the matrix of all derivatives.
        var (rows, columns) = (Tensor.From([0L, 1, 1, 2, 2, 2]), Tensor.From([0L, 0, 1, 0, 1, 2]));
        var triangle = x[0][rows, columns];
        var jacobian = Gradients.Jacobian(t => transform.Forward(Tensor.Zeros([3, 3], DType.Float64).With([rows, columns], t))[rows, columns], triangle);
        Assert.Equal(Linalg.SlogDet(jacobian).LogAbsDet.Item<double>(), transform.LogAbsDetJacobian(x[0], y[0]).Item<double>(), 10);
    }

    [Fact]
    public void A_seed_gives_the_same_numbers()
    {
        foreach (var distribution in all.Values)
            Assert.Equal(distribution.Sample([7], new Generator(4)).ToArray<double>(), distribution.Sample([7], new Generator(4)).ToArray<double>());
    }

    [Fact]
    public void A_distribution_expands_to_a_batch()
    {
        foreach (var (name, distribution) in all)
        {
            if (distribution is TransformedDistribution) continue;
            var wide = distribution.Expand([3, 2]);
            Assert.Equal([3, 2], wide.BatchShape);
            Assert.Equal(distribution.EventShape, wide.EventShape);
            Assert.Equal([5, 3, 2, .. distribution.EventShape], wide.Sample([5], new Generator(2)).Shape);
        }
    }

    [Fact]
    public void Wrong_calls_say_what_is_wrong()
    {
        Assert.Contains("probabilities or logits", Assert.Throws<ArgumentException>(() => new Bernoulli()).Message);
        Assert.Contains("Cdf", Assert.Throws<NotSupportedException>(() => all["Wishart"].Cdf(Number(1))).Message);
        Assert.Contains("FisherSnedecor to Weibull", Assert.Throws<NotSupportedException>(() => all["FisherSnedecor"].KlDivergence(all["Weibull"])).Message);
        Assert.Throws<ShapeException>(() => new Dirichlet(Number(1)));
        Assert.Throws<ShapeException>(() => new MultivariateNormal(Numbers(1, 2), Tensor.Eye(3, dtype: DType.Float64)));
        Assert.Throws<ShapeException>(() => Numbers(1, 2).Multinomial(3));
    }
}
