using Tauten.Ops;

namespace Tauten.NN;

/// <summary>What attention takes.</summary>
/// <param name="Query">[queries, batch, size]; [batch, queries, size] if the batch is first; the batch may be missing.</param>
/// <param name="Key">[keys, batch, key size], likewise.</param>
/// <param name="Value">[keys, batch, value size], likewise.</param>
/// <param name="Mask">
/// Broadcasts against [batch, heads, queries, keys]: which keys take part (bool), or what is added to the scores. One that differs between the items of the batch but not between heads is
/// [batch, 1, queries, keys].
/// </param>
/// <param name="KeyMask">[batch, keys], or [keys] without a batch: which keys are there at all, rather than padding (bool), or what is added to their scores.</param>
/// <param name="Causal">Whether query i takes no keys behind i.</param>
public readonly record struct AttentionInput(Tensor Query, Tensor Key, Tensor Value, Tensor? Mask = null, Tensor? KeyMask = null, bool Causal = false);

/// <summary>
/// Attention in several heads, each with its own projections of queries, keys and values (Vaswani et al., 2017), or with keys and values that several heads share (Ainslie et al.: "GQA", 2023).
/// Masks say which keys take part: true is "may be attended to", as in <see cref="Tensor.ScaledDotProductAttention"/>; the masks of PyTorch's layer say the opposite.
/// </summary>
/// <remarks>
/// Parameters: <c>in_proj_weight</c> [3 size, size], the projections of queries, keys and values below each other, or <c>q_proj_weight</c>, <c>k_proj_weight</c> and <c>v_proj_weight</c> where
/// keys or values have a size of their own; <c>in_proj_bias</c> [3 size]; <c>bias_k</c> and <c>bias_v</c> [1, 1, size], the learned key; <c>out_proj.weight</c> and <c>out_proj.bias</c>. With
/// fewer heads of keys the second and third part are smaller. Weights are at first those of Glorot and Bengio (2010), biases 0.
/// </remarks>
/// <example><code>
/// var attention = new MultiHeadAttention(8, heads: 4, batchFirst: true, keyHeads: 2);
/// var x = Tensor.Ones([2, 5, 8]);
/// Console.WriteLine(attention.Call(x, x, x, causal: true).Shape);                // [2, 5, 8]
/// Console.WriteLine(attention.CallWithWeights(x, x, x).Weights.Shape);           // [2, 5, 5]
/// </code></example>
public sealed class MultiHeadAttention : Module<AttentionInput, Tensor>
{
    readonly Parameter[] projections;           // one for all three, or three
    readonly Parameter? bias, learnedKey, learnedValue;
    readonly Linear output;
    readonly long[] rows;                       // of the three projections
    readonly long headSize, valueHeadSize;
    readonly int heads, keyHeads;
    readonly bool batchFirst, zeroKey;
    readonly double dropout;
    readonly Generator? generator;

