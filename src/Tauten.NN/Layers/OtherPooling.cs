using System.Globalization;

namespace Tauten.NN;

/// <summary>The root of order p of the sum of x^p in each window over the last axis of [batch, channels, length]; see <see cref="Tensor.LpPool1d"/>.</summary>
/// <example><code>
/// Console.WriteLine(new LpPool1d(order: 2, 2).Call(Tensor.From([1f, 5, 2, 4]).Reshape(1, 1, 4)));    // [[[5.0990, 4.4721]]]
/// </code></example>
public sealed class LpPool1d : PoolingLayer
{
    readonly double order;

    /// <summary>A layer without parameters.</summary>
    /// <param name="order">The exponent p.</param>
    /// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
    /// <param name="stride">The step of the window; its size if left out.</param>
    /// <param name="ceilMode">Whether a window that is partly outside at the end counts.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public LpPool1d(double order, Dims kernelSize, Dims? stride = null, bool ceilMode = false) : base(1, kernelSize, stride, null, null, ceilMode) => this.order = order;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.LpPool1d(order, Window, Stride, CeilMode);

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"order {order}, {base.Details()}");
}

/// <summary>The root of order p of the sum of x^p in each window over the last two axes of [batch, channels, height, width]; see <see cref="Tensor.LpPool2d"/>.</summary>
/// <example><code>
/// Console.WriteLine(new LpPool2d(order: 2, 2).Call(Tensor.Arange(0, 16).Reshape(1, 1, 4, 4)));
/// // [[[[ 6.4807,  9.8995],
/// //    [21.4009, 25.3377]]]]
/// </code></example>
public sealed class LpPool2d : PoolingLayer
{
    readonly double order;

    /// <summary>A layer without parameters.</summary>
    /// <param name="order">The exponent p.</param>
    /// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
    /// <param name="stride">The step of the window; its size if left out.</param>
    /// <param name="ceilMode">Whether a window that is partly outside at the end counts.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public LpPool2d(double order, Dims kernelSize, Dims? stride = null, bool ceilMode = false) : base(2, kernelSize, stride, null, null, ceilMode) => this.order = order;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.LpPool2d(order, Window, Stride, CeilMode);

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"order {order}, {base.Details()}");
}

/// <summary>The root of order p of the sum of x^p in each window over the last three axes of [batch, channels, depth, height, width]; see <see cref="Tensor.LpPool3d"/>.</summary>
/// <example><code>
/// Console.WriteLine(new LpPool3d(order: 2, 2).Call(Tensor.Arange(0, 8).Reshape(1, 1, 2, 2, 2)));    // [[[[[11.8322]]]]]
/// </code></example>
public sealed class LpPool3d : PoolingLayer
{
    readonly double order;

    /// <summary>A layer without parameters.</summary>
    /// <param name="order">The exponent p.</param>
    /// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
    /// <param name="stride">The step of the window; its size if left out.</param>
    /// <param name="ceilMode">Whether a window that is partly outside at the end counts.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public LpPool3d(double order, Dims kernelSize, Dims? stride = null, bool ceilMode = false) : base(3, kernelSize, stride, null, null, ceilMode) => this.order = order;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.LpPool3d(order, Window, Stride, CeilMode);

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"order {order}, {base.Details()}");
}

/// <summary>The mean of windows over the last axis, as large as it takes to give the size that is asked for; see <see cref="Tensor.AdaptiveAvgPool1d"/>.</summary>
/// <example><code>
/// Console.WriteLine(new AdaptiveAvgPool1d(2).Call(Tensor.From([1f, 5, 2, 4]).Reshape(1, 1, 4)));    // [[[3, 3]]]
/// </code></example>
public sealed class AdaptiveAvgPool1d : Module<Tensor, Tensor>
{
    readonly Dims size;

    /// <summary>A layer without parameters.</summary>
    /// <param name="size">The size of the output: one number, or one for each axis.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public AdaptiveAvgPool1d(Dims size) => this.size = Initial.Each(size, 1, TypeName, nameof(size), 1);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.AdaptiveAvgPool1d(size);

    /// <inheritdoc/>
    protected override string Details() => $"to {size}";
}

