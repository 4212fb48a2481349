using Tauten.Cpu.Functions;
using Tauten.Ops;

namespace Tauten.Cpu;

/// <summary>A tensor that a body reads.</summary>
/// <param name="Value">What is computed with.</param>
/// <param name="Position">Which input of the op it is; -1 for a constant, and <see cref="OfAnchor"/> for the result of the body's anchor.</param>
/// <param name="Constant">The constant.</param>
/// <param name="DType">The type of its elements.</param>
/// <param name="Axes">Of each of its axes, which axis of the iteration it runs along; -1 for none.</param>
sealed record BodyInput(BodyValue Value, int Position, Tensor? Constant, DType DType, int[] Axes)
{
    /// <summary>The position of what the anchor computes.</summary>
    public const int OfAnchor = -2;
}

/// <summary>The op with which a body begins, and on whose result it works part by part.</summary>
/// <param name="Kernel">Its kernel.</param>
/// <param name="Op">The op.</param>
/// <param name="Inputs">Which inputs of the body it reads, or constants.</param>
sealed record BodyAnchor(AnchorKernel Kernel, Op Op, (int Position, Tensor? Constant)[] Inputs)
{
    /// <summary>The output into whose memory its result goes first.</summary>
    public int Output { get; set; }
}

/// <summary>
/// The body of a fused op as this backend computes it: values, the steps that make them, and how the axes of inputs and outputs run along those of the iteration.
/// Free of sizes.
/// </summary>
sealed unsafe class FusedBody
{
    readonly KernelTable kernels;
    readonly Graph graph;
    readonly BodyAxes axes = new();
    readonly Dictionary<(Node, int), (BodyValue Value, int[] Axes)> map = [];
    readonly List<BodyValue> values = [];
    readonly List<BodyStep> steps = [];
    readonly List<(BodyValue Value, Op Op, DType DType)> scalars = [];
    readonly List<BodyInput> inputs = [];
    readonly List<(BodyValue Value, DType DType, int[] Axes)> outputs = [];

    readonly HashSet<Node> read;

    FusedBody(KernelTable kernels, Graph graph)
    {
        (this.kernels, this.graph) = (kernels, graph);
        read = [.. graph.OutputPlaces.ToArray().Select(o => o.Node), .. graph.Nodes.Where(node => !IsAnchor(node)).SelectMany(node => Enumerable.Range(0, node.InputCount).Select(node.Input))];
    }

    /// <summary>The instruction level that the loops are made for.</summary>
    public InstructionLevel Level { get; } = CpuInstructions.Level;

    /// <summary>The graph.</summary>
    public Graph Graph => graph;

    /// <summary>All values.</summary>
    public BodyValue[] Values { get; private set; } = [];

    /// <summary>The steps in an order in which each comes after what it reads.</summary>
    public IReadOnlyList<BodyStep> Steps => steps;

    /// <summary>Values that are one number, which an op says.</summary>
    public IReadOnlyList<(BodyValue Value, Op Op, DType DType)> Scalars => scalars;

    /// <summary>The tensors that are read.</summary>
    public BodyInput[] Inputs { get; private set; } = [];

    /// <summary>The tensors that are written.</summary>
    public (BodyValue Value, DType DType, int[] Axes)[] Outputs { get; private set; } = [];

    /// <summary>The op in front; null for none.</summary>
    public BodyAnchor? Anchor { get; private set; }

    /// <summary>The number of axes of the iteration.</summary>
    public int Rank { get; private set; }

    /// <summary>How many of the axes, the first ones, lead from row to row; the others lie within a row. All, where nothing is joined.</summary>
    public int RowRank { get; private set; }

    /// <summary>The body of a graph; null where it is not one that this backend runs as a whole.</summary>
    public static FusedBody? Of(KernelTable kernels, Graph graph)
    {
        var body = new FusedBody(kernels, graph);
        if (!body.Read()) return null;
        (body.Values, body.Inputs, body.Outputs) = ([.. body.values], [.. body.inputs], [.. body.outputs]);
        return body;
    }

