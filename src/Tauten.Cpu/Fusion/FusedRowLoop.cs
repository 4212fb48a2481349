using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// The driver of fused bodies that join elements along axes: of whole rows, within a tile that stays in cache, and of columns, in sums of each chunk that are joined
/// in order at the end. Chunks follow from shapes only, and so do the bits of the results.
/// </summary>
internal unsafe struct FusedRowLoop : IChunks
{
    /// <summary>The longest row that is joined.</summary>
    public const int MaximumRow = 32 * 1024;

    /// <summary>Elements per chunk of work.</summary>
    private const int ChunkSize = 32 * 1024;

    /// <summary>Elements of a tile of several rows, or of a piece of a row that may be cut.</summary>
    private const int TileSize = 1024;

    /// <summary>Chunks with sums of columns of their own.</summary>
    private const int MaximumSums = 64;

    private readonly BodyProgram _program;
    private readonly byte** _inputs;
    private readonly byte** _outputs;
    private readonly ulong* _scalars;
    private readonly bool _buffered;
    private long* _rowShape, _columnShape;
    private long** _rowStrides, _columnStrides;
    private int _rowRank, _columnRank;
    private long _rows, _columns, _tileRows, _piece, _chunkRows, _pitch;
    private nint _slotBytes;
    private byte* _sums;

    /// <summary>A loop over the tensors of a body; see <see cref="FusedLoop"/>.</summary>
    public FusedRowLoop(BodyProgram program, byte** inputs, byte** outputs, ulong* scalars, bool buffered)
    {
        _program = program;
        _inputs = inputs;
        _outputs = outputs;
        _scalars = scalars;
        _buffered = buffered;
    }

    /// <summary>Computes all results; the strides of each input in elements, 0 where it is broadcast.</summary>
    [SkipLocalsInit]
    public void Execute(ReadOnlySpan<long> shape, long** strides)
    {
        var body = _program.Body;
        int count = body.Inputs.Length, rowRank = body.RowRank, columnRank = shape.Length - rowRank;
        _rows = Strided.Count(shape[..rowRank]);
        _columns = Strided.Count(shape[rowRank..]);
        long* rowNumbers = stackalloc long[(count + 1) * Math.Max(rowRank, 1)], columnNumbers = stackalloc long[(count + 1) * Math.Max(columnRank, 1)];
        long** within = stackalloc long*[count + 1];
        for (int k = 0; k < count; k++) within[k] = strides[k] + rowRank;
        _rowRank = Strided.Merge(shape[..rowRank], count, strides, rowNumbers);
        _columnRank = Strided.Merge(shape[rowRank..], count, within, columnNumbers);
        double bytes = 0;
        for (int k = 0; k < count; k++)
        {
            strides[k] = rowNumbers + (k + 1) * Math.Max(rowRank, 1);
            within[k] = columnNumbers + (k + 1) * Math.Max(columnRank, 1);
            if (body.Inputs[k].Value.Extent == BodyExtent.Element) bytes += body.Inputs[k].DType.Size();
        }
        _rowShape = rowNumbers;
        _columnShape = columnNumbers;
        _rowStrides = strides;
        _columnStrides = within;
        int chunks = Plan();
        _slotBytes = (nint)((Math.Max(_piece, 1) * _tileRows + BodyFrame.UniformSize - 1) / BodyFrame.UniformSize * BodyFrame.UniformSize * 8);
        _pitch = (_columns * 8 + 127) / 64 * 64;
        int joins = _program.Joins.Length;
        using var sums = Scratch.Take(joins * chunks * _pitch);
        _sums = sums.Pointer;
        if (chunks == 1) Run(0);
        else Workers.For(chunks, (double)_rows * _columns * (_program.Nanoseconds + 0.04 * bytes) + _rows * 20.0, ref this);
        if (joins > 0) Finish(chunks);
    }

