using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace Tauten.Conventions;

/// <summary>
/// Which public names of another framework have a counterpart here, and which test shows it. The names are listed in <c>NAME.txt</c> beside this file, page by page. A name is found by its
/// own spelling in Pascal case; what is spelled otherwise, or left out for a reason, stands in <c>NAME.spelling.txt</c>.
/// </summary>
sealed partial class Coverage
{
    static readonly string[] reasons = ["in-place", "CUDA", "distributed", "sparse", "quantized", "deprecated", "Python object"];

    readonly string list;
    readonly Tree tree;
    readonly Dictionary<string, string> members = new(StringComparer.OrdinalIgnoreCase);
    readonly HashSet<string> known = [];
    readonly Dictionary<string, (string? Ours, string? Case, string? Reason)> spelling = [];
    readonly (string Path, string Text)[] tests;
    readonly HashSet<string> used = [];

    /// <summary>A name of a page, and what became of it.</summary>
    public sealed record Entry(string Page, string Name, string? Ours, string? Case, string? Reason);

    public Coverage(string list, Tree tree, params Assembly[] assemblies)
    {
        this.list = list;
        this.tree = tree;
        foreach (var type in assemblies.SelectMany(a => a.GetExportedTypes()).Where(t => t.Namespace != "Tauten.Ops"))
        {
            string name = type.Name.Split('`')[0], place = type.Namespace!.Length > "Tauten".Length ? type.Namespace["Tauten.".Length..] + "." : "";
            Add(place, name);
            foreach (var member in type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
                if (member is MethodInfo { IsSpecialName: false } or PropertyInfo or FieldInfo) Add(place, $"{name}.{member.Name}");
        }
        foreach (string line in Lines($"{list}.spelling.txt"))
        {
            var match = SpellingLine().Match(line);
            if (!match.Success) throw new FormatException($"{list}.spelling.txt: '{line}' is neither 'NAME = OURS', 'NAME = OURS ~ TEXT OF A CASE', 'NAME ! REASON' nor 'NAME ?'.");
            string? reason = match.Groups["reason"].Success ? match.Groups["reason"].Value : null;
            if (reason is not null && !reasons.Contains(reason)) throw new FormatException($"{list}.spelling.txt: '{reason}' is none of the reasons {string.Join(", ", reasons)}.");
            spelling.Add(match.Groups["name"].Value, (Value("ours"), Value("case"), reason));

            string? Value(string group) => match.Groups[group].Success ? match.Groups[group].Value.Trim() : null;
        }
        // In this order: what compares with PyTorch comes first.
        string[] folders = ["tests/Tauten.Agreement/Areas", "tests/Tauten.Conformance", "tests/Tauten.Core.Tests", "tests/Tauten.NN.Tests", "tests/Tauten.Training.Tests"];
        tests = [.. folders.SelectMany(f => tree.Files(f, ".cs")).Select(path => (path, tree.Read(path)))];

        void Add(string place, string name)
        {
            members.TryAdd(place + name, name);
            known.Add(name);
        }
    }

    string[] Lines(string file) => [.. tree.Read($"tests/Tauten.Conventions/Coverage/{file}").Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && !l.StartsWith("# ", StringComparison.Ordinal))];

