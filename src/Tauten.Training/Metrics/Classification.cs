namespace Tauten.Training;

/// <summary>
/// The share of labels that are predicted. Without a task, predictions are labels (integers or bool) of the target's shape, or scores [batch, classes, ...], of which the largest counts.
/// In a multi-label task each label of each sample counts.
/// </summary>
/// <example><code>
/// var accuracy = new Accuracy();
/// accuracy.Update(Tensor.From(new[,] { { 0.9f, 0.1f }, { 0.3f, 0.7f } }), Tensor.From([0L, 0]));
/// Console.WriteLine(accuracy.Compute());    // 0.5
/// </code></example>
public sealed class Accuracy : TaskMetric
{
    // The classes of a metric without a task follow from each batch.
    static readonly ClassificationTask open = ClassificationTask.Multiclass(int.MaxValue);
    readonly MetricCounts counts;

    /// <summary>An empty metric.</summary>
    /// <param name="task">What predictions and targets look like; labels or scores of classes if left out.</param>
    public Accuracy(ClassificationTask? task = null) : base(task ?? open) => counts = KeepCounts("counts", 2);

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        if (!ReferenceEquals(Task, open))
        {
            var (right, all) = Compare(prediction, target);
            counts.Values[0] += right;
            counts.Values[1] += all;
            return;
        }
        long[] labels, found;
        if (IsLabels(prediction))
        {
            ExpectAlike(prediction, target);
            (labels, found) = (Labels(target), Labels(prediction));
        }
        else
        {
            (var scores, labels, int classes) = Rows(prediction, target);
            found = [.. Enumerable.Range(0, labels.Length).Select(i => (long)Largest(scores.AsSpan(i * classes, classes)))];
        }
        for (int i = 0; i < labels.Length; i++)
            if (labels[i] == found[i]) counts.Values[0]++;
        counts.Values[1] += labels.Length;
    }

    /// <inheritdoc/>
    public override double Compute() => (double)counts.Values[0] / counts.Values[1];
}

/// <summary>
/// The share of labels that are predicted wrongly: 1 - accuracy, the distance of Hamming divided by the length. In a multi-label task each label of each sample counts.
/// </summary>
/// <example><code>
/// var metric = new HammingDistance(ClassificationTask.Multilabel(2));
/// metric.Update(Tensor.From(new[,] { { 0.9f, 0.1f }, { 0.3f, 0.7f } }), Tensor.From(new[,] { { 1L, 0 }, { 1, 1 } }));
/// Console.WriteLine(metric.Compute());    // 0.25
/// </code></example>
public sealed class HammingDistance : TaskMetric
{
    readonly MetricCounts counts;

    /// <summary>An empty metric.</summary>
    /// <param name="task">What predictions and targets look like.</param>
    public HammingDistance(ClassificationTask task) : base(task) => counts = KeepCounts("counts", 2);

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        var (right, all) = Compare(prediction, target);
        counts.Values[0] += all - right;
        counts.Values[1] += all;
    }

    /// <inheritdoc/>
    public override double Compute() => (double)counts.Values[0] / counts.Values[1];
}

/// <summary>The share of samples, along the first axis, all of whose labels are predicted. What is ignored may be predicted as anything.</summary>
/// <example><code>
/// var metric = new ExactMatch(ClassificationTask.Multilabel(2));
/// metric.Update(Tensor.From(new[,] { { 0.9f, 0.1f }, { 0.3f, 0.7f } }), Tensor.From(new[,] { { 1L, 0 }, { 1, 1 } }));
/// Console.WriteLine(metric.Compute());    // 0.5
/// </code></example>
public sealed class ExactMatch : TaskMetric
{
    readonly MetricCounts counts;

    /// <summary>An empty metric.</summary>
    /// <param name="task">What predictions and targets look like.</param>
    public ExactMatch(ClassificationTask task) : base(task) => counts = KeepCounts("counts", 2);

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        if (target.Rank == 0) throw new ShapeException("ExactMatch: expected samples along the first axis. Received: a scalar.");
        for (long i = 0; i < target.Shape[0].Value; i++)
        {
            var (right, all) = Compare(prediction.Narrow(0, i, 1), target.Narrow(0, i, 1));
            if (right == all) counts.Values[0]++;
            counts.Values[1]++;
        }
    }

    /// <inheritdoc/>
    public override double Compute() => (double)counts.Values[0] / counts.Values[1];
}

/// <summary>The share of labels that are among the k classes with the highest scores [batch, classes, ...]. Of equal scores the first class counts as higher.</summary>
/// <param name="k">How many classes may be named.</param>
/// <example><code>
/// var metric = new TopKAccuracy(2);
/// metric.Update(Tensor.From(new[,] { { 0.5f, 0.3f, 0.2f }, { 0.1f, 0.2f, 0.7f } }), Tensor.From([1L, 0]));
/// Console.WriteLine(metric.Compute());    // 0.5
/// </code></example>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is less than 1.</exception>
public sealed class TopKAccuracy(int k) : SumMetric
{
    readonly int k = AtLeast(1, k, nameof(k));

    /// <inheritdoc/>
    protected override object Settings => k;

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        var (scores, labels, classes) = Rows(prediction, target);
        for (int i = 0; i < labels.Length; i++)
        {
            var row = scores.AsSpan(i * classes, classes);
            double own = row[(int)labels[i]];
            int above = 0;
            for (int c = 0; c < classes; c++)
                if (row[c] > own || (row[c] == own && c < labels[i])) above++;
            if (above < k) Sums[0]++;
        }
        Sums[1] += labels.Length;
    }
}
