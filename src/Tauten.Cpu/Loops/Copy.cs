using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// Moving elements of 1, 2, 4 or 8 bytes between strided regions of one shape: making contiguous, writing into a slice, concatenating, repeating.
/// Regions must not overlap. Strides in elements, 0 or negative allowed for the source.
/// </summary>
internal static unsafe class Copy
{
    /// <summary>Gathers a strided region into contiguous memory.</summary>
    public static void ToContiguous(int size, ReadOnlySpan<long> shape, void* x, ReadOnlySpan<long> xStrides, void* y)
    {
        Span<long> strides = shape.Length <= 16 ? stackalloc long[shape.Length] : new long[shape.Length];
        RowMajor(shape, strides);
        Between(size, shape, x, xStrides, y, strides);
    }

    /// <summary>Writes contiguous memory into a strided region.</summary>
    public static void FromContiguous(int size, ReadOnlySpan<long> shape, void* x, void* y, ReadOnlySpan<long> yStrides)
    {
        Span<long> strides = shape.Length <= 16 ? stackalloc long[shape.Length] : new long[shape.Length];
        RowMajor(shape, strides);
        Between(size, shape, x, strides, y, yStrides);
    }

    /// <summary>Copies one strided region to another.</summary>
    public static void Between(int size, ReadOnlySpan<long> shape, void* x, ReadOnlySpan<long> xStrides, void* y, ReadOnlySpan<long> yStrides)
    {
        fixed (long* sx = xStrides, sy = yStrides)
        {
            var loop = new Loop { X = (byte*)x, Y = (byte*)y, Size = size };
            loop.Execute(shape, sx, sy);
        }
    }

    /// <summary>Sets n contiguous elements to the one at <paramref name="value"/>.</summary>
    public static void Fill(int size, void* y, long n, void* value)
    {
        long one = n, zero = 0, step = 1;
        Between(size, new(in one), value, new(in zero), y, new(in step));
    }

    /// <summary>The strides of contiguous memory.</summary>
    private static void RowMajor(ReadOnlySpan<long> shape, Span<long> strides)
    {
        long stride = 1;
        for (int d = shape.Length - 1; d >= 0; d--)
        {
            strides[d] = stride;
            stride *= shape[d];
        }
    }

    /// <summary>Row by row where the innermost dimension is contiguous somewhere; in transposed blocks where another one is for the source.</summary>
    private struct Loop : IChunks
    {
        private const int ChunkBytes = 128 * 1024, ShortRow = 4;

        public byte* X, Y;
        public int Size;
        private long* _shape, _x, _y;
        private int _rank, _across;
        private long _rows, _rowsPerChunk, _columnsPerChunk, _columnChunks;

        [SkipLocalsInit]
        public void Execute(ReadOnlySpan<long> shape, long* xStrides, long* yStrides)
        {
            long total = Strided.Count(shape);
            if (total == 0) return;
            int pitch = Math.Max(shape.Length, 1);
            long* merged = stackalloc long[pitch * 3];
            long** strides = stackalloc long*[2] { xStrides, yStrides };
            _rank = Strided.Merge(shape, 2, strides, merged);
            _shape = merged;
            _x = merged + pitch;
            _y = merged + 2 * pitch;
            int last = _rank - 1;
            _across = -1;
            if (_x[last] != 1 && _y[last] == 1)
            {
                for (int d = 0; d < last; d++)
                    if (_x[d] == 1 && _shape[d] >= 4 && _shape[last] >= 4) _across = d;
            }
            if (_across >= 0)
            {
                // The dimension that the source runs along becomes the second innermost, in blocks.
                Swap(_across, last - 1);
                _across = last - 1;
            }
            else if (_shape[last] < ShortRow)
            {
                // Steps from row to row cost more than strides within a longer one.
                int longest = last;
                for (int d = 0; d < last; d++)
                    if (_shape[d] >= 2 * ShortRow && _shape[d] > _shape[longest]) longest = d;
                if (longest != last) Swap(longest, last);
            }
            _rows = 1;
            for (int d = 0; d < last; d++) _rows *= _shape[d];
            long columns = _shape[last];
            if (_across >= 0)
            {
                // A chunk is a band of the matrix, some blocks high.
                long height = _shape[_across], bands = (height + Transposition.Block - 1) / Transposition.Block;
                long perChunk = Math.Clamp(ChunkBytes / (columns * Size * Transposition.Block), 1, bands);
                _rowsPerChunk = perChunk * Transposition.Block;
                _columnChunks = (height + _rowsPerChunk - 1) / _rowsPerChunk;
                _rows /= height;
                Start(_rows * _columnChunks, total);
                return;
            }
            _rowsPerChunk = Math.Max(1, ChunkBytes / Math.Max(1, columns * Size));
            _columnsPerChunk = columns * Size <= 2 * ChunkBytes ? columns : ChunkBytes / Size;
            _columnChunks = (columns + _columnsPerChunk - 1) / _columnsPerChunk;
            Start((_rows + _rowsPerChunk - 1) / _rowsPerChunk * _columnChunks, total);
        }

