using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Tauten.Cpu;

namespace Tauten.Cli.Commands;

/// <summary><c>tauten train digits</c>: trains <see cref="DigitsNet"/>, saves its weights and says how good it is at digits it has never seen.</summary>
sealed class TrainDigits : Command
{
    static readonly TrainingPlan standard = new();

    readonly Option<int> epochs = NumberOption.Whole("--epochs", "How often every training image is shown", standard.Epochs, 1, 100_000);
    readonly Option<int> batchSize = NumberOption.Whole("--batch-size", "Images in a step of the optimizer", standard.BatchSize, 1, 1437);
    readonly Option<double> learningRate = NumberOption.Positive("--learning-rate", "The largest step size of the schedule", standard.LearningRate, 10);
    readonly Option<ulong> seed = NumberOption.Whole<ulong>("--seed", "Where all randomness starts; the same seed gives the same weights", 0, 0, ulong.MaxValue);
    readonly Option<int> threads = NumberOption.Whole("--threads", "Processor threads; they do not change the result", CpuBackend.Threads, 1, 1024);
    readonly Option<string> file = new("--out") { Description = "Where the weights go, in the safetensors format", HelpName = "FILE", DefaultValueFactory = _ => "digits.safetensors" };

    /// <summary>The command.</summary>
    public TrainDigits() : base("digits", "Train a small convolutional network to read handwritten digits: 1,437 images to learn from, 360 others to test with.")
    {
        foreach (Option option in (ReadOnlySpan<Option>)[epochs, batchSize, learningRate, seed, threads, file]) Add(option);
        // On a thread of its own, so that Ctrl-C is heard.
        SetAction((call, stop) => Task.Run(() => Run(call, stop), CancellationToken.None));
    }

    int Run(ParseResult call, CancellationToken stop)
    {
        var output = call.InvocationConfiguration.Output;
        string path = call.GetRequiredValue(file);
        WeightsFile.CheckWritable(path);
        CpuBackend.Threads = call.GetRequiredValue(threads);

        var (train, test) = Digits.Load();
        var training = new DigitsTraining(new(call.GetRequiredValue(epochs), call.GetRequiredValue(batchSize), call.GetRequiredValue(learningRate), call.GetRequiredValue(seed)), train);
        output.WriteLine($"{train.Count:N0} images, {training.Net.Parameters().Sum(p => p.Shape.ElementCount.Value):N0} parameters, {CpuBackend.Threads} thread{(CpuBackend.Threads == 1 ? "" : "s")}");
        var clock = Stopwatch.StartNew();
        TrainingDisplay.Show(Terminal.On(output), progress => training.Run(progress, stop));
        clock.Stop();

        if (training.CompletedEpochs == 0)
        {
            output.WriteLine("stopped before the first epoch ended; nothing saved");
            return Tool.Interrupted;
        }
        training.Net.Save(path);
        if (stop.IsCancellationRequested)
        {
            output.WriteLine($"stopped; weights after epoch {training.CompletedEpochs} saved in {path}");
            return Tool.Interrupted;
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"trained in {clock.Elapsed.TotalSeconds:F1} s, weights saved in {path}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"test accuracy {training.Net.Accuracy(test):F3}"));
        return 0;
    }
}
