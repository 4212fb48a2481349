using Tauten.Ops;

namespace Tauten;

/// <summary>The recording of a graph: while it is open on a thread, every op becomes a node and computes nothing.</summary>
sealed class Capture(Capture? outer)
{
    readonly List<Node> nodes = [];
    readonly List<(Node Node, string Name)> inputs = [];
    readonly Dictionary<Node, Tensor> constants = [];
    readonly Dictionary<Tensor, Node> lifted = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Cell, (Node Input, Tensor Current)> cells = [];
    readonly Dictionary<GradientCell, Tensor?> gradients = [];
    readonly HashSet<Node> cut = [];
    int unknowns;

    /// <summary>Opens a capture on this thread.</summary>
    public static CaptureScope Begin() => new(new Capture(Ambient.Current.Capture));

    /// <summary>An input of the graph. Floating-point inputs can be differentiated.</summary>
    public Tensor AddInput(string name, TensorSpec spec)
    {
        var node = new Node(spec, tracked: spec.DType.IsFloating());
        inputs.Add((node, name));
        nodes.Add(node);
        return Tensor.Symbol(node, 0);
    }

    /// <summary>A name for a size that only the data will tell, different from all others on the way out.</summary>
    public Dim NewUnknown(string op) => outer?.NewUnknown(op) ?? Dim.Unknown($"{op}#{++unknowns}");

    public void Record(Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var values = new Value[x.Length];
        var specs = new TensorSpec[x.Length];
        bool tracked = false;
        for (int i = 0; i < x.Length; i++)
        {
            values[i] = Lift(x[i]);
            specs[i] = x[i].Spec;
            tracked |= values[i].Node.Tracked;
        }
        var result = Dispatch.Infer(op, specs);
        object outputs = result.Count == 1 ? result[0] : Enumerable.Range(0, result.Count).Select(i => (ValueSpec)result[i]).ToArray();
        var node = new Node(op, values, outputs, tracked && Ambient.Current.Tracks && op is not Detach);
        if (Ambient.Current.DetectAnomaly) node.Origin = Anomaly.Here();
        nodes.Add(node);
        for (int i = 0; i < y.Length; i++) y[i] = Tensor.Symbol(node, i);
    }

    public Value[] RecordValues(ValueOp op, ReadOnlySpan<Value> x)
    {
        var values = new Value[x.Length];
        var specs = new ValueSpec[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            values[i] = x[i] is Tensor tensor ? Lift(tensor) : x[i];
            specs[i] = values[i].ValueSpec;
        }
        var node = new Node(op, values, op.InferValues(specs), Ambient.Current.Tracks && Array.Exists(values, v => v.Node.Tracked));
        nodes.Add(node);
        var y = new Value[node.OutputCount];
        for (int i = 0; i < y.Length; i++)
            y[i] = node.ValueSpec(i) switch
            {
                TensorSpec => Tensor.Symbol(node, i),
                SequenceSpec => TensorSequence.Symbol(node, i),
                _ => Optional.Symbol(node, i),
            };
        return y;
    }

    /// <summary>A tensor from outside becomes a constant of the graph.</summary>
    Tensor Lift(Tensor x)
    {
        if (x.IsSymbolic) return x;
        if (!lifted.TryGetValue(x, out var node))
        {
            // A leaf keeps its own node, so that its gradient can be asked for inside the graph. What was computed from leaves outside is a constant
            // like them, but its gradient could not go on from here.
            node = x.IsLeaf ? x.Node : new Node(x.Spec, x.IsTracked);
            if (!x.IsLeaf && x.IsTracked) cut.Add(node);
            lifted.Add(x, node);
            if (constants.TryAdd(node, x)) nodes.Add(node);
        }
        return Tensor.Symbol(node, 0);
    }

    /// <summary>The value of a parameter or buffer inside the graph: an input by name, or what was written to it during the capture.</summary>
    public Tensor Read(Cell cell)
    {
        if (cells.TryGetValue(cell, out var known)) return known.Current;
        var node = new Node(cell.Spec, tracked: cell.RequiresGrad, extra: cell.Gradients);
        nodes.Add(node);
        var symbol = Tensor.Symbol(node, 0);
        cells.Add(cell, (node, symbol));
        return symbol;
    }

    public void Write(Cell cell, Tensor value)
    {
        Read(cell);
        cells[cell] = (cells[cell].Input, Lift(value));
    }

    /// <summary>The gradients of leaves as far as they were computed during this capture: those of parameters, inputs and tensors from outside.</summary>
    public Dictionary<GradientCell, Tensor?> Gradients => gradients;

    /// <summary>A reverse walk brought a gradient to a leaf of this graph.</summary>
    public void Deposit(Node leaf, Tensor gradient)
    {
        if (cut.Contains(leaf))
            throw new GraphException(
                $"Backward: a tensor {leaf.Spec()} was computed outside of the captured function from tensors that require gradients, which the graph cannot reach. Compute it inside, or use its Detach.");
        var cell = leaf.NeedCell();
        gradients[cell] = gradients.GetValueOrDefault(cell) is { } before ? before + gradient : gradient;
    }

    public Graph Finish(ReadOnlySpan<Tensor> outputs)
    {
        var results = new (Node, int)[outputs.Length];
        for (int i = 0; i < results.Length; i++)
        {
            var value = Lift(outputs[i]);
            results[i] = (value.Node, value.OutputIndex);
        }
        var updates = cells.Where(c => !ReferenceEquals(c.Value.Current.Node, c.Value.Input)).Select(c => (c.Key, c.Value.Current.Node, c.Value.Current.OutputIndex)).ToArray();
        return new Graph([.. inputs], cells.Select(c => (c.Key, c.Value.Input)).ToArray(), new(constants), [.. nodes], results, updates);
    }
}

/// <summary>The time in which a thread records instead of computing.</summary>
readonly ref struct CaptureScope
{
    readonly Capture? before;

    public CaptureScope(Capture capture)
    {
        before = Ambient.Current.Capture;
        Graph = capture;
        Ambient.Current.Capture = capture;
    }

    public Capture Graph { get; }

    public void Dispose() => Ambient.Current.Capture = before;
}
