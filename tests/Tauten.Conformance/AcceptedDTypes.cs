using Tauten.Ops;
using Tauten.Testing;

namespace Tauten.Conformance;

/// <summary>
/// The dtypes that an op's rule accepts, found by asking it: the cases of the op are captured, and the dtypes of what reaches the op are exchanged. Some
/// of its inputs share the dtype with which a case is run, others (indices, keys, conditions) have dtypes of their own.
/// </summary>
sealed class AcceptedDTypes
{
    readonly SortedDictionary<int, HashSet<DType>> others = [];
    readonly HashSet<DType> attribute = [];
    readonly HashSet<int> shared = [];
    bool isStep;

    /// <summary>Those of the inputs that share one, or of the result where an op has none such.</summary>
    public HashSet<DType> Free { get; } = [];

    /// <summary>For each case what all uses of the op in it take: in the shared dtype, and for inputs of the case the dtypes other than its own.</summary>
    public Dictionary<OpCase, (HashSet<DType> Free, Dictionary<int, HashSet<DType>> Fixed)> InCase { get; } = [];

    /// <summary>Variants of the op with another dtype as its attribute, which the rule accepts.</summary>
    public List<(Op Op, TensorSpec[] Specs, DType DType)> Made { get; } = [];

    /// <summary>Sentences about inputs that should share a dtype but need not.</summary>
    public List<string> Mixed { get; } = [];

    /// <summary>Sentences about refusals that do not help.</summary>
    public List<string> Unclear { get; } = [];

    public static AcceptedDTypes Of(IReadOnlyList<OpCase> cases)
    {
        var found = new AcceptedDTypes();
        // An unusual dtype, so that it is not confused with that of another input; and float64, which is not widened as those of 16 bits are.
        foreach (var c in cases)
        {
            var unusual = c.DTypes.Contains(DType.BFloat16) ? DType.BFloat16 : c.DTypes.FirstOrDefault(d => d != DType.Bool && c.Inputs.All(i => i.DType != d), c.DTypes[0]);
            found.Ask(c, unusual);
            if (unusual == DType.BFloat16 && c.DTypes.Contains(DType.Float64) && c.Inputs.All(i => i.DType != DType.Float64)) found.Ask(c, DType.Float64);
        }
        foreach (int k in found.shared) found.others.Remove(k);
        // The documentation of OptimizerStep says for all of them what is kept beside a parameter.
        if (found.isStep) found.others.Clear();
        return found;
    }

    void Ask(OpCase c, DType main)
    {
        Node[] leaves = [];
        Graph graph;
        using (Backends.Use(Trial.Cpu))
            graph = Graph.Capture(x =>
            {
                leaves = Array.ConvertAll(x, t => t.Node);
                return c.Function(x);
            }, new Trial(c, c.Variants(false).First(), main).Specs);
        HashSet<DType>? whole = null;
        var fixedInputs = new Dictionary<int, HashSet<DType>>();
        foreach (var node in graph.Nodes.Where(n => n.Op?.GetType() == c.Op))
        {
            var op = node.Op!;
            isStep = op is OptimizerStep;
            var specs = Enumerable.Range(0, node.InputCount).Select(i => node.Input(i).Spec(node.InputOutput(i))).ToArray();
            bool[] isShared = [.. specs.Select((s, k) => s.DType == main && SharesDType(node.Input(k)))];
            if (isShared.Contains(true))
            {
                var taken = Ask(op, d => [.. specs.Select((s, k) => isShared[k] ? new(d, s.Shape) : s)]);
                Free.UnionWith(taken);
                if (whole is null) whole = taken;
                else whole.IntersectWith(taken);
            }
            for (int k = 0; k < specs.Length; k++)
            {
                bool isAlone = isShared.Count(s => s) == 1;
                if (isShared[k]) shared.Add(k);
                if (isShared[k] && isAlone) continue;
                var taken = Ask(op, d => [.. specs.Select((s, j) => j == k ? new(d, s.Shape) : s)]);
                // A mask of attention is added, or says which keys take part.
                bool isMask = op is ScaledDotProductAttention or ScaledDotProductAttentionGradient;
                // Of these each tensor has a dtype of its own.
                if (isShared[k] && op is (TotalNorm or ScaleAll)) continue;
                if (isShared[k]) Mixed.AddRange(taken.Where(d => d != main && !(isMask && d == DType.Bool)).Select(d => $"{op} takes {d.Name()} for input {k} beside {main.Name()}."));
                else
                {
                    if (specs[k].DType != main) taken.Remove(main);
                    if (!others.TryGetValue(k, out var all)) others[k] = all = [];
                    all.UnionWith(taken);
                    int leaf = Array.IndexOf(leaves, node.Input(k));
                    if (leaf >= 0 && c.Inputs[leaf].DType == specs[k].DType) fixedInputs[leaf] = [.. taken.Where(d => d != specs[k].DType && d.IsInteger() && specs[k].DType.IsInteger())];
                }
            }
            if (op.GetType().GetProperty("DType") is { } property && property.PropertyType == typeof(DType))
                foreach (var d in DTypes.All)
                {
                    var other = (Op)op.GetType().GetMethod("<Clone>$")!.Invoke(op, null)!;
                    property.SetValue(other, d);
                    if (!Accepts(other, specs, d)) continue;
                    attribute.Add(d);
                    Made.Add((other, specs, d));
                }
        }
        InCase[c] = (whole ?? [], fixedInputs);

        // What is computed from no input of the case, such as a constant, has its dtype from the case too; but many are of float64 in any case.
        bool SharesDType(Node node)
        {
            var reached = new HashSet<Node>(ReferenceEqualityComparer.Instance);
            Reach(node, reached);
            int[] inputs = [.. Enumerable.Range(0, leaves.Length).Where(i => reached.Contains(leaves[i]))];
            return (inputs.Length == 0 && main != DType.Float64) || Array.Exists(inputs, i => c.Inputs[i].DType is null);
        }
    }

