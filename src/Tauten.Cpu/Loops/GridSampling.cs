using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>How images are sampled: sizes, mode, and what lies outside.</summary>
internal unsafe struct GridSamplingShape
{
    /// <summary>Images, channels, and points of each image.</summary>
    public long Batch, Channels, Points;

    /// <summary>Two or three spatial axes.</summary>
    public int Axes;

    /// <summary>Their sizes.</summary>
    public fixed long Size[3];

    /// <summary>Nearest, linear or cubic.</summary>
    public InterpolationMode Mode;

    /// <summary>What lies outside.</summary>
    public GridPadding Padding;

    /// <summary>Whether -1 and 1 are the middles of the outer elements.</summary>
    public bool AlignCorners;

    /// <summary>Elements of a plane.</summary>
    public readonly long Plane => Size[0] * Size[1] * (Axes == 3 ? Size[2] : 1);
}

/// <summary>Sampling of contiguous Float32 or Float64 images [batch, channels, plane] at points [batch, points, axes], point by point.</summary>
internal static unsafe class GridSampling
{
    /// <summary>At most so many elements of an image count at a point: 4 x 4, or 2 x 2 x 2.</summary>
    private const int Most = 16;

    /// <summary>Points that are worked on together.</summary>
    private const int Tile = 64;

    /// <summary>Channels whose gradients are spread together.</summary>
    private const int Block = 8;

    /// <summary>y[n, c, p] = the image's channel c at point p.</summary>
    public static void Run<T>(in GridSamplingShape shape, T* x, T* grid, T* y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (shape.Batch * shape.Points * shape.Channels == 0) return;
        var loop = new Loop<T> { Shape = shape, X = x, Grid = grid, Y = y, Tiles = (shape.Points + Tile - 1) / Tile };
        int chunks = checked((int)(shape.Batch * loop.Tiles));
        if (chunks == 1) loop.Run(0);
        else Workers.For(chunks, shape.Batch * shape.Points * (shape.Channels * 3.0 + 40), ref loop);
    }

    /// <summary>The gradients with respect to image and points, from those of the sampled values.</summary>
    public static void Backward<T>(in GridSamplingShape shape, T* x, T* grid, T* gy, T* gx, T* gridGradient) where T : unmanaged, IFloatingPointIeee754<T>
    {
        new Span<byte>(gx, checked((int)(shape.Batch * shape.Channels * shape.Plane * sizeof(T)))).Clear();
        double work = shape.Batch * shape.Points * (shape.Channels * 4.0 + 60);
        long blocks = (shape.Channels + Block - 1) / Block;
        if (shape.Points == 0) return;
        // Points may meet in one element of the image, channels never.
        var spread = new Loop<T> { Shape = shape, X = gx, Grid = grid, Y = gy, Tiles = blocks, Task = Task.Spread };
        Workers.For(checked((int)(shape.Batch * blocks)), work, ref spread);
        var move = new Loop<T> { Shape = shape, X = x, Grid = grid, Y = gy, Moved = gridGradient, Tiles = (shape.Points + Tile - 1) / Tile, Task = Task.Move };
        Workers.For(checked((int)(shape.Batch * move.Tiles)), work, ref move);
    }

    private enum Task
    {
        /// <summary>y from x.</summary>
        Sample,
        /// <summary>The gradients y added to those of the image, x.</summary>
        Spread,
        /// <summary>The gradients with respect to positions, from the image x and the gradients y.</summary>
        Move,
    }

    private struct Loop<T> : IChunks where T : unmanaged, IFloatingPointIeee754<T>
    {
        public GridSamplingShape Shape;
        public T* X, Grid, Y, Moved;
        public long Tiles;
        public Task Task;

        public readonly void Run(int chunk)
        {
            if (Task == Task.Sample) Sample(chunk);
            else if (Task == Task.Spread) Spread(chunk);
            else Move(chunk);
        }

        /// <summary>A block of channels of one image: all points, one after the other.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Spread(int chunk)
        {
            long image = chunk / Tiles, channel = chunk % Tiles * Block, channels = Math.Min(Block, Shape.Channels - channel), plane = Shape.Plane, points = Shape.Points;
            T* gx = X + (image * Shape.Channels + channel) * plane, gy = Y + (image * Shape.Channels + channel) * points;
            long* places = stackalloc long[Most];
            T* weights = stackalloc T[Most];
            for (long p = 0; p < points; p++)
            {
                int corners = Corners(image * points + p, places, weights, null);
                for (int k = 0; k < corners; k++)
                {
                    if (places[k] < 0) continue;
                    T weight = weights[k];
                    T* to = gx + places[k], from = gy + p;
                    for (long c = 0; c < channels; c++, to += plane, from += points) *to += *from * weight;
                }
            }
        }

