using Tauten.OnnxFormat;

namespace Tauten;

/// <summary>A named input or output of a model.</summary>
public sealed class ModelPort
{
    ModelPort(string name, string type, TensorSpec? spec, ElementType elementType, TypeProto? proto) => (Name, Type, Spec, ElementType, Proto) = (name, type, spec, elementType, proto);

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The type in words, such as <c>float32[batch, 784]</c> or <c>sequence(float32)</c>.</summary>
    public string Type { get; }

    /// <summary>The spec of a tensor whose rank the model states, with names for sizes that are open; null for all else.</summary>
    public TensorSpec? Spec { get; }

    internal ElementType ElementType { get; }

    internal TypeProto? Proto { get; }

    /// <summary>The input or output of a function.</summary>
    internal static ModelPort Of(string name, TensorSpec spec) => new(name, $"{spec}", spec, ElementTypes.Of(spec.DType), null);

    internal static ModelPort Of(OnnxPort port, string unnamed)
    {
        if (port.Type?.TensorType is not { } tensor) return new(port.Name, InWords(port.Type), null, ElementType.Undefined, port.Type);
        var type = (ElementType)tensor.ElemType;
        string element = type.ToString().ToLowerInvariant();
        if (tensor.Shape is not { } shape) return new(port.Name, element, null, type, port.Type);
        Dim[] dims = [.. shape.Dim.Select((d, i) => DimOf(d, $"{unnamed}_{i}"))];
        var spec = type is ElementType.String or ElementType.Complex64 or ElementType.Complex128 || !Enum.IsDefined(type) || type == ElementType.Undefined ? null : new TensorSpec(type.Carrier(), Shape.Create(dims));
        return new(port.Name, $"{element}[{string.Join(", ", dims)}]", spec, type, port.Type);
    }

    // Exporters write -1 or 0 for a size that is open, and all characters into names.
    static Dim DimOf(TensorShapeProto.Types.Dimension dim, string unnamed)
    {
        if (dim.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue && dim.DimValue > 0) return dim.DimValue;
        string name = new([.. dim.DimParam.Take(64).Select(ch => char.IsAsciiLetterOrDigit(ch) || ch is '_' or '.' ? ch : '_')]);
        return Dim.Unknown(name.Length == 0 ? unnamed : char.IsAsciiLetter(name[0]) || name[0] == '_' ? name : $"n{name}");
    }

    static string InWords(TypeProto? type) => type?.ValueCase switch
    {
        TypeProto.ValueOneofCase.TensorType => ((ElementType)type.TensorType.ElemType).ToString().ToLowerInvariant(),
        TypeProto.ValueOneofCase.SequenceType => $"sequence({InWords(type.SequenceType.ElemType)})",
        TypeProto.ValueOneofCase.OptionalType => $"optional({InWords(type.OptionalType.ElemType)})",
        TypeProto.ValueOneofCase.MapType => $"map({((ElementType)type.MapType.KeyType).ToString().ToLowerInvariant()}, {InWords(type.MapType.ValueType)})",
        TypeProto.ValueOneofCase.SparseTensorType => $"sparse({((ElementType)type.SparseTensorType.ElemType).ToString().ToLowerInvariant()})",
        _ => "any",
    };

    /// <summary>Whether values have the specs that the inputs state, the same names meaning the same sizes.</summary>
    internal static bool Fit(IReadOnlyList<ModelPort> ports, OnnxTensor[] values)
    {
        var sizes = new Dictionary<string, long>();
        for (int i = 0; i < values.Length; i++)
        {
            if (ports[i].Spec is not { } spec || spec.DType != values[i].Tensor.DType || spec.Shape.Rank != values[i].Shape.Rank) return false;
            for (int k = 0; k < spec.Shape.Rank; k++)
            {
                var (expected, received) = (spec.Shape[k], values[i].Shape[k].Value);
                if (expected.IsKnown ? expected != received : sizes.TryGetValue(expected.ToString(), out long known) && known != received) return false;
                if (!expected.IsKnown) sizes[expected.ToString()] = received;
            }
        }
        return true;
    }

    /// <summary>Name and type.</summary>
    public override string ToString() => $"{Name}: {Type}";
}
