using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tauten.Cpu;

/// <summary>
/// The driver of reductions. Dimensions are sorted into those that stay and those that are reduced, each by falling stride and merged.
/// Where the innermost that stays is contiguous, rows are added onto rows of accumulators ("columns"); else each result joins rows of its own,
/// gathered where they are not contiguous. Few results from much data are cut along the reduced dimensions as well; all cuts follow from the shape.
/// </summary>
internal unsafe struct ReductionLoop : IChunks
{
    /// <summary>Elements of a row that one kernel call joins.</summary>
    private const int RowBlock = 4096;

    /// <summary>Columns that are accumulated side by side.</summary>
    private const int ColumnTile = 512;

    /// <summary>Rows that reach a column's first accumulator before it is passed on, and again for the second.</summary>
    private const int ColumnBlock = 64;

    /// <summary>Rows that are widened together.</summary>
    private const int WideningRows = 8;

    /// <summary>Elements that make a chunk of work.</summary>
    private const long Grain = 64 * 1024;

    /// <summary>Input and result.</summary>
    public byte* X, Y;

    /// <summary>Bytes per element of the input, and of the result.</summary>
    public int Size, ResultSize;

    /// <summary>The inner loops.</summary>
    public ReductionKernel Kernel;

    /// <summary>Turns input elements into the kernel's; no steps where they are the same.</summary>
    public Conversion.Path Widen;

    /// <summary>Turns the kernel's results into those stored; null where they are the same.</summary>
    public delegate*<byte*, byte*, nint, void> Narrow;

    private long* _keptShape, _keptX, _keptY, _shape, _strides;
    private int _kept, _reduced;
    private long _results, _length, _segments, _segmentLength, _tiles, _perChunk;
    private bool _columns;
    private byte* _target;

    /// <summary>Computes the whole result.</summary>
    [SkipLocalsInit]
    public void Execute(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, ReadOnlySpan<bool> reduced)
    {
        int rank = Math.Max(shape.Length, 1);
        long* numbers = stackalloc long[5 * (rank + 1)];
        Sort(shape, strides, reduced, numbers, rank + 1);
        if (_results == 0) return;
        Plan();
        int width = Kernel.Width;
        long bytes = _segments * _results * width;
        if (_segments == 1 && Narrow == null)
        {
            _target = Y;
            Launch();
            return;
        }
        byte* memory = (byte*)NativeMemory.Alloc((nuint)bytes);
        try
        {
            _target = memory;
            Launch();
            if (_segments > 1) Kernel.Columns(memory, memory + _results * width, (nint)(_results * width), (nint)_segments - 1, (nint)_results);
            if (Narrow != null) Narrow(memory, Y, (nint)_results);
            else System.Buffer.MemoryCopy(memory, Y, _results * width, _results * width);
        }
        finally
        {
            NativeMemory.Free(memory);
        }
    }

    /// <inheritdoc/>
    public void Run(int chunk)
    {
        long segment = chunk % _segments, first = chunk / _segments * _perChunk;
        long start = segment * _segmentLength, end = Math.Min(start + _segmentLength, _length);
        byte* target = _target + segment * _results * Kernel.Width;
        if (_columns)
        {
            for (long tile = first; tile < Math.Min(first + _perChunk, _tiles); tile++) Columns(tile, start, end, target);
        }
        else Rows(first, Math.Min(first + _perChunk, _results), start, end, target);
    }

    private void Launch()
    {
        long units = _columns ? _tiles : _results;
        int chunks = (int)((units + _perChunk - 1) / _perChunk * _segments);
        if (chunks == 1) Run(0);
        else Workers.For(chunks, _results * (double)_length * 0.05 * Size + _results * 10.0, ref this);
    }

    /// <summary>Splits, sorts and merges the dimensions.</summary>
    private void Sort(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, ReadOnlySpan<bool> reduced, long* numbers, int pitch)
    {
        _keptShape = numbers;
        _keptX = numbers + pitch;
        _keptY = numbers + 2 * pitch;
        _shape = numbers + 3 * pitch;
        _strides = numbers + 4 * pitch;
        _results = _length = 1;
        for (int d = shape.Length - 1; d >= 0; d--)
        {
            long place = _results;
            if (reduced[d]) _length *= shape[d];
            else _results *= shape[d];
            if (shape[d] == 1) continue;
            // Insertion by falling |stride|; what came later in the shape stays further in among equals.
            int count = reduced[d] ? _reduced++ : _kept++, at = count;
            long* sizes = reduced[d] ? _shape : _keptShape, steps = reduced[d] ? _strides : _keptX;
            for (; at > 0 && Math.Abs(steps[count - at]) > Math.Abs(strides[d]); at--) { }
            int index = count - at;
            for (int k = count; k > index; k--)
            {
                sizes[k] = sizes[k - 1];
                steps[k] = steps[k - 1];
                if (!reduced[d]) _keptY[k] = _keptY[k - 1];
            }
            sizes[index] = shape[d];
            steps[index] = strides[d];
            if (!reduced[d]) _keptY[index] = place;
        }
        Merge(_keptShape, _keptX, _keptY, ref _kept);
        Merge(_shape, _strides, null, ref _reduced);
    }

