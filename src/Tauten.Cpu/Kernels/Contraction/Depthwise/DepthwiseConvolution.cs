using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// Convolutions where every channel has a window of its own, and their gradients with respect to the input: sums over taps of shifted rows of a padded copy,
/// several rows at a time. A chunk is some channels, which share the memory of one copy.
/// </summary>
internal unsafe struct DepthwiseConvolution<V, T> : IChunks
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <summary>
    /// What the copies that are made one after the other may take: a part of the first-level cache. When the last one has been made, the stores of the first one
    /// have reached the cache; to read them earlier, at other places than they were written, would have to wait.
    /// </summary>
    private const long CopyBytes = 12 << 10;

    /// <summary>Multiplications of a chunk, about: some ten microseconds.</summary>
    private const double WorkOfChunk = 1 << 18;

    private ConvolutionEpilogue<T> epilogue;
    private ConvolutionPhases phases;
    private T* source, weight, target;
    private long planes, channels, window, planesOfChunk;

    /// <summary>The result for all channels of all images, from weights [channels, window], and what follows.</summary>
    public static void Run(ConvolutionPhases phases, long batch, long channels, long window, T* source, T* weight, T* target, in ConvolutionEpilogue<T> epilogue)
    {
        var work = new DepthwiseConvolution<V, T>
        {
            epilogue = epilogue, phases = phases, source = source, weight = weight, target = target, planes = batch * channels, channels = channels, window = window,
        };
        double multiplications = (double)phases.Target.Product * (window + 8);
        work.planesOfChunk = (long)Math.Clamp(WorkOfChunk / multiplications, 1, work.planes);
        Workers.For(checked((int)BlockSizes.Parts(work.planes, work.planesOfChunk)), multiplications * work.planes * 0.05, ref work);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int chunk)
    {
        long first = chunk * planesOfChunk, end = Math.Min(first + planesOfChunk, planes), size = phases.Source[1] * phases.Source[2], targetSize = phases.Target[1] * phases.Target[2];
        var plane = new DepthwisePlane<V, T>(phases, source, planes * size);
        var rows = new PhaseRows(phases);
        long copies = Math.Clamp(CopyBytes / sizeof(T) / plane.Length, 1, Math.Min(8, end - first));
        using var scratch = Scratch.Take((copies * plane.Length + plane.LineLength + rows.Length + window + 16) * sizeof(T) + 2 * window * sizeof(long) + 8);
        T* copy = (T*)scratch.Pointer, line = copy + copies * plane.Length, sums = line + plane.LineLength, weights = sums + rows.Length;
        long* taps = (long*)(((nint)(weights + window) + 7) & -8), elements = taps + window;
        int count = 0;
        foreach (var tapsOfPhase in phases.Phases)
        {
            foreach (var tap in tapsOfPhase)
                (taps[count], elements[count++]) = (plane.OffsetOf(tap.Pixel), tap.Element);
        }
        for (long i = 0; i < copies; i++)
            plane.Clear(copy + i * plane.Length, line);
        var limit = target + end * targetSize;
        for (long at = first; at < end; at += copies)
        {
            copies = Math.Min(copies, end - at);
            for (long i = 0; i < copies; i++)
                plane.Copy(source + (at + i) * size, copy + i * plane.Length, line);
            for (long i = 0; i < copies; i++)
            {
                var windowOfChannel = weight + (at + i) % channels * window;
                var copied = copy + i * plane.Length;
                var place = target + (at + i) * targetSize;
                // The taps of a single phase are all elements in order.
                if (rows.Length == 0)
                    Sum(copied, phases.Step[1] * plane.RowLength, taps, windowOfChannel, count, place, phases.Target[2], limit);
                else
                    SumPhases(copied, phases.Step[1] * plane.RowLength, taps, elements, windowOfChannel, weights, rows, sums, place, limit);
            }
            // Rows are written with what follows them, so a plane is whole when the next ones have begun.
            for (long i = 0; i < copies && !epilogue.IsEmpty; i++)
                epilogue.Apply(target + (at + i) * targetSize, (at + i) % channels, 1, targetSize, targetSize);
        }
    }

    /// <summary>Where the sums of each phase are kept until all of a plane are there.</summary>
    private readonly struct PhaseRows(ConvolutionPhases phases)
    {
        /// <summary>Distance of rows.</summary>
        public readonly long Row = phases.Cells[2] + V.Count;

        /// <summary>Distance of phases.</summary>
        public readonly long Phase = (phases.Cells[2] + V.Count) * phases.Cells[1];

        /// <summary>Elements of all, with a row on its way; none where there is one phase.</summary>
        public readonly long Length = phases.Phases.Length == 1
            ? 0
            : (phases.Cells[2] + V.Count) * (phases.Cells[1] * phases.Phases.Length + 2 * phases.Cell[2]) + 8 * V.Count;
    }

    /// <summary>All phases of a plane, then its rows in ascending order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void SumPhases(
        T* copy, long copyRow, long* taps, long* elements, T* window, T* weights, in PhaseRows rows, T* sums, T* place, T* limit)
    {
        long phase = 0, width = phases.Target[2], height = phases.Target[1], step = phases.Cell[2];
        for (long i = 0; i < this.window; i++)
            weights[i] = window[elements[i]];
        foreach (var tapsOfPhase in phases.Phases)
        {
            int count = tapsOfPhase.Length;
            Sum(copy, copyRow, taps, weights, count, sums + phase++ * rows.Phase, rows.Row, sums + rows.Length);
            taps += count;
            weights += count;
        }
        var line = sums + phase * rows.Phase + V.Count;
        long cell = 0, phaseY = 0;
        for (long y = 0; y < height; y++, place += width)
        {
            var from = sums + phaseY * step * rows.Phase + cell * rows.Row;
            if (step == 2)
            {
                bool fits = place + 2 * (phases.Cells[2] + V.Count) <= limit;
                Join(from, from + rows.Phase, phases.Cells[2], fits ? place : line);
                if (!fits)
                    Unsafe.CopyBlockUnaligned(place, line, (uint)(width * sizeof(T)));
            }
            else
            {
                for (long x = 0; x < width; x++)
                    place[x] = from[x % step * rows.Phase + x / step];
            }
            if (++phaseY == phases.Cell[1])
                (phaseY, cell) = (0, cell + 1);
        }
    }

    /// <summary>All rows of cells.</summary>
    private readonly void Sum(T* copy, long copyRow, long* taps, T* weights, int count, T* to, long toRow, T* limit)
    {
        long height = phases.Cells[1], width = phases.Cells[2], y = 0;
        // The last rows are done again where they do not fill a block: the same sums, the same bits.
        if (height >= 7)
        {
            for (; y < height; y += 7)
            {
                long row = Math.Min(y, height - 7);
                Sum<SevenRows>(copy + row * copyRow, copyRow, taps, weights, count, to + row * toRow, toRow, width, limit);
            }
        }
        else if (height >= 4)
        {
            for (; y < height; y += 4)
            {
                long row = Math.Min(y, height - 4);
                Sum<FourRows>(copy + row * copyRow, copyRow, taps, weights, count, to + row * toRow, toRow, width, limit);
            }
        }
        else
        {
            for (; y < height; y++)
                Sum<OneRow>(copy + y * copyRow, copyRow, taps, weights, count, to + y * toRow, toRow, width, limit);
        }
    }

    /// <summary>Some rows. A row of less than a vector is written with what follows it, which is written after it or lies beyond the limit.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Sum<TRows>(T* copy, long copyRow, long* taps, T* weights, int count, T* to, long toRow, long width, T* limit) where TRows : struct, ITileRows
    {
        if (to + (TRows.Rows - 1) * toRow + Math.Max(width, V.Count) > limit)
        {
            // No call may be near the sums, or they would not stay in registers: the last rows are computed beside their place.
            var beside = stackalloc V[7];
            Sum<TRows>(copy, copyRow, taps, weights, count, (T*)beside, V.Count, width, (T*)(beside + 7));
            for (int row = 0; row < TRows.Rows; row++)
                Unsafe.CopyBlockUnaligned(to + row * toRow, beside + row, (uint)(width * sizeof(T)));
            return;
        }
        for (long x = 0; x < width; x += V.Count)
        {
            long column = Math.Max(0, Math.Min(x, width - V.Count));
            V a = default, b = default, c = default, d = default, e = default, f = default, g = default;
            for (int tap = 0; tap < count; tap++)
            {
                var from = copy + taps[tap] + column;
                var w = V.Create(weights[tap]);
                a = V.MultiplyAdd(w, V.Load(from), a);
                if (TRows.Rows > 1) b = V.MultiplyAdd(w, V.Load(from + copyRow), b);
                if (TRows.Rows > 2) c = V.MultiplyAdd(w, V.Load(from + 2 * copyRow), c);
                if (TRows.Rows > 3) d = V.MultiplyAdd(w, V.Load(from + 3 * copyRow), d);
                if (TRows.Rows > 4) e = V.MultiplyAdd(w, V.Load(from + 4 * copyRow), e);
                if (TRows.Rows > 5) f = V.MultiplyAdd(w, V.Load(from + 5 * copyRow), f);
                if (TRows.Rows > 6) g = V.MultiplyAdd(w, V.Load(from + 6 * copyRow), g);
            }
            var place = to + column;
            a.Store(place);
            if (TRows.Rows > 1) b.Store(place + toRow);
            if (TRows.Rows > 2) c.Store(place + 2 * toRow);
            if (TRows.Rows > 3) d.Store(place + 3 * toRow);
            if (TRows.Rows > 4) e.Store(place + 4 * toRow);
            if (TRows.Rows > 5) f.Store(place + 5 * toRow);
            if (TRows.Rows > 6) g.Store(place + 6 * toRow);
        }
    }

    /// <summary>Elements of two rows in turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Join(T* even, T* odd, long count, T* line)
    {
        for (long i = 0; i < count; i += V.Count)
            Pairs<V, T>.Join(V.Load(even + i), V.Load(odd + i), line + 2 * i);
    }
}
