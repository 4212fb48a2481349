using System.Numerics;
using System.Runtime.InteropServices;

namespace Tauten.Cpu;

/// <summary>Convolutions over up to three spatial axes and their gradients, for float and double. See <see cref="ConvolutionShape"/> for the formula.</summary>
internal static unsafe class Convolutions
{
    /// <summary>y = x * w.</summary>
    public static void Forward<T>(in ConvolutionShape shape, T* x, T* weight, T* y) where T : unmanaged, INumberBase<T>
    {
        if (shape.OutputElements == 0)
            return;
        if (shape.WeightElements == 0)
            Clear(y, shape.OutputElements);
        else
            Run<T, ForwardWork<T>>(shape, ConvolutionAlgorithms.For(shape), shape.Output[2], new() { X = x, Weight = weight, Y = y });
    }

    /// <summary>The gradient with respect to x, from the one with respect to y.</summary>
    public static void InputGradient<T>(in ConvolutionShape shape, T* yGradient, T* weight, T* xGradient) where T : unmanaged, INumberBase<T>
    {
        if (shape.InputElements == 0)
            return;
        if (shape.OutputElements == 0 || shape.WeightElements == 0)
            Clear(xGradient, shape.InputElements);
        else
            Run<T, InputGradientWork<T>>(shape, ConvolutionAlgorithms.For(shape), shape.Input[2] / shape.Stride[2], new() { Y = yGradient, Weight = weight, X = xGradient });
    }

    /// <summary>The gradient with respect to w, from x and the gradient with respect to y.</summary>
    public static void WeightGradient<T>(in ConvolutionShape shape, T* x, T* yGradient, T* weightGradient) where T : unmanaged, INumberBase<T>
    {
        if (shape.WeightElements == 0)
            return;
        if (shape.OutputElements == 0 || shape.InputElements == 0)
            Clear(weightGradient, shape.WeightElements);
        else
            Run<T, WeightGradientWork<T>>(shape, ConvolutionAlgorithms.ForWeightGradient(shape), shape.Output[2], new() { X = x, Y = yGradient, Weight = weightGradient });
    }

    /// <summary>Zeros.</summary>
    internal static void Clear<T>(T* target, long count) where T : unmanaged => NativeMemory.Clear(target, (nuint)(count * sizeof(T)));

    /// <summary>Does work with the vectors of the level; rows of single channels are done with vectors that they fill by half at least.</summary>
    private static void Run<T, TWork>(in ConvolutionShape shape, ConvolutionAlgorithm algorithm, long width, TWork work)
        where T : unmanaged, INumberBase<T>
        where TWork : struct, IWork<T>
    {
        var level = CpuInstructions.Level;
        if (algorithm == ConvolutionAlgorithm.Depthwise && level == InstructionLevel.Avx512 && width * sizeof(T) <= 32)
            level = InstructionLevel.Avx2;
        switch (level)
        {
            case InstructionLevel.Avx512: work.Run<V512<T>>(shape, algorithm); break;
            case InstructionLevel.Avx2: work.Run<V256<T>>(shape, algorithm); break;
            default: work.Run<V128<T>>(shape, algorithm); break;
        }
    }

    /// <summary>One of the three, for any vector.</summary>
    private interface IWork<T> where T : unmanaged, INumberBase<T>
    {
        /// <summary>Does it.</summary>
        void Run<V>(in ConvolutionShape shape, ConvolutionAlgorithm algorithm) where V : unmanaged, ISimd<V, T>;
    }

    /// <summary>The convolution.</summary>
    private struct ForwardWork<T> : IWork<T> where T : unmanaged, INumberBase<T>
    {
        /// <summary>Its operands and its result.</summary>
        public T* X, Weight, Y;

