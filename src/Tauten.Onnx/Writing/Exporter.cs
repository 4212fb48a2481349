using Google.Protobuf;

namespace Tauten.OnnxFormat;

/// <summary>Writes a model, and keeps it only if it computes what the graph does.</summary>
static class Exporter
{
    /// <summary>A graph as a model.</summary>
    public static ModelProto Write(Graph graph, OnnxExportOptions options)
    {
        if (options.Opset is < 13 or > 22) throw new ArgumentOutOfRangeException(nameof(options), options.Opset, "The version of the operator set must be 13 to 22.");
        string[] inputs = [.. options.Inputs ?? [.. graph.Inputs.Select((_, i) => $"x{i}")]], outputs = [.. options.Outputs ?? [.. graph.Outputs.Select((_, i) => $"y{i}")]];
        if (inputs.Length != graph.Inputs.Count || outputs.Length != graph.Outputs.Count)
            throw new ArgumentException($"The graph has {graph.Inputs.Count} inputs and {graph.Outputs.Count} outputs. Received: {inputs.Length} and {outputs.Length} names.");
        var model = new ModelProto { IrVersion = 8, ProducerName = "Tauten", Graph = new GraphWriter(options.Opset).Write(graph, inputs, outputs) };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = options.Opset });
        foreach (var (key, value) in options.Metadata ?? new Dictionary<string, string>()) model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        return model;
    }

    /// <summary>Reads a model back, and compares it with the graph on inputs.</summary>
    /// <exception cref="ModelFormatException">They differ; the message says where.</exception>
    public static void Check(ModelProto model, Graph graph, Tensor[] x, double tolerance)
    {
        using var untracked = Gradients.NoGrad();
        var expected = graph.Run(x);
        var actual = Onnx.Import(model.ToByteArray()).Run(x);
        for (int i = 0; i < expected.Length; i++)
        {
            double scale = expected[i].DType.IsFloating() && expected[i].Count > 0 ? expected[i].To(DType.Float64).Abs().NanToNum().Max().Item<double>() : 0;
            if (Conformance.Difference(new OnnxTensor(actual[i]), new OnnxTensor(expected[i]), tolerance, tolerance * scale) is { } difference)
                throw new ModelFormatException($"The written model does not compute what the graph does: output {model.Graph.Output[i].Name}: {difference}.");
        }
    }
}