    /// <summary>Whether an op may be part of a body.</summary>
    public static bool Takes(KernelTable kernels, Op op, ReadOnlySpan<TensorSpec> x) => op switch
    {
        ViewOp view => view.SourceAxes(x[0]) is not null,
        _ when x.Length == 0 => op.RepeatedValue is not null,
        _ => kernels.Source(op) is ElementwiseKernel or CastKernel or AxisReduction,
    };

    bool Read()
    {
        if (!graph.IsClosed || graph.OutputPlaces.Length == 0) return false;
        int position = 0;
        foreach (var (node, _) in graph.NamedInputs) Input(node, position++, null);
        foreach (var node in graph.Nodes)
        {
            if (map.ContainsKey((node, 0)) || !read.Contains(node)) continue;
            if (graph.ConstantNodes.TryGetValue(node, out var constant)) Input(node, -1, constant);
            else if (node.Op is null || node.OutputCount != 1 || !(IsAnchor(node) ? ReadAnchor(node) : Read(node))) return false;
        }
        return FindOrder() is { } order && Complete(order) && (Anchor is null || Place(Anchor, order));
    }

    bool IsAnchor(Node node) => node.Op is { } op && kernels.Source(op) is AnchorKernel;

    /// <summary>An anchor reads inputs of the body and constants.</summary>
    bool ReadAnchor(Node node)
    {
        if (Anchor is not null || !AnchorKernel.Takes(node.Spec().DType)) return false;
        var operands = new (int Position, Tensor? Constant)[node.InputCount];
        for (int i = 0; i < operands.Length; i++)
        {
            var input = node.Input(i);
            int position = Array.FindIndex(graph.NamedInputs.ToArray(), named => named.Node == input);
            operands[i] = (position, graph.ConstantNodes.GetValueOrDefault(input));
            if (position < 0 && operands[i].Constant is null) return false;
        }
        Anchor = new((AnchorKernel)kernels.Source(node.Op!)!, node.Op!, operands);
        Input(node, BodyInput.OfAnchor, null);
        return true;
    }

    /// <summary>The anchor's elements are those of the iteration in their order, and there is an output where they have room.</summary>
    bool Place(BodyAnchor anchor, int[] order)
    {
        var node = graph.Nodes.First(IsAnchor);
        anchor.Output = Array.FindIndex(graph.OutputPlaces.ToArray(), place => place.Node.Spec(place.Output) == node.Spec());
        return anchor.Output >= 0 && RowRank == Rank && axes.Find(map[(node, 0)].Axes).SequenceEqual(order) && !graph.OutputPlaces.ToArray().Any(place => place.Node == node);
    }

    void Input(Node node, int position, Tensor? constant)
    {
        if (!read.Contains(node)) return;
        var spec = node.Spec();
        var along = axes.Of(spec.Shape, false);
        var value = New(Wide.Of(spec.DType));
        inputs.Add(new(value, position, constant, spec.DType, along));
        map[(node, 0)] = (value, along);
    }

