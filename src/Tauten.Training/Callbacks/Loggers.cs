using System.Globalization;
using System.Text;
using System.Text.Json;
using CsvHelper;

namespace Tauten.Training;

/// <summary>A file with a line for each epoch. Where a training goes on after a restart, lines of epochs that are done again are taken off first.</summary>
public abstract class EpochLogger : Callback
{
    private protected EpochLogger(string path, bool append)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        (FilePath, Append) = (path, append);
    }

    private protected string FilePath { get; }

    private protected bool Append { get; }

    internal override bool WritesFiles => true;

    /// <summary>The epoch of a line, from 1; null if it is of none.</summary>
    private protected abstract int? EpochOf(string line);

    /// <inheritdoc/>
    public override void OnTrainBegin(TrainingRun run)
    {
        if (Path.GetDirectoryName(FilePath) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        string[] lines = File.Exists(FilePath) && (Append || run.IsResumed) ? File.ReadAllLines(FilePath) : [];
        // The last line may be half written.
        var kept = lines.Where(line => line.Length > 0 && (!run.IsResumed || EpochOf(line) is not { } epoch || epoch <= run.Epoch)).ToList();
        File.WriteAllLines(FilePath, kept);
        if (run.IsResumed && Resumed(run) is { } note) Write(note);
    }

    /// <summary>A line that tells of the restart, if the format has room for one.</summary>
    private protected virtual string? Resumed(TrainingRun run) => null;

    private protected void Write(string line)
    {
        using var file = new FileStream(FilePath, FileMode.Append, FileAccess.Write, FileShare.Read);
        file.Write(Encoding.UTF8.GetBytes(line + "\n"));
    }
}

/// <summary>A JSON object a line for each epoch: epoch, seconds, steps, and the values of the logs; and one for each restart.</summary>
/// <param name="path">The file.</param>
/// <param name="append">Whether lines of earlier trainings stay.</param>
/// <example><code>
/// var trainer = new Trainer(new Linear(2, 1), new MSELoss(), p => new SGD(p, 0.1));
/// trainer.Fit(Tensor.Ones([8, 2]), Tensor.Ones([8, 1]), epochs: 2, options: new() { Callbacks = [new JsonLinesLogger("log.jsonl")], Verbosity = Verbosity.Silent });
/// Console.WriteLine(File.ReadAllLines("log.jsonl").Length);    // 2
/// </code></example>
public sealed class JsonLinesLogger(string path, bool append = false) : EpochLogger(path, append)
{
    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingRun run) => Write(Line(json =>
    {
        json.WriteNumber("epoch", run.Epoch + 1);
        json.WriteNumber("seconds", Math.Round(run.EpochElapsed.TotalSeconds, 3));
        json.WriteNumber("steps", run.Steps);
        foreach (var (name, value) in run.Logs)
        {
            if (double.IsFinite(value)) json.WriteNumber(name, value);
            else json.WriteString(name, value.ToString(CultureInfo.InvariantCulture));
        }
    }));

    private protected override string? Resumed(TrainingRun run) => Line(json =>
    {
        json.WriteStartObject("resumed");
        json.WriteNumber("epoch", run.Epoch);
        json.WriteNumber("step_in_epoch", run.StepInEpoch);
        json.WriteNumber("steps", run.Steps);
        json.WriteEndObject();
    });

    static string Line(Action<Utf8JsonWriter> write)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(memory.ToArray());
    }

    private protected override int? EpochOf(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.TryGetProperty("epoch", out var epoch) ? epoch.GetInt32() : null;
        }
        catch (JsonException)
        {
            return int.MaxValue;
        }
    }
}

/// <summary>A table of comma-separated values with a row for each epoch, as Keras' CSVLogger writes it: the epoch, from 0, then the values of the logs in the order of their names.</summary>
/// <param name="path">The file.</param>
/// <param name="append">Whether rows of earlier trainings stay.</param>
/// <example><code>
/// var trainer = new Trainer(new Linear(2, 1), new MSELoss(), p => new SGD(p, 0.1));
/// trainer.Fit(Tensor.Ones([8, 2]), Tensor.Ones([8, 1]), epochs: 2, options: new() { Callbacks = [new CsvEpochLogger("log.csv")], Verbosity = Verbosity.Silent });
/// Console.WriteLine(File.ReadLines("log.csv").First());    // epoch,loss
/// </code></example>
public sealed class CsvEpochLogger(string path, bool append = false) : EpochLogger(path, append)
{
    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingRun run)
    {
        var names = run.Logs.Keys.Order(StringComparer.Ordinal).ToList();
        if (!File.Exists(FilePath) || new FileInfo(FilePath).Length == 0) Write(Row(["epoch", .. names]));
        Write(Row([run.Epoch.ToString(CultureInfo.InvariantCulture), .. names.Select(n => run.Logs[n].ToString("R", CultureInfo.InvariantCulture))]));
    }

    static string Row(IEnumerable<string> values)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var csv = new CsvWriter(text, CultureInfo.InvariantCulture))
        {
            foreach (string value in values) csv.WriteField(value);
            csv.Flush();
        }
        return text.ToString();
    }

    // Rows count from 0.
    private protected override int? EpochOf(string line) => int.TryParse(line.Split(',')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int epoch) ? epoch + 1 : null;
}
