using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tauten.Cpu;

/// <summary>
/// The driver of fused bodies: contiguous results of one shape, strided inputs broadcast to it. It merges dimensions, cuts the result into chunks by its shape
/// alone, and runs the program's items on tiles that stay in L1. Where an input is contiguous it is read in place; where it repeats one element, that is
/// one vector; else its elements are brought together (and widened) first. Tails go through padded vectors, so that an element's result never depends on where it stands.
/// </summary>
internal unsafe struct FusedLoop : IChunks
{
    /// <summary>Elements per chunk of work.</summary>
    private const int ChunkSize = 32 * 1024;

    /// <summary>Bytes of a tile of the widest type of a body.</summary>
    private const int SlotBytes = 4096;

    /// <summary>What a core's second-level cache has room for: what takes more comes from further away.</summary>
    private const double CachedBytes = 1 << 20;

    /// <summary>Rows at least this long are run one by one; shorter ones are brought together first.</summary>
    private const int LongRow = 128;

    private readonly BodyProgram _program;
    private readonly byte** _inputs;
    private readonly byte** _outputs;
    private readonly ulong* _scalars;
    private readonly bool _buffered;
    private readonly int _tileSize;
    private long* _shape;
    private long** _strides;
    private int _rank;
    private long _total;
    private bool _direct, _prefetches;
    private byte* _result;

    /// <summary>A loop over the tensors of a body.</summary>
    /// <param name="program">The program.</param>
    /// <param name="inputs">The first element of each input.</param>
    /// <param name="outputs">The first element of each output.</param>
    /// <param name="scalars">The bits of each number that an op says, in its type.</param>
    /// <param name="buffered">Whether outputs may be written only when all has been read that is read for a tile.</param>
    public FusedLoop(BodyProgram program, byte** inputs, byte** outputs, ulong* scalars, bool buffered)
    {
        _program = program;
        _inputs = inputs;
        _outputs = outputs;
        _scalars = scalars;
        _buffered = buffered && !program.IsSingle;
        _tileSize = SlotBytes / program.Widest;
    }

    /// <summary>Computes the whole result; the strides of each input in elements, 0 where it is broadcast.</summary>
    [SkipLocalsInit]
    public void Execute(ReadOnlySpan<long> shape, long** strides)
    {
        _total = Strided.Count(shape);
        if (_total == 0) return;
        long* merged = stackalloc long[Math.Max(shape.Length, 1) * (_program.Body.Inputs.Length + 1)];
        double bytes = Lay(shape, strides, merged);
        // Behind an anchor, what is read is in a cache already.
        _prefetches = Sse.IsSupported && !_direct && bytes * _total > CachedBytes;
        int chunks = (int)((_total + ChunkSize - 1) / ChunkSize);
        if (chunks == 1) Run(0);
        else Workers.For(chunks, _total * (_program.Nanoseconds + 0.04 * bytes), ref this);
    }

    /// <summary>Computes the result of the body's anchor, and of each part of it the whole result when it is finished.</summary>
    /// <param name="x">The anchor's inputs.</param>
    /// <param name="y">Where the anchor's result goes first: one of the outputs, which is also one of the inputs.</param>
    /// <param name="result">Its first element.</param>
    /// <param name="shape">The shape of the iteration.</param>
    /// <param name="strides">The strides of each input in elements, 0 where it is broadcast.</param>
    [SkipLocalsInit]
    public void Follow(ReadOnlySpan<Tensor> x, Tensor y, byte* result, ReadOnlySpan<long> shape, long** strides)
    {
        _total = Strided.Count(shape);
        if (_total == 0) return;
        long* merged = stackalloc long[Math.Max(shape.Length, 1) * (_program.Body.Inputs.Length + 1)];
        Lay(shape, strides, merged);
        _result = result;
        var anchor = _program.Body.Anchor!;
        anchor.Kernel.Run(anchor.Op, x, y, Unsafe.AsPointer(ref this));
    }

    /// <summary>A loop as what is done to the results of a product; none for null.</summary>
    public static ProductEpilogue<T> Behind<T>(void* loop) where T : unmanaged => loop == null ? default : new(&Finish, loop);

    /// <summary>A loop as what is done to the results of a convolution; none for null.</summary>
    public static ConvolutionEpilogue<T> BehindConvolution<T>(void* loop) where T : unmanaged => loop == null ? default : new(&Finish, loop);

    private static void Finish<T>(void* loop, in ProductTile<T> tile) where T : unmanaged
    {
        ref var self = ref Unsafe.AsRef<FusedLoop>(loop);
        self.Block(tile.Start - (T*)self._result, tile.Rows, tile.Columns, tile.Row);
    }

