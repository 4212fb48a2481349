namespace Tauten.Ops;

/// <summary>The formulas of attention in ops: scores, weights, their gradients, and what heads of keys mean for more heads of queries.</summary>
static class AttentionScores
{
    /// <summary>The type to compute in: float32 for 16-bit floats.</summary>
    public static DType Wide(DType dtype) => dtype is DType.Float16 or DType.BFloat16 ? DType.Float32 : dtype;

    /// <summary>The axes in front of [queries, keys].</summary>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public static Shape Lead(Shape q, Shape k, Shape v, Shape? mask)
    {
        if (q.Rank < 2 || k.Rank != q.Rank || v.Rank != q.Rank || !Same(q[^1], k[^1]) || !Same(k[^2], v[^2]))
            throw new ShapeException($"ScaledDotProductAttention: expected q [.., queries, size], k [.., keys, size] and v [.., keys, value size]. Received: shapes {q}, {k} and {v}.");
        var lead = Shape.Broadcast(Shape.Broadcast(Front(q), Front(Spread(k)), nameof(ScaledDotProductAttention)), Front(Spread(v)), nameof(ScaledDotProductAttention));
        if (mask is null) return lead;
        if ((mask.Rank > 0 && !Fits(mask[^1], k[^2])) || (mask.Rank > 1 && !Fits(mask[^2], q[^2])))
            throw new ShapeException($"ScaledDotProductAttention: expected a mask that broadcasts against [.., {q[^2]}, {k[^2]}]. Received: shape {mask}.");
        return mask.Rank > 2 ? Shape.Broadcast(lead, Front(mask), nameof(ScaledDotProductAttention)) : lead;

        static bool Same(Dim a, Dim b) => !a.IsKnown || !b.IsKnown || a == b;

        static bool Fits(Dim mask, Dim size) => mask == 1 || Same(mask, size);

        static Shape Front(Shape s) => Shape.Create([.. s.Take(s.Rank - 2)]);

        Shape Spread(Shape s) => s.Rank > 2 && Groups(s[^3], q[^3]) > 1 ? s.With(s.Rank - 3, q[^3]) : s;
    }

    // Heads of queries for each head of keys; 1 where they are as many or broadcast.
    static long Groups(Dim own, Dim heads)
    {
        if (own == heads || own == 1 || heads == 1 || !own.IsKnown || !heads.IsKnown) return 1;
        if (own.Value == 0 || heads.Value % own.Value != 0) throw new ShapeException($"ScaledDotProductAttention: {heads} heads of queries cannot be split among {own} heads of keys and values.");
        return heads.Value / own.Value;
    }

    /// <summary>Keys or values with as many heads as queries of this shape.</summary>
    public static Tensor Spread(Tensor x, Shape q) => q.Rank > 2 && Groups(x.Shape[^3], q[^3]) is > 1 and var groups ? x.RepeatInterleave(groups, -3) : x;

    /// <summary>What <see cref="Spread"/> takes, from what it gives: the sum over the heads that share one.</summary>
    public static Tensor Folded(Tensor x, Shape shape)
    {
        if (shape.Rank < 3 || shape[^3] == x.Shape[^3] || !shape[^3].IsKnown || !x.Shape[^3].IsKnown) return x;
        if (shape[^3] == 1 || Groups(shape[^3], x.Shape[^3]) is not (> 1 and var groups)) return x.Sum(-3, keepDims: true);
        return x.Unflatten(-3, shape[^3], groups).Sum(-3);
    }

    /// <summary>x times the factor of the scores.</summary>
    public static Tensor Scaled(Tensor x, Dim size, double? scale) =>
        scale is { } factor ? x * factor : size.IsKnown ? x * (1 / Math.Sqrt(size.Value)) : x / Tensor.DimScalar(size, x.DType).Sqrt();

