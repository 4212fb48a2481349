namespace Tauten.NN;

/// <summary>
/// Minus the log of the probability that a sequence of predictions spells a target, added up over all alignments: connectionist temporal classification (Graves et al., 2006). In an alignment,
/// each step emits a label or blank; repeated labels are merged, then blanks removed.
/// </summary>
/// <remarks>
/// Inputs: logs of probabilities [steps, batch, classes], as <c>LogSoftmax</c> gives them; integer targets [batch, length], padded with anything, or all of them one after another in one axis; the
/// number of steps and the number of target labels of each sample, int64 [batch]. Also one sample: [steps, classes], [length], and two scalars.
/// The mean is that of the losses by target length (at least 1), as in PyTorch. A target that no alignment spells has an infinite loss and no gradient.
/// The sums run in log space; half-precision predictions are summed in float32. The number of steps must be known while a graph is captured.
/// </remarks>
/// <param name="reduction">What happens to the losses of single samples.</param>
/// <param name="blank">The class that stands for no label.</param>
/// <param name="zeroInfinity">Whether infinite losses become 0.</param>
/// <example><code>
/// var logProbabilities = Tensor.Zeros([4, 1, 3]).LogSoftmax(-1);      // [time, batch, classes]
/// var targets = Tensor.From(new[,] { { 1L, 2L } });
/// Console.WriteLine(new CTCLoss().Call((logProbabilities, targets, Tensor.From([4L]), Tensor.From([2L]))));    // 0.8432
/// </code></example>
/// <exception cref="ShapeException">The shapes do not fit.</exception>
/// <exception cref="DTypeException">Targets or lengths are not integers.</exception>
/// <exception cref="IndexException">A label or length is out of range, or <paramref name="blank"/> is no class.</exception>
public sealed class CTCLoss(Reduction reduction = Reduction.Mean, int blank = 0, bool zeroInfinity = false)
    : Loss<(Tensor LogProbabilities, Tensor Targets, Tensor InputLengths, Tensor TargetLengths)>(reduction)
{
    // Log of a probability of zero: finite, so that sums of it have gradients, which are 0.
    const double Never = -1e30, Possible = -1e29;

    /// <summary>The loss of sequences.</summary>
    public Tensor Call(Tensor logProbabilities, Tensor targets, Tensor inputLengths, Tensor targetLengths) => Call((logProbabilities, targets, inputLengths, targetLengths));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor LogProbabilities, Tensor Targets, Tensor InputLengths, Tensor TargetLengths) x)
    {
        var (logs, targets, steps, lengths) = x;
        if (logs.Rank is not (2 or 3) || !logs.DType.IsFloating()) throw new ShapeException($"CTCLoss: expected floating-point logs of probabilities [steps, batch, classes] or [steps, classes]. Received: {logs.Spec}.");
        foreach (var (tensor, name) in new[] { (targets, "targets"), (steps, "input lengths"), (lengths, "target lengths") })
            if (!tensor.DType.IsInteger()) throw new DTypeException($"CTCLoss: expected integer {name}. Received: {tensor.Spec}.");
        (targets, steps, lengths) = (targets.To(DType.Int64), steps.To(DType.Int64), lengths.To(DType.Int64));
        bool single = logs.Rank == 2;
        if (single)
        {
            if (targets.Rank != 1 || steps.Rank > 1 || lengths.Rank > 1 || steps.Shape.ElementCount != 1 || lengths.Shape.ElementCount != 1)
                throw new ShapeException($"CTCLoss: one sample needs a target [length] and two scalars. Received: {targets.Shape}, {steps.Shape} and {lengths.Shape}.");
            (logs, targets, steps, lengths) = (logs.Unsqueeze(1), targets.Unsqueeze(0), steps.Reshape([1]), lengths.Reshape([1]));
        }
        Dim batch = logs.Shape[1], classes = logs.Shape[2];
        if (blank < 0 || (classes.IsKnown && blank >= classes)) throw new IndexException($"CTCLoss: blank is {blank}. Expected a class from 0 to {classes} - 1.");
        Expect(steps, "input lengths", [batch], DType.Int64);
        Expect(lengths, "target lengths", [batch], DType.Int64);
        // One more than the largest is the size of the range; lengths of inputs start at 1.
        Indices.Check(steps - 1, logs.Shape[0], TypeName, "input length minus 1, of sample");
        if (targets.Rank == 1) targets = Rows(targets, lengths);
        if (targets.Rank != 2 || !Agree([targets.Shape[0]], [batch])) throw new ShapeException($"CTCLoss: expected targets [{batch}, length], or all of them in one axis. Received: {targets.Shape}.");
        if (targets.Shape[1].IsKnown) Indices.Check(lengths, targets.Shape[1] + 1, TypeName, "target length");

        var real = Tensor.Arange(0, targets.Shape[1], DType.Int64).Unsqueeze(0) < lengths.Unsqueeze(1);
        targets = Tensor.Where(real, targets, blank);
        if (classes.IsKnown) Indices.Check(targets.Reshape([-1]), classes, TypeName, "label");
        var losses = Losses(logs.DType.Size() < 4 ? logs.To(DType.Float32) : logs, targets, steps, lengths).To(logs.DType);
        if (Reduction == Reduction.Mean) losses /= lengths.ClampMin(1).To(losses.DType);
        return single && Reduction == Reduction.None ? losses.Squeeze(0) : Reduce(losses);
    }

    Tensor Losses(Tensor logs, Tensor targets, Tensor steps, Tensor lengths)
    {
        Dim batch = targets.Shape[0], states = targets.Shape[1] * 2 + 1;
        // Blanks around each label: states 0, 2, .. are blank, states 1, 3, .. are labels.
        var blanks = Tensor.FullLike(targets, blank);
        var path = Tensor.Concat([Tensor.Stack([blanks, targets], 2).Reshape([batch, states - 1]), Tensor.Full([batch, 1], blank, DType.Int64)], 1);
        // From a label, the path may go to the next one at once, unless that is the same.
        var jumps = path.NotEqualTo(blank) & path.NotEqualTo(path.Pad(1, 2, 0, blank).Narrow(1, 0, states));
        var emitted = logs.ClampMin(Never).Gather(2, path.Unsqueeze(0).BroadcastTo([logs.Shape[0], batch, states]));
        var place = Tensor.Arange(0, states, DType.Int64).Unsqueeze(0);

        var forward = Tensor.Where(place < 2, emitted.Select(0, 0), Never);
        // What all states of a sample have in common is kept apart, so that they stay near 0, where their differences are exact.
        var common = Tensor.Zeros([batch, 1], logs.DType);
        long count = logs.Shape[0];
        for (long t = 1; t < count; t++)
        {
            var padded = forward.Pad(1, 2, 0, Never);
            var jumped = Tensor.Where(jumps, padded.Narrow(1, 0, states), Never);
            var next = Tensor.Stack([forward, padded.Narrow(1, 1, states), jumped]).LogSumExp(0) + emitted.Select(0, t);
            var runs = (steps > t).Unsqueeze(1);
            var shift = next.Max(1, keepDims: true).Detach();
            forward = Tensor.Where(runs, (next - shift).ClampMin(Never), forward);
            common += Tensor.Where(runs, shift, 0);
        }
        var ends = place.EqualTo((lengths * 2).Unsqueeze(1)) | place.EqualTo((lengths * 2 - 1).Unsqueeze(1));
        var total = Tensor.Where(ends, forward, Never).LogSumExp(1) + common.Squeeze(1);
        return Tensor.Where(total > Possible, -total, zeroInfinity ? 0 : double.PositiveInfinity);
    }

    /// <summary>Targets one after another as rows, padded.</summary>
    static Tensor Rows(Tensor targets, Tensor lengths)
    {
        long longest = lengths.Shape.ElementCount == 0 ? 0 : Math.Max(0, lengths.Max().Item<long>()), all = lengths.Sum().Item<long>();
        if (all != targets.Shape[0]) throw new ShapeException($"CTCLoss: target lengths add up to {all}, but there are {targets.Shape[0]} labels.");
        if (all == 0) return Tensor.Zeros([lengths.Shape[0], 0], DType.Int64);
        var first = (lengths.CumSum(0) - lengths).Unsqueeze(1);
        return targets.Take((first + Tensor.Arange(0, longest, dtype: DType.Int64)).ClampMax(all - 1));
    }
}
