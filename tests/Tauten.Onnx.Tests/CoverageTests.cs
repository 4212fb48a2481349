using System.Text;
using Tauten.OnnxFormat;
using Tauten.Tests;

namespace Tauten.OnnxTests;

/// <summary>The document of what is covered says what the table of operators says.</summary>
public sealed class CoverageTests
{
    const string Begin = "<!-- operators: written by CoverageTests -->", End = "<!-- end -->";

    static readonly string path = SourceTree.PathOf("docs/onnx-coverage.md");

    [Fact]
    public void TheDocumentListsTheOperators()
    {
        string document = File.ReadAllText(path).ReplaceLineEndings("\n");
        int begin = document.IndexOf(Begin, StringComparison.Ordinal), end = document.IndexOf(End, StringComparison.Ordinal);
        Assert.True(begin >= 0 && end > begin, $"{path} has no place for the table of operators.");
        string expected = $"{document[..begin]}{Begin}\n{Table()}{document[end..]}";
        if (expected == document) return;
        string received = Path.ChangeExtension(path, ".received.md");
        File.WriteAllText(received, expected);
        Assert.Fail($"The table of operators has changed. Look at it, and accept it: mv {received} {path}");
    }

    static string Table()
    {
        var text = new StringBuilder();
        foreach (var (domain, operators) in OperatorTable.Domains)
        {
            text.Append("\n### ").Append(domain.Length == 0 ? "ai.onnx" : domain).Append(", ").Append(operators.Count).Append(" operators\n\n| operator | versions |\n|---|---|\n");
            foreach (var op in operators.OrderBy(o => o.Name, StringComparer.OrdinalIgnoreCase))
                text.Append("| ").Append(op.Name).Append(" | ").Append(op.First).Append(op.Last is { } last ? $" to {last}" : " and later").Append(" |\n");
        }
        return text.Append('\n').ToString();
    }

    [Fact]
    public void NoOperatorIsListedTwice() =>
        Assert.All(OperatorTable.Domains, d => Assert.Equal(d.Value.Count, d.Value.Select(o => o.Name).Distinct().Count()));
}
