namespace Tauten.Compiler;

/// <summary>A graph as it is run: simplified once, and laid out in memory for each choice of input sizes that it meets.</summary>
sealed class PlannedGraph(Graph captured, Backend backend, WorkspacePool workspaces, bool recompute = false)
{
    readonly Lock gate = new();
    readonly PlanTable plans = new();                   // over the cells of this graph
    SharedPlans? shared;
    Graph? lowered;

    /// <summary>The graph as it was captured.</summary>
    public Graph Captured => captured;

    /// <summary>The graph after all passes.</summary>
    public Graph Lowered
    {
        get
        {
            lock (gate)
            {
                if (lowered is not null) return lowered;
                shared = SharedPlans.Of(captured, backend, recompute);
                return lowered = shared.Lowered.WithCells(shared.Cells, captured.Cells);
            }
        }
    }

    /// <summary>The graph after all passes, if it has been asked for.</summary>
    public Graph? LoweredSoFar => Volatile.Read(ref lowered);

    /// <summary>The number of plans made so far.</summary>
    public int PlanCount => plans.Count;

    /// <summary>The bytes that all values on the way take in the plan that needs most.</summary>
    public long WorkspaceBytes => plans.WorkspaceBytes;

    /// <summary>Computes the results; nothing is tracked.</summary>
    public Tensor[] Run(ReadOnlySpan<Tensor> x) => PlanFor(x) is { } plan ? workspaces.Run(plan, x) : Lowered.Run(x);

    /// <summary>Makes the plan for inputs of these sizes, so that the next run finds it.</summary>
    public void Prepare(ReadOnlySpan<Tensor> x)
    {
        using var untracked = Gradients.NoGrad();
        PlanFor(x);
    }

    /// <summary>The plan for inputs of these sizes; null where a size depends on data.</summary>
    public Plan? PlanFor(ReadOnlySpan<Tensor> x) => plans.TryFind(x, out var plan) ? plan : PlanFor(Dispatch.SpecsOf(x));

    /// <inheritdoc cref="PlanFor(ReadOnlySpan{Tensor})"/>
    public Plan? PlanFor(TensorSpec[] specs)
    {
        var graph = Lowered;
        // The lowered graph may read its cells in another order than the captured one.
        return plans.For(specs, s => shared!.For(s)?.With(graph.Cells));
    }

    /// <summary>Whether tensors have just these specs.</summary>
    public static bool Same(TensorSpec[] specs, ReadOnlySpan<Tensor> x)
    {
        for (int i = 0; i < specs.Length; i++)
            if (!ReferenceEquals(specs[i], x[i].Spec) && specs[i] != x[i].Spec) return false;
        return true;
    }
}
