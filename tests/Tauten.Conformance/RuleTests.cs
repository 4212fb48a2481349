using Tauten.Ops;
using Tauten.Testing;

namespace Tauten.Conformance;

public sealed class RuleTests
{
    public static TheoryData<string> Cases => Table.Names(c => true);

    [Fact]
    public void Every_op_has_a_case()
    {
        var missing = Table.Ops.Except(Table.Cases.Select(c => c.Op)).Select(t => t.Name).ToList();
        Assert.True(missing.Count == 0, $"No OpCase in tests/Tauten.Conformance/Cases: {string.Join(", ", missing)}");
    }

    /// <summary>Ops with a gradient that finite differences do not see, and why.</summary>
    static readonly Dictionary<Type, string> unseen = new()
    {
        [typeof(RandomGamma)] = "the gradient is that at a fixed probability; the path of a sample jumps where a rejection flips",
    };

    /// <summary>Every op with a gradient must have a case in which it is compared with finite differences, and its derivative too.</summary>
    [Fact]
    public void Every_differentiable_op_is_checked_to_second_order()
    {
        var missing = new HashSet<string>();
        foreach (var op in Table.Cases.Where(c => c.DTypes.Contains(DType.Float64)).GroupBy(c => c.Op).Where(g => g.All(c => c.Order < 2)))
        {
            Mutation.Gradient = (o, gradients) =>
            {
                if (o.GetType() == op.Key && gradients.Any(g => g is not null)) missing.Add(op.Key.Name);
                return gradients;
            };
            try
            {
                foreach (var c in op) GradientCheck.First(c.Function, Trial.Smooth(c)!.Inputs, Trial.Cpu);
            }
            catch (GradientException)
            {
                // It says that it has none.
            }
            finally
            {
                Mutation.Gradient = null;
            }
        }
        Assert.Equal(unseen.Keys.Select(t => t.Name).Order(), missing.Order());
    }

    /// <summary>A case that does not run its op would prove nothing.</summary>
    [Theory, MemberData(nameof(Cases))]
    public void Every_case_runs_its_op(string name)
    {
        var c = Table.Of(name);
        var trial = new Trial(c, c.Variants(false).First(), Trial.MainDType(c));
        Assert.Contains(GraphTests.Captured(trial).Nodes, n => n.Op?.GetType() == c.Op);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Rules_agree_with_each_other(string name) => Trial.All(Trial.Of(Table.Of(name)).Where(t => !t.Variant.IsSpecial), t =>
        Check(GraphTests.Captured(t)) ?? (t.Variant.Name == "plain" && t.Case.TakesUnknownSizes ? Check(GraphTests.Unknown(t)) : null));

    internal static string? Check(Graph graph)
    {
        foreach (var node in graph.Nodes)
        {
            if (node.Op is null or ValueOp) continue;
            var op = node.Op;
            var x = Enumerable.Range(0, node.InputCount).Select(i => node.Input(i).Spec(node.InputOutput(i))).ToArray();
            var whole = Dispatch.Infer(op, x);
            if (x.Length == 1 && whole.Count == 1 && Differ(op.Infer(x[0]), whole[0])) return $"{op}: its rule for one input gives {op.Infer(x[0])}. Expected {whole[0]}, as the general one.";
            if (x.Length == 2 && whole.Count == 1 && Differ(op.Infer(x[0], x[1]), whole[0])) return $"{op}: its rule for two inputs gives {op.Infer(x[0], x[1])}. Expected {whole[0]}, as the general one.";
            if (op is not CompositeOp composite || op is DimValue { Dim.IsKnown: false }) continue;
            var derived = DerivedSpecs.Of(composite, x);
            if (derived.Count != whole.Count) return $"{op}: its rule gives {whole.Count} outputs, its expansion {derived.Count}.";
            for (int i = 0; i < whole.Count; i++)
                if (Differ(derived[i], whole[i])) return $"{op}: its rule gives {whole[i]} for output {i}, its expansion {derived[i]}.";
        }
        return null;
    }

    // A size that only the data will tell has another name each time.
    static bool Differ(TensorSpec a, TensorSpec b) => Named(a) != Named(b);

    static TensorSpec Named(TensorSpec spec) => new(spec.DType, spec.Shape.Bind(name => name.Contains('#') ? Dim.Unknown(name[..name.IndexOf('#')]) : default(Dim?)));
}
