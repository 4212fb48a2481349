using Tauten.Ops;

namespace Tauten.Compiler;

/// <summary>Computes what depends on nothing but constants, once and for all.</summary>
static class FoldConstants
{
    /// <summary>Larger values are computed in each run: they would cost memory all the time.</summary>
    const long LargestBytes = 1 << 20;

    public static Graph Run(Graph graph)
    {
        var known = new Dictionary<(Node, int), Tensor>();
        foreach (var (node, value) in graph.ConstantNodes)
            if (!value.IsSymbolic) known.Add((node, 0), value);
        return graph.Rewrite((node, op, x) =>
        {
            if (op is ValueOp || node.InputCount == 0 && op is not Iota) return null;
            var values = new Tensor[node.InputCount];
            for (int i = 0; i < values.Length; i++)
                if (!known.TryGetValue((node.Input(i), node.InputOutput(i)), out values[i]!)) return null;
            long bytes = 0;
            for (int i = 0; i < node.OutputCount; i++)
            {
                if (!node.Spec(i).Shape.IsKnown) return null;
                bytes += node.Spec(i).Shape.Count * node.Spec(i).DType.Size();
            }
            if (bytes > LargestBytes && op is not ViewOp) return null;
            using var paused = Capture.Pause();
            var y = node.OutputCount == 1 ? [Dispatch.Run(op, values)] : Dispatch.RunAll(op, values);
            for (int i = 0; i < y.Length; i++) known[(node, i)] = y[i];
            return y;
        });
    }
}
