using Tauten.Ops;

namespace Tauten.Compiler;

/// <summary>
/// Joins elementwise ops that read each other's results into <see cref="Fused"/> ops, so that what lies between them never goes to memory, and those behind a product or
/// convolution with it, so that its result is worked on while it is in a cache. What may be joined, the backend tells.
/// </summary>
sealed class Fuse
{
    readonly Graph graph;
    readonly Backend backend;
    readonly Dictionary<Node, int> positions = [];
    readonly Dictionary<Node, Group> groups = [];
    readonly HashSet<Group> joined = [];                  // those of more than one node
    readonly Dictionary<Node, List<Node>> readers = [];
    readonly HashSet<Node> results = [];

    Fuse(Graph graph, Backend backend)
    {
        (this.graph, this.backend) = (graph, backend);
        foreach (var node in graph.Nodes)
        {
            positions.Add(node, positions.Count);
            if (graph.IsLeaf(node)) continue;
            for (int i = 0; i < node.InputCount; i++)
                if (readers.TryGetValue(node.Input(i), out var list)) list.Add(node);
                else readers.Add(node.Input(i), [node]);
        }
        foreach (var (node, _) in graph.OutputPlaces) results.Add(node);
        foreach (var (_, node, _) in graph.Updates) results.Add(node);
    }

    /// <summary>The graph with fused ops.</summary>
    public static Graph Run(Graph graph, Backend backend) => new Fuse(graph, backend).Run();

    Graph Run()
    {
        foreach (var node in graph.Nodes)
        {
            if (graph.IsLeaf(node) || node.OutputCount != 1 || node.ValueSpec() is not TensorSpec { Shape.Rank: > 0 } || SpecsOf(node) is not { } specs) continue;
            if (backend.Anchors(node.Op!, specs)) groups.Add(node, new(node, positions[node]) { Anchor = node });
            else if (node.Op!.Kind() == OpKind.Elementwise && backend.Fuses(node.Op, specs)) Join(node);
        }
        return graph.Rewrite(Ordered(), (nodes, valueOf) => nodes.Length > 1 ? Emit(nodes, valueOf) : null);
    }

    // A value that is the same everywhere is not kept: each group makes it anew.
    static bool IsSplat(Node node) => node.Op?.RepeatedValue is { } value && !double.IsNaN(value);

    /// <summary>The specs of a node's inputs; null where they are not all tensors.</summary>
    static TensorSpec[]? SpecsOf(Node node)
    {
        var specs = new TensorSpec[node.InputCount];
        for (int i = 0; i < specs.Length; i++)
        {
            if (node.Input(i).ValueSpec(node.InputOutput(i)) is not TensorSpec spec) return null;
            specs[i] = spec;
        }
        return specs;
    }

    /// <summary>Puts a node into the groups of those whose results it reads, as far as no way leads out of them and back again.</summary>
    void Join(Node node)
    {
        var own = new Group(node, positions[node]);
        groups.Add(node, own);
        for (int i = 0; i < node.InputCount; i++)
            if (groups.TryGetValue(node.Input(i), out var other) && other.Anchor != node.Input(i)) own = Joined(own, other, node.Input(i), node);
        // An anchor is joined with all that reads it, or not at all.
        foreach (var member in own.Nodes.ToArray())
            for (int i = 0; i < member.InputCount; i++)
                if (groups.TryGetValue(member.Input(i), out var other) && other.Anchor == member.Input(i)) own = Joined(own, other, member.Input(i), node);
    }

    /// <summary>The group of a node, joined with another if that may be and saves something.</summary>
    Group Joined(Group own, Group other, Node between, Node reader)
    {
        if (other == own || !other.Shape.Equals(own.Shape) || own.Nodes.Count + other.Nodes.Count > LargestGroup) return own;
        if (own.Anchor is not null || other.Anchor is not null)
        {
            var anchor = own.Anchor ?? other.Anchor!;
            if (own.Anchor is not null && other.Anchor is not null || reader.Spec().DType != anchor.Spec().DType || !IsReadWithin(anchor, own, other)) return own;
            // The anchor comes first: it can read nothing that is made in the group.
            for (int i = 0; i < anchor.InputCount; i++)
                if (own.Nodes.Contains(anchor.Input(i)) || other.Nodes.Contains(anchor.Input(i))) return own;
        }
        if (!Saves(between, own, other, positions[reader]) || ReturnsTo(own, other)) return own;
        foreach (var member in own.Nodes) groups[member] = other;
        joined.Remove(own);
        joined.Add(other);
        other.Add(own);
        return other;
    }

