using Tauten.Compiler;

namespace Tauten;

/// <summary>A graph on its way to be run: as it was captured, as it is run, and where its values lie.</summary>
/// <param name="Captured">The graph as it was captured.</param>
/// <param name="Lowered">The graph after all passes: simplified, with ops that the backend has kernels for, elementwise ones joined.</param>
/// <param name="Plan">The kernels in order with the places of what they read and write, as text; null where a size depends on data, so that memory cannot be laid out.</param>
/// <param name="WorkspaceBytes">The bytes that all values on the way take together.</param>
/// <example><code>
/// var graph = Graph.Capture(x => (x * 2).Exp() + 1, new TensorSpec(DType.Float32, ["batch", 3]));
/// GraphStages stages = Compiled.Stages(graph, new TensorSpec(DType.Float32, [5, 3]));
/// Console.WriteLine(stages.Captured.Nodes.Count(node => node.Op is not null) > stages.Lowered.Nodes.Count(node => node.Op is not null));    // True
/// Console.WriteLine(stages.Plan!.Contains("Fused"));    // True
/// </code></example>
public sealed record GraphStages(Graph Captured, Graph Lowered, string? Plan, long WorkspaceBytes)
{
    internal static GraphStages Of(Graph graph, ReadOnlySpan<TensorSpec> inputs, Backend backend, CompileOptions options)
    {
        using var untracked = Gradients.NoGrad();
        using var exact = Autocast.Off();
        var planned = new PlannedGraph(graph, backend, new(), options.Recompute);
        var plan = planned.PlanFor(inputs.ToArray());
        return new(graph, planned.Lowered, plan?.Print(), plan?.WorkspaceBytes ?? 0);
    }
}
