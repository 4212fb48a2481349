namespace Tauten.Training;

/// <summary>Multiplies the learning rates by a factor when a value has not become better for some epochs, as Keras' callback of this name does.</summary>
/// <example><code>
/// var trainer = new Trainer(new Linear(2, 1), new MSELoss(), p => new SGD(p, 0.1));
/// var reduce = new ReduceRateOnPlateau("loss", factor: 0.5, patience: 1, minDelta: 100);
/// trainer.Fit(Tensor.Ones([8, 2]), Tensor.Ones([8, 1]), epochs: 3, options: new() { Callbacks = [reduce], Verbosity = Verbosity.Silent });
/// Console.WriteLine(trainer.Optimizer.LearningRate);    // 0.025
/// </code></example>
public sealed class ReduceRateOnPlateau : Callback
{
    readonly Monitor monitor;
    readonly double factor, least;
    readonly int patience, cooldown;
    int waited, cooling;

    /// <summary>A callback.</summary>
    /// <param name="monitor">The name of the value.</param>
    /// <param name="factor">What rates are multiplied by, below 1.</param>
    /// <param name="patience">How many epochs in a row may be no better before the rates fall.</param>
    /// <param name="mode">Which values are better.</param>
    /// <param name="minDelta">By how much a value must differ from the best to be better.</param>
    /// <param name="cooldown">For how many epochs after a change nothing is counted.</param>
    /// <param name="least">Rates do not fall below it.</param>
    public ReduceRateOnPlateau(string monitor = "val_loss", double factor = 0.1, int patience = 10, MonitorMode mode = MonitorMode.Auto, double minDelta = 1e-4, int cooldown = 0, double least = 0)
    {
        if (factor is not (>= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(factor), factor, "Expected 0 or more, below 1.");
        ArgumentOutOfRangeException.ThrowIfNegative(patience);
        ArgumentOutOfRangeException.ThrowIfNegative(cooldown);
        this.monitor = new(monitor, mode, minDelta);
        (this.factor, this.patience, this.cooldown, this.least) = (factor, patience, cooldown, least);
    }

    /// <inheritdoc/>
    public override void OnTrainBegin(TrainingRun run)
    {
        if (run.IsResumed) return;
        (waited, cooling) = (0, 0);
        monitor.Forget();
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingRun run)
    {
        double value = monitor.Of(run, nameof(ReduceRateOnPlateau));
        if (cooling > 0)
        {
            cooling--;
            waited = 0;
        }
        if (monitor.IsBetter(value, monitor.Best)) (monitor.Best, waited) = (value, 0);
        else if (cooling == 0 && ++waited >= patience)
        {
            foreach (var group in run.Trainer.Optimizers.SelectMany(o => o.Groups)) group.LearningRate = Math.Max(group.LearningRate * factor, Math.Min(least, group.LearningRate));
            (cooling, waited) = (cooldown, 0);
        }
    }

    /// <inheritdoc/>
    protected internal override IReadOnlyDictionary<string, Tensor> State() =>
        new Dictionary<string, Tensor> { ["waited"] = Tensor.From((double)waited), ["cooling"] = Tensor.From((double)cooling), ["best"] = Tensor.From(monitor.Best) };

    /// <inheritdoc/>
    protected internal override void LoadState(IReadOnlyDictionary<string, Tensor> state) => (waited, cooling, monitor.Best) = ((int)Number(state, "waited"), (int)Number(state, "cooling"), Number(state, "best"));
}

/// <summary>Sets the learning rate at the beginning of each epoch by a function of the epoch, from 0, and the rate of now.</summary>
/// <param name="rate">The function.</param>
/// <example><code>
/// var trainer = new Trainer(new Linear(2, 1), new MSELoss(), p => new SGD(p, 0.1));
/// var schedule = new EpochSchedule((epoch, rate) => epoch &lt; 2 ? rate : rate * 0.5);
/// trainer.Fit(Tensor.Ones([8, 2]), Tensor.Ones([8, 1]), epochs: 4, options: new() { Callbacks = [schedule], Verbosity = Verbosity.Silent });
/// Console.WriteLine(trainer.Optimizer.LearningRate);    // 0.025
/// </code></example>
public sealed class EpochSchedule(Func<int, double, double> rate) : Callback
{
    /// <inheritdoc/>
    public override void OnEpochBegin(TrainingRun run) => run.Trainer.Optimizer.LearningRate = rate(run.Epoch, run.Trainer.Optimizer.LearningRate);
}
