using System.Globalization;
using System.Text.RegularExpressions;

namespace Tauten.Training;

/// <summary>Saves the weights of the module behind epochs: all, every so many, or those that were the best so far.</summary>
/// <example><code>
/// var trainer = new Trainer(new Linear(2, 1), new MSELoss(), p => new SGD(p, 0.1));
/// var best = new ModelCheckpoint("best.safetensors", "loss", saveBestOnly: true);
/// trainer.Fit(Tensor.Ones([8, 2]), Tensor.Ones([8, 1]), epochs: 4, options: new() { Callbacks = [best], Verbosity = Verbosity.Silent });
/// Console.WriteLine(File.Exists("best.safetensors"));    // True
/// </code></example>
public sealed partial class ModelCheckpoint : Callback
{
    readonly string path;
    readonly Monitor monitor;
    readonly bool saveBestOnly;
    readonly int everyEpochs;
    readonly long? everySteps;

    /// <summary>A callback.</summary>
    /// <param name="path">The file; <c>{epoch}</c>, <c>{step}</c> and names of logs such as <c>{val_loss:F2}</c> are replaced.</param>
    /// <param name="monitor">The name of the value that says which is the best.</param>
    /// <param name="saveBestOnly">Whether only what is better than all before is saved.</param>
    /// <param name="mode">Which values are better.</param>
    /// <param name="everyEpochs">Behind every how many epochs it saves.</param>
    /// <param name="everySteps">Saves behind every so many steps instead; the values are the means of the epoch so far.</param>
    /// <param name="best">A value that must be passed by the first as well.</param>
    public ModelCheckpoint(string path, string monitor = "val_loss", bool saveBestOnly = false, MonitorMode mode = MonitorMode.Auto, int everyEpochs = 1, long? everySteps = null, double? best = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(everyEpochs);
        if (everySteps is { } steps) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps, nameof(everySteps));
        this.monitor = new(monitor, mode, 0);
        if (best is { } value) this.monitor.Best = value;
        (this.path, this.saveBestOnly, this.everyEpochs, this.everySteps) = (path, saveBestOnly, everyEpochs, everySteps);
    }

    internal override bool WritesFiles => true;

    /// <inheritdoc/>
    public override void OnStepEnd(TrainingRun run)
    {
        if (everySteps is not { } every || run.Steps % every != 0) return;
        run.Logs = run.Trainer.LogsOf(run);
        Save(run);
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingRun run)
    {
        if (everySteps is null && (run.Epoch + 1) % everyEpochs == 0) Save(run);
    }

    void Save(TrainingRun run)
    {
        if (saveBestOnly)
        {
            double value = monitor.Of(run, nameof(ModelCheckpoint));
            if (!monitor.IsBetter(value, monitor.Best)) return;
            monitor.Best = value;
        }
        string file = PathFor(run);
        if (Path.GetDirectoryName(file) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        run.Module.Save(file);
    }

    string PathFor(TrainingRun run) => Placeholder().Replace(path, match =>
    {
        string name = match.Groups[1].Value, format = match.Groups[3].Value;
        double value = name switch
        {
            "epoch" => run.Epoch + 1,
            "step" => run.Steps,
            _ => run.Logs.TryGetValue(name, out double log) ? log : throw new ArgumentException($"ModelCheckpoint: there is no '{name}' for the path {path}. Names: epoch, step, {string.Join(", ", run.Logs.Keys)}."),
        };
        return name is "epoch" or "step" ? ((long)value).ToString(format, CultureInfo.InvariantCulture) : value.ToString(format, CultureInfo.InvariantCulture);
    });

    [GeneratedRegex(@"\{(\w+)(:([^}]*))?\}")]
    private static partial Regex Placeholder();

    /// <inheritdoc/>
    protected internal override IReadOnlyDictionary<string, Tensor> State() => new Dictionary<string, Tensor> { ["best"] = Tensor.From(monitor.Best) };

    /// <inheritdoc/>
    protected internal override void LoadState(IReadOnlyDictionary<string, Tensor> state) => monitor.Best = Number(state, "best");
}

