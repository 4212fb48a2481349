namespace Tauten.NN;

/// <summary>A convolution of each channel by itself: <paramref name="multiplier"/> outputs for each channel of [batch, channels, height, width], a <see cref="Conv2d"/> with as many groups as channels.</summary>
/// <param name="channels">Channels of the input.</param>
/// <param name="kernelSize">The size of the window: one number, or height and width.</param>
/// <param name="multiplier">Outputs for each channel.</param>
/// <param name="stride">The step of the window; 1 if left out.</param>
/// <param name="padding">Zeros on each side; 0 if left out.</param>
/// <param name="dilation">The step inside of the window; 1 if left out.</param>
/// <param name="bias">Whether to add a bias.</param>
/// <param name="generator">Where the first weights come from; the default generator if left out.</param>
/// <param name="dtype">The element type of the parameters, which the input must have too.</param>
/// <example><code>
/// Console.WriteLine(new DepthwiseConv2d(16, kernelSize: 3, padding: 1).Call(Tensor.Ones([8, 16, 32, 32])).Shape);    // [8, 16, 32, 32]
/// </code></example>
/// <exception cref="ShapeException">A size is out of range.</exception>
public sealed class DepthwiseConv2d(
    long channels, Dims kernelSize, int multiplier = 1, Dims? stride = null, ConvolutionPadding? padding = null, Dims? dilation = null, bool bias = true,
    Generator? generator = null, DType dtype = DType.Float32)
    : ConvolutionLayer(2, false, channels, channels * multiplier, kernelSize, stride, padding, dilation, checked((int)channels), bias, generator, dtype)
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Conv2d(W, B, Stride, Padding, Dilation, Groups);
}

/// <summary>
/// A convolution in two steps, each channel by itself and then across channels at each place (Chollet: "Xception", 2017): a <see cref="DepthwiseConv2d"/> without bias and a
/// <see cref="Conv2d"/> with a window of 1.
/// </summary>
/// <example><code>
/// Console.WriteLine(new SeparableConv2d(16, 32, kernelSize: 3, padding: 1).Call(Tensor.Ones([8, 16, 32, 32])).Shape);    // [8, 32, 32, 32]
/// </code></example>
public sealed partial class SeparableConv2d : Module<Tensor, Tensor>
{
    readonly DepthwiseConv2d depthwise;
    readonly Conv2d pointwise;

    /// <summary>A layer with random weights.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="kernelSize">The size of the window: one number, or height and width.</param>
    /// <param name="multiplier">Outputs of the first step for each channel.</param>
    /// <param name="stride">The step of the window; 1 if left out.</param>
    /// <param name="padding">Zeros on each side; 0 if left out.</param>
    /// <param name="dilation">The step inside of the window; 1 if left out.</param>
    /// <param name="bias">Whether to add a bias.</param>
    /// <param name="generator">Where the first weights come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public SeparableConv2d(
        long inChannels, long outChannels, Dims kernelSize, int multiplier = 1, Dims? stride = null, ConvolutionPadding? padding = null, Dims? dilation = null, bool bias = true,
        Generator? generator = null, DType dtype = DType.Float32)
    {
        depthwise = new(inChannels, kernelSize, multiplier, stride, padding, dilation, false, generator, dtype);
        pointwise = new(inChannels * multiplier, outChannels, 1, bias: bias, generator: generator, dtype: dtype);
    }

    /// <summary>The first step, each channel by itself.</summary>
    public DepthwiseConv2d Depthwise => depthwise;

    /// <summary>The second step, across channels.</summary>
    public Conv2d Pointwise => pointwise;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => pointwise.Call(depthwise.Call(x));
}