    private static void Finish<T>(void* loop, in ConvolutionTile<T> tile) where T : unmanaged
    {
        ref var self = ref Unsafe.AsRef<FusedLoop>(loop);
        self.Block(tile.Start - (T*)self._result, tile.Channels, tile.Pixels, tile.Row);
    }

    /// <summary>Merges dimensions; gives the bytes that are read and written for an element.</summary>
    private double Lay(ReadOnlySpan<long> shape, long** strides, long* merged)
    {
        var body = _program.Body;
        int pitch = Math.Max(shape.Length, 1), count = body.Inputs.Length;
        _rank = Strided.Merge(shape, count, strides, merged);
        _shape = merged;
        double bytes = 0;
        _direct = _program.SlotCount == 0 && !_buffered;
        for (int k = 0; k < count; k++)
        {
            strides[k] = merged + (k + 1) * pitch;
            bytes += body.Inputs[k].DType.Size();
            _direct &= body.Inputs[k].DType.Size() == body.Inputs[k].Value.Width;
        }
        for (int k = 0; k < body.Outputs.Length; k++)
        {
            bytes += body.Outputs[k].DType.Size();
            _direct &= body.Outputs[k].DType.Size() == body.Outputs[k].Value.Width;
        }
        _strides = strides;
        return bytes;
    }

    /// <inheritdoc/>
    public readonly void Run(int chunk) => Block((long)chunk * ChunkSize, 1, Math.Min(ChunkSize, _total - (long)chunk * ChunkSize), 0);

    /// <summary>Computes rows of neighbouring elements, <paramref name="pitch"/> elements apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private readonly void Block(long start, long rows, long columns, long pitch)
    {
        var body = _program.Body;
        int inputs = body.Inputs.Length, outputs = body.Outputs.Length, values = body.Values.Length;
        using var scratch = Scratch.Take(BodyFrame.Bytes(_program, SlotBytes));
        byte** at = stackalloc byte*[values + inputs + outputs];
        nint* steps = stackalloc nint[values];
        var frame = new BodyFrame(_program, scratch.Pointer, SlotBytes, at, steps);
        frame.Prepare(_inputs, _scalars);
        long* index = stackalloc long[_rank];
        if (pitch == columns) (rows, columns) = (1, rows * columns);
        nint* advances = stackalloc nint[inputs];
        if (rows > 2 && Advances(start, rows, columns, pitch, advances, index))
        {
            for (int k = 0; k < inputs; k++) frame.Sources[k] = _inputs[k] + Strided.Seek(_rank, _shape, _strides[k], start, index) * body.Inputs[k].DType.Size();
            if (_direct && columns % _program.Granule == 0 && IsContiguous())
            {
                Rows(ref frame, start, rows, (nint)columns, (nint)pitch, advances);
                return;
            }
            for (long row = 0; row < rows; row++)
            {
                Row(ref frame, start + row * pitch, (nint)columns);
                for (int k = 0; k < inputs; k++) frame.Sources[k] += advances[k];
            }
            return;
        }
        for (long row = 0; row < rows; row++) Range(ref frame, start + row * pitch, start + row * pitch + columns, index);
    }

    /// <summary>Whether every input that is not the same everywhere has rows of neighbouring elements.</summary>
    private readonly bool IsContiguous()
    {
        var inputs = _program.Body.Inputs;
        for (int k = 0; k < inputs.Length; k++)
            if (!inputs[k].Value.IsUniform && _strides[k][_rank - 1] != 1) return false;
        return true;
    }

    /// <summary>Rows of whole vectors that are read and written in place: from one to the next only pointers move.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Rows(ref BodyFrame frame, long start, long rows, nint columns, nint pitch, nint* advances)
    {
        var inputs = _program.Body.Inputs;
        var outputs = _program.Body.Outputs;
        Row(ref frame, start, columns);
        for (long row = 1; row < rows; row++)
        {
            // The anchor's result is input and output at once: values of inputs and outputs are different ones.
            for (int k = 0; k < inputs.Length; k++)
                if (!inputs[k].Value.IsUniform) frame.At[inputs[k].Value.Index] += advances[k];
            for (int k = 0; k < outputs.Length; k++) frame.At[outputs[k].Value.Index] += pitch * outputs[k].Value.Width;
            foreach (var item in _program.Items) frame.Run(item, columns);
        }
    }

    /// <summary>How many bytes each input advances from row to row; false where that is not the same for all rows, or a row of the block is not one of the merged shape.</summary>
    private readonly bool Advances(long start, long rows, long columns, long pitch, nint* advances, long* index)
    {
        var inputs = _program.Body.Inputs;
        long length = _shape[_rank - 1], end = start + (rows - 1) * pitch;
        if (start % length + columns > length || pitch % length != 0) return false;
        for (int k = 0; k < inputs.Length; k++)
        {
            long* strides = _strides[k];
            long first = Strided.Seek(_rank, _shape, strides, start, index), advance = Strided.Seek(_rank, _shape, strides, start + pitch, index) - first;
            // Rows that wrap around an axis would end elsewhere.
            if (Strided.Seek(_rank, _shape, strides, end, index) - first != advance * (rows - 1)) return false;
            advances[k] = (nint)(advance * inputs[k].DType.Size());
        }
        return true;
    }

