namespace Tauten.NN;

/// <summary>Whole numbers from 0 to count - 1 as vectors: one for each number, or for each sample, which is the last axis, one that tells which occur or how often. As Keras' layer.</summary>
/// <example><code>
/// var encode = new CategoryEncoding(4);
/// Console.WriteLine(encode.Call(Tensor.From(new[,] { { 0L, 1 }, { 3, 3 } })));
/// // [[1, 1, 0, 0],
/// //  [0, 0, 0, 1]]
/// </code></example>
public sealed class CategoryEncoding : Module<Tensor, Tensor>
{
    readonly long count;
    readonly EncodingMode mode;

    /// <summary>A layer without parameters.</summary>
    /// <param name="count">How many numbers there are.</param>
    /// <param name="mode">What is given for them.</param>
    /// <exception cref="ShapeException"><paramref name="count"/> is less than 1.</exception>
    public CategoryEncoding(long count, EncodingMode mode = EncodingMode.MultiHot) =>
        (this.count, this.mode) = (Initial.Size(count, nameof(CategoryEncoding), nameof(count)), Encodings.Check(mode, nameof(CategoryEncoding)));

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => Encodings.Of(Checked(x), count, mode);

    /// <summary>Counts in which each number has a weight of its own, which is added in the place of 1.</summary>
    /// <param name="x">Numbers [.., n].</param>
    /// <param name="weights">Of the same shape.</param>
    /// <exception cref="ShapeException">The shapes differ, or the mode is not that of counts.</exception>
    public Tensor Call(Tensor x, Tensor weights)
    {
        if (mode != EncodingMode.Count) throw new ShapeException($"CategoryEncoding: weights are for counts. Received: weights for {mode}.");
        if (weights.Shape != x.Shape) throw new ShapeException($"CategoryEncoding: expected weights of the shape of the numbers, {x.Shape}. Received: {weights.Shape}.");
        return Encodings.Of(Checked(x), count, mode, weights: weights);
    }

    Tensor Checked(Tensor x)
    {
        if (x.DType is not (DType.Int64 or DType.Int32)) throw new DTypeException($"CategoryEncoding: expected numbers of dtype int64 or int32. Received: {x.DType.Name()}. Convert with To(dtype).");
        Indices.Check(x, count, nameof(CategoryEncoding), "number");
        return x;
    }

    /// <inheritdoc/>
    protected override string Details() => $"{count}, {mode}";
}
