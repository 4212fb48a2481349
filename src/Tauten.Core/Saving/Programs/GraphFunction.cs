namespace Tauten;

/// <summary>One function of a program: a graph, and names for what goes in and comes out.</summary>
public sealed class GraphFunction
{
    internal GraphFunction(string name, Graph graph, IReadOnlyList<string> outputs) => (Name, Graph, OutputNames) = (name, graph, outputs);

    /// <summary>The name by which it is called.</summary>
    public string Name { get; }

    /// <summary>What it computes.</summary>
    public Graph Graph { get; }

    /// <summary>The names of the outputs.</summary>
    public IReadOnlyList<string> OutputNames { get; }

    /// <summary>The names and specs of the inputs, in which sizes may have names.</summary>
    public IReadOnlyList<(string Name, TensorSpec Spec)> Inputs => Graph.Inputs;

    /// <summary>The names and specs of the outputs.</summary>
    public IReadOnlyList<(string Name, TensorSpec Spec)> Outputs => [.. OutputNames.Zip(Graph.Outputs)];

    /// <summary>Such as <c>predict(images: float32[batch, 784]) -> (logits: float32[batch, 10])</c>.</summary>
    public override string ToString() => $"{Name}({Text(Inputs)}) -> ({Text(Outputs)})";

    static string Text(IEnumerable<(string Name, TensorSpec Spec)> values) => string.Join(", ", values.Select(v => $"{v.Name}: {v.Spec}"));
}
