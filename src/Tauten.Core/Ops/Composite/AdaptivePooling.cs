namespace Tauten.Ops;

/// <summary>
/// The largest element of each of as many windows as the result has elements, and its position (int64) in the spatial plane, counted row by row: along an
/// axis of n elements, window i of m goes from floor(i n / m) up to but not including ceil((i + 1) n / m). NaN wins. Dtypes: floating-point.
/// </summary>
/// <param name="Size">The sizes of the result along the last axes.</param>
public sealed record AdaptiveMaxPool(Shape Size) : CompositeOp
{
    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        Expect.Floating(this, spec);
        var shape = Resized(spec.Shape, Size, Name());
        return new(new TensorSpec(spec.DType, shape), new TensorSpec(DType.Int64, shape));
    }

    /// <summary>A shape with other sizes along the last axes.</summary>
    internal static Shape Resized(Shape x, Shape size, string op)
    {
        int lead = x.Rank - size.Rank;
        if (lead < 1 || size.Rank < 1) throw new ShapeException($"{op}: a result of size {size} cannot be made of shape {x}. Expected [.., channels, {size.Rank} spatial axes].");
        for (int i = 0; i < size.Rank; i++)
            if ((size[i].IsKnown && size[i] < 1) || (x[lead + i].IsKnown && x[lead + i] < 1)) throw new ShapeException($"{op}: sizes must be at least 1. Received: {size} for shape {x}.");
        return Shape.Create([.. x.Take(lead), .. size]);
    }

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) => Size.IsKnown ? this : new AdaptiveMaxPool(Size.Bind(known));

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        var places = new Tensor[Size.Rank];
        for (int i = 0; i < places.Length; i++) places[i] = Places(x[0].Shape[x[0].Rank - Size.Rank + i], Size[i]);
        return MaxPool.Largest(Candidates(x[0], places), Candidates(MaxPool.PositionsIn(x[0].Shape, Size.Rank), places));
    }

    /// <summary>The places that each window has along an axis, [windows, places]; shorter windows name their last one again.</summary>
    static Tensor Places(Dim size, Dim windows)
    {
        Dim longest = size.IsKnown && windows.IsKnown && size % windows == 0 ? size / windows : size / windows + 2;
        Tensor n = Tensor.DimScalar(size, DType.Int64), m = Tensor.DimScalar(windows, DType.Int64), i = Tensor.Arange(0, windows, DType.Int64).Unsqueeze(1);
        Tensor first = i * n / m, last = ((i + 1) * n - 1) / m;
        return (first + Tensor.Arange(0, longest, DType.Int64)).Minimum(last);
    }

    /// <summary>What windows hold as one last axis, behind the axes of the windows.</summary>
    static Tensor Candidates(Tensor x, Tensor[] places)
    {
        int spatial = places.Length, lead = x.Rank - spatial;
        for (int i = spatial - 1; i >= 0; i--) x = x.IndexSelect(lead + i, places[i]);
        int[] order = [.. Enumerable.Range(0, lead), .. Enumerable.Range(0, spatial).Select(i => lead + 2 * i), .. Enumerable.Range(0, spatial).Select(i => lead + 2 * i + 1)];
        return x.Permute(order).Flatten(lead + spatial, -1);
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [MaxPool.Returned(b, Size.Rank)];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this);
}

