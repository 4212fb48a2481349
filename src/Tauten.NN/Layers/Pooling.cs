namespace Tauten.NN;

/// <summary>What poolings with a window share.</summary>
public abstract class PoolingLayer : Module<Tensor, Tensor>
{
    private protected readonly Dims Window, Stride, Padding, Dilation;
    private protected readonly bool CeilMode;

    private protected PoolingLayer(int axes, Dims kernelSize, Dims? stride, Dims? padding, Dims? dilation, bool ceilMode)
    {
        Window = Initial.Each(kernelSize, axes, TypeName, nameof(kernelSize), 1);
        Stride = Initial.Each(stride ?? kernelSize, axes, TypeName, nameof(stride), 1);
        Padding = Initial.Each(padding ?? 0, axes, TypeName, nameof(padding), 0);
        Dilation = Initial.Each(dilation ?? 1, axes, TypeName, nameof(dilation), 1);
        CeilMode = ceilMode;
    }

    /// <inheritdoc/>
    protected override string Details()
    {
        var text = $"kernel {Window}";
        if (Stride != Window) text += $", stride {Stride}";
        if (Padding != Dims.Repeat(0, Window.Count)) text += $", padding {Padding}";
        if (Dilation != Dims.Repeat(1, Window.Count)) text += $", dilation {Dilation}";
        return CeilMode ? text + ", rounded up" : text;
    }
}

/// <summary>The largest element of each window over the last axis of [batch, channels, length]; see <see cref="Tensor.MaxPool1d"/>.</summary>
/// <example><code>
/// Console.WriteLine(new MaxPool1d(2).Call(Tensor.From([1f, 5, 2, 4]).Reshape(1, 1, 4)));    // [[[5, 4]]]
/// </code></example>
public sealed class MaxPool1d : PoolingLayer
{
    /// <summary>A layer without parameters.</summary>
    /// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
    /// <param name="stride">The step of the window; its size if left out.</param>
    /// <param name="padding">Places on each side that never win; at most half of the window; 0 if left out.</param>
    /// <param name="dilation">The step inside of the window; 1 if left out.</param>
    /// <param name="ceilMode">Whether a window that is partly outside at the end counts.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public MaxPool1d(Dims kernelSize, Dims? stride = null, Dims? padding = null, Dims? dilation = null, bool ceilMode = false) : base(1, kernelSize, stride, padding, dilation, ceilMode) { }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.MaxPool1d(Window, Stride, Padding, Dilation, CeilMode);

    /// <summary>The largest elements and their positions in the input plane, which <see cref="MaxUnpool1d"/> takes.</summary>
    public (Tensor Values, Tensor Indices) CallWithIndices(Tensor x) => x.MaxPool1dWithIndices(Window, Stride, Padding, Dilation, CeilMode);
}

/// <summary>The largest element of each window over the last two axes of [batch, channels, height, width]; see <see cref="Tensor.MaxPool2d"/>.</summary>
/// <example><code>
/// Console.WriteLine(new MaxPool2d(2).Call(Tensor.Arange(0, 16).Reshape(1, 1, 4, 4)));
/// // [[[[ 5,  7],
/// //    [13, 15]]]]
/// </code></example>
public sealed class MaxPool2d : PoolingLayer
{
    /// <summary>A layer without parameters.</summary>
    /// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
    /// <param name="stride">The step of the window; its size if left out.</param>
    /// <param name="padding">Places on each side that never win; at most half of the window; 0 if left out.</param>
    /// <param name="dilation">The step inside of the window; 1 if left out.</param>
    /// <param name="ceilMode">Whether a window that is partly outside at the end counts.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public MaxPool2d(Dims kernelSize, Dims? stride = null, Dims? padding = null, Dims? dilation = null, bool ceilMode = false) : base(2, kernelSize, stride, padding, dilation, ceilMode) { }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.MaxPool2d(Window, Stride, Padding, Dilation, CeilMode);

    /// <summary>The largest elements and their positions in the input plane, which <see cref="MaxUnpool2d"/> takes.</summary>
    public (Tensor Values, Tensor Indices) CallWithIndices(Tensor x) => x.MaxPool2dWithIndices(Window, Stride, Padding, Dilation, CeilMode);
}

/// <summary>The largest element of each window over the last three axes of [batch, channels, depth, height, width]; see <see cref="Tensor.MaxPool3d"/>.</summary>
/// <example><code>
/// Console.WriteLine(new MaxPool3d(2).Call(Tensor.Arange(0, 8).Reshape(1, 1, 2, 2, 2)));    // [[[[[7]]]]]
/// </code></example>
public sealed class MaxPool3d : PoolingLayer
{
    /// <summary>A layer without parameters.</summary>
    /// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
    /// <param name="stride">The step of the window; its size if left out.</param>
    /// <param name="padding">Places on each side that never win; at most half of the window; 0 if left out.</param>
    /// <param name="dilation">The step inside of the window; 1 if left out.</param>
    /// <param name="ceilMode">Whether a window that is partly outside at the end counts.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public MaxPool3d(Dims kernelSize, Dims? stride = null, Dims? padding = null, Dims? dilation = null, bool ceilMode = false) : base(3, kernelSize, stride, padding, dilation, ceilMode) { }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.MaxPool3d(Window, Stride, Padding, Dilation, CeilMode);

