namespace Tauten.NN;

/// <summary>A learned vector for each of <c>count</c> things: indices [..] of dtype int64 or int32 become [.., dimension].</summary>
/// <remarks>Parameter: <c>weight</c> [count, dimension], at first from the normal distribution with mean 0 and variance 1.</remarks>
/// <example><code>
/// Console.WriteLine(new Embedding(count: 1000, dimension: 64).Call(Tensor.From([[3L, 1], [0, 999]])).Shape);    // [2, 2, 64]
/// var vectors = Embedding.FromPretrained(Tensor.From(new[,] { { 1f, 2f }, { 3f, 4f } }));
/// Console.WriteLine(vectors.Call(Tensor.From([1L])).Sum());    // 7
/// </code></example>
public sealed partial class Embedding : Module<Tensor, Tensor>
{
    readonly Parameter weight;
    readonly EmbeddingRows rows;

    /// <summary>A layer with random vectors.</summary>
    /// <param name="count">How many things there are.</param>
    /// <param name="dimension">The length of each vector.</param>
    /// <param name="paddingIndex">A thing whose vector stands for no thing: at first zeros, and left alone by gradients. Negative counts from the end.</param>
    /// <param name="maxNorm">The norm that no vector exceeds: a longer one is shortened when it is looked up, for good in training.</param>
    /// <param name="normType">The order of that norm.</param>
    /// <param name="scaleGradByFreq">Whether a gradient is divided by how often its index occurs in the call.</param>
    /// <param name="generator">Where the first vectors come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the vectors.</param>
    /// <exception cref="ShapeException">A size is less than 1.</exception>
    /// <exception cref="IndexException"><paramref name="paddingIndex"/> is outside of the table.</exception>
    public Embedding(
        long count, long dimension, long? paddingIndex = null, double? maxNorm = null, double normType = 2, bool scaleGradByFreq = false, Generator? generator = null, DType dtype = DType.Float32)
    {
        rows = new(nameof(Embedding), count, paddingIndex, maxNorm, normType, scaleGradByFreq);
        weight = rows.Create(dimension, generator, dtype);
    }

    Embedding(Tensor vectors, EmbeddingRows rows, bool freeze)
    {
        this.rows = rows;
        weight = Initial.Outside(() => new Parameter(vectors) { RequiresGrad = !freeze });
    }

    /// <summary>A layer with these vectors, [count, dimension].</summary>
    /// <param name="vectors">The vectors.</param>
    /// <param name="freeze">Whether they stay as they are: no gradients.</param>
    /// <param name="paddingIndex">A thing whose vector is left alone by gradients.</param>
    /// <param name="maxNorm">The norm that no vector exceeds.</param>
    /// <param name="normType">The order of that norm.</param>
    /// <param name="scaleGradByFreq">Whether a gradient is divided by how often its index occurs in the call.</param>
    /// <exception cref="ShapeException">The vectors are no matrix.</exception>
    public static Embedding FromPretrained(Tensor vectors, bool freeze = true, long? paddingIndex = null, double? maxNorm = null, double normType = 2, bool scaleGradByFreq = false) =>
        new(vectors, new(nameof(Embedding), EmbeddingRows.Count(vectors, nameof(Embedding)), paddingIndex, maxNorm, normType, scaleGradByFreq), freeze);

    /// <summary>[count, dimension].</summary>
    public Parameter Weight => weight;

    /// <summary>The thing whose vector is left alone by gradients.</summary>
    public long? PaddingIndex => rows.PaddingIndex;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => rows.Of(weight, x, IsTraining);

    /// <inheritdoc/>
    protected override string Details() => $"{weight.Shape[0]}, {weight.Shape[1]}{rows.Details}";
}
