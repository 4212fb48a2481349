namespace Tauten.Training;

/// <summary>How the results of single classes become one.</summary>
public enum Average
{
    /// <summary>Their mean: each class counts the same.</summary>
    Macro,
    /// <summary>The result of the summed counts: each label counts the same.</summary>
    Micro,
    /// <summary>Their mean, each weighted by how often the class is the target.</summary>
    Weighted,
}

/// <summary>How often a class was predicted rightly and wrongly, and not predicted wrongly and rightly.</summary>
/// <param name="TruePositives">Predicted, and true.</param>
/// <param name="FalsePositives">Predicted, but not true.</param>
/// <param name="FalseNegatives">Not predicted, but true.</param>
/// <param name="TrueNegatives">Not predicted, and not true.</param>
public readonly record struct Outcome(long TruePositives, long FalsePositives, long FalseNegatives, long TrueNegatives)
{
    /// <summary>How often the class is the target.</summary>
    public long Support => TruePositives + FalseNegatives;

    /// <summary>How many there are in all.</summary>
    public long Total => TruePositives + FalsePositives + FalseNegatives + TrueNegatives;

    /// <summary>The sums of both.</summary>
    public static Outcome operator +(Outcome a, Outcome b) =>
        new(a.TruePositives + b.TruePositives, a.FalsePositives + b.FalsePositives, a.FalseNegatives + b.FalseNegatives, a.TrueNegatives + b.TrueNegatives);
}

/// <summary>
/// What metrics of single classes share: the outcomes of each class, and the way to one number. A class without a result, 0 / 0, has the result 0. A binary task has one class, for which
/// averages are the same.
/// </summary>
public abstract class ClassMetric : TaskMetric
{
    readonly Average average;
    readonly MetricCounts counts;

    private protected ClassMetric(ClassificationTask task, Average average) : base(task)
    {
        this.average = Known(average, nameof(average));
        counts = KeepCounts("counts", task.Count * 4);
    }

    /// <inheritdoc/>
    protected override object Settings => (base.Settings, average);

    /// <summary>The outcomes of each class or label.</summary>
    public Outcome[] Outcomes()
    {
        var all = new Outcome[Task.Count];
        var c = counts.Values;
        for (int i = 0; i < all.Length; i++) all[i] = new(c[4 * i], c[4 * i + 1], c[4 * i + 2], c[4 * i + 3]);
        return all;
    }

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        var c = counts.Values;
        if (Task.Of == ClassificationTask.Kind.Multiclass)
        {
            var (found, truth) = Classes(prediction, target);
            // What is neither of the two classes is counted for all at once.
            for (int other = 0; other < Task.Count; other++) c[4 * other + 3] += truth.Length;
            for (int i = 0; i < truth.Length; i++)
            {
                c[4 * truth[i] + (found[i] == truth[i] ? 0 : 2)]++;
                c[4 * truth[i] + 3]--;
                if (found[i] == truth[i]) continue;
                c[4 * found[i] + 1]++;
                c[4 * found[i] + 3]--;
            }
        }
        else
            foreach (var (label, found, truth) in Decisions(prediction, target)) c[4 * label + (found ? truth ? 0 : 1 : truth ? 2 : 3)]++;
    }

    private protected abstract double Of(Outcome outcome);

    /// <summary>The result of each class.</summary>
    public double[] PerClass() => Array.ConvertAll(Outcomes(), Of);

    /// <inheritdoc/>
    public override double Compute()
    {
        var all = Outcomes();
        if (all.All(o => o.Total == 0)) return double.NaN;
        double support = all.Sum(o => o.Support);
        return average switch
        {
            Average.Micro => Of(all.Aggregate((a, b) => a + b)),
            Average.Weighted when Task.Count > 1 => Share(all.Sum(o => Of(o) * o.Support), support),
            _ => all.Average(Of),
        };
    }
}

