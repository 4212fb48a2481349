namespace Tauten.Distributions;

/// <summary>The Kullback-Leibler divergences that have a formula.</summary>
static class Divergence
{
    public static Tensor Of(Distribution p, Distribution q) => (p, q) switch
    {
        (Independent a, Independent b) when a.Parts.Axes == b.Parts.Axes => Transform.SumLast(a.Parts.Start.KlDivergence(b.Parts.Start), a.Parts.Axes),
        (Normal a, Normal b) => Of(a, b),
        (HalfNormal a, HalfNormal b) => Of(new Normal(a.Scale * 0, a.Scale), new Normal(b.Scale * 0, b.Scale)),
        (Laplace a, Laplace b) => Of(a, b),
        (Gumbel a, Gumbel b) => Of(a, b),
        (Cauchy a, Cauchy b) => ((a.Scale + b.Scale).Square() + (a.Location - b.Location).Square()).Log() - (4 * a.Scale * b.Scale).Log(),
        (Uniform a, Uniform b) => Tensor.Where((b.Low > a.Low) | (b.High < a.High), double.PositiveInfinity, ((b.High - b.Low) / (a.High - a.Low)).Log()),
        (Exponential a, Exponential b) => b.Rate / a.Rate - (b.Rate / a.Rate).Log() - 1,
        (Gamma a, Gamma b) => Of(a, b),
        (Beta a, Beta b) => Of(a, b),
        (Dirichlet a, Dirichlet b) => Of(a, b),
        (Pareto a, Pareto b) => Of(a, b),
        (ContinuousBernoulli a, ContinuousBernoulli b) => -a.Entropy() - b.LogProb(a.Mean),
        (Bernoulli a, Bernoulli b) => a.Probabilities * (a.Logits.LogSigmoid() - b.Logits.LogSigmoid()) + (1 - a.Probabilities) * ((-a.Logits).LogSigmoid() - (-b.Logits).LogSigmoid()),
        (Binomial a, Binomial b) => Of(a, b),
        (Geometric a, Geometric b) => -a.Entropy() - (-b.Probabilities).Log1p() / a.Probabilities - b.Logits,
        (Poisson a, Poisson b) => a.Rate * (a.Rate.Log() - b.Rate.Log()) - (a.Rate - b.Rate),
        (Categorical a, Categorical b) => Of(a.Probabilities, a.Logits, b.Probabilities, b.Logits),
        (OneHotCategorical a, OneHotCategorical b) => Of(a.Probabilities, a.Logits, b.Probabilities, b.Logits),
        (MultivariateNormal a, MultivariateNormal b) => Of(a, b),
        (LowRankMultivariateNormal a, LowRankMultivariateNormal b) => Of(new(a.Location, a.Covariance), new MultivariateNormal(b.Location, b.Covariance)),
        (LowRankMultivariateNormal a, MultivariateNormal b) => Of(new(a.Location, a.Covariance), b),
        (MultivariateNormal a, LowRankMultivariateNormal b) => Of(a, new MultivariateNormal(b.Location, b.Covariance)),
        (LogNormal a, LogNormal b) => Of(new Normal(a.Location, a.Scale), new Normal(b.Location, b.Scale)),

        (Exponential a, Gamma b) => Of(new Gamma(a.Rate * 0 + 1, a.Rate), b),
        (Gamma a, Exponential b) => Of(a, new Gamma(b.Rate * 0 + 1, b.Rate)),
        (Exponential a, Normal b) => Of(-a.Entropy(), b, a.Mean, a.Variance),
        (Gamma a, Normal b) => Of(-a.Entropy(), b, a.Mean, a.Variance),
        (Laplace a, Normal b) => Of(-a.Entropy(), b, a.Mean, a.Variance),
        (Gumbel a, Normal b) => Of(-a.Entropy(), b, a.Mean, a.Variance),
        (Uniform a, Normal b) => Of(-a.Entropy(), b, a.Mean, a.Variance),
        (Beta a, Normal b) => Of(-a.Entropy(), b, a.Mean, a.Variance),
        (ContinuousBernoulli a, Normal b) => Of(-a.Entropy(), b, a.Mean, a.Variance),
        (Beta a, Exponential b) => -a.Entropy() - b.Rate.Log() + b.Rate * a.Mean,
        (ContinuousBernoulli a, Exponential b) => -a.Entropy() - b.Rate.Log() + b.Rate * a.Mean,
        (Pareto a, Exponential b) => Tensor.Where(a.Alpha > 1, -a.Entropy() - b.Rate.Log() + b.Rate * a.Mean, double.PositiveInfinity),
        (Uniform a, Exponential b) => Tensor.Where(a.Low < 0, double.PositiveInfinity, -a.Entropy() - b.Rate.Log() + b.Rate * a.Mean),
        (Normal a, Laplace b) => Of(a, b),
        (Normal a, Gumbel b) => Of(a, b),

        // Values of the first that cannot occur in the second.
        (Normal or Laplace or Gumbel or Cauchy, Exponential or Gamma or Beta or Uniform or Pareto or ContinuousBernoulli) or (Exponential or Gamma, Beta or Uniform or Pareto or ContinuousBernoulli)
            or (Beta or ContinuousBernoulli, Pareto) or (Pareto, Beta or Uniform or ContinuousBernoulli) or (Poisson, Bernoulli or Binomial) =>
            Tensor.Full(Shape.Broadcast(p.BatchShape, q.BatchShape, "KlDivergence"), double.PositiveInfinity, p.Variance.DType),

        (TransformedDistribution a, TransformedDistribution b) when a.GetType() == b.GetType() && a.Parts.Transforms.SequenceEqual(b.Parts.Transforms) =>
            Transform.SumLast(a.Parts.Start.KlDivergence(b.Parts.Start), a.EventShape.Rank - a.Parts.Start.EventShape.Rank),
        _ => throw new NotSupportedException($"There is no formula for the divergence from {p.GetType().Name} to {q.GetType().Name}. Estimate it: the mean of p.LogProb(x) - q.LogProb(x) over samples x of p."),
    };

