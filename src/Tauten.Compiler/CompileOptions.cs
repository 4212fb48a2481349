namespace Tauten;

/// <summary>How a function is compiled.</summary>
/// <example><code>
/// var twice = Compiled.Function((Tensor x) => x * 2, new CompileOptions { Check = false });
/// Console.WriteLine(twice(Tensor.From([1f, 2])));    // [2, 4]
/// </code></example>
public sealed record CompileOptions
{
    /// <summary>
    /// Whether the first call is computed twice, compiled and by the function itself, and both are compared: true unless said otherwise. The results and the state
    /// of the function itself are the ones that stay.
    /// </summary>
    public bool Check { get; init; } = true;

    /// <summary>How far the two may be apart in float32, relative to the largest number of a tensor; in other dtypes in proportion to their precision.</summary>
    public double Tolerance { get; init; } = 1e-3;

    /// <summary>Whether the first size of each input is left free where the function allows it, so that one graph serves all batch sizes: true unless said otherwise.</summary>
    public bool FreeBatch { get; init; } = true;

    /// <summary>
    /// Whether values that are read long after they were made, such as what the way back of a training step reads of the way there, are computed a second time instead of kept, where that takes little
    /// more than passing over memory (activations, normalizations, dropout, conversions) and makes the most that is in memory at a time smaller: false unless said otherwise, as steps take longer. Results are the same,
    /// bit by bit. For what takes longer, <see cref="Gradients.Checkpoint(Func{Tensor, Tensor}, Tensor)"/> says what to compute twice.
    /// </summary>
    public bool Recompute { get; init; }
}

/// <summary>What a compiled function has done so far.</summary>
/// <param name="Captures">How often the function was captured: once, unless something made the graph useless for a call.</param>
/// <param name="Plans">For how many different input sizes memory was laid out.</param>
/// <param name="EagerCalls">How many calls had to be left to the function itself.</param>
/// <param name="Reasons">Why it was captured again, or run as it stands.</param>
/// <param name="CompileTime">The time it took to capture, to simplify, and to make the first plan.</param>
/// <param name="WorkspaceBytes">The bytes that all values on the way take in the plan that needs most.</param>
/// <param name="Graphs">The graphs as they are run, the newest first: simplified and fused. One that has not been run yet is not among them; one whose results were differentiated is two, the way there and the way back.</param>
public sealed record CompileReport(int Captures, int Plans, int EagerCalls, IReadOnlyList<string> Reasons, TimeSpan CompileTime, long WorkspaceBytes, IReadOnlyList<Graph> Graphs);
