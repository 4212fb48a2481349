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

/// <summary>The mean of -y log p - (1 - y) log(1 - p), for probabilities p and targets y from 0 to 1 of the same shape. Probabilities nearer than 2^-52 to 0 or 1 count as that.</summary>
/// <example><code>
/// var metric = new BinaryLogLoss();
/// metric.Update(Tensor.From([0.8f, 0.4f]), Tensor.From([1f, 0]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.3670
/// </code></example>
public sealed class BinaryLogLoss : ErrorMetric
{
    private protected override double Error(double prediction, double target)
    {
        double p = Math.Clamp(prediction, 2.220446049250313e-16, 1 - 2.220446049250313e-16);
        return -target * Math.Log(p) - (1 - target) * Math.Log(1 - p);
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
    /// <inheritdoc/>
    protected override object Settings => ignoreIndex is { } i ? i : "()";

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

/// <summary>How the gaps of bins become one number.</summary>
public enum CalibrationNorm
{
    /// <summary>Their mean, weighted by how many predictions are in the bin: the expected calibration error.</summary>
    L1,
    /// <summary>The root of the mean of their squares, weighted likewise.</summary>
    L2,
    /// <summary>The largest.</summary>
    Max,
}

/// <summary>
/// How far confidence is from accuracy (Guo et al.: "On calibration of modern neural networks", 2017): for bins of equal width, which include their upper end, the gap |accuracy - confidence|, and
/// over bins their mean, mean square or largest. In a multi-class task a prediction's confidence is its largest class probability, [batch, classes, ...]; in a binary task it is the probability of
/// the class, of the target's shape.
/// </summary>
/// <example><code>
/// var metric = new CalibrationError();
/// metric.Update(Tensor.From(new[,] { { 0.8f, 0.2f }, { 0.4f, 0.6f } }), Tensor.From([0L, 1]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.3000
/// </code></example>
public sealed class CalibrationError : SumMetric
{
    readonly int bins;
    readonly CalibrationNorm norm;
    readonly bool binary;

    /// <summary>An empty metric.</summary>
    /// <param name="bins">How many bins there are.</param>
    /// <param name="norm">How their gaps become one number.</param>
    /// <param name="binary">Whether predictions are probabilities of one class.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bins"/> is less than 1.</exception>
    public CalibrationError(int bins = 15, CalibrationNorm norm = CalibrationNorm.L1, bool binary = false) : base(3 * AtLeast(1, bins, nameof(bins)))
    {
        this.bins = bins;
        this.norm = Known(norm, nameof(norm));
        this.binary = binary;
    }

    /// <inheritdoc/>
    protected override object Settings => (bins, norm, binary);

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        if (binary)
        {
            ExpectFloating(prediction, "prediction");
            ExpectAlike(prediction, target);
            double[] scores = Ranked(prediction);
            bool[] truths = Truths(target);
            for (int i = 0; i < scores.Length; i++) Add(scores[i], truths[i]);
            return;
        }
        var (p, labels, classes) = Rows(prediction, target);
        for (int i = 0; i < labels.Length; i++)
        {
            var row = p.AsSpan(i * classes, classes);
            int best = Largest(row);
            Add(row[best], labels[i] == best);
        }
    }

    void Add(double confidence, bool right)
    {
        int bin = Math.Clamp((int)Math.Ceiling(confidence * bins) - 1, 0, bins - 1) * 3;
        Sums[bin] += right ? 1 : 0;
        Sums[bin + 1] += confidence;
        Sums[bin + 2]++;
    }

    /// <inheritdoc/>
    public override double Compute()
    {
        double sum = 0, largest = 0, count = 0;
        for (int bin = 0; bin < 3 * bins; bin += 3)
        {
            if (Sums[bin + 2] == 0) continue;
            double gap = Math.Abs(Sums[bin] - Sums[bin + 1]) / Sums[bin + 2];
            sum += (norm == CalibrationNorm.L2 ? gap * gap : gap) * Sums[bin + 2];
            largest = Math.Max(largest, gap);
            count += Sums[bin + 2];
        }
        return count == 0 ? double.NaN : norm switch { CalibrationNorm.L1 => sum / count, CalibrationNorm.L2 => Math.Sqrt(sum / count), _ => largest };
    }
}

/// <summary>
/// The mean of max(0, 1 - margin), or of its square. In a binary task, with scores of the target's shape, the margin is the score of a target 1 and minus the score of a target 0; with classes, scores
/// [batch, classes, ...], it is the score of the label minus the largest of the others (Crammer, Singer: "On the algorithmic implementation of multiclass kernel-based vector machines", 2001).
/// </summary>
/// <param name="binary">Whether predictions are scores of one class.</param>
/// <param name="squared">Whether the square is taken.</param>
/// <example><code>
/// var metric = new MeanHinge();
/// metric.Update(Tensor.From([2f, -0.5f]), Tensor.From([1L, 0]));
/// Console.WriteLine(metric.Compute());    // 0.25
/// </code></example>
public sealed class MeanHinge(bool binary = true, bool squared = false) : SumMetric
{
    /// <inheritdoc/>
    protected override object Settings => (binary, squared);

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        if (binary)
        {
            ExpectFloating(prediction, "prediction");
            ExpectAlike(prediction, target);
            double[] scores = Numbers(prediction);
            bool[] truths = Truths(target);
            for (int i = 0; i < scores.Length; i++) Add(truths[i] ? scores[i] : -scores[i]);
            return;
        }
        var (p, labels, classes) = Rows(prediction, target);
        if (classes < 2) throw new ShapeException($"MeanHinge: expected scores of two classes or more. Received: {prediction.Shape}.");
        for (int i = 0; i < labels.Length; i++)
        {
            double other = double.NegativeInfinity;
            for (int c = 0; c < classes; c++)
                if (c != labels[i]) other = Math.Max(other, p[i * classes + c]);
            Add(p[i * classes + labels[i]] - other);
        }
    }

