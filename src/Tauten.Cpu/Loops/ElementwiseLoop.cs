using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tauten.Cpu;

/// <summary>An input of an elementwise loop: memory, its strides, and how its elements become those that the kernel computes with.</summary>
internal unsafe struct Operand
{
    /// <summary>The first element.</summary>
    public byte* Data;

    /// <summary>Elements between neighbours along each dimension; 0 where it is broadcast.</summary>
    public long* Strides;

    /// <summary>Bytes per element in memory.</summary>
    public int Size;

    /// <summary>Bytes per element in the kernel.</summary>
    public int Width;

    /// <summary>Widens n elements; null where the kernel takes them as they are.</summary>
    public delegate*<byte*, byte*, nint, void> Widen;

    /// <summary>Whether its elements follow each other in the order of the result.</summary>
    public bool Contiguous;
}

/// <summary>
/// The one driver of all elementwise kernels: a contiguous result, one to three strided inputs. It merges dimensions, cuts the result into chunks
/// by its shape alone, and feeds the kernel whole vectors: directly where an operand is contiguous, from one repeated vector where it is constant,
/// else from a buffer in L1 that the operand's elements are gathered (and widened) into; a transposed operand is turned in blocks. Tails go through a padded vector, so that an element's
/// result never depends on where it stands.
/// </summary>
internal unsafe struct ElementwiseLoop : IChunks
{
    /// <summary>Elements per chunk of work.</summary>
    private const int ChunkSize = 32 * 1024;

    /// <summary>Elements that pass through the buffers at a time.</summary>
    private const int TileSize = 512;

    /// <summary>Rows at least this long are run one by one; shorter ones are brought together first.</summary>
    private const int LongRow = 128;

    /// <summary>Columns of a block that is turned.</summary>
    private const int TurnedColumns = 128;

    /// <summary>Columns of a band, which is <see cref="Transposition.Block"/> rows high.</summary>
    private const int BandColumns = 2048;

    private readonly Kernel _kernel;
    private readonly Operand* _operands;
    private readonly int _inputs;
    private readonly byte* _y;
    private readonly int _ySize;
    private readonly int _yWidth;
    private readonly delegate*<byte*, byte*, nint, void> _narrow;
    private long* _shape;
    private int _rank;
    private long _total;
    private bool _simple;
    private long* _yStrides;
    private long _bands, _pieces, _perChunk;

    /// <summary>A loop over the given operands; <paramref name="narrow"/> turns the kernel's results into those stored, null where they are the same.</summary>
    public ElementwiseLoop(Kernel kernel, Operand* operands, int inputs, void* y, int ySize, int yWidth, delegate*<byte*, byte*, nint, void> narrow)
    {
        _kernel = kernel;
        _operands = operands;
        _inputs = inputs;
        _y = (byte*)y;
        _ySize = ySize;
        _yWidth = yWidth;
        _narrow = narrow;
    }

    /// <summary>Computes the whole result.</summary>
    [SkipLocalsInit]
    public void Execute(ReadOnlySpan<long> shape)
    {
        _total = Strided.Count(shape);
        if (_total == 0) return;
        int pitch = Math.Max(shape.Length, 1);
        long* merged = stackalloc long[pitch * 5];
        long** strides = stackalloc long*[3];
        for (int k = 0; k < _inputs; k++) strides[k] = _operands[k].Strides;
        _shape = merged;
        _rank = Strided.Merge(shape, _inputs, strides, merged);
        int bytes = _ySize;
        _simple = _rank == 1 && _narrow == null;
        for (int k = 0; k < _inputs; k++)
        {
            _operands[k].Strides = merged + (k + 1) * pitch;
            _operands[k].Contiguous = Strided.IsContiguous(new(merged, _rank), new(_operands[k].Strides, _rank));
            bytes += _operands[k].Size;
            _simple &= _operands[k].Widen == null && (ulong)_operands[k].Strides[0] <= 1;
        }
        double work = _total * (_kernel.Nanoseconds + 0.04 * bytes);
        if (_rank > 1 && _total >= 1024 && FindTransposed() is int across and >= 0)
        {
            _yStrides = merged + 4 * pitch;
            Workers.For(PlanBands(across), work, ref this);
            return;
        }
        int chunks = (int)((_total + ChunkSize - 1) / ChunkSize);
        if (chunks == 1) Range(0, _total);
        else Workers.For(chunks, work, ref this);
    }

