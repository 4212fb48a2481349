using Tauten.Ops;

namespace Tauten.Compiler;

/// <summary>A function as one graph, good for all inputs of certain dtypes and ranks, whose free sizes have names, while what it assumes holds.</summary>
sealed class Specialization
{
    readonly Graph captured;
    readonly Backend backend;
    readonly bool tracks;
    readonly DType? precision;
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

    Specialization(Graph captured, Capture capture, Tensor[] y, Tensor[] remaining, CapturedGradient[] gradients, bool[] tracked, Backend backend, WorkspacePool workspaces, bool recompute)
    {
        (this.captured, this.backend, this.gradients, this.tracked) = (captured, backend, gradients, tracked);
        planned = new(captured, backend, workspaces, recompute);
        results = y.Length;
        tracks = Ambient.Current.Tracks;
        precision = Autocast.DType;
        assumptions = [.. capture.Assumptions];
        cells = [.. captured.Cells.Select(c => (c, c.RequiresGrad))];
        inputs = [.. captured.Inputs.Select(i => i.Spec)];
        int[] seeds = TapedCall.Seeds(y);
        keepsTape = seeds.Length > 0 && tracks && (Array.Exists(tracked, t => t) || Array.Exists(cells, c => c.RequiresGrad) || TapedCall.Tracked(captured).Any());
        if (keepsTape) taped = TapedCall.Of(captured, capture, y, remaining, seeds, backend, workspaces);
    }

    /// <summary>Captures a function for inputs of the given specs.</summary>
    public static Specialization Capture(Func<Tensor[], Tensor[]> function, TensorSpec[] specs, bool[] tracked, Backend backend, WorkspacePool workspaces, bool recompute)
    {
        using var scope = Tauten.Capture.Begin();
        var capture = scope.Graph;
        var y = function([.. specs.Select((spec, i) => capture.AddInput($"x{i}", spec, tracked[i]))]);
        CapturedGradient[] gradients = [.. capture.LeafGradients];
        Tensor[] remaining = [.. gradients.Where(g => g.Remains).Select(g => g.Gradient!)];
        var graph = capture.Finish([.. y, .. remaining]);
        return new(graph, capture, y, remaining, gradients, tracked, backend, workspaces, recompute);
    }

    /// <summary>The graph as it was captured.</summary>
    public Graph Captured => captured;

    /// <summary>The graphs as they are run: simplified, with ops that the backend has kernels for. One that has not been run yet is not among them.</summary>
    public IEnumerable<Graph> Graphs => [.. planned.LoweredSoFar is { } lowered ? [lowered] : Array.Empty<Graph>(), .. taped?.Graphs ?? []];

    /// <summary>Where the leaves whose gradients a run changes keep them; those of inputs are not known before a call.</summary>
    public IEnumerable<GradientCell> GradientCells => gradients.Where(g => g.Input < 0).Select(g => g.Cell);

    /// <summary>The number of plans made so far.</summary>
    public int PlanCount => planned.PlanCount + (taped?.PlanCount ?? 0);

    /// <summary>The bytes that all values on the way take in the plan that needs most.</summary>
    public long WorkspaceBytes => Math.Max(planned.WorkspaceBytes, taped?.WorkspaceBytes ?? 0);

    /// <summary>Why the graph does not stand for the function called with these inputs now; null where it does.</summary>
    public string? Objection(ReadOnlySpan<Tensor> x)
    {
        if (x.Length != inputs.Length) return $"{inputs.Length} inputs";
        if (tracks != Ambient.Current.Tracks) return tracks ? "gradients were tracked" : "gradients were not tracked";
        if (precision != Autocast.DType) return precision is { } reduced ? $"mixed precision with {reduced.Name()} was on" : "mixed precision was off";
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
        using var exact = Autocast.Off();
        if (!keepsTape) planned.Prepare(x);
    }

    /// <summary>Computes the results.</summary>
    public Tensor[] Run(ReadOnlySpan<Tensor> x)
    {
        // The graph holds the conversions already.
        using var exact = Autocast.Off();
        Tensor[] all;
        if (keepsTape) all = taped is not null ? taped.Run(x) : captured.Run(x);
        else
            using (Gradients.NoGrad()) all = planned.Run(x);
        return gradients.Length == 0 ? all : Deposit(all, x);
    }

    /// <summary>Whether gradients from before the call would be part of what an optimizer in the function reads: the graph does not know them.</summary>
    public bool MeetsGradients() => Array.Exists(gradients, g => g is { Used: true, Forgotten: false, Cell.Gradient: not null });

    Tensor[] Deposit(Tensor[] all, ReadOnlySpan<Tensor> x)
    {
        int next = results;
        var (roots, arriving) = ((List<Tensor>?)null, (List<Tensor>?)null);
        using (Gradients.NoGrad())
            foreach (var gradient in gradients)
            {
                if (gradient.Forgotten && gradient.Input < 0) gradient.Cell.Clear();
                else if (gradient.Forgotten) x[gradient.Input].ZeroGrad();
                if (!gradient.Remains) continue;
                var made = all[next++].As(null);
                if (gradient.Input < 0) gradient.Cell.Adopt(gradient.Cell.Gradient is { } before ? before + made : made);
                else if (x[gradient.Input].IsTracked)
                {
                    (roots ??= []).Add(x[gradient.Input]);
                    (arriving ??= []).Add(made);
                }
            }
        // The walk that the function began ends where its inputs were made.
        if (roots is not null) new ReverseWalk(createGraph: false, keepGraph: false).Run([.. roots], [.. arriving!], null);
        return results == all.Length ? all : all[..results];
    }
}
