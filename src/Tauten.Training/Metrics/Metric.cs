namespace Tauten.Training;

/// <summary>
/// A number that says how good predictions are, gathered over batches. Counts and sums are kept, not results, so that metrics of several shards can be merged: the result is, but for
/// rounding, the same as if one metric had seen everything.
/// </summary>
/// <example><code>
/// var accuracy = new Accuracy();
/// accuracy.Update(Tensor.From([0L, 1, 2]), Tensor.From([0L, 1, 1]));
/// accuracy.Update(Tensor.From([2L]), Tensor.From([2L]));
/// Console.WriteLine(accuracy.Compute());    // 0.75
/// </code></example>
public abstract class Metric
{
    private protected Metric()
    {
    }

    /// <summary>The result for everything since the start or the last <see cref="Reset"/>; NaN if that is nothing.</summary>
    public abstract double Compute();

    /// <summary>Forgets everything.</summary>
    public abstract void Reset();

    /// <summary>Adds what another metric of the same kind, with the same settings, has seen. The other one stays as it is.</summary>
    /// <exception cref="ArgumentException">The other metric is of another kind, has other settings, or is this one.</exception>
    public void Merge(Metric other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (ReferenceEquals(this, other)) throw new ArgumentException($"{GetType().Name}: a metric cannot be merged with itself.", nameof(other));
        if (other.GetType() != GetType() || !Settings.Equals(other.Settings))
            throw new ArgumentException($"{GetType().Name}: expected a metric of the same kind with settings {Settings}. Received: {other.GetType().Name} with {other.Settings}.", nameof(other));
        Add(other);
    }

    /// <summary>What must be the same in metrics that are merged.</summary>
    private protected virtual object Settings => "()";

    private protected abstract void Add(Metric other);

    private protected static double[] Numbers(Tensor x) => x.Detach().To(DType.Float64).ToArray<double>();

    private protected static long[] Labels(Tensor x) => x.To(DType.Int64).ToArray<long>();

    private protected static bool IsLabels(Tensor x) => x.DType.IsInteger() || x.DType == DType.Bool;
}

/// <summary>A metric of predictions and targets.</summary>
public abstract class PairMetric : Metric
{
    private protected PairMetric()
    {
    }

    /// <summary>Takes a batch into account.</summary>
    /// <exception cref="ShapeException">Shapes of prediction and target do not fit.</exception>
    /// <exception cref="DTypeException">Their element types do not fit.</exception>
    public abstract void Update(Tensor prediction, Tensor target);

    private protected void ExpectAlike(Tensor prediction, Tensor target)
    {
        if (prediction.Shape != target.Shape)
            throw new ShapeException($"{GetType().Name}: prediction and target must have the same shape; a metric never broadcasts. Received: {prediction.Shape} and {target.Shape}.");
    }

    private protected void ExpectFloating(Tensor x, string name)
    {
        if (!x.DType.IsFloating()) throw new DTypeException($"{GetType().Name}: expected a floating-point {name}. Received: {x.DType.Name()}. Convert it with To(dtype).");
    }

    /// <summary>Scores [batch, classes, ...] with the labels [batch, ...]: rows of classes, row by row, and the label of each.</summary>
    private protected (double[] Scores, long[] Labels, int Classes) Rows(Tensor scores, Tensor target, long? ignored = null)
    {
        ExpectFloating(scores, "prediction");
        if (!IsLabels(target)) throw new DTypeException($"{GetType().Name}: expected integer labels. Received: {target.Spec}.");
        if (scores.Rank < 2 || target.Shape != Tauten.Shape.Create([.. scores.Shape.Where((_, i) => i != 1)]))
            throw new ShapeException($"{GetType().Name}: expected scores [batch, classes, ...] and labels [batch, ...]. Received: {scores.Shape} and {target.Shape}.");
        int classes = (int)scores.Shape[1].Value;
        var labels = Labels(target);
        for (int i = 0; i < labels.Length; i++)
            if ((labels[i] < 0 || labels[i] >= classes) && labels[i] != ignored) throw new IndexException($"{GetType().Name}: label {i} is {labels[i]}. Expected 0 to {classes - 1}.");
        return (Numbers(scores.MoveAxis(1, -1)), labels, classes);
    }

    /// <summary>The first of the largest.</summary>
    private protected static int Largest(ReadOnlySpan<double> row)
    {
        int best = 0;
        for (int c = 1; c < row.Length; c++)
            if (row[c] > row[best]) best = c;
        return best;
    }
}

/// <summary>A metric made of sums.</summary>
public abstract class SumMetric : PairMetric
{
    readonly double[] sums;

    private protected SumMetric(int count = 2) => sums = new double[count];

    /// <summary>What was added up; by custom the last one is the count.</summary>
    private protected Span<double> Sums => sums;

    private protected double MeanOfFirst => sums[0] / sums[^1];

    /// <inheritdoc/>
    public override double Compute() => MeanOfFirst;

    /// <inheritdoc/>
    public override void Reset() => Array.Clear(sums);

    private protected override void Add(Metric other)
    {
        var more = ((SumMetric)other).sums;
        for (int i = 0; i < sums.Length; i++) sums[i] += more[i];
    }
}