    /// <summary>Every name of the list.</summary>
    public List<Entry> Entries()
    {
        var entries = new List<Entry>();
        string page = "";
        foreach (string line in Lines($"{list}.txt"))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal)) page = line[3..];
            else entries.Add(Find(page, line));
        }
        return entries;
    }

    /// <summary>Spellings that no name needs.</summary>
    public IEnumerable<string> Unused => spelling.Keys.Where(k => !used.Contains(k));

    /// <summary>Counterparts that are promised but do not exist.</summary>
    public IEnumerable<string> Broken => spelling.Where(s => s.Value.Ours is { } ours && s.Value.Case is null && !known.Contains(ours)).Select(s => $"{s.Key} = {s.Value.Ours}");

    Entry Find(string page, string name)
    {
        string own = $"{page}/{name}";
        string? key = spelling.ContainsKey(own) ? own : spelling.ContainsKey(name) ? name : null;
        if (key is not null)
        {
            used.Add(key);
            var (ours, text, reason) = spelling[key];
            if (reason is not null) return new(page, name, null, null, reason);
            if (ours is null) return new(page, name, null, null, null);
            return new(page, name, ours, text is null ? CaseOf(ours) : CaseWith(text), null);
        }
        if (name.EndsWith('_')) return new(page, name, null, null, "in-place");
        // A function of a list of tensors is the function, called for each.
        string single = name.StartsWith("_foreach_", StringComparison.Ordinal) ? name["_foreach_".Length..] : name;
        if (single != name) return Find(page, single) with { Name = name };
        foreach (string place in Places(page))
            if (members.TryGetValue($"{place}{Pascal(name)}", out string? ours)) return new(page, name, ours, CaseOf(ours), null);
        return new(page, name, null, null, null);
    }

    static string[] Places(string page) => page switch
    {
        "torch.linalg" => ["Linalg.", "Tensor."],
        "torch.fft" => ["Fourier."],
        "torch.special" => ["Special.", "Tensor."],
        "torch.signal.windows" => ["SignalWindows."],
        "torch.distributions" => ["Distributions."],
        "torch.func" => ["Gradients.", "Tensor."],
        "torch.nn.functional" => ["Tensor."],
        "torch.nn.init" => ["NN.Initialize."],
        "torch.nn" or "torch.nn.utils" or "torch.optim" => ["NN.", ""],
        "keras.metrics" => ["Training."],
        "keras.initializers" => ["NN.Initialize."],
        "keras.activations" => ["Tensor."],
        _ when page.StartsWith("torchmetrics", StringComparison.Ordinal) => ["Training."],
        _ when page.StartsWith("keras", StringComparison.Ordinal) => ["NN."],
        _ => ["Tensor.", "Gradients.", "Linalg.", "Special.", "Fourier.", "ComplexTensor.", "DTypes."],
    };

    static string Pascal(string name) => string.Concat(name[(name.LastIndexOf('.') + 1)..].Split('_').Select(p => p.Length == 0 ? p : char.ToUpper(p[0], CultureInfo.InvariantCulture) + p[1..]));

    /// <summary>The first test that uses a member: one that compares with PyTorch, else an op's case, else any.</summary>
    string? CaseOf(string member)
    {
        string[] parts = member.Split('.');
        // What can only mean the member comes first: a layer may have the name of a function, and a static method that of another's.
        string[] patterns = parts switch
        {
            [var type] => [$@"\bnew {type}\b", $@"\b{type}\b"],
            ["Tensor", var name] => [$@"\.{name}\b"],
            [var type, var name] => [$@"\b{type}\.{name}\b", $@"\.{name}\b"],
            _ => throw new FormatException($"{list}.spelling.txt: '{member}' is neither a type nor a member of one."),
        };
        foreach (string pattern in patterns)
            foreach (var (path, text) in tests)
                if (Regex.Match(text, pattern) is { Success: true } match) return Link(path, text, match.Index);
        return null;
    }

    string? CaseWith(string words)
    {
        foreach (var (path, text) in tests)
            if (text.IndexOf(words, StringComparison.Ordinal) is var at and >= 0) return Link(path, text, at);
        return null;
    }

    static string Link(string path, string text, int at)
    {
        string line = text[(text.LastIndexOf('\n', at) + 1)..at];
        string name = CaseKey().Match(line) is { Success: true } key ? key.Groups[1].Value : Path.GetFileNameWithoutExtension(path);
        return $"[{name.Replace("|", "\\|", StringComparison.Ordinal)}](../{path})";
    }

    /// <summary>The document.</summary>
    public static string Write(params (string Title, List<Entry> Entries)[] lists)
    {
        var text = new StringBuilder();
        text.AppendLine("# Coverage").AppendLine();
        text.AppendLine("Public names of the documentation of PyTorch 2.5, torchmetrics 1.9 and Keras 3.6, and their counterparts. A test writes this page from the code; it fails when the page is stale.");
        text.AppendLine("Another name of the same thing is listed once. What takes a list of tensors (`_foreach_`) is the function here, called for each.");
        text.AppendLine("A name without a counterpart has a reason (in-place, CUDA, distributed, sparse, quantized, deprecated, Python object) or is missing.");
        text.AppendLine("The last column leads to the test that shows it, one that compares with PyTorch's or scikit-learn's own numbers where there is one.").AppendLine();
        text.AppendLine("| page | names | with a reason | of the others, there | missing |").AppendLine("|---|---|---|---|---|");
        foreach (var (_, entries) in lists)
            foreach (var page in entries.GroupBy(e => e.Page)) Row(page.Key, [.. page]);
        foreach (var (title, entries) in lists) Row($"**{title}, all**", entries);
        foreach (var (_, entries) in lists)
        {
            foreach (var page in entries.GroupBy(e => e.Page))
            {
                text.AppendLine().AppendLine($"## {page.Key}").AppendLine();
                text.AppendLine("| name | here | case |").AppendLine("|---|---|---|");
                foreach (var e in page.Where(e => e.Reason is null)) text.AppendLine($"| {e.Name} | {(e.Ours is null ? "missing" : $"`{e.Ours}`")} | {e.Case ?? ""} |");
                foreach (var left in page.Where(e => e.Reason is not null).GroupBy(e => e.Reason)) text.AppendLine().AppendLine($"Left out, {left.Key}: {string.Join(", ", left.Select(e => e.Name.TrimEnd('_') == e.Name ? e.Name : $"`{e.Name}`"))}.");
            }
        }
        return text.ToString();

        void Row(string page, List<Entry> entries)
        {
            int excused = entries.Count(e => e.Reason is not null), there = entries.Count(e => e.Ours is not null), open = entries.Count - excused;
            text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"| {page} | {entries.Count} | {excused} | {there} of {open} ({(open == 0 ? 100 : 100.0 * there / open):F1} %) | {open - there} |"));
        }
    }

    [GeneratedRegex(@"^(?<name>\S+)\s+(=\s+(?<ours>[^~]+?)(\s+~\s+(?<case>.+))?|!\s+(?<reason>.+)|\?)$")]
    private static partial Regex SpellingLine();

    [GeneratedRegex(@"\[""([^""]+)""\]")]
    private static partial Regex CaseKey();
}
