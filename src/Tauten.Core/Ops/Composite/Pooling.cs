namespace Tauten.Ops;

/// <summary>
/// The largest element of each window sliding over the last axes, and its position (int64) in the unpadded spatial plane, counted row by row.
/// Padding never wins; NaN does.
/// </summary>
/// <param name="Window">The size of the window along each spatial axis.</param>
/// <param name="Strides">Its step.</param>
/// <param name="Padding">Elements of -infinity before each spatial axis, then behind each.</param>
/// <param name="Dilations">The step between elements of the window.</param>
public sealed record MaxPool(Dims Window, Dims Strides, Dims Padding, Dims Dilations) : CompositeOp
{
    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        Expect.Floating(this, spec);
        var shape = Pooled(spec.Shape, Window, Strides, Padding, Dilations, Name());
        return new(new TensorSpec(spec.DType, shape), new TensorSpec(DType.Int64, shape));
    }

    internal static Shape Pooled(Shape x, Dims window, Dims strides, Dims padding, Dims dilations, string op)
    {
        int spatial = window.Count;
        if (x.Rank < spatial + 1 || padding.Count != 2 * spatial) throw new ShapeException($"{op}: a window {window} with padding {padding} does not fit shape {x}. Expected [.., channels, {spatial} spatial axes].");
        var padded = new List<Dim>(x);
        for (int i = 0; i < spatial; i++)
        {
            if (padding[i] < 0 || padding[spatial + i] < 0 || padding[i] > window[i] / 2 || padding[spatial + i] > window[i] / 2)
                throw new ShapeException($"{op}: padding {padding} must be between 0 and half of the window {window}.");
            padded[x.Rank - spatial + i] += padding[i] + padding[spatial + i];
        }
        return Shape.Create([.. Windows.Positions(Shape.Create(padded.ToArray()), SpatialAxes(x.Rank, spatial), window, strides, dilations, op).Take(x.Rank)]);
    }

    internal static Dims SpatialAxes(int rank, int spatial) => Dims.Create([.. Enumerable.Range(rank - spatial, spatial).Select(i => (long)i)]);

    internal static Tensor WindowsOf(Tensor x, Dims window, Dims strides, Dims padding, Dims dilations, double outside)
    {
        int spatial = window.Count;
        long[] low = new long[x.Rank], high = new long[x.Rank];
        padding.Span[..spatial].CopyTo(low.AsSpan(x.Rank - spatial));
        padding.Span[spatial..].CopyTo(high.AsSpan(x.Rank - spatial));
        var padded = Dispatch.Run(new Pad(Dims.Create(low), Dims.Create(high), outside), x);
        return Dispatch.Run(new Windows(SpatialAxes(x.Rank, spatial), window, strides, dilations), padded);
    }

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        int spatial = Window.Count, rank = x[0].Rank;
        var flat = WindowsOf(x[0], Window, Strides, Padding, Dilations, double.NegativeInfinity).Reshape([.. Pooled(x[0].Shape, Window, Strides, Padding, Dilations, Name()), Window.Aggregate(1L, (a, b) => a * b)]);
        // Each window's elements are numbered by their position in the unpadded plane; outside is marked, so that it never wins.
        var position = Tensor.Constant(0, new(DType.Int64, x[0].Shape));
        for (int i = 0; i < spatial; i++)
        {
            int axis = rank - spatial + i;
            var along = Tensor.Arange(0, x[0].Shape[axis], dtype: DType.Int64).Reshape([x[0].Shape[axis], .. Enumerable.Repeat((Dim)1, rank - axis - 1)]);
            position = position * Tensor.DimScalar(x[0].Shape[axis], DType.Int64) + along;
        }
        var positions = WindowsOf(position, Window, Strides, Padding, Dilations, -1).Reshape([.. flat.Shape]);
        var inside = positions >= 0;
        // Among equal elements the first inside counts; an inside -infinity beats the padding.
        var rankable = Tensor.Where(inside, flat, double.NegativeInfinity);
        var best = rankable.EqualTo(rankable.Max(-1, keepDims: true)) | rankable.IsNaN();
        var choice = (best & inside).To(DType.Int32).ArgMax(-1, keepDims: true);
        return [flat.Gather(-1, choice).Squeeze(-1), positions.Gather(-1, choice).Squeeze(-1)];
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var shape = b.InputSpec(0).Shape;
        int lead = shape.Rank - Window.Count;
        var zeros = Tensor.Constant(0, b.InputSpec(0)).Reshape(Flat(shape, lead));
        return [zeros.ScatterAdd(lead, b.OutputAt(1).Reshape(Flat(b.OutputSpec(1).Shape, lead)), b.Grad.Reshape(Flat(b.OutputSpec().Shape, lead))).Reshape(shape)];
    }

    static Shape Flat(Shape shape, int lead)
    {
        Dim plane = 1;
        foreach (var dim in shape.Skip(lead)) plane *= dim;
        return [.. shape.Take(lead), plane];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this);
}

/// <summary>The mean of each window sliding over the last axes, in which padding counts as zeros, or not at all.</summary>
/// <param name="Window">The size of the window along each spatial axis.</param>
/// <param name="Strides">Its step.</param>
/// <param name="Padding">Elements before each spatial axis, then behind each.</param>
/// <param name="CountPadding">Whether to divide by the window's size (true) or by the number of elements that are not padding.</param>
public sealed record AvgPool(Dims Window, Dims Strides, Dims Padding, bool CountPadding) : CompositeOp
{
    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        Expect.Floating(this, spec);
        return new TensorSpec(spec.DType, MaxPool.Pooled(spec.Shape, Window, Strides, Padding, Dims.Repeat(1, Window.Count), Name()));
    }

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        long size = 1;
        foreach (long width in Window.Span) size *= width;
        var sum = SumOf(x[0]);
        if (CountPadding || Padding.Span.IndexOfAnyExcept(0) < 0) return sum * (1.0 / size);
        return sum / SumOf(Tensor.Constant(1, x[0].Spec));
    }

    Tensor SumOf(Tensor x)
    {
        var windows = MaxPool.WindowsOf(x, Window, Strides, Padding, Dims.Repeat(1, Window.Count), 0);
        return windows.Sum(MaxPool.SpatialAxes(windows.Rank, Window.Count));
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        // The transpose of the sum over windows: spread over each window, add where they overlap, cut the padding off.
        var spec = b.InputSpec(0);
        int spatial = Window.Count, rank = spec.Shape.Rank;
        long size = 1;
        foreach (long width in Window.Span) size *= width;
        var share = CountPadding || Padding.Span.IndexOfAnyExcept(0) < 0 ? b.Grad * (1.0 / size) : b.Grad / SumOf(Tensor.Constant(1, spec));
        Dim[] padded = [.. spec.Shape];
        var starts = new long[rank];
        for (int i = 0; i < spatial; i++)
        {
            padded[rank - spatial + i] += Padding[i] + Padding[spatial + i];
            starts[rank - spatial + i] = Padding[i];
        }
        var spread = share.Reshape([.. share.Shape, .. Enumerable.Repeat((Dim)1, spatial)]).BroadcastTo([.. share.Shape, .. Window.Select(w => (Dim)w)]);
        var sum = Dispatch.Run(new OverlapAdd(Shape.Create(padded), MaxPool.SpatialAxes(rank, spatial), Strides, Dims.Repeat(1, spatial)), spread);
        return [Dispatch.Run(new Slice(Shape.Of(starts), spec.Shape, Dims.Repeat(1, rank)), sum)];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this);
}
