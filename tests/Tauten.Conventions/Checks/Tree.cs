namespace Tauten.Conventions;

/// <summary>A source tree: this one, or a changed copy.</summary>
sealed class Tree(string root)
{
    static readonly string[] skipped = ["bin", "obj", ".git", ".vs", ".idea", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts"];

    public string Root => root;

    /// <summary>The paths of all files below a folder, relative to the root, in order.</summary>
    public IEnumerable<string> Files(string folder = "", string ending = "")
    {
        string start = Path.Combine(root, folder);
        if (!Directory.Exists(start)) return [];
        return Below(start).Select(f => Path.GetRelativePath(root, f).Replace('\\', '/')).Where(f => f.EndsWith(ending, StringComparison.Ordinal)).Order(StringComparer.Ordinal);
    }

    static IEnumerable<string> Below(string folder) =>
        Directory.EnumerateFiles(folder).Concat(Directory.EnumerateDirectories(folder).Where(d => !skipped.Contains(Path.GetFileName(d))).SelectMany(Below));

    public string Read(string path) => File.ReadAllText(Path.Combine(root, path));

    public bool Exists(string path) => Path.Exists(Path.Combine(root, path));

    public void Write(string path, string text)
    {
        string file = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    /// <summary>The sources of a project, without comments: what the compiler sees, roughly.</summary>
    public IEnumerable<(string Path, string Code)> Code(string folder) => Files(folder, ".cs").Select(f => (f, WithoutComments(Read(f))));

    public static string WithoutComments(string code) =>
        string.Join('\n', code.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimStart().StartsWith("//", StringComparison.Ordinal) ? "" : line));

    /// <summary>A copy in another folder.</summary>
    public Tree CopyTo(string folder)
    {
        foreach (string file in Files())
        {
            string target = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(root, file), target);
        }
        return new(folder);
    }
}