    /// <inheritdoc/>
    public void Run(int chunk)
    {
        if (_yStrides != null)
        {
            long units = _bands * _pieces, end = Math.Min((chunk + 1) * _perChunk, units * Outer());
            for (long unit = chunk * _perChunk; unit < end; unit++) Band(unit / units, unit % units / _pieces, unit % _pieces);
            return;
        }
        long start = (long)chunk * ChunkSize;
        Range(start, Math.Min(start + ChunkSize, _total));
    }

    /// <summary>Computes the elements [start, end) of the result.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private readonly void Range(long start, long end)
    {
        if (_simple)
        {
            Simple(start, end);
            return;
        }
        // One vector for each constant operand, one for each tail, and a tile for each operand and the result.
        byte* memory = stackalloc byte[8 * 64 + 5 * TileSize * 8 + 64];
        memory = (byte*)(((nint)memory + 63) & ~63);
        int last = _rank - 1;
        if (_rank > 1 && _shape[last] < LongRow)
        {
            ShortRows(start, end, memory);
            return;
        }
        long* index = stackalloc long[_rank];
        byte** sources = stackalloc byte*[3];
        long* steps = stackalloc long[3];
        byte* y = _y + start * _ySize;
        for (long length = _shape[last]; start < end;)
        {
            for (int k = 0; k < _inputs; k++)
            {
                ref Operand operand = ref _operands[k];
                sources[k] = operand.Data + Strided.Seek(_rank, _shape, operand.Strides, start, index) * operand.Size;
                steps[k] = operand.Strides[last];
            }
            nint n = (nint)Math.Min(end - start, length - index[last]);
            Row(sources, steps, y, n, memory);
            start += n;
            y += n * _ySize;
        }
    }

    /// <summary>A range of a single row without conversions, which needs little memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private readonly void Simple(long start, long end)
    {
        byte* memory = stackalloc byte[8 * 64 + 64];
        memory = (byte*)(((nint)memory + 63) & ~63);
        byte** sources = stackalloc byte*[3];
        long* steps = stackalloc long[3];
        for (int k = 0; k < _inputs; k++)
        {
            ref Operand operand = ref _operands[k];
            steps[k] = operand.Strides[0];
            sources[k] = operand.Data + start * steps[k] * operand.Size;
        }
        Row(sources, steps, _y + start * _ySize, (nint)(end - start), memory);
    }

    /// <summary>The dimension along which some operand is contiguous that is strided along the last one; -1 if there is none.</summary>
    private readonly int FindTransposed()
    {
        int last = _rank - 1;
        if (_shape[last] < Transposition.Block) return -1;
        for (int k = 0; k < _inputs; k++)
        {
            long* strides = _operands[k].Strides;
            if ((ulong)strides[last] <= 1) continue;
            for (int d = 0; d < last; d++)
                if (strides[d] == 1 && _shape[d] >= 4) return d;
        }
        return -1;
    }

    /// <summary>Makes the given dimension the second innermost and cuts the planes into bands; the number of chunks.</summary>
    private int PlanBands(int across)
    {
        long stride = 1;
        for (int d = _rank - 1; d >= 0; d--)
        {
            _yStrides[d] = stride;
            stride *= _shape[d];
        }
        int to = _rank - 2;
        (_shape[across], _shape[to]) = (_shape[to], _shape[across]);
        (_yStrides[across], _yStrides[to]) = (_yStrides[to], _yStrides[across]);
        for (int k = 0; k < _inputs; k++)
        {
            long* strides = _operands[k].Strides;
            (strides[across], strides[to]) = (strides[to], strides[across]);
        }
        long columns = _shape[_rank - 1];
        _bands = (_shape[to] + Transposition.Block - 1) / Transposition.Block;
        _pieces = (columns + BandColumns - 1) / BandColumns;
        _perChunk = Math.Max(1, ChunkSize / (Transposition.Block * Math.Min(columns, BandColumns)));
        return (int)((Outer() * _bands * _pieces + _perChunk - 1) / _perChunk);
    }

