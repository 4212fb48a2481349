namespace Tauten.NN;

/// <summary>What convolutions share that learn the number of their input channels; see <see cref="LazyLayer{TLayer}"/>.</summary>
/// <typeparam name="TLayer">The convolution that is made.</typeparam>
public abstract class LazyConvolutionLayer<TLayer> : LazyLayer<TLayer>
    where TLayer : ConvolutionLayer
{
    readonly int groups, axes;
    readonly bool bias, transposed;

    private protected LazyConvolutionLayer(int axes, bool transposed, int groups, bool bias, Func<long, TLayer> make) : base(axes, make) =>
        (this.axes, this.transposed, this.groups, this.bias) = (axes, transposed, groups, bias);

    private protected override IReadOnlyList<string> Names => bias ? ["weight", "bias"] : ["weight"];

    private protected override long? ChannelsOf(Func<string, TensorSpec?> state) =>
        state("weight") is { } spec && spec.Shape.Rank == axes + 2 ? transposed ? spec.Shape[0].Value : spec.Shape[1].Value * groups : null;
}

/// <summary>A <see cref="Conv1d"/> that learns the number of its input channels at the first call; see <see cref="LazyLayer{TLayer}"/>.</summary>
/// <param name="outChannels">Channels of the output.</param>
/// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
/// <param name="stride">The step of the window; 1 if left out.</param>
/// <param name="padding">What is added on each side: numbers, or <see cref="ConvolutionPadding.Same"/>; 0 if left out.</param>
/// <param name="dilation">The step inside of the window; 1 if left out.</param>
/// <param name="groups">The number of channel groups.</param>
/// <param name="bias">Whether to add a bias.</param>
/// <param name="generator">Where the first weights come from; the default generator if left out.</param>
/// <param name="dtype">The element type of the parameters, which the input must have too.</param>
/// <param name="padMode">What is added: zeros if left out.</param>
/// <example><code>
/// var layer = new LazyConv1d(outChannels: 4, kernelSize: 3);
/// Console.WriteLine(layer.Call(Tensor.Ones([2, 3, 8])).Shape);    // [2, 4, 6]
/// Console.WriteLine(layer.State()["weight"].Shape);               // [4, 3, 3]
/// </code></example>
public sealed class LazyConv1d(
    long outChannels, Dims kernelSize, Dims? stride = null, ConvolutionPadding? padding = null, Dims? dilation = null, int groups = 1, bool bias = true, Generator? generator = null,
    DType dtype = DType.Float32, PadMode padMode = PadMode.Constant)
    : LazyConvolutionLayer<Conv1d>(1, false, groups, bias, channels => new(channels, outChannels, kernelSize, stride, padding, dilation, groups, bias, generator, dtype, padMode));

/// <summary>A <see cref="Conv2d"/> that learns the number of its input channels at the first call; see <see cref="LazyLayer{TLayer}"/>.</summary>
/// <param name="outChannels">Channels of the output.</param>
/// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
/// <param name="stride">The step of the window; 1 if left out.</param>
/// <param name="padding">What is added on each side: numbers, or <see cref="ConvolutionPadding.Same"/>; 0 if left out.</param>
/// <param name="dilation">The step inside of the window; 1 if left out.</param>
/// <param name="groups">The number of channel groups.</param>
/// <param name="bias">Whether to add a bias.</param>
/// <param name="generator">Where the first weights come from; the default generator if left out.</param>
/// <param name="dtype">The element type of the parameters, which the input must have too.</param>
/// <param name="padMode">What is added: zeros if left out.</param>
/// <example><code>
/// var layer = new LazyConv2d(outChannels: 4, kernelSize: 3);
/// Console.WriteLine(layer.Call(Tensor.Ones([2, 3, 8, 8])).Shape);    // [2, 4, 6, 6]
/// Console.WriteLine(layer.State()["weight"].Shape);                  // [4, 3, 3, 3]
/// </code></example>
public sealed class LazyConv2d(
    long outChannels, Dims kernelSize, Dims? stride = null, ConvolutionPadding? padding = null, Dims? dilation = null, int groups = 1, bool bias = true, Generator? generator = null,
    DType dtype = DType.Float32, PadMode padMode = PadMode.Constant)
    : LazyConvolutionLayer<Conv2d>(2, false, groups, bias, channels => new(channels, outChannels, kernelSize, stride, padding, dilation, groups, bias, generator, dtype, padMode));

/// <summary>A <see cref="Conv3d"/> that learns the number of its input channels at the first call; see <see cref="LazyLayer{TLayer}"/>.</summary>
/// <param name="outChannels">Channels of the output.</param>
/// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
/// <param name="stride">The step of the window; 1 if left out.</param>
/// <param name="padding">What is added on each side: numbers, or <see cref="ConvolutionPadding.Same"/>; 0 if left out.</param>
/// <param name="dilation">The step inside of the window; 1 if left out.</param>
/// <param name="groups">The number of channel groups.</param>
/// <param name="bias">Whether to add a bias.</param>
/// <param name="generator">Where the first weights come from; the default generator if left out.</param>
/// <param name="dtype">The element type of the parameters, which the input must have too.</param>
/// <param name="padMode">What is added: zeros if left out.</param>
/// <example><code>
/// var layer = new LazyConv3d(outChannels: 4, kernelSize: 3);
/// Console.WriteLine(layer.Call(Tensor.Ones([2, 3, 8, 8, 8])).Shape);    // [2, 4, 6, 6, 6]
/// Console.WriteLine(layer.State()["weight"].Shape);                     // [4, 3, 3, 3, 3]
/// </code></example>
public sealed class LazyConv3d(
    long outChannels, Dims kernelSize, Dims? stride = null, ConvolutionPadding? padding = null, Dims? dilation = null, int groups = 1, bool bias = true, Generator? generator = null,
    DType dtype = DType.Float32, PadMode padMode = PadMode.Constant)
    : LazyConvolutionLayer<Conv3d>(3, false, groups, bias, channels => new(channels, outChannels, kernelSize, stride, padding, dilation, groups, bias, generator, dtype, padMode));

