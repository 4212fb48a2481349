using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Attention and the rotation of positions, as version 23 of the operator set and the runtime's own domain have them.</summary>
static class AttentionOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("Attention", 23, Attention),
        Of("RotaryEmbedding", 23, c => Rotated(c, c[0], c[1], c[2], c.Optional(3))),
    ];

    public static IEnumerable<Operator> OfRuntime =>
    [
        Of("Attention", 1, PackedAttention),
        Of("MultiHeadAttention", 1, MultiHeadAttention),
        Of("RotaryEmbedding", 1, c => Rotated(c, c[0], c[2], c[3], c[1])),
    ];

    /// <summary>[batch, time, heads size] as [batch, heads, time, size].</summary>
    internal static Tensor Split(Tensor x, long heads) => x.Rank == 4 ? x : x.Reshape(x.Shape[0], x.Shape[1], heads, x.Shape[2] / heads).Permute(0, 2, 1, 3);

    internal static Tensor Merged(Tensor x) => x.Permute(0, 2, 1, 3).Reshape(x.Shape[0], x.Shape[2], x.Shape[1] * x.Shape[3]);

    /// <summary>The scores of all pairs, softmax of them, and the mean of the values; and the scores as a mode asks for them.</summary>
    internal static (Tensor Output, Tensor Scores) Attend(Tensor q, Tensor k, Tensor v, Tensor? added, double? scale, double softcap = 0, int mode = 0, Tensor? sink = null)
    {
        // A head of keys may serve several of queries.
        if (q.Shape[1].IsKnown && k.Shape[1].IsKnown && q.Shape[1] != k.Shape[1])
        {
            long each = q.Shape[1] / (long)k.Shape[1];
            (k, v) = (k.RepeatInterleave(each, 1), v.RepeatInterleave(each, 1));
        }
        var scores = q.MatMul(k.Transpose(2, 3));
        scores = scale is { } given ? scores * given : scores / Tensor.DimScalar(q.Shape[3], q.DType).Sqrt();
        if (softcap > 0) scores = (scores / softcap).Tanh() * softcap;
        var biased = added is null ? scores : scores + added;
        // A sink takes a part of the weight that no value gets.
        var weights = sink is null ? biased.Softmax(-1)
            : Tensor.Concat([biased, sink.To(biased.DType).BroadcastTo([.. biased.Shape.Take(3), 1])], -1).Softmax(-1).Narrow(-1, 0, biased.Shape[3]);
        // A query that may see no key gives zeros.
        if (added is not null) weights = Tensor.Where(added.Max(-1, keepDims: true).IsNegativeInfinity(), 0, weights);
        return (weights.MatMul(v), mode switch { 2 => biased, 3 => weights, _ => scores });
    }

    static Tensor Causal(Tensor q, Tensor k)
    {
        // The last query sees the last key.
        Tensor rows = Tensor.Arange(0, q.Shape[2], DType.Int64) + Tensor.DimScalar(k.Shape[2] - q.Shape[2], DType.Int64), columns = Tensor.Arange(0, k.Shape[2], DType.Int64);
        return Hidden(columns > rows.Unsqueeze(1), q.DType);
    }

    static OnnxValue?[] Attention(Call c)
    {
        var x = c[0];
        long heads = x.Rank == 4 ? 0 : c.Int("q_num_heads"), keyHeads = x.Rank == 4 ? 0 : c.Int("kv_num_heads");
        Tensor q = Split(x, heads), k = Split(c[1], keyHeads), v = Split(c[2], keyHeads);
        Dim past = 0;
        if (c.Has(4))
        {
            past = c[4].Shape[2];
            (k, v) = (Tensor.Concat([c[4], k], 2), Tensor.Concat([c[5], v], 2));
        }
        var (y, scores) = Attend(q, k, v, Bias(c, q, k, past), scale: c.Node.Float("scale") is { } given ? given : null, softcap: c.Float("softcap", 0), mode: (int)c.Int("qk_matmul_output_mode", 0));
        return [x.Rank == 4 ? y : Merged(y), k, v, scores];
    }

    /// <summary>What is added to the scores: the mask, and minus infinity for keys behind a query, outside of its window, or behind the end of a sequence.</summary>
    static Tensor? Bias(Call c, Tensor q, Tensor k, Dim past)
    {
        Tensor? added = null;
        var keys = k.Shape[2];
        if (c.Optional(3) is { } mask)
        {
            if (mask.DType == DType.Bool) mask = Hidden(!mask, q.DType);
            // A mask may end before the keys do.
            if (mask.Shape[-1] != keys && mask.Shape[-1] != 1)
                mask = Tensor.Concat([mask, Tensor.Full([.. mask.Shape.Take(mask.Rank - 1), keys - mask.Shape[-1]], double.NegativeInfinity, mask.DType)], -1);
            added = mask.To(q.DType);
        }
        Tensor rows = Tensor.Arange(0, q.Shape[2], DType.Int64).Unsqueeze(1), columns = Tensor.Arange(0, keys, DType.Int64);
        // Where the first query stands among the keys: behind the past, or so that the last one stands at the end of its sequence.
        var lengths = c.Optional(6)?.To(DType.Int64).Reshape([-1, 1, 1, 1]);
        var offset = lengths is null ? Tensor.DimScalar(past, DType.Int64) : lengths - Tensor.DimScalar(q.Shape[2], DType.Int64);
        var distance = rows + offset - columns;
        if (c.Flag("is_causal")) Hide(distance < 0);
        if (c.Int("left_window_size", -1) is >= 0 and var left) Hide(distance > left);
        if (c.Int("right_window_size", -1) is >= 0 and var right) Hide(-distance > right);
        if (lengths is not null) Hide(columns >= lengths);
        return added;

        void Hide(Tensor where) => added = Sum(added, Hidden(where, q.DType));
    }

    static Tensor Hidden(Tensor where, DType dtype) => Tensor.Where(where, double.NegativeInfinity, Tensor.Zeros(where.Shape, dtype));

    // The weights of queries, keys and values lie side by side.
    static OnnxValue?[] PackedAttention(Call c)
    {
        var all = c[0].MatMul(c[1]);
        if (c.Optional(2) is { } bias) all += bias;
        return OfProjections(c, all, mask: 3, past: 4, bias: 5);
    }

    /// <summary>Attention of queries, keys and values that lie side by side.</summary>
    /// <param name="c">The node.</param>
    /// <param name="all">Queries, keys and values.</param>
    /// <param name="mask">The input that is a mask.</param>
    /// <param name="past">The input that holds keys and values of steps before.</param>
    /// <param name="bias">The input that is added to the scores; -1 where there is none.</param>
    internal static OnnxValue?[] OfProjections(Call c, Tensor all, int mask, int past, int bias)
    {
        long heads = c.Int("num_heads");
        long[] sizes = c.Ints("qkv_hidden_sizes") ?? [.. Enumerable.Repeat(all.Shape[2] / 3, 3).Select(d => d.Value)];
        Tensor[] parts = all.Split(sizes, 2);
        Tensor q = Split(parts[0], heads), k = Split(parts[1], heads), v = Split(parts[2], heads);
        if (c.Has(past)) (k, v) = (Tensor.Concat([c[past].Select(0, 0), k], 2), Tensor.Concat([c[past].Select(0, 1), v], 2));
        var added = bias < 0 ? null : c.Optional(bias);
        if (c.Has(mask)) added = Sum(added, Masked(c, c[mask], k.Shape[2]).To(all.DType));
        double? scale = c.Node.Float("scale") is { } given && given != 0 ? given : null;
        if (c.Flag("unidirectional")) added = Sum(added, Causal(q, k));
        var (y, _) = Attend(q, k, v, added, scale);
        return [Merged(y), Tensor.Stack([k, v])];
    }

    static OnnxValue?[] MultiHeadAttention(Call c)
    {
        long heads = c.Int("num_heads");
        Tensor q = c[0], k, v;
        // Keys and values may lie with the queries, or with one another: [batch, time, heads, 3 or 2, size].
        if (!c.Has(1))
        {
            if (q.Rank != 5) throw new ModelFormatException($"expected packed queries, keys and values [batch, time, heads, 3, size]. Received: {q.Shape}.");
            (q, k, v) = (Joined(q, 0), Joined(q, 1), Joined(q, 2));
        }
        else if (!c.Has(2) && c[1].Rank == 5) (k, v) = (Joined(c[1], 0), Joined(c[1], 1));
        else (k, v) = (c[1], c.Has(2) ? c[2] : throw new ModelFormatException("the values are missing."));
        if (c.Optional(3) is { } bias)
        {
            Dim width = q.Shape[2];
            (q, k, v) = (q + bias.Narrow(0, 0, width), k + bias.Narrow(0, width, width), v + bias.Narrow(0, width * 2, v.Shape[2]));
        }
        (q, k, v) = (Split(q, heads), Split(k, heads), Split(v, heads));
        if (c.Has(6)) k = Tensor.Concat([c[6], k], 2);
        if (c.Has(7)) v = Tensor.Concat([c[7], v], 2);
        var added = c.Optional(5);
        if (c.Has(4)) added = Sum(added, Masked(c, c[4], k.Shape[2]).To(q.DType));
        double? scale = c.Node.Float("scale") is { } given && given != 0 ? given : null;
        if (c.Flag("unidirectional")) added = Sum(added, Causal(q, k));
        var (y, _) = Attend(q, k, v, added, scale);
        return [Merged(y), k, v];
    }

    static Tensor Joined(Tensor packed, int part) => packed.Select(3, part).Flatten(2, 3);

    static Tensor Sum(Tensor? a, Tensor b) => a is null ? b : a + b;

    /// <summary>What a mask adds to the scores: nothing where it is 1, a large negative number where it is 0; a vector holds lengths.</summary>
    static Tensor Masked(Call c, Tensor mask, Dim keys)
    {
        double hidden = c.Float("mask_filter_value", -10000);
        var seen = mask.Rank == 1 ? Tensor.Arange(0, keys, DType.Int64) < mask.To(DType.Int64).Unsqueeze(1) : mask.NotEqualTo(0);
        var added = Tensor.Where(seen, 0, Tensor.Full(seen.Shape, hidden));
        return seen.Rank switch
        {
            2 => added.Unsqueeze([1, 2]),
            3 => added.Unsqueeze(1),
            4 => added,
            _ => throw new ModelFormatException($"a mask of shape {mask.Shape} has one to four axes."),
        };
    }

    // Su et al.: "RoFormer: Enhanced Transformer with Rotary Position Embedding", 2021.
    static Tensor Rotated(Call c, Tensor given, Tensor cos, Tensor sin, Tensor? positions)
    {
        long heads = c.Int("num_heads", 0);
        if (given.Rank == 3 && heads == 0) heads = given.Shape[2] / (cos.Shape[^1] * 2);
        var x = Split(given, heads);
        Dim size = x.Shape[3], rotated = c.Int("rotary_embedding_dim", 0) is var part && part > 0 ? part : size, half = rotated / 2;
        if (positions is not null)
        {
            // One position is that of the first step.
            if (positions.Rank == 1) positions = positions.Unsqueeze(1) + Tensor.Arange(0, x.Shape[2], DType.Int64);
            (cos, sin) = (cos.IndexSelect(0, positions), sin.IndexSelect(0, positions));
        }
        var y = Turned(x, cos.Narrow(-1, 0, half).Unsqueeze(1), sin.Narrow(-1, 0, half).Unsqueeze(1), c.Flag("interleaved"));
        return given.Rank == 4 ? y : Merged(y);
    }

    /// <summary>Each pair of elements of [batch, heads, time, size] turned by an angle; elements beyond the angles stay.</summary>
    internal static Tensor Turned(Tensor x, Tensor cos, Tensor sin, bool interleaved)
    {
        Dim size = x.Shape[3], half = cos.Shape[3], rotated = half * 2;
        var turned = x.Narrow(3, 0, rotated);
        var pairs = interleaved ? turned.Reshape([.. turned.Shape.Take(3), half, 2]) : null;
        Tensor a = pairs is not null ? pairs.Select(4, 0) : turned.Narrow(3, 0, half), b = pairs is not null ? pairs.Select(4, 1) : turned.Narrow(3, half, half);
        Tensor real = a * cos - b * sin, imaginary = b * cos + a * sin;
        var y = interleaved ? Tensor.Stack([real, imaginary], -1).Reshape(turned.Shape) : Tensor.Concat([real, imaginary], 3);
        return rotated == size ? y : Tensor.Concat([y, x.Narrow(3, rotated, size - rotated)], 3);
    }
}
