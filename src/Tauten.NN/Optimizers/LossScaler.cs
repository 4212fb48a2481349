using Tauten.Ops;

namespace Tauten.NN;

/// <summary>
/// Keeps small gradients above what float16 can tell from 0: the loss is multiplied by a large factor, and gradients are divided by it before a step. A step whose
/// gradients are not all finite is left out, and the factor made smaller; after many good steps in a row it is made larger again (Micikevicius et al.: "Mixed Precision
/// Training", 2018; PyTorch's <c>GradScaler</c>). bfloat16 has the range of float32 and needs none.
/// </summary>
/// <remarks>
/// Nothing here reads a number on the way of a captured graph: whether a step is taken is a branch of the graph, so that a compiled training step with a scaler is one graph
/// as any other.
/// </remarks>
/// <example><code>
/// var model = new Linear(3, 1);
/// var optimizer = new SGD(model.Parameters(), learningRate: 0.1);
/// var scaler = new LossScaler(initialScale: 1024);
/// var step = Compiled.Function((Tensor x, Tensor y) =>
/// {
///     optimizer.ZeroGrad();
///     Tensor loss;
///     using (Autocast.To(DType.Float16)) loss = new MSELoss().Call(model.Call(x), y);
///     scaler.Scale(loss).Backward();
///     scaler.Step(optimizer);
///     scaler.Update();
///     return loss;
/// });
/// step(Tensor.Ones([4, 3]), Tensor.Ones([4, 1]));
/// Console.WriteLine(scaler.Factor);    // 1024
/// </code></example>
public sealed class LossScaler
{
    readonly double growth, backoff;
    readonly long interval;
    readonly Buffer scale, tracker, found;
    readonly Dictionary<Optimizer, Tensor> unscaled = [];

    /// <summary>A scaler.</summary>
    /// <param name="initialScale">The first factor.</param>
    /// <param name="growth">What the factor is multiplied by after <paramref name="interval"/> good steps in a row.</param>
    /// <param name="backoff">What it is multiplied by after a step that was left out.</param>
    /// <param name="interval">How many good steps in a row make it grow.</param>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not positive, the growth not above 1, the back-off not between 0 and 1, or the interval not positive.</exception>
    public LossScaler(double initialScale = 65536, double growth = 2, double backoff = 0.5, long interval = 2000)
    {
        if (!(initialScale > 0 && float.IsFinite((float)initialScale))) throw new ArgumentOutOfRangeException(nameof(initialScale), initialScale, "Expected a positive number.");
        if (!(growth > 1)) throw new ArgumentOutOfRangeException(nameof(growth), growth, "Expected a number above 1.");
        if (!(backoff is > 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(backoff), backoff, "Expected a number between 0 and 1.");
        if (interval < 1) throw new ArgumentOutOfRangeException(nameof(interval), interval, "Expected a number of at least 1.");
        (this.growth, this.backoff, this.interval) = (growth, backoff, interval);
        (scale, tracker, found) = Initial.Outside(() =>
            (new Buffer(Tensor.From((float)initialScale), "scale"), new Buffer(Tensor.From(0L), "growth_tracker"), new Buffer(Tensor.From(false), "found_inf")));
    }

    /// <summary>The factor, float32[].</summary>
    public Tensor Factor => scale.Value;

    /// <summary>The loss times the factor, in at least 32 bits: what <c>Backward</c> is to be called on.</summary>
    public Tensor Scale(Tensor loss)
    {
        var dtype = OptimizerStep.Computed(loss.DType);
        return loss.To(dtype) * scale.Borrow().To(dtype).Beside(loss);
    }

    /// <summary>
    /// Divides the gradients of an optimizer's parameters by the factor: to be called before gradients are looked at or clipped, and not at all otherwise, as
    /// <see cref="Step"/> does it too.
    /// </summary>
    /// <exception cref="InvalidOperationException">It was called twice before a step.</exception>
    public void Unscale(Optimizer optimizer)
    {
        if (unscaled.ContainsKey(optimizer)) throw new InvalidOperationException("LossScaler: the gradients of this optimizer are unscaled already. Call Step before Unscale is called again.");
        using var untracked = Gradients.NoGrad();
        using var exact = Autocast.Off();
        var parameters = optimizer.Groups.SelectMany(group => group.Parameters).ToList();
        ClipGradients.Scale(parameters, 1 / scale.Borrow().To(DType.Float64));
        var finite = ClipGradients.Norm(parameters, 2).IsFinite();
        found.Value = found.Borrow() | !finite.Beside(found.Borrow());
        unscaled.Add(optimizer, finite);
    }

    /// <summary>Updates the optimizer's parameters if their gradients, divided by the factor, are all finite.</summary>
    /// <returns>Whether they were, bool[].</returns>
    public Tensor Step(Optimizer optimizer)
    {
        if (!unscaled.ContainsKey(optimizer)) Unscale(optimizer);
        using var untracked = Gradients.NoGrad();
        using var exact = Autocast.Off();
        unscaled.Remove(optimizer, out var finite);
        return Tensor.If(finite!, () =>
        {
            optimizer.Step();
            return Tensor.From(true);
        }, () => Tensor.From(false));
    }

    /// <summary>Makes the factor smaller if a step since the last call was left out, larger after many that were not; once after the steps of all optimizers.</summary>
    public void Update()
    {
        using var untracked = Gradients.NoGrad();
        using var exact = Autocast.Off();
        unscaled.Clear();
        Tensor factor = scale.Borrow(), bad = found.Borrow(), good = tracker.Borrow() + 1, larger = factor * growth;
        var full = good.GreaterEqual(interval);
        scale.Value = Tensor.Where(bad, factor * backoff, Tensor.Where(full & larger.IsFinite(), larger, factor));
        tracker.Value = Tensor.Where(bad | full, Tensor.ZerosLike(good), good);
        found.Value = Tensor.ZerosLike(bad);
    }

    /// <summary>The factor and the number of good steps in a row, by name, as PyTorch's: <c>scale</c>, <c>growth_tracker</c>, <c>found_inf</c>.</summary>
    public IReadOnlyDictionary<string, Tensor> State() => new OrderedDictionary<string, Tensor> { ["scale"] = scale.Value, ["growth_tracker"] = tracker.Value, ["found_inf"] = found.Value };

    /// <summary>Continues from a state that <see cref="State"/> gave.</summary>
    /// <exception cref="ModelFormatException">The state does not fit; the message lists every missing, unexpected and mismatched entry. Nothing was changed.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        var reader = new StateReader(state, "LossScaler: the state does not fit.");
        Buffer[] cells = [scale, tracker, found];
        var loaded = Array.ConvertAll(cells, cell => reader.Take(cell.Name!, cell.Spec));
        reader.Check();
        for (int i = 0; i < cells.Length; i++) cells[i].Value = loaded[i]!;
    }
}
