using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tauten.Cpu;

/// <summary>
/// The matrix of all windows of an image, one row for each channel and element of the window (tap), one column for each position, without
/// ever being stored: its element (tap, position) is padded[<see cref="Taps"/>[tap] + offset of position] in a copy of the image with its
/// zeros around. Along the last axis the copy is sorted by phase (x mod stride), so that neighbouring positions are neighbours in memory
/// whatever the stride.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
internal unsafe struct ConvolutionWindows<T> where T : unmanaged
{
    /// <summary>Elements behind the padded images that may be read (never used) by whole vectors.</summary>
    public const int Slack = 128;

    /// <summary>The images, [images, channels, <see cref="Source"/>].</summary>
    public T* Images;

    /// <summary>Channels of an image.</summary>
    public long Channels;

    /// <summary>Sizes of an image.</summary>
    public Axes Source;

    /// <summary>Zeros before the image; negative where its beginning is left out.</summary>
    public Axes Low;

    /// <summary>Sizes of the padded copy.</summary>
    public Axes Padded;

    /// <summary>Steps between neighbouring positions.</summary>
    public Axes Step;

    /// <summary>How many positions there are along each axis.</summary>
    public Axes Positions;

    /// <summary>Where each row of the matrix begins in the padded copy of a group's first channel; see <see cref="SetTaps(long, ReadOnlySpan{long}, ReadOnlySpan{long}, ReadOnlySpan{long}, long*)"/>.</summary>
    public long* Taps;

    /// <summary>Rows of the matrix: channels of a group times elements of the window.</summary>
    public long TapCount;

    /// <summary>The padded copies.</summary>
    public T* Copies;

    /// <summary>The windows that a convolution takes of x, without their taps.</summary>
    public static ConvolutionWindows<T> Of(in ConvolutionShape shape, T* x)
    {
        var windows = new ConvolutionWindows<T>
        {
            Images = x, Channels = shape.InChannels, Source = shape.Input, Low = shape.PadLow, Step = shape.Stride, Positions = shape.Output,
        };
        for (int axis = 0; axis < 3; axis++)
            windows.Padded[axis] = (shape.Output[axis] - 1) * shape.Stride[axis] + (shape.Kernel[axis] - 1) * shape.Dilation[axis] + 1;
        return windows;
    }

    /// <summary>Padded elements of one phase.</summary>
    public readonly long PhaseLength => (Padded[2] + Step[2] - 1) / Step[2];

    /// <summary>Elements of a padded row.</summary>
    public readonly long RowLength => PhaseLength * Step[2];

    /// <summary>Elements of a padded channel.</summary>
    public readonly long Plane => Padded[0] * Padded[1] * RowLength;

    /// <summary>Elements of a padded image.</summary>
    public readonly long ImageLength => Channels * Plane;

    /// <summary>Fills the table of taps of a convolution.</summary>
    public void SetTaps(in ConvolutionShape shape, long* taps)
    {
        using var coordinates = Scratch.Take((shape.Kernel[0] + shape.Kernel[1] + shape.Kernel[2]) * sizeof(long));
        var next = (long*)coordinates.Pointer;
        SetTaps(shape.InChannelsOfGroup, Along(shape, 0, ref next), Along(shape, 1, ref next), Along(shape, 2, ref next), taps);

        static ReadOnlySpan<long> Along(in ConvolutionShape shape, int axis, ref long* next)
        {
            var along = new Span<long>(next, (int)shape.Kernel[axis]);
            for (int k = 0; k < along.Length; k++) along[k] = k * shape.Dilation[axis];
            next += along.Length;
            return along;
        }
    }

    /// <summary>Fills the table of taps for the windows whose elements lie at these padded coordinates.</summary>
    /// <param name="channelsOfGroup">Channels that a window spans.</param>
    /// <param name="depth">Coordinates along the first axis.</param>
    /// <param name="height">Coordinates along the second axis.</param>
    /// <param name="width">Coordinates along the last axis.</param>
    /// <param name="taps">The table: one entry for each channel and element.</param>
    public void SetTaps(long channelsOfGroup, ReadOnlySpan<long> depth, ReadOnlySpan<long> height, ReadOnlySpan<long> width, long* taps)
    {
        Taps = taps;
        TapCount = channelsOfGroup * depth.Length * height.Length * width.Length;
        for (long channel = 0; channel < channelsOfGroup; channel++)
        {
            foreach (long z in depth)
            {
                foreach (long y in height)
                {
                    foreach (long x in width)
                        *taps++ = channel * Plane + (z * Padded[1] + y) * RowLength + x % Step[2] * PhaseLength + x / Step[2];
                }
            }
        }
    }

