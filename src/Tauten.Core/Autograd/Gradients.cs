using Tauten.Ops;

namespace Tauten;

/// <summary>
/// Reverse-mode differentiation: one walk for eager and captured tensors alike, whose results are tensors, so that it differentiates again.
/// </summary>
public static partial class Gradients
{
    /// <summary>
    /// The gradients of <c>sum(seed * y)</c> with respect to each of <paramref name="wrt"/>.
    /// </summary>
    /// <param name="y">The result of a computation.</param>
    /// <param name="wrt">Tensors of that computation, leaves or not.</param>
    /// <param name="seed">The gradient that arrives at <paramref name="y"/>, of its shape; ones when left out, which needs a <paramref name="y"/> with one element.</param>
    /// <param name="createGraph">Track the walk itself, so that its results can be differentiated again.</param>
    /// <param name="keepGraph">Keep what the tape saved for another walk; by default only when <paramref name="createGraph"/> is set.</param>
    /// <returns>One gradient for each of <paramref name="wrt"/>, zeros where the result does not depend on it.</returns>
    /// <example><code>
    /// var x = Tensor.From([1f, 2f], requiresGrad: true);
    /// var first = Gradients.Of((x * x * x).Sum(), [x], createGraph: true)[0];       // 3 x^2
    /// var second = Gradients.Of(first.Sum(), [x])[0];                               // 6 x
    /// Console.WriteLine(first.Detach());    // [ 3, 12]
    /// Console.WriteLine(second);    // [ 6, 12]
    /// </code></example>
    /// <exception cref="GradientException">A tensor of <paramref name="wrt"/> does not require gradients, or <paramref name="y"/> is not a scalar and there is no seed.</exception>
    public static Tensor[] Of(Tensor y, ReadOnlySpan<Tensor> wrt, Tensor? seed = null, bool createGraph = false, bool? keepGraph = null) => Of([y], wrt, [seed], createGraph, keepGraph);

    /// <summary>The gradients of the sum of <c>seed * y</c> over several results with respect to each of <paramref name="wrt"/>, in one walk.</summary>
    /// <param name="y">The results of a computation.</param>
    /// <param name="wrt">Tensors of that computation, leaves or not.</param>
    /// <param name="seeds">The gradients that arrive at <paramref name="y"/>; where one is null, or all are left out, ones, which need a result with one element.</param>
    /// <param name="createGraph">Track the walk itself, so that its results can be differentiated again.</param>
    /// <param name="keepGraph">Keep what the tape saved for another walk; by default only when <paramref name="createGraph"/> is set.</param>
    public static Tensor[] Of(ReadOnlySpan<Tensor> y, ReadOnlySpan<Tensor> wrt, ReadOnlySpan<Tensor?> seeds = default, bool createGraph = false, bool? keepGraph = null)
    {
        var targets = new (Node, int)[wrt.Length];
        for (int i = 0; i < targets.Length; i++)
        {
            if (!wrt[i].DType.IsFloating()) throw new GradientException($"Gradients.Of: tensor {i} has dtype {wrt[i].DType.Name()}; only floating-point tensors have gradients.");
            if (!wrt[i].RequiresGrad) throw new GradientException($"Gradients.Of: tensor {i} of shape {wrt[i].Shape} does not require gradients. Make it with requiresGrad: true before it is used.");
            targets[i] = (wrt[i].Node, wrt[i].OutputIndex);
        }
        var found = new ReverseWalk(createGraph, keepGraph ?? createGraph, beyondTargets: true).Run(y, Seeds(y, seeds), targets);
        var result = new Tensor[wrt.Length];
        for (int i = 0; i < result.Length; i++) result[i] = found[i] ?? Tensor.Zeros(wrt[i].Shape, wrt[i].DType);
        return result;
    }

    /// <summary>
    /// Computes the gradient of the sum of several results with respect to every leaf that requires gradients, in one walk, and adds it to the leaf's <c>Grad</c>;
    /// see <see cref="Tensor.Backward"/>.
    /// </summary>
    /// <param name="y">The results of a computation.</param>
    /// <param name="seeds">The gradients that arrive at <paramref name="y"/>; where one is null, or all are left out, ones, which need a result with one element.</param>
    /// <param name="createGraph">Track the walk itself, so that gradients can be differentiated again.</param>
    /// <param name="keepGraph">Keep what the tape saved for another walk; by default only when <paramref name="createGraph"/> is set.</param>
    /// <example><code>
    /// var x = Tensor.From([1f, 2f], requiresGrad: true);
    /// Gradients.Backward([(x * x).Sum(), x.Sum()]);
    /// Console.WriteLine(x.Grad);    // [3, 5]
    /// </code></example>
    /// <exception cref="GradientException">A result depends on nothing that requires gradients, or is not a scalar and has no seed.</exception>
    public static void Backward(ReadOnlySpan<Tensor> y, ReadOnlySpan<Tensor?> seeds = default, bool createGraph = false, bool? keepGraph = null)
    {
        foreach (var result in y)
            if (!result.IsTracked)
                throw new GradientException(
                    $"Backward: the tensor of shape {result.Shape} depends on nothing that requires gradients. Make inputs with requiresGrad: true, use parameters, and check that no NoGrad scope or Detach is on the way.");
        new ReverseWalk(createGraph, keepGraph ?? createGraph).Run(y, Seeds(y, seeds), null);
    }

