using System.Reflection;
using Tauten.Ops;

namespace Tauten.Conventions;

/// <summary>
/// Tries composite ops that state their own shape rule on a handful of specs: where both the rule and the expansion accept them, they must agree.
/// Uses nothing but the public surface of the core, and is compiled against changed copies of it too.
/// </summary>
public static class RuleProbe
{
    static readonly Shape[][] shapes =
    [
        [[2, 3]], [[4]], [[]], [[2, 3, 8, 8]], [["batch", 3]], [[2, 3], [2, 3]], [[2, 3], [3]], [["batch", 3], ["batch", 3]], [[5, 4], [5]], [[5, 4], [3, 4]], [[2, 3], [2]],
        [[2, 3, 8, 8], [2, 3, 2]], [[2, 3, 8, 8], [2, 4, 5, 2]], [[2, 3, 8, 8], [2, 4, 5, 2], [2, 3, 4, 5]], [[2, 3], [2, 3], [2, 3]], [[5, 4], [3, 4], [3]], [[2, 3], [3], [3]], [[2, 3, 8, 8], [3], [3]], [[2, 3], [2, 3], [2, 3], [2, 3], [2], [2]], [[2, 3], [2, 3], [2, 3], [2, 3]], [[2, 3, 8, 8], [3], [3], [3], [3]],
        [[2, 3, 8], [8, 2], [3, 2], [3, 2]], [[2, 3, 2], [3, 2], [3, 2], [8, 2], [3, 2], [3, 2], [2, 3, 2], [2, 3, 8], [2, 3, 2]],
        [[2, 3, 6], [6, 2], [3, 2]], [[2, 3, 2], [3, 2], [6, 2], [3, 2], [2, 3, 2], [2, 3, 8]], [[2, 3, 2], [2, 2], [3, 2]], [[2, 3, 2], [3, 2], [2, 2], [3, 2], [2, 3, 2]],
        [["batch", 8, 9, 3], [4, 3, 2, 2]], [[2, 8, 9, 3], [4, 3, 2, 2], [4]],
    ];

    /// <summary>Sentences about ops whose rule and expansion disagree.</summary>
    public static IEnumerable<string> Check(Assembly core)
    {
        foreach (var type in core.GetTypes().Where(t => t is { IsAbstract: false } && typeof(CompositeOp).IsAssignableFrom(t)).OrderBy(t => t.Name))
        {
            var rule = type.GetMethod("Infer", [typeof(ReadOnlySpan<TensorSpec>)])!;
            if (rule.DeclaringType == typeof(CompositeOp)) continue;
            int tried = 0;
            string? wrong = null;
            foreach (var op in Samples(type))
                foreach (var specs in Specs())
                    if (wrong is null && Agrees(op, specs, ref tried) is { } sentence) wrong = sentence;
            if (wrong is not null) yield return wrong;
            else if (tried == 0 && !type.Name.EndsWith("Step", StringComparison.Ordinal)) yield return $"The rule of {type.Name} could not be tried: it accepts none of the specs in RuleProbe.cs. Add some that it does.";
        }
    }

    static string? Agrees(CompositeOp op, TensorSpec[] specs, ref int tried)
    {
        TensorSpec[] stated, derived;
        try
        {
            var rule = op.Infer(specs);
            stated = [.. Enumerable.Range(0, rule.Count).Select(i => rule[i])];
        }
        catch (Exception e) when (e is TautenException or ArgumentException or IndexOutOfRangeException)
        {
            return null;
        }
        try
        {
            derived = [.. Graph.Capture(x => op.ExpandAll(x), specs).Outputs];
        }
        catch (Exception e) when (e is TautenException or ArgumentException or IndexOutOfRangeException or NotSupportedException)
        {
            return null;
        }
        tried++;
        return stated.SequenceEqual(derived) ? null
            : $"The rule of {op} gives {string.Join(", ", stated.AsEnumerable())} for {string.Join(", ", specs.AsEnumerable())}, but its expansion {string.Join(", ", derived.AsEnumerable())}. Infer and Expand must agree.";
    }

    static IEnumerable<TensorSpec[]> Specs()
    {
        foreach (var inputs in shapes)
        {
            yield return [.. inputs.Select(s => new TensorSpec(DType.Float32, s))];
            // Labels or indices at the end; a random key at the end.
            if (inputs.Length == 2) yield return [new(DType.Float64, inputs[0]), new(DType.Int64, inputs[1])];
            if (inputs.Length is 1 or 3 or 6) yield return [.. inputs.Select(s => new TensorSpec(DType.Float32, s)), new(DType.UInt64, [2])];
        }
        yield return [new(DType.Int8, [2, 3]), new(DType.UInt8, [3, 4])];
        yield return [new(DType.UInt64, [2])];
        // A number in 64 bits for tensors of any shapes.
        yield return [new(DType.Float64, []), new(DType.Float32, [2, 3]), new(DType.BFloat16, [4])];
        yield return [];
    }

    static IEnumerable<CompositeOp> Samples(Type type)
    {
        var constructor = type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).FirstOrDefault(c => !c.GetParameters().Any(p => p.ParameterType == type));
        if (constructor is null) yield break;
        foreach (int variant in new[] { 0, 1 })
        {
            CompositeOp op;
            try
            {
                op = (CompositeOp)constructor.Invoke([.. constructor.GetParameters().Select(p => Sample(p, variant))]);
            }
            catch (Exception e) when (e is TargetInvocationException or NotSupportedException)
            {
                continue;
            }
            yield return op;
            if (constructor.GetParameters().Length == 0) yield break;
        }
    }

    static object Sample(ParameterInfo parameter, int variant)
    {
        var type = parameter.ParameterType;
        // Paddings have two entries for each axis of a window.
        if (type == typeof(Dims)) return parameter.Name == "Padding" ? Dims.Repeat(0, 4) : parameter.Name == "Inputs" ? [0] : parameter.Name == "Shifts" ? [2] : parameter.Name == "Axes" ? Dims.Create([variant]) : Dims.Repeat(2, 2);
        // The second of two axes is another one than the first; the first value of an enum often is the simple case of another op.
        if (parameter.Name == "Axis2") return 1 - variant;
        if (type.IsEnum && type != typeof(DType))
        {
            var values = Enum.GetValues(type);
            return values.GetValue((variant + 1) % values.Length)!;
        }
        if (type == typeof(int) || type == typeof(long)) return Convert.ChangeType(variant, type, System.Globalization.CultureInfo.InvariantCulture);
        if (type == typeof(double?)) return 0.5;
        if (type == typeof(double)) return 0.5 + variant;
        if (type == typeof(bool)) return variant == 1;
        if (type == typeof(Shape)) return Shape.Of(3, 4);
        if (type == typeof(Dim)) return (Dim)3;
        if (type == typeof(DType)) return variant == 0 ? DType.Float32 : DType.Float64;
        if (type == typeof(Graph)) return Graph.Capture(x => (x * 2).Sum(0), new TensorSpec(DType.Float32, [2, 3]));
        if (type == typeof(GridSample)) return new GridSample(InterpolationMode.Linear, GridPadding.Zeros, variant == 1);
        if (type == typeof(Convolution)) return new Convolution([2, 1], [1, 0, variant, 0], [1, 2], 1);
        if (type == typeof(CompositeOp)) return new Softmax(0);
        if (type == typeof(Func<Backward, Tensor?[]>)) return (Backward b) => (Tensor?[])[b.Grad];
        throw new NotSupportedException($"RuleProbe.cs has no sample of {type.Name}.");
    }
}
