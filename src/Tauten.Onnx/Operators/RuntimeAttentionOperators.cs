using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Attention in the domain com.microsoft beyond the plain one: with few heads of keys and a cache, from quantized weights, and with biases by distance.</summary>
static class RuntimeAttentionOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("GroupQueryAttention", 1, GroupQueryAttention),
        Of("QAttention", 1, QuantizedAttention),
        Of("RelativePositionBias", 1, RelativePositionBias),
    ];

    // Ainslie et al.: "GQA: Training Generalized Multi-Query Transformer Models from Multi-Head Checkpoints", 2023. Keys and values are written into caches, each sequence at its own end.
    static OnnxValue?[] GroupQueryAttention(Call c)
    {
        long heads = c.Int("num_heads"), keyHeads = c.Int("kv_num_heads");
        Tensor q = c[0], k, v;
        if (c.Has(1)) (k, v) = (c[1], c[2]);
        else
        {
            Dim size = q.Shape[2] / (heads + 2 * keyHeads);
            var parts = q.Split((long[])[size * heads, size * keyHeads, size * keyHeads], 2);
            (q, k, v) = (parts[0], parts[1], parts[2]);
        }
        (q, k, v) = (AttentionOperators.Split(q, heads), AttentionOperators.Split(k, keyHeads), AttentionOperators.Split(v, keyHeads));
        Dim batch = q.Shape[0], time = q.Shape[2];
        var lengths = c[5].To(DType.Int64).Flatten() + 1;
        // Where the first of the new steps stands; sequences that are shorter than the steps begin at the front.
        var starts = (lengths - Tensor.DimScalar(time, DType.Int64)).Maximum(0);
        var steps = starts.Unsqueeze(1) + Tensor.Arange(0, time, DType.Int64);
        if (c.Flag("do_rotary"))
        {
            var places = c.Optional(9) ?? steps;
            (q, k) = (Turned(c, q, places), Turned(c, k, places));
        }
        Dim total = c.Long(6), past = c.Has(3) ? c[3].Shape[2] : 0;
        Dim room = past.IsKnown && total.IsKnown ? Math.Max(past, total) : total;
        (k, v) = (Written(c.Optional(3), k), Written(c.Optional(4), v));
        var distance = steps.Unsqueeze(2) - Tensor.Arange(0, room, DType.Int64);
        var hidden = distance < 0;
        if (c.Int("local_window_size", -1) is >= 0 and var window) hidden |= distance >= window;
        var added = Tensor.Where(hidden, double.NegativeInfinity, Tensor.Zeros(hidden.Shape, q.DType)).Unsqueeze(1);
        if (c.Optional(10) is { } bias) added += bias;
        double? scale = c.Node.Float("scale") is { } given && given != 0 ? given : null;
        var sink = c.Optional(11)?.Reshape(1, -1, 1, 1) ?? (c.Flag("smooth_softmax") ? Tensor.Zeros([1, 1, 1, 1], q.DType) : null);
        var (y, _) = AttentionOperators.Attend(q, k, v, added, scale, c.Float("softcap", 0), sink: sink);
        return [AttentionOperators.Merged(y), k, v];

        Tensor Written(Tensor? cache, Tensor fresh)
        {
            Dim missing = room - past;
            var zeros = Tensor.Zeros([batch, fresh.Shape[1], missing, fresh.Shape[3]], fresh.DType);
            var all = cache is null ? zeros : missing == 0 ? cache : Tensor.Concat([cache, zeros], 2);
            all = all.Scatter(2, steps.Unsqueeze([1, 3]).BroadcastTo(fresh.Shape), fresh);
            // Behind the end of a sequence a cache may hold anything.
            return cache is null ? all : Tensor.Where((Tensor.Arange(0, room, DType.Int64) < lengths.Maximum(Tensor.DimScalar(time, DType.Int64)).Unsqueeze(1)).Unsqueeze([1, 3]), all, 0);
        }
    }

    static Tensor Turned(Call c, Tensor x, Tensor places)
    {
        Tensor cos = c[7].IndexSelect(0, places).Unsqueeze(1), sin = c[8].IndexSelect(0, places).Unsqueeze(1);
        return AttentionOperators.Turned(x, cos.To(x.DType), sin.To(x.DType), c.Flag("rotary_interleaved"));
    }

    static OnnxValue?[] QuantizedAttention(Call c) =>
        AttentionOperators.OfProjections(c, RuntimeOperators.Scaled(c[0], c[1], c[3], c[4], c.Optional(6), c.Optional(7), c[2]), mask: 5, past: 8, bias: -1);

    // Raffel et al.: "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer", 2020: near distances have a bias each, far ones share them by logarithm.
    static Tensor RelativePositionBias(Call c)
    {
        var table = c[0];
        long queries = c.Long(1), keys = c.Long(2), most = c.Int("max_distance");
        bool bothWays = c.Flag("is_bidirectional");
        long all = table.Shape[0], buckets = bothWays ? all / 2 : all, exact = buckets / 2;
        if (buckets < 2 || most <= exact) throw new ModelFormatException($"{all} buckets do not fit distances of up to {most}.");
        var index = new long[c.Bounded(checked(queries * keys), "distances")];
        for (long i = 0; i < index.Length; i++)
        {
            long relative = i % keys - i / keys, distance = bothWays ? Math.Abs(relative) : Math.Max(0, -relative);
            long bucket = distance < exact ? distance : Math.Min(buckets - 1, exact + (long)(MathF.Log((float)distance / exact) / MathF.Log((float)most / exact) * (buckets - exact)));
            index[i] = bucket + (bothWays && relative > 0 ? buckets : 0);
        }
        return table.IndexSelect(0, Tensor.From(index)).Reshape(queries, keys, -1).Permute(2, 0, 1).Unsqueeze(0);
    }
}
