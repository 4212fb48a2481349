using Tauten.Ops;

namespace Tauten.Compiler;

/// <summary>The passes, in order. Each gives a graph that computes the same.</summary>
static class Pipeline
{
    /// <summary>A captured graph as it is to be run on a backend.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="backend">Where it will run.</param>
    /// <param name="recompute">Whether values may be computed twice so that less is in memory.</param>
    public static Graph Run(Graph graph, Backend backend, bool recompute)
    {
        graph = ChooseLayout.Run(Simplified(graph, backend), backend);
        return recompute ? Recompute.Fused(graph, backend) : Fuse.Run(graph, backend);
    }

    static Graph Simplified(Graph graph, Backend backend)
    {
        graph = graph.Lower(op => op is Checkpoint || backend.FindKernel(op) is not null);
        var merge = new MergeEqual();
        var normalization = new FoldNormalization(graph);
        var pooling = new PoolFirst(graph);
        // One walk: what one rule leaves is simple enough for the next.
        graph = graph.Rewrite((node, op, x) => FoldConstants.Rule(op, x) ?? Simplify.Rule(op, x) ?? normalization.Rule(node, op, x) ?? pooling.Rule(node, op, x) ?? merge.Rule(op, x));
        // The way there of a checkpoint comes in last: made one with what its gradient computes again, all of it would be kept.
        return graph.Nodes.Any(node => node.Op is Checkpoint) ? graph.Rewrite((_, op, x) => op is Checkpoint checkpoint ? Inline(checkpoint.Body, x, backend) : null) : graph;
    }

    static Value[] Inline(Graph body, Value[] x, Backend backend) => Simplified(body, backend).Run(Array.ConvertAll(x, value => (Tensor)value));
}
