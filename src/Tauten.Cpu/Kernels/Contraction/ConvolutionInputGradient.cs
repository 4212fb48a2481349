using System.Numerics;

namespace Tauten.Cpu;

/// <summary>
/// The gradient of a convolution with respect to its input. An input pixel x meets output pixels o with o * stride + k * dilation = x + pad,
/// so with x + pad = stride * q + r only the elements k with k * dilation = r (mod stride) count: for each phase r, the gradient is a
/// convolution with stride 1 of the output's gradient with those elements, o = q - (k * dilation - r) / stride.
/// </summary>
/// <typeparam name="V">The vector.</typeparam>
/// <typeparam name="T">The element type.</typeparam>
internal static unsafe class ConvolutionInputGradient<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <summary>One phase along one axis.</summary>
    /// <param name="Elements">The elements of the window that count.</param>
    /// <param name="Coordinates">Where they lie in the padded gradient.</param>
    /// <param name="FirstPixel">The first input pixel of the phase.</param>
    /// <param name="Pixels">How many there are; they are a stride apart.</param>
    /// <param name="Low">Zeros before the gradient.</param>
    /// <param name="Padded">Size of the padded gradient.</param>
    private sealed record Phase(long[] Elements, long[] Coordinates, long FirstPixel, long Pixels, long Low, long Padded);

    /// <summary>All phases, one after the other: each writes its own pixels.</summary>
    public static void Run(in ConvolutionShape shape, T* yGradient, T* weight, T* xGradient)
    {
        bool everyPixel = true;
        for (int axis = 0; axis < 3; axis++)
        {
            long pixels = 0;
            foreach (var phase in PhasesOf(shape, axis))
                pixels += phase.Pixels;
            everyPixel &= pixels == shape.Input[axis];
        }
        // Pixels that no window touches belong to no phase.
        if (!everyPixel)
            Convolutions.Clear(xGradient, shape.InputElements);

        foreach (var depth in PhasesOf(shape, 0))
        {
            foreach (var height in PhasesOf(shape, 1))
            {
                foreach (var width in PhasesOf(shape, 2))
                    Run(shape, yGradient, weight, xGradient, depth, height, width);
            }
        }
    }

    /// <summary>The pixels of one phase along each axis.</summary>
    private static void Run(in ConvolutionShape shape, T* yGradient, T* weight, T* xGradient, Phase depth, Phase height, Phase width)
    {
        var input = shape.Input;
        long elements = depth.Elements.Length * height.Elements.Length * width.Elements.Length;
        long taps = shape.OutChannelsOfGroup * elements;
        using var tables = Scratch.Take(taps * sizeof(long));
        using var scratch = Scratch.Take(shape.InChannels * taps * sizeof(T));
        var weights = (T*)scratch.Pointer;
        Gather(shape, weight, weights, depth.Elements, height.Elements, width.Elements);

        var pass = new ConvolutionPass<T>
        {
            Windows = new()
            {
                Images = yGradient, Channels = shape.OutChannels, Source = shape.Output, Step = new(1, 1, 1),
                Low = new(depth.Low, height.Low, width.Low),
                Padded = new(depth.Padded, height.Padded, width.Padded),
                Positions = new(depth.Pixels, height.Pixels, width.Pixels),
            },
            Batch = shape.Batch, Groups = shape.Groups, Rows = shape.InChannelsOfGroup, Weights = weights,
            Target = xGradient + (depth.FirstPixel * input[1] + height.FirstPixel) * input[2] + width.FirstPixel,
            TargetRow = input.Product,
            TargetStep = new(shape.Stride[0] * input[1] * input[2], shape.Stride[1] * input[2], shape.Stride[2]),
        };
        pass.Windows.SetTaps(shape.OutChannelsOfGroup, depth.Coordinates, height.Coordinates, width.Coordinates, (long*)tables.Pointer);
        pass.Run<V>();
    }

    /// <summary>weights[group, input channel, output channel, element] from w[group, output channel, input channel, element].</summary>
    private static void Gather(in ConvolutionShape shape, T* weight, T* weights, long[] depth, long[] height, long[] width)
    {
        long inChannels = shape.InChannelsOfGroup, outChannels = shape.OutChannelsOfGroup, window = shape.Kernel.Product;
        for (long group = 0; group < shape.Groups; group++)
        {
            for (long inChannel = 0; inChannel < inChannels; inChannel++)
            {
                for (long outChannel = 0; outChannel < outChannels; outChannel++)
                {
                    var source = weight + ((group * outChannels + outChannel) * inChannels + inChannel) * window;
                    foreach (long z in depth)
                    {
                        foreach (long y in height)
                        {
                            foreach (long x in width)
                                *weights++ = source[(z * shape.Kernel[1] + y) * shape.Kernel[2] + x];
                        }
                    }
                }
            }
        }
    }

    /// <summary>The phases along an axis that have both pixels and elements.</summary>
    private static List<Phase> PhasesOf(in ConvolutionShape shape, int axis)
    {
        var phases = new List<Phase>();
        long stride = shape.Stride[axis], dilation = shape.Dilation[axis], pad = shape.PadLow[axis], size = shape.Input[axis];
        for (long phase = 0; phase < stride; phase++)
        {
            var elements = new List<long>();
            for (long k = 0; k < shape.Kernel[axis]; k++)
            {
                if (k * dilation % stride == phase)
                    elements.Add(k);
            }
            // Pixels stride * q + phase - pad within [0, size).
            long firstQ = FloorDivide(pad - phase + stride - 1, stride), endQ = FloorDivide(size - 1 + pad - phase, stride) + 1;
            if (elements.Count == 0 || endQ <= firstQ)
                continue;
            long least = (elements[0] * dilation - phase) / stride, most = (elements[^1] * dilation - phase) / stride;
            phases.Add(new(
                [.. elements],
                [.. elements.Select(k => most - (k * dilation - phase) / stride)],
                stride * firstQ + phase - pad,
                endQ - firstQ,
                most - firstQ,
                endQ - firstQ + most - least));
        }
        return phases;
    }

    /// <summary>floor(a / b) for positive b.</summary>
    private static long FloorDivide(long a, long b) => a >= 0 ? a / b : -((b - 1 - a) / b);
}
