namespace Tauten.Ops;

/// <summary>
/// The largest element of each window sliding over the last axes, and its position (int64) in the unpadded spatial plane, counted row by row.
/// Padding never wins; NaN does. Dtypes: floating-point.
/// </summary>
/// <param name="Window">The size of the window along each spatial axis.</param>
/// <param name="Strides">Its step.</param>
/// <param name="Padding">Elements of -infinity before each spatial axis, then behind each.</param>
/// <param name="Dilations">The step between elements of the window.</param>
/// <param name="CeilMode">Whether a last window that leaves the padded input counts too, if it begins inside of the input or of the padding in front.</param>
public sealed record MaxPool(Dims Window, Dims Strides, Dims Padding, Dims Dilations, bool CeilMode = false) : CompositeOp
{
    // The format counts positions in the whole tensor, the op in each plane.
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset)
    {
        if (x[0].Shape.Rank != Window.Count + 2) return null;
        var both = OnnxForm.Of(
            "MaxPool", [OnnxForm.X()], ("kernel_shape", Window.ToArray()), ("strides", Strides.ToArray()), ("pads", Padding.ToArray()), ("dilations", Dilations.ToArray()), ("ceil_mode", CeilMode ? 1L : 0)).Several(2);
        return [both[0], OnnxForm.Of("Mod", [both[1], OnnxForm.Scalar(Shape.Create([.. x[0].Shape.Skip(2)]).ElementCount)])];
    }

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        Expect.Floating(this, spec);
        var shape = Pooled(spec.Shape, Window, Strides, Padding, Dilations, CeilMode, Name());
        return new(new TensorSpec(spec.DType, shape), new TensorSpec(DType.Int64, shape));
    }

    internal static Shape Pooled(Shape x, Dims window, Dims strides, Dims padding, Dims dilations, bool ceil, string op)
    {
        int spatial = window.Count;
        if (x.Rank < spatial + 1 || padding.Count != 2 * spatial || strides.Count != spatial || dilations.Count != spatial)
            throw new ShapeException($"{op}: a window {window} with strides {strides}, padding {padding} and dilations {dilations} does not fit shape {x}. Expected [.., channels, {spatial} spatial axes].");
        var dims = new List<Dim>(x);
        for (int i = 0; i < spatial; i++)
        {
            if (window[i] < 1 || strides[i] < 1 || dilations[i] < 1) throw new ShapeException($"{op}: window {window}, strides {strides} and dilations {dilations} must be at least 1.");
            if (padding[i] < 0 || padding[spatial + i] < 0 || padding[i] > window[i] / 2 || padding[spatial + i] > window[i] / 2)
                throw new ShapeException($"{op}: padding {padding} must be between 0 and half of the window {window}.");
            int axis = x.Rank - spatial + i;
            Dim size = Positions(x[axis], window[i], strides[i], padding[i], padding[spatial + i], dilations[i], ceil);
            if (size.IsKnown && (size < 1 || x[axis] == 0))
                throw new ShapeException($"{op}: a window of {window[i]} with dilation {dilations[i]} spans {Span(window[i], dilations[i])} and does not fit into {x[axis]} elements with padding {padding[i]} and {padding[spatial + i]} (axis {axis} of shape {x}).");
            // Windows in front of the input step over it when it is smaller than their dilation.
            if (padding[i] > 0 && x[axis].IsKnown && dilations[i] > x[axis])
                throw new ShapeException($"{op}: a padded window with dilation {dilations[i]} may miss all {x[axis]} elements of axis {axis} of shape {x}.");
            dims[axis] = size;
        }
        return Shape.Create(dims.ToArray());
    }

    /// <summary>Elements from the first of a window to its last.</summary>
    static long Span(long window, long dilation) => (window - 1) * dilation + 1;

    static Dim Positions(Dim size, long window, long stride, long low, long high, long dilation, bool ceil)
    {
        Dim room = size + low + high - Span(window, dilation);
        return ceil ? Dim.Min((room + stride - 1) / stride, (size + low - 1) / stride) + 1 : room / stride + 1;
    }

    internal static Dims SpatialAxes(int rank, int spatial) => Dims.Create([.. Enumerable.Range(rank - spatial, spatial).Select(i => (long)i)]);

    /// <summary>The input with as much padding as the windows need, and the windows of it.</summary>
    internal static Tensor WindowsOf(Tensor x, Dims window, Dims strides, Dims padding, Dims dilations, bool ceil, double outside)
    {
        int spatial = window.Count;
        long[] low = new long[x.Rank], high = new long[x.Rank];
        padding.Span[..spatial].CopyTo(low.AsSpan(x.Rank - spatial));
        padding.Span[spatial..].CopyTo(high.AsSpan(x.Rank - spatial));
        var padded = Dispatch.Run(new Pad(Dims.Create(low), Dims.Create(high), outside), x);
        if (ceil) padded = Reaching(padded, Covered(x.Shape, window, strides, padding, dilations, true), strides, outside);
        return Dispatch.Run(new Windows(SpatialAxes(x.Rank, spatial), window, strides, dilations), padded);
    }

    /// <summary>A padded input that ends where the last window does.</summary>
    internal static Tensor Reaching(Tensor padded, Shape covered, Dims strides, double outside)
    {
        var high = new long[padded.Rank];
        for (int i = 0; i < strides.Count; i++) high[padded.Rank - strides.Count + i] = strides[i] - 1;
        var longer = Dispatch.Run(new Pad(Dims.Repeat(0, padded.Rank), Dims.Create(high), outside), padded);
        return Dispatch.Run(new Slice(Shape.Of(new long[padded.Rank]), covered, Dims.Repeat(1, padded.Rank)), longer);
    }

    /// <summary>The shape of the padded input as far as windows reach; where none is added at the end, all of it.</summary>
    internal static Shape Covered(Shape x, Dims window, Dims strides, Dims padding, Dims dilations, bool ceil)
    {
        int spatial = window.Count;
        Dim[] covered = [.. x];
        for (int i = 0; i < spatial; i++)
        {
            ref var size = ref covered[x.Rank - spatial + i];
            size = ceil
                ? (Positions(size, window[i], strides[i], padding[i], padding[spatial + i], dilations[i], true) - 1) * strides[i] + Span(window[i], dilations[i])
                : size + padding[i] + padding[spatial + i];
        }
        return Shape.Create(covered);
    }

    /// <summary>The number of each element in the plane of the last axes, row by row, as a tensor of those axes.</summary>
    internal static Tensor PositionsIn(Shape shape, int spatial)
    {
        Tensor? position = null;
        for (int axis = shape.Rank - spatial; axis < shape.Rank; axis++)
        {
            var along = Tensor.Arange(0, shape[axis], DType.Int64).Reshape([shape[axis], .. Enumerable.Repeat((Dim)1, shape.Rank - axis - 1)]);
            position = position is null ? along : position * Tensor.DimScalar(shape[axis], DType.Int64) + along;
        }
        return position!;
    }

    /// <summary>The largest of the candidates along the last axis and its position; the first of equal ones. Where the position is negative, there is no candidate.</summary>
    internal static Tensor[] Largest(Tensor candidates, Tensor positions)
    {
        var inside = positions >= 0;
        var rankable = Tensor.Where(inside, candidates, double.NegativeInfinity);
        // Among equal elements the first inside counts; an inside -infinity beats the padding.
        var best = rankable.EqualTo(rankable.Max(-1, keepDims: true)) | rankable.IsNaN();
        var choice = (best & inside).To(DType.Int32).ArgMax(-1, keepDims: true);
        return [candidates.Gather(-1, choice).Squeeze(-1), positions.BroadcastTo(candidates.Shape).Gather(-1, choice).Squeeze(-1)];
    }

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        int spatial = Window.Count;
        Shape windows = [.. Pooled(x[0].Shape, Window, Strides, Padding, Dilations, CeilMode, Name()), Window.Aggregate(1L, (a, b) => a * b)];
        var candidates = WindowsOf(x[0], Window, Strides, Padding, Dilations, CeilMode, double.NegativeInfinity).Reshape(windows);
        var positions = WindowsOf(PositionsIn(x[0].Shape, spatial), Window, Strides, Padding, Dilations, CeilMode, -1);
        return Largest(candidates, positions.Reshape([.. windows.Skip(x[0].Rank - spatial)]));
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [Returned(b, Window.Count)];

    /// <summary>The gradient of an op that chooses elements and gives their positions as its second output: each returns to where its element was.</summary>
    internal static Tensor Returned(Backward b, int spatial) => Dispatch.Run(new MaxPoolGradient(spatial, b.InputSpec(0).Shape), b.Grad, b.OutputAt(1));

    /// <summary>The axes from one on as a single one.</summary>
    internal static Shape Flat(Shape shape, int lead)
    {
        Dim plane = 1;
        foreach (var dim in shape.Skip(lead)) plane *= dim;
        return [.. shape.Take(lead), plane];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this);
}

