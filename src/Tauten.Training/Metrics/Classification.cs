namespace Tauten.Training;

/// <summary>The share of labels that are predicted. Predictions are labels (integers or bool) of the target's shape, or scores [batch, classes, ...], of which the largest counts.</summary>
/// <example><code>
/// var metric = new Accuracy();
/// metric.Update(Tensor.From([0L, 1, 2, 1]), Tensor.From([0L, 1, 1, 2]));
/// Console.WriteLine($"{metric.Compute()}");    // 0.5
/// </code></example>
public sealed class Accuracy : SumMetric
{
    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        long[] labels, found;
        if (IsLabels(prediction))
        {
            ExpectAlike(prediction, target);
            (labels, found) = (Labels(target), Labels(prediction));
        }
        else
        {
            (var scores, labels, int classes) = Rows(prediction, target);
            found = [.. Enumerable.Range(0, labels.Length).Select(i => (long)Largest(scores.AsSpan(i * classes, classes)))];
        }
        for (int i = 0; i < labels.Length; i++)
            if (labels[i] == found[i]) Sums[0]++;
        Sums[1] += labels.Length;
    }
}

/// <summary>The share of labels that are among the k classes with the highest scores [batch, classes, ...]. Of equal scores the first class counts as higher.</summary>
/// <param name="k">How many classes may be named.</param>
/// <example><code>
/// var metric = new TopKAccuracy(2);
/// metric.Update(Tensor.From(new[,] { { 0.5f, 0.3f, 0.2f }, { 0.1f, 0.6f, 0.3f } }), Tensor.From([1L, 0]));
/// Console.WriteLine($"{metric.Compute()}");    // 0.5
/// </code></example>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is less than 1.</exception>
public sealed class TopKAccuracy(int k) : SumMetric
{
    readonly int k = k >= 1 ? k : throw new ArgumentOutOfRangeException(nameof(k), k, "Expected at least 1.");

    private protected override object Settings => k;

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        var (scores, labels, classes) = Rows(prediction, target);
        for (int i = 0; i < labels.Length; i++)
        {
            var row = scores.AsSpan(i * classes, classes);
            double own = row[(int)labels[i]];
            int above = 0;
            for (int c = 0; c < classes; c++)
                if (row[c] > own || (row[c] == own && c < labels[i])) above++;
            if (above < k) Sums[0]++;
        }
        Sums[1] += labels.Length;
    }
}

/// <summary>How the results of single classes become one.</summary>
public enum Average
{
    /// <summary>Their mean: each class counts the same.</summary>
    Macro,
    /// <summary>The result of the summed counts: each label counts the same.</summary>
    Micro,
    /// <summary>Their mean, each weighted by how often the class is the target.</summary>
    Weighted,
}

/// <summary>What metrics share that count how often each class was predicted for each class.</summary>
public abstract class CountMetric : PairMetric
{
    readonly long[] counts;
    readonly int classes;

    private protected CountMetric(int classes)
    {
        this.classes = classes >= 1 ? classes : throw new ArgumentOutOfRangeException(nameof(classes), classes, "Expected at least 1.");
        counts = new long[classes * classes];
    }

    /// <summary>int64 [classes, classes]: in row i and column j, how often j was predicted where i was the target.</summary>
    public Tensor Counts => Tensor.From(counts, [classes, classes]);

    private protected override object Settings => classes;

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        var found = prediction;
        if (!IsLabels(prediction))
        {
            ExpectFloating(prediction, "prediction");
            if (prediction.Rank < 2 || prediction.Shape[1] != classes) throw new ShapeException($"{GetType().Name}: expected labels, or scores [batch, {classes}, ...]. Received: {prediction.Spec}.");
            found = prediction.Detach().ArgMax(1);
        }
        ExpectAlike(found, target);
        if (!IsLabels(target)) throw new DTypeException($"{GetType().Name}: expected integer labels. Received: {target.Spec}.");
        long[] p = Labels(found), y = Labels(target);
        for (int i = 0; i < y.Length; i++)
            if (p[i] < 0 || p[i] >= classes || y[i] < 0 || y[i] >= classes)
                throw new IndexException($"{GetType().Name}: label {i} is {y[i]}, predicted as {p[i]}. Expected 0 to {classes - 1}.");
        for (int i = 0; i < y.Length; i++) counts[y[i] * classes + p[i]]++;
    }

    /// <inheritdoc/>
    public override void Reset() => Array.Clear(counts);

    private protected override void Add(Metric other)
    {
        var more = ((CountMetric)other).counts;
        for (int i = 0; i < counts.Length; i++) counts[i] += more[i];
    }

    /// <summary>How often a class was predicted rightly, predicted wrongly, and missed.</summary>
    private protected (double Right, double Wrong, double Missed)[] Outcomes()
    {
        var all = new (double, double, double)[classes];
        for (int c = 0; c < classes; c++)
        {
            long right = counts[c * classes + c], predicted = 0, targets = 0;
            for (int other = 0; other < classes; other++)
            {
                predicted += counts[other * classes + c];
                targets += counts[c * classes + other];
            }
            all[c] = (right, predicted - right, targets - right);
        }
        return all;
    }
}