    static void Reach(Node node, HashSet<Node> reached)
    {
        if (!reached.Add(node)) return;
        for (int i = 0; i < node.InputCount; i++) Reach(node.Input(i), reached);
    }

    HashSet<DType> Ask(Op op, Func<DType, TensorSpec[]> specs) => [.. DTypes.All.Where(d => Accepts(op, specs(d), d))];

    bool Accepts(Op op, TensorSpec[] specs, DType dtype)
    {
        try
        {
            op.Infer(specs);
            return true;
        }
        catch (Exception e)
        {
            string[] ways = ["xpected", "Convert", "Use a"];
            if (e is not DTypeException || !e.Message.StartsWith(op.GetType().Name, StringComparison.Ordinal) || !(e.Message.Contains(dtype.Name(), StringComparison.Ordinal) || e.Message.Contains("Received: ", StringComparison.Ordinal)) || !Array.Exists(ways, w => e.Message.Contains(w, StringComparison.Ordinal)))
                Unclear.Add($"{op} refuses {dtype.Name()} with '{e.GetType().Name}: {e.Message}'. Expected a DTypeException that begins with the op and says what was received and what was expected.");
            return false;
        }
    }

    IEnumerable<(string Role, string Text)> Clauses()
    {
        if (shared.Count > 0) yield return ("", Text(Free));
        if (attribute.Count > 0 && !(shared.Count > 0 && attribute.SetEquals(Free))) yield return (shared.Count > 0 ? "result" : "", Text(attribute));
        // What the one before it takes too is said once.
        string? last = shared.Count > 0 ? Text(Free) : null;
        foreach (var (k, set) in others)
        {
            string text = Text(set);
            if (text != last) yield return ($"input {k}", text);
            last = text;
        }
    }

    /// <summary>What the documentation should say, such as <c>Dtypes: any; input 1 int32, int64.</c></summary>
    public string Sentence => $"Dtypes: {string.Join("; ", Clauses().Select(c => $"{c.Role} {c.Text}".Trim()))}.";

    /// <summary>Whether the documentation says it, in names of its own for the inputs.</summary>
    public bool IsSaidBy(string stated)
    {
        string[] parts = stated.Split("; ");
        var clauses = Clauses().ToArray();
        return parts.Length == clauses.Length && parts.Zip(clauses).All(p => p.Second.Role.Length == 0 && p.First == p.Second.Text || p.First.EndsWith($" {p.Second.Text}", StringComparison.Ordinal) && !IsDType(p.First[..^(p.Second.Text.Length + 1)]));
    }

    static bool IsDType(string role) => role.Contains(',', StringComparison.Ordinal) || DTypes.All.Select(d => d.Name()).Contains(role);

    /// <summary>A set of dtypes in words: any, numbers, floating-point, integers, and single ones.</summary>
    public static string Text(IReadOnlyCollection<DType> set)
    {
        var groups = new (string Name, Func<DType, bool> Has)[] { ("any", _ => true), ("numbers", d => d != DType.Bool), ("floating-point", d => d.IsFloating()), ("integers", d => d.IsInteger()) };
        var left = set.ToHashSet();
        var words = new List<string>();
        foreach (var (name, has) in groups)
        {
            var members = DTypes.All.Where(has).ToArray();
            if (!members.All(left.Contains)) continue;
            words.Add(name);
            left.ExceptWith(members);
        }
        return string.Join(", ", [.. words, .. DTypes.All.Where(left.Contains).Select(d => d.Name())]);
    }

    /// <summary>The same numbers in another dtype.</summary>
    public static HostTensor Converted(HostTensor x, DType dtype) => dtype.IsFloating()
        ? new(dtype, x.Shape, x.IsReal ? x.Reals : [.. x.Wholes.Select(v => (double)v)])
        : new(dtype, x.Shape, x.IsReal ? [.. x.Reals.Select(v => (Int128)v)] : x.Wholes);
}