/// <summary>
/// The gradient of <see cref="MaxPool"/>, and of other pools that choose elements, for an input of a shape: each window's gradient, added where its element
/// was. Inputs: the gradient of the elements, and their positions among those of the last <paramref name="Spatial"/> axes. Dtypes: floating-point; positions int32, int64.
/// </summary>
public sealed record MaxPoolGradient(int Spatial, Shape Input) : CompositeOp
{
    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        int lead = Input.Rank - Spatial;
        var zeros = Tensor.Constant(0, new(x[0].DType, MaxPool.Flat(Input, lead)));
        return zeros.ScatterAdd(lead, x[1].Reshape(MaxPool.Flat(x[1].Shape, lead)), x[0].Reshape(MaxPool.Flat(x[0].Shape, lead))).Reshape(Input);
    }

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) => Input.IsKnown ? this : new MaxPoolGradient(Spatial, Input.Bind(known));
}

/// <summary>The mean of each window sliding over the last axes, in which padding counts as zeros, or not at all; or its sum divided by a number. Dtypes: floating-point.</summary>
/// <param name="Window">The size of the window along each spatial axis.</param>
/// <param name="Strides">Its step.</param>
/// <param name="Padding">Elements before each spatial axis, then behind each.</param>
/// <param name="CountPadding">Whether to divide by the number of elements with padding (true) or without.</param>
/// <param name="CeilMode">Whether a last window that leaves the padded input counts too, if it begins inside of the input or of the padding in front. What it has outside never counts.</param>
/// <param name="Divisor">What sums are divided by instead; 0 where nothing is given.</param>
public sealed record AvgPool(Dims Window, Dims Strides, Dims Padding, bool CountPadding, bool CeilMode = false, long Divisor = 0) : CompositeOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => x[0].Shape.Rank != Window.Count + 2 || Divisor != 0 ? null
        : OnnxForm.Unary("AveragePool", ("kernel_shape", Window.ToArray()), ("strides", Strides.ToArray()), ("pads", Padding.ToArray()), ("count_include_pad", CountPadding ? 1L : 0), ("ceil_mode", CeilMode ? 1L : 0));

    internal Dims Dilations() => Dims.Repeat(1, Window.Count);

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        Expect.Floating(this, spec);
        return new TensorSpec(spec.DType, MaxPool.Pooled(spec.Shape, Window, Strides, Padding, Dilations(), CeilMode, Name()));
    }

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x) => Divided(SumOf(MaxPool.WindowsOf(x[0], Window, Strides, Padding, Dilations(), CeilMode, 0)), x[0].Spec);

    Tensor SumOf(Tensor windows) => windows.Sum(MaxPool.SpatialAxes(windows.Rank, Window.Count));

    /// <summary>Sums over windows, or gradients of means, divided by how many elements count in each.</summary>
    internal Tensor Divided(Tensor sum, TensorSpec x)
    {
        bool padded = Padding.Span.IndexOfAnyExcept(0) >= 0;
        if (Divisor != 0 || (!CeilMode && (CountPadding || !padded))) return sum * (1.0 / (Divisor != 0 ? Divisor : Window.Aggregate(1L, (a, b) => a * b)));
        int spatial = Window.Count;
        var plane = new TensorSpec(x.DType, Shape.Create([.. x.Shape.Skip(x.Shape.Rank - spatial)]));
        var ones = Tensor.Constant(1, plane);
        if (!CountPadding) return sum / SumOf(MaxPool.WindowsOf(ones, Window, Strides, Padding, Dilations(), CeilMode, 0));
        // The padding's own ones, and zeros behind them.
        ones = Dispatch.Run(new Pad(Dims.Create(Padding.Span[..spatial]), Dims.Create(Padding.Span[spatial..]), 1), ones);
        ones = MaxPool.Reaching(ones, MaxPool.Covered(plane.Shape, Window, Strides, Padding, Dilations(), true), Strides, 0);
        return sum / SumOf(Dispatch.Run(new Windows(MaxPool.SpatialAxes(spatial, spatial), Window, Strides, Dilations()), ones));
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [Dispatch.Run(new AvgPoolGradient(this, b.InputSpec(0).Shape), b.Grad)];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this);
}

