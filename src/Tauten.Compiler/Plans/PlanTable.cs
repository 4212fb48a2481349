namespace Tauten.Compiler;

/// <summary>Plans by the specs of their inputs; null for sizes that depend on data. Those of the sizes asked for last are remembered.</summary>
sealed class PlanTable
{
    const int LargestCount = 64;

    readonly Lock gate = new();
    (TensorSpec[] Specs, Plan? Plan)[] known = [];

    /// <summary>How many there are.</summary>
    public int Count => known.Length;

    /// <summary>The bytes that all values on the way take in the plan that needs most.</summary>
    public long WorkspaceBytes => known.Select(k => k.Plan?.WorkspaceBytes ?? 0).DefaultIfEmpty().Max();

    /// <summary>Looks for the plan for inputs.</summary>
    public bool TryFind(ReadOnlySpan<Tensor> x, out Plan? plan)
    {
        foreach (var (specs, found) in known)
            if (PlannedGraph.Same(specs, x))
            {
                plan = found;
                return true;
            }
        plan = null;
        return false;
    }

    /// <summary>The plan for inputs of these specs, made if there is none yet.</summary>
    public Plan? For(TensorSpec[] specs, Func<TensorSpec[], Plan?> make)
    {
        lock (gate)
        {
            foreach (var (others, found) in known)
                if (others.AsSpan().SequenceEqual(specs)) return found;
            var plan = make(specs);
            known = [.. known.TakeLast(LargestCount - 1), (specs, plan)];
            return plan;
        }
    }
}
