namespace Tauten.NN;

/// <summary>Masks of attention: boolean ones say which keys take part, floating-point ones are added to the scores.</summary>
static class AttentionMask
{
    /// <summary>What both masks say together.</summary>
    public static Tensor? Combine(Tensor? a, Tensor? b)
    {
        if (a is null || b is null) return a ?? b;
        return (a.DType == DType.Bool, b.DType == DType.Bool) switch
        {
            (true, true) => a & b,
            (true, false) => Tensor.Where(a, b, double.NegativeInfinity),
            (false, true) => Tensor.Where(b, a, double.NegativeInfinity),
            _ => a + b,
        };
    }

    /// <summary>A mask of keys [batch, keys], or [keys], that broadcasts against [batch, heads, queries, keys] or [heads, queries, keys].</summary>
    /// <exception cref="ShapeException">The rank does not fit.</exception>
    public static Tensor OfKeys(string layer, Tensor mask, bool batched)
    {
        if (mask.Rank != (batched ? 2 : 1)) throw new ShapeException($"{layer}: expected a key mask {(batched ? "[batch, keys]" : "[keys]")}. Received: shape {mask.Shape}.");
        return batched ? mask.Unsqueeze([1, 2]) : mask;
    }

    /// <summary>Whether query i may take key j: those that are not behind it.</summary>
    public static Tensor Causal(Dim queries, Dim keys) => Tensor.Ones([queries, keys], DType.Bool).Tril();

    /// <summary>The mask for keys of which <paramref name="more"/> were added behind the first <paramref name="keys"/>, and which always take part.</summary>
    public static Tensor Extended(Tensor mask, Dim keys, int more)
    {
        if (mask.Rank == 0 || mask.Shape[^1] == 1) mask = mask.BroadcastTo([.. mask.Shape.Take(mask.Rank - 1), keys]);
        Shape added = [.. mask.Shape.Take(mask.Rank - 1), more];
        return Tensor.Concat([mask, mask.DType == DType.Bool ? Tensor.Ones(added, DType.Bool) : Tensor.Zeros(added, mask.DType)], -1);
    }
}
