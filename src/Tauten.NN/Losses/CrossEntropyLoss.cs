namespace Tauten.NN;

/// <summary>
/// -log(softmax(logits)[label]): the cross-entropy of logits [batch, classes] or [batch, classes, ...] with integer labels [batch] or [batch, ...] from 0 to
/// classes - 1. Also of logits [classes] with a single label. The logits are raw scores: no softmax before it.
/// </summary>
/// <remarks>
/// A floating-point target of the logits' shape is taken as class probabilities p: the loss is then -sum(p log softmax(logits)) over the classes.
/// The mean is over all labels.
/// </remarks>
/// <param name="reduction">What happens to the losses of single labels.</param>
/// <example><code>
/// var criterion = new CrossEntropyLoss();
/// Tensor loss = criterion.Call(Tensor.Randn([64, 10]), Tensor.RandInt(0, 10, [64]));
/// </code></example>
/// <exception cref="ShapeException">Labels do not fit the logits.</exception>
/// <exception cref="DTypeException">Labels are not integers.</exception>
/// <exception cref="IndexException">A label is negative or not below the number of classes.</exception>
public sealed class CrossEntropyLoss(Reduction reduction = Reduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        var (logits, target) = x;
        if (logits.Rank == 0 || !logits.DType.IsFloating())
            throw new ShapeException($"CrossEntropyLoss: expected floating-point logits [batch, classes, ...]. Received: {logits.Spec}.");
        int axis = logits.Rank == 1 ? 0 : 1;
        if (target.DType.IsFloating() && Agree(logits.Shape, target.Shape))
        {
            ExpectAlike(logits, target);
            return Reduce(-(target * logits.LogSoftmax(axis)).Sum(axis));
        }
        Shape places = [.. logits.Shape.Where((_, i) => i != axis)];
        if (!target.DType.IsInteger())
            throw new DTypeException($"CrossEntropyLoss: expected integer labels of shape {places}, or class probabilities of shape {logits.Shape}. Received: {target.Spec}. Convert labels with To(DType.Int64).");
        if (!Agree(places, target.Shape))
            throw new ShapeException($"CrossEntropyLoss: logits of shape {logits.Shape} need labels of shape {places}. Received: {target.Shape}.");
        var labels = (target.DType is DType.Int64 or DType.Int32 ? target : target.To(DType.Int64)).Reshape([-1]);
        if (logits.Shape[axis].IsKnown) Indices.Check(labels, logits.Shape[axis], nameof(CrossEntropyLoss), "label");
        var losses = Rows(logits, axis).CrossEntropy(labels);
        return Reduction == Reduction.None ? losses.Reshape(target.Shape) : Reduce(losses);
    }

    /// <summary>The logits of each label as a row.</summary>
    static Tensor Rows(Tensor logits, int axis)
    {
        if (logits.Rank == 2) return logits;
        if (logits.Rank == 1) return logits.Unsqueeze(0);
        int[] last = [.. Enumerable.Range(0, logits.Rank).Where(i => i != axis), axis];
        return logits.Permute(last).Reshape([-1, logits.Shape[axis]]);
    }
}
