using System.CommandLine;

namespace Tauten.Cli.Commands;

/// <summary><c>tauten onnx verify</c>: runs folders in the layout of ONNX's conformance suite, and says which of them fail.</summary>
sealed class OnnxVerify : Command
{
    readonly Argument<string[]> folders = new("DIR") { Description = "Folders with model.onnx and test_data_set_*, or folders of such folders", Arity = ArgumentArity.OneOrMore };
    readonly Option<double> relative = NumberOption.Positive("--relative", "How far an output may lie from what is expected, as a part of it", 1e-3, 1);
    readonly Option<double> absolute = NumberOption.Positive("--absolute", "How far an output may lie from what is expected, beyond that", 1e-7, 1);
    readonly Option<bool> reasons = new("--skipped") { Description = "Name the skipped folders too, with the feature that is missing" };

    /// <summary>The command.</summary>
    public OnnxVerify() : base("verify", "Run models on given inputs and compare with given outputs. Skipped are models that ask for a feature which is named as missing.")
    {
        Add(folders);
        Add(relative);
        Add(absolute);
        Add(reasons);
        SetAction((call, stop) => Task.Run(() => Run(call, stop), CancellationToken.None));
    }

    int Run(ParseResult call, CancellationToken stop)
    {
        var output = call.InvocationConfiguration.Output;
        var counts = new Dictionary<ConformanceOutcome, int>();
        foreach (string folder in call.GetRequiredValue(folders).SelectMany(Models))
        {
            stop.ThrowIfCancellationRequested();
            var result = Conformance.Verify(folder, call.GetRequiredValue(relative), call.GetRequiredValue(absolute), stop);
            counts[result.Outcome] = counts.GetValueOrDefault(result.Outcome) + 1;
            if (result.Outcome == ConformanceOutcome.Failed || (result.Outcome == ConformanceOutcome.Skipped && call.GetValue(reasons)))
                output.WriteLine($"{result.Outcome.ToString().ToLowerInvariant()} {folder}: {result.Reason.ReplaceLineEndings(" ")}");
        }
        output.WriteLine($"{counts.GetValueOrDefault(ConformanceOutcome.Passed)} passed, {counts.GetValueOrDefault(ConformanceOutcome.Failed)} failed, {counts.GetValueOrDefault(ConformanceOutcome.Skipped)} skipped");
        return counts.GetValueOrDefault(ConformanceOutcome.Failed) == 0 ? 0 : 1;
    }

    static IEnumerable<string> Models(string folder)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"{folder}: there is no such folder.");
        if (File.Exists(Path.Combine(folder, "model.onnx"))) return [folder];
        string[] inner = [.. Directory.GetDirectories(folder).Where(f => File.Exists(Path.Combine(f, "model.onnx"))).Order(StringComparer.Ordinal)];
        return inner.Length > 0 ? inner : [folder];
    }
}
