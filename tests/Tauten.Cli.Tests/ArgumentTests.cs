namespace Tauten.Cli.Tests;

/// <summary>Mistakes end in one line and exit code 2.</summary>
public sealed class ArgumentTests
{
    /// <summary>A wrong call, its words separated by blanks, and the line that it is answered with.</summary>
    public static TheoryData<string, string> WrongCalls => new()
    {
        { "trian digits", "'trian' is no command or option here. Try 'tauten --help'." },
        { "train", "Required command was not provided. Try 'tauten train --help'." },
        { "train cats", "'cats' is no command or option here. Try 'tauten train --help'." },
        { "train digits --foo", "'--foo' is no command or option here. Try 'tauten train digits --help'." },
        { "train digits extra", "'extra' is no command or option here. Try 'tauten train digits --help'." },
        { "train digits --epochs", "Required argument missing for option: '--epochs'. Try 'tauten train digits --help'." },
        { "train digits --epochs 1 --epochs 2", "Option '--epochs' expects a single argument but 2 were provided. Try 'tauten train digits --help'." },
        { "train digits --epochs 0", "--epochs: expected a whole number from 1 to 100000. Received: 0. Try 'tauten train digits --help'." },
        { "train digits --epochs -3", "--epochs: expected a whole number from 1 to 100000. Received: -3. Try 'tauten train digits --help'." },
        { "train digits --epochs 1.5", "--epochs: expected a whole number from 1 to 100000. Received: 1.5. Try 'tauten train digits --help'." },
        { "train digits --epochs ten", "--epochs: expected a whole number from 1 to 100000. Received: ten. Try 'tauten train digits --help'." },
        { "train digits --epochs 99999999999", "--epochs: expected a whole number from 1 to 100000. Received: 99999999999. Try 'tauten train digits --help'." },
        { "train digits --batch-size 0", "--batch-size: expected a whole number from 1 to 1437. Received: 0. Try 'tauten train digits --help'." },
        { "train digits --batch-size 1438", "--batch-size: expected a whole number from 1 to 1437. Received: 1438. Try 'tauten train digits --help'." },
        { "train digits --learning-rate 0", "--learning-rate: expected a number above 0, at most 10. Received: 0. Try 'tauten train digits --help'." },
        { "train digits --learning-rate -0.1", "--learning-rate: expected a number above 0, at most 10. Received: -0.1. Try 'tauten train digits --help'." },
        { "train digits --learning-rate NaN", "--learning-rate: expected a number above 0, at most 10. Received: NaN. Try 'tauten train digits --help'." },
        { "train digits --learning-rate Infinity", "--learning-rate: expected a number above 0, at most 10. Received: Infinity. Try 'tauten train digits --help'." },
        { "train digits --learning-rate 0,01", "--learning-rate: expected a number above 0, at most 10. Received: 0,01. Try 'tauten train digits --help'." },
        { "train digits --seed -1", "--seed: expected a whole number from 0 to 18446744073709551615. Received: -1. Try 'tauten train digits --help'." },
        { "train digits --threads 0", "--threads: expected a whole number from 1 to 1024. Received: 0. Try 'tauten train digits --help'." },
        { "train digits --threads 1025", "--threads: expected a whole number from 1 to 1024. Received: 1025. Try 'tauten train digits --help'." },
        { "train digits --out", "Required argument missing for option: '--out'. Try 'tauten train digits --help'." },
        { "train digits --out /no/such/folder/digits.safetensors", "--out: there is no folder /no/such/folder." },
        { "train digits --out .", "--out: . is a folder. Expected a file name." },
        { "train csv table.csv", "Option '--target' is required. Try 'tauten train csv --help'." },
        { "train text no-such-file", "There is no file no-such-file." },
        { "train images no-such-folder", "There is no folder no-such-folder." },
        { "train mnist --data no-such-folder", "--data: there is no folder no-such-folder." },
        { "evaluate digits --weights no-such-file", "there is no file no-such-file. Make one with 'tauten train digits'." },
        { "predict digits", "Required argument missing for command: 'digits'. Try 'tauten predict digits --help'." },
        { "predict digits a b", "'b' is no command or option here. Try 'tauten predict digits --help'." },
        { "predict digits a --count 0", "--count: expected a whole number from 1 to 360. Received: 0. Try 'tauten predict digits --help'." },
        { "predict digits a --count 361", "--count: expected a whole number from 1 to 360. Received: 361. Try 'tauten predict digits --help'." },
        { "predict digits no-such-file", "there is no file no-such-file. Make one with 'tauten train digits'." },
        { "predict digits .", ". is a folder. Expected a file with weights." },
    };

    [Theory]
    [MemberData(nameof(WrongCalls))]
    public void AWrongCallIsAnsweredWithOneLine(string call, string line)
    {
        var run = CommandRun.Of(call.Split(' '));
        Assert.Equal($"tauten: {line}", run.Error.TrimEnd());
        Assert.Equal("", run.Output);
        Assert.Equal(Tool.Mistake, run.ExitCode);
    }

    [Fact]
    public void AnEmptyFileNameIsRefused() => Assert.Equal("tauten: --out: expected a file name. Received an empty one.", CommandRun.Of("train", "digits", "--out", "").Error.TrimEnd());

    [Theory]
    [InlineData("--help")]
    [InlineData("train --help")]
    [InlineData("train digits --help", "--epochs", "--batch-size", "--learning-rate", "--seed", "--threads", "--out", "[default: digits.safetensors]")]
    [InlineData("train cifar10 --help", "--precision", "bf16", "--compile", "--workers", "--data", "--resume", "--log")]
    [InlineData("predict digits -h", "FILE", "--count", "--seed")]
    [InlineData("predict --help", "digits", "mnist", "fashion-mnist", "cifar10", "images", "csv", "text")]
    [InlineData("predict cifar10 -h", "WEIGHTS", "PICTURE", "--top", "--count")]
    [InlineData("predict text -h", "--prompt", "--length", "--temperature", "--seed")]
    [InlineData("lr-find fashion-mnist --help", "--from", "--to", "--steps", "--picture", "fashion-mnist-lr.svg", "--model")]
    [InlineData("--version")]
    public void HelpAndVersionAreOutput(string call, params string[] words)
    {
        var run = CommandRun.Of(call.Split(' '));
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.NotEqual("", run.Output);
        Assert.All(words, word => Assert.Contains(word, run.Output));
    }

    [Fact]
    public void WithoutArgumentsTheToolShowsItsHelp() => Assert.Equal(CommandRun.Of("--help"), CommandRun.Of());
}
