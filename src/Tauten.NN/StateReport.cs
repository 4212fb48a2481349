using System.Text;

namespace Tauten.NN;

/// <summary>How a state differs from what was expected: every entry by name, with its spec.</summary>
/// <param name="Missing">Expected, but not in the state.</param>
/// <param name="Unexpected">In the state, but not known.</param>
/// <param name="Mismatched">In both, with another shape or dtype.</param>
public sealed record StateReport(IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected, IReadOnlyList<string> Mismatched)
{
    const int Shown = 20;

    /// <summary>One error for all that does not fit: mismatched entries always, missing and unexpected ones when strict.</summary>
    internal void Check(string heading, bool strict)
    {
        if (Mismatched.Count == 0 && (!strict || Missing.Count + Unexpected.Count == 0)) return;
        var text = new StringBuilder(heading);
        Append(text, "missing", Missing);
        Append(text, "unexpected", Unexpected);
        Append(text, "mismatched", Mismatched);
        Append(text, "perhaps meant", NearNames.Of(Unexpected, Missing));
        if (NearNames.PrefixOf(Unexpected, Missing) is { } prefix) text.Append($"\n  every unexpected name begins with '{prefix}'; without it they are those that are missing");
        throw new ModelFormatException(text.ToString());
    }

    static void Append(StringBuilder text, string what, IReadOnlyList<string> entries)
    {
        if (entries.Count == 0) return;
        text.Append("\n  ").Append(what).Append(": ").AppendJoin("; ", entries.Take(Shown));
        if (entries.Count > Shown) text.Append($"; and {entries.Count - Shown} more");
    }
}
