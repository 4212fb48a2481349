using System.Globalization;
using System.Text.Json.Nodes;

namespace Tauten.Training;

/// <summary>What an epoch ended with.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="Seconds">How long it took, validation included.</param>
/// <param name="Values">Means over the epoch by name: <c>loss</c>, metrics, and both with <c>val_</c> before them.</param>
public sealed record EpochLog(int Epoch, double Seconds, IReadOnlyDictionary<string, double> Values);

/// <summary>What a training went through.</summary>
/// <example><code>
/// var trainer = new Trainer(new Linear(2, 1), new MSELoss(), p => new SGD(p, 0.1));
/// History history = trainer.Fit(Tensor.Ones([8, 2]), Tensor.Ones([8, 1]), epochs: 3, options: new() { Verbosity = Verbosity.Silent });
/// Console.WriteLine(history["loss"].Length);    // 3
/// </code></example>
public sealed class History
{
    readonly List<EpochLog> epochs = [];

    internal History()
    {
    }

    /// <summary>A log for each epoch.</summary>
    public IReadOnlyList<EpochLog> Epochs => epochs;

    /// <summary>How many steps were made.</summary>
    public long Steps { get; internal set; }

    /// <summary>Why training ended before its last epoch; null if it did not.</summary>
    public string? Stopped { get; internal set; }

    /// <summary>What cannot be seen in the numbers, such as a step that could not be compiled.</summary>
    public IReadOnlyList<string> Notes => notes;

    readonly List<string> notes = [];

    /// <summary>The values of a name, one for each epoch that has it.</summary>
    /// <exception cref="KeyNotFoundException">No epoch has it; the message tells the names.</exception>
    public double[] this[string name]
    {
        get
        {
            double[] values = [.. epochs.Where(e => e.Values.ContainsKey(name)).Select(e => e.Values[name])];
            return values.Length > 0 || epochs.Count == 0 ? values : throw new KeyNotFoundException($"History: there is no '{name}'. Names: {string.Join(", ", epochs.SelectMany(e => e.Values.Keys).Distinct())}.");
        }
    }

    internal void Add(EpochLog epoch) => epochs.Add(epoch);

    internal void Note(string note) => notes.Add(note);

    // As JSON in the metadata of a checkpoint.
    internal string ToJson()
    {
        var all = new JsonArray();
        foreach (var epoch in epochs)
        {
            var values = new JsonObject();
            // Numbers that JSON has no word for are texts.
            foreach (var (name, value) in epoch.Values) values[name] = value.ToString("R", CultureInfo.InvariantCulture);
            all.Add((JsonNode)new JsonObject { ["epoch"] = epoch.Epoch, ["seconds"] = epoch.Seconds, ["values"] = values });
        }
        return all.ToJsonString();
    }

    internal void LoadJson(string json)
    {
        epochs.Clear();
        foreach (var node in JsonNode.Parse(json)!.AsArray())
        {
            var values = new OrderedDictionary<string, double>();
            foreach (var (name, value) in node!["values"]!.AsObject()) values[name] = double.Parse((string)value!, CultureInfo.InvariantCulture);
            epochs.Add(new((int)node["epoch"]!, (double)node["seconds"]!, values));
        }
    }
}

/// <summary>Results by name: the loss, and metrics.</summary>
/// <param name="Values">The results.</param>
public sealed record Evaluation(IReadOnlyDictionary<string, double> Values)
{
    /// <summary>A result.</summary>
    public double this[string name] => Values.TryGetValue(name, out double value) ? value : throw new KeyNotFoundException($"Evaluation: there is no '{name}'. Names: {string.Join(", ", Values.Keys)}.");

    /// <summary>The loss.</summary>
    public double Loss => this["loss"];

    /// <summary>Names and numbers in a line.</summary>
    public override string ToString() => string.Join("  ", Values.Select(v => string.Create(CultureInfo.InvariantCulture, $"{v.Key} {v.Value:F4}")));
}
