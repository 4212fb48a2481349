using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>
    /// The sum of the gradients that reverse walks have brought to this leaf; null when there was none. While a graph is captured, those of walks in the
    /// capture: they are part of the graph.
    /// </summary>
    /// <example><code>
    /// var x = Tensor.From([1f, 2, 3], requiresGrad: true);
    /// (x * x).Sum().Backward();
    /// Console.WriteLine(x.Grad);    // [2, 4, 6]
    /// </code></example>
    public Tensor? Grad
    {
        get
        {
            if (node?.Cell is not { } cell) return null;
            if (Ambient.Current.Capture is { } capture) return capture.GradientOf(cell);
            cell.Escaped = true;
            return cell.Gradient;
        }
    }

    /// <summary>Forgets <see cref="Grad"/>.</summary>
    /// <example><code>
    /// var x = Tensor.From(3f, requiresGrad: true);
    /// (x * x).Backward();
    /// x.ZeroGrad();
    /// Console.WriteLine(x.Grad is null);    // True
    /// </code></example>
    public void ZeroGrad()
    {
        if (node?.Cell is not { } cell) return;
        if (Ambient.Current.Capture is { } capture) capture.SetGradient(cell, null);
        else cell.Clear();
    }

    /// <summary>
    /// Computes the gradient of this tensor with respect to every leaf that requires gradients, and adds it to the leaf's <c>Grad</c>.
    /// </summary>
    /// <param name="gradient">The gradient that arrives here, of this shape; 1 when left out, which needs a tensor with one element.</param>
    /// <param name="createGraph">Track the walk itself, so that gradients can be differentiated again.</param>
    /// <param name="keepGraph">Keep what the tape saved for another walk; by default only when <paramref name="createGraph"/> is set.</param>
    /// <example><code>
    /// var x = Tensor.From([1f, 2], requiresGrad: true);
    /// var y = x * x;
    /// y.Backward(Tensor.From([1f, 10]));
    /// Console.WriteLine(x.Grad);    // [ 2, 40]
    /// </code></example>
    /// <exception cref="GradientException">Nothing here requires gradients, this is not a scalar, or the tape was used up by an earlier walk.</exception>
    public void Backward(Tensor? gradient = null, bool createGraph = false, bool? keepGraph = null) => Gradients.Backward([this], [gradient], createGraph, keepGraph);

    /// <summary>The same values, through which no gradient flows. A view.</summary>
    /// <example><code>
    /// var x = Tensor.From([1f, 2], requiresGrad: true);
    /// Console.WriteLine((x * x).Detach().RequiresGrad);    // False
    /// </code></example>
    public Tensor Detach() => IsSymbolic || Ambient.Current.Capture is not null ? Dispatch.Run(Ops.Detach.Instance, this) : As(null);

    /// <summary>The same values as a new leaf that requires gradients, or does not.</summary>
    /// <example><code>
    /// var x = Tensor.From([1f, 2]).WithGrad();
    /// x.Exp().Sum().Backward();
    /// Console.WriteLine(x.Grad);    // [2.7183, 7.3891]
    /// </code></example>
    public Tensor WithGrad(bool requiresGrad = true) => requiresGrad ? Detach().AsLeaf() : Detach();

    /// <summary>
    /// Calls <paramref name="hook"/> with the gradient of this tensor whenever a walk has computed it. What the hook returns replaces the gradient;
    /// null leaves it as it is.
    /// </summary>
    /// <returns>Removes the hook when disposed; need not be disposed otherwise.</returns>
    /// <example><code>
    /// var x = Tensor.From([1f, 2], requiresGrad: true);
    /// using (x.RegisterHook(gradient => gradient * 10)) (x * 3).Sum().Backward();
    /// Console.WriteLine(x.Grad);    // [30, 30]
    /// </code></example>
    /// <exception cref="GradientException">The tensor does not require gradients.</exception>
    public IDisposable RegisterHook(Func<Tensor, Tensor?> hook)
    {
        if (!IsTracked) throw new GradientException($"RegisterHook: the tensor of shape {Shape} does not require gradients, so none will arrive.");
        var hooks = Node.NeedCell().Hooks ??= [];
        hooks.Add(hook);
        return new Registration(() => hooks.Remove(hook));
    }

    /// <summary>From now on walks add their gradient of this tensor to its <see cref="Grad"/>, though it is not a leaf.</summary>
    /// <example><code>
    /// var x = Tensor.From([1f, 2], requiresGrad: true);
    /// var y = x * 3;
    /// y.RetainGrad();
    /// (y * y).Sum().Backward();
    /// Console.WriteLine(y.Grad);    // [ 6, 12]
    /// </code></example>
    /// <exception cref="GradientException">The tensor does not require gradients.</exception>
    public void RetainGrad()
    {
        if (!IsTracked) throw new GradientException($"RetainGrad: the tensor of shape {Shape} does not require gradients, so none will arrive.");
        var cell = Node.NeedCell();
        if (IsLeaf || cell.Retains) return;
        cell.Retains = true;
        RegisterHook(gradient =>
        {
            (cell.Gradient, cell.Escaped) = (cell.Gradient is { } before ? before + gradient : gradient, true);
            return null;
        });
    }

    sealed class Registration(Action remove) : IDisposable
    {
        public void Dispose() => remove();
    }
}
