using Tauten.NN;

namespace Tauten.Training;

/// <summary>Ends a training when a value has not become better for some epochs.</summary>
/// <example><code>
/// var trainer = new Trainer(new Linear(2, 1), new MSELoss(), p => new SGD(p, 0));
/// var history = trainer.Fit(Tensor.Ones([8, 2]), Tensor.Ones([8, 1]), epochs: 50, options: new() { Callbacks = [new EarlyStopping("loss", patience: 2)], Verbosity = Verbosity.Silent });
/// Console.WriteLine(history.Epochs.Count);    // 3
/// </code></example>
public sealed class EarlyStopping : Callback
{
    readonly Monitor monitor;
    readonly int patience, startFromEpoch;
    readonly double? baseline;
    readonly bool restoreBestWeights;
    int waited, bestEpoch;
    IReadOnlyDictionary<string, Tensor>? bestWeights;

    /// <summary>A callback.</summary>
    /// <param name="monitor">The name of the value.</param>
    /// <param name="minDelta">By how much a value must differ from the best to be better.</param>
    /// <param name="patience">How many epochs in a row may be no better before the training ends.</param>
    /// <param name="mode">Which values are better.</param>
    /// <param name="baseline">A value that must be passed as well; until then the epochs count.</param>
    /// <param name="restoreBestWeights">Whether the module has the weights of the best epoch afterwards.</param>
    /// <param name="startFromEpoch">How many epochs pass before anything is counted.</param>
    public EarlyStopping(string monitor = "val_loss", double minDelta = 0, int patience = 0, MonitorMode mode = MonitorMode.Auto, double? baseline = null, bool restoreBestWeights = false, int startFromEpoch = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(patience);
        this.monitor = new(monitor, mode, minDelta);
        (this.patience, this.baseline, this.restoreBestWeights, this.startFromEpoch) = (patience, baseline, restoreBestWeights, startFromEpoch);
    }

    /// <summary>The epoch at whose end the training was ended, from 0; -1 if it was not.</summary>
    public int StoppedEpoch { get; private set; } = -1;

    /// <inheritdoc/>
    public override void OnTrainBegin(TrainingRun run)
    {
        if (run.IsResumed) return;
        (waited, bestEpoch, bestWeights, StoppedEpoch) = (0, 0, null, -1);
        monitor.Forget();
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingRun run)
    {
        double value = monitor.Of(run, nameof(EarlyStopping));
        if (run.Epoch < startFromEpoch) return;
        // In case nothing ever becomes better.
        if (restoreBestWeights && bestWeights is null) (bestWeights, bestEpoch) = (run.Module.State(), run.Epoch);
        waited++;
        if (monitor.IsBetter(value, monitor.Best))
        {
            (monitor.Best, bestEpoch) = (value, run.Epoch);
            if (restoreBestWeights) bestWeights = run.Module.State();
            if (baseline is null || monitor.IsBetter(value, baseline.Value)) waited = 0;
            return;
        }
        // As Keras: the first epoch is never the last.
        if (waited < patience || run.Epoch == 0) return;
        StoppedEpoch = run.Epoch;
        run.End($"{monitor.Name} has not become better for {waited} epoch{(waited == 1 ? "" : "s")}");
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(TrainingRun run)
    {
        if (restoreBestWeights && StoppedEpoch >= 0 && bestWeights is { } weights) run.Module.LoadState(weights);
    }

    /// <inheritdoc/>
    protected internal override IReadOnlyDictionary<string, Tensor> State()
    {
        var state = new Dictionary<string, Tensor> { ["waited"] = Tensor.From((double)waited), ["best"] = Tensor.From(monitor.Best), ["best_epoch"] = Tensor.From((double)bestEpoch), ["stopped_epoch"] = Tensor.From((double)StoppedEpoch) };
        foreach (var (name, tensor) in bestWeights ?? new Dictionary<string, Tensor>()) state.Add($"weights.{name}", tensor);
        return state;
    }

    /// <inheritdoc/>
    protected internal override void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        (waited, monitor.Best, bestEpoch, StoppedEpoch) = ((int)Number(state, "waited"), Number(state, "best"), (int)Number(state, "best_epoch"), (int)Number(state, "stopped_epoch"));
        const string Prefix = "weights.";
        var weights = state.Where(s => s.Key.StartsWith(Prefix, StringComparison.Ordinal)).ToDictionary(s => s.Key[Prefix.Length..], s => s.Value);
        bestWeights = weights.Count > 0 ? weights : null;
    }
}