/// <summary>The largest element of windows over the last axis, as large as it takes to give the size that is asked for; see <see cref="Tensor.AdaptiveMaxPool1d"/>.</summary>
/// <example><code>
/// Console.WriteLine(new AdaptiveMaxPool1d(2).Call(Tensor.From([1f, 5, 2, 4]).Reshape(1, 1, 4)));    // [[[5, 4]]]
/// </code></example>
public sealed class AdaptiveMaxPool1d : Module<Tensor, Tensor>
{
    readonly Dims size;

    /// <summary>A layer without parameters.</summary>
    /// <param name="size">The size of the output: one number, or one for each axis.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public AdaptiveMaxPool1d(Dims size) => this.size = Initial.Each(size, 1, TypeName, nameof(size), 1);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.AdaptiveMaxPool1d(size);

    /// <summary>The largest elements and their positions in the input plane.</summary>
    public (Tensor Values, Tensor Indices) CallWithIndices(Tensor x) => x.AdaptiveMaxPool1dWithIndices(size);

    /// <inheritdoc/>
    protected override string Details() => $"to {size}";
}

/// <summary>The mean of windows over the last two axes, as large as it takes to give the size that is asked for; see <see cref="Tensor.AdaptiveAvgPool2d"/>.</summary>
/// <example><code>
/// Console.WriteLine(new AdaptiveAvgPool2d(1).Call(Tensor.Arange(0, 16).Reshape(1, 1, 4, 4)));    // [[[[7.5000]]]]
/// </code></example>
public sealed class AdaptiveAvgPool2d : Module<Tensor, Tensor>
{
    readonly Dims size;

    /// <summary>A layer without parameters.</summary>
    /// <param name="size">The size of the output: one number, or one for each axis.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public AdaptiveAvgPool2d(Dims size) => this.size = Initial.Each(size, 2, TypeName, nameof(size), 1);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.AdaptiveAvgPool2d(size);

    /// <inheritdoc/>
    protected override string Details() => $"to {size}";
}

/// <summary>The largest element of windows over the last two axes, as large as it takes to give the size that is asked for; see <see cref="Tensor.AdaptiveMaxPool2d"/>.</summary>
/// <example><code>
/// Console.WriteLine(new AdaptiveMaxPool2d(1).Call(Tensor.Arange(0, 16).Reshape(1, 1, 4, 4)));    // [[[[15]]]]
/// </code></example>
public sealed class AdaptiveMaxPool2d : Module<Tensor, Tensor>
{
    readonly Dims size;

    /// <summary>A layer without parameters.</summary>
    /// <param name="size">The size of the output: one number, or one for each axis.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public AdaptiveMaxPool2d(Dims size) => this.size = Initial.Each(size, 2, TypeName, nameof(size), 1);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.AdaptiveMaxPool2d(size);

    /// <summary>The largest elements and their positions in the input plane.</summary>
    public (Tensor Values, Tensor Indices) CallWithIndices(Tensor x) => x.AdaptiveMaxPool2dWithIndices(size);

    /// <inheritdoc/>
    protected override string Details() => $"to {size}";
}

/// <summary>The mean of windows over the last three axes, as large as it takes to give the size that is asked for; see <see cref="Tensor.AdaptiveAvgPool3d"/>.</summary>
/// <example><code>
/// Console.WriteLine(new AdaptiveAvgPool3d(1).Call(Tensor.Arange(0, 8).Reshape(1, 1, 2, 2, 2)));    // [[[[[3.5000]]]]]
/// </code></example>
public sealed class AdaptiveAvgPool3d : Module<Tensor, Tensor>
{
    readonly Dims size;

    /// <summary>A layer without parameters.</summary>
    /// <param name="size">The size of the output: one number, or one for each axis.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public AdaptiveAvgPool3d(Dims size) => this.size = Initial.Each(size, 3, TypeName, nameof(size), 1);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.AdaptiveAvgPool3d(size);

    /// <inheritdoc/>
    protected override string Details() => $"to {size}";
}

/// <summary>The largest element of windows over the last three axes, as large as it takes to give the size that is asked for; see <see cref="Tensor.AdaptiveMaxPool3d"/>.</summary>
/// <example><code>
/// Console.WriteLine(new AdaptiveMaxPool3d(1).Call(Tensor.Arange(0, 8).Reshape(1, 1, 2, 2, 2)));    // [[[[[7]]]]]
/// </code></example>
public sealed class AdaptiveMaxPool3d : Module<Tensor, Tensor>
{
    readonly Dims size;

