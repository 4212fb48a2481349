using Tauten.Ops;
using Tauten.Testing;
using Xunit.Abstractions;

namespace Tauten.Conformance;

/// <summary>
/// Tests the tests: each gradient is negated, each kernel's result changed at one element, each shape rule falsified, and the cases of the op are
/// run. A mutant that no check notices survives.
/// </summary>
[Trait("Category", "Slow"), Trait("Category", "Mutation")]
public sealed class MutationTests(ITestOutputHelper output)
{
    [Fact]
    public void At_least_99_percent_of_the_mutants_are_caught()
    {
        Assert.True(Mutation.IsEnabled, "The switch Tauten.Mutation is missing in the project file.");
        int caught = 0, all = 0;
        var survivors = new List<string>();
        foreach (var (kind, mutants) in new[] { ("gradient", Negated()), ("kernel", Perturbed()), ("rule", Falsified()) })
        {
            int before = caught, count = 0;
            foreach (var mutant in mutants)
            {
                count++;
                if (mutant.Caught) caught++;
                else survivors.Add(mutant.Name);
            }
            all += count;
            output.WriteLine($"{kind}: {caught - before} of {count}");
        }
        string figure = $"mutation: {caught} of {all} caught ({100.0 * caught / all:f1} %)\n{string.Join('\n', survivors)}";
        output.WriteLine(figure);
        File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "mutation.txt"), figure);
        Assert.True(caught >= 0.99 * all, figure);
    }

    static IEnumerable<IGrouping<Type, OpCase>> Ops => Table.Cases.Where(c => !typeof(ValueOp).IsAssignableFrom(c.Op)).GroupBy(c => c.Op);

    static bool Fails(Func<string?> check)
    {
        try
        {
            return check() is not null;
        }
        catch (Exception)
        {
            return true;
        }
    }

    /// <summary>The gradient of each input in turn, negated.</summary>
    static IEnumerable<(string Name, bool Caught)> Negated()
    {
        foreach (var op in Ops)
        {
            for (int input = 0; input < 6; input++)
            {
                bool changed = false;
                int which = input;
                bool caught = op.Where(c => c.Order >= 1 && c.DTypes.Contains(DType.Float64)).Any(c =>
                {
                    var t = Trial.Smooth(c)!;
                    Mutation.Gradient = (o, gradients) =>
                    {
                        if (o.GetType() != op.Key || which >= gradients.Length || gradients[which] is not { } gradient) return gradients;
                        changed = true;
                        var mutated = (Tensor?[])gradients.Clone();
                        mutated[which] = -gradient;
                        return mutated;
                    };
                    try
                    {
                        return Fails(() => GradientCheck.First(c.Function, t.Inputs, Trial.Cpu));
                    }
                    finally
                    {
                        Mutation.Gradient = null;
                    }
                });
                if (changed) yield return ($"{op.Key.Name}: gradient {input} negated", caught);
            }
        }
    }

    /// <summary>One element of each output in turn, moved by a thousandth, by one, or from true to false.</summary>
    static IEnumerable<(string Name, bool Caught)> Perturbed()
    {
        foreach (var op in Ops)
        {
            for (int which = 0; which < 4; which++)
            {
                bool changed = false;
                var random = new Random(which);
                var backend = new BorrowingBackend(Trial.Cpu)
                {
                    AfterKernel = (o, y) =>
                    {
                        if (o.GetType() != op.Key || which >= y.Length || y[which].Shape.Count == 0) return;
                        changed = true;
                        Perturb(y[which], random);
                    },
                };
                bool caught = op.Any(c => new[] { c.Variants(false).First() }.Concat(c.Variants(false).Where(v => v.Name.EndsWith("33", StringComparison.Ordinal)))
                    .Any(v => Fails(() => new Trial(c, v, Trial.MainDType(c)) is var t ? t.Expected.Mismatch(t.Run(backend)) : null)));
                if (changed) yield return ($"{op.Key.Name}: output {which} of its kernel changed", caught);
            }
        }
    }

    static void Perturb(Tensor y, Random random)
    {
        var values = HostTensor.Read(y);
        int i = random.Next(values.Count);
        if (values.IsReal) values.Reals[i] = values.Reals[i] == 0 ? 1e-3 : values.Reals[i] * (1 + 1e-3);
        else values.Wholes[i] = y.DType == DType.Bool ? 1 - values.Wholes[i] : values.Wholes[i] + 1;
        values.WriteTo(y);
    }

    /// <summary>
    /// The specs of each op with two sizes exchanged, a size one larger, or another dtype. The checks that allocate nothing for CPU kernels come
    /// first, so that none runs on memory of a wrong size.
    /// </summary>
    static IEnumerable<(string Name, bool Caught)> Falsified()
    {
        foreach (var op in Ops)
        {
            foreach (var (name, change) in new (string, Func<TensorSpec, TensorSpec?>)[] { ("two sizes exchanged", Exchanged), ("its last size one larger", Larger), ("another dtype", Retyped) })
            {
                bool changed = false;
                bool caught = op.Any(c =>
                {
                    var variant = c.Variants(false).First();
                    var t = new Trial(c, variant, Trial.MainDType(c));
                    var expected = t.Expected;
                    Mutation.Rule = (o, specs) =>
                    {
                        if (o.GetType() != op.Key || change(specs[0]) is not { } mutated) return specs;
                        changed = true;
                        return specs.Count == 1 ? mutated : new Specs([mutated, .. Enumerable.Range(1, specs.Count - 1).Select(i => specs[i])]);
                    };
                    try
                    {
                        return Fails(() => RuleTests.Check(GraphTests.Captured(t)))
                            || Fails(() => expected.Mismatch(t.Run(ReferenceBackend.Instance)))
                            || Fails(() => CapturedSpecs(t, expected))
                            || Fails(() => expected.Mismatch(t.Run()));
                    }
                    finally
                    {
                        Mutation.Rule = null;
                    }
                });
                if (changed) yield return ($"{op.Key.Name}: {name}", caught);
            }
        }
    }

    static string? CapturedSpecs(Trial t, Expectation expected)
    {
        var graph = GraphTests.Captured(t);
        for (int i = 0; i < graph.Outputs.Count; i++)
            if (!GraphTests.Fits(graph.Outputs[i], expected.Outputs[i].Spec)) return $"output {i}";
        return null;
    }

    static TensorSpec? Exchanged(TensorSpec spec)
    {
        for (int i = 1; i < spec.Shape.Rank; i++)
            if (spec.Shape[i] != spec.Shape[i - 1]) return new(spec.DType, spec.Shape.With(i, spec.Shape[i - 1]).With(i - 1, spec.Shape[i]));
        return null;
    }

    static TensorSpec? Larger(TensorSpec spec) => spec.Shape.Rank == 0 ? null : new(spec.DType, spec.Shape.With(spec.Shape.Rank - 1, spec.Shape[^1] + 1));

    static TensorSpec? Retyped(TensorSpec spec) => new(spec.DType == DType.Int64 ? DType.Float64 : DType.Int64, spec.Shape);
}
