namespace Tauten.NN;

/// <summary>Finds what names in a state were perhaps meant to be.</summary>
static class NearNames
{
    /// <summary>
    /// For unexpected entries ("name spec") the missing one that differs by a few letters and could have the same spec, such as <c>fc.wieght -> fc.weight</c>.
    /// </summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> unexpected, IReadOnlyList<string> missing)
    {
        // A state of another model altogether is told by the lists alone.
        const int Most = 200;
        if (unexpected.Count > Most || missing.Count > Most) return [];
        List<string> near = [], free = [.. missing];
        foreach (string entry in unexpected)
        {
            var (name, spec) = Split(entry);
            int allowed = Math.Min(2, name.Length / 3), best = allowed + 1;
            string? found = null;
            foreach (string candidate in free)
            {
                var (other, otherSpec) = Split(candidate);
                if (otherSpec.Length > 0 && spec != otherSpec) continue;
                int distance = Distance(name, other, allowed);
                if (distance < best) (best, found) = (distance, candidate);
            }
            if (found is null) continue;
            free.Remove(found);
            near.Add($"{name} -> {Split(found).Name}");
        }
        return near;
    }

    /// <summary>What stands before all unexpected names, where without it each is a missing one: <c>module.</c> of a model that was wrapped when it was saved.</summary>
    public static string? PrefixOf(IReadOnlyList<string> unexpected, IReadOnlyList<string> missing)
    {
        if (unexpected.Count == 0) return null;
        string first = Split(unexpected[0]).Name;
        var wanted = missing.Select(entry => Split(entry).Name).ToHashSet();
        for (int dot = first.IndexOf('.'); dot >= 0; dot = first.IndexOf('.', dot + 1))
        {
            string prefix = first[..(dot + 1)];
            if (unexpected.All(entry => Split(entry).Name is var name && name.StartsWith(prefix, StringComparison.Ordinal) && wanted.Contains(name[prefix.Length..]))) return prefix;
        }
        return null;
    }

    static (string Name, string Spec) Split(string entry)
    {
        int space = entry.IndexOf(' ');
        return space < 0 ? (entry, "") : (entry[..space], entry[(space + 1)..]);
    }

    // Letters to insert, remove, change or exchange with their neighbour, upper and lower case alike; more than allowed is not told exactly.
    static int Distance(string a, string b, int allowed)
    {
        if (Math.Abs(a.Length - b.Length) > allowed) return allowed + 1;
        var rows = new int[3][];
        for (int i = 0; i < 3; i++) rows[i] = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++) rows[0][j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            int[] now = rows[i % 3], last = rows[(i + 2) % 3], before = rows[(i + 1) % 3];
            now[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int change = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                now[j] = Math.Min(Math.Min(now[j - 1], last[j]) + 1, last[j - 1] + change);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1])) now[j] = Math.Min(now[j], before[j - 2] + 1);
            }
        }
        return rows[a.Length % 3][b.Length];
    }

    static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
