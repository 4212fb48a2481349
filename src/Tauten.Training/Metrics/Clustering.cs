namespace Tauten.Training;

/// <summary>
/// What metrics share that compare two ways of dividing samples into groups, whatever the groups are called: how often each pair of labels occurs together. Predictions and targets are integers, or
/// bool, of the same shape.
/// </summary>
public abstract class PartitionMetric : PairMetric
{
    readonly MetricPairs pairs;

    private protected PartitionMetric() => pairs = Keep("pairs", new MetricPairs());

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        ExpectAlike(prediction, target);
        ExpectLabels(target);
        if (!IsLabels(prediction)) throw new DTypeException($"{GetType().Name}: expected integer predictions. Received: {prediction.Spec}.");
        long[] p = Labels(prediction), y = Labels(target);
        for (int i = 0; i < p.Length; i++) pairs.Add(y[i], p[i]);
    }

    /// <summary>The table of counts: rows are targets, columns are predictions.</summary>
    private protected sealed record Table(double[,] Counts, double[] Rows, double[] Columns, double All)
    {
        /// <summary>The sum over cells of a function of count, row and column.</summary>
        public double Sum(Func<double, double, double, double> term)
        {
            double sum = 0;
            for (int i = 0; i < Rows.Length; i++)
                for (int j = 0; j < Columns.Length; j++) sum += term(Counts[i, j], Rows[i], Columns[j]);
            return sum;
        }

        /// <summary>sum(n / N log(n N / (row column))), in nats.</summary>
        public double MutualInformation => Math.Max(0, Sum((n, row, column) => n == 0 ? 0 : n / All * Math.Log(n * All / row / column)));

        public double RowEntropy => Entropy(Rows, All);

        public double ColumnEntropy => Entropy(Columns, All);

        static double Entropy(double[] counts, double all) => -counts.Sum(n => n == 0 ? 0 : n / all * Math.Log(n / all));

        /// <summary>Pearson's chi squared: sum((n - expected)^2 / expected).</summary>
        public double ChiSquared => Sum((n, row, column) => row * column == 0 ? 0 : (n - row * column / All) * (n - row * column / All) / (row * column / All));

        /// <summary>Ordered pairs of samples: together in both, together in predictions only, in targets only, in neither.</summary>
        public (double Both, double Predicted, double True, double Neither) Pairs
        {
            get
            {
                double both = Sum((n, _, _) => n * n) - All, predicted = Columns.Sum(n => n * n) - All - both, truth = Rows.Sum(n => n * n) - All - both;
                return (both, predicted, truth, All * (All - 1) - both - predicted - truth);
            }
        }
    }

    private protected abstract double Of(Table table);

    /// <inheritdoc/>
    public override double Compute()
    {
        long[] rows = [.. pairs.Values.Keys.Select(k => k.First).Distinct().Order()], columns = [.. pairs.Values.Keys.Select(k => k.Second).Distinct().Order()];
        var counts = new double[rows.Length, columns.Length];
        double[] ofRows = new double[rows.Length], ofColumns = new double[columns.Length];
        foreach (var ((first, second), count) in pairs.Values)
        {
            int i = Array.BinarySearch(rows, first), j = Array.BinarySearch(columns, second);
            counts[i, j] = count;
            ofRows[i] += count;
            ofColumns[j] += count;
        }
        return rows.Length == 0 ? double.NaN : Of(new(counts, ofRows, ofColumns, ofRows.Sum()));
    }
}

/// <summary>The share of pairs of samples on which both divisions agree, that they are together or that they are not (Rand, 1971).</summary>
/// <example><code>
/// var metric = new RandIndex();
/// metric.Update(Tensor.From([0L, 0, 1, 1]), Tensor.From([0L, 0, 1, 2]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.8333
/// </code></example>
public sealed class RandIndex : PartitionMetric
{
    private protected override double Of(Table table)
    {
        var (both, _, _, neither) = table.Pairs;
        return table.All < 2 ? 1 : (both + neither) / (table.All * (table.All - 1));
    }
}

