using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Tauten.Core.Generators;

namespace Tauten.Core.Tests;

/// <summary>The source generator that writes the table of ops: what it writes for records of many forms, what it complains of, and when it works again.</summary>
public class OpTableGeneratorTests
{
    const string Core = """
        namespace Tauten { public readonly struct Dims; public sealed class Shape; public readonly struct Dim; public sealed class Graph; public enum DType : byte { Float32 } public enum Side { Left, Right } }
        namespace Tauten.Ops
        {
            public abstract record Op { internal int Slot { get; } }
            public abstract record PrimitiveOp : Op;
            public abstract record Stepping : PrimitiveOp { public bool Maximize { get; init; } }
            public abstract record Along(int Axis, bool Reverse) : PrimitiveOp;
        }
        """;

    static readonly CSharpParseOptions options = new(LanguageVersion.Latest);

    static CSharpCompilation Compilation(string source) => CSharpCompilation.Create("Core", [CSharpSyntaxTree.ParseText(Core, options), CSharpSyntaxTree.ParseText(source, options)],
        [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)], new(OutputKind.DynamicallyLinkedLibrary));

    static (string Text, Diagnostic[] Complaints) Run(string source)
    {
        var result = CSharpGeneratorDriver.Create(new OpTableGenerator()).WithUpdatedParseOptions(options).RunGenerators(Compilation(source)).GetRunResult();
        return (Assert.Single(result.GeneratedTrees).ToString(), [.. result.Diagnostics]);
    }

    [Theory]
    [InlineData("public sealed record Plain : PrimitiveOp { internal static readonly Plain Instance = new(); }", "(\"Plain\", \"\", static (op, w) => { }, static r => global::Tauten.Ops.Plain.Instance);")]
    [InlineData("public sealed record Fresh : PrimitiveOp;", "static r => new global::Tauten.Ops.Fresh());")]
    [InlineData("public sealed record Two(int B, double? A) : PrimitiveOp;", "(\"Two\", \"A: double?, B: int\", static (op, w) => { w.Write(\"A\", op.A); w.Write(\"B\", op.B); }, static r => new global::Tauten.Ops.Two(r.Int(\"B\"), r.DoubleOrNull(\"A\")));")]
    [InlineData("public sealed record Older(long A, bool Later = true, double? More = null) : PrimitiveOp;", "new global::Tauten.Ops.Older(r.Long(\"A\"), r.Has(\"Later\") ? r.Bool(\"Later\") : true, r.Has(\"More\") ? r.DoubleOrNull(\"More\") : null)")]
    [InlineData("public sealed record Rate(double Beta) : Stepping;", "new global::Tauten.Ops.Rate(r.Double(\"Beta\")) { Maximize = r.Bool(\"Maximize\") }")]
    [InlineData("public sealed record Sum(int Axis, bool Reverse) : Along(Axis, Reverse);", "(\"Sum\", \"Axis: int, Reverse: bool\",")]
    [InlineData("public sealed record Kinds(Dims A, Shape B, Dim C, Graph D, DType E, Side F, string G) : PrimitiveOp;", "new global::Tauten.Ops.Kinds(r.Dims(\"A\"), r.Shape(\"B\"), r.Dim(\"C\"), r.Graph(\"D\"), r.DType(\"E\"), r.Enum<global::Tauten.Side>(\"F\"), r.Text(\"G\"))")]
    [InlineData("public sealed record Inner(int A) : PrimitiveOp; public sealed record Outer(Inner Forward) : PrimitiveOp;", "new global::Tauten.Ops.Outer(r.Op<global::Tauten.Ops.Inner>(\"Forward\"))")]
    [InlineData("public sealed record Code(System.Func<int> F) : PrimitiveOp;", "table.AddUnsavable<global::Tauten.Ops.Code>(\"Code\");")]
    public void A_line_for_each_record(string record, string line)
    {
        var (text, complaints) = Run($"using Tauten; namespace Tauten.Ops {{ {record} }}");
        Assert.Empty(complaints);
        Assert.Contains(line, text);
    }

    [Theory]
    [InlineData("namespace Tauten.Ops { public abstract record Open(int A) : PrimitiveOp; public sealed record Other(int A); }")]
    [InlineData("namespace Mine { public sealed record Foreign(int A) : Tauten.Ops.PrimitiveOp; }")]
    public void Nothing_for_other_records(string source) => Assert.DoesNotContain("table.Add", Run(source).Text.Split("AddAll(OpTable.Entries table)")[1]);

    [Fact]
    public void An_attribute_that_cannot_be_saved_is_an_error_that_names_it()
    {
        var complaint = Assert.Single(Run("namespace Tauten.Ops { public sealed record Bad(int A, System.DateTime When) : PrimitiveOp; }").Complaints);
        Assert.Equal(("TAUTEN101", DiagnosticSeverity.Error), (complaint.Id, complaint.Severity));
        Assert.Contains("'Bad' has the attribute 'When'", complaint.GetMessage());
    }

    [Fact]
    public void An_edit_that_changes_no_op_writes_nothing_anew()
    {
        var compilation = Compilation("namespace Tauten.Ops { public sealed record Two(int B, double? A) : PrimitiveOp; }");
        var driver = CSharpGeneratorDriver.Create([new OpTableGenerator().AsSourceGenerator()], driverOptions: new(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true)).WithUpdatedParseOptions(options).RunGenerators(compilation);
        var result = driver.RunGenerators(compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText("namespace Tauten.Ops { public sealed record Unrelated(int A); }", options))).GetRunResult();
        Assert.All(result.Results[0].TrackedOutputSteps.SelectMany(s => s.Value).SelectMany(s => s.Outputs), o => Assert.Equal(IncrementalStepRunReason.Cached, o.Reason));
    }
}