/// <summary>Of what was predicted as a class, the share that is one: TP / (TP + FP).</summary>
/// <param name="task">What predictions and targets look like; a number is that of classes.</param>
/// <param name="average">How the results of the classes become one.</param>
/// <example><code>
/// var precision = new Precision(ClassificationTask.Binary());
/// precision.Update(Tensor.From([0.9f, 0.8f, 0.7f, 0.6f, 0.2f, 0.1f]), Tensor.From([1L, 1, 0, 0, 0, 1]));
/// Console.WriteLine(precision.Compute());    // 0.5
///
/// var labels = new Precision(3, Average.Macro);
/// labels.Update(Tensor.From([0L, 1, 2, 2]), Tensor.From([0L, 1, 1, 2]));
/// Console.WriteLine($"{labels.Compute():0.0000}");    // 0.8333
/// </code></example>
public sealed class Precision(ClassificationTask task, Average average = Average.Macro) : ClassMetric(task, average)
{
    private protected override double Of(Outcome o) => Share(o.TruePositives, o.TruePositives + o.FalsePositives);
}

/// <summary>Of what is of a class, the share that was found: TP / (TP + FN). Also called sensitivity. Its mean over classes is the balanced accuracy.</summary>
/// <param name="task">What predictions and targets look like; a number is that of classes.</param>
/// <param name="average">How the results of the classes become one.</param>
/// <example><code>
/// var recall = new Recall(ClassificationTask.Binary());
/// recall.Update(Tensor.From([0.9f, 0.8f, 0.7f, 0.6f, 0.2f, 0.1f]), Tensor.From([1L, 1, 0, 0, 0, 1]));
/// Console.WriteLine($"{recall.Compute():0.0000}");    // 0.6667
/// </code></example>
public sealed class Recall(ClassificationTask task, Average average = Average.Macro) : ClassMetric(task, average)
{
    private protected override double Of(Outcome o) => Share(o.TruePositives, o.Support);
}

/// <summary>Of what is not of a class, the share that was not predicted as it: TN / (TN + FP).</summary>
/// <param name="task">What predictions and targets look like; a number is that of classes.</param>
/// <param name="average">How the results of the classes become one.</param>
/// <example><code>
/// var specificity = new Specificity(ClassificationTask.Binary());
/// specificity.Update(Tensor.From([0.9f, 0.8f, 0.7f, 0.6f, 0.2f, 0.1f]), Tensor.From([1L, 1, 0, 0, 0, 1]));
/// Console.WriteLine($"{specificity.Compute():0.0000}");    // 0.3333
/// </code></example>
public sealed class Specificity(ClassificationTask task, Average average = Average.Macro) : ClassMetric(task, average)
{
    private protected override double Of(Outcome o) => Share(o.TrueNegatives, o.TrueNegatives + o.FalsePositives);
}

/// <summary>Of what was not predicted as a class, the share that is none: TN / (TN + FN).</summary>
/// <param name="task">What predictions and targets look like; a number is that of classes.</param>
/// <param name="average">How the results of the classes become one.</param>
/// <example><code>
/// var metric = new NegativePredictiveValue(ClassificationTask.Binary());
/// metric.Update(Tensor.From([0.9f, 0.8f, 0.7f, 0.6f, 0.2f, 0.1f]), Tensor.From([1L, 1, 0, 0, 0, 1]));
/// Console.WriteLine(metric.Compute());    // 0.5
/// </code></example>
public sealed class NegativePredictiveValue(ClassificationTask task, Average average = Average.Macro) : ClassMetric(task, average)
{
    private protected override double Of(Outcome o) => Share(o.TrueNegatives, o.TrueNegatives + o.FalseNegatives);
}

/// <summary>
/// (1 + beta^2) precision recall / (beta^2 precision + recall), for each class. With beta = 1 it is F1, which is also the coefficient of Dice, 2 |A and B| / (|A| + |B|).
/// </summary>
/// <param name="task">What predictions and targets look like; a number is that of classes.</param>
/// <param name="average">How the results of the classes become one.</param>
/// <param name="beta">How much more recall counts than precision.</param>
/// <example><code>
/// var f1 = new FBeta(ClassificationTask.Binary());
/// f1.Update(Tensor.From([0.9f, 0.8f, 0.7f, 0.6f, 0.2f, 0.1f]), Tensor.From([1L, 1, 0, 0, 0, 1]));
/// Console.WriteLine($"{f1.Compute():0.0000}");    // 0.5714
/// </code></example>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="beta"/> is negative.</exception>
public sealed class FBeta(ClassificationTask task, Average average = Average.Macro, double beta = 1) : ClassMetric(task, average)
{
    readonly double square = beta >= 0 ? beta * beta : throw new ArgumentOutOfRangeException(nameof(beta), beta, "Expected a number that is not negative.");

