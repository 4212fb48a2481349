using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// The gradient of a convolution with respect to an input of few channels: products [channels * window, out channels] x [out channels, positions] give what each
/// position adds to the pixels of its window, which is added up in a padded copy of the image. Along the last axis the copy is sorted by phase (x modulo the
/// stride), so that neighbouring positions add to neighbours. A chunk is a band of rows of one group of one image; positions whose windows reach into two bands are
/// done for both.
/// </summary>
internal unsafe struct OverlappingWindows<V, T> : IChunks
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <summary>What the results of products that are done together may take: a part of a second-level cache.</summary>
    private const long ResultBytes = 128 << 10;

    /// <summary>Fewer chunks than this are divided further.</summary>
    private const long EnoughChunks = 8;

    private ConvolutionShape shape;
    private T* gradient, target, packed, end;
    private long taps, bands, step, rowsOfBlock, phaseLength;

    /// <summary>The gradient with respect to x.</summary>
    public static void Run(in ConvolutionShape shape, T* yGradient, T* weight, T* xGradient)
    {
        const int stripRows = Tiles<V, T>.StripRows;
        var work = new OverlappingWindows<V, T>
        {
            shape = shape, gradient = yGradient, end = yGradient + shape.OutputElements, target = xGradient,
            taps = shape.InChannelsOfGroup * shape.Kernel.Product, step = BlockSizes.Inner<T>(shape.OutChannelsOfGroup),
        };
        long width = shape.Output[2], overlap = (shape.Kernel[1] - 1) * shape.Dilation[1] / shape.Stride[1], panelColumns = Tiles<V, T>.PanelColumns;
        work.rowsOfBlock = Math.Clamp(ResultBytes / sizeof(T) / (work.taps * width), 1, Math.Min(shape.Output[1], BlockSizes.Parts(8 * panelColumns, width)));
        long most = Math.Min(shape.Output[1] / (work.rowsOfBlock + 4 * overlap), shape.Input[1]);
        work.bands = Math.Clamp(EnoughChunks / (shape.Batch * shape.Groups), 1, Math.Max(most, 1));
        // Behind each phase there is room for what whole vectors add: zeros.
        work.phaseLength = width + (shape.Kernel[2] - 1) * shape.Dilation[2] / shape.Stride[2] + V.Count;
        long strips = BlockSizes.Parts(work.taps, stripRows), outputs = shape.OutChannelsOfGroup;
        using var scratch = Scratch.Take(shape.Groups * strips * stripRows * outputs * sizeof(T));
        work.packed = (T*)scratch.Pointer;
        for (long group = 0; group < shape.Groups; group++)
        {
            for (long p = 0; p < outputs; p += work.step)
            {
                long length = Math.Min(work.step, outputs - p);
                Packing<T, T>.Strips(weight + (group * outputs + p) * work.taps, 1, work.taps, work.taps, length, work.StripsOf(group, p), stripRows);
            }
        }
        Workers.For(checked((int)(shape.Batch * shape.Groups * work.bands)), BlockSizes.Work<T>(shape.Batch * shape.Output.Product, shape.Groups * work.taps, outputs), ref work);
    }

    /// <summary>The packed weights of a group from element <paramref name="p"/> of the sums on.</summary>
    private readonly T* StripsOf(long group, long p) =>
        packed + (group * shape.OutChannelsOfGroup + p) * BlockSizes.Parts(taps, Tiles<V, T>.StripRows) * Tiles<V, T>.StripRows;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int chunk)
    {
        int panelColumns = Tiles<V, T>.PanelColumns;
        long band = chunk % bands, group = chunk / bands % shape.Groups, image = chunk / bands / shape.Groups;
        long firstRow = shape.Input[1] * band / bands, endRow = shape.Input[1] * (band + 1) / bands;
        long width = shape.Output[2], row = phaseLength * shape.Stride[2], plane = shape.Input[0] * (endRow - firstRow) * row;
        long mostColumns = BlockSizes.Parts(rowsOfBlock * width, panelColumns) * panelColumns;
        using var scratch = Scratch.Take((shape.InChannelsOfGroup * plane + taps * mostColumns + mostColumns * step + 8 * V.Count + 2 * row) * sizeof(T));
        T* sums = (T*)scratch.Pointer, panels = sums + shape.InChannelsOfGroup * plane, results = panels + mostColumns * step + 2 * V.Count, line = results + taps * mostColumns + 2 * V.Count;
        Convolutions.Clear(sums, shape.InChannelsOfGroup * plane);

        // Only rows of positions whose windows reach into the band.
        long span = (shape.Kernel[1] - 1) * shape.Dilation[1], low = firstRow + shape.PadLow[1] - span, high = endRow - 1 + shape.PadLow[1];
        long first = low <= 0 ? 0 : (low + shape.Stride[1] - 1) / shape.Stride[1], last = Math.Min(high / shape.Stride[1] + 1, shape.Output[1]);
        var source = gradient + (image * shape.Groups + group) * shape.OutChannelsOfGroup * shape.Output.Product;
        for (long z = 0; z < shape.Output[0]; z++)
        {
            for (long y = first; y < last; y += rowsOfBlock)
            {
                long rows = Math.Min(rowsOfBlock, last - y), columns = rows * width;
                for (long p = 0; p < shape.OutChannelsOfGroup; p += step)
                {
                    long length = Math.Min(step, shape.OutChannelsOfGroup - p);
                    Pack(source + p * shape.Output.Product + (z * shape.Output[1] + y) * width, length, columns, panels);
                    Block<V, T>.Multiply(
                        taps, columns, length, LeftStrips<T>.Packed(StripsOf(group, p), length, Tiles<V, T>.StripRows),
                        RightPanels<T>.Packed(panels, length, columns, panelColumns), results, mostColumns, p > 0);
                }
                AddUp(results, mostColumns, z, y, rows, sums, plane, firstRow, endRow);
            }
        }

        var place = target + (image * shape.Groups + group) * shape.InChannelsOfGroup * shape.Input.Product;
        for (long channel = 0; channel < shape.InChannelsOfGroup; channel++)
        {
            for (long z = 0; z < shape.Input[0]; z++)
            {
                for (long y = firstRow; y < endRow; y++, sums += row)
                    Store(sums, line, place + ((channel * shape.Input[0] + z) * shape.Input[1] + y) * shape.Input[2]);
            }
        }
    }

    /// <summary>Panels of neighbouring positions. What whole vectors read past the last position is not used.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Pack(T* source, long length, long columns, T* panels)
    {
        int panelColumns = Tiles<V, T>.PanelColumns;
        long plane = shape.Output.Product;
        for (long p = 0; p < length; p++, source += plane, panels += panelColumns)
        {
            long column = 0;
            var to = panels;
            for (; column < columns && source + column + panelColumns <= end; column += panelColumns, to += panelColumns * length)
            {
                V.Load(source + column).Store(to);
                V.Load(source + column + V.Count).Store(to + V.Count);
            }
            if (column < columns)
                Unsafe.CopyBlockUnaligned(to, source + column, (uint)((columns - column) * sizeof(T)));
        }
    }

    /// <summary>Adds what rows of positions give to the rows of a band.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void AddUp(T* results, long pitch, long z, long y, long rows, T* sums, long plane, long firstRow, long endRow)
    {
        long width = shape.Output[2], row = phaseLength * shape.Stride[2];
        for (long channel = 0; channel < shape.InChannelsOfGroup; channel++, sums += plane)
        {
            for (long k0 = 0; k0 < shape.Kernel[0]; k0++)
            {
                long atZ = z * shape.Stride[0] + k0 * shape.Dilation[0] - shape.PadLow[0];
                for (long k1 = 0; k1 < shape.Kernel[1]; k1++)
                {
                    for (long k2 = 0; k2 < shape.Kernel[2]; k2++, results += pitch)
                    {
                        if ((ulong)atZ >= (ulong)shape.Input[0])
                            continue;
                        long x = k2 * shape.Dilation[2], column = x % shape.Stride[2] * phaseLength + x / shape.Stride[2];
                        for (long i = 0; i < rows; i++)
                        {
                            long atY = (y + i) * shape.Stride[1] + k1 * shape.Dilation[1] - shape.PadLow[1];
                            if (atY >= firstRow && atY < endRow)
                                Add(results + i * width, sums + (atZ * (endRow - firstRow) + atY - firstRow) * row + column, width);
                        }
                    }
                }
            }
        }
    }

    /// <summary>sums += values, element by element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(T* values, T* sums, long count)
    {
        long i = 0;
        for (; i + V.Count <= count; i += V.Count)
            (V.Load(sums + i) + V.Load(values + i)).Store(sums + i);
        for (; i < count; i++)
            sums[i] += values[i];
    }

    /// <summary>A row of the image from its phases.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Store(T* sums, T* line, T* place)
    {
        long stride = shape.Stride[2], pad = shape.PadLow[2], width = shape.Input[2], reach = (shape.Output[2] - 1) * stride + (shape.Kernel[2] - 1) * shape.Dilation[2] + 1;
        // Pixels behind the last window are zero.
        long count = Math.Clamp(reach - pad, 0, width);
        if (stride == 1)
            Unsafe.CopyBlockUnaligned(place, sums + pad, (uint)(count * sizeof(T)));
        else if (stride == 2)
        {
            for (long i = 0; 2 * i < reach; i += V.Count)
                Pairs<V, T>.Join(V.Load(sums + i), V.Load(sums + phaseLength + i), line + 2 * i);
            Unsafe.CopyBlockUnaligned(place, line + pad, (uint)(count * sizeof(T)));
        }
        else
        {
            for (long x = 0; x < count; x++)
                place[x] = sums[(x + pad) % stride * phaseLength + (x + pad) / stride];
        }
        if (count < width)
            Convolutions.Clear(place + count, width - count);
    }
}
