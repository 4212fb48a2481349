using System.Collections.Frozen;

namespace Tauten.OnnxFormat;

/// <summary>Every operator that a model may use, by domain and name: the table of contents of the operators.</summary>
static class OperatorTable
{
    /// <summary>The operator sets: the empty domain is ONNX's own.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<Operator>> Domains { get; } = new Dictionary<string, IReadOnlyList<Operator>>
    {
        [""] =
        [
            .. ArithmeticOperators.All, .. ActivationOperators.All, .. ComparisonOperators.All, .. ConversionOperators.All, .. ReductionOperators.All, .. MovementOperators.All, .. PaddingOperators.All,
            .. IndexingOperators.All, .. ContractionOperators.All, .. ConvolutionOperators.All, .. PoolingOperators.All, .. NormalizationOperators.All, .. LossOperators.All, .. CreationOperators.All,
            .. RandomOperators.All, .. RecurrentOperators.All, .. QuantizationOperators.All, .. ResizeOperators.All, .. RegionOperators.All, .. SignalOperators.All, .. SequenceOperators.All,
            .. ControlOperators.All, .. TextOperators.All, .. AttentionOperators.All, .. RuntimeOperators.InOwnDomain,
        ],
        ["ai.onnx.ml"] = [.. ClassicOperators.All, .. TreeOperators.All],
        ["com.microsoft"] = [.. RuntimeOperators.All],
        ["ai.onnx.preview.training"] = [.. TrainingOperators.All],
    };

    static readonly FrozenDictionary<(string, string), Operator> byName = Domains.SelectMany(d => d.Value.Select(o => KeyValuePair.Create((d.Key, o.Name), o))).ToFrozenDictionary();

    /// <summary>An operator.</summary>
    /// <exception cref="UnsupportedModelException">There is none of that name.</exception>
    /// <exception cref="ModelFormatException">It is not in that version of the operator set.</exception>
    public static Operator Find(string domain, string name, int version)
    {
        string shown = domain.Length == 0 ? name : $"{domain}.{name}";
        if (!byName.TryGetValue((domain, name), out var found)) throw new UnsupportedModelException($"The operator {shown} is not supported.");
        if (version < found.First) throw new ModelFormatException($"The operator {shown} came with version {found.First} of its operator set. The model imports version {version}.");
        return found;
    }
}