    /// <summary>The largest elements and their positions in the input plane, which <see cref="MaxUnpool3d"/> takes.</summary>
    public (Tensor Values, Tensor Indices) CallWithIndices(Tensor x) => x.MaxPool3dWithIndices(Window, Stride, Padding, Dilation, CeilMode);
}

/// <summary>The mean of each window over the last axis of [batch, channels, length]; see <see cref="Tensor.AvgPool1d"/>.</summary>
/// <example><code>
/// Console.WriteLine(new AvgPool1d(2).Call(Tensor.From([1f, 5, 2, 4]).Reshape(1, 1, 4)));    // [[[3, 3]]]
/// </code></example>
public sealed class AvgPool1d : PoolingLayer
{
    readonly bool countPadding;
    readonly long? divisor;

    /// <summary>A layer without parameters.</summary>
    /// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
    /// <param name="stride">The step of the window; its size if left out.</param>
    /// <param name="padding">Zeros on each side; at most half of the window; 0 if left out.</param>
    /// <param name="countPadding">Whether those zeros count in the mean.</param>
    /// <param name="ceilMode">Whether a window that is partly outside at the end counts.</param>
    /// <param name="divisorOverride">Divides the sum instead of the number of elements.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public AvgPool1d(Dims kernelSize, Dims? stride = null, Dims? padding = null, bool countPadding = true, bool ceilMode = false, long? divisorOverride = null)
        : base(1, kernelSize, stride, padding, null, ceilMode) => (this.countPadding, divisor) = (countPadding, divisorOverride);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.AvgPool1d(Window, Stride, Padding, countPadding, CeilMode, divisor);

    /// <inheritdoc/>
    protected override string Details() => base.Details() + (countPadding ? "" : ", padding not counted");
}

/// <summary>The mean of each window over the last two axes of [batch, channels, height, width]; see <see cref="Tensor.AvgPool2d"/>.</summary>
/// <example><code>
/// Console.WriteLine(new AvgPool2d(2).Call(Tensor.Arange(0, 16).Reshape(1, 1, 4, 4)));
/// // [[[[ 2.5000,  4.5000],
/// //    [10.5000, 12.5000]]]]
/// </code></example>
public sealed class AvgPool2d : PoolingLayer
{
    readonly bool countPadding;
    readonly long? divisor;

    /// <summary>A layer without parameters.</summary>
    /// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
    /// <param name="stride">The step of the window; its size if left out.</param>
    /// <param name="padding">Zeros on each side; at most half of the window; 0 if left out.</param>
    /// <param name="countPadding">Whether those zeros count in the mean.</param>
    /// <param name="ceilMode">Whether a window that is partly outside at the end counts.</param>
    /// <param name="divisorOverride">Divides the sum instead of the number of elements.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public AvgPool2d(Dims kernelSize, Dims? stride = null, Dims? padding = null, bool countPadding = true, bool ceilMode = false, long? divisorOverride = null)
        : base(2, kernelSize, stride, padding, null, ceilMode) => (this.countPadding, divisor) = (countPadding, divisorOverride);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.AvgPool2d(Window, Stride, Padding, countPadding, CeilMode, divisor);

    /// <inheritdoc/>
    protected override string Details() => base.Details() + (countPadding ? "" : ", padding not counted");
}

/// <summary>The mean of each window over the last three axes of [batch, channels, depth, height, width]; see <see cref="Tensor.AvgPool3d"/>.</summary>
/// <example><code>
/// Console.WriteLine(new AvgPool3d(2).Call(Tensor.Arange(0, 8).Reshape(1, 1, 2, 2, 2)));    // [[[[[3.5000]]]]]
/// </code></example>
public sealed class AvgPool3d : PoolingLayer
{
    readonly bool countPadding;
    readonly long? divisor;

    /// <summary>A layer without parameters.</summary>
    /// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
    /// <param name="stride">The step of the window; its size if left out.</param>
    /// <param name="padding">Zeros on each side; at most half of the window; 0 if left out.</param>
    /// <param name="countPadding">Whether those zeros count in the mean.</param>
    /// <param name="ceilMode">Whether a window that is partly outside at the end counts.</param>
    /// <param name="divisorOverride">Divides the sum instead of the number of elements.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public AvgPool3d(Dims kernelSize, Dims? stride = null, Dims? padding = null, bool countPadding = true, bool ceilMode = false, long? divisorOverride = null)
        : base(3, kernelSize, stride, padding, null, ceilMode) => (this.countPadding, divisor) = (countPadding, divisorOverride);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.AvgPool3d(Window, Stride, Padding, countPadding, CeilMode, divisor);

    /// <inheritdoc/>
    protected override string Details() => base.Details() + (countPadding ? "" : ", padding not counted");
}
