using System.Numerics;

namespace Tauten.Cpu;

/// <summary>How a convolution or one of its gradients is computed: see <see cref="ConvolutionAlgorithm{V, T}.Of"/>.</summary>
internal enum ConvolutionAlgorithm
{
    /// <summary>A matrix product of weight and pixels: every output pixel sees just its own input pixel.</summary>
    Pointwise,

    /// <summary>The same with pixels that lie a step apart.</summary>
    Sampled,

    /// <summary>Products with copies of images whose channels lie side by side.</summary>
    ChannelsLast,

    /// <summary>Sums of shifted rows: every channel has a window of its own.</summary>
    Depthwise,

    /// <summary>Winograd's minimal filtering.</summary>
    Winograd,

    /// <summary>Products with windows of padded images.</summary>
    Windows,

    /// <summary>Products whose results are added up where windows overlap.</summary>
    Overlaps,
}

/// <summary>The one place where algorithms are chosen: by the shape and the process' setting, never by the number of threads.</summary>
internal static class ConvolutionAlgorithms
{
    /// <summary>Channels of a group below which vectors of channels would be too empty.</summary>
    private const long LeastChannelsOfGroup = 16;

    /// <summary>Channels below which transforms would take longer than they save.</summary>
    private const long LeastChannels = 32;

    /// <summary>Tiles below which products are too short for what their transformed weights, four times as large as the weights, cost to read.</summary>
    private const long LeastTiles = 8;

    /// <summary>Channels above which the transformed windows of one panel would take too much memory.</summary>
    private const long MostChannels = 2048;

    /// <summary>Whether Winograd's algorithm may be used; <c>TAUTEN_WINOGRAD=0</c> turns it off at start.</summary>
    public static bool UsesWinograd { get; set; } = Environment.GetEnvironmentVariable("TAUTEN_WINOGRAD") != "0";

    /// <summary>The algorithm for a convolution.</summary>
    public static ConvolutionAlgorithm ForOutput(in ConvolutionShape shape) => Special(shape) ?? (HasManyChannels(shape) ? ConvolutionAlgorithm.ChannelsLast : ConvolutionAlgorithm.Windows);

    /// <summary>The algorithm for the gradient with respect to the input.</summary>
    public static ConvolutionAlgorithm ForInputGradient(in ConvolutionShape shape)
    {
        if (Special(shape) is { } special)
            return special;
        if (HasManyChannels(shape))
            return ConvolutionAlgorithm.ChannelsLast;
        // Few channels of the input would leave the rows of a product empty, few of the output its sums short.
        return shape.OutChannelsOfGroup >= LeastChannelsOfGroup ? ConvolutionAlgorithm.Overlaps : ConvolutionAlgorithm.Windows;
    }

    /// <summary>The algorithm for the gradient with respect to the weight.</summary>
    public static ConvolutionAlgorithm ForWeightGradient(in ConvolutionShape shape)
    {
        if (Special(shape) is { } special && special != ConvolutionAlgorithm.Pointwise)
            return special;
        return HasManyChannels(shape) ? ConvolutionAlgorithm.ChannelsLast : ConvolutionAlgorithm.Windows;
    }

    /// <summary>The algorithms that make use of what a shape has not.</summary>
    private static ConvolutionAlgorithm? Special(in ConvolutionShape shape)
    {
        if (IsDepthwise(shape))
            return ConvolutionAlgorithm.Depthwise;
        if (shape.IsPointwise)
            return ConvolutionAlgorithm.Pointwise;
        if (shape.IsSampled)
            return ConvolutionAlgorithm.Sampled;
        return UsesWinograd && SuitsWinograd(shape) ? ConvolutionAlgorithm.Winograd : null;
    }

    /// <summary>Whether every channel has a window of its own, over at most two axes.</summary>
    private static bool IsDepthwise(in ConvolutionShape shape) =>
        shape.Groups == shape.InChannels && shape.Groups == shape.OutChannels && shape.Input[0] == 1 && shape.Output[0] == 1 && shape.Kernel[0] == 1 && shape.PadLow[0] == 0;