    bool Read(Node node)
    {
        var op = node.Op!;
        var spec = node.Spec();
        (BodyValue Value, int[] Axes)[] x = [.. Enumerable.Range(0, node.InputCount).Select(i => map[(node.Input(i), node.InputOutput(i))])];
        TensorSpec[] specs = [.. Enumerable.Range(0, x.Length).Select(i => node.Input(i).Spec(node.InputOutput(i)))];
        if (!Takes(kernels, op, specs)) return false;
        if (op is ViewOp view) map[(node, 0)] = (x[0].Value, axes.View(x[0].Axes, view.SourceAxes(specs[0])!, spec.Shape));
        else if (x.Length == 0)
        {
            var value = New(Wide.Of(spec.DType));
            scalars.Add((value, op, spec.DType));
            map[(node, 0)] = (value, axes.Of(spec.Shape, true));
        }
        else if (kernels.Source(op) is AxisReduction reduction) map[(node, 0)] = Join((ReductionOp)op, reduction, x[0].Value, x[0].Axes, specs[0].DType, spec);
        else
        {
            BodyValue[] operands = [.. x.Select(v => v.Value)];
            var value = kernels.Source(op) is ElementwiseKernel kernel ? Elementwise(op, kernel, operands, specs[^1].DType, spec.DType) : Cast(operands[0], specs[0].DType, spec.DType);
            map[(node, 0)] = (value, axes.Broadcast([.. x.Select(v => v.Axes)], spec.Shape.Rank));
        }
        return true;
    }

    BodyValue New(DType register)
    {
        values.Add(new(values.Count, register));
        return values[^1];
    }

    BodyValue Add(DType register, BodyValue[] x, Kernel loop, Func<DType, Kernel> onVectors)
    {
        var made = New(register);
        steps.Add(new() { Inputs = x, Output = made, Loop = loop, OnVectors = onVectors });
        return made;
    }

    BodyValue Convert(BodyValue x, DType from, DType to, DType register, Func<DType, Kernel> onVectors)
    {
        var made = New(register);
        steps.Add(new() { Kind = BodyStepKind.Convert, Inputs = [x], Output = made, Conversion = Conversion.Between(from, to), OnVectors = onVectors });
        return made;
    }

    (BodyValue, int[]) Join(ReductionOp op, AxisReduction reduction, BodyValue x, int[] along, DType type, TensorSpec spec)
    {
        var joined = reduction.Joined(type);
        x = Cast(x, type, joined);
        int[] over = [.. op.Axes.Select(axis => along[(int)axis]).Where(axis => axis >= 0)], rest = [.. along.Where((_, i) => !op.Axes.Contains(i))];
        if (over.Length == 0) return (Rounded(x, spec.DType), op.KeepDims ? along : rest);
        var made = New(x.Register);
        steps.Add(new() { Kind = BodyStepKind.JoinRow, Inputs = [x], Output = made, Join = reduction.Of(x.Register), Joined = over });
        return (Rounded(made, spec.DType), op.KeepDims ? [.. along.Select((axis, i) => op.Axes.Contains(i) ? -1 : axis)] : rest);
    }

    BodyValue Elementwise(Op op, ElementwiseKernel kernel, BodyValue[] x, DType type, DType result)
    {
        var loop = kernel.Of(op, Wide.Of(type));
        var register = Wide.Of(result);
        bool booleans = register == DType.Bool && x.All(v => v.Register == DType.Bool);
        var made = Add(register, x, loop, booleans ? mask => kernel.OfMasks(op, mask) : _ => loop);
        return kernel.Moves ? made : Rounded(made, result);
    }

    /// <summary>The result of an op of a 16-bit floating type, as that type holds it.</summary>
    BodyValue Rounded(BodyValue x, DType type) => type switch
    {
        DType.Float16 => Unary(x, Kernel.Unary<RoundToHalf, float>()),
        DType.BFloat16 => Unary(x, Kernel.Unary<RoundToBrain, float>()),
        _ => x,
    };

    BodyValue Unary(BodyValue x, Kernel loop) => Add(x.Register, [x], loop, _ => loop);

    BodyValue Cast(BodyValue x, DType from, DType to)
    {
        if (from == to) return x;
        var register = Wide.Of(to);
        if (x.Register == register) return Rounded(x, to);
        // Every number of 16 bits is a float.
        from = x.Register;
        if (x.Width == register.Size() && from.IsInteger() && to.IsInteger())
        {
            var copy = Copy(from);
            return Add(register, [x], copy, _ => copy);
        }
        if (from == DType.Bool && to is DType.UInt8 or DType.Int8) return Add(register, [x], Kernel.Unary<Identity, byte>(), _ => OfVectors(from, to));
        return register == to ? Convert(x, from, to, to, _ => OfVectors(from, to)) : Convert(Convert(x, from, to, DType.UInt16, _ => default), to, register, register, _ => default);
    }

