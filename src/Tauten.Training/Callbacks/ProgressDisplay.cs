using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Tauten.Training;

/// <summary>Shows a training while it runs: a bar that renews itself on a terminal, with loss, metrics, speed and the time left; a line for each epoch elsewhere.</summary>
sealed class ProgressDisplay(TextWriter output, Verbosity verbosity, string unit) : Callback
{
    const int WidestBar = 30;
    static readonly TimeSpan pause = TimeSpan.FromMilliseconds(100);
    readonly bool isLive = verbosity == Verbosity.Bar || (verbosity == Verbosity.Auto && ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb");
    long drawn;

    public override void OnTrainBegin(TrainingRun run)
    {
        if (run.IsResumed) output.WriteLine($"resumed in epoch {run.Epoch + 1}{(run.StepInEpoch > 0 ? $" behind step {run.StepInEpoch}" : "")}");
    }

    public override void OnStepEnd(TrainingRun run)
    {
        if (!isLive || (drawn != 0 && Stopwatch.GetElapsedTime(drawn) < pause)) return;
        drawn = Stopwatch.GetTimestamp();
        Draw(Line(run, run.Trainer.LogsOf(run), run.StepsPerEpoch is { } steps ? (double)run.StepInEpoch / steps : null));
    }

    public override void OnEpochEnd(TrainingRun run)
    {
        string line = Line(run, run.Logs, 1);
        if (isLive) Draw(line + "\n");
        else output.WriteLine(line);
        output.Flush();
    }

    public override void OnTrainEnd(TrainingRun run)
    {
        if (isLive && run.StepInEpoch > 0) output.WriteLine();
    }

    void Draw(string line)
    {
        output.Write($"\r{line[..line.TrimEnd('\n').Length]}\u001b[K{(line.EndsWith('\n') ? "\n" : "")}");
        output.Flush();
    }

    string Line(TrainingRun run, IReadOnlyDictionary<string, double> logs, double? done)
    {
        string epoch = $"epoch {(run.Epoch + 1).ToString(CultureInfo.InvariantCulture).PadLeft(run.Epochs.ToString(CultureInfo.InvariantCulture).Length)}/{run.Epochs}";
        var text = new StringBuilder();
        foreach (var (name, value) in logs) text.Append(CultureInfo.InvariantCulture, $"  {name} {(value != 0 && Math.Abs(value) < 1e-3 ? value.ToString("E2", CultureInfo.InvariantCulture) : value.ToString("F4", CultureInfo.InvariantCulture))}");
        double elapsed = Math.Max(1e-9, run.EpochElapsed.TotalSeconds);
        double share = run.StepInEpoch == 0 ? 1 : (run.StepInEpoch - run.StepsBefore) / (double)run.StepInEpoch;
        text.Append(CultureInfo.InvariantCulture, $"  {run.SamplesInEpoch * share / elapsed:N0} {unit}/s");
        if (done is { } part && run.SamplesInEpoch > 0)
        {
            double epochs = run.Epochs - run.Epoch - part, each = part * share > 0 ? elapsed / (part * share) : 0;
            text.Append($"  {Duration(TimeSpan.FromSeconds(Math.Min(epochs * each, TimeSpan.MaxValue.TotalSeconds / 2)))} left");
        }
        if (!isLive) return epoch + text;
        int width = Math.Clamp(Width() - epoch.Length - text.Length - 3, 0, WidestBar), filled = (int)((done ?? 0) * width);
        return $"{epoch}  {new string('━', filled)}{new string('─', width - filled)}{text}";
    }

    static int Width()
    {
        try
        {
            return Console.IsOutputRedirected ? 120 : Console.WindowWidth;
        }
        catch (Exception e) when (e is IOException or PlatformNotSupportedException)
        {
            return 80;
        }
    }

    static string Duration(TimeSpan time)
    {
        var rounded = TimeSpan.FromSeconds(Math.Ceiling(time.TotalSeconds));
        return rounded.TotalMinutes < 1 ? $"{rounded.Seconds} s" : rounded.TotalHours < 1 ? $"{rounded.Minutes} min {rounded.Seconds:D2} s" : $"{(int)rounded.TotalHours} h {rounded.Minutes:D2} min";
    }
}
