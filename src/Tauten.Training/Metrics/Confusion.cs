namespace Tauten.Training;

/// <summary>What metrics share that count how often each class was predicted for each class, in a binary or multi-class task.</summary>
public abstract class CountMetric : TaskMetric
{
    readonly MetricCounts counts;

    private protected CountMetric(ClassificationTask task) : base(task)
    {
        Size = TableSize(task);
        counts = KeepCounts("counts", Size * Size);
    }

    private protected int Size { get; }

    /// <summary>int64 [classes, classes]: in row i and column j, how often j was predicted where i was the target.</summary>
    public Tensor Counts => Tensor.From(counts.Values.ToArray(), [Size, Size]);

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        var (found, truth) = Classes(prediction, target);
        for (int i = 0; i < truth.Length; i++) counts.Values[truth[i] * Size + found[i]]++;
    }

    private protected double Of(int truth, int found) => counts.Values[truth * Size + found];

    /// <summary>How often each class is the target, how often it was predicted, how many are right, and the count of all.</summary>
    private protected (double[] Truth, double[] Found, double Right, double All) Margins()
    {
        double[] truth = new double[Size], found = new double[Size];
        double right = 0;
        for (int i = 0; i < Size; i++)
        {
            right += Of(i, i);
            for (int j = 0; j < Size; j++)
            {
                truth[i] += Of(i, j);
                found[j] += Of(i, j);
            }
        }
        return (truth, found, right, truth.Sum());
    }
}

/// <summary>How often each class was predicted for each class. As a metric it is the share on the diagonal, the accuracy.</summary>
/// <param name="task">A binary or multi-class task.</param>
/// <example><code>
/// var matrix = new ConfusionMatrix(3);
/// matrix.Update(Tensor.From([0L, 1, 2, 2, 0]), Tensor.From([0L, 1, 1, 2, 0]));
/// Console.WriteLine(matrix.Counts);
/// // [[2, 0, 0],
/// //  [0, 1, 1],
/// //  [0, 0, 1]]
/// Console.WriteLine(matrix.Compute());    // 0.8
/// </code></example>
public sealed class ConfusionMatrix(ClassificationTask task) : CountMetric(task)
{
    /// <inheritdoc/>
    public override double Compute()
    {
        var (_, _, right, all) = Margins();
        return right / all;
    }
}

/// <summary>
/// The correlation of what was found and what is true, from -1 to 1: for two classes (TP TN - FP FN) / sqrt((TP + FP)(TP + FN)(TN + FP)(TN + FN)) (Matthews, 1975), for more its generalization by
/// Gorodkin (2004). 0 where all are predicted as, or are of, one class.
/// </summary>
/// <param name="task">A binary or multi-class task.</param>
/// <example><code>
/// var metric = new MatthewsCorrelation(ClassificationTask.Binary());
/// metric.Update(Tensor.From([1L, 1, 1, 0, 0]), Tensor.From([1L, 1, 0, 0, 0]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.6667
/// </code></example>
public sealed class MatthewsCorrelation(ClassificationTask task) : CountMetric(task)
{
    /// <inheritdoc/>
    public override double Compute()
    {
        var (truth, found, right, all) = Margins();
        if (all == 0) return double.NaN;
        double covariance = right * all, ofFound = all * all, ofTruth = all * all;
        for (int c = 0; c < truth.Length; c++)
        {
            covariance -= found[c] * truth[c];
            ofFound -= found[c] * found[c];
            ofTruth -= truth[c] * truth[c];
        }
        return ofFound == 0 || ofTruth == 0 ? 0 : covariance / Math.Sqrt(ofFound) / Math.Sqrt(ofTruth);
    }
}

/// <summary>How much a disagreement of two classes weighs.</summary>
public enum KappaWeights
{
    /// <summary>All the same.</summary>
    None,
    /// <summary>Their distance |i - j|, for ordered classes.</summary>
    Linear,
    /// <summary>The square of their distance.</summary>
    Quadratic,
}

/// <summary>
/// 1 - (disagreement observed) / (disagreement by chance), where chance knows how often each class is found and true (Cohen: "A coefficient of agreement for nominal scales", 1960):
/// 1 is perfect, 0 as good as chance. NaN where chance could not disagree.
/// </summary>
/// <param name="task">A binary or multi-class task.</param>
/// <param name="weights">How much a disagreement weighs.</param>
/// <example><code>
/// var metric = new CohenKappa(ClassificationTask.Binary());
/// metric.Update(Tensor.From([1L, 1, 1, 0, 0]), Tensor.From([1L, 1, 0, 0, 0]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.6154
/// </code></example>
public sealed class CohenKappa(ClassificationTask task, KappaWeights weights = KappaWeights.None) : CountMetric(task)
{
    readonly KappaWeights weights = Known(weights, nameof(weights));

    /// <inheritdoc/>
    protected override object Settings => (base.Settings, weights);

    /// <inheritdoc/>
    public override double Compute()
    {
        var (truth, found, _, all) = Margins();
        double observed = 0, chance = 0;
        for (int i = 0; i < Size; i++)
            for (int j = 0; j < Size; j++)
            {
                double distance = Math.Abs(i - j), weight = weights switch { KappaWeights.None => Math.Sign(distance), KappaWeights.Linear => distance, _ => distance * distance };
                observed += weight * Of(i, j);
                chance += weight * truth[i] * found[j] / all;
            }
        return 1 - observed / chance;
    }
}
