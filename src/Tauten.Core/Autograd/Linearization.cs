namespace Tauten;

/// <summary>
/// A function at a point: its value there, and its derivative as a linear map, which can be applied in both directions. It is a level of its own:
/// the inputs become leaves that nothing else knows, so that levels nest without seeing each other.
/// </summary>
sealed class Linearization
{
    readonly Tensor[] leaves;
    readonly Tensor[] results;
    readonly bool outside;          // whether the results depend on something else that is tracked
    Tensor[]? seeds;                // of the walk whose derivative is the forward direction
    Tensor?[]? pulled;

    /// <summary>Runs <paramref name="function"/> at <paramref name="x"/>.</summary>
    public Linearization(Func<Tensor[], Tensor[]> function, ReadOnlySpan<Tensor> x)
    {
        var ambient = Ambient.Current;
        bool tracks = ambient.Tracks, capturing = ambient.Capture is not null;
        leaves = new Tensor[x.Length];
        using (Gradients.Tracking())
        {
            for (int i = 0; i < leaves.Length; i++) leaves[i] = x[i].DType.IsFloating() ? Leaf(x[i]) : x[i];
            results = function([.. leaves]);
        }
        outside = tracks && (capturing || DependsOnOthers());
        Value = outside ? results : Array.ConvertAll(results, y => y.Detach());
    }

    /// <summary>The results of the function, tracked only with respect to what was tracked before.</summary>
    public Tensor[] Value { get; }

    /// <summary>Enters the mode in which results of this linearization are tracked only if they depend on something outside of it.</summary>
    public TrackingScope Mode() => new(Ambient.Current.Untracked + (outside ? 0 : 1));

    static Tensor Leaf(Tensor x) => Ambient.Current.Capture is { } capture ? capture.AddLeaf(x)
        : x.IsTracked ? Dispatch.Run(Ops.Alias.Instance, x)
        : x.As(new Node(x.Spec, tracked: true));

    bool DependsOnOthers()
    {
        var seen = new HashSet<Node>(leaves.Select(l => l.Node), ReferenceEqualityComparer.Instance);
        if (leaves.Any(l => l.Node.InputCount > 0)) return true;
        var stack = new Stack<Node>(results.Select(y => y.Node));
        while (stack.TryPop(out var node))
        {
            if (!node.Tracked || !seen.Add(node)) continue;
            if (node.InputCount == 0) return true;
            for (int i = 0; i < node.InputCount; i++) stack.Push(node.Input(i));
        }
        return false;
    }

    /// <summary>The gradients of <c>sum(seed * result)</c> over all results with respect to the inputs; null where there is none.</summary>
    public Tensor?[] Pull(ReadOnlySpan<Tensor?> arriving)
    {
        bool tracks = Ambient.Current.Tracks && (outside || Ambient.Current.Capture is not null);
        foreach (var seed in arriving) tracks |= Ambient.Current.Tracks && seed is { IsTracked: true };
        return Walk(results, arriving, leaves, tracks);
    }

    /// <summary>
    /// The derivative along <paramref name="tangents"/>; null stands for zeros. The gradient is linear in its seed, and its formulas are ops: the derivative of the gradient with respect
    /// to the seed, from the tangents, is the forward product.
    /// </summary>
    public Tensor[] Push(ReadOnlySpan<Tensor?> tangents)
    {
        Prepare();
        bool tracks = Ambient.Current.Tracks && (outside || Ambient.Current.Capture is not null);
        foreach (var tangent in tangents) tracks |= Ambient.Current.Tracks && tangent is { IsTracked: true };
        var found = Walk(pulled!, tangents, seeds!, tracks);
        var y = new Tensor[results.Length];
        for (int i = 0; i < y.Length; i++) y[i] = found[i] ?? Tensor.Zeros(results[i].Shape, results[i].DType);
        return y;
    }

    /// <summary>Does the part of <see cref="Push"/> that does not depend on tangents, once.</summary>
    public void Prepare()
    {
        if (pulled is not null) return;
        using var tracking = Gradients.Tracking();
        seeds = Array.ConvertAll(results, y => y.DType.IsFloating() ? Leaf(Tensor.Zeros(y.Shape, y.DType)) : y);
        pulled = Walk(results, seeds, leaves, createGraph: true);
    }

    static Tensor?[] Walk(Tensor?[] from, ReadOnlySpan<Tensor?> arriving, Tensor[] to, bool createGraph)
    {
        var roots = new List<Tensor>();
        var starts = new List<Tensor>();
        for (int i = 0; i < from.Length; i++)
        {
            if (from[i] is not { IsTracked: true } root || !root.DType.IsFloating() || arriving[i] is not { } seed) continue;
            roots.Add(root);
            starts.Add(seed);
        }
        if (roots.Count == 0) return new Tensor?[to.Length];
        return new ReverseWalk(createGraph, keepGraph: true).Run(roots.ToArray(), starts.ToArray(), Array.ConvertAll(to, t => (t.Node, t.OutputIndex)));
    }
}
