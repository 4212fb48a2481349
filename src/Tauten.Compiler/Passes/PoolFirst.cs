using Tauten.Ops;

namespace Tauten.Compiler;

/// <summary>
/// Where a gradient goes through it, max pooling comes before a bias of channels and a ReLU, which keep the order of elements: relu(max(x) + b) = max(relu(x + b)). They, their gradients and the sum that is the
/// gradient of the bias then see one element of each window instead of all.
/// </summary>
/// <remarks>
/// Values are the same but for the sign of a zero. Of elements that the bias rounds to the same number, a gradient goes to the largest, not to the first; float32 and float64 alone have so few of them that nobody
/// sees it.
/// </remarks>
/// <param name="graph">The graph that is rewritten: its nodes tell who reads what.</param>
sealed class PoolFirst(Graph graph)
{
    readonly Dictionary<Node, Tensor> pooled = [];      // by a pooling of the old graph that has changed places with a ReLU: what the ReLU gives now
    Dictionary<(Node, int), List<Node?>>? readers;      // counted when the first gradient of a pooling is met; null stands for whoever runs the graph

    /// <summary>What stands for a node in the new graph; null where it stays.</summary>
    /// <param name="node">The node in the graph that is rewritten.</param>
    /// <param name="op">Its op.</param>
    /// <param name="x">Its inputs in the new graph.</param>
    public Value[]? Rule(Node node, Op op, Value[] x) => op switch
    {
        MaxPool pool => Pooled(node, pool, x[0]),
        Where when Masked(node) is { } gradient && pooled.TryGetValue(gradient.Input(1), out var now) => Masked(now, x[1].Node),
        // Each window's gradient lies somewhere in its plane.
        Sum sum when x[0].Node is { Op: MaxPoolGradient gradient } spread && Enumerable.Range(gradient.Input.Rank - gradient.Spatial, gradient.Spatial).All(axis => sum.Axes.Contains(axis)) =>
            Graph.Apply(sum, [Input(spread)]),
        _ => null,
    };

    Value[]? Pooled(Node node, MaxPool pool, Value x)
    {
        if (node.Spec(0).DType is not (DType.Float32 or DType.Float64) || ReadersOf(node, 1) is not { Count: > 0 } gradients || !gradients.TrueForAll(g => g?.Op is MaxPoolGradient)) return null;
        var before = node.Input(0);
        bool clamps = before.Op is Relu && x.Node.Op is Relu && OnlyMasks(before, node);
        var (inner, source) = clamps ? (before.Input(0), Input(x.Node)) : (before, (Tensor)x);
        Tensor? bias = null;
        if (inner.Op is Add && source is { IsSymbolic: true, Node.Op: Add } && ReadersOf(inner, 0).Count == 1)
            for (int at = 0; at < 2 && bias is null; at++)
                if (IsOfPlanes(Input(source.Node, at), pool.Window.Count) && Input(source.Node, 1 - at).Shape.Equals(source.Shape)) (bias, source) = (Input(source.Node, at), Input(source.Node, 1 - at));
        if (!clamps && bias is null) return null;
        var result = Graph.Apply(pool, [source]);
        var value = (Tensor)result[0];
        if (bias is not null) value += bias;
        if (clamps) pooled.Add(node, value = value.Relu());
        return [value, result[1]];
    }

    /// <summary>Whether beside the pooling a ReLU is read by masks of the pooling's gradients alone, and these by nobody else.</summary>
    bool OnlyMasks(Node relu, Node pool) =>
        ReadersOf(relu, 0).TrueForAll(r => r == pool || r is { Op: Greater } && ReadersOf(r, 0).TrueForAll(w => w is not null && Masked(w) is { } gradient && gradient.Input(1) == pool))
        && ReadersOf(pool, 1).TrueForAll(g => ReadersOf(g!, 0).TrueForAll(w => w is not null && Masked(w) == g));

    /// <summary>The gradient of a pooling of a ReLU that is kept where the ReLU is positive, and is 0 elsewhere; null for other selections.</summary>
    static Node? Masked(Node where) =>
        where is { Op: Where } && where.Input(0) is { Op: Greater } positive && where.Input(1) is { Op: MaxPoolGradient } gradient && gradient.Input(1) is { Op: MaxPool } pool
        && positive.Input(0) == pool.Input(0) && pool.Input(0).Op is Relu && IsZero(positive.Input(1)) && IsZero(where.Input(2)) ? gradient : null;

    static Value[] Masked(Tensor value, Node gradient) => Graph.Apply(gradient.Op!, [Tensor.Where(value > 0, Input(gradient), 0), Input(gradient, 1)]);

    static bool IsZero(Node node) => node.Op is Fill { Value: 0 };

    /// <summary>Whether a tensor has the same number for all elements of a plane.</summary>
    static bool IsOfPlanes(Tensor x, int spatial) => x.Rank > spatial && x.Shape.Skip(x.Rank - spatial).All(dim => dim.IsKnown && dim == 1);

    static Tensor Input(Node node, int i = 0) => Tensor.Symbol(node.Input(i), node.InputOutput(i));

    List<Node?> ReadersOf(Node node, int output)
    {
        if (readers is null)
        {
            readers = [];
            foreach (var reader in graph.Nodes)
                for (int i = 0; i < reader.InputCount && !graph.IsLeaf(reader); i++) Add(reader.Input(i), reader.InputOutput(i), reader);
            foreach (var (result, k) in graph.OutputPlaces) Add(result, k, null);
            foreach (var (_, result, k) in graph.Updates) Add(result, k, null);
        }
        return readers.GetValueOrDefault((node, output)) ?? [];

        void Add(Node read, int k, Node? reader)
        {
            if (!readers.TryGetValue((read, k), out var all)) readers.Add((read, k), all = []);
            all.Add(reader);
        }
    }
}