    static Tensor Of(Normal p, Normal q)
    {
        var ratio = (p.Scale / q.Scale).Square();
        return (ratio + ((p.Location - q.Location) / q.Scale).Square() - 1 - ratio.Log()) / 2;
    }

    // Anything with a mean and a variance to a normal distribution.
    static Tensor Of(Tensor negativeEntropy, Normal q, Tensor mean, Tensor variance) =>
        negativeEntropy + q.Scale.Log() + Math.Log(2 * Math.PI) / 2 + (variance + (mean - q.Location).Square()) / (2 * q.Scale.Square());

    static Tensor Of(Laplace p, Laplace q)
    {
        var distance = (p.Location - q.Location).Abs();
        return (q.Scale / p.Scale).Log() + distance / q.Scale + p.Scale / q.Scale * (-distance / p.Scale).Exp() - 1;
    }

    static Tensor Of(Normal p, Laplace q)
    {
        Tensor difference = p.Location - q.Location, ratio = difference / p.Scale;
        var distance = Math.Sqrt(2 / Math.PI) * p.Scale * (-ratio.Square() / 2).Exp() + difference * (ratio * Math.Sqrt(0.5)).Erf();
        return -p.Entropy() + (2 * q.Scale).Log() + distance / q.Scale;
    }

    static Tensor Of(Normal p, Gumbel q)
    {
        var difference = (p.Location - q.Location) / q.Scale;
        return -p.Entropy() + q.Scale.Log() + difference + (-difference + (p.Scale / q.Scale).Square() / 2).Exp();
    }

    static Tensor Of(Gumbel p, Gumbel q)
    {
        var ratio = p.Scale / q.Scale;
        var (from, to) = (p.Location / q.Scale, q.Location / q.Scale);
        return -ratio.Log() - to + from + ratio * Distribution.EulerGamma + (to + (1 + ratio).Lgamma() - from).Exp() - (1 + Distribution.EulerGamma);
    }

    static Tensor Of(Gamma p, Gamma q) =>
        q.Concentration * (p.Rate / q.Rate).Log() + q.Concentration.Lgamma() - p.Concentration.Lgamma()
        + (p.Concentration - q.Concentration) * p.Concentration.Digamma() + (q.Rate - p.Rate) * (p.Concentration / p.Rate);

    static Tensor Of(Beta p, Beta q)
    {
        Tensor sumP = p.Concentration1 + p.Concentration0, sumQ = q.Concentration1 + q.Concentration0;
        return q.Concentration1.Lgamma() + q.Concentration0.Lgamma() + sumP.Lgamma() - (p.Concentration1.Lgamma() + p.Concentration0.Lgamma() + sumQ.Lgamma())
            + (p.Concentration1 - q.Concentration1) * p.Concentration1.Digamma() + (p.Concentration0 - q.Concentration0) * p.Concentration0.Digamma() + (sumQ - sumP) * sumP.Digamma();
    }

    static Tensor Of(Dirichlet p, Dirichlet q)
    {
        var sum = p.Concentration.Sum(-1);
        return sum.Lgamma() - q.Concentration.Sum(-1).Lgamma() - (p.Concentration.Lgamma() - q.Concentration.Lgamma()).Sum(-1)
            + ((p.Concentration - q.Concentration) * (p.Concentration.Digamma() - sum.Digamma().Unsqueeze(-1))).Sum(-1);
    }

    static Tensor Of(Pareto p, Pareto q)
    {
        Tensor scale = p.Scale / q.Scale, alpha = q.Alpha / p.Alpha;
        return Tensor.Where(p.Scale < q.Scale, double.PositiveInfinity, q.Alpha * scale.Log() - alpha.Log() + alpha - 1);
    }

    static Tensor Of(Binomial p, Binomial q)
    {
        var divergence = p.Count * (p.Probabilities * (p.Logits - q.Logits) + (-p.Probabilities).Log1p() - (-q.Probabilities).Log1p());
        return Tensor.Where(p.Count > q.Count, double.PositiveInfinity, divergence);
    }

    static Tensor Of(Tensor p, Tensor logP, Tensor q, Tensor logQ)
    {
        var terms = p * (logP - logQ);
        terms = Tensor.Where(q.EqualTo(0), double.PositiveInfinity, terms);
        return Tensor.Where(p.EqualTo(0), 0, terms).Sum(-1);
    }

    static Tensor Of(MultivariateNormal p, MultivariateNormal q)
    {
        var shape = Shape.Broadcast(p.BatchShape, q.BatchShape, "KlDivergence");
        var size = p.EventShape[0];
        var inner = Linalg.SolveTriangular(q.ScaleTril.BroadcastTo([.. shape, size, size]), p.ScaleTril.BroadcastTo([.. shape, size, size]), upper: false).Square().Sum([-2, -1]);
        return q.HalfLogDet - p.HalfLogDet + (inner + MultivariateNormal.Mahalanobis(q.ScaleTril, q.Location - p.Location) - (double)size.Value) / 2;
    }
}