/// <summary>
/// How often each class was predicted for each class. Predictions are labels (integers or bool) of the target's shape, or scores [batch, classes, ...], of which the largest counts. As a metric it is
/// the share on the diagonal, the accuracy.
/// </summary>
/// <param name="classes">The number of classes; labels are from 0 to classes - 1.</param>
/// <example><code>
/// var metric = new ConfusionMatrix(classes: 3);
/// metric.Update(Tensor.From([0L, 1, 2, 1]), Tensor.From([0L, 1, 1, 2]));
/// Console.WriteLine(metric.Counts);
/// // [[1, 0, 0],
/// //  [0, 1, 1],
/// //  [0, 1, 0]]
/// </code></example>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is less than 1.</exception>
public sealed class ConfusionMatrix(int classes) : CountMetric(classes)
{
    /// <inheritdoc/>
    public override double Compute()
    {
        var all = Outcomes();
        return all.Sum(o => o.Right) / all.Sum(o => o.Right + o.Missed);
    }
}

/// <summary>What metrics of single classes share: the way to one number. A class without a result, 0 / 0, has the result 0.</summary>
public abstract class ClassMetric : CountMetric
{
    readonly Average average;

    private protected ClassMetric(int classes, Average average) : base(classes) =>
        this.average = Enum.IsDefined(average) ? average : throw new ArgumentOutOfRangeException(nameof(average), average, "Expected a member of Average.");

    private protected override object Settings => (base.Settings, average);

    private protected abstract double Of(double right, double wrong, double missed);

    /// <summary>The result of each class.</summary>
    public double[] PerClass() => [.. Outcomes().Select(o => Of(o.Right, o.Wrong, o.Missed))];

    /// <inheritdoc/>
    public override double Compute()
    {
        var all = Outcomes();
        double total = all.Sum(o => o.Right + o.Missed);
        if (total == 0) return double.NaN;
        return average switch
        {
            Average.Micro => Of(all.Sum(o => o.Right), all.Sum(o => o.Wrong), all.Sum(o => o.Missed)),
            Average.Weighted => all.Sum(o => Of(o.Right, o.Wrong, o.Missed) * (o.Right + o.Missed)) / total,
            _ => all.Average(o => Of(o.Right, o.Wrong, o.Missed)),
        };
    }

    private protected static double Share(double part, double all) => all == 0 ? 0 : part / all;
}

/// <summary>Of what was predicted as a class, the share that is one. See <see cref="ConfusionMatrix"/> for predictions.</summary>
/// <param name="classes">The number of classes.</param>
/// <param name="average">How the results of the classes become one.</param>
/// <example><code>
/// var metric = new Precision(classes: 3);
/// metric.Update(Tensor.From([0L, 1, 2, 1]), Tensor.From([0L, 1, 1, 2]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.5000
/// </code></example>
public sealed class Precision(int classes, Average average = Average.Macro) : ClassMetric(classes, average)
{
    private protected override double Of(double right, double wrong, double missed) => Share(right, right + wrong);
}

/// <summary>Of what is of a class, the share that was found. See <see cref="ConfusionMatrix"/> for predictions.</summary>
/// <param name="classes">The number of classes.</param>
/// <param name="average">How the results of the classes become one.</param>
/// <example><code>
/// var metric = new Recall(classes: 3);
/// metric.Update(Tensor.From([0L, 1, 2, 1]), Tensor.From([0L, 1, 1, 2]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.5000
/// </code></example>
public sealed class Recall(int classes, Average average = Average.Macro) : ClassMetric(classes, average)
{
    private protected override double Of(double right, double wrong, double missed) => Share(right, right + missed);
}

/// <summary>
/// (1 + beta^2) precision recall / (beta^2 precision + recall), for each class. With beta = 1 it is F1, which is also the coefficient of Dice, 2 |A and B| / (|A| + |B|).
/// See <see cref="ConfusionMatrix"/> for predictions.
/// </summary>
/// <param name="classes">The number of classes.</param>
/// <param name="average">How the results of the classes become one.</param>
/// <param name="beta">How much more recall counts than precision.</param>
/// <example><code>
/// var metric = new FBeta(classes: 3);
/// metric.Update(Tensor.From([0L, 1, 2, 1]), Tensor.From([0L, 1, 1, 2]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.5000
/// </code></example>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="beta"/> is negative.</exception>
public sealed class FBeta(int classes, Average average = Average.Macro, double beta = 1) : ClassMetric(classes, average)
{
    readonly double square = beta >= 0 ? beta * beta : throw new ArgumentOutOfRangeException(nameof(beta), beta, "Expected a number that is not negative.");

    private protected override object Settings => (base.Settings, square);

    private protected override double Of(double right, double wrong, double missed) => Share((1 + square) * right, (1 + square) * right + square * missed + wrong);
}

/// <summary>|A and B| / |A or B| for each class, where A is what was predicted as the class and B what is of it: the index of Jaccard. See <see cref="ConfusionMatrix"/> for predictions.</summary>
/// <param name="classes">The number of classes.</param>
/// <param name="average">How the results of the classes become one.</param>
/// <example><code>
/// var metric = new IntersectionOverUnion(classes: 3);
/// metric.Update(Tensor.From([0L, 1, 2, 1]), Tensor.From([0L, 1, 1, 2]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.4444
/// </code></example>
public sealed class IntersectionOverUnion(int classes, Average average = Average.Macro) : ClassMetric(classes, average)
{
    private protected override double Of(double right, double wrong, double missed) => Share(right, right + wrong + missed);
}