/// <summary>A <see cref="ConvTranspose1d"/> that learns the number of its input channels at the first call; see <see cref="LazyLayer{TLayer}"/>.</summary>
/// <param name="outChannels">Channels of the output.</param>
/// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
/// <param name="stride">The step of the window; 1 if left out.</param>
/// <param name="padding">What is taken away on each side; 0 if left out.</param>
/// <param name="outputPadding">What is added to one side of the output; 0 if left out.</param>
/// <param name="groups">The number of channel groups.</param>
/// <param name="bias">Whether to add a bias.</param>
/// <param name="dilation">The step inside of the window; 1 if left out.</param>
/// <param name="generator">Where the first weights come from; the default generator if left out.</param>
/// <param name="dtype">The element type of the parameters, which the input must have too.</param>
/// <example><code>
/// var layer = new LazyConvTranspose1d(outChannels: 4, kernelSize: 3);
/// Console.WriteLine(layer.Call(Tensor.Ones([2, 3, 8])).Shape);    // [2, 4, 10]
/// Console.WriteLine(layer.State()["weight"].Shape);               // [3, 4, 3]
/// </code></example>
public sealed class LazyConvTranspose1d(
    long outChannels, Dims kernelSize, Dims? stride = null, Dims? padding = null, Dims? outputPadding = null, int groups = 1, bool bias = true, Dims? dilation = null,
    Generator? generator = null, DType dtype = DType.Float32)
    : LazyConvolutionLayer<ConvTranspose1d>(1, true, groups, bias, channels => new(channels, outChannels, kernelSize, stride, padding, outputPadding, groups, bias, dilation, generator, dtype));

/// <summary>A <see cref="ConvTranspose2d"/> that learns the number of its input channels at the first call; see <see cref="LazyLayer{TLayer}"/>.</summary>
/// <param name="outChannels">Channels of the output.</param>
/// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
/// <param name="stride">The step of the window; 1 if left out.</param>
/// <param name="padding">What is taken away on each side; 0 if left out.</param>
/// <param name="outputPadding">What is added to one side of the output; 0 if left out.</param>
/// <param name="groups">The number of channel groups.</param>
/// <param name="bias">Whether to add a bias.</param>
/// <param name="dilation">The step inside of the window; 1 if left out.</param>
/// <param name="generator">Where the first weights come from; the default generator if left out.</param>
/// <param name="dtype">The element type of the parameters, which the input must have too.</param>
/// <example><code>
/// var layer = new LazyConvTranspose2d(outChannels: 4, kernelSize: 3);
/// Console.WriteLine(layer.Call(Tensor.Ones([2, 3, 8, 8])).Shape);    // [2, 4, 10, 10]
/// Console.WriteLine(layer.State()["weight"].Shape);                  // [3, 4, 3, 3]
/// </code></example>
public sealed class LazyConvTranspose2d(
    long outChannels, Dims kernelSize, Dims? stride = null, Dims? padding = null, Dims? outputPadding = null, int groups = 1, bool bias = true, Dims? dilation = null,
    Generator? generator = null, DType dtype = DType.Float32)
    : LazyConvolutionLayer<ConvTranspose2d>(2, true, groups, bias, channels => new(channels, outChannels, kernelSize, stride, padding, outputPadding, groups, bias, dilation, generator, dtype));

/// <summary>A <see cref="ConvTranspose3d"/> that learns the number of its input channels at the first call; see <see cref="LazyLayer{TLayer}"/>.</summary>
/// <param name="outChannels">Channels of the output.</param>
/// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
/// <param name="stride">The step of the window; 1 if left out.</param>
/// <param name="padding">What is taken away on each side; 0 if left out.</param>
/// <param name="outputPadding">What is added to one side of the output; 0 if left out.</param>
/// <param name="groups">The number of channel groups.</param>
/// <param name="bias">Whether to add a bias.</param>
/// <param name="dilation">The step inside of the window; 1 if left out.</param>
/// <param name="generator">Where the first weights come from; the default generator if left out.</param>
/// <param name="dtype">The element type of the parameters, which the input must have too.</param>
/// <example><code>
/// var layer = new LazyConvTranspose3d(outChannels: 4, kernelSize: 3);
/// Console.WriteLine(layer.Call(Tensor.Ones([2, 3, 8, 8, 8])).Shape);    // [2, 4, 10, 10, 10]
/// Console.WriteLine(layer.State()["weight"].Shape);                     // [3, 4, 3, 3, 3]
/// </code></example>
public sealed class LazyConvTranspose3d(
    long outChannels, Dims kernelSize, Dims? stride = null, Dims? padding = null, Dims? outputPadding = null, int groups = 1, bool bias = true, Dims? dilation = null,
    Generator? generator = null, DType dtype = DType.Float32)
    : LazyConvolutionLayer<ConvTranspose3d>(3, true, groups, bias, channels => new(channels, outChannels, kernelSize, stride, padding, outputPadding, groups, bias, dilation, generator, dtype));