    /// <summary>Whether vectors of channels are full enough.</summary>
    private static bool HasManyChannels(in ConvolutionShape shape) => Math.Min(shape.InChannelsOfGroup, shape.OutChannelsOfGroup) >= LeastChannelsOfGroup;

    /// <summary>Windows of 3 x 3 in steps of one, enough channels, and outputs of enough tiles of 4 x 4 that fill them by half.</summary>
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
            && FillsTiles(shape.Batch, shape.Output[1], shape.Output[2]) && FillsTiles(shape.Batch, shape.Input[1], shape.Input[2]);
    }

    /// <summary>Whether there are enough tiles, and at least half of their pixels are needed.</summary>
    private static bool FillsTiles(long batch, long height, long width) =>
        (height + 3) / 4 * ((width + 3) / 4) is var tiles && batch * tiles >= LeastTiles && 2 * height * width >= tiles * 16;
}

/// <summary>What an algorithm does, for one vector and element type: shapes are such as it suits, and no tensor is empty.</summary>
internal abstract unsafe class ConvolutionAlgorithm<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    private static readonly ConvolutionAlgorithm<V, T> pointwise = new PointwiseAlgorithm<V, T>(), sampled = new SampledAlgorithm<V, T>(), channelsLast = new ChannelsLastAlgorithm<V, T>(),
        depthwise = new DepthwiseAlgorithm<V, T>(), winograd = new WinogradAlgorithm<V, T>(), overlaps = new OverlapsAlgorithm<V, T>(), windows = new WindowsAlgorithm<V, T>();

    /// <summary>The table of algorithms.</summary>
    public static ConvolutionAlgorithm<V, T> Of(ConvolutionAlgorithm algorithm) => algorithm switch
    {
        ConvolutionAlgorithm.Pointwise => pointwise,
        ConvolutionAlgorithm.Sampled => sampled,
        ConvolutionAlgorithm.ChannelsLast => channelsLast,
        ConvolutionAlgorithm.Depthwise => depthwise,
        ConvolutionAlgorithm.Winograd => winograd,
        ConvolutionAlgorithm.Overlaps => overlaps,
        _ => windows,
    };

    /// <summary>y = x * w, and what follows.</summary>
    public abstract void Output(in ConvolutionShape shape, T* x, KernelWeight<T> weight, T* y, in ConvolutionEpilogue<T> epilogue);

    /// <summary>The gradient with respect to x.</summary>
    public abstract void InputGradient(in ConvolutionShape shape, T* yGradient, T* weight, T* xGradient);

    /// <summary>The gradient with respect to w.</summary>
    public abstract void WeightGradient(in ConvolutionShape shape, T* x, T* yGradient, T* weightGradient);
}

/// <summary>See <see cref="PointwiseConvolution{V, T}"/>.</summary>
internal sealed unsafe class PointwiseAlgorithm<V, T> : ConvolutionAlgorithm<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <inheritdoc/>
    public override void Output(in ConvolutionShape shape, T* x, KernelWeight<T> weight, T* y, in ConvolutionEpilogue<T> epilogue) =>
        PointwiseConvolution<V, T>.Run(shape, shape.OutChannelsOfGroup, shape.InChannelsOfGroup, weight, shape.InChannelsOfGroup, 1, x, y, epilogue);

    /// <inheritdoc/>
    public override void InputGradient(in ConvolutionShape shape, T* yGradient, T* weight, T* xGradient) =>
        PointwiseConvolution<V, T>.Run(shape, shape.InChannelsOfGroup, shape.OutChannelsOfGroup, new(weight), 1, shape.InChannelsOfGroup, yGradient, xGradient, default);

    /// <inheritdoc/>
    public override void WeightGradient(in ConvolutionShape shape, T* x, T* yGradient, T* weightGradient) =>
        Of(ConvolutionAlgorithms.ForWeightGradient(shape)).WeightGradient(shape, x, yGradient, weightGradient);
}

