namespace Tauten.Training;

/// <summary>
/// What metrics share that look at the order of the labels of each sample: scores [batch, labels] with targets of 0 and 1 of the same shape. The result is the mean over samples.
/// See Tsoumakas, Katakis, Vlahavas: "Mining multi-label data", 2010.
/// </summary>
public abstract class LabelRankingMetric : SumMetric
{
    private protected LabelRankingMetric()
    {
    }

    private protected abstract double Of(ReadOnlySpan<double> scores, ReadOnlySpan<bool> truths);

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        ExpectFloating(prediction, "prediction");
        ExpectAlike(prediction, target);
        if (target.Rank != 2) throw new ShapeException($"{GetType().Name}: expected scores and targets [batch, labels]. Received: {target.Shape}.");
        double[] scores = Ranked(prediction);
        bool[] truths = Truths(target);
        int labels = (int)target.Shape[1].Value;
        for (int start = 0; labels > 0 && start < scores.Length; start += labels)
        {
            Sums[0] += Of(scores.AsSpan(start, labels), truths.AsSpan(start, labels));
            Sums[1]++;
        }
    }

    /// <summary>How many labels, or true labels, have a score of at least this.</summary>
    private protected static int Reached(ReadOnlySpan<double> scores, ReadOnlySpan<bool> truths, double score, bool trueOnly)
    {
        int count = 0;
        for (int i = 0; i < scores.Length; i++)
            if (scores[i] >= score && (!trueOnly || truths[i])) count++;
        return count;
    }
}

/// <summary>How far down the order of scores one has to go to have all true labels: the number of labels with at least the lowest score of a true one; 0 where none is true.</summary>
/// <example><code>
/// var metric = new CoverageError();
/// metric.Update(Tensor.From([0.9f, 0.1f, 0.5f], [1, 3]), Tensor.From([1L, 1, 0], [1, 3]));
/// Console.WriteLine(metric.Compute());    // 3
/// </code></example>
public sealed class CoverageError : LabelRankingMetric
{
    private protected override double Of(ReadOnlySpan<double> scores, ReadOnlySpan<bool> truths)
    {
        double lowest = double.PositiveInfinity;
        for (int i = 0; i < scores.Length; i++)
            if (truths[i]) lowest = Math.Min(lowest, scores[i]);
        return truths.Contains(true) ? Reached(scores, truths, lowest, trueOnly: false) : 0;
    }
}

/// <summary>For each true label, the share of true ones among the labels with at least its score, and the mean of that; 1 where all labels are true or none.</summary>
/// <example><code>
/// var metric = new LabelRankingAveragePrecision();
/// metric.Update(Tensor.From([0.9f, 0.1f, 0.5f], [1, 3]), Tensor.From([1L, 1, 0], [1, 3]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.8333
/// </code></example>
public sealed class LabelRankingAveragePrecision : LabelRankingMetric
{
    private protected override double Of(ReadOnlySpan<double> scores, ReadOnlySpan<bool> truths)
    {
        double sum = 0;
        int count = truths.Count(true);
        if (count == 0 || count == truths.Length) return 1;
        for (int i = 0; i < scores.Length; i++)
            if (truths[i]) sum += (double)Reached(scores, truths, scores[i], trueOnly: true) / Reached(scores, truths, scores[i], trueOnly: false);
        return sum / count;
    }
}

/// <summary>The share of pairs of a true and a false label that are in the wrong order, or have the same score; 0 where there is no such pair.</summary>
/// <example><code>
/// var metric = new LabelRankingLoss();
/// metric.Update(Tensor.From([0.9f, 0.1f, 0.5f], [1, 3]), Tensor.From([1L, 1, 0], [1, 3]));
/// Console.WriteLine(metric.Compute());    // 0.5
/// </code></example>
public sealed class LabelRankingLoss : LabelRankingMetric
{
    private protected override double Of(ReadOnlySpan<double> scores, ReadOnlySpan<bool> truths)
    {
        double wrong = 0;
        int count = truths.Count(true);
        if (count == 0 || count == truths.Length) return 0;
        for (int i = 0; i < scores.Length; i++)
            if (truths[i]) wrong += Reached(scores, truths, scores[i], trueOnly: false) - Reached(scores, truths, scores[i], trueOnly: true);
        return wrong / count / (truths.Length - count);
    }
}
