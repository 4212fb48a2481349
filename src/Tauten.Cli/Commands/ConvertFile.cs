using System.CommandLine;
using System.Globalization;

namespace Tauten.Cli.Commands;

/// <summary><c>tauten convert</c>: models from one format to another, and weights.</summary>
sealed class ConvertFile : Command
{
    const string Formats = "Models: .onnx, .tauten (a program). Weights: .safetensors, .npz; read only: .pt, .pth, .bin, .h5, .keras, and .json, the index of a model in many files.";

    readonly Argument<string> from = new("IN") { Description = "What is read" };
    readonly Argument<string> to = new("OUT") { Description = "What is written" };
    readonly Option<int> opset = NumberOption.Whole("--opset", "The version of ONNX's operator set", 17, 13, 22);
    readonly Option<bool> external = new("--external-weights") { Description = "Write the weights of an ONNX model to a file beside it" };
    readonly Option<string> other = new("--verify-with") { Description = "Run a written ONNX model in ONNX Runtime too, from its shared library, and keep it only if both agree", HelpName = "LIBRARY" };
    readonly Option<string[]> names = new("--rename") { Description = "Other names for weights, such as layer{i}.{j}=Stage{i}.Block{j}; in order, once for each rule", HelpName = "FROM=TO" };

    /// <summary>The command.</summary>
    public ConvertFile() : base("convert", $"Convert a model, or weights, by the endings of the names. {Formats}")
    {
        Add(from);
        Add(to);
        Add(opset);
        Add(external);
        Add(other);
        Add(names);
        SetAction((call, stop) => Task.Run(() => Run(call, stop), CancellationToken.None));
    }

    int Run(ParseResult call, CancellationToken stop)
    {
        string source = call.GetRequiredValue(from), target = call.GetRequiredValue(to);
        var output = call.InvocationConfiguration.Output;
        string written;
        switch (Ending(source), Ending(target))
        {
            case (".onnx", ".tauten"):
                var imported = Onnx.Import(source);
                stop.ThrowIfCancellationRequested();
                var program = new GraphProgram();
                written = program.Add("predict", imported.Graph, [.. imported.Inputs.Select(i => i.Name)], [.. imported.Outputs.Select(o => o.Name)]).ToString();
                program.Save(target);
                break;
            case (".tauten", ".onnx"):
                var functions = GraphProgram.Load(source).Functions;
                var function = functions.Count == 1 ? functions.Values.Single() : functions.TryGetValue("predict", out var predict) ? predict
                    : throw new ModelFormatException($"{source} has {functions.Count} functions, none of which is named 'predict': {string.Join("; ", functions.Values)}.");
                stop.ThrowIfCancellationRequested();
                Onnx.Export(function.Graph, target, Exported(call, [.. function.Inputs.Select(i => i.Name)], function.OutputNames));
                written = function.ToString();
                break;
            case (".onnx", ".onnx"):
                var model = Onnx.Import(source);
                stop.ThrowIfCancellationRequested();
                Onnx.Export(model.Graph, target, Exported(call, [.. model.Inputs.Select(i => i.Name)], [.. model.Outputs.Select(o => o.Name)]));
                written = string.Create(CultureInfo.InvariantCulture, $"opset {call.GetRequiredValue(opset)}");
                break;
            case (_, ".safetensors" or ".npz"):
                var tensors = Renamed(Weights(source), call.GetValue(names) ?? []);
                stop.ThrowIfCancellationRequested();
                if (Ending(target) == ".npz") Npz.Save(target, tensors.ToDictionary(t => t.Key, t => (NpyArray)t.Value));
                else Safetensors.Save(target, tensors);
                written = string.Create(CultureInfo.InvariantCulture, $"{tensors.Count} tensors, {tensors.Sum(t => t.Value.Count):N0} numbers");
                break;
            default:
                throw new ModelFormatException($"From {source} to {target} there is no way. {Formats}");
        }
        output.WriteLine($"{target}: {written}");
        return 0;
    }

    OnnxExportOptions Exported(ParseResult call, IReadOnlyList<string> inputs, IReadOnlyList<string> outputs) =>
        new() { Opset = call.GetRequiredValue(opset), ExternalWeights = call.GetValue(external), VerifyWith = call.GetValue(other), Inputs = inputs, Outputs = outputs };

    static string Ending(string path) => Path.GetExtension(path).ToLowerInvariant();

    static IReadOnlyDictionary<string, Tensor> Weights(string path) => Ending(path) switch
    {
        ".safetensors" or ".json" => SafetensorsFile.Open(path),
        ".npz" => Npz.Load(path).ToDictionary(a => a.Key, a => a.Value.Tensor),
        ".pt" or ".pth" or ".bin" => PyTorchFile.Load(path),
        ".h5" or ".hdf5" or ".keras" => Hdf5File.Load(path),
        _ => throw new ModelFormatException($"{path}: expected another ending. {Formats}"),
    };

    static IReadOnlyDictionary<string, Tensor> Renamed(IReadOnlyDictionary<string, Tensor> tensors, string[] given)
    {
        if (given.Length == 0) return tensors;
        var rules = new NameRules();
        foreach (string rule in given)
        {
            int at = rule.IndexOf('=', StringComparison.Ordinal);
            if (at < 1) throw new ModelFormatException($"--rename: expected FROM=TO. Received: {rule}.");
            try
            {
                rules.Add(rule[..at], rule[(at + 1)..]);
            }
            catch (ArgumentException error)
            {
                throw new ModelFormatException($"--rename: {error.Message}", error);
            }
        }
        return rules.Rename(tensors);
    }
}
