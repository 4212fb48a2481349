namespace Tauten.Cpu;

/// <summary>
/// Channels side by side: pixels of some channels, which lie a plane apart in an image, as rows of lanes, and back. Kernels whose vectors hold channels
/// meet no borders and no strides: every pixel is a whole vector.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
internal static unsafe class ChannelLanes<T> where T : unmanaged
{
    /// <summary>Pixels that are worked on at a time: a cache line of each channel.</summary>
    private const int Block = 16;

    /// <summary>target[pixel * width + channel] = source[channel * plane + pixel]; lanes beyond <paramref name="channels"/> become zero.</summary>
    public static void Gather(T* source, long plane, int channels, long pixels, T* target, int width)
    {
        int square = SquareTranspose.Size<T>(), whole = channels / square * square;
        for (long first = 0; first < pixels; first += Block)
        {
            long end = Math.Min(first + Block, pixels), wholeEnd = first + (end - first) / square * square;
            for (int lane = 0; lane < whole; lane += square)
            {
                var from = source + lane * plane;
                for (long pixel = first; pixel < wholeEnd; pixel += square)
                    SquareTranspose.Run(from + pixel, plane, target + pixel * width + lane, width);
            }
            Copy(source, plane, 0, whole, wholeEnd, end, target, width);
            Copy(source, plane, whole, channels, first, end, target, width);
        }
        if (channels < width)
        {
            for (long pixel = 0; pixel < pixels; pixel++)
                new Span<T>(target + pixel * width + channels, width - channels).Clear();
        }
    }

    /// <summary>target[channel * plane + pixel] = source[pixel * width + channel].</summary>
    public static void Scatter(T* source, int width, T* target, long plane, int channels, long pixels)
    {
        int square = SquareTranspose.Size<T>(), whole = channels / square * square;
        long wholePixels = pixels / square * square;
        for (int lane = 0; lane < whole; lane += square)
        {
            var to = target + lane * plane;
            for (long pixel = 0; pixel < wholePixels; pixel += square)
                SquareTranspose.Run(source + pixel * width + lane, width, to + pixel, plane);
        }
        CopyBack(source, width, 0, whole, wholePixels, pixels, target, plane);
        CopyBack(source, width, whole, channels, 0, pixels, target, plane);
    }

    /// <summary>What squares leave of <see cref="Gather"/>.</summary>
    private static void Copy(T* source, long plane, int firstLane, int endLane, long first, long end, T* target, int width)
    {
        for (int lane = firstLane; lane < endLane; lane++)
        {
            for (long pixel = first; pixel < end; pixel++)
                target[pixel * width + lane] = source[lane * plane + pixel];
        }
    }

    /// <summary>What squares leave of <see cref="Scatter"/>.</summary>
    private static void CopyBack(T* source, int width, int firstLane, int endLane, long first, long end, T* target, long plane)
    {
        for (int lane = firstLane; lane < endLane; lane++)
        {
            for (long pixel = first; pixel < end; pixel++)
                target[lane * plane + pixel] = source[pixel * width + lane];
        }
    }
}
