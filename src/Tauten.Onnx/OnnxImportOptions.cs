namespace Tauten;

/// <summary>How a model of the ONNX format is imported.</summary>
public sealed record OnnxImportOptions
{
    /// <summary>Whether floating-point initializers become parameters, which can be trained, instead of constants.</summary>
    public bool Trainable { get; init; }

    /// <summary>
    /// The most bytes that any one tensor of the model may take: at first the memory of the machine. A smaller number protects a program that runs models of people it does not trust.
    /// </summary>
    public long LargestTensor { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
}