    /// <summary>Joins neighbours that are walked as one; leaves at least one dimension.</summary>
    private static void Merge(long* shape, long* x, long* y, ref int rank)
    {
        int count = 0;
        for (int d = 0; d < rank; d++)
        {
            bool joins = count > 0 && x[count - 1] == x[d] * shape[d] && (y == null || y[count - 1] == y[d] * shape[d]);
            if (!joins) count++;
            shape[count - 1] = joins ? shape[count - 1] * shape[d] : shape[d];
            x[count - 1] = x[d];
            if (y != null) y[count - 1] = y[d];
        }
        if (count == 0)
        {
            shape[0] = 1;
            x[0] = 1;
            if (y != null) y[0] = 1;
            count = 1;
        }
        rank = count;
    }

    /// <summary>Chooses between rows and columns, and where to cut.</summary>
    private void Plan()
    {
        long columns = _keptShape[_kept - 1];
        _columns = _keptX[_kept - 1] == 1 && columns >= 8 && _strides[_reduced - 1] != 1 && _length > 0;
        _tiles = _results / columns * ((columns + ColumnTile - 1) / ColumnTile);
        long units = _columns ? _tiles : _results, unit = _columns ? Math.Min(columns, ColumnTile) * _length : _length;
        _segments = 1;
        _segmentLength = _length;
        _perChunk = Math.Max(1, Grain / Math.Max(1, unit));
        if (units < 16 && unit > 2 * Grain)
        {
            // Whole blocks, so that a cut does not change how rows are blocked.
            long grain = _columns ? Math.Max(ColumnBlock, Grain / Math.Min(columns, ColumnTile)) : Grain;
            _segmentLength = Math.Max(grain, (_length / 64 + grain - 1) / grain * grain);
            _segments = (_length + _segmentLength - 1) / _segmentLength;
        }
    }

    /// <summary>Results [first, end): each joins its own elements [from, to).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private readonly void Rows(long first, long end, long from, long to, byte* target)
    {
        byte* buffer = stackalloc byte[RowBlock * 8];
        long* kept = stackalloc long[_kept], keptY = stackalloc long[_kept], index = stackalloc long[_reduced];
        int width = Kernel.Width, last = _reduced - 1;
        long x = Strided.Seek(_kept, _keptShape, _keptX, first, kept), y = Strided.Seek(_kept, _keptShape, _keptY, first, keptY);
        bool single = _reduced == 1 && to - from <= RowBlock;
        ulong* levels = stackalloc ulong[64];
        while (true)
        {
            byte* result = target + y * width;
            if (from >= to) System.Buffer.MemoryCopy(Unsafe.AsPointer(ref Unsafe.AsRef(in Kernel.Identity)), result, width, width);
            else if (single) Kernel.Row(Bring(X + (x + from * _strides[last]) * Size, _strides[last], (nint)(to - from), buffer), (nint)(to - from), result);
            else
            {
                ulong blocks = 0, value;
                long offset = x + Strided.Seek(_reduced, _shape, _strides, from, index);
                for (long done = from; done < to;)
                {
                    nint n = (nint)Math.Min(Math.Min(to - done, _shape[last] - index[last]), RowBlock);
                    Kernel.Row(Bring(X + offset * Size, _strides[last], n, buffer), n, (byte*)&value);
                    done += n;
                    index[last] += n;
                    offset += n * _strides[last];
                    if (index[last] == _shape[last])
                    {
                        offset -= _shape[last] * _strides[last];
                        index[last] = 0;
                        offset += Strided.Advance(last - 1, _shape, _strides, index);
                    }
                    Push(Kernel, levels, ref blocks, value);
                }
                value = Top(Kernel, levels, blocks);
                System.Buffer.MemoryCopy(&value, result, width, width);
            }
            if (++first >= end) return;
            x += Strided.Advance(_kept - 1, _keptShape, _keptX, kept);
            y += Strided.Advance(_kept - 1, _keptShape, _keptY, keptY);
        }
    }

    /// <summary>Joins n contiguous elements into one, in the order in which a reduction of a row of them does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Join(ReductionKernel kernel, byte* x, nint n, byte* result)
    {
        if (n <= RowBlock)
        {
            kernel.Row(x, n, result);
            return;
        }
        ulong* levels = stackalloc ulong[64];
        ulong blocks = 0, value;
        for (nint done = 0; done < n; done += RowBlock)
        {
            kernel.Row(x + done * kernel.Width, Math.Min(RowBlock, n - done), (byte*)&value);
            Push(kernel, levels, ref blocks, value);
        }
        value = Top(kernel, levels, blocks);
        System.Buffer.MemoryCopy(&value, result, kernel.Width, kernel.Width);
    }

