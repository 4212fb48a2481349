namespace Tauten;

/// <summary>How a model of the ONNX format is imported.</summary>
public sealed record OnnxImportOptions
{
    /// <summary>Whether floating-point initializers become parameters, which can be trained, instead of constants.</summary>
    public bool Trainable { get; init; }

    /// <summary>
    /// The values that the model gives, by the names of the file, in the place of its own outputs: what only others need is not even read. So a net is cut before its last layer.
    /// </summary>
    public IReadOnlyList<string>? Outputs { get; init; }

    /// <summary>Shapes of inputs by name, in the place of those of the file: where an exporter has fixed the size of a batch, a name makes it free.</summary>
    public IReadOnlyDictionary<string, Shape>? Shapes { get; init; }

    /// <summary>
    /// The most bytes that any one tensor of the model may take: at first the memory of the machine. A smaller number protects a program that runs models of people it does not trust.
    /// </summary>
    public long LargestTensor { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
}
