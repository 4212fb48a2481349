namespace Tauten.NN;

/// <summary>
/// A transposed convolution over the last axis of [batch, channels, length], the gradient of a convolution taken as a layer: each size becomes
/// (size - 1) stride - 2 padding + dilation (kernel - 1) + outputPadding + 1; see <see cref="Tensor.ConvTranspose1d"/>.
/// </summary>
/// <example><code>
/// Console.WriteLine(new ConvTranspose1d(3, 16, kernelSize: 4, stride: 2, padding: 1).Call(Tensor.Ones([8, 3, 100])).Shape);    // [8, 16, 200]
/// </code></example>
public sealed class ConvTranspose1d : ConvolutionLayer
{
    readonly Dims padding, outputPadding;

    /// <summary>A layer with random weights.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
    /// <param name="stride">The step of the window; 1 if left out.</param>
    /// <param name="padding">What is taken away on each side; 0 if left out.</param>
    /// <param name="outputPadding">What is added to one side of the output; 0 if left out.</param>
    /// <param name="dilation">The step inside of the window; 1 if left out.</param>
    /// <param name="groups">The number of channel groups; as many as input channels make the convolution depthwise.</param>
    /// <param name="bias">Whether to add a bias.</param>
    /// <param name="generator">Where the first weights come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">A size is out of range, or the channels cannot be split into the groups.</exception>
    public ConvTranspose1d(
        long inChannels, long outChannels, Dims kernelSize, Dims? stride = null, Dims? padding = null, Dims? outputPadding = null, int groups = 1, bool bias = true, Dims? dilation = null,
        Generator? generator = null, DType dtype = DType.Float32)
        : base(1, true, inChannels, outChannels, kernelSize, stride, padding ?? 0, dilation, groups, bias, generator, dtype) =>
        (this.padding, this.outputPadding) = (Initial.Each(padding ?? 0, 1, TypeName, nameof(padding), 0), Initial.Each(outputPadding ?? 0, 1, TypeName, nameof(outputPadding), 0));

    private protected override (long In, long Out) Channels => (Weight.Shape[0], Weight.Shape[1] * Groups);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.ConvTranspose1d(W, B, Stride, padding, outputPadding, Groups, Dilation);
}

/// <summary>
/// A transposed convolution over the last two axes of [batch, channels, height, width], the gradient of a convolution taken as a layer: each size becomes
/// (size - 1) stride - 2 padding + dilation (kernel - 1) + outputPadding + 1; see <see cref="Tensor.ConvTranspose2d"/>.
/// </summary>
/// <example><code>
/// Console.WriteLine(new ConvTranspose2d(3, 16, kernelSize: 4, stride: 2, padding: 1).Call(Tensor.Ones([8, 3, 32, 32])).Shape);    // [8, 16, 64, 64]
/// </code></example>
public sealed class ConvTranspose2d : ConvolutionLayer
{
    readonly Dims padding, outputPadding;

    /// <summary>A layer with random weights.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
    /// <param name="stride">The step of the window; 1 if left out.</param>
    /// <param name="padding">What is taken away on each side; 0 if left out.</param>
    /// <param name="outputPadding">What is added to one side of the output; 0 if left out.</param>
    /// <param name="dilation">The step inside of the window; 1 if left out.</param>
    /// <param name="groups">The number of channel groups; as many as input channels make the convolution depthwise.</param>
    /// <param name="bias">Whether to add a bias.</param>
    /// <param name="generator">Where the first weights come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">A size is out of range, or the channels cannot be split into the groups.</exception>
    public ConvTranspose2d(
        long inChannels, long outChannels, Dims kernelSize, Dims? stride = null, Dims? padding = null, Dims? outputPadding = null, int groups = 1, bool bias = true, Dims? dilation = null,
        Generator? generator = null, DType dtype = DType.Float32)
        : base(2, true, inChannels, outChannels, kernelSize, stride, padding ?? 0, dilation, groups, bias, generator, dtype) =>
        (this.padding, this.outputPadding) = (Initial.Each(padding ?? 0, 2, TypeName, nameof(padding), 0), Initial.Each(outputPadding ?? 0, 2, TypeName, nameof(outputPadding), 0));

    private protected override (long In, long Out) Channels => (Weight.Shape[0], Weight.Shape[1] * Groups);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.ConvTranspose2d(W, B, Stride, padding, outputPadding, Groups, Dilation);
}

/// <summary>
/// A transposed convolution over the last three axes of [batch, channels, depth, height, width], the gradient of a convolution taken as a layer: each size becomes
/// (size - 1) stride - 2 padding + dilation (kernel - 1) + outputPadding + 1; see <see cref="Tensor.ConvTranspose3d"/>.
/// </summary>
/// <example><code>
/// Console.WriteLine(new ConvTranspose3d(3, 16, kernelSize: 4, stride: 2, padding: 1).Call(Tensor.Ones([8, 3, 8, 32, 32])).Shape);    // [8, 16, 16, 64, 64]
/// </code></example>
public sealed class ConvTranspose3d : ConvolutionLayer
{
    readonly Dims padding, outputPadding;

    /// <summary>A layer with random weights.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
    /// <param name="stride">The step of the window; 1 if left out.</param>
    /// <param name="padding">What is taken away on each side; 0 if left out.</param>
    /// <param name="outputPadding">What is added to one side of the output; 0 if left out.</param>
    /// <param name="dilation">The step inside of the window; 1 if left out.</param>
    /// <param name="groups">The number of channel groups; as many as input channels make the convolution depthwise.</param>
    /// <param name="bias">Whether to add a bias.</param>
    /// <param name="generator">Where the first weights come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">A size is out of range, or the channels cannot be split into the groups.</exception>
    public ConvTranspose3d(
        long inChannels, long outChannels, Dims kernelSize, Dims? stride = null, Dims? padding = null, Dims? outputPadding = null, int groups = 1, bool bias = true, Dims? dilation = null,
        Generator? generator = null, DType dtype = DType.Float32)
        : base(3, true, inChannels, outChannels, kernelSize, stride, padding ?? 0, dilation, groups, bias, generator, dtype) =>
        (this.padding, this.outputPadding) = (Initial.Each(padding ?? 0, 3, TypeName, nameof(padding), 0), Initial.Each(outputPadding ?? 0, 3, TypeName, nameof(outputPadding), 0));

    private protected override (long In, long Out) Channels => (Weight.Shape[0], Weight.Shape[1] * Groups);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.ConvTranspose3d(W, B, Stride, padding, outputPadding, Groups, Dilation);
}
