using System.Runtime.InteropServices;

namespace Tauten.Compiler;

/// <summary>
/// What a captured graph computes, so that equal graphs are found: the ops in order, which values they read, the specs of leaves, and constants by identity; all else follows. Cells
/// count by their place and spec only. It keeps neither the graph nor its cells alive.
/// </summary>
sealed class GraphKey : IEquatable<GraphKey>
{
    /// <summary>Constants up to this size are compared by their bytes: a function makes them anew at each capture.</summary>
    const long LargestCompared = 1024;

    readonly Backend backend;
    readonly bool recompute;
    readonly List<int> places = [];             // inputs of nodes, outputs, updates: positions of nodes and numbers of outputs
    readonly List<object> parts = [];           // ops, and specs of leaves
    readonly List<Tensor> constants = [];
    readonly Dictionary<Node, int> positions;   // empty when all is read
    readonly int hash;

    public GraphKey(Graph graph, Backend backend, bool recompute)
    {
        (this.backend, this.recompute) = (backend, recompute);
        positions = new(graph.Nodes.Count, ReferenceEqualityComparer.Instance);
        foreach (var node in graph.Nodes) Add(node, graph);
        foreach (var (node, _) in graph.NamedInputs) Add(node, 0);
        AddCells(graph);
        foreach (var (node, output) in graph.OutputPlaces) Add(node, output);
        positions.Clear();
        var sum = new HashCode();
        sum.AddBytes(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(places)));
        foreach (object part in parts) sum.Add(part.GetHashCode());
        hash = sum.ToHashCode();
    }

    void Add(Node node, Graph graph)
    {
        positions.Add(node, positions.Count);
        if (graph.IsLeaf(node))
        {
            parts.Add(node.ValueSpec());
            if (!graph.ConstantNodes.TryGetValue(node, out var value)) return;
            Add(node, constants.Count);
            constants.Add(value);
            return;
        }
        parts.Add(node.Op!);
        places.Add(node.InputCount);
        for (int i = 0; i < node.InputCount; i++) Add(node.Input(i), node.InputOutput(i));
    }

    void AddCells(Graph graph)
    {
        var numbers = new Dictionary<Cell, int>(ReferenceEqualityComparer.Instance);
        foreach (var (cell, node) in graph.CellNodes)
        {
            numbers.Add(cell, numbers.Count);
            parts.Add(cell.Spec);
            Add(node, 0);
        }
        foreach (var (cell, node, output) in graph.Updates)
        {
            places.Add(numbers[cell]);
            Add(node, output);
        }
    }

    void Add(Node node, int output)
    {
        places.Add(positions.GetValueOrDefault(node, -1));
        places.Add(output);
    }

    /// <inheritdoc/>
    public bool Equals(GraphKey? other) =>
        other is not null && hash == other.hash && ReferenceEquals(backend, other.backend) && recompute == other.recompute
        && CollectionsMarshal.AsSpan(places).SequenceEqual(CollectionsMarshal.AsSpan(other.places)) && SameParts(other) && SameConstants(other);

    /// <inheritdoc/>
    public override bool Equals(object? other) => Equals(other as GraphKey);

    /// <inheritdoc/>
    public override int GetHashCode() => hash;

    bool SameParts(GraphKey other)
    {
        if (parts.Count != other.parts.Count) return false;
        for (int i = 0; i < parts.Count; i++)
            if (!ReferenceEquals(parts[i], other.parts[i]) && !parts[i].Equals(other.parts[i])) return false;
        return true;
    }

    bool SameConstants(GraphKey other)
    {
        if (constants.Count != other.constants.Count) return false;
        for (int i = 0; i < constants.Count; i++)
            if (!Same(constants[i], other.constants[i])) return false;
        return true;
    }

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
