using Tauten.Ops;

namespace Tauten;

public sealed partial class Graph
{
    Plan? plan;

    /// <summary>What computes the outputs in the place of this class, where nothing is tracked or captured: a plan made by a compiler.</summary>
    internal Runner? Runner { get; set; }

    /// <summary>
    /// Computes the outputs for the given inputs. Parameters and buffers that the captured function assigned get their new values at the end, in
    /// place where nobody else can see the old ones.
    /// </summary>
    /// <exception cref="ShapeException">An input does not fit its spec.</exception>
    public Tensor[] Run(params ReadOnlySpan<Tensor> x)
    {
        if (Runner is { } runner && Ambient.Current is { Tracks: false, Capture: null, Substitutes: null }) return runner(x);
        // It holds the conversions already.
        using var exact = Autocast.Off();
        var sizes = Sizes(Dispatch.SpecsOf(x));
        plan ??= new(LastUses(), OutputsRead(), updates.ToLookup(u => (u.Node, u.Output), u => (u.Cell, cells.First(c => c.Cell == u.Cell).Node)));
        var values = new RunningValues();
        for (int i = 0; i < x.Length; i++) values.Bring(inputs[i].Node, x[i]);
        foreach (var (cell, node) in cells) values.Bring(node, cell.Borrow());
        foreach (var (node, value) in constants) values.Bring(node, value);
        var stop = Ambient.Current.Stop;
        for (int i = 0; i < nodes.Length; i++)
        {
            stop.ThrowIfCancellationRequested();
            var node = nodes[i];
            if (!IsLeaf(node)) Compute(node, Needed(node).Bind(name => Known(sizes, name)), i, values, sizes);
            for (int k = 0; k < node.InputCount; k++)
                if (plan.Last[node.Input(k)] == i) values.Remove(node.Input(k));
        }
        var results = Array.ConvertAll(outputs, o => (Tensor)values[o.Node][o.Output]);
        Assign(x, values, results);
        values.End(node => plan.Last.GetValueOrDefault(node) == int.MaxValue);
        return results;
    }

    /// <summary>Computes the outputs, unless it is asked to stop: between two nodes, and within loops between two rounds.</summary>
    /// <example><code>
    /// var graph = Graph.Capture(x => x * 2, new TensorSpec(DType.Float32, [2]));
    /// Console.WriteLine(graph.Run([Tensor.From([1f, 2])], CancellationToken.None)[0]);    // [2, 4]
    /// </code></example>
    /// <exception cref="OperationCanceledException">It was asked to stop. Parameters and buffers have their values from before.</exception>
    /// <exception cref="ShapeException">An input does not fit its spec.</exception>
    public Tensor[] Run(ReadOnlySpan<Tensor> x, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        using var stopping = new StopScope(stop);
        return Run(x);
    }

    /// <summary>The op without what it keeps for a gradient that nobody asks for.</summary>
    Op Needed(Node node) => node.Op is ControlOp control ? control.Without(output => plan!.Read.Contains((node, output))) : node.Op!;

    /// <summary>Which outputs of nodes are read, returned or assigned.</summary>
    internal HashSet<(Node, int)> OutputsRead()
    {
        var read = new HashSet<(Node, int)>([.. outputs, .. updates.Select(u => (u.Node, u.Output))]);
        foreach (var node in nodes)
            for (int k = 0; k < node.InputCount && !IsLeaf(node); k++) read.Add((node.Input(k), node.InputOutput(k)));
        return read;
    }

    void Compute(Node node, Op op, int position, RunningValues values, Dictionary<string, Dim> sizes)
    {
        using var mode = Mode(node);
        using var origin = new OriginScope(node);
        var x = new Value[node.InputCount];
        for (int i = 0; i < x.Length; i++) x[i] = values[node.Input(i)][node.InputOutput(i)];
        var temporaries = Temporaries.Begin();
        Value[] y;
        try
        {
            y = Overwritable(node, op, position, values) is { } may ? Dispatch.RunOver(op, Array.ConvertAll(x, v => (Tensor)v), may) : Apply(op, x);
            Learn(node, y, sizes);
        }
        catch
        {
            temporaries.Abandon();
            throw;
        }
        values.Add(node, y, temporaries);
    }

    /// <summary>Nothing is tracked that was not when it was captured, nor what a walk in the capture has passed: no other walk can come.</summary>
    static TrackingScope Mode(Node node) => new(Ambient.Current.Untracked + (node.Tracked && !node.Consumed ? 0 : 1));

    /// <summary>Which outputs of an optimizer's step may take the memory of the parameter or moment that they replace; null where none may.</summary>
    bool[]? Overwritable(Node node, Op op, int position, RunningValues values)
    {
        if (op.Overwritten(0) < 0 || updates.Length == 0 || Ambient.Current.Capture is not null) return null;
        var may = new bool[node.OutputCount];
        for (int i = 0; i < may.Length; i++)
        {
            var old = node.Input(op.Overwritten(i));
            // This is the new value of one cell, the old one is read here for the last time, and no other value lies in its memory.
            may[i] = plan!.Updated[(node, i)].ToArray() is [var (cell, input)] && input == old && cell.IsPrivate
                && plan.Last[old] == position && values.CountIn(((Tensor)values[old][0]).Storage) == 1;
        }
        return may;
    }