/// <summary>The index of Rand, moved and scaled so that divisions at random have 0 on average and equal ones 1 (Hubert, Arabie: "Comparing partitions", 1985).</summary>
/// <example><code>
/// var metric = new AdjustedRandIndex();
/// metric.Update(Tensor.From([0L, 0, 1, 1]), Tensor.From([0L, 0, 1, 2]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.5714
/// </code></example>
public sealed class AdjustedRandIndex : PartitionMetric
{
    private protected override double Of(Table table)
    {
        var (both, predicted, truth, neither) = table.Pairs;
        return predicted == 0 && truth == 0 ? 1 : 2 * (both * neither - predicted * truth) / ((both + truth) * (truth + neither) + (both + predicted) * (predicted + neither));
    }
}

/// <summary>The geometric mean of the shares of pairs together in one division that are together in the other (Fowlkes, Mallows, 1983).</summary>
/// <example><code>
/// var metric = new FowlkesMallowsIndex();
/// metric.Update(Tensor.From([0L, 0, 1, 1]), Tensor.From([0L, 0, 1, 2]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.7071
/// </code></example>
public sealed class FowlkesMallowsIndex : PartitionMetric
{
    private protected override double Of(Table table)
    {
        var (both, predicted, truth, _) = table.Pairs;
        return both == 0 ? 0 : Math.Sqrt(both / (both + predicted)) * Math.Sqrt(both / (both + truth));
    }
}

/// <summary>sum(P(i, j) log(P(i, j) / P(i) P(j))), in nats: what one division tells about the other.</summary>
/// <example><code>
/// var metric = new MutualInformation();
/// metric.Update(Tensor.From([0L, 0, 1, 1]), Tensor.From([0L, 0, 1, 2]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.6931
/// </code></example>
public sealed class MutualInformation : PartitionMetric
{
    private protected override double Of(Table table) => table.MutualInformation;
}

/// <summary>How two entropies become one by which mutual information is divided.</summary>
public enum EntropyMean
{
    /// <summary>Their mean.</summary>
    Arithmetic,
    /// <summary>The root of their product.</summary>
    Geometric,
    /// <summary>The smaller one.</summary>
    Smallest,
    /// <summary>The larger one.</summary>
    Largest,
}

/// <summary>Mutual information divided by a mean of both entropies: from 0 to 1.</summary>
/// <param name="mean">Which mean is taken.</param>
/// <example><code>
/// var metric = new NormalizedMutualInformation();
/// metric.Update(Tensor.From([0L, 0, 1, 1]), Tensor.From([0L, 0, 1, 2]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.8000
/// </code></example>
public sealed class NormalizedMutualInformation(EntropyMean mean = EntropyMean.Arithmetic) : PartitionMetric
{
    readonly EntropyMean mean = Known(mean, nameof(mean));

    /// <inheritdoc/>
    protected override object Settings => mean;

    // One group on both sides: they are the same.
    private protected override double Of(Table table) => table is { Rows.Length: 1, Columns.Length: 1 } ? 1 : Share(table.MutualInformation, Mean(mean, table.RowEntropy, table.ColumnEntropy));

    internal static double Mean(EntropyMean mean, double a, double b) => mean switch
    {
        EntropyMean.Arithmetic => (a + b) / 2,
        EntropyMean.Geometric => Math.Sqrt(a * b),
        EntropyMean.Smallest => Math.Min(a, b),
        _ => Math.Max(a, b),
    };
}

/// <summary>
/// Mutual information less what divisions at random with groups of these sizes have, divided by the most it can be less that (Vinh, Epps, Bailey: "Information theoretic measures for clusterings
/// comparison", 2010): 0 on average by chance, 1 for equal divisions.
/// </summary>
/// <param name="mean">Which mean of the entropies stands for the most it can be.</param>
/// <example><code>
/// var metric = new AdjustedMutualInformation();
/// metric.Update(Tensor.From([0L, 0, 1, 1]), Tensor.From([0L, 0, 1, 2]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.5714
/// </code></example>
public sealed class AdjustedMutualInformation(EntropyMean mean = EntropyMean.Arithmetic) : PartitionMetric
{
    readonly EntropyMean mean = Known(mean, nameof(mean));

