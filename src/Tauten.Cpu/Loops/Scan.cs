using System.Numerics;
using System.Runtime.InteropServices;

namespace Tauten.Cpu;

/// <summary>What a running combination combines with.</summary>
internal enum ScanKind
{
    /// <summary>Sum; integers wrap.</summary>
    Sum,
    /// <summary>Product; integers wrap.</summary>
    Prod,
    /// <summary>Logarithm of the sum of exponentials; of floats only.</summary>
    LogSumExp,
}

/// <summary>
/// Running combinations along an axis, forward or backward, with or without the element itself. Floats run in double and the 16-bit types in float,
/// rounded at each element; the result is contiguous.
/// </summary>
internal static unsafe class Scan
{
    /// <summary>Combines along <paramref name="axis"/>. The result has the type of x.</summary>
    /// <param name="kind">The combination.</param>
    /// <param name="dtype">The element type; not Bool.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="xStrides">Its strides in elements.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="exclusive">Whether position i combines only what comes before it; the first one is 0 or 1 then.</param>
    /// <param name="reverse">Whether it runs from the end.</param>
    /// <param name="y">The result.</param>
    public static void Run(ScanKind kind, DType dtype, ReadOnlySpan<long> shape, void* x, ReadOnlySpan<long> xStrides, int axis, bool exclusive, bool reverse, void* y)
    {
        long total = Strided.Count(shape);
        if (total == 0) return;
        if (dtype is DType.Float16 or DType.BFloat16)
        {
            float* wide = (float*)NativeMemory.Alloc((nuint)total, sizeof(float));
            try
            {
                Conversion.Run(dtype, DType.Float32, shape, x, xStrides, wide);
                if (kind == ScanKind.LogSumExp) Start(new LogRunning<float> { Y = wide }, shape, axis);
                else InPlace<float, float>(kind, shape, axis, exclusive, reverse, wide);
                if (dtype == DType.Float16) HalfPrecision.NarrowHalf((byte*)wide, (byte*)y, (nint)total);
                else HalfPrecision.NarrowBrain((byte*)wide, (byte*)y, (nint)total);
            }
            finally
            {
                NativeMemory.Free(wide);
            }
            return;
        }
        Copy.ToContiguous(dtype.Size(), shape, x, xStrides, y);
        switch (dtype)
        {
            case DType.Float32 when kind == ScanKind.LogSumExp: Start(new LogRunning<float> { Y = (float*)y }, shape, axis); break;
            case DType.Float64 when kind == ScanKind.LogSumExp: Start(new LogRunning<double> { Y = (double*)y }, shape, axis); break;
            case DType.Float32: InPlace<float, double>(kind, shape, axis, exclusive, reverse, y); break;
            case DType.Float64: InPlace<double, double>(kind, shape, axis, exclusive, reverse, y); break;
            case DType.Int8: InPlace<sbyte, sbyte>(kind, shape, axis, exclusive, reverse, y); break;
            case DType.Int16: InPlace<short, short>(kind, shape, axis, exclusive, reverse, y); break;
            case DType.UInt16: InPlace<ushort, ushort>(kind, shape, axis, exclusive, reverse, y); break;
            case DType.Int32: InPlace<int, int>(kind, shape, axis, exclusive, reverse, y); break;
            case DType.UInt32: InPlace<uint, uint>(kind, shape, axis, exclusive, reverse, y); break;
            case DType.Int64: InPlace<long, long>(kind, shape, axis, exclusive, reverse, y); break;
            case DType.UInt64: InPlace<ulong, ulong>(kind, shape, axis, exclusive, reverse, y); break;
            default: InPlace<byte, byte>(kind, shape, axis, exclusive, reverse, y); break;
        }
    }

    /// <summary>The recurrence y[i] = a[i] y[i-1] + b[i] along an axis of contiguous Float32 or Float64, y[-1] = 0 (or from the end). y may be b.</summary>
    public static void Linear(DType dtype, ReadOnlySpan<long> shape, int axis, bool reverse, void* a, void* b, void* y)
    {
        if (Strided.Count(shape) == 0) return;
        if (dtype == DType.Float64) Start(new Recurrence<double> { A = (double*)a, B = (double*)b, Y = (double*)y, Reverse = reverse }, shape, axis);
        else if (dtype == DType.Float32) Start(new Recurrence<float> { A = (float*)a, B = (float*)b, Y = (float*)y, Reverse = reverse }, shape, axis);
        else throw new DTypeException($"A linear scan takes float32 or float64. Received: {dtype.Name()}.");
    }

    private static void InPlace<T, TSum>(ScanKind kind, ReadOnlySpan<long> shape, int axis, bool exclusive, bool reverse, void* y)
        where T : unmanaged, INumber<T> where TSum : unmanaged, INumber<TSum> =>
        Start(new Running<T, TSum> { Y = (T*)y, Kind = kind, Exclusive = exclusive, Reverse = reverse }, shape, axis);

