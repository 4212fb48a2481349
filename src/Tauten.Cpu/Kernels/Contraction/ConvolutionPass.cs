using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tauten.Cpu;

/// <summary>
/// A matrix times the windows of every image: y[n, g, row, position] = sum over taps of weight[g, row, tap] windows[n, g, tap, position].
/// A convolution is one pass; its gradient with respect to the input one for each phase of the stride. The windows are packed panel by panel
/// into the cache, where all rows use them.
/// </summary>
internal unsafe struct ConvolutionPass<T> where T : unmanaged, INumberBase<T>
{
    /// <summary>Padded copies of the images that are worked on at a time.</summary>
    private const long CopyBytes = 16L << 20;

    /// <summary>Elements of a line that is computed at once without panels: some kilobytes, so that it stays in the first cache.</summary>
    private const long LongLine = 1024;

    /// <summary>The windows; <see cref="ConvolutionWindows{T}.Copies"/> is set by <see cref="Run"/>.</summary>
    public ConvolutionWindows<T> Windows;

    /// <summary>Images.</summary>
    public long Batch;

    /// <summary>Groups of channels.</summary>
    public long Groups;

    /// <summary>Rows of the result for each group.</summary>
    public long Rows;

    /// <summary>The weights, [groups, rows, taps].</summary>
    public T* Weights;

    /// <summary>Where the first position of the first image and row goes.</summary>
    public T* Target;

    /// <summary>Distance of rows of the result; images are <see cref="Groups"/> * <see cref="Rows"/> of these apart.</summary>
    public long TargetRow;

    /// <summary>Distances of positions of the result along each axis.</summary>
    public Axes TargetStep;

    /// <summary>Whether positions follow each other in the result.</summary>
    private readonly bool IsContiguous =>
        TargetStep[2] == 1 && TargetStep[1] == Windows.Positions[2] && TargetStep[0] == Windows.Positions[1] * Windows.Positions[2];

    /// <summary>Does the pass.</summary>
    public void Run<V>() where V : unmanaged, ISimd<V, T>
    {
        long images = Math.Clamp(CopyBytes / sizeof(T) / Math.Max(Windows.ImageLength, 1), 1, Batch);
        // With few rows, panels would be packed for little use: each row is computed straight from the padded image.
        bool direct = Rows < 4;
        const int stripRows = Tiles<V, T>.StripRows;
        long strips = BlockSizes.Parts(Rows, stripRows);
        long sizeOfCopies = (images * Windows.ImageLength + ConvolutionWindows<T>.Slack + 63) & -64;
        long sizeOfWeights = direct ? 0 : Groups * strips * stripRows * Windows.TapCount;
        using var scratch = Scratch.Take((sizeOfCopies + sizeOfWeights) * sizeof(T));
        Windows.Copies = (T*)scratch.Pointer;
        var packed = Windows.Copies + sizeOfCopies;
        long step = BlockSizes.Inner<T>(Windows.TapCount);
        if (!direct)
            PackWeights(packed, strips, step);

        for (long first = 0; first < Batch; first += images)
        {
            long count = Math.Min(images, Batch - first);
            PadChunks<T>.Run(Windows, first, count);
            if (direct)
                DirectChunks<V>.Run(this, first, count);
            else
                ProductChunks<V>.Run(this, first, count, packed, step);
        }
    }

    /// <summary>Strips of all groups, for each block of the sums one after the other.</summary>
    private readonly void PackWeights(T* packed, long strips, long step)
    {
        const int stripRows = Tiles<V128<T>, T>.StripRows;
        for (long group = 0; group < Groups; group++)
        {
            for (long p = 0; p < Windows.TapCount; p += step)
            {
                long length = Math.Min(step, Windows.TapCount - p);
                for (long strip = 0; strip < strips; strip++, packed += stripRows * length)
                {
                    var source = Weights + (group * Rows + strip * stripRows) * Windows.TapCount + p;
                    Packing<T, T>.Strip(
                        source, Windows.TapCount, 1, (int)Math.Min(stripRows, Rows - strip * stripRows), length, packed, stripRows);
                }
            }
        }
    }

    /// <summary>Where a position goes.</summary>
    private readonly long TargetOffset(long position)
    {
        long x = position % Windows.Positions[2], rest = position / Windows.Positions[2];
        return rest / Windows.Positions[1] * TargetStep[0] + rest % Windows.Positions[1] * TargetStep[1] + x * TargetStep[2];
    }

