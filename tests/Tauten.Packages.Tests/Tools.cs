using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Tauten.Packages.Tests;

/// <summary>Runs the SDK as a user would, in folders of its own.</summary>
static class Tools
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Here(), "../.."));

    static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    public static string Run(string folder, string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        // The settings of the test host must not reach the build that is tested.
        foreach (string name in (string[])["MSBuildSDKsPath", "MSBUILD_EXE_PATH", "MSBuildExtensionsPath", "MSBuildLoadMicrosoftTargetsReadOnly"]) start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd() + error.Result;
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{command} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}");
        return output;
    }

    public static string Dotnet(string folder, params string[] arguments) => Run(folder, "dotnet", arguments);
}

/// <summary>A temporary folder outside of the tree, so that its build files do not apply.</summary>
sealed class Folder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("tauten-").FullName;

    public string File(string name, string content)
    {
        string file = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        System.IO.File.WriteAllText(file, content);
        return file;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
