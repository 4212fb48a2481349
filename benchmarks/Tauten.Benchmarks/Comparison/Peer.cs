using System.Diagnostics;
using System.Text.Json;

namespace Tauten.Benchmarks.Comparison;

/// <summary>A program that prints one line of JSON for each thing that it has timed.</summary>
/// <param name="Name">How tables name it.</param>
/// <param name="Command">The program.</param>
/// <param name="Arguments">What comes before the names of what to time.</param>
/// <param name="Environment">Variables it needs to be at its best.</param>
sealed record Peer(string Name, string Command, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>This program itself.</summary>
    public static Peer Ours(string command, int threads) => new(
        "Tauten", System.Environment.ProcessPath!, System.Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? [typeof(Peer).Assembly.Location, command] : [command],
        new Dictionary<string, string> { ["TAUTEN_THREADS"] = $"{threads}" });

    /// <summary>PyTorch through a script of the folder <c>peers</c>, or null where Python has none.</summary>
    public static Peer? PyTorch(string script, int threads)
    {
        var environment = new Dictionary<string, string> { ["OMP_NUM_THREADS"] = $"{threads}" };
        string[] pythons = [System.Environment.GetEnvironmentVariable("TAUTEN_PYTHON") ?? "", "/usr/bin/python3", "python3"];
        foreach (string python in pythons.Where(p => p.Length > 0))
        {
            const string Version = "import torch; print(torch.__version__)";
            if (new Peer("", python, ["-c", Version], environment).TryOutput([]) is [var version, ..]) return new($"PyTorch {version}", python, [script], environment);
        }
        return null;
    }

    /// <summary>The lines of JSON for these names.</summary>
    /// <exception cref="InvalidOperationException">The program failed.</exception>
    public IReadOnlyList<JsonElement> Run(params IEnumerable<string> names)
    {
        var lines = TryOutput(names) ?? throw new InvalidOperationException($"{Name} failed: {Command} {string.Join(' ', Arguments.Concat(names))}");
        return [.. lines.Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    string[]? TryOutput(IEnumerable<string> names)
    {
        var start = new ProcessStartInfo(Command, [.. Arguments, .. names]) { RedirectStandardOutput = true, RedirectStandardError = Name.Length == 0 };
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        try
        {
            using var process = Process.Start(start)!;
            if (start.RedirectStandardError) process.ErrorDataReceived += (_, _) => { };
            if (start.RedirectStandardError) process.BeginErrorReadLine();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;        // there is no such program
        }
    }
}
