using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>How a body is run tile by tile: as single steps, or with steps that stand side by side compiled into one loop.</summary>
sealed class BodyProgram
{
    /// <summary>Steps that are compiled into one loop; more would need more registers and time to compile than they save.</summary>
    const int MaximumSteps = 32;

    BodyProgram(FusedBody body, Func<IReadOnlyList<BodyStep>, BodyItem[]> items)
    {
        Body = body;
        // What is the same everywhere is computed on one vector, and what is known at the end once: neither is worth compiling.
        Uniform = [.. body.Steps.Where(s => s.Output.IsUniform).Select(s => new BodyItem(s))];
        Columns = [.. body.Steps.Where(s => s.Output.Extent == BodyExtent.Column && s.Kind != BodyStepKind.JoinColumn).Select(s => new BodyItem(s))];
        Items = items([.. body.Steps.Where(s => !s.Output.IsUniform && (s.Output.Extent != BodyExtent.Column || s.Kind == BodyStepKind.JoinColumn))]);
        Slots = new int[body.Values.Length];
        Array.Fill(Slots, -1);
        Widest = Math.Max(4, body.Values.Max(v => v.Width));
        Granule = Items.Concat(Columns).Select(i => i.Lanes).Append(1).Max();
        Whole = new bool[body.Values.Length];
        foreach (var step in body.Steps)
            if (step.Kind != BodyStepKind.Loop) Whole[step.Inputs[0].Index] = true;
        Joins = [.. body.Steps.Where(s => s.Kind == BodyStepKind.JoinColumn)];
        HasRows = body.Steps.Any(s => s.Kind == BodyStepKind.JoinRow);
        Allocate();
        Nanoseconds = body.Steps.Where(s => s.Output.Extent == BodyExtent.Element || s.Kind is BodyStepKind.JoinRow or BodyStepKind.JoinColumn)
            .Sum(s => s.Kind == BodyStepKind.Loop ? s.Loop.Nanoseconds : s.Kind == BodyStepKind.Convert ? 0.3 : 0.1);
    }

    /// <summary>What is computed.</summary>
    public FusedBody Body { get; }

    /// <summary>What has to be done once.</summary>
    public BodyItem[] Uniform { get; }

    /// <summary>What has to be done for each tile.</summary>
    public BodyItem[] Items { get; }

    /// <summary>What has to be done with the columns at the end.</summary>
    public BodyItem[] Columns { get; }

    /// <summary>The steps that join columns.</summary>
    public BodyStep[] Joins { get; }

    /// <summary>Whether rows are joined, so that a row cannot be cut.</summary>
    public bool HasRows { get; }

    /// <summary>For each value its place in scratch memory, one tile each; -1 for what lies elsewhere.</summary>
    public int[] Slots { get; }

    /// <summary>The number of places in scratch memory.</summary>
    public int SlotCount { get; private set; }

    /// <summary>Elements of which all vectors are whole.</summary>
    public int Granule { get; }

    /// <summary>Bytes of the widest type that is computed with, four at least.</summary>
    public int Widest { get; }

    /// <summary>For each value whether a step reads it that takes elements one by one, and so no repeated vector.</summary>
    public bool[] Whole { get; }

    /// <summary>About how long an element takes.</summary>
    public double Nanoseconds { get; }

    /// <summary>Whether each element is read and written once, in a single loop.</summary>
    public bool IsSingle => Items is [{ Code: not null }] && SlotCount == 0;

    /// <summary>The program of single steps.</summary>
    public static BodyProgram Of(FusedBody body) => new(body, steps => [.. PairedSteps.Of(body, steps).Select(s => new BodyItem(s))]);

    /// <summary>The program of compiled loops, where steps can be compiled.</summary>
    public static BodyProgram Compiled(FusedBody body, Func<VectorLoop, TileCode> compile) =>
        new(body, steps => [.. Groups([.. steps]).Select(group => group is [{ } single] && !CanCompile(single) ? new BodyItem(single) : new(VectorLoop.Of(body, group), compile))]);

    /// <summary>
    /// The steps in groups that may run after each other. A group has vectors of as many lanes; what waits for no other group joins the one at hand.
    /// </summary>
    static IEnumerable<BodyStep[]> Groups(List<BodyStep> rest)
    {
        var waiting = new HashSet<BodyValue>(rest.Select(s => s.Output));
        while (rest.Count > 0)
        {
            var group = new List<BodyStep>();
            int width = 0;
            for (int i = 0; i < rest.Count && group.Count < MaximumSteps; i++)
            {
                var step = rest[i];
                if (step.Inputs.Any(v => waiting.Contains(v) && !group.Any(s => s.Output == v))) continue;
                int own = step.Width;
                bool compiles = CanCompile(step);
                if (group.Count > 0 && (!compiles || step.Output.Extent != group[0].Output.Extent || (own != 0 && width != 0 && own != width))) continue;
                if (own > 0) width = own;
                group.Add(step);
                if (!compiles) break;
            }
            foreach (var step in group)
            {
                rest.Remove(step);
                waiting.Remove(step.Output);
            }
            yield return [.. group];
        }
    }