    /// <summary>The loop whose function converts vectors of one width.</summary>
    static Kernel OfVectors(DType from, DType to) => (from, to) switch
    {
        (DType.Bool, _) => Kernels.Numeric<MaskToNumber>(to),
        (DType.Float64, DType.Bool) => Kernel.Predicate<IsNonZero, double>(),
        (DType.Float32, DType.Bool) => Kernel.Predicate<IsNonZero, float>(),
        (_, DType.Bool) => Kernels.NonZero(from),
        (DType.Float32, DType.Int32) => Kernel.Unary<FloatToInteger, float>(),
        (DType.Float64, DType.Int64) => Kernel.Unary<FloatToInteger, double>(),
        (DType.Int32, DType.Float32) => Kernel.Unary<IntegerToFloat, float>(),
        (DType.Int64, DType.Float64) => Kernel.Unary<IntegerToFloat, double>(),
        _ => default,
    };

    static Kernel Copy(DType register) => register.Size() switch
    {
        1 => Kernel.Unary<Identity, byte>(),
        2 => Kernel.Unary<Identity, ushort>(),
        4 => Kernel.Unary<Identity, uint>(),
        _ => Kernel.Unary<Identity, ulong>(),
    };

    /// <summary>The axes of the iteration in their order, and how many of them lead from row to row; null where the body is not an iteration.</summary>
    int[]? FindOrder()
    {
        BodyStep[] joins = [.. steps.Where(s => s.Kind == BodyStepKind.JoinRow)];
        var (widest, _) = map.MaxBy(m => (axes.Varying(m.Value.Axes), axes.Find(m.Value.Axes).Length, m.Value.Axes.Length));
        foreach (var (node, output) in map.Keys) axes.Attach(map[(node, output)].Axes, node.Spec(output).Shape, map[widest].Axes, widest.Item1.Spec(widest.Item2).Shape);
        int[] order = axes.Find(map[graph.OutputPlaces[0]].Axes);
        if (joins.Length > 0)
            foreach (var (_, along) in map.Values)
                if (axes.Find(along) is var found && found.Length > order.Length) order = found;
        foreach (var (_, along) in map.Values)
        {
            var found = axes.Find(along);
            if (found.Distinct().Count() != found.Length || found.Any(axis => !order.Contains(axis))) return null;
        }
        Rank = RowRank = order.Length;
        if (joins.Length == 0) return order;
        // What is joined is a row, whose axes come last, or a column, whose axes come first. All rows have the same axes, and so have all columns.
        int last = -1, first = -1;
        foreach (var join in joins)
        {
            int[] over = axes.Find(join.Joined);
            int count = over.Length;
            if (order.AsSpan(order.Length - count).ToArray().All(over.Contains))
            {
                if (last >= 0 && last != count) return null;
                last = count;
            }
            else if (order.AsSpan(0, count).ToArray().All(over.Contains))
            {
                if (first >= 0 && first != count) return null;
                first = count;
            }
            else return null;
        }
        RowRank = last >= 0 ? order.Length - last : first;
        return first < 0 || first == RowRank ? order : null;
    }

    /// <summary>The extent of all values, with what makes one extent of another in between; false where that is not possible.</summary>
    bool Complete(int[] order)
    {
        var within = order.Skip(RowRank).ToHashSet();
        bool joins = steps.Any(s => s.Kind == BodyStepKind.JoinRow);
        for (int i = 0; i < inputs.Count; i++)
        {
            var (value, _, _, _, along) = inputs[i];
            int[] found = axes.Find(along);
            value.Extent = found.Length == 0 ? BodyExtent.Uniform : joins && !found.Any(within.Contains) ? BodyExtent.Row : BodyExtent.Element;
            inputs[i] = inputs[i] with { Axes = Places(along, order) };
        }
        BodyStep[] read = [.. steps];
        steps.Clear();
        var spread = new Dictionary<BodyValue, BodyValue>();
        foreach (var step in read)
            if (!Place(step, order, spread)) return false;
        foreach (var (node, output) in graph.OutputPlaces)
            if (!Output(node, output, order, spread)) return false;
        return true;
    }

