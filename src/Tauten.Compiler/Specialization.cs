using Tauten.Ops;

namespace Tauten.Compiler;

/// <summary>A function as one graph, good for all inputs of certain dtypes and ranks, whose free sizes have names, while what it assumes holds.</summary>
sealed class Specialization
{
    readonly Graph captured;
    readonly Backend backend;
    readonly bool tracks;
    readonly bool[] tracked;
    readonly (string What, Func<bool> Holds)[] assumptions;
    readonly (Cell Cell, bool RequiresGrad)[] cells;
    readonly CapturedGradient[] gradients;
    readonly int results;
    readonly TensorSpec[] inputs;
    readonly PlannedGraph planned;
    readonly bool keepsTape;                             // the results can be differentiated, and something asks for it
    readonly TapedCall? taped;                           // null where none is kept, or where the tape has to be that of the single ops
    TensorSpec[]? last;                                  // of inputs that were accepted

    Specialization(Graph captured, Capture capture, Tensor[] y, CapturedGradient[] gradients, bool[] tracked, Backend backend, WorkspacePool workspaces)
    {
        (this.captured, this.backend, this.gradients, this.tracked) = (captured, backend, gradients, tracked);
        planned = new(captured, backend, workspaces);
        results = y.Length;
        tracks = Ambient.Current.Tracks;
        assumptions = [.. capture.Assumptions];
        cells = [.. captured.Cells.Select(c => (c, c.RequiresGrad))];
        inputs = [.. captured.Inputs.Select(i => i.Spec)];
        int[] seeds = TapedCall.Seeds(y);
        keepsTape = seeds.Length > 0 && tracks && (Array.Exists(tracked, t => t) || Array.Exists(cells, c => c.RequiresGrad));
        if (keepsTape) taped = TapedCall.Of(captured, capture, y, seeds, backend, workspaces);
    }

    /// <summary>Captures a function for inputs of the given specs.</summary>
    public static Specialization Capture(Func<Tensor[], Tensor[]> function, TensorSpec[] specs, bool[] tracked, Backend backend, WorkspacePool workspaces)
    {
        using var scope = Tauten.Capture.Begin();
        var capture = scope.Graph;
        var y = function([.. specs.Select((spec, i) => capture.AddInput($"x{i}", spec, tracked[i]))]);
        CapturedGradient[] gradients = [.. capture.ParameterGradients];
        var graph = capture.Finish([.. y, .. gradients.Where(g => g.Remains).Select(g => g.Gradient!)]);
        return new(graph, capture, y, gradients, tracked, backend, workspaces);
    }

    /// <summary>The graph as it was captured.</summary>
    public Graph Captured => captured;

    /// <summary>The graph as it is run: simplified, with ops that the backend has kernels for.</summary>
    public Graph Lowered => planned.Lowered;

    /// <summary>The number of plans made so far.</summary>
    public int PlanCount => planned.PlanCount + (taped?.PlanCount ?? 0);

    /// <summary>Why the graph does not stand for the function called with these inputs now; null where it does.</summary>
    public string? Objection(ReadOnlySpan<Tensor> x)
    {
        if (x.Length != inputs.Length) return $"{inputs.Length} inputs";
        if (tracks != Ambient.Current.Tracks) return tracks ? "gradients were tracked" : "gradients were not tracked";
        foreach (var (what, holds) in assumptions)
            if (!holds()) return what;
        foreach (var (cell, requiresGrad) in cells)
            if (cell.RequiresGrad != requiresGrad) return $"{cell} {(requiresGrad ? "required" : "did not require")} gradients";
        if (tracks)
            for (int i = 0; i < x.Length; i++)
                if (x[i].IsTracked != tracked[i]) return $"input {i} {(tracked[i] ? "required" : "did not require")} gradients";
        for (int i = 0; i < x.Length; i++)
            if (!ReferenceEquals(x[i].Backend, backend)) return $"input {i} lay on {backend}";
        if (last is not null && PlannedGraph.Same(last, x)) return null;
        for (int i = 0; i < x.Length; i++)
            if (!Fits(inputs[i], x[i].Spec)) return $"input {i} was {inputs[i]}";
        if (FreeSizes.Objection(inputs, x) is { } objection) return objection;
        last = Dispatch.SpecsOf(x);
        return null;
    }

    static bool Fits(TensorSpec expected, TensorSpec received)
    {
        if (ReferenceEquals(expected, received)) return true;
        if (expected.DType != received.DType || expected.Shape.Rank != received.Shape.Rank) return false;
        for (int k = 0; k < expected.Shape.Rank; k++)
            if (expected.Shape[k].IsKnown && expected.Shape[k] != received.Shape[k]) return false;
        return true;
    }

    /// <summary>Does what has to be done once before the first run for inputs of these sizes.</summary>
    public void Prepare(ReadOnlySpan<Tensor> x)
    {
        if (!keepsTape) planned.Prepare(x);
    }

    /// <summary>Computes the results.</summary>
    public Tensor[] Run(ReadOnlySpan<Tensor> x)
    {
        if (keepsTape) return taped is not null ? taped.Run(x) : captured.Run(x);
        Tensor[] all;
        using (Gradients.NoGrad()) all = planned.Run(x);
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
}
