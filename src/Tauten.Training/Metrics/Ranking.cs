namespace Tauten.Training;

/// <summary>What metrics of the order of scores share: all scores are kept, so that results are exact. Scores and targets have the same shape; targets are 0 or 1, or bool.</summary>
public abstract class RankMetric : PairMetric
{
    readonly List<double> scores = [];
    readonly List<bool> targets = [];

    private protected RankMetric()
    {
    }

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        ExpectFloating(prediction, "prediction");
        ExpectAlike(prediction, target);
        double[] p = Numbers(prediction), y = Numbers(target);
        for (int i = 0; i < y.Length; i++)
        {
            if (y[i] is not (0 or 1)) throw new ArgumentException(FormattableString.Invariant($"{GetType().Name}: expected targets that are 0 or 1. Received: {y[i]:R} at place {i}."), nameof(target));
            if (double.IsNaN(p[i])) throw new ArgumentException($"{GetType().Name}: the score at place {i} is NaN, which has no rank.", nameof(prediction));
        }
        scores.AddRange(p);
        foreach (double v in y) targets.Add(v == 1);
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        scores.Clear();
        targets.Clear();
    }

    private protected override void Add(Metric other)
    {
        scores.AddRange(((RankMetric)other).scores);
        targets.AddRange(((RankMetric)other).targets);
    }

    /// <summary>How many positives and negatives there are of each score, from the highest score on.</summary>
    private protected IEnumerable<(long Positive, long Negative)> Steps()
    {
        int[] order = [.. Enumerable.Range(0, scores.Count)];
        Array.Sort([.. scores.Select(s => -s)], order);
        for (int start = 0; start < order.Length;)
        {
            double score = scores[order[start]];
            var (positive, negative) = (0L, 0L);
            for (; start < order.Length && scores[order[start]] == score; start++)
            {
                if (targets[order[start]]) positive++;
                else negative++;
            }
            yield return (positive, negative);
        }
    }
}

/// <summary>
/// The area under the receiver operating characteristic: the probability that a positive has a higher score than a negative, where equal scores count half. NaN unless there are both.
/// </summary>
/// <example><code>
/// var metric = new RocAuc();
/// metric.Update(Tensor.From([0.1f, 0.4f, 0.35f, 0.8f]), Tensor.From([0L, 0, 1, 1]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.7500
/// </code></example>
public sealed class RocAuc : RankMetric
{
    /// <inheritdoc/>
    public override double Compute()
    {
        double area = 0, positives = 0, negatives = 0;
        foreach (var (positive, negative) in Steps())
        {
            area += (positives + positive / 2.0) * negative;
            positives += positive;
            negatives += negative;
        }
        return area / positives / negatives;
    }
}

/// <summary>
/// sum((recall[n] - recall[n - 1]) precision[n]) over all thresholds, from the highest score on: the area under the curve of precision over recall, as steps. NaN unless there are positives.
/// </summary>
/// <example><code>
/// var metric = new AveragePrecision();
/// metric.Update(Tensor.From([0.1f, 0.4f, 0.35f, 0.8f]), Tensor.From([0L, 0, 1, 1]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.8333
/// </code></example>
public sealed class AveragePrecision : RankMetric
{
    /// <inheritdoc/>
    public override double Compute()
    {
        double sum = 0, positives = 0, count = 0;
        foreach (var (positive, negative) in Steps())
        {
            positives += positive;
            count += positive + negative;
            sum += positive * (positives / count);
        }
        return sum / positives;
    }
}
