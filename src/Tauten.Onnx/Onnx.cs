using Google.Protobuf;
using Tauten.OnnxFormat;

namespace Tauten;

/// <summary>Models in the ONNX format (https://onnx.ai): <see cref="Import(string, OnnxImportOptions?)"/> makes them computations of Tauten's own ops.</summary>
public static class Onnx
{
    /// <summary>Reads a model from a file; weights may lie in other files of its folder.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What is made of the weights, and how much memory the model may take.</param>
    /// <exception cref="ModelFormatException">The file is not a model, or not a valid one.</exception>
    /// <exception cref="UnsupportedModelException">The model uses a feature that Tauten does not have; the message names it.</exception>
    /// <example><code>
    /// Onnx.Export((Tensor x) => x.Relu(), "net.onnx", example: Tensor.Ones([2, 3]), dynamic: ["batch"]);
    /// ImportedModel model = Onnx.Import("net.onnx");
    /// Console.WriteLine(model.Run(Tensor.From([1f, -2, 3], [1, 3]))[0]);    // [[1, 0, 3]]
    /// </code></example>
    public static ImportedModel Import(string path, OnnxImportOptions? options = null)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        using var files = new ExternalFiles(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return Import(stream, files, options);
    }

    /// <summary>Reads a model from a stream; see <see cref="Import(string, OnnxImportOptions?)"/>.</summary>
    public static ImportedModel Import(Stream stream, OnnxImportOptions? options = null) => Import(stream, null, options);

    /// <summary>Reads a model from the bytes of a file; see <see cref="Import(string, OnnxImportOptions?)"/>.</summary>
    public static ImportedModel Import(ReadOnlyMemory<byte> bytes, OnnxImportOptions? options = null) => Import(Of(bytes), null, options);

    /// <summary>
    /// Writes a graph as a model. The model is read back and run on random inputs first, or on the given ones: a file that does not compute what the graph does is not written.
    /// </summary>
    /// <param name="graph">The graph; its parameters become initializers, its open sizes named dimensions.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">The version of the operator set, names, and how closely the model must agree.</param>
    /// <param name="examples">Inputs to compare on; random ones where none are given.</param>
    /// <exception cref="UnsupportedModelException">An op has no operator in that version of the operator set.</exception>
    /// <exception cref="ModelFormatException">The written model computes something else.</exception>
    /// <example><code>
    /// var graph = Graph.Capture(x => x.Softmax(-1), new TensorSpec(DType.Float32, ["batch", 3]));
    /// Onnx.Export(graph, "softmax.onnx");
    /// Console.WriteLine(Onnx.Import("softmax.onnx").Inputs[0]);    // x0: float32[batch, 3]
    /// </code></example>
    public static void Export(Graph graph, string path, OnnxExportOptions? options = null, params ReadOnlySpan<Tensor> examples)
    {
        Exporter.Write(graph, path, options ?? new(), Examples(graph, examples));
    }

    /// <summary>
    /// Writes a function of one tensor, such as a module's <c>Call</c>, as a model.
    /// </summary>
    /// <param name="function">What is written; parameters that it reads become initializers.</param>
    /// <param name="path">The file.</param>
    /// <param name="example">An input, on which function and model are compared.</param>
    /// <param name="dynamic">Names for the first axes of the input, whose sizes stay open.</param>
    /// <param name="options">The version of the operator set, and names.</param>
    /// <example><code>
    /// Onnx.Export((Tensor x) => x.Relu(), "relu.onnx", example: Tensor.Ones([2, 3]), dynamic: ["batch"]);
    /// Console.WriteLine(Onnx.Import("relu.onnx").Outputs[0]);    // y0: float32[batch, 3]
    /// </code></example>
    public static void Export(Func<Tensor, Tensor> function, string path, Tensor example, IReadOnlyList<string>? dynamic = null, OnnxExportOptions? options = null)
    {
        if (dynamic?.Count > example.Rank) throw new ShapeException($"Onnx.Export: {dynamic.Count} names are more than the axes of an example of shape {example.Shape}.");
        var shape = Shape.Create([.. example.Shape.Select((d, i) => i < dynamic?.Count ? Dim.Unknown(dynamic[i]) : d)]);
        Export(Graph.Capture(function, new TensorSpec(example.DType, shape)), path, options, example);
    }

    static MemoryStream Of(ReadOnlyMemory<byte> bytes) => System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out var array) ? new(array.Array!, array.Offset, array.Count, writable: false) : new(bytes.ToArray(), writable: false);

    internal static byte[] Written(Graph graph, OnnxExportOptions options, ReadOnlySpan<Tensor> examples) => Exporter.Written(graph, options, Examples(graph, examples));

    static Tensor[] Examples(Graph graph, ReadOnlySpan<Tensor> examples)
    {
        var generator = new Generator(0);
        return examples.Length > 0 ? examples.ToArray() : [.. graph.Inputs.Select(i => Example(i.Spec, generator))];
    }

    static Tensor Example(TensorSpec spec, Generator generator)
    {
        var shape = spec.Shape.Bind(_ => 2);
        return spec.DType.IsFloating() ? Tensor.Randn(shape, spec.DType, generator) : Tensor.RandInt(0, 2, shape, DType.Int64, generator).To(spec.DType);
    }

    static ImportedModel Import(Stream stream, ExternalFiles? files, OnnxImportOptions? options)
    {
        if (!stream.CanSeek)
        {
            var whole = new MemoryStream();
            stream.CopyTo(whole);
            whole.Position = 0;
            stream = whole;
        }
        ModelParts model;
        try
        {
            model = ModelParts.Read(stream);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new ModelFormatException($"This is not an ONNX model: {error.Message}", error);
        }
        return ImportedModel.Of(model, files, options ?? new());
    }
}
