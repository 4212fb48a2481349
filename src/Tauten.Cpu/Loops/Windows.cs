using System.Runtime.CompilerServices;
using System.Numerics;

namespace Tauten.Cpu;

/// <summary>
/// One to three spatial dimensions of a window that slides; unused leading ones have size 1, step 1 and no padding.
/// </summary>
internal unsafe struct WindowShape
{
    /// <summary>Sizes of the input plane.</summary>
    public fixed long Input[3];

    /// <summary>Sizes of the result plane.</summary>
    public fixed long Output[3];

    /// <summary>Sizes of the window.</summary>
    public fixed long Window[3];

    /// <summary>Steps from window to window.</summary>
    public fixed long Stride[3];

    /// <summary>Padding before each dimension.</summary>
    public fixed long Before[3];

    /// <summary>Padding behind each dimension; matters only where averages count padding.</summary>
    public fixed long Behind[3];

    /// <summary>Steps from element to element in a window.</summary>
    public fixed long Dilation[3];

    /// <summary>Aligns the given dimensions, at most three, to the last ones.</summary>
    /// <exception cref="ShapeException">More than three dimensions.</exception>
    public static WindowShape Of(
        ReadOnlySpan<long> input, ReadOnlySpan<long> output, ReadOnlySpan<long> window, ReadOnlySpan<long> stride, ReadOnlySpan<long> before,
        ReadOnlySpan<long> behind, ReadOnlySpan<long> dilation)
    {
        if (input.Length is 0 or > 3) throw new ShapeException($"Windows slide over 1 to 3 dimensions. Received: {input.Length}.");
        var shape = new WindowShape();
        int shift = 3 - input.Length;
        for (int d = 0; d < 3; d++)
        {
            bool used = d >= shift;
            shape.Input[d] = used ? input[d - shift] : 1;
            shape.Output[d] = used ? output[d - shift] : 1;
            shape.Window[d] = used ? window[d - shift] : 1;
            shape.Stride[d] = used ? stride[d - shift] : 1;
            shape.Before[d] = used ? before[d - shift] : 0;
            shape.Behind[d] = used ? behind[d - shift] : 0;
            shape.Dilation[d] = used ? dilation[d - shift] : 1;
        }
        return shape;
    }

    /// <summary>The elements of a window at position <paramref name="position"/> that lie inside of the input: the first, and behind the last.</summary>
    public readonly (long First, long End) Inside(int d, long position)
    {
        long start = position * Stride[d] - Before[d], step = Dilation[d];
        // Most windows lie inside, and divisions take long.
        if (start >= 0 && start + (Window[d] - 1) * step < Input[d]) return (0, Window[d]);
        long first = start >= 0 ? 0 : (-start + step - 1) / step;
        long end = Math.Min(Window[d], (Input[d] - start + step - 1) / step);
        return (first, Math.Max(first, end));
    }

    /// <summary>The elements of a window without dilation that lie inside of the padded input.</summary>
    public readonly long Padded(int d, long position) => Math.Min(Window[d], Input[d] + Behind[d] - (position * Stride[d] - Before[d]));
}

/// <summary>Pooling over the last dimensions of contiguous Float32 or Float64 planes.</summary>
internal static unsafe class Pooling
{
    /// <summary>
    /// The largest element of each window and its position in the input plane, counted row by row. Padding never wins, the first NaN does,
    /// of equal elements the first.
    /// </summary>
    public static void Max(DType dtype, long planes, in WindowShape shape, void* x, void* y, long* indices)
    {
        if (dtype == DType.Float32) Max(planes, shape, (float*)x, (float*)y, indices);
        else if (dtype == DType.Float64) Max(planes, shape, (double*)x, (double*)y, indices);
        else throw Unfit(dtype);
    }

    /// <summary>With the widest vectors that a row of windows fills.</summary>
    private static void Max<T>(long planes, in WindowShape shape, T* x, T* y, long* indices) where T : unmanaged, IFloatingPointIeee754<T>
    {
        long inside = (shape.Input[2] - (shape.Window[2] - 1) * shape.Dilation[2] - 1) / shape.Stride[2] + 1;
        if (CpuInstructions.Level == InstructionLevel.Avx512 && inside >= V512<T>.Count)
            Launch(new MaxLoop<V512<T>, T> { X = x, Y = y, Indices = indices, Planes = planes }, planes, shape);
        else if (CpuInstructions.Level >= InstructionLevel.Avx2 && inside >= V256<T>.Count)
            Launch(new MaxLoop<V256<T>, T> { X = x, Y = y, Indices = indices, Planes = planes }, planes, shape);
        else
            Launch(new MaxLoop<V128<T>, T> { X = x, Y = y, Indices = indices, Planes = planes }, planes, shape);
    }

