namespace Tauten.Training;

/// <summary>Something that is done between steps and epochs. What it counts is saved with a checkpoint, so that it goes on after a restart as well.</summary>
/// <example><code>
/// var trainer = new Trainer(new Linear(2, 1), new MSELoss(), p => new SGD(p, 0.1));
/// trainer.Fit(Tensor.Ones([8, 2]), Tensor.Ones([8, 1]), epochs: 5, options: new() { Callbacks = [new StopAfter(3)], Verbosity = Verbosity.Silent });
///
/// sealed class StopAfter(int epochs) : Callback
/// {
///     public override void OnEpochEnd(TrainingRun run)
///     {
///         if (run.Epoch + 1 == epochs) run.End("enough");
///     }
/// }
/// </code></example>
public abstract class Callback
{
    /// <summary>Before training begins.</summary>
    public virtual void OnTrainBegin(TrainingRun run)
    {
    }

    /// <summary>When training has ended, for whatever reason but an exception.</summary>
    public virtual void OnTrainEnd(TrainingRun run)
    {
    }

    /// <summary>Before an epoch; not where one goes on after a restart.</summary>
    public virtual void OnEpochBegin(TrainingRun run)
    {
    }

    /// <summary>Behind an epoch and its validation: <see cref="TrainingRun.Logs"/> has all values.</summary>
    public virtual void OnEpochEnd(TrainingRun run)
    {
    }

    /// <summary>Before a step.</summary>
    public virtual void OnStepBegin(TrainingRun run)
    {
    }

    /// <summary>Behind a step.</summary>
    public virtual void OnStepEnd(TrainingRun run)
    {
    }

    /// <summary>What the callback has counted, by name.</summary>
    protected internal virtual IReadOnlyDictionary<string, Tensor> State() => new Dictionary<string, Tensor>();

    /// <summary>Continues from what <see cref="State"/> gave.</summary>
    protected internal virtual void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
    }

    /// <summary>Whether it writes files, and so is left out of a trial run.</summary>
    internal virtual bool WritesFiles => false;

    /// <summary>Before everything: puts the run where an earlier one was.</summary>
    internal virtual void OnRestore(TrainingRun run)
    {
    }

    /// <summary>Behind an epoch, once the run stands at the beginning of the next.</summary>
    internal virtual void OnEpochSaved(TrainingRun run)
    {
    }

    private protected static double Number(IReadOnlyDictionary<string, Tensor> state, string name) =>
        state.TryGetValue(name, out var value) && value.DType == DType.Float64 && value.Rank == 0 ? value.Item<double>() : throw new ModelFormatException($"The state of a callback has no number '{name}'.");
}

/// <summary>Functions that are called between steps and epochs.</summary>
/// <example><code>
/// var trainer = new Trainer(new Linear(2, 1), new MSELoss(), p => new SGD(p, 0.1));
/// trainer.Fit(Tensor.Ones([8, 2]), Tensor.Ones([8, 1]), epochs: 2, options: new()
/// {
///     Callbacks = [new LambdaCallback { EpochEnd = run => Console.WriteLine($"epoch {run.Epoch + 1}") }],
///     Verbosity = Verbosity.Silent,
/// });
/// // epoch 1
/// // epoch 2
/// </code></example>
public sealed class LambdaCallback : Callback
{
    /// <summary>Before training begins.</summary>
    public Action<TrainingRun>? TrainBegin { get; init; }

    /// <summary>When training has ended.</summary>
    public Action<TrainingRun>? TrainEnd { get; init; }

    /// <summary>Before an epoch.</summary>
    public Action<TrainingRun>? EpochBegin { get; init; }

    /// <summary>Behind an epoch.</summary>
    public Action<TrainingRun>? EpochEnd { get; init; }

    /// <summary>Before a step.</summary>
    public Action<TrainingRun>? StepBegin { get; init; }

    /// <summary>Behind a step.</summary>
    public Action<TrainingRun>? StepEnd { get; init; }

    /// <inheritdoc/>
    public override void OnTrainBegin(TrainingRun run) => TrainBegin?.Invoke(run);

    /// <inheritdoc/>
    public override void OnTrainEnd(TrainingRun run) => TrainEnd?.Invoke(run);

    /// <inheritdoc/>
    public override void OnEpochBegin(TrainingRun run) => EpochBegin?.Invoke(run);

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingRun run) => EpochEnd?.Invoke(run);

    /// <inheritdoc/>
    public override void OnStepBegin(TrainingRun run) => StepBegin?.Invoke(run);

    /// <inheritdoc/>
    public override void OnStepEnd(TrainingRun run) => StepEnd?.Invoke(run);
}
