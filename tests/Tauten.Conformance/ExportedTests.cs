extern alias onnx;

using System.Text.RegularExpressions;
using Tauten.Testing;
using Tauten.Tests;
using Onnx = onnx::Tauten.Onnx;
using Unsupported = onnx::Tauten.UnsupportedModelException;

namespace Tauten.Conformance;

/// <summary>
/// Every case written in the ONNX format, read back and run: writing itself compares the model with the graph. What cannot be written is listed, op by op, in docs/onnx-coverage.md.
/// </summary>
public sealed partial class ExportedTests
{
    static readonly HashSet<string> listed = [.. Section().Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).SelectMany(line => Names().Matches(line.Split(" | ")[0])).Select(m => m.Groups[1].Value)];

    static string Section()
    {
        string text = File.ReadAllText(SourceTree.PathOf("docs/onnx-coverage.md"));
        int start = text.IndexOf("## Ops that cannot be written", StringComparison.Ordinal);
        return text[start..text.IndexOf("\n## ", start + 1, StringComparison.Ordinal)];
    }

    public static TheoryData<string> Cases => Table.Names(_ => true);

    [Theory, MemberData(nameof(Cases))]
    public void An_exported_case_comes_back(string name)
    {
        if (Missing(Table.Of(name)) is { } missing) Assert.Contains(missing, listed);
    }

    /// <summary>The op without which a case cannot be written; null where it comes back.</summary>
    static string? Missing(OpCase c) => Missing(c, new() { Opset = 18 });

    static string? Missing(OpCase c, onnx::Tauten.OnnxExportOptions options)
    {
        var t = new Trial(c, c.Variants(false).First(), c.DTypes.Contains(DType.Float32) ? DType.Float32 : c.DTypes[0]);
        var graph = Graph.Capture(c.Function, t.Specs);
        try
        {
            Onnx.Written(graph, options, t.Variant.Place(t.Inputs, Trial.Cpu));
            return null;
        }
        catch (Unsupported error)
        {
            return FirstWord().Match(error.Message).Value;
        }
    }

    [Fact]
    public void What_is_listed_cannot_be_written()
    {
        var found = Table.Cases.Where(c => listed.Contains(c.Op.Name)).Select(Missing).ToHashSet();
        string?[] written = [.. listed.Except(found)];
        Assert.True(written.Length == 0, $"Written after all: {string.Join(", ", written)}");
    }

    public static TheoryData<int> Opsets => [.. Enumerable.Range(13, 10)];

    [Theory, Trait("Category", "Slow"), MemberData(nameof(Opsets))]
    public void Every_version_of_the_operator_set_comes_back(int opset) => Expect(opset, null);

    [Theory, Trait("Category", "Slow"), Trait("Category", "Networks"), MemberData(nameof(Opsets))]
    public void Another_runtime_computes_what_the_graph_does(int opset)
    {
        if (File.Exists(OtherRuntime.Library)) Expect(opset, OtherRuntime.Library);
    }

    /// <summary>
    /// What the format leaves open, so that runtimes differ: casts of numbers that the target type does not hold, reductions of nothing, and, against its text, in ONNX Runtime the non-zero
    /// elements of a scalar.
    /// </summary>
    static bool IsOpen(OpCase c) => c.Name is "NonZero of a scalar" or "Mean of nothing" or "Cast of wide numbers" || c.Name.StartsWith("Cast to ", StringComparison.Ordinal);

    static void Expect(int opset, string? other)
    {
        var wrong = new List<string>();
        foreach (var c in Table.Cases.Where(c => other is null || !IsOpen(c)))
            try
            {
                Missing(c, new() { Opset = opset, VerifyWith = other });
            }
            catch (Exception error) when (error is TautenException or ArgumentException)
            {
                wrong.Add($"{c.Name}: {error.Message}");
            }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [GeneratedRegex("`([A-Za-z0-9]+)`")]
    private static partial Regex Names();

    [GeneratedRegex("^[A-Za-z0-9]+")]
    private static partial Regex FirstWord();
}
