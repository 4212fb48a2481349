using System.Diagnostics;
using System.Globalization;

namespace Samples;

/// <summary>The steps of a sample: how many, and lines that tell the loss and the time.</summary>
sealed class Training
{
    const int Lines = 20;

    readonly Stopwatch clock = Stopwatch.StartNew();

    Training(int steps) => Steps = steps;

    /// <summary>How many steps there are.</summary>
    public int Steps { get; }

    /// <summary>Reads <c>--steps N</c>; null after <c>--help</c> and after arguments that nobody understands, which are told.</summary>
    public static Training? Read(string[] arguments, string what, int steps)
    {
        switch (arguments)
        {
            case []:
                return new(steps);
            case ["--steps", var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int given) && given > 0:
                return new(given);
            case ["--help"]:
                Console.WriteLine($"{what}\n\n  --steps N    how many steps to train, {steps} if left out\n  --help       this text");
                return null;
            default:
                Console.Error.WriteLine($"Expected --steps with a number above 0, or --help. Received: {string.Join(' ', arguments)}");
                Environment.ExitCode = 1;
                return null;
        }
    }

    /// <summary>Whether a line is due after this step, counted from 1 on.</summary>
    public bool IsDue(int step) => step == 1 || step == Steps || step % Math.Max(1, Steps / Lines) == 0;

    /// <summary>Tells a loss.</summary>
    public void Tell(int step, double loss, string more = "") =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"step {step,5}/{Steps}  loss {loss:F4}{more}  {clock.Elapsed.TotalSeconds,6:F1} s"));
}
