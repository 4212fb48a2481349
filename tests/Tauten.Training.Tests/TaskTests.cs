namespace Tauten.Training.Tests;

/// <summary>Metrics of classes in every task: several classes are several binary tasks, and what is ignored does not count.</summary>
public class TaskTests
{
    static readonly ClassificationTask binary = ClassificationTask.Binary(), labels = ClassificationTask.Multilabel(3);

    static readonly Tensor scores = Tensor.From([0.7, 0.2, 0.1, 0.3, 0.6, 0.1, 0.2, 0.3, 0.5, 0.5, 0.4, 0.1, 0.1, 0.3, 0.6, 0.4, 0.25, 0.35, 0.25, 0.5, 0.25, 0.6, 0.1, 0.3], [8, 3]);
    static readonly Tensor classes = Tensor.From([0L, 1, 2, 1, 2, 2, 1, 0]);
    static readonly Tensor truths = Tensor.From([1L, 0, 1, 0, 1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0], [8, 3]);

    public static TheoryData<Func<ClassificationTask, CurveMetric>> Curves =>
    [
        task => new RocAuc(task), task => new AveragePrecision(task), task => new RocAuc(task, thresholds: 21), task => new RocAuc(task, largestFalsePositiveRate: 0.5),
        task => new EqualErrorRate(task), task => new LogRocAuc(task, 0.1, 0.9), task => new RocCurve(task), task => new PrecisionRecallCurve(task),
        task => new PrecisionAtRecall(0.5, task), task => new RecallAtPrecision(0.5, task), task => new SensitivityAtSpecificity(0.5, task), task => new SpecificityAtSensitivity(0.5, task),
    ];

    [Theory]
    [MemberData(nameof(Curves))]
    public void Each_class_is_held_against_the_others(Func<ClassificationTask, CurveMetric> make)
    {
        CurveMetric many = make(3), any = make(labels);
        many.Update(scores, classes);
        any.Update(scores, truths);
        double[] ofClasses = many.PerClass(), ofLabels = any.PerClass();
        for (int c = 0; c < 3; c++)
        {
            CurveMetric one = make(binary), other = make(binary);
            one.Update(scores.Select(1, c), classes.EqualTo(Tensor.From((long)c)));
            other.Update(scores.Select(1, c), truths.Select(1, c));
            Assert.Equal(one.Compute(), ofClasses[c], 15);
            Assert.Equal(other.Compute(), ofLabels[c], 15);
        }
        Assert.Equal(ofClasses.Average(), many.Compute(), 15);
        Assert.Equal(ofLabels.Average(), any.Compute(), 15);
    }

    [Fact]
    public void Points_of_curves_of_classes()
    {
        var (roc, precision) = (new RocCurve(3), new PrecisionRecallCurve(3));
        var (rocOfLabels, precisionOfLabels) = (new RocCurve(labels), new PrecisionRecallCurve(labels));
        foreach (var metric in new CurveMetric[] { roc, precision }) metric.Update(scores, classes);
        foreach (var metric in new CurveMetric[] { rocOfLabels, precisionOfLabels }) metric.Update(scores, truths);
        // Class 1 is the target of samples 1, 3 and 6 with scores 0.6, 0.4 and 0.5; the others have 0.2, 0.3, 0.3, 0.25 and 0.1.
        var (f, t, at) = roc.Points(1);
        Assert.Equal([0, 0, 0, 0, 0.4, 0.6, 0.8, 1], f.ToArray<double>());
        Assert.Equal([0, 1 / 3.0, 2 / 3.0, 1, 1, 1, 1, 1], t.ToArray<double>());
        Assert.Equal([double.PositiveInfinity, 0.6, 0.5, 0.4, 0.3, 0.25, 0.2, 0.1], at.ToArray<double>());
        var (p, r, _) = precision.Points(1);
        Assert.Equal([3 / 8.0, 3 / 7.0, 0.5, 0.6, 1, 1, 1, 1], p.ToArray<double>());
        Assert.Equal([1, 1, 1, 1, 1, 2 / 3.0, 1 / 3.0, 0], r.ToArray<double>());
        Assert.Equal(1, rocOfLabels.Points(2).TruePositiveRates.Max().Item<double>());
        Assert.Equal(0, precisionOfLabels.Points(2).Recalls.Min().Item<double>());
    }

