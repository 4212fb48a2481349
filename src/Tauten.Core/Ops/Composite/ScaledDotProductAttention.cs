namespace Tauten.Ops;

/// <summary>
/// softmax(q k^T scale) v: for each row of q [.., heads, queries, size] a mean of the rows of v [.., heads, keys, value size], weighted by how well the rows of k [.., heads, keys, size] agree
/// with it (Vaswani et al.: "Attention Is All You Need", 2017). A fourth input is a mask that broadcasts against [.., queries, keys]: a boolean one says which keys take part, a floating-point one
/// is added to the scores. Keys and values may have fewer heads, each for as many neighbouring heads of q (Ainslie et al.: "GQA", 2023). Dtypes: floating-point.
/// </summary>
/// <param name="Causal">Whether query i takes no keys behind i.</param>
/// <param name="Scale">The factor of the scores; 1 / sqrt(size) if null.</param>
public sealed record ScaledDotProductAttention(bool Causal = false, double? Scale = null) : CompositeOp
{
    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x) => Attend(x[0], x[1], x[2], x.Length > 3 ? x[3] : null, Causal, Scale, weights => weights);

    /// <summary>The same with something in between that changes the weights, as dropout does.</summary>
    internal static Tensor Attend(Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal, double? scale, Func<Tensor, Tensor> change)
    {
        Check(q, k, v);
        if (q.Rank > 2) (k, v) = (Spread(k, q.Shape[^3]), Spread(v, q.Shape[^3]));
        Dim size = q.Shape[^1];
        var scaled = scale is { } factor ? q * factor : size.IsKnown ? q * (1 / Math.Sqrt(size.Value)) : q / Tensor.DimScalar(size, q.DType).Sqrt();
        var scores = scaled.MatMul(k.T);
        if (causal) scores = Tensor.Where(Tensor.Ones([scores.Shape[^2], scores.Shape[^1]], DType.Bool).Tril(), scores, double.NegativeInfinity);
        if (mask is { DType: DType.Bool }) scores = Tensor.Where(mask, scores, double.NegativeInfinity);
        else if (mask is not null) scores += mask;
        return change(scores.Softmax(-1)).MatMul(v);
    }

    static void Check(Tensor q, Tensor k, Tensor v)
    {
        bool fits = q.Rank >= 2 && k.Rank == q.Rank && v.Rank == q.Rank && Same(q.Shape[^1], k.Shape[^1]) && Same(k.Shape[^2], v.Shape[^2]);
        if (!fits) throw new ShapeException($"ScaledDotProductAttention: expected q [.., queries, size], k [.., keys, size] and v [.., keys, value size]. Received: shapes {q.Shape}, {k.Shape} and {v.Shape}.");

        static bool Same(Dim a, Dim b) => !a.IsKnown || !b.IsKnown || a == b;
    }

    static Tensor Spread(Tensor x, Dim heads)
    {
        Dim own = x.Shape[^3];
        if (own == heads || own == 1 || !own.IsKnown || !heads.IsKnown) return x;
        if (heads.Value % own.Value != 0) throw new ShapeException($"ScaledDotProductAttention: {heads} heads of queries cannot be split among {own} heads of keys and values.");
        return x.RepeatInterleave(heads.Value / own.Value, -3);
    }
}
