using System.Text;
using Tauten.Ops;

namespace Tauten;

/// <summary>
/// A computation as data: named inputs, parameters, constants, and nodes in an order in which each comes after what it reads.
/// Parameters and buffers are inputs by themselves: <see cref="Run(ReadOnlySpan{Tensor})"/> reads their values of that moment, and writes back those that the
/// captured function assigned.
/// </summary>
/// <example><code>
/// var graph = Graph.Capture(x => x.Softmax(-1), new TensorSpec(DType.Float32, ["batch", 3]));
/// Console.WriteLine(graph.Print());
/// // %x0 = input : float32[batch, 3]
/// // %1 = Softmax(Axis = 1) %x0 : float32[batch, 3]
/// // return %1
/// Console.WriteLine(graph.Run(Tensor.Zeros([2, 3]))[0]);
/// // [[0.3333, 0.3333, 0.3333],
/// //  [0.3333, 0.3333, 0.3333]]
/// </code></example>
public sealed partial class Graph
{
    readonly (Node Node, string Name)[] inputs;
    readonly (Cell Cell, Node Node)[] cells;
    readonly Dictionary<Node, Tensor> constants;
    readonly HashSet<Node> leaves;
    readonly Node[] nodes;
    readonly (Node Node, int Output)[] outputs;
    readonly (Cell Cell, Node Node, int Output)[] updates;

    internal Graph((Node, string)[] inputs, (Cell, Node)[] cells, Dictionary<Node, Tensor> constants, Node[] recorded, (Node, int)[] outputs, (Cell, Node, int)[] updates)
    {
        (this.inputs, this.cells, this.constants, this.outputs, this.updates) = (inputs, cells, constants, outputs, updates);
        leaves = new(inputs.Length + cells.Length + constants.Count, ReferenceEqualityComparer.Instance);
        foreach (var (node, _) in inputs) leaves.Add(node);
        foreach (var (_, node) in cells) leaves.Add(node);
        foreach (var node in constants.Keys) leaves.Add(node);
        nodes = Live(recorded);
        VerifyOrder();
    }

    Graph(Graph other, Dictionary<Cell, Cell> others)
    {
        (inputs, constants, leaves, nodes, outputs) = (other.inputs, other.constants, other.leaves, other.nodes, other.outputs);
        cells = Array.ConvertAll(other.cells, c => (others[c.Cell], c.Node));
        updates = Array.ConvertAll(other.updates, u => (others[u.Cell], u.Node, u.Output));
    }