    /// <summary>A layer with random weights.</summary>
    /// <param name="size">The size of queries, and of keys, values and the output if they have none of their own.</param>
    /// <param name="heads">The number of heads, a divisor of the size unless heads have a size of their own.</param>
    /// <param name="dropout">The rate of dropout of the attention weights, in training.</param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="keySize">The size of keys (PyTorch's kdim).</param>
    /// <param name="valueSize">The size of values (PyTorch's vdim).</param>
    /// <param name="batchFirst">Whether inputs and output are [batch, time, size] rather than [time, batch, size].</param>
    /// <param name="keyHeads">The number of heads of keys and values, a divisor of the heads; as many if left out.</param>
    /// <param name="learnedKey">Whether a learned key and value are put behind those given (PyTorch's add_bias_kv). Every query may attend to it.</param>
    /// <param name="zeroKey">Whether a key and value of zeros are put behind those given (PyTorch's add_zero_attn). Every query may attend to it.</param>
    /// <param name="headSize">The size of queries and keys within a head (Keras' key_dim); size / heads if left out.</param>
    /// <param name="valueHeadSize">The size of values within a head (Keras' value_dim); that of keys if left out.</param>
    /// <param name="outputSize">The size of the output.</param>
    /// <param name="generator">Where the first weights and the dropout come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the inputs must have too.</param>
    /// <exception cref="ShapeException">A size is out of range or cannot be split.</exception>
    public MultiHeadAttention(
        long size, int heads, double dropout = 0, bool bias = true, long? keySize = null, long? valueSize = null, bool batchFirst = false, int? keyHeads = null, bool learnedKey = false,
        bool zeroKey = false, long? headSize = null, long? valueHeadSize = null, long? outputSize = null, Generator? generator = null, DType dtype = DType.Float32)
    {
        Check(size, nameof(size));
        Check(heads, nameof(heads));
        int few = keyHeads ?? heads;
        Check(few, nameof(keyHeads));
        if ((headSize is null && size % heads != 0) || heads % few != 0) throw new ShapeException($"MultiHeadAttention: size {size} cannot be split into {heads} heads, or those among {few} heads of keys.");
        (this.heads, this.keyHeads, this.batchFirst, this.zeroKey, this.generator) = (heads, few, batchFirst, zeroKey, generator);
        this.headSize = Check(headSize ?? size / heads, nameof(headSize));
        this.valueHeadSize = Check(valueHeadSize ?? this.headSize, nameof(valueHeadSize));
        this.dropout = Rates.Check(dropout, nameof(MultiHeadAttention));
        long keys = Check(keySize ?? size, nameof(keySize)), values = Check(valueSize ?? size, nameof(valueSize));
        rows = [heads * this.headSize, few * this.headSize, few * this.valueHeadSize];
        projections = keys == size && values == size ? [Glorot(rows.Sum(), size)] : [Glorot(rows[0], size), Glorot(rows[1], keys), Glorot(rows[2], values)];
        this.bias = bias ? Initial.Constant(Shape.Of(rows.Sum()), 0, dtype) : null;
        if (learnedKey) (this.learnedKey, this.learnedValue) = (Learned(rows[1]), Learned(rows[2]));
        output = new(heads * this.valueHeadSize, Check(outputSize ?? size, nameof(outputSize)), bias, generator, dtype);
        if (output.Bias is { } b) Initial.Outside(() => b.Value = Tensor.Zeros(b.Shape, dtype));

        Parameter Glorot(long rows, long columns) => Initial.Uniform(Shape.Of(rows, columns), Math.Sqrt(6.0 / (rows + columns)), generator, dtype);

        // Glorot's normal distribution, where each element counts as a way in and a way out.
        Parameter Learned(long rows) => Initial.Outside(() => new Parameter(Tensor.Randn(Shape.Of(1, 1, rows), dtype, generator) / Math.Sqrt(rows)));

        static long Check(long size, string what) => Initial.Size(size, nameof(MultiHeadAttention), what);
    }

    /// <summary>The attention of queries to keys and values.</summary>
    public Tensor Call(Tensor query, Tensor key, Tensor value, Tensor? mask = null, Tensor? keyMask = null, bool causal = false) => Call(new(query, key, value, mask, keyMask, causal));

    /// <summary>
    /// The attention of queries to keys and values, with the weights that it took (PyTorch's need_weights, Keras' return_attention_scores): [batch, queries, keys], the mean over heads, or
    /// [batch, heads, queries, keys] each on its own; in training after dropout. Learned and zero keys are among them, at the end. All weights are in memory then, which <c>Call</c> avoids.
    /// </summary>
    /// <param name="query">[queries, batch, size]; [batch, queries, size] if the batch is first; the batch may be missing, also from the weights.</param>
    /// <param name="key">[keys, batch, key size], likewise.</param>
    /// <param name="value">[keys, batch, value size], likewise.</param>
    /// <param name="mask">Broadcasts against [batch, heads, queries, keys]: which keys take part (bool), or what is added to the scores.</param>
    /// <param name="keyMask">[batch, keys]: which keys are there at all (bool), or what is added to their scores.</param>
    /// <param name="causal">Whether query i takes no keys behind i.</param>
    /// <param name="averageHeads">Whether to give the mean of the weights over the heads (PyTorch's average_attn_weights).</param>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public (Tensor Output, Tensor Weights) CallWithWeights(Tensor query, Tensor key, Tensor value, Tensor? mask = null, Tensor? keyMask = null, bool causal = false, bool averageHeads = true)
    {
        var x = Prepare(new(query, key, value, mask, keyMask, causal));
        var (y, weights) = AttentionScores.Attend(x.Query, x.Key, x.Value, x.Mask, x.Causal, Dropped);
        return (Joined(y), averageHeads ? weights.Mean(-3) : weights);
    }

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        if (projections.Length == 1) visitor.Visit("in_proj_weight", projections[0]);
        else
            for (int i = 0; i < 3; i++) visitor.Visit($"{"qkv"[i]}_proj_weight", projections[i]);
        visitor.Visit("in_proj_bias", bias);
        visitor.Visit("bias_k", learnedKey);
        visitor.Visit("bias_v", learnedValue);
        visitor.Visit("out_proj", output);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(AttentionInput input)
    {
        var x = Prepare(input);
        return Joined(x.Query.ScaledDotProductAttention(x.Key, x.Value, x.Mask, x.Causal, dropout: IsTraining ? dropout : 0, generator: generator));
    }

