namespace Tauten.NN;

/// <summary>
/// -log(softmax(logits)[label]): the cross-entropy of logits [batch, classes] or [batch, classes, ...] with integer labels [batch] or [batch, ...] from 0 to
/// classes - 1. Also of logits [classes] with a single label. The logits are raw scores: no softmax before it.
/// </summary>
/// <remarks>
/// A floating-point target of the logits' shape is taken as class probabilities p: the loss is then -sum(p log softmax(logits)) over the classes.
/// With label smoothing s, the target is (1 - s) p + s / classes, where p is 1 for the label and 0 elsewhere, or the given probabilities (Szegedy et al., 2016).
/// The mean is over all labels that count, each by the weight of its class; of probabilities it is over all places, whatever their weight.
/// </remarks>
/// <param name="reduction">What happens to the losses of single labels.</param>
/// <param name="weight">A factor for each class, [classes].</param>
/// <param name="ignoreIndex">A label that does not count, mostly a negative one; none if left out.</param>
/// <param name="labelSmoothing">How much of the target is spread evenly over all classes, 0 to 1.</param>
/// <example><code>
/// var logits = Tensor.From(new[,] { { 2f, 0f, 0f }, { 0f, 0f, 3f } });
/// Console.WriteLine(new CrossEntropyLoss().Call(logits, Tensor.From([0L, 2])));    // 0.1672
/// </code></example>
/// <exception cref="ShapeException">Labels or weights do not fit the logits.</exception>
/// <exception cref="DTypeException">Labels are not integers.</exception>
/// <exception cref="IndexException">A label is negative or not below the number of classes.</exception>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="labelSmoothing"/> is not between 0 and 1.</exception>
public sealed class CrossEntropyLoss(Reduction reduction = Reduction.Mean, Tensor? weight = null, long? ignoreIndex = null, double labelSmoothing = 0)
    : ClassLoss(reduction, weight, ignoreIndex)
{
    readonly double smoothing = labelSmoothing is >= 0 and <= 1 ? labelSmoothing : throw new ArgumentOutOfRangeException(nameof(labelSmoothing), labelSmoothing, "Expected 0 to 1.");

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        var (logits, target) = x;
        int axis = ClassAxis(logits);
        if (target.DType.IsFloating() && Agree(logits.Shape, target.Shape)) return OfProbabilities(logits, target, axis);
        var (labels, counts) = Labels(logits, target, axis, $", or class probabilities of shape {logits.Shape}");
        if (IsPlain && smoothing == 0)
        {
            var losses = Rows(logits, axis).CrossEntropy(labels.Reshape([-1]));
            return Reduction is Reduction.Mean or Reduction.Sum ? Reduce(losses) : Reduce(losses.Reshape(target.Shape));
        }
        var logs = logits.LogSoftmax(axis);
        var weights = LabelWeights(logits, labels, counts, axis);
        var weighted = Weigh(-Pick(logs, labels, axis), weights, counts);
        if (smoothing > 0)
        {
            var spread = -(ClassWeights(logits, axis) is { } all ? logs * all : logs).Sum(axis);
            if (counts is not null) spread = Tensor.Where(counts, spread, 0);
            weighted = weighted * (1 - smoothing) + spread * smoothing / Size(logits, axis).Squeeze(axis);
        }
        return Reduce(weighted, weights);
    }

    Tensor OfProbabilities(Tensor logits, Tensor target, int axis)
    {
        ExpectAlike(logits, target);
        if (smoothing > 0) target = target * (1 - smoothing) + smoothing / Size(logits, axis);
        if (ClassWeights(logits, axis) is { } all) target = target * all;
        return Reduce(-(target * logits.LogSoftmax(axis)).Sum(axis));
    }

    /// <summary>The number of classes, with the axes of the logits: it need not be known while a graph is captured.</summary>
    static Tensor Size(Tensor logits, int axis) => Tensor.FullLike(logits, 1).Detach().Sum(axis, keepDims: true);

    /// <summary>The logits of each label as a row.</summary>
    static Tensor Rows(Tensor logits, int axis)
    {
        if (logits.Rank == 2) return logits;
        if (logits.Rank == 1) return logits.Unsqueeze(0);
        int[] last = [.. Enumerable.Range(0, logits.Rank).Where(i => i != axis), axis];
        return logits.Permute(last).Reshape([-1, logits.Shape[axis]]);
    }
}

