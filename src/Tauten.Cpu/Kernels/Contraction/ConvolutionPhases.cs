namespace Tauten.Cpu;

/// <summary>An element of the window that counts in a phase.</summary>
/// <param name="Element">Its number in the window.</param>
/// <param name="Pixel">Where it lies in the padded copy, in pixels from the cell's.</param>
internal readonly record struct ConvolutionTap(long Element, long Pixel);

/// <summary>
/// What a convolution, or its gradient with respect to the input, does as a sum over taps: outputs fall into cells of <see cref="Cell"/> pixels, and each pixel of
/// a cell, its phase, has taps of its own. A convolution has cells of one pixel. In its gradient an input pixel x meets output pixels o with
/// o * stride + k * dilation = x + pad: with x = stride * q + r, cell q, phase r, those are o = q + (r + pad - k * dilation) / stride where that is integral.
/// </summary>
internal sealed class ConvolutionPhases
{
    /// <summary>Sizes of a source image.</summary>
    public Axes Source;

    /// <summary>Zeros before it; negative where its beginning is left out.</summary>
    public Axes Low;

    /// <summary>Sizes of the padded copy.</summary>
    public Axes Padded;

    /// <summary>Steps in the copy from cell to cell.</summary>
    public Axes Step;

    /// <summary>Numbers of cells.</summary>
    public Axes Cells;

    /// <summary>Sizes of a cell.</summary>
    public Axes Cell;

    /// <summary>Sizes of a target image.</summary>
    public Axes Target;

    /// <summary>Rows of the padded copy from which taps start: those whose number modulo <see cref="Step"/>[1] is less.</summary>
    public long NeededRows;

    /// <summary>The taps of each phase of a cell, in the order of pixels.</summary>
    public ConvolutionTap[][] Phases = [];

    private static readonly BoundedCache<ConvolutionShape, ConvolutionPhases> outputs = new(OfOutput, p => p.Numbers), gradients = new(OfInputGradient, p => p.Numbers);

    /// <summary>The convolution itself.</summary>
    public static ConvolutionPhases Forward(in ConvolutionShape shape) => outputs.Of(Geometry(shape));

    /// <summary>The gradient with respect to the input.</summary>
    public static ConvolutionPhases InputGradient(in ConvolutionShape shape) => gradients.Of(Geometry(shape));

    /// <summary>What phases depend on: neither images nor channels.</summary>
    private static ConvolutionShape Geometry(in ConvolutionShape shape) => shape with { Batch = 0, InChannels = 0, OutChannels = 0, Groups = 0 };

    private long Numbers => 32 + Phases.Sum(taps => 8 + 2L * taps.Length);

    private static ConvolutionPhases OfOutput(ConvolutionShape shape)
    {
        var pass = new ConvolutionPhases
        {
            Source = shape.Input, Low = shape.PadLow, Step = shape.Stride, Cells = shape.Output, Cell = new(1, 1, 1), Target = shape.Output,
        };
        for (int axis = 0; axis < 3; axis++)
            pass.Padded[axis] = (shape.Output[axis] - 1) * shape.Stride[axis] + (shape.Kernel[axis] - 1) * shape.Dilation[axis] + 1;
        pass.NeededRows = shape.Kernel[1] == 1 ? 1 : shape.Stride[1];
        pass.Phases = [TapsOf(pass, shape.Kernel, (axis, k, shape) => k * shape.Dilation[axis], shape)];
        return pass;
    }

    private static ConvolutionPhases OfInputGradient(ConvolutionShape shape)
    {
        var pass = new ConvolutionPhases { Source = shape.Output, Step = new(1, 1, 1), Cell = shape.Stride, Target = shape.Input, NeededRows = 1 };
        for (int axis = 0; axis < 3; axis++)
        {
            var (least, most) = Shifts(shape, axis);
            pass.Cells[axis] = (shape.Input[axis] + shape.Stride[axis] - 1) / shape.Stride[axis];
            pass.Low[axis] = -least;
            pass.Padded[axis] = pass.Cells[axis] + most - least;
        }
        pass.Phases = new ConvolutionTap[shape.Stride.Product][];
        for (int phase = 0; phase < pass.Phases.Length; phase++)
        {
            var of = new Axes(phase / (shape.Stride[1] * shape.Stride[2]), phase / shape.Stride[2] % shape.Stride[1], phase % shape.Stride[2]);
            pass.Phases[phase] = TapsOf(pass, shape.Kernel, (axis, k, shape) =>
            {
                long at = of[axis] + shape.PadLow[axis] - k * shape.Dilation[axis];
                return at % shape.Stride[axis] == 0 ? at / shape.Stride[axis] - Shifts(shape, axis).Least : -1;
            }, shape);
        }
        return pass;
    }

    /// <summary>The padded pixel of a cell, cells and copies being numbered through all images.</summary>
    public long PixelOf(long cell)
    {
        long x = cell % Cells[2], rest = cell / Cells[2], y = rest % Cells[1], z = rest / Cells[1] % Cells[0], image = rest / Cells[1] / Cells[0];
        return ((image * Padded[0] + z * Step[0]) * Padded[1] + y * Step[1]) * Padded[2] + x * Step[2];
    }

    /// <summary>The least and the greatest (r + pad - k * dilation) / stride of all phases r and elements k for which it is integral.</summary>
    private static (long Least, long Most) Shifts(in ConvolutionShape shape, int axis)
    {
        long least = long.MaxValue, most = long.MinValue;
        for (long phase = 0; phase < shape.Stride[axis]; phase++)
        {
            for (long k = 0; k < shape.Kernel[axis]; k++)
            {
                long at = phase + shape.PadLow[axis] - k * shape.Dilation[axis];
                if (at % shape.Stride[axis] == 0)
                    (least, most) = (Math.Min(least, at / shape.Stride[axis]), Math.Max(most, at / shape.Stride[axis]));
            }
        }
        return (least, most);
    }

    /// <summary>All elements of the window whose coordinates are not negative.</summary>
    private static ConvolutionTap[] TapsOf(ConvolutionPhases pass, Axes kernel, Func<int, long, ConvolutionShape, long> coordinate, ConvolutionShape shape)
    {
        var taps = new List<ConvolutionTap>();
        for (long element = 0; element < kernel.Product; element++)
        {
            long z = coordinate(0, element / (kernel[1] * kernel[2]), shape), y = coordinate(1, element / kernel[2] % kernel[1], shape), x = coordinate(2, element % kernel[2], shape);
            if (z >= 0 && y >= 0 && x >= 0)
                taps.Add(new(element, (z * pass.Padded[1] + y) * pass.Padded[2] + x));
        }
        return [.. taps];
    }
}
