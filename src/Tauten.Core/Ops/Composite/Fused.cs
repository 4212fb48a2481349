using System.Text;

namespace Tauten.Ops;

/// <summary>
/// Ops that a backend runs as one kernel: how a compiler hands work to it. What it computes is what the body computes, and on a backend that has no kernel
/// for the body (<see cref="Backend.Fuses(Graph)"/>), it is expanded. Dtypes: any.
/// </summary>
/// <remarks>
/// <para>A body that a backend fuses has one <i>iteration shape</i>, which may be unknown while it is captured: what is run goes by the shapes of the tensors.
/// Its nodes are inputs that can be broadcast to that shape, whatever their strides; constants; creation ops of one value; elementwise ops and reductions
/// that <see cref="Backend.Fuses(Op, ReadOnlySpan{TensorSpec})"/> accepts; and views that only repeat, insert, drop or reorder axes
/// (<see cref="ViewOp.SourceAxes"/>). There are three forms:</para>
/// <para><i>Elements.</i> No reduction. All outputs have the iteration shape, axes in one order.</para>
/// <para><i>Rows.</i> Reductions over the last axes of the iteration, the same for all: they make one row. What was reduced may be used with elements again, through
/// broadcasting (axes kept, or put back by a reshape), and reduced again. Outputs have the iteration shape or, without the axes of a row (or with them as 1), that of the
/// rows. Softmax, normalization, losses of rows and their gradients are such bodies. Rows of more than 32,768 elements are computed by separate kernels.</para>
/// <para><i>Columns.</i> Reductions over all axes in front of a row's, alone or beside those of rows: gradients of biases and gains. What follows of them may be
/// elementwise, with others of that kind and single numbers, and is an output without the reduced axes.</para>
/// <para><i>Behind an anchor.</i> A body without reductions may begin with one op that <see cref="Backend.Anchors"/> accepts, a product or convolution that reads inputs and constants
/// only: the others then work on each part of its result while that is in a cache. Its result has the iteration shape and is no output, but one output has its spec.</para>
/// <para>Without an anchor, an output may be the very memory of an input of the same spec, if that input is contiguous.</para>
/// <para>Names of unknown sizes that occur in the body should be dimensions of its inputs, each as a name alone: then one body serves all sizes.</para>
/// <para>Results are those of the separate kernels, bit by bit: a 16-bit floating type is computed in float32 and each op's result is rounded. The exception are
/// reductions of columns and those of inputs that are not contiguous, which are joined in another order; that order follows from the shape alone.</para>
/// </remarks>
/// <param name="Body">A graph that takes all that it needs as inputs.</param>
public sealed record Fused(Graph Body) : GraphOp(Body)
{
    /// <inheritdoc/>
    protected override bool PrintMembers(StringBuilder builder) => base.PrintMembers(builder);

    /// <inheritdoc/>
    internal override double? Work(ReadOnlySpan<TensorSpec> x, ReadOnlySpan<TensorSpec> y)
    {
        double? all = null;
        Dictionary<string, Dim>? sizes = null;
        var given = x.ToArray();
        foreach (var node in Body.Nodes)
        {
            if (node.Op is null || node.Op.Kind() != OpKind.Contraction) continue;
            TensorSpec[] inputs = [.. Enumerable.Range(0, node.InputCount).Select(i => Known(node.Input(i).Spec(node.InputOutput(i))))], outputs = [.. Enumerable.Range(0, node.OutputCount).Select(i => Known(node.Spec(i)))];
            if (node.Op.Work(inputs, outputs) is { } work) all = (all ?? 0) + work;
        }
        return all;

        TensorSpec Known(TensorSpec spec) => spec.Shape.IsKnown ? spec : spec with { Shape = spec.Shape.Bind(name => (sizes ??= Body.Sizes(given)).TryGetValue(name, out var size) ? size : default(Dim?)) };
    }

    /// <summary>The op itself where the sizes follow from the inputs, so that one compiled body is used for all.</summary>
    protected internal override Op Bind(Func<string, Dim?> known) => Body.LearnsSizes ? this : base.Bind(known);
}
