namespace Tauten.Training;

/// <summary>
/// The area under the receiver operating characteristic: the probability that a positive has a higher score than a negative, where equal scores count half. NaN unless there are both.
/// </summary>
/// <param name="task">What predictions and targets look like; binary if left out.</param>
/// <param name="average">How the results of the classes become one.</param>
/// <param name="thresholds">At how many thresholds from 0 to 1 counts are kept; all scores are kept if left out, and the result is exact.</param>
/// <param name="largestFalsePositiveRate">
/// The area up to this rate alone, scaled so that 0.5 is as good as chance and 1 perfect (McClish: "Analyzing a portion of the ROC curve", 1989).
/// </param>
/// <example><code>
/// var metric = new RocAuc();
/// metric.Update(Tensor.From([0.1f, 0.4f, 0.35f, 0.8f]), Tensor.From([0L, 0, 1, 1]));
/// Console.WriteLine(metric.Compute());    // 0.75
/// </code></example>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="largestFalsePositiveRate"/> is not above 0, or above 1.</exception>
public sealed class RocAuc(ClassificationTask? task = null, Average average = Average.Macro, int? thresholds = null, double largestFalsePositiveRate = 1) : CurveMetric(task, average, thresholds)
{
    readonly double limit = largestFalsePositiveRate is > 0 and <= 1 ? largestFalsePositiveRate
        : throw new ArgumentOutOfRangeException(nameof(largestFalsePositiveRate), largestFalsePositiveRate, "Expected a number above 0, up to 1.");

    /// <inheritdoc/>
    protected override object Settings => (base.Settings, limit);

    private protected override double Of(Steps steps)
    {
        if (limit == 1) return Area(steps.Positives, steps.Negatives);
        double area = 0;
        for (int i = 1; i < steps.Thresholds.Length; i++)
        {
            double left = steps.FalsePositiveRate(i - 1), right = steps.FalsePositiveRate(i), low = steps.Recall(i - 1), high = steps.Recall(i);
            if (left >= limit) break;
            if (right > limit) (right, high) = (limit, low + (high - low) * (limit - left) / (right - left));
            area += (right - left) * (low + high) / 2;
        }
        double least = limit * limit / 2;
        return steps.AllPositives == 0 || steps.AllNegatives == 0 ? double.NaN : (1 + (area - least) / (limit - least)) / 2;
    }

    internal static double Area(ReadOnlySpan<double> positives, ReadOnlySpan<double> negatives)
    {
        double area = 0;
        for (int i = 1; i < positives.Length; i++) area += (positives[i] + positives[i - 1]) / 2 * (negatives[i] - negatives[i - 1]);
        return area / positives[^1] / negatives[^1];
    }
}

/// <summary>
/// sum((recall[n] - recall[n - 1]) precision[n]) over all thresholds, from the highest score on: the area under the curve of precision over recall, as steps. NaN unless there are positives.
/// </summary>
/// <param name="task">What predictions and targets look like; binary if left out.</param>
/// <param name="average">How the results of the classes become one.</param>
/// <param name="thresholds">At how many thresholds from 0 to 1 counts are kept; all scores are kept if left out, and the result is exact.</param>
/// <example><code>
/// var metric = new AveragePrecision();
/// metric.Update(Tensor.From([0.1f, 0.4f, 0.35f, 0.8f]), Tensor.From([0L, 0, 1, 1]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.8333
/// </code></example>
public sealed class AveragePrecision(ClassificationTask? task = null, Average average = Average.Macro, int? thresholds = null) : CurveMetric(task, average, thresholds)
{
    private protected override double Of(Steps steps) => Area(steps.Positives, steps.Negatives);

    internal static double Area(ReadOnlySpan<double> positives, ReadOnlySpan<double> negatives)
    {
        double sum = 0;
        for (int i = 1; i < positives.Length; i++)
            if (positives[i] > positives[i - 1]) sum += (positives[i] - positives[i - 1]) * (positives[i] / (positives[i] + negatives[i]));
        return sum / positives[^1];
    }
}

