using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// Reading and writing through indices (Int32 or Int64) along an axis. A negative index counts from the end. Each operation first checks all indices
/// and returns the position of the first that is out of range, having done nothing, or -1 when it has done its work. All memory is contiguous.
/// </summary>
internal static unsafe class Indexing
{
    /// <summary>y[i, j, k] = x[i, index[i, j, k], k] for elements of 1, 2, 4 or 8 bytes; the index may be smaller than x along the other axes.</summary>
    public static long Gather(
        int size, DType indexType, ReadOnlySpan<long> xShape, void* x, ReadOnlySpan<long> indexShape, void* index, int axis, void* y)
    {
        long bad = FirstOutside(indexType, index, Strided.Count(indexShape), xShape[axis]);
        if (bad >= 0) return bad;
        Launch(new LineLoop { Move = LineMove.Gather, Size = size, Wide = indexType == DType.Int64, X = (byte*)x, Y = (byte*)y, Index = index }, xShape, indexShape, axis);
        return -1;
    }

    /// <summary>y[i, index[i, j, k], k] = source[i, j, k]; of several for one place the last wins. y holds what is not written.</summary>
    public static long Scatter(
        int size, DType indexType, ReadOnlySpan<long> yShape, void* y, ReadOnlySpan<long> indexShape, void* index, int axis, void* source)
    {
        long bad = FirstOutside(indexType, index, Strided.Count(indexShape), yShape[axis]);
        if (bad >= 0) return bad;
        Launch(new LineLoop { Move = LineMove.Scatter, Size = size, Wide = indexType == DType.Int64, X = (byte*)y, Y = (byte*)source, Index = index }, yShape, indexShape, axis);
        return -1;
    }

    /// <summary>y[i, index[i, j, k], k] += source[i, j, k] in the order of j. The 16-bit floating types are rounded at each addition.</summary>
    public static long ScatterAdd(
        DType dtype, DType indexType, ReadOnlySpan<long> yShape, void* y, ReadOnlySpan<long> indexShape, void* index, int axis, void* source) =>
        ScatterCombine(Combination.Sum, dtype, indexType, yShape, y, indexShape, index, axis, source);

    /// <summary>y[i, index[i, j, k], k] combined with source[i, j, k] in the order of j: their sum, product, larger or smaller one. Of the 16-bit floating types there is only the sum.</summary>
    public static long ScatterCombine(
        Combination combination, DType dtype, DType indexType, ReadOnlySpan<long> yShape, void* y, ReadOnlySpan<long> indexShape, void* index, int axis, void* source)
    {
        long bad = FirstOutside(indexType, index, Strided.Count(indexShape), yShape[axis]);
        if (bad >= 0) return bad;
        var loop = new LineLoop
        {
            Move = LineMove.Combine, Combination = combination, DType = dtype, Size = dtype.Size(), Wide = indexType == DType.Int64, X = (byte*)y, Y = (byte*)source, Index = index,
        };
        Launch(loop, yShape, indexShape, axis);
        return -1;
    }

    /// <summary>y[o, j, :] = x[o, index[j], :], where x has the shape [outer, length, inner] and inner is in bytes.</summary>
    public static long Select(long outer, long length, long innerBytes, void* x, DType indexType, void* index, long count, void* y)
    {
        long bad = FirstOutside(indexType, index, count, length);
        if (bad >= 0 || outer * count * innerBytes == 0) return bad;
        var loop = new SelectLoop
        {
            X = (byte*)x, Y = (byte*)y, Index = index, Wide = indexType == DType.Int64, Length = length, Inner = innerBytes, Count = count,
            Rows = outer * count, PerChunk = Math.Max(1, 64 * 1024 / innerBytes),
        };
        int chunks = (int)((loop.Rows + loop.PerChunk - 1) / loop.PerChunk);
        if (chunks == 1) loop.Run(0);
        else Workers.For(chunks, loop.Rows * (loop.Inner * 0.08 + 4), ref loop);
        return -1;
    }

