using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// A convolution of images whose channels lie side by side, each of which has a window of its own, over at most two axes: a vector is some channels of a pixel. The outputs of
/// some rows fall into rectangles whose pixels see the same elements of the window, at the borders fewer of them; a rectangle is done line by line, several pixels of a line at a time.
/// </summary>
internal unsafe struct DepthwisePixels<V, T> : IChunks
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <summary>Multiplications of a chunk, about: some five microseconds.</summary>
    private const long WorkOfChunk = 1 << 17;

    private ConvolutionShape shape;
    private ProductEpilogue<T> epilogue;
    private T* source, weights, bias, target;
    private long channels, rowsOfChunk, chunksOfImage;

    /// <summary>The result, from a weight [channels, window], a bias or none, and what follows.</summary>
    public static void Run(in ConvolutionShape shape, T* source, KernelWeight<T> weight, T* bias, T* target, in ProductEpilogue<T> epilogue)
    {
        long window = shape.Kernel.Product, workOfRow = shape.Output[2] * shape.Groups * window;
        var work = new DepthwisePixels<V, T> { shape = shape, epilogue = epilogue, source = source, bias = bias, target = target, channels = shape.Groups };
        work.rowsOfChunk = BlockSizes.Even(shape.Output[1], Math.Clamp(WorkOfChunk / workOfRow, 1, shape.Output[1]), 1);
        work.chunksOfImage = BlockSizes.Parts(shape.Output[1], work.rowsOfChunk);
        using var form = WeightForm.Take(weight.Forms, new(FormKind.Taps, weight.Start, shape.Groups, window, shape.Groups), shape.Groups * window * sizeof(T));
        work.weights = (T*)form.Pointer;
        if (form.IsNew)
        {
            ChannelLanes<V, T>.Gather(weight.First, window, (int)shape.Groups, window, work.weights, shape.Groups, (int)shape.Groups);
            form.Filled();
        }
        Workers.For(checked((int)(shape.Batch * work.chunksOfImage)), (double)shape.Batch * shape.Output[1] * workOfRow * 0.03, ref work);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int chunk)
    {
        long image = chunk / chunksOfImage, first = chunk % chunksOfImage * rowsOfChunk, end = Math.Min(first + rowsOfChunk, shape.Output[1]), width = shape.Output[2];
        using var scratch = Scratch.Take(2 * shape.Kernel.Product * sizeof(long));
        var inputs = (long*)scratch.Pointer;
        var elements = inputs + shape.Kernel.Product;
        var from = source + image * shape.Input.Product * channels;
        var to = target + image * shape.Output.Product * channels;
        for (long y = first; y < end;)
        {
            var (firstRow, endRow, nextY) = Class(1, y, end);
            for (long x = 0; x < width;)
            {
                var (firstColumn, endColumn, nextX) = Class(2, x, width);
                int taps = 0;
                for (long row = firstRow; row < endRow; row++)
                {
                    for (long column = firstColumn; column < endColumn; column++)
                    {
                        inputs[taps] = (row * shape.Dilation[1] * shape.Input[2] + column * shape.Dilation[2]) * channels;
                        elements[taps++] = (row * shape.Kernel[2] + column) * channels;
                    }
                }
                var corner = from + ((y * shape.Stride[1] - shape.PadLow[1]) * shape.Input[2] + x * shape.Stride[2] - shape.PadLow[2]) * channels;
                var lines = new Lines
                {
                    Inputs = inputs, Elements = elements, Taps = taps, Weights = weights, Bias = bias,
                    InStep = shape.Stride[2] * channels, InLine = shape.Stride[1] * shape.Input[2] * channels, OutStep = channels, OutLine = width * channels,
                    Length = nextX - x, Count = nextY - y,
                };
                // The longer side makes the lines: several pixels of a line are done at a time.
                if (lines.Count > lines.Length)
                    lines = lines with { InStep = lines.InLine, InLine = lines.InStep, OutStep = lines.OutLine, OutLine = lines.OutStep, Length = lines.Count, Count = lines.Length };
                Sum(lines, corner, to + (y * width + x) * channels);
                x = nextX;
            }
            y = nextY;
        }
        epilogue.Apply(to + first * width * channels, (end - first) * width, channels, channels);
    }

    /// <summary>The elements of the window that an output sees along an axis, and the first output after it that sees others.</summary>
    private readonly (long First, long End, long Next) Class(int axis, long at, long limit)
    {
        var seen = Seen(axis, at);
        long next = at + 1;
        while (next < limit && Seen(axis, next) == seen) next++;
        return (seen.First, seen.End, next);
    }

    private readonly (long First, long End) Seen(int axis, long at)
    {
        long start = at * shape.Stride[axis] - shape.PadLow[axis], dilation = shape.Dilation[axis];
        long first = start < 0 ? (-start + dilation - 1) / dilation : 0, end = Math.Min(shape.Kernel[axis], start < shape.Input[axis] ? (shape.Input[axis] - 1 - start) / dilation + 1 : 0);
        return first < end ? (first, end) : (0, 0);
    }

    /// <summary>Outputs that see the same elements of the window.</summary>
    private struct Lines
    {
        /// <summary>Distances of inputs and of weights for each element.</summary>
        public long* Inputs, Elements;

        /// <summary>How many elements.</summary>
        public int Taps;

        /// <summary>[window, channels], and [channels] or null.</summary>
        public T* Weights, Bias;

        /// <summary>Distances of pixels of a line, and of lines.</summary>
        public long InStep, InLine, OutStep, OutLine;

        /// <summary>Pixels of a line, and how many lines.</summary>
        public long Length, Count;
    }

    /// <summary>All channels of all lines.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Sum(in Lines lines, T* from, T* to)
    {
        long channel = 0;
        // Short lines have too few sums to keep the multipliers busy: there, several vectors of channels are summed at a time.
        if (lines.Length < 3)
            for (; channel + 4 * V.Count <= channels; channel += 4 * V.Count) SumChannels<FourVectors>(lines, channel, from, to);
        else if (lines.Length < 7)
            for (; channel + 2 * V.Count <= channels; channel += 2 * V.Count) SumChannels<TwoVectors>(lines, channel, from, to);
        for (; channel + V.Count <= channels; channel += V.Count) SumChannels<OneVector>(lines, channel, from, to);
        if (channel == channels) return;
        // The last vector overlaps the one before: the same sums, the same bits.
        if (channels >= V.Count)
        {
            SumChannels<OneVector>(lines, channels - V.Count, from, to);
            return;
        }
        for (; channel < channels; channel++) SumChannel(lines, channel, from, to);
    }

    /// <summary>Some vectors of channels of all lines.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumChannels<TVectors>(in Lines lines, long channel, T* from, T* to) where TVectors : struct, ISums
    {
        from += channel;
        to += channel;
        for (long line = 0; line < lines.Count; line++, from += lines.InLine, to += lines.OutLine)
        {
            // The last pixels are done again where they do not fill a block.
            switch (Math.Min(lines.Length, TVectors.Pixels))
            {
                case 8: Blocks<TVectors, EightRows>(lines, channel, from, to); break;
                case 7: Blocks<TVectors, SevenRows>(lines, channel, from, to); break;
                case 4 or 5 or 6: Blocks<TVectors, FourRows>(lines, channel, from, to); break;
                case 3: Blocks<TVectors, ThreeRows>(lines, channel, from, to); break;
                case 2: Blocks<TVectors, TwoRows>(lines, channel, from, to); break;
                default: Blocks<TVectors, OneRow>(lines, channel, from, to); break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Blocks<TVectors, TPixels>(in Lines lines, long channel, T* from, T* to)
        where TVectors : struct, ISums
        where TPixels : struct, ITileRows
    {
        for (long x = 0; x < lines.Length; x += TPixels.Rows)
        {
            long at = Math.Min(x, lines.Length - TPixels.Rows);
            Block<TVectors, TPixels>(
                lines.Inputs, lines.Elements, lines.Taps, lines.Weights + channel, lines.Bias == null ? null : lines.Bias + channel, from + at * lines.InStep, lines.InStep, to + at * lines.OutStep, lines.OutStep);
        }
    }

    /// <summary>Some pixels of a line, of one, two or four vectors of channels: the sums stay in registers.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Block<TVectors, TPixels>(long* inputs, long* elements, int taps, T* weights, T* bias, T* from, long inStep, T* to, long outStep)
        where TVectors : struct, ISums
        where TPixels : struct, ITileRows
    {
        if (TVectors.Count == 1)
        {
            V a = bias == null ? default : V.Load(bias), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
            for (int tap = 0; tap < taps; tap++)
            {
                var x = from + inputs[tap];
                var w = V.Load(weights + elements[tap]);
                a = V.MultiplyAdd(w, V.Load(x), a);
                if (TPixels.Rows > 1) b = V.MultiplyAdd(w, V.Load(x + inStep), b);
                if (TPixels.Rows > 2) c = V.MultiplyAdd(w, V.Load(x + 2 * inStep), c);
                if (TPixels.Rows > 3) d = V.MultiplyAdd(w, V.Load(x + 3 * inStep), d);
                if (TPixels.Rows > 4) e = V.MultiplyAdd(w, V.Load(x + 4 * inStep), e);
                if (TPixels.Rows > 5) f = V.MultiplyAdd(w, V.Load(x + 5 * inStep), f);
                if (TPixels.Rows > 6) g = V.MultiplyAdd(w, V.Load(x + 6 * inStep), g);
                if (TPixels.Rows > 7) h = V.MultiplyAdd(w, V.Load(x + 7 * inStep), h);
            }
            a.Store(to);
            if (TPixels.Rows > 1) b.Store(to + outStep);
            if (TPixels.Rows > 2) c.Store(to + 2 * outStep);
            if (TPixels.Rows > 3) d.Store(to + 3 * outStep);
            if (TPixels.Rows > 4) e.Store(to + 4 * outStep);
            if (TPixels.Rows > 5) f.Store(to + 5 * outStep);
            if (TPixels.Rows > 6) g.Store(to + 6 * outStep);
            if (TPixels.Rows > 7) h.Store(to + 7 * outStep);
        }
        else if (TVectors.Count == 2)
        {
            V a = bias == null ? default : V.Load(bias), b = a, c = a, d = a, e = bias == null ? default : V.Load(bias + V.Count), f = e, g = e, h = e;
            for (int tap = 0; tap < taps; tap++)
            {
                var x = from + inputs[tap];
                V w = V.Load(weights + elements[tap]), v = V.Load(weights + elements[tap] + V.Count);
                a = V.MultiplyAdd(w, V.Load(x), a);
                e = V.MultiplyAdd(v, V.Load(x + V.Count), e);
                if (TPixels.Rows > 1) b = V.MultiplyAdd(w, V.Load(x + inStep), b);
                if (TPixels.Rows > 1) f = V.MultiplyAdd(v, V.Load(x + inStep + V.Count), f);
                if (TPixels.Rows > 2) c = V.MultiplyAdd(w, V.Load(x + 2 * inStep), c);
                if (TPixels.Rows > 2) g = V.MultiplyAdd(v, V.Load(x + 2 * inStep + V.Count), g);
                if (TPixels.Rows > 3) d = V.MultiplyAdd(w, V.Load(x + 3 * inStep), d);
                if (TPixels.Rows > 3) h = V.MultiplyAdd(v, V.Load(x + 3 * inStep + V.Count), h);
            }
            a.Store(to);
            e.Store(to + V.Count);
            if (TPixels.Rows > 1) b.Store(to + outStep);
            if (TPixels.Rows > 1) f.Store(to + outStep + V.Count);
            if (TPixels.Rows > 2) c.Store(to + 2 * outStep);
            if (TPixels.Rows > 2) g.Store(to + 2 * outStep + V.Count);
            if (TPixels.Rows > 3) d.Store(to + 3 * outStep);
            if (TPixels.Rows > 3) h.Store(to + 3 * outStep + V.Count);
        }
        else
        {
            V a = default, b = default, c = default, d = default;
            if (bias != null) (a, b, c, d) = (V.Load(bias), V.Load(bias + V.Count), V.Load(bias + 2 * V.Count), V.Load(bias + 3 * V.Count));
            V e = a, f = b, g = c, h = d;
            for (int tap = 0; tap < taps; tap++)
            {
                var x = from + inputs[tap];
                var w = weights + elements[tap];
                V w0 = V.Load(w), w1 = V.Load(w + V.Count), w2 = V.Load(w + 2 * V.Count), w3 = V.Load(w + 3 * V.Count);
                a = V.MultiplyAdd(w0, V.Load(x), a);
                b = V.MultiplyAdd(w1, V.Load(x + V.Count), b);
                c = V.MultiplyAdd(w2, V.Load(x + 2 * V.Count), c);
                d = V.MultiplyAdd(w3, V.Load(x + 3 * V.Count), d);
                if (TPixels.Rows > 1) e = V.MultiplyAdd(w0, V.Load(x + inStep), e);
                if (TPixels.Rows > 1) f = V.MultiplyAdd(w1, V.Load(x + inStep + V.Count), f);
                if (TPixels.Rows > 1) g = V.MultiplyAdd(w2, V.Load(x + inStep + 2 * V.Count), g);
                if (TPixels.Rows > 1) h = V.MultiplyAdd(w3, V.Load(x + inStep + 3 * V.Count), h);
            }
            a.Store(to);
            b.Store(to + V.Count);
            c.Store(to + 2 * V.Count);
            d.Store(to + 3 * V.Count);
            if (TPixels.Rows > 1) e.Store(to + outStep);
            if (TPixels.Rows > 1) f.Store(to + outStep + V.Count);
            if (TPixels.Rows > 1) g.Store(to + outStep + 2 * V.Count);
            if (TPixels.Rows > 1) h.Store(to + outStep + 3 * V.Count);
        }
    }

    /// <summary>One channel of all lines, where channels do not fill a vector.</summary>
    private static void SumChannel(in Lines lines, long channel, T* from, T* to)
    {
        for (long line = 0; line < lines.Count; line++)
        {
            for (long pixel = 0; pixel < lines.Length; pixel++)
            {
                var x = from + line * lines.InLine + pixel * lines.InStep + channel;
                var sum = V.Create(lines.Bias == null ? default : lines.Bias[channel]);
                for (int tap = 0; tap < lines.Taps; tap++) sum = V.MultiplyAdd(V.Create(lines.Weights[lines.Elements[tap] + channel]), V.Create(x[lines.Inputs[tap]]), sum);
                to[line * lines.OutLine + pixel * lines.OutStep + channel] = *(T*)&sum;
            }
        }
    }

    /// <summary>How many vectors of channels are summed at a time.</summary>
    private interface ISums
    {
        /// <summary>Vectors.</summary>
        static abstract int Count { get; }

        /// <summary>Pixels for which there are registers.</summary>
        static abstract int Pixels { get; }
    }

    private readonly struct OneVector : ISums
    {
        public static int Count => 1;

        public static int Pixels => 8;
    }

    private readonly struct TwoVectors : ISums
    {
        public static int Count => 2;

        public static int Pixels => 4;
    }

    private readonly struct FourVectors : ISums
    {
        public static int Count => 4;

        public static int Pixels => 2;
    }
}