    /// <summary>Copies finished positions of one row to their places.</summary>
    private readonly void Scatter(T* source, long position, long count, T* target)
    {
        while (count > 0)
        {
            long run = Math.Min(count, Windows.Positions[2] - position % Windows.Positions[2]);
            var place = target + TargetOffset(position);
            if (TargetStep[2] == 1)
                NativeMemory.Copy(source, place, (nuint)(run * sizeof(T)));
            else
            {
                for (long i = 0; i < run; i++)
                    place[i * TargetStep[2]] = source[i];
            }
            (position, count) = (position + run, count - run);
            source += run;
        }
    }

    /// <summary>Blocks of rows and positions of one group of one image.</summary>
    private struct ProductChunks<V> : IChunks where V : unmanaged, ISimd<V, T>
    {
        private ConvolutionPass<T> pass;
        private long first, step, chunkRows, chunkColumns, rowChunks, columnChunks;
        private T* weights;

        /// <summary>Does some images, from their padded copies and the packed weights.</summary>
        public static void Run(in ConvolutionPass<T> pass, long first, long count, T* packed, long step)
        {
            int panelColumns = Tiles<V, T>.PanelColumns;
            long positions = pass.Windows.Positions.Product;
            var chunks = new ProductChunks<V> { pass = pass, first = first, step = step, weights = packed };
            chunks.chunkColumns = BlockSizes.Even(positions, Math.Max(1024 / sizeof(T), panelColumns), panelColumns);
            chunks.columnChunks = BlockSizes.Parts(positions, chunks.chunkColumns);
            // Rows are divided only if there would be too little to share: each part packs the windows again.
            // The whole batch decides, not this range of it: the numbers are the same either way.
            long others = pass.Batch * pass.Groups * chunks.columnChunks;
            long parts = Math.Clamp(16 / others, 1, Math.Max(1, pass.Rows / (2 * Tiles<V, T>.StripRows)));
            chunks.chunkRows = BlockSizes.Even(pass.Rows, BlockSizes.Parts(pass.Rows, parts), Tiles<V, T>.StripRows);
            chunks.rowChunks = BlockSizes.Parts(pass.Rows, chunks.chunkRows);
            double work = BlockSizes.Work<T>(count * pass.Groups * pass.Rows, positions, pass.Windows.TapCount);
            Workers.For(checked((int)(count * pass.Groups * chunks.columnChunks * chunks.rowChunks)), work, ref chunks);
        }

        /// <inheritdoc/>
        public void Run(int chunk)
        {
            const int stripRows = Tiles<V, T>.StripRows;
            int panelColumns = Tiles<V, T>.PanelColumns;
            long rest = chunk;
            long i = rest % rowChunks * chunkRows;
            rest /= rowChunks;
            long j = rest % columnChunks * chunkColumns;
            rest /= columnChunks;
            long group = rest % pass.Groups, image = rest / pass.Groups;
            ref readonly var windows = ref pass.Windows;
            long taps = windows.TapCount, rows = Math.Min(chunkRows, pass.Rows - i);
            long columns = Math.Min(chunkColumns, windows.Positions.Product - j);
            long paddedColumns = BlockSizes.Parts(columns, panelColumns) * panelColumns;
            bool contiguous = pass.IsContiguous;

            long sizeOfPanels = paddedColumns * step + ConvolutionWindows<T>.Slack;
            using var scratch = Scratch.Take((sizeOfPanels + (contiguous ? 0 : rows * columns)) * sizeof(T));
            var panels = (T*)scratch.Pointer;
            var target = pass.Target + (((first + image) * pass.Groups + group) * pass.Rows + i) * pass.TargetRow;
            var c = contiguous ? target + j : panels + sizeOfPanels;
            long cRow = contiguous ? pass.TargetRow : columns;

            var source = windows.Copies + image * windows.ImageLength + group * (windows.Channels / pass.Groups) * windows.Plane;
            var left = weights + group * BlockSizes.Parts(pass.Rows, stripRows) * stripRows * taps;
            for (long p = 0; p < taps; p += step)
            {
                long length = Math.Min(step, taps - p);
                for (long column = 0; column < columns; column += panelColumns)
                {
                    int lanes = (int)Math.Min(panelColumns, columns - column);
                    windows.PackPanel<V>(source, p, length, j + column, lanes, panels + column * length, panelColumns);
                }
                Block<V, T>.Multiply(
                    rows, columns, length, LeftStrips<T>.Packed(left + i * length, length, stripRows),
                    RightPanels<T>.Packed(panels, length, columns, panelColumns), c, cRow, p > 0);
                left += BlockSizes.Parts(pass.Rows, stripRows) * stripRows * length;
            }
            if (contiguous)
                return;
            for (long row = 0; row < rows; row++)
                pass.Scatter(c + row * columns, j, columns, target + row * pass.TargetRow);
        }
    }

