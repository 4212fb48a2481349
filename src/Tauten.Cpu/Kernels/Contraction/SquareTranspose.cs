using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Tauten.Cpu;

/// <summary>Small squares of elements, transposed in registers.</summary>
internal static unsafe class SquareTranspose
{
    /// <summary>Rows and columns of a square: what 16 bytes hold, or 1 where there is no fast way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Size<T>() where T : unmanaged =>
        sizeof(T) is 4 or 8 && (Sse2.IsSupported || AdvSimd.Arm64.IsSupported) ? 16 / sizeof(T) : 1;

    /// <summary>Transposes one square.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<T>(T* source, long row, T* target, long targetRow) where T : unmanaged
    {
        if (Size<T>() == 1)
            *target = *source;
        else if (sizeof(T) == 4)
            Four((float*)source, row, (float*)target, targetRow);
        else
            Two((double*)source, row, (double*)target, targetRow);
    }

    /// <summary>4 x 4 elements of 4 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(float* source, long row, float* target, long targetRow)
    {
        var a = Vector128.Load(source);
        var b = Vector128.Load(source + row);
        var c = Vector128.Load(source + 2 * row);
        var d = Vector128.Load(source + 3 * row);
        var (lowAb, highAb) = Interleave4(a, b);
        var (lowCd, highCd) = Interleave4(c, d);
        var (first, second) = Interleave2(lowAb.AsDouble(), lowCd.AsDouble());
        var (third, fourth) = Interleave2(highAb.AsDouble(), highCd.AsDouble());
        first.AsSingle().Store(target);
        second.AsSingle().Store(target + targetRow);
        third.AsSingle().Store(target + 2 * targetRow);
        fourth.AsSingle().Store(target + 3 * targetRow);
    }

    /// <summary>2 x 2 elements of 8 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Two(double* source, long row, double* target, long targetRow)
    {
        var (first, second) = Interleave2(Vector128.Load(source), Vector128.Load(source + row));
        first.Store(target);
        second.Store(target + targetRow);
    }

    /// <summary>(a0 b0 a1 b1, a2 b2 a3 b3).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<float> Low, Vector128<float> High) Interleave4(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported
            ? (Sse.UnpackLow(a, b), Sse.UnpackHigh(a, b))
            : (AdvSimd.Arm64.ZipLow(a, b), AdvSimd.Arm64.ZipHigh(a, b));

    /// <summary>(a0 b0, a1 b1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<double> Low, Vector128<double> High) Interleave2(Vector128<double> a, Vector128<double> b) =>
        Sse2.IsSupported
            ? (Sse2.UnpackLow(a, b), Sse2.UnpackHigh(a, b))
            : (AdvSimd.Arm64.ZipLow(a, b), AdvSimd.Arm64.ZipHigh(a, b));
}
