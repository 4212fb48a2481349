using Tauten.Data;
using Tauten.NN;

namespace Tauten.Training;

/// <summary>
/// Ends a training when a loss is not a number or infinite, and tells where that came from: the input, a parameter, the module whose output was the first, or the loss. For that it keeps the weights
/// of before each step, which costs a copy of them.
/// </summary>
/// <example><code>
/// var trainer = new Trainer(new Linear(2, 1), new MSELoss(), p => new SGD(p, 1e30));
/// var history = trainer.Fit(Tensor.Ones([8, 2]), Tensor.Ones([8, 1]), epochs: 9, options: new() { Callbacks = [new TerminateOnNaN()], Verbosity = Verbosity.Silent });
/// Console.WriteLine(history.Stopped!.StartsWith("the loss became"));    // True
/// </code></example>
public sealed class TerminateOnNaN : Callback
{
    IReadOnlyDictionary<string, Tensor>? before;

    /// <summary>Where the first number came from that is none; null if there was none.</summary>
    public string? Origin { get; private set; }

    /// <inheritdoc/>
    public override void OnStepBegin(TrainingRun run) => before = run.Module.State();

    /// <inheritdoc/>
    public override void OnStepEnd(TrainingRun run)
    {
        if (run.StepLogs.FirstOrDefault(l => !double.IsFinite(l.Value)) is not { Key: { } name } log) return;
        Origin = Find(run);
        run.End(FormattableString.Invariant($"the {name} became {log.Value} in step {run.Steps}: {Origin}"), atOnce: true);
    }

    string Find(TrainingRun run)
    {
        var batch = run.Batch!;
        for (int i = 0; i < batch.Inputs.Count; i++)
            if (!IsFinite(batch.Inputs[i])) return $"input {i} of the batch has numbers that are not finite";
        if (before!.FirstOrDefault(p => !IsFinite(p.Value)) is { Key: { } parameter }) return $"{parameter} has numbers that are not finite since an earlier step";
        var after = run.Module.State();
        string? first = null;
        var watches = new List<IDisposable?>();
        try
        {
            run.Module.LoadState(before!);
            foreach (var (name, module) in run.Module.NamedModules())
                watches.Add(module.Watch((_, output) =>
                {
                    if (first is null && output is Tensor y && !IsFinite(y)) first = name.Length == 0 ? module.TypeName : $"{name} ({module.TypeName})";
                }));
            using var untracked = Gradients.NoGrad();
            run.Trainer.Step.Predict(new Sample(batch.Inputs, []));
        }
        catch (InvalidOperationException)
        {
            // A step of the user's own: there is nothing to run again.
        }
        finally
        {
            foreach (var watch in watches) watch?.Dispose();
            run.Module.LoadState(after);
        }
        return first is null ? "all outputs are finite, the loss is not" : $"the output of {first} is the first that is not finite";
    }

    static bool IsFinite(Tensor x) => !x.DType.IsFloating() || x.Detach().IsFinite().All().Item<bool>();
}
