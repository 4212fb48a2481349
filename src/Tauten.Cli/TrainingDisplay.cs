using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Tauten.Cli;

/// <summary>Shows a training while it runs: a line that renews itself on a terminal, a line for each epoch elsewhere.</summary>
static class TrainingDisplay
{
    /// <summary>Runs <paramref name="training"/> and shows what it reports.</summary>
    public static void Show(IAnsiConsole console, Action<IProgress<TrainingProgress>> training)
    {
        if (console.Profile.Out.IsTerminal) console.Live(Text.Empty).Start(live => training(new LiveLine(console, live)));
        else training(new EpochLines(console));
    }

    static string Describe(TrainingProgress now) => string.Create(CultureInfo.InvariantCulture,
        $"loss {now.Loss:F4}  accuracy {now.Accuracy:F3}  {now.ImagesPerSecond:N0} images/s  {Duration(now.Left)} left");

    static string Epoch(TrainingProgress now) => $"epoch {now.Epoch.ToString().PadLeft(now.Epochs.ToString().Length)}/{now.Epochs}";

    static string Duration(TimeSpan time)
    {
        var rounded = TimeSpan.FromSeconds(Math.Ceiling(time.TotalSeconds));
        return rounded.TotalMinutes < 1 ? $"{rounded.Seconds} s" : rounded.TotalHours < 1 ? $"{rounded.Minutes} min {rounded.Seconds:D2} s" : $"{(int)rounded.TotalHours} h {rounded.Minutes:D2} min";
    }

    sealed class EpochLines(IAnsiConsole console) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress now)
        {
            if (now.EndsEpoch) console.Profile.Out.Writer.WriteLine($"{Epoch(now)}  {Describe(now)}");
        }
    }

    sealed class LiveLine(IAnsiConsole console, LiveDisplayContext live) : IProgress<TrainingProgress>
    {
        const int WidestBar = 30;
        static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(80);
        readonly Stopwatch sinceDrawn = new();

        public void Report(TrainingProgress now)
        {
            if (sinceDrawn.IsRunning && sinceDrawn.Elapsed < Pause && now.Done < 1) return;
            sinceDrawn.Restart();
            string epoch = Epoch(now), description = Describe(now);
            int width = Math.Clamp(console.Profile.Width - epoch.Length - description.Length - 5, 0, WidestBar), filled = (int)(now.Done * width);
            live.UpdateTarget(new Markup($"{epoch}  [green]{new string('━', filled)}[/][grey]{new string('━', width - filled)}[/]  {description}"));
        }
    }
}