/// <summary>See <see cref="SampledPixels{V, T}"/>: what is left is pointwise.</summary>
internal sealed unsafe class SampledAlgorithm<V, T> : ConvolutionAlgorithm<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <inheritdoc/>
    public override void Output(in ConvolutionShape shape, T* x, KernelWeight<T> weight, T* y, in ConvolutionEpilogue<T> epilogue)
    {
        var rest = shape.Sampled();
        using var scratch = Scratch.Take(rest.InputElements * sizeof(T));
        SampledPixels<V, T>.Gather(shape, x, (T*)scratch.Pointer);
        Of(ConvolutionAlgorithm.Pointwise).Output(rest, (T*)scratch.Pointer, weight, y, epilogue);
    }

    /// <inheritdoc/>
    public override void InputGradient(in ConvolutionShape shape, T* yGradient, T* weight, T* xGradient)
    {
        var rest = shape.Sampled();
        using var scratch = Scratch.Take(rest.InputElements * sizeof(T));
        Of(ConvolutionAlgorithm.Pointwise).InputGradient(rest, yGradient, weight, (T*)scratch.Pointer);
        SampledPixels<V, T>.Scatter(shape, (T*)scratch.Pointer, xGradient);
    }

    /// <inheritdoc/>
    public override void WeightGradient(in ConvolutionShape shape, T* x, T* yGradient, T* weightGradient)
    {
        var rest = shape.Sampled();
        using var scratch = Scratch.Take(rest.InputElements * sizeof(T));
        SampledPixels<V, T>.Gather(shape, x, (T*)scratch.Pointer);
        Of(ConvolutionAlgorithms.ForWeightGradient(rest)).WeightGradient(rest, (T*)scratch.Pointer, yGradient, weightGradient);
    }
}

/// <summary>See <see cref="DepthwiseConvolution{V, T}"/>. Rows are done with vectors that they fill by half at least.</summary>
internal sealed unsafe class DepthwiseAlgorithm<V, T> : ConvolutionAlgorithm<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <inheritdoc/>
    public override void Output(in ConvolutionShape shape, T* x, KernelWeight<T> weight, T* y, in ConvolutionEpilogue<T> epilogue)
    {
        if (IsTooWide(shape.Output[2]))
            DepthwiseConvolution<V256<T>, T>.Run(ConvolutionPhases.Forward(shape), shape.Batch, shape.Groups, shape.Kernel.Product, x, weight.First, y, epilogue);
        else
            DepthwiseConvolution<V, T>.Run(ConvolutionPhases.Forward(shape), shape.Batch, shape.Groups, shape.Kernel.Product, x, weight.First, y, epilogue);
    }

    /// <inheritdoc/>
    public override void InputGradient(in ConvolutionShape shape, T* yGradient, T* weight, T* xGradient)
    {
        if (IsTooWide(shape.Input[2] / shape.Stride[2]))
            DepthwiseConvolution<V256<T>, T>.Run(ConvolutionPhases.InputGradient(shape), shape.Batch, shape.Groups, shape.Kernel.Product, yGradient, weight, xGradient, default);
        else
            DepthwiseConvolution<V, T>.Run(ConvolutionPhases.InputGradient(shape), shape.Batch, shape.Groups, shape.Kernel.Product, yGradient, weight, xGradient, default);
    }

    /// <inheritdoc/>
    public override void WeightGradient(in ConvolutionShape shape, T* x, T* yGradient, T* weightGradient)
    {
        if (IsTooWide(shape.Output[2]))
            DepthwiseWeightGradient<V256<T>, T>.Run(ConvolutionPhases.Forward(shape), shape.Batch, shape.Groups, x, yGradient, weightGradient);
        else
            DepthwiseWeightGradient<V, T>.Run(ConvolutionPhases.Forward(shape), shape.Batch, shape.Groups, x, yGradient, weightGradient);
    }

    private static bool IsTooWide(long width) => sizeof(V) > sizeof(V256<T>) && width * sizeof(T) <= sizeof(V256<T>);
}