        /// <inheritdoc/>
        public readonly void Run<V>(in ConvolutionShape shape, ConvolutionAlgorithm algorithm) where V : unmanaged, ISimd<V, T>
        {
            switch (algorithm)
            {
                case ConvolutionAlgorithm.Pointwise:
                    PointwiseConvolution<V, T>.Run(shape, shape.OutChannelsOfGroup, shape.InChannelsOfGroup, Weight, shape.InChannelsOfGroup, 1, X, Y);
                    break;
                case ConvolutionAlgorithm.Depthwise:
                    DepthwiseConvolution<V, T>.Run(ConvolutionPhases.Forward(shape), shape.Batch, shape.Groups, shape.Kernel.Product, X, Weight, Y);
                    break;
                case ConvolutionAlgorithm.Winograd:
                    WinogradConvolution<V, T>.Run(WinogradTiles.Of(shape), shape.InChannels, shape.OutChannels, X, Weight, turned: false, Y);
                    break;
                case ConvolutionAlgorithm.ChannelsLast:
                    ChannelsLastConvolution<V, T>.Run(
                        ConvolutionPhases.Forward(shape), shape.Batch, shape.Groups, shape.InChannelsOfGroup, shape.OutChannelsOfGroup, shape.Kernel.Product, X, Weight, turned: false, Y);
                    break;
                default:
                    ConvolutionPass<T>.Forward<V>(shape, X, Weight, Y);
                    break;
            }
        }
    }

    /// <summary>The gradient with respect to the input.</summary>
    private struct InputGradientWork<T> : IWork<T> where T : unmanaged, INumberBase<T>
    {
        /// <summary>Its operands and its result.</summary>
        public T* Y, Weight, X;

        /// <inheritdoc/>
        public readonly void Run<V>(in ConvolutionShape shape, ConvolutionAlgorithm algorithm) where V : unmanaged, ISimd<V, T>
        {
            switch (algorithm)
            {
                case ConvolutionAlgorithm.Pointwise:
                    PointwiseConvolution<V, T>.Run(shape, shape.InChannelsOfGroup, shape.OutChannelsOfGroup, Weight, 1, shape.InChannelsOfGroup, Y, X);
                    break;
                case ConvolutionAlgorithm.Depthwise:
                    DepthwiseConvolution<V, T>.Run(ConvolutionPhases.InputGradient(shape), shape.Batch, shape.Groups, shape.Kernel.Product, Y, Weight, X);
                    break;
                case ConvolutionAlgorithm.Winograd:
                    WinogradConvolution<V, T>.Run(WinogradTiles.OfInputGradient(shape), shape.OutChannels, shape.InChannels, Y, Weight, turned: true, X);
                    break;
                case ConvolutionAlgorithm.ChannelsLast:
                    ChannelsLastConvolution<V, T>.Run(
                        ConvolutionPhases.InputGradient(shape), shape.Batch, shape.Groups, shape.OutChannelsOfGroup, shape.InChannelsOfGroup, shape.Kernel.Product, Y, Weight, turned: true, X);
                    break;
                default:
                    ConvolutionInputGradient<V, T>.Run(shape, Y, Weight, X);
                    break;
            }
        }
    }

    /// <summary>The gradient with respect to the weight.</summary>
    private struct WeightGradientWork<T> : IWork<T> where T : unmanaged, INumberBase<T>
    {
        /// <summary>Its operands and its result.</summary>
        public T* X, Y, Weight;

        /// <inheritdoc/>
        public readonly void Run<V>(in ConvolutionShape shape, ConvolutionAlgorithm algorithm) where V : unmanaged, ISimd<V, T>
        {
            switch (algorithm)
            {
                case ConvolutionAlgorithm.Depthwise:
                    DepthwiseWeightGradient<V, T>.Run(ConvolutionPhases.Forward(shape), shape.Batch, shape.Groups, X, Y, Weight);
                    break;
                case ConvolutionAlgorithm.Winograd:
                    WinogradWeightGradient<V, T>.Run(WinogradTiles.Of(shape), shape.InChannels, shape.OutChannels, X, Y, Weight);
                    break;
                case ConvolutionAlgorithm.ChannelsLast:
                    ChannelsLastWeightGradient<V, T>.Run(shape, X, Y, Weight);
                    break;
                default:
                    ConvolutionWeightGradient<T, V>.Run(shape, X, Y, Weight);
                    break;
            }
        }
    }
}
