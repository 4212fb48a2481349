namespace Tauten;

/// <summary>How a model is loaded and run.</summary>
/// <example><code>
/// Onnx.Export((Tensor x) => x.Relu(), "net.onnx", example: Tensor.Ones([2, 3]));
/// var model = Model.Load("net.onnx", new ModelOptions { Concurrency = 2 });
/// Console.WriteLine(model.Run(Tensor.From([1f, -2, 3, 4, 5, -6], [2, 3])).Single());
/// // [[1, 0, 3],
/// //  [4, 5, 0]]
/// </code></example>
public sealed record ModelOptions
{
    /// <summary>Which function of a program is run; where none is named, the only one, or <c>predict</c>. Models of the ONNX format have one.</summary>
    public string? Function { get; init; }

    /// <summary>
    /// How many calls run at the same time, the others wait: at first twice the number of processors. Each call that runs at the same time as others has memory of its own. The threads
    /// that work on one call are the backend's, and no more of them run when there are several calls.
    /// </summary>
    public int Concurrency { get; init; } = 2 * Environment.ProcessorCount;

    /// <summary>
    /// Whether kernels keep what they make of weights before they use them, such as the transformed windows of convolutions: true unless said otherwise. It saves time and costs memory,
    /// for windows of 3 x 3 four times their own.
    /// </summary>
    public bool KeepsForms { get; init; } = true;

    /// <summary>The most bytes that any one tensor may take: at first the memory of the machine.</summary>
    public long LargestTensor { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
}