    /// <inheritdoc/>
    protected override object Settings => (base.Settings, square);

    private protected override double Of(Outcome o) => Share((1 + square) * o.TruePositives, (1 + square) * o.TruePositives + square * o.FalseNegatives + o.FalsePositives);
}

/// <summary>|A and B| / |A or B| for each class, where A is what was predicted as the class and B what is of it: the index of Jaccard.</summary>
/// <param name="task">What predictions and targets look like; a number is that of classes.</param>
/// <param name="average">How the results of the classes become one.</param>
/// <example><code>
/// var metric = new IntersectionOverUnion(ClassificationTask.Binary());
/// metric.Update(Tensor.From([0.9f, 0.8f, 0.7f, 0.6f, 0.2f, 0.1f]), Tensor.From([1L, 1, 0, 0, 0, 1]));
/// Console.WriteLine(metric.Compute());    // 0.4
/// </code></example>
public sealed class IntersectionOverUnion(ClassificationTask task, Average average = Average.Macro) : ClassMetric(task, average)
{
    private protected override double Of(Outcome o) => Share(o.TruePositives, o.TruePositives + o.FalsePositives + o.FalseNegatives);
}

/// <summary>How many were predicted and true, the sum over classes; <see cref="ClassMetric.Outcomes"/> has each.</summary>
/// <param name="task">What predictions and targets look like; a number is that of classes.</param>
/// <example><code>
/// var metric = new TruePositives(ClassificationTask.Binary());
/// metric.Update(Tensor.From([0.9f, 0.8f, 0.7f, 0.6f, 0.2f, 0.1f]), Tensor.From([1L, 1, 0, 0, 0, 1]));
/// Console.WriteLine(metric.Compute());    // 2
/// </code></example>
public sealed class TruePositives(ClassificationTask task) : ClassMetric(task, Average.Micro)
{
    private protected override double Of(Outcome o) => o.TruePositives;
}

/// <summary>How many were predicted but not true, the sum over classes; <see cref="ClassMetric.Outcomes"/> has each.</summary>
/// <param name="task">What predictions and targets look like; a number is that of classes.</param>
/// <example><code>
/// var metric = new FalsePositives(ClassificationTask.Binary());
/// metric.Update(Tensor.From([0.9f, 0.8f, 0.7f, 0.6f, 0.2f, 0.1f]), Tensor.From([1L, 1, 0, 0, 0, 1]));
/// Console.WriteLine(metric.Compute());    // 2
/// </code></example>
public sealed class FalsePositives(ClassificationTask task) : ClassMetric(task, Average.Micro)
{
    private protected override double Of(Outcome o) => o.FalsePositives;
}

/// <summary>How many were true but not predicted, the sum over classes; <see cref="ClassMetric.Outcomes"/> has each.</summary>
/// <param name="task">What predictions and targets look like; a number is that of classes.</param>
/// <example><code>
/// var metric = new FalseNegatives(ClassificationTask.Binary());
/// metric.Update(Tensor.From([0.9f, 0.8f, 0.7f, 0.6f, 0.2f, 0.1f]), Tensor.From([1L, 1, 0, 0, 0, 1]));
/// Console.WriteLine(metric.Compute());    // 1
/// </code></example>
public sealed class FalseNegatives(ClassificationTask task) : ClassMetric(task, Average.Micro)
{
    private protected override double Of(Outcome o) => o.FalseNegatives;
}

/// <summary>How many were neither predicted nor true, the sum over classes; <see cref="ClassMetric.Outcomes"/> has each.</summary>
/// <param name="task">What predictions and targets look like; a number is that of classes.</param>
/// <example><code>
/// var metric = new TrueNegatives(ClassificationTask.Binary());
/// metric.Update(Tensor.From([0.9f, 0.8f, 0.7f, 0.6f, 0.2f, 0.1f]), Tensor.From([1L, 1, 0, 0, 0, 1]));
/// Console.WriteLine(metric.Compute());    // 1
/// </code></example>
public sealed class TrueNegatives(ClassificationTask task) : ClassMetric(task, Average.Micro)
{
    private protected override double Of(Outcome o) => o.TrueNegatives;
}
