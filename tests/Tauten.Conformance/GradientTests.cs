using Tauten.Ops;
using Tauten.Testing;

namespace Tauten.Conformance;

public sealed class GradientTests
{
    public static TheoryData<string> Smooth => Table.Names(c => c.Order >= 1 && c.DTypes.Contains(DType.Float64));

    public static TheoryData<string> Owned => Table.Names(c => c.Order >= 1 && c.IsComposite && c.DTypes.Contains(DType.Float64));

    [Theory, MemberData(nameof(Smooth))]
    public void Gradients_agree_with_finite_differences(string name) => Trial.All([Trial.Smooth(Table.Of(name))!], t => GradientCheck.First(t.Case.Function, t.Inputs, Trial.Cpu));

    [Theory, MemberData(nameof(Smooth))]
    public void Gradients_of_broadcast_inputs_agree_with_finite_differences(string name) =>
        Trial.All(Broadcast(Table.Of(name)), t => GradientCheck.First(t.Case.Function, t.Inputs, Trial.Cpu));

    internal static IEnumerable<Trial> Broadcast(OpCase c) => c.IsElementwise
        ? c.Variants(false).Where(v => v.Name is "scalar" or "empty" or "row" or "column" or "outer" or "inner axis" or "more axes behind").Select(v => new Trial(c, v, DType.Float64))
        : c.Variants(false).Where(v => v.Name.EndsWith(" = 0", StringComparison.Ordinal) || v.Name.EndsWith(" = 1", StringComparison.Ordinal) && !c.IsComposite).Select(v => new Trial(c, v, DType.Float64));

    [Theory, MemberData(nameof(Smooth))]
    public void A_captured_gradient_is_the_eager_one(string name) => Trial.All([Trial.Smooth(Table.Of(name))!], t =>
    {
        if (Eager(t, t.Case.Function) is not var (z, eager)) return null;
        using var scope = Backends.Use(Trial.Cpu);
        var specs = Array.ConvertAll(z, x => x.Spec);
        if (typeof(ValueOp).IsAssignableFrom(t.Case.Op)) return Assert.ThrowsAny<GradientException>(() => Graph.Capture(Function(t), specs)) is null ? "no error" : null;
        var graph = Graph.Capture(Function(t), specs);
        return Close(graph.Run(z), eager, 1e-12) ?? Close(graph.Lower(_ => false).Run(z), eager, 1e-9);
    });

    [Theory, MemberData(nameof(Smooth))]
    public void A_captured_gradient_with_unknown_sizes_is_the_eager_one(string name) => Trial.All([Trial.Smooth(Table.Of(name))!], t =>
    {
        if (!t.Case.TakesUnknownSizes || t.Case.Names.Length == 0 || t.Case.DependsOnData || typeof(ValueOp).IsAssignableFrom(t.Case.Op) || Eager(t, t.Case.Function) is not var (z, eager)) return null;
        using var scope = Backends.Use(Trial.Cpu);
        var outputs = GraphTests.Unknown(t).Outputs.Where(o => o.DType.IsFloating());
        var graph = Graph.Capture(Function(t), [.. t.Specs.Zip(t.Case.Inputs, (s, i) => new TensorSpec(s.DType, i.Shape)), .. outputs]);
        return Close(graph.Run(z), eager, 1e-9);
    });

    [Theory, MemberData(nameof(Owned))]
    public void A_gradient_of_its_own_is_that_of_the_expansion(string name) => Trial.All([Trial.Smooth(Table.Of(name))!], t =>
    {
        if (Eager(t, t.Case.Function) is not var (_, own)) return null;
        var expanded = GraphTests.Captured(t).Lower(op => op.GetType() != t.Case.Op);
        return Close(Eager(t, x => expanded.Run(x))!.Value.Gradients, own, 1e-9);
    });

    [Theory, MemberData(nameof(Smooth))]
    public void Gradients_in_other_dtypes_have_the_dtype_and_about_the_value(string name) =>
        Trial.All(Table.Of(name).DTypes.Where(d => d.IsFloating() && d != DType.Float64).Select(d => new Trial(Table.Of(name), Table.Of(name).Variants(false).First(), d)), t =>
        {
            if (Eager(t, t.Case.Function) is not var (z, gradients)) return null;
            var wide = Eager(t, t.Case.Function, widen: true)!.Value.Gradients;
            int[] which = GradientCheck.Differentiable(t.Inputs);
            for (int k = 0; k < gradients.Length; k++)
                if (gradients[k].Spec != z[which[k]].Spec) return $"gradient {k} is {gradients[k].Spec}. Expected {z[which[k]].Spec}.";
            double precision = gradients.Length == 0 ? 1 : t.Specs.Where(s => s.DType.IsFloating()).Max(s => s.DType switch { DType.Float32 => 1e-4, DType.Float16 => 0.05, DType.BFloat16 => 0.3, _ => 1e-9 });
            return Close(gradients, wide, precision);
        });

    /// <summary>Inputs and weights, and the gradients of the weighted sum of the outputs; null where no output is floating-point.</summary>
    internal static (Tensor[] Inputs, Tensor[] Gradients)? Eager(Trial t, Func<Tensor[], Tensor[]> function, bool widen = false)
    {
        using var scope = Backends.Use(Trial.Cpu);
        var values = widen ? Array.ConvertAll(t.Inputs, x => x.IsReal ? x.As(DType.Float64) : x) : t.Inputs;
        var x = Array.ConvertAll(values, v => v.IsReal ? Variant.Place(v, Trial.Cpu).WithGrad() : Variant.Place(v, Trial.Cpu));
        Tensor[] z = [.. x, .. GradientCheck.Weights(function(x), Trial.Cpu).OfType<Tensor>()];
        int[] which = GradientCheck.Differentiable(values);
        if (z.Length == x.Length || which.Length == 0) return null;
        return (z, GradientCheck.GradientOf(function, x.Length, which)(z));
    }

    internal static Func<Tensor[], Tensor[]> Function(Trial t) => GradientCheck.GradientOf(t.Case.Function, t.Inputs.Length, GradientCheck.Differentiable(t.Inputs));

    static string? Close(Tensor[] actual, Tensor[] expected, double precision)
    {
        for (int k = 0; k < actual.Length; k++)
        {
            if (actual[k].Shape != expected[k].Shape) return $"gradient {k} has shape {actual[k].Shape}. Expected {expected[k].Shape}.";
            double[] a = HostTensor.Read(actual[k]).Reals, b = HostTensor.Read(expected[k]).Reals;
            double scale = b.Select(Math.Abs).Append(1).Max();
            for (int i = 0; i < a.Length; i++)
                if (!(Math.Abs(a[i] - b[i]) <= precision * scale)) return $"gradient {k}, element {i} is {a[i]}. Expected {b[i]}.";
        }
        return null;
    }
}
