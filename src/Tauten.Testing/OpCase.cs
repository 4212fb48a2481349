namespace Tauten.Testing;

/// <summary>
/// One use of an op: at the same time its tests in all modes, its gradient check, its line in the table of supported dtypes, and its benchmark.
/// The framework makes the inputs: plain, scalar, empty, broadcast, strided, with special values, of sizes around vector widths, and large.
/// </summary>
/// <param name="op">The type of op that is tested.</param>
/// <param name="name">What is special about this use; empty for the ordinary one.</param>
/// <param name="function">The use. It must not depend on anything but its inputs.</param>
/// <param name="inputs">The inputs.</param>
/// <example><code>
/// new OpCase(typeof(Softmax), "last axis", x => [x[0].Softmax(-1)], new Input(["rows", "columns"])) { Least = new() { ["columns"] = 1 } }
/// </code></example>
public sealed class OpCase(Type op, string name, Func<Tensor[], Tensor[]> function, params Input[] inputs)
{
    static readonly int[] sizes = [3, 5, 4, 2, 6, 3];

    /// <summary>The op.</summary>
    public Type Op => op;

    /// <summary>The op's name and what is special about this use.</summary>
    public string Name { get; } = name.Length == 0 ? op.Name : $"{op.Name} {name}";

    /// <summary>The use.</summary>
    public Func<Tensor[], Tensor[]> Function => function;

    /// <summary>The inputs.</summary>
    public IReadOnlyList<Input> Inputs => inputs;

    /// <summary>The dtypes with which the case is run: the floating-point ones unless said otherwise.</summary>
    public IReadOnlyList<DType> DTypes { get; init; } = [DType.Float32, DType.Float64, DType.Float16, DType.BFloat16];

    /// <summary>Whether the inputs may have any shapes that broadcast to each other.</summary>
    public bool IsElementwise { get; init; }

    /// <summary>The sizes of names in the plain variant; those not mentioned get small different ones.</summary>
    public Dictionary<string, int> Plain { get; init; } = [];

    /// <summary>The smallest size of names; 0 for those not mentioned.</summary>
    public Dictionary<string, int> Least { get; init; } = [];

    /// <summary>The sizes of names in the variant that is larger than one chunk of parallel work; those not mentioned keep the plain size.</summary>
    public Dictionary<string, int> Large { get; init; } = [];

    /// <summary>The name that takes sizes around vector widths: the last one of the first input unless said otherwise.</summary>
    public string? Wide { get; init; }

    /// <summary>Whether the result is exactly the reference's in every dtype.</summary>
    public bool IsExact { get; init; }

    /// <summary>The error allowed on top of what rounding the inputs would cause, in units of the last place of the result.</summary>
    public double Ulps { get; init; } = 4;

    /// <summary>How often the error is allowed that rounding inputs and steps causes in a sample: more where long sums round in other orders.</summary>
    public double Condition { get; init; } = 12;

    /// <summary>An absolute error allowed on top, in units of the dtype's precision, for results that may come out near zero.</summary>
    public double Absolute { get; init; }

    /// <summary>Why the tolerances are not the ordinary ones.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether the case can be captured with its named sizes unknown.</summary>
    public bool TakesUnknownSizes { get; init; } = true;

    /// <summary>Whether shapes depend on the values of inputs, or the function looks at them.</summary>
    public bool DependsOnData { get; init; }

    /// <summary>Whether the function goes one way or another by the values of inputs, though its shapes do not depend on them.</summary>
    public bool Branches { get; init; }

    /// <summary>To which order gradients are compared with finite differences: 2, 1 or 0.</summary>
    public int Order { get; init; } = 2;

    /// <summary>Whether its reference or its derivatives take seconds, so that modes in which it is run very often wait for the slow run.</summary>
    public bool IsCostly { get; init; }

    /// <summary>Whether the op is a composite, or runs graphs, so that results in 16 bits may be rounded at each step.</summary>
    public bool IsComposite { get; } = typeof(Ops.CompositeOp).IsAssignableFrom(op) || typeof(Ops.ControlOp).IsAssignableFrom(op);

    /// <summary>The names of sizes in order of appearance.</summary>
    internal string[] Names { get; } = [.. inputs.SelectMany(i => i.Shape).SelectMany(d => d.Names).Distinct()];

    internal Dictionary<string, long> PlainSizes() => Names.Select((n, i) => (n, size: (long)Plain.GetValueOrDefault(n, sizes[i % sizes.Length]))).ToDictionary(p => p.n, p => p.size);

    /// <summary>All variants of the inputs, or those that are worth the time in every run.</summary>
    public IEnumerable<Variant> Variants(bool all) => Variant.Of(this, all);

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