/// <summary>
/// The area under the receiver operating characteristic over the logarithm of the false positive rate, from <c>lowest</c> to <c>highest</c>, divided by the width: what counts is the early part of
/// the curve, as where few candidates can be looked at. NaN unless there are positives and negatives.
/// </summary>
/// <param name="task">What predictions and targets look like; binary if left out.</param>
/// <param name="lowest">The lowest false positive rate.</param>
/// <param name="highest">The highest false positive rate.</param>
/// <param name="average">How the results of the classes become one.</param>
/// <param name="thresholds">At how many thresholds from 0 to 1 counts are kept; all scores are kept if left out.</param>
/// <example><code>
/// var metric = new LogRocAuc(lowest: 0.1, highest: 1);
/// metric.Update(Tensor.From([0.1f, 0.4f, 0.35f, 0.8f]), Tensor.From([0L, 0, 1, 1]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.6505
/// </code></example>
/// <exception cref="ArgumentOutOfRangeException">The rates are not 0 &lt; lowest &lt; highest &lt;= 1.</exception>
public sealed class LogRocAuc(ClassificationTask? task = null, double lowest = 0.001, double highest = 0.1, Average average = Average.Macro, int? thresholds = null) : CurveMetric(task, average, thresholds)
{
    readonly double lowest = lowest > 0 && lowest < highest ? lowest : throw new ArgumentOutOfRangeException(nameof(lowest), lowest, "Expected a number above 0 and below the highest rate.");
    readonly double highest = highest <= 1 ? highest : throw new ArgumentOutOfRangeException(nameof(highest), highest, "Expected a number up to 1.");

    /// <inheritdoc/>
    protected override object Settings => (base.Settings, lowest, highest);

    private protected override double Of(Steps steps)
    {
        if (steps.AllPositives == 0 || steps.AllNegatives == 0) return double.NaN;
        // Between points the curve is a line over the rate, whose integral over its logarithm is taken as a trapezoid between the points' logarithms.
        List<(double X, double Y)> points = [(lowest, At(steps, lowest))];
        for (int i = 0; i < steps.Thresholds.Length; i++)
            if (steps.FalsePositiveRate(i) is var x && x > lowest && x < highest) points.Add((x, steps.Recall(i)));
        points.Add((highest, At(steps, highest)));
        double area = 0;
        for (int i = 1; i < points.Count; i++) area += (Math.Log10(points[i].X) - Math.Log10(points[i - 1].X)) * (points[i].Y + points[i - 1].Y) / 2;
        return area / (Math.Log10(highest) - Math.Log10(lowest));
    }

    /// <summary>The height of the curve; its upper end where it rises upright.</summary>
    static double At(Steps steps, double rate)
    {
        int right = 0;
        while (steps.FalsePositiveRate(right) <= rate && right < steps.Thresholds.Length - 1) right++;
        if (steps.FalsePositiveRate(right) <= rate) return steps.Recall(right);
        double left = steps.FalsePositiveRate(right - 1);
        return steps.Recall(right - 1) + (steps.Recall(right) - steps.Recall(right - 1)) * (rate - left) / (steps.FalsePositiveRate(right) - left);
    }
}

/// <summary>The rate at which as many negatives are taken for positives as positives are missed: the mean of both rates at the threshold where they are nearest. NaN unless there are both.</summary>
/// <param name="task">What predictions and targets look like; binary if left out.</param>
/// <param name="average">How the results of the classes become one.</param>
/// <param name="thresholds">At how many thresholds from 0 to 1 counts are kept; all scores are kept if left out.</param>
/// <example><code>
/// var metric = new EqualErrorRate();
/// metric.Update(Tensor.From([0.1f, 0.4f, 0.35f, 0.8f]), Tensor.From([0L, 0, 1, 1]));
/// Console.WriteLine(metric.Compute());    // 0.5
/// </code></example>
public sealed class EqualErrorRate(ClassificationTask? task = null, Average average = Average.Macro, int? thresholds = null) : CurveMetric(task, average, thresholds)
{
    private protected override double Of(Steps steps)
    {
        if (steps.AllPositives == 0 || steps.AllNegatives == 0) return double.NaN;
        int best = Enumerable.Range(0, steps.Thresholds.Length).MinBy(i => Math.Abs(1 - steps.Recall(i) - steps.FalsePositiveRate(i)));
        return (1 - steps.Recall(best) + steps.FalsePositiveRate(best)) / 2;
    }
}

/// <summary>What metrics share that look for the best threshold under a condition.</summary>
public abstract class ThresholdMetric : CurveMetric
{
    readonly double least;

    private protected ThresholdMetric(double least, ClassificationTask? task, Average average, int? thresholds) : base(task, average, thresholds) => this.least = Fraction(least, nameof(least));

    /// <inheritdoc/>
    protected override object Settings => (base.Settings, least);

    private protected abstract double Gained(Steps steps, int at);

    private protected abstract double Asked(Steps steps, int at);

    /// <summary>The best result of one class and the highest threshold that gives it; scores of at least the threshold are predicted. 0 at infinity if no threshold does what is asked.</summary>
    /// <param name="index">Which class or label.</param>
    public (double Value, double Threshold) Best(int index = 0)
    {
        var steps = StepsOf(index);
        int best = Find(steps);
        return best < 0 ? (0, double.PositiveInfinity) : (Gained(steps, best), steps.Thresholds[best]);
    }

