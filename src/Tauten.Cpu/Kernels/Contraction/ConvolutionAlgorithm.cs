namespace Tauten.Cpu;

/// <summary>How a convolution or one of its gradients is computed.</summary>
internal enum ConvolutionAlgorithm
{
    /// <summary>A matrix product of weight and pixels: every output pixel sees just its own input pixel.</summary>
    Pointwise,

    /// <summary>Products with copies of images whose channels lie side by side.</summary>
    ChannelsLast,

    /// <summary>Sums of shifted rows: every channel has a window of its own.</summary>
    Depthwise,

    /// <summary>Winograd's minimal filtering.</summary>
    Winograd,

    /// <summary>Products with windows of padded images.</summary>
    Windows,
}

/// <summary>The one place where algorithms are chosen: by the shape and the process' setting, never by the number of threads.</summary>
internal static class ConvolutionAlgorithms
{
    /// <summary>Channels of a group below which vectors of channels would be too empty.</summary>
    private const long LeastChannelsOfGroup = 16;

    /// <summary>Channels below which transforms would take longer than they save.</summary>
    private const long LeastChannels = 32;

    /// <summary>Channels above which the transformed windows of one panel would take too much memory.</summary>
    private const long MostChannels = 2048;

    /// <summary>Whether Winograd's algorithm may be used; <c>TAUTEN_WINOGRAD=0</c> turns it off at start.</summary>
    public static bool UsesWinograd { get; set; } = Environment.GetEnvironmentVariable("TAUTEN_WINOGRAD") != "0";

    /// <summary>The algorithm for a convolution and its gradient with respect to the input.</summary>
    public static ConvolutionAlgorithm For(in ConvolutionShape shape)
    {
        if (IsDepthwise(shape))
            return ConvolutionAlgorithm.Depthwise;
        if (shape.IsPointwise)
            return ConvolutionAlgorithm.Pointwise;
        if (UsesWinograd && SuitsWinograd(shape))
            return ConvolutionAlgorithm.Winograd;
        return HasManyChannels(shape) ? ConvolutionAlgorithm.ChannelsLast : ConvolutionAlgorithm.Windows;
    }

    /// <summary>The algorithm for the gradient with respect to the weight.</summary>
    public static ConvolutionAlgorithm ForWeightGradient(in ConvolutionShape shape)
    {
        if (IsDepthwise(shape))
            return ConvolutionAlgorithm.Depthwise;
        if (UsesWinograd && SuitsWinograd(shape))
            return ConvolutionAlgorithm.Winograd;
        return HasManyChannels(shape) ? ConvolutionAlgorithm.ChannelsLast : ConvolutionAlgorithm.Windows;
    }

    /// <summary>Whether every channel has a window of its own, over at most two axes.</summary>
    private static bool IsDepthwise(in ConvolutionShape shape) =>
        shape.Groups == shape.InChannels && shape.Groups == shape.OutChannels && shape.Input[0] == 1 && shape.Output[0] == 1 && shape.Kernel[0] == 1 && shape.PadLow[0] == 0;

    /// <summary>Whether vectors of channels are full enough.</summary>
    private static bool HasManyChannels(in ConvolutionShape shape) => Math.Min(shape.InChannelsOfGroup, shape.OutChannelsOfGroup) >= LeastChannelsOfGroup;

    /// <summary>Windows of 3 x 3 in steps of one, enough channels, and outputs that fill their tiles of 4 x 4 by half.</summary>
    private static bool SuitsWinograd(in ConvolutionShape shape)
    {
        if (shape.Groups != 1 || shape.Input[0] != 1 || shape.Output[0] != 1 || shape.Kernel[0] != 1 || shape.PadLow[0] != 0)
            return false;
        for (int axis = 1; axis < 3; axis++)
        {
            if (shape.Kernel[axis] != 3 || shape.Stride[axis] != 1 || shape.Dilation[axis] != 1 || shape.PadLow[axis] > 2)
                return false;
        }
        return Math.Min(shape.InChannels, shape.OutChannels) >= LeastChannels && Math.Max(shape.InChannels, shape.OutChannels) <= MostChannels
            && FillsTiles(shape.Output[1], shape.Output[2]) && FillsTiles(shape.Input[1], shape.Input[2]);
    }

    /// <summary>Whether at least half of the tiles' pixels are needed.</summary>
    private static bool FillsTiles(long height, long width) => 2 * height * width >= (height + 3) / 4 * ((width + 3) / 4) * 16;
}
