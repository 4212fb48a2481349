using System.Diagnostics;
using Tauten.Data;
using Tauten.NN;

namespace Tauten.Training;

// Epochs and steps.
public sealed partial class Trainer
{
    /// <summary>Trains on samples along the first axes of two tensors, shuffled anew in each epoch.</summary>
    /// <param name="inputs">[samples, ...].</param>
    /// <param name="targets">[samples, ...].</param>
    /// <param name="epochs">The number of the last epoch.</param>
    /// <param name="batchSize">Samples in a batch.</param>
    /// <param name="validationSplit">The part of the samples, from the end, that is validated on instead of trained on.</param>
    /// <param name="weights">How much each sample counts, [samples].</param>
    /// <param name="options">How long and on what it trains.</param>
    /// <param name="stop">Ends it behind the running step.</param>
    public History Fit(Tensor inputs, Tensor targets, int epochs = 1, int batchSize = 32, double validationSplit = 0, Tensor? weights = null, FitOptions? options = null, CancellationToken stop = default)
    {
        if (validationSplit is not (>= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(validationSplit), validationSplit, "Expected 0 or more, below 1.");
        var all = Dataset.From(inputs, targets, weights);
        long kept = (long)Math.Floor(all.Length * (1 - validationSplit));
        return Fit(all.Take(kept).Shuffle().Batch(batchSize), epochs, kept < all.Length ? all.Skip(kept).Batch(batchSize) : null, options, stop);
    }

    /// <summary>Trains on batches until an epoch, or until a callback or <paramref name="stop"/> ends it.</summary>
    /// <param name="data">Batches; each epoch is a pass with the trainer's seed.</param>
    /// <param name="epochs">The number of the last epoch.</param>
    /// <param name="validation">Batches to look at behind each epoch.</param>
    /// <param name="options">How long and on what it trains.</param>
    /// <param name="stop">Ends it behind the running step; that is no error.</param>
    /// <exception cref="DataException">A sample cannot be read or prepared.</exception>
    public History Fit(Dataset<Sample> data, int epochs = 1, Dataset<Sample>? validation = null, FitOptions? options = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        options ??= new();
        if (options.FastDevRun) (epochs, options) = (1, options with { StepsPerEpoch = 1, ValidationSteps = 1, InitialEpoch = 0, Callbacks = [.. options.Callbacks.Where(c => !c.WritesFiles)] });
        if (options.OverfitBatches is { } few)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(few, nameof(options.OverfitBatches));
            (data, validation) = (data.Take(few), validation is null ? null : data.Take(few));
        }
        BeginCycle(data, epochs, options);
        // Whoever saves comes last, so that what the others have counted is in what it saves.
        List<Callback> callbacks = [.. options.Callbacks.Where(c => c is not BackupAndRestore), .. options.Callbacks.Where(c => c is BackupAndRestore)];
        if (options.Verbosity != Verbosity.Silent) callbacks.Insert(0, new ProgressDisplay(options.Output ?? Console.Out, options.Verbosity, options.Unit));
        var run = new TrainingRun(this, epochs, options, callbacks, stop) { Epoch = options.InitialEpoch };
        run.Pass = run.Epoch;
        Running = run.History;
        foreach (string note in notes) run.History.Note(note);
        using var generator = Generator.Use(Generator);
        try
        {
            Run(run, data, validation);
        }
        finally
        {
            run.Iterator?.Dispose();
            Running = null;
        }
        return run.History;
    }

    void Run(TrainingRun run, Dataset<Sample> data, Dataset<Sample>? validation)
    {
        foreach (var callback in run.Callbacks) callback.OnRestore(run);
        if (Module.NamedModules().Any(m => m.Module.Pending.Count > 0))
        {
            using var first = data.Iterate(new(Options.Seed));
            if (first.MoveNext()) step.LearnSizes(first.Current);
        }
        _ = Scheduler;
        if (run.Options.SanityBatches > 0 && validation is not null && !run.IsResumed) Evaluate(validation, run.Options.SanityBatches, run.Stop);
        foreach (var callback in run.Callbacks) callback.OnTrainBegin(run);
        Module.Train();
        for (; run.Epoch < run.Epochs && !run.IsStopping; run.Epoch++)
            if (!RunEpoch(run, data, validation)) break;
        // What was interrupted goes on with the weights themselves.
        if (mean is { } averages && averages.Means.Count > 0 && !run.Stop.IsCancellationRequested) averages.Apply();
        run.History.Steps = run.Steps;
        run.History.Stopped = run.StopReason;
        foreach (var callback in run.Callbacks) callback.OnTrainEnd(run);
    }