    /// <summary>The same graph over other cells of the same specs: each of <paramref name="these"/> replaced by the one of <paramref name="others"/> at its place.</summary>
    internal Graph WithCells(IReadOnlyList<Cell> these, IReadOnlyList<Cell> others)
    {
        var replaced = new Dictionary<Cell, Cell>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < these.Count; i++) replaced.Add(these[i], others[i]);
        return new(this, replaced);
    }

    /// <summary>Records <paramref name="function"/> for an input of the given spec, in which dimensions may be unknown.</summary>
    public static Graph Capture(Func<Tensor, Tensor> function, TensorSpec input) => Capture(x => [function(x[0])], input);

    /// <summary>Records <paramref name="function"/> for inputs of the given specs, in which dimensions may be unknown.</summary>
    /// <exception cref="GraphException">The function needs the values of a captured tensor.</exception>
    public static Graph Capture(Func<Tensor[], Tensor[]> function, params ReadOnlySpan<TensorSpec> specs)
    {
        using var capture = Tauten.Capture.Begin();
        var symbols = new Tensor[specs.Length];
        for (int i = 0; i < symbols.Length; i++) symbols[i] = capture.Graph.AddInput($"x{i}", specs[i]);
        return capture.Graph.Finish(function(symbols));
    }

    // What comes from outside may be another name of a tensor that was computed there: what is behind it is not part of the graph.
    internal bool IsLeaf(Node node) => node.Op is null || leaves.Contains(node);

    /// <summary>All nodes, leaves included, each after what it reads.</summary>
    public IReadOnlyList<Node> Nodes => nodes;

    /// <summary>The names and specs of the inputs.</summary>
    public IReadOnlyList<(string Name, TensorSpec Spec)> Inputs => [.. inputs.Select(i => (i.Name, i.Node.Spec()))];

    /// <summary>The specs of the outputs.</summary>
    public IReadOnlyList<TensorSpec> Outputs => [.. outputs.Select(o => o.Node.Spec(o.Output))];

    /// <summary>The parameters and buffers the graph reads.</summary>
    public IReadOnlyList<Cell> Cells => Array.ConvertAll(cells, c => c.Cell);

    /// <summary>The nodes of the inputs, with their names.</summary>
    internal ReadOnlySpan<(Node Node, string Name)> NamedInputs => inputs;

    /// <summary>The nodes at which cells are read.</summary>
    internal ReadOnlySpan<(Cell Cell, Node Node)> CellNodes => cells;

    /// <summary>The nodes that have values from outside.</summary>
    internal IReadOnlyDictionary<Node, Tensor> ConstantNodes => constants;

    /// <summary>Where the results are found.</summary>
    internal ReadOnlySpan<(Node Node, int Output)> OutputPlaces => outputs;

    /// <summary>The cells that are assigned, and where their new values are found.</summary>
    internal ReadOnlySpan<(Cell Cell, Node Node, int Output)> Updates => updates;

    // What does not lead to an output or an update is left out; inputs stay, since callers pass them by position, and so do nodes whose data
    // tell a size that others have among their attributes.
    Node[] Live(Node[] recorded)
    {
        var tellers = Tellers(recorded);
        var live = new HashSet<Node>(recorded.Length, ReferenceEqualityComparer.Instance);
        foreach (var (node, _) in inputs) live.Add(node);
        var stack = new Stack<Node>();
        foreach (var (node, _) in outputs) stack.Push(node);
        foreach (var (_, node, _) in updates) stack.Push(node);
        while (stack.TryPop(out var node))
            if (live.Add(node)) PushSources(node, stack, tellers);
        return Array.FindAll(recorded, live.Contains);
    }

    /// <summary>The first node that has each size in its specs, of the sizes that no input tells.</summary>
    Dictionary<string, Node> Tellers(Node[] recorded)
    {
        var told = new List<string>();
        foreach (var (node, _) in inputs) AddSizes(node, told);
        var tellers = new Dictionary<string, Node>();
        var names = new List<string>();
        foreach (var node in recorded)
        {
            names.Clear();
            AddSizes(node, names);
            foreach (string name in names)
                if (!told.Contains(name)) tellers.TryAdd(name, node);
        }
        return tellers;
    }

    void PushSources(Node node, Stack<Node> stack, Dictionary<string, Node> tellers)
    {
        for (int i = 0; i < node.InputCount && !IsLeaf(node); i++) stack.Push(node.Input(i));
        if (tellers.Count == 0) return;
        foreach (string name in NamesOf(node))
            if (tellers.TryGetValue(name, out var teller)) stack.Push(teller);
    }

    /// <summary>The names of sizes in the specs and among the attributes of a node.</summary>
    static List<string> NamesOf(Node node)
    {
        var names = new List<string>();
        AddSizes(node, names);
        node.Op?.Bind(name =>
        {
            names.Add(name);
            return null;
        });
        return names;
    }

    static void AddSizes(Node node, List<string> names)
    {
        for (int i = 0; i < node.OutputCount; i++)
        {
            if (node.ValueSpec(i) is not TensorSpec { Shape: { IsKnown: false } shape }) continue;
            for (int k = 0; k < shape.Rank; k++)
                if (!shape[k].IsKnown) names.AddRange(shape[k].Names);
        }
    }

    /// <summary>
    /// Checks that the graph is well formed: every node after its inputs, every leaf known, every spec what the op infers. The order is checked when a graph is made, too; the
    /// specs of nodes that were recorded are what their ops inferred then.
    /// </summary>
    /// <exception cref="GraphException">It is not; the message names the node.</exception>
    public void Verify()
    {
        VerifyOrder();
        foreach (var node in nodes)
        {
            if (IsLeaf(node)) continue;
            foreach (var (_, body) in node.Op!.Bodies()) body.Verify();
            VerifySpecs(node);
        }
    }

    void VerifyOrder()
    {
        var known = new HashSet<Node>(nodes.Length, ReferenceEqualityComparer.Instance);
        foreach (var node in nodes) VerifyPlace(node, known);
        foreach (var (node, output) in outputs)
            if (!known.Contains(node) || output >= node.OutputCount) throw new GraphException($"The output {node} is not part of the graph. Was a tensor of another capture returned?");
    }

    void VerifyPlace(Node node, HashSet<Node> known)
    {
        if (node.Op is null && !leaves.Contains(node)) throw new GraphException($"The leaf {node} is neither an input nor a parameter nor a constant.");
        for (int i = 0; i < node.InputCount && !IsLeaf(node); i++)
        {
            if (!known.Contains(node.Input(i))) throw new GraphException($"The node {node} reads {node.Input(i)}, which does not come before it. Was a tensor of another capture used?");
            if (node.InputOutput(i) >= node.Input(i).OutputCount) throw new GraphException($"The node {node} reads output {node.InputOutput(i)} of {node.Input(i)}, which does not exist.");
        }
        if (!known.Add(node)) throw new GraphException($"The node {node} is listed twice.");
    }

    /// <summary>Checks that a node has the specs that its op infers.</summary>
    internal static void VerifySpecs(Node node)
    {
        ValueSpec[] x = [.. Enumerable.Range(0, node.InputCount).Select(i => node.Input(i).ValueSpec(node.InputOutput(i)))], inferred;
        if (node.Op is ValueOp values) inferred = values.InferValues(x);
        else
        {
            var specs = Dispatch.Infer(node.Op!, Array.ConvertAll(x, s => (TensorSpec)s));
            inferred = [.. Enumerable.Range(0, specs.Count).Select(i => specs[i])];
        }
        bool agree = inferred.Length == node.OutputCount;
        for (int i = 0; agree && i < inferred.Length; i++) agree = Agree(inferred[i], node.ValueSpec(i));
        if (!agree) throw new GraphException($"The node {node} has other specs than its op infers: {string.Join<ValueSpec>(", ", inferred)}.");
    }

    // A size that depends on data gets a new name each time it is inferred.
    static bool Agree(ValueSpec a, ValueSpec b) => a is TensorSpec x && b is TensorSpec y
        ? x.DType == y.DType && x.Shape.Rank == y.Shape.Rank && x.Shape.Zip(y.Shape).All(d => d.First == d.Second || !d.First.IsKnown || !d.Second.IsKnown)
        : a.Equals(b);

    /// <summary>
    /// Replaces every composite op for which <paramref name="keep"/> is false by its expansion, again and again: a backend keeps the ops it has
    /// kernels for, an exporter those it can spell.
    /// </summary>
    public Graph Lower(Func<Op, bool> keep) => Rewrite((_, op, x) => Lower(op, x, keep));

    /// <summary>
    /// The graph recorded anew, with <paramref name="change"/> asked at each node: what stands for it, given its op and its inputs in the new graph, or null
    /// for the same op.
    /// </summary>
    internal Graph Rewrite(Func<Node, Op, Value[], Value[]?> change)
    {
        using var exact = Autocast.Off();
        using var capture = Tauten.Capture.Begin();
        var map = Leaves(capture.Graph);
        Replay(map, change);
        return Finish(capture.Graph, map);
    }

    /// <summary>
    /// The graph recorded anew in another order, with <paramref name="change"/> asked at each group of nodes: the values that stand for the outputs of each of
    /// them, given those of nodes before them, or null for the same ops. Groups hold every node that is not a leaf once, each after what it reads.
    /// </summary>
    internal Graph Rewrite(IEnumerable<Node[]> groups, Func<Node[], Func<Node, int, Value>, Value[][]?> change)
    {
        using var exact = Autocast.Off();
        using var capture = Tauten.Capture.Begin();
        var map = Leaves(capture.Graph);
        var sizes = new Dictionary<string, Dim>();
        foreach (var group in groups)
        {
            using var origin = new OriginScope(Origin.Around(group));
            var y = change(group, (node, output) => map[node][output]);
            for (int i = 0; i < group.Length; i++)
            {
                using var mode = Mode(group[i]);
                if (y is null) Repeat(group[i], map, sizes);
                else map[group[i]] = y[i];
            }
        }
        return Finish(capture.Graph, map);
    }

    /// <summary>Some nodes of this graph as one of their own, with values that are made elsewhere as its inputs.</summary>
    internal Graph Part(IReadOnlyList<(Node Node, int Output)> given, IEnumerable<Node> part, ReadOnlySpan<(Node Node, int Output)> results)
    {
        using var exact = Autocast.Off();
        using var capture = Tauten.Capture.Begin();
        var map = new Dictionary<Node, Value[]>();
        foreach (var (node, value) in constants) map[node] = [value];
        for (int i = 0; i < given.Count; i++)
        {
            var (node, output) = given[i];
            if (!map.TryGetValue(node, out var values)) map.Add(node, values = new Value[node.OutputCount]);
            values[output] = capture.Graph.AddInput($"x{i}", node.Spec(output));
        }
        var sizes = new Dictionary<string, Dim>();
        // Whatever was tracked in this graph: in the new one that is for its caller to say.
        foreach (var node in part) Repeat(node, map, sizes);
        return capture.Graph.Finish(Array.ConvertAll(results.ToArray(), r => (Tensor)map[r.Node][r.Output]));
    }

    /// <summary>Runs or records a node, or what <paramref name="change"/> has in its place. Sizes that depend on data get new names in a new graph.</summary>
    static void Repeat(Node node, Dictionary<Node, Value[]> map, Dictionary<string, Dim> sizes, Func<Node, Op, Value[], Value[]?>? change = null)
    {
        using var origin = new OriginScope(node);
        var op = node.Op!.Bind(name => Known(sizes, name));
        var x = Arguments(node, map);
        map[node] = change?.Invoke(node, op, x) ?? Apply(op, x);
        Learn(node, map[node], sizes);
    }

    Dictionary<Node, Value[]> Leaves(Capture capture)
    {
        var map = new Dictionary<Node, Value[]>();
        foreach (var (node, name) in inputs) map[node] = [capture.AddInput(name, node.Spec())];
        foreach (var (cell, node) in cells) map[node] = [capture.Read(cell)];
        foreach (var (node, value) in constants) map[node] = [value];
        return map;
    }

    Graph Finish(Capture capture, Dictionary<Node, Value[]> map)
    {
        foreach (var (cell, node, output) in updates) capture.Write(cell, (Tensor)map[node][output]);
        return capture.Finish(Array.ConvertAll(outputs, o => (Tensor)map[o.Node][o.Output]));
    }

    /// <summary>Runs or records all nodes that are not leaves, with <paramref name="change"/> asked at each.</summary>
    void Replay(Dictionary<Node, Value[]> map, Func<Node, Op, Value[], Value[]?> change)
    {
        var sizes = new Dictionary<string, Dim>();
        foreach (var node in nodes)
        {
            if (IsLeaf(node)) continue;
            using var mode = Mode(node);
            Repeat(node, map, sizes, change);
        }
    }

    static Value[] Lower(Op op, Value[] x, Func<Op, bool> keep)
    {
        if (op is ControlOp) return Apply(op.WithBodies(Array.ConvertAll(op.Bodies(), b => b.Body.Lower(keep))), x);
        if (op is not CompositeOp composite || keep(op)) return Apply(op, x);
        // The expansion is recorded on its own first, so that composites inside it can be lowered in turn.
        var inner = Capture(s => composite.Expansion(s), Array.ConvertAll(x, v => ((Tensor)v).Spec));
        // A size that is still unknown stands for itself.
        if (inner.nodes is [{ Op: { } same }] && same.Equals(op)) return Apply(op, x);
        var map = new Dictionary<Node, Value[]>();
        for (int i = 0; i < x.Length; i++) map[inner.inputs[i].Node] = [x[i]];
        foreach (var (node, value) in inner.constants) map[node] = [value];
        inner.Replay(map, (_, part, arguments) => Lower(part, arguments, keep));
        return Array.ConvertAll(inner.outputs, o => map[o.Node][o.Output]);
    }

    internal static Value[] Apply(Op op, Value[] x) => op is ValueOp values ? Dispatch.RunValues(values, x) : Dispatch.RunAll(op, Array.ConvertAll(x, v => (Tensor)v));

    static Value[] Arguments(Node node, Dictionary<Node, Value[]> map)
    {
        var x = new Value[node.InputCount];
        for (int i = 0; i < x.Length; i++) x[i] = map[node.Input(i)][node.InputOutput(i)];
        return x;
    }

    // What no later node reads need not be kept.
    void Forget<T>(Dictionary<Node, T> map, Dictionary<Node, int> last, int done)
    {
        for (int k = 0; k < nodes[done].InputCount; k++)
            if (last[nodes[done].Input(k)] == done) map.Remove(nodes[done].Input(k));
    }

    /// <summary>What the inputs tell about named sizes.</summary>
    internal Dictionary<string, Dim> Sizes(ReadOnlySpan<TensorSpec> x)
    {
        if (x.Length != inputs.Length) throw new GraphException($"The graph has {inputs.Length} inputs. Received: {x.Length}.");
        var sizes = new Dictionary<string, Dim>();
        for (int i = 0; i < x.Length; i++) Match(inputs[i].Name, inputs[i].Node.Spec(), x[i], sizes);
        return sizes;
    }

    /// <summary>A size that depended on data is known from here on. With samples, these lie along a first axis that the node does not know.</summary>
    static void Learn(Node node, Value[] y, Dictionary<string, Dim> sizes, bool samples = false)
    {
        for (int k = 0; k < y.Length; k++)
            if (y[k] is Tensor tensor && !node.Spec(k).Shape.IsKnown)
                Match(node.Op!.ToString(), node.Spec(k), samples ? tensor.Spec with { Shape = [.. tensor.Shape.Skip(1)] } : tensor.Spec, sizes);
    }

    static Dim? Known(Dictionary<string, Dim> sizes, string name) => sizes.TryGetValue(name, out var size) ? size : default(Dim?);

    static void Match(string name, TensorSpec expected, TensorSpec received, Dictionary<string, Dim> sizes)
    {
        if (expected.DType != received.DType) throw new DTypeException($"Graph input {name}: expected {expected}. Received: {received}.");
        bool fits = expected.Shape.Rank == received.Shape.Rank;
        for (int i = 0; fits && i < expected.Shape.Rank; i++)
        {
            var dim = expected.Shape[i];
            if (!dim.IsKnown && dim.ToString() is { } text && !sizes.ContainsKey(text) && dim.IsName) sizes[text] = received.Shape[i];
            dim = dim.Bind(n => Known(sizes, n));
            fits = !dim.IsKnown || dim == received.Shape[i];
        }
        if (!fits)
            throw new ShapeException($"Graph input {name}: expected shape {expected.Shape}{(sizes.Count == 0 ? "" : $" with {string.Join(", ", sizes.Select(s => $"{s.Key} = {s.Value}"))}")}. Received: {received.Shape}.");
    }

    /// <summary>The graph as text, a line for each node; the graphs among an op's attributes are indented below it.</summary>
    public string Print() => Print(new StringBuilder(), "").ToString();

    StringBuilder Print(StringBuilder text, string indent)
    {
        var names = new Dictionary<Node, string>();
        foreach (var (node, name) in inputs) names[node] = $"%{name}";
        foreach (var (cell, node) in cells) names[node] = $"@{cell.Name ?? $"p{names.Count}"}";
        foreach (var node in nodes)
        {
            string specs = string.Join(", ", Enumerable.Range(0, node.OutputCount).Select(node.ValueSpec));
            if (IsLeaf(node))
            {
                if (!names.ContainsKey(node)) names[node] = $"%c{names.Count}";
                text.Append(indent).Append(names[node]).Append(constants.ContainsKey(node) ? " = constant" : cells.FirstOrDefault(c => c.Node == node).Cell is { } held ? held is Buffer ? " = buffer" : " = parameter" : " = input").Append(" : ").AppendLine(specs);
                continue;
            }
            names[node] = $"%{names.Count}";
            text.Append(indent).Append(names[node]).Append(" = ").Append(node.Op).Append(node.InputCount > 0 ? " " : "")
                .AppendJoin(", ", Enumerable.Range(0, node.InputCount).Select(i => Reference(node.Input(i), node.InputOutput(i)))).Append(" : ").AppendLine(specs);
            foreach (var (name, body) in node.Op!.Bodies()) body.Print(text.Append(indent).Append("    ").Append(name).AppendLine(":"), indent + "        ");
        }
        text.Append(indent).Append("return ").AppendJoin(", ", outputs.Select(o => Reference(o.Node, o.Output))).AppendLine();
        foreach (var (cell, node, output) in updates) text.Append(indent).Append(names[cells.First(c => c.Cell == cell).Node]).Append(" <- ").AppendLine(Reference(node, output));
        return text;

        string Reference(Node node, int output) => node.OutputCount == 1 ? names[node] : $"{names[node]}[{output}]";
    }

    /// <summary>The graph as text.</summary>
    public override string ToString() => Print();
}