    /// <summary>Where a position lies, relative to the taps.</summary>
    public readonly long OffsetOf(long position)
    {
        long x = position % Positions[2], rest = position / Positions[2];
        long y = rest % Positions[1], z = rest / Positions[1];
        return (z * Step[0] * Padded[1] + y * Step[1]) * RowLength + x;
    }

    /// <summary>Copies one channel of an image with its zeros around.</summary>
    public readonly void Pad(long image, long channel, T* target)
    {
        var source = Images + (image * Channels + channel) * Source.Product;
        long rowLength = RowLength;
        // All zeros first: two more calls for the ends of every row would take longer.
        if (!CoversAll)
            NativeMemory.Clear(target, (nuint)(Plane * sizeof(T)));
        for (long z = 0; z < Padded[0]; z++)
        {
            long fromZ = z - Low[0];
            if ((ulong)fromZ >= (ulong)Source[0])
                continue;
            for (long y = 0; y < Padded[1]; y++)
            {
                long fromY = y - Low[1];
                if ((ulong)fromY >= (ulong)Source[1])
                    continue;
                var row = source + (fromZ * Source[1] + fromY) * Source[2];
                var place = target + (z * Padded[1] + y) * rowLength;
                if (Step[2] == 1)
                    PadRow(row, place);
                else
                    PadPhases(row, place);
            }
        }
    }

    /// <summary>Whether the padded copy has no element that the image lacks.</summary>
    private readonly bool CoversAll
    {
        get
        {
            for (int axis = 0; axis < 3; axis++)
            {
                if (Low[axis] > 0 || Padded[axis] > Source[axis] + Low[axis])
                    return false;
            }
            return Step[2] == 1;
        }
    }

    /// <summary>Packs a panel: target[row * width + lane] = the element of tap <paramref name="tap"/> + row at <paramref name="position"/> + lane.</summary>
    /// <param name="image">The padded channels of the group.</param>
    /// <param name="tap">The first tap.</param>
    /// <param name="taps">How many taps.</param>
    /// <param name="position">The first position.</param>
    /// <param name="lanes">How many positions, at most <paramref name="width"/>; other lanes get anything.</param>
    /// <param name="target">The panel, with room for a vector behind it.</param>
    /// <param name="width">Lanes of the panel.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void PackPanel<V>(T* image, long tap, long taps, long position, int lanes, T* target, int width) where V : unmanaged, ISimd<V, T>
    {
        // Runs: neighbouring positions within a row of the image.
        var offsets = stackalloc long[width];
        var starts = stackalloc int[width + 1];
        int runs = Runs(position, lanes, offsets, starts);
        // The vectors to copy are the same for every row. Up to four is the rule; then their places stay in registers.
        var from = stackalloc long[width];
        var to = stackalloc int[width];
        int vectors = 0;
        for (int run = 0; run < runs; run++)
        {
            for (int lane = starts[run]; lane < starts[run + 1]; lane += V.Count, vectors++)
                (from[vectors], to[vectors]) = (offsets[run] + lane - starts[run], lane);
        }
        if (vectors <= 4)
        {
            // Unused ones repeat the last one.
            for (int vector = vectors; vector < 4; vector++)
                (from[vector], to[vector]) = (from[vectors - 1], to[vectors - 1]);
            if (vectors <= 2)
                PackVectors<V, TwoRows>(image, Taps + tap, taps, from, to, target, width);
            else
                PackVectors<V, FourRows>(image, Taps + tap, taps, from, to, target, width);
            return;
        }
        for (long row = 0; row < taps; row++, target += width)
            CopyRuns<V>(image + Taps[tap + row], runs, offsets, starts, target);
    }

