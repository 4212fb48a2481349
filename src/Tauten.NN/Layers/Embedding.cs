namespace Tauten.NN;

/// <summary>A learned vector for each of <c>count</c> things: indices [..] of dtype int64 or int32 become [.., dimension].</summary>
/// <remarks>Parameter: <c>weight</c> [count, dimension], at first from the normal distribution with mean 0 and variance 1.</remarks>
/// <example><code>
/// Console.WriteLine(new Embedding(count: 1000, dimension: 64).Call(Tensor.From([[3L, 1], [0, 999]])).Shape);    // [2, 2, 64]
/// </code></example>
public sealed partial class Embedding : Module<Tensor, Tensor>
{
    readonly Parameter weight;

    /// <summary>A layer with random vectors.</summary>
    /// <param name="count">How many things there are.</param>
    /// <param name="dimension">The length of each vector.</param>
    /// <param name="generator">Where the first vectors come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the vectors.</param>
    /// <exception cref="ShapeException">A size is less than 1.</exception>
    public Embedding(long count, long dimension, Generator? generator = null, DType dtype = DType.Float32)
    {
        Initial.Size(count, nameof(Embedding), nameof(count));
        Initial.Size(dimension, nameof(Embedding), nameof(dimension));
        weight = Initial.Normal(Shape.Of(count, dimension), generator, dtype);
    }

    /// <summary>[count, dimension].</summary>
    public Parameter Weight => weight;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        if (x.DType is not (DType.Int64 or DType.Int32)) throw new DTypeException($"Embedding: expected indices of dtype int64 or int32. Received: {x.DType.Name()}. Convert with To(dtype).");
        Indices.Check(x, weight.Shape[0], nameof(Embedding), "index");
        return weight.Borrow().IndexSelect(0, x);
    }

    /// <inheritdoc/>
    protected override string Details() => $"{weight.Shape[0]}, {weight.Shape[1]}";
}
