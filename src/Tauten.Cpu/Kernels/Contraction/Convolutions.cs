using System.Numerics;

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
        {
            Clear(y, shape.OutputElements);
            return;
        }
        var algorithm = ConvolutionAlgorithms.For(shape);
        if (algorithm == ConvolutionAlgorithm.Winograd)
        {
            Winograd(WinogradTiles.Of(shape), shape.InChannels, shape.OutChannels, x, weight, false, y);
            return;
        }
        if (algorithm == ConvolutionAlgorithm.ChannelsLast)
        {
            ChannelsLast(ConvolutionPhases.Forward(shape), shape, shape.InChannelsOfGroup, shape.OutChannelsOfGroup, x, weight, false, y);
            return;
        }
        if (algorithm == ConvolutionAlgorithm.Depthwise)
        {
            Depthwise(ConvolutionPhases.Forward(shape), shape, x, weight, y);
            return;
        }
        if (algorithm == ConvolutionAlgorithm.Pointwise)
        {
            Pointwise(shape, weight, shape.OutChannelsOfGroup, shape.InChannelsOfGroup, shape.InChannelsOfGroup, 1, x, y);
            return;
        }
        var pass = new ConvolutionPass<T>
        {
            Windows = Windows(shape, x), Batch = shape.Batch, Groups = shape.Groups, Rows = shape.OutChannelsOfGroup, Weights = weight,
            Target = y, TargetRow = shape.Output.Product, TargetStep = new(shape.Output[1] * shape.Output[2], shape.Output[2], 1),
        };
        using var scratch = Scratch.Take(shape.InChannelsOfGroup * shape.Kernel.Product * sizeof(long));
        SetTaps(shape, ref pass.Windows, (long*)scratch.Pointer);
        Run(pass);
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
        var algorithm = ConvolutionAlgorithms.For(shape);
        if (algorithm == ConvolutionAlgorithm.Winograd)
        {
            Winograd(WinogradTiles.OfInputGradient(shape), shape.OutChannels, shape.InChannels, yGradient, weight, true, xGradient);
            return;
        }
        if (algorithm == ConvolutionAlgorithm.ChannelsLast)
        {
            ChannelsLast(ConvolutionPhases.InputGradient(shape), shape, shape.OutChannelsOfGroup, shape.InChannelsOfGroup, yGradient, weight, true, xGradient);
            return;
        }
        if (algorithm == ConvolutionAlgorithm.Depthwise)
        {
            Depthwise(ConvolutionPhases.InputGradient(shape), shape, yGradient, weight, xGradient);
            return;
        }
        if (algorithm == ConvolutionAlgorithm.Pointwise)
        {
            Pointwise(shape, weight, shape.InChannelsOfGroup, shape.OutChannelsOfGroup, 1, shape.InChannelsOfGroup, yGradient, xGradient);
            return;
        }
        ConvolutionInputGradient.Run(shape, yGradient, weight, xGradient);
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
        if (algorithm == ConvolutionAlgorithm.Depthwise)
        {
            var phases = ConvolutionPhases.Forward(shape);
            switch (LevelFor<T>(phases.Cells[2]))
            {
                case InstructionLevel.Avx512: DepthwiseWeightGradient<V512<T>, T>.Run(phases, shape.Batch, shape.Groups, x, yGradient, weightGradient); break;
                case InstructionLevel.Avx2: DepthwiseWeightGradient<V256<T>, T>.Run(phases, shape.Batch, shape.Groups, x, yGradient, weightGradient); break;
                default: DepthwiseWeightGradient<V128<T>, T>.Run(phases, shape.Batch, shape.Groups, x, yGradient, weightGradient); break;
            }
            return;
        }
        if (algorithm == ConvolutionAlgorithm.ChannelsLast)
        {
            switch (CpuInstructions.Level)
            {
                case InstructionLevel.Avx512: ChannelsLastWeightGradient<V512<T>, T>.Run(shape, x, yGradient, weightGradient); break;
                case InstructionLevel.Avx2: ChannelsLastWeightGradient<V256<T>, T>.Run(shape, x, yGradient, weightGradient); break;
                default: ChannelsLastWeightGradient<V128<T>, T>.Run(shape, x, yGradient, weightGradient); break;
            }
            return;
        }
        if (algorithm == ConvolutionAlgorithm.Winograd)
        {
            var tiles = WinogradTiles.Of(shape);
            switch (CpuInstructions.Level)
            {
                case InstructionLevel.Avx512: WinogradWeightGradient<V512<T>, T>.Run(tiles, shape.InChannels, shape.OutChannels, x, yGradient, weightGradient); break;
                case InstructionLevel.Avx2: WinogradWeightGradient<V256<T>, T>.Run(tiles, shape.InChannels, shape.OutChannels, x, yGradient, weightGradient); break;
                default: WinogradWeightGradient<V128<T>, T>.Run(tiles, shape.InChannels, shape.OutChannels, x, yGradient, weightGradient); break;
            }
            return;
        }
        using var scratch = Scratch.Take(shape.InChannelsOfGroup * shape.Kernel.Product * sizeof(long));
        var windows = Windows(shape, x);
        SetTaps(shape, ref windows, (long*)scratch.Pointer);
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: ConvolutionWeightGradient<T, V512<T>>.Run(shape, windows, yGradient, weightGradient); break;
            case InstructionLevel.Avx2: ConvolutionWeightGradient<T, V256<T>>.Run(shape, windows, yGradient, weightGradient); break;
            default: ConvolutionWeightGradient<T, V128<T>>.Run(shape, windows, yGradient, weightGradient); break;
        }
    }

    /// <summary>Runs a pass with the vectors of the level.</summary>
    internal static void Run<T>(ConvolutionPass<T> pass) where T : unmanaged, INumberBase<T>
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: pass.Run<V512<T>>(); break;
            case InstructionLevel.Avx2: pass.Run<V256<T>>(); break;
            default: pass.Run<V128<T>>(); break;
        }
    }

    /// <summary>Runs Winograd's algorithm with the vectors of the level.</summary>
    private static void Winograd<T>(in WinogradTiles tiles, long inChannels, long outChannels, T* source, T* weight, bool turned, T* target)
        where T : unmanaged, INumberBase<T>
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: WinogradConvolution<V512<T>, T>.Run(tiles, inChannels, outChannels, source, weight, turned, target); break;
            case InstructionLevel.Avx2: WinogradConvolution<V256<T>, T>.Run(tiles, inChannels, outChannels, source, weight, turned, target); break;
            default: WinogradConvolution<V128<T>, T>.Run(tiles, inChannels, outChannels, source, weight, turned, target); break;
        }
    }

    /// <summary>Runs a pass over channels side by side with the vectors of the level.</summary>
    private static void ChannelsLast<T>(
        ConvolutionPhases pass, in ConvolutionShape shape, long inChannels, long outChannels, T* source, T* weight, bool turned, T* target)
        where T : unmanaged, INumberBase<T>
    {
        var (batch, groups, window) = (shape.Batch, shape.Groups, shape.Kernel.Product);
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: ChannelsLastConvolution<V512<T>, T>.Run(pass, batch, groups, inChannels, outChannels, window, source, weight, turned, target); break;
            case InstructionLevel.Avx2: ChannelsLastConvolution<V256<T>, T>.Run(pass, batch, groups, inChannels, outChannels, window, source, weight, turned, target); break;
            default: ChannelsLastConvolution<V128<T>, T>.Run(pass, batch, groups, inChannels, outChannels, window, source, weight, turned, target); break;
        }
    }

    /// <summary>Runs sums of shifted rows with vectors that suit the width.</summary>
    private static void Depthwise<T>(ConvolutionPhases phases, in ConvolutionShape shape, T* source, T* weight, T* target) where T : unmanaged, INumberBase<T>
    {
        var (batch, channels, window) = (shape.Batch, shape.Groups, shape.Kernel.Product);
        switch (LevelFor<T>(phases.Cells[2]))
        {
            case InstructionLevel.Avx512: DepthwiseConvolution<V512<T>, T>.Run(phases, batch, channels, window, source, weight, target); break;
            case InstructionLevel.Avx2: DepthwiseConvolution<V256<T>, T>.Run(phases, batch, channels, window, source, weight, target); break;
            default: DepthwiseConvolution<V128<T>, T>.Run(phases, batch, channels, window, source, weight, target); break;
        }
    }

    /// <summary>The instructions for rows of some elements: vectors no longer than what a row fills by more than half.</summary>
    private static InstructionLevel LevelFor<T>(long width) where T : unmanaged =>
        CpuInstructions.Level == InstructionLevel.Avx512 && width * sizeof(T) <= 32 ? InstructionLevel.Avx2 : CpuInstructions.Level;

    /// <summary>Zeros.</summary>
    internal static void Clear<T>(T* target, long count) where T : unmanaged =>
        System.Runtime.InteropServices.NativeMemory.Clear(target, (nuint)(count * sizeof(T)));

    /// <summary>The windows that the forward convolution takes of x, without their taps.</summary>
    private static ConvolutionWindows<T> Windows<T>(in ConvolutionShape shape, T* x) where T : unmanaged
    {
        var windows = new ConvolutionWindows<T>
        {
            Images = x, Channels = shape.InChannels, Source = shape.Input, Low = shape.PadLow, Step = shape.Stride, Positions = shape.Output,
        };
        for (int axis = 0; axis < 3; axis++)
            windows.Padded[axis] = (shape.Output[axis] - 1) * shape.Stride[axis] + (shape.Kernel[axis] - 1) * shape.Dilation[axis] + 1;
        return windows;
    }

    /// <summary>The taps of the forward convolution.</summary>
    private static void SetTaps<T>(in ConvolutionShape shape, ref ConvolutionWindows<T> windows, long* taps) where T : unmanaged
    {
        var (kernel, dilation) = (shape.Kernel, shape.Dilation);
        windows.SetTaps(shape.InChannelsOfGroup, Coordinates(0), Coordinates(1), Coordinates(2), taps);

        long[] Coordinates(int axis)
        {
            var coordinates = new long[kernel[axis]];
            for (int k = 0; k < coordinates.Length; k++)
                coordinates[k] = k * dilation[axis];
            return coordinates;
        }
    }

    /// <summary>Runs a product of weight and pixels with the vectors of the level.</summary>
    private static void Pointwise<T>(in ConvolutionShape shape, T* weight, long rows, long inner, long weightRow, long weightColumn, T* source, T* target)
        where T : unmanaged, INumberBase<T>
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: PointwiseConvolution<V512<T>, T>.Run(shape, rows, inner, weight, weightRow, weightColumn, source, target); break;
            case InstructionLevel.Avx2: PointwiseConvolution<V256<T>, T>.Run(shape, rows, inner, weight, weightRow, weightColumn, source, target); break;
            default: PointwiseConvolution<V128<T>, T>.Run(shape, rows, inner, weight, weightRow, weightColumn, source, target); break;
        }
    }
}
