using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Tauten.Cpu;

/// <summary>
/// Convolutions with windows of one element in steps of one, and their gradients with respect to the input: a product [rows, inner] x [inner, pixels], the pixels
/// of all images being one range of columns. The weight is packed once; columns are packed a block at a time, into the cache. Results of a block that lies within
/// one image are written where they belong, others beside it and then copied.
/// </summary>
internal unsafe struct PointwiseConvolution<V, T> : IChunks
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <summary>Bytes of a row of columns that are multiplied together.</summary>
    private const long ColumnBytes = 1024;

    /// <summary>What the packed columns of a chunk may take.</summary>
    private const long PanelBytes = 1 << 20;

    /// <summary>Sums of this length take longer than it takes to copy their result.</summary>
    private const long LongSums = 128;

    /// <summary>Rows whose results are computed beside their place at a time.</summary>
    private const long RowsBeside = 120;

    /// <summary>Panels of columns that a chunk has at least, where chunks are few.</summary>
    private const long LeastPanels = 3;

    /// <summary>How many rows before they are packed pixels are asked for.</summary>
    private const long RowsAhead = 4;

    /// <summary>Fewer chunks than this are divided further, by rows: each part packs the columns again.</summary>
    private const long EnoughChunks = 16;

    private T* packed, source, target, sourceEnd;
    private ConvolutionEpilogue<T> epilogue;
    private bool large;
    private long batch, groups, rows, inner, pixels, step, chunkRows, rowChunks, chunkColumns, columnChunks;

    /// <summary>target[image, group, row, pixel] = sum of weight[group, row, i] source[image, group, i, pixel].</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="rows">Channels of a group of the result.</param>
    /// <param name="inner">Channels of a group of the source.</param>
    /// <param name="weight">The weight; groups are rows * inner apart.</param>
    /// <param name="weightRow">Distance of rows.</param>
    /// <param name="weightColumn">Distance of columns.</param>
    /// <param name="source">The images.</param>
    /// <param name="target">The result.</param>
    /// <param name="epilogue">What follows.</param>
    public static void Run(
        in ConvolutionShape shape, long rows, long inner, KernelWeight<T> weight, long weightRow, long weightColumn, T* source, T* target, in ConvolutionEpilogue<T> epilogue)
    {
        const int stripRows = Tiles<V, T>.StripRows;
        int panelColumns = Tiles<V, T>.PanelColumns;
        var work = new PointwiseConvolution<V, T>
        {
            source = source, target = target, epilogue = epilogue, batch = shape.Batch, groups = shape.Groups, rows = rows, inner = inner, pixels = shape.Output.Product,
            step = BlockSizes.Inner<T>(inner),
        };
        work.sourceEnd = source + shape.Batch * shape.Groups * inner * work.pixels;
        long columns = shape.Batch * work.pixels, most = Math.Min(ColumnBytes / sizeof(T), PanelBytes / sizeof(T) / inner / panelColumns * panelColumns);
        // Columns of large images are divided image by image: then all results are written in place. Of smaller ones, too, unless the sums are so long that the
        // columns which an image lacks to whole panels cost more than copying the results.
        bool large = work.large = work.pixels >= 2 * most || (2 * work.pixels >= most && (inner < LongSums || work.pixels % panelColumns == 0));
        // Fewer columns a chunk until there are enough chunks; the weight is read again for each.
        long range = large ? work.pixels : columns, wanted = BlockSizes.Parts(EnoughChunks, large ? shape.Batch * shape.Groups : shape.Groups);
        most = Math.Min(most, Math.Max(BlockSizes.Parts(range, wanted), LeastPanels * panelColumns));
        work.chunkColumns = BlockSizes.Even(range, Math.Max(most, panelColumns), panelColumns);
        work.columnChunks = large ? shape.Batch * BlockSizes.Parts(work.pixels, work.chunkColumns) : BlockSizes.Parts(columns, work.chunkColumns);
        long parts = Math.Clamp(EnoughChunks / (shape.Groups * work.columnChunks), 1, BlockSizes.Parts(rows, 4 * stripRows));
        work.chunkRows = BlockSizes.Even(rows, BlockSizes.Parts(rows, parts), stripRows);
        work.rowChunks = BlockSizes.Parts(rows, work.chunkRows);
        using var form = WeightForm.Take(weight.Forms, new(FormKind.Strips, weight.Start, rows, inner, shape.Groups), shape.Groups * BlockSizes.Parts(rows, stripRows) * stripRows * inner * sizeof(T));
        work.packed = (T*)form.Pointer;
        if (form.IsNew)
        {
            new PackChunks { Work = work, Weight = weight.First, Row = weightRow, Column = weightColumn }.Run();
            form.Filled();
        }
        Workers.For(checked((int)(shape.Groups * work.columnChunks * work.rowChunks)), BlockSizes.Work<T>(shape.Groups * rows, columns, inner), ref work);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int chunk)
    {
        const int stripRows = Tiles<V, T>.StripRows;
        int panelColumns = Tiles<V, T>.PanelColumns;
        long i = chunk % rowChunks * chunkRows, group = chunk / rowChunks / columnChunks, count = Math.Min(chunkRows, rows - i);
        var (first, end) = ColumnsOf(chunk / rowChunks % columnChunks);
        long columns = end - first, panels = BlockSizes.Parts(columns, panelColumns);
        bool inPlace = first / pixels == (end - 1) / pixels;
        long rowsAtOnce = inPlace ? count : Math.Min(count, RowsBeside);
        long blocks = BlockSizes.Parts(inner, step), sizeOfPanels = panels * (panelColumns * inner + blocks * V.Count);
        using var scratch = Scratch.Take((sizeOfPanels + (inPlace ? 0 : rowsAtOnce * columns)) * sizeof(T));
        var packedColumns = (T*)scratch.Pointer;
        var block = packedColumns;
        for (long p = 0; p < inner; p += step)
        {
            long length = Math.Min(step, inner - p), panelStep = panelColumns * length + V.Count;
            PackColumns(group, p, length, first, end, block, panelStep);
            block += panels * panelStep;
        }
        for (long last = i + count; i < last; i += rowsAtOnce)
        {
            long rowCount = Math.Min(rowsAtOnce, last - i), cRow = inPlace ? pixels : columns;
            var c = inPlace ? Place(first, group, i) : packedColumns + sizeOfPanels;
            block = packedColumns;
            for (long p = 0; p < inner; p += step)
            {
                long length = Math.Min(step, inner - p), panelStep = panelColumns * length + V.Count;
                Block<V, T>.Multiply(
                    rowCount, columns, length, LeftStrips<T>.Packed(StripOf(group, i / stripRows, p, length), length, stripRows),
                    RightPanels<T>.Apart(block, panelStep, columns, panelColumns), c, cRow, p > 0);
                block += panels * panelStep;
            }
            if (!inPlace)
                Store(c, first, end, group, i, rowCount);
            else
                epilogue.Apply(c, group * rows + i, rowCount, pixels, columns);
        }
    }

    /// <summary>The columns of a chunk.</summary>
    private readonly (long First, long End) ColumnsOf(long chunk)
    {
        if (large)
        {
            long chunksOfImage = BlockSizes.Parts(pixels, chunkColumns), image = chunk / chunksOfImage, at = chunk % chunksOfImage * chunkColumns;
            return (image * pixels + at, image * pixels + Math.Min(at + chunkColumns, pixels));
        }
        return (chunk * chunkColumns, Math.Min((chunk + 1) * chunkColumns, batch * pixels));
    }

    /// <summary>Where the result of a column lies, in a row of a group.</summary>
    private readonly T* Place(long column, long group, long row) =>
        target + ((column / pixels * groups + group) * rows + row) * pixels + column % pixels;

    /// <summary>Copies results that were computed beside their place.</summary>
    private readonly void Store(T* results, long first, long end, long group, long row, long count)
    {
        long columns = end - first;
        for (long column = first; column < end;)
        {
            long run = Math.Min(end - column, pixels - column % pixels);
            var from = results + (column - first);
            var to = Place(column, group, row);
            for (long i = 0; i < count; i++)
                Unsafe.CopyBlockUnaligned(to + i * pixels, from + i * columns, (uint)(run * sizeof(T)));
            epilogue.Apply(to, group * rows + row, count, pixels, run);
            column += run;
        }
    }

    /// <summary>
    /// Packs a range of columns, row after row as they lie in memory. Whole vectors are copied: what goes past the end of an image's run is overwritten by what
    /// follows, past the end of a panel's row by the next one; behind each panel there is room for a vector.
    /// </summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void PackColumns(long group, long p, long length, long first, long end, T* panels, long panelStep)
    {
        int panelColumns = Tiles<V, T>.PanelColumns, vectors = 0;
        var from = stackalloc long[(int)(end - first)];
        var to = stackalloc long[(int)(end - first)];
        var start = source + (group * inner + p) * pixels;
        long image = first / pixels, pixel = first % pixels;
        for (long column = 0; column < end - first; vectors++)
        {
            long lane = column % panelColumns;
            from[vectors] = image * groups * inner * pixels + pixel;
            to[vectors] = column / panelColumns * panelStep + lane;
            long count = Math.Min(Math.Min(V.Count, panelColumns - lane), Math.Min(end - first - column, pixels - pixel));
            column += count;
            pixel += count;
            if (pixel == pixels)
                (image, pixel) = (image + 1, 0);
        }
        for (long row = 0; row < length; row++, start += pixels, panels += panelColumns)
        {
            if (start + from[vectors - 1] + V.Count <= sourceEnd)
            {
                // Rows are a plane apart, where the hardware does not look ahead.
                for (int i = 0; i < vectors; i++)
                {
                    var place = start + from[i];
                    if (Sse.IsSupported) Sse.Prefetch0(place + RowsAhead * pixels);
                    V.Load(place).Store(panels + to[i]);
                }
            }
            else
                PackRow(start, first, end, panels, panelStep);
        }
    }

    /// <summary>The same for a row after which there is not a vector left to read.</summary>
    private readonly void PackRow(T* row, long first, long end, T* panels, long panelStep)
    {
        int panelColumns = Tiles<V, T>.PanelColumns;
        for (long column = first; column < end; column++)
        {
            long at = column - first;
            panels[at / panelColumns * panelStep + at % panelColumns] = row[column / pixels * groups * inner * pixels + column % pixels];
        }
    }

    /// <summary>Where a strip of the weight is packed, from element <paramref name="p"/> of the sums on.</summary>
    private readonly T* StripOf(long group, long strip, long p, long length)
    {
        const int stripRows = Tiles<V, T>.StripRows;
        long strips = BlockSizes.Parts(rows, stripRows);
        return packed + ((group * inner + p) * strips + strip * length) * stripRows;
    }

    /// <summary>Packs the weight, a strip a chunk.</summary>
    private struct PackChunks : IChunks
    {
        /// <summary>What it is for.</summary>
        public PointwiseConvolution<V, T> Work;

        /// <summary>The weight.</summary>
        public T* Weight;

        /// <summary>Distances of rows and columns.</summary>
        public long Row, Column;

        private long strips;

        /// <summary>Packs all strips.</summary>
        public void Run()
        {
            strips = BlockSizes.Parts(Work.rows, Tiles<V, T>.StripRows);
            Workers.For(checked((int)(Work.groups * strips)), (double)Work.groups * Work.rows * Work.inner * 0.4, ref this);
        }

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int chunk)
        {
            const int stripRows = Tiles<V, T>.StripRows;
            long group = chunk / strips, strip = chunk % strips;
            int lanes = (int)Math.Min(stripRows, Work.rows - strip * stripRows);
            for (long p = 0; p < Work.inner; p += Work.step)
            {
                long length = Math.Min(Work.step, Work.inner - p);
                var source = Weight + group * Work.rows * Work.inner + strip * stripRows * Row + p * Column;
                Packing<T, T>.Strip(source, Row, Column, lanes, length, Work.StripOf(group, strip, p, length), stripRows);
            }
        }
    }
}
