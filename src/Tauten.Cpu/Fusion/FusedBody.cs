using Tauten.Cpu.Functions;
using Tauten.Ops;

namespace Tauten.Cpu;

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
    readonly List<(BodyValue Value, Tensor? Constant, DType DType, int[] Axes)> inputs = [];
    readonly List<(BodyValue Value, DType DType, int[] Axes)> outputs = [];

    FusedBody(KernelTable kernels, Graph graph) => (this.kernels, this.graph) = (kernels, graph);

    /// <summary>The instruction level that the loops are made for.</summary>
    public InstructionLevel Level { get; } = CpuInstructions.Level;

    /// <summary>The graph.</summary>
    public Graph Graph => graph;

    /// <summary>All values.</summary>
    public IReadOnlyList<BodyValue> Values => values;

    /// <summary>The steps in an order in which each comes after what it reads.</summary>
    public IReadOnlyList<BodyStep> Steps => steps;

    /// <summary>Values that are one number, which an op says.</summary>
    public IReadOnlyList<(BodyValue Value, Op Op, DType DType)> Scalars => scalars;

    /// <summary>The tensors that are read: the op's inputs, then the body's constants. Of each axis, which axis of the iteration it runs along, -1 for none.</summary>
    public IReadOnlyList<(BodyValue Value, Tensor? Constant, DType DType, int[] Axes)> Inputs => inputs;

    /// <summary>The tensors that are written.</summary>
    public IReadOnlyList<(BodyValue Value, DType DType, int[] Axes)> Outputs => outputs;

    /// <summary>The number of axes of the iteration.</summary>
    public int Rank { get; private set; }

    /// <summary>The body of a graph; null where it is not one that this backend runs as a whole.</summary>
    public static FusedBody? Of(KernelTable kernels, Graph graph)
    {
        var body = new FusedBody(kernels, graph);
        return body.Read() ? body : null;
    }

    /// <summary>Whether an op may be part of a body.</summary>
    public static bool Takes(KernelTable kernels, Op op, ReadOnlySpan<TensorSpec> x) => op switch
    {
        ViewOp view => view.SourceAxes(x[0]) is not null,
        _ when x.Length == 0 => op.RepeatedValue is not null,
        _ => kernels.Source(op) is ElementwiseKernel or CastKernel,
    };

    bool Read()
    {
        if (!graph.IsClosed) return false;
        foreach (var node in graph.InputNodes) Input(node, null);
        foreach (var node in graph.Nodes)
        {
            if (map.ContainsKey((node, 0))) continue;
            if (graph.Constant(node) is { } constant) Input(node, constant);
            else if (node.Op is null || node.OutputCount != 1 || !Read(node)) return false;
        }
        return Order();
    }

    void Input(Node node, Tensor? constant)
    {
        var spec = node.Spec();
        var own = axes.Of(spec.Shape);
        var value = New(Wide.Of(spec.DType), own.All(axis => axis < 0));
        inputs.Add((value, constant, spec.DType, own));
        map[(node, 0)] = (value, own);
    }

    bool Read(Node node)
    {
        var op = node.Op!;
        var spec = node.Spec();
        (BodyValue Value, int[] Axes)[] x = [.. Enumerable.Range(0, node.InputCount).Select(i => map[(node.Input(i), node.InputOutput(i))])];
        if (!Takes(kernels, op, [.. Enumerable.Range(0, x.Length).Select(i => node.Input(i).Spec(node.InputOutput(i)))])) return false;
        if (op is ViewOp view) map[(node, 0)] = (x[0].Value, axes.View(x[0].Axes, view.SourceAxes(node.Input(0).Spec(node.InputOutput(0)))!, spec.Shape));
        else if (x.Length == 0)
        {
            var value = New(Wide.Of(spec.DType), true);
            scalars.Add((value, op, spec.DType));
            map[(node, 0)] = (value, axes.Of(spec.Shape));
        }
        else
        {
            BodyValue[] operands = [.. x.Select(v => v.Value)];
            var value = kernels.Source(op) is ElementwiseKernel kernel
                ? Elementwise(op, kernel, operands, node.Input(x.Length - 1).Spec(node.InputOutput(x.Length - 1)).DType, spec.DType)
                : Cast(operands[0], node.Input(0).Spec(node.InputOutput(0)).DType, spec.DType);
            map[(node, 0)] = (value, axes.Broadcast([.. x.Select(v => v.Axes)], spec.Shape.Rank));
        }
        return true;
    }

    BodyValue New(DType register, bool uniform)
    {
        values.Add(new(values.Count, register, uniform));
        return values[^1];
    }

    BodyValue Add(DType register, BodyValue[] x, Kernel loop, Func<DType, Kernel> onVectors, Conversion.Path conversion = default)
    {
        var made = New(register, x.All(v => v.IsUniform));
        steps.Add(new() { Inputs = x, Output = made, Loop = loop, OnVectors = onVectors, Conversion = conversion });
        return made;
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
        if (register == to) return Add(to, [x], default, _ => OfVectors(from, to), Conversion.Between(from, to));
        var bits = Add(DType.UInt16, [x], default, _ => default, Conversion.Between(from, to));
        return Add(register, [bits], default, _ => default, Conversion.Between(to, register));
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

    /// <summary>The axes of the iteration in their order, and which of them inputs and outputs have; whether that is an iteration at all.</summary>
    bool Order()
    {
        if (graph.OutputNodes.Count == 0) return false;
        int[] order = axes.Find(map[graph.OutputNodes[0]].Axes);
        if (order.Distinct().Count() != order.Length) return false;
        foreach (var (_, own) in map.Values)
        {
            var found = axes.Find(own);
            if (found.Distinct().Count() != found.Length || found.Any(axis => !order.Contains(axis))) return false;
        }
        Rank = order.Length;
        for (int i = 0; i < inputs.Count; i++) inputs[i] = inputs[i] with { Axes = Places(inputs[i].Axes, order) };
        var written = new HashSet<BodyValue>();
        foreach (var (node, output) in graph.OutputNodes)
        {
            var (value, own) = map[(node, output)];
            // All outputs are the whole iteration, in its order.
            if (!axes.Find(own).SequenceEqual(order)) return false;
            if (value.IsUniform || inputs.Any(i => i.Value == value) || !written.Add(value))
            {
                var copy = Copy(value.Register);
                var made = New(value.Register, false);
                steps.Add(new() { Inputs = [value], Output = made, Loop = copy, OnVectors = _ => copy });
                written.Add(value = made);
            }
            outputs.Add((value, node.Spec(output).DType, Places(own, order)));
        }
        return true;
    }

    int[] Places(int[] own, int[] order) => [.. own.Select(axis => axis < 0 ? -1 : Array.IndexOf(order, axes.Find(axis)))];
}
