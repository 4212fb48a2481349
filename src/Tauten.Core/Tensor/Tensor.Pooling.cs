using System.Runtime.CompilerServices;
using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>The largest element of each window over the last axis; see <see cref="Ops.MaxPool"/>.</summary>
    /// <inheritdoc cref="MaxPool2dWithIndices"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 5, 2, 3]).Reshape(1, 1, 4).MaxPool1d(2));    // [[[5, 3]]]
    /// </code></example>
    public Tensor MaxPool1d(Dims window, Dims? stride = null, Dims? padding = null, Dims? dilation = null, bool ceilMode = false) =>
        MaxPooled(1, window, stride, padding, dilation, ceilMode).Values;

    /// <summary>The largest element of each window over the last axis, and its position there; see <see cref="Ops.MaxPool"/>.</summary>
    /// <inheritdoc cref="MaxPool2dWithIndices"/>
    /// <example><code>
    /// var (values, indices) = Tensor.From([1f, 5, 2, 3]).Reshape(1, 1, 4).MaxPool1dWithIndices(2);
    /// Console.WriteLine(indices);    // [[[1, 3]]]
    /// </code></example>
    public (Tensor Values, Tensor Indices) MaxPool1dWithIndices(Dims window, Dims? stride = null, Dims? padding = null, Dims? dilation = null, bool ceilMode = false) =>
        MaxPooled(1, window, stride, padding, dilation, ceilMode);

    /// <summary>The largest element of each window over the last two axes; see <see cref="Ops.MaxPool"/>.</summary>
    /// <inheritdoc cref="MaxPool2dWithIndices"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.Arange(0, 16).Reshape(1, 1, 4, 4).MaxPool2d(2).Squeeze());
    /// // [[ 5,  7],
    /// //  [13, 15]]
    /// </code></example>
    public Tensor MaxPool2d(Dims window, Dims? stride = null, Dims? padding = null, Dims? dilation = null, bool ceilMode = false) =>
        MaxPooled(2, window, stride, padding, dilation, ceilMode).Values;

    /// <summary>The largest element of each window over the last two axes, and its position in the plane; see <see cref="Ops.MaxPool"/>.</summary>
    /// <param name="window">The size of the window; one number, or one for each axis.</param>
    /// <param name="stride">The step of the window; its size if left out.</param>
    /// <param name="padding">Places on each side that never win; at most half of the window; 0 if left out.</param>
    /// <param name="dilation">The step inside of the window; 1 if left out.</param>
    /// <param name="ceilMode">Whether a last window that leaves the input counts too.</param>
    /// <example><code>
    /// var (values, indices) = Tensor.Arange(0, 16).Reshape(1, 1, 4, 4).MaxPool2dWithIndices(2);
    /// // Positions in the flattened image.
    /// Console.WriteLine(indices.Squeeze());
    /// // [[ 5,  7],
    /// //  [13, 15]]
    /// </code></example>
    /// <exception cref="ShapeException">A size is out of range, or the window does not fit.</exception>
    public (Tensor Values, Tensor Indices) MaxPool2dWithIndices(Dims window, Dims? stride = null, Dims? padding = null, Dims? dilation = null, bool ceilMode = false) =>
        MaxPooled(2, window, stride, padding, dilation, ceilMode);

    /// <summary>The largest element of each window over the last three axes; see <see cref="Ops.MaxPool"/>.</summary>
    /// <inheritdoc cref="MaxPool2dWithIndices"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([1, 2, 4, 8, 8]).MaxPool3d([1, 2, 2]).Shape);    // [1, 2, 4, 4, 4]
    /// </code></example>
    public Tensor MaxPool3d(Dims window, Dims? stride = null, Dims? padding = null, Dims? dilation = null, bool ceilMode = false) =>
        MaxPooled(3, window, stride, padding, dilation, ceilMode).Values;

    /// <summary>The largest element of each window over the last three axes, and its position there; see <see cref="Ops.MaxPool"/>.</summary>
    /// <inheritdoc cref="MaxPool2dWithIndices"/>
    /// <example><code>
    /// var (values, indices) = Tensor.Arange(0, 8).Reshape(1, 1, 2, 2, 2).MaxPool3dWithIndices(2);
    /// Console.WriteLine(indices.Flatten());    // [7]
    /// </code></example>
    public (Tensor Values, Tensor Indices) MaxPool3dWithIndices(Dims window, Dims? stride = null, Dims? padding = null, Dims? dilation = null, bool ceilMode = false) =>
        MaxPooled(3, window, stride, padding, dilation, ceilMode);

    /// <summary>The mean of each window over the last axis; see <see cref="Ops.AvgPool"/>.</summary>
    /// <inheritdoc cref="AvgPool2d"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 5, 2, 4]).Reshape(1, 1, 4).AvgPool1d(2));    // [[[3, 3]]]
    /// </code></example>
    public Tensor AvgPool1d(Dims window, Dims? stride = null, Dims? padding = null, bool countPadding = true, bool ceilMode = false, long? divisorOverride = null) =>
        AvgPooled(1, window, stride, padding, countPadding, ceilMode, divisorOverride);

    /// <summary>The mean of each window over the last two axes; see <see cref="Ops.AvgPool"/>.</summary>
    /// <param name="window">The size of the window; one number, or one for each axis.</param>
    /// <param name="stride">The step of the window; its size if left out.</param>
    /// <param name="padding">Zeros on each side; at most half of the window; 0 if left out.</param>
    /// <param name="countPadding">Whether those zeros count in the mean.</param>
    /// <param name="ceilMode">Whether a last window that leaves the input counts too.</param>
    /// <param name="divisorOverride">What the sums are divided by instead of the number of elements.</param>
    /// <example><code>
    /// Console.WriteLine(Tensor.Arange(0, 16).Reshape(1, 1, 4, 4).AvgPool2d(2).Squeeze());
    /// // [[ 2.5000,  4.5000],
    /// //  [10.5000, 12.5000]]
    /// </code></example>
    /// <exception cref="ShapeException">A size is out of range, or the window does not fit.</exception>
    public Tensor AvgPool2d(Dims window, Dims? stride = null, Dims? padding = null, bool countPadding = true, bool ceilMode = false, long? divisorOverride = null) =>
        AvgPooled(2, window, stride, padding, countPadding, ceilMode, divisorOverride);

    /// <summary>The mean of each window over the last three axes; see <see cref="Ops.AvgPool"/>.</summary>
    /// <inheritdoc cref="AvgPool2d"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.Arange(0, 8).Reshape(1, 1, 2, 2, 2).AvgPool3d(2).Flatten());    // [3.5000]
    /// </code></example>
    public Tensor AvgPool3d(Dims window, Dims? stride = null, Dims? padding = null, bool countPadding = true, bool ceilMode = false, long? divisorOverride = null) =>
        AvgPooled(3, window, stride, padding, countPadding, ceilMode, divisorOverride);

    /// <summary>(sum of x^order over each window)^(1/order) over the last axis, without magnitudes: an odd order keeps signs. Where the sum is 0, the gradient is 0.</summary>
    /// <inheritdoc cref="LpPool2d"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([3f, 4, 5, 12]).Reshape(1, 1, 4).LpPool1d(2, 2));    // [[[ 5, 13]]]
    /// </code></example>
    public Tensor LpPool1d(double order, Dims window, Dims? stride = null, bool ceilMode = false) => LpPooled(1, order, window, stride, ceilMode);

    /// <summary>(sum of x^order over each window)^(1/order) over the last two axes, without magnitudes: an odd order keeps signs. Where the sum is 0, the gradient is 0.</summary>
    /// <param name="order">The exponent; 1 gives sums.</param>
    /// <param name="window">The size of the window; one number, or one for each axis.</param>
    /// <param name="stride">The step of the window; its size if left out.</param>
    /// <param name="ceilMode">Whether a last window that leaves the input counts too; its sum is scaled up to a whole window.</param>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 1, 1, 1]).Reshape(1, 1, 2, 2).LpPool2d(2, 2).Flatten());    // [2]
    /// </code></example>
    /// <exception cref="ShapeException">A size is out of range, or the window does not fit.</exception>
    public Tensor LpPool2d(double order, Dims window, Dims? stride = null, bool ceilMode = false) => LpPooled(2, order, window, stride, ceilMode);

    /// <summary>(sum of x^order over each window)^(1/order) over the last three axes, without magnitudes: an odd order keeps signs. Where the sum is 0, the gradient is 0.</summary>
    /// <inheritdoc cref="LpPool2d"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([1, 1, 2, 4, 4]).LpPool3d(1, 2).Flatten());    // [8, 8, 8, 8]
    /// </code></example>
    public Tensor LpPool3d(double order, Dims window, Dims? stride = null, bool ceilMode = false) => LpPooled(3, order, window, stride, ceilMode);

    /// <summary>The means of as many windows over the last axis as the result has elements: window i of m among n elements goes from floor(i n / m) up to but not including ceil((i + 1) n / m).</summary>
    /// <param name="size">The size of the result; one number. -1 keeps the size of an axis.</param>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 3, 5, 7, 9, 11]).Reshape(1, 1, 6).AdaptiveAvgPool1d(3));    // [[[ 2,  6, 10]]]
    /// </code></example>
    /// <exception cref="ShapeException">The rank does not fit, or a size is out of range.</exception>
    public Tensor AdaptiveAvgPool1d(Dims size) => AdaptiveAverage(1, size);

    /// <summary>The largest elements of as many windows over the last axis as the result has elements; see <see cref="Ops.AdaptiveMaxPool"/>.</summary>
    /// <inheritdoc cref="AdaptiveAvgPool1d"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 3, 5, 7, 9]).Reshape(1, 1, 5).AdaptiveMaxPool1d(2));    // [[[5, 9]]]
    /// </code></example>
    public Tensor AdaptiveMaxPool1d(Dims size) => AdaptiveMaximum(1, size).Values;

    /// <summary>The largest elements of as many windows over the last axis as the result has elements, and their positions; see <see cref="Ops.AdaptiveMaxPool"/>.</summary>
    /// <inheritdoc cref="AdaptiveAvgPool1d"/>
    /// <example><code>
    /// var (values, indices) = Tensor.From([1f, 3, 5, 7, 9]).Reshape(1, 1, 5).AdaptiveMaxPool1dWithIndices(2);
    /// Console.WriteLine(indices);    // [[[2, 4]]]
    /// </code></example>
    public (Tensor Values, Tensor Indices) AdaptiveMaxPool1dWithIndices(Dims size) => AdaptiveMaximum(1, size);

    /// <summary>The means of as many windows over the last two axes as the result has elements: window i of m among n elements goes from floor(i n / m) up to but not including ceil((i + 1) n / m).</summary>
    /// <param name="size">The size of the result; one number, or one for each axis. -1 keeps the size of an axis.</param>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([8, 512, 7, 7]).AdaptiveAvgPool2d(1).Shape);    // [8, 512, 1, 1]
    /// </code></example>
    /// <exception cref="ShapeException">The rank does not fit, or a size is out of range.</exception>
    public Tensor AdaptiveAvgPool2d(Dims size) => AdaptiveAverage(2, size);

    /// <summary>The largest elements of as many windows over the last two axes as the result has elements; see <see cref="Ops.AdaptiveMaxPool"/>.</summary>
    /// <inheritdoc cref="AdaptiveAvgPool2d"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.Arange(0, 16).Reshape(1, 1, 4, 4).AdaptiveMaxPool2d([1, 2]).Flatten());    // [13, 15]
    /// </code></example>
    public Tensor AdaptiveMaxPool2d(Dims size) => AdaptiveMaximum(2, size).Values;

    /// <summary>The largest elements of as many windows over the last two axes as the result has elements, and their positions; see <see cref="Ops.AdaptiveMaxPool"/>.</summary>
    /// <inheritdoc cref="AdaptiveAvgPool2d"/>
    /// <example><code>
    /// var (values, indices) = Tensor.Arange(0, 16).Reshape(1, 1, 4, 4).AdaptiveMaxPool2dWithIndices(2);
    /// Console.WriteLine(indices.Squeeze());
    /// // [[ 5,  7],
    /// //  [13, 15]]
    /// </code></example>
    public (Tensor Values, Tensor Indices) AdaptiveMaxPool2dWithIndices(Dims size) => AdaptiveMaximum(2, size);

    /// <summary>The means of as many windows over the last three axes as the result has elements: window i of m among n elements goes from floor(i n / m) up to but not including ceil((i + 1) n / m).</summary>
    /// <param name="size">The size of the result; one number, or one for each axis. -1 keeps the size of an axis.</param>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([2, 4, 5, 6, 7]).AdaptiveAvgPool3d([1, 2, 3]).Shape);    // [2, 4, 1, 2, 3]
    /// </code></example>
    /// <exception cref="ShapeException">The rank does not fit, or a size is out of range.</exception>
    public Tensor AdaptiveAvgPool3d(Dims size) => AdaptiveAverage(3, size);

    /// <summary>The largest elements of as many windows over the last three axes as the result has elements; see <see cref="Ops.AdaptiveMaxPool"/>.</summary>
    /// <inheritdoc cref="AdaptiveAvgPool3d"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.Arange(0, 8).Reshape(1, 1, 2, 2, 2).AdaptiveMaxPool3d(1).Flatten());    // [7]
    /// </code></example>
    public Tensor AdaptiveMaxPool3d(Dims size) => AdaptiveMaximum(3, size).Values;

    /// <summary>The largest elements of as many windows over the last three axes as the result has elements, and their positions; see <see cref="Ops.AdaptiveMaxPool"/>.</summary>
    /// <inheritdoc cref="AdaptiveAvgPool3d"/>
    /// <example><code>
    /// var (values, indices) = Tensor.Arange(0, 8).Reshape(1, 1, 2, 2, 2).AdaptiveMaxPool3dWithIndices([2, 1, 1]);
    /// Console.WriteLine(indices.Flatten());    // [3, 7]
    /// </code></example>
    public (Tensor Values, Tensor Indices) AdaptiveMaxPool3dWithIndices(Dims size) => AdaptiveMaximum(3, size);

    /// <summary>The largest elements of windows over the last two axes whose places are chosen at random; see <see cref="Ops.FractionalMaxPool"/>.</summary>
    /// <param name="window">The size of the windows; one number, or one for each axis.</param>
    /// <param name="size">The size of the result; one number, or one for each axis.</param>
    /// <param name="samples">Numbers of 0 to 1 that choose the windows, [batch, channels, 2]; drawn if left out.</param>
    /// <param name="generator">Where they are drawn from; the default generator if left out.</param>
    /// <example><code>
    /// var x = Tensor.Arange(0, 25).Reshape(1, 1, 5, 5);
    /// Console.WriteLine(x.FractionalMaxPool2d(2, [3, 3], generator: new Generator(1)).Squeeze());
    /// // [[ 6,  7,  9],
    /// //  [11, 12, 14],
    /// //  [21, 22, 24]]
    /// </code></example>
    /// <exception cref="ShapeException">The shapes do not fit, or the windows are too many or too large.</exception>
    public Tensor FractionalMaxPool2d(Dims window, Dims size, Tensor? samples = null, Generator? generator = null) => FractionalMaximum(2, window, size, samples, generator).Values;

    /// <summary>The largest elements of windows over the last two axes whose places are chosen at random, and their positions; see <see cref="Ops.FractionalMaxPool"/>.</summary>
    /// <inheritdoc cref="FractionalMaxPool2d"/>
    /// <example><code>
    /// var x = Tensor.Arange(0, 25).Reshape(1, 1, 5, 5);
    /// var (values, indices) = x.FractionalMaxPool2dWithIndices(2, [3, 3], generator: new Generator(1));
    /// Console.WriteLine(indices.Shape);    // [1, 1, 3, 3]
    /// </code></example>
    public (Tensor Values, Tensor Indices) FractionalMaxPool2dWithIndices(Dims window, Dims size, Tensor? samples = null, Generator? generator = null) => FractionalMaximum(2, window, size, samples, generator);

    /// <summary>The largest elements of windows over the last three axes whose places are chosen at random; see <see cref="Ops.FractionalMaxPool"/>.</summary>
    /// <inheritdoc cref="FractionalMaxPool2d"/>
    /// <example><code>
    /// var x = Tensor.Ones([1, 2, 7, 7, 7]);
    /// Console.WriteLine(x.FractionalMaxPool3d(2, [4, 4, 4], generator: new Generator(1)).Shape);    // [1, 2, 4, 4, 4]
    /// </code></example>
    public Tensor FractionalMaxPool3d(Dims window, Dims size, Tensor? samples = null, Generator? generator = null) => FractionalMaximum(3, window, size, samples, generator).Values;

    /// <summary>The largest elements of windows over the last three axes whose places are chosen at random, and their positions; see <see cref="Ops.FractionalMaxPool"/>.</summary>
    /// <inheritdoc cref="FractionalMaxPool2d"/>
    /// <example><code>
    /// var x = Tensor.Ones([1, 2, 7, 7, 7]);
    /// var (values, indices) = x.FractionalMaxPool3dWithIndices(2, [4, 4, 4], generator: new Generator(1));
    /// Console.WriteLine(indices.Shape);    // [1, 2, 4, 4, 4]
    /// </code></example>
    public (Tensor Values, Tensor Indices) FractionalMaxPool3dWithIndices(Dims window, Dims size, Tensor? samples = null, Generator? generator = null) => FractionalMaximum(3, window, size, samples, generator);

    /// <summary>Elements put where the positions of a max pooling over the last axis say, and zeros elsewhere: the partial inverse of <see cref="MaxPool1dWithIndices"/>.</summary>
    /// <inheritdoc cref="MaxUnpool2d"/>
    /// <example><code>
    /// var x = Tensor.From([1f, 5, 2, 3]).Reshape(1, 1, 4);
    /// var (values, indices) = x.MaxPool1dWithIndices(2);
    /// Console.WriteLine(values.MaxUnpool1d(indices, 2));    // [[[0, 5, 0, 3]]]
    /// </code></example>
    public Tensor MaxUnpool1d(Tensor indices, Dims window, Dims? stride = null, Dims? padding = null, Shape? size = null) => Unpooled(1, indices, window, stride, padding, size);

    /// <summary>Elements put where the positions of a max pooling over the last two axes say, and zeros elsewhere: the partial inverse of <see cref="MaxPool2dWithIndices"/>.</summary>
    /// <param name="indices">The positions in the plane of the result, int64, of the shape of this tensor.</param>
    /// <param name="window">The size of the window of that pooling.</param>
    /// <param name="stride">The step of its window; its size if left out.</param>
    /// <param name="padding">Its padding; 0 if left out.</param>
    /// <param name="size">The size of the result along the pooled axes, as several become the same when they are pooled; (n - 1) stride - 2 padding + window if left out.</param>
    /// <example><code>
    /// var x = Tensor.Arange(0, 4).Reshape(1, 1, 2, 2);
    /// var (values, indices) = x.MaxPool2dWithIndices(2);
    /// Console.WriteLine(values.MaxUnpool2d(indices, 2).Squeeze());
    /// // [[0, 0],
    /// //  [0, 3]]
    /// </code></example>
    /// <exception cref="ShapeException">Shapes do not fit, or no such pooling has the given size as its input.</exception>
    /// <exception cref="IndexException">A position lies outside.</exception>
    public Tensor MaxUnpool2d(Tensor indices, Dims window, Dims? stride = null, Dims? padding = null, Shape? size = null) => Unpooled(2, indices, window, stride, padding, size);

    /// <summary>Elements put where the positions of a max pooling over the last three axes say, and zeros elsewhere: the partial inverse of <see cref="MaxPool3dWithIndices"/>.</summary>
    /// <inheritdoc cref="MaxUnpool2d"/>
    /// <example><code>
    /// var x = Tensor.Arange(0, 8).Reshape(1, 1, 2, 2, 2);
    /// var (values, indices) = x.MaxPool3dWithIndices(2);
    /// Console.WriteLine(values.MaxUnpool3d(indices, 2).Flatten());    // [0, 0, 0, 0, 0, 0, 0, 7]
    /// </code></example>
    public Tensor MaxUnpool3d(Tensor indices, Dims window, Dims? stride = null, Dims? padding = null, Shape? size = null) => Unpooled(3, indices, window, stride, padding, size);

    (Tensor Values, Tensor Indices) MaxPooled(int axes, Dims window, Dims? stride, Dims? padding, Dims? dilation, bool ceilMode, [CallerMemberName] string op = "")
    {
        var pool = new MaxPool(Each(window, axes, "window", op), Each(stride ?? window, axes, "stride", op), Sides(padding ?? 0, axes, op), Each(dilation ?? 1, axes, "dilation", op), ceilMode);
        var y = Dispatch.RunAll(pool, this);
        return (y[0], y[1]);
    }

    Tensor AvgPooled(int axes, Dims window, Dims? stride, Dims? padding, bool countPadding, bool ceilMode, long? divisor, [CallerMemberName] string op = "")
    {
        if (divisor == 0) throw new ShapeException($"{op}: the divisor must not be 0.");
        return Dispatch.Run(new AvgPool(Each(window, axes, "window", op), Each(stride ?? window, axes, "stride", op), Sides(padding ?? 0, axes, op), countPadding, ceilMode, divisor ?? 0), this);
    }

    Tensor LpPooled(int axes, double order, Dims window, Dims? stride, bool ceilMode, [CallerMemberName] string op = "")
    {
        long elements = 1;
        foreach (long width in Each(window, axes, "window", op).Span) elements *= width;
        var powers = order == 1 ? this : order == 2 ? Square() : Pow(order);
        var sum = powers.AvgPooled(axes, window, stride, null, true, ceilMode, null, op) * elements;
        // The slope of the root at 0 is infinite, which must not meet a gradient of 0.
        var zero = sum.EqualTo(0);
        var safe = Where(zero, 1, sum);
        return Where(zero, 0, order == 2 ? safe.Sqrt() : safe.Pow(1 / order));
    }

    Tensor AdaptiveAverage(int axes, Dims size, [CallerMemberName] string op = "")
    {
        var sizes = Adapted(axes, size, op);
        if (sizes.All(s => s == 1)) return Mean(MaxPool.SpatialAxes(Rank, axes), keepDims: true);
        return Resampled(sizes, InterpolationMode.Area, default, false, false);
    }

    (Tensor Values, Tensor Indices) AdaptiveMaximum(int axes, Dims size, [CallerMemberName] string op = "")
    {
        var y = Dispatch.RunAll(new AdaptiveMaxPool(Adapted(axes, size, op)), this);
        return (y[0], y[1]);
    }

    Shape Adapted(int axes, Dims size, string op)
    {
        var sizes = Each(size, axes, "size", op);
        if (Rank != axes + 1 && Rank != axes + 2) throw new ShapeException($"{op}: expected an input [batch, channels, {axes} spatial axes], or that without batch. Received: {Shape}.");
        var dims = new Dim[axes];
        for (int i = 0; i < axes; i++) dims[i] = sizes[i] == -1 ? Shape[Rank - axes + i] : sizes[i];
        var result = Shape.Create(dims);
        AdaptiveMaxPool.Resized(Shape, result, op);
        return result;
    }

    (Tensor Values, Tensor Indices) FractionalMaximum(int axes, Dims window, Dims size, Tensor? samples, Generator? generator, [CallerMemberName] string op = "")
    {
        bool single = Rank == axes + 1;
        var x = single ? Unsqueeze(0) : this;
        Dims windows = Each(window, axes, "window", op), sizes = Each(size, axes, "size", op);
        if (x.Rank != axes + 2) throw new ShapeException($"{op}: expected an input [batch, channels, {axes} spatial axes], or that without batch. Received: {Shape}.");
        samples ??= Rand([x.Shape[0], x.Shape[1], axes], DType, generator);
        var y = Dispatch.RunAll(new FractionalMaxPool(windows, Shape.Of(sizes.Span)), x, samples);
        return single ? (y[0].Squeeze(0), y[1].Squeeze(0)) : (y[0], y[1]);
    }

    Tensor Unpooled(int axes, Tensor indices, Dims window, Dims? stride, Dims? padding, Shape? size, [CallerMemberName] string op = "")
    {
        Dims windows = Each(window, axes, "window", op), steps = Each(stride ?? window, axes, "stride", op), sides = Each(padding ?? 0, axes, "padding", op);
        if (Rank != axes + 1 && Rank != axes + 2) throw new ShapeException($"{op}: expected an input [batch, channels, {axes} spatial axes], or that without batch. Received: {Shape}.");
        if (indices.Shape != Shape && Shape.IsKnown && indices.Shape.IsKnown) throw new ShapeException($"{op}: expected positions of shape {Shape}. Received: {indices.Shape}.");
        if (size is not null && size.Rank != axes) throw new ShapeException($"{op}: expected a size of {axes} axes. Received: {size}.");
        int lead = Rank - axes;
        var dims = Shape.ToArray();
        for (int i = 0; i < axes; i++)
        {
            Dim usual = (dims[lead + i] - 1) * steps[i] - 2 * sides[i] + windows[i];
            if (size is not null && usual.IsKnown && size[i].IsKnown && (size[i] <= usual - steps[i] || size[i] >= usual + steps[i]))
                throw new ShapeException($"{op}: {size[i]} elements along spatial axis {i} do not pool to {dims[lead + i]}. Expected {usual - steps[i] + 1} to {usual + steps[i] - 1}.");
            dims[lead + i] = size?[i] ?? usual;
        }
        var shape = Shape.Create(dims);
        var zeros = Constant(0, new(DType, MaxPool.Flat(shape, lead)));
        return zeros.Scatter(lead, indices.Flatten(lead, -1), Flatten(lead, -1)).Reshape(shape);
    }
}
