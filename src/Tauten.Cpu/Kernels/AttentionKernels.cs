using System.Numerics;

namespace Tauten.Cpu;

/// <summary>Attention and its gradients: from tensors with any strides to the passes over tiles of scores.</summary>
static unsafe class AttentionKernels
{
    public static void Forward(Ops.ScaledDotProductAttention op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        if (y[0].Layout.Sizes[^2] == 0) return;
        using var q = Wide.Input(x[0], anyStrides: true);
        using var k = Wide.Input(x[1], anyStrides: true);
        using var v = Wide.Input(x[2], anyStrides: true);
        bool masked = Ops.AttentionScores.HasMask(x.Length, 3, op.Dropout);
        using var mask = Wide.Input(x[masked ? 3 : 0], anyStrides: true);
        using var result = Wide.Output(y[0]);
        if (q.Tensor.DType == DType.Float64) Forward<double>(op, q.Tensor, k.Tensor, v.Tensor, masked ? mask.Tensor : null, x[^1], result.Tensor, y[1]);
        else Forward<float>(op, q.Tensor, k.Tensor, v.Tensor, masked ? mask.Tensor : null, x[^1], result.Tensor, y[1]);
        result.Store();
    }

    static void Forward<T>(Ops.ScaledDotProductAttention op, Tensor q, Tensor k, Tensor v, Tensor? mask, Tensor key, Tensor y, Tensor logSums) where T : unmanaged, INumberBase<T>
    {
        var lead = y.Layout.Sizes[..^2];
        int items = Items(lead);
        using var offsets = Scratch.Take(4L * items * sizeof(long));
        long* oq = (long*)offsets.Pointer, ok = oq + items, ov = ok + items, om = ov + items;
        Offsets(q, lead, oq);
        Offsets(k, lead, ok);
        Offsets(v, lead, ov);
        Offsets(mask ?? q, lead, om);
        fixed (byte* pq = &q.First(), pk = &k.First(), pv = &v.First(), pm = &(mask ?? q).First(), py = &y.First(), pl = &logSums.First())
        {
            var operands = Operands<T>(q, pq, oq, k, pk, ok, v, pv, ov, mask, pm, om, op.Causal, op.Scale);
            operands.Items = items;
            operands.Group = Shared(new(ok, items), new(ov, items));
            Drop(ref operands, op.Dropout, key);
            switch (CpuInstructions.Level)
            {
                case InstructionLevel.Avx512: new AttentionForward<V512<T>, T> { X = operands, Y = (T*)py, LogSums = (T*)pl }.Run(); break;
                case InstructionLevel.Avx2: new AttentionForward<V256<T>, T> { X = operands, Y = (T*)py, LogSums = (T*)pl }.Run(); break;
                default: new AttentionForward<V128<T>, T> { X = operands, Y = (T*)py, LogSums = (T*)pl }.Run(); break;
            }
        }
    }

    public static void Gradient(Ops.ScaledDotProductAttentionGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var g = Wide.Input(x[0], anyStrides: true);
        using var q = Wide.Input(x[1], anyStrides: true);
        using var k = Wide.Input(x[2], anyStrides: true);
        using var v = Wide.Input(x[3], anyStrides: true);
        using var logSums = Wide.Input(x[4]);
        using var deltas = Wide.Input(x[5]);
        bool masked = Ops.AttentionScores.HasMask(x.Length, 6, op.Dropout);
        using var mask = Wide.Input(x[masked ? 6 : 0], anyStrides: true);
        using var queryGradient = Wide.Output(y[0]);
        using var keyGradient = Wide.Output(y[1]);
        using var valueGradient = Wide.Output(y[2]);
        ReadOnlySpan<Tensor> inputs = [g.Tensor, q.Tensor, k.Tensor, v.Tensor, logSums.Tensor, deltas.Tensor], outputs = [queryGradient.Tensor, keyGradient.Tensor, valueGradient.Tensor];
        if (q.Tensor.DType == DType.Float64) Gradient<double>(op, inputs, masked ? mask.Tensor : null, x[^1], outputs);
        else Gradient<float>(op, inputs, masked ? mask.Tensor : null, x[^1], outputs);
        queryGradient.Store();
        keyGradient.Store();
        valueGradient.Store();
    }

