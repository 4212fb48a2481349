using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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

    /// <summary>Elements of a tile.</summary>
    private const int TileSize = 512;

    /// <summary>Elements of what is the same everywhere: whole vectors of any type.</summary>
    private const int UniformSize = 64;

    /// <summary>Rows at least this long are run one by one; shorter ones are brought together first.</summary>
    private const int LongRow = 128;

    private const int SlotBytes = TileSize * 8;
    private const int UniformBytes = UniformSize * 8;

    private readonly BodyProgram _program;
    private readonly byte** _inputs;
    private readonly byte** _outputs;
    private readonly ulong* _scalars;
    private readonly bool _buffered;
    private long* _shape;
    private long** _strides;
    private int _rank;
    private long _total;
    private bool _direct;

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
    }

    /// <summary>Computes the whole result; the strides of each input in elements, 0 where it is broadcast.</summary>
    [SkipLocalsInit]
    public void Execute(ReadOnlySpan<long> shape, long** strides)
    {
        _total = Strided.Count(shape);
        if (_total == 0) return;
        var body = _program.Body;
        int pitch = Math.Max(shape.Length, 1), count = body.Inputs.Count;
        long* merged = stackalloc long[pitch * (count + 1)];
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
        for (int k = 0; k < body.Outputs.Count; k++)
        {
            bytes += body.Outputs[k].DType.Size();
            _direct &= body.Outputs[k].DType.Size() == body.Outputs[k].Value.Width;
        }
        _strides = strides;
        int chunks = (int)((_total + ChunkSize - 1) / ChunkSize);
        if (chunks == 1) Run(0);
        else Workers.For(chunks, _total * (_program.Nanoseconds + 0.04 * bytes), ref this);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public void Run(int chunk)
    {
        long start = (long)chunk * ChunkSize, end = Math.Min(start + ChunkSize, _total);
        var body = _program.Body;
        int inputs = body.Inputs.Count, outputs = body.Outputs.Count, values = body.Values.Count;
        using var scratch = Scratch.Take((long)(values + inputs + outputs) * UniformBytes + (long)(_program.SlotCount + inputs + outputs + 3) * SlotBytes);
        byte** at = stackalloc byte*[values + inputs + outputs];
        nint* steps = stackalloc nint[values];
        var frame = new Frame { At = at, Sources = at + values, Targets = at + values + inputs, Steps = steps, Uniform = scratch.Pointer };
        frame.Padded = frame.Uniform + (long)values * UniformBytes;
        frame.Slots = frame.Padded + (long)(inputs + outputs) * UniformBytes;
        frame.Inputs = frame.Slots + (long)_program.SlotCount * SlotBytes;
        frame.Outputs = frame.Inputs + (long)inputs * SlotBytes;
        frame.Spare = frame.Outputs + (long)outputs * SlotBytes;
        Prepare(ref frame);
        int last = _rank - 1;
        if (_rank > 1 && _shape[last] < LongRow)
        {
            for (; start < end; start += TileSize) Gathered(ref frame, start, (nint)Math.Min(TileSize, end - start));
            return;
        }
        long* index = stackalloc long[_rank];
        while (start < end)
        {
            for (int k = 0; k < inputs; k++) frame.Sources[k] = _inputs[k] + Strided.Seek(_rank, _shape, _strides[k], start, index) * body.Inputs[k].DType.Size();
            if (inputs == 0) Strided.Seek(_rank, _shape, _shape, start, index);
            nint n = (nint)Math.Min(end - start, _shape[last] - index[last]);
            Row(ref frame, start, n);
            start += n;
        }
    }

    /// <summary>Where values lie while a chunk is computed.</summary>
    private struct Frame
    {
        public byte** At;          // for each value, where its elements of the tile are
        public nint* Steps;        // for each value, 1, or 0 for one repeated vector
        public byte** Sources, Targets;
        public byte* Uniform, Padded, Slots, Inputs, Outputs, Spare;
    }

    /// <summary>Computes what is the same for all elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Prepare(ref Frame frame)
    {
        var body = _program.Body;
        var values = body.Values;
        int[] slots = _program.Slots;
        for (int i = 0; i < slots.Length; i++)
        {
            bool uniform = values[i].IsUniform;
            frame.Steps[i] = uniform ? 0 : 1;
            frame.At[i] = uniform ? frame.Uniform + i * UniformBytes : slots[i] >= 0 ? frame.Slots + slots[i] * SlotBytes : null;
        }
        for (int k = 0; k < body.Scalars.Count; k++)
        {
            var (value, _, dtype) = body.Scalars[k];
            Repeat(dtype, (byte*)(_scalars + k), frame.At[value.Index], UniformSize);
        }
        for (int k = 0; k < body.Inputs.Count; k++)
            if (body.Inputs[k].Value is { IsUniform: true } value) Repeat(body.Inputs[k].DType, _inputs[k], frame.At[value.Index], UniformSize);
        foreach (var item in _program.Uniform) Run(ref frame, item, UniformSize);
    }

    /// <summary>n equal elements, as they are computed with.</summary>
    private static void Repeat(DType dtype, byte* element, byte* target, int n)
    {
        ulong widened;
        if (Widening(dtype) is var widen && widen != null)
        {
            widen(element, (byte*)&widened, 1);
            element = (byte*)&widened;
        }
        switch (Wide.Of(dtype).Size())
        {
            case 1: new Span<byte>(target, n).Fill(*element); break;
            case 2: new Span<ushort>(target, n).Fill(*(ushort*)element); break;
            case 4: new Span<uint>(target, n).Fill(*(uint*)element); break;
            default: new Span<ulong>(target, n).Fill(*(ulong*)element); break;
        }
    }

    private static delegate*<byte*, byte*, nint, void> Widening(DType dtype) =>
        dtype == DType.Float16 ? &HalfPrecision.WidenHalf : dtype == DType.BFloat16 ? &HalfPrecision.WidenBrain : null;

    private static delegate*<byte*, byte*, nint, void> Narrowing(DType dtype) =>
        dtype == DType.Float16 ? &HalfPrecision.NarrowHalf : dtype == DType.BFloat16 ? &HalfPrecision.NarrowBrain : null;

    /// <summary>A tile that covers several rows: inputs are brought together, unless they are contiguous.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Gathered(ref Frame frame, long start, nint n)
    {
        var inputs = _program.Body.Inputs;
        for (int k = 0; k < inputs.Count; k++)
        {
            var (value, _, dtype, _) = inputs[k];
            if (value.IsUniform) continue;
            int size = dtype.Size();
            byte* slot = frame.Inputs + k * SlotBytes;
            var widen = Widening(dtype);
            byte* source = _inputs[k] + start * size;
            if (!IsContiguous(_strides[k]))
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

    private readonly bool IsContiguous(long* strides)
    {
        long expected = 1;
        for (int d = _rank - 1; d >= 0; d--)
        {
            if (strides[d] != expected) return false;
            expected *= _shape[d];
        }
        return true;
    }

    /// <summary>n elements along which each input has one stride.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Row(ref Frame frame, long start, nint n)
    {
        var inputs = _program.Body.Inputs;
        int last = _rank - 1;
        nint tile = _direct ? n : TileSize;
        for (int k = 0; k < inputs.Count; k++)
        {
            var (value, _, dtype, _) = inputs[k];
            if (value.IsUniform) continue;
            long stride = _strides[k][last];
            if (stride != 0 && stride != 1) tile = TileSize;
            if (stride != 0) continue;
            // A vector that repeats, unless a conversion reads it, which takes elements one by one.
            bool converted = (_program.Converted >> value.Index % 64 & 1) != 0;
            if (converted) tile = TileSize;
            Repeat(dtype, frame.Sources[k], frame.At[value.Index] = frame.Inputs + k * SlotBytes, converted ? TileSize : UniformSize);
            frame.Steps[value.Index] = converted ? 1 : 0;
        }
        for (nint done = 0; done < n; done += tile)
        {
            nint count = Math.Min(tile, n - done);
            for (int k = 0; k < inputs.Count; k++)
            {
                var (value, _, dtype, _) = inputs[k];
                long stride = _strides[k][last];
                if (value.IsUniform || stride == 0) continue;
                int size = dtype.Size();
                byte* source = frame.Sources[k] + done * stride * size, slot = frame.Inputs + k * SlotBytes;
                var widen = Widening(dtype);
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
            Tile(ref frame, start + done, count);
        }
    }

    /// <summary>n elements, all of whose inputs are at hand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Tile(ref Frame frame, long start, nint n)
    {
        var outputs = _program.Body.Outputs;
        for (int k = 0; k < outputs.Count; k++)
        {
            var (value, dtype, _) = outputs[k];
            bool apart = _buffered || dtype.Size() != value.Width;
            frame.At[value.Index] = frame.Targets[k] = apart ? frame.Outputs + k * SlotBytes : _outputs[k] + start * value.Width;
        }
        nint rest = n & (_program.Granule - 1), whole = n - rest;
        if (whole > 0)
            foreach (var item in _program.Items) Run(ref frame, item, whole);
        if (rest > 0) Tail(ref frame, whole, rest);
        for (int k = 0; k < outputs.Count; k++)
        {
            var (value, dtype, _) = outputs[k];
            int size = dtype.Size();
            byte* target = _outputs[k] + start * size;
            if (size != value.Width) Narrowing(dtype)(frame.Targets[k], target, n);
            else if (_buffered) System.Buffer.MemoryCopy(frame.Targets[k], target, n * size, n * size);
        }
    }

    /// <summary>The elements after the last whole vectors, through vectors that are padded with zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Tail(ref Frame frame, nint whole, nint rest)
    {
        var inputs = _program.Body.Inputs;
        var outputs = _program.Body.Outputs;
        byte* room = frame.Padded;
        const int bytes = UniformBytes;
        for (int k = 0; k < inputs.Count; k++)
        {
            var value = inputs[k].Value;
            if (frame.Steps[value.Index] == 0) continue;
            new Span<byte>(room, bytes).Clear();
            Unsafe.CopyBlockUnaligned(room, frame.At[value.Index] + whole * value.Width, (uint)(rest * value.Width));
            frame.At[value.Index] = room;
            room += bytes;
        }
        byte* first = room;
        for (int k = 0; k < outputs.Count; k++, room += bytes) frame.At[outputs[k].Value.Index] = room;
        foreach (var item in _program.Items) Run(ref frame, item, _program.Granule);
        for (int k = 0; k < outputs.Count; k++)
        {
            int width = outputs[k].Value.Width;
            Unsafe.CopyBlockUnaligned(frame.Targets[k] + whole * width, first + k * bytes, (uint)(rest * width));
        }
    }

    /// <summary>Runs one item on n elements, whole vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private readonly void Run(ref Frame frame, BodyItem item, nint n)
    {
        if (item.Code is { } code)
        {
            var operands = item.Operands;
            var results = item.Results;
            byte** data = stackalloc byte*[operands.Length + results.Length];
            nint* advances = stackalloc nint[operands.Length + results.Length];
            for (int i = 0; i < operands.Length; i++)
            {
                int index = operands[i].Index;
                data[i] = frame.At[index];
                advances[i] = frame.Steps[index] * (item.Lanes * operands[i].Width);
            }
            for (int i = 0; i < results.Length; i++)
            {
                data[operands.Length + i] = frame.At[results[i].Index];
                advances[operands.Length + i] = item.Lanes * results[i].Width;
            }
            code(data, advances, n);
            return;
        }
        var step = item.Step!;
        var inputs = step.Inputs;
        byte* target = frame.At[step.Output.Index];
        if (item.Step!.Loop.Lanes == 0)
        {
            byte* source = frame.At[inputs[0].Index], first = frame.Spare + SlotBytes, second = first + SlotBytes;
            var path = step.Conversion;
            path.First(source, path.Second == null ? target : first, n);
            if (path.Second != null) path.Second(first, path.Third == null ? target : second, n);
            if (path.Third != null) path.Third(second, target, n);
            return;
        }
        Tile tile = new() { Y = target };
        byte** pointers = &tile.A;
        nint* tileSteps = &tile.StepA;
        for (int i = 0; i < inputs.Length; i++)
        {
            int index = inputs[i].Index;
            pointers[i] = frame.At[index];
            tileSteps[i] = frame.Steps[index] * (item.Lanes * inputs[i].Width);
        }
        step.Loop.Run(&tile, n);
    }
}
