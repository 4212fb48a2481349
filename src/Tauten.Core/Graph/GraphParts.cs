namespace Tauten;

/// <summary>All that a graph is made of.</summary>
/// <param name="Inputs">What callers give, by position.</param>
/// <param name="Cells">The parameters and buffers it reads.</param>
/// <param name="Constants">Tensors from outside.</param>
/// <param name="Nodes">All nodes, leaves included, each after what it reads.</param>
/// <param name="Outputs">What callers get.</param>
/// <param name="Updates">What cells are given at the end of a run.</param>
sealed record GraphParts(
    (Node Node, string Name)[] Inputs, (Cell Cell, Node Node)[] Cells, Dictionary<Node, Tensor> Constants, Node[] Nodes, (Node Node, int Output)[] Outputs, (Cell Cell, Node Node, int Output)[] Updates);

public sealed partial class Graph
{
    /// <summary>All that this graph is made of.</summary>
    internal GraphParts Parts => new(inputs, cells, constants, nodes, outputs, updates);

    /// <summary>The same graph with the values that its parameters and buffers have now as constants. Random generators stay.</summary>
    /// <exception cref="GraphException">It assigns a parameter or buffer.</exception>
    internal Graph Fixed()
    {
        foreach (var (cell, _, _) in updates)
            if (cell is not Buffer { IsRandomState: true }) throw new GraphException($"The function assigns {cell}. A model is never changed, so only functions that assign nothing can be one: such as the prediction, not the training step.");
        var rest = new Dictionary<Node, Tensor>(constants);
        var moving = new List<(Cell, Node)>();
        foreach (var (cell, node) in cells)
            if (cell is Buffer { IsRandomState: true }) moving.Add((cell, node));
            else rest.Add(node, cell.Value.Detach());
        return new(inputs, [.. moving], rest, nodes, outputs, updates);
    }

    /// <summary>The same graph with other names for its inputs.</summary>
    internal Graph Named(IReadOnlyList<string> names) => new([.. inputs.Select((input, i) => (input.Node, names[i]))], cells, constants, nodes, outputs, updates);
}
