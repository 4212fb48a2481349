namespace Tauten.Ops;

/// <summary>
/// softmax(q k^T scale) v: for each row of q [.., heads, queries, size] a mean of the rows of v [.., heads, keys, value size], weighted by how well the rows of k [.., heads, keys, size] agree
/// with it (Vaswani et al.: "Attention Is All You Need", 2017). A fourth input may be a mask that broadcasts against [.., queries, keys]: a boolean one says which keys take part, a floating-point one
/// is added to the scores. Keys and values may have fewer heads, each for as many neighbouring heads of q (Ainslie et al.: "GQA", 2023). A query that no key takes part for gets zeros.
/// The last input is a random key where weights are dropped. Dtypes: floating-point; key uint64.
/// </summary>
/// <remarks>
/// A second output [.., queries] has the logarithm of the sum of the exponentials of each query's scores, -infinity where no key takes part: from it the gradient computes the weights again, so
/// that none are kept (Dao et al.: "FlashAttention", 2022), and attention to several groups of keys can be joined. Dropped weights are drawn again too, as <see cref="Ops.Dropout"/> does. 16-bit floats are computed, and those logarithms stored, in float32.
/// </remarks>
/// <param name="Causal">Whether query i takes no keys behind i.</param>
/// <param name="Scale">The factor of the scores; 1 / sqrt(size) if null.</param>
/// <param name="Dropout">The probability with which a weight is set to 0; the others are divided by 1 - Dropout.</param>
public sealed record ScaledDotProductAttention(bool Causal = false, double? Scale = null, double Dropout = 0) : CompositeOp
{
    /// <inheritdoc/>
    internal override double? Work(ReadOnlySpan<TensorSpec> x, ReadOnlySpan<TensorSpec> y) => (Causal ? 1.0 : 2.0) * x[0].Shape.Count * x[1].Shape[^2].Value * (1 + (double)x[2].Shape[^1].Value / x[0].Shape[^1].Value);

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Reduced;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        AttentionScores.Check(this, Dropout, x, 3);
        Expect.Floating(this, x[0]);
        Expect.SameDType(this, x[0], x[1]);
        Expect.SameDType(this, x[0], x[2]);
        bool masked = AttentionScores.HasMask(x.Length, 3, Dropout);
        if (masked && x[3].DType != DType.Bool) Expect.SameDType(this, x[0], x[3]);
        var lead = AttentionScores.Lead(x[0].Shape, x[1].Shape, x[2].Shape, masked ? x[3].Shape : null);
        Dim queries = x[0].Shape[^2];
        return new(new TensorSpec(x[0].DType, [.. lead, queries, x[2].Shape[^1]]), new TensorSpec(AttentionScores.Wide(x[0].DType), [.. lead, queries]));
    }

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        var dtype = AttentionScores.Wide(x[0].DType);
        Tensor q = x[0].To(dtype), k = x[1].To(dtype), v = x[2].To(dtype);
        var mask = AttentionScores.HasMask(x.Length, 3, Dropout) ? x[3] : null;
        var (_, scores) = AttentionScores.Of(q, k, mask, Causal, Scale);
        var (weights, logSum) = AttentionScores.Weights(scores);
        if (Dropout > 0) weights = AttentionScores.Dropped(weights, AttentionScores.Lead(q.Shape, k.Shape, v.Shape, mask?.Shape), Dropout, x[^1]);
        return [weights.MatMul(AttentionScores.Spread(v, q.Shape)).To(x[0].DType), logSum.Squeeze(-1)];
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Inputs | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var dtype = b.OutputSpec(1).DType;
        // What the weights' gradient loses on the way through the softmax: one number for each query.
        var delta = b.HasGrad(0) ? (b.Grad.To(dtype) * b.Output.To(dtype)).Sum(-1) : Tensor.Zeros(b.OutputSpec(1).Shape, dtype);
        if (b.HasGrad(1)) delta -= b.GradOf(1);
        Tensor q = b.Input(0), k = b.Input(1), v = b.Input(2);
        // Of all operands each item of the batch has its own, or a view of what it shares; only heads of keys and values may be fewer.
        Dim[] batch = [.. b.OutputSpec().Shape.Take(b.OutputSpec().Shape.Rank - 2)];
        bool grouped = q.Rank > 2 && k.Shape[^3] == v.Shape[^3];
        Tensor[] x = [b.Grad, Along(q, batch, false), Along(Grouped(k), batch, grouped), Along(Grouped(v), batch, grouped), b.OutputAt(1), delta];
        for (int i = 3; i < b.InputCount; i++) x = [.. x, b.Input(i)];
        var op = new ScaledDotProductAttentionGradient(Causal, Scale, Dropout);
        var gradients = Dispatch.RunAll(op, x);
        var all = new Tensor?[b.InputCount];
        (all[0], all[1], all[2]) = (gradients[0].SumTo(q.Shape), AttentionScores.Folded(gradients[1], k.Shape).SumTo(k.Shape), AttentionScores.Folded(gradients[2], v.Shape).SumTo(v.Shape));
        // The gradient of a mask is as large as the matrix of scores: nothing is lost where it is computed as one.
        if (AttentionScores.HasMask(b.InputCount, 3, Dropout) && b.Needs(3) && b.Input(3) is var mask && mask.DType.IsFloating())
            all[3] = op.OfScores(x).Scores.SumTo(mask.Shape).To(mask.DType);
        return all;

        Tensor Grouped(Tensor y) => grouped ? y : AttentionScores.Spread(y, q.Shape);
    }

    // With these axes in front of the last two, but perhaps its own number of heads.
    static Tensor Along(Tensor x, Dim[] batch, bool ownHeads)
    {
        if (batch.Length == 0) return x;
        Shape shape = [.. batch[..^1], ownHeads ? x.Shape[^3] : batch[^1], x.Shape[^2], x.Shape[^1]];
        return x.Shape == shape ? x : x.BroadcastTo(shape);
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => Dropout > 0 ? null : AttentionScores.Batched(this, x, 3);
}