    /// <summary>Gives cells their new values: memory that nobody else can see becomes theirs alone, so that the next update may be done in place.</summary>
    void Assign(ReadOnlySpan<Tensor> x, RunningValues values, Tensor[] results)
    {
        if (Ambient.Current.Capture is not null)
        {
            foreach (var (cell, node, output) in updates) cell.Value = (Tensor)values[node][output];
            return;
        }
        var seen = new HashSet<Storage>(ReferenceEqualityComparer.Instance);
        foreach (var tensor in (IEnumerable<Tensor>)[.. x, .. constants.Values, .. results]) seen.Add(tensor.Storage);
        var taken = new HashSet<Storage>(cells.Select(c => c.Cell.Borrow().Storage), ReferenceEqualityComparer.Instance);
        // All are made before one is assigned: a new value may be the old one of another cell.
        var made = new Tensor?[updates.Length];
        for (int i = 0; i < made.Length; i++)
        {
            var (cell, node, output) = updates[i];
            var value = (Tensor)values[node][output];
            if (cell.Has(value)) continue;
            bool whole = value.Layout is { IsContiguous: true, Offset: 0 } && value.Storage.ByteCount == value.Spec.ByteCount;
            made[i] = seen.Contains(value.Storage) || (whole && taken.Add(value.Storage)) ? value : Contiguous.Copy(value);
        }
        for (int i = 0; i < made.Length; i++)
            if (made[i] is { } value)
            {
                if (seen.Contains(value.Storage)) updates[i].Cell.Value = value;
                else updates[i].Cell.Adopt(value);
            }
        foreach (var (cell, _) in cells)
            if (seen.Contains(cell.Borrow().Storage)) cell.Escape();
    }

    Dictionary<Node, int> LastUses()
    {
        var last = new Dictionary<Node, int>();
        for (int i = 0; i < nodes.Length; i++)
            for (int k = 0; k < nodes[i].InputCount; k++) last[nodes[i].Input(k)] = i;
        foreach (var (node, _) in outputs) last[node] = int.MaxValue;
        foreach (var (_, node, _) in updates) last[node] = int.MaxValue;
        return last;
    }

    /// <summary>What a run asks for at every node: where each value is read last, which outputs are read at all, and which become the new value of a cell.</summary>
    sealed record Plan(Dictionary<Node, int> Last, HashSet<(Node, int)> Read, ILookup<(Node, int), (Cell Cell, Node Input)> Updated);
}

/// <summary>Computes the outputs of a graph.</summary>
delegate Tensor[] Runner(ReadOnlySpan<Tensor> x);

/// <summary>
/// The values of a graph's nodes while it runs. Memory that was made on the way is given back as soon as the last value that lies in it has been read.
/// </summary>
sealed class RunningValues
{
    readonly Dictionary<Node, Value[]> values = [];
    readonly Dictionary<Storage, int> lying = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<StorageToken> made = new(ReferenceEqualityComparer.Instance);

    public Value[] this[Node node] => values[node];

    /// <summary>The number of values that lie in a storage.</summary>
    public int CountIn(Storage storage) => lying.GetValueOrDefault(storage);

    /// <summary>A value from outside, whose memory stays.</summary>
    public void Bring(Node node, Value value)
    {
        values[node] = [value];
        foreach (var tensor in TensorsOf(value)) Lie(tensor.Storage);
    }

    /// <summary>The values of a node that has run; what else was made for them is freed.</summary>
    public void Add(Node node, Value[] y, Temporaries temporaries)
    {
        values[node] = y;
        Tensor[] tensors = [.. y.SelectMany(TensorsOf)];
        foreach (var tensor in tensors) Lie(tensor.Storage);
        foreach (var token in temporaries.Tokens)
            if (lying.ContainsKey(token.Storage)) made.Add(token);
        temporaries.End(tensors);
    }

    /// <summary>Nobody will read the values of a node again.</summary>
    public void Remove(Node node)
    {
        // A node that reads another twice is its last reader twice.
        if (!values.Remove(node, out var gone)) return;
        foreach (var tensor in gone.SelectMany(TensorsOf))
        {
            if (--lying[tensor.Storage] > 0) continue;
            lying.Remove(tensor.Storage);
            if (tensor.Token is { } token && made.Remove(token)) token.Storage.Drop(token);
        }
    }

    /// <summary>The end of a run: only the values that are returned or assigned stay.</summary>
    public void End(Func<Node, bool> stays)
    {
        foreach (var node in values.Keys.Where(n => !stays(n)).ToArray()) Remove(node);
    }

    void Lie(Storage storage) => lying[storage] = lying.GetValueOrDefault(storage) + 1;

    static IEnumerable<Tensor> TensorsOf(Value value) => value switch
    {
        { IsSymbolic: true } => [],
        Tensor tensor => [tensor],
        TensorSequence sequence => sequence,
        Optional { HasValue: true } optional => TensorsOf(optional.Content),
        _ => [],
    };
}