    /// <summary>Cuts the rows into tiles and chunks; the number of chunks.</summary>
    private int Plan()
    {
        bool cuts = !_program.HasRows && _columns > TileSize;
        _piece = cuts ? TileSize : _columns;
        _tileRows = cuts ? 1 : Math.Clamp(TileSize / Math.Max(1, _columns), 1, Math.Max(1, _rows));
        // Whole vectors, where many rows make a tile.
        if (_tileRows > _program.Granule) _tileRows -= _tileRows % _program.Granule;
        _chunkRows = Math.Max(1, ChunkSize / Math.Max(1, _columns));
        if (_program.Joins.Length > 0) _chunkRows = Math.Max(_chunkRows, (_rows + MaximumSums - 1) / MaximumSums);
        _chunkRows = (_chunkRows + _tileRows - 1) / _tileRows * _tileRows;
        return (int)Math.Max(1, (_rows + _chunkRows - 1) / _chunkRows);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public void Run(int chunk)
    {
        var body = _program.Body;
        using var scratch = Scratch.Take(BodyFrame.Bytes(_program, _slotBytes));
        byte** pointers = stackalloc byte*[body.Values.Length + body.Inputs.Length + body.Outputs.Length];
        nint* steps = stackalloc nint[body.Values.Length];
        var frame = new BodyFrame(_program, scratch.Pointer, _slotBytes, pointers, steps);
        frame.Prepare(_inputs, _scalars);
        var joins = _program.Joins;
        for (int j = 0; j < joins.Length; j++) Clear(joins[j].Join, SumsOf(chunk, j));
        long start = chunk * _chunkRows, end = Math.Min(start + _chunkRows, _rows);
        bool first = true;
        for (long row = start; row < end; row += _tileRows)
        {
            long rows = Math.Min(_tileRows, end - row), column = 0;
            do
            {
                long columns = Math.Min(_piece, _columns - column);
                for (int j = 0; j < joins.Length; j++) frame.At[joins[j].Output.Index] = SumsOf(chunk, j) + column * joins[j].Output.Width;
                Tile(frame with { Rows = (nint)rows, Columns = (nint)columns }, row, column, first);
                first = false;
                column += columns;
            }
            while (column < _columns);
        }
    }

    private readonly byte* SumsOf(long chunk, int join) => _sums + (chunk * _program.Joins.Length + join) * _pitch;

    private readonly void Clear(ReductionKernel kernel, byte* sums)
    {
        switch (kernel.Width)
        {
            case 1: new Span<byte>(sums, (int)_columns).Fill((byte)kernel.Identity); break;
            case 2: new Span<ushort>(sums, (int)_columns).Fill((ushort)kernel.Identity); break;
            case 4: new Span<uint>(sums, (int)_columns).Fill((uint)kernel.Identity); break;
            default: new Span<ulong>(sums, (int)_columns).Fill(kernel.Identity); break;
        }
    }

    /// <summary>Whole rows, or a piece of one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Tile(in BodyFrame frame, long row, long column, bool first)
    {
        var body = _program.Body;
        nint n = frame.Rows * frame.Columns, granule = _program.Granule;
        nint elements = (n + granule - 1) & -granule, rows = (frame.Rows + granule - 1) & -granule;
        bool ragged = elements != n;
        for (int k = 0; k < body.Inputs.Length; k++)
        {
            var (value, dtype) = (body.Inputs[k].Value, body.Inputs[k].DType);
            if (value.Extent == BodyExtent.Element) Load(frame, k, row, column, first, ragged);
            else if (value.Extent == BodyExtent.Row)
            {
                byte* slot = frame.Inputs + k * _slotBytes;
                var widen = BodyFrame.Widening(dtype);
                byte* gathered = widen == null ? slot : frame.Spare;
                Strided.GatherRange(_inputs[k], dtype.Size(), _rowRank, _rowShape, _rowStrides[k], row, frame.Rows, gathered);
                if (widen != null) widen(gathered, slot, frame.Rows);
                frame.At[value.Index] = slot;
            }
        }
        for (int k = 0; k < body.Outputs.Length; k++)
        {
            var (value, dtype, _) = body.Outputs[k];
            if (value.Extent == BodyExtent.Column) continue;
            bool apart = ragged || _buffered || dtype.Size() != value.Width || value.Extent == BodyExtent.Row;
            frame.At[value.Index] = frame.Targets[k] = apart ? frame.Outputs + k * _slotBytes : _outputs[k] + (row * _columns + column) * value.Width;
        }
        foreach (var item in _program.Items) frame.Run(item, item.Extent == BodyExtent.Row ? rows : elements);
        for (int k = 0; k < body.Outputs.Length; k++)
        {
            var (value, dtype, _) = body.Outputs[k];
            if (value.Extent == BodyExtent.Column) continue;
            int size = dtype.Size();
            bool perRow = value.Extent == BodyExtent.Row;
            byte* target = _outputs[k] + (perRow ? row : row * _columns + column) * size;
            if (frame.Targets[k] != target) Store(frame.Targets[k], dtype, perRow ? frame.Rows : n, target);
        }
    }

    private static void Store(byte* source, DType dtype, nint n, byte* target)
    {
        int size = dtype.Size();
        if (BodyFrame.Narrowing(dtype) is var narrow && narrow != null) narrow(source, target, n);
        else System.Buffer.MemoryCopy(source, target, n * size, n * size);
    }

    /// <summary>The elements of an input: where they are if possible, else brought together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Load(in BodyFrame frame, int k, long row, long column, bool first, bool ragged)
    {
        var (value, dtype) = (_program.Body.Inputs[k].Value, _program.Body.Inputs[k].DType);
        int size = dtype.Size();
        nint rows = frame.Rows, columns = frame.Columns;
        long* rowStrides = _rowStrides[k], columnStrides = _columnStrides[k];
        byte* slot = frame.Inputs + k * _slotBytes;
        var widen = BodyFrame.Widening(dtype);
        bool alike = _rowRank == 1 && rowStrides[0] == 0;
        // The same for all rows, and brought together before.
        if (alike && !first && rows > 1) return;
        frame.Steps[value.Index] = 1;
        long* index = stackalloc long[Math.Max(_rowRank, _columnRank)];
        byte* source = _inputs[k] + Strided.Seek(_rowRank, _rowShape, rowStrides, row, index) * size;
        bool line = _columnRank == 1;
        long step = columnStrides[0];
        if (line && step == 0 && rows == 1 && !_program.Whole[value.Index])
        {
            frame.Steps[value.Index] = 0;
            BodyFrame.Repeat(dtype, source, frame.At[value.Index] = slot, BodyFrame.UniformSize);
            return;
        }
        if (line && step == 1 && (rows == 1 || (_rowRank == 1 && rowStrides[0] == _columns)))
        {
            source += column * size;
            if (widen != null) widen(source, slot, rows * columns);
            else if (ragged) System.Buffer.MemoryCopy(source, slot, rows * columns * size, rows * columns * size);
            frame.At[value.Index] = widen == null && !ragged ? source : slot;
            return;
        }
        byte* target = widen == null ? slot : frame.Spare;
        for (nint r = 0; r < rows; r++, target += columns * size)
        {
            if (r > 0) source += Strided.Advance(_rowRank - 1, _rowShape, rowStrides, index) * size;
            if (line) Strided.Gather(source + column * step * size, step, size, columns, target);
            else Strided.GatherRange(source, size, _columnRank, _columnShape, columnStrides, column, columns, target);
        }
        if (widen != null) widen(frame.Spare, slot, rows * columns);
        frame.At[value.Index] = slot;
    }

    /// <summary>Joins the sums of all chunks, does what is to be done with them, and writes the results.</summary>
    [SkipLocalsInit]
    private readonly void Finish(int chunks)
    {
        var body = _program.Body;
        var joins = _program.Joins;
        nint n = (nint)_columns, padded = (n + BodyFrame.UniformSize - 1) & -(nint)BodyFrame.UniformSize;
        nint bytes = Math.Max(padded, BodyFrame.UniformSize) * 8;
        using var scratch = Scratch.Take(BodyFrame.Bytes(_program, bytes) + body.Values.Length * (long)bytes);
        byte** pointers = stackalloc byte*[body.Values.Length + body.Inputs.Length + body.Outputs.Length];
        nint* steps = stackalloc nint[body.Values.Length];
        var frame = new BodyFrame(_program, scratch.Pointer, bytes, pointers, steps) { Rows = 1, Columns = n };
        frame.Prepare(_inputs, _scalars);
        byte* room = scratch.Pointer + BodyFrame.Bytes(_program, bytes);
        for (int i = 0; i < body.Values.Length; i++)
            if (body.Values[i].Extent == BodyExtent.Column) frame.At[i] = room + i * bytes;
        for (int j = 0; j < joins.Length; j++)
        {
            byte* sums = SumsOf(0, j);
            if (chunks > 1) joins[j].Join.Columns(sums, SumsOf(1, j), (nint)(joins.Length * _pitch), chunks - 1, n);
            System.Buffer.MemoryCopy(sums, frame.At[joins[j].Output.Index], n * joins[j].Output.Width, n * joins[j].Output.Width);
        }
        foreach (var item in _program.Columns) frame.Run(item, padded);
        for (int k = 0; k < body.Outputs.Length; k++)
        {
            var (value, dtype, _) = body.Outputs[k];
            if (value.Extent == BodyExtent.Column) Store(frame.At[value.Index], dtype, n, _outputs[k]);
        }
    }
}
