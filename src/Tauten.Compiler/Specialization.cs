using Tauten.Ops;

namespace Tauten.Compiler;

/// <summary>A function as one graph, good for all inputs of certain dtypes and ranks, whose free sizes have names, while what it assumes holds.</summary>
sealed class Specialization
{
    readonly Graph captured;
    readonly Backend backend;
    readonly bool tracked;
    readonly bool tracks;
    readonly (string What, Func<bool> Holds)[] assumptions;
    readonly (Cell Cell, bool RequiresGrad)[] cells;
    readonly CapturedGradient[] gradients;
    readonly int results;
    readonly TensorSpec[] inputs;
    readonly Lock gate = new();
    (TensorSpec[] Specs, Plan? Plan)[] plans = [];
    Graph? lowered;

    Specialization(Graph captured, Capture capture, Backend backend, int results, CapturedGradient[] gradients, bool tracked)
    {
        (this.captured, this.backend, this.results, this.gradients, this.tracked) = (captured, backend, results, gradients, tracked);
        tracks = Ambient.Current.Tracks;
        assumptions = [.. capture.Assumptions];
        cells = [.. captured.Cells.Select(c => (c, c.RequiresGrad))];
        inputs = [.. captured.Inputs.Select(i => i.Spec)];
    }

    /// <summary>Captures a function for inputs of the given specs.</summary>
    public static Specialization Capture(Func<Tensor[], Tensor[]> function, TensorSpec[] specs, Backend backend)
    {
        using var scope = Tauten.Capture.Begin();
        var capture = scope.Graph;
        var y = function([.. specs.Select((spec, i) => capture.AddInput($"x{i}", spec))]);
        bool tracked = Array.Exists(y, t => t.IsTracked && t.Node is { Op: not null, Consumed: false });
        CapturedGradient[] gradients = [.. capture.ParameterGradients];
        return new(capture.Finish([.. y, .. gradients.Where(g => g.Remains).Select(g => g.Gradient!)]), capture, backend, y.Length, gradients, tracked);
    }

    /// <summary>The graph as it was captured.</summary>
    public Graph Captured => captured;

    /// <summary>The graph as it is run: simplified, with ops that the backend has kernels for.</summary>
    public Graph Lowered
    {
        get
        {
            lock (gate)
            {
                if (lowered is not null) return lowered;
                using var untracked = Gradients.NoGrad();
                return lowered = Pipeline.Run(captured, backend);
            }
        }
    }

    /// <summary>The number of plans made so far.</summary>
    public int PlanCount => plans.Length;

    /// <summary>Why the graph does not stand for the function called with these inputs now; null where it does.</summary>
    public string? Objection(ReadOnlySpan<Tensor> x)
    {
        if (x.Length != inputs.Length) return $"{inputs.Length} inputs";
        if (tracks != Ambient.Current.Tracks) return tracks ? "gradients were tracked" : "gradients were not tracked";
        foreach (var (what, holds) in assumptions)
            if (!holds()) return what;
        foreach (var (cell, requiresGrad) in cells)
            if (cell.RequiresGrad != requiresGrad) return $"{cell} {(requiresGrad ? "required" : "did not require")} gradients";
        for (int i = 0; i < x.Length; i++)
        {
            if (!ReferenceEquals(x[i].Backend, backend)) return $"input {i} lay on {backend}";
            if (!Fits(inputs[i], x[i].Spec)) return $"input {i} was {inputs[i]}";
        }
        return NamesAgree(x);
    }

    static bool Fits(TensorSpec expected, TensorSpec received)
    {
        if (ReferenceEquals(expected, received)) return true;
        if (expected.DType != received.DType || expected.Shape.Rank != received.Shape.Rank) return false;
        for (int k = 0; k < expected.Shape.Rank; k++)
            if (expected.Shape[k].IsKnown && expected.Shape[k] != received.Shape[k]) return false;
        return true;
    }

    // The free sizes are the first ones of inputs: those of one name must be equal.
    string? NamesAgree(ReadOnlySpan<Tensor> x)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].Shape.IsKnown) continue;
            for (int k = 0; k < i; k++)
                if (!inputs[k].Shape.IsKnown && inputs[k].Shape[0] == inputs[i].Shape[0] && x[k].Shape[0] != x[i].Shape[0]) return $"inputs {k} and {i} had the same first size";
        }
        return null;
    }

    /// <summary>Whether a tape must be kept: the results can be differentiated, and something asks for it.</summary>
    bool NeedsTape(ReadOnlySpan<Tensor> x)
    {
        if (!tracked || !Ambient.Current.Tracks) return false;
        foreach (var input in x)
            if (input.IsTracked) return true;
        return Array.Exists(cells, c => c.RequiresGrad);
    }

    /// <summary>Computes the results.</summary>
    public Tensor[] Run(ReadOnlySpan<Tensor> x, WorkspacePool workspaces)
    {
        Tensor[] all;
        if (NeedsTape(x)) all = captured.Run(x);
        else
            using (Gradients.NoGrad())
                all = PlanFor(x) is { } plan ? workspaces.Run(plan, x) : Lowered.Run(x);
        return gradients.Length == 0 ? all : Deposit(all);
    }

    /// <summary>Whether gradients from before the call would be part of what an optimizer in the function reads: the graph does not know them.</summary>
    public bool MeetsGradients() => Array.Exists(gradients, g => g is { Used: true, Forgotten: false } && g.Parameter.BorrowGrad() is not null);

    Tensor[] Deposit(Tensor[] all)
    {
        int next = results;
        foreach (var gradient in gradients)
        {
            if (gradient.Forgotten) gradient.Parameter.ZeroGrad();
            if (!gradient.Remains) continue;
            var made = all[next++];
            gradient.Parameter.AdoptGrad(gradient.Parameter.BorrowGrad() is { } before ? before + made : made);
        }
        return all[..results];
    }

    Plan? PlanFor(ReadOnlySpan<Tensor> x)
    {
        foreach (var (specs, plan) in plans)
            if (Same(specs, x)) return plan;
        return MakePlan(Dispatch.SpecsOf(x));
    }

    Plan? MakePlan(TensorSpec[] specs)
    {
        var graph = Lowered;
        lock (gate)
        {
            foreach (var (known, found) in plans)
                if (known.AsSpan().SequenceEqual(specs)) return found;
            var plan = new PlanBuilder(graph, backend).Build(specs);
            plans = [.. plans.TakeLast(LargestPlanCount - 1), (specs, plan)];
            return plan;
        }
    }

    /// <summary>How many sizes are remembered.</summary>
    const int LargestPlanCount = 64;

    static bool Same(TensorSpec[] specs, ReadOnlySpan<Tensor> x)
    {
        for (int i = 0; i < specs.Length; i++)
            if (!ReferenceEquals(specs[i], x[i].Spec) && specs[i] != x[i].Spec) return false;
        return true;
    }
}