    Tensor Dropped(Tensor weights) => IsTraining && dropout > 0 ? weights.Dropout(dropout, generator) : weights;

    /// <summary>The projections [.., heads, time, head size], and one mask for all.</summary>
    AttentionInput Prepare(AttentionInput x)
    {
        int rank = x.Query.Rank;
        if (rank is not (2 or 3) || x.Key.Rank != rank || x.Value.Rank != rank)
            throw new ShapeException($"MultiHeadAttention: expected queries, keys and values {(batchFirst ? "[batch, time, size]" : "[time, batch, size]")} or [time, size]. Received: shapes {x.Query.Shape}, {x.Key.Shape} and {x.Value.Shape}.");
        Tensor q = Projected(x.Query, 0), k = Projected(x.Key, 1), v = Projected(x.Value, 2);
        var mask = AttentionMask.Combine(x.Mask, x.KeyMask is { } there ? AttentionMask.OfKeys(nameof(MultiHeadAttention), there, rank == 3) : null);
        bool causal = x.Causal;
        Dim keys = k.Shape[^2];
        int more = (learnedKey is null ? 0 : 1) + (zeroKey ? 1 : 0);
        if (more > 0)
        {
            if (causal) (mask, causal) = (AttentionMask.Combine(AttentionMask.Causal(q.Shape[^2], keys), mask), false);
            if (mask is not null) mask = AttentionMask.Extended(mask, keys, more);
        }
        return new(Heads(q, headSize), Heads(Longer(k, learnedKey), headSize), Heads(Longer(v, learnedValue), valueHeadSize), mask, null, causal);
    }

    // From [.., time, batch, size] to [.., time, rows], the batch first.
    Tensor Projected(Tensor x, int which)
    {
        long start = rows.Take(which).Sum();
        var w = projections.Length == 1 ? projections[0].Borrow().Slice(0, start, start + rows[which]) : projections[which].Borrow();
        if (x.Shape[^1].IsKnown && x.Shape[^1] != w.Shape[1])
            throw new ShapeException($"MultiHeadAttention: expected {(which == 0 ? "queries" : which == 1 ? "keys" : "values")} [.., {w.Shape[1]}]. Received: shape {x.Shape}.");
        return Exchanged(x.Linear(w, bias?.Borrow().Slice(0, start, start + rows[which])));
    }

    Tensor Longer(Tensor x, Parameter? learned)
    {
        Shape one = [.. x.Shape.Take(x.Rank - 2), 1, x.Shape[^1]];
        if (learned is not null) x = Tensor.Concat([x, learned.Borrow().Reshape([.. Enumerable.Repeat((Dim)1, x.Rank - 1), x.Shape[^1]]).BroadcastTo(one)], -2);
        return zeroKey ? Tensor.Concat([x, Tensor.Zeros(one, x.DType).Beside(x)], -2) : x;
    }

    static Tensor Heads(Tensor x, long size) => x.Unflatten(-1, x.Shape[^1].Value / size, size).Transpose(-3, -2);

    // From [.., heads, time, head size] to the output.
    Tensor Joined(Tensor y) => Exchanged(output.Call(y.Transpose(-3, -2).Flatten(-2, -1)));

    Tensor Exchanged(Tensor x) => batchFirst || x.Rank < 3 ? x : x.Transpose(0, 1);

    internal override long Operations(object? input, object? output)
    {
        if (input is not AttentionInput x) return 0;
        long queries = Count(x.Query) / x.Query.Shape[^1].Value, keys = x.Key.Shape[batchFirst && x.Key.Rank == 3 ? 1 : 0].Value;
        return 2 * (Count(x.Query) * rows[0] + Count(x.Key) * rows[1] + Count(x.Value) * rows[2]) + 2 * queries * keys * heads * (headSize + valueHeadSize);

        static long Count(Tensor t) => t.Shape.ElementCount.Value;
    }

    /// <inheritdoc/>
    protected override string Details() => $"{projections[0].Shape[1]}, {heads} heads{(keyHeads == heads ? "" : $", {keyHeads} heads of keys")}{(batchFirst ? ", batch first" : "")}";
}