/// <summary>See <see cref="WinogradConvolution{V, T}"/>.</summary>
internal sealed unsafe class WinogradAlgorithm<V, T> : ConvolutionAlgorithm<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <inheritdoc/>
    public override void Output(in ConvolutionShape shape, T* x, KernelWeight<T> weight, T* y, in ConvolutionEpilogue<T> epilogue) =>
        WinogradConvolution<V, T>.Run(WinogradTiles.Of(shape), shape.InChannels, shape.OutChannels, x, weight, turned: false, y, epilogue);

    /// <inheritdoc/>
    public override void InputGradient(in ConvolutionShape shape, T* yGradient, T* weight, T* xGradient) =>
        WinogradConvolution<V, T>.Run(WinogradTiles.OfInputGradient(shape), shape.OutChannels, shape.InChannels, yGradient, new(weight), turned: true, xGradient, default);

    /// <inheritdoc/>
    public override void WeightGradient(in ConvolutionShape shape, T* x, T* yGradient, T* weightGradient) =>
        WinogradWeightGradient<V, T>.Run(WinogradTiles.Of(shape), shape.InChannels, shape.OutChannels, x, yGradient, weightGradient);
}

/// <summary>See <see cref="ChannelsLastConvolution{V, T}"/>.</summary>
internal sealed unsafe class ChannelsLastAlgorithm<V, T> : ConvolutionAlgorithm<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <inheritdoc/>
    public override void Output(in ConvolutionShape shape, T* x, KernelWeight<T> weight, T* y, in ConvolutionEpilogue<T> epilogue) =>
        ChannelsLastConvolution<V, T>.Run(
            ConvolutionPhases.Forward(shape), shape.Batch, shape.Groups, shape.InChannelsOfGroup, shape.OutChannelsOfGroup, shape.Kernel.Product, x, weight.First, turned: false, y, epilogue);

    /// <inheritdoc/>
    public override void InputGradient(in ConvolutionShape shape, T* yGradient, T* weight, T* xGradient) =>
        ChannelsLastConvolution<V, T>.Run(
            ConvolutionPhases.InputGradient(shape), shape.Batch, shape.Groups, shape.OutChannelsOfGroup, shape.InChannelsOfGroup, shape.Kernel.Product, yGradient, weight, turned: true, xGradient,
            default);

    /// <inheritdoc/>
    public override void WeightGradient(in ConvolutionShape shape, T* x, T* yGradient, T* weightGradient) => ChannelsLastWeightGradient<V, T>.Run(shape, x, yGradient, weightGradient);
}

/// <summary>See <see cref="ConvolutionPass{T}"/>; suits all shapes.</summary>
internal class WindowsAlgorithm<V, T> : ConvolutionAlgorithm<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <inheritdoc/>
    public override unsafe void Output(in ConvolutionShape shape, T* x, KernelWeight<T> weight, T* y, in ConvolutionEpilogue<T> epilogue) => ConvolutionPass<T>.Forward<V>(shape, x, weight.First, y, epilogue);

    /// <inheritdoc/>
    public override unsafe void InputGradient(in ConvolutionShape shape, T* yGradient, T* weight, T* xGradient) => ConvolutionInputGradient<V, T>.Run(shape, yGradient, weight, xGradient);

    /// <inheritdoc/>
    public override unsafe void WeightGradient(in ConvolutionShape shape, T* x, T* yGradient, T* weightGradient) => ConvolutionWeightGradient<T, V>.Run(shape, x, yGradient, weightGradient);
}

/// <summary>The same but for the gradient with respect to the input: see <see cref="OverlappingWindows{V, T}"/>.</summary>
internal sealed class OverlapsAlgorithm<V, T> : WindowsAlgorithm<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <inheritdoc/>
    public override unsafe void InputGradient(in ConvolutionShape shape, T* yGradient, T* weight, T* xGradient) => OverlappingWindows<V, T>.Run(shape, yGradient, weight, xGradient);
}