    /// <summary>A layer without parameters.</summary>
    /// <param name="size">The size of the output: one number, or one for each axis.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public AdaptiveMaxPool3d(Dims size) => this.size = Initial.Each(size, 3, TypeName, nameof(size), 1);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.AdaptiveMaxPool3d(size);

    /// <summary>The largest elements and their positions in the input plane.</summary>
    public (Tensor Values, Tensor Indices) CallWithIndices(Tensor x) => x.AdaptiveMaxPool3dWithIndices(size);

    /// <inheritdoc/>
    protected override string Details() => $"to {size}";
}

/// <summary>
/// The largest element of windows at random places over the last two axes, in training as in evaluation (Graham: "Fractional Max-Pooling", 2014); see <see cref="Tensor.FractionalMaxPool2d"/>.
/// </summary>
/// <example><code>
/// Console.WriteLine(new FractionalMaxPool2d(2, [3, 3]).Call(Tensor.Ones([8, 16, 5, 5])).Shape);    // [8, 16, 3, 3]
/// </code></example>
public sealed class FractionalMaxPool2d : Module<Tensor, Tensor>
{
    readonly Dims window;
    readonly Dims? size;
    readonly double[] ratios;
    readonly Generator? generator;

    /// <summary>A layer without parameters.</summary>
    /// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
    /// <param name="size">The size of the output: one number, or one for each axis.</param>
    /// <param name="generator">Where the places come from; the default generator if left out.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public FractionalMaxPool2d(Dims kernelSize, Dims size, Generator? generator = null) : this(Array.Empty<double>(), kernelSize, generator) => this.size = Initial.Each(size, 2, TypeName, nameof(size), 1);

    FractionalMaxPool2d(double[] ratios, Dims kernelSize, Generator? generator)
    {
        window = Initial.Each(kernelSize, 2, TypeName, nameof(kernelSize), 1);
        (this.ratios, this.generator) = (ratios, generator);
    }

    /// <summary>A layer whose output has a part of each size of its input, rounded down.</summary>
    /// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
    /// <param name="ratios">The part of each size, between 0 and 1: one number, or one for each axis.</param>
    /// <param name="generator">Where the places come from; the default generator if left out.</param>
    /// <exception cref="ShapeException">A size is out of range, or a ratio is not between 0 and 1.</exception>
    public static FractionalMaxPool2d ByRatio(Dims kernelSize, ReadOnlySpan<double> ratios, Generator? generator = null) =>
        new(FractionalSizes.Each(ratios, 2, nameof(FractionalMaxPool2d)), kernelSize, generator);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.FractionalMaxPool2d(window, size ?? FractionalSizes.Of(x, ratios), generator: generator);

    /// <summary>The largest elements and their positions in the input.</summary>
    public (Tensor Values, Tensor Indices) CallWithIndices(Tensor x) => x.FractionalMaxPool2dWithIndices(window, size ?? FractionalSizes.Of(x, ratios), generator: generator);

    /// <inheritdoc/>
    protected override string Details() => $"kernel {window}, to {(size is { } given ? given.ToString() : string.Join(", ", ratios.Select(r => r.ToString(CultureInfo.InvariantCulture))))}";
}

/// <summary>
/// The largest element of windows at random places over the last three axes, in training as in evaluation (Graham: "Fractional Max-Pooling", 2014); see <see cref="Tensor.FractionalMaxPool3d"/>.
/// </summary>
/// <example><code>
/// Console.WriteLine(new FractionalMaxPool3d(2, [4, 4, 4]).Call(Tensor.Ones([8, 16, 7, 7, 7])).Shape);    // [8, 16, 4, 4, 4]
/// </code></example>
public sealed class FractionalMaxPool3d : Module<Tensor, Tensor>
{
    readonly Dims window;
    readonly Dims? size;
    readonly double[] ratios;
    readonly Generator? generator;

