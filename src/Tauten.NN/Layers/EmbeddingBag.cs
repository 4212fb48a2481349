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
    readonly bool includeLastOffset;
    readonly EmbeddingRows rows;

    /// <summary>A table with random rows.</summary>
    /// <param name="count">The number of rows; indices go from 0 to count - 1.</param>
    /// <param name="dimension">The length of each row.</param>
    /// <param name="mode">How rows are combined.</param>
    /// <param name="paddingIndex">A row that takes no part in any bag, and is at first zeros. Negative counts from the end.</param>
    /// <param name="maxNorm">The norm that no row exceeds: a longer one is shortened when it is looked up, for good in training.</param>
    /// <param name="normType">The order of that norm.</param>
    /// <param name="scaleGradByFreq">Whether a gradient is divided by how often its index occurs in the call; not for the largest.</param>
    /// <param name="includeLastOffset">Whether offsets end with the number of indices, so that there is one more than bags.</param>
    /// <param name="generator">Where the first rows come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the rows.</param>
    /// <exception cref="ShapeException">A size is less than 1.</exception>
    /// <exception cref="IndexException"><paramref name="paddingIndex"/> is outside of the table.</exception>
    public EmbeddingBag(
        long count, long dimension, BagMode mode = BagMode.Mean, long? paddingIndex = null, double? maxNorm = null, double normType = 2, bool scaleGradByFreq = false,
        bool includeLastOffset = false, Generator? generator = null, DType dtype = DType.Float32)
    {
        (this.mode, this.includeLastOffset) = (Check(mode, scaleGradByFreq), includeLastOffset);
        rows = new(nameof(EmbeddingBag), count, paddingIndex, maxNorm, normType, scaleGradByFreq);
        weight = rows.Create(dimension, generator, dtype);
    }

    EmbeddingBag(Tensor vectors, BagMode mode, EmbeddingRows rows, bool includeLastOffset, bool freeze)
    {
        (this.mode, this.rows, this.includeLastOffset) = (mode, rows, includeLastOffset);
        weight = Initial.Outside(() => new Parameter(vectors) { RequiresGrad = !freeze });
    }

    /// <summary>A table with these rows, [count, dimension].</summary>
    /// <param name="vectors">The rows.</param>
    /// <param name="freeze">Whether they stay as they are: no gradients.</param>
    /// <param name="mode">How rows are combined.</param>
    /// <param name="paddingIndex">A row that takes no part in any bag.</param>
    /// <param name="maxNorm">The norm that no row exceeds.</param>
    /// <param name="normType">The order of that norm.</param>
    /// <param name="scaleGradByFreq">Whether a gradient is divided by how often its index occurs in the call; not for the largest.</param>
    /// <param name="includeLastOffset">Whether offsets end with the number of indices.</param>
    /// <exception cref="ShapeException">The rows are no matrix.</exception>
    public static EmbeddingBag FromPretrained(
        Tensor vectors, bool freeze = true, BagMode mode = BagMode.Mean, long? paddingIndex = null, double? maxNorm = null, double normType = 2, bool scaleGradByFreq = false,
        bool includeLastOffset = false) =>
        new(vectors, Check(mode, scaleGradByFreq), new(nameof(EmbeddingBag), EmbeddingRows.Count(vectors, nameof(EmbeddingBag)), paddingIndex, maxNorm, normType, scaleGradByFreq), includeLastOffset, freeze);

    /// <summary>[count, dimension].</summary>
    public Parameter Weight => weight;

    static BagMode Check(BagMode mode, bool scaleGradByFreq)
    {
        if (!Enum.IsDefined(mode)) throw new ArgumentOutOfRangeException(nameof(mode), mode, "Expected a member of BagMode.");
        return mode == BagMode.Max && scaleGradByFreq ? throw new ArgumentException("EmbeddingBag: gradients of the largest rows are not scaled by frequency. Use another mode, or scaleGradByFreq: false.", nameof(scaleGradByFreq)) : mode;
    }

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
        if (offsets is null ? indices.Rank != 2 : indices.Rank != 1 || offsets.Rank != 1)
            throw new ShapeException($"EmbeddingBag: expected indices [bags, n], or indices [all] and offsets [bags]. Received: shape {indices.Shape}{(offsets is null ? " without offsets" : $" and offsets {offsets.Shape}")}.");
        if (weights is not null && mode != BagMode.Sum) throw new ShapeException($"EmbeddingBag: weights are for sums. Received: weights for {mode}.");
        if (weights is not null && weights.Shape != indices.Shape) throw new ShapeException($"EmbeddingBag: expected weights of the shape of the indices, {indices.Shape}. Received: {weights.Shape}.");
        var all = rows.Of(weight, indices, IsTraining);
        if (weights is not null) all = all * weights.Unsqueeze(-1);
        var there = rows.PaddingIndex is { } padding ? indices.NotEqualTo(padding) : null;
        if (there is not null) all = Tensor.Where(there.Unsqueeze(-1), all, mode == BagMode.Max ? double.NegativeInfinity : 0);
        if (offsets is not null) return Segments(all, there, offsets.To(DType.Int64));
        if (mode == BagMode.Sum) return all.Sum(1);
        if (there is null) return mode == BagMode.Mean ? all.Mean(1) : all.Max(1);
        var counts = there.To(all.DType).Sum(1, keepDims: true);
        return mode == BagMode.Mean ? all.Sum(1) / counts.ClampMin(1) : Tensor.Where(counts > 0, all.Max(1), 0);
    }

    Tensor Segments(Tensor all, Tensor? there, Tensor offsets)
    {
        var bounds = includeLastOffset ? offsets : Tensor.Concat([offsets, Tensor.DimScalar(all.Shape[0], DType.Int64).Reshape([1])]);
        if (mode == BagMode.Sum) return all.SegmentReduce(Combination.Sum, offsets: bounds);
        var counts = (there is null ? bounds.Slice(0, 1) - bounds.Slice(0, 0, -1) : there.To(all.DType).SegmentReduce(Combination.Sum, offsets: bounds)).Unsqueeze(1);
        return mode == BagMode.Mean
            ? all.SegmentReduce(Combination.Sum, offsets: bounds) / counts.ClampMin(1).To(all.DType)
            : Tensor.Where(counts > 0, all.SegmentReduce(Combination.Max, offsets: bounds), 0);
    }

    /// <inheritdoc/>
    protected override string Details() => $"{weight.Shape[0]}, {weight.Shape[1]}, {mode}{rows.Details}";
}
