namespace Tauten.Training;

/// <summary>What metrics of a <see cref="ClassificationTask"/> share: the reading of predictions and targets.</summary>
public abstract class TaskMetric : PairMetric
{
    private protected TaskMetric(ClassificationTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        Task = task;
    }

    private protected ClassificationTask Task { get; }

    /// <inheritdoc/>
    protected override object Settings => Task;

    /// <summary>The number of classes of a table: two for a binary task.</summary>
    private protected static int TableSize(ClassificationTask task) => task?.Of switch
    {
        ClassificationTask.Kind.Binary => 2,
        ClassificationTask.Kind.Multiclass => task.Count,
        null => throw new ArgumentNullException(nameof(task)),
        _ => throw new ArgumentException($"Expected a binary or multi-class task, whose classes exclude each other. Received: {task}.", nameof(task)),
    };

    /// <summary>What was found and what is true, 0 or 1 in a binary task, without what is ignored.</summary>
    private protected (int[] Found, int[] Truth) Classes(Tensor prediction, Tensor target)
    {
        if (Task.Of == ClassificationTask.Kind.Binary)
        {
            var decisions = Decisions(prediction, target);
            return (Array.ConvertAll(decisions, d => d.Found ? 1 : 0), Array.ConvertAll(decisions, d => d.Truth ? 1 : 0));
        }
        var labels = prediction;
        if (!IsLabels(prediction))
        {
            ExpectFloating(prediction, "prediction");
            if (prediction.Rank < 2 || prediction.Shape[1] != Task.Count)
                throw new ShapeException($"{GetType().Name}: expected labels, or scores [batch, {Task.Count}, ...]. Received: {prediction.Spec}.");
            labels = prediction.Detach().ArgMax(1);
        }
        ExpectAlike(labels, target);
        ExpectLabels(target);
        long[] p = Labels(labels), y = Labels(target);
        List<int> found = new(y.Length), truth = new(y.Length);
        for (int i = 0; i < y.Length; i++)
        {
            if (y[i] == Task.IgnoreIndex) continue;
            if (p[i] < 0 || p[i] >= Task.Count || y[i] < 0 || y[i] >= Task.Count)
                throw new IndexException($"{GetType().Name}: label {i} is {y[i]}, predicted as {p[i]}. Expected 0 to {Task.Count - 1}.");
            found.Add((int)p[i]);
            truth.Add((int)y[i]);
        }
        return ([.. found], [.. truth]);
    }

    /// <summary>How many labels are predicted, and of how many.</summary>
    private protected (long Right, long All) Compare(Tensor prediction, Tensor target)
    {
        if (Task.Of != ClassificationTask.Kind.Multiclass)
        {
            var decisions = Decisions(prediction, target);
            return (decisions.Count(d => d.Found == d.Truth), decisions.Length);
        }
        var (found, truth) = Classes(prediction, target);
        return (found.Where((label, i) => label == truth[i]).Count(), truth.Length);
    }

    /// <summary>Each label with what was found and what is true, row by row, of a binary or multi-label task, without what is ignored.</summary>
    private protected (int Label, bool Found, bool Truth)[] Decisions(Tensor prediction, Tensor target)
    {
        var (scores, truths) = LabelRows(prediction, target);
        List<(int, bool, bool)> all = new(scores.Length);
        for (int i = 0; i < scores.Length; i++)
            if (truths[i] is { } truth) all.Add((i % Task.Count, scores[i] > Task.Threshold, truth));
        return [.. all];
    }

    /// <summary>Scores and truths of a binary or multi-label task, rows of labels; null is ignored. Predictions of 0 and 1 become infinite scores.</summary>
    private protected (double[] Scores, bool?[] Truths) LabelRows(Tensor prediction, Tensor target)
    {
        ExpectAlike(prediction, target);
        bool many = Task.Of == ClassificationTask.Kind.Multilabel;
        if (many && (target.Rank < 2 || target.Shape[1] != Task.Count)) throw new ShapeException($"{GetType().Name}: expected predictions and targets [batch, {Task.Count}, ...]. Received: {target.Shape}.");
        if (many) (prediction, target) = (prediction.MoveAxis(1, -1), target.MoveAxis(1, -1));
        double[] y = Numbers(target), p;
        if (IsLabels(prediction)) p = Array.ConvertAll(Truths(prediction), found => found ? double.PositiveInfinity : double.NegativeInfinity);
        else p = Ranked(prediction);
        var truths = new bool?[y.Length];
        for (int i = 0; i < y.Length; i++)
            truths[i] = y[i] == Task.IgnoreIndex ? null : y[i] is 0 or 1 ? y[i] == 1
                : throw new ArgumentException(FormattableString.Invariant($"{GetType().Name}: expected targets that are 0 or 1. Received: {y[i]:R} at place {i}."), nameof(target));
        return (p, truths);
    }
}
