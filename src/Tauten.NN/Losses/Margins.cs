namespace Tauten.NN;

/// <summary>max(0, 1 - y x), element by element, for targets y that are 1 or -1.</summary>
/// <param name="reduction">What happens to the losses of single elements.</param>
/// <example><code>
/// var prediction = Tensor.From([0.8f, -0.5f]);
/// var target = Tensor.From([1f, 1]);
/// Console.WriteLine(new HingeLoss().Call(prediction, target));    // 0.8500
/// </code></example>
/// <exception cref="ShapeException">The shapes differ.</exception>
/// <exception cref="ArgumentException">A target is neither 1 nor -1.</exception>
public sealed class HingeLoss(Reduction reduction = Reduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        ExpectAlike(x.Prediction, x.Target);
        ExpectAll(x.Target, y => y.Abs().EqualTo(1), "targets", "that are 1 or -1");
        return Reduce((1 - x.Target * x.Prediction).ClampMin(0));
    }
}

/// <summary>max(0, 1 - y x)^2, element by element, for targets y that are 1 or -1.</summary>
/// <param name="reduction">What happens to the losses of single elements.</param>
/// <example><code>
/// var prediction = Tensor.From([0.8f, -0.5f]);
/// var target = Tensor.From([1f, 1]);
/// Console.WriteLine(new SquaredHingeLoss().Call(prediction, target));    // 1.1450
/// </code></example>
/// <exception cref="ShapeException">The shapes differ.</exception>
/// <exception cref="ArgumentException">A target is neither 1 nor -1.</exception>
public sealed class SquaredHingeLoss(Reduction reduction = Reduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        ExpectAlike(x.Prediction, x.Target);
        ExpectAll(x.Target, y => y.Abs().EqualTo(1), "targets", "that are 1 or -1");
        return Reduce((1 - x.Target * x.Prediction).ClampMin(0).Square());
    }
}

/// <summary>max(0, 1 + max((1 - y) x) - sum(y x)) along the last axis, for scores x and targets y that are 1 for the true class and 0 elsewhere.</summary>
/// <param name="reduction">What happens to the losses of single rows.</param>
/// <example><code>
/// var prediction = Tensor.From(new[,] { { 0.6f, 0.3f, 0.1f } });
/// var target = Tensor.From(new[,] { { 1f, 0f, 0f } });
/// Console.WriteLine(new CategoricalHingeLoss().Call(prediction, target));    // 0.7000
/// </code></example>
/// <exception cref="ShapeException">The shapes differ, or are those of scalars.</exception>
public sealed class CategoricalHingeLoss(Reduction reduction = Reduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        var (scores, y) = x;
        ExpectAlike(scores, y);
        return Reduce((1 + ((1 - y) * scores).Max(-1) - (y * scores).Sum(-1)).ClampMin(0));
    }
}

/// <summary>x where the target is 1, max(0, margin - x) where it is -1; element by element, for distances x.</summary>
/// <param name="reduction">What happens to the losses of single elements.</param>
/// <param name="margin">The distance from which on what differs costs nothing.</param>
/// <example><code>
/// var prediction = Tensor.From([0.8f, -0.5f]);
/// var target = Tensor.From([1f, -1]);
/// Console.WriteLine(new HingeEmbeddingLoss().Call(prediction, target));    // 1.1500
/// </code></example>
/// <exception cref="ShapeException">The shapes differ.</exception>
/// <exception cref="ArgumentException">A target is neither 1 nor -1.</exception>
public sealed class HingeEmbeddingLoss(Reduction reduction = Reduction.Mean, double margin = 1) : Loss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        ExpectAlike(x.Prediction, x.Target);
        ExpectAll(x.Target, y => y.Abs().EqualTo(1), "targets", "that are 1 or -1");
        return Reduce(Tensor.Where(x.Target > 0, x.Prediction, (margin - x.Prediction).ClampMin(0)));
    }
}

