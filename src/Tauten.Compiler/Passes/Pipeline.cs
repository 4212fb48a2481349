using Tauten.Ops;

namespace Tauten.Compiler;

/// <summary>The passes, in order. Each gives a graph that computes the same.</summary>
static class Pipeline
{
    /// <summary>A captured graph as it is to be run on a backend.</summary>
    public static Graph Run(Graph graph, Backend backend)
    {
        graph = graph.Lower(op => backend.FindKernel(op) is not null);
        var merge = new MergeEqual();
        var normalization = new FoldNormalization(graph);
        // One walk: what one rule leaves is simple enough for the next.
        graph = graph.Rewrite((node, op, x) => FoldConstants.Rule(op, x) ?? Simplify.Rule(op, x) ?? normalization.Rule(node, op, x) ?? merge.Rule(op, x));
        return Fuse.Run(ChooseLayout.Run(graph, backend), backend);
    }
}
