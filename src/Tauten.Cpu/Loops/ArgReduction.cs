using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// Where the largest or smallest element along an axis is: the first of equal ones; the first NaN if there is one.
/// </summary>
internal static unsafe class ArgReduction
{
    /// <summary>Indices along <paramref name="axis"/>, contiguous in the other axes. The axis must not be empty.</summary>
    public static void Run(DType dtype, bool largest, ReadOnlySpan<long> shape, void* x, ReadOnlySpan<long> xStrides, int axis, long* y)
    {
        switch (dtype)
        {
            case DType.Float32: Run<float>(dtype, largest, shape, x, xStrides, axis, y); break;
            case DType.Float64: Run<double>(dtype, largest, shape, x, xStrides, axis, y); break;
            case DType.Float16 or DType.BFloat16: Run<float>(dtype, largest, shape, x, xStrides, axis, y); break;
            case DType.Int8: Run<sbyte>(dtype, largest, shape, x, xStrides, axis, y); break;
            case DType.Int16: Run<short>(dtype, largest, shape, x, xStrides, axis, y); break;
            case DType.UInt16: Run<ushort>(dtype, largest, shape, x, xStrides, axis, y); break;
            case DType.Int32: Run<int>(dtype, largest, shape, x, xStrides, axis, y); break;
            case DType.UInt32: Run<uint>(dtype, largest, shape, x, xStrides, axis, y); break;
            case DType.Int64: Run<long>(dtype, largest, shape, x, xStrides, axis, y); break;
            case DType.UInt64: Run<ulong>(dtype, largest, shape, x, xStrides, axis, y); break;
            default: Run<byte>(dtype, largest, shape, x, xStrides, axis, y); break;
        }
    }

    private static void Run<T>(DType dtype, bool largest, ReadOnlySpan<long> shape, void* x, ReadOnlySpan<long> xStrides, int axis, long* y)
        where T : unmanaged, INumber<T>
    {
        long length = shape.Length == 0 ? 1 : shape[axis], results = Strided.Count(shape) / Math.Max(1, length);
        if (results == 0) return;
        var loop = new Loop<T>
        {
            X = (byte*)x,
            Y = y,
            Size = dtype.Size(),
            Largest = largest,
            Length = length,
            Stride = shape.Length == 0 ? 1 : xStrides[axis],
            Results = results,
            Join = largest ? ReductionKernel.Of<Functions.Max, T>().Row : ReductionKernel.Of<Functions.Min, T>().Row,
            Widen = dtype == DType.Float16 ? &HalfPrecision.WidenHalf : dtype == DType.BFloat16 ? &HalfPrecision.WidenBrain : null,
        };
        long* kept = stackalloc long[2 * Math.Max(1, shape.Length)];
        loop.Execute(shape, xStrides, axis, kept);
    }

    /// <summary>
    /// Line by line in blocks: the vectorized maximum of a block, and only if it beats what came before, a search for it.
    /// Where the lines lie side by side, some are turned into contiguous ones together.
    /// </summary>
    private struct Loop<T> : IChunks where T : unmanaged, INumber<T>
    {
        private const int Block = 2048;
        private const int Together = 16;

        public byte* X;
        public long* Y;
        public int Size;
        public bool Largest;
        public long Length, Stride, Results;
        public delegate*<byte*, nint, byte*, void> Join;
        public delegate*<byte*, byte*, nint, void> Widen;
        private long* _shape, _strides;
        private int _rank;
        private long _perChunk;
        private bool _turn;

        public void Execute(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, int axis, long* kept)
        {
            _shape = kept;
            _strides = kept + Math.Max(1, shape.Length);
            for (int d = 0; d < shape.Length; d++)
            {
                if (d == axis) continue;
                _shape[_rank] = shape[d];
                _strides[_rank++] = strides[d];
            }
            if (_rank == 0)
            {
                _shape[0] = _strides[0] = 1;
                _rank = 1;
            }
            _turn = Stride != 1 && _strides[_rank - 1] == 1 && _shape[_rank - 1] >= 4 && Length >= 4;
            _perChunk = Math.Max(Together, 32 * 1024 / Math.Max(1, Length) / Together * Together);
            int chunks = (int)((Results + _perChunk - 1) / _perChunk);
            if (chunks == 1) Run(0);
            else Workers.For(chunks, Results * (double)Length * 0.2, ref this);
        }

        [SkipLocalsInit]
        public void Run(int chunk)
        {
            long first = chunk * _perChunk, end = Math.Min(first + _perChunk, Results);
            byte* raw = stackalloc byte[Block * 8], wide = stackalloc byte[Block * 8];
            long* index = stackalloc long[_rank], found = stackalloc long[Together];
            T* best = stackalloc T[Together];
            int last = _rank - 1;
            while (first < end)
            {
                long offset = Strided.Seek(_rank, _shape, _strides, first, index);
                int lines = _turn ? (int)Math.Min(Math.Min(Together, _shape[last] - index[last]), end - first) : 1;
                // A block holds as much of each line as there is room for.
                nint room = Block / lines;
                for (long start = 0; start < Length; start += room)
                {
                    nint n = (nint)Math.Min(room, Length - start);
                    byte* source = X + (offset + start * Stride) * Size;
                    if (lines > 1) Transposition.Run(Size, source, (nint)Stride, raw, n, lines, n);
                    else if (Stride != 1) Strided.Gather(source, Stride, Size, n, raw);
                    else if (Widen == null)
                    {
                        Line((T*)source, n, start, ref best[0], ref found[0]);
                        continue;
                    }
                    byte* lineData = lines > 1 || Stride != 1 ? raw : source;
                    if (Widen != null)
                    {
                        Widen(lineData, wide, n * lines);
                        lineData = wide;
                    }
                    for (int line = 0; line < lines; line++) Line((T*)lineData + line * n, n, start, ref best[line], ref found[line]);
                }
                for (int line = 0; line < lines; line++) Y[first + line] = found[line];
                first += lines;
            }
        }

        /// <summary>Takes a block of a line into account.</summary>
        private readonly void Line(T* x, nint n, long start, ref T best, ref long found)
        {
            for (nint from = 0; from < n; from += Block)
            {
                nint count = Math.Min(Block, n - from);
                T value;
                Join((byte*)(x + from), count, (byte*)&value);
                bool better = start + from == 0 || (T.IsNaN(value) ? !T.IsNaN(best) : Largest ? value > best : value < best);
                if (!better) continue;
                best = value;
                var span = new ReadOnlySpan<T>(x + from, (int)count);
                int at = T.IsNaN(value) ? FirstNaN(span) : span.IndexOf(value);
                // IndexOf compares with Equals, which holds for zeros of either sign.
                found = start + from + at;
            }
        }

        private static int FirstNaN(ReadOnlySpan<T> span)
        {
            for (int i = 0; i < span.Length; i++)
                if (T.IsNaN(span[i])) return i;
            return -1;
        }
    }
}
