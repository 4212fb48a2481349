using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Tauten.Cli.Tests;

public sealed class TrainDigitsTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly WorkerSettings settings = new(Environment.ProcessorCount);

    public void Dispose()
    {
        settings.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void TwoEpochsLearnAndSaveTheWeights()
    {
        string file = folder.File("two.safetensors");
        var run = CommandRun.Of("train", "digits", "--epochs", "2", "--out", file);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches(@"^1,437 images, [\d,]+ parameters, \d+ threads?$", run.Lines[0]);
        Assert.Matches(@"^epoch 1/2  loss \d\.\d{4}  accuracy \d\.\d{3}  [\d,]+ images/s  \d+ s left$", run.Lines[1]);
        Assert.StartsWith("epoch 2/2  ", run.Lines[2]);
        Assert.EndsWith("  0 s left", run.Lines[2]);
        Assert.Matches($@"^trained in \d+\.\d s, weights saved in {Regex.Escape(file)}$", run.Lines[^2]);
        Assert.True(TestAccuracy(run) > 0.8, run.Lines[^1]);
        Assert.True(File.Exists(file));
    }

    [Fact]
    public void ThreadsAndSeedAreTaken()
    {
        string file = folder.File("three.safetensors");
        var run = CommandRun.Of("train", "digits", "--epochs", "1", "--batch-size", "200", "--learning-rate", "1e-3", "--seed", "18446744073709551615", "--threads", "3", "--out", file);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.EndsWith(", 3 threads", run.Lines[0]);
    }

    [Fact]
    public void ATrainingThatDivergesSaysSo()
    {
        var train = Digits.Load().Train;
        var training = new DigitsTraining(new(LearningRate: 7), train with { Images = train.Images * double.NaN });
        var mistake = Assert.Throws<TrainingException>(() => training.Run(new Progress<TrainingProgress>(), CancellationToken.None));
        Assert.Equal("the loss became NaN in epoch 1. Try a smaller --learning-rate than 7.", mistake.Message);
    }

    [Fact]
    public void AStopBeforeTheFirstEpochSavesNothing()
    {
        string file = folder.File("nothing.safetensors");
        var run = CommandRun.Of(new CancellationToken(canceled: true), "train", "digits", "--out", file);
        Assert.Equal((Tool.Interrupted, ""), (run.ExitCode, run.Error));
        Assert.Equal("stopped before the first epoch ended; nothing saved", run.Lines[^1]);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public void AStopLeavesTheWeightsOfTheLastEpoch()
    {
        using var stop = new CancellationTokenSource();
        var training = new DigitsTraining(new(Epochs: 5), Digits.Load().Train);
        byte[]? afterFirst = null;
        training.Run(
            new Each(now =>
            {
                if (now is { Epoch: 1, EndsEpoch: true }) afterFirst = Safetensors.ToBytes(training.Net.State());
                if (now is { Epoch: 2, Images: > 500 }) stop.Cancel();
            }),
            stop.Token);
        Assert.Equal(1, training.CompletedEpochs);
        Assert.Equal(afterFirst, Safetensors.ToBytes(training.Net.State()));
    }

    [Fact]
    public void ASignalEndsTheProgramCleanly()
    {
        if (OperatingSystem.IsWindows()) return;     // where a program cannot send one to another
        string file = folder.File("stopped.safetensors");
        var start = new ProcessStartInfo("dotnet", [typeof(Tool).Assembly.Location, "train", "digits", "--epochs", "100000", "--out", file]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var program = Process.Start(start)!;
        Assert.StartsWith("1,437 images", program.StandardOutput.ReadLine());
        Assert.StartsWith("epoch", program.StandardOutput.ReadLine());
        using (var kill = Process.Start("kill", ["-TERM", $"{program.Id}"])) kill.WaitForExit();
        string last = program.StandardOutput.ReadToEnd().TrimEnd().Split('\n')[^1];
        program.WaitForExit();
        Assert.Matches(@"^stopped; weights after epoch \d+ saved in ", last);
        Assert.Equal("", program.StandardError.ReadToEnd());
        Assert.Equal(Tool.Interrupted, program.ExitCode);
        Assert.True(File.Exists(file));
    }

    [Theory, Trait("Category", "Slow")]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void EverySeedReadsAlmostAllTestDigits(int seed)
    {
        var run = CommandRun.Of("train", "digits", "--seed", $"{seed}", "--out", folder.File("whole.safetensors"));
        Assert.Equal(0, run.ExitCode);
        Assert.True(TestAccuracy(run) >= 0.975, run.Lines[^1]);
    }

    static double TestAccuracy(CommandRun run)
    {
        Assert.Matches(@"^test accuracy [01]\.\d{3}$", run.Lines[^1]);
        return double.Parse(run.Lines[^1].Split(' ')[^1], CultureInfo.InvariantCulture);
    }

    /// <summary>Reports at once, where <see cref="Progress{T}"/> does so on another thread.</summary>
    sealed class Each(Action<TrainingProgress> action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress now) => action(now);
    }
}