    /// <summary>The mean of each window; divided by a number, or where that is 0 by the number of elements with padding or without.</summary>
    public static void Average(DType dtype, long planes, in WindowShape shape, bool countPadding, long divisor, void* x, void* y)
    {
        if (dtype == DType.Float32) Launch(new AverageLoop<float> { X = (float*)x, Y = (float*)y, CountPadding = countPadding, Divisor = divisor }, planes, shape);
        else if (dtype == DType.Float64) Launch(new AverageLoop<double> { X = (double*)x, Y = (double*)y, CountPadding = countPadding, Divisor = divisor }, planes, shape);
        else throw Unfit(dtype);
    }

    /// <summary>The gradient of <see cref="Average"/>: each window's share added to its elements.</summary>
    public static void AverageBackward(DType dtype, long planes, in WindowShape shape, bool countPadding, long divisor, void* gy, void* gx)
    {
        if (dtype == DType.Float32) Launch(new SpreadLoop<float> { GY = (float*)gy, GX = (float*)gx, CountPadding = countPadding, Divisor = divisor }, planes, shape);
        else if (dtype == DType.Float64) Launch(new SpreadLoop<double> { GY = (double*)gy, GX = (double*)gx, CountPadding = countPadding, Divisor = divisor }, planes, shape);
        else throw Unfit(dtype);
    }

    /// <summary>The gradient of <see cref="Max"/>: each window's gradient added where its largest element was.</summary>
    public static void MaxBackward(DType dtype, long planes, in WindowShape shape, void* gy, long* indices, void* gx)
    {
        if (dtype == DType.Float32) Launch(new ReturnLoop<float> { GY = (float*)gy, GX = (float*)gx, Indices = indices }, planes, shape);
        else if (dtype == DType.Float64) Launch(new ReturnLoop<double> { GY = (double*)gy, GX = (double*)gx, Indices = indices }, planes, shape);
        else throw Unfit(dtype);
    }

    private static DTypeException Unfit(DType dtype) => new($"Pooling takes float32 or float64. Received: {dtype.Name()}.");

    private static void Launch<TPlane>(TPlane plane, long planes, in WindowShape shape) where TPlane : struct, IPlane
    {
        long outputs = shape.Output[0] * shape.Output[1] * shape.Output[2];
        if (planes == 0) return;
        long window = shape.Window[0] * shape.Window[1] * shape.Window[2];
        var loop = new Loop<TPlane> { Plane = plane, Shape = shape, Planes = planes, PerChunk = Math.Max(1, 16 * 1024 / Math.Max(1, outputs * window)) };
        int chunks = (int)((planes + loop.PerChunk - 1) / loop.PerChunk);
        if (chunks == 1) loop.Run(0);
        else Workers.For(chunks, planes * (double)outputs * window * 0.7, ref loop);
    }

    private interface IPlane
    {
        void Run(in WindowShape shape, long plane);
    }

