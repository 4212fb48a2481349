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
            all.Add((node, $"outside{taken.Count}"));
            taken.Add(value);
        }
        var assigned = updates.Where(u => u.Cell is not Buffer { IsRandomState: true }).ToArray();
        return (new([.. all], [], rest, nodes, [.. outputs, .. assigned.Select(u => (u.Node, u.Output))], []), [.. taken], [.. assigned.Select(u => u.Cell)]);
    }

    /// <summary>The parameters and buffers that the graph assigns.</summary>
    internal IReadOnlyList<Cell> Updated => [.. updates.Select(u => u.Cell)];

    /// <summary>Tensors from outside through which gradients may flow, and those of a capture around this.</summary>
    internal IEnumerable<(Node Node, Tensor Value)> Outside => constants.Where(c => c.Value.IsTracked || c.Value.IsSymbolic).Select(c => (c.Key, c.Value));

    /// <summary>
    /// The graph with cells and tensors from outside as further inputs, whether it reads them or not, and the values of assigned cells as further outputs.
    /// </summary>
    /// <param name="assigned">Cells that come in before own input <paramref name="at"/>, and go out before own output <paramref name="outputsAt"/>.</param>
    /// <param name="read">Cells that come in behind all own inputs.</param>
    /// <param name="outside">Tensors that come in behind these.</param>
    /// <param name="at">A number of own inputs.</param>
    /// <param name="outputsAt">A number of own outputs.</param>
    /// <param name="assigns">Whether assigned values go out.</param>
    internal Graph CloseOver(Cell[] assigned, Cell[] read, List<Tensor> outside, int at, int outputsAt, bool assigns)
    {
        var given = Array.ConvertAll(assigned, c => (LeafOf(c), c.Name ?? "cell"));
        var others = outside.Select((o, i) => (Outside.FirstOrDefault(p => Ops.BodyClosure.IsSame(p.Value, o)).Node ?? new Node(o.Spec), $"outside{i}"));
        (Node, string)[] all = [.. inputs[..at], .. given, .. inputs[at..], .. read.Select(c => (LeafOf(c), c.Name ?? "cell")), .. others];
        var rest = constants.Where(c => !c.Value.IsTracked && !c.Value.IsSymbolic).ToDictionary();
        var values = !assigns ? [] : assigned.Select((c, i) => Array.FindIndex(updates, u => u.Cell == c) is >= 0 and var u ? (updates[u].Node, updates[u].Output) : (given[i].Item1, 0));
        return new(all, [], rest, [.. all.Select(i => i.Item1).Union(nodes)], [.. outputs[..Math.Min(outputsAt, outputs.Length)], .. values, .. outputs[Math.Min(outputsAt, outputs.Length)..]], []);

        Node LeafOf(Cell cell) => Array.Find(cells, c => c.Cell == cell).Node ?? new Node(cell.Spec, tracked: cell.RequiresGrad);
    }

    /// <summary>
    /// The gradients of the sum of <c>seed * output</c> with respect to some of the inputs, for the values of all: the graph is run, and walked back.
    /// </summary>
    /// <param name="x">The inputs.</param>
    /// <param name="wanted">With respect to which.</param>
    /// <param name="seeds">For each output the gradient that arrives at it; null stands for zeros.</param>
    internal Tensor[] Pull(Tensor[] x, int[] wanted, Tensor?[] seeds)
    {
        var level = new Linearization(z =>
        {
            var all = (Tensor[])x.Clone();
            for (int k = 0; k < wanted.Length; k++) all[wanted[k]] = z[k];
            return Run(all);
        }, Array.ConvertAll(wanted, i => x[i]));
        return [.. level.Pull(seeds).Select((g, k) => g ?? Tensor.Zeros(x[wanted[k]].Shape, x[wanted[k]].DType))];
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
        if (update < 0) return null;
        var (_, node, output) = updates[update];
        if (ReachesInput(node)) throw new GraphException($"The number of random draws depends on data, by a branch or loop around them, so {generator} cannot be moved on beforehand. Draw outside of the branch or loop.");
        return new Graph([], cells, constants, nodes, [(node, output)], []).Run()[0];
    }

    bool ReachesInput(Node from)
    {
        var own = inputs.Select(i => i.Node).ToHashSet();
        var seen = new HashSet<Node>();
        var stack = new Stack<Node>([from]);
        while (stack.TryPop(out var node))
        {
            if (own.Contains(node) || (constants.TryGetValue(node, out var value) && value.IsSymbolic)) return true;
            if (!seen.Add(node)) continue;
            for (int i = 0; i < node.InputCount && !IsLeaf(node); i++) stack.Push(node.Input(i));
        }
        return false;
    }

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
        return nodes.SelectMany(NamesOf).All(learned.Contains);
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
        foreach (string name in nodes.SelectMany(NamesOf).Distinct())
            if (known(name) is { } size) sizes.Add(name, size);
        if (sizes.Count == 0) return this;
        using var exact = Autocast.Off();
        using var capture = Tauten.Capture.Begin();
        var map = new Dictionary<Node, Value[]>();
        foreach (var (node, name) in inputs) map[node] = [capture.Graph.AddInput(name, node.Spec() with { Shape = node.Spec().Shape.Bind(n => Known(sizes, n)) })];
        foreach (var (node, value) in constants) map[node] = [value];
        foreach (var node in nodes)
        {
            if (IsLeaf(node)) continue;
            // A body is data: whether gradients flow in it does not depend on who binds it.
            using var mode = new TrackingScope(node.Tracked && !node.Consumed ? 0 : 1);
            map[node] = Apply(node.Op!.Bind(name => Known(sizes, name)), Arguments(node, map));
        }
        return capture.Graph.Finish(Array.ConvertAll(outputs, o => (Tensor)map[o.Node][o.Output]));
    }
}
