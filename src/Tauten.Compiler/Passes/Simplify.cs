using Tauten.Ops;

namespace Tauten.Compiler;

/// <summary>Algebra that holds to the last bit: what does nothing is left out, and what is done twice is done at once.</summary>
static class Simplify
{
    public static Graph Run(Graph graph)
    {
        var constants = Scalars(graph);
        return graph.Rewrite((node, op, x) => Simpler(node, op, x, constants) is { } y ? [y] : null);
    }

    static Value? Simpler(Node node, Op op, Value[] x, Dictionary<(Node, int), double> constants)
    {
        double? Constant(int input) => constants.TryGetValue((node.Input(input), node.InputOutput(input)), out double value) ? value : null;

        return op switch
        {
            Alias or Detach => x[0],
            Reshape or BroadcastTo or Cast when Spec(x[0]) == node.Spec() => x[0],
            // What is not another layout of something lies in order.
            Contiguous when x[0].Node.Op is not ViewOp => x[0],
            Permute permute when permute.Permutation.Index().All(p => p.Index == p.Item) => x[0],
            Reshape when x[0].Node is { Op: Reshape, InputCount: 1 } before => Dispatch.Run(op, Input(before)),
            Permute outer when x[0].Node is { Op: Permute inner } before => Dispatch.Run(Compose(outer, inner), Input(before)),
            Neg when x[0].Node is { Op: Neg } before => Input(before),
            Mul or Div when Constant(1) == 1 && Spec(x[0]) == node.Spec() => x[0],
            Mul when Constant(0) == 1 && Spec(x[1]) == node.Spec() => x[1],
            // x + 0 is not among these: it turns -0 into 0.
            Sub when Constant(1) is { } zero && BitConverter.DoubleToInt64Bits(zero) == 0 && Spec(x[0]) == node.Spec() => x[0],
            _ => null,
        };
    }

    static TensorSpec? Spec(Value value) => value.ValueSpec as TensorSpec;

    static Tensor Input(Node node) => Tensor.Symbol(node.Input(0), node.InputOutput(0));

    /// <summary>One order of axes after another.</summary>
    static Permute Compose(Permute outer, Permute inner) => new(Dims.Create([.. outer.Permutation.Select(axis => inner.Permutation[(int)axis])]));

    /// <summary>The values that are one number.</summary>
    static Dictionary<(Node, int), double> Scalars(Graph graph)
    {
        var scalars = new Dictionary<(Node, int), double>();
        foreach (var node in graph.Nodes)
        {
            if (graph.ConstantNodes.TryGetValue(node, out var value))
            {
                if (!value.IsSymbolic && value.Count == 1 && value.DType.IsFloating()) scalars.Add((node, 0), value.To(DType.Float64).Item<double>());
            }
            else if (node.Op is Fill fill) scalars.Add((node, 0), fill.Value);
            else if (node.Op is BroadcastTo or Reshape or Alias && scalars.TryGetValue((node.Input(0), node.InputOutput(0)), out double same)) scalars.Add((node, 0), same);
        }
        return scalars;
    }
}
