using System.Globalization;

namespace Tauten.NN;

/// <summary>
/// The negative log-likelihood of labels among many classes, the frequent ones in a head and the rare ones in clusters with fewer features, of which only those that occur are
/// computed (Grave et al.: "Efficient softmax approximation for GPUs", 2017). Classes are numbered from frequent to rare.
/// </summary>
/// <remarks>
/// Parameters: <c>head.weight</c> [cutoffs[0] + clusters, inFeatures] (and <c>head.bias</c>), and for each cluster i <c>tail.i.0.weight</c> [inFeatures / divValue^(i + 1), inFeatures] and
/// <c>tail.i.1.weight</c> [classes of the cluster, ..].
/// </remarks>
/// <example><code>
/// var loss = new AdaptiveLogSoftmaxWithLoss(16, classes: 1000, cutoffs: [10, 100]);
/// var (logProbabilities, mean) = loss.Call(Tensor.Randn([3, 16]), Tensor.From([4L, 50, 999]));
/// Console.WriteLine(logProbabilities.Shape);    // [3]
/// </code></example>
public sealed partial class AdaptiveLogSoftmaxWithLoss : Module<(Tensor Input, Tensor Labels), (Tensor Output, Tensor Loss)>
{
    readonly Linear head;
    readonly ModuleList<Sequential> tail;
    readonly long[] bounds;            // where clusters begin, the head first, and the number of classes
    readonly long inFeatures;

    /// <summary>A layer with random weights.</summary>
    /// <param name="inFeatures">The size of the last axis of the input.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="cutoffs">The first class of each cluster, rising; what is before the first is the head.</param>
    /// <param name="divValue">By how much each cluster has fewer features than the one before.</param>
    /// <param name="headBias">Whether the head has a bias.</param>
    /// <param name="generator">Where the first weights come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">Cutoffs do not rise between 1 and classes - 1, or a cluster is left without features.</exception>
    public AdaptiveLogSoftmaxWithLoss(long inFeatures, long classes, Dims cutoffs, double divValue = 4, bool headBias = false, Generator? generator = null, DType dtype = DType.Float32)
    {
        this.inFeatures = Initial.Size(inFeatures, nameof(AdaptiveLogSoftmaxWithLoss), nameof(inFeatures));
        bounds = [0, .. cutoffs, classes];
        for (int i = 1; i < bounds.Length; i++)
            if (cutoffs.Count == 0 || bounds[i] <= bounds[i - 1]) throw new ShapeException($"AdaptiveLogSoftmaxWithLoss: expected cutoffs that rise from at least 1 to at most {classes - 1}. Received: {cutoffs}.");
        if (!(divValue > 0)) throw new ArgumentOutOfRangeException(nameof(divValue), divValue, "AdaptiveLogSoftmaxWithLoss: expected a number above 0.");
        head = new(inFeatures, cutoffs[0] + cutoffs.Count, headBias, generator, dtype);
        tail = [];
        for (int i = 0; i < cutoffs.Count; i++)
        {
            long features = (long)Math.Floor(inFeatures / Math.Pow(divValue, i + 1));
            if (features < 1) throw new ShapeException(string.Create(CultureInfo.InvariantCulture, $"AdaptiveLogSoftmaxWithLoss: cluster {i} is left without features: {inFeatures} / {divValue}^{i + 1} is below 1. Use a smaller divValue or fewer cutoffs."));
            tail.Add(new(new Linear(inFeatures, features, false, generator, dtype), new Linear(features, bounds[i + 2] - bounds[i + 1], false, generator, dtype)));
        }
    }

    /// <summary>The log-probability of each label, and the mean of their negatives.</summary>
    /// <param name="input">[batch, inFeatures], or [inFeatures].</param>
    /// <param name="labels">int64 [batch], or a scalar.</param>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="IndexException">A label is not from 0 to classes - 1.</exception>
    public (Tensor Output, Tensor Loss) Call(Tensor input, Tensor labels) => Call((input, labels));

    /// <inheritdoc/>
    protected override (Tensor Output, Tensor Loss) Forward((Tensor Input, Tensor Labels) x)
    {
        var (input, labels) = x;
        if (labels.Rank > 1 || input.Rank != labels.Rank + 1 || (labels.Rank == 1 && input.Shape[0] != labels.Shape[0]))
            throw new ShapeException($"AdaptiveLogSoftmaxWithLoss: expected an input [batch, {inFeatures}] and labels [batch]. Received: shapes {input.Shape} and {labels.Shape}.");
        if (labels.DType is not (DType.Int64 or DType.Int32)) throw new DTypeException($"AdaptiveLogSoftmaxWithLoss: expected labels of dtype int64 or int32. Received: {labels.DType.Name()}.");
        bool single = labels.Rank == 0;
        if (single) (input, labels) = (input.Unsqueeze(0), labels.Unsqueeze(0));
        Indices.Check(labels, bounds[^1], nameof(AdaptiveLogSoftmaxWithLoss), "label");
        labels = labels.To(DType.Int64);
        var choices = labels;
        Tensor? within = null;
        for (int i = 0; i < tail.Count; i++)
        {
            var inside = (labels >= bounds[i + 1]) & (labels < bounds[i + 2]);
            choices = Tensor.Where(inside, bounds[1] + i, choices);
            var rows = inside.NonZeroPerAxis()[0];
            if (rows.Shape[0].IsKnown && rows.Shape[0] == 0) continue;
            var cluster = tail[i].Call(input.IndexSelect(0, rows)).LogSoftmax(1);
            var found = cluster.Gather(1, (labels.IndexSelect(0, rows) - bounds[i + 1]).Unsqueeze(1)).Squeeze(1);
            within = (within ?? Tensor.Zeros(labels.Shape, found.DType)).IndexAdd(0, rows, found);
        }
        var output = head.Call(input).LogSoftmax(1).Gather(1, choices.Unsqueeze(1)).Squeeze(1);
        if (within is not null) output += within;
        var loss = -output.Mean();
        return (single ? output.Squeeze(0) : output, loss);
    }

    /// <summary>The log-probabilities of all classes, [batch, classes].</summary>
    public Tensor LogProbabilities(Tensor input)
    {
        if (input.Rank != 2) throw new ShapeException($"AdaptiveLogSoftmaxWithLoss: expected an input [batch, {inFeatures}]. Received: shape {input.Shape}.");
        var first = head.Call(input).LogSoftmax(1);
        var parts = new Tensor[tail.Count + 1];
        parts[0] = first.Slice(1, 0, bounds[1]);
        for (int i = 0; i < tail.Count; i++) parts[i + 1] = tail[i].Call(input).LogSoftmax(1) + first.Slice(1, bounds[1] + i, bounds[1] + i + 1);
        return Tensor.Concat(parts, 1);
    }

    /// <summary>The most probable class of each example, int64 [batch].</summary>
    public Tensor Predict(Tensor input) => LogProbabilities(input).ArgMax(1);

    /// <inheritdoc/>
    protected override string Details() => $"{inFeatures} -> {bounds[^1]}, cutoffs [{string.Join(", ", bounds[1..^1])}]";
}
