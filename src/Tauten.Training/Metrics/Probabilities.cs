namespace Tauten.Training;

/// <summary>The mean of -log p[label], for class probabilities [batch, classes, ...] and labels [batch, ...]. Probabilities below 2^-52 count as that.</summary>
/// <example><code>
/// var metric = new LogLoss();
/// metric.Update(Tensor.From(new[,] { { 0.8f, 0.2f }, { 0.4f, 0.6f } }), Tensor.From([0L, 1]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.3670
/// </code></example>
public sealed class LogLoss : SumMetric
{
    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        var (p, labels, classes) = Rows(prediction, target);
        for (int i = 0; i < labels.Length; i++) Sums[0] -= Math.Log(Math.Max(p[i * classes + labels[i]], 2.220446049250313e-16));
        Sums[1] += labels.Length;
    }
}

/// <summary>exp(mean of -log softmax(logits)[label]), for logits [batch, classes, ...] and labels [batch, ...]: the number of equally likely classes that would be as hard to guess.</summary>
/// <param name="ignoreIndex">A label that does not count, such as that of padding; none if left out.</param>
/// <example><code>
/// var metric = new Perplexity();
/// metric.Update(Tensor.Zeros([2, 10]), Tensor.From([3L, 7]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 10.0000
/// </code></example>
public sealed class Perplexity(long? ignoreIndex = null) : SumMetric
{
    private protected override object Settings => ignoreIndex is { } i ? i : "()";

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        var (logits, labels, classes) = Rows(prediction, target, ignoreIndex);
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] == ignoreIndex) continue;
            var row = logits.AsSpan(i * classes, classes);
            double largest = row[Largest(row)], sum = 0;
            foreach (double v in row) sum += Math.Exp(v - largest);
            Sums[0] += Math.Log(sum) + largest - row[(int)labels[i]];
            Sums[1]++;
        }
    }

    /// <inheritdoc/>
    public override double Compute() => Math.Exp(MeanOfFirst);
}

/// <summary>
/// sum(|accuracy - confidence| n) / sum(n) over bins of confidence, where a prediction's confidence is its largest class probability (Guo et al.: "On calibration of modern neural networks",
/// 2017). Probabilities [batch, classes, ...], labels [batch, ...]. Bins have equal width and include their upper end.
/// </summary>
/// <example><code>
/// var metric = new CalibrationError();
/// metric.Update(Tensor.From(new[,] { { 0.8f, 0.2f }, { 0.4f, 0.6f } }), Tensor.From([0L, 1]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.3000
/// </code></example>
public sealed class CalibrationError : SumMetric
{
    readonly int bins;

    /// <summary>An empty metric.</summary>
    /// <param name="bins">How many bins there are.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bins"/> is less than 1.</exception>
    public CalibrationError(int bins = 15) : base(3 * (bins >= 1 ? bins : throw new ArgumentOutOfRangeException(nameof(bins), bins, "Expected at least 1."))) => this.bins = bins;

    private protected override object Settings => bins;

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        var (p, labels, classes) = Rows(prediction, target);
        for (int i = 0; i < labels.Length; i++)
        {
            var row = p.AsSpan(i * classes, classes);
            int best = Largest(row);
            int bin = Math.Clamp((int)Math.Ceiling(row[best] * bins) - 1, 0, bins - 1) * 3;
            Sums[bin] += labels[i] == best ? 1 : 0;
            Sums[bin + 1] += row[best];
            Sums[bin + 2]++;
        }
    }

    /// <inheritdoc/>
    public override double Compute()
    {
        double gap = 0, count = 0;
        for (int bin = 0; bin < 3 * bins; bin += 3)
        {
            gap += Math.Abs(Sums[bin] - Sums[bin + 1]);
            count += Sums[bin + 2];
        }
        return gap / count;
    }
}
