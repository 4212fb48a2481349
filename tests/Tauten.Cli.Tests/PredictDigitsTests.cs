namespace Tauten.Cli.Tests;

public sealed class PredictDigitsTests : IClassFixture<PredictDigitsTests.TrainedFile>, IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly string file;

    public PredictDigitsTests(TrainedFile trained) => file = trained.Path;

    public void Dispose() => folder.Dispose();

    /// <summary>Weights of a short training, made once.</summary>
    public sealed class TrainedFile : IDisposable
    {
        readonly TemporaryFolder folder = new();

        public TrainedFile()
        {
            using var settings = new WorkerSettings(Environment.ProcessorCount);
            Path = folder.File("digits.safetensors");
            Assert.Equal(0, CommandRun.Of("train", "digits", "--epochs", "2", "--out", Path).ExitCode);
        }

        public string Path { get; }

        public void Dispose() => folder.Dispose();
    }

    [Fact]
    public void DigitsAreDrawnWithWhatIsReadAndTheTruth()
    {
        var run = CommandRun.Of("predict", "digits", file, "--count", "20");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(20, Occurrences(run.Output, "truth "));
        Assert.Equal(20, Occurrences(run.Output, " %"));
        Assert.Contains("██", run.Output);
        Assert.Contains("░░", run.Output);
        Assert.DoesNotContain("\u001b", run.Output);
        int wrong = Occurrences(run.Output, "✗ wrong");
        Assert.Equal($"{20 - wrong} of 20 right", run.Lines[^1]);
        Assert.True(wrong < 8);
    }

    [Fact]
    public void TheSeedChoosesTheDigits()
    {
        Assert.Equal(CommandRun.Of("predict", "digits", file, "--seed", "7"), CommandRun.Of("predict", "digits", file, "--seed", "7"));
        Assert.NotEqual(CommandRun.Of("predict", "digits", file, "--seed", "7"), CommandRun.Of("predict", "digits", file, "--seed", "8"));
    }

    [Fact]
    public void WeightsOfAnotherModelAreRefused()
    {
        string other = folder.File("other.safetensors");
        Safetensors.Save(other, new Dictionary<string, Tensor> { ["fc.weight"] = Tensor.Ones([2, 3]) });
        AssertMistake(CommandRun.Of("predict", "digits", other), "does not fit the model");
    }

    [Fact]
    public void ADamagedFileIsRefused()
    {
        string damaged = folder.File("damaged.safetensors");
        File.WriteAllBytes(damaged, File.ReadAllBytes(file)[..^100]);
        AssertMistake(CommandRun.Of("predict", "digits", damaged), damaged);
    }

    [Fact]
    public void AFileOfAnotherKindIsRefused()
    {
        string text = folder.File("notes.txt");
        File.WriteAllText(text, "Not weights at all, but long enough to look at.");
        AssertMistake(CommandRun.Of("predict", "digits", text), text);
        File.WriteAllText(text, "");
        AssertMistake(CommandRun.Of("predict", "digits", text), text);
    }

    static void AssertMistake(CommandRun run, string words)
    {
        Assert.Equal(Tool.Mistake, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.Contains(words, run.Error);
        Assert.Single(run.Error.TrimEnd().ReplaceLineEndings("\n").Split('\n'));
    }

    static int Occurrences(string text, string part) => text.Split(part).Length - 1;
}