    private struct Loop<TPlane> : IChunks where TPlane : struct, IPlane
    {
        public TPlane Plane;
        public WindowShape Shape;
        public long Planes, PerChunk;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int chunk)
        {
            long end = Math.Min((chunk + 1) * PerChunk, Planes);
            for (long plane = chunk * PerChunk; plane < end; plane++) Plane.Run(Shape, plane);
        }
    }

    /// <summary>Elements of a plane.</summary>
    private static long Size(in WindowShape shape) => shape.Input[0] * shape.Input[1] * shape.Input[2];

    /// <summary>A plane becomes zero.</summary>
    private static void Clear<T>(T* plane, long size) where T : unmanaged
    {
        const int Part = 1 << 28;
        for (long i = 0; i < size; i += Part) new Span<T>(plane + i, (int)Math.Min(Part, size - i)).Clear();
    }

    /// <summary>Windows of a plane.</summary>
    private static long Count(in WindowShape shape) => shape.Output[0] * shape.Output[1] * shape.Output[2];

    private struct MaxLoop<V, T> : IPlane
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public T* X, Y;
        public long* Indices;
        public long Planes;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(in WindowShape s, long plane)
        {
            T* x = X + plane * Size(s), y = Y + plane * Count(s);
            long* indices = Indices + plane * Count(s);
            var windows = new MaxWindows<V, T>(s, X + Planes * Size(s));
            for (long o0 = 0; o0 < s.Output[0]; o0++)
            {
                var (a0, b0) = s.Inside(0, o0);
                WindowSpan depth = new(o0 * s.Stride[0] - s.Before[0], a0, b0);
                for (long o1 = 0; o1 < s.Output[1]; o1++)
                {
                    var (a1, b1) = s.Inside(1, o1);
                    WindowSpan height = new(o1 * s.Stride[1] - s.Before[1], a1, b1);
                    var (from, end) = windows.Range(x, depth, height);
                    if (from < end) windows.Run(x, depth, height, y, indices);
                    if (from > 0) Row(s, x, depth, height, y, indices, 0, from);
                    if (end < s.Output[2]) Row(s, x, depth, height, y, indices, end, s.Output[2]);
                    y += s.Output[2];
                    indices += s.Output[2];
                }
            }
        }

        /// <summary>Some windows of a row, whose elements along the two outer dimensions are given.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Row(in WindowShape s, T* x, WindowSpan d0, WindowSpan d1, T* y, long* indices, long from, long count)
        {
            // In locals: the compiler has to assume that a store changes what is behind a reference.
            long rows = s.Input[1], columns = s.Input[2], step0 = s.Dilation[0], step1 = s.Dilation[1], step2 = s.Dilation[2];
            long stride = s.Stride[2], start = from * stride - s.Before[2], window = s.Window[2];
            for (long o = from; o < count; o++, start += stride)
            {
                long first = 0, end = window;
                if (start < 0 || start + (window - 1) * step2 >= columns) (first, end) = s.Inside(2, o);
                // The first element inside counts even if it is -infinity. What follows has no branch to guess, as data decide.
                long at = d0.First < d0.End && d1.First < d1.End && first < end
                    ? ((d0.Start + d0.First * step0) * rows + d1.Start + d1.First * step1) * columns + start + first * step2
                    : -1;
                T best = at < 0 ? T.NegativeInfinity : x[at];
                for (long k0 = d0.First; k0 < d0.End; k0++)
                {
                    for (long k1 = d1.First; k1 < d1.End; k1++)
                    {
                        long i = ((d0.Start + k0 * step0) * rows + d1.Start + k1 * step1) * columns + start + first * step2;
                        for (long k2 = first; k2 < end; k2++, i += step2)
                        {
                            // Nothing beats NaN, which is not at most anything.
                            bool isLarger = !(x[i] <= best) & !T.IsNaN(best);
                            at += (i - at) & -(long)Unsafe.BitCast<bool, byte>(isLarger);
                            best = x[at];
                        }
                    }
                }
                y[o] = best;
                indices[o] = at;
            }
        }
    }

    private struct ReturnLoop<T> : IPlane where T : unmanaged, IFloatingPointIeee754<T>
    {
        public T* GY, GX;
        public long* Indices;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(in WindowShape s, long plane)
        {
            T* gx = GX + plane * Size(s), gy = GY + plane * Count(s);
            long* indices = Indices + plane * Count(s);
            // In locals: the compiler has to assume that a store changes what is behind a reference.
            long count = Count(s), size = Size(s);
            Clear(gx, size);
            for (long o = 0; o < count; o++)
            {
                long at = indices[o];
                if ((ulong)at < (ulong)size) gx[at] += gy[o];
            }
        }
    }

    private struct AverageLoop<T> : IPlane where T : unmanaged, IFloatingPointIeee754<T>
    {
        public T* X, Y;
        public bool CountPadding;
        public long Divisor;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(in WindowShape s, long plane)
        {
            T* x = X + plane * Size(s), y = Y + plane * Count(s);
            for (long o0 = 0; o0 < s.Output[0]; o0++)
            {
                var (a0, b0) = s.Inside(0, o0);
                for (long o1 = 0; o1 < s.Output[1]; o1++, y += s.Output[2])
                {
                    var (a1, b1) = s.Inside(1, o1);
                    long outer = CountPadding ? s.Padded(0, o0) * s.Padded(1, o1) : (b0 - a0) * (b1 - a1);
                    Row(s, x, (o0 * s.Stride[0] - s.Before[0], a0, b0), (o1 * s.Stride[1] - s.Before[1], a1, b1), y, outer);
                }
            }
        }

        /// <summary>A row of windows, whose elements along the two outer dimensions are given by the first position and what lies inside.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Row(in WindowShape s, T* x, (long Start, long First, long End) d0, (long Start, long First, long End) d1, T* y, long outer)
        {
            long rows = s.Input[1], columns = s.Input[2], step0 = s.Dilation[0], step1 = s.Dilation[1], step2 = s.Dilation[2];
            long count = s.Output[2], stride = s.Stride[2], start = -s.Before[2], window = s.Window[2], padded = columns + s.Behind[2], divisor = Divisor;
            bool countPadding = CountPadding;
            for (long o = 0; o < count; o++, start += stride)
            {
                long first = 0, end = window;
                if (start < 0 || start + (window - 1) * step2 >= columns) (first, end) = s.Inside(2, o);
                T sum = T.Zero;
                for (long k0 = d0.First; k0 < d0.End; k0++)
                {
                    for (long k1 = d1.First; k1 < d1.End; k1++)
                    {
                        long i = ((d0.Start + k0 * step0) * rows + d1.Start + k1 * step1) * columns + start + first * step2;
                        for (long k2 = first; k2 < end; k2++, i += step2) sum += x[i];
                    }
                }
                y[o] = sum / T.CreateTruncating(divisor != 0 ? divisor : outer * (countPadding ? Math.Min(window, padded - start) : end - first));
            }
        }
    }

    private struct SpreadLoop<T> : IPlane where T : unmanaged, IFloatingPointIeee754<T>
    {
        public T* GY, GX;
        public bool CountPadding;
        public long Divisor;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(in WindowShape s, long plane)
        {
            T* gx = GX + plane * Size(s), gy = GY + plane * Count(s);
            Clear(gx, Size(s));
            for (long o0 = 0; o0 < s.Output[0]; o0++)
            {
                var (a0, b0) = s.Inside(0, o0);
                for (long o1 = 0; o1 < s.Output[1]; o1++, gy += s.Output[2])
                {
                    var (a1, b1) = s.Inside(1, o1);
                    long outer = CountPadding ? s.Padded(0, o0) * s.Padded(1, o1) : (b0 - a0) * (b1 - a1);
                    Row(s, gx, (o0 * s.Stride[0] - s.Before[0], a0, b0), (o1 * s.Stride[1] - s.Before[1], a1, b1), gy, outer);
                }
            }
        }

        /// <summary>A row of windows, whose elements along the two outer dimensions are given by the first position and what lies inside.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Row(in WindowShape s, T* gx, (long Start, long First, long End) d0, (long Start, long First, long End) d1, T* gy, long outer)
        {
            long rows = s.Input[1], columns = s.Input[2], step0 = s.Dilation[0], step1 = s.Dilation[1], step2 = s.Dilation[2];
            long count = s.Output[2], stride = s.Stride[2], start = -s.Before[2], window = s.Window[2], padded = columns + s.Behind[2], divisor = Divisor;
            bool countPadding = CountPadding;
            for (long o = 0; o < count; o++, start += stride)
            {
                long first = 0, end = window;
                if (start < 0 || start + (window - 1) * step2 >= columns) (first, end) = s.Inside(2, o);
                T share = gy[o] / T.CreateTruncating(divisor != 0 ? divisor : outer * (countPadding ? Math.Min(window, padded - start) : end - first));
                for (long k0 = d0.First; k0 < d0.End; k0++)
                {
                    for (long k1 = d1.First; k1 < d1.End; k1++)
                    {
                        long i = ((d0.Start + k0 * step0) * rows + d1.Start + k1 * step1) * columns + start + first * step2;
                        for (long k2 = first; k2 < end; k2++, i += step2) gx[i] += share;
                    }
                }
            }
        }
    }
}
