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
    /// ImportedModel model = Onnx.Import("net.onnx");
    /// Tensor[] outputs = model.Run(Tensor.Zeros([1, 784]));
    /// </code></example>
    public static ImportedModel Import(string path, OnnxImportOptions? options = null)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read);
        return Import(stream, new ExternalFiles(Path.GetDirectoryName(Path.GetFullPath(path))!), options);
    }

    /// <summary>Reads a model from a stream; see <see cref="Import(string, OnnxImportOptions?)"/>.</summary>
    public static ImportedModel Import(Stream stream, OnnxImportOptions? options = null) => Import(stream, null, options);

    /// <summary>Reads a model from the bytes of a file; see <see cref="Import(string, OnnxImportOptions?)"/>.</summary>
    public static ImportedModel Import(ReadOnlyMemory<byte> bytes, OnnxImportOptions? options = null) => Import(new MemoryStream(bytes.ToArray(), writable: false), null, options);

    static ImportedModel Import(Stream stream, ExternalFiles? files, OnnxImportOptions? options)
    {
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(stream);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new ModelFormatException($"This is not an ONNX model: {error.Message}", error);
        }
        return ImportedModel.Of(model, files, options ?? new());
    }
}
