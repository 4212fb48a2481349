using Tauten.Ops;

namespace Tauten.NN;

/// <summary>What attention takes.</summary>
/// <param name="Query">[queries, batch, size]; [batch, queries, size] if the batch is first; the batch may be missing.</param>
/// <param name="Key">[keys, batch, key size], likewise.</param>
/// <param name="Value">[keys, batch, value size], likewise.</param>
/// <param name="Mask">Broadcasts against [batch, heads, queries, keys]: which keys take part (bool), or what is added to the scores.</param>
/// <param name="KeyMask">bool [batch, keys]: which keys are there at all, rather than padding.</param>
/// <param name="Causal">Whether query i takes no keys behind i.</param>
public readonly record struct AttentionInput(Tensor Query, Tensor Key, Tensor Value, Tensor? Mask = null, Tensor? KeyMask = null, bool Causal = false);

/// <summary>
/// Attention in several heads, each with its own projections of queries, keys and values (Vaswani et al., 2017). Masks say which keys take part: true is "may be attended to", as in
/// <see cref="Tensor.ScaledDotProductAttention"/>; the masks of PyTorch's layer say the opposite.
/// </summary>
/// <remarks>
/// Parameters: <c>in_proj_weight</c> [3 size, size], the projections of queries, keys and values below each other, or <c>q_proj_weight</c>, <c>k_proj_weight</c> and <c>v_proj_weight</c> where
/// keys or values have a size of their own; <c>in_proj_bias</c> [3 size]; <c>out_proj.weight</c> and <c>out_proj.bias</c>. With fewer heads of keys the second and third part are smaller.
/// Weights are at first those of Glorot and Bengio (2010), biases 0.
/// </remarks>
/// <example><code>
/// var attention = new MultiHeadAttention(64, heads: 8, batchFirst: true);
/// var x = Tensor.Ones([2, 10, 64]);
/// Console.WriteLine(attention.Call(new(x, x, x, Causal: true)).Shape);    // [2, 10, 64]
/// </code></example>
public sealed class MultiHeadAttention : Module<AttentionInput, Tensor>
{
    readonly Parameter[] projections;           // one for all three, or three
    readonly Parameter? bias;
    readonly Linear output;
    readonly long size, headSize;
    readonly int heads, keyHeads;
    readonly bool batchFirst;
    readonly double dropout;
    readonly Generator? generator;

    /// <summary>A layer with random weights.</summary>
    /// <param name="size">The size of queries and of the output.</param>
    /// <param name="heads">The number of heads, a divisor of the size.</param>
    /// <param name="dropout">The rate of dropout of the attention weights, in training.</param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="keySize">The size of keys; that of queries if left out.</param>
    /// <param name="valueSize">The size of values; that of queries if left out.</param>
    /// <param name="batchFirst">Whether inputs and output are [batch, time, size] rather than [time, batch, size].</param>
    /// <param name="keyHeads">The number of heads of keys and values, a divisor of the heads; as many if left out.</param>
    /// <param name="generator">Where the first weights and the dropout come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the inputs must have too.</param>
    /// <exception cref="ShapeException">A size is out of range or cannot be split.</exception>
    public MultiHeadAttention(
        long size, int heads, double dropout = 0, bool bias = true, long? keySize = null, long? valueSize = null, bool batchFirst = false, int? keyHeads = null,
        Generator? generator = null, DType dtype = DType.Float32)
    {
        Initial.Size(size, nameof(MultiHeadAttention), nameof(size));
        Initial.Size(heads, nameof(MultiHeadAttention), nameof(heads));
        int few = keyHeads ?? heads;
        Initial.Size(few, nameof(MultiHeadAttention), nameof(keyHeads));
        if (size % heads != 0 || heads % few != 0) throw new ShapeException($"MultiHeadAttention: size {size} cannot be split into {heads} heads, or those among {few} heads of keys.");
        (this.size, this.heads, this.keyHeads, this.batchFirst, this.generator) = (size, heads, few, batchFirst, generator);
        headSize = size / heads;
        this.dropout = Rates.Check(dropout, nameof(MultiHeadAttention));
        long narrow = few * headSize, keys = keySize ?? size, values = valueSize ?? size;
        projections = keys == size && values == size ? [Glorot(size + 2 * narrow, size)] : [Glorot(size, size), Glorot(narrow, keys), Glorot(narrow, values)];
        this.bias = bias ? Initial.Constant(Shape.Of(size + 2 * narrow), 0, dtype) : null;
        output = new(size, size, bias, generator, dtype);
        if (output.Bias is { } b) Initial.Outside(() => b.Value = Tensor.Zeros(b.Shape, dtype));

        Parameter Glorot(long rows, long columns) => Initial.Uniform(Shape.Of(rows, columns), Math.Sqrt(6.0 / (rows + columns)), generator, dtype);
    }

