namespace Tauten.NN;

/// <summary>
/// Multiplies the learning rates of an optimizer by a factor where a measure has not become better for some time: PyTorch's ReduceLROnPlateau.
/// </summary>
/// <example><code>
/// var optimizer = new SGD([new Parameter(Tensor.Ones([2]))], learningRate: 0.1);
/// var plateau = new ReduceOnPlateau(optimizer, factor: 0.5, patience: 1);
/// foreach (double validationLoss in new[] { 1.0, 0.9, 0.9, 0.9 }) plateau.Step(validationLoss);
/// Console.WriteLine(optimizer.LearningRate);    // 0.05
/// </code></example>
public sealed class ReduceOnPlateau
{
    readonly Optimizer optimizer;
    readonly double factor, threshold, least, smallestChange;
    readonly long patience, cooldown;
    readonly bool higherIsBetter, isAbsolute;
    double best;
    long waited, cooling;

    /// <summary>A schedule that looks at a measure.</summary>
    /// <param name="optimizer">Whose rates are set.</param>
    /// <param name="factor">What rates are multiplied by, below 1.</param>
    /// <param name="patience">How many measures in a row may be no better before the next one lowers the rates.</param>
    /// <param name="threshold">By how much a measure must differ from the best one to be better.</param>
    /// <param name="higherIsBetter">Whether large measures are good, as of accuracy; otherwise small ones, as of a loss.</param>
    /// <param name="isAbsolute">Whether the threshold is a difference; otherwise it is relative to the best measure.</param>
    /// <param name="cooldown">For how many measures after a change nothing is counted.</param>
    /// <param name="least">Rates do not fall below it.</param>
    /// <param name="smallestChange">A rate stays if it would change by no more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is not below 1, or a number is negative.</exception>
    public ReduceOnPlateau(
        Optimizer optimizer, double factor = 0.1, long patience = 10, double threshold = 1e-4, bool higherIsBetter = false, bool isAbsolute = false,
        long cooldown = 0, double least = 0, double smallestChange = 1e-8)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        if (factor is not (>= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(factor), factor, "Expected 0 or more, below 1.");
        ArgumentOutOfRangeException.ThrowIfNegative(patience);
        ArgumentOutOfRangeException.ThrowIfNegative(cooldown);
        ArgumentOutOfRangeException.ThrowIfNegative(threshold);
        ArgumentOutOfRangeException.ThrowIfNegative(least);
        (this.optimizer, this.factor, this.patience, this.threshold, this.cooldown) = (optimizer, factor, patience, threshold, cooldown);
        (this.least, this.smallestChange, this.higherIsBetter, this.isAbsolute) = (least, smallestChange, higherIsBetter, isAbsolute);
        best = higherIsBetter ? double.NegativeInfinity : double.PositiveInfinity;
    }

    /// <summary>Looks at the next measure.</summary>
    public void Step(double measure)
    {
        if (IsBetter(measure)) (best, waited) = (measure, 0);
        else waited++;
        if (cooling > 0)
        {
            cooling--;
            waited = 0;
        }
        if (waited <= patience) return;
        foreach (var group in optimizer.Groups)
            if (Math.Max(group.LearningRate * factor, least) is var rate && group.LearningRate - rate > smallestChange) group.LearningRate = rate;
        (cooling, waited) = (cooldown, 0);
    }

    bool IsBetter(double measure)
    {
        double margin = isAbsolute ? threshold : threshold * best;
        if (double.IsInfinity(best)) margin = 0;
        return higherIsBetter ? measure > best + margin : measure < best - margin;
    }

    /// <summary>The best measure and what was counted, to be saved beside the state of the optimizer.</summary>
    public IReadOnlyDictionary<string, Tensor> State() =>
        new OrderedDictionary<string, Tensor> { ["best"] = Tensor.From(best), ["waited"] = Tensor.From(waited), ["cooling"] = Tensor.From(cooling) };

    /// <summary>Continues from a state that <see cref="State"/> gave.</summary>
    /// <exception cref="ModelFormatException">The state does not fit; the message lists every missing, unexpected and mismatched entry. Nothing was changed.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        TensorSpec number = new(DType.Float64, Shape.Scalar), count = new(DType.Int64, Shape.Scalar);
        var reader = new StateReader(state, "ReduceOnPlateau: the state does not fit the schedule.");
        var (newBest, newWaited, newCooling) = (reader.Take("best", number), reader.Take("waited", count), reader.Take("cooling", count));
        reader.Check();
        (best, waited, cooling) = (newBest!.Item<double>(), newWaited!.Item<long>(), newCooling!.Item<long>());
    }
}
