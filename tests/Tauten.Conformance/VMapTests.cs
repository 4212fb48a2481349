using Tauten.Ops;
using Tauten.Testing;

namespace Tauten.Conformance;

/// <summary>Every use of every op for many samples at once, against the same for one after the other.</summary>
public sealed class VMapTests
{
    const int Samples = 3;

    public static TheoryData<string> Cases => Table.Names(c => c.Inputs.Count > 0 && !c.IsCostly);

    public static TheoryData<string> Costly => Table.Names(c => c.Inputs.Count > 0 && c.IsCostly);

    public static TheoryData<string> Differentiable => Table.Names(c => c.Inputs.Count > 0 && c.Order >= 1 && !c.DependsOnData && !typeof(ValueOp).IsAssignableFrom(c.Op) && c.DTypes.Contains(DType.Float64));

    [Theory, MemberData(nameof(Cases))]
    public void A_map_agrees_with_a_loop_over_the_samples(string name)
    {
        var c = Table.Of(name);
        if (c.DependsOnData && HasSizeFromData(c)) Assert.Throws<GraphException>(() => Differs(Plain(c, c.DTypes[0])));
        else foreach (var dtype in DTypes(c)) Trial.All([Plain(c, dtype)], Differs);
    }

    [Theory, MemberData(nameof(Costly)), Trait("Category", "Slow")]
    public void A_map_agrees_with_a_loop_over_the_samples_where_that_is_costly(string name) => A_map_agrees_with_a_loop_over_the_samples(name);

    [Theory, MemberData(nameof(Differentiable))]
    public void Gradients_of_maps_and_maps_of_gradients_agree_with_a_loop(string name) => Trial.All([Plain(Table.Of(name), DType.Float64)], GradientDiffers);

    static Trial Plain(OpCase c, DType dtype) => new(c, c.Variants(false).First(), dtype);

    // Such a size would differ from sample to sample.
    static bool HasSizeFromData(OpCase c) => GraphTests.Captured(Plain(c, c.DTypes[0])).Nodes.Any(n => n.OutputCount > 0 && n.ValueSpec() is TensorSpec { Shape.IsKnown: false });

    static IEnumerable<DType> DTypes(OpCase c) => c.DTypes.Where(t => t == DType.Float32).Concat(c.DTypes.Where(t => t != DType.Float32).Order().Take(1));

    static string? Differs(Trial t)
    {
        var c = t.Case;
        var drawn = Enumerable.Range(0, Samples).Select(k => Draw(t, k)).ToArray();
        var placed = Array.ConvertAll(drawn, x => t.Variant.Place(x, Trial.Cpu));
        for (int which = c.Inputs.Count == 1 ? 0 : -1; which < c.Inputs.Count; which++)
        {
            bool[] mapped = [.. Enumerable.Range(0, c.Inputs.Count).Select(i => which < 0 || which == i)];
            Tensor[][] loop = [.. Enumerable.Range(0, Samples).Select(k => c.Function([.. mapped.Select((m, i) => placed[m ? k : 0][i])]))];
            foreach (int axis in new[] { 0, -1 })
            {
                var x = mapped.Select((m, i) => m ? Tensor.Stack([.. placed.Select(p => p[i])], axis) : placed[0][i]).ToArray();
                var y = Tensor.VMap(c.Function, [.. mapped.Select(m => m ? (int?)axis : null)], [.. loop[0].Select(_ => axis)])(x);
                for (int k = 0; k < Samples; k++)
                {
                    var sample = Array.ConvertAll(y, r => r.Select(axis, k));
                    // The expectation costs more than everything else, and is seldom needed: nearly all results are the very same.
                    if (Trial.Differs(sample, loop[k]) is null) continue;
                    HostTensor[] inputs = [.. mapped.Select((m, i) => drawn[m ? k : 0][i])];
                    if (Expectation.Of(c, inputs).Mismatch(sample) is { } failure)
                        return $"{(which < 0 ? "all inputs" : $"input {which}")} with samples along axis {axis}, sample {k}: {failure}";
                }
            }
        }
        return null;
    }

