using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Tauten.Cpu;

/// <summary>
/// Channels side by side: pixels of some channels, which lie a plane apart in an image, as rows of lanes, and back. Kernels whose vectors hold channels
/// meet no borders and no strides: every pixel is a whole vector. Squares that do not fit at an end overlap the ones before.
/// </summary>
/// <typeparam name="V">The vector.</typeparam>
/// <typeparam name="T">The element type.</typeparam>
internal static unsafe class ChannelLanes<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged
{
    /// <summary>Pixels that are worked on at a time: a cache line of each channel.</summary>
    private static readonly int Block = 64 / sizeof(T);

    /// <summary>target[pixel * pitch + channel] = source[channel * plane + pixel]; lanes from <paramref name="channels"/> to <paramref name="lanes"/> become zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather(T* source, long plane, int channels, long pixels, T* target, long pitch, int lanes)
    {
        int square = 16 / sizeof(T);
        if (channels >= V.Count && pixels >= square)
        {
            for (int lane = 0; lane < channels; lane += V.Count)
            {
                int at = Math.Min(lane, channels - V.Count);
                var from = source + at * plane;
                for (long first = 0; first < pixels; first += Block)
                {
                    // One stream for each lane: more than the hardware's prefetcher follows. Past the end lies the next row.
                    for (int i = 0; i < V.Count; i++)
                        Prefetch(from + i * plane + first + 2 * Block);
                    long end = Math.Min(first + Block, pixels);
                    for (long pixel = first; pixel < end; pixel += square)
                    {
                        long place = Math.Min(pixel, pixels - square);
                        GatherSquare(from + place, plane, target + place * pitch + at, pitch);
                    }
                }
            }
        }
        else
        {
            for (int lane = 0; lane < channels; lane++)
            {
                for (long pixel = 0; pixel < pixels; pixel++)
                    target[pixel * pitch + lane] = source[lane * plane + pixel];
            }
        }
        if (channels < lanes)
        {
            for (long pixel = 0; pixel < pixels; pixel++)
                new Span<T>(target + pixel * pitch + channels, lanes - channels).Clear();
        }
    }

    /// <summary>target[channel * plane + pixel] = source[pixel * pitch + channel].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scatter(T* source, long pitch, T* target, long plane, int channels, long pixels)
    {
        int square = 16 / sizeof(T);
        if (channels >= V.Count && pixels >= square)
        {
            for (int lane = 0; lane < channels; lane += V.Count)
            {
                int at = Math.Min(lane, channels - V.Count);
                for (long pixel = 0; pixel < pixels; pixel += square)
                {
                    long place = Math.Min(pixel, pixels - square);
                    ScatterSquare(source + place * pitch + at, pitch, target + at * plane + place, plane);
                }
            }
            return;
        }
        for (int lane = 0; lane < channels; lane++)
        {
            for (long pixel = 0; pixel < pixels; pixel++)
                target[lane * plane + pixel] = source[pixel * pitch + lane];
        }
    }

    /// <summary>Asks for a cache line that is needed soon; any address may be given.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(T* place)
    {
        if (Sse.IsSupported) Sse.Prefetch0(place);
    }

    /// <summary>A vector of channels, 16 bytes of pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GatherSquare(T* source, long plane, T* target, long pitch)
    {
        if (sizeof(T) == 4)
        {
            nint step = (nint)(4 * plane);
            var (a, b, c, d) = Transpose(
                V.LoadLanes(source, step), V.LoadLanes(source + plane, step), V.LoadLanes(source + 2 * plane, step), V.LoadLanes(source + 3 * plane, step));
            a.Store(target);
            b.Store(target + pitch);
            c.Store(target + 2 * pitch);
            d.Store(target + 3 * pitch);
            return;
        }
        V first = V.LoadLanes(source, (nint)(2 * plane)), second = V.LoadLanes(source + plane, (nint)(2 * plane));
        V.InterleaveLow(first, second, 8).Store(target);
        V.InterleaveHigh(first, second, 8).Store(target + pitch);
    }

    /// <summary>The inverse of <see cref="GatherSquare"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ScatterSquare(T* source, long pitch, T* target, long plane)
    {
        if (sizeof(T) == 4)
        {
            nint step = (nint)(4 * plane);
            var (a, b, c, d) = Transpose(V.Load(source), V.Load(source + pitch), V.Load(source + 2 * pitch), V.Load(source + 3 * pitch));
            V.StoreLanes(a, target, step);
            V.StoreLanes(b, target + plane, step);
            V.StoreLanes(c, target + 2 * plane, step);
            V.StoreLanes(d, target + 3 * plane, step);
            return;
        }
        V first = V.Load(source), second = V.Load(source + pitch);
        V.StoreLanes(V.InterleaveLow(first, second, 8), target, (nint)(2 * plane));
        V.StoreLanes(V.InterleaveHigh(first, second, 8), target + plane, (nint)(2 * plane));
    }

    /// <summary>4 x 4 elements of 4 bytes within each 128 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (V, V, V, V) Transpose(V a, V b, V c, V d)
    {
        V lowAb = V.InterleaveLow(a, b, 4), highAb = V.InterleaveHigh(a, b, 4);
        V lowCd = V.InterleaveLow(c, d, 4), highCd = V.InterleaveHigh(c, d, 4);
        return (V.InterleaveLow(lowAb, lowCd, 8), V.InterleaveHigh(lowAb, lowCd, 8), V.InterleaveLow(highAb, highCd, 8), V.InterleaveHigh(highAb, highCd, 8));
    }
}