    int Find(Steps steps)
    {
        int best = -1;
        for (int i = 0; i < steps.Thresholds.Length; i++)
            if (Asked(steps, i) >= least && (best < 0 || Gained(steps, i) > Gained(steps, best))) best = i;
        return best;
    }

    private protected override double Of(Steps steps)
    {
        if (steps.AllPositives + steps.AllNegatives == 0) return double.NaN;
        int best = Find(steps);
        return best < 0 ? 0 : Gained(steps, best);
    }

    private protected static double Specificity(Steps steps, int at) => 1 - steps.FalsePositiveRate(at);
}

/// <summary>The largest precision of the thresholds at which the recall is at least as given.</summary>
/// <param name="least">The recall asked for.</param>
/// <param name="task">What predictions and targets look like; binary if left out.</param>
/// <param name="average">How the results of the classes become one.</param>
/// <param name="thresholds">At how many thresholds from 0 to 1 counts are kept; all scores are kept if left out.</param>
/// <example><code>
/// var metric = new PrecisionAtRecall(1);
/// metric.Update(Tensor.From([0.1f, 0.4f, 0.35f, 0.8f]), Tensor.From([0L, 0, 1, 1]));
/// Console.WriteLine($"{metric.Compute():0.0000}");         // 0.6667
/// Console.WriteLine($"{metric.Best().Threshold:0.00}");    // 0.35
/// </code></example>
public sealed class PrecisionAtRecall(double least, ClassificationTask? task = null, Average average = Average.Macro, int? thresholds = null) : ThresholdMetric(least, task, average, thresholds)
{
    private protected override double Gained(Steps steps, int at) => steps.Precision(at);

    private protected override double Asked(Steps steps, int at) => steps.Recall(at);
}

/// <summary>The largest recall of the thresholds at which the precision is at least as given.</summary>
/// <param name="least">The precision asked for.</param>
/// <param name="task">What predictions and targets look like; binary if left out.</param>
/// <param name="average">How the results of the classes become one.</param>
/// <param name="thresholds">At how many thresholds from 0 to 1 counts are kept; all scores are kept if left out.</param>
/// <example><code>
/// var metric = new RecallAtPrecision(1);
/// metric.Update(Tensor.From([0.1f, 0.4f, 0.35f, 0.8f]), Tensor.From([0L, 0, 1, 1]));
/// Console.WriteLine(metric.Compute());    // 0.5
/// </code></example>
public sealed class RecallAtPrecision(double least, ClassificationTask? task = null, Average average = Average.Macro, int? thresholds = null) : ThresholdMetric(least, task, average, thresholds)
{
    private protected override double Gained(Steps steps, int at) => steps.Recall(at);

    private protected override double Asked(Steps steps, int at) => steps.Precision(at);
}

/// <summary>The largest sensitivity (recall) of the thresholds at which the specificity is at least as given.</summary>
/// <param name="least">The specificity asked for.</param>
/// <param name="task">What predictions and targets look like; binary if left out.</param>
/// <param name="average">How the results of the classes become one.</param>
/// <param name="thresholds">At how many thresholds from 0 to 1 counts are kept; all scores are kept if left out.</param>
/// <example><code>
/// var metric = new SensitivityAtSpecificity(0.5);
/// metric.Update(Tensor.From([0.1f, 0.4f, 0.35f, 0.8f]), Tensor.From([0L, 0, 1, 1]));
/// Console.WriteLine(metric.Compute());    // 1
/// </code></example>
public sealed class SensitivityAtSpecificity(double least, ClassificationTask? task = null, Average average = Average.Macro, int? thresholds = null) : ThresholdMetric(least, task, average, thresholds)
{
    private protected override double Gained(Steps steps, int at) => steps.Recall(at);

    private protected override double Asked(Steps steps, int at) => Specificity(steps, at);
}

/// <summary>The largest specificity of the thresholds at which the sensitivity (recall) is at least as given.</summary>
/// <param name="least">The sensitivity asked for.</param>
/// <param name="task">What predictions and targets look like; binary if left out.</param>
/// <param name="average">How the results of the classes become one.</param>
/// <param name="thresholds">At how many thresholds from 0 to 1 counts are kept; all scores are kept if left out.</param>
/// <example><code>
/// var metric = new SpecificityAtSensitivity(1);
/// metric.Update(Tensor.From([0.1f, 0.4f, 0.35f, 0.8f]), Tensor.From([0L, 0, 1, 1]));
/// Console.WriteLine(metric.Compute());    // 0.5
/// </code></example>
public sealed class SpecificityAtSensitivity(double least, ClassificationTask? task = null, Average average = Average.Macro, int? thresholds = null) : ThresholdMetric(least, task, average, thresholds)
{
    private protected override double Gained(Steps steps, int at) => Specificity(steps, at);

    private protected override double Asked(Steps steps, int at) => steps.Recall(at);
}
