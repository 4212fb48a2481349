using System.Diagnostics;
using Tauten.Data;
using Tauten.NN;

namespace Tauten.Training;

/// <summary>A training while it runs: what callbacks see, and may end.</summary>
public sealed class TrainingRun
{
    readonly Stopwatch clock = Stopwatch.StartNew();

    internal TrainingRun(Trainer trainer, int epochs, FitOptions options, IReadOnlyList<Callback> callbacks, CancellationToken stop) =>
        (Trainer, Epochs, Options, Callbacks, Stop) = (trainer, epochs, options, callbacks, stop);

    /// <summary>The trainer.</summary>
    public Trainer Trainer { get; }

    /// <summary>What is trained.</summary>
    public Module Module => Trainer.Module;

    /// <summary>How long and on what it trains.</summary>
    public FitOptions Options { get; }

    /// <summary>The number of the last epoch.</summary>
    public int Epochs { get; }

    /// <summary>The running epoch, from 0; <see cref="Epochs"/> when all are done.</summary>
    public int Epoch { get; internal set; }

    /// <summary>How many steps of the running epoch are done.</summary>
    public long StepInEpoch { get; internal set; }

    /// <summary>How many steps an epoch has, where that is known.</summary>
    public long? StepsPerEpoch { get; internal set; }

    /// <summary>How many steps are done in all.</summary>
    public long Steps { get; internal set; }

    /// <summary>How many samples were seen in this epoch.</summary>
    public long SamplesInEpoch { get; internal set; }

    /// <summary>Means over the epoch so far by name; behind an epoch with those of validation.</summary>
    public IReadOnlyDictionary<string, double> Logs { get; internal set; } = new Dictionary<string, double>();

    /// <summary>The batch of the last step.</summary>
    public Sample? Batch { get; internal set; }

    /// <summary>What the last step gave: the loss of its batch.</summary>
    public IReadOnlyDictionary<string, double> StepLogs { get; internal set; } = new Dictionary<string, double>();

    /// <summary>The epochs so far.</summary>
    public History History { get; internal set; } = new();

    /// <summary>The time since the training or its continuation began.</summary>
    public TimeSpan Elapsed => clock.Elapsed;

    /// <summary>The time since the epoch or its continuation began.</summary>
    public TimeSpan EpochElapsed => Stopwatch.GetElapsedTime(EpochBegan);

    /// <summary>Steps of this epoch that this process has not made itself.</summary>
    public long StepsBefore { get; internal set; }

    /// <summary>Whether the training goes on from a checkpoint.</summary>
    public bool IsResumed { get; internal set; }

    internal long EpochBegan { get; set; } = Stopwatch.GetTimestamp();

    internal IReadOnlyList<Callback> Callbacks { get; }

    internal CancellationToken Stop { get; }

    internal Means Means { get; set; } = new();

    /// <summary>Which pass over the data runs: the epoch, or with a given number of steps the pass that they have come to.</summary>
    internal long Pass { get; set; }

    internal DataIterator<Sample>? Iterator { get; set; }

    /// <summary>A position of the data that was loaded, for the next pass that begins.</summary>
    internal long[]? SavedPosition { get; set; }

    /// <summary>Whether a reason to end was given.</summary>
    public bool IsStopping => StopReason is not null;

    /// <summary>The reason.</summary>
    public string? StopReason { get; private set; }

    /// <summary>Whether the epoch is to be ended before its last step, too.</summary>
    internal bool StopsAtOnce { get; private set; }

    /// <summary>Ends the training behind the running epoch, or at once.</summary>
    public void End(string reason, bool atOnce = false)
    {
        StopReason ??= reason;
        StopsAtOnce |= atOnce;
    }
}
