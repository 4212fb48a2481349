using System.Globalization;
using Google.Protobuf;

namespace Tauten.OnnxFormat;

/// <summary>Writes a model, and keeps it only if it computes what the graph does.</summary>
static class Exporter
{
    /// <summary>What a message of the format holds, with room for all that is not weights.</summary>
    const long LargestModel = 2_000_000_000;

    /// <summary>Weights begin at a multiple of so many bytes, so that others may map them.</summary>
    const int Alignment = 4096;

    /// <summary>Smaller weights stay in the model.</summary>
    const int LeastExternal = 1024;

    /// <summary>A graph as a model, and its weights, which are not in it yet.</summary>
    static (ModelProto Model, List<(TensorProto Proto, Tensor Value)> Weights) Describe(Graph graph, OnnxExportOptions options)
    {
        if (options.Opset is < 13 or > 22) throw new ArgumentOutOfRangeException(nameof(options), options.Opset, "The version of the operator set must be 13 to 22.");
        string[] inputs = [.. options.Inputs ?? [.. graph.Inputs.Select((_, i) => $"x{i}")]], outputs = [.. options.Outputs ?? [.. graph.Outputs.Select((_, i) => $"y{i}")]];
        if (inputs.Length != graph.Inputs.Count || outputs.Length != graph.Outputs.Count)
            throw new ArgumentException($"The graph has {graph.Inputs.Count} inputs and {graph.Outputs.Count} outputs. Received: {inputs.Length} and {outputs.Length} names.");
        var writer = new GraphWriter(options.Opset);
        var model = new ModelProto { IrVersion = 8, ProducerName = "Tauten", Graph = writer.Write(graph, inputs, outputs) };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = options.Opset });
        foreach (var (key, value) in options.Metadata ?? new Dictionary<string, string>()) model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        return (model, writer.Weights);
    }

    /// <summary>The bytes of a graph as a model, once they have been read back and compared.</summary>
    /// <exception cref="ModelFormatException">They differ; the message says where.</exception>
    public static byte[] Written(Graph graph, OnnxExportOptions options, Tensor[] x)
    {
        byte[] bytes = Whole(Describe(graph, options));
        Check(Onnx.Import(bytes), null, bytes, graph, x, options);
        return bytes;
    }

    static byte[] Whole((ModelProto Model, List<(TensorProto, Tensor)> Weights) parts)
    {
        foreach (var (proto, value) in parts.Weights) proto.RawData = UnsafeByteOperations.UnsafeWrap(TensorReader.Bytes(value));
        return parts.Model.ToByteArray();
    }

    /// <summary>Writes a graph to a file, or to one for the model and one for its weights.</summary>
    /// <exception cref="ModelFormatException">What was written computes something else; the message says where. No file is kept then.</exception>
    public static void Write(Graph graph, string path, OnnxExportOptions options, Tensor[] x)
    {
        var parts = Describe(graph, options);
        bool external = options.ExternalWeights || parts.Weights.Sum(w => w.Value.ByteCount) > LargestModel;
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!, name = Path.GetFileName(path), data = $"{name}.data";
        // Beside the file, so that moving it is one step.
        string scratch = Path.Combine(folder, $".{name}.{Guid.NewGuid():N}");
        Directory.CreateDirectory(scratch);
        try
        {
            if (external) Separate(parts.Weights, Path.Combine(scratch, data), data);
            File.WriteAllBytes(Path.Combine(scratch, name), external ? parts.Model.ToByteArray() : Whole(parts));
            Check(Onnx.Import(Path.Combine(scratch, name)), Path.Combine(scratch, name), [], graph, x, options);
            if (external) File.Move(Path.Combine(scratch, data), Path.Combine(folder, data), overwrite: true);
            File.Move(Path.Combine(scratch, name), path, overwrite: true);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    static void Separate(List<(TensorProto Proto, Tensor Value)> weights, string path, string location)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        foreach (var (proto, value) in weights)
        {
            byte[] bytes = TensorReader.Bytes(value);
            if (bytes.Length < LeastExternal)
            {
                proto.RawData = UnsafeByteOperations.UnsafeWrap(bytes);
                continue;
            }
            file.Position = (file.Position + Alignment - 1) / Alignment * Alignment;
            proto.DataLocation = TensorProto.Types.DataLocation.External;
            foreach (var (key, text) in new[] { ("location", location), ("offset", file.Position.ToString(CultureInfo.InvariantCulture)), ("length", bytes.Length.ToString(CultureInfo.InvariantCulture)) })
                proto.ExternalData.Add(new StringStringEntryProto { Key = key, Value = text });
            file.Write(bytes);
        }
    }

    static void Check(ImportedModel model, string? path, byte[] bytes, Graph graph, Tensor[] x, OnnxExportOptions options)
    {
        using var untracked = Gradients.NoGrad();
        var expected = graph.Run(x);
        Check("The written model", model.Run(x), expected, model, options.Tolerance);
        if (options.VerifyWith is not { } library) return;
        using var other = new OnnxRuntimeLibrary(library);
        Check("ONNX Runtime, from the written model,", other.Run(path, bytes, [.. model.Inputs.Select(i => i.Name)], x, [.. model.Outputs.Select(o => o.Name)]), expected, model, options.Tolerance);
    }

    static void Check(string who, Tensor[] actual, Tensor[] expected, ImportedModel model, double tolerance)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            // Numbers of 16 bits may differ by a step of their type.
            double part = expected[i].DType switch { DType.Float16 => Math.Max(tolerance, 1.0 / 1024), DType.BFloat16 => Math.Max(tolerance, 1.0 / 128), _ => tolerance };
            double scale = expected[i].DType.IsFloating() && expected[i].Count > 0 ? expected[i].To(DType.Float64).Abs().NanToNum().Max().Item<double>() : 0;
            if (Conformance.Difference(new OnnxTensor(actual[i]), new OnnxTensor(expected[i]), part, part * scale) is { } difference)
                throw new ModelFormatException($"{who} does not compute what the graph does: output {model.Outputs[i].Name}: {difference}.");
        }
    }
}
