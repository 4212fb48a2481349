using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Tauten.Cpu;
using Tauten.Training;

namespace Tauten.Cli.Commands;

/// <summary><c>tauten train NAME</c>: trains, saves the weights and says how good they are at what they have never seen.</summary>
sealed class TrainTask : TaskCommand
{
    readonly Option<string> file, log = new("--log") { Description = "A file that gets a JSON object a line for each epoch", HelpName = "FILE.jsonl" };
    readonly Option<bool> resume = new("--resume") { Description = "Goes on where an earlier training with the same --out was broken off" };
    readonly Option<int> checkpointEvery = NumberOption.Whole("--checkpoint-every", "Steps between checkpoints beside those of each epoch; 0 for none", 0, 0, 1_000_000);

    /// <summary>The command.</summary>
    public TrainTask(LearningTask task) : base(task, $"Train {task.Description}.")
    {
        file = new("--out") { Description = "Where the weights go, in the safetensors format", HelpName = "FILE", DefaultValueFactory = _ => $"{task.Name}.safetensors" };
        foreach (Option option in (ReadOnlySpan<Option>)[file, resume, log, checkpointEvery]) Add(option);
    }

    protected override async Task<int> Run(ParseResult call, CancellationToken stop)
    {
        var output = call.InvocationConfiguration.Output;
        string path = call.GetRequiredValue(file), backup = $"{path}.checkpoints";
        WeightsFile.CheckWritable(path);
        var (settings, recipe) = await Make(call, stop);
        bool resumes = call.GetValue(resume);
        if (!resumes && Directory.Exists(backup)) Directory.Delete(backup, recursive: true);
        output.WriteLine($"{Thousands(recipe.TrainCount)} {recipe.Unit}, {Thousands(recipe.Net.Parameters().Sum(p => p.Shape.ElementCount.Value))} parameters, {CpuBackend.Threads} thread{(CpuBackend.Threads == 1 ? "" : "s")}");
        var trainer = recipe.Trainer(settings);
        IReadOnlyDictionary<string, Tensor>? after = null;
        int completed = 0;
        List<Callback> callbacks =
        [
            new LambdaCallback { TrainBegin = run => { if (run.IsResumed && run.Epoch > 0) completed = run.Epoch; }, EpochEnd = run => (after, completed) = (run.Module.State(), run.Epoch + 1) },
            new TerminateOnNaN(),
            new BackupAndRestore(backup, call.GetRequiredValue(checkpointEvery) is > 0 and var every ? every : null),
        ];
        if (call.GetValue(log) is { } lines) callbacks.Add(new JsonLinesLogger(lines));
        var clock = Stopwatch.StartNew();
        var history = trainer.Fit(recipe.Train, settings.Epochs, options: new() { Callbacks = callbacks, Output = output, Unit = recipe.Unit }, stop: stop);
        clock.Stop();
        foreach (string note in history.Notes) output.WriteLine(note);
        if (stop.IsCancellationRequested)
        {
            if (after is null)
            {
                output.WriteLine(completed > 0 ? $"stopped; weights after epoch {completed} are in {backup}" : "stopped before the first epoch ended; nothing saved");
                return Tool.Interrupted;
            }
            recipe.Net.LoadState(after);
            WeightsFile.Save(path, Learned.Name, recipe);
            output.WriteLine($"stopped; weights after epoch {completed} saved in {path}, --resume goes on");
            return Tool.Interrupted;
        }
        if (history.Stopped is { } reason) throw new TrainingException(string.Create(CultureInfo.InvariantCulture, $"{reason}. Try a smaller --learning-rate than {settings.LearningRate}."));
        WeightsFile.Save(path, Learned.Name, recipe);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"trained in {clock.Elapsed.TotalSeconds:F1} s, weights saved in {path}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"test {recipe.Result} {trainer.Evaluate(recipe.Test, stop: stop)[recipe.Result]:F3}"));
        return 0;
    }
}

/// <summary><c>tauten evaluate NAME FILE</c>: how good trained weights are at the test set.</summary>
sealed class EvaluateTask : TaskCommand
{
    readonly Option<string> file;

    /// <summary>The command.</summary>
    public EvaluateTask(LearningTask task) : base(task, $"Test weights that 'tauten train {task.Name}' has saved.")
    {
        file = new("--weights") { Description = "The weights", HelpName = "FILE", DefaultValueFactory = _ => $"{task.Name}.safetensors" };
        Add(file);
    }

    protected override async Task<int> Run(ParseResult call, CancellationToken stop)
    {
        string path = call.GetRequiredValue(file);
        WeightsFile.CheckReadable(path, Learned.Name);
        var (settings, recipe) = await Make(call, stop);
        recipe.Net.Load(path);
        var found = recipe.Trainer(settings).Evaluate(recipe.Test, stop: stop);
        foreach (var (name, value) in found.Values) call.InvocationConfiguration.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"test {name} {value:F4}"));
        return 0;
    }
}
