using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>Where the values of a body lie while a thread computes a chunk of it, and the running of items on them.</summary>
internal readonly unsafe struct BodyFrame
{
    /// <summary>Elements of what is the same everywhere: whole vectors of any type.</summary>
    public const int UniformSize = 64;

    /// <summary>Bytes of what is the same everywhere.</summary>
    public const int UniformBytes = UniformSize * 8;

    /// <summary>For each value, where its elements of the tile are.</summary>
    public readonly byte** At;

    /// <summary>For each value, 1, or 0 for one repeated vector.</summary>
    public readonly nint* Steps;

    /// <summary>For each input a pointer of the driver's.</summary>
    public readonly byte** Sources;

    /// <summary>For each output, where its elements of the tile are written.</summary>
    public readonly byte** Targets;

    /// <summary>For each input and each output, room for one vector of any type.</summary>
    public readonly byte* Padded;

    /// <summary>For each input, room for a tile.</summary>
    public readonly byte* Inputs;

    /// <summary>For each output, room for a tile.</summary>
    public readonly byte* Outputs;

    /// <summary>Room for a tile that the driver may use between items.</summary>
    public readonly byte* Spare;

    private readonly BodyProgram _program;
    private readonly byte* _uniform, _slots;
    private readonly nint _slotBytes;

    /// <summary>A frame in scratch memory.</summary>
    /// <param name="program">The program.</param>
    /// <param name="memory">As many bytes as <see cref="Bytes"/> says.</param>
    /// <param name="slotBytes">Bytes of a tile of the widest type.</param>
    /// <param name="pointers">Room for a pointer for each value, input and output.</param>
    /// <param name="steps">Room for a number for each value.</param>
    public BodyFrame(BodyProgram program, byte* memory, nint slotBytes, byte** pointers, nint* steps)
    {
        var body = program.Body;
        int values = body.Values.Length, inputs = body.Inputs.Length, outputs = body.Outputs.Length;
        _program = program;
        _slotBytes = slotBytes;
        At = pointers;
        Sources = pointers + values;
        Targets = Sources + inputs;
        Steps = steps;
        _uniform = memory;
        Padded = _uniform + (nint)values * UniformBytes;
        _slots = Padded + (nint)(inputs + outputs) * UniformBytes;
        Inputs = _slots + program.SlotCount * slotBytes;
        Outputs = Inputs + inputs * slotBytes;
        Spare = Outputs + outputs * slotBytes;
    }

    /// <summary>The rows of the tile at hand.</summary>
    public nint Rows { get; init; }

    /// <summary>The elements of each of its rows.</summary>
    public nint Columns { get; init; }

    /// <summary>The memory that a frame takes.</summary>
    public static long Bytes(BodyProgram program, nint slotBytes)
    {
        var body = program.Body;
        int ends = body.Inputs.Length + body.Outputs.Length;
        return (long)(body.Values.Length + ends) * UniformBytes + (program.SlotCount + ends + 3) * slotBytes;
    }

    /// <summary>Computes what is the same for all elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Prepare(byte** inputs, ulong* scalars)
    {
        var body = _program.Body;
        var values = body.Values;
        int[] slots = _program.Slots;
        for (int i = 0; i < slots.Length; i++)
        {
            bool uniform = values[i].IsUniform;
            Steps[i] = uniform ? 0 : 1;
            At[i] = uniform ? _uniform + i * UniformBytes : slots[i] >= 0 ? _slots + slots[i] * _slotBytes : null;
        }
        for (int k = 0; k < body.Scalars.Count; k++)
        {
            var (value, _, dtype) = body.Scalars[k];
            Repeat(dtype, (byte*)(scalars + k), At[value.Index], UniformSize);
        }
        for (int k = 0; k < body.Inputs.Length; k++)
            if (body.Inputs[k].Value is { IsUniform: true } value) Repeat(body.Inputs[k].DType, inputs[k], At[value.Index], UniformSize);
        foreach (var item in _program.Uniform) Run(item, UniformSize);
    }

    /// <summary>n equal elements, as they are computed with.</summary>
    public static void Repeat(DType dtype, byte* element, byte* target, int n)
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

    /// <summary>What makes floats of a 16-bit type; null for all other types.</summary>
    public static delegate*<byte*, byte*, nint, void> Widening(DType dtype) =>
        dtype == DType.Float16 ? &HalfPrecision.WidenHalf : dtype == DType.BFloat16 ? &HalfPrecision.WidenBrain : null;

    /// <summary>What makes elements of a 16-bit type of floats; null for all other types.</summary>
    public static delegate*<byte*, byte*, nint, void> Narrowing(DType dtype) =>
        dtype == DType.Float16 ? &HalfPrecision.NarrowHalf : dtype == DType.BFloat16 ? &HalfPrecision.NarrowBrain : null;

    /// <summary>Runs one item on n elements, whole vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public readonly void Run(BodyItem item, nint n)
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
                data[i] = At[index];
                advances[i] = Steps[index] * (item.Lanes * operands[i].Width);
            }
            for (int i = 0; i < results.Length; i++)
            {
                data[operands.Length + i] = At[results[i].Index];
                advances[operands.Length + i] = item.Lanes * results[i].Width;
            }
            code(data, advances, n);
            return;
        }
        var step = item.Step!;
        var inputs = step.Inputs;
        byte* target = At[step.Output.Index];
        if (step.Kind != BodyStepKind.Loop)
        {
            byte* source = At[inputs[0].Index], first = Spare + _slotBytes, second = first + _slotBytes;
            switch (step.Kind)
            {
                case BodyStepKind.Spread:
                    Spread(source, step.Output, target);
                    return;
                case BodyStepKind.JoinRow:
                    int width = inputs[0].Width;
                    for (nint r = 0; r < Rows; r++) ReductionLoop.Join(step.Join, source + r * Columns * width, Columns, target + r * width);
                    return;
                case BodyStepKind.JoinColumn:
                    step.Join.Columns(target, source, Columns * inputs[0].Width, Rows, Columns);
                    return;
            }
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
            pointers[i] = At[index];
            tileSteps[i] = Steps[index] * (item.Lanes * inputs[i].Width);
        }
        step.Loop.Run(&tile, n);
    }

    /// <summary>The value of each row for its elements: one repeated vector where there is one row and who reads it can do with that.</summary>
    private void Spread(byte* source, BodyValue made, byte* target)
    {
        if (Rows == 1)
        {
            bool whole = _program.Whole[made.Index];
            Steps[made.Index] = whole ? 1 : 0;
            Repeat(made.Register, source, target, whole ? (int)Columns : UniformSize);
            return;
        }
        Steps[made.Index] = 1;
        nint width = made.Width;
        for (nint r = 0; r < Rows; r++) Repeat(made.Register, source + r * width, target + r * Columns * width, (int)Columns);
    }
}