    bool IsReadWithin(Node node, Group a, Group b) => !results.Contains(node) && readers[node].TrueForAll(r => a.Nodes.Contains(r) || b.Nodes.Contains(r));

    /// <summary>
    /// Whether joining saves memory: nobody else reads the value between the two groups. A value that has to be stored all the same is read once less if its
    /// reader follows soon; one that is needed much later is left alone, as else the reader's own results would be kept in its place.
    /// </summary>
    bool Saves(Node between, Group own, Group other, int position) =>
        position - positions[between] <= Soon || IsReadWithin(between, own, other);

    const int Soon = 8;

    /// <summary>A body of more ops than this takes long to compile and keeps more values than there are registers.</summary>
    const int LargestGroup = 32;

    /// <summary>Whether something outside of two groups reads one of them and is read by one of them: joined they would wait for themselves.</summary>
    bool ReturnsTo(Group a, Group b)
    {
        int first = Lowest(Math.Min(a.First, b.First));
        var seen = new HashSet<Node>();
        var stack = new Stack<Node>();
        PushInputs(a);
        PushInputs(b);
        while (stack.TryPop(out var node))
        {
            if (groups.TryGetValue(node, out var group))
            {
                if (group == a || group == b) return true;
                PushInputs(group);
            }
            else
                for (int i = 0; i < node.InputCount && !graph.IsLeaf(node); i++) Push(node.Input(i), null);
        }
        return false;

        void PushInputs(Group group)
        {
            foreach (var member in group.Nodes)
                for (int i = 0; i < member.InputCount; i++) Push(member.Input(i), group);
        }

        void Push(Node node, Group? from)
        {
            if (positions[node] < first) return;
            var group = groups.GetValueOrDefault(node);
            // From one of the two to itself or to the other is no detour.
            if (group is not null && (group == from || (from == a || from == b) && (group == a || group == b))) return;
            if (seen.Add(node)) stack.Push(node);
        }
    }

    /// <summary>
    /// The position below which no way leads back to a position or beyond it: only a group can lead from a node to a later one, if one of its members stands before
    /// the first and another behind the second.
    /// </summary>
    int Lowest(int position)
    {
        for (int before = int.MaxValue; before != position;)
        {
            before = position;
            foreach (var group in joined)
                if (group.Last >= position && group.First < position) position = group.First;
        }
        return position;
    }

    /// <summary>The nodes that are not leaves, groups together, each after what it reads, else in the order of before.</summary>
    List<Node[]> Ordered()
    {
        var units = new List<Node[]>();
        var unitOf = new Dictionary<Node, int>();
        foreach (var node in graph.Nodes)
        {
            if (graph.IsLeaf(node) || unitOf.ContainsKey(node)) continue;
            Node[] unit = groups.TryGetValue(node, out var group) ? [.. group.Nodes.OrderBy(n => positions[n])] : [node];
            foreach (var member in unit) unitOf.Add(member, units.Count);
            units.Add(unit);
        }
        var waiting = new int[units.Count];
        var next = new List<int>[units.Count];
        for (int u = 0; u < units.Count; u++) next[u] = [];
        for (int u = 0; u < units.Count; u++)
            foreach (int before in units[u].SelectMany(n => Enumerable.Range(0, n.InputCount).Select(n.Input)).Where(n => !graph.IsLeaf(n)).Select(n => unitOf[n]).Where(b => b != u).Distinct())
            {
                waiting[u]++;
                next[before].Add(u);
            }
        // As late as its last member stood: what is made early lives long.
        var ready = new PriorityQueue<int, int>();
        for (int u = 0; u < units.Count; u++)
            if (waiting[u] == 0) ready.Enqueue(u, positions[units[u][^1]]);
        var ordered = new List<Node[]>();
        while (ready.TryDequeue(out int u, out _))
        {
            ordered.Add(units[u]);
            foreach (int after in next[u])
                if (--waiting[after] == 0) ready.Enqueue(after, positions[units[after][^1]]);
        }
        return ordered;
    }

