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

    /// <summary>y[n, c, p] = the image's channel c at point p.</summary>
    public static void Run<T>(in GridSamplingShape shape, T* x, T* grid, T* y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        long points = shape.Batch * shape.Points;
        if (points * shape.Channels == 0) return;
        var loop = new Loop<T> { Shape = shape, X = x, Grid = grid, Y = y, PerChunk = Math.Max(1, 4096 / (shape.Channels + 8)) };
        int chunks = (int)((points + loop.PerChunk - 1) / loop.PerChunk);
        if (chunks == 1) loop.Run(0);
        else Workers.For(chunks, points * (shape.Channels * 4.0 + 40), ref loop);
    }

    private struct Loop<T> : IChunks where T : unmanaged, IFloatingPointIeee754<T>
    {
        public GridSamplingShape Shape;
        public T* X, Grid, Y;
        public long PerChunk;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int chunk)
        {
            long plane = Shape.Plane, points = Shape.Points, channels = Shape.Channels;
            long end = Math.Min((chunk + 1) * PerChunk, Shape.Batch * points);
            long* places = stackalloc long[Most];
            T* weights = stackalloc T[Most];
            bool weighted = Shape.Mode != InterpolationMode.Nearest;
            for (long point = chunk * PerChunk; point < end; point++)
            {
                int count = Corners(point, places, weights);
                T* x = X + point / points * channels * plane, y = Y + point / points * channels * points + point % points;
                for (long c = 0; c < channels; c++, x += plane, y += points)
                {
                    T sum = T.Zero;
                    for (int k = 0; k < count; k++)
                    {
                        T value = places[k] < 0 ? T.Zero : x[places[k]];
                        sum = weighted ? sum + value * weights[k] : value;
                    }
                    *y = sum;
                }
            }
        }

        /// <summary>The elements of a plane that count at a point, and their weights; -1 for those outside.</summary>
        private readonly int Corners(long point, long* places, T* weights)
        {
            int count = 1;
            (places[0], weights[0]) = (0, T.One);
            T* axisWeights = stackalloc T[4];
            long* index = stackalloc long[4];
            for (int axis = 0; axis < Shape.Axes; axis++)
            {
                long size = Shape.Size[axis];
                // The last axis comes first in a point.
                int taps = Neighbours(Grid[point * Shape.Axes + Shape.Axes - 1 - axis], size, index, axisWeights);
                for (int old = count - 1; old >= 0; old--)
                {
                    var (place, weight) = (places[old], weights[old]);
                    for (int k = taps - 1; k >= 0; k--)
                        (places[old * taps + k], weights[old * taps + k]) = (place < 0 || index[k] < 0 ? -1 : place * size + index[k], weight * axisWeights[k]);
                }
                count *= taps;
            }
            return count;
        }

        /// <summary>The elements along an axis that count at a position, and their weights.</summary>
        private readonly int Neighbours(T position, long size, long* index, T* weights)
        {
            T n = T.CreateTruncating(size), half = T.CreateTruncating(0.5);
            T at = Shape.AlignCorners ? (position + T.One) * half * (n - T.One) : ((position + T.One) * n - T.One) * half;
            if (Shape.Mode != InterpolationMode.Cubic) at = Bounded(at, n);
            T below = Shape.Mode == InterpolationMode.Nearest ? T.Round(at, MidpointRounding.ToEven) : T.Floor(at), t = at - below;
            int first = 0, count;
            if (Shape.Mode == InterpolationMode.Cubic)
            {
                (weights[0], weights[1], weights[2], weights[3]) = (Far(t + T.One), Near(t), Near(T.One - t), Far(T.One + T.One - t));
                (first, count) = (-1, 4);
            }
            else if (Shape.Mode == InterpolationMode.Linear)
            {
                (weights[0], weights[1]) = (T.One - t, t);
                count = 2;
            }
            else
            {
                count = 1;
            }
            for (int k = 0; k < count; k++)
            {
                T element = below + T.CreateTruncating(first + k);
                if (Shape.Mode == InterpolationMode.Cubic) element = Bounded(element, n);
                bool inside = element >= T.Zero && element < n;
                // The element behind the last has weight 0 where points are kept inside.
                index[k] = inside ? long.CreateTruncating(element) : Shape.Padding == GridPadding.Zeros ? -1 : 0;
            }
            return count;
        }

        /// <summary>Keys' spline at distances below 1.</summary>
        private static T Near(T x) => (x * T.CreateTruncating(1.25) - T.CreateTruncating(2.25)) * x * x + T.One;

        /// <summary>Keys' spline at distances from 1 to 2.</summary>
        private static T Far(T x) => ((x * T.CreateTruncating(-0.75) + T.CreateTruncating(3.75)) * x - T.CreateTruncating(6)) * x + T.CreateTruncating(3);

        /// <summary>A position moved inside, or left alone where zeros lie outside.</summary>
        private readonly T Bounded(T at, T n)
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
                    at = (T.IsEvenInteger(turns) ? extra : span - extra) + edge;
                }
            }
            return at <= T.Zero ? T.Zero : at >= last ? last : at;
        }
    }
}
