namespace Tauten.Compiler;

/// <summary>
/// What a captured graph computes, so that equal graphs are found: the ops in order, which values they read, all specs, and constants by identity. Cells count by their
/// place and spec only. It keeps neither the graph nor its cells alive.
/// </summary>
sealed class GraphKey : IEquatable<GraphKey>
{
    /// <summary>Constants up to this size are compared by their bytes: a function makes them anew at each capture.</summary>
    const long LargestCompared = 1024;

    readonly List<int> places = [];             // inputs of nodes, outputs, updates: positions of nodes and numbers of outputs
    readonly List<object> parts = [];           // ops and specs
    readonly List<Tensor> constants = [];
    readonly int hash;

    public GraphKey(Graph graph, Backend backend, bool recompute)
    {
        var positions = new Dictionary<Node, int>(graph.Nodes.Count, ReferenceEqualityComparer.Instance);
        foreach (var node in graph.Nodes) positions.Add(node, positions.Count);
        parts.Add(backend);
        parts.Add(recompute);
        foreach (var node in graph.Nodes)
        {
            for (int i = 0; i < node.OutputCount; i++) parts.Add(node.ValueSpec(i));
            if (graph.IsLeaf(node))
            {
                if (graph.ConstantNodes.TryGetValue(node, out var value)) Add(positions[node], constants.Count, value);
                continue;
            }
            parts.Add(node.Op!);
            places.Add(node.InputCount);
            for (int i = 0; i < node.InputCount; i++) Add(positions[node.Input(i)], node.InputOutput(i));
        }
        foreach (var (node, _) in graph.NamedInputs) Add(positions[node], 0);
        var numbers = new Dictionary<Cell, int>(ReferenceEqualityComparer.Instance);
        foreach (var (cell, node) in graph.CellNodes)
        {
            numbers.Add(cell, numbers.Count);
            parts.Add(cell.Spec);
            Add(positions.GetValueOrDefault(node, -1), 0);
        }
        foreach (var (node, output) in graph.OutputPlaces) Add(positions[node], output);
        foreach (var (cell, node, output) in graph.Updates)
        {
            places.Add(numbers[cell]);
            Add(positions[node], output);
        }
        var sum = new HashCode();
        foreach (int place in places) sum.Add(place);
        foreach (object part in parts) sum.Add(part);
        hash = sum.ToHashCode();
    }

    void Add(int position, int output)
    {
        places.Add(position);
        places.Add(output);
    }

    void Add(int position, int number, Tensor constant)
    {
        Add(position, number);
        constants.Add(constant);
    }

    /// <inheritdoc/>
    public bool Equals(GraphKey? other) =>
        other is not null && hash == other.hash && places.SequenceEqual(other.places) && parts.SequenceEqual(other.parts) && constants.Count == other.constants.Count && constants.Zip(other.constants).All(pair => Same(pair.First, pair.Second));

    /// <inheritdoc/>
    public override bool Equals(object? other) => Equals(other as GraphKey);

    /// <inheritdoc/>
    public override int GetHashCode() => hash;

    static bool Same(Tensor a, Tensor b)
    {
        if (ReferenceEquals(a, b)) return true;
        if (a.IsSymbolic || b.IsSymbolic || a.IsTracked || b.IsTracked || a.Spec != b.Spec || !ReferenceEquals(a.Backend, b.Backend) || !a.Layout.IsContiguous || !b.Layout.IsContiguous) return false;
        long bytes = a.Spec.ByteCount;
        if (bytes > LargestCompared) return false;
        Span<byte> x = stackalloc byte[(int)bytes], y = stackalloc byte[(int)bytes];
        a.Backend.CopyToHost(a.Storage, a.Layout.Offset * a.DType.Size(), x);
        b.Backend.CopyToHost(b.Storage, b.Layout.Offset * b.DType.Size(), y);
        return x.SequenceEqual(y);
    }
}
