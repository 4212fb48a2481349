namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>
    /// How many elements fall into each of <paramref name="bins"/> equal parts of the range from <paramref name="min"/> to <paramref name="max"/>, both included; elements outside and NaN are
    /// not counted. If both are equal the range is that of the elements, and if that is a single number, one less to one more. The counts have the tensor's dtype.
    /// </summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2, 1, 4]).Histc(bins: 4, min: 0, max: 4));    // [0, 2, 1, 1]
    /// </code></example>
    /// <exception cref="DTypeException">The tensor is not floating-point.</exception>
    /// <exception cref="ShapeException">There is no bin, or no range.</exception>
    public Tensor Histc(long bins = 100, double min = 0, double max = 0)
    {
        if (!DType.IsFloating()) throw new DTypeException($"Histc: expected a floating-point dtype. Received: {DType.Name()}. Use Histogram, or convert with To(dtype).");
        if (bins < 1 || !(min <= max) || double.IsInfinity(max - min)) throw new ShapeException($"Histc: expected at least one bin, and a range from a smaller to a larger number. Received: {bins} bins, {min} to {max}.");
        var x = Reshape([-1]).Detach();
        var (low, high) = min == max ? x.RangeOf("Histc", 1) : (Scalar(min, DType), Scalar(max, DType));
        var place = ((x - low) / (high - low) * bins).Minimum(bins - 1);
        return Counts(place.To(DType.Int64), (x >= low) & (x <= high), [bins], null, DType);
    }

    /// <summary>
    /// How many elements fall into each of <paramref name="bins"/> equal parts of a range, and the edges between them. A bin holds its lower edge but not its upper one; the last bin holds both.
    /// Elements outside of the range and NaN are not counted.
    /// </summary>
    /// <param name="bins">The number of bins.</param>
    /// <param name="range">The range; that of the elements unless said otherwise, and if that is a single number, half less to half more.</param>
    /// <param name="weights">What each element counts, of the same shape and dtype.</param>
    /// <param name="density">Whether counts are divided by their sum and by the widths of the bins, so that the integral is 1.</param>
    /// <returns>Counts [bins] and edges [bins + 1] in the tensor's dtype. Of integers the edges, and with a density the counts, are float64.</returns>
    /// <example><code>
    /// var (counts, edges) = Tensor.From([1f, 2, 1, 4]).Histogram(3);
    /// Console.WriteLine(counts);    // [2, 1, 1]
    /// Console.WriteLine(edges);    // [1, 2, 3, 4]
    /// </code></example>
    /// <exception cref="ShapeException">There is no bin, or weights do not fit.</exception>
    /// <exception cref="ArgumentException">The range is not one.</exception>
    public (Tensor Counts, Tensor Edges) Histogram(long bins, (double Low, double High)? range = null, Tensor? weights = null, bool density = false)
    {
        var x = Samples("Histogram", weights);
        var edges = x.EdgesOf("Histogram", bins, range);
        return (x.HistogramBetween([edges], weights, density, CountType("Histogram")), edges);
    }

    /// <summary>How many elements fall between neighbouring <paramref name="edges"/>, an ascending vector; see the other overload.</summary>
    /// <inheritdoc cref="Histogram(long, ValueTuple{double, double}?, Tensor, bool)"/>
    public (Tensor Counts, Tensor Edges) Histogram(Tensor edges, Tensor? weights = null, bool density = false)
    {
        var x = Samples("Histogram", weights);
        CheckEdges("Histogram", edges, x.DType);
        return (x.HistogramBetween([edges], weights, density, CountType("Histogram")), edges);
    }

    /// <summary>
    /// How many points fall into each cell of a grid of several dimensions: the last axis of this tensor holds the coordinates of a point. Each dimension of the range is cut into equal
    /// parts; see <see cref="Histogram(long, ValueTuple{double, double}?, Tensor, bool)"/>.
    /// </summary>
    /// <param name="bins">The number of bins of each dimension.</param>
    /// <param name="ranges">The range of each dimension.</param>
    /// <param name="weights">What each point counts: this shape without the last axis.</param>
    /// <param name="density">Whether counts are divided by their sum and by the volumes of the cells.</param>
    /// <returns>Counts, of the shape of the grid, and for each dimension the edges.</returns>
    /// <example><code>
    /// var points = Tensor.From(new[,] { { 0f, 0f }, { 0f, 1f }, { 1f, 1f }, { 1f, 1f } });
    /// var (counts, edges) = points.HistogramDD([2L, 2]);
    /// Console.WriteLine(counts);
    /// // [[1, 1],
    /// //  [0, 2]]
    /// </code></example>
    /// <exception cref="ShapeException">There are not as many bins or ranges as coordinates, or weights do not fit.</exception>
    /// <exception cref="ArgumentException">A range is not one.</exception>
    public (Tensor Counts, Tensor[] Edges) HistogramDD(ReadOnlySpan<long> bins, ReadOnlySpan<(double Low, double High)> ranges = default, Tensor? weights = null, bool density = false)
    {
        var x = Points(weights);
        if (x.Shape[1] != bins.Length || (ranges.Length > 0 && ranges.Length != bins.Length))
            throw new ShapeException($"HistogramDD: {bins.Length} numbers of bins and {ranges.Length} ranges for points of {x.Shape[1]} coordinates. Expected one for each.");
        var edges = new Tensor[bins.Length];
        for (int i = 0; i < edges.Length; i++) edges[i] = x.Select(1, i).EdgesOf("HistogramDD", bins[i], ranges.Length == 0 ? null : ranges[i]);
        return (x.HistogramBetween(edges, weights, density, CountType("HistogramDD")), edges);
    }

    /// <summary>How many points fall into each cell of the grid between <paramref name="edges"/>, an ascending vector for each dimension; see the other overload.</summary>
    /// <inheritdoc cref="HistogramDD(ReadOnlySpan{long}, ReadOnlySpan{ValueTuple{double, double}}, Tensor, bool)"/>
    public (Tensor Counts, Tensor[] Edges) HistogramDD(ReadOnlySpan<Tensor> edges, Tensor? weights = null, bool density = false)
    {
        var x = Points(weights);
        if (x.Shape[1] != edges.Length) throw new ShapeException($"HistogramDD: {edges.Length} vectors of edges for points of {x.Shape[1]} coordinates. Expected one for each.");
        foreach (var each in edges) CheckEdges("HistogramDD", each, x.DType);
        return (x.HistogramBetween(edges, weights, density, CountType("HistogramDD")), edges.ToArray());
    }

    DType CountType(string op) => DType == DType.Bool ? throw new DTypeException($"{op}: expected a numeric dtype. Received: bool.") : DType.IsFloating() ? DType : DType.Int64;

    // As a column of points with one coordinate each.
    Tensor Samples(string op, Tensor? weights)
    {
        CheckWeights(op, weights, Shape);
        return (DType.IsFloating() ? this : To(DType.Float64)).Detach().Reshape([-1, 1]);
    }

    Tensor Points(Tensor? weights)
    {
        if (Rank < 2) throw new ShapeException($"HistogramDD: expected points, with their coordinates along the last axis. Received: shape {Shape}.");
        CheckWeights("HistogramDD", weights, Shape.Create([.. Shape.Take(Rank - 1)]));
        return (DType.IsFloating() ? this : To(DType.Float64)).Detach().Reshape([-1, Shape[-1]]);
    }

    void CheckWeights(string op, Tensor? weights, Shape shape)
    {
        if (weights is null) return;
        if (weights.Shape != shape) throw new ShapeException($"{op}: weights of shape {weights.Shape}. Expected {shape}, one for each element or point.");
        if (weights.DType != DType) throw new DTypeException($"{op}: weights of dtype {weights.DType.Name()}. Expected {DType.Name()}, as the tensor. Convert with To(dtype).");
    }

    static void CheckEdges(string op, Tensor edges, DType dtype)
    {
        if (edges.Rank != 1 || (edges.Shape[0].IsKnown && edges.Shape[0] < 2)) throw new ShapeException($"{op}: expected at least two edges, as a vector. Received: shape {edges.Shape}.");
        if (edges.DType != dtype) throw new DTypeException($"{op}: edges of dtype {edges.DType.Name()}. Expected {dtype.Name()}. Convert with To(dtype).");
    }

    /// <summary>The smallest and largest element, or 0 and 1 without elements; a single number is widened to both sides.</summary>
    (Tensor Low, Tensor High) RangeOf(string op, double widened)
    {
        if (Shape.ElementCount is { IsKnown: true, Value: 0 }) return (Scalar(0, DType), Scalar(1, DType));
        var (low, high) = AMinMax();
        if (Ambient.Current.Capture is null && low.Backend.IsHostReadable && (!(low.IsFinite() & high.IsFinite())).Item<bool>())
            throw new ArgumentException($"{op}: the elements reach from {low} to {high}. Expected finite ones, or a given range.");
        var single = low.EqualTo(high);
        return (Where(single, low - widened, low), Where(single, high + widened, high));
    }

    Tensor EdgesOf(string op, long bins, (double Low, double High)? range)
    {
        if (bins < 1) throw new ShapeException($"{op}: expected at least one bin. Received: {bins}.");
        if (range is { } r && !(r.Low <= r.High && double.IsFinite(r.High - r.Low))) throw new ArgumentException($"{op}: expected a range from a smaller to a larger number. Received: {r.Low} to {r.High}.");
        double wider = range is { } given && given.Low == given.High ? 0.5 : 0;
        var (low, high) = range is { } fixedRange ? (Scalar(fixedRange.Low - wider, DType), Scalar(fixedRange.High + wider, DType)) : RangeOf(op, 0.5);
        // From the nearer end, so that both ends are exact.
        var step = (high - low) / bins;
        var number = Arange(0, bins + 1, 1, DType);
        return Where(number < (bins + 1) / 2, low + step * number, high - step * (bins - number));
    }

    /// <summary>Counts of points [count, dimensions] in a grid.</summary>
    Tensor HistogramBetween(ReadOnlySpan<Tensor> edges, Tensor? weights, bool density, DType counted)
    {
        Tensor? cell = null, inside = null, volume = null;
        var grid = new Dim[edges.Length];
        for (int i = 0; i < edges.Length; i++)
        {
            var (x, between) = (Select(1, i), edges[i]);
            grid[i] = between.Shape[0] - 1;
            var last = DimScalar(grid[i], DType.Int64) - 1;
            var place = (between.SearchSorted(x, right: true) - 1).Maximum(0).Minimum(last);
            var held = (x >= between.Narrow(0, 0, 1)) & (x <= between.Narrow(0, grid[i], 1));
            var width = between.Diff();
            (cell, inside, volume) = cell is null ? (place, held, width) : (cell * DimScalar(grid[i], DType.Int64) + place, inside! & held, volume!.Unsqueeze(-1) * width);
        }
        var counts = Counts(cell!, inside!, Shape.Create(grid), weights, counted);
        if (!density) return counts;
        counts = counts.To(DType);
        return counts / counts.Sum() / volume!;
    }

    /// <summary>Numbers of cells counted, where they are inside.</summary>
    static Tensor Counts(Tensor cell, Tensor inside, Shape grid, Tensor? weights, DType dtype)
    {
        // Counted in 64 bits, since a sum of ones in 32-bit floats ends at 2^24. What is outside counts 0, wherever it is.
        var one = weights is null ? inside.To(DType.Int64) : Where(inside, weights.Reshape([-1]), 0);
        if (one.DType.IsInteger()) one = one.To(DType.Int64);
        Dim cells = grid.ElementCount;
        var counts = Constant(0, new(one.DType, [cells])).ScatterAdd(0, Where(inside, cell, 0), one);
        return counts.To(dtype).Reshape(grid);
    }
}
