using System.CommandLine;
using System.Globalization;
using Tauten.Cpu;
using Tauten.Data;

namespace Tauten.Cli.Commands;

/// <summary>A command about a <see cref="LearningTask"/>: the options that all have in common.</summary>
abstract class TaskCommand : Command
{
    readonly LearningTask task;
    readonly Option<int> epochs, batchSize, threads, workers;
    readonly Option<double> learningRate;
    readonly Option<ulong> seed;
    readonly Option<string> precision = Choice("--precision", "What module and loss compute in: 32 bits, or bfloat16 or float16 where that is enough", "f32", "bf16", "f16");
    readonly Option<bool> compile = new("--compile") { Description = "Whether steps are compiled", HelpName = "true|false", DefaultValueFactory = _ => true };
    readonly Option<string> data = new("--data") { Description = "A folder with the data; found or downloaded if left out", HelpName = "FOLDER" };

    protected TaskCommand(LearningTask task, string description) : base(task.Name, description)
    {
        this.task = task;
        epochs = NumberOption.Whole("--epochs", "How often everything is shown", task.Epochs, 1, 100_000);
        batchSize = NumberOption.Whole("--batch-size", "Samples in a step of the optimizer", task.BatchSize, 1, task.LargestBatch);
        learningRate = NumberOption.Positive("--learning-rate", "The largest step size of the schedule", task.LearningRate, 10);
        seed = NumberOption.Whole<ulong>("--seed", "Where all randomness starts; the same seed gives the same weights", 0, 0, ulong.MaxValue);
        threads = NumberOption.Whole("--threads", "Processor threads; they do not change the result", CpuBackend.Threads, 1, 1024);
        workers = NumberOption.Whole("--workers", "Threads that prepare batches; they do not change the result", 1, 1, 64);
        foreach (var argument in task.Arguments) Add(argument);
        foreach (Option option in (ReadOnlySpan<Option>)[epochs, batchSize, learningRate, seed, threads, workers, data, precision, compile, .. task.Options]) Add(option);
        // On a thread of its own, so that Ctrl-C is heard.
        SetAction((call, stop) => Task.Run(() => Run(call, stop), CancellationToken.None));
    }

    /// <summary>An option that takes one of some words; the first unless said otherwise.</summary>
    internal static Option<string> Choice(string name, string description, params string[] words)
    {
        var option = new Option<string>(name) { Description = description, HelpName = string.Join('|', words), DefaultValueFactory = _ => words[0] };
        option.AcceptOnlyFromAmong(words);
        return option;
    }

    protected LearningTask Learned => task;

    protected abstract Task<int> Run(ParseResult call, CancellationToken stop);

    /// <summary>What the command line says, and all that a trainer needs; the net begins from the seed.</summary>
    protected async Task<(TaskSettings Settings, Recipe Recipe)> Make(ParseResult call, CancellationToken stop)
    {
        CpuBackend.Threads = call.GetRequiredValue(threads);
        var settings = new TaskSettings(call, call.GetRequiredValue(epochs), call.GetRequiredValue(batchSize), call.GetRequiredValue(learningRate), call.GetRequiredValue(seed), call.GetRequiredValue(workers), call.GetValue(data),
            call.GetValue(precision) switch { "bf16" => DType.BFloat16, "f16" => DType.Float16, _ => DType.Float32 }, call.GetValue(compile));
        if (settings.Data is { } folder && !Directory.Exists(folder)) throw new IOException($"--data: there is no folder {folder}.");
        return (settings, await MakeSeeded(settings, stop));
    }

    async Task<Recipe> MakeSeeded(TaskSettings settings, CancellationToken stop) => await Task.Run(
        () =>
        {
            // Scopes belong to a thread, so reading is waited for on it.
            using var seeded = Generator.Use(new Generator(settings.Seed));
            return task.Make(settings, stop).GetAwaiter().GetResult();
        }, CancellationToken.None);

    /// <summary>Thousands of a number, as in 1,437.</summary>
    protected static string Thousands(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
