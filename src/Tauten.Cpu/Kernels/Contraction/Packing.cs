using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Tauten.Cpu;

/// <summary>
/// Copies a strip of a matrix into the order in which the micro-kernel reads it: target[p * width + lane], lanes being the rows of A or
/// the columns of B. Lanes that the matrix lacks are filled with zeros.
/// </summary>
/// <typeparam name="TStore">The type of the matrix.</typeparam>
/// <typeparam name="T">The type of the products.</typeparam>
internal static unsafe class Packing<TStore, T>
    where TStore : unmanaged
    where T : unmanaged
{
    /// <summary>Packs a matrix, strip after strip; of the last one the lanes that the matrix lacks are zeros.</summary>
    /// <param name="source">Element (lane, p) lies at source[lane * laneStride + p * innerStride].</param>
    /// <param name="laneStride">Distance of lanes.</param>
    /// <param name="innerStride">Distance of steps.</param>
    /// <param name="lanes">All lanes.</param>
    /// <param name="inner">Steps.</param>
    /// <param name="target">The strips, each <paramref name="width"/> * <paramref name="inner"/> elements.</param>
    /// <param name="width">Lanes of a strip.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Strips(TStore* source, long laneStride, long innerStride, long lanes, long inner, T* target, int width)
    {
        for (long lane = 0; lane < lanes; lane += width)
            Strip(source + lane * laneStride, laneStride, innerStride, (int)Math.Min(width, lanes - lane), inner, target + lane * inner, width);
    }

    /// <summary>Packs one strip.</summary>
    /// <param name="source">Element (lane, p) lies at source[lane * laneStride + p * innerStride].</param>
    /// <param name="laneStride">Distance of lanes.</param>
    /// <param name="innerStride">Distance of steps.</param>
    /// <param name="lanes">Lanes that there are, at most <paramref name="width"/>.</param>
    /// <param name="inner">Steps.</param>
    /// <param name="target">The strip, <paramref name="width"/> * <paramref name="inner"/> elements.</param>
    /// <param name="width">Lanes of the strip.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Strip(TStore* source, long laneStride, long innerStride, int lanes, long inner, T* target, int width)
    {
        if (laneStride == 1)
        {
            Rows(source, innerStride, lanes, inner, target, width);
            return;
        }
        if (StorageType.IsNarrow<TStore>())
        {
            if (innerStride == 1)
                WidenAndTranspose(source, laneStride, lanes, inner, target, width);
            else
                Gather(source, laneStride, innerStride, 0, lanes, 0, inner, target, width);
        }
        else if (innerStride == 1)
            Transpose((T*)source, laneStride, lanes, inner, target, width);
        else
            Gather(source, laneStride, innerStride, 0, lanes, 0, inner, target, width);
        if (lanes < width)
        {
            for (long p = 0; p < inner; p++)
                new Span<T>(target + p * width + lanes, width - lanes).Clear();
        }
    }

    /// <summary>Lanes are contiguous: rows are copied.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows(TStore* source, long innerStride, int lanes, long inner, T* target, int width)
    {
        if (StorageType.IsNarrow<TStore>())
        {
            for (long p = 0; p < inner; p++, source += innerStride, target += width)
            {
                StorageType.Widen(source, target, lanes);
                new Span<T>(target + lanes, width - lanes).Clear();
            }
            return;
        }
        int bytes = lanes * sizeof(T), whole = width * sizeof(T);
        byte* from = (byte*)source, to = (byte*)target;
        if (bytes == whole && whole % 64 == 0)
        {
            for (long p = 0; p < inner; p++, from += innerStride * sizeof(T))
            {
                // Rows may be pages apart, where the hardware does not look ahead.
                if (Sse.IsSupported)
                {
                    var ahead = from + 16 * innerStride * sizeof(T);
                    Sse.Prefetch0(ahead);
                    Sse.Prefetch0(ahead + 64);
                }
                for (int at = 0; at < whole; at += 64, to += 64)
                {
                    var (first, second) = (Vector256.Load(from + at), Vector256.Load(from + at + 32));
                    first.Store(to);
                    second.Store(to + 32);
                }
            }
            return;
        }
        if (bytes == whole && whole % 16 == 0)
        {
            for (long p = 0; p < inner; p++, from += innerStride * sizeof(T))
            {
                if (Sse.IsSupported)
                    Sse.Prefetch0(from + 16 * innerStride * sizeof(T));
                for (int at = 0; at < whole; at += 16, to += 16)
                    Vector128.Load(from + at).Store(to);
            }
            return;
        }
        for (long p = 0; p < inner; p++, from += innerStride * sizeof(T), to += whole)
        {
            Unsafe.CopyBlockUnaligned(to, from, (uint)bytes);
            Unsafe.InitBlockUnaligned(to + bytes, 0, (uint)(whole - bytes));
        }
    }

    /// <summary>Widens to rows of floats first, so that the transposition works on those.</summary>
    private static void WidenAndTranspose(TStore* source, long laneStride, int lanes, long inner, T* target, int width)
    {
        using var scratch = Scratch.Take(lanes * inner * sizeof(T));
        var wide = (T*)scratch.Pointer;
        for (int lane = 0; lane < lanes; lane++)
            StorageType.Widen(source + lane * laneStride, wide + lane * inner, inner);
        Transpose(wide, inner, lanes, inner, target, width);
    }

    /// <summary>Steps are contiguous: small squares are transposed in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose(T* source, long laneStride, int lanes, long inner, T* target, int width)
    {
        int square = 16 / sizeof(T);
        if (square is not (2 or 4) || !(Sse2.IsSupported || AdvSimd.Arm64.IsSupported))
        {
            Packing<T, T>.Gather(source, laneStride, 1, 0, lanes, 0, inner, target, width);
            return;
        }
        int wholeLanes = lanes / square * square;
        long wholeInner = inner / square * square;
        // A cache line of each lane at a time, and of few lanes: rows that are a multiple of 4 KB apart share a set of the first cache.
        int line = 64 / sizeof(T);
        for (long first = 0; first < wholeInner; first += line)
        {
            if (Sse.IsSupported)
            {
                // As many rows at once as a strip has lanes: more than the hardware's prefetcher follows.
                for (int lane = 0; lane < lanes; lane++)
                    Sse.Prefetch0(source + first + lane * laneStride + 256 / sizeof(T));
            }
            long end = Math.Min(first + line, wholeInner);
            for (int lane = 0; lane < wholeLanes; lane += square)
            {
                for (long p = first; p < end; p += square)
                {
                    var from = source + p + lane * laneStride;
                    var to = target + p * width + lane;
                    if (sizeof(T) == 4)
                        Square4((float*)from, laneStride, (float*)to, width);
                    else
                        Square2((double*)from, laneStride, (double*)to, width);
                }
            }
        }
        Packing<T, T>.Gather(source, laneStride, 1, wholeLanes, lanes, 0, wholeInner, target, width);
        Packing<T, T>.Gather(source, laneStride, 1, 0, lanes, wholeInner, inner, target, width);
    }

    /// <summary>Any strides: element by element, for a range of lanes and steps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Gather(
        TStore* source, long laneStride, long innerStride, int firstLane, int endLane, long firstStep, long endStep, T* target, int width)
    {
        for (long p = firstStep; p < endStep; p++)
        {
            var from = source + p * innerStride;
            var to = target + p * width;
            for (int lane = firstLane; lane < endLane; lane++)
                to[lane] = StorageType.Widen<TStore, T>(from[lane * laneStride]);
        }
    }

    /// <summary>Transposes 4 x 4 elements of 4 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Square4(float* source, long row, float* target, int width)
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
        second.AsSingle().Store(target + width);
        third.AsSingle().Store(target + 2 * width);
        fourth.AsSingle().Store(target + 3 * width);
    }

    /// <summary>Transposes 2 x 2 elements of 8 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Square2(double* source, long row, double* target, int width)
    {
        var (first, second) = Interleave2(Vector128.Load(source), Vector128.Load(source + row));
        first.Store(target);
        second.Store(target + width);
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
