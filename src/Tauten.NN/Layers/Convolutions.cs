namespace Tauten.NN;

/// <summary>
/// What convolutions over one to three axes share: [batch, inChannels, ...] becomes [batch, outChannels, ...], where each size becomes
/// (size + 2 padding - dilation (kernel - 1) - 1) / stride + 1, rounded down.
/// </summary>
/// <remarks>
/// Parameters: <c>weight</c> [outChannels, inChannels / groups, kernel...] and <c>bias</c> [outChannels], at first evenly spread between -1/sqrt(n) and
/// 1/sqrt(n), where n = inChannels / groups * the elements of the kernel. A layer with <c>transposed</c> weights has inChannels and outChannels exchanged.
/// </remarks>
public abstract partial class ConvolutionLayer : Module<Tensor, Tensor>
{
    Parameter weight;
    Parameter? bias;
    private protected readonly Dims Stride, Dilation;
    private protected readonly ConvolutionPadding Padding;
    private protected readonly int Groups;
    readonly bool transposed;

    private protected ConvolutionLayer(
        int axes, bool transposed, long inChannels, long outChannels, Dims kernelSize, Dims? stride, ConvolutionPadding? padding, Dims? dilation, int groups, bool bias,
        Generator? generator, DType dtype)
    {
        Initial.Size(inChannels, TypeName, nameof(inChannels));
        Initial.Size(outChannels, TypeName, nameof(outChannels));
        Initial.Size(groups, TypeName, nameof(groups));
        if (inChannels % groups != 0 || outChannels % groups != 0)
            throw new ShapeException($"{TypeName}: {inChannels} input and {outChannels} output channels cannot both be split into {groups} groups.");
        var kernel = Initial.Each(kernelSize, axes, TypeName, nameof(kernelSize), 1);
        Stride = Initial.Each(stride ?? 1, axes, TypeName, nameof(stride), 1);
        Dilation = Initial.Each(dilation ?? 1, axes, TypeName, nameof(dilation), 1);
        Padding = padding ?? 0;
        if (!Padding.IsSame && Padding == Dims.Create([.. Padding])) Padding = Initial.Each(Dims.Create([.. Padding]), axes, TypeName, nameof(padding), 0);
        (Groups, this.transposed) = (groups, transposed);
        var (rows, columns) = transposed ? (inChannels, outChannels / groups) : (outChannels, inChannels / groups);
        long fanIn = columns;
        foreach (long size in kernel.Span) fanIn *= size;
        weight = Initial.Fan(Shape.Of([rows, columns, .. kernel]), fanIn, generator, dtype);
        this.bias = bias ? Initial.Fan(Shape.Of(outChannels), fanIn, generator, dtype) : null;
    }

    /// <summary>[outChannels, inChannels / groups, kernel...]; [inChannels, outChannels / groups, kernel...] of a transposed convolution.</summary>
    public Parameter Weight => weight;

    /// <summary>[outChannels]; null without bias.</summary>
    public Parameter? Bias => bias;

    internal bool IsTransposed => transposed;

    internal long OutChannels => Channels.Out;

    /// <summary>The same layer with other parameters of its own.</summary>
    internal ConvolutionLayer With(Tensor newWeight, Tensor newBias)
    {
        var copy = (ConvolutionLayer)Copy();
        (copy.weight, copy.bias) = (new(newWeight), new(newBias));
        return copy;
    }

    private protected Tensor W => weight.Borrow();

    private protected Tensor? B => bias?.Borrow();

    private protected virtual (long In, long Out) Channels => (weight.Shape[1] * Groups, weight.Shape[0]);

    // Each output takes the weights of one output channel; each input of a transposed convolution those of one input channel.
    internal override long Operations(object? input, object? output) =>
        (transposed ? input : output) is Tensor t ? 2 * t.Shape.ElementCount.Value * (weight.Shape.ElementCount.Value / weight.Shape[0].Value) : 0;

    /// <inheritdoc/>
    protected override string Details()
    {
        int axes = Stride.Count;
        var text = $"{Channels.In} -> {Channels.Out}, kernel [{string.Join(", ", weight.Shape.Skip(2))}]";
        if (Stride != Dims.Repeat(1, axes)) text += $", stride {Stride}";
        if (Padding != Dims.Repeat(0, axes)) text += $", padding {Padding}";
        if (Dilation != Dims.Repeat(1, axes)) text += $", dilation {Dilation}";
        if (Groups != 1) text += $", groups {Groups}";
        return bias is null ? text + ", no bias" : text;
    }
}

/// <summary>A convolution over the last axis of [batch, channels, length]; see <see cref="Tensor.Conv1d"/>.</summary>
/// <example><code>
/// Console.WriteLine(new Conv1d(3, 16, kernelSize: 3, stride: 2, padding: 1).Call(Tensor.Ones([8, 3, 100])).Shape);    // [8, 16, 50]
/// </code></example>
public sealed class Conv1d : ConvolutionLayer
{
    readonly PadMode padMode;

