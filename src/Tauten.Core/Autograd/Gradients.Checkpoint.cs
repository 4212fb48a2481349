using Tauten.Ops;

namespace Tauten;

public static partial class Gradients
{
    /// <summary>
    /// The result of <paramref name="function"/>, for which the tape keeps its inputs only: a reverse walk computes the function once more. Trades
    /// time for memory, as <c>torch.utils.checkpoint</c>.
    /// </summary>
    /// <remarks>
    /// Gradients reach the input, and parameters and tensors that the function uses. Random numbers inside are the same both times. What the function
    /// assigns, such as running statistics, is assigned once. The function is captured, so it must not look at values.
    /// </remarks>
    /// <example><code>
    /// var x = Tensor.From([1f, 2], requiresGrad: true);
    /// Func&lt;Tensor, Tensor>[] blocks = [v => v.Sin(), v => v * v];
    /// Tensor y = x;
    /// foreach (var block in blocks) y = Gradients.Checkpoint(block, y);      // keeps only what flows between blocks
    /// y.Sum().Backward();
    /// Console.WriteLine(x.Grad);    // [ 0.9093, -0.7568]    sin 2x
    /// </code></example>
    /// <exception cref="GraphException">The function looks at values.</exception>
    public static Tensor Checkpoint(Func<Tensor, Tensor> function, Tensor x) => Checkpoint(v => [function(v[0])], [x])[0];

    /// <summary><see cref="Checkpoint(Func{Tensor, Tensor}, Tensor)"/> for a function of two tensors.</summary>
    public static Tensor Checkpoint(Func<Tensor, Tensor, Tensor> function, Tensor x, Tensor y) => Checkpoint(v => [function(v[0], v[1])], [x, y])[0];

    /// <summary><see cref="Checkpoint(Func{Tensor, Tensor}, Tensor)"/> for a function of any number of tensors with any number of results.</summary>
    public static Tensor[] Checkpoint(Func<Tensor[], Tensor[]> function, params ReadOnlySpan<Tensor> x) =>
        Ambient.Current.Tracks ? GraphOp.Run(function, x, body => new Checkpoint(body)) : function(x.ToArray());

    /// <summary>
    /// A function with a gradient of its own, as <c>torch.autograd.Function</c>: <paramref name="backward"/> takes the input, the result and the gradient that
    /// arrives at the result to the gradient of the input.
    /// </summary>
    /// <remarks>
    /// Both are made of ops: the function is captured at each call, and so are gradients of gradients, which come from <paramref name="backward"/>. What the function
    /// uses beside its input gets no gradient. A function that looks at values, or has a kernel, is written as an op; see docs/adding-an-op.md.
    /// </remarks>
    /// <example><code>
    /// // Rounds, and lets the gradient through as if it did not.
    /// var straight = Gradients.Custom(x => x.Round(), (x, y, gradient) => gradient);
    /// var x = Tensor.From([1.2f, 2.7f], requiresGrad: true);
    /// (straight(x) * 10).Sum().Backward();
    /// Console.WriteLine(x.Grad);    // [10, 10]
    /// </code></example>
    public static Func<Tensor, Tensor> Custom(Func<Tensor, Tensor> forward, Func<Tensor, Tensor, Tensor, Tensor> backward)
    {
        var all = Custom(x => [forward(x[0])], b => [backward(b.Input(0), b.Output, b.Grad)]);
        return x => all([x])[0];
    }

    /// <summary><see cref="Custom(Func{Tensor, Tensor}, Func{Tensor, Tensor, Tensor, Tensor})"/> for a function of any number of tensors with any number of results.</summary>
    /// <param name="forward">The function.</param>
    /// <param name="backward">The gradients with respect to each input, null where there is none.</param>
    public static Func<Tensor[], Tensor[]> Custom(Func<Tensor[], Tensor[]> forward, Func<Backward, Tensor?[]> backward) =>
        x => GraphOp.Run(forward, x, body => new CustomGradient(body, backward));
}
