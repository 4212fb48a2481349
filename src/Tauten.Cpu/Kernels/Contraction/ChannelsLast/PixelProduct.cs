using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tauten.Cpu;

/// <summary>
/// A convolution of images whose channels lie side by side, as a product [pixels, window * channels] x [window * channels, out channels] with a weight that is packed once.
/// A row of it is an output pixel. Where every output pixel sees just its own input pixel, rows lie in place; else those of a chunk are brought together as they are needed:
/// a row of the window is one run of memory unless it is dilated or the channels fall into groups.
/// </summary>
internal unsafe struct PixelProduct<V, T> : IChunks
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <summary>Rows that are a multiple of this many bytes apart share a few places of the first cache: there they are brought together, too.</summary>
    private const long SharedPlaces = 4096;

    /// <summary>What a weight may take to stay in a second-level cache.</summary>
    private const long CachedBytes = 512 << 10;

    /// <summary>Columns of a chunk of a larger weight.</summary>
    private const long MostColumns = 256;

    /// <summary>Up to this many strips are done by one chunk of a larger weight.</summary>
    private const long FewStrips = 5;

    /// <summary>Fewer chunks than this are divided further.</summary>
    private const long EnoughChunks = 16;

    private ConvolutionShape shape;
    private ProductEpilogue<T> epilogue;
    private T* source, sourceEnd, weights, bias, target;
    private long pixels, inner, step, runLength, runTaps, chunkRows, chunkColumns, rowChunks, columnChunks;
    private bool inPlace;

    /// <summary>target[image, pixel, o] = bias[o] + sum over c, k of weight[o, c, k] source[image, pixel's input at k, c], and what follows.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="source">The images, [batch, pixels, channels].</param>
    /// <param name="weight">[out channels, channels of a group, window].</param>
    /// <param name="bias">One number for each out channel; null for none.</param>
    /// <param name="target">The result, [batch, pixels, out channels].</param>
    /// <param name="epilogue">What follows.</param>
    public static void Run(in ConvolutionShape shape, T* source, KernelWeight<T> weight, T* bias, T* target, in ProductEpilogue<T> epilogue)
    {
        int lanes = Tiles<V, T>.PanelColumns;
        long channels = shape.InChannelsOfGroup, columns = shape.OutChannelsOfGroup, window = shape.Kernel.Product;
        var work = new PixelProduct<V, T>
        {
            shape = shape, epilogue = epilogue, source = source, sourceEnd = source + shape.InputElements, bias = bias, target = target,
            pixels = shape.Batch * shape.Output.Product, inner = window * channels, step = BlockSizes.Inner<T>(window * channels),
            runTaps = shape.Groups == 1 && shape.Dilation[2] == 1 ? shape.Kernel[2] : 1,
        };
        work.runLength = work.runTaps * channels;
        work.inPlace = shape.IsPointwise && shape.InChannels * sizeof(T) % SharedPlaces != 0;
        (work.chunkRows, work.chunkColumns) = Chunk(work.pixels, columns, work.inner);
        work.rowChunks = BlockSizes.Parts(work.pixels, work.chunkRows);
        work.columnChunks = BlockSizes.Parts(columns, work.chunkColumns);
        long panels = BlockSizes.Parts(columns, lanes);
        using var form = WeightForm.Take(weight.Forms, new(FormKind.Panels, weight.Start, shape.OutChannels, work.inner, shape.Groups), shape.Groups * panels * lanes * work.inner * sizeof(T));
        work.weights = (T*)form.Pointer;
        if (form.IsNew)
        {
            new PanelChunks { Weight = weight.First, Panels = work.weights, Columns = columns, Channels = channels, Window = window }.Run(shape.Groups);
            form.Filled();
        }
        double nanoseconds = BlockSizes.Work<T>(work.pixels, shape.OutChannels, work.inner);
        Workers.For(checked((int)(shape.Groups * work.rowChunks * work.columnChunks)), nanoseconds, ref work);
    }

    /// <summary>
    /// Rows and columns of a chunk. Where the weight stays in a second-level cache chunks have all columns: their results are one run of memory, and what follows them is one loop.
    /// Else they are wide: rows are brought together once for each chunk. Few rows are all in one, so that a panel is read once.
    /// </summary>
    private static (long Rows, long Columns) Chunk(long rows, long columns, long inner)
    {
        const int stripRows = Tiles<V, T>.StripRows;
        int lanes = Tiles<V, T>.PanelColumns;
        if (inner * columns * sizeof(T) <= CachedBytes)
        {
            long most = Math.Clamp(CachedBytes / 2 / sizeof(T) / columns, stripRows, BlockSizes.MostRows);
            return (BlockSizes.Even(rows, Math.Min(most, Math.Max(rows / EnoughChunks, 2 * stripRows)), stripRows), BlockSizes.Parts(columns, lanes) * lanes);
        }
        if (rows <= FewStrips * stripRows)
            return (BlockSizes.Parts(rows, stripRows) * stripRows, BlockSizes.Even(columns, Math.Clamp(columns / EnoughChunks, 2 * lanes, MostColumns), lanes));
        long chunkColumns = BlockSizes.Even(columns, MostColumns, lanes);
        return (BlockSizes.Even(rows, Math.Clamp(rows * BlockSizes.Parts(columns, chunkColumns) / EnoughChunks, 2 * stripRows, BlockSizes.MostRows), stripRows), chunkColumns);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int chunk)
    {
        int lanes = Tiles<V, T>.PanelColumns;
        const int stripRows = Tiles<V, T>.StripRows;
        long j = chunk % columnChunks * chunkColumns, i = chunk / columnChunks % rowChunks * chunkRows, group = chunk / columnChunks / rowChunks;
        long rows = Math.Min(chunkRows, pixels - i), columns = Math.Min(chunkColumns, shape.OutChannelsOfGroup - j), first = group * shape.OutChannelsOfGroup + j;
        var panels = weights + (group * BlockSizes.Parts(shape.OutChannelsOfGroup, lanes) * lanes + j) * inner;
        var c = target + i * shape.OutChannels + first;
        long mostPieces = BlockSizes.Parts(step, Math.Max(runLength, 1)) + 2;
        using var scratch = Scratch.Take(inPlace ? 0 : mostPieces * sizeof(Piece) + (rows * step + V.Count) * sizeof(T));
        var copies = (T*)(scratch.Pointer + mostPieces * sizeof(Piece));
        long p = 0;
        // Sums of nothing, too, are stored.
        do
        {
            long length = Math.Min(step, inner - p);
            LeftStrips<T> left;
            if (inPlace)
                left = LeftStrips<T>.InPlace(source + i * shape.InChannels + group * shape.InChannelsOfGroup + p, shape.InChannels, 1, stripRows);
            else
            {
                CopyRows(i, rows, group * shape.InChannelsOfGroup, p, length, copies, (Piece*)scratch.Pointer);
                left = LeftStrips<T>.InPlace(copies, length, 1, stripRows);
            }
            var right = RightPanels<T>.Packed(panels + p * lanes, inner, columns, lanes);
            Block<V, T>.Multiply(rows, columns, length, left, right, c, shape.OutChannels, p > 0, bias == null || p + length < inner ? null : bias + first);
            p += step;
        }
        while (p < inner);
        epilogue.Apply(c, rows, columns, shape.OutChannels);
    }

    /// <summary>A piece of a row: some elements of a row of the window.</summary>
    private struct Piece
    {
        /// <summary>Where it begins, from the row's first element of the window in the image, and how many elements it has.</summary>
        public long Start, Count;

        /// <summary>From the row's first pixel along the axes to that of the row of the window, and the piece's first element in that.</summary>
        public long Z, Y, X, Begin;
    }

    /// <summary>The pieces of elements <paramref name="p"/> and following of every row.</summary>
    private readonly int FindPieces(long p, long length, Piece* pieces)
    {
        long runsOfRow = shape.Kernel[2] / runTaps;
        int count = 0;
        for (long at = p; at < p + length; count++)
        {
            long run = at / runLength, begin = at % runLength;
            var piece = new Piece
            {
                Z = run / runsOfRow / shape.Kernel[1] * shape.Dilation[0], Y = run / runsOfRow % shape.Kernel[1] * shape.Dilation[1], X = run % runsOfRow * runTaps * shape.Dilation[2],
                Begin = begin, Count = Math.Min(runLength - begin, p + length - at),
            };
            piece.Start = ((piece.Z * shape.Input[1] + piece.Y) * shape.Input[2] + piece.X) * shape.InChannels + begin;
            at += piece.Count;
            pieces[count] = piece;
        }
        return count;
    }

    /// <summary>
    /// Elements <paramref name="p"/> and following of some rows, zeros being what lies outside of an image. Whole vectors are copied: what goes too far is written over by what follows,
    /// and behind the last row there is room.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void CopyRows(long first, long rows, long channel, long p, long length, T* to, Piece* pieces)
    {
        int count = FindPieces(p, length, pieces);
        long x = first % shape.Output[2], y = first / shape.Output[2] % shape.Output[1], z = first / shape.Output[2] / shape.Output[1] % shape.Output[0];
        var image = source + first / shape.Output.Product * shape.Input.Product * shape.InChannels + channel;
        for (long row = 0; row < rows; row++)
        {
            long fromZ = z * shape.Stride[0] - shape.PadLow[0], fromY = y * shape.Stride[1] - shape.PadLow[1], fromX = x * shape.Stride[2] - shape.PadLow[2];
            var from = image + ((fromZ * shape.Input[1] + fromY) * shape.Input[2] + fromX) * shape.InChannels;
            if (IsInside(0, fromZ) && IsInside(1, fromY) && IsInside(2, fromX))
            {
                for (int i = 0; i < count; i++) to = CopyRun(from + pieces[i].Start, pieces[i].Count, to);
            }
            else
            {
                for (int i = 0; i < count; i++) to = CopyPart(pieces[i], from, fromZ, fromY, fromX, to);
            }
            if (++x < shape.Output[2]) continue;
            x = 0;
            if (++y < shape.Output[1]) continue;
            y = 0;
            if (++z < shape.Output[0]) continue;
            z = 0;
            image += shape.Input.Product * shape.InChannels;
        }
    }

    /// <summary>Whether the whole window lies within the image along an axis.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool IsInside(int axis, long from) => from >= 0 && from + (shape.Kernel[axis] - 1) * shape.Dilation[axis] < shape.Input[axis];

    /// <summary>What of a piece lies within the image, and zeros around it.</summary>
    private readonly T* CopyPart(in Piece piece, T* from, long fromZ, long fromY, long fromX, T* to)
    {
        if ((ulong)(fromZ + piece.Z) >= (ulong)shape.Input[0] || (ulong)(fromY + piece.Y) >= (ulong)shape.Input[1]) return Clear(to, piece.Count);
        long x = fromX + piece.X, end = piece.Begin + piece.Count, channels = shape.InChannelsOfGroup;
        long low = Math.Clamp(-x * channels, piece.Begin, end), high = Math.Clamp((shape.Input[2] - x) * channels, low, end);
        to = Clear(to, low - piece.Begin);
        to = CopyRun(from + piece.Start + (low - piece.Begin), high - low, to);
        return Clear(to, end - high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly T* CopyRun(T* from, long count, T* to)
    {
        long i = 0;
        for (; i + V.Count <= count; i += V.Count) V.Load(from + i).Store(to + i);
        if (i == count) return to + count;
        if (from + i + V.Count <= sourceEnd) V.Load(from + i).Store(to + i);
        else
        {
            for (; i < count; i++) to[i] = from[i];
        }
        return to + count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T* Clear(T* to, long count)
    {
        if (count > 0) NativeMemory.Clear(to, (nuint)(count * sizeof(T)));
        return to + count;
    }

    /// <summary>Packs the weight: for each group [panels, window, channels, lanes]. A chunk is one panel.</summary>
    private struct PanelChunks : IChunks
    {
        /// <summary>The weight, and where it goes.</summary>
        public T* Weight, Panels;

        /// <summary>Out channels of a group, channels of a group, elements of the window.</summary>
        public long Columns, Channels, Window;

        /// <summary>Packs all.</summary>
        public void Run(long groups) => Workers.For(checked((int)(groups * BlockSizes.Parts(Columns, Tiles<V, T>.PanelColumns))), (double)groups * Columns * Channels * Window, ref this);

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int chunk)
        {
            int lanes = Tiles<V, T>.PanelColumns;
            long panels = BlockSizes.Parts(Columns, lanes), group = chunk / panels, panel = chunk % panels, inner = Channels * Window;
            int count = (int)Math.Min(lanes, Columns - panel * lanes);
            var from = Weight + (group * Columns + panel * lanes) * inner;
            var to = Panels + chunk * inner * lanes;
            if (Window == 1)
            {
                ChannelLanes<V, T>.Gather(from, inner, count, inner, to, lanes, lanes);
                return;
            }
            using var scratch = Scratch.Take(inner * lanes * sizeof(T));
            var windows = (T*)scratch.Pointer;
            ChannelLanes<V, T>.Gather(from, inner, count, inner, windows, lanes, lanes);
            for (long tap = 0; tap < Window; tap++)
            {
                for (long channel = 0; channel < Channels; channel++, to += lanes)
                {
                    var values = windows + (channel * Window + tap) * lanes;
                    V.Load(values).Store(to);
                    V.Load(values + V.Count).Store(to + V.Count);
                }
            }
        }
    }
}
