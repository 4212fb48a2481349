using System.Runtime.CompilerServices;

namespace Tauten.Tests;

/// <summary>The source tree that the running tests were built from.</summary>
static class SourceTree
{
    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = Find();

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    static string Find([CallerFilePath] string here = "")
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Tauten.slnx"))) return folder.FullName;
        // Built into a folder outside of the tree: the compiler knows where this file was.
        return Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
    }
}
