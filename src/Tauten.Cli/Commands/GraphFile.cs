using System.CommandLine;
using System.Globalization;

namespace Tauten.Cli.Commands;

/// <summary>A graph in a file: a model in the ONNX format, or a function of a program of ours; its open sizes, and inputs to try it with.</summary>
sealed class GraphFile
{
    readonly Argument<string> file = new("MODEL") { Description = "A model in the ONNX format, or a program that GraphProgram.Save wrote" };
    readonly Option<string> function = new("--function") { Description = "Which function of a program; needed where there are several", HelpName = "NAME" };
    readonly Option<string[]> sizes = new("--size") { Description = "The size of an open dimension, such as batch=8; 1 where nothing is said", HelpName = "NAME=N", AllowMultipleArgumentsPerToken = true };

    /// <summary>Adds the argument and options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(file);
        command.Add(function);
        command.Add(sizes);
    }

    /// <summary>The graph, and the specs of its inputs with all sizes known.</summary>
    public (Graph Graph, TensorSpec[] Inputs) Read(ParseResult call)
    {
        string path = call.GetRequiredValue(file);
        var graph = path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) ? Onnx.Import(path).Graph : Function(GraphProgram.Load(path), call.GetValue(function), path);
        var known = new Dictionary<string, Dim>();
        foreach (string size in call.GetValue(sizes) ?? [])
        {
            string[] parts = size.Split('=');
            if (parts.Length != 2 || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long number)) throw new ModelFormatException($"--size: expected NAME=N, such as batch=8. Received: {size}.");
            known[parts[0]] = number;
        }
        string[] names = [.. graph.Inputs.SelectMany(input => input.Spec.Shape).SelectMany(dim => dim.Names).Distinct()];
        if (known.Keys.FirstOrDefault(name => !names.Contains(name)) is { } other)
            throw new ModelFormatException($"--size: no input has a dimension {other}. Expected {(names.Length == 0 ? "none, as all are known" : string.Join(", ", names))}.");
        return (graph, [.. graph.Inputs.Select(input => new TensorSpec(input.Spec.DType, [.. input.Spec.Shape.Select(dim => dim.Bind(name => known.GetValueOrDefault(name, 1)))]))]);
    }

    /// <summary>Inputs of given specs: normally distributed numbers, and zeros where indices may be meant.</summary>
    public static Tensor[] Inputs(TensorSpec[] specs) =>
        Array.ConvertAll(specs, spec => spec.DType.IsFloating() ? Tensor.Randn(spec.Shape, spec.DType, new Generator(0)) : Tensor.Zeros(spec.Shape, spec.DType));

    static Graph Function(GraphProgram program, string? name, string path)
    {
        if (name is null && program.Functions.Count == 1) return program.Functions.Values.Single().Graph;
        return name is not null && program.Functions.TryGetValue(name, out var found)
            ? found.Graph
            : throw new ModelFormatException($"{path}: {(name is null ? "there are several functions" : $"there is no function {name}")}. Expected --function with one of {string.Join(", ", program.Functions.Keys)}.");
    }
}
