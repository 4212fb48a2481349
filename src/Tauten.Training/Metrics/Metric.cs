namespace Tauten.Training;

/// <summary>
/// A number that says how good predictions are, gathered over batches. Counts, sums or rows are kept, not results, so that metrics of several shards can be merged: the result is, but for
/// rounding, the same as if one metric had seen everything.
/// </summary>
/// <remarks>A metric of one's own says in its constructor what it keeps, adds to it, and computes from it; forgetting, merging and saving follow.</remarks>
/// <example><code>
/// var accuracy = new Accuracy();
/// accuracy.Update(Tensor.From([0L, 1, 2]), Tensor.From([0L, 1, 1]));
/// accuracy.Update(Tensor.From([2L]), Tensor.From([2L]));
/// Console.WriteLine(accuracy.Compute());    // 0.75
/// </code></example>
public abstract class Metric
{
    readonly List<(string Name, MetricState State)> kept = [];

    /// <summary>A metric that keeps nothing yet.</summary>
    protected Metric()
    {
    }

    /// <summary>The result for everything since the start or the last <see cref="Reset"/>; NaN if that is nothing.</summary>
    public abstract double Compute();

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        foreach (var (_, state) in kept) state.Clear();
    }

    /// <summary>Adds what another metric of the same kind, with the same settings, has seen. The other one stays as it is.</summary>
    /// <exception cref="ArgumentException">The other metric is of another kind, has other settings, or is this one.</exception>
    public void Merge(Metric other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (ReferenceEquals(this, other)) throw new ArgumentException($"{GetType().Name}: a metric cannot be merged with itself.", nameof(other));
        if (other.GetType() != GetType() || !Settings.Equals(other.Settings))
            throw new ArgumentException($"{GetType().Name}: expected a metric of the same kind with settings {Settings}. Received: {other.GetType().Name} with {other.Settings}.", nameof(other));
        for (int i = 0; i < kept.Count; i++) kept[i].State.Merge(other.kept[i].State);
    }

    /// <summary>All that the metric has seen, as tensors by name, for saving. It holds no setting: those are given to the constructor again.</summary>
    public IReadOnlyDictionary<string, Tensor> State() => kept.ToDictionary(k => k.Name, k => k.State.Save());

    /// <summary>Continues from what <see cref="State"/> of a metric with the same settings gave; what was seen before is forgotten.</summary>
    /// <exception cref="ModelFormatException">The state does not fit; nothing was changed.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Keys.FirstOrDefault(name => kept.All(k => k.Name != name)) is { } unknown)
            throw new ModelFormatException($"{GetType().Name}: the state has an entry '{unknown}', which the metric does not keep. Expected: {string.Join(", ", kept.Select(k => k.Name))}.");
        foreach (var (name, own) in kept)
        {
            var (dtype, sizes) = own.Form;
            if (!state.TryGetValue(name, out var saved)) throw new ModelFormatException($"{GetType().Name}: the state has no entry '{name}'.");
            if (saved.DType != dtype || saved.Rank != sizes.Length || !sizes.Zip(saved.Shape).All(pair => pair.First < 0 || pair.First == pair.Second))
                throw new ModelFormatException($"{GetType().Name}: expected '{name}' to be {dtype.Name()}[{string.Join(", ", sizes.Select(s => s < 0 ? "any" : $"{s}"))}]. Received: {saved.Spec}.");
        }
        foreach (var (name, own) in kept) own.Load(state[name]);
    }

    /// <summary>What must be the same in metrics that are merged; compared by value.</summary>
    protected virtual object Settings => "()";

    /// <summary>Keeps numbers that are added when metrics are merged.</summary>
    /// <param name="name">The name in a saved state.</param>
    /// <param name="count">How many there are.</param>
    protected MetricSums KeepSums(string name, int count) => Keep(name, new MetricSums(count));

    /// <summary>Keeps whole numbers that are added when metrics are merged.</summary>
    /// <param name="name">The name in a saved state.</param>
    /// <param name="count">How many there are.</param>
    protected MetricCounts KeepCounts(string name, int count) => Keep(name, new MetricCounts(count));

    /// <summary>Keeps rows of numbers that are appended when metrics are merged.</summary>
    /// <param name="name">The name in a saved state.</param>
    /// <param name="width">How many numbers a row has.</param>
    protected MetricRows KeepRows(string name, int width) => Keep(name, new MetricRows(width));

    private protected T Keep<T>(string name, T state) where T : MetricState
    {
        if (kept.Any(k => k.Name == name)) throw new ArgumentException($"{GetType().Name}: the name '{name}' is taken.", nameof(name));
        kept.Add((name, state));
        return state;
    }

    private protected static double[] Numbers(Tensor x) => x.Detach().To(DType.Float64).ToArray<double>();

    private protected static long[] Labels(Tensor x) => x.To(DType.Int64).ToArray<long>();

    private protected static bool IsLabels(Tensor x) => x.DType.IsInteger() || x.DType == DType.Bool;

    private protected static int AtLeast(int least, int value, string name) => value >= least ? value : throw new ArgumentOutOfRangeException(name, value, $"Expected at least {least}.");

    private protected static double Fraction(double value, string name) => value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(name, value, "Expected a number from 0 to 1.");

    private protected static T Known<T>(T value, string name) where T : struct, Enum =>
        Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(name, value, $"Expected a member of {typeof(T).Name}.");

    /// <summary>part / all, and 0 for 0 / 0.</summary>
    private protected static double Share(double part, double all) => all == 0 ? 0 : part / all;
}

/// <summary>A metric of predictions and targets.</summary>
public abstract class PairMetric : Metric
{
    /// <summary>A metric that keeps nothing yet.</summary>
    protected PairMetric()
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

    private protected void ExpectLabels(Tensor target)
    {
        if (!IsLabels(target)) throw new DTypeException($"{GetType().Name}: expected integer labels. Received: {target.Spec}.");
    }

    /// <summary>Targets of 0 and 1.</summary>
    private protected bool[] Truths(Tensor target)
    {
        double[] y = Numbers(target);
        for (int i = 0; i < y.Length; i++)
            if (y[i] is not (0 or 1)) throw new ArgumentException(FormattableString.Invariant($"{GetType().Name}: expected targets that are 0 or 1. Received: {y[i]:R} at place {i}."), nameof(target));
        return Array.ConvertAll(y, v => v == 1);
    }

    /// <summary>Scores that can be ranked.</summary>
    private protected double[] Ranked(Tensor prediction)
    {
        double[] p = Numbers(prediction);
        for (int i = 0; i < p.Length; i++)
            if (double.IsNaN(p[i])) throw new ArgumentException($"{GetType().Name}: the score at place {i} is NaN, which has no rank.", nameof(prediction));
        return p;
    }

    /// <summary>Scores [batch, classes, ...] with the labels [batch, ...]: rows of classes, row by row, and the label of each.</summary>
    private protected (double[] Scores, long[] Labels, int Classes) Rows(Tensor scores, Tensor target, long? ignored = null)
    {
        ExpectFloating(scores, "prediction");
        ExpectLabels(target);
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
    readonly MetricSums sums;

    private protected SumMetric(int count = 2) => sums = KeepSums("sums", count);

    /// <summary>What was added up; by custom the last one is the count.</summary>
    private protected Span<double> Sums => sums.Values;

    private protected double MeanOfFirst => Sums[0] / Sums[^1];

    /// <inheritdoc/>
    public override double Compute() => MeanOfFirst;
}