    /// <summary>Cuts [outer, length, inner] into tiles of columns.</summary>
    private static void Start<TBody>(TBody body, ReadOnlySpan<long> shape, int axis) where TBody : struct, IScanBody
    {
        long length = shape.Length == 0 ? 1 : shape[axis];
        long inner = shape.Length == 0 ? 1 : Strided.Count(shape[(axis + 1)..]);
        long outer = shape.Length == 0 ? 1 : Strided.Count(shape[..axis]);
        var loop = new Loop<TBody> { Body = body, Length = length, Inner = inner, Lines = outer * inner };
        long perChunk = Math.Max(1, 32 * 1024 / length);
        loop.PerChunk = perChunk;
        int chunks = (int)((loop.Lines + perChunk - 1) / perChunk);
        if (chunks == 1) loop.Run(0);
        else Workers.For(chunks, loop.Lines * (double)length * 1.5, ref loop);
    }

    /// <summary>A scan over some lines that lie side by side.</summary>
    private interface IScanBody
    {
        /// <summary>At most <see cref="Loop{TBody}.Tile"/> lines from an offset on.</summary>
        void Lines(long offset, long length, long stride, int lines);
    }

    private struct Loop<TBody> : IChunks where TBody : struct, IScanBody
    {
        public const int Tile = 128;
        public TBody Body;
        public long Length, Inner, Lines, PerChunk;

        public void Run(int chunk)
        {
            long first = chunk * PerChunk, end = Math.Min(first + PerChunk, Lines);
            while (first < end)
            {
                long outer = first / Inner, column = first - outer * Inner;
                int lines = (int)Math.Min(Math.Min(end - first, Inner - column), Tile);
                Body.Lines(outer * Length * Inner + column, Length, Inner, lines);
                first += lines;
            }
        }
    }

    private struct Running<T, TSum> : IScanBody
        where T : unmanaged, INumber<T> where TSum : unmanaged, INumber<TSum>
    {
        public T* Y;
        public ScanKind Kind;
        public bool Exclusive, Reverse;

        public readonly void Lines(long offset, long length, long stride, int lines)
        {
            TSum* sums = stackalloc TSum[Loop<Running<T, TSum>>.Tile];
            TSum start = Kind == ScanKind.Sum ? TSum.Zero : TSum.One;
            for (int c = 0; c < lines; c++) sums[c] = start;
            T* y = Y + offset + (Reverse ? (length - 1) * stride : 0);
            long step = Reverse ? -stride : stride;
            for (long i = 0; i < length; i++, y += step)
            {
                for (int c = 0; c < lines; c++)
                {
                    TSum x = TSum.CreateTruncating(y[c]), sum = sums[c], next = Kind == ScanKind.Sum ? sum + x : sum * x;
                    y[c] = T.CreateTruncating(Exclusive ? sum : next);
                    sums[c] = next;
                }
            }
        }
    }

    /// <summary>The largest exponent so far, and the sum of the exponentials beside it, in double.</summary>
    private struct LogRunning<T> : IScanBody where T : unmanaged, IFloatingPointIeee754<T>
    {
        public T* Y;

        public readonly void Lines(long offset, long length, long stride, int lines)
        {
            double* largest = stackalloc double[Loop<LogRunning<T>>.Tile], sums = stackalloc double[Loop<LogRunning<T>>.Tile];
            for (int c = 0; c < lines; c++) (largest[c], sums[c]) = (double.NegativeInfinity, 0);
            T* y = Y + offset;
            for (long i = 0; i < length; i++, y += stride)
            {
                for (int c = 0; c < lines; c++)
                {
                    double x = double.CreateTruncating(y[c]), most = largest[c];
                    // Equal infinities must not be subtracted.
                    if (x == most) sums[c] += 1;
                    else if (x < most) sums[c] += Math.Exp(x - most);
                    else (largest[c], sums[c]) = (x, sums[c] * Math.Exp(most - x) + 1);
                    y[c] = T.CreateTruncating(largest[c] + Math.Log(sums[c]));
                }
            }
        }
    }

    private struct Recurrence<T> : IScanBody where T : unmanaged, INumber<T>
    {
        public T* A, B, Y;
        public bool Reverse;

        public readonly void Lines(long offset, long length, long stride, int lines)
        {
            T* last = stackalloc T[Loop<Recurrence<T>>.Tile];
            for (int c = 0; c < lines; c++) last[c] = T.Zero;
            long step = Reverse ? -stride : stride, at = offset + (Reverse ? (length - 1) * stride : 0);
            for (long i = 0; i < length; i++, at += step)
            {
                T* a = A + at, b = B + at, y = Y + at;
                for (int c = 0; c < lines; c++) y[c] = last[c] = a[c] * last[c] + b[c];
            }
        }
    }
}
