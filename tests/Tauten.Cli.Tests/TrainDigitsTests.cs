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
        Assert.Matches(@"^epoch 1/2  loss \d\.\d{4}  accuracy \d\.\d{4}  [\d,]+ images/s  \d+ s left$", run.Lines[1]);
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
    public void AStopBeforeTheFirstEpochSavesNothing()
    {
        string file = folder.File("nothing.safetensors");
        var run = CommandRun.Of(new CancellationToken(canceled: true), "train", "digits", "--out", file);
        Assert.Equal((Tool.Interrupted, ""), (run.ExitCode, run.Error));
        Assert.Equal("stopped before the first epoch ended; nothing saved", run.Lines[^1]);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public void AStopLeavesTheWeightsOfTheLastEpochAndResumeGoesOn()
    {
        string[] call = ["train", "digits", "--epochs", "4", "--batch-size", "100", "--checkpoint-every", "3", "--out"];
        string whole = folder.File("whole.safetensors"), stopped = folder.File("stopped.safetensors"), log = folder.File("log.jsonl");
        Assert.Equal(0, CommandRun.Of([.. call, whole]).ExitCode);
        using var stop = new CancellationTokenSource();
        using var output = new StopAt("epoch 2/4", stop);
        Assert.Equal(Tool.Interrupted, CommandRun.Into(output, stop.Token, [.. call, stopped, "--log", log]));
        Assert.Contains($"stopped; weights after epoch 2 saved in {stopped}, --resume goes on", output.ToString());
        Assert.NotEqual(File.ReadAllBytes(whole), File.ReadAllBytes(stopped));
        var resumed = CommandRun.Of([.. call, stopped, "--resume", "--log", log]);
        Assert.Equal(0, resumed.ExitCode);
        Assert.Contains("resumed in epoch 3", resumed.Output);
        Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(stopped));
        Assert.Equal(4, File.ReadAllLines(log).Count(l => l.StartsWith("{\"epoch\"", StringComparison.Ordinal)));
        Assert.False(Directory.Exists(stopped + ".checkpoints"));
    }

    sealed class StopAt(string words, CancellationTokenSource stop) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.StartsWith(words, StringComparison.Ordinal) == true) stop.Cancel();
        }
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
}
