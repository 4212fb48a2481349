namespace Tauten.NN;

/// <summary>
/// p (log p - q), element by element, for logs q of the predicted probabilities and true probabilities p: added up, the divergence of Kullback and Leibler (1951) of the
/// prediction from the truth. A p of 0 gives 0. Use <see cref="Reduction.BatchMean"/> for the divergence's mean over a batch: <see cref="Reduction.Mean"/> divides by the number of elements.
/// </summary>
/// <param name="reduction">What happens to the losses of single elements.</param>
/// <param name="logTarget">Whether the target is given as logs of probabilities as well.</param>
/// <example><code>
/// var prediction = Tensor.From(new[,] { { 0.5f, 0.5f } }).Log();
/// var target = Tensor.From(new[,] { { 0.9f, 0.1f } });
/// Console.WriteLine(new KLDivLoss(Reduction.BatchMean).Call(prediction, target));    // 0.3681
/// </code></example>
/// <exception cref="ShapeException">The shapes differ.</exception>
public sealed class KLDivLoss(Reduction reduction = Reduction.Mean, bool logTarget = false) : Loss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        var (q, p) = x;
        ExpectAlike(q, p);
        return Reduce(logTarget ? p.Exp() * (p - q) : p.Xlogy(p) - p * q);
    }
}

/// <summary>
/// exp(x) - y x, element by element, for counts y and logs x of their predicted rates: the negative logarithm of a Poisson distribution's probability without the term log(y!), which
/// does not depend on the prediction.
/// </summary>
/// <param name="reduction">What happens to the losses of single elements.</param>
/// <param name="logInput">Whether predictions are logs of rates; otherwise they are rates, and the loss is x - y log(x + epsilon).</param>
/// <param name="full">Whether to add Stirling's approximation of log(y!), y log y - y + log(2 pi y) / 2, where y is above 1.</param>
/// <param name="epsilon">What keeps the log of a rate finite.</param>
/// <example><code>
/// var prediction = Tensor.From([0f, 1]);
/// var target = Tensor.From([1f, 3]);
/// Console.WriteLine(new PoissonNLLLoss().Call(prediction, target));    // 0.3591
/// </code></example>
/// <exception cref="ShapeException">The shapes differ.</exception>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is negative.</exception>
public sealed class PoissonNLLLoss(Reduction reduction = Reduction.Mean, bool logInput = true, bool full = false, double epsilon = 1e-8) : Loss(reduction)
{
    readonly double epsilon = NotNegative(epsilon, nameof(epsilon));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        var (rate, y) = x;
        ExpectAlike(rate, y);
        var losses = logInput ? rate.Exp() - y * rate : rate - y * (rate + epsilon).Log();
        if (!full) return Reduce(losses);
        var many = y > 1;
        var safe = Tensor.Where(many, y, 1);
        return Reduce(losses + Tensor.Where(many, safe * safe.Log() - safe + (safe * (2 * Math.PI)).Log() / 2, 0));
    }
}

/// <summary>
/// (log v + (prediction - target)^2 / v) / 2 with v = max(variance, epsilon), element by element: the negative logarithm of a normal distribution's density (Nix, Weigend, 1994).
/// The variance has the prediction's shape, or size 1 along its last axis.
/// </summary>
/// <remarks>Where the variance is replaced by epsilon it has the gradient at epsilon, not 0, so that it can grow.</remarks>
/// <param name="reduction">What happens to the losses of single elements.</param>
/// <param name="full">Whether to add the constant log(2 pi) / 2.</param>
/// <param name="epsilon">The smallest variance.</param>
/// <example><code>
/// var (prediction, target, variance) = (Tensor.From([0f, 1]), Tensor.From([1f, 1]), Tensor.From([1f, 4]));
/// Console.WriteLine(new GaussianNLLLoss().Call((prediction, target, variance)));    // 0.5966
/// </code></example>
/// <exception cref="ShapeException">The shapes differ.</exception>
/// <exception cref="ArgumentException">A variance is negative.</exception>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is not positive.</exception>
public sealed class GaussianNLLLoss(Reduction reduction = Reduction.Mean, bool full = false, double epsilon = 1e-6)
    : Loss<(Tensor Prediction, Tensor Target, Tensor Variance)>(reduction)
{
    readonly double epsilon = Positive(epsilon, nameof(epsilon));

    /// <summary>The loss of a prediction.</summary>
    public Tensor Call(Tensor prediction, Tensor target, Tensor variance) => Call((prediction, target, variance));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target, Tensor Variance) x)
    {
        var (prediction, target, variance) = x;
        ExpectAlike(prediction, target, "prediction and target");
        bool same = variance.Rank == prediction.Rank && variance.Rank > 0 && variance.Shape[-1] == 1;
        Expect(variance, "a variance", same ? [.. prediction.Shape.Take(prediction.Rank - 1), 1] : prediction.Shape, prediction.DType);
        ExpectAll(variance, v => !(v < 0), "variances", "that are not negative");
        var v = variance + (variance.ClampMin(epsilon) - variance).Detach();
        var losses = (v.Log() + (prediction - target).Square() / v) / 2;
        return Reduce(full ? losses + Math.Log(2 * Math.PI) / 2 : losses);
    }
}
