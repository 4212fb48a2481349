using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// y[i, j] = x[j, i] where x runs along i and y along j. Blocks are whole cache lines on both sides and are turned within registers:
/// a vector takes 128 bits of each of several columns, so that turning small squares within 128 bits leaves whole rows.
/// Bytes and edges go through small scalar blocks.
/// </summary>
internal static unsafe class Transposition
{
    /// <summary>Rows that are best turned together.</summary>
    public const int Block = 16;

    /// <summary>Transposes. Strides in elements.</summary>
    /// <param name="size">Bytes per element.</param>
    /// <param name="x">The source.</param>
    /// <param name="xStride">Between neighbours along j.</param>
    /// <param name="y">The target.</param>
    /// <param name="yStride">Between neighbours along i.</param>
    /// <param name="rows">How many i.</param>
    /// <param name="columns">How many j.</param>
    public static void Run(int size, byte* x, nint xStride, byte* y, nint yStride, nint rows, nint columns)
    {
        switch (size)
        {
            case 1: Scalar(x, xStride, y, yStride, rows, columns); break;
            case 2: Vectors((ushort*)x, xStride, (ushort*)y, yStride, rows, columns); break;
            case 4: Vectors((uint*)x, xStride, (uint*)y, yStride, rows, columns); break;
            default: Vectors((ulong*)x, xStride, (ulong*)y, yStride, rows, columns); break;
        }
    }

    private static void Vectors<T>(T* x, nint xStride, T* y, nint yStride, nint rows, nint columns) where T : unmanaged
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: Vectors<V512<T>, T>(x, xStride, y, yStride, rows, columns); break;
            case InstructionLevel.Avx2: Vectors<V256<T>, T>(x, xStride, y, yStride, rows, columns); break;
            default: Vectors<V128<T>, T>(x, xStride, y, yStride, rows, columns); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Vectors<V, T>(T* x, nint xStride, T* y, nint yStride, nint rows, nint columns) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        // Squares of this many elements lie within 128 bits, and a line is 64 bytes.
        nint square = 16 / sizeof(T), line = 64 / sizeof(T);
        nint wholeRows = rows - rows % square, wholeColumns = columns - columns % V.Count;
        for (nint i = 0; i < wholeRows; i += line)
        {
            nint end = Math.Min(i + line, wholeRows);
            for (nint j = 0; j < wholeColumns; j += V.Count)
            {
                for (nint r = i; r < end; r += square)
                {
                    T* source = x + j * xStride + r, target = y + r * yStride + j;
                    if (sizeof(T) == 8) Two<V, T>(source, xStride, target, yStride);
                    else if (sizeof(T) == 4) Four<V, T>(source, xStride, target, yStride);
                    else Eight<V, T>(source, xStride, target, yStride);
                }
            }
        }
        Scalar(x + wholeColumns * xStride, xStride, y + wholeColumns, yStride, wholeRows, columns - wholeColumns);
        Scalar(x + wholeRows, xStride, y + wholeRows * yStride, yStride, rows - wholeRows, columns);
    }

    /// <summary>Squares of 2 by 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Two<V, T>(T* x, nint xStride, T* y, nint yStride) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        V a = V.LoadLanes(x, 2 * xStride), b = V.LoadLanes(x + xStride, 2 * xStride);
        V.InterleaveLow(a, b, 8).Store(y);
        V.InterleaveHigh(a, b, 8).Store(y + yStride);
    }

    /// <summary>Squares of 4 by 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four<V, T>(T* x, nint xStride, T* y, nint yStride) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        V a = V.LoadLanes(x, 4 * xStride), b = V.LoadLanes(x + xStride, 4 * xStride);
        V c = V.LoadLanes(x + 2 * xStride, 4 * xStride), d = V.LoadLanes(x + 3 * xStride, 4 * xStride);
        V ab = V.InterleaveLow(a, b, 4), cd = V.InterleaveLow(c, d, 4);
        V.InterleaveLow(ab, cd, 8).Store(y);
        V.InterleaveHigh(ab, cd, 8).Store(y + yStride);
        ab = V.InterleaveHigh(a, b, 4);
        cd = V.InterleaveHigh(c, d, 4);
        V.InterleaveLow(ab, cd, 8).Store(y + 2 * yStride);
        V.InterleaveHigh(ab, cd, 8).Store(y + 3 * yStride);
    }

    /// <summary>Squares of 8 by 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Eight<V, T>(T* x, nint xStride, T* y, nint yStride) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        nint apart = 8 * xStride;
        V a = V.LoadLanes(x, apart), b = V.LoadLanes(x + xStride, apart);
        V c = V.LoadLanes(x + 2 * xStride, apart), d = V.LoadLanes(x + 3 * xStride, apart);
        V e = V.LoadLanes(x + 4 * xStride, apart), f = V.LoadLanes(x + 5 * xStride, apart);
        V g = V.LoadLanes(x + 6 * xStride, apart), h = V.LoadLanes(x + 7 * xStride, apart);
        Quarter(V.InterleaveLow(a, b, 2), V.InterleaveLow(c, d, 2), V.InterleaveLow(e, f, 2), V.InterleaveLow(g, h, 2), y, yStride);
        Quarter(V.InterleaveHigh(a, b, 2), V.InterleaveHigh(c, d, 2), V.InterleaveHigh(e, f, 2), V.InterleaveHigh(g, h, 2), y + 4 * yStride, yStride);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Quarter(V ab, V cd, V ef, V gh, T* y, nint yStride)
        {
            V abcd = V.InterleaveLow(ab, cd, 4), efgh = V.InterleaveLow(ef, gh, 4);
            V.InterleaveLow(abcd, efgh, 8).Store(y);
            V.InterleaveHigh(abcd, efgh, 8).Store(y + yStride);
            abcd = V.InterleaveHigh(ab, cd, 4);
            efgh = V.InterleaveHigh(ef, gh, 4);
            V.InterleaveLow(abcd, efgh, 8).Store(y + 2 * yStride);
            V.InterleaveHigh(abcd, efgh, 8).Store(y + 3 * yStride);
        }
    }

    /// <summary>Small blocks, so that the lines in use stay in L1 whatever the strides are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scalar<T>(T* x, nint xStride, T* y, nint yStride, nint rows, nint columns) where T : unmanaged
    {
        nint size = Math.Max(8, 64 / sizeof(T));
        for (nint i = 0; i < rows; i += size)
        {
            nint iEnd = Math.Min(i + size, rows);
            for (nint j = 0; j < columns; j += 8)
            {
                nint jEnd = Math.Min(j + 8, columns);
                for (nint r = i; r < iEnd; r++)
                {
                    T* source = x + j * xStride + r, target = y + r * yStride + j;
                    for (nint c = j; c < jEnd; c++, source += xStride) *target++ = *source;
                }
            }
        }
    }
}
