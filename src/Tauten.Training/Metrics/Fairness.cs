namespace Tauten.Training;

/// <summary>
/// What happens to each of several groups of samples, and how unequal it is: outcomes by group, the ratio of positive predictions and that of true ones that are found. As a metric it is
/// <see cref="DemographicParity"/>.
/// </summary>
/// <example><code>
/// var fairness = new Tauten.Training.GroupFairness(2);
/// fairness.Update(Tensor.From([0.9f, 0.2f, 0.8f, 0.7f]), Tensor.From([1L, 1, 1, 0]), Tensor.From([0L, 0, 1, 1]));
/// Console.WriteLine(fairness.DemographicParity());    // 0.5
/// Console.WriteLine(fairness.EqualOpportunity());     // 0.5
/// </code></example>
public sealed class GroupFairness : Metric
{
    readonly int groups;
    readonly double threshold;
    readonly MetricCounts counts;

    /// <summary>An empty metric.</summary>
    /// <param name="groups">The number of groups, numbered from 0.</param>
    /// <param name="threshold">Scores above it count as predicted.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two groups.</exception>
    public GroupFairness(int groups, double threshold = 0.5)
    {
        this.groups = AtLeast(2, groups, nameof(groups));
        this.threshold = threshold;
        counts = KeepCounts("counts", groups * 4);
    }

    /// <inheritdoc/>
    protected override object Settings => (groups, threshold);

    /// <summary>Takes a batch into account: scores (or 0 and 1), targets of 0 and 1, and the group of each sample, all of one shape.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="IndexException">A group is out of range.</exception>
    public void Update(Tensor prediction, Tensor target, Tensor group)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (prediction.Shape != target.Shape || group.Shape != target.Shape)
            throw new ShapeException($"GroupFairness: predictions, targets and groups must have the same shape. Received: {prediction.Shape}, {target.Shape} and {group.Shape}.");
        if (!IsLabels(group)) throw new DTypeException($"GroupFairness: expected integer groups. Received: {group.Spec}.");
        double[] p = Numbers(prediction), y = Numbers(target);
        long[] g = Labels(group);
        for (int i = 0; i < g.Length; i++)
        {
            if (g[i] < 0 || g[i] >= groups) throw new IndexException($"GroupFairness: group {i} is {g[i]}. Expected 0 to {groups - 1}.");
            if (y[i] is not (0 or 1)) throw new ArgumentException(FormattableString.Invariant($"GroupFairness: expected targets that are 0 or 1. Received: {y[i]:R} at place {i}."), nameof(target));
        }
        for (int i = 0; i < g.Length; i++) counts.Values[(int)g[i] * 4 + (p[i] > threshold ? y[i] == 1 ? 0 : 1 : y[i] == 1 ? 2 : 3)]++;
    }

    /// <summary>The outcomes of each group.</summary>
    public Outcome[] Outcomes()
    {
        var c = counts.Values;
        var all = new Outcome[groups];
        for (int i = 0; i < groups; i++) all[i] = new(c[4 * i], c[4 * i + 1], c[4 * i + 2], c[4 * i + 3]);
        return all;
    }

    /// <summary>The lowest share of positive predictions of a group, divided by the highest: 1 if all groups are predicted as positive equally often.</summary>
    public double DemographicParity() => Ratio(o => (double)(o.TruePositives + o.FalsePositives) / o.Total);

    /// <summary>The lowest share of positives of a group that are found, divided by the highest: 1 if the positives of all groups have the same chance (Hardt, Price, Srebro, 2016).</summary>
    public double EqualOpportunity() => Ratio(o => (double)o.TruePositives / o.Support);

    /// <inheritdoc/>
    public override double Compute() => DemographicParity();

    // A group without samples has no rate, and does not count.
    double Ratio(Func<Outcome, double> rate)
    {
        double[] rates = [.. Outcomes().Select(rate).Where(r => !double.IsNaN(r))];
        return rates.Length == 0 ? double.NaN : rates.Min() / rates.Max();
    }
}