    static string? GradientDiffers(Trial t)
    {
        var c = t.Case;
        int[] wrt = GradientCheck.Differentiable(t.Inputs);
        Tensor[][] samples = [.. Enumerable.Range(0, Samples).Select(k => t.Variant.Place(Draw(t, k), Trial.Cpu))];
        var weights = GradientCheck.Weights(c.Function(samples[0]), Trial.Cpu).OfType<Tensor>().ToArray();
        if (wrt.Length == 0 || weights.Length == 0) return null;
        var gradient = GradientCheck.GradientOf(c.Function, c.Inputs.Count, wrt);
        Tensor[] stacked = [.. c.Inputs.Select((_, i) => Tensor.Stack([.. samples.Select(x => x[i])])), .. weights.Select(w => Tensor.Stack([.. Enumerable.Repeat(w, Samples)]))];
        Tensor[][] loop = [.. samples.Select(x => gradient([.. Tracked(x), .. weights]))];
        var each = Tensor.VMap(gradient)(stacked);
        // All at once, once more with the first input shared, whose gradient is then a sum.
        var whole = GradientCheck.GradientOf(x => Tensor.VMap(c.Function)(x), c.Inputs.Count, wrt)([.. Tracked(stacked[..c.Inputs.Count]), .. stacked[c.Inputs.Count..]]);
        for (int i = 0; i < wrt.Length; i++)
        {
            var expected = Tensor.Stack([.. loop.Select(g => g[i])]);
            if (Far(each[i], expected) is { } e) return $"map of the gradient of input {wrt[i]}: {e}";
            if (Far(whole[i], expected) is { } w) return $"gradient of the map of input {wrt[i]}: {w}";
        }
        if (c.Inputs.Count == 1) return null;
        int?[] axes = [.. c.Inputs.Select((_, i) => i == 0 ? (int?)null : 0)];
        var shared = GradientCheck.GradientOf(x => Tensor.VMap(c.Function, axes)(x), c.Inputs.Count, wrt)([.. Tracked([samples[0][0], .. stacked[1..c.Inputs.Count]]), .. stacked[c.Inputs.Count..]]);
        Tensor[][] one = [.. samples.Select(x => gradient([.. Tracked([samples[0][0], .. x[1..]]), .. weights]))];
        for (int i = 0; i < wrt.Length; i++)
            if (Far(shared[i], wrt[i] == 0 ? one[0][i] + one[1][i] + one[2][i] : Tensor.Stack([.. one.Select(g => g[i])])) is { } s) return $"gradient of the map with a shared input, input {wrt[i]}: {s}";
        return null;
    }

    static Tensor[] Tracked(Tensor[] x) => Array.ConvertAll(x, t => t.DType.IsFloating() ? t.WithGrad() : t);

    static string? Far(Tensor received, Tensor expected)
    {
        HostTensor x = HostTensor.Read(received), y = HostTensor.Read(expected);
        if (x.Spec != y.Spec) return $"{x.Spec}. Expected {y.Spec}.";
        double scale = y.Reals.Where(double.IsFinite).Select(Math.Abs).Append(1).Max();
        for (int i = 0; i < y.Count; i++)
            if (!x.Reals[i].Equals(y.Reals[i]) && !(Math.Abs(x.Reals[i] - y.Reals[i]) <= 1e-11 * scale)) return $"element {i} is {x.Reals[i]:R}. Expected {y.Reals[i]:R}.";
        return null;
    }

    static HostTensor[] Draw(Trial t, int sample)
    {
        var x = (t.Variant with { Name = $"sample {sample}" }).Draw(t.Case, t.DType);
        // Fixed values are those of a case; a random key shall differ all the same.
        for (int i = 0; i < x.Length; i++)
            if (x[i].DType == DType.UInt64 && t.Case.Inputs[i].Values is not null) x[i].Wholes[^1] += sample;
        return x;
    }
}