/// <summary>The gradient of <see cref="AvgPool"/> for an input of a shape, from that of the means: each window's share, added to its elements. Dtypes: floating-point.</summary>
public sealed record AvgPoolGradient(AvgPool Forward, Shape Input) : CompositeOp
{
    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        // The transpose of the sum over windows: spread over each window, add where they overlap, cut the padding off.
        var spec = new TensorSpec(x[0].DType, Input);
        int spatial = Forward.Window.Count, rank = spec.Shape.Rank;
        var share = Forward.Divided(x[0], spec);
        var starts = new long[rank];
        Forward.Padding.Span[..spatial].CopyTo(starts.AsSpan(rank - spatial));
        var spread = share.Reshape([.. share.Shape, .. Enumerable.Repeat((Dim)1, spatial)]).BroadcastTo([.. share.Shape, .. Forward.Window.Select(w => (Dim)w)]);
        var covered = MaxPool.Covered(spec.Shape, Forward.Window, Forward.Strides, Forward.Padding, Forward.Dilations(), Forward.CeilMode);
        var sum = Dispatch.Run(new OverlapAdd(covered, MaxPool.SpatialAxes(rank, spatial), Forward.Strides, Forward.Dilations()), spread);
        if (Forward.CeilMode)
        {
            // Windows may leave the end of the input, or not reach it.
            var whole = MaxPool.Covered(spec.Shape, Forward.Window, Forward.Strides, Forward.Padding, Forward.Dilations(), false);
            Dim[] reach = [.. whole];
            for (int i = 0; i < spatial; i++) reach[rank - spatial + i] += Forward.Strides[i] - 1;
            sum = Dispatch.Run(new SliceUpdate(Shape.Of(new long[rank]), Dims.Repeat(1, rank)), Tensor.Constant(0, new(spec.DType, Shape.Create(reach))), sum);
        }
        return Dispatch.Run(new Slice(Shape.Of(starts), spec.Shape, Dims.Repeat(1, rank)), sum);
    }

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) => Input.IsKnown ? this : new AvgPoolGradient(Forward, Input.Bind(known));
}