    // False if it was ended on the way.
    bool RunEpoch(TrainingRun run, Dataset<Sample> data, Dataset<Sample>? validation)
    {
        run.EpochBegan = Stopwatch.GetTimestamp();
        run.StepsPerEpoch = run.Options.StepsPerEpoch ?? data.Count;
        run.StepsBefore = run.StepInEpoch;
        if (run.StepInEpoch == 0)
        {
            run.Means = new();
            run.SamplesInEpoch = 0;
            foreach (var metric in Metrics) metric.Metric.Reset();
            foreach (var callback in run.Callbacks) callback.OnEpochBegin(run);
        }
        while (run.Options.StepsPerEpoch is not { } most || run.StepInEpoch < most)
        {
            if (Ends(run)) return false;
            if (Next(run, data) is not { } batch) break;
            RunStep(run, batch);
        }
        if (run.StepInEpoch == 0) throw new DataException($"Trainer.Fit: there is no batch in {data}.");
        if (Ends(run)) return false;
        CloseAccumulation(run);
        run.Batch = null;
        if (run.Options.StepsPerEpoch is null)
        {
            run.Iterator?.Dispose();
            run.Iterator = null;
            run.Pass++;
        }
        var logs = Logs(run.Means);
        if (validation is not null && (run.Epoch + 1) % run.Options.ValidationFrequency == 0)
        {
            // Metrics are shared; what they have seen of the epoch is in the logs by now.
            using var averaged = mean is { } averages && averages.Means.Count > 0 ? averages.Apply() : null;
            try
            {
                foreach (var (name, value) in Evaluate(validation, run.Options.ValidationSteps, run.Stop).Values) logs[$"val_{name}"] = value;
            }
            catch (OperationCanceledException) when (run.Stop.IsCancellationRequested)
            {
                run.End("cancelled", atOnce: true);
                return false;
            }
        }
        run.Logs = logs;
        run.History.Add(new(run.Epoch + 1, run.EpochElapsed.TotalSeconds, logs));
        foreach (var callback in run.Callbacks) callback.OnEpochEnd(run);
        run.StepInEpoch = 0;
        // From here on the next epoch is what a checkpoint continues with.
        run.Epoch++;
        foreach (var callback in run.Callbacks) callback.OnEpochSaved(run);
        run.Epoch--;
        return true;
    }

    static bool Ends(TrainingRun run)
    {
        if (run.Stop.IsCancellationRequested) run.End("cancelled", atOnce: true);
        if (run.Options.MaxSteps is { } most && run.Steps >= most) run.End($"{most} steps are done", atOnce: true);
        if (run.Options.MaxTime is { } time && run.Elapsed >= time) run.End("the time is up", atOnce: true);
        return run.StopsAtOnce;
    }

    Sample? Next(TrainingRun run, Dataset<Sample> data)
    {
        bool startsOver = run.Options.StepsPerEpoch is not null;
        for (int attempt = 0; attempt < 2; attempt++)
        {
            if (run.Iterator is null)
            {
                run.Iterator = run.SavedPosition is { } position ? data.Resume(position) : data.Iterate(new(Options.Seed, run.Options.OverfitBatches is null ? run.Pass : 0));
                run.SavedPosition = null;
            }
            if (run.Iterator.MoveNext()) return run.Iterator.Current;
            if (!startsOver) return null;
            run.Iterator.Dispose();
            run.Iterator = null;
            run.Pass++;
        }
        return null;
    }

    void RunStep(TrainingRun run, Sample batch)
    {
        run.Batch = batch;
        foreach (var callback in run.Callbacks) callback.OnStepBegin(run);
        bool updates = (run.StepInEpoch + 1) % Options.Accumulate == 0;
        var result = step.Train(batch, updates);
        if (updates) Scheduler?.Step();
        Measure(batch, result, run.Means);
        run.StepInEpoch++;
        run.Steps++;
        run.SamplesInEpoch += batch.BatchSize;
        var own = new OrderedDictionary<string, double>();
        foreach (var (name, value) in result.Numbers) own[name] = value;
        run.StepLogs = own;
        foreach (var callback in run.Callbacks) callback.OnStepEnd(run);
    }

    // Gradients that wait for more batches, at the end of an epoch.
    void CloseAccumulation(TrainingRun run)
    {
        if (Options.Accumulate == 1 || run.StepInEpoch % Options.Accumulate == 0) return;
        step.Close();
        Scheduler?.Step();
    }

    /// <summary>The means of the running epoch.</summary>
    internal IReadOnlyDictionary<string, double> LogsOf(TrainingRun run) => Logs(run.Means);
}
