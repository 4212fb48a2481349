using Tauten.Cpu;
using Tauten.Tests;

namespace Tauten.Conventions;

/// <summary>The page docs/coverage.md is what the code says, and what it promises is tested.</summary>
public class CoverageTests
{
    static readonly Coverage coverage = new(new Tree(SourceTree.Root), typeof(Tensor).Assembly, typeof(CpuBackend).Assembly, typeof(NN.Module).Assembly);
    static readonly List<Coverage.Entry> torch = coverage.Entries("torch.txt");

    [Fact]
    public void The_page_is_up_to_date()
    {
        string path = SourceTree.PathOf("docs/coverage.md"), written = coverage.Write(("PyTorch", torch)).ReplaceLineEndings("\n");
        if (File.Exists(path) && File.ReadAllText(path).ReplaceLineEndings("\n") == written) return;
        string received = SourceTree.PathOf("docs/coverage.received.md");
        File.WriteAllText(received, written);
        Assert.Fail("docs/coverage.md is stale. Look at the difference, and if it is meant, accept it:\n    mv docs/coverage.received.md docs/coverage.md");
    }

    [Fact]
    public void Every_counterpart_has_a_case() => Assert.Equal([], torch.Where(e => e.Ours is not null && e.Case is null).Select(e => $"{e.Page}.{e.Name}: {e.Ours} occurs in no test"));

    [Fact]
    public void Spellings_exist_and_are_needed()
    {
        Assert.Equal([], coverage.Broken);
        Assert.Equal([], coverage.Unused);
    }

    [Fact]
    public void Nine_of_ten_names_are_there()
    {
        var open = torch.Where(e => e.Reason is null).ToList();
        var missing = open.Where(e => e.Ours is null).ToList();
        Assert.True(missing.Count <= open.Count / 10, $"{missing.Count} of {open.Count} names are missing: {string.Join(", ", missing.Select(e => $"{e.Page}.{e.Name}"))}");
    }
}
