using Tauten.Cpu;
using Tauten.Tests;

namespace Tauten.Conventions;

/// <summary>The page docs/coverage.md is what the code says, and what it promises is tested.</summary>
public class CoverageTests
{
    static readonly (string Title, Coverage Coverage, List<Coverage.Entry> Entries)[] lists =
    [
        .. new[] { ("PyTorch", "torch"), ("torch.nn", "nn"), ("torch.optim", "optim"), ("torchmetrics", "torchmetrics"), ("Keras", "keras") }.Select(list => Read(list.Item1, list.Item2)),
    ];

    [Fact]
    public void The_page_is_up_to_date()
    {
        string path = SourceTree.PathOf("docs/coverage.md"), written = Coverage.Write([.. lists.Select(l => (l.Title, l.Entries))]).ReplaceLineEndings("\n");
        if (File.Exists(path) && File.ReadAllText(path).ReplaceLineEndings("\n") == written) return;
        string received = SourceTree.PathOf("docs/coverage.received.md");
        File.WriteAllText(received, written);
        Assert.Fail("docs/coverage.md is stale. Look at the difference, and if it is meant, accept it:\n    mv docs/coverage.received.md docs/coverage.md");
    }

    [Fact]
    public void Every_counterpart_has_a_case() =>
        Assert.Equal("", string.Join("\n", lists.SelectMany(l => l.Entries).Where(e => e.Ours is not null && e.Case is null).Select(e => $"{e.Page}.{e.Name}: {e.Ours} occurs in no test")));

    [Fact]
    public void Spellings_exist_and_are_needed()
    {
        Assert.Equal("", string.Join("\n", lists.SelectMany(l => l.Coverage.Broken)));
        Assert.Equal("", string.Join("\n", lists.SelectMany(l => l.Coverage.Unused)));
    }

    [Theory]
    [InlineData("torch and torch.Tensor", "torch", "torch.Tensor", "torch.linalg", "torch.fft", "torch.special", "torch.signal.windows", "torch.distributions", "torch.func")]
    [InlineData("torch.nn", "torch.nn", "torch.nn.utils", "torch.nn.init")]
    [InlineData("torch.nn.functional", "torch.nn.functional")]
    [InlineData("torch.optim", "torch.optim")]
    [InlineData("torchmetrics", "torchmetrics.classification", "torchmetrics.regression")]
    [InlineData("keras.layers", "keras.layers")]
    [InlineData("keras.losses", "keras.losses")]
    [InlineData("keras.optimizers", "keras.optimizers", "keras.optimizers.schedules")]
    [InlineData("keras.metrics", "keras.metrics")]
    [InlineData("keras.initializers", "keras.initializers", "keras.activations", "keras.regularizers", "keras.constraints")]
    public void Nine_of_ten_names_are_there(string family, params string[] pages)
    {
        var open = lists.SelectMany(l => l.Entries).Where(e => pages.Contains(e.Page) && e.Reason is null).ToList();
        var missing = open.Where(e => e.Ours is null).ToList();
        Assert.NotEmpty(open);
        Assert.True(missing.Count <= open.Count / 10, $"{family}: {missing.Count} of {open.Count} names are missing: {string.Join(", ", missing.Select(e => $"{e.Page}.{e.Name}"))}");
    }

    static (string, Coverage, List<Coverage.Entry>) Read(string title, string list)
    {
        var coverage = new Coverage(list, new Tree(SourceTree.Root), typeof(Tensor).Assembly, typeof(CpuBackend).Assembly, typeof(NN.Module).Assembly, typeof(Training.Metric).Assembly);
        return (title, coverage, coverage.Entries());
    }
}
