using Tauten.Cpu;
using Tauten.Ops;
using Tauten.Testing;

namespace Tauten.Conformance;

/// <summary>Every case as a compiled function, alone and with its gradient, against eager execution.</summary>
public sealed class CompiledTests
{
    static readonly CompileOptions plain = new() { Check = false };

    public static TheoryData<string> Cases => Table.Names(_ => true);

    public static TheoryData<string> Differentiable => Table.Names(c => c.Order >= 1 && c.DTypes.Contains(DType.Float64) && !typeof(ValueOp).IsAssignableFrom(c.Op));

    [Theory, MemberData(nameof(Cases))]
    public void A_compiled_function_gives_the_same(string name) => Trial.All(Trial.Common(Table.Of(name)), t =>
    {
        var compiled = Compiled.Function(t.Case.Function, plain);
        var x = t.Variant.Place(t.Inputs, Trial.Cpu);
        // The second run finds the memory as the first one left it.
        compiled(x);
        return Apart(compiled(x), t.Run());
    });

    [Theory, MemberData(nameof(Differentiable))]
    public void A_compiled_gradient_gives_the_same(string name) => Trial.All([Trial.Smooth(Table.Of(name))!], t =>
    {
        if (GradientTests.Eager(t, t.Case.Function) is not var (x, eager)) return null;
        using var scope = Backends.Use(Trial.Cpu);
        var compiled = Compiled.Function(GradientTests.Function(t), plain);
        compiled(x);
        return Apart(compiled(x), eager);
    });

    [Theory, MemberData(nameof(Fusing))]
    public void The_tile_machine_gives_the_same(string name) => Trial.All([Plain(Table.Of(name))!], t => Apart(t, FusionForm.Tiles));

    [Theory, MemberData(nameof(Cases)), Trait("Category", "Slow")]
    public void Both_engines_give_the_same_for_all_inputs(string name) =>
        Trial.All(Trial.Of(Table.Of(name)).Where(t => !t.Variant.IsLarge), t => Apart(t, FusionForm.Tiles) ?? Apart(t, FusionForm.Code));

    public static TheoryData<string> Fusing => Table.Names(c => Plain(c) is not null && c.IsComposite);

    static Trial? Plain(OpCase c) => c.DTypes.Contains(DType.Float32) ? new(c, c.Variants(false).First(), DType.Float32) : null;

    /// <summary>How much further than others results of a case may be apart, and why.</summary>
    static readonly Dictionary<string, (double Factor, string Reason)> wider = new()
    {
        ["MatMul of vectors"] = (10, "one number, near zero as a sum of numbers of either sign; operands that are steps apart are brought together before a graph runs, and summed in another order"),
    };

    static string? Apart(Trial t, FusionForm engine)
    {
        var backend = FusedTests.With(engine);
        using var scope = Backends.Use(backend);
        var compiled = Compiled.Function(t.Case.Function, plain);
        var x = t.Variant.Place(t.Inputs, backend);
        compiled(x);
        return Apart(compiled(x), t.Run(backend), wider.GetValueOrDefault(t.Case.Name, (1, "")).Factor) is { } difference ? $"{engine}: {difference}" : null;
    }

    /// <summary>Tells where results differ by more than 2e-6 of the largest number (float32; other dtypes in proportion); null where they do not.</summary>
    internal static string? Apart(Tensor[] compiled, Tensor[] eager, double factor = 1)
    {
        for (int k = 0; k < eager.Length; k++)
        {
            if (compiled[k].Spec != eager[k].Spec) return $"output {k} is {compiled[k].Spec}. Expected {eager[k].Spec}.";
            HostTensor a = HostTensor.Read(compiled[k]), b = HostTensor.Read(eager[k]);
            double largest = b.IsReal ? b.Reals.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max() : 0;
            double allowed = factor * largest * (eager[k].DType switch { DType.Float64 => 1e-14, DType.Float32 => 2e-6, _ => 1e-2 });
            for (int i = 0; i < b.Count; i++)
                if (b.IsReal ? !a.Reals[i].Equals(b.Reals[i]) && !(Math.Abs(a.Reals[i] - b.Reals[i]) <= allowed) : a.Wholes[i] != b.Wholes[i])
                    return $"output {k}, element {i} is {(b.IsReal ? a.Reals[i] : a.Wholes[i])}. Expected {(b.IsReal ? b.Reals[i] : b.Wholes[i])}.";
        }
        return null;
    }
}