    /// <summary>The scaled queries, and the scores [.., heads, queries, keys], -infinity for keys that do not take part.</summary>
    public static (Tensor Scaled, Tensor Scores) Of(Tensor q, Tensor k, Tensor? mask, bool causal, double? scale)
    {
        var scaled = Scaled(q, q.Shape[^1], scale);
        var scores = scaled.MatMul(Spread(k, q.Shape).T);
        if (causal) scores = Tensor.Where(Tensor.Ones([scores.Shape[^2], scores.Shape[^1]], DType.Bool).Tril(), scores, double.NegativeInfinity);
        if (mask is { DType: DType.Bool }) scores = Tensor.Where(mask, scores, double.NegativeInfinity);
        else if (mask is not null) scores += mask.To(scores.DType);
        return (scaled, scores);
    }

    /// <summary>The softmax of the scores, zeros where no key takes part; and [.., queries, 1], the logarithm of the sum of their exponentials.</summary>
    public static (Tensor Weights, Tensor LogSum) Weights(Tensor scores)
    {
        if (scores.Shape[^1] is { IsKnown: true, Value: 0 }) return (scores, Tensor.Full([.. scores.Shape.Take(scores.Rank - 1), 1], double.NegativeInfinity, scores.DType));
        var shift = Finite(scores.Max(-1, keepDims: true).Detach());
        var e = (scores - shift).Exp();
        var sum = e.Sum(-1, keepDims: true);
        var (none, divisor) = (sum.EqualTo(0), Tensor.Where(sum.EqualTo(0), 1, sum));
        return (e / divisor, Tensor.Where(none, double.NegativeInfinity, divisor.Log() + shift));
    }

    /// <summary>Attention made of ops, for those who need the weights [.., heads, queries, keys], or change them on the way, as dropout does.</summary>
    public static (Tensor Result, Tensor Weights) Attend(Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal, Func<Tensor, Tensor> change)
    {
        _ = Lead(q.Shape, k.Shape, v.Shape, mask?.Shape);
        var dtype = Wide(q.DType);
        var weights = change(Weights(Of(q.To(dtype), k.To(dtype), mask, causal, null).Scores).Weights);
        return (weights.MatMul(Spread(v.To(dtype), q.Shape)).To(q.DType), weights.To(q.DType));
    }

    /// <summary>Weights, or their gradients, with those set to 0 that are dropped, in the shape of all scores.</summary>
    public static Tensor Dropped(Tensor weights, Shape lead, double rate, Tensor key)
    {
        Shape all = [.. lead, weights.Shape[^2], weights.Shape[^1]];
        return Dispatch.Run(new Dropout(rate), weights.Shape == all ? weights : weights.BroadcastTo(all), key);
    }

    /// <summary>Whether there is a mask behind so many operands; a random key stands last where weights are dropped.</summary>
    public static bool HasMask(int inputs, int operands, double dropout) => inputs > operands + (dropout > 0 ? 1 : 0);

    /// <summary>The number of inputs, and the key.</summary>
    public static void Check(CompositeOp op, double dropout, ReadOnlySpan<TensorSpec> x, int operands)
    {
        if (!(dropout is >= 0 and <= 1)) throw new ShapeException($"{op}: expected a rate of dropout from 0 to 1. Received: {dropout}.");
        int more = x.Length - operands - (dropout > 0 ? 1 : 0);
        if (more is not (0 or 1)) throw Expect.Inputs(op, x.Length, $"{operands} inputs, perhaps a mask{(dropout > 0 ? ", and a random key" : "")}");
        if (dropout > 0) RandomBits.CheckKey(op, x[^1..]);
    }

    /// <summary>0 in the place of -infinity, which queries without keys have: e^(-infinity - 0) is the zero that is wanted.</summary>
    public static Tensor Finite(Tensor x) => Tensor.Where(x.EqualTo(double.NegativeInfinity), 0, x);

    /// <summary>The op for many samples: they are one more axis in front, also of a mask, which is the input behind <paramref name="operands"/> others.</summary>
    public static Tensor[]? Batched(CompositeOp op, Batch x, int operands)
    {
        if (x.Count == operands) return x.Run(op);
        int rank = x.Rank(operands == 3 ? 0 : 1);
        if (x.Rank(operands) > rank) return null;
        return Dispatch.RunAll(op, [.. Enumerable.Range(0, operands).Select(x.Full), x.Aligned(operands, rank)]);
    }
}