    [Fact]
    public void Thresholds_that_do_what_is_asked()
    {
        Tensor s = Tensor.From([0.1, 0.4, 0.35, 0.8]), y = Tensor.From([0L, 0, 1, 1]);
        Is((2 / 3.0, 0.35), new PrecisionAtRecall(1), s, y);
        Is((1, 0.35), new RecallAtPrecision(0.6), s, y);
        Is((0.5, 0.8), new RecallAtPrecision(1), s, y);
        Is((0.5, 0.8), new SensitivityAtSpecificity(1), s, y);
        Is((0.5, 0.35), new SpecificityAtSensitivity(0.9), s, y);
        // Class 1, whose curve is above.
        Is((1, 0.4), new SensitivityAtSpecificity(0.5, 3), scores, classes, 1);
        Is((1, 0.5), new SpecificityAtSensitivity(0.5, 3), scores, classes, 1);
        Is((1, 0.4), new RecallAtPrecision(0.5, 3), scores, classes, 1);
        Is((1, 0.5), new PrecisionAtRecall(0.5, 3), scores, classes, 1);
        // Label 1 is true for samples 1, 2, 3 and 6 with scores 0.6, 0.3, 0.4 and 0.5; the others have 0.2, 0.3, 0.25 and 0.1.
        Is((1, 0.3), new SensitivityAtSpecificity(0.5, labels), scores, truths, 1);
        Is((1, 0.5), new SpecificityAtSensitivity(0.5, labels), scores, truths, 1);
        Is((1, 0.3), new RecallAtPrecision(0.5, labels), scores, truths, 1);

        static void Is((double Value, double Threshold) expected, ThresholdMetric metric, Tensor prediction, Tensor target, int index = 0)
        {
            metric.Update(prediction, target);
            Assert.Equal(expected, metric.Best(index));
        }
    }

    [Fact]
    public void Outcomes_of_a_binary_task()
    {
        Tensor p = Tensor.From([0.9f, 0.8f, 0.3f, 0.6f, 0.2f]), y = Tensor.From([1L, 0, 1, 1, 0]);
        var outcomes = new TrueNegatives(binary);
        outcomes.Update(p, y);
        Assert.Equal([new Outcome(2, 1, 1, 1)], outcomes.Outcomes());
        Assert.Equal(1, outcomes.Compute());
        Assert.Equal(0.5, After(new Specificity(binary), p, y), 15);
        Assert.Equal(0.5, After(new NegativePredictiveValue(binary), p, y), 15);
        Assert.Equal(2 / 5.0, After(new HammingDistance(binary), p, y), 15);
        Assert.Equal(1, After(new FalseNegatives(binary), p, y));
        // Over several axes it is the matrix of all elements: TP = 2, FP = 1, FN = 1, TN = 1.
        Assert.Equal(1 / 6.0, After(new MatthewsCorrelation(binary), p.Reshape([1, 5]), y.Reshape([1, 5])), 15);
        Assert.Equal(0.5, After(new Specificity(ClassificationTask.Binary(0)), p - 0.5f, y), 15);
    }

    [Fact]
    public void Matches_of_whole_samples()
    {
        Tensor p = Tensor.From([0L, 1, 2, 1, 1, 1], [2, 3]), y = Tensor.From([0L, 1, 2, 1, 0, 1], [2, 3]);
        Assert.Equal(0.5, After(new ExactMatch(3), p, y));
        Assert.Equal(1, After(new ExactMatch(ClassificationTask.Multiclass(3, ignoreIndex: 0)), p, y));
    }

    [Fact]
    public void What_is_ignored_does_not_count()
    {
        Tensor p = Tensor.From([0L, 1, 2, 2]), y = Tensor.From([0L, 1, 255, 1]);
        var task = ClassificationTask.Multiclass(3, 255);
        Assert.Equal(2 / 3.0, After(new Accuracy(task), p, y), 15);
        Assert.Equal(2 / 3.0, After(new Recall(task, Average.Micro), p, y), 15);
        Assert.Equal(3, After(new ConfusionMatrix(task), p, y) * 3 + 1, 14);
        Tensor s = Tensor.From([0.9, 0.2, 0.6, 0.1], [2, 2]), t = Tensor.From([1L, -1, 0, 1], [2, 2]);
        Assert.Equal(1, After(new RocAuc(ClassificationTask.Multilabel(2, ignoreIndex: -1)), s, t));
        Assert.Equal(1 / 3.0, After(new Accuracy(ClassificationTask.Multilabel(2, ignoreIndex: -1)), s, t), 15);
        Assert.Equal("Multilabel(2, threshold 0.5, without -1)", ClassificationTask.Multilabel(2, ignoreIndex: -1).ToString());
    }

    [Fact]
    public void Scores_below_every_threshold_are_there()
    {
        var binned = new RocAuc(thresholds: 3);
        binned.Update(Tensor.From([-1.0, -2, 0.2, 3]), Tensor.From([0L, 0, 1, 1]));
        Assert.Equal(1, binned.Compute());
        Assert.Throws<ArgumentException>(() => binned.Merge(new RocAuc(thresholds: 5)));
    }

    static double After(PairMetric metric, Tensor prediction, Tensor target)
    {
        metric.Update(prediction, target);
        return metric.Compute();
    }
}