    /// <summary>The number of planes.</summary>
    private readonly long Outer() => _total / (_shape[_rank - 1] * _shape[_rank - 2]);

    /// <summary>A piece of a band: transposed operands are turned, block by block, so that their lines are used up while they are in cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private readonly void Band(long plane, long band, long piece)
    {
        const int Turned = Transposition.Block * TurnedColumns * 8;
        byte* memory = stackalloc byte[8 * 64 + 5 * TileSize * 8 + 3 * Turned + 64];
        memory = (byte*)(((nint)memory + 63) & ~63);
        byte* turned = memory + 8 * 64 + 5 * TileSize * 8;
        int last = _rank - 1, across = last - 1;
        long* index = stackalloc long[_rank];
        byte** starts = stackalloc byte*[3], sources = stackalloc byte*[3];
        long* steps = stackalloc long[3];
        long row = band * Transposition.Block, rows = Math.Min(Transposition.Block, _shape[across] - row);
        long first = piece * BandColumns, end = Math.Min(first + BandColumns, _shape[last]);
        long yStart = Strided.Seek(across, _shape, _yStrides, plane, index) + row * _yStrides[across];
        for (int k = 0; k < _inputs; k++)
        {
            ref Operand operand = ref _operands[k];
            starts[k] = operand.Data + (Strided.Seek(across, _shape, operand.Strides, plane, index) + row * operand.Strides[across]) * operand.Size;
        }
        for (long column = first; column < end; column += TurnedColumns)
        {
            nint n = (nint)Math.Min(TurnedColumns, end - column);
            for (int k = 0; k < _inputs; k++)
            {
                ref Operand operand = ref _operands[k];
                long along = operand.Strides[last];
                steps[k] = along;
                if ((ulong)along <= 1 || operand.Strides[across] != 1) continue;
                Transposition.Run(operand.Size, starts[k] + column * along * operand.Size, (nint)along, turned + k * Turned, TurnedColumns, (nint)rows, n);
                steps[k] = 1;
            }
            for (long r = 0; r < rows; r++)
            {
                for (int k = 0; k < _inputs; k++)
                {
                    ref Operand operand = ref _operands[k];
                    long along = operand.Strides[last];
                    bool isTurned = (ulong)along > 1 && operand.Strides[across] == 1;
                    sources[k] = isTurned
                        ? turned + k * Turned + r * TurnedColumns * operand.Size
                        : starts[k] + (r * operand.Strides[across] + column * along) * operand.Size;
                }
                Row(sources, steps, _y + (yStart + r * _yStrides[across] + column) * _ySize, n, memory);
            }
        }
    }

    /// <summary>Rows too short for a kernel call each: operands that are not contiguous are brought together, a tile at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void ShortRows(long start, long end, byte* memory)
    {
        byte** sources = stackalloc byte*[3];
        long* steps = stackalloc long[3];
        byte* gathered = memory + 8 * 64 + 4 * TileSize * 8;
        for (; start < end; start += TileSize)
        {
            nint n = (nint)Math.Min(end - start, TileSize);
            for (int k = 0; k < _inputs; k++)
            {
                ref Operand operand = ref _operands[k];
                steps[k] = 1;
                if (operand.Contiguous)
                {
                    sources[k] = operand.Data + start * operand.Size;
                    continue;
                }
                // An operand that needs widening is gathered beside its tile and widened by Row; the others go straight to it.
                byte* target = operand.Widen == null ? memory + 8 * 64 + k * TileSize * 8 : gathered + k * TileSize * 2;
                Strided.GatherRange(operand.Data, operand.Size, _rank, _shape, operand.Strides, start, n, target);
                sources[k] = target;
            }
            Row(sources, steps, _y + start * _ySize, n, memory);
        }
    }

