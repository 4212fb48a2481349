using System.Text;

namespace Tauten.Ops;

/// <summary>
/// A primitive op that runs graphs as its inputs tell: a branch or a loop. It runs the same on every device and needs no kernel. Eagerly it leaves no node
/// of its own on the tape but those of the ops that ran, so a walk goes back the way that was taken; in a captured graph it is one node with a gradient of its own.
/// </summary>
public abstract record ControlOp : PrimitiveOp
{
    /// <summary>Computes the outputs from inputs that have values.</summary>
    protected internal abstract Tensor[] Execute(ReadOnlySpan<Tensor> x);

    /// <summary>The op without what it only keeps for a gradient, where nobody reads that: outputs behind all others.</summary>
    internal virtual ControlOp Without(Func<int, bool> isRead) => this;

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known)
    {
        var bodies = Bodies();
        var bound = Array.ConvertAll(bodies, b => b.Body.Bind(known));
        return bound.Zip(bodies).All(b => ReferenceEquals(b.First, b.Second.Body)) ? this : WithBodies(bound);
    }

    /// <summary>Prints how large the bodies are: all of them would hide the graph around them.</summary>
    protected override bool PrintMembers(StringBuilder builder)
    {
        builder.AppendJoin(", ", Bodies().Select(b => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{b.Name} = {b.Body.Nodes.Count(n => n.Op is not null)} ops")));
        return true;
    }

    /// <summary>The specs that a body gives, after a check of what it takes.</summary>
    private protected TensorSpec[] Infer(string name, Graph body, ReadOnlySpan<TensorSpec> x)
    {
        var expected = body.Inputs;
        if (x.Length != expected.Count) throw Expect.Inputs(this, x.Length, $"{expected.Count} inputs for {name}");
        for (int i = 0; i < x.Length; i++)
            if (x[i].DType != expected[i].Spec.DType) throw new DTypeException($"{this}: expected {expected[i].Spec} for input {i} of {name}. Received: {x[i]}.");
        var y = body.Infer(x);
        return [.. Enumerable.Range(0, y.Count).Select(i => y[i])];
    }

    /// <summary>What goes round a loop has the same spec each time.</summary>
    private protected void CheckState(ReadOnlySpan<TensorSpec> before, ReadOnlySpan<TensorSpec> after)
    {
        if (after.Length < before.Length) throw new GraphException($"{this}: expected {before.Length} tensors of state from the body. Received: {after.Length}.");
        for (int i = 0; i < before.Length; i++) CheckState(ToString(), i, before[i], after[i]);
    }

    /// <summary>The same for a loop that runs at once.</summary>
    internal static void CheckState(string op, int index, TensorSpec before, TensorSpec after)
    {
        if (before.DType != after.DType) throw new DTypeException($"{op}: expected that the body gives state {index} back as {before}. Received: {after}. Convert it with To(dtype).");
        if (before.Shape != after.Shape) throw new ShapeException($"{op}: expected that the body gives state {index} back as {before}. Received: {after}.");
    }

    private protected static Tensor[] InputsOf(Batch x) => [.. Enumerable.Range(0, x.Count).Select(i => x[i])];

    private protected static bool[] FlagsOf(Batch x) => [.. Enumerable.Range(0, x.Count).Select(x.IsBatched)];

    /// <summary>One more axis of size <paramref name="length"/> in front.</summary>
    private protected static TensorSpec Stacked(Dim length, TensorSpec spec) => new(spec.DType, [length, .. spec.Shape]);

    private protected static TensorSpec Unstacked(TensorSpec spec) => new(spec.DType, [.. spec.Shape.Skip(1)]);
}
