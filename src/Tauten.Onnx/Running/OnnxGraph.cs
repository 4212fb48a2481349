namespace Tauten.OnnxFormat;

/// <summary>A name with the type that the model declares for it; null where it declares none.</summary>
sealed record OnnxPort(string Name, TypeProto? Type);

/// <summary>A graph of a model, or the body of control flow or of a function, ready to run.</summary>
sealed class OnnxGraph
{
    public OnnxGraph(string name, OnnxPort[] inputs, OnnxPort[] outputs, OnnxNode[] nodes, IReadOnlyDictionary<string, OnnxValue> initializers)
    {
        (Name, Inputs, Outputs, Nodes, Initializers) = (name, inputs, outputs, nodes, initializers);
        ExpectDifferent(inputs, "inputs");
        var last = new Dictionary<string, int>();
        for (int i = 0; i < nodes.Length; i++)
            foreach (string read in ReadBy(nodes[i])) last[read] = i;
        foreach (var output in outputs) last.Remove(output.Name);
        Releases = new string[nodes.Length][];
        var groups = last.ToLookup(l => l.Value, l => l.Key);
        for (int i = 0; i < nodes.Length; i++) Releases[i] = [.. groups[i]];
        var own = new HashSet<string>(inputs.Select(p => p.Name));
        own.UnionWith(initializers.Keys);
        own.UnionWith(nodes.SelectMany(n => n.Outputs));
        Outer = [.. nodes.SelectMany(ReadBy).Concat(outputs.Select(o => o.Name)).Where(n => !own.Contains(n)).Distinct()];
    }

    public string Name { get; }

    public OnnxPort[] Inputs { get; }

    public OnnxPort[] Outputs { get; }

    public OnnxNode[] Nodes { get; }

    public IReadOnlyDictionary<string, OnnxValue> Initializers { get; }

    /// <summary>After each node, the names that nobody reads again.</summary>
    public string[][] Releases { get; }

    /// <summary>The names that are read from the graph around this one.</summary>
    public string[] Outer { get; }

    void ExpectDifferent(OnnxPort[] ports, string what)
    {
        var names = new HashSet<string>();
        foreach (var port in ports)
            if (!names.Add(port.Name) && port.Name.Length > 0) throw new ModelFormatException($"Two {what} of the graph '{Name}' are named '{port.Name}'.");
    }

    /// <summary>What a node reads, its bodies included.</summary>
    public static IEnumerable<string> ReadBy(OnnxNode node) => node.Inputs.Where(n => n.Length > 0).Concat(node.Bodies.Values.SelectMany(b => b.Outer));
}
