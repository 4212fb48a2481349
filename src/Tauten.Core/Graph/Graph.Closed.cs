using Tauten.Ops;

namespace Tauten;

// A graph as the body of an op, which may take nothing from outside but its inputs.
public sealed partial class Graph
{
    bool? learnsSizes;

    /// <summary>
    /// The graph with parameters, buffers, and tensors from outside through which gradients may flow as further inputs, and the values of its assignments
    /// as further outputs.
    /// </summary>
    /// <returns>The graph, what is to be given for its further inputs, and what its further outputs are assigned to.</returns>
    internal (Graph Closed, Tensor[] Taken, Cell[] Assigned) Close()
    {
        var all = new List<(Node, string)>(inputs);
        var taken = new List<Tensor>();
        foreach (var (cell, node) in cells)
        {
            all.Add((node, cell.Name ?? "cell"));
            taken.Add(cell.Value);
        }
        var rest = new Dictionary<Node, Tensor>();
        foreach (var (node, value) in constants)
        {
            if (!value.IsTracked && !value.IsSymbolic)
            {
                rest.Add(node, value);
                continue;
            }
            all.Add((node, "outside"));
            taken.Add(value);
        }
        var assigned = updates.Where(u => u.Cell is not Buffer { IsRandomState: true }).ToArray();
        return (new([.. all], [], rest, nodes, [.. outputs, .. assigned.Select(u => (u.Node, u.Output))], []), [.. taken], [.. assigned.Select(u => u.Cell)]);
    }

    /// <summary>Moves the random generators that the graph draws from as a run would.</summary>
    internal void AdvanceGenerators()
    {
        foreach (var (cell, _) in cells)
            if (cell is Buffer { IsRandomState: true } && Assigned(cell) is { } state) cell.Value = state;
    }

    /// <summary>The value that the graph assigns to the state of a random generator, which depends on nothing but that state; null where it assigns none.</summary>
    Tensor? Assigned(Cell generator)
    {
        int update = Array.FindIndex(updates, u => u.Cell == generator);
        return update < 0 ? null : new Graph([], cells, constants, nodes, [(updates[update].Node, updates[update].Output)], []).Run()[0];
    }

    /// <summary>The leaves that are inputs, in their order.</summary>
    internal IEnumerable<Node> InputNodes => inputs.Select(i => i.Node);

    /// <summary>The outputs: nodes, and which output of each.</summary>
    internal IReadOnlyList<(Node Node, int Output)> OutputNodes => outputs;

    /// <summary>The value of a leaf that is a constant; null for all other nodes.</summary>
    internal Tensor? Constant(Node node) => constants.GetValueOrDefault(node);

    /// <summary>Whether the graph takes all that it needs as inputs, and assigns nothing.</summary>
    internal bool IsClosed => cells.Length == 0 && updates.Length == 0;

    /// <summary>An op of this graph with named sizes replaced by those that the inputs have.</summary>
    internal Op Bound(Op op, ReadOnlySpan<TensorSpec> x)
    {
        Dictionary<string, Dim>? sizes = null;
        var specs = x.ToArray();
        return op.Bind(name => Known(sizes ??= Sizes(specs), name));
    }

    /// <summary>Whether all names of sizes can be learned from the inputs.</summary>
    internal bool LearnsSizes => learnsSizes ??= FindLearned();

    bool FindLearned()
    {
        HashSet<string> learned = [.. inputs.SelectMany(i => i.Node.Spec().Shape).Where(d => d.IsName).Select(d => d.ToString())];
        return nodes.SelectMany(n => SizesOf(n).Concat(AttributesOf(n))).All(learned.Contains);
    }

    /// <summary>The specs of the outputs for inputs of given specs.</summary>
    internal Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var sizes = Sizes(x);
        return new([.. outputs.Select(o => o.Node.Spec(o.Output)).Select(spec => spec.Shape.IsKnown ? spec : spec with { Shape = spec.Shape.Bind(name => Known(sizes, name)) })]);
    }

    /// <summary>The graph with named sizes replaced where <paramref name="known"/> knows them; the graph itself where it knows none.</summary>
    internal Graph Bind(Func<string, Dim?> known)
    {
        var sizes = new Dictionary<string, Dim>();
        foreach (string name in nodes.SelectMany(n => SizesOf(n).Concat(AttributesOf(n))).Distinct())
            if (known(name) is { } size) sizes.Add(name, size);
        if (sizes.Count == 0) return this;
        using var capture = Tauten.Capture.Begin();
        var map = new Dictionary<Node, Value[]>();
        foreach (var (node, name) in inputs) map[node] = [capture.Graph.AddInput(name, node.Spec() with { Shape = node.Spec().Shape.Bind(n => Known(sizes, n)) })];
        foreach (var (node, value) in constants) map[node] = [value];
        foreach (var node in nodes)
            if (!IsLeaf(node)) map[node] = Apply(node.Op!.Bind(name => Known(sizes, name)), Arguments(node, map));
        return capture.Graph.Finish(Array.ConvertAll(outputs, o => (Tensor)map[o.Node][o.Output]));
    }
}
