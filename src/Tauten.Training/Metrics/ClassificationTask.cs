namespace Tauten.Training;

/// <summary>What predictions and targets of a classification look like: one class or its absence, one class of many, or any number of labels.</summary>
/// <remarks>A whole number where a task is expected stands for <see cref="Multiclass"/> with as many classes.</remarks>
/// <example><code>
/// var task = Tauten.Training.ClassificationTask.Multilabel(3);
/// var recall = new Tauten.Training.Recall(task, Tauten.Training.Average.Micro);
/// recall.Update(Tensor.From([0.9f, 0.2f, 0.7f], [1, 3]), Tensor.From([1L, 1, 0], [1, 3]));
/// Console.WriteLine(recall.Compute());    // 0.5
/// </code></example>
public sealed record ClassificationTask
{
    internal enum Kind { Binary, Multiclass, Multilabel }

    internal Kind Of { get; }

    /// <summary>The number of classes or labels; 1 for the class of a binary task.</summary>
    public int Count { get; }

    /// <summary>Scores above it count as predicted, in binary and multi-label tasks.</summary>
    public double Threshold { get; }

    /// <summary>A target that does not count, such as that of padding; none if null.</summary>
    public long? IgnoreIndex { get; }

    ClassificationTask(Kind kind, int count, double threshold, long? ignoreIndex)
    {
        Of = kind;
        Count = count >= 1 ? count : throw new ArgumentOutOfRangeException(nameof(count), count, "Expected at least 1.");
        Threshold = double.IsNaN(threshold) ? throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "Expected a number.") : threshold;
        IgnoreIndex = ignoreIndex;
    }

    /// <summary>A class or its absence. Predictions are scores or 0 and 1, of the target's shape; targets are 0 and 1, or bool.</summary>
    /// <param name="threshold">Scores above it count as predicted: 0.5 for probabilities, 0 for logits.</param>
    /// <param name="ignoreIndex">A target that does not count.</param>
    public static ClassificationTask Binary(double threshold = 0.5, long? ignoreIndex = null) => new(Kind.Binary, 1, threshold, ignoreIndex);

    /// <summary>One of several classes. Predictions are labels of the target's shape, or scores [batch, classes, ...], of which the largest counts; targets are labels [batch, ...].</summary>
    /// <param name="classes">The number of classes; labels are from 0 to classes - 1.</param>
    /// <param name="ignoreIndex">A target that does not count.</param>
    public static ClassificationTask Multiclass(int classes, long? ignoreIndex = null) => new(Kind.Multiclass, classes, 0, ignoreIndex);

    /// <summary>Any number of labels. Predictions are scores or 0 and 1, [batch, labels, ...]; targets are 0 and 1, or bool, of the same shape.</summary>
    /// <param name="labels">The number of labels.</param>
    /// <param name="threshold">Scores above it count as predicted: 0.5 for probabilities, 0 for logits.</param>
    /// <param name="ignoreIndex">A target that does not count.</param>
    public static ClassificationTask Multilabel(int labels, double threshold = 0.5, long? ignoreIndex = null) => new(Kind.Multilabel, labels, threshold, ignoreIndex);

    /// <summary>A task of one of several classes.</summary>
    public static implicit operator ClassificationTask(int classes) => Multiclass(classes);

    /// <summary>One line, as in <c>Multiclass(5)</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Of}({Count}{(Of == Kind.Multiclass ? "" : $", threshold {Threshold:R}")}{(IgnoreIndex is { } i ? $", without {i}" : "")})");
}
