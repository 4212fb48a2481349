namespace Tauten.Compiler;

/// <summary>
/// What was made of a captured graph: the graph as it is run, and its plans. Graphs that are equal share it, whatever cells they read: of these it knows the specs. It
/// lives as long as somebody uses it.
/// </summary>
sealed class SharedPlans
{
    readonly Backend backend;
    readonly PlanTable plans = new();

    SharedPlans(Graph captured, Backend backend, bool recompute)
    {
        this.backend = backend;
        Cells = [.. captured.Cells.Select(cell => new CellPlace(cell))];
        using var untracked = Gradients.NoGrad();
        Lowered = Pipeline.Run(captured.WithCells(captured.Cells, Cells), backend, recompute);
    }

    /// <summary>What stands for the cells of a captured graph, in their order.</summary>
    public Cell[] Cells { get; }

    /// <summary>The graph after all passes.</summary>
    public Graph Lowered { get; }

    /// <summary>What was made of an equal graph for this backend before and is still in use, or is made now.</summary>
    public static SharedPlans Of(Graph captured, Backend backend, bool recompute)
    {
        var key = new GraphKey(captured, backend, recompute);
        if (Known(backend.Remembered, key) is { } known) return known;
        var made = new SharedPlans(captured, backend, recompute);
        lock (backend.Remembered)
        {
            foreach (object gone in backend.Remembered.Where(entry => !entry.Value.TryGetTarget(out _)).Select(entry => entry.Key).ToArray()) backend.Remembered.Remove(gone);
            backend.Remembered[key] = new(made);
        }
        return made;
    }

    static SharedPlans? Known(Dictionary<object, WeakReference<object>> remembered, GraphKey key)
    {
        lock (remembered) return remembered.TryGetValue(key, out var reference) && reference.TryGetTarget(out object? found) ? (SharedPlans)found : null;
    }

    /// <summary>The plan for inputs of these specs; null where a size depends on data.</summary>
    public Plan? For(TensorSpec[] specs) => plans.For(specs, s => new PlanBuilder(Lowered, backend).Build(s));
}