    /// <summary>Single rows of one image.</summary>
    private struct DirectChunks<V> : IChunks where V : unmanaged, ISimd<V, T>
    {
        private ConvolutionPass<T> pass;
        private long first;

        /// <summary>Does some images, from their padded copies.</summary>
        public static void Run(in ConvolutionPass<T> pass, long first, long count)
        {
            var chunks = new DirectChunks<V> { pass = pass, first = first };
            double work = 4 * BlockSizes.Work<T>(count * pass.Groups * pass.Rows, pass.Windows.Positions.Product, pass.Windows.TapCount);
            Workers.For(checked((int)(count * pass.Groups * pass.Rows)), work, ref chunks);
        }

        /// <inheritdoc/>
        public void Run(int chunk)
        {
            ref readonly var windows = ref pass.Windows;
            long row = chunk % (pass.Groups * pass.Rows), image = chunk / (pass.Groups * pass.Rows), group = row / pass.Rows;
            var source = windows.Copies + image * windows.ImageLength + group * (windows.Channels / pass.Groups) * windows.Plane;
            var target = pass.Target + (first * pass.Groups * pass.Rows + chunk) * pass.TargetRow;
            var weight = pass.Weights + row * windows.TapCount;
            long depth = windows.Positions[0], height = windows.Positions[1], width = windows.Positions[2], rowLength = windows.RowLength;
            // Without a stride between lines, several are one long line that runs through the zeros between them: full vectors almost everywhere.
            long lines = windows.Step[1] == 1 ? Math.Clamp(LongLine / rowLength, 1, height) : 1;
            using var scratch = Scratch.Take((lines * rowLength + 5 * V.Count) * sizeof(T));
            var line = (T*)scratch.Pointer;
            for (long z = 0; z < depth; z++)
            {
                for (long y = 0; y < height; y += lines)
                {
                    long count = Math.Min(lines, height - y), position = (z * height + y) * width;
                    DirectLine<V>(source + windows.OffsetOf(position), windows.Taps, windows.TapCount, weight, line, (count - 1) * rowLength + width);
                    for (long i = 0; i < count; i++)
                        pass.Scatter(line + i * rowLength, position + i * width, width, target);
                }
            }
        }
    }

    /// <summary>line[i] = sum over taps of weight[tap] source[taps[tap] + i]. Whole vectors: some past the end, of the source and the line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DirectLine<V>(T* source, long* taps, long tapCount, T* weight, T* line, long width) where V : unmanaged, ISimd<V, T>
    {
        long i = 0;
        for (; width - i > 2 * V.Count; i += 4 * V.Count)
        {
            V a = default, b = default, c = default, d = default;
            for (long tap = 0; tap < tapCount; tap++)
            {
                var from = source + taps[tap] + i;
                var w = V.Create(weight[tap]);
                a = V.MultiplyAdd(w, V.Load(from), a);
                b = V.MultiplyAdd(w, V.Load(from + V.Count), b);
                c = V.MultiplyAdd(w, V.Load(from + 2 * V.Count), c);
                d = V.MultiplyAdd(w, V.Load(from + 3 * V.Count), d);
            }
            a.Store(line + i);
            b.Store(line + i + V.Count);
            c.Store(line + i + 2 * V.Count);
            d.Store(line + i + 3 * V.Count);
        }
        for (; i < width; i += 2 * V.Count)
        {
            V a = default, b = default;
            for (long tap = 0; tap < tapCount; tap++)
            {
                var from = source + taps[tap] + i;
                var w = V.Create(weight[tap]);
                a = V.MultiplyAdd(w, V.Load(from), a);
                b = V.MultiplyAdd(w, V.Load(from + V.Count), b);
            }
            a.Store(line + i);
            b.Store(line + i + V.Count);
        }
    }
}
