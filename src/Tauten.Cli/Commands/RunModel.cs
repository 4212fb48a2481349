using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Tauten.Cpu;

namespace Tauten.Cli.Commands;

/// <summary><c>tauten run</c>: runs a model on arrays of NumPy's format.</summary>
sealed class RunModel : Command
{
    readonly Argument<string> file = new("MODEL") { Description = "A model in the ONNX format, or a program" };
    readonly Option<string[]> inputs = new("--input") { Description = "An input by name, from a .npy file; once for each", HelpName = "NAME=FILE.npy" };
    readonly Option<string> outputs = new("--output") { Description = "Where the outputs go, every one under its name", HelpName = "OUT.npz" };
    readonly Option<int> threads = NumberOption.Whole("--threads", "Processor threads; they do not change the result", CpuBackend.Threads, 1, 1024);
    readonly Option<int> repeat = NumberOption.Whole("--repeat", "Run as often, and say how long a run takes", 0, 0, 1_000_000);
    readonly Option<bool> json = new("--json") { Description = "Say it as JSON" };
    readonly Option<bool> profile = new("--profile") { Description = "Show which ops take the time" };

    /// <summary>The command.</summary>
    public RunModel() : base("run", "Run a model on arrays in files.")
    {
        foreach (Symbol symbol in (ReadOnlySpan<Symbol>)[file, inputs, outputs, threads, repeat, json, profile])
            if (symbol is Argument argument) Add(argument);
            else Add((Option)symbol);
        SetAction((call, stop) => Task.Run(() => Run(call, stop), CancellationToken.None));
    }

    int Run(ParseResult call, CancellationToken stop)
    {
        CpuBackend.Threads = call.GetRequiredValue(threads);
        string path = call.GetRequiredValue(file);
        var model = Model.Load(path, stop: stop);
        var given = new Dictionary<string, Tensor>();
        foreach (string input in call.GetValue(inputs) ?? [])
        {
            int at = input.IndexOf('=', StringComparison.Ordinal);
            if (at < 1) throw new ModelFormatException($"--input: expected NAME=FILE.npy. Received: {input}.");
            string name = input[..at];
            if (model.Inputs.All(i => i.Name != name)) throw new ModelFormatException($"--input: the model has no input '{name}'. Expected: {string.Join(", ", model.Inputs)}.");
            given[name] = Npy.Load(input[(at + 1)..]);
        }
        if (model.Inputs.FirstOrDefault(i => !given.ContainsKey(i.Name)) is { } missing) throw new ModelFormatException($"The input {missing} is missing. Give it with --input {missing.Name}=FILE.npy.");
        var results = model.Run(given, stop);
        if (call.GetValue(outputs) is { } target) Npz.Save(target, results.ToDictionary(r => r.Key, r => (NpyArray)r.Value));
        var output = call.InvocationConfiguration.Output;
        int count = call.GetRequiredValue(repeat);
        if (count == 0)
        {
            foreach (var (name, value) in results) output.WriteLine($"{name}: {value.Spec}");
            if (call.GetValue(profile)) Show(model, given, output);
            return 0;
        }
        var times = new double[count];
        for (int i = 0; i < count; i++)
        {
            long start = Stopwatch.GetTimestamp();
            model.Run(given, stop);
            times[i] = Math.Round(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 3);
        }
        Array.Sort(times);
        output.WriteLine(call.GetValue(json)
            ? JsonSerializer.Serialize(new Dictionary<string, object> { ["model"] = path, ["threads"] = CpuBackend.Threads, ["median_ms"] = times[count / 2], ["min_ms"] = times[0] })
            : FormattableString.Invariant($"median {times[count / 2]} ms, best {times[0]} ms with {CpuBackend.Threads} thread{(CpuBackend.Threads == 1 ? "" : "s")}"));
        if (call.GetValue(profile)) Show(model, given, output);
        return 0;
    }

    // Steps of one kind together, the dearest first.
    static void Show(Model model, Dictionary<string, Tensor> given, TextWriter output)
    {
        var steps = model.Profile(20, [.. model.Inputs.Select(i => given[i.Name])]);
        double all = steps.Sum(s => s.Milliseconds);
        foreach (var kind in steps.GroupBy(s => (s.Op, s.Result)).OrderByDescending(g => g.Sum(s => s.Milliseconds)))
        {
            double time = kind.Sum(s => s.Milliseconds);
            output.WriteLine(FormattableString.Invariant($"{time,9:F3} ms {time / all,6:P1} {kind.Count(),4} x {Short(kind.Key.Op)} : {kind.Key.Result}"));
        }
        output.WriteLine(FormattableString.Invariant($"{all,9:F3} ms in {steps.Count} steps"));
    }

    static string Short(string op) => op.ReplaceLineEndings(" ") is { Length: > 160 } text ? text[..160] + "..." : op.ReplaceLineEndings(" ");
}