    /// <summary>Computes n elements of a row along which each operand has one stride.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Row(byte** sources, long* steps, byte* y, nint n, byte* memory)
    {
        Tile tile;
        byte** data = &tile.A;
        nint* tileSteps = &tile.StepA;
        bool direct = _narrow == null;
        int lanes = _kernel.Lanes;
        for (int k = 0; k < _inputs; k++)
        {
            ref Operand operand = ref _operands[k];
            data[k] = sources[k];
            tileSteps[k] = lanes * operand.Width;
            if (steps[k] == 0)
            {
                data[k] = Repeat(ref operand, sources[k], memory + k * 64);
                tileSteps[k] = 0;
            }
            else if (steps[k] != 1 || operand.Widen != null) direct = false;
        }
        tile.Y = y;
        if (direct)
        {
            Vectors(&tile, n, memory);
            return;
        }
        byte* tiles = memory + 8 * 64;
        byte* gathered = tiles + 4 * TileSize * 8;
        for (nint start = 0; start < n; start += TileSize)
        {
            nint count = Math.Min(n - start, TileSize);
            for (int k = 0; k < _inputs; k++)
            {
                ref Operand operand = ref _operands[k];
                if (steps[k] == 0) continue;
                byte* source = sources[k] + start * steps[k] * operand.Size;
                byte* target = tiles + k * TileSize * 8;
                if (operand.Widen == null)
                {
                    if (steps[k] == 1) target = source;
                    else Strided.Gather(source, steps[k], operand.Size, count, target);
                }
                else
                {
                    if (steps[k] != 1)
                    {
                        Strided.Gather(source, steps[k], operand.Size, count, gathered);
                        source = gathered;
                    }
                    operand.Widen(source, target, count);
                }
                data[k] = target;
            }
            if (_narrow == null)
            {
                tile.Y = y + start * _ySize;
                Vectors(&tile, count, memory);
            }
            else
            {
                tile.Y = tiles + 3 * TileSize * 8;
                Vectors(&tile, count, memory);
                _narrow(tiles + 3 * TileSize * 8, y + start * _ySize, count);
            }
        }
    }

    /// <summary>One vector of equal elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly byte* Repeat(ref Operand operand, byte* source, byte* target)
    {
        byte* element = source;
        ulong widened;
        if (operand.Widen != null)
        {
            operand.Widen(source, (byte*)&widened, 1);
            element = (byte*)&widened;
        }
        switch (operand.Width)
        {
            case 1: Vector512.Create(*element).Store(target); break;
            case 2: Vector512.Create(*(ushort*)element).Store((ushort*)target); break;
            case 4: Vector512.Create(*(uint*)element).Store((uint*)target); break;
            default: Vector512.Create(*(ulong*)element).Store((ulong*)target); break;
        }
        return target;
    }

    /// <summary>Runs the kernel on the whole vectors of n elements, then on one padded vector for the rest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Vectors(Tile* tile, nint n, byte* memory)
    {
        int lanes = _kernel.Lanes;
        nint rest = n & (lanes - 1), whole = n - rest;
        if (whole > 0) _kernel.Run(tile, whole);
        if (rest == 0) return;
        Tile tail = *tile;
        byte** data = &tail.A;
        nint* steps = &tail.StepA;
        byte* padded = memory + 4 * 64;
        for (int k = 0; k < _inputs; k++)
        {
            if (steps[k] == 0) continue;
            int width = _operands[k].Width;
            Vector512<byte>.Zero.Store(padded + k * 64);
            CopyFew(data[k] + whole * width, padded + k * 64, rest * width);
            data[k] = padded + k * 64;
        }
        tail.Y = padded + 3 * 64;
        _kernel.Run(&tail, lanes);
        CopyFew(padded + 3 * 64, tile->Y + whole * _yWidth, rest * _yWidth);
    }

    /// <summary>Copies fewer than 64 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyFew(byte* source, byte* target, nint bytes) => Unsafe.CopyBlockUnaligned(target, source, (uint)bytes);
}
