namespace Tauten.Training;

/// <summary>What metrics of the association of two nominal variables share that follow from chi squared; 0 is none, 1 complete. NaN where a variable has one value only.</summary>
public abstract class ChiSquaredMetric : PartitionMetric
{
    readonly bool correct;

    private protected ChiSquaredMetric(bool correct) => this.correct = correct;

    /// <inheritdoc/>
    protected override object Settings => correct;

    private protected abstract double Of(double meanSquare, double rows, double columns);

    private protected sealed override double Of(Table table)
    {
        double rows = table.Rows.Length, columns = table.Columns.Length, square = table.ChiSquared / table.All;
        if (!correct) return Of(square, rows, columns);
        // Bergsma: "A bias-correction for Cramer's V and Tschuprow's T", 2013.
        double rest = table.All - 1;
        return Of(Math.Max(0, square - (rows - 1) * (columns - 1) / rest), rows - (rows - 1) * (rows - 1) / rest, columns - (columns - 1) * (columns - 1) / rest);
    }
}

/// <summary>sqrt(chi^2 / n / (min(rows, columns) - 1)) (Cramer, 1946).</summary>
/// <param name="correct">Whether the bias of small samples is corrected (Bergsma, 2013).</param>
/// <example><code>
/// var metric = new CramersV();
/// metric.Update(Tensor.From([0L, 0, 1, 1]), Tensor.From([0L, 0, 0, 1]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.5774
/// </code></example>
public sealed class CramersV(bool correct = false) : ChiSquaredMetric(correct)
{
    private protected override double Of(double meanSquare, double rows, double columns) => Math.Sqrt(meanSquare / (Math.Min(rows, columns) - 1));
}

/// <summary>sqrt(chi^2 / n / sqrt((rows - 1)(columns - 1))) (Tschuprow, 1939).</summary>
/// <param name="correct">Whether the bias of small samples is corrected (Bergsma, 2013).</param>
/// <example><code>
/// var metric = new TschuprowsT();
/// metric.Update(Tensor.From([0L, 0, 1, 1]), Tensor.From([0L, 0, 1, 2]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.8409
/// </code></example>
public sealed class TschuprowsT(bool correct = false) : ChiSquaredMetric(correct)
{
    private protected override double Of(double meanSquare, double rows, double columns) => Math.Sqrt(meanSquare / Math.Sqrt((rows - 1) * (columns - 1)));
}

/// <summary>sqrt(chi^2 / (n + chi^2)), the coefficient of contingency (Pearson, 1904).</summary>
/// <example><code>
/// var metric = new ContingencyCoefficient();
/// metric.Update(Tensor.From([0L, 0, 1, 1]), Tensor.From([0L, 0, 1, 2]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.7071
/// </code></example>
public sealed class ContingencyCoefficient() : ChiSquaredMetric(correct: false)
{
    private protected override double Of(double meanSquare, double rows, double columns) => Math.Sqrt(meanSquare / (1 + meanSquare));
}

/// <summary>
/// The share of the entropy of the predictions that targets explain, (H(prediction) - H(prediction | target)) / H(prediction), the uncertainty coefficient of Theil (1972); 0 where it is 0 / 0.
/// </summary>
/// <example><code>
/// var metric = new TheilsU();
/// metric.Update(Tensor.From([0L, 0, 1, 2]), Tensor.From([0L, 0, 1, 1]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.6667
/// </code></example>
public sealed class TheilsU : PartitionMetric
{
    private protected override double Of(Table table) => Share(table.MutualInformation, table.ColumnEntropy);
}

/// <summary>
/// The agreement of several raters, less that of chance (Fleiss: "Measuring nominal scale agreement among many raters", 1971): 1 is perfect, 0 as good as chance.
/// </summary>
/// <example><code>
/// var metric = new FleissKappa(categories: 2);
/// metric.Update(Tensor.From(new[,] { { 3L, 0 }, { 0, 3 }, { 2, 1 } }));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.5500
/// </code></example>
public sealed class FleissKappa : Metric
{
    readonly int categories;
    readonly MetricRows rows;

    /// <summary>An empty metric.</summary>
    /// <param name="categories">The number of categories.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two.</exception>
    public FleissKappa(int categories)
    {
        this.categories = AtLeast(2, categories, nameof(categories));
        rows = KeepRows("ratings", categories);
    }

    /// <inheritdoc/>
    protected override object Settings => categories;

    /// <summary>Takes subjects into account.</summary>
    /// <param name="ratings">[subjects, categories]: how many raters chose each category. All subjects have the same number of raters, two or more.</param>
    /// <exception cref="ShapeException">The shape is another one.</exception>
    /// <exception cref="ArgumentException">Counts are negative, or their sums differ.</exception>
    public void Update(Tensor ratings)
    {
        ArgumentNullException.ThrowIfNull(ratings);
        if (ratings.Rank != 2 || ratings.Shape[1] != categories) throw new ShapeException($"FleissKappa: expected counts [subjects, {categories}]. Received: {ratings.Shape}.");
        if (!IsLabels(ratings)) throw new DTypeException($"FleissKappa: expected integer counts. Received: {ratings.Spec}.");
        double[] all = Numbers(ratings);
        double raters = rows.Count > 0 ? Total(rows[0]) : all.Length > 0 ? Total(all.AsSpan(0, categories)) : 0;
        for (int i = 0; i < all.Length; i += categories)
        {
            var row = all.AsSpan(i, categories);
            if (row.ContainsAnyInRange(double.NegativeInfinity, -1) || Total(row) != raters || raters < 2)
                throw new ArgumentException($"FleissKappa: expected counts whose sum is the same for all subjects, at least 2. Received: a sum of {Total(row)} for subject {i / categories}; others have {raters}.", nameof(ratings));
        }
        rows.Add(all);
    }

    static double Total(ReadOnlySpan<double> row)
    {
        double sum = 0;
        foreach (double v in row) sum += v;
        return sum;
    }

    /// <inheritdoc/>
    public override double Compute()
    {
        if (rows.Count == 0) return double.NaN;
        double raters = Total(rows[0]), observed = 0, chance = 0;
        var shares = new double[categories];
        for (int i = 0; i < rows.Count; i++)
        {
            double squares = 0;
            for (int c = 0; c < categories; c++)
            {
                shares[c] += rows[i][c] / rows.Count / raters;
                squares += rows[i][c] * rows[i][c];
            }
            observed += (squares - raters) / raters / (raters - 1) / rows.Count;
        }
        foreach (double share in shares) chance += share * share;
        return (observed - chance) / (1 - chance);
    }
}
