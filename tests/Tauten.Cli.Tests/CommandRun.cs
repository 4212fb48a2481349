// The number of worker threads is one for the whole process, and commands set it.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Tauten.Cli.Tests;

/// <summary>What a call of the tool did, in this process.</summary>
sealed record CommandRun(int ExitCode, string Output, string Error)
{
    public static CommandRun Of(params string[] arguments) => Of(CancellationToken.None, arguments);

    public static CommandRun Of(CancellationToken stop, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        // Not on the test framework's own thread, which waits here.
        int exitCode = Task.Run(() => Tool.Run(arguments, output, error, stop)).GetAwaiter().GetResult();
        return new(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>The exit code of a call that writes where it is told to.</summary>
    public static int Into(TextWriter output, CancellationToken stop, params string[] arguments) => Task.Run(() => Tool.Run(arguments, output, TextWriter.Null, stop)).GetAwaiter().GetResult();

    public string[] Lines => Output.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
}

/// <summary>A folder for the files of one test.</summary>
sealed class TemporaryFolder : IDisposable
{
    readonly string path = Directory.CreateTempSubdirectory("tauten-cli-").FullName;

    public string File(string name) => Path.Combine(path, name);

    public void Dispose() => Directory.Delete(path, recursive: true);
}