    static bool CanCompile(BodyStep step) => step.Kind is BodyStepKind.Loop or BodyStepKind.Convert && step.Width is var width and >= 0 && step.OnVectors(VectorLoop.MaskType(Math.Max(width, 1))).HasMethod;

    /// <summary>Gives each value that passes from one item to another a place, which the next value takes over after its last reader.</summary>
    void Allocate()
    {
        var last = new Dictionary<BodyValue, int>();
        for (int i = 0; i < Items.Length; i++)
            foreach (var value in Items[i].Operands) last[value] = i;
        var outputs = Body.Outputs.Select(o => o.Value).ToHashSet();
        var free = new Stack<int>();
        for (int i = 0; i < Items.Length; i++)
        {
            foreach (var value in Items[i].Results)
                if (!outputs.Contains(value) && value.Extent != BodyExtent.Column) Slots[value.Index] = free.TryPop(out int slot) ? slot : SlotCount++;
            foreach (var value in Items[i].Operands.Distinct())
                if (last[value] == i && Slots[value.Index] >= 0) free.Push(Slots[value.Index]);
            foreach (var value in Items[i].Results)
                if (!last.ContainsKey(value) && Slots[value.Index] >= 0) free.Push(Slots[value.Index]);
        }
    }
}

/// <summary>A piece of a program: one step, or compiled code for several.</summary>
sealed class BodyItem
{
    /// <summary>One step.</summary>
    public BodyItem(BodyStep step)
    {
        Step = step;
        Operands = step.Inputs;
        Results = [step.Output];
        Lanes = Math.Max(step.Loop.Lanes, 1);
        Extent = step.Output.Extent;
    }

    /// <summary>Several steps as one loop.</summary>
    public BodyItem(VectorLoop loop, Func<VectorLoop, TileCode> compile)
    {
        Operands = [.. loop.Operands];
        Results = [.. loop.Results];
        Lanes = loop.Lanes;
        Extent = loop.Steps[0].Output.Extent;
        Code = compile(loop);
    }

    /// <summary>The step, or null.</summary>
    public BodyStep? Step { get; }

    /// <summary>The code, or null.</summary>
    public TileCode? Code { get; }

    /// <summary>The values that are read from memory.</summary>
    public BodyValue[] Operands { get; }

    /// <summary>The values that are written to memory.</summary>
    public BodyValue[] Results { get; }

    /// <summary>Elements per vector.</summary>
    public int Lanes { get; }

    /// <summary>What it makes one number for.</summary>
    public BodyExtent Extent { get; }
}

/// <summary>
/// A compiled loop over vectors. <paramref name="data"/> has the operands, then the results; <paramref name="steps"/> what each pointer advances per vector, 0 for
/// an operand that is one repeated vector; <paramref name="n"/> is a multiple of the vector's length.
/// </summary>
unsafe delegate void TileCode(byte** data, nint* steps, nint n);

/// <summary>Steps on vectors of as many lanes, for a compiler to make one loop of.</summary>
sealed class VectorLoop
{
    VectorLoop(FusedBody body, BodyStep[] steps, BodyValue[] operands, BodyValue[] results, int width)
    {
        (Steps, Operands, Results, Level) = (steps, operands, results, body.Level);
        Mask = MaskType(width);
        Lanes = (body.Level == InstructionLevel.Avx512 ? 64 : body.Level == InstructionLevel.Avx2 ? 32 : 16) / width;
    }

    /// <summary>The steps in order.</summary>
    public BodyStep[] Steps { get; }

    /// <summary>What they read and do not make.</summary>
    public BodyValue[] Operands { get; }

    /// <summary>What they make for others.</summary>
    public BodyValue[] Results { get; }

    /// <summary>The type whose vectors hold booleans as masks.</summary>
    public DType Mask { get; }

    /// <summary>The width of vectors.</summary>
    public InstructionLevel Level { get; }

    /// <summary>Elements per vector.</summary>
    public int Lanes { get; }

    /// <summary>The type whose vectors hold masks beside numbers of so many bytes.</summary>
    public static DType MaskType(int width) => width switch
    {
        1 => DType.UInt8,
        2 => DType.UInt16,
        4 => DType.Float32,
        _ => DType.Float64,
    };

    /// <summary>The loop of some steps of a body.</summary>
    public static VectorLoop Of(FusedBody body, BodyStep[] steps)
    {
        var made = steps.Select(s => s.Output).ToHashSet();
        var elsewhere = body.Steps.Except(steps).SelectMany(s => s.Inputs).Concat(body.Outputs.Select(o => o.Value)).ToHashSet();
        return new(body, steps, [.. steps.SelectMany(s => s.Inputs).Where(v => !made.Contains(v)).Distinct()], [.. steps.Select(s => s.Output).Where(elsewhere.Contains)],
            Math.Max(1, steps.Max(s => s.Width)));
    }
}
