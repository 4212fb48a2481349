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
        if (algorithm == ConvolutionAlgorithm.Pointwise)
        {
            PerImage(shape, weight, shape.OutChannelsOfGroup, shape.InChannelsOfGroup, shape.InChannelsOfGroup, 1, x, y);
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
        if (algorithm == ConvolutionAlgorithm.Pointwise)
        {
            PerImage(shape, weight, shape.InChannelsOfGroup, shape.OutChannelsOfGroup, 1, shape.InChannelsOfGroup, yGradient, xGradient);
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
        if (ConvolutionAlgorithms.For(shape) == ConvolutionAlgorithm.Winograd)
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

    /// <summary>For each image and group, target = weight matrix times source, pixels being columns.</summary>
    private static void PerImage<T>(in ConvolutionShape shape, T* weight, long rows, long inner, long weightRow, long weightColumn, T* source, T* target)
        where T : unmanaged
    {
        int batch = checked((int)(shape.Batch * shape.Groups));
        long pixels = shape.Output.Product;
        using var scratch = Scratch.Take(3L * batch * sizeof(long));
        long* weights = (long*)scratch.Pointer, sources = weights + batch, targets = sources + batch;
        for (int item = 0; item < batch; item++)
        {
            weights[item] = item % shape.Groups * rows * inner;
            sources[item] = item * inner * pixels;
            targets[item] = item * rows * pixels;
        }
        Contraction.Multiply(new MatrixProduct<T>
        {
            Rows = rows, Columns = pixels, Inner = inner, Batch = batch,
            A = weight, ARow = weightRow, AColumn = weightColumn, AOffsets = weights,
            B = source, BRow = pixels, BColumn = 1, BOffsets = sources,
            C = target, CRow = pixels, COffsets = targets,
        });
    }
}