/// <summary>log(1 + exp(-y x)), element by element, for targets y that are 1 or -1; does not overflow.</summary>
/// <param name="reduction">What happens to the losses of single elements.</param>
/// <example><code>
/// var prediction = Tensor.From([0.8f, -0.5f]);
/// var target = Tensor.From([1f, 1]);
/// Console.WriteLine(new SoftMarginLoss().Call(prediction, target));    // 0.6726
/// </code></example>
/// <exception cref="ShapeException">The shapes differ.</exception>
public sealed class SoftMarginLoss(Reduction reduction = Reduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        ExpectAlike(x.Prediction, x.Target);
        return Reduce((-(x.Target * x.Prediction)).Softplus());
    }
}

/// <summary>max(0, margin - y (a - b)), element by element: where the target y is 1, a should be ranked above b; where it is -1, below.</summary>
/// <param name="reduction">What happens to the losses of single elements.</param>
/// <param name="margin">By how much the ranks should differ.</param>
/// <example><code>
/// var (first, second) = (Tensor.From([1f, 1]), Tensor.From([0.5f, 2]));
/// Console.WriteLine(new MarginRankingLoss(Reduction.None).Call((first, second, Tensor.From([1f, 1]))));    // [0, 1]    the first should rank higher
/// </code></example>
/// <exception cref="ShapeException">The shapes differ.</exception>
/// <exception cref="ArgumentException">A target is neither 1 nor -1.</exception>
public sealed class MarginRankingLoss(Reduction reduction = Reduction.Mean, double margin = 0) : Loss<(Tensor First, Tensor Second, Tensor Target)>(reduction)
{
    /// <summary>The loss of pairs.</summary>
    public Tensor Call(Tensor first, Tensor second, Tensor target) => Call((first, second, target));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor First, Tensor Second, Tensor Target) x)
    {
        ExpectAlike(x.First, x.Second, "both inputs");
        ExpectAlike(x.First, x.Target, "inputs and target");
        ExpectAll(x.Target, y => y.Abs().EqualTo(1), "targets", "that are 1 or -1");
        return Reduce((-x.Target * (x.First - x.Second) + margin).ClampMin(0));
    }
}

/// <summary>
/// sum(max(0, margin - x[label] + x[i])^power) / classes over the classes i other than the label, times the label's weight: for scores x [batch, classes] and integer labels [batch],
/// or [classes] and a single label.
/// </summary>
/// <param name="reduction">What happens to the losses of single rows. The mean does not depend on the weights.</param>
/// <param name="power">1 or 2.</param>
/// <param name="margin">By how much the score of the label should be above the others.</param>
/// <param name="weight">A factor for each class, [classes].</param>
/// <example><code>
/// var prediction = Tensor.From(new[,] { { 2f, 1.5f, 0f }, { 0f, 0f, 3f } });
/// var target = Tensor.From([0L, 2]);
/// Console.WriteLine(new MultiMarginLoss().Call(prediction, target));    // 0.0833
/// </code></example>
/// <exception cref="ShapeException">Labels or weights do not fit the scores.</exception>
/// <exception cref="DTypeException">Labels are not integers.</exception>
/// <exception cref="IndexException">A label is negative or not below the number of classes.</exception>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="power"/> is neither 1 nor 2.</exception>
public sealed class MultiMarginLoss(Reduction reduction = Reduction.Mean, int power = 1, double margin = 1, Tensor? weight = null) : ClassLoss(reduction, weight, null)
{
    readonly int power = power is 1 or 2 ? power : throw new ArgumentOutOfRangeException(nameof(power), power, "Expected 1 or 2.");

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        int axis = ClassAxis(x.Prediction);
        if (x.Prediction.Rank > 2) throw new ShapeException($"MultiMarginLoss: expected scores [batch, classes] or [classes]. Received: {x.Prediction.Shape}.");
        var (labels, _) = Labels(x.Prediction, x.Target, axis);
        var below = (margin - Pick(x.Prediction, labels, axis).Unsqueeze(axis) + x.Prediction).ClampMin(0);
        // The label itself costs nothing.
        var all = (power == 1 ? below : below.Square()).Scatter(axis, labels.Unsqueeze(axis), 0);
        return Reduce(Weigh(all.Mean(axis), LabelWeights(x.Prediction, labels, null, axis), null));
    }
}