    /// <inheritdoc/>
    protected override object Settings => mean;

    private protected override double Of(Table table)
    {
        if ((table.Rows.Length == 1 && table.Columns.Length == 1) || (table.Rows.Length == table.All && table.Columns.Length == table.All)) return 1;
        double expected = Expected(table), room = NormalizedMutualInformation.Mean(mean, table.RowEntropy, table.ColumnEntropy) - expected;
        return (table.MutualInformation - expected) / (room == 0 ? double.Epsilon : room);
    }

    /// <summary>The mean over all tables with these sums, each count with its hypergeometric probability.</summary>
    static double Expected(Table table)
    {
        int all = (int)table.All;
        var factorial = new double[all + 1];
        for (int i = 2; i <= all; i++) factorial[i] = factorial[i - 1] + Math.Log(i);
        return table.Sum((_, row, column) =>
        {
            var (a, b) = ((int)row, (int)column);
            double sum = 0;
            for (int n = Math.Max(1, a + b - all); n <= Math.Min(a, b); n++)
            {
                double probability = Math.Exp(factorial[a] + factorial[b] + factorial[all - a] + factorial[all - b] - factorial[all] - factorial[n] - factorial[a - n] - factorial[b - n] - factorial[all - a - b + n]);
                sum += probability * n / all * Math.Log((double)n * all / a / b);
            }
            return sum;
        });
    }
}

/// <summary>1 - H(target | prediction) / H(target): 1 if each group of the predictions holds one target only (Rosenberg, Hirschberg: "V-measure", 2007).</summary>
/// <example><code>
/// var metric = new Homogeneity();
/// metric.Update(Tensor.From([0L, 0, 1, 1]), Tensor.From([0L, 0, 1, 2]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.6667
/// </code></example>
public sealed class Homogeneity : PartitionMetric
{
    private protected override double Of(Table table) => VMeasure.Parts(table.MutualInformation, table.RowEntropy, table.ColumnEntropy).Homogeneity;
}

/// <summary>1 - H(prediction | target) / H(prediction): 1 if each target is in one group of the predictions only (Rosenberg, Hirschberg, 2007).</summary>
/// <example><code>
/// var metric = new Completeness();
/// metric.Update(Tensor.From([0L, 0, 1, 1]), Tensor.From([0L, 0, 1, 2]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 1.0000
/// </code></example>
public sealed class Completeness : PartitionMetric
{
    private protected override double Of(Table table) => VMeasure.Parts(table.MutualInformation, table.RowEntropy, table.ColumnEntropy).Completeness;
}

/// <summary>(1 + beta) h c / (beta h + c) of homogeneity h and completeness c (Rosenberg, Hirschberg: "V-measure: a conditional entropy-based external cluster evaluation measure", 2007).</summary>
/// <param name="beta">How much more completeness counts.</param>
/// <example><code>
/// var metric = new VMeasure();
/// metric.Update(Tensor.From([0L, 0, 1, 1]), Tensor.From([0L, 0, 1, 2]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.8000
/// </code></example>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="beta"/> is negative.</exception>
public sealed class VMeasure(double beta = 1) : PartitionMetric
{
    readonly double beta = beta >= 0 ? beta : throw new ArgumentOutOfRangeException(nameof(beta), beta, "Expected a number that is not negative.");

    /// <inheritdoc/>
    protected override object Settings => beta;

    internal static (double Homogeneity, double Completeness) Parts(double information, double ofTarget, double ofPrediction) =>
        (ofTarget == 0 ? 1 : information / ofTarget, ofPrediction == 0 ? 1 : information / ofPrediction);

    private protected override double Of(Table table)
    {
        var (h, c) = Parts(table.MutualInformation, table.RowEntropy, table.ColumnEntropy);
        return Share((1 + beta) * h * c, beta * h + c);
    }
}