    /// <summary>Adds a block to the tree: level k holds 2^k blocks joined; its bit in the count says whether it is filled.</summary>
    private static void Push(ReductionKernel kernel, ulong* levels, ref ulong blocks, ulong value)
    {
        int level = 0;
        for (ulong bit = blocks++; (bit & 1) != 0; bit >>= 1, level++)
        {
            kernel.Columns((byte*)&levels[level], (byte*)&value, 0, 1, 1);
            value = levels[level];
        }
        levels[level] = value;
    }

    /// <summary>All blocks of the tree joined.</summary>
    private static ulong Top(ReductionKernel kernel, ulong* levels, ulong blocks)
    {
        int lowest = System.Numerics.BitOperations.TrailingZeroCount(blocks);
        ulong value = levels[lowest];
        for (int level = lowest + 1; blocks >> level != 0; level++)
        {
            if ((blocks >> level & 1) == 0) continue;
            kernel.Columns((byte*)&levels[level], (byte*)&value, 0, 1, 1);
            value = levels[level];
        }
        return value;
    }

    /// <summary>n elements as the kernel takes them: where they are if possible, else in the buffer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private readonly byte* Bring(byte* x, long stride, nint n, byte* buffer)
    {
        if (stride == 1 && Widen.First == null) return x;
        if (Widen.First == null)
        {
            Strided.Gather(x, stride, Size, n, buffer);
            return buffer;
        }
        const int Part = 512;
        byte* gathered = stackalloc byte[Part * 8], half = stackalloc byte[Part * 8];
        for (nint start = 0; start < n; start += Part)
        {
            nint count = Math.Min(Part, n - start);
            byte* source = x + start * stride * Size;
            if (stride != 1)
            {
                Strided.Gather(source, stride, Size, count, gathered);
                source = gathered;
            }
            byte* target = buffer + start * Kernel.Width;
            Widen.First(source, Widen.Second == null ? target : half, count);
            if (Widen.Second != null) Widen.Second(half, target, count);
        }
        return buffer;
    }

    /// <summary>One tile of columns, over the rows [from, to).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private readonly void Columns(long tile, long from, long to, byte* target)
    {
        int width = Kernel.Width;
        byte* memory = stackalloc byte[(3 + WideningRows) * ColumnTile * 8];
        byte* inner = memory, middle = memory + ColumnTile * 8, outer = memory + 2 * ColumnTile * 8, widened = memory + 3 * ColumnTile * 8;
        long* index = stackalloc long[Math.Max(_kept, _reduced)];
        long columns = _keptShape[_kept - 1], perRow = (columns + ColumnTile - 1) / ColumnTile, start = tile % perRow * ColumnTile;
        nint n = (nint)Math.Min(ColumnTile, columns - start);
        long y = Strided.Seek(_kept - 1, _keptShape, _keptY, tile / perRow, index) + start * _keptY[_kept - 1];
        long x = Strided.Seek(_kept - 1, _keptShape, _keptX, tile / perRow, index) + start;
        int last = _reduced - 1, rows = 0, blocks = 0;
        x += Strided.Seek(_reduced, _shape, _strides, from, index);
        Clear(inner, n);
        Clear(middle, n);
        Clear(outer, n);
        while (from < to)
        {
            nint count = (nint)Math.Min(Math.Min(to - from, _shape[last] - index[last]), ColumnBlock - rows);
            if (Widen.First == null) Kernel.Columns(inner, X + x * Size, (nint)_strides[last] * Size, count, n);
            else
            {
                count = Math.Min(count, WideningRows);
                for (nint r = 0; r < count; r++) Bring(X + (x + r * _strides[last]) * Size, 1, n, widened + r * ColumnTile * 8);
                Kernel.Columns(inner, widened, ColumnTile * 8, count, n);
            }
            from += count;
            rows += (int)count;
            index[last] += count;
            x += count * _strides[last];
            if (index[last] == _shape[last])
            {
                x -= _shape[last] * _strides[last];
                index[last] = 0;
                x += Strided.Advance(last - 1, _shape, _strides, index);
            }
            if (rows < ColumnBlock) continue;
            rows = 0;
            Kernel.Columns(middle, inner, 0, 1, n);
            Clear(inner, n);
            if (++blocks < ColumnBlock) continue;
            blocks = 0;
            Kernel.Columns(outer, middle, 0, 1, n);
            Clear(middle, n);
        }
        Kernel.Columns(middle, inner, 0, 1, n);
        Kernel.Columns(outer, middle, 0, 1, n);
        Strided.Scatter(outer, width, n, target + y * width, _keptY[_kept - 1]);
    }

    /// <summary>Sets accumulators to the value that changes nothing.</summary>
    private readonly void Clear(byte* accumulators, nint n)
    {
        switch (Kernel.Width)
        {
            case 1: new Span<byte>(accumulators, (int)n).Fill((byte)Kernel.Identity); break;
            case 2: new Span<ushort>(accumulators, (int)n).Fill((ushort)Kernel.Identity); break;
            case 4: new Span<uint>(accumulators, (int)n).Fill((uint)Kernel.Identity); break;
            default: new Span<ulong>(accumulators, (int)n).Fill(Kernel.Identity); break;
        }
    }
}