    /// <summary>Computes neighbouring elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Range(ref BodyFrame frame, long start, long end, long* index)
    {
        var body = _program.Body;
        int last = _rank - 1, inputs = body.Inputs.Length;
        if (_rank > 1 && _shape[last] < LongRow && end - start > _shape[last])
        {
            for (; start < end; start += _tileSize) Gathered(ref frame, start, (nint)Math.Min(_tileSize, end - start));
            return;
        }
        while (start < end)
        {
            for (int k = 0; k < inputs; k++) frame.Sources[k] = _inputs[k] + Strided.Seek(_rank, _shape, _strides[k], start, index) * body.Inputs[k].DType.Size();
            if (inputs == 0) Strided.Seek(_rank, _shape, _shape, start, index);
            nint n = (nint)Math.Min(end - start, _shape[last] - index[last]);
            Row(ref frame, start, n);
            start += n;
        }
    }

    /// <summary>A tile that covers several rows: inputs are brought together, unless they are contiguous.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Gathered(ref BodyFrame frame, long start, nint n)
    {
        var inputs = _program.Body.Inputs;
        for (int k = 0; k < inputs.Length; k++)
        {
            var (value, dtype) = (inputs[k].Value, inputs[k].DType);
            if (value.IsUniform) continue;
            int size = dtype.Size();
            byte* slot = frame.Inputs + k * SlotBytes;
            var widen = BodyFrame.Widening(dtype);
            byte* source = _inputs[k] + start * size;
            if (!Strided.IsContiguous(new(_shape, _rank), new(_strides[k], _rank)))
            {
                source = widen == null ? slot : frame.Spare;
                Strided.GatherRange(_inputs[k], size, _rank, _shape, _strides[k], start, n, source);
            }
            if (widen != null)
            {
                widen(source, slot, n);
                source = slot;
            }
            frame.At[value.Index] = source;
            frame.Steps[value.Index] = 1;
        }
        Tile(ref frame, start, n);
    }

    /// <summary>n elements along which each input has one stride.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Row(ref BodyFrame frame, long start, nint n)
    {
        var inputs = _program.Body.Inputs;
        int last = _rank - 1;
        nint tile = _direct ? n : _tileSize;
        for (int k = 0; k < inputs.Length; k++)
        {
            var (value, dtype) = (inputs[k].Value, inputs[k].DType);
            if (value.IsUniform) continue;
            long stride = _strides[k][last];
            if (stride != 0 && stride != 1) tile = _tileSize;
            if (stride != 0) continue;
            // A vector that repeats, unless a step reads it that takes elements one by one.
            bool whole = _program.Whole[value.Index];
            if (whole) tile = _tileSize;
            BodyFrame.Repeat(dtype, frame.Sources[k], frame.At[value.Index] = frame.Inputs + k * SlotBytes, whole ? _tileSize : BodyFrame.UniformSize);
            frame.Steps[value.Index] = whole ? 1 : 0;
        }
        for (nint done = 0; done < n; done += tile)
        {
            nint count = Math.Min(tile, n - done);
            for (int k = 0; k < inputs.Length; k++)
            {
                var (value, dtype) = (inputs[k].Value, inputs[k].DType);
                long stride = _strides[k][last];
                if (value.IsUniform || stride == 0) continue;
                int size = dtype.Size();
                byte* source = frame.Sources[k] + done * stride * size, slot = frame.Inputs + k * SlotBytes;
                var widen = BodyFrame.Widening(dtype);
                if (stride != 1)
                {
                    byte* gathered = widen == null ? slot : frame.Spare;
                    Strided.Gather(source, stride, size, count, gathered);
                    source = gathered;
                }
                if (widen != null)
                {
                    widen(source, slot, count);
                    source = slot;
                }
                frame.At[value.Index] = source;
                frame.Steps[value.Index] = 1;
            }
            Tile(ref frame, start + done, count, done + count, _prefetches ? Math.Min(tile, n - done - count) : 0);
        }
    }

