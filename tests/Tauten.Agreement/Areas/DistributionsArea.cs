using Tauten.Distributions;

namespace Tauten.Agreement;

/// <summary>Probability distributions: what each is asked for follows from the fixtures.</summary>
static class DistributionsArea
{
    static readonly Dictionary<string, (int Parameters, Func<Tensor[], Distribution> Make)> families = new()
    {
        ["Normal"] = (2, p => new Normal(p[0], p[1])),
        ["HalfNormal"] = (1, p => new HalfNormal(p[0])),
        ["LogNormal"] = (2, p => new LogNormal(p[0], p[1])),
        ["Uniform"] = (2, p => new Uniform(p[0], p[1])),
        ["Exponential"] = (1, p => new Exponential(p[0])),
        ["Laplace"] = (2, p => new Laplace(p[0], p[1])),
        ["Cauchy"] = (2, p => new Cauchy(p[0], p[1])),
        ["HalfCauchy"] = (1, p => new HalfCauchy(p[0])),
        ["Gumbel"] = (2, p => new Gumbel(p[0], p[1])),
        ["Gamma"] = (2, p => new Gamma(p[0], p[1])),
        ["Chi2"] = (1, p => new Chi2(p[0])),
        ["Beta"] = (2, p => new Beta(p[0], p[1])),
        ["Dirichlet"] = (1, p => new Dirichlet(p[0])),
        ["StudentT"] = (3, p => new StudentT(p[0], p[1], p[2])),
        ["FisherSnedecor"] = (2, p => new FisherSnedecor(p[0], p[1])),
        ["Pareto"] = (2, p => new Pareto(p[0], p[1])),
        ["Weibull"] = (2, p => new Weibull(p[0], p[1])),
        ["Kumaraswamy"] = (2, p => new Kumaraswamy(p[0], p[1])),
        ["ContinuousBernoulli"] = (1, p => new ContinuousBernoulli(p[0])),
        ["VonMises"] = (2, p => new VonMises(p[0], p[1])),
        ["Bernoulli"] = (1, p => new Bernoulli(p[0])),
        ["Binomial"] = (1, p => new Binomial(Tensor.Full([], 5, p[0].DType), p[0])),
        ["Geometric"] = (1, p => new Geometric(p[0])),
        ["NegativeBinomial"] = (2, p => new NegativeBinomial(p[0], p[1])),
        ["Poisson"] = (1, p => new Poisson(p[0])),
        ["Categorical"] = (1, p => new Categorical(logits: p[0])),
        ["Categorical by weights"] = (1, p => new Categorical(p[0])),
        ["OneHotCategorical"] = (1, p => new OneHotCategorical(logits: p[0])),
        ["Multinomial"] = (1, p => new Multinomial(5, logits: p[0])),
        ["RelaxedBernoulli"] = (2, p => new RelaxedBernoulli(p[0], logits: p[1])),
        ["LogitRelaxedBernoulli"] = (2, p => new LogitRelaxedBernoulli(p[0], logits: p[1])),
        ["RelaxedOneHotCategorical"] = (2, p => new RelaxedOneHotCategorical(p[0], logits: p[1])),
        ["MultivariateNormal"] = (2, p => new MultivariateNormal(p[0], p[1])),
        ["MultivariateNormal by precision"] = (2, p => new MultivariateNormal(p[0], precision: p[1])),
        ["LowRankMultivariateNormal"] = (3, p => new LowRankMultivariateNormal(p[0], p[1], p[2])),
        ["Wishart"] = (2, p => new Wishart(p[0], p[1])),
        ["LKJCholesky"] = (1, p => new LKJCholesky(3, p[0])),
        ["Independent"] = (2, p => new Independent(new Normal(p[0], p[1]), 1)),
        ["MixtureSameFamily"] = (3, p => new MixtureSameFamily(new Categorical(logits: p[0]), new Normal(p[1], p[2]))),
    };

