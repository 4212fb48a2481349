namespace Tauten.Training;

/// <summary>
/// What metrics of the order of scores share. Without a number of thresholds all scores are kept and results are exact; with one, counts at that many thresholds from 0 to 1 are kept, and results are
/// those of scores rounded down to thresholds. In a multi-class task each class is held against all others; a class without a result (no positives, or no negatives) does not count in a mean.
/// </summary>
public abstract class CurveMetric : TaskMetric
{
    readonly Average average;
    readonly int? thresholds;
    readonly MetricRows? rows;
    readonly MetricCounts? counts;

    private protected CurveMetric(ClassificationTask? task, Average average, int? thresholds) : base(task ?? ClassificationTask.Binary())
    {
        this.average = Known(average, nameof(average));
        this.thresholds = thresholds is { } number ? AtLeast(2, number, nameof(thresholds)) : null;
        // Scores and what is true of each class, beside each other; or for each class and place between thresholds how many are true and how many are not.
        if (thresholds is null) rows = KeepRows("scores", 2 * Task.Count);
        else counts = KeepCounts("counts", Task.Count * (thresholds.Value + 1) * 2);
    }

    /// <inheritdoc/>
    protected override object Settings => (base.Settings, average, thresholds);

    /// <inheritdoc/>
    /// <remarks>Predictions are scores: of the target's shape in a binary task, [batch, classes, ...] in others.</remarks>
    public override void Update(Tensor prediction, Tensor target)
    {
        ExpectFloating(prediction, "prediction");
        var (scores, truths) = Read(prediction, target);
        int classes = Task.Count;
        var row = new double[2 * classes];
        for (int start = 0; start < scores.Length; start += classes)
        {
            for (int c = 0; c < classes; c++)
            {
                var (score, truth) = (scores[start + c], truths[start + c]);
                if (counts is null) (row[c], row[classes + c]) = (score, truth is { } t ? t ? 1 : 0 : double.NaN);
                else if (truth is { } known) counts.Values[(c * (thresholds!.Value + 1) + Place(score)) * 2 + (known ? 0 : 1)]++;
            }
            if (rows is not null) rows.Add(row);
        }
    }

    /// <summary>How many thresholds a score reaches.</summary>
    int Place(double score)
    {
        int steps = thresholds!.Value - 1, place = (int)Math.Clamp(Math.Floor(score * steps) + 1, 0, steps + 1);
        // The product may have been rounded across the threshold.
        if (place <= steps && score >= Threshold(place)) place++;
        else if (place > 0 && score < Threshold(place - 1)) place--;
        return place;
    }

    double Threshold(int place) => (double)place / (thresholds!.Value - 1);

    (double[] Scores, bool?[] Truths) Read(Tensor prediction, Tensor target)
    {
        if (Task.Of != ClassificationTask.Kind.Multiclass) return LabelRows(prediction, target);
        var (_, labels, classes) = Rows(prediction, target, Task.IgnoreIndex);
        if (classes != Task.Count) throw new ShapeException($"{GetType().Name}: expected scores [batch, {Task.Count}, ...]. Received: {prediction.Shape}.");
        double[] scores = Ranked(prediction.MoveAxis(1, -1));
        var truths = new bool?[scores.Length];
        for (int i = 0; i < truths.Length; i++) truths[i] = labels[i / classes] == Task.IgnoreIndex ? null : labels[i / classes] == i % classes;
        return (scores, truths);
    }

    /// <summary>
    /// For each score that occurs (or each threshold), from the highest on: how many positives and negatives have at least it. A first step that nothing reaches is at infinity.
    /// </summary>
    private protected readonly record struct Steps(double[] Thresholds, double[] Positives, double[] Negatives)
    {
        public double AllPositives => Positives[^1];

        public double AllNegatives => Negatives[^1];

        public double Recall(int i) => Positives[i] / AllPositives;

        public double FalsePositiveRate(int i) => Negatives[i] / AllNegatives;

        /// <summary>1 where nothing is predicted.</summary>
        public double Precision(int i) => Positives[i] + Negatives[i] == 0 ? 1 : Positives[i] / (Positives[i] + Negatives[i]);
    }

    /// <summary>The steps of one class.</summary>
    private protected Steps StepsOf(int index) => counts is null ? Exact(All(index)) : Binned(index, 1);

    Steps StepsOfAll() => counts is null ? Exact([.. Enumerable.Range(0, Task.Count).SelectMany(All)]) : Binned(0, Task.Count);

    (double Score, bool Truth)[] All(int index)
    {
        List<(double, bool)> all = [];
        for (int i = 0; i < rows!.Count; i++)
            if (rows[i][Task.Count + index] is var truth && !double.IsNaN(truth)) all.Add((rows[i][index], truth == 1));
        return [.. all];
    }

    static Steps Exact((double Score, bool Truth)[] all)
    {
        Array.Sort(all, (a, b) => b.Score.CompareTo(a.Score));
        var steps = new StepList();
        for (int i = 0; i < all.Length;)
        {
            double score = all[i].Score, right = 0, wrong = 0;
            for (; i < all.Length && all[i].Score == score; i++)
                if (all[i].Truth) right++;
                else wrong++;
            steps.Add(score, right, wrong);
        }
        return steps.ToSteps();
    }