    bool Place(BodyStep step, int[] order, Dictionary<BodyValue, BodyValue> spread)
    {
        if (step.Kind == BodyStepKind.JoinRow)
        {
            bool row = axes.Find(step.Joined) is var over && over.Contains(order[^1]);
            if (!row) step = new() { Kind = BodyStepKind.JoinColumn, Inputs = step.Inputs, Output = step.Output, Join = step.Join, Joined = step.Joined };
            if (step.Inputs[0].Extent == BodyExtent.Column) return false;
            step.Inputs = [Spread(step.Inputs[0], spread)];
            step.Output.Extent = row ? BodyExtent.Row : BodyExtent.Column;
            steps.Add(step);
            return true;
        }
        var extent = step.Inputs.Max(v => v.Extent);
        if (extent == BodyExtent.Column && step.Inputs.Any(v => v.Extent is BodyExtent.Row or BodyExtent.Element)) return false;
        if (extent == BodyExtent.Element) step.Inputs = [.. step.Inputs.Select(v => v.Extent == BodyExtent.Row ? Spread(v, spread) : v)];
        step.Output.Extent = extent;
        steps.Add(step);
        return true;
    }

    /// <summary>A value as one number for each element.</summary>
    BodyValue Spread(BodyValue value, Dictionary<BodyValue, BodyValue> spread)
    {
        if (value.Extent == BodyExtent.Element) return value;
        if (spread.TryGetValue(value, out var made)) return made;
        made = New(value.Register);
        made.Extent = BodyExtent.Element;
        if (value.IsUniform) AddCopy(value, made);
        else steps.Add(new() { Kind = BodyStepKind.Spread, Inputs = [value], Output = made });
        return spread[value] = made;
    }

    void AddCopy(BodyValue value, BodyValue made)
    {
        var copy = Copy(value.Register);
        steps.Add(new() { Inputs = [value], Output = made, Loop = copy, OnVectors = _ => copy });
    }

    bool Output(Node node, int output, int[] order, Dictionary<BodyValue, BodyValue> spread)
    {
        var (value, along) = map[(node, output)];
        int[] found = axes.Find(along);
        BodyExtent extent;
        if (RowRank < order.Length && found.SequenceEqual(order.AsSpan(0, RowRank).ToArray()) && value.Extent is BodyExtent.Row or BodyExtent.Uniform) extent = BodyExtent.Row;
        else if (value.Extent == BodyExtent.Column && found.SequenceEqual(order.AsSpan(RowRank).ToArray())) extent = BodyExtent.Column;
        else if (value.Extent != BodyExtent.Column && found.SequenceEqual(order)) extent = BodyExtent.Element;
        else return false;
        if (value.Extent == BodyExtent.Row && extent == BodyExtent.Element) value = Spread(value, spread);
        // A spread value may be one vector only, an input lies elsewhere, and a value is written to one place.
        if (value.Extent != extent || inputs.Any(i => i.Value == value) || spread.ContainsValue(value) || outputs.Any(o => o.Value == value))
        {
            var made = New(value.Register);
            made.Extent = extent;
            AddCopy(value, made);
            value = made;
        }
        outputs.Add((value, node.Spec(output).DType, Places(along, order)));
        return true;
    }

    int[] Places(int[] along, int[] order) => [.. along.Select(axis => axis < 0 ? -1 : Array.IndexOf(order, axes.Find(axis)))];
}
