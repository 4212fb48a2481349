using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Tauten.Conventions;

/// <summary>Rules about the files of the tree.</summary>
static partial class TreeChecks
{
    const int LineLimit = 600;

    /// <summary>Files above the limit, and why.</summary>
    static readonly Dictionary<string, string> longFiles = [];

    /// <summary>Where native memory and pointers are at home.</summary>
    static readonly string[] unsafeProjects = ["Tauten.Cpu", "Tauten.Testing"];

    /// <summary>A reference must lead to a project of a lower level.</summary>
    static readonly Dictionary<string, int> levels = new()
    {
        ["Tauten.Core"] = 0,
        ["Tauten.Core.Generators"] = 0,
        ["Tauten.NN.Generators"] = 0,
        ["Tauten.Cpu"] = 1,
        ["Tauten.Interop"] = 1,
        ["Tauten.NN"] = 2,
        ["Tauten.Testing"] = 1,
        ["Tauten.Compiler"] = 1,
        ["Tauten.Cuda"] = 1,
        ["Tauten.Data"] = 2,
        ["Tauten.Onnx"] = 2,
        ["Tauten.Distributed"] = 2,
        ["Tauten.Inference"] = 3,
        ["Tauten.Training"] = 3,
        ["Tauten.Serving"] = 4,
        ["Tauten.Pipelines"] = 4,
        ["Tauten"] = 5,
        ["Tauten.Cli"] = 6,
    };

    public static IEnumerable<string> LongFiles(Tree tree)
    {
        foreach (string file in tree.Files(ending: ".cs"))
        {
            int lines = tree.Read(file).AsSpan().Count('\n');
            if (lines > LineLimit && !longFiles.ContainsKey(file)) yield return $"{file} has {lines} lines. Split it by idea, or list it in TreeChecks.cs with a reason; the limit is {LineLimit}.";
            if (lines <= LineLimit && longFiles.ContainsKey(file)) yield return $"TreeChecks.cs lists {file} as long, but it has {lines} lines. Take it off the list.";
        }
    }

    public static IEnumerable<string> Unsafe(Tree tree)
    {
        foreach (string project in Projects(tree, "src"))
        {
            string name = Path.GetFileNameWithoutExtension(project), folder = Path.GetDirectoryName(project)!.Replace('\\', '/');
            if (unsafeProjects.Contains(name)) continue;
            if (tree.Read(project).Contains("AllowUnsafeBlocks", StringComparison.Ordinal)) yield return $"{project} allows unsafe code. Only {string.Join(" and ", unsafeProjects)} may.";
            foreach (var (path, code) in tree.Code(folder))
                if (UnsafeKeyword().IsMatch(code)) yield return $"{path} uses the keyword unsafe. Only {string.Join(" and ", unsafeProjects)} may.";
        }
    }

    public static IEnumerable<string> Arrows(Tree tree)
    {
        foreach (string project in Projects(tree, "src"))
        {
            string from = Path.GetFileNameWithoutExtension(project);
            if (!levels.TryGetValue(from, out int level))
            {
                yield return $"{project} has no level yet. Say in TreeChecks.cs where it stands.";
                continue;
            }
            foreach (var reference in XDocument.Parse(tree.Read(project)).Descendants("ProjectReference"))
            {
                if ((string?)reference.Attribute("OutputItemType") == "Analyzer") continue;
                string to = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'));
                if (!levels.TryGetValue(to, out int other)) yield return $"{project} references {to}, which is not a library of this tree.";
                else if (other >= level) yield return $"{project} references {to}. Arrows point down only: {from} stands on level {level}, {to} on level {other}.";
            }
        }
    }

    /// <summary>Every project is part of the solution; samples are programs of users, which the tests of the packages build.</summary>
    public static IEnumerable<string> Solution(Tree tree)
    {
        string solution = tree.Read("Tauten.slnx");
        foreach (string project in Projects(tree, ""))
            if (!project.StartsWith("samples/", StringComparison.Ordinal) && !solution.Contains($"\"{project}\"", StringComparison.Ordinal)) yield return $"{project} is not part of Tauten.slnx, so `dotnet test` passes it by.";
    }

    static IEnumerable<string> Projects(Tree tree, string folder) => tree.Files(folder, ".csproj");

    /// <summary>Paths in documents that lead nowhere.</summary>
    public static IEnumerable<string> DeadPaths(Tree tree) => Dead(tree).Distinct();

    static IEnumerable<string> Dead(Tree tree)
    {
        foreach (string document in Documents(tree))
        {
            string text = tree.Read(document), folder = Path.GetDirectoryName(document) ?? "";
            var planned = Planned().Matches(text).SelectMany(m => m.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToHashSet();
            foreach (Match link in Link().Matches(text))
            {
                string path = link.Groups[1].Value;
                if (path.Contains("://", StringComparison.Ordinal) || path.StartsWith('#') || path.StartsWith("mailto:", StringComparison.Ordinal)) continue;
                if (!tree.Exists(Path.Combine(folder, path.Split('#')[0]))) yield return $"{document} links to {path}, which does not exist.";
            }
            foreach (Match mention in Mention().Matches(text))
            {
                string path = mention.Value.TrimEnd('.', '/');
                if (!planned.Contains(path) && !tree.Exists(path)) yield return $"{document} mentions {path}, which does not exist.";
            }
        }
    }

    public static IEnumerable<string> Documents(Tree tree) => tree.Files(ending: ".md");

    /// <summary>The tree speaks of itself only: no path of the machine on which it was written.</summary>
    public static IEnumerable<string> Workplace(Tree tree)
    {
        foreach (string file in tree.Files())
        {
            if (!textFiles.Contains(Path.GetExtension(file)) || Path.GetFileName(file) == "TreeChecks.cs") continue;
            int number = 0;
            foreach (string line in tree.Read(file).Split('\n'))
            {
                number++;
                if (WorkplacePath().Match(line) is { Success: true } match) yield return $"{file}:{number} mentions {match.Value}, a place outside of the tree.";
            }
        }
    }

    static readonly string[] textFiles = [".cs", ".md", ".csproj", ".props", ".targets", ".json", ".yml", ".txt", ".slnx", ".sh", ".awk", ".py", ""];

    [GeneratedRegex(@"\bunsafe\b")]
    private static partial Regex UnsafeKeyword();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?<![\w/.*])(?:src|tests|eng|docs|benchmarks|samples)/[\w./-]*\w")]
    private static partial Regex Mention();

    /// <summary>A document names files that its reader is to make in a comment: <c>new: path path</c>.</summary>
    [GeneratedRegex(@"<!-- new: ([^>]*) -->")]
    private static partial Regex Planned();

    [GeneratedRegex(@"(?<![\w.])/(?:work|home|root|Users)/[\w.-]+|\.\./shared/|[A-Z]:\\Users\\")]
    private static partial Regex WorkplacePath();
}
