namespace Tauten;

/// <summary>How a graph is written in the ONNX format.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>The version of the operator set, 13 to 22.</summary>
    public int Opset { get; init; } = 17;

    /// <summary>The names of the inputs; <c>x0</c>, <c>x1</c> and so on where none are given.</summary>
    public IReadOnlyList<string>? Inputs { get; init; }

    /// <summary>The names of the outputs; <c>y0</c>, <c>y1</c> and so on where none are given.</summary>
    public IReadOnlyList<string>? Outputs { get; init; }

    /// <summary>
    /// Whether the weights go to a file of their own beside the model, named as it is with <c>.data</c> behind. Models of more than 2 GB, which the format cannot hold in one file, have them there
    /// in any case.
    /// </summary>
    public bool ExternalWeights { get; init; }

    /// <summary>Properties that the file carries along.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>How far the outputs of the written model may lie from those of the graph, as a part of the largest of them.</summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>
    /// The path of ONNX Runtime's shared library, which then runs the written model too: a file of which it makes something else than the graph does is not kept. Nothing is compared
    /// with it where no path is given.
    /// </summary>
    public string? VerifyWith { get; init; }
}
