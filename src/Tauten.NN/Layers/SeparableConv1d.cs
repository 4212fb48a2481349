namespace Tauten.NN;

/// <summary>A convolution of each channel by itself: <paramref name="multiplier"/> outputs for each channel of [batch, channels, length], a <see cref="Conv1d"/> with as many groups as channels.</summary>
/// <param name="channels">Channels of the input.</param>
/// <param name="kernelSize">The size of the window: one number.</param>
/// <param name="multiplier">Outputs for each channel.</param>
/// <param name="stride">The step of the window; 1 if left out.</param>
/// <param name="padding">Zeros on each side; 0 if left out.</param>
/// <param name="dilation">The step inside of the window; 1 if left out.</param>
/// <param name="bias">Whether to add a bias.</param>
/// <param name="generator">Where the first weights come from; the default generator if left out.</param>
/// <param name="dtype">The element type of the parameters, which the input must have too.</param>
/// <example><code>
/// var layer = new DepthwiseConv1d(channels: 4, kernelSize: 3, multiplier: 2);
/// Console.WriteLine(layer.Call(Tensor.Ones([8, 4, 16])).Shape);    // [8, 8, 14]
/// </code></example>
/// <exception cref="ShapeException">A size is out of range.</exception>
public sealed class DepthwiseConv1d(
    long channels, Dims kernelSize, int multiplier = 1, Dims? stride = null, ConvolutionPadding? padding = null, Dims? dilation = null, bool bias = true,
    Generator? generator = null, DType dtype = DType.Float32)
    : ConvolutionLayer(1, false, channels, channels * multiplier, kernelSize, stride, padding, dilation, checked((int)channels), bias, generator, dtype)
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Conv1d(W, B, Stride, Padding, Dilation, Groups);
}

/// <summary>
/// A convolution in two steps, each channel by itself and then across channels at each place (Chollet: "Xception", 2017): a <see cref="DepthwiseConv1d"/> without bias and a
/// <see cref="Conv1d"/> with a window of 1.
/// </summary>
/// <example><code>
/// var layer = new SeparableConv1d(inChannels: 4, outChannels: 6, kernelSize: 3);
/// Console.WriteLine(layer.Call(Tensor.Ones([8, 4, 16])).Shape);    // [8, 6, 14]
/// </code></example>
public sealed partial class SeparableConv1d : Module<Tensor, Tensor>
{
    readonly DepthwiseConv1d depthwise;
    readonly Conv1d pointwise;

    /// <summary>A layer with random weights.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="kernelSize">The size of the window: one number.</param>
    /// <param name="multiplier">Outputs of the first step for each channel.</param>
    /// <param name="stride">The step of the window; 1 if left out.</param>
    /// <param name="padding">Zeros on each side; 0 if left out.</param>
    /// <param name="dilation">The step inside of the window; 1 if left out.</param>
    /// <param name="bias">Whether to add a bias.</param>
    /// <param name="generator">Where the first weights come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public SeparableConv1d(
        long inChannels, long outChannels, Dims kernelSize, int multiplier = 1, Dims? stride = null, ConvolutionPadding? padding = null, Dims? dilation = null, bool bias = true,
        Generator? generator = null, DType dtype = DType.Float32)
    {
        depthwise = new(inChannels, kernelSize, multiplier, stride, padding, dilation, false, generator, dtype);
        pointwise = new(inChannels * multiplier, outChannels, 1, bias: bias, generator: generator, dtype: dtype);
    }

    /// <summary>The first step, each channel by itself.</summary>
    public DepthwiseConv1d Depthwise => depthwise;

    /// <summary>The second step, across channels.</summary>
    public Conv1d Pointwise => pointwise;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => pointwise.Call(depthwise.Call(x));
}