/// <summary>
/// The largest element of each of as many windows as the result has elements, and its position (int64) in the spatial plane. The windows have one size, and
/// begin at steps that a random number u of 0 to 1 chooses for each channel and axis: along an axis of n elements and m windows of size k, window i
/// begins at floor((i + u) a) - floor(u a) with a = (n - k) / (m - 1), and the last one at n - k (Graham: "Fractional Max-Pooling", 2014). Dtypes: floating-point.
/// </summary>
/// <remarks>Inputs: x [batch, channels, spatial...] and the numbers u [batch, channels, number of spatial axes], those of the last axis first in two dimensions.</remarks>
/// <param name="Window">The size of the windows along each spatial axis.</param>
/// <param name="Size">The sizes of the result along the spatial axes.</param>
public sealed record FractionalMaxPool(Dims Window, Shape Size) : CompositeOp
{
    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Count(x, 2, this);
        Expect.Floating(this, x[0]);
        Expect.SameDType(this, x[0], x[1]);
        int spatial = Size.Rank;
        if (x[0].Shape.Rank != spatial + 2 || Window.Count != spatial) throw new ShapeException($"FractionalMaxPool: expected an input [batch, channels, {spatial} spatial axes] for windows {Window} and a result of size {Size}. Received: {x[0].Shape}.");
        var samples = Shape.Create([x[0].Shape[0], x[0].Shape[1], spatial]);
        if (x[1].Shape.IsKnown && samples.IsKnown && x[1].Shape != samples) throw new ShapeException($"FractionalMaxPool: expected random numbers {samples} for an input of shape {x[0].Shape}. Received: {x[1].Shape}.");
        for (int i = 0; i < spatial; i++)
        {
            Dim size = x[0].Shape[i + 2];
            if (Window[i] < 1 || (Size[i].IsKnown && Size[i] < 1) || (size.IsKnown && Size[i].IsKnown && Size[i] + Window[i] - 1 > size))
                throw new ShapeException($"FractionalMaxPool: {Size[i]} windows of {Window[i]} do not fit into axis {i + 2} of shape {x[0].Shape}. Expected size + window - 1 to be at most the size of the axis.");
        }
        var shape = AdaptiveMaxPool.Resized(x[0].Shape, Size, Name());
        return new(new TensorSpec(x[0].DType, shape), new TensorSpec(DType.Int64, shape));
    }

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) => Size.IsKnown ? this : new FractionalMaxPool(Window, Size.Bind(known));

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        int spatial = Size.Rank;
        var shape = x[0].Shape;
        Tensor? positions = null;
        for (int i = 0; i < spatial; i++)
        {
            // In two dimensions the first number belongs to the last axis, in three to the first.
            var u = x[1].Narrow(2, spatial == 2 ? 1 - i : i, 1);
            // [batch, channels, windows, places], spread over the axes of windows and of places.
            var at = Starts(shape[i + 2], Window[i], Size[i], u).Unsqueeze(3) + Tensor.Arange(0, Window[i], DType.Int64);
            var spread = Enumerable.Repeat((Dim)1, 2 * spatial).ToArray();
            (spread[i], spread[spatial + i]) = (Size[i], Window[i]);
            at = at.Reshape([shape[0], shape[1], .. spread]);
            positions = positions is null ? at : positions * Tensor.DimScalar(shape[i + 2], DType.Int64) + at;
        }
        Shape windows = [shape[0], shape[1], .. Size, Window.Aggregate(1L, (a, b) => a * b)];
        var flat = MaxPool.Flat(shape, 2);
        var candidates = x[0].Reshape(flat).Gather(2, positions!.Flatten(2, -1)).Reshape(windows);
        return MaxPool.Largest(candidates, positions!.Reshape(windows));
    }

    // In 64 bits, whatever the dtype, so that all of them choose the same windows.
    static Tensor Starts(Dim size, long window, Dim windows, Tensor sample)
    {
        var u = sample.To(DType.Float64);
        var i = Tensor.Arange(0, windows, DType.Float64);
        Tensor room = Tensor.DimScalar(size - window, DType.Float64), step = room / Tensor.DimScalar(Dim.Max(windows - 1, 1), DType.Float64);
        var starts = ((i + u) * step).Floor() - (u * step).Floor();
        return Tensor.Where(i.EqualTo(Tensor.DimScalar(windows - 1, DType.Float64)), room, starts).To(DType.Int64);
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [MaxPool.Returned(b, Size.Rank), null];
}
