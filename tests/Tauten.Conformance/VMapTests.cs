using Tauten.Testing;

namespace Tauten.Conformance;

/// <summary>Every use of every op for many samples at once, against the same for one after the other.</summary>
public sealed class VMapTests
{
    const int Samples = 3;

    /// <summary>Cases that cannot be mapped, and why.</summary>
    static readonly Dictionary<string, string> excepted = [];

    public static TheoryData<string> Cases => Table.Names(c => c.Inputs.Count > 0 && !c.DependsOnData && !excepted.ContainsKey(c.Name));

    public static TheoryData<string> DependingOnData => Table.Names(c => c.Inputs.Count > 0 && c.DependsOnData);

    [Theory, MemberData(nameof(Cases))]
    public void A_map_agrees_with_a_loop_over_the_samples(string name)
    {
        var c = Table.Of(name);
        foreach (var dtype in DTypes(c)) Trial.All([new Trial(c, c.Variants(false).First(), dtype)], Differs);
    }

    [Theory, MemberData(nameof(DependingOnData))]
    public void A_size_that_depends_on_data_is_an_error(string name)
    {
        var c = Table.Of(name);
        var trial = new Trial(c, c.Variants(false).First(), c.DTypes[0]);
        var x = trial.Variant.Place(trial.Inputs, Trial.Cpu);
        Assert.Throws<GraphException>(() => Tensor.VMap(c.Function)(Array.ConvertAll(x, t => t.Unsqueeze(0))));
    }

    [Fact]
    public void The_list_of_exceptions_is_up_to_date() => Assert.All(excepted, e => Assert.Equal(e.Key, Table.Of(e.Key).Name));

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

    static HostTensor[] Draw(Trial t, int sample)
    {
        var x = (t.Variant with { Name = $"sample {sample}" }).Draw(t.Case, t.DType);
        // Fixed values are those of a case; a random key shall differ all the same.
        for (int i = 0; i < x.Length; i++)
            if (x[i].DType == DType.UInt64 && t.Case.Inputs[i].Values is not null) x[i].Wholes[^1] += sample;
        return x;
    }
}