/// <summary>
/// Saves all that a training needs to go on, and goes on from the newest when the same program is started again: the weights are bit by bit those of a training that was not interrupted. Files are
/// written whole or not at all, and verified when they are loaded; behind a damaged one stands the one before.
/// </summary>
/// <example><code>
/// History Train()
/// {
///     using var seeded = Generator.Use(new Generator(1));
///     var trainer = new Trainer(new Linear(2, 1), new MSELoss(), p => new Adam(p), options: new() { Seed = 3 });
///     return trainer.Fit(Tensor.Ones([8, 2]), Tensor.Ones([8, 1]), epochs: 4, options: new() { Callbacks = [new BackupAndRestore("backup")], Verbosity = Verbosity.Silent });
/// }
/// Console.WriteLine(Train().Epochs.Count);    // 4
/// </code></example>
public sealed class BackupAndRestore : Callback
{
    const string Pattern = "checkpoint-*.safetensors";
    readonly string folder;
    readonly long? everySteps;
    readonly TimeSpan? every;
    readonly int keep;
    readonly bool deleteAtEnd, restore;
    TimeSpan saved;

    /// <summary>A callback.</summary>
    /// <param name="folder">Where the checkpoints are.</param>
    /// <param name="everySteps">Saves behind every so many steps, beside each epoch.</param>
    /// <param name="every">Saves when so much time has passed, beside each epoch.</param>
    /// <param name="keep">How many of the newest are kept.</param>
    /// <param name="deleteAtEnd">Whether all are deleted when the training has come to its end.</param>
    /// <param name="restore">Whether to go on from what is there; else the folder must have none.</param>
    public BackupAndRestore(string folder, long? everySteps = null, TimeSpan? every = null, int keep = 2, bool deleteAtEnd = true, bool restore = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(keep);
        if (everySteps is { } steps) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps, nameof(everySteps));
        (this.folder, this.everySteps, this.every, this.keep, this.deleteAtEnd, this.restore) = (folder, everySteps, every, keep, deleteAtEnd, restore);
    }

    internal override bool WritesFiles => true;

    /// <summary>Called with the path of each checkpoint once it is complete.</summary>
    public Action<string>? Saved { get; init; }

    string[] Files() => Directory.Exists(folder) ? [.. Directory.GetFiles(folder, Pattern).Order(StringComparer.Ordinal)] : [];

    internal override void OnRestore(TrainingRun run)
    {
        var files = Files();
        if (!restore && files.Length > 0) throw new IOException($"BackupAndRestore: the folder {folder} has the checkpoints of another training. Continue it, or delete them.");
        // What a kill has left half written.
        foreach (string leftover in Directory.Exists(folder) ? Directory.GetFiles(folder, "*.tmp") : []) File.Delete(leftover);
        for (int i = files.Length - 1; i >= 0; i--)
        {
            try
            {
                TrainingCheckpoint.Load(files[i], run);
                return;
            }
            catch (ModelFormatException e) when (i > 0)
            {
                run.History.Note($"The checkpoint {files[i]} was passed over: {e.Message}");
            }
        }
    }

    /// <inheritdoc/>
    public override void OnStepEnd(TrainingRun run)
    {
        bool due = (everySteps is { } steps && run.Steps % steps == 0) || (every is { } time && run.Elapsed - saved >= time);
        // Gradients that are being gathered are in no checkpoint.
        if (due && run.StepInEpoch % run.Trainer.Options.Accumulate == 0) Save(run);
    }

    internal override void OnEpochSaved(TrainingRun run) => Save(run);

    void Save(TrainingRun run)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"checkpoint-{run.Steps:D12}-{run.Epoch:D6}.safetensors"));
        TrainingCheckpoint.Save(path, run);
        saved = run.Elapsed;
        foreach (string old in Files().SkipLast(keep)) File.Delete(old);
        Saved?.Invoke(path);
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(TrainingRun run)
    {
        if (run.Stop.IsCancellationRequested)
        {
            if (run.StepInEpoch > 0 && run.StepInEpoch % run.Trainer.Options.Accumulate == 0) Save(run);
        }
        else if (deleteAtEnd)
        {
            foreach (string file in Files()) File.Delete(file);
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
        }
    }
}
