namespace Tauten.NN;

/// <summary>
/// A convolution over the last two axes: [batch, inChannels, height, width] becomes [batch, outChannels, height', width'], where
/// height' = (height + 2 padding - dilation (kernel - 1) - 1) / stride + 1, rounded down.
/// </summary>
/// <remarks>
/// Parameters: <c>weight</c> [outChannels, inChannels / groups, kernel height, kernel width] and <c>bias</c> [outChannels], at first evenly spread between
/// -1/sqrt(n) and 1/sqrt(n), where n = inChannels / groups * kernel height * kernel width.
/// </remarks>
public sealed partial class Conv2d : Module<Tensor, Tensor>
{
    readonly Parameter weight;
    readonly Parameter? bias;
    readonly Dims stride, padding, dilation;
    readonly int groups;

    /// <summary>A layer with random weights.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="kernelSize">The size of the window: one number, or height and width.</param>
    /// <param name="stride">The step of the window; 1 if left out.</param>
    /// <param name="padding">Zeros on each side; 0 if left out.</param>
    /// <param name="dilation">The step inside of the window; 1 if left out.</param>
    /// <param name="groups">The number of channel groups; as many as input channels make the convolution depthwise.</param>
    /// <param name="bias">Whether to add a bias.</param>
    /// <param name="generator">Where the first weights come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">A size is out of range, or the channels cannot be split into the groups.</exception>
    public Conv2d(
        long inChannels, long outChannels, Dims kernelSize, Dims? stride = null, Dims? padding = null, Dims? dilation = null, int groups = 1, bool bias = true,
        Generator? generator = null, DType dtype = DType.Float32)
    {
        Initial.Size(inChannels, nameof(Conv2d), nameof(inChannels));
        Initial.Size(outChannels, nameof(Conv2d), nameof(outChannels));
        Initial.Size(groups, nameof(Conv2d), nameof(groups));
        if (inChannels % groups != 0 || outChannels % groups != 0)
            throw new ShapeException($"Conv2d: {inChannels} input and {outChannels} output channels cannot both be split into {groups} groups.");
        var kernel = Initial.Pair(kernelSize, nameof(Conv2d), nameof(kernelSize), 1);
        this.stride = Initial.Pair(stride ?? 1, nameof(Conv2d), nameof(stride), 1);
        this.padding = Initial.Pair(padding ?? 0, nameof(Conv2d), nameof(padding), 0);
        this.dilation = Initial.Pair(dilation ?? 1, nameof(Conv2d), nameof(dilation), 1);
        this.groups = groups;
        long fanIn = inChannels / groups * kernel[0] * kernel[1];
        weight = Initial.Fan(Shape.Of(outChannels, inChannels / groups, kernel[0], kernel[1]), fanIn, generator, dtype);
        this.bias = bias ? Initial.Fan(Shape.Of(outChannels), fanIn, generator, dtype) : null;
    }

    /// <summary>[outChannels, inChannels / groups, kernel height, kernel width].</summary>
    public Parameter Weight => weight;

    /// <summary>[outChannels]; null without bias.</summary>
    public Parameter? Bias => bias;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Conv2d(weight.Borrow(), bias?.Borrow(), stride, padding, dilation, groups);

    /// <inheritdoc/>
    protected override string Details()
    {
        var text = $"{weight.Shape[1] * groups} -> {weight.Shape[0]}, kernel [{weight.Shape[2]}, {weight.Shape[3]}]";
        if (stride != Dims.Repeat(1, 2)) text += $", stride {stride}";
        if (padding != Dims.Repeat(0, 2)) text += $", padding {padding}";
        if (dilation != Dims.Repeat(1, 2)) text += $", dilation {dilation}";
        if (groups != 1) text += $", groups {groups}";
        return bias is null ? text + ", no bias" : text;
    }
}