    /// <summary>y[o, index[j], :] = source[o, j, :], where y has the shape [outer, length, inner] and inner is in bytes; of several for one place the last wins.</summary>
    public static long SelectPut(long outer, long length, long innerBytes, void* y, DType indexType, void* index, long count, void* source)
    {
        long bad = FirstOutside(indexType, index, count, length);
        if (bad >= 0 || outer * count * innerBytes == 0) return bad;
        var loop = new PutLoop
        {
            Y = (byte*)y, Source = (byte*)source, Index = index, Wide = indexType == DType.Int64, Length = length, Inner = innerBytes, Count = count,
            Tiles = (innerBytes + PutLoop.Tile - 1) / PutLoop.Tile,
        };
        // Slices may meet in one place, columns never: the work is cut along the columns only.
        int chunks = (int)(outer * loop.Tiles);
        if (chunks == 1) loop.Run(0);
        else Workers.For(chunks, outer * count * (innerBytes * 0.08 + 4), ref loop);
        return -1;
    }

    /// <summary>y[o, index[j], :] += source[o, j, :] in the order of j, where y has the shape [outer, length, inner] and inner is in elements.</summary>
    public static long SelectAdd(DType dtype, long outer, long length, long inner, void* y, DType indexType, void* index, long count, void* source)
    {
        long bad = FirstOutside(indexType, index, count, length);
        if (bad >= 0 || outer * count * inner == 0) return bad;
        var loop = new AddLoop
        {
            Y = (byte*)y, Source = (byte*)source, Index = index, Wide = indexType == DType.Int64, Length = length, Inner = inner, Count = count, DType = dtype,
            Tiles = (inner + AddLoop.Tile - 1) / AddLoop.Tile,
        };
        // Rows may meet in one place, columns never: the work is cut along the columns only.
        int chunks = (int)(outer * loop.Tiles);
        if (chunks == 1) loop.Run(0);
        else Workers.For(chunks, outer * count * (inner * 0.2 + 4), ref loop);
        return -1;
    }

    /// <summary>The position of the first index outside of [-length, length), or -1.</summary>
    public static long FirstOutside(DType indexType, void* index, long count, long length) =>
        indexType == DType.Int64 ? FirstOutside((long*)index, count, length) : FirstOutside((int*)index, count, length);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long FirstOutside<TIndex>(TIndex* index, long count, long length) where TIndex : unmanaged, INumber<TIndex>
    {
        for (long i = 0; i < count; i++)
        {
            long at = long.CreateTruncating(index[i]);
            if (at < -length || at >= length) return i;
        }
        return -1;
    }

    /// <summary>An index that counts from the start; the check has been made.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long At(void* index, bool wide, long position, long length)
    {
        long at = wide ? ((long*)index)[position] : ((int*)index)[position];
        return at < 0 ? at + length : at;
    }

    private static void Launch(LineLoop loop, ReadOnlySpan<long> xShape, ReadOnlySpan<long> indexShape, int axis)
    {
        if (Strided.Count(indexShape) == 0) return;
        int rank = indexShape.Length;
        long* numbers = stackalloc long[3 * rank];
        loop.Rank = rank - 1;
        loop.Shape = numbers;
        loop.XStrides = numbers + rank;
        loop.IndexStrides = numbers + 2 * rank;
        long xStride = 1, indexStride = 1;
        int place = rank - 1;
        loop.Lines = 1;
        for (int d = rank - 1; d >= 0; d--)
        {
            if (d == axis)
            {
                (loop.Length, loop.Count, loop.XStep, loop.IndexStep) = (xShape[d], indexShape[d], xStride, indexStride);
            }
            else
            {
                place--;
                (loop.Shape[place], loop.XStrides[place], loop.IndexStrides[place]) = (indexShape[d], xStride, indexStride);
                loop.Lines *= indexShape[d];
            }
            xStride *= xShape[d];
            indexStride *= indexShape[d];
        }
        loop.PerChunk = Math.Max(1, 16 * 1024 / loop.Count);
        int chunks = (int)((loop.Lines + loop.PerChunk - 1) / loop.PerChunk);
        if (chunks == 1) loop.Run(0);
        else Workers.For(chunks, loop.Lines * loop.Count * 2.0, ref loop);
    }