    /// <summary>For each row, copies two or four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackVectors<V, TCount>(T* image, long* taps, long rows, long* from, int* to, T* target, int width)
        where V : unmanaged, ISimd<V, T>
        where TCount : struct, ITileRows
    {
        long from0 = from[0], from1 = from[1], from2 = from[2], from3 = from[3];
        long to0 = to[0], to1 = to[1], to2 = to[2], to3 = to[3];
        for (long row = 0; row < rows; row++, target += width)
        {
            var source = image + taps[row];
            V.Load(source + from0).Store(target + to0);
            V.Load(source + from1).Store(target + to1);
            if (TCount.Rows > 2)
            {
                V.Load(source + from2).Store(target + to2);
                V.Load(source + from3).Store(target + to3);
            }
        }
    }

    /// <summary>
    /// Copies rows of the matrix: target[row * count + i] = the element of tap <paramref name="tap"/> + row at <paramref name="position"/> + i.
    /// Writes up to a vector past the end.
    /// </summary>
    public readonly void CopyRows<V>(T* image, long tap, long taps, long position, int count, T* target) where V : unmanaged, ISimd<V, T>
    {
        using var scratch = Scratch.Take((count + 1L) * (sizeof(long) + sizeof(int)));
        var offsets = (long*)scratch.Pointer;
        var starts = (int*)(offsets + count);
        int runs = Runs(position, count, offsets, starts);
        for (long row = 0; row < taps; row++, target += count)
            CopyRuns<V>(image + Taps[tap + row], runs, offsets, starts, target);
    }

    /// <summary>
    /// Copies runs side by side, in whole vectors: what goes past the end of a run is overwritten by what comes next, so callers go through
    /// their target in ascending order.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyRuns<V>(T* source, int runs, long* offsets, int* starts, T* target) where V : unmanaged, ISimd<V, T>
    {
        for (int run = 0; run < runs; run++)
        {
            var from = source + offsets[run];
            int end = starts[run + 1];
            for (int lane = starts[run]; lane < end; lane += V.Count, from += V.Count)
                V.Load(from).Store(target + lane);
        }
    }

    /// <summary>Cuts a range of positions where rows of the image end; <paramref name="starts"/> gets the end of the last run, too.</summary>
    private readonly int Runs(long position, int lanes, long* offsets, int* starts)
    {
        int runs = 0;
        for (int lane = 0; lane < lanes; runs++)
        {
            offsets[runs] = OffsetOf(position + lane);
            starts[runs] = lane;
            lane += (int)Math.Min(lanes - lane, Positions[2] - (position + lane) % Positions[2]);
        }
        starts[runs] = lanes;
        return runs;
    }

    /// <summary>One row, between zeros that are there already.</summary>
    private readonly void PadRow(T* row, T* target)
    {
        long first = Math.Clamp(Low[2], 0, RowLength), end = Math.Clamp(Low[2] + Source[2], first, RowLength);
        if (end > first)
            Unsafe.CopyBlockUnaligned(target + first, row + (first - Low[2]), (uint)((end - first) * sizeof(T)));
    }

    /// <summary>One row, sorted by phase, between zeros that are there already.</summary>
    private readonly void PadPhases(T* row, T* target)
    {
        long length = PhaseLength, step = Step[2];
        for (long phase = 0; phase < step; phase++, target += length)
        {
            // Elements i * step + phase - Low that the row has.
            long first = Math.Max(0, (Low[2] - phase + step - 1) / step), end = Math.Min(length, (Source[2] + Low[2] - phase + step - 1) / step);
            var from = row + (phase - Low[2]);
            for (long i = first; i < end; i++)
                target[i] = from[i * step];
        }
    }
}

/// <summary>Padding: one channel of one image a chunk.</summary>
internal unsafe struct PadChunks<T> : IChunks where T : unmanaged
{
    /// <summary>The windows whose copies are filled.</summary>
    public ConvolutionWindows<T> Windows;

    /// <summary>The first image.</summary>
    public long First;

    /// <summary>Fills the copies of <paramref name="count"/> images.</summary>
    public static void Run(in ConvolutionWindows<T> windows, long first, long count)
    {
        var chunks = new PadChunks<T> { Windows = windows, First = first };
        Workers.For(checked((int)(count * windows.Channels)), (double)count * windows.ImageLength * 0.3, ref chunks);
    }

    /// <inheritdoc/>
    public void Run(int chunk) =>
        Windows.Pad(First + chunk / Windows.Channels, chunk % Windows.Channels, Windows.Copies + chunk * Windows.Plane);
}
