using System.Text;

namespace Tauten.Ops;

/// <summary>
/// Ops that a backend runs as one kernel: how a compiler hands work to it. What it computes is what the body computes, and on a backend that has no kernel
/// for the body (<see cref="Backend.Fuses(Graph)"/>), it is expanded. Dtypes: any.
/// </summary>
/// <remarks>
/// <para>A body that a backend fuses has one <i>iteration shape</i>, which may be unknown while it is captured: what is run goes by the shapes of the tensors.
/// Its nodes are inputs that can be broadcast to that shape, whatever their strides; constants and creation ops of one element or one value; elementwise ops
/// that <see cref="Backend.Fuses(Op, ReadOnlySpan{TensorSpec})"/> accepts; and views that only repeat, insert, drop or reorder axes
/// (<see cref="ViewOp.SourceAxes"/>).</para>
/// <para>An output may be the very memory of an input of the same spec.</para>
/// <para>Names of unknown sizes that occur in the body should be dimensions of its inputs, each as a name alone: then one body serves all sizes.</para>
/// <para>Results are those of the separate kernels, bit by bit: a 16-bit floating type is computed in float32 and each op's result is rounded.</para>
/// </remarks>
/// <param name="Body">A graph that takes all that it needs as inputs.</param>
public sealed record Fused(Graph Body) : GraphOp(Body)
{
    /// <inheritdoc/>
    protected override bool PrintMembers(StringBuilder builder) => base.PrintMembers(builder);

    /// <summary>The op itself where the sizes follow from the inputs, so that one compiled body is used for all.</summary>
    protected internal override Op Bind(Func<string, Dim?> known) => Body.LearnsSizes ? this : base.Bind(known);
}
