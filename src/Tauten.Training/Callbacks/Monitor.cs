namespace Tauten.Training;

/// <summary>Which values of a log are better.</summary>
public enum MonitorMode
{
    /// <summary>Larger ones of accuracy, precision, recall and the like, smaller ones of everything else, judged by the name.</summary>
    Auto,
    /// <summary>Smaller ones.</summary>
    Minimum,
    /// <summary>Larger ones.</summary>
    Maximum,
}

/// <summary>A value of the logs, and whether it has become better.</summary>
sealed class Monitor
{
    static readonly string[] larger = ["acc", "auc", "precision", "recall", "f1", "fbeta", "f_beta", "iou", "jaccard", "dice", "r2", "score", "kappa", "matthews", "bleu", "rouge", "similarity", "ndcg"];
    readonly string name;
    readonly bool higher;
    readonly double change;

    public Monitor(string name, MonitorMode mode, double change)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!Enum.IsDefined(mode)) throw new ArgumentOutOfRangeException(nameof(mode), mode, "Expected a member of MonitorMode.");
        (this.name, this.change) = (name, Math.Abs(change));
        higher = mode == MonitorMode.Maximum || (mode == MonitorMode.Auto && larger.Any(part => name.Contains(part, StringComparison.Ordinal)));
        Best = Worst;
    }

    double Worst => higher ? double.NegativeInfinity : double.PositiveInfinity;

    public double Best { get; set; }

    public string Name => name;

    public void Forget() => Best = Worst;

    /// <summary>The value of now.</summary>
    public double Of(TrainingRun run, string callback) =>
        run.Logs.TryGetValue(name, out double value) ? value : throw new ArgumentException($"{callback}: there is no '{name}' to look at. Names: {string.Join(", ", run.Logs.Keys)}.{(name.StartsWith("val_", StringComparison.Ordinal) ? " Give Fit data for validation." : "")}");

    public bool IsBetter(double value, double than) => higher ? value > than + change : value < than - change;
}
