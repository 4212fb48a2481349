namespace Tauten.NN;

/// <summary>
/// -(y log p + (1 - y) log(1 - p)), element by element, for probabilities p and targets y, both from 0 to 1. Logs are not less than -100, so that the loss stays finite; where
/// p is exactly 0 or 1 that log has no gradient. Train with <see cref="BCEWithLogitsLoss"/>, which knows no such corners.
/// </summary>
/// <param name="reduction">What happens to the losses of single elements.</param>
/// <param name="weight">A factor for each loss: its axes are the last ones of the prediction.</param>
/// <example><code>
/// var prediction = Tensor.From([0.9f, 0.2f]);
/// var target = Tensor.From([1f, 0]);
/// Console.WriteLine(new BCELoss().Call(prediction, target));    // 0.1643
/// </code></example>
/// <exception cref="ShapeException">The shapes differ, or the weight does not fit.</exception>
/// <exception cref="ArgumentException">A probability or target is not between 0 and 1.</exception>
public sealed class BCELoss(Reduction reduction = Reduction.Mean, Tensor? weight = null) : Loss(reduction)
{
    const double LeastLog = -100, Least = 3.720075976020836e-44;      // exp(-100)

    readonly Buffer? weight = Keep(weight);

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        visitor.Visit("weight", weight);
    }

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        var (p, y) = x;
        ExpectAlike(p, y);
        ExpectAll(p, v => (v >= 0) & (v <= 1) | v.IsNaN(), "probabilities", "from 0 to 1");
        ExpectAll(y, v => (v >= 0) & (v <= 1) | v.IsNaN(), "targets", "from 0 to 1");
        Tensor low = p <= Least, high = p >= 1;
        var log = Tensor.Where(low, LeastLog, Tensor.Where(low, 1, p).Log());
        var other = Tensor.Where(high, LeastLog, (-Tensor.Where(high, 0, p)).Log1p());
        var losses = -(y * log + (1 - y) * other);
        return Reduce(weight is null ? losses : losses * ExpectWeight(weight, "weight", p));
    }
}

/// <summary>
/// -(y log sigmoid(x) + (1 - y) log(1 - sigmoid(x))), element by element, for logits x and targets y from 0 to 1; computed as
/// y softplus(-x) + (1 - y) softplus(x), in which nothing overflows and nothing cancels.
/// </summary>
/// <param name="reduction">What happens to the losses of single elements.</param>
/// <param name="weight">A factor for each loss: its axes are the last ones of the prediction.</param>
/// <param name="positiveWeight">A factor for the first term, such as negatives / positives for each class: its axes are the last ones of the prediction.</param>
/// <example><code>
/// var prediction = Tensor.From([2f, -1]);
/// var target = Tensor.From([1f, 0]);
/// Console.WriteLine(new BCEWithLogitsLoss().Call(prediction, target));    // 0.2201
/// </code></example>
/// <exception cref="ShapeException">The shapes differ, or a weight does not fit.</exception>
public sealed class BCEWithLogitsLoss(Reduction reduction = Reduction.Mean, Tensor? weight = null, Tensor? positiveWeight = null) : Loss(reduction)
{
    readonly Buffer? weight = Keep(weight), positiveWeight = Keep(positiveWeight);

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        visitor.Visit("weight", weight);
        visitor.Visit("pos_weight", positiveWeight);
    }

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        ExpectAlike(x.Prediction, x.Target);
        var positive = x.Target * (-x.Prediction).Softplus();
        if (positiveWeight is not null) positive *= ExpectWeight(positiveWeight, "positive weight", x.Prediction);
        var losses = positive + (1 - x.Target) * x.Prediction.Softplus();
        return Reduce(weight is null ? losses : losses * ExpectWeight(weight, "weight", x.Prediction));
    }
}

/// <summary>
/// The binary cross-entropy of logits times (1 - q)^gamma, where q = y p + (1 - y) (1 - p) is the probability p = sigmoid(x) of what is true: what is predicted well counts
/// less (Lin et al.: "Focal loss for dense object detection", 2017). Element by element.
/// </summary>
/// <param name="reduction">What happens to the losses of single elements.</param>
/// <param name="gamma">How fast what is predicted well fades; 0 gives the cross-entropy.</param>
/// <param name="alpha">The loss is also multiplied by y alpha + (1 - y) (1 - alpha); by nothing if left out.</param>
/// <example><code>
/// var prediction = Tensor.From([2f, -1]);
/// var target = Tensor.From([1f, 0]);
/// Console.WriteLine(new BinaryFocalLoss().Call(prediction, target));    // 0.0122
/// </code></example>
/// <exception cref="ShapeException">The shapes differ.</exception>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="gamma"/> is negative.</exception>
public sealed class BinaryFocalLoss(Reduction reduction = Reduction.Mean, double gamma = 2, double? alpha = null) : Loss(reduction)
{
    // A power of 0 has no finite gradient if the exponent is below 1.
    internal const double Smallest = 1e-30;

    readonly double gamma = NotNegative(gamma, nameof(gamma));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        var (logits, y) = x;
        ExpectAlike(logits, y);
        var losses = y * (-logits).Softplus() + (1 - y) * logits.Softplus();
        if (gamma > 0) losses *= (y * (-logits).Sigmoid() + (1 - y) * logits.Sigmoid()).ClampMin(Smallest).Pow(gamma);
        if (alpha is { } a) losses *= y * a + (1 - y) * (1 - a);
        return Reduce(losses);
    }
}