    /// <summary>A layer with random weights.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
    /// <param name="stride">The step of the window; 1 if left out.</param>
    /// <param name="padding">What is added on each side: numbers, or <see cref="ConvolutionPadding.Same"/>; 0 if left out.</param>
    /// <param name="dilation">The step inside of the window; 1 if left out.</param>
    /// <param name="groups">The number of channel groups; as many as input channels make the convolution depthwise.</param>
    /// <param name="bias">Whether to add a bias.</param>
    /// <param name="padMode">What is added: zeros if left out.</param>
    /// <param name="generator">Where the first weights come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">A size is out of range, or the channels cannot be split into the groups.</exception>
    public Conv1d(
        long inChannels, long outChannels, Dims kernelSize, Dims? stride = null, ConvolutionPadding? padding = null, Dims? dilation = null, int groups = 1, bool bias = true,
        Generator? generator = null, DType dtype = DType.Float32, PadMode padMode = PadMode.Constant)
        : base(1, false, inChannels, outChannels, kernelSize, stride, padding, dilation, groups, bias, generator, dtype) => this.padMode = padMode;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Conv1d(W, B, Stride, Padding, Dilation, Groups, padMode);
}

/// <summary>A convolution over the last two axes of [batch, channels, height, width]; see <see cref="Tensor.Conv2d"/>.</summary>
/// <example><code>
/// Console.WriteLine(new Conv2d(3, 16, kernelSize: 3, stride: 2, padding: 1).Call(Tensor.Ones([8, 3, 32, 32])).Shape);    // [8, 16, 16, 16]
/// </code></example>
public sealed class Conv2d : ConvolutionLayer
{
    readonly PadMode padMode;

    /// <summary>A layer with random weights.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
    /// <param name="stride">The step of the window; 1 if left out.</param>
    /// <param name="padding">What is added on each side: numbers, or <see cref="ConvolutionPadding.Same"/>; 0 if left out.</param>
    /// <param name="dilation">The step inside of the window; 1 if left out.</param>
    /// <param name="groups">The number of channel groups; as many as input channels make the convolution depthwise.</param>
    /// <param name="bias">Whether to add a bias.</param>
    /// <param name="padMode">What is added: zeros if left out.</param>
    /// <param name="generator">Where the first weights come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">A size is out of range, or the channels cannot be split into the groups.</exception>
    public Conv2d(
        long inChannels, long outChannels, Dims kernelSize, Dims? stride = null, ConvolutionPadding? padding = null, Dims? dilation = null, int groups = 1, bool bias = true,
        Generator? generator = null, DType dtype = DType.Float32, PadMode padMode = PadMode.Constant)
        : base(2, false, inChannels, outChannels, kernelSize, stride, padding, dilation, groups, bias, generator, dtype) => this.padMode = padMode;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Conv2d(W, B, Stride, Padding, Dilation, Groups, padMode);
}

/// <summary>A convolution over the last three axes of [batch, channels, depth, height, width]; see <see cref="Tensor.Conv3d"/>.</summary>
/// <example><code>
/// Console.WriteLine(new Conv3d(3, 16, kernelSize: 3, stride: 2, padding: 1).Call(Tensor.Ones([8, 3, 8, 32, 32])).Shape);    // [8, 16, 4, 16, 16]
/// </code></example>
public sealed class Conv3d : ConvolutionLayer
{
    readonly PadMode padMode;

    /// <summary>A layer with random weights.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="kernelSize">The size of the window: one number, or one for each axis.</param>
    /// <param name="stride">The step of the window; 1 if left out.</param>
    /// <param name="padding">What is added on each side: numbers, or <see cref="ConvolutionPadding.Same"/>; 0 if left out.</param>
    /// <param name="dilation">The step inside of the window; 1 if left out.</param>
    /// <param name="groups">The number of channel groups; as many as input channels make the convolution depthwise.</param>
    /// <param name="bias">Whether to add a bias.</param>
    /// <param name="padMode">What is added: zeros if left out.</param>
    /// <param name="generator">Where the first weights come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">A size is out of range, or the channels cannot be split into the groups.</exception>
    public Conv3d(
        long inChannels, long outChannels, Dims kernelSize, Dims? stride = null, ConvolutionPadding? padding = null, Dims? dilation = null, int groups = 1, bool bias = true,
        Generator? generator = null, DType dtype = DType.Float32, PadMode padMode = PadMode.Constant)
        : base(3, false, inChannels, outChannels, kernelSize, stride, padding, dilation, groups, bias, generator, dtype) => this.padMode = padMode;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Conv3d(W, B, Stride, Padding, Dilation, Groups, padMode);
}
