using System.Globalization;

namespace Tauten.NN;

/// <summary>
/// (x - mean) / max(sqrt(variance), 1e-7), with the mean and the (biased) variance of data that <see cref="Adapt(Tensor)"/> has seen, for each index of some axes, or of all together. As Keras'
/// layer. Nothing is learned.
/// </summary>
/// <remarks>Buffers: <c>mean</c> and <c>variance</c>, with the sizes of the axes that are kept; none before there is data, so that a state can be loaded.</remarks>
/// <example><code>
/// var normalization = new Normalization();
/// normalization.Adapt(Tensor.From(new[,] { { 0f, 1f }, { 2f, 5f } }));
/// Console.WriteLine(normalization.Call(Tensor.From(new[,] { { 2f, 3f } })));    // [[1, 0]]
/// </code></example>
public sealed class Normalization : Module<Tensor, Tensor>
{
    const double Least = 1e-7;
    readonly Dims axes;
    readonly bool invert;
    readonly DType dtype;
    Buffer? mean, variance;

    /// <summary>A layer that has seen no data.</summary>
    /// <param name="axes">The axes whose indices have statistics of their own: the last one if left out, none for statistics of all elements.</param>
    /// <param name="invert">Whether the inverse is computed: x max(sqrt(variance), 1e-7) + mean.</param>
    /// <param name="dtype">The element type of the statistics and of the result.</param>
    public Normalization(Dims? axes = null, bool invert = false, DType dtype = DType.Float32) => (this.axes, this.invert, this.dtype) = (axes ?? -1, invert, dtype);

    /// <summary>A layer for statistics that are known.</summary>
    /// <param name="mean">The mean, with the sizes of the axes.</param>
    /// <param name="variance">The variance, likewise.</param>
    /// <param name="axes">The axes whose indices have statistics of their own: the last one if left out.</param>
    /// <param name="invert">Whether the inverse is computed.</param>
    /// <exception cref="ShapeException">The shapes differ, or their rank is not the number of axes.</exception>
    public Normalization(Tensor mean, Tensor variance, Dims? axes = null, bool invert = false) : this(axes, invert, mean.DType)
    {
        if (mean.Shape != variance.Shape || mean.Rank != this.axes.Count) throw new ShapeException($"Normalization: expected a mean and a variance with the sizes of the axes {this.axes}. Received: {mean.Shape} and {variance.Shape}.");
        Keep(mean, variance);
    }

    /// <summary>The mean that was seen; null before.</summary>
    public Tensor? Mean => mean?.Value;

    /// <summary>The variance that was seen; null before.</summary>
    public Tensor? Variance => variance?.Value;

    /// <summary>Takes the statistics of this data, in the place of what was there.</summary>
    /// <param name="data">[.., ...]; axes that are not kept are averaged over.</param>
    public void Adapt(Tensor data) => Adapt([data]);

    /// <summary>Takes the statistics of batches, merged (Chan, Golub, LeVeque: "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979).</summary>
    /// <exception cref="ShapeException">There is no batch, or the sizes of kept axes differ.</exception>
    public void Adapt(IEnumerable<Tensor> batches)
    {
        ArgumentNullException.ThrowIfNull(batches);
        using var untracked = Gradients.NoGrad();
        Tensor? center = null, spread = null;
        double seen = 0;
        foreach (var batch in batches)
        {
            var x = batch.Detach().To(DType.Float64);
            var kept = Kept(x.Rank);
            var others = Dims.Create([.. Enumerable.Range(0, x.Rank).Where(axis => !kept.Contains(axis)).Select(axis => (long)axis)]);
            double count = others.Aggregate(1.0, (n, axis) => n * x.Shape[(int)axis].Value);
            if (count == 0) continue;
            Tensor own = others.Count == 0 ? x : x.Mean(others), squares = others.Count == 0 ? x * 0 : x.Var(others, 0);
            if (center is null) (center, spread, seen) = (own, squares, count);
            else
            {
                if (own.Shape != center.Shape) throw new ShapeException($"Normalization: expected batches whose kept axes have the sizes {center.Shape}. Received: {own.Shape}.");
                double total = seen + count;
                var distance = own - center;
                spread = (spread! * seen + squares * count) / total + distance.Square() * (seen * count / (total * total));
                center += distance * (count / total);
                seen = total;
            }
        }
        if (center is null) throw new ShapeException("Normalization.Adapt: expected data. Received: nothing.");
        Keep(center, spread!);
    }

    void Keep(Tensor newMean, Tensor newVariance) => (mean, variance) = Initial.Outside(() => (new Buffer(newMean.To(dtype)), new Buffer(newVariance.To(dtype))));

    int[] Kept(int rank)
    {
        var kept = axes.Select(axis => (int)(axis < 0 ? axis + rank : axis)).Order().ToArray();
        foreach (int axis in kept)
            if (axis < 0 || axis >= rank) throw new ShapeException($"Normalization: an input of {rank} axes has not the axes {axes}.");
        return kept;
    }

    internal override IReadOnlyList<string> Pending => mean is null ? ["mean", "variance"] : [];

    internal override void SizeFrom(Func<string, TensorSpec?> state)
    {
        if (state("mean") is { } spec && spec.Shape.Rank == axes.Count) Keep(Tensor.Zeros(spec.Shape, dtype), Tensor.Ones(spec.Shape, dtype));
    }

