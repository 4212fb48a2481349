using System.Text;
using Tauten.Tests;

namespace Tauten.Conventions;

/// <summary>A small tree in which everything is wrong: the rules find it, and their sentences are approved.</summary>
public sealed class CheckTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tauten-");

    public void Dispose() => folder.Delete(recursive: true);

    // Put together here, since this file must not break the rule itself.
    static readonly string elsewhere = string.Join('/', "", "home", "somebody", "notes.txt");

    [Fact]
    public void Every_rule_of_the_tree_has_something_to_say()
    {
        var tree = new Tree(folder.FullName);
        tree.Write("Tauten.slnx", """<Solution><Project Path="src/Tauten.Core/Tauten.Core.csproj" /></Solution>""");
        tree.Write("src/Tauten.Core/Tauten.Core.csproj", """<Project><PropertyGroup><AllowUnsafeBlocks>true</AllowUnsafeBlocks></PropertyGroup><ProjectReference Include="../Tauten.Cpu/Tauten.Cpu.csproj" /></Project>""");
        tree.Write("src/Tauten.Core/Pointers.cs", "// unsafe in a comment is fine\nstatic unsafe class Pointers;\n");
        tree.Write("src/Tauten.Core/Long.cs", string.Concat(Enumerable.Repeat("// line\n", 601)));
        tree.Write("src/Tauten.Core/bin/Generated.cs", "static unsafe class NotOurs;\n");
        tree.Write("src/Tauten.New/Tauten.New.csproj", """<Project><ProjectReference Include="../Tauten.Core/Tauten.Core.csproj" /></Project>""");
        tree.Write("src/Tauten.Cpu/Tauten.Cpu.csproj", """<Project><ProjectReference Include="../Tauten.Missing/Tauten.Missing.csproj" /></Project>""");
        tree.Write("docs/page.md", $"A [link](gone.md), [another](page.md#here), [the web](https://example.org), `src/Tauten.Core/Gone.cs`, src/Tauten.Core.\n<!-- new: src/Tauten.Core/Planned.cs -->\nMake src/Tauten.Core/Planned.cs.\nSee {elsewhere}.\n");
        var text = new StringBuilder();
        foreach (var (rule, check) in new (string, Func<Tree, IEnumerable<string>>)[]
        {
            ("long files", TreeChecks.LongFiles), ("unsafe code", TreeChecks.Unsafe), ("arrows", TreeChecks.Arrows), ("the solution", TreeChecks.Solution),
            ("dead paths", TreeChecks.DeadPaths), ("the workplace", TreeChecks.Workplace),
        })
        {
            text.Append(rule).AppendLine(":");
            foreach (string sentence in check(tree)) text.Append("    ").AppendLine(sentence);
        }
        text.AppendLine("names:");
        foreach (string sentence in TypeChecks.Names(typeof(CheckTests).Assembly)) text.Append("    ").AppendLine(sentence);
        text.AppendLine("static fields:");
        foreach (string sentence in TypeChecks.MutableStatics(typeof(CheckTests).Assembly).Where(s => s.Contains(nameof(CounterManager), StringComparison.Ordinal))) text.Append("    ").AppendLine(sentence);
        text.AppendLine("finalizers:");
        foreach (string sentence in TypeChecks.Finalizers(typeof(CheckTests).Assembly)) text.Append("    ").AppendLine(sentence);
        Approved.Check("Tauten.Conventions", "checks", text.ToString().Replace(Path.GetDirectoryName(elsewhere)!, "PLACE", StringComparison.Ordinal));
    }

    /// <summary>What no library may have.</summary>
    sealed class Lingering(Action last)
    {
        ~Lingering() => last();
    }

    /// <summary>What no library may have.</summary>
    static class CounterManager
    {
        public static int Count = 1;
        public static readonly List<int> Numbers = [Count];
        public static readonly string Name = "fixed";
        public const int Limit = 3;
    }
}
