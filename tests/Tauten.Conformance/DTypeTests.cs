using System.Text.RegularExpressions;
using System.Xml.Linq;
using Tauten.Ops;
using Tauten.Testing;

namespace Tauten.Conformance;

/// <summary>
/// Which dtypes an op takes: what its rule accepts is what its documentation says, is run by its cases, and everything else is refused in a sentence
/// that helps.
/// </summary>
public sealed partial class DTypeTests
{
    /// <summary>Ops whose dtypes are those of what they carry.</summary>
    static bool IsWrapper(Type op) => typeof(ValueOp).IsAssignableFrom(op) || typeof(GraphOp).IsAssignableFrom(op) || typeof(ControlOp).IsAssignableFrom(op) || op == typeof(Mapped);

    static readonly Dictionary<Type, AcceptedDTypes> accepted = Table.Cases.Where(c => !IsWrapper(c.Op)).GroupBy(c => c.Op).ToDictionary(g => g.Key, g => AcceptedDTypes.Of([.. g]));

    static readonly Dictionary<string, string> summaries = XDocument.Load(Path.ChangeExtension(typeof(Op).Assembly.Location, "xml")).Descendants("member")
        .Where(m => m.Element("summary") is not null).ToDictionary(m => m.Attribute("name")!.Value, m => Spaces().Replace(m.Element("summary")!.Value, " ").Trim());

    static void Empty(IEnumerable<string> sentences)
    {
        string[] all = [.. sentences];
        Assert.True(all.Length == 0, string.Join('\n', all));
    }

    [Fact]
    public void Documentation_says_which_dtypes_an_op_takes() => Empty(
        from pair in accepted
        let sentence = pair.Value.Sentence
        let summary = summaries.GetValueOrDefault($"T:{pair.Key.FullName}", "")
        let stated = Stated().Match(summary)
        where !stated.Success || !pair.Value.IsSaidBy(stated.Groups[1].Value)
        select $"{pair.Key.Name} takes other dtypes than it says. Expected at the end of its summary, with names in place of the numbers of inputs: '{sentence}' Received: '{(stated.Success ? stated.Value : "nothing")}'");

    [Fact]
    public void Other_dtypes_are_refused_in_a_sentence_that_names_op_and_dtype() => Empty(accepted.Values.SelectMany(a => a.Unclear));

    /// <summary>A kernel would read the elements of one as those of the other.</summary>
    [Fact]
    public void Inputs_that_share_a_dtype_are_not_mixed() => Empty(accepted.Values.SelectMany(a => a.Mixed));

    [Fact]
    public void Every_dtype_that_an_op_takes_has_a_case() => Empty(
        from op in Table.Cases.GroupBy(c => c.Op)
        where accepted.ContainsKey(op.Key)
        let without = accepted[op.Key].Free.Except(op.SelectMany(c => c.DTypes)).ToList()
        where without.Count > 0
        select $"{op.Key.Name} takes {AcceptedDTypes.Text(without)}, but no case of it does.");

    public static TheoryData<string> Cases => Table.Names(c => accepted.ContainsKey(c.Op));

    /// <summary>Cases choose dtypes for their tolerances too; each use at least runs in all that its op takes, and with all that its indices may be.</summary>
    [Theory, MemberData(nameof(Cases))]
    public void What_the_rule_accepts_runs(string name)
    {
        var c = Table.Of(name);
        var variant = c.Variants(false).First();
        foreach (var dtype in accepted[c.Op].InCase[c].Free.Except(c.DTypes))
            try
            {
                new Trial(c, variant, dtype).Run();
            }
            catch (DTypeException e) when (!e.Statement.StartsWith(c.Op.Name, StringComparison.Ordinal) && !e.StackTrace!.Contains(".Cpu.", StringComparison.Ordinal))
            {
                // The case prepares its inputs with ops that do not take the dtype.
            }
        foreach (var (input, dtypes) in accepted[c.Op].InCase[c].Fixed)
            foreach (var dtype in dtypes)
            {
                var t = new Trial(c, variant, Trial.MainDType(c));
                var expected = t.Expected;
                t.Inputs[input] = AcceptedDTypes.Converted(t.Inputs[input], dtype);
                string? failure = expected.Mismatch(t.Run());
                Assert.True(failure is null, $"{t}, input {input} as {dtype.Name()}: {failure}");
            }
    }

    /// <summary>Ops that make tensors of a dtype that they are told.</summary>
    [Fact]
    public void What_is_made_has_the_dtype_that_is_asked_for() => Empty(
        from a in accepted.Values
        from op in a.Made
        let x = op.Specs.Select(s => Tensor.Full(s.Shape, 1, s.DType)).ToArray()
        let y = Dispatch.Run(op.Op, (ReadOnlySpan<Tensor>)x)
        where y.DType != op.DType
        select $"{op.Op} gives {y.Spec}. Expected {op.DType.Name()}.");

    [GeneratedRegex(@"Dtypes: ([^.]*)\.$")]
    private static partial Regex Stated();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
