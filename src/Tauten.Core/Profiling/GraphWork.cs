using Tauten.Ops;

namespace Tauten;

/// <summary>The arithmetic operations of a graph: of its products and convolutions, which take the time.</summary>
static class GraphWork
{
    /// <summary>
    /// The operations of one run, a multiply-add counting two. Of a branch the dearer side counts, of a loop without a known end one round; composites count as what they are made of.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="sizes">The sizes that it leaves open.</param>
    public static double Of(Graph graph, Func<string, Dim> sizes)
    {
        double all = 0;
        foreach (var node in graph.Nodes)
        {
            if (graph.IsLeaf(node) || node.Op is not { } unbound || unbound is ValueOp) continue;
            var x = new TensorSpec[node.InputCount];
            for (int i = 0; i < x.Length; i++) x[i] = Known(node.Input(i).Spec(node.InputOutput(i)));
            var y = new TensorSpec[node.OutputCount];
            for (int i = 0; i < y.Length; i++) y[i] = Known(node.Spec(i));
            all += Of(unbound.Bind(name => sizes(name)), x, y, sizes);
        }
        return all;

        TensorSpec Known(TensorSpec spec) => spec.Shape.IsKnown ? spec : spec with { Shape = spec.Shape.Bind(name => sizes(name)) };
    }

    static double Of(Op op, TensorSpec[] x, TensorSpec[] y, Func<string, Dim> sizes) => op switch
    {
        If branch => Math.Max(Of(branch.Then, sizes), Of(branch.Else, sizes)),
        Scan scan => (double)scan.Length.Value * Of(scan.Body, sizes),
        ControlOp loop => loop.Bodies().Sum(b => Of(b.Body, sizes)),
        _ when op.Work(x, y) is { } work => work,
        CompositeOp composite when op.Kind() != OpKind.Elementwise => Of(Graph.Capture(s => composite.Expansion(s), x), sizes),
        _ => 0,
    };
}
