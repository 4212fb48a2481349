using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// A matrix times the windows of every image: y[n, g, row, position] = sum over taps of weight[g, row, tap] windows[n, g, tap, position].
/// A convolution is one pass; its gradient with respect to the input one for each phase of the stride. The windows are packed panel by panel
/// into the cache, where all rows use them.
/// </summary>
internal unsafe struct ConvolutionPass<T> where T : unmanaged, INumberBase<T>
{
    /// <summary>Padded copies of the images that are worked on at a time.</summary>
    private const long CopyBytes = 6L << 20;

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

    /// <summary>What follows, where the pass is a convolution.</summary>
    public ConvolutionEpilogue<T> Epilogue;

    /// <summary>A convolution.</summary>
    public static void Forward<V>(in ConvolutionShape shape, T* x, T* weight, T* y, in ConvolutionEpilogue<T> epilogue) where V : unmanaged, ISimd<V, T>
    {
        var pass = new ConvolutionPass<T>
        {
            Windows = ConvolutionWindows<T>.Of(shape, x), Batch = shape.Batch, Groups = shape.Groups, Rows = shape.OutChannelsOfGroup, Weights = weight,
            Epilogue = epilogue, Target = y, TargetRow = shape.Output.Product, TargetStep = new(shape.Output[1] * shape.Output[2], shape.Output[2], 1),
        };
        using var scratch = Scratch.Take(shape.InChannelsOfGroup * shape.Kernel.Product * sizeof(long));
        pass.Windows.SetTaps(shape, (long*)scratch.Pointer);
        pass.Run<V>();
    }

    /// <summary>Does the pass.</summary>
    public void Run<V>() where V : unmanaged, ISimd<V, T>
    {
        if (DirectConvolution<T, V>.Suits(this))
        {
            DirectConvolution<T, V>.Run(this);
            return;
        }
        long images = Math.Clamp(CopyBytes / sizeof(T) / Math.Max(Windows.ImageLength, 1), 1, Batch);
        const int stripRows = Tiles<V, T>.StripRows;
        long strips = BlockSizes.Parts(Rows, stripRows);
        long sizeOfCopies = (images * Windows.ImageLength + ConvolutionWindows<T>.Slack + 63) & -64;
        long sizeOfWeights = Groups * strips * stripRows * Windows.TapCount;
        using var scratch = Scratch.Take((sizeOfCopies + sizeOfWeights) * sizeof(T));
        Windows.Copies = (T*)scratch.Pointer;
        var packed = Windows.Copies + sizeOfCopies;
        long step = BlockSizes.Inner<T>(Windows.TapCount);
        PackWeights(packed, strips, step);

        for (long first = 0; first < Batch; first += images)
        {
            long count = Math.Min(images, Batch - first);
            PadChunks<T>.Run(Windows, first, count);
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
                Packing<T, T>.Strips(Weights + group * Rows * Windows.TapCount + p, Windows.TapCount, 1, Rows, length, packed, stripRows);
                packed += strips * stripRows * length;
            }
        }
    }

    /// <summary>Copies finished positions of one row, from <paramref name="position"/> on, to their places.</summary>
    private readonly void Scatter(T* source, long position, long count, T* target)
    {
        long width = Windows.Positions[2], x = position % width, line = position / width;
        while (count > 0)
        {
            long run = Math.Min(count, width - x);
            Put(source, run, line / Windows.Positions[1], line % Windows.Positions[1], target + x * TargetStep[2]);
            (count, x, line) = (count - run, 0, line + 1);
            source += run;
        }
    }

    /// <summary>Copies neighbouring positions of one line to their places.</summary>
    public readonly void Put(T* source, long count, long z, long y, T* target)
    {
        target += z * TargetStep[0] + y * TargetStep[1];
        long step = TargetStep[2];
        if (step == 1)
            Unsafe.CopyBlockUnaligned(target, source, (uint)(count * sizeof(T)));
        else
        {
            for (long i = 0; i < count; i++)
                target[i * step] = source[i];
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
            {
                pass.Epilogue.Apply(target + j, group * pass.Rows + i, rows, pass.TargetRow, columns);
                return;
            }
            for (long row = 0; row < rows; row++)
                pass.Scatter(c + row * columns, j, columns, target + row * pass.TargetRow);
        }
    }
}
