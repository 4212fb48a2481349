using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tauten.Cpu;

/// <summary>
/// y[i, j] = x[j, i] where x runs along i and y along j. 16 by 16 blocks of 4-byte elements are turned within registers:
/// a block's rows are whole cache lines on both sides. Other sizes, edges and machines without AVX go through small scalar blocks.
/// </summary>
internal static unsafe class Transposition
{
    /// <summary>Rows of a block.</summary>
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
            case 2: Scalar((ushort*)x, xStride, (ushort*)y, yStride, rows, columns); break;
            case 4 when CpuInstructions.Level == InstructionLevel.Avx512: Words512((uint*)x, xStride, (uint*)y, yStride, rows, columns); break;
            case 4 when CpuInstructions.Level == InstructionLevel.Avx2: Words256((uint*)x, xStride, (uint*)y, yStride, rows, columns); break;
            case 4: Scalar((uint*)x, xStride, (uint*)y, yStride, rows, columns); break;
            default: Scalar((ulong*)x, xStride, (ulong*)y, yStride, rows, columns); break;
        }
    }

    /// <summary>Blocks of 8 by 8 elements, so that the lines in use stay in L1 whatever the strides are.</summary>
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

    /// <summary>16 by 16: four columns at a time, whose four 128-bit lanes hold the rows 4k .. 4k + 3, so that one in-lane 4 by 4 turn finishes them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Words512(uint* x, nint xStride, uint* y, nint yStride, nint rows, nint columns)
    {
        nint wholeRows = rows & ~15, wholeColumns = columns & ~15;
        for (nint i = 0; i < wholeRows; i += 16)
        {
            for (nint j = 0; j < wholeColumns; j += 16)
            {
                uint* source = x + j * xStride + i, target = y + i * yStride + j;
                for (int k = 0; k < 4; k++, source += 4, target += 4 * yStride)
                {
                    var a = Lanes(source, 4 * xStride);
                    var b = Lanes(source + xStride, 4 * xStride);
                    var c = Lanes(source + 2 * xStride, 4 * xStride);
                    var d = Lanes(source + 3 * xStride, 4 * xStride);
                    var ab = Avx512F.UnpackLow(a, b).AsUInt64();
                    var cd = Avx512F.UnpackLow(c, d).AsUInt64();
                    Avx512F.UnpackLow(ab, cd).AsUInt32().Store(target);
                    Avx512F.UnpackHigh(ab, cd).AsUInt32().Store(target + yStride);
                    ab = Avx512F.UnpackHigh(a, b).AsUInt64();
                    cd = Avx512F.UnpackHigh(c, d).AsUInt64();
                    Avx512F.UnpackLow(ab, cd).AsUInt32().Store(target + 2 * yStride);
                    Avx512F.UnpackHigh(ab, cd).AsUInt32().Store(target + 3 * yStride);
                }
            }
        }
        Edges(x, xStride, y, yStride, rows, columns, wholeRows, wholeColumns);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<uint> Lanes(uint* source, nint stride) => Vector512.Create(
            Vector256.Create(Vector128.Load(source), Vector128.Load(source + stride)),
            Vector256.Create(Vector128.Load(source + 2 * stride), Vector128.Load(source + 3 * stride)));
    }

    /// <summary>8 by 8, in the same way with two lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Words256(uint* x, nint xStride, uint* y, nint yStride, nint rows, nint columns)
    {
        nint wholeRows = rows & ~7, wholeColumns = columns & ~7;
        for (nint i = 0; i < wholeRows; i += 8)
        {
            for (nint j = 0; j < wholeColumns; j += 8)
            {
                uint* source = x + j * xStride + i, target = y + i * yStride + j;
                for (int k = 0; k < 2; k++, source += 4, target += 4 * yStride)
                {
                    var a = Lanes(source, 4 * xStride);
                    var b = Lanes(source + xStride, 4 * xStride);
                    var c = Lanes(source + 2 * xStride, 4 * xStride);
                    var d = Lanes(source + 3 * xStride, 4 * xStride);
                    var ab = Avx2.UnpackLow(a, b).AsUInt64();
                    var cd = Avx2.UnpackLow(c, d).AsUInt64();
                    Avx2.UnpackLow(ab, cd).AsUInt32().Store(target);
                    Avx2.UnpackHigh(ab, cd).AsUInt32().Store(target + yStride);
                    ab = Avx2.UnpackHigh(a, b).AsUInt64();
                    cd = Avx2.UnpackHigh(c, d).AsUInt64();
                    Avx2.UnpackLow(ab, cd).AsUInt32().Store(target + 2 * yStride);
                    Avx2.UnpackHigh(ab, cd).AsUInt32().Store(target + 3 * yStride);
                }
            }
        }
        Edges(x, xStride, y, yStride, rows, columns, wholeRows, wholeColumns);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<uint> Lanes(uint* source, nint stride) => Vector256.Create(Vector128.Load(source), Vector128.Load(source + stride));
    }

    /// <summary>What whole blocks leave at the right and at the bottom.</summary>
    private static void Edges(uint* x, nint xStride, uint* y, nint yStride, nint rows, nint columns, nint wholeRows, nint wholeColumns)
    {
        Scalar(x + wholeColumns * xStride, xStride, y + wholeColumns, yStride, wholeRows, columns - wholeColumns);
        Scalar(x + wholeRows, xStride, y + wholeRows * yStride, yStride, rows - wholeRows, columns);
    }
}