    private enum LineMove
    {
        Gather,
        Scatter,
        Combine,
    }

    /// <summary>Line by line along the axis: lines never meet, and within one the order is that of the index.</summary>
    private struct LineLoop : IChunks
    {
        public LineMove Move;
        public Combination Combination;
        public DType DType;
        public int Size, Rank;
        public bool Wide;

        /// <summary>What is addressed through the index, and what has the index's shape.</summary>
        public byte* X, Y;

        public void* Index;
        public long* Shape, XStrides, IndexStrides;
        public long Lines, PerChunk, Length, Count, XStep, IndexStep;

        public void Run(int chunk)
        {
            switch (Size)
            {
                case 1: Run<byte>(chunk); break;
                case 2: Run<ushort>(chunk); break;
                case 4: Run<uint>(chunk); break;
                default: Run<ulong>(chunk); break;
            }
        }

        [SkipLocalsInit]
        private readonly void Run<T>(int chunk) where T : unmanaged
        {
            long* xIndex = stackalloc long[Rank + 1], yIndex = stackalloc long[Rank + 1];
            long line = chunk * PerChunk, end = Math.Min(line + PerChunk, Lines);
            long x = Strided.Seek(Rank, Shape, XStrides, line, xIndex), y = Strided.Seek(Rank, Shape, IndexStrides, line, yIndex);
            while (true)
            {
                Line((T*)X + x, (T*)Y, y);
                if (++line == end) return;
                x += Strided.Advance(Rank - 1, Shape, XStrides, xIndex);
                y += Strided.Advance(Rank - 1, Shape, IndexStrides, yIndex);
            }
        }

        private readonly void Line<T>(T* x, T* y, long at) where T : unmanaged
        {
            switch (Move)
            {
                case LineMove.Gather:
                    for (long j = 0; j < Count; j++, at += IndexStep) y[at] = x[At(Index, Wide, at, Length) * XStep];
                    break;
                case LineMove.Scatter:
                    for (long j = 0; j < Count; j++, at += IndexStep) x[At(Index, Wide, at, Length) * XStep] = y[at];
                    break;
                default:
                    switch (DType)
                    {
                        case DType.Float32: Combine((float*)x, (float*)y, at); break;
                        case DType.Float64: Combine((double*)x, (double*)y, at); break;
                        case DType.Float16: Combine((Half*)x, (Half*)y, at); break;
                        case DType.BFloat16:
                            for (long j = 0; j < Count; j++, at += IndexStep)
                            {
                                BFloat16* sum = (BFloat16*)x + At(Index, Wide, at, Length) * XStep;
                                *sum = (BFloat16)((float)*sum + ((BFloat16*)y)[at]);
                            }
                            break;
                        case DType.Int8: Combine((sbyte*)x, (sbyte*)y, at); break;
                        case DType.Int16: Combine((short*)x, (short*)y, at); break;
                        case DType.UInt16: Combine((ushort*)x, (ushort*)y, at); break;
                        case DType.Int32: Combine((int*)x, (int*)y, at); break;
                        case DType.UInt32: Combine((uint*)x, (uint*)y, at); break;
                        case DType.Int64: Combine((long*)x, (long*)y, at); break;
                        case DType.UInt64: Combine((ulong*)x, (ulong*)y, at); break;
                        default: Combine((byte*)x, (byte*)y, at); break;
                    }
                    break;
            }
        }

        private readonly void Combine<TNumber>(TNumber* x, TNumber* y, long at) where TNumber : unmanaged, INumber<TNumber>
        {
            if (Combination == Combination.Sum)
            {
                for (long j = 0; j < Count; j++, at += IndexStep) x[At(Index, Wide, at, Length) * XStep] += y[at];
                return;
            }
            for (long j = 0; j < Count; j++, at += IndexStep)
            {
                TNumber* place = x + At(Index, Wide, at, Length) * XStep;
                *place = Combination switch
                {
                    Combination.Product => *place * y[at],
                    Combination.Max => TNumber.Max(*place, y[at]),
                    _ => TNumber.Min(*place, y[at]),
                };
            }
        }
    }