        /// <summary>A tile of points of one image.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Move(int chunk)
        {
            long image = chunk / Tiles, first = chunk % Tiles * Tile, end = Math.Min(first + Tile, Shape.Points), plane = Shape.Plane, points = Shape.Points, channels = Shape.Channels;
            T* x = X + image * channels * plane, gy = Y + image * channels * points;
            long* places = stackalloc long[Most];
            T* weights = stackalloc T[Most], slopes = stackalloc T[3 * Most];
            for (long p = first; p < end; p++)
            {
                int corners = Corners(image * points + p, places, weights, slopes);
                T* moved = Moved + (image * points + p) * Shape.Axes;
                for (int axis = 0; axis < Shape.Axes; axis++) moved[axis] = T.Zero;
                if (Shape.Mode == InterpolationMode.Nearest) continue;
                for (int k = 0; k < corners; k++)
                {
                    T product = T.Zero;
                    T* value = x + places[k], g = gy + p;
                    for (long c = 0; places[k] >= 0 && c < channels; c++, value += plane, g += points) product += *value * *g;
                    for (int axis = 0; axis < Shape.Axes; axis++) moved[Shape.Axes - 1 - axis] += product * slopes[axis * Most + k];
                }
            }
        }

        /// <summary>A tile of points of one image: first what counts at each, then channel by channel.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Sample(int chunk)
        {
            long image = chunk / Tiles, first = chunk % Tiles * Tile, count = Math.Min(Tile, Shape.Points - first);
            long plane = Shape.Plane, points = Shape.Points, channels = Shape.Channels;
            long* places = stackalloc long[Most * Tile];
            T* weights = stackalloc T[Most * Tile];
            int corners = 0;
            for (long p = 0; p < count; p++) corners = Corners(image * points + first + p, places + p * corners, weights + p * corners, null);
            bool inside = true;
            for (long i = 0; i < count * corners; i++) inside &= places[i] >= 0;
            T* x = X + image * channels * plane, y = Y + image * channels * points + first;
            for (long c = 0; c < channels; c++, x += plane, y += points)
            {
                if (corners == 4 && inside) Four(x, places, weights, count, y);
                else Any(x, places, weights, count, corners, y);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Four(T* x, long* places, T* weights, long count, T* y)
        {
            for (long p = 0; p < count; p++, places += 4, weights += 4)
                y[p] = x[places[0]] * weights[0] + x[places[1]] * weights[1] + x[places[2]] * weights[2] + x[places[3]] * weights[3];
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Any(T* x, long* places, T* weights, long count, int corners, T* y)
        {
            bool weighted = Shape.Mode != InterpolationMode.Nearest;
            for (long p = 0; p < count; p++, places += corners, weights += corners)
            {
                T sum = T.Zero;
                for (int k = 0; k < corners; k++)
                {
                    T value = places[k] < 0 ? T.Zero : x[places[k]];
                    sum = weighted ? sum + value * weights[k] : value;
                }
                y[p] = sum;
            }
        }

        /// <summary>The elements of a plane that count at a point, -1 for those outside, their weights, and if asked for the weights' slopes along each axis.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly int Corners(long point, long* places, T* weights, T* slopes)
        {
            T* axisWeights = stackalloc T[12], axisSlopes = stackalloc T[12];
            long* index = stackalloc long[12];
            int taps = 0, count = 1;
            for (int axis = 0; axis < Shape.Axes; axis++)
            {
                // The last axis comes first in a point.
                T position = Grid[point * Shape.Axes + Shape.Axes - 1 - axis];
                taps = Neighbours(position, Shape.Size[axis], index + 4 * axis, axisWeights + 4 * axis, slopes == null ? null : axisSlopes + 4 * axis);
                count *= taps;
            }
            for (int corner = 0; corner < count; corner++)
            {
                int rest = corner;
                long place = 0, stride = 1;
                T weight = T.One;
                for (int axis = Shape.Axes - 1; axis >= 0; axis--, rest /= taps)
                {
                    int k = 4 * axis + rest % taps;
                    weight *= axisWeights[k];
                    place = place < 0 || index[k] < 0 ? -1 : place + index[k] * stride;
                    stride *= Shape.Size[axis];
                }
                (places[corner], weights[corner]) = (place, weight);
                if (slopes == null) continue;
                for (int along = 0; along < Shape.Axes; along++)
                {
                    T slope = T.One;
                    rest = corner;
                    for (int axis = Shape.Axes - 1; axis >= 0; axis--, rest /= taps) slope *= (axis == along ? axisSlopes : axisWeights)[4 * axis + rest % taps];
                    slopes[along * Most + corner] = slope;
                }
            }
            return count;
        }

        /// <summary>The elements along an axis that count at a position, their weights, and if asked for the weights' slopes.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly int Neighbours(T position, long size, long* index, T* weights, T* slopes)
        {
            T n = T.CreateTruncating(size), half = T.CreateTruncating(0.5), two = T.One + T.One;
            T at = Shape.AlignCorners ? (position + T.One) * half * (n - T.One) : ((position + T.One) * n - T.One) * half;
            T slope = (Shape.AlignCorners ? n - T.One : n) * half;
            if (Shape.Mode != InterpolationMode.Cubic) at = Bounded(at, n, ref slope);
            T below = Shape.Mode == InterpolationMode.Nearest ? T.Round(at, MidpointRounding.ToEven) : T.Floor(at), t = at - below;
            int first = 0, count;
            if (Shape.Mode == InterpolationMode.Cubic)
            {
                (weights[0], weights[1], weights[2], weights[3]) = (Far(t + T.One), Near(t), Near(T.One - t), Far(two - t));
                (first, count) = (-1, 4);
                if (slopes != null) (slopes[0], slopes[1], slopes[2], slopes[3]) = (FarSlope(t + T.One) * slope, NearSlope(t) * slope, -NearSlope(T.One - t) * slope, -FarSlope(two - t) * slope);
            }
            else if (Shape.Mode == InterpolationMode.Linear)
            {
                (weights[0], weights[1]) = (T.One - t, t);
                count = 2;
                if (slopes != null) (slopes[0], slopes[1]) = (-slope, slope);
            }
            else
            {
                weights[0] = T.One;
                count = 1;
                if (slopes != null) slopes[0] = T.Zero;
            }
            for (int k = 0; k < count; k++)
            {
                T element = below + T.CreateTruncating(first + k);
                if (Shape.Mode == InterpolationMode.Cubic) element = Bounded(element, n, ref slope);
                bool inside = element >= T.Zero && element < n;
                // The element behind the last has weight 0 where points are kept inside.
                index[k] = inside ? long.CreateTruncating(element) : Shape.Padding == GridPadding.Zeros ? -1 : 0;
            }
            return count;
        }

        /// <summary>Keys' spline at distances below 1.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static T Near(T x) => (x * T.CreateTruncating(1.25) - T.CreateTruncating(2.25)) * x * x + T.One;

        /// <summary>Keys' spline at distances from 1 to 2.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static T Far(T x) => ((x * T.CreateTruncating(-0.75) + T.CreateTruncating(3.75)) * x - T.CreateTruncating(6)) * x + T.CreateTruncating(3);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static T NearSlope(T x) => (x * T.CreateTruncating(3.75) - T.CreateTruncating(4.5)) * x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static T FarSlope(T x) => (x * T.CreateTruncating(-2.25) + T.CreateTruncating(7.5)) * x - T.CreateTruncating(6);

        /// <summary>A position moved inside, or left alone where zeros lie outside; the slope becomes that with respect to the position moved.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly T Bounded(T at, T n, ref T slope)
        {
            if (Shape.Padding == GridPadding.Zeros) return at;
            T last = n - T.One;
            if (Shape.Padding == GridPadding.Reflection)
            {
                T edge = Shape.AlignCorners ? T.Zero : T.CreateTruncating(-0.5), span = Shape.AlignCorners ? last : n;
                if (span == T.Zero)
                {
                    at = T.Zero;
                }
                else
                {
                    T distance = T.Abs(at - edge), turns = T.Floor(distance / span), extra = distance % span;
                    bool even = T.IsEvenInteger(turns);
                    if (even == at - edge < T.Zero) slope = -slope;
                    at = (even ? extra : span - extra) + edge;
                }
            }
            if (at > T.Zero && at < last) return at;
            // NaN stays what it is.
            slope = T.Zero;
            return at <= T.Zero ? T.Zero : at >= last ? last : at;
        }
    }
}
