using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Tauten.Cli.Commands;

/// <summary><c>tauten predict digits</c>: draws some digits of the test set with what a trained <see cref="DigitsNet"/> reads.</summary>
sealed class PredictDigits : Command
{
    readonly Argument<string> file = new("FILE") { Description = "Weights that 'tauten train digits' has saved" };
    readonly Option<int> count = NumberOption.Whole("--count", "How many digits to draw", 8, 1, 360);
    readonly Option<ulong> seed = NumberOption.Whole<ulong>("--seed", "Which digits: another seed draws others", 0, 0, ulong.MaxValue);

    /// <summary>The command.</summary>
    public PredictDigits() : base("digits", "Draw digits of the test set with what a trained network reads, how sure it is, and the truth.")
    {
        Add(file);
        Add(count);
        Add(seed);
        SetAction(Run);
    }

    int Run(ParseResult call)
    {
        string path = call.GetRequiredValue(file);
        WeightsFile.CheckReadable(path);
        var net = new DigitsNet();
        net.Load(path);

        var (_, test) = Digits.Load();
        var chosen = test.At(Tensor.Permutation(test.Count, new Generator(call.GetRequiredValue(seed)))[..call.GetRequiredValue(count)]);
        var readings = net.Read(chosen.Images);
        var truths = chosen.Labels.ToArray<long>();
        var pixels = chosen.Images.ToArray<float>().Chunk(Digits.Side * Digits.Side);

        var console = Terminal.On(call.InvocationConfiguration.Output);
        bool inColor = console.Profile.Capabilities.ColorSystem != ColorSystem.NoColors;
        console.Write(new Columns(pixels.Zip(readings, truths).Select(digit =>
            new Rows(DigitPicture.Draw(digit.First, Digits.Side, inColor), Caption(digit.Second, digit.Third)))) { Expand = false });
        console.WriteLine($"{readings.Zip(truths).Count(pair => pair.First.Digit == pair.Second)} of {truths.Length} right");
        return 0;
    }

    static Markup Caption(DigitReading reading, long truth)
    {
        string sure = string.Create(CultureInfo.InvariantCulture, $"{reading.Digit}  {reading.Probability:P1}");
        return reading.Digit == truth
            ? new($"[green]{sure}[/]\ntruth {truth}\n")
            : new($"[red]{sure}[/]\n[red]truth {truth}  ✗ wrong[/]\n");
    }
}