    /// <summary>
    /// Asks for a part of the inputs of the next tile. Steps that work in the first cache leave memory idle, unless it is asked for a little after each of them.
    /// </summary>
    /// <param name="frame">The frame.</param>
    /// <param name="done">Where the next tile starts in the row.</param>
    /// <param name="n">Its elements.</param>
    /// <param name="part">Which part.</param>
    /// <param name="parts">Of how many.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Prefetch(ref BodyFrame frame, nint done, nint n, int part, int parts)
    {
        var inputs = _program.Body.Inputs;
        for (int k = 0; k < inputs.Length; k++)
        {
            if (inputs[k].Value.IsUniform || _strides[k][_rank - 1] != 1) continue;
            nint bytes = n * inputs[k].DType.Size();
            byte* source = frame.Sources[k] + done * inputs[k].DType.Size(), end = source + bytes * (part + 1) / parts;
            for (source += bytes * part / parts; source < end; source += 64) Sse.Prefetch1(source);
        }
    }

    /// <summary>n elements, all of whose inputs are at hand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Tile(ref BodyFrame frame, long start, nint n, nint next = 0, nint ahead = 0)
    {
        var outputs = _program.Body.Outputs;
        for (int k = 0; k < outputs.Length; k++)
        {
            var (value, dtype, _) = outputs[k];
            bool apart = _buffered || dtype.Size() != value.Width;
            frame.At[value.Index] = frame.Targets[k] = apart ? frame.Outputs + k * SlotBytes : _outputs[k] + start * value.Width;
        }
        nint rest = n & (_program.Granule - 1), whole = n - rest;
        // Tiles may be computed in place: the last vectors are read before those in front of them are written.
        byte* last = rest > 0 && whole > 0 ? Last(ref frame, n) : null;
        if (whole > 0)
        {
            var items = _program.Items;
            for (int i = 0; i < items.Length; i++)
            {
                if (ahead > 0) Prefetch(ref frame, next, ahead, i, items.Length);
                frame.Run(items[i], whole);
            }
        }
        if (last != null)
            for (int k = 0; k < outputs.Length; k++)
            {
                int width = outputs[k].Value.Width;
                Unsafe.CopyBlockUnaligned(frame.Targets[k] + whole * width, last + (nint)k * BodyFrame.UniformBytes + (_program.Granule - rest) * width, (uint)(rest * width));
            }
        else if (rest > 0) Tail(ref frame, whole, rest);
        for (int k = 0; k < outputs.Length; k++)
        {
            var (value, dtype, _) = outputs[k];
            int size = dtype.Size();
            byte* target = _outputs[k] + start * size;
            if (size != value.Width) BodyFrame.Narrowing(dtype)(frame.Targets[k], target, n);
            else if (_buffered) System.Buffer.MemoryCopy(frame.Targets[k], target, n * size, n * size);
        }
    }

    /// <summary>The last elements of n, as many as whole vectors hold, computed beside their place; gives where.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly byte* Last(ref BodyFrame frame, nint n)
    {
        var inputs = _program.Body.Inputs;
        var outputs = _program.Body.Outputs;
        nint before = n - _program.Granule;
        byte* results = frame.Padded + (nint)inputs.Length * BodyFrame.UniformBytes;
        for (int k = 0; k < inputs.Length; k++)
        {
            var value = inputs[k].Value;
            frame.At[value.Index] += before * value.Width * frame.Steps[value.Index];
        }
        for (int k = 0; k < outputs.Length; k++) frame.At[outputs[k].Value.Index] = results + (nint)k * BodyFrame.UniformBytes;
        foreach (var item in _program.Items) frame.Run(item, _program.Granule);
        for (int k = 0; k < inputs.Length; k++)
        {
            var value = inputs[k].Value;
            frame.At[value.Index] -= before * value.Width * frame.Steps[value.Index];
        }
        for (int k = 0; k < outputs.Length; k++) frame.At[outputs[k].Value.Index] = frame.Targets[k];
        return results;
    }

    /// <summary>The elements of a tile that is shorter than whole vectors, through vectors that are padded with zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Tail(ref BodyFrame frame, nint whole, nint rest)
    {
        var inputs = _program.Body.Inputs;
        var outputs = _program.Body.Outputs;
        byte* room = frame.Padded;
        const int bytes = BodyFrame.UniformBytes;
        for (int k = 0; k < inputs.Length; k++)
        {
            var value = inputs[k].Value;
            if (frame.Steps[value.Index] == 0) continue;
            new Span<byte>(room, bytes).Clear();
            Unsafe.CopyBlockUnaligned(room, frame.At[value.Index] + whole * value.Width, (uint)(rest * value.Width));
            frame.At[value.Index] = room;
            room += bytes;
        }
        byte* first = room;
        for (int k = 0; k < outputs.Length; k++, room += bytes) frame.At[outputs[k].Value.Index] = room;
        foreach (var item in _program.Items) frame.Run(item, _program.Granule);
        for (int k = 0; k < outputs.Length; k++)
        {
            int width = outputs[k].Value.Width;
            Unsafe.CopyBlockUnaligned(frame.Targets[k] + whole * width, first + k * bytes, (uint)(rest * width));
        }
    }
}