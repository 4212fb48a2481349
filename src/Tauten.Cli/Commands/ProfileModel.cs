using System.CommandLine;
using System.Globalization;

namespace Tauten.Cli.Commands;

/// <summary><c>tauten profile</c>: where the time of a model goes.</summary>
sealed class ProfileModel : Command
{
    readonly GraphFile model = new();
    readonly Option<int> runs = NumberOption.Whole("--runs", "How many runs to record, after two that are not", 10, 1, 100_000);
    readonly Option<bool> eager = new("--eager") { Description = "Run op by op instead of compiled" };
    readonly Option<string> trace = new("--trace") { Description = "Write the events to a file for chrome://tracing and Perfetto", HelpName = "FILE" };

    /// <summary>The command.</summary>
    public ProfileModel() : base("profile", "Show where the time of a model goes, by op: calls, time, bytes, operations and their share of what the processor is able to do.")
    {
        model.AddTo(this);
        Add(runs);
        Add(eager);
        Add(trace);
        SetAction(Run);
    }

    int Run(ParseResult call)
    {
        var output = call.InvocationConfiguration.Output;
        var (graph, specs) = model.Read(call);
        var x = GraphFile.Inputs(specs);
        Func<Tensor[], Tensor[]> run = y => graph.Run(y);
        if (!call.GetValue(eager)) run = Compiled.Function(run, new CompileOptions { Check = false });
        using var untracked = Gradients.NoGrad();
        for (int i = 0; i < 2; i++) run(x);
        var profile = new Profile();
        int count = call.GetRequiredValue(runs);
        using (profile.Record())
            for (int i = 0; i < count; i++) run(x);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} runs of {string.Join(", ", (IEnumerable<TensorSpec>)specs)}: {profile.ByOp().Time.TotalMilliseconds / count:0.000} ms each in kernels"));
        output.Write(profile.ByOp());
        if (call.GetValue(trace) is { } path) profile.WriteTrace(path);
        return 0;
    }
}
