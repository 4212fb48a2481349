namespace Tauten.Training;

/// <summary>
/// What metrics of searches share: documents with a score, a relevance and the query they answer. Documents of a query may come in several batches. The result is the mean over queries; of equal
/// scores, the document that was seen first ranks higher.
/// </summary>
public abstract class RetrievalMetric : Metric
{
    readonly MetricRows rows;
    readonly bool skipEmpty;

    private protected RetrievalMetric(int? k, bool skipEmpty)
    {
        K = k is { } number ? AtLeast(1, number, nameof(k)) : null;
        this.skipEmpty = skipEmpty;
        rows = KeepRows("documents", 3);
    }

    private protected int? K { get; }

    /// <inheritdoc/>
    protected override object Settings => (K, skipEmpty);

    /// <summary>Takes documents into account; all tensors have the same shape.</summary>
    /// <param name="scores">Floating-point scores: the higher, the sooner.</param>
    /// <param name="relevance">1 or 0, or bool: whether the document is an answer. Numbers of at least 0 where relevance may be graded.</param>
    /// <param name="queries">Integers: which query it is for.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="DTypeException">An element type does not fit.</exception>
    public void Update(Tensor scores, Tensor relevance, Tensor queries)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(relevance);
        ArgumentNullException.ThrowIfNull(queries);
        string name = GetType().Name;
        if (scores.Shape != relevance.Shape || scores.Shape != queries.Shape) throw new ShapeException($"{name}: scores, relevance and queries must have the same shape. Received: {scores.Shape}, {relevance.Shape} and {queries.Shape}.");
        if (!scores.DType.IsFloating()) throw new DTypeException($"{name}: expected floating-point scores. Received: {scores.Spec}.");
        if (!IsLabels(queries)) throw new DTypeException($"{name}: expected integer queries. Received: {queries.Spec}.");
        double[] s = Numbers(scores), r = Numbers(relevance), q = Numbers(queries);
        var all = new double[3 * s.Length];
        for (int i = 0; i < s.Length; i++)
        {
            if (double.IsNaN(s[i])) throw new ArgumentException($"{name}: the score at place {i} is NaN, which has no rank.", nameof(scores));
            if (Math.Abs(q[i]) > 1L << 53) throw new ArgumentException(FormattableString.Invariant($"{name}: expected queries up to 2^53. Received: {q[i]:R} at place {i}."), nameof(queries));
            if (Graded ? !(r[i] >= 0) : r[i] is not (0 or 1))
                throw new ArgumentException(FormattableString.Invariant($"{name}: expected relevance {(Graded ? "of at least 0" : "that is 0 or 1")}. Received: {r[i]:R} at place {i}."), nameof(relevance));
            (all[3 * i], all[3 * i + 1], all[3 * i + 2]) = (q[i], s[i], r[i]);
        }
        rows.Add(all);
    }

    private protected virtual bool Graded => false;

    /// <summary>Whether a query has what the metric needs; one that has not counts as 0, or not at all.</summary>
    private protected virtual bool Answerable(ReadOnlySpan<double> relevance) => relevance.ContainsAnyExcept(0);

    /// <summary>The result of one query: relevance and scores from the highest score on.</summary>
    private protected abstract double Of(ReadOnlySpan<double> relevance, ReadOnlySpan<double> scores);

    /// <inheritdoc/>
    public override double Compute() => MeanOf(Of);

    private protected delegate double QueryResult(ReadOnlySpan<double> relevance, ReadOnlySpan<double> scores);

    /// <summary>The mean over queries of a result.</summary>
    private protected double MeanOf(QueryResult of)
    {
        double sum = 0, count = 0;
        foreach (var query in Enumerable.Range(0, rows.Count).GroupBy(i => rows[i][0]))
        {
            int[] order = [.. query.OrderByDescending(i => rows[i][1])];
            double[] relevance = Array.ConvertAll(order, i => rows[i][2]), scores = Array.ConvertAll(order, i => rows[i][1]);
            bool answerable = Answerable(relevance);
            if (!answerable && skipEmpty) continue;
            if (answerable) sum += of(relevance, scores);
            count++;
        }
        return sum / count;
    }

    private protected int First(int length) => Math.Min(K ?? length, length);

    private protected static double Total(ReadOnlySpan<double> x)
    {
        double sum = 0;
        foreach (double v in x) sum += v;
        return sum;
    }
}

