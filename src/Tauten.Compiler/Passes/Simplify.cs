using Tauten.Ops;

namespace Tauten.Compiler;

/// <summary>Algebra that holds to the last bit, but for the sign of a zero in <see cref="SideBySide"/>: what does nothing is left out, and what is done twice is done at once.</summary>
static class Simplify
{
    /// <summary>What gives the same as an op, but simpler.</summary>
    public static Value[]? Rule(Op op, Value[] x) => Simpler(op, x) is { } y ? [y] : null;

    static Value? Simpler(Op op, Value[] x) => op switch
    {
        Alias or Detach => x[0],
        Reshape or BroadcastTo or Cast when ReferenceEquals(op.Infer(Spec(x[0])), Spec(x[0])) => x[0],
        // What is not another layout of something lies in order.
        Contiguous when x[0].Node.Op is not (ViewOp or null) => x[0],
        Permute permute when permute.Permutation.Index().All(p => p.Index == p.Item) => x[0],
        Reshape when x[0].Node is { Op: Reshape } before => Dispatch.Run(op, Input(before)),
        Permute outer when x[0].Node is { Op: Permute inner } before => Dispatch.Run(Compose(outer, inner), Input(before)),
        Neg when x[0].Node is { Op: Neg } before => Input(before),
        Mul or Div when IsScalar(x[1], 1) && Keeps(x[0], x[1]) => x[0],
        Mul when IsScalar(x[0], 1) && Keeps(x[1], x[0]) => x[1],
        // x + 0 is not among these: it turns -0 into 0.
        Sub when IsScalar(x[1], 0) && Keeps(x[0], x[1]) => x[0],
        Add when SideBySide(x) is { } whole => whole,
        _ when op.Kind() == OpKind.Elementwise && Array.Exists(x, value => value.Node.Op is BroadcastTo) => Unrepeated(op, x),
        _ => null,
    };

    /// <summary>An elementwise op repeats its inputs by itself.</summary>
    static Value? Unrepeated(Op op, Value[] x)
    {
        Value[] plain = Array.ConvertAll(x, value => value is { IsSymbolic: true, Node.Op: BroadcastTo } ? Input(value.Node) : value);
        var (before, after) = (op.Infer(Array.ConvertAll(x, Spec)), op.Infer(Array.ConvertAll(plain, Spec)));
        return before.Count == 1 && before[0] == after[0] ? Graph.Apply(op, plain)[0] : null;
    }

    /// <summary>
    /// The sum of parts that each lie in zeros, and together fill an axis, is these parts side by side: what the gradients of the pieces of a split come to.
    /// A part's -0, which adding a zero turns into 0, stays. Null for other sums.
    /// </summary>
    static Value? SideBySide(Value[] x)
    {
        int along = -1;
        var parts = new SortedList<long, Tensor>();
        var sum = Spec(x[0]).Shape;
        // Terms of both sides first: most sums are refused at one of them, however deep the other is.
        var sums = new Stack<Node>();
        if (!Take(x[0]) || !Take(x[1])) return null;
        while (sums.TryPop(out var inner))
            if (!Take(Input(inner)) || !Take(Input(inner, 1))) return null;
        long end = 0;
        foreach (var (start, part) in parts)
        {
            if (start != end) return null;
            end += part.Shape[along].Value;
        }
        return sum[along].IsKnown && sum[along].Value == end ? Dispatch.Run(new Concat(along), [.. parts.Values]) : null;

        bool Take(Value term)
        {
            if (!term.IsSymbolic || !Spec(term).Shape.Equals(sum)) return false;
            var node = term.Node;
            if (node.Op is Add)
            {
                sums.Push(node);
                return true;
            }
            if (node.Op is not SliceUpdate { Starts.IsKnown: true } update || update.Steps.Any(step => step != 1) || !IsScalar(Input(node), 0)) return false;
            var part = Input(node, 1);
            int axis = -1;
            for (int i = 0; i < sum.Rank; i++)
            {
                if (part.Shape[i].Equals(sum[i])) continue;
                if (axis >= 0 || !part.Shape[i].IsKnown) return false;
                axis = i;
            }
            if (axis < 0 || along >= 0 && along != axis) return false;
            along = axis;
            return parts.TryAdd(update.Starts[axis].Value, part);
        }
    }

    static TensorSpec Spec(Value value) => (TensorSpec)value.ValueSpec;

    static Tensor Input(Node node, int i = 0) => Tensor.Symbol(node.Input(i), node.InputOutput(i));

    /// <summary>Whether a tensor has the same shape after it was broadcast with a scalar.</summary>
    static bool Keeps(Value x, Value scalar) => Spec(scalar).Shape.Rank == 0 || Spec(scalar).Shape.Equals(Spec(x).Shape);

    /// <summary>One order of axes after another.</summary>
    static Permute Compose(Permute outer, Permute inner) => new(Dims.Create([.. outer.Permutation.Select(axis => inner.Permutation[(int)axis])]));

    /// <summary>Whether a value consists of one number only, and that bit for bit.</summary>
    static bool IsScalar(Value value, double number)
    {
        if (!value.IsSymbolic)
        {
            using var paused = Capture.Pause();
            return value is Tensor { Count: 1 } tensor && tensor.DType.IsFloating() && Same(tensor.To(DType.Float64).Item<double>(), number);
        }
        return value.Node.Op switch
        {
            Fill fill => Same(fill.Value, number),
            BroadcastTo or Reshape => IsScalar(Input(value.Node), number),
            _ => false,
        };
    }

    static bool Same(double a, double b) => BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b);
}
