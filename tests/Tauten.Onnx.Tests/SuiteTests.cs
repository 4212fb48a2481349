using Tauten.Tests;

namespace Tauten.OnnxTests;

/// <summary>A test on the data of ONNX's conformance suite, which the Debian package libonnx-testdata installs; it is skipped where they are not.</summary>
sealed class SuiteFactAttribute : FactAttribute
{
    public const string Data = "/usr/share/libonnx-testdata/data";

    public SuiteFactAttribute()
    {
        if (!Directory.Exists(Data)) Skip = $"The data of ONNX's conformance suite are not in {Data}. Install the package libonnx-testdata.";
    }
}

/// <summary>The conformance suite of ONNX, as the most general graph, as a graph for the sizes at hand, and node by node.</summary>
[Trait("Category", "Slow")]
[Trait("Category", "OnnxSuite")]
public sealed class SuiteTests
{
    // Each of these has its reason in docs/onnx-coverage.md.
    static readonly string[] expectedFailures =
    [
        "test_adam_multiple", "test_bernoulli", "test_bernoulli_double", "test_bernoulli_double_expanded", "test_bernoulli_expanded", "test_bernoulli_seed", "test_bernoulli_seed_expanded",
    ];

    [SuiteFact]
    public void AsTheMostGeneralGraph() => Check(RunMode.Best);

    [SuiteFact]
    public void NodeByNode() => Check(RunMode.NodeByNode);

    [SuiteFact]
    public void AsAGraphForTheSizesAtHand()
    {
        int passed = 0, total = 0;
        var wrong = new List<string>();
        foreach (string folder in Folders())
        {
            total++;
            var result = Conformance.Verify(folder, 1e-3, 1e-7, RunMode.Graph, default);
            if (result.Outcome == ConformanceOutcome.Passed) passed++;
            else if (!result.Reason.StartsWith("The model has no graph", StringComparison.Ordinal) && !expectedFailures.Contains(Path.GetFileName(folder))) wrong.Add($"{folder}: {result.Reason}");
        }
        Assert.Empty(wrong);
        // Control flow, values that decide about shapes, and inputs that are sequences or texts need the run node by node.
        Assert.True(passed >= total * 0.8, $"{passed} of {total} models ran as a graph.");
    }

    [SuiteFact]
    public void TheReasonsOfFailuresAreDocumented()
    {
        string document = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "onnx-coverage.md"));
        Assert.All(expectedFailures, name => Assert.Contains(name, document, StringComparison.Ordinal));
    }

    static IEnumerable<string> Folders() => Directory.GetDirectories(SuiteFactAttribute.Data).Where(d => Path.GetFileName(d) != "real").SelectMany(Directory.GetDirectories).Order(StringComparer.Ordinal);

    static void Check(RunMode mode)
    {
        var failures = new List<string>();
        foreach (string folder in Folders())
        {
            var result = Conformance.Verify(folder, 1e-3, 1e-7, mode, default);
            bool isExpected = expectedFailures.Contains(Path.GetFileName(folder));
            if (isExpected != (result.Outcome == ConformanceOutcome.Failed) || result.Outcome == ConformanceOutcome.Skipped) failures.Add($"{folder}: {result.Outcome} {result.Reason}");
        }
        Assert.Empty(failures);
    }
}