/// <summary>The mean reciprocal rank: 1 / the place of the first answer among the k first documents, 0 if there is none.</summary>
/// <param name="k">How many documents are looked at; all if left out.</param>
/// <param name="skipEmpty">Whether a query without an answer is left out; it counts as 0 if not.</param>
/// <example><code>
/// var metric = new MeanReciprocalRank();
/// metric.Update(Tensor.From([0.9f, 0.8f, 0.7f, 0.6f, 0.5f]), Tensor.From([0L, 1, 1, 1, 0]), Tensor.From([0L, 0, 0, 1, 1]));
/// Console.WriteLine(metric.Compute());    // 0.75
/// </code></example>
public sealed class MeanReciprocalRank(int? k = null, bool skipEmpty = false) : RetrievalMetric(k, skipEmpty)
{
    private protected override double Of(ReadOnlySpan<double> relevance, ReadOnlySpan<double> scores)
    {
        int place = relevance[..First(relevance.Length)].IndexOf(1);
        return place < 0 ? 0 : 1.0 / (place + 1);
    }
}

/// <summary>The mean average precision: the mean over the answers among the k first documents of the share of answers up to each.</summary>
/// <param name="k">How many documents are looked at; all if left out.</param>
/// <param name="skipEmpty">Whether a query without an answer is left out; it counts as 0 if not.</param>
/// <example><code>
/// var metric = new RetrievalMeanAveragePrecision();
/// metric.Update(Tensor.From([0.9f, 0.8f, 0.7f, 0.6f, 0.5f]), Tensor.From([0L, 1, 1, 1, 0]), Tensor.From([0L, 0, 0, 1, 1]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.7917
/// </code></example>
public sealed class RetrievalMeanAveragePrecision(int? k = null, bool skipEmpty = false) : RetrievalMetric(k, skipEmpty)
{
    private protected override double Of(ReadOnlySpan<double> relevance, ReadOnlySpan<double> scores)
    {
        double sum = 0, found = 0;
        for (int i = 0; i < First(relevance.Length); i++)
            if (relevance[i] == 1) sum += ++found / (i + 1);
        return Share(sum, found);
    }
}

/// <summary>
/// The normalized discounted cumulative gain (Jarvelin, Kekalainen: "Cumulated gain-based evaluation of IR techniques", 2002): sum(relevance / log2(place + 1)) over the k first documents, divided by
/// the most that it can be. Documents with equal scores share the mean of their gains.
/// </summary>
/// <param name="k">How many documents are looked at; all if left out.</param>
/// <param name="skipEmpty">Whether a query without an answer is left out; it counts as 0 if not.</param>
/// <example><code>
/// var metric = new NormalizedDiscountedGain();
/// metric.Update(Tensor.From([0.9f, 0.8f, 0.7f, 0.6f, 0.5f]), Tensor.From([0L, 1, 1, 1, 0]), Tensor.From([0L, 0, 0, 1, 1]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.8467
/// </code></example>
public sealed class NormalizedDiscountedGain(int? k = null, bool skipEmpty = false) : RetrievalMetric(k, skipEmpty)
{
    private protected override bool Graded => true;

    private protected override double Of(ReadOnlySpan<double> relevance, ReadOnlySpan<double> scores)
    {
        int first = First(relevance.Length);
        double gain = 0, most = 0;
        for (int start = 0, end; start < scores.Length; start = end)
        {
            for (end = start; end < scores.Length && scores[end] == scores[start];) end++;
            double mean = Total(relevance[start..end]) / (end - start);
            for (int i = start; i < Math.Min(end, first); i++) gain += mean / Math.Log2(i + 2);
        }
        double[] best = relevance.ToArray();
        Array.Sort(best);
        for (int i = 0; i < first; i++) most += best[^(i + 1)] / Math.Log2(i + 2);
        return Share(gain, most);
    }
}

