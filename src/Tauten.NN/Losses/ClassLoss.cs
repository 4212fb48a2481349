namespace Tauten.NN;

/// <summary>
/// What losses of class labels share: weights of classes, labels that do not count, and the check of labels. Scores are [batch, classes] or
/// [batch, classes, ...] or [classes]; labels are integers of that shape without the axis of classes.
/// </summary>
/// <remarks>
/// The mean is weighted: sum(weight[label] loss) / sum(weight[label]) over the labels that count; NaN if none does. The weights are the buffer <c>weight</c>.
/// </remarks>
public abstract class ClassLoss : Loss
{
    readonly Buffer? weight;
    readonly long? ignoreIndex;

    private protected ClassLoss(Reduction reduction, Tensor? weight, long? ignoreIndex) : base(reduction)
    {
        if (weight is { Rank: not 1 }) throw new ShapeException($"{TypeName}: expected a weight of shape [classes]. Received: {weight.Shape}.");
        this.weight = Keep(weight);
        this.ignoreIndex = ignoreIndex;
    }

    /// <summary>The weights of the classes, [classes], or null.</summary>
    public Buffer? Weight => weight;

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        visitor.Visit("weight", weight);
    }

    private protected bool IsPlain => weight is null && ignoreIndex is null;

    /// <summary>The axis of classes.</summary>
    private protected int ClassAxis(Tensor scores)
    {
        if (scores.Rank == 0 || !scores.DType.IsFloating())
            throw new ShapeException($"{TypeName}: expected floating-point logits [batch, classes, ...]. Received: {scores.Spec}.");
        return scores.Rank == 1 ? 0 : 1;
    }

    /// <summary>Labels as int64 or int32, each from 0 to classes - 1, and which of them count (null: all do). Those that do not count are 0.</summary>
    private protected (Tensor Labels, Tensor? Counts) Labels(Tensor scores, Tensor target, int axis, string otherwise = "")
    {
        Shape places = [.. scores.Shape.Where((_, i) => i != axis)];
        if (!target.DType.IsInteger())
            throw new DTypeException($"{TypeName}: expected integer labels of shape {places}{otherwise}. Received: {target.Spec}. Convert labels with To(DType.Int64).");
        if (!Agree(places, target.Shape))
            throw new ShapeException($"{TypeName}: logits of shape {scores.Shape} need labels of shape {places}. Received: {target.Shape}.");
        var labels = target.DType is DType.Int64 or DType.Int32 ? target : target.To(DType.Int64);
        Tensor? counts = null;
        if (ignoreIndex is { } ignored)
        {
            counts = labels.NotEqualTo(ignored);
            labels = labels.MaskedFill(!counts, 0);
        }
        if (scores.Shape[axis].IsKnown) Indices.Check(labels.Reshape([-1]), scores.Shape[axis], TypeName, "label");
        return (labels, counts);
    }

    /// <summary>The weight of each class, shaped to multiply scores; null if there is none.</summary>
    private protected Tensor? ClassWeights(Tensor scores, int axis)
    {
        if (weight is null) return null;
        Expect(weight.Borrow(), "a weight", [scores.Shape[axis]], scores.DType);
        return weight.Borrow().Reshape([.. Enumerable.Range(0, scores.Rank).Select(i => i == axis ? scores.Shape[axis] : 1)]);
    }

    /// <summary>What each label counts: its class's weight, or 0 if it is ignored; null if all count the same.</summary>
    private protected Tensor? LabelWeights(Tensor scores, Tensor labels, Tensor? counts, int axis)
    {
        if (ClassWeights(scores, axis) is not { } all) return counts?.To(scores.DType);
        var own = all.Reshape([-1]).IndexSelect(0, labels.Reshape([-1])).Reshape(labels.Shape);
        return counts is null ? own : Tensor.Where(counts, own, 0);
    }

    /// <summary>Losses that are weighted already, reduced.</summary>
    private protected Tensor Reduce(Tensor losses, Tensor? weights) =>
        weights is null || Reduction != Reduction.Mean ? Reduce(losses) : losses.Sum() / weights.Sum();

    /// <summary>The score of each label.</summary>
    private protected static Tensor Pick(Tensor scores, Tensor labels, int axis) => scores.Gather(axis, labels.Unsqueeze(axis)).Squeeze(axis);

    /// <summary>Losses by weight, where those of ignored labels may be infinite.</summary>
    private protected static Tensor Weigh(Tensor losses, Tensor? weights, Tensor? counts)
    {
        if (counts is not null) losses = Tensor.Where(counts, losses, 0);
        return weights is null ? losses : losses * weights;
    }
}
