using Tauten.Ops;

namespace Tauten.Compiler;

/// <summary>The passes, in order. Each gives a graph that computes the same.</summary>
static class Pipeline
{
    /// <summary>A captured graph as it is to be run on a backend.</summary>
    public static Graph Run(Graph graph, Backend backend)
    {
        graph = graph.Lower(op => backend.FindKernel(op) is not null);
        graph = FoldConstants.Run(graph);
        graph = Simplify.Run(graph);
        return MergeEqual.Run(graph);
    }
}