/// <summary>The share of answers among the k first documents.</summary>
/// <param name="k">How many documents are looked at; all if left out.</param>
/// <param name="skipEmpty">Whether a query without an answer is left out; it counts as 0 if not.</param>
/// <param name="adaptive">Whether a query with fewer documents is divided by their number; by k if not.</param>
/// <example><code>
/// var metric = new RetrievalPrecision(k: 2);
/// metric.Update(Tensor.From([0.9f, 0.8f, 0.7f, 0.6f, 0.5f]), Tensor.From([0L, 1, 1, 1, 0]), Tensor.From([0L, 0, 0, 1, 1]));
/// Console.WriteLine(metric.Compute());    // 0.5
/// </code></example>
public sealed class RetrievalPrecision(int? k = null, bool skipEmpty = false, bool adaptive = false) : RetrievalMetric(k, skipEmpty)
{
    /// <inheritdoc/>
    protected override object Settings => (base.Settings, adaptive);

    private protected override double Of(ReadOnlySpan<double> relevance, ReadOnlySpan<double> scores)
    {
        int first = First(relevance.Length);
        return Total(relevance[..first]) / (adaptive ? first : K ?? first);
    }
}

/// <summary>The share of the answers that are among the k first documents.</summary>
/// <param name="k">How many documents are looked at; all if left out.</param>
/// <param name="skipEmpty">Whether a query without an answer is left out; it counts as 0 if not.</param>
/// <example><code>
/// var metric = new RetrievalRecall(k: 2);
/// metric.Update(Tensor.From([0.9f, 0.8f, 0.7f, 0.6f, 0.5f]), Tensor.From([0L, 1, 1, 1, 0]), Tensor.From([0L, 0, 0, 1, 1]));
/// Console.WriteLine(metric.Compute());    // 0.75
/// </code></example>
public sealed class RetrievalRecall(int? k = null, bool skipEmpty = false) : RetrievalMetric(k, skipEmpty)
{
    private protected override double Of(ReadOnlySpan<double> relevance, ReadOnlySpan<double> scores) => Total(relevance[..First(relevance.Length)]) / Total(relevance);
}

/// <summary>Whether there is an answer among the k first documents, 1 or 0.</summary>
/// <param name="k">How many documents are looked at; all if left out.</param>
/// <param name="skipEmpty">Whether a query without an answer is left out; it counts as 0 if not.</param>
/// <example><code>
/// var metric = new HitRate(k: 1);
/// metric.Update(Tensor.From([0.9f, 0.8f, 0.7f, 0.6f, 0.5f]), Tensor.From([0L, 1, 1, 1, 0]), Tensor.From([0L, 0, 0, 1, 1]));
/// Console.WriteLine(metric.Compute());    // 0.5
/// </code></example>
public sealed class HitRate(int? k = null, bool skipEmpty = false) : RetrievalMetric(k, skipEmpty)
{
    private protected override double Of(ReadOnlySpan<double> relevance, ReadOnlySpan<double> scores) => relevance[..First(relevance.Length)].Contains(1) ? 1 : 0;
}

/// <summary>The share of the documents that are no answers that are among the k first: the lower, the better.</summary>
/// <param name="k">How many documents are looked at; all if left out.</param>
/// <param name="skipEmpty">Whether a query where all documents are answers is left out; it counts as 0 if not.</param>
/// <example><code>
/// var metric = new FallOut(k: 1);
/// metric.Update(Tensor.From([0.9f, 0.8f, 0.7f, 0.6f, 0.5f]), Tensor.From([0L, 1, 1, 1, 0]), Tensor.From([0L, 0, 0, 1, 1]));
/// Console.WriteLine(metric.Compute());    // 0.5
/// </code></example>
public sealed class FallOut(int? k = null, bool skipEmpty = false) : RetrievalMetric(k, skipEmpty)
{
    private protected override bool Answerable(ReadOnlySpan<double> relevance) => relevance.Contains(0);

    private protected override double Of(ReadOnlySpan<double> relevance, ReadOnlySpan<double> scores)
    {
        int first = First(relevance.Length);
        return (first - Total(relevance[..first])) / (relevance.Length - Total(relevance));
    }
}

/// <summary>The share of answers among as many first documents as there are answers.</summary>
/// <param name="skipEmpty">Whether a query without an answer is left out; it counts as 0 if not.</param>
/// <example><code>
/// var metric = new RPrecision();
/// metric.Update(Tensor.From([0.9f, 0.8f, 0.7f, 0.6f, 0.5f]), Tensor.From([0L, 1, 1, 1, 0]), Tensor.From([0L, 0, 0, 1, 1]));
/// Console.WriteLine(metric.Compute());    // 0.75
/// </code></example>
public sealed class RPrecision(bool skipEmpty = false) : RetrievalMetric(null, skipEmpty)
{
    private protected override double Of(ReadOnlySpan<double> relevance, ReadOnlySpan<double> scores)
    {
        int answers = (int)Total(relevance);
        return Total(relevance[..answers]) / answers;
    }
}