/// <summary>
/// sum(max(0, 1 - x[i] + x[j])) / classes over the true classes i and the others j, for scores x [batch, classes] and integers [batch, classes]: each row lists its true classes
/// and ends at the first negative number. Also of single rows, [classes].
/// </summary>
/// <param name="reduction">What happens to the losses of single rows.</param>
/// <example><code>
/// var prediction = Tensor.From(new[,] { { 0.1f, 0.2f, 0.4f, 0.8f } });
/// var target = Tensor.From(new[,] { { 3L, 0L, -1L, 1L } });
/// Console.WriteLine(new MultiLabelMarginLoss().Call(prediction, target));    // 0.8500
/// </code></example>
/// <exception cref="ShapeException">The shapes differ, or are not those of rows.</exception>
/// <exception cref="DTypeException">Labels are not integers.</exception>
/// <exception cref="IndexException">A label is not below the number of classes.</exception>
public sealed class MultiLabelMarginLoss(Reduction reduction = Reduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        var (scores, target) = x;
        if (scores.Rank is not (1 or 2) || !scores.DType.IsFloating()) throw new ShapeException($"MultiLabelMarginLoss: expected floating-point scores [batch, classes] or [classes]. Received: {scores.Spec}.");
        if (!target.DType.IsInteger()) throw new DTypeException($"MultiLabelMarginLoss: expected integer labels of shape {scores.Shape}. Received: {target.Spec}.");
        if (!Agree(scores.Shape, target.Shape)) throw new ShapeException($"MultiLabelMarginLoss: scores of shape {scores.Shape} need labels of the same shape. Received: {target.Shape}.");
        target = target.To(DType.Int64);
        var listed = (target < 0).To(DType.Int64).CumSum(-1).EqualTo(0);
        var labels = target.MaskedFill(!listed, 0);
        if (scores.Shape[-1].IsKnown) Indices.Check(labels.Reshape([-1]), scores.Shape[-1], TypeName, "label");
        var counts = listed.To(scores.DType);
        var isTrue = Tensor.ZerosLike(scores).Detach().ScatterAdd(-1, labels, counts) > 0;
        var pairs = (1 - scores.Gather(-1, labels).Unsqueeze(-1) + scores.Unsqueeze(-2)).ClampMin(0);
        pairs = pairs * counts.Unsqueeze(-1) * (!isTrue).To(scores.DType).Unsqueeze(-2);
        return Reduce(pairs.Sum(-1).Mean(-1));
    }
}

/// <summary>The mean over the last axis, the classes, of weight * (y softplus(-x) + (1 - y) softplus(x)): the binary cross-entropy of logits x for targets y, each from 0 to 1.</summary>
/// <param name="reduction">What happens to the losses of single rows.</param>
/// <param name="weight">A factor for each class, [classes].</param>
/// <example><code>
/// var prediction = Tensor.From(new[,] { { 2f, -1f, 0f } });
/// var target = Tensor.From(new[,] { { 1f, 0f, 1f } });
/// Console.WriteLine(new MultiLabelSoftMarginLoss().Call(prediction, target));    // 0.3778
/// </code></example>
/// <exception cref="ShapeException">The shapes differ, or the weight does not fit.</exception>
public sealed class MultiLabelSoftMarginLoss(Reduction reduction = Reduction.Mean, Tensor? weight = null) : Loss(reduction)
{
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
        ExpectAlike(x.Prediction, x.Target);
        var losses = x.Target * (-x.Prediction).Softplus() + (1 - x.Target) * x.Prediction.Softplus();
        if (weight is not null) losses *= ExpectWeight(weight, "weight", x.Prediction);
        return Reduce(losses.Mean(-1));
    }
}