    /// <summary>A layer without parameters.</summary>
    /// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
    /// <param name="size">The size of the output: one number, or one for each axis.</param>
    /// <param name="generator">Where the places come from; the default generator if left out.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public FractionalMaxPool3d(Dims kernelSize, Dims size, Generator? generator = null) : this(Array.Empty<double>(), kernelSize, generator) => this.size = Initial.Each(size, 3, TypeName, nameof(size), 1);

    FractionalMaxPool3d(double[] ratios, Dims kernelSize, Generator? generator)
    {
        window = Initial.Each(kernelSize, 3, TypeName, nameof(kernelSize), 1);
        (this.ratios, this.generator) = (ratios, generator);
    }

    /// <summary>A layer whose output has a part of each size of its input, rounded down.</summary>
    /// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
    /// <param name="ratios">The part of each size, between 0 and 1: one number, or one for each axis.</param>
    /// <param name="generator">Where the places come from; the default generator if left out.</param>
    /// <exception cref="ShapeException">A size is out of range, or a ratio is not between 0 and 1.</exception>
    public static FractionalMaxPool3d ByRatio(Dims kernelSize, ReadOnlySpan<double> ratios, Generator? generator = null) =>
        new(FractionalSizes.Each(ratios, 3, nameof(FractionalMaxPool3d)), kernelSize, generator);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.FractionalMaxPool3d(window, size ?? FractionalSizes.Of(x, ratios), generator: generator);

    /// <summary>The largest elements and their positions in the input.</summary>
    public (Tensor Values, Tensor Indices) CallWithIndices(Tensor x) => x.FractionalMaxPool3dWithIndices(window, size ?? FractionalSizes.Of(x, ratios), generator: generator);

    /// <inheritdoc/>
    protected override string Details() => $"kernel {window}, to {(size is { } given ? given.ToString() : string.Join(", ", ratios.Select(r => r.ToString(CultureInfo.InvariantCulture))))}";
}

/// <summary>Puts elements where the positions of a <see cref="MaxPool1d"/> say, and zeros elsewhere; see <see cref="Tensor.MaxUnpool1d"/>.</summary>
/// <example><code>
/// var (values, indices) = Tensor.From([1f, 5, 2, 4]).Reshape(1, 1, 4).MaxPool1dWithIndices(2);
/// Console.WriteLine(new MaxUnpool1d(2).Call((values, indices)).Shape);    // [1, 1, 4]
/// </code></example>
public sealed class MaxUnpool1d : Module<(Tensor Values, Tensor Indices), Tensor>
{
    readonly Dims window, stride, padding;

    /// <summary>A layer without parameters.</summary>
    /// <param name="kernelSize">The size of the window of that pooling.</param>
    /// <param name="stride">The step of its window; its size if left out.</param>
    /// <param name="padding">Its padding; 0 if left out.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public MaxUnpool1d(Dims kernelSize, Dims? stride = null, Dims? padding = null)
    {
        window = Initial.Each(kernelSize, 1, TypeName, nameof(kernelSize), 1);
        this.stride = Initial.Each(stride ?? kernelSize, 1, TypeName, nameof(stride), 1);
        this.padding = Initial.Each(padding ?? 0, 1, TypeName, nameof(padding), 0);
    }

    /// <summary>The unpooled values.</summary>
    public Tensor Call(Tensor values, Tensor indices) => Call((values, indices));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Values, Tensor Indices) x) => x.Values.MaxUnpool1d(x.Indices, window, stride, padding);

    /// <summary>The unpooled values at a size of one's own, which tells apart the sizes that a pooling takes to the same one.</summary>
    public Tensor Call(Tensor values, Tensor indices, Shape size) => values.MaxUnpool1d(indices, window, stride, padding, size);

    /// <inheritdoc/>
    protected override string Details() => $"kernel {window}{(stride == window ? "" : $", stride {stride}")}";
}

/// <summary>Puts elements where the positions of a <see cref="MaxPool2d"/> say, and zeros elsewhere; see <see cref="Tensor.MaxUnpool2d"/>.</summary>
/// <example><code>
/// var (values, indices) = Tensor.Arange(0, 16).Reshape(1, 1, 4, 4).MaxPool2dWithIndices(2);
/// Console.WriteLine(new MaxUnpool2d(2).Call((values, indices)).Shape);    // [1, 1, 4, 4]
/// </code></example>
public sealed class MaxUnpool2d : Module<(Tensor Values, Tensor Indices), Tensor>
{
    readonly Dims window, stride, padding;

