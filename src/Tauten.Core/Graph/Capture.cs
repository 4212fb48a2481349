using Tauten.Ops;

namespace Tauten;

/// <summary>The recording of a graph: while it is open on a thread, every op becomes a node and computes nothing.</summary>
sealed class Capture(Capture? outer)
{
    readonly List<Node> nodes = [];
    readonly HashSet<Node> own = new(ReferenceEqualityComparer.Instance);
    readonly List<(Node Node, string Name)> inputs = [];
    readonly Dictionary<Node, Tensor> constants = [];
    readonly Dictionary<Tensor, Node> lifted = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<(Node, int), Node> free = [];
    readonly Dictionary<Cell, (Node Input, Tensor Current)> cells = [];
    readonly Dictionary<GradientCell, Tensor?> gradients = [];
    readonly HashSet<GradientCell> used = [], forgotten = [];
    readonly Dictionary<(object, string), Func<bool>> assumptions = [];
    readonly HashSet<GradientCell> hidden = [];
    int unknowns;
    Origin? origin;                 // of the last node

    /// <summary>Opens a capture on this thread.</summary>
    public static CaptureScope Begin() => new(new Capture(Ambient.Current.Capture));

    /// <summary>Until the scope is disposed, this thread computes although a capture is open.</summary>
    public static CaptureScope Pause() => new(null);

    /// <summary>An input of the graph. Floating-point inputs can be differentiated.</summary>
    public Tensor AddInput(string name, TensorSpec spec) => AddInput(name, spec, spec.DType.IsFloating());

    /// <summary>An input of the graph, and whether it can be differentiated.</summary>
    public Tensor AddInput(string name, TensorSpec spec, bool tracked)
    {
        var node = new Node(spec, tracked);
        inputs.Add((node, name));
        Add(node);
        return Tensor.Symbol(node, 0);
    }

    void Add(Node node)
    {
        nodes.Add(node);
        own.Add(node);
    }

    /// <summary>Whether a node belongs to this capture.</summary>
    public bool Owns(Node node) => own.Contains(node);

    /// <summary>Whether a node belongs to this capture or to one around it: a tensor of it has a value when the graph runs.</summary>
    public bool Knows(Node node) => own.Contains(node) || outer?.Knows(node) == true;

    /// <summary>A name for a size that only the data will tell, different from all others on the way out.</summary>
    public Dim NewUnknown(string op) => outer?.NewUnknown(op) ?? Dim.Unknown($"{op}#{++unknowns}");

    /// <summary>Records an op, and gives its outputs.</summary>
    public Tensor[] Record(Op op, ReadOnlySpan<Tensor> x)
    {
        var node = RecordNode(op, x);
        var y = new Tensor[node.OutputCount];
        for (int i = 0; i < y.Length; i++) y[i] = Tensor.Symbol(node, i);
        return y;
    }

    /// <summary>Records an op, and gives as many of its outputs as there is room for.</summary>
    public void Record(Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var node = RecordNode(op, x);
        for (int i = 0; i < y.Length; i++) y[i] = Tensor.Symbol(node, i);
    }