        public void Run(int chunk)
        {
            if (_across >= 0) Band(chunk / _columnChunks, chunk % _columnChunks);
            else Rows(chunk / _columnChunks, chunk % _columnChunks);
        }

        private void Start(long chunks, long total)
        {
            if (chunks == 1) Run(0);
            else Workers.For((int)chunks, total * Size * 0.08, ref this);
        }

        private readonly void Swap(int d, int e)
        {
            (_shape[d], _shape[e]) = (_shape[e], _shape[d]);
            (_x[d], _x[e]) = (_x[e], _x[d]);
            (_y[d], _y[e]) = (_y[e], _y[d]);
        }

        /// <summary>One band of one matrix.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        [SkipLocalsInit]
        private readonly void Band(long matrix, long band)
        {
            int last = _rank - 1;
            long* index = stackalloc long[_rank];
            long x = Strided.Seek(last - 1, _shape, _x, matrix, index), y = Strided.Seek(last - 1, _shape, _y, matrix, index);
            long start = band * _rowsPerChunk, height = Math.Min(_rowsPerChunk, _shape[_across] - start);
            Transposition.Run(
                Size, X + (x + start) * Size, (nint)_x[last], Y + (y + start * _y[_across]) * Size, (nint)_y[_across], (nint)height, (nint)_shape[last]);
        }

        /// <summary>Some rows, or a part of one long row.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        [SkipLocalsInit]
        private readonly void Rows(long rowChunk, long columnChunk)
        {
            int last = _rank - 1;
            long first = columnChunk * _columnsPerChunk;
            nint n = (nint)Math.Min(_columnsPerChunk, _shape[last] - first);
            long row = rowChunk * _rowsPerChunk, end = Math.Min(row + _rowsPerChunk, _rows);
            long* xIndex = stackalloc long[_rank], yIndex = stackalloc long[_rank];
            byte* x = X + (Strided.Seek(last, _shape, _x, row, xIndex) + first * _x[last]) * Size;
            byte* y = Y + (Strided.Seek(last, _shape, _y, row, yIndex) + first * _y[last]) * Size;
            while (true)
            {
                if (_y[last] == 1) Strided.Gather(x, _x[last], Size, n, y);
                else if (_x[last] == 1) Strided.Scatter(x, Size, n, y, _y[last]);
                else Each(x, _x[last] * Size, y, _y[last] * Size, n);
                if (++row == end) return;
                x += Strided.Advance(last - 1, _shape, _x, xIndex) * Size;
                y += Strided.Advance(last - 1, _shape, _y, yIndex) * Size;
            }
        }

        /// <summary>Element by element, both strided (in bytes).</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Each(byte* x, long xStep, byte* y, long yStep, nint n)
        {
            for (nint i = 0; i < n; i++, x += xStep, y += yStep)
            {
                switch (Size)
                {
                    case 1: *y = *x; break;
                    case 2: *(ushort*)y = *(ushort*)x; break;
                    case 4: *(uint*)y = *(uint*)x; break;
                    default: *(ulong*)y = *(ulong*)x; break;
                }
            }
        }
    }
}
