using Google.Protobuf;
using Tauten.OnnxFormat;

namespace Tauten;

/// <summary>Models in the ONNX format (https://onnx.ai): <see cref="Import(string, bool)"/> makes them computations of Tauten's own ops.</summary>
public static class Onnx
{
    /// <summary>Reads a model from a file; weights may lie in other files of its folder.</summary>
    /// <param name="path">The file.</param>
    /// <param name="trainable">Whether floating-point initializers become parameters, which can be trained, instead of constants.</param>
    /// <exception cref="ModelFormatException">The file is not a model, or not a valid one.</exception>
    /// <exception cref="UnsupportedModelException">The model uses a feature that Tauten does not have; the message names it.</exception>
    /// <example><code>
    /// ImportedModel model = Onnx.Import("net.onnx");
    /// Tensor[] outputs = model.Run(Tensor.Zeros([1, 784]));
    /// </code></example>
    public static ImportedModel Import(string path, bool trainable = false)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read);
        return Import(stream, new ExternalFiles(Path.GetDirectoryName(Path.GetFullPath(path))!), trainable);
    }

    /// <summary>Reads a model from a stream; see <see cref="Import(string, bool)"/>.</summary>
    public static ImportedModel Import(Stream stream, bool trainable = false) => Import(stream, null, trainable);

    /// <summary>Reads a model from the bytes of a file; see <see cref="Import(string, bool)"/>.</summary>
    public static ImportedModel Import(ReadOnlyMemory<byte> bytes, bool trainable = false) => Import(new MemoryStream(bytes.ToArray(), writable: false), null, trainable);

    static ImportedModel Import(Stream stream, ExternalFiles? files, bool trainable)
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
        return ImportedModel.Of(model, files, trainable);
    }
}
