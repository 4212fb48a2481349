namespace Tauten.Training;

/// <summary>What metrics of the order of numbers share: all of them are kept.</summary>
public abstract class RankCorrelationMetric : PairMetric
{
    readonly MetricRows rows;

    private protected RankCorrelationMetric() => rows = KeepRows("pairs", 2);

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        ExpectAlike(prediction, target);
        double[] p = Ranked(prediction), y = Ranked(target);
        var all = new double[2 * p.Length];
        for (int i = 0; i < p.Length; i++) (all[2 * i], all[2 * i + 1]) = (p[i], y[i]);
        rows.Add(all);
    }

    private protected abstract double Of(double[] prediction, double[] target);

    /// <inheritdoc/>
    public override double Compute()
    {
        int count = rows.Count;
        double[] p = new double[count], y = new double[count];
        for (int i = 0; i < count; i++) (p[i], y[i]) = (rows[i][0], rows[i][1]);
        return count < 2 ? double.NaN : Of(p, y);
    }
}

/// <summary>The linear correlation of the ranks of predictions and targets, from -1 to 1, where equal numbers share the mean of their ranks (Spearman, 1904). NaN where one of them is constant.</summary>
/// <example><code>
/// var metric = new SpearmanCorrelation();
/// metric.Update(Tensor.From([1f, 2, 3, 4]), Tensor.From([10f, 20, 40, 30]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.8000
/// </code></example>
public sealed class SpearmanCorrelation : RankCorrelationMetric
{
    private protected override double Of(double[] prediction, double[] target)
    {
        double[] a = Ranks(prediction), b = Ranks(target);
        double middle = (a.Length - 1) / 2.0, both = 0, ofA = 0, ofB = 0;
        for (int i = 0; i < a.Length; i++)
        {
            both += (a[i] - middle) * (b[i] - middle);
            ofA += (a[i] - middle) * (a[i] - middle);
            ofB += (b[i] - middle) * (b[i] - middle);
        }
        return both / Math.Sqrt(ofA) / Math.Sqrt(ofB);
    }

    static double[] Ranks(double[] x)
    {
        int[] order = [.. Enumerable.Range(0, x.Length)];
        Array.Sort((double[])x.Clone(), order);
        var ranks = new double[x.Length];
        for (int start = 0, end; start < order.Length; start = end)
        {
            for (end = start; end < order.Length && x[order[end]] == x[order[start]];) end++;
            for (int i = start; i < end; i++) ranks[order[i]] = (start + end - 1) / 2.0;
        }
        return ranks;
    }
}

/// <summary>Which coefficient of Kendall is computed.</summary>
public enum KendallVariant
{
    /// <summary>(concordant - discordant) / pairs: equal numbers are neither.</summary>
    A,
    /// <summary>(concordant - discordant) / sqrt((pairs - those equal in one)(pairs - those equal in the other)).</summary>
    B,
    /// <summary>2 (concordant - discordant) / (n^2 (m - 1) / m), where m is the smaller number of different values.</summary>
    C,
}

/// <summary>
/// Of pairs of samples, how many more are in the same order in predictions and targets than in the opposite one (Kendall: "A new measure of rank correlation", 1938). Counted by merging, in
/// O(n log n) (Knight, 1966). NaN where the divisor is 0.
/// </summary>
/// <param name="variant">How equal numbers count.</param>
/// <example><code>
/// var metric = new KendallCorrelation();
/// metric.Update(Tensor.From([1f, 2, 3, 4]), Tensor.From([10f, 20, 40, 30]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.6667
/// </code></example>
public sealed class KendallCorrelation(KendallVariant variant = KendallVariant.B) : RankCorrelationMetric
{
    readonly KendallVariant variant = Known(variant, nameof(variant));

    /// <inheritdoc/>
    protected override object Settings => variant;

    private protected override double Of(double[] prediction, double[] target)
    {
        int n = prediction.Length;
        int[] order = [.. Enumerable.Range(0, n)];
        Array.Sort(order, (i, j) => prediction[i] != prediction[j] ? prediction[i].CompareTo(prediction[j]) : target[i].CompareTo(target[j]));
        double[] y = [.. order.Select(i => target[i])];
        double pairs = n * (n - 1.0) / 2, equalFirst = Pairs(prediction.Order()), equalBoth = 0;
        equalBoth = order.GroupBy(i => (prediction[i], target[i])).Sum(g => g.Count() * (g.Count() - 1.0) / 2);
        double discordant = Inversions(y, new double[n], 0, n), equalSecond = Pairs(target.Order());
        double excess = pairs - equalFirst - equalSecond + equalBoth - 2 * discordant;
        int values = Math.Min(prediction.Distinct().Count(), target.Distinct().Count());
        return variant switch
        {
            KendallVariant.A => excess / pairs,
            KendallVariant.B => excess / Math.Sqrt(pairs - equalFirst) / Math.Sqrt(pairs - equalSecond),
            _ => 2 * excess / ((double)n * n * (values - 1) / values),
        };
    }

    /// <summary>Pairs of equal numbers.</summary>
    static double Pairs(IEnumerable<double> ordered) => ordered.GroupBy(v => v).Sum(g => g.Count() * (g.Count() - 1.0) / 2);

    /// <summary>How many pairs are in falling order; sorts on the way.</summary>
    static double Inversions(double[] y, double[] room, int start, int end)
    {
        if (end - start < 2) return 0;
        int middle = (start + end) / 2;
        double count = Inversions(y, room, start, middle) + Inversions(y, room, middle, end);
        for (int i = start, left = start, right = middle; i < end; i++)
        {
            if (right == end || (left < middle && y[left] <= y[right])) room[i] = y[left++];
            else
            {
                count += middle - left;
                room[i] = y[right++];
            }
        }
        Array.Copy(room, start, y, start, end - start);
        return count;
    }
}
