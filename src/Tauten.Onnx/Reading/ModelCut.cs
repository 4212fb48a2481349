namespace Tauten.OnnxFormat;

/// <summary>Takes a part of a model, or other sizes for its inputs, before anything is read.</summary>
static class ModelCut
{
    /// <summary>Does what options ask for.</summary>
    /// <exception cref="ModelFormatException">There is no value or input of a name, or a shape has another rank.</exception>
    public static void Apply(GraphProto graph, OnnxImportOptions options)
    {
        if (options.Outputs is { } outputs) Cut(graph, outputs);
        foreach (var (name, shape) in options.Shapes ?? new Dictionary<string, Shape>()) Resize(graph, name, shape);
    }

    static void Cut(GraphProto graph, IReadOnlyList<string> outputs)
    {
        var made = graph.Node.SelectMany(n => n.Output).Concat(graph.Input.Select(i => i.Name)).Concat(graph.Initializer.Select(i => i.Name)).ToHashSet();
        foreach (string name in outputs)
            if (name.Length == 0 || !made.Contains(name)) throw new ModelFormatException($"The model has no value '{name}' that could be an output.");
        var types = graph.Output.Concat(graph.ValueInfo).GroupBy(o => o.Name).ToDictionary(g => g.Key, g => g.First());
        var needed = outputs.ToHashSet();
        var kept = new List<NodeProto>();
        foreach (var node in graph.Node.Reverse())
        {
            if (!node.Output.Any(needed.Contains)) continue;
            kept.Add(node);
            needed.UnionWith(ReadBy(node));
        }
        kept.Reverse();
        graph.Node.Clear();
        graph.Node.Add(kept);
        graph.Output.Clear();
        graph.Output.Add(outputs.Select(name => types.TryGetValue(name, out var known) ? known : new ValueInfoProto { Name = name }));
        Keep(graph.Initializer, i => needed.Contains(i.Name));
        Keep(graph.SparseInitializer, i => needed.Contains(i.Values?.Name ?? ""));
        Keep(graph.Input, i => needed.Contains(i.Name));
    }

    static void Keep<T>(IList<T> list, Func<T, bool> keeps)
    {
        for (int i = list.Count - 1; i >= 0; i--)
            if (!keeps(list[i])) list.RemoveAt(i);
    }

    // Bodies may read whatever is around them.
    static IEnumerable<string> ReadBy(NodeProto node) => node.Input.Concat(node.Attribute.SelectMany(a => a.Graphs.Concat(a.G is { } body ? [body] : [])).SelectMany(b => b.Node.SelectMany(ReadBy).Concat(b.Output.Select(o => o.Name))));

    static void Resize(GraphProto graph, string name, Shape shape)
    {
        var input = graph.Input.FirstOrDefault(i => i.Name == name) ?? throw new ModelFormatException($"The model has no input '{name}'. It has: {string.Join(", ", graph.Input.Select(i => i.Name))}.");
        var type = input.Type?.TensorType ?? throw new ModelFormatException($"The input '{name}' is no tensor.");
        if (type.Shape is { } before && before.Dim.Count != shape.Rank) throw new ModelFormatException($"The input '{name}' has {before.Dim.Count} axes. Received: {shape}.");
        type.Shape = new TensorShapeProto();
        foreach (var dim in shape) type.Shape.Dim.Add(dim.IsKnown ? new TensorShapeProto.Types.Dimension { DimValue = dim } : new TensorShapeProto.Types.Dimension { DimParam = dim.ToString() });
    }
}
