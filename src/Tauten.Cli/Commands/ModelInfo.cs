using System.CommandLine;
using System.Globalization;

namespace Tauten.Cli.Commands;

/// <summary><c>tauten info</c>: what a model takes, gives and consists of.</summary>
sealed class ModelInfo : Command
{
    readonly Argument<string> file = new("MODEL") { Description = "A model in the ONNX format" };

    /// <summary>The command.</summary>
    public ModelInfo() : base("info", "Show a model's inputs, outputs, operators and size.")
    {
        Add(file);
        SetAction(Run);
    }

    int Run(ParseResult call)
    {
        var output = call.InvocationConfiguration.Output;
        string path = call.GetRequiredValue(file);
        var model = Onnx.Import(path);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"opset {model.Opset}{(model.Producer.Length > 0 ? $", written by {model.Producer}" : "")}, {new FileInfo(path).Length:N0} bytes"));
        foreach (var port in model.Inputs) output.WriteLine($"input  {port}");
        foreach (var port in model.Outputs) output.WriteLine($"output {port}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{model.WeightCount:N0} parameters"));
        if (model.Operations is { } operations)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{operations:N0} FLOPs a run, in products and convolutions{(model.Inputs.All(i => i.Spec?.Shape.IsKnown == true) ? "" : ", for open sizes of 1")}"));
        foreach (var (name, count) in model.Operators.OrderByDescending(o => o.Value).ThenBy(o => o.Key, StringComparer.Ordinal))
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count,7:N0} {name}"));
        foreach (var (key, value) in model.Metadata.OrderBy(m => m.Key, StringComparer.Ordinal)) output.WriteLine($"{key}: {value}");
        return 0;
    }
}