/// <summary>
/// The gradients of <see cref="ScaledDotProductAttention"/> for queries, keys and values. Inputs: the gradient of the result, queries, keys, values, the logarithms of the sums that the op gave,
/// for each query the sum of result times gradient, the mask if there is one, and the random key if weights are dropped. The axes in front are those of the result; keys and values may have fewer heads.
/// Dtypes: floating-point.
/// </summary>
/// <param name="Causal">Whether query i takes no keys behind i.</param>
/// <param name="Scale">The factor of the scores; 1 / sqrt(size) if null.</param>
/// <param name="Dropout">The probability with which a weight is set to 0; the others are divided by 1 - Dropout.</param>
public sealed record ScaledDotProductAttentionGradient(bool Causal = false, double? Scale = null, double Dropout = 0) : CompositeOp
{
    /// <inheritdoc/>
    internal override double? Work(ReadOnlySpan<TensorSpec> x, ReadOnlySpan<TensorSpec> y) => (Causal ? 2.5 : 5.0) * x[1].Shape.Count * x[2].Shape[^2].Value;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        AttentionScores.Check(this, Dropout, x, 6);
        Expect.Floating(this, x[0]);
        for (int i = 1; i < 4; i++) Expect.SameDType(this, x[0], x[i]);
        for (int i = 4; i < 6; i++)
            if (x[i].DType != AttentionScores.Wide(x[0].DType)) throw Expect.DType(this, x[i].DType, AttentionScores.Wide(x[0].DType).Name());
        bool masked = AttentionScores.HasMask(x.Length, 6, Dropout);
        if (masked && x[6].DType != DType.Bool) Expect.SameDType(this, x[0], x[6]);
        _ = AttentionScores.Lead(x[1].Shape, x[2].Shape, x[3].Shape, masked ? x[6].Shape : null);
        return new(x[1], x[2], x[3]);
    }

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        var (dtype, wide) = (x[0].DType, AttentionScores.Wide(x[0].DType));
        var (q, weights, scores) = OfScores(x);
        var gq = AttentionScores.Scaled(scores.MatMul(AttentionScores.Spread(x[2].To(wide), q.Shape)), q.Shape[^1], Scale);
        var gk = AttentionScores.Folded(scores.T.MatMul(q), x[2].Shape);
        var gv = AttentionScores.Folded(weights.T.MatMul(x[0].To(wide)), x[3].Shape);
        return [gq.To(dtype), gk.To(dtype), gv.To(dtype)];
    }

    /// <summary>The scaled queries, the weights that the values took, and the gradient of the scores, p (g v^T - delta).</summary>
    internal (Tensor Scaled, Tensor Weights, Tensor Scores) OfScores(ReadOnlySpan<Tensor> x)
    {
        var dtype = AttentionScores.Wide(x[0].DType);
        Tensor g = x[0].To(dtype), q = x[1].To(dtype), k = x[2].To(dtype), v = x[3].To(dtype);
        var mask = AttentionScores.HasMask(x.Length, 6, Dropout) ? x[6] : null;
        var (scaled, scores) = AttentionScores.Of(q, k, mask, Causal, Scale);
        var weights = (scores - AttentionScores.Finite(x[4]).Unsqueeze(-1)).Exp();
        var gradient = g.MatMul(AttentionScores.Spread(v, q.Shape).T);
        if (Dropout == 0) return (scaled, weights, weights * (gradient - x[5].Unsqueeze(-1)));
        var lead = AttentionScores.Lead(q.Shape, k.Shape, v.Shape, mask?.Shape);
        return (scaled, AttentionScores.Dropped(weights, lead, Dropout, x[^1]), weights * (AttentionScores.Dropped(gradient, lead, Dropout, x[^1]) - x[5].Unsqueeze(-1)));
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => Dropout > 0 ? null : AttentionScores.Batched(this, x, 6);
}
