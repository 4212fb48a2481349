namespace Tauten.Ops;

/// <summary>
/// The bodies of a control op, closed over all that they read: parameters, buffers and tensors from outside have become inputs that all bodies share, and what
/// a body assigns has become outputs.
/// </summary>
/// <param name="Bodies">The bodies, in the order given.</param>
/// <param name="Assigned">The cells that a body assigns.</param>
/// <param name="Values">The values of these before the op, which are inputs.</param>
/// <param name="Taken">The values of what is only read, which are the inputs behind all others.</param>
/// <param name="OutputCount">The number of outputs that a body had before it was closed.</param>
sealed record BodyClosure(Graph[] Bodies, Cell[] Assigned, Tensor[] Values, Tensor[] Taken, int OutputCount)
{
    /// <summary>Records a body. Gradients that it brings to leaves are seen inside of it only.</summary>
    public static Graph Capture(Func<Tensor[], Tensor[]> function, ReadOnlySpan<TensorSpec> specs)
    {
        using var capture = Tauten.Capture.Begin();
        var x = new Tensor[specs.Length];
        for (int i = 0; i < x.Length; i++) x[i] = capture.Graph.AddInput($"x{i}", specs[i]);
        var y = function(x);
        capture.Graph.HideGradients();
        return capture.Graph.Finish(y);
    }

    /// <summary>
    /// Closes bodies with the same own inputs. Assigned cells come in before own input <paramref name="inputsAt"/>, and go out before own output <paramref name="outputsAt"/>.
    /// </summary>
    /// <param name="graphs">The bodies.</param>
    /// <param name="inputsAt">The number of own inputs that are the state of a loop; 0 for a branch.</param>
    /// <param name="outputsAt">The number of own outputs that are the state of a loop; that of all for a branch.</param>
    /// <param name="bodies">How many of the bodies give assigned values out; those behind only read.</param>
    public static BodyClosure Of(Graph[] graphs, int inputsAt, int outputsAt, int? bodies = null)
    {
        Cell[] assigned = [.. graphs.SelectMany(g => g.Updated).Distinct()], read = [.. graphs.SelectMany(g => g.Cells).Distinct().Except(assigned)];
        var outside = new List<Tensor>();
        foreach (var (_, value) in graphs.SelectMany(g => g.Outside))
            if (!outside.Exists(o => IsSame(o, value))) outside.Add(value);
        Tensor[] values = Array.ConvertAll(assigned, c => c.Value), taken = [.. read.Select(c => c.Value), .. outside];
        var closed = new Graph[graphs.Length];
        for (int i = 0; i < closed.Length; i++)
            closed[i] = graphs[i].CloseOver(assigned, read, outside, inputsAt, outputsAt, assigns: i < (bodies ?? graphs.Length));
        return new(closed, assigned, values, taken, graphs[0].Outputs.Count);
    }

    /// <summary>Whether two tensors from outside are one: what lies in memory by itself, what is captured by its place in the graph.</summary>
    public static bool IsSame(Tensor a, Tensor b) => ReferenceEquals(a, b) || (a.IsSymbolic && b.IsSymbolic && ReferenceEquals(a.Node, b.Node) && a.OutputIndex == b.OutputIndex);

    /// <summary>Assigns the values that came out before output <paramref name="at"/> + their number, and gives the others.</summary>
    public Tensor[] Assign(Tensor[] y, int at)
    {
        for (int i = 0; i < Assigned.Length; i++) Assigned[i].Value = y[at + i];
        return [.. y[..at], .. y[(at + Assigned.Length)..]];
    }
}
