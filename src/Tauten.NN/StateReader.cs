namespace Tauten.NN;

/// <summary>Reads a saved state entry by entry, and gathers all that does not fit, so that one error tells it.</summary>
sealed class StateReader(IReadOnlyDictionary<string, Tensor> state, string heading)
{
    readonly HashSet<string> unseen = [.. state.Keys];
    readonly List<string> missing = [], mismatched = [];

    /// <summary>Whether a name begins so.</summary>
    public bool Has(string prefix) => state.Keys.Any(name => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>An entry; null, and remembered, if it is not there or has another spec.</summary>
    public Tensor? Take(string name, TensorSpec spec)
    {
        unseen.Remove(name);
        if (!state.TryGetValue(name, out var value)) missing.Add($"{name} {spec}");
        else if (value.Spec != spec) mismatched.Add($"{name}: expected {spec}, received {value.Spec}");
        else return value;
        return null;
    }

    /// <summary>Ends the reading: what was not taken is unexpected.</summary>
    /// <exception cref="ModelFormatException">The state does not fit; the message lists every missing, unexpected and mismatched entry.</exception>
    public void Check() =>
        new StateReport(missing, [.. state.Where(entry => unseen.Contains(entry.Key)).Select(entry => $"{entry.Key} {entry.Value.Spec}")], mismatched).Check(heading, strict: true);
}