/// <summary>The area under the receiver operating characteristic of each query's k first documents; a query needs answers and others.</summary>
/// <param name="k">How many documents are looked at; all if left out.</param>
/// <param name="skipEmpty">Whether a query without both is left out; it counts as 0 if not.</param>
/// <example><code>
/// var metric = new RetrievalRocAuc();
/// metric.Update(Tensor.From([0.9f, 0.8f, 0.7f, 0.6f, 0.5f]), Tensor.From([0L, 1, 1, 1, 0]), Tensor.From([0L, 0, 0, 1, 1]));
/// Console.WriteLine(metric.Compute());    // 0.5
/// </code></example>
public sealed class RetrievalRocAuc(int? k = null, bool skipEmpty = false) : RetrievalMetric(k, skipEmpty)
{
    private protected override bool Answerable(ReadOnlySpan<double> relevance)
    {
        var first = relevance[..First(relevance.Length)];
        return first.Contains(0) && first.Contains(1);
    }

    private protected override double Of(ReadOnlySpan<double> relevance, ReadOnlySpan<double> scores)
    {
        double area = 0, positives = 0, negatives = 0;
        int first = First(relevance.Length);
        for (int start = 0, end; start < first; start = end)
        {
            for (end = start; end < first && scores[end] == scores[start];) end++;
            double right = Total(relevance[start..end]), wrong = end - start - right;
            area += (positives + right / 2) * wrong;
            positives += right;
            negatives += wrong;
        }
        return area / positives / negatives;
    }
}

/// <summary>
/// The share of answers among the k first documents, and the share of the answers that are among them, for each k: means over queries. As a metric it is the largest mean recall of those k whose mean
/// precision is at least as given; 0 if there is none.
/// </summary>
/// <param name="most">The largest k.</param>
/// <param name="leastPrecision">The precision asked for.</param>
/// <param name="skipEmpty">Whether a query without an answer is left out; it counts as 0 if not.</param>
/// <example><code>
/// var curve = new RetrievalCurve(most: 2, leastPrecision: 0.5);
/// curve.Update(Tensor.From([0.9f, 0.8f, 0.7f, 0.6f, 0.5f]), Tensor.From([0L, 1, 1, 1, 0]), Tensor.From([0L, 0, 0, 1, 1]));
/// Console.WriteLine(curve.Points().Recalls);    // [0.5000, 0.7500]
/// Console.WriteLine(curve.Compute());           // 0.75
/// </code></example>
public sealed class RetrievalCurve(int most, double leastPrecision = 0, bool skipEmpty = false) : RetrievalMetric(most, skipEmpty)
{
    readonly double least = Fraction(leastPrecision, nameof(leastPrecision));

    /// <inheritdoc/>
    protected override object Settings => (base.Settings, least);

    private protected override double Of(ReadOnlySpan<double> relevance, ReadOnlySpan<double> scores) => Total(relevance[..First(relevance.Length)]) / Total(relevance);

    /// <summary>The mean precisions and recalls for k from 1 on: float64 [most].</summary>
    public (Tensor Precisions, Tensor Recalls) Points()
    {
        double[] precisions = new double[most], recalls = new double[most];
        for (int k = 1; k <= most; k++)
        {
            precisions[k - 1] = MeanOf((relevance, _) => Total(relevance[..Math.Min(k, relevance.Length)]) / k);
            recalls[k - 1] = MeanOf((relevance, _) => Total(relevance[..Math.Min(k, relevance.Length)]) / Total(relevance));
        }
        return (Tensor.From(precisions), Tensor.From(recalls));
    }

    /// <inheritdoc/>
    public override double Compute()
    {
        var (precisions, recalls) = Points();
        double[] p = precisions.ToArray<double>(), r = recalls.ToArray<double>();
        if (double.IsNaN(p[0])) return double.NaN;
        return Enumerable.Range(0, most).Where(i => p[i] >= least).Select(i => r[i]).DefaultIfEmpty(0).Max();
    }
}
