using System.Numerics;
using System.Runtime.InteropServices;

namespace Tauten.Cpu;

/// <summary>Convolutions over up to three spatial axes and their gradients, for float and double. See <see cref="ConvolutionShape"/> for the formula.</summary>
internal static unsafe class Convolutions
{
    /// <summary>y = x * w, and what follows, tile by tile.</summary>
    public static void Forward<T>(in ConvolutionShape shape, T* x, KernelWeight<T> weight, T* y, in ConvolutionEpilogue<T> epilogue) where T : unmanaged, INumberBase<T>
    {
        if (shape.OutputElements == 0)
            return;
        if (shape.WeightElements == 0)
        {
            Clear(y, shape.OutputElements);
            for (long image = 0; image < shape.Batch; image++)
                epilogue.Apply(y + image * shape.OutChannels * shape.Output.Product, 0, shape.OutChannels, shape.Output.Product, shape.Output.Product);
            return;
        }
        var algorithm = ConvolutionAlgorithms.ForOutput(shape);
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: ConvolutionAlgorithm<V512<T>, T>.Of(algorithm).Output(shape, x, weight, y, epilogue); break;
            case InstructionLevel.Avx2: ConvolutionAlgorithm<V256<T>, T>.Of(algorithm).Output(shape, x, weight, y, epilogue); break;
            default: ConvolutionAlgorithm<V128<T>, T>.Of(algorithm).Output(shape, x, weight, y, epilogue); break;
        }
    }

    /// <summary>y = x * w + bias, and what follows, for images whose channels lie side by side: x [Batch, Input, InChannels], y [Batch, Output, OutChannels]; no bias for null.</summary>
    public static void ChannelsLast<T>(in ConvolutionShape shape, T* x, KernelWeight<T> weight, T* bias, T* y, in ProductEpilogue<T> epilogue) where T : unmanaged, INumberBase<T>
    {
        if (shape.OutputElements == 0)
            return;
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: ChannelsLast<V512<T>, T>(shape, x, weight, bias, y, epilogue); break;
            case InstructionLevel.Avx2: ChannelsLast<V256<T>, T>(shape, x, weight, bias, y, epilogue); break;
            default: ChannelsLast<V128<T>, T>(shape, x, weight, bias, y, epilogue); break;
        }
    }

    private static void ChannelsLast<V, T>(in ConvolutionShape shape, T* x, KernelWeight<T> weight, T* bias, T* y, in ProductEpilogue<T> epilogue)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, INumberBase<T>
    {
        switch (ConvolutionAlgorithms.ForOutput(shape))
        {
            case ConvolutionAlgorithm.Depthwise: DepthwisePixels<V, T>.Run(shape, x, weight, bias, y, epilogue); break;
            case ConvolutionAlgorithm.Winograd: WinogradConvolution<V, T>.RunChannelsLast(shape, x, weight, bias, y, epilogue); break;
            default: PixelProduct<V, T>.Run(shape, x, weight, bias, y, epilogue); break;
        }
    }

    /// <summary>The gradient with respect to x, from the one with respect to y.</summary>
    public static void InputGradient<T>(in ConvolutionShape shape, T* yGradient, T* weight, T* xGradient) where T : unmanaged, INumberBase<T>
    {
        if (shape.InputElements == 0)
            return;
        if (shape.OutputElements == 0 || shape.WeightElements == 0)
        {
            Clear(xGradient, shape.InputElements);
            return;
        }
        var algorithm = ConvolutionAlgorithms.ForInputGradient(shape);
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: ConvolutionAlgorithm<V512<T>, T>.Of(algorithm).InputGradient(shape, yGradient, weight, xGradient); break;
            case InstructionLevel.Avx2: ConvolutionAlgorithm<V256<T>, T>.Of(algorithm).InputGradient(shape, yGradient, weight, xGradient); break;
            default: ConvolutionAlgorithm<V128<T>, T>.Of(algorithm).InputGradient(shape, yGradient, weight, xGradient); break;
        }
    }

    /// <summary>The gradient with respect to w, from x and the gradient with respect to y.</summary>
    public static void WeightGradient<T>(in ConvolutionShape shape, T* x, T* yGradient, T* weightGradient) where T : unmanaged, INumberBase<T>
    {
        if (shape.WeightElements == 0)
            return;
        if (shape.OutputElements == 0 || shape.InputElements == 0)
        {
            Clear(weightGradient, shape.WeightElements);
            return;
        }
        var algorithm = ConvolutionAlgorithms.ForWeightGradient(shape);
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: ConvolutionAlgorithm<V512<T>, T>.Of(algorithm).WeightGradient(shape, x, yGradient, weightGradient); break;
            case InstructionLevel.Avx2: ConvolutionAlgorithm<V256<T>, T>.Of(algorithm).WeightGradient(shape, x, yGradient, weightGradient); break;
            default: ConvolutionAlgorithm<V128<T>, T>.Of(algorithm).WeightGradient(shape, x, yGradient, weightGradient); break;
        }
    }

    /// <summary>Zeros.</summary>
    internal static void Clear<T>(T* target, long count) where T : unmanaged => NativeMemory.Clear(target, (nuint)(count * sizeof(T)));
}