    static readonly Dictionary<string, Func<Distribution, Tensor, Tensor>> methods = new()
    {
        ["log_prob"] = (d, x) => d.LogProb(x),
        ["cdf"] = (d, x) => d.Cdf(x),
        ["icdf"] = (d, x) => d.Icdf(x),
        ["mean"] = (d, _) => d.Mean,
        ["variance"] = (d, _) => d.Variance,
        ["mode"] = (d, _) => d.Mode,
        ["entropy"] = (d, _) => d.Entropy(),
    };

    static readonly Dictionary<string, Func<Tensor, Transform>> transforms = new()
    {
        ["Exp"] = _ => new ExpTransform(),
        ["Power"] = _ => new PowerTransform((double)1.7f),
        ["Sigmoid"] = _ => new SigmoidTransform(),
        ["Tanh"] = _ => new TanhTransform(),
        ["Softplus"] = _ => new SoftplusTransform(),
        ["Affine"] = x => new AffineTransform(Tensor.Full([], 0.5, x.DType), Tensor.Full([], -1.5, x.DType), 1),
        ["StickBreaking"] = _ => new StickBreakingTransform(),
        ["CorrCholesky"] = _ => new CorrCholeskyTransform(),
        ["LowerCholesky"] = _ => new LowerCholeskyTransform(),
        ["CumulativeDistribution"] = x => new CumulativeDistributionTransform(new Normal(Tensor.Full([], 0.25, x.DType), Tensor.Full([], 1.5, x.DType))),
        ["Compose"] = x => new ComposeTransform(new AffineTransform(Tensor.Full([], 0.5, x.DType), Tensor.Full([], 2, x.DType)), new StickBreakingTransform()),
        ["Independent"] = _ => new IndependentTransform(new ExpTransform(), 1),
        ["Reshape"] = _ => new ReshapeTransform([6], [2, 3]),
        ["Cat"] = _ => new CatTransform([new ExpTransform(), new TanhTransform()], -1, [2, 3]),
        ["Stack"] = _ => new StackTransform([new ExpTransform(), new TanhTransform()], -1),
        ["Abs"] = _ => new AbsTransform(),
        ["Softmax"] = _ => new SoftmaxTransform(),
    };

    public static Area Calls { get; } = Make();

    static Area Make()
    {
        var area = new Area("distributions");
        foreach (string key in Fixture.Of("distributions").Cases.Select(Fixture.KeyOf).Distinct()) area[key] = Call(key);
        return area
            .Loosen("VonMises.log_prob", "PyTorch's Bessel functions are polynomials in float32 accuracy here", @double: 1e-6)
            .Loosen("VonMises.variance", "PyTorch's Bessel functions are polynomials in float32 accuracy here", @double: 1e-6)
            .Loosen("inverse Power", "PyTorch's exponent is a float32 tensor, whose reciprocal is rounded to float32", @double: 1e-7)
            .Loosen("Multinomial.entropy", "PyTorch takes the logarithm of n! in float32", @double: 1e-7);
    }

    static Func<Tensor[], Tensor[]> Call(string key)
    {
        string[] words = key.Split(' ');
        switch (words[0])
        {
            case "transform": return x => [transforms[words[1]](x[0]).Forward(x[0])];
            case "inverse": return x => [transforms[words[1]](x[0]).Inverse(x[0])];
            case "jacobian": return x => transforms[words[1]](x[0]) is var f ? [f.LogAbsDetJacobian(x[0], f.Forward(x[0]))] : [];
            case "kl":
                var (left, right) = (families[words[1]], families[words[^1]]);
                return x => [left.Make(x).KlDivergence(right.Make(x[left.Parameters..]))];
            case "TransformedDistribution.log_prob":
                return x => [new TransformedDistribution(new Normal(Tensor.Zeros([4], x[0].DType), Tensor.Ones([4], x[0].DType)), new StickBreakingTransform()).LogProb(x[0])];
            default:
                int dot = key.LastIndexOf('.');
                var (count, make) = families[key[..dot]];
                return x => [methods[key[(dot + 1)..]](make(x), x[^1])];
        }
    }
}