    /// <summary>A layer without parameters.</summary>
    /// <param name="kernelSize">The size of the window of that pooling.</param>
    /// <param name="stride">The step of its window; its size if left out.</param>
    /// <param name="padding">Its padding; 0 if left out.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public MaxUnpool2d(Dims kernelSize, Dims? stride = null, Dims? padding = null)
    {
        window = Initial.Each(kernelSize, 2, TypeName, nameof(kernelSize), 1);
        this.stride = Initial.Each(stride ?? kernelSize, 2, TypeName, nameof(stride), 1);
        this.padding = Initial.Each(padding ?? 0, 2, TypeName, nameof(padding), 0);
    }

    /// <summary>The unpooled values.</summary>
    public Tensor Call(Tensor values, Tensor indices) => Call((values, indices));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Values, Tensor Indices) x) => x.Values.MaxUnpool2d(x.Indices, window, stride, padding);

    /// <summary>The unpooled values at a size of one's own, which tells apart the sizes that a pooling takes to the same one.</summary>
    public Tensor Call(Tensor values, Tensor indices, Shape size) => values.MaxUnpool2d(indices, window, stride, padding, size);

    /// <inheritdoc/>
    protected override string Details() => $"kernel {window}{(stride == window ? "" : $", stride {stride}")}";
}

/// <summary>Puts elements where the positions of a <see cref="MaxPool3d"/> say, and zeros elsewhere; see <see cref="Tensor.MaxUnpool3d"/>.</summary>
/// <example><code>
/// var (values, indices) = Tensor.Arange(0, 8).Reshape(1, 1, 2, 2, 2).MaxPool3dWithIndices(2);
/// Console.WriteLine(new MaxUnpool3d(2).Call((values, indices)).Shape);    // [1, 1, 2, 2, 2]
/// </code></example>
public sealed class MaxUnpool3d : Module<(Tensor Values, Tensor Indices), Tensor>
{
    readonly Dims window, stride, padding;

    /// <summary>A layer without parameters.</summary>
    /// <param name="kernelSize">The size of the window of that pooling.</param>
    /// <param name="stride">The step of its window; its size if left out.</param>
    /// <param name="padding">Its padding; 0 if left out.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public MaxUnpool3d(Dims kernelSize, Dims? stride = null, Dims? padding = null)
    {
        window = Initial.Each(kernelSize, 3, TypeName, nameof(kernelSize), 1);
        this.stride = Initial.Each(stride ?? kernelSize, 3, TypeName, nameof(stride), 1);
        this.padding = Initial.Each(padding ?? 0, 3, TypeName, nameof(padding), 0);
    }

    /// <summary>The unpooled values.</summary>
    public Tensor Call(Tensor values, Tensor indices) => Call((values, indices));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Values, Tensor Indices) x) => x.Values.MaxUnpool3d(x.Indices, window, stride, padding);

    /// <summary>The unpooled values at a size of one's own, which tells apart the sizes that a pooling takes to the same one.</summary>
    public Tensor Call(Tensor values, Tensor indices, Shape size) => values.MaxUnpool3d(indices, window, stride, padding, size);

    /// <inheritdoc/>
    protected override string Details() => $"kernel {window}{(stride == window ? "" : $", stride {stride}")}";
}

/// <summary>The sizes of an output that are a part of those of the input.</summary>
static class FractionalSizes
{
    public static double[] Each(ReadOnlySpan<double> ratios, int axes, string layer)
    {
        if (ratios.Length != 1 && ratios.Length != axes) throw new ShapeException($"{layer}: expected one ratio, or one for each of {axes} axes. Received: {ratios.Length}.");
        foreach (double ratio in ratios)
            if (!(ratio is > 0 and < 1)) throw new ShapeException(string.Create(CultureInfo.InvariantCulture, $"{layer}: a ratio must be between 0 and 1. Received: {ratio}."));
        return ratios.Length == axes ? ratios.ToArray() : [.. Enumerable.Repeat(ratios[0], axes)];
    }

    public static Dims Of(Tensor x, double[] ratios) => Dims.Create([.. ratios.Select((ratio, i) => (long)(x.Shape[x.Rank - ratios.Length + i].Value * ratio))]);
}