    /// <summary>A group as one op; only what somebody outside reads is among its results.</summary>
    Value[][]? Emit(Node[] nodes, Func<Node, int, Value> valueOf)
    {
        var members = new HashSet<Node>(nodes);
        var taken = new Dictionary<(Node, int), int>();
        var values = new List<Tensor>();
        foreach (var node in nodes)
            for (int i = 0; i < node.InputCount; i++)
                if (!members.Contains(node.Input(i)) && !IsSplat(node.Input(i)) && taken.TryAdd((node.Input(i), node.InputOutput(i)), values.Count)) values.Add((Tensor)valueOf(node.Input(i), node.InputOutput(i)));
        Node[] given = [.. nodes.Where(n => results.Contains(n) || readers[n].Exists(r => !members.Contains(r)))];
        // Within the body, sizes have names of their own, so that equal bodies are one.
        var names = new Dictionary<Dim, Dim>();
        var body = Graph.Capture(symbols =>
        {
            var made = new Dictionary<Node, Tensor>();
            foreach (var node in nodes)
            {
                var x = new Tensor[node.InputCount];
                for (int i = 0; i < x.Length; i++)
                {
                    var input = node.Input(i);
                    x[i] = made.TryGetValue(input, out var inside) ? inside : IsSplat(input) ? Splat(input) : symbols[taken[(input, node.InputOutput(i))]];
                }
                made.Add(node, Dispatch.Run(node.Op!, x));
            }
            return Array.ConvertAll(given, node => made[node]);
        }, [.. values.Select(value => Renamed(value.Spec, names))]);
        // Whether an output has room for an anchor's result shows only now.
        if (Array.Exists(nodes, node => groups[node].Anchor == node) && !backend.Fuses(body)) return null;
        var y = Dispatch.RunAll(new Fused(body), [.. values]);
        // What was made of splats alone is one number within the body.
        return Array.ConvertAll(nodes, node => Array.IndexOf(given, node) is int at and >= 0 ? (Value[])[y[at].Shape.Equals(node.Spec().Shape) ? y[at] : y[at].BroadcastTo(node.Spec().Shape)] : []);
    }

    static Tensor Splat(Node node) => Dispatch.Run(new Fill(Shape.Scalar, node.Op!.RepeatedValue!.Value, node.Spec().DType));

    static TensorSpec Renamed(TensorSpec spec, Dictionary<Dim, Dim> names)
    {
        if (spec.Shape.IsKnown) return spec;
        var dims = new Dim[spec.Shape.Rank];
        for (int i = 0; i < dims.Length; i++)
        {
            var dim = spec.Shape[i];
            if (!dim.IsKnown && !names.ContainsKey(dim)) names.Add(dim, Dim.Unknown($"n{names.Count}"));
            dims[i] = dim.IsKnown ? dim : names[dim];
        }
        return new(spec.DType, Shape.Create(dims));
    }

    sealed class Group(Node node, int position)
    {
        public List<Node> Nodes { get; } = [node];

        public Shape Shape { get; } = node.Spec().Shape;

        /// <summary>The product or convolution with which it begins; null for none.</summary>
        public Node? Anchor { get; set; }

        /// <summary>The position of its first member.</summary>
        public int First { get; private set; } = position;

        /// <summary>The position of its last member.</summary>
        public int Last { get; private set; } = position;

        public void Add(Group other)
        {
            Nodes.AddRange(other.Nodes);
            Anchor ??= other.Anchor;
            First = Math.Min(First, other.First);
            Last = Math.Max(Last, other.Last);
        }
    }
}
