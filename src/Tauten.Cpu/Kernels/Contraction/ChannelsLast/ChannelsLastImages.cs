using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// Copies of images with their zeros around, pixel by pixel with all channels side by side: [images, <see cref="Padded"/>, <see cref="Pitch"/>].
/// A window of a convolution is then a few runs of memory, whatever its strides and dilations.
/// </summary>
internal unsafe struct ChannelsLastImages<V, T> : IChunks
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <summary>Padded pixels of a chunk, about: few enough that their pages stay known while channels pass.</summary>
    private const long PixelsOfChunk = 256;

    /// <summary>The images, [images, channels, <see cref="Source"/>].</summary>
    public T* Images;

    /// <summary>Channels of an image.</summary>
    public long Channels;

    /// <summary>Sizes of an image.</summary>
    public Axes Source;

    /// <summary>Zeros before the image; negative where its beginning is left out.</summary>
    public Axes Low;

    /// <summary>Sizes of a copy.</summary>
    public Axes Padded;

    /// <summary>Rows are needed where their number modulo <see cref="RowStep"/> is less than <see cref="NeededRows"/>.</summary>
    public long RowStep, NeededRows;

    /// <summary>The copies.</summary>
    public T* Copies;

    private long first, rowsOfChunk, chunksOfImage;

    /// <summary>Elements of a pixel.</summary>
    public readonly long Pitch => BlockSizes.Parts(Channels, V.Count) * V.Count;

    /// <summary>Elements of a copy.</summary>
    public readonly long ImageLength => Padded.Product * Pitch;

    /// <summary>Whether rows follow each other in the image as in the copy.</summary>
    private readonly bool IsWhole => Low[2] == 0 && Padded[2] == Source[2] && NeededRows == RowStep;

    /// <summary>Makes copies of <paramref name="count"/> images.</summary>
    public void Run(long first, long count)
    {
        this.first = first;
        rowsOfChunk = Math.Max(1, PixelsOfChunk / Padded[2]);
        chunksOfImage = BlockSizes.Parts(Padded[0] * Padded[1], rowsOfChunk);
        Workers.For(checked((int)(count * chunksOfImage)), (double)count * ImageLength * 0.2, ref this);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int chunk)
    {
        long image = chunk / chunksOfImage, row = chunk % chunksOfImage * rowsOfChunk, end = Math.Min(row + rowsOfChunk, Padded[0] * Padded[1]);
        var source = Images + (first + image) * Channels * Source.Product;
        var target = Copies + image * ImageLength;
        // A vector of channels at a time, so that few streams are read at the same time.
        for (long channel = 0; channel < Channels; channel += V.Count)
        {
            int lanes = (int)Math.Min(V.Count, Channels - channel);
            for (long at = row; at < end;)
                at += Gather(source + channel * Source.Product, lanes, at, end, target + channel);
        }
    }

    /// <summary>One padded row of some channels, or several where they are one run; gives how many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly long Gather(T* source, int lanes, long row, long end, T* target)
    {
        target += row * Padded[2] * Pitch;
        long z = row / Padded[1] - Low[0], y = row % Padded[1] - Low[1];
        if (row % Padded[1] % RowStep >= NeededRows)
            return 1;
        if ((ulong)z >= (ulong)Source[0] || (ulong)y >= (ulong)Source[1])
        {
            Clear(target, Padded[2]);
            return 1;
        }
        var from = source + (z * Source[1] + y) * Source[2];
        if (IsWhole)
        {
            long rows = Math.Min(end - row, Source[1] - y);
            ChannelLanes<V, T>.Gather(from, Source.Product, lanes, rows * Source[2], target, Pitch, V.Count);
            return rows;
        }
        long begin = Math.Clamp(Low[2], 0, Padded[2]), stop = Math.Clamp(Low[2] + Source[2], begin, Padded[2]);
        Clear(target, begin);
        ChannelLanes<V, T>.Gather(from + (begin - Low[2]), Source.Product, lanes, stop - begin, target + begin * Pitch, Pitch, V.Count);
        Clear(target + stop * Pitch, Padded[2] - stop);
        return 1;
    }

    /// <summary>Zeros in a vector of channels.</summary>
    private readonly void Clear(T* target, long pixels)
    {
        for (long pixel = 0; pixel < pixels; pixel++)
            default(V).Store(target + pixel * Pitch);
    }
}
