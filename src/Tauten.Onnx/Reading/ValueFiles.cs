using System.Runtime.InteropServices;
using Google.Protobuf;

namespace Tauten.OnnxFormat;

/// <summary>Values in files of their own, as they lie beside the models of the conformance suite.</summary>
static class ValueFiles
{
    /// <summary>A value of the type that a port of the model declares.</summary>
    public static OnnxValue Read(string path, TypeProto? type)
    {
        byte[] bytes = File.ReadAllBytes(path);
        using var files = new ExternalFiles(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var reader = new TensorReader(files);
        try
        {
            return type?.ValueCase switch
            {
                TypeProto.ValueOneofCase.SequenceType => Of(SequenceProto.Parser.ParseFrom(bytes), reader),
                TypeProto.ValueOneofCase.OptionalType => Of(OptionalProto.Parser.ParseFrom(bytes), reader),
                TypeProto.ValueOneofCase.MapType => Of(MapProto.Parser.ParseFrom(bytes), reader),
                TypeProto.ValueOneofCase.SparseTensorType => reader.Read(SparseTensorProto.Parser.ParseFrom(bytes)),
                _ => AsDeclared(reader.Read(TensorProto.Parser.ParseFrom(bytes)), type),
            };
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new ModelFormatException($"{path} is not a value of the format: {error.Message}", error);
        }
    }

    // NumPy, which wrote the files, has no bfloat16: they hold its bits as uint16.
    static OnnxValue AsDeclared(OnnxValue value, TypeProto? type) => type?.TensorType?.ElemType == (int)ElementType.BFloat16 && value is OnnxTensor { ElementType: ElementType.UInt16 } bits
        ? new OnnxTensor(Tensor.From(MemoryMarshal.Cast<ushort, BFloat16>(bits.Tensor.ToArray<ushort>()), bits.Shape))
        : value;

    static OnnxSequence Of(SequenceProto proto, TensorReader reader) => new(
        proto.ElemType switch
        {
            2 => [.. proto.SparseTensorValues.Select(reader.Read)],
            3 => [.. proto.SequenceValues.Select(v => (OnnxValue)Of(v, reader))],
            4 => [.. proto.MapValues.Select(v => (OnnxValue)Of(v, reader))],
            5 => [.. proto.OptionalValues.Select(v => (OnnxValue)Of(v, reader))],
            _ => [.. proto.TensorValues.Select(reader.Read)],
        });

    static OnnxOptional Of(OptionalProto proto, TensorReader reader) => new(
        proto.TensorValue is { } tensor ? reader.Read(tensor)
        : proto.SequenceValue is { } sequence ? Of(sequence, reader)
        : proto.SparseTensorValue is { } sparse ? reader.Read(sparse)
        : proto.MapValue is { } map ? Of(map, reader)
        : proto.OptionalValue is { } optional ? Of(optional, reader)
        : null);

    static OnnxMap Of(MapProto proto, TensorReader reader)
    {
        var values = Of(proto.Values ?? new SequenceProto(), reader);
        object[] keys = proto.StringKeys.Count > 0 ? [.. proto.StringKeys.Select(k => k.ToStringUtf8())] : [.. proto.Keys.Select(k => (object)k)];
        if (keys.Length != values.Count) throw new ModelFormatException($"A map has {keys.Length} keys and {values.Count} values.");
        return new(keys.Zip(values).ToDictionary(p => p.First, p => p.Second));
    }
}