    Steps Binned(int first, int number)
    {
        var steps = new StepList();
        for (int place = thresholds!.Value; place >= 0; place--)
        {
            double right = 0, wrong = 0;
            for (int c = first; c < first + number; c++)
            {
                int at = (c * (thresholds.Value + 1) + place) * 2;
                right += counts!.Values[at];
                wrong += counts.Values[at + 1];
            }
            // What lies below 0 reaches no threshold, but it is there.
            if (place > 0) steps.Add(Threshold(place - 1), right, wrong);
            else if (right + wrong > 0) steps.Add(double.NegativeInfinity, right, wrong);
        }
        return steps.ToSteps();
    }

    sealed class StepList
    {
        readonly List<double> thresholds = [double.PositiveInfinity], positives = [0], negatives = [0];

        public void Add(double threshold, double right, double wrong)
        {
            thresholds.Add(threshold);
            positives.Add(positives[^1] + right);
            negatives.Add(negatives[^1] + wrong);
        }

        public Steps ToSteps() => new([.. thresholds], [.. positives], [.. negatives]);
    }

    private protected abstract double Of(Steps steps);

    /// <summary>The result of each class; NaN for one without.</summary>
    public double[] PerClass() => [.. Enumerable.Range(0, Task.Count).Select(c => Of(StepsOf(c)))];

    /// <inheritdoc/>
    public override double Compute()
    {
        if (average == Average.Micro && Task.Count > 1) return Of(StepsOfAll());
        double sum = 0, weights = 0;
        for (int c = 0; c < Task.Count; c++)
        {
            var steps = StepsOf(c);
            double weight = average == Average.Weighted && Task.Count > 1 ? steps.AllPositives : 1, result = Of(steps);
            if (double.IsNaN(result)) continue;
            sum += weight * result;
            weights += weight;
        }
        return sum / weights;
    }
}

/// <summary>
/// The receiver operating characteristic: how many of the positives and of the negatives have at least each score. As a metric it is the area under the curve: the probability that a positive has
/// a higher score than a negative, where equal scores count half. NaN unless there are both.
/// </summary>
/// <param name="task">What predictions and targets look like; binary if left out.</param>
/// <param name="average">How the results of the classes become one.</param>
/// <param name="thresholds">At how many thresholds from 0 to 1 counts are kept; all scores are kept if left out.</param>
/// <example><code>
/// var curve = new Tauten.Training.RocCurve();
/// curve.Update(Tensor.From([0.1f, 0.4f, 0.35f, 0.8f]), Tensor.From([0L, 0, 1, 1]));
/// Console.WriteLine(curve.Compute());                     // 0.75
/// Console.WriteLine(curve.Points().TruePositiveRates);    // [0.0000, 0.5000, 0.5000, 1.0000, 1.0000]
/// </code></example>
public sealed class RocCurve(ClassificationTask? task = null, Average average = Average.Macro, int? thresholds = null) : CurveMetric(task, average, thresholds)
{
    /// <summary>The curve of one class, from the highest score on: float64 tensors of one length. The first point, at an infinite threshold, is (0, 0).</summary>
    /// <param name="index">Which class or label.</param>
    public (Tensor FalsePositiveRates, Tensor TruePositiveRates, Tensor Thresholds) Points(int index = 0)
    {
        var steps = StepsOf(index);
        var places = Enumerable.Range(0, steps.Thresholds.Length);
        return (Tensor.From([.. places.Select(steps.FalsePositiveRate)]), Tensor.From([.. places.Select(steps.Recall)]), Tensor.From(steps.Thresholds));
    }

    private protected override double Of(Steps steps) => RocAuc.Area(steps.Positives, steps.Negatives);
}

/// <summary>
/// How precise predictions are, and how many of the positives they find, at each score as threshold. As a metric it is the average precision; see <see cref="AveragePrecision"/>.
/// </summary>
/// <param name="task">What predictions and targets look like; binary if left out.</param>
/// <param name="average">How the results of the classes become one.</param>
/// <param name="thresholds">At how many thresholds from 0 to 1 counts are kept; all scores are kept if left out.</param>
/// <example><code>
/// var curve = new PrecisionRecallCurve();
/// curve.Update(Tensor.From([0.1f, 0.4f, 0.35f, 0.8f]), Tensor.From([0L, 0, 1, 1]));
/// Console.WriteLine(curve.Points().Precisions);      // [0.5000, 0.6667, 0.5000, 1.0000, 1.0000]
/// Console.WriteLine($"{curve.Compute():0.0000}");    // 0.8333
/// </code></example>
public sealed class PrecisionRecallCurve(ClassificationTask? task = null, Average average = Average.Macro, int? thresholds = null) : CurveMetric(task, average, thresholds)
{
    /// <summary>The curve of one class, from the lowest score on: float64 tensors of one length. The last point, at an infinite threshold, has precision 1 and recall 0.</summary>
    /// <param name="index">Which class or label.</param>
    public (Tensor Precisions, Tensor Recalls, Tensor Thresholds) Points(int index = 0)
    {
        var steps = StepsOf(index);
        var places = Enumerable.Range(0, steps.Thresholds.Length).Reverse();
        return (Tensor.From([.. places.Select(steps.Precision)]), Tensor.From([.. places.Select(steps.Recall)]), Tensor.From([.. Enumerable.Reverse(steps.Thresholds)]));
    }

    private protected override double Of(Steps steps) => AveragePrecision.Area(steps.Positives, steps.Negatives);
}
