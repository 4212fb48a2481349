namespace Tauten.NN;

/// <summary>How an <see cref="EmbeddingBag"/> combines the rows of a bag.</summary>
public enum BagMode
{
    /// <summary>Their mean.</summary>
    Mean,
    /// <summary>Their sum.</summary>
    Sum,
    /// <summary>The largest of them, component by component.</summary>
    Max,
}

/// <summary>Rows of a table, combined in bags: indices [bags, n] or, with the position at which each bag starts, [all]; gives [bags, dimension]. A bag without indices gives zeros.</summary>
/// <remarks>Parameter: <c>weight</c> [count, dimension], at first normally distributed with mean 0 and variance 1.</remarks>
/// <example><code>
/// var bags = new EmbeddingBag(count: 1000, dimension: 64);
/// var words = Tensor.From([3L, 1, 4, 1, 5]);
/// Console.WriteLine(bags.Call((words, Tensor.From([0L, 2]), null)).Shape);    // [2, 64]    of words 0 and 1, and of 2 to 4
/// </code></example>
public sealed partial class EmbeddingBag : Module<(Tensor Indices, Tensor? Offsets, Tensor? Weights), Tensor>
{
    readonly Parameter weight;
    readonly BagMode mode;

    /// <summary>A table with random rows.</summary>
    /// <param name="count">The number of rows; indices go from 0 to count - 1.</param>
    /// <param name="dimension">The length of each row.</param>
    /// <param name="mode">How rows are combined.</param>
    /// <param name="generator">Where the first rows come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the rows.</param>
    /// <exception cref="ShapeException">A size is less than 1.</exception>
    public EmbeddingBag(long count, long dimension, BagMode mode = BagMode.Mean, Generator? generator = null, DType dtype = DType.Float32)
    {
        Initial.Size(count, nameof(EmbeddingBag), nameof(count));
        Initial.Size(dimension, nameof(EmbeddingBag), nameof(dimension));
        this.mode = Enum.IsDefined(mode) ? mode : throw new ArgumentOutOfRangeException(nameof(mode), mode, "Expected a member of BagMode.");
        weight = Initial.Normal(Shape.Of(count, dimension), generator, dtype);
    }

    /// <summary>[count, dimension].</summary>
    public Parameter Weight => weight;

    /// <summary>The combined rows.</summary>
    /// <param name="indices">int64 or int32, [bags, n], or [all] with offsets.</param>
    /// <param name="offsets">int64 [bags]: where each bag starts in the indices; it ends where the next one starts.</param>
    /// <param name="weights">The factors of the rows, of the shape of the indices; for sums only.</param>
    /// <exception cref="ShapeException">A shape does not fit, or there are weights without sums.</exception>
    /// <exception cref="IndexException">An index is outside of the table.</exception>
    public Tensor Call(Tensor indices, Tensor? offsets = null, Tensor? weights = null) => Call((indices, offsets, weights));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Indices, Tensor? Offsets, Tensor? Weights) x)
    {
        var (indices, offsets, weights) = x;
        if (indices.DType is not (DType.Int64 or DType.Int32)) throw new DTypeException($"EmbeddingBag: expected indices of dtype int64 or int32. Received: {indices.DType.Name()}. Convert with To(dtype).");
        if (offsets is null ? indices.Rank != 2 : indices.Rank != 1 || offsets.Rank != 1)
            throw new ShapeException($"EmbeddingBag: expected indices [bags, n], or indices [all] and offsets [bags]. Received: shape {indices.Shape}{(offsets is null ? " without offsets" : $" and offsets {offsets.Shape}")}.");
        if (weights is not null && mode != BagMode.Sum) throw new ShapeException($"EmbeddingBag: weights are for sums. Received: weights for {mode}.");
        if (weights is not null && weights.Shape != indices.Shape) throw new ShapeException($"EmbeddingBag: expected weights of the shape of the indices, {indices.Shape}. Received: {weights.Shape}.");
        Indices.Check(indices, weight.Shape[0], nameof(EmbeddingBag), "index");
        var rows = weight.Borrow().IndexSelect(0, offsets is null ? indices.Flatten() : indices);
        if (weights is not null) rows = rows * weights.Reshape([-1, 1]);
        if (offsets is not null) return Segments(rows, offsets.To(DType.Int64));
        rows = rows.Reshape([.. indices.Shape, weight.Shape[1]]);
        return mode switch { BagMode.Sum => rows.Sum(1), BagMode.Mean => rows.Mean(1), _ => rows.Max(1) };
    }

    Tensor Segments(Tensor rows, Tensor offsets)
    {
        var bounds = Tensor.Concat([offsets, Tensor.DimScalar(rows.Shape[0], DType.Int64).Reshape([1])]);
        if (mode == BagMode.Sum) return rows.SegmentReduce(Combination.Sum, offsets: bounds);
        var counts = (bounds.Slice(0, 1) - bounds.Slice(0, 0, -1)).Unsqueeze(1);
        return mode == BagMode.Mean
            ? rows.SegmentReduce(Combination.Sum, offsets: bounds) / counts.ClampMin(1).To(rows.DType)
            : Tensor.Where(counts > 0, rows.SegmentReduce(Combination.Max, offsets: bounds), 0);
    }

    /// <inheritdoc/>
    protected override string Details() => $"{weight.Shape[0]}, {weight.Shape[1]}, {mode}";
}