    private struct SelectLoop : IChunks
    {
        public byte* X, Y;
        public void* Index;
        public bool Wide;
        public long Length, Inner, Count, Rows, PerChunk;

        public readonly void Run(int chunk)
        {
            long row = chunk * PerChunk, end = Math.Min(row + PerChunk, Rows);
            long outer = row / Count, j = row - outer * Count;
            for (; row < end; row++)
            {
                byte* source = X + (outer * Length + At(Index, Wide, j, Length)) * Inner, target = Y + row * Inner;
                switch (Inner)
                {
                    case 2: *(ushort*)target = *(ushort*)source; break;
                    case 4: *(uint*)target = *(uint*)source; break;
                    case 8: *(ulong*)target = *(ulong*)source; break;
                    default: System.Buffer.MemoryCopy(source, target, Inner, Inner); break;
                }
                if (++j < Count) continue;
                j = 0;
                outer++;
            }
        }
    }

    private struct PutLoop : IChunks
    {
        public const int Tile = 4096;
        public byte* Y, Source;
        public void* Index;
        public bool Wide;
        public long Length, Inner, Count, Tiles;

        public readonly void Run(int chunk)
        {
            long outer = chunk / Tiles, start = chunk % Tiles * Tile, n = Math.Min(Tile, Inner - start);
            byte* source = Source + outer * Count * Inner + start;
            for (long j = 0; j < Count; j++, source += Inner)
            {
                byte* target = Y + (outer * Length + At(Index, Wide, j, Length)) * Inner + start;
                switch (n)
                {
                    case 4: *(uint*)target = *(uint*)source; break;
                    case 8: *(ulong*)target = *(ulong*)source; break;
                    default: System.Buffer.MemoryCopy(source, target, n, n); break;
                }
            }
        }
    }

    private struct AddLoop : IChunks
    {
        public const int Tile = 256;
        public byte* Y, Source;
        public void* Index;
        public bool Wide;
        public long Length, Inner, Count, Tiles;
        public DType DType;

        [SkipLocalsInit]
        public readonly void Run(int chunk)
        {
            long outer = chunk / Tiles, start = chunk % Tiles * Tile;
            nint n = (nint)Math.Min(Tile, Inner - start);
            int size = DType.Size();
            float* sums = stackalloc float[Tile], terms = stackalloc float[Tile];
            bool half = DType is DType.Float16 or DType.BFloat16;
            var kernel = DType switch
            {
                DType.Float32 or DType.Float16 or DType.BFloat16 => ReductionKernel.Of<Functions.Sum, float>(),
                DType.Float64 => ReductionKernel.Of<Functions.Sum, double>(),
                _ => size switch
                {
                    1 => ReductionKernel.Of<Functions.Sum, byte>(),
                    2 => ReductionKernel.Of<Functions.Sum, ushort>(),
                    4 => ReductionKernel.Of<Functions.Sum, uint>(),
                    _ => ReductionKernel.Of<Functions.Sum, ulong>(),
                },
            };
            for (long j = 0; j < Count; j++)
            {
                byte* y = Y + ((outer * Length + At(Index, Wide, j, Length)) * Inner + start) * size;
                byte* source = Source + ((outer * Count + j) * Inner + start) * size;
                if (!half)
                {
                    kernel.Columns(y, source, 0, 1, n);
                    continue;
                }
                if (DType == DType.Float16)
                {
                    HalfPrecision.WidenHalf(y, (byte*)sums, n);
                    HalfPrecision.WidenHalf(source, (byte*)terms, n);
                }
                else
                {
                    HalfPrecision.WidenBrain(y, (byte*)sums, n);
                    HalfPrecision.WidenBrain(source, (byte*)terms, n);
                }
                kernel.Columns((byte*)sums, (byte*)terms, 0, 1, n);
                if (DType == DType.Float16) HalfPrecision.NarrowHalf((byte*)sums, y, n);
                else HalfPrecision.NarrowBrain((byte*)sums, y, n);
            }
        }
    }
}