    /// <summary>The attention of queries to keys and values.</summary>
    public Tensor Call(Tensor query, Tensor key, Tensor value, Tensor? mask = null, Tensor? keyMask = null, bool causal = false) => Call(new(query, key, value, mask, keyMask, causal));

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        if (projections.Length == 1) visitor.Visit("in_proj_weight", projections[0]);
        else
            for (int i = 0; i < 3; i++) visitor.Visit($"{"qkv"[i]}_proj_weight", projections[i]);
        visitor.Visit("in_proj_bias", bias);
        visitor.Visit("out_proj", output);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(AttentionInput x)
    {
        int rank = x.Query.Rank;
        if (rank is not (2 or 3) || x.Key.Rank != rank || x.Value.Rank != rank)
            throw new ShapeException($"MultiHeadAttention: expected queries, keys and values {(batchFirst ? "[batch, time, size]" : "[time, batch, size]")} or [time, size]. Received: shapes {x.Query.Shape}, {x.Key.Shape} and {x.Value.Shape}.");
        long narrow = keyHeads * headSize;
        Tensor q = Heads(x.Query, 0, 0, size), k = Heads(x.Key, 1, size, narrow), v = Heads(x.Value, 2, size + narrow, narrow);
        var mask = x.Mask;
        if (x.KeyMask is { } there)
        {
            if (there.DType != DType.Bool) throw new DTypeException($"MultiHeadAttention: expected a key mask of dtype bool. Received: {there.DType.Name()}.");
            there = rank == 2 ? there.Unsqueeze(0) : there.Unsqueeze([1, 2]);
            mask = mask is null ? there : mask.DType == DType.Bool ? mask & there : Tensor.Where(there, mask, double.NegativeInfinity);
        }
        var y = IsTraining && dropout > 0
            ? ScaledDotProductAttention.Attend(q, k, v, mask, x.Causal, null, weights => weights.Dropout(dropout, generator))
            : q.ScaledDotProductAttention(k, v, mask, x.Causal);
        y = y.Transpose(-3, -2).Flatten(-2, -1);
        return Exchanged(output.Call(y));
    }

    // From [.., time, batch, size] to [.., heads, time, head size].
    Tensor Heads(Tensor x, int which, long start, long rows)
    {
        var w = projections.Length == 1 ? projections[0].Borrow().Slice(0, start, start + rows) : projections[which].Borrow();
        if (x.Shape[^1].IsKnown && x.Shape[^1] != w.Shape[1])
            throw new ShapeException($"MultiHeadAttention: expected {(which == 0 ? "queries" : which == 1 ? "keys" : "values")} [.., {w.Shape[1]}]. Received: shape {x.Shape}.");
        var y = Exchanged(x.Linear(w, bias?.Borrow().Slice(0, start, start + rows)));
        return y.Unflatten(-1, rows / headSize, headSize).Transpose(-3, -2);
    }

    Tensor Exchanged(Tensor x) => batchFirst || x.Rank < 3 ? x : x.Transpose(0, 1);

    internal override long Operations(object? input, object? output)
    {
        if (input is not AttentionInput x) return 0;
        long narrow = keyHeads * headSize, queries = Rows(x.Query), keys = x.Key.Shape[batchFirst && x.Key.Rank == 3 ? 1 : 0].Value;
        return 2 * (queries * size * size + narrow * (x.Key.Shape.ElementCount.Value + x.Value.Shape.ElementCount.Value)) + 4 * queries * keys * size;

        static long Rows(Tensor t) => t.Shape.ElementCount.Value / t.Shape[^1].Value;
    }

    /// <inheritdoc/>
    protected override string Details() => $"{size}, {heads} heads{(keyHeads == heads ? "" : $", {keyHeads} heads of keys")}{(batchFirst ? ", batch first" : "")}";
}