/// <summary>
/// -logs[label], for logs of probabilities [batch, classes] or [batch, classes, ...] and integer labels [batch] or [batch, ...]; also [classes] with a single label. Behind
/// a <c>LogSoftmax</c> it is <see cref="CrossEntropyLoss"/>.
/// </summary>
/// <inheritdoc cref="ClassLoss" path="/remarks"/>
/// <param name="reduction">What happens to the losses of single labels.</param>
/// <param name="weight">A factor for each class, [classes].</param>
/// <param name="ignoreIndex">A label that does not count; none if left out.</param>
/// <example><code>
/// var prediction = Tensor.From(new[,] { { 2f, 0f, 0f }, { 0f, 0f, 3f } }).LogSoftmax(1);
/// var target = Tensor.From([0L, 2]);
/// Console.WriteLine(new NLLLoss().Call(prediction, target));    // 0.1672
/// </code></example>
/// <exception cref="ShapeException">Labels or weights do not fit the prediction.</exception>
/// <exception cref="DTypeException">Labels are not integers.</exception>
/// <exception cref="IndexException">A label is negative or not below the number of classes.</exception>
public sealed class NLLLoss(Reduction reduction = Reduction.Mean, Tensor? weight = null, long? ignoreIndex = null) : ClassLoss(reduction, weight, ignoreIndex)
{
    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        int axis = ClassAxis(x.Prediction);
        var (labels, counts) = Labels(x.Prediction, x.Target, axis);
        var weights = LabelWeights(x.Prediction, labels, counts, axis);
        return Reduce(Weigh(-Pick(x.Prediction, labels, axis), weights, counts), weights);
    }
}

/// <summary>
/// -(1 - p)^gamma log p with p = softmax(logits)[label]: a cross-entropy in which classes that are predicted well count less (Lin et al.: "Focal loss for dense object
/// detection", 2017). A floating-point target of the logits' shape is taken as class probabilities: the loss is then -sum(target (1 - p)^gamma log p) over the classes.
/// </summary>
/// <inheritdoc cref="ClassLoss" path="/remarks"/>
/// <param name="gamma">How fast what is predicted well fades; 0 gives the cross-entropy.</param>
/// <param name="reduction">What happens to the losses of single labels.</param>
/// <param name="weight">A factor for each class, [classes]: alpha of the paper.</param>
/// <param name="ignoreIndex">A label that does not count; none if left out.</param>
/// <example><code>
/// var prediction = Tensor.From(new[,] { { 2f, 0f, 0f }, { 0f, 0f, 3f } });
/// var target = Tensor.From([0L, 2]);
/// Console.WriteLine(new FocalLoss().Call(prediction, target));    // 0.0058
/// </code></example>
/// <exception cref="ShapeException">Labels or weights do not fit the logits.</exception>
/// <exception cref="DTypeException">Labels are not integers.</exception>
/// <exception cref="IndexException">A label is negative or not below the number of classes.</exception>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="gamma"/> is negative.</exception>
public sealed class FocalLoss(Reduction reduction = Reduction.Mean, double gamma = 2, Tensor? weight = null, long? ignoreIndex = null) : ClassLoss(reduction, weight, ignoreIndex)
{
    readonly double gamma = NotNegative(gamma, nameof(gamma));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        var (logits, target) = x;
        int axis = ClassAxis(logits);
        var logs = logits.LogSoftmax(axis);
        if (target.DType.IsFloating() && Agree(logits.Shape, target.Shape))
        {
            ExpectAlike(logits, target);
            if (ClassWeights(logits, axis) is { } all) target = target * all;
            return Reduce((target * Of(logs)).Sum(axis));
        }
        var (labels, counts) = Labels(logits, target, axis, $", or class probabilities of shape {logits.Shape}");
        var weights = LabelWeights(logits, labels, counts, axis);
        return Reduce(Weigh(Of(Pick(logs, labels, axis)), weights, counts), weights);
    }

    Tensor Of(Tensor logs) => gamma == 0 ? -logs : -(-logs.Expm1()).ClampMin(BinaryFocalLoss.Smallest).Pow(gamma) * logs;
}