    internal override void Unsize() => (mean, variance) = (null, null);

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        visitor.Visit("mean", mean);
        visitor.Visit("variance", variance);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        if (mean is null || variance is null) throw new InvalidOperationException("Normalization: there are no statistics yet. Call Adapt with data, or load a state.");
        var kept = Kept(x.Rank);
        Tensor center = Along(mean.Borrow()), scale = Along(variance.Borrow()).Sqrt().ClampMin(Least);
        x = x.To(dtype);
        return invert ? x * scale + center : (x - center) / scale;

        Tensor Along(Tensor statistic)
        {
            var sizes = Enumerable.Repeat((Dim)1, x.Rank).ToArray();
            for (int i = 0; i < kept.Length; i++)
            {
                sizes[kept[i]] = statistic.Shape[i];
                if (x.Shape[kept[i]].IsKnown && x.Shape[kept[i]] != statistic.Shape[i]) throw new ShapeException($"Normalization: expected the sizes {statistic.Shape} along the axes {axes}. Received: shape {x.Shape}.");
            }
            return statistic.Reshape(sizes);
        }
    }

    /// <inheritdoc/>
    protected override string Details() => $"axes {axes}{(invert ? ", inverse" : "")}";
}

/// <summary>x scale + offset, such as 1 / 255 for images of bytes. Whole numbers become float32.</summary>
/// <param name="scale">The factor.</param>
/// <param name="offset">What is added.</param>
/// <example><code>
/// Console.WriteLine(new Rescaling(1 / 255.0).Call(Tensor.From([0f, 51, 255])));    // [0.0000, 0.2000, 1.0000]
/// </code></example>
public sealed class Rescaling(double scale, double offset = 0) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => (x.DType.IsFloating() ? x : x.To(DType.Float32)) * scale + offset;

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"scale {scale}, offset {offset}");
}

/// <summary>
/// The number of the bin in which each element lies: 0 below the first boundary, i from boundary i - 1 up to boundary i, which belongs to the next bin. As Keras' layer; <see cref="Adapt(Tensor)"/>
/// takes exact quantiles, where Keras approximates them.
/// </summary>
/// <remarks>Buffer: <c>boundaries</c> float64 [bins - 1]; at first infinite where they are to be found from data.</remarks>
/// <example><code>
/// var bins = new Discretization(0, 1, 2);
/// Console.WriteLine(bins.Call(Tensor.From([-1.5f, 1, 3.4f, 0.5f])));    // [0, 2, 3, 1]
/// </code></example>
public sealed class Discretization : Module<Tensor, Tensor>
{
    readonly Buffer boundaries;
    readonly EncodingMode mode;

    /// <summary>A layer with these boundaries.</summary>
    /// <param name="boundaries">Rising numbers.</param>
    /// <exception cref="ShapeException">They do not rise.</exception>
    public Discretization(params double[] boundaries) : this(boundaries, EncodingMode.Int) { }

    /// <summary>A layer with these boundaries.</summary>
    /// <param name="boundaries">Rising numbers.</param>
    /// <param name="mode">What is given for the bins.</param>
    /// <exception cref="ShapeException">They do not rise.</exception>
    public Discretization(double[] boundaries, EncodingMode mode)
    {
        ArgumentNullException.ThrowIfNull(boundaries);
        for (int i = 1; i < boundaries.Length; i++)
            if (!(boundaries[i] > boundaries[i - 1])) throw new ShapeException(string.Create(CultureInfo.InvariantCulture, $"Discretization: expected boundaries that rise. Received: {boundaries[i - 1]} before {boundaries[i]}."));
        this.mode = Encodings.Check(mode, nameof(Discretization));
        this.boundaries = Initial.Outside(() => new Buffer(Tensor.From(boundaries)));
    }

    Discretization(long bins, EncodingMode mode)
    {
        this.mode = Encodings.Check(mode, nameof(Discretization));
        boundaries = Initial.State(Shape.Of(Initial.Size(bins, nameof(Discretization), nameof(bins)) - 1), double.PositiveInfinity, DType.Float64);
    }

    /// <summary>A layer that is to find its boundaries from data, so that as many elements lie in each bin.</summary>
    /// <param name="bins">How many bins.</param>
    /// <param name="mode">What is given for the bins.</param>
    public static Discretization OfQuantiles(long bins, EncodingMode mode = EncodingMode.Int) => new(bins, mode);

    /// <summary>The boundaries, float64.</summary>
    public Tensor Boundaries => boundaries.Value;

    /// <summary>Makes the quantiles i / bins of all elements the boundaries.</summary>
    /// <exception cref="ShapeException">There are no elements.</exception>
    public void Adapt(Tensor data)
    {
        using var untracked = Gradients.NoGrad();
        long bins = boundaries.Shape[0].Value + 1;
        var levels = Tensor.Arange(1, bins, 1, DType.Float64) / bins;
        boundaries.Value = data.Detach().To(DType.Float64).Flatten().Quantile(levels);
    }

    /// <summary>Makes the quantiles of all batches together the boundaries; all of them are kept meanwhile.</summary>
    /// <exception cref="ShapeException">There are no elements.</exception>
    public void Adapt(IEnumerable<Tensor> batches)
    {
        ArgumentNullException.ThrowIfNull(batches);
        Tensor[] all = [.. batches.Select(batch => batch.Detach().To(DType.Float64).Flatten())];
        if (all.Length == 0) throw new ShapeException("Discretization.Adapt: expected data. Received: nothing.");
        Adapt(Tensor.Concat(all));
    }

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        visitor.Visit("boundaries", boundaries);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => Encodings.Of(boundaries.Borrow().SearchSorted(x.Detach().To(DType.Float64), right: true), boundaries.Shape[0].Value + 1, mode);

    /// <inheritdoc/>
    protected override string Details() => $"{boundaries.Shape[0] + 1} bins, {mode}";
}
