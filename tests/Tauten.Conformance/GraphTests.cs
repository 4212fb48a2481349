using Tauten.Ops;
using Tauten.Testing;

namespace Tauten.Conformance;

public sealed class GraphTests
{
    public static TheoryData<string> Cases => Table.Names(_ => true);

    public static TheoryData<string> WithNames => Table.Names(c => c.TakesUnknownSizes && c.Names.Length > 0);

    [Theory, MemberData(nameof(Cases))]
    public void A_captured_graph_gives_the_very_same(string name) => Trial.All(Trial.Common(Table.Of(name)), t => Agrees(t, Captured(t)));

    static string? Agrees(Trial t, Graph graph)
    {
        var eager = t.Run();
        for (int i = 0; i < eager.Length; i++)
            if (!Fits(graph.Outputs[i], eager[i].Spec)) return $"the captured output {i} is {graph.Outputs[i]}. Expected {eager[i].Spec}.";
        return Trial.Differs(graph.Run(t.Variant.Place(t.Inputs, Trial.Cpu)), eager);
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_lowered_graph_has_no_composites_and_gives_the_same(string name) => Trial.All(Trial.Common(Table.Of(name)), t =>
    {
        var graph = Captured(t).Lower(_ => false);
        if (graph.Nodes.FirstOrDefault(n => n.Op is CompositeOp) is { } left) return $"{left} was not lowered.";
        return t.Expected.Mismatch(graph.Run(t.Variant.Place(t.Inputs, Trial.Cpu)));
    });

    [Theory, MemberData(nameof(WithNames))]
    public void A_graph_with_unknown_sizes_gives_the_same(string name)
    {
        foreach (var trials in Trial.Common(Table.Of(name)).Where(t => t.Variant.Arrangements.All(a => a == Arrangement.Contiguous) && (!t.Case.IsElementwise || t.Variant.Name == "plain")).GroupBy(t => t.DType))
        {
            var graph = Unknown(trials.First());
            var lowered = graph.Lower(_ => false);
            Trial.All(trials, t =>
            {
                var x = t.Variant.Place(t.Inputs, Trial.Cpu);
                var y = graph.Run(x);
                for (int i = 0; i < y.Length; i++)
                    if (!Fits(graph.Outputs[i], y[i].Spec)) return $"the captured output {i} is {graph.Outputs[i]}, but the result {y[i].Spec}.";
                return t.Expected.Mismatch(y) ?? t.Expected.Mismatch(lowered.Run(x));
            });
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_saved_and_loaded_graph_gives_the_very_same(string name) => Trial.All(Trial.Common(Table.Of(name)).Where(t => t.Variant.Name == "plain"), t =>
    {
        var graph = Captured(t);
        if (graph.Nodes.Any(n => n.Op is CustomGradient))
        {
            // It holds code of the program; what it is made of can be saved.
            Assert.Throws<ModelFormatException>(() => Loaded(graph));
            graph = graph.Lower(op => op is not CustomGradient);
        }
        return Saved(t, graph) ?? (t.Case.TakesUnknownSizes && t.Case.Names.Length > 0 && graph.Nodes.All(n => n.Op is not CustomGradient) && t.DType == t.Case.DTypes[0] ? Saved(t, Unknown(t).Lower(op => op is not CustomGradient)) : null);
    });

    static string? Saved(Trial t, Graph graph)
    {
        var x = t.Variant.Place(t.Inputs, Trial.Cpu);
        return Trial.Differs(Loaded(graph).Run(x), graph.Run(x));
    }

    static Graph Loaded(Graph graph)
    {
        var program = new GraphProgram();
        program.Add("f", graph);
        byte[] bytes = program.ToBytes();
        var loaded = GraphProgram.Load(bytes);
        Assert.Equal(bytes, loaded.ToBytes());
        return loaded.Functions["f"].Graph;
    }

    [Fact]
    public void Every_op_can_be_saved_but_those_that_hold_code() => Assert.Equal(Table.Ops.Select(o => o.Name).Where(n => n != nameof(CustomGradient)).Order(StringComparer.Ordinal), OpTable.Standard.Schema.Select(l => l[..l.IndexOf('(', StringComparison.Ordinal)]));

    /// <summary>Whether a captured spec, as far as it is known, is the actual one.</summary>
    internal static bool Fits(TensorSpec captured, TensorSpec actual) =>
        captured.DType == actual.DType && captured.Shape.Rank == actual.Shape.Rank && captured.Shape.Zip(actual.Shape).All(d => !d.First.IsKnown || d.First == d.Second);

    internal static Graph Captured(Trial t)
    {
        using var scope = Backends.Use(Trial.Cpu);
        return Graph.Capture(t.Case.Function, t.Specs);
    }

    internal static Graph Unknown(Trial t)
    {
        using var scope = Backends.Use(Trial.Cpu);
        return Graph.Capture(t.Case.Function, [.. t.Specs.Zip(t.Case.Inputs, (s, i) => new TensorSpec(s.DType, i.Shape))]);
    }
}
