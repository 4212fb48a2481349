using System.Text;

namespace Tauten;

/// <summary>
/// Other names for the tensors of a file, by rules: <c>layer{i}.{j}.conv1</c> becomes <c>Stage{i}.Block{j}.Conv1</c>. A rule is about whole parts of a name, between dots, wherever they
/// stand; a word in braces stands for a number, or for a part of letters, digits and underscores where it is a part by itself.
/// </summary>
/// <example><code>
/// var rules = new NameRules().Add("module", "").Add("layer{i}.{j}.conv1", "Stage{i}.Block{j}.Conv1");
/// Console.WriteLine(rules.Rename("module.layer1.0.conv1.weight"));    // Stage1.Block0.Conv1.weight
/// </code></example>
public sealed class NameRules
{
    readonly List<(string[] From, string[] To)> rules = [];

    /// <summary>Adds a rule, which is applied to what the rules before it have made of a name, once.</summary>
    /// <param name="from">Parts of a name.</param>
    /// <param name="to">What stands in their place; nothing for parts that are left out.</param>
    /// <returns>The rules.</returns>
    /// <exception cref="ArgumentException">A part is empty, or <paramref name="to"/> has a word in braces that <paramref name="from"/> does not have.</exception>
    public NameRules Add(string from, string to)
    {
        string[] parts = from.Split('.'), others = to.Length == 0 ? [] : to.Split('.');
        if (parts.Concat(others).Any(p => p.Length == 0)) throw new ArgumentException($"A rule has parts between dots. Received: '{from}' -> '{to}'.");
        var known = Words(from);
        foreach (string word in Words(to))
            if (!known.Contains(word)) throw new ArgumentException($"The rule '{from}' -> '{to}' has {{{word}}} on the right only.");
        rules.Add((parts, others));
        return this;
    }

    static HashSet<string> Words(string text)
    {
        var words = new HashSet<string>();
        for (int open = text.IndexOf('{'); open >= 0; open = text.IndexOf('{', open + 1))
        {
            int close = text.IndexOf('}', open);
            if (close < 0) throw new ArgumentException($"A brace is not closed in '{text}'.");
            words.Add(text[(open + 1)..close]);
        }
        return words;
    }

    /// <summary>The name that the rules make of one.</summary>
    public string Rename(string name)
    {
        List<string> parts = [.. name.Split('.')];
        foreach (var (from, to) in rules)
            for (int at = 0; at + from.Length <= parts.Count; at++)
            {
                var words = new Dictionary<string, string>();
                bool fits = true;
                for (int i = 0; i < from.Length && fits; i++) fits = Fits(from[i], parts[at + i], words);
                if (!fits) continue;
                parts.RemoveRange(at, from.Length);
                parts.InsertRange(at, to.Select(t => Filled(t, words)));
                break;
            }
        return string.Join('.', parts);
    }

    static bool Fits(string pattern, string part, Dictionary<string, string> words)
    {
        int open = pattern.IndexOf('{');
        if (open < 0) return pattern == part;
        int close = pattern.IndexOf('}');
        string word = pattern[(open + 1)..close], before = pattern[..open], after = pattern[(close + 1)..];
        if (part.Length <= before.Length + after.Length || !part.StartsWith(before, StringComparison.Ordinal) || !part.EndsWith(after, StringComparison.Ordinal)) return false;
        string value = part[before.Length..^after.Length];
        bool alone = before.Length + after.Length == 0;
        if (!value.All(ch => char.IsAsciiDigit(ch) || (alone && (char.IsAsciiLetter(ch) || ch == '_')))) return false;
        return words.TryAdd(word, value) || words[word] == value;
    }

    static string Filled(string pattern, Dictionary<string, string> words)
    {
        var text = new StringBuilder(pattern);
        foreach (var (word, value) in words) text.Replace($"{{{word}}}", value);
        return text.ToString();
    }

    /// <summary>The tensors under their new names.</summary>
    /// <exception cref="ModelFormatException">Two of them would have the same name.</exception>
    public IReadOnlyDictionary<string, Tensor> Rename(IReadOnlyDictionary<string, Tensor> tensors)
    {
        var renamed = new OrderedDictionary<string, Tensor>(tensors.Count);
        var before = new Dictionary<string, string>();
        foreach (var (name, tensor) in tensors)
        {
            string other = Rename(name);
            if (!renamed.TryAdd(other, tensor)) throw new ModelFormatException($"'{before[other]}' and '{name}' would both be named '{other}'.");
            before[other] = name;
        }
        return renamed;
    }
}
