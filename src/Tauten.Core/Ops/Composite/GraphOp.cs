using System.Text;

namespace Tauten.Ops;

/// <summary>An op whose meaning is a captured graph.</summary>
/// <param name="Body">A graph that takes all that it needs as inputs.</param>
public abstract record GraphOp(Graph Body) : CompositeOp
{
    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x) => Body.Infer(x);

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x) => Body.Run(x);

    /// <inheritdoc/>
    internal override (string Name, Graph Body)[] Bodies() => [("Body", Body)];

    /// <inheritdoc/>
    internal override Op WithBodies(Graph[] bodies) => this with { Body = bodies[0] };

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) => Body.Bind(known) is var bound && ReferenceEquals(bound, Body) ? this : this with { Body = bound };

    /// <summary>Prints how large the body is: all of it would hide the graph around it.</summary>
    protected override bool PrintMembers(StringBuilder builder)
    {
        builder.Append(System.Globalization.CultureInfo.InvariantCulture, $"Body = {Body.Nodes.Count(n => n.Op is not null)} ops");
        return true;
    }

    /// <summary>
    /// Runs a function as an op: captured, closed over all that it reads, and then made by <paramref name="make"/>. What the function assigns is
    /// assigned.
    /// </summary>
    internal static Tensor[] Run(Func<Tensor[], Tensor[]> function, ReadOnlySpan<Tensor> x, Func<Graph, GraphOp> make)
    {
        var graph = Graph.Capture(function, Dispatch.SpecsOf(x));
        var (body, taken, assigned) = graph.Close();
        var y = Dispatch.RunAll(make(body), [.. x, .. taken]);
        graph.AdvanceGenerators();
        int results = y.Length - assigned.Length;
        for (int i = 0; i < assigned.Length; i++) assigned[i].Value = y[results + i];
        return y[..results];
    }
}

/// <summary>
/// A function of which the tape keeps the inputs and nothing from inside: its gradient computes it again (Chen, Xu, Zhang, Guestrin: "Training Deep Nets
/// with Sublinear Memory Cost", 2016).
/// </summary>
/// <param name="Body">The function.</param>
public sealed record Checkpoint(Graph Body) : GraphOp(Body)
{
    /// <inheritdoc/>
    protected override bool PrintMembers(StringBuilder builder) => base.PrintMembers(builder);

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x)
    {
        bool[] batched = [.. Enumerable.Range(0, x.Count).Select(x.IsBatched)];
        Tensor[] inputs = [.. Enumerable.Range(0, x.Count).Select(i => x[i])];
        return Dispatch.RunAll(new Checkpoint(Graph.Capture(s => Body.RunFull(s, batched, x.Size), Dispatch.SpecsOf(inputs))), inputs);
    }
}

/// <summary>A function with a gradient of its own in place of the one that follows from its ops.</summary>
/// <param name="Body">The function.</param>
/// <param name="Formula">The gradients with respect to the first inputs; the others get none.</param>
public sealed record CustomGradient(Graph Body, Func<Backward, Tensor?[]> Formula) : GraphOp(Body)
{
    /// <inheritdoc/>
    protected override bool PrintMembers(StringBuilder builder) => base.PrintMembers(builder);

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Inputs | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var found = Formula(b);
        if (found.Length > b.InputCount) throw new GradientException($"Custom: the gradient returned {found.Length} tensors. Expected one for each input (null where there is none).");
        Array.Resize(ref found, b.InputCount);
        return found;
    }
}