    static Tensor[] Seeds(ReadOnlySpan<Tensor> y, ReadOnlySpan<Tensor?> seeds)
    {
        if (seeds.Length > 0 && seeds.Length != y.Length) throw new GradientException($"Gradients: {y.Length} results were given, and {seeds.Length} gradients that arrive at them.");
        var all = new Tensor[y.Length];
        for (int i = 0; i < all.Length; i++) all[i] = Seed(y[i], seeds.Length == 0 ? null : seeds[i]);
        return all;
    }

    static Tensor Seed(Tensor y, Tensor? seed)
    {
        if (seed is null)
        {
            if (!(y.Shape.ElementCount == 1))
                throw new GradientException($"A gradient starts from a scalar. Received: a tensor of shape {y.Shape}. Reduce it with Sum or Mean, or pass the gradient that arrives at it.");
            return Tensor.Ones(y.Shape, y.DType);
        }
        if (seed.Shape != y.Shape) throw new ShapeException($"The gradient passed in has shape {seed.Shape}. Expected that of the tensor: {y.Shape}.");
        if (seed.DType != y.DType) throw new DTypeException($"The gradient passed in has dtype {seed.DType.Name()}. Expected that of the tensor: {y.DType.Name()}.");
        return seed;
    }

    /// <summary>Whether this thread tracks: whether results of what requires gradients require gradients in their turn.</summary>
    /// <example><code>
    /// using (Gradients.NoGrad()) Console.WriteLine(Gradients.IsTracking);    // False
    /// </code></example>
    public static bool IsTracking => Ambient.Current.Tracks;

    /// <summary>
    /// Until the scope is disposed, this thread tracks nothing: results require no gradients and keep no tape. Tensors are immutable and carry nothing else
    /// that could be left out, so this is <c>torch.no_grad</c> and <c>torch.inference_mode</c> in one.
    /// </summary>
    /// <example><code>
    /// var x = Tensor.From([1f, 2f], requiresGrad: true);
    /// using (Gradients.NoGrad()) Console.WriteLine((x * 2).RequiresGrad);    // False
    /// </code></example>
    public static TrackingScope NoGrad() => new(Ambient.Current.Untracked + 1);

    /// <summary>Until the scope is disposed, this thread tracks again, also inside of <see cref="NoGrad"/>; or does not, as <paramref name="enabled"/> says.</summary>
    /// <example><code>
    /// var x = Tensor.From([1f, 2f], requiresGrad: true);
    /// using (Gradients.NoGrad())
    /// using (Gradients.Tracking()) Console.WriteLine((x * 2).RequiresGrad);    // True
    /// </code></example>
    public static TrackingScope Tracking(bool enabled = true) => new(enabled ? 0 : Ambient.Current.Untracked + 1);

    /// <summary>
    /// Until the scope is disposed, ops remember the line of the program that ran them, and a reverse walk stops with an error that names op and
    /// line where a gradient becomes NaN. Slow: for hunting only.
    /// </summary>
    /// <example><code>
    /// var x = Tensor.From([0f, 1], requiresGrad: true);
    /// using (Gradients.DetectAnomaly())
    /// {
    ///     try
    ///     {
    ///         (x.Sqrt() * 0).Sum().Backward();         // 0 / 0 on the way back
    ///     }
    ///     catch (GradientException e)
    ///     {
    ///         Console.WriteLine(e.Message.Contains("Sqrt"));    // True
    ///     }
    /// }
    /// </code></example>
    public static AnomalyScope DetectAnomaly() => new();
}

/// <summary>The time in which a thread tracks, or does not.</summary>
public readonly ref struct TrackingScope
{
    readonly int before;

    internal TrackingScope(int untracked)
    {
        before = Ambient.Current.Untracked;
        Ambient.Current.Untracked = untracked;
    }

    /// <summary>Goes back to the mode from before.</summary>
    public void Dispose() => Ambient.Current.Untracked = before;
}

/// <summary>The time in which a thread hunts for NaN in gradients.</summary>
public readonly ref struct AnomalyScope
{
    readonly bool before;

    /// <summary>Begins the hunt.</summary>
    public AnomalyScope()
    {
        before = Ambient.Current.DetectAnomaly;
        Ambient.Current.DetectAnomaly = true;
    }

    /// <summary>Goes back to the mode from before.</summary>
    public void Dispose() => Ambient.Current.DetectAnomaly = before;
}
