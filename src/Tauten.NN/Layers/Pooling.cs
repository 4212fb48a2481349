namespace Tauten.NN;

/// <summary>The largest element of each window over the last two axes: [batch, channels, height, width] becomes [batch, channels, height', width'].</summary>
public sealed class MaxPool2d : Module<Tensor, Tensor>
{
    readonly Dims window, stride, padding, dilation;

    /// <summary>A layer without parameters.</summary>
    /// <param name="kernelSize">The size of the window: one number, or height and width.</param>
    /// <param name="stride">The step of the window; its size if left out.</param>
    /// <param name="padding">Places on each side that never win; at most half of the window; 0 if left out.</param>
    /// <param name="dilation">The step inside of the window; 1 if left out.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public MaxPool2d(Dims kernelSize, Dims? stride = null, Dims? padding = null, Dims? dilation = null)
    {
        window = Initial.Pair(kernelSize, nameof(MaxPool2d), nameof(kernelSize), 1);
        this.stride = Initial.Pair(stride ?? kernelSize, nameof(MaxPool2d), nameof(stride), 1);
        this.padding = Initial.Pair(padding ?? 0, nameof(MaxPool2d), nameof(padding), 0);
        this.dilation = Initial.Pair(dilation ?? 1, nameof(MaxPool2d), nameof(dilation), 1);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.MaxPool2d(window, stride, padding, dilation);

    /// <inheritdoc/>
    protected override string Details() => $"kernel {window}{(stride == window ? "" : $", stride {stride}")}{(padding == Dims.Repeat(0, 2) ? "" : $", padding {padding}")}{(dilation == Dims.Repeat(1, 2) ? "" : $", dilation {dilation}")}";
}

/// <summary>The mean of each window over the last two axes: [batch, channels, height, width] becomes [batch, channels, height', width'].</summary>
public sealed class AvgPool2d : Module<Tensor, Tensor>
{
    readonly Dims window, stride, padding;
    readonly bool countPadding;

    /// <summary>A layer without parameters.</summary>
    /// <param name="kernelSize">The size of the window: one number, or height and width.</param>
    /// <param name="stride">The step of the window; its size if left out.</param>
    /// <param name="padding">Zeros on each side; at most half of the window; 0 if left out.</param>
    /// <param name="countPadding">Whether those zeros count in the mean.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public AvgPool2d(Dims kernelSize, Dims? stride = null, Dims? padding = null, bool countPadding = true)
    {
        window = Initial.Pair(kernelSize, nameof(AvgPool2d), nameof(kernelSize), 1);
        this.stride = Initial.Pair(stride ?? kernelSize, nameof(AvgPool2d), nameof(stride), 1);
        this.padding = Initial.Pair(padding ?? 0, nameof(AvgPool2d), nameof(padding), 0);
        this.countPadding = countPadding;
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.AvgPool2d(window, stride, padding, countPadding);

    /// <inheritdoc/>
    protected override string Details() => $"kernel {window}{(stride == window ? "" : $", stride {stride}")}{(padding == Dims.Repeat(0, 2) ? "" : $", padding {padding}")}{(countPadding ? "" : ", padding not counted")}";
}