    static void Gradient<T>(Ops.ScaledDotProductAttentionGradient op, ReadOnlySpan<Tensor> x, Tensor? mask, Tensor key, ReadOnlySpan<Tensor> y) where T : unmanaged, INumberBase<T>
    {
        Tensor g = x[0], q = x[1], k = x[2], v = x[3];
        var lead = q.Layout.Sizes[..^2];
        int items = Items(lead), shared = Items(k.Layout.Sizes[..^2]);
        using var offsets = Scratch.Take((3L * items + 2L * shared) * sizeof(long));
        long* og = (long*)offsets.Pointer, oq = og + items, om = oq + items, ok = om + items, ov = ok + shared;
        Offsets(g, lead, og);
        Offsets(q, lead, oq);
        Offsets(k, k.Layout.Sizes[..^2], ok);
        Offsets(v, v.Layout.Sizes[..^2], ov);
        Offsets(mask ?? q, lead, om);
        fixed (byte* pg = &g.First(), pq = &q.First(), pk = &k.First(), pv = &v.First(), pl = &x[4].First(), pd = &x[5].First(), pm = &(mask ?? q).First())
        fixed (byte* pgq = &y[0].First(), pgk = &y[1].First(), pgv = &y[2].First())
        {
            var operands = Operands<T>(q, pq, oq, k, pk, ok, v, pv, ov, mask, pm, om, op.Causal, op.Scale);
            operands.Items = items;
            Drop(ref operands, op.Dropout, key);
            operands.Group = Math.Max(1, items / Math.Max(1, shared));
            var arriving = Of<T>(g, pg, og);
            switch (CpuInstructions.Level)
            {
                case InstructionLevel.Avx512: new AttentionBackward<V512<T>, T> { X = operands, G = arriving, LogSums = (T*)pl, Deltas = (T*)pd, QueryGradient = (T*)pgq, KeyGradient = (T*)pgk, ValueGradient = (T*)pgv }.Run(); break;
                case InstructionLevel.Avx2: new AttentionBackward<V256<T>, T> { X = operands, G = arriving, LogSums = (T*)pl, Deltas = (T*)pd, QueryGradient = (T*)pgq, KeyGradient = (T*)pgk, ValueGradient = (T*)pgv }.Run(); break;
                default: new AttentionBackward<V128<T>, T> { X = operands, G = arriving, LogSums = (T*)pl, Deltas = (T*)pd, QueryGradient = (T*)pgq, KeyGradient = (T*)pgk, ValueGradient = (T*)pgv }.Run(); break;
            }
        }
    }

    /// <summary>How many neighbouring items have the same keys and values, all along.</summary>
    static long Shared(ReadOnlySpan<long> keys, ReadOnlySpan<long> values)
    {
        int group = 1;
        while (group < keys.Length && keys[group] == keys[0] && values[group] == values[0]) group++;
        if (keys.Length % group != 0) return 1;
        for (int i = 0; i < keys.Length; i++)
            if (keys[i] != keys[i / group * group] || values[i] != values[i / group * group]) return 1;
        return group;
    }

    static void Drop<T>(ref AttentionOperands<T> x, double rate, Tensor key) where T : unmanaged
    {
        if (rate == 0) return;
        (x.Drops, x.Rate) = (true, rate);
        (x.Seed, x.Draw) = RandomKernels.KeyOf(key);
    }

    static AttentionOperands<T> Operands<T>(Tensor q, byte* pq, long* oq, Tensor k, byte* pk, long* ok, Tensor v, byte* pv, long* ov, Tensor? mask, byte* pm, long* om, bool causal, double? scale)
        where T : unmanaged, INumberBase<T> => new()
    {
        Queries = q.Layout.Sizes[^2],
        Keys = k.Layout.Sizes[^2],
        Size = q.Layout.Sizes[^1],
        ValueSize = v.Layout.Sizes[^1],
        Group = 1,
        Q = Of<T>(q, pq, oq),
        K = Of<T>(k, pk, ok),
        V = Of<T>(v, pv, ov),
        Causal = causal,
        Scale = T.CreateTruncating(scale ?? 1 / Math.Sqrt(q.Layout.Sizes[^1])),
        Chooses = mask is { DType: DType.Bool },
        Chosen = mask is { DType: DType.Bool } ? Of<byte>(mask, pm, om) : default,
        Adds = mask is not null && mask.DType != DType.Bool,
        Added = mask is not null && mask.DType != DType.Bool ? Of<T>(mask, pm, om) : default,
    };

    /// <summary>The matrices of a tensor. An axis of size 1 has stride 0: it may be broadcast.</summary>
    static Matrices<T> Of<T>(Tensor x, byte* start, long* offsets) where T : unmanaged => new((T*)start, Stride(x, 2), Stride(x, 1), offsets);

    static long Stride(Tensor x, int fromEnd) => x.Rank < fromEnd || x.Layout.Sizes[^fromEnd] == 1 ? 0 : x.Layout.Strides[^fromEnd];

    /// <summary>Where each matrix of the batch begins. An axis that is shorter than the batch's has each of its items for as many neighbours.</summary>
    static void Offsets(Tensor x, ReadOnlySpan<long> lead, long* offsets)
    {
        int extra = lead.Length + 2 - x.Rank, batch = Items(lead);
        for (int item = 0; item < batch; item++)
        {
            long rest = item;
            offsets[item] = 0;
            for (int i = lead.Length - 1; i >= 0; i--)
            {
                long at = rest % lead[i];
                rest /= lead[i];
                if (i >= extra && x.Layout.Sizes[i - extra] is > 1 and var own) offsets[item] += at / (lead[i] / own) * x.Layout.Strides[i - extra];
            }
        }
    }

    static int Items(ReadOnlySpan<long> lead)
    {
        long items = 1;
        foreach (long size in lead) items = checked(items * size);
        return checked((int)items);
    }
}