    void Add(double margin)
    {
        double loss = Math.Max(0, 1 - margin);
        Sums[0] += squared ? loss * loss : loss;
        Sums[1]++;
    }
}

/// <summary>What metrics of two distributions share: the mean over rows of a sum along the last axis. Rows are divided by their sums first.</summary>
public abstract class DivergenceMetric : SumMetric
{
    private protected DivergenceMetric()
    {
    }

    private protected abstract double Term(double prediction, double target);

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        ExpectAlike(prediction, target);
        if (target.Rank == 0) throw new ShapeException($"{GetType().Name}: expected distributions along the last axis. Received: scalars.");
        double[] p = Numbers(prediction), y = Numbers(target);
        int size = (int)target.Shape[-1].Value;
        for (int i = 0; i < p.Length; i++)
            if (p[i] < 0 || y[i] < 0) throw new ArgumentException(FormattableString.Invariant($"{GetType().Name}: expected probabilities. Received: {Math.Min(p[i], y[i]):R} at place {i}."), p[i] < 0 ? nameof(prediction) : nameof(target));
        for (int row = 0; size > 0 && row < p.Length; row += size)
        {
            double ofP = 0, ofY = 0;
            for (int i = row; i < row + size; i++)
            {
                ofP += p[i];
                ofY += y[i];
            }
            for (int i = row; i < row + size; i++) Sums[0] += Term(p[i] / ofP, y[i] / ofY);
            Sums[1]++;
        }
    }

    /// <summary>a log(a / b), and 0 where a is 0.</summary>
    private protected static double Relative(double a, double b) => a == 0 ? 0 : a * Math.Log(a / b);
}

/// <summary>
/// The mean over rows of sum(target log(target / prediction)) along the last axis, in nats: what is lost by coding the target with the prediction's code (Kullback, Leibler: "On information and
/// sufficiency", 1951). Infinite where the prediction is 0 and the target is not.
/// </summary>
/// <example><code>
/// var metric = new KullbackLeiblerDivergence();
/// metric.Update(Tensor.From([0.5f, 0.5f], [1, 2]), Tensor.From([1f, 0], [1, 2]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.6931
/// </code></example>
public sealed class KullbackLeiblerDivergence : DivergenceMetric
{
    private protected override double Term(double prediction, double target) => Relative(target, prediction);
}

/// <summary>The mean over rows of (KL(p, m) + KL(q, m)) / 2 along the last axis, where m = (p + q) / 2 (Lin: "Divergence measures based on the Shannon entropy", 1991): from 0 to log 2.</summary>
/// <example><code>
/// var metric = new JensenShannonDivergence();
/// metric.Update(Tensor.From([1f, 0], [1, 2]), Tensor.From([0f, 1], [1, 2]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.6931
/// </code></example>
public sealed class JensenShannonDivergence : DivergenceMetric
{
    private protected override double Term(double prediction, double target)
    {
        double middle = (prediction + target) / 2;
        return (Relative(prediction, middle) + Relative(target, middle)) / 2;
    }
}