    Node RecordNode(Op op, ReadOnlySpan<Tensor> x)
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
        object outputs = result.Count == 1 ? result[0] : Several(result);
        var node = new Node(op, values, outputs, tracked && Ambient.Current.Tracks && op is not Detach);
        if (Origin.Now(Ambient.Current, origin) is { } now) node.Origin = origin = now;
        Add(node);
        return node;
    }

    static ValueSpec[] Several(Specs specs)
    {
        var several = new ValueSpec[specs.Count];
        for (int i = 0; i < several.Length; i++) several[i] = specs[i];
        return several;
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
        Add(node);
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

    /// <summary>The same values as a node of its own, with respect to which a gradient can be asked for whether or not anything is tracked.</summary>
    public Tensor AddLeaf(Tensor x)
    {
        var node = new Node(Alias.Instance, [Lift(x)], x.Spec, tracked: true);
        Add(node);
        return Tensor.Symbol(node, 0);
    }

    /// <summary>A tensor from outside becomes a constant of the graph: one with values, or one of a capture around this.</summary>
    Tensor Lift(Tensor x)
    {
        if (x.IsSymbolic)
        {
            // A tensor of an unrelated capture stays as it is: the graph's check will name it.
            if (own.Contains(x.Node) || outer?.Knows(x.Node) != true) return x;
            var place = (x.Node, x.OutputIndex);
            if (!free.TryGetValue(place, out var found)) free.Add(place, found = AddConstant(x));
            return Tensor.Symbol(found, 0);
        }
        if (!lifted.TryGetValue(x, out var node)) lifted.Add(x, node = AddConstant(x));
        return Tensor.Symbol(node, 0);
    }

    // A leaf keeps its own node, so that its gradient can be asked for inside the graph. What was computed from a leaf is seen as another name of
    // itself: for the graph a constant, for a walk the way back.
    Node AddConstant(Tensor x)
    {
        var node = x.IsLeaf ? x.Node : x.IsTracked ? new Node(Alias.Instance, [x], x.Spec, tracked: true) : new Node(x.Spec);
        if (constants.TryAdd(node, x)) Add(node);
        return node;
    }

    /// <summary>The value of a parameter or buffer inside the graph: an input by name, or what was written to it during the capture.</summary>
    public Tensor Read(Cell cell)
    {
        if (cells.TryGetValue(cell, out var known)) return known.Current;
        var node = new Node(cell.Spec, tracked: cell.RequiresGrad, extra: cell.Gradients);
        Add(node);
        var symbol = Tensor.Symbol(node, 0);
        cells.Add(cell, (node, symbol));
        return symbol;
    }

    public void Write(Cell cell, Tensor value)
    {
        Read(cell);
        cells[cell] = (cells[cell].Input, Lift(value));
    }

    /// <summary>
    /// The captured function has read something that is not part of the graph, such as the mode of a module: the graph is good only as long as that stays.
    /// </summary>
    public void Assume(object owner, string what, Func<bool> holds)
    {
        assumptions.TryAdd((owner, what), holds);
        outer?.Assume(owner, what, holds);
    }

    /// <summary>What must hold for the graph to stand for the function, each with what to call it.</summary>
    public IEnumerable<(string What, Func<bool> Holds)> Assumptions => assumptions.Select(a => (a.Key.Item2, a.Value));

    /// <summary>The leaves whose gradients were computed, read or forgotten: parameters, inputs, and tensors from outside.</summary>
    public IEnumerable<CapturedGradient> LeafGradients => gradients.Keys.Union(used.Where(c => c.Gradient is not { IsSymbolic: true })).Select(cell =>
        new CapturedGradient(cell, inputs.FindIndex(i => i.Node.Cell == cell), gradients.GetValueOrDefault(cell), used.Contains(cell), forgotten.Contains(cell)));

    /// <summary>The gradient of a leaf as far as it was computed during this capture or one around it: of a parameter, an input or a tensor from outside.</summary>
    public Tensor? GradientOf(GradientCell cell)
    {
        used.Add(cell);
        return Find(cell);
    }

    Tensor? Find(GradientCell cell) => hidden.Contains(cell)
        ? throw new GradientException("The gradient was computed inside of a branch or loop of a captured graph, and is not seen outside of it. Return it from there with Gradients.Of, use it there, or forget it with ZeroGrad.")
        : gradients.TryGetValue(cell, out var gradient) ? gradient : outer?.Find(cell);

    /// <summary>Gives a leaf another gradient, or none. What it was before the capture no longer counts.</summary>
    public void SetGradient(GradientCell cell, Tensor? gradient)
    {
        hidden.Remove(cell);
        forgotten.Add(cell);
        gradients[cell] = gradient;
    }

    /// <summary>This was the capture of a branch or a round of a loop: the gradients that leaves got in it do not leave it.</summary>
    public void HideGradients()
    {
        foreach (var (cell, gradient) in gradients)
            if (gradient is not null) outer?.hidden.Add(cell);
        outer?.hidden.UnionWith(hidden);
    }

    /// <summary>A reverse walk brought a gradient to a leaf of this graph.</summary>
    public void Deposit(Node leaf, Tensor gradient)
    {
        var cell = leaf.NeedCell();
        gradients[cell] = Find(cell) is { } before ? before + gradient : gradient;
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

/// <summary>What became of the gradient of a leaf in a capture.</summary>
/// <param name="Cell">Where the leaf keeps its gradient.</param>
/// <param name="Input">The number of the input that the leaf is; -1 for a parameter or a tensor from outside.</param>
/// <param name="Gradient">The gradient at the end of the capture, if there was one.</param>
/// <param name="Used">Whether an optimizer or somebody else read it.</param>
/// <param name="Forgotten">Whether what it was before the capture was forgotten or replaced.</param>
readonly record struct CapturedGradient(GradientCell Cell, int Input, Tensor? Gradient, bool Used, bool Forgotten)
{
    /// <summary>Whether the gradient is to be had after the run: one that was used, and will be forgotten at the start of the next run, is not.</summary>
    public bool Remains => Gradient is not null && !(Used && Forgotten);
}

/// <summary>The time in which a thread records instead of computing.</summary>
readonly ref struct CaptureScope
{
    readonly Capture? before;

    readonly Capture? graph;

    public CaptureScope(Capture? capture)
    {
        before = Ambient.Current.Capture;
        graph = capture;
        Ambient.Current.Capture = capture;
    }

    public Capture Graph => graph!;

    public void Dispose() => Ambient.Current.Capture = before;
}
