namespace Tauten.NN;

/// <summary>(prediction - target)^2, element by element.</summary>
/// <param name="reduction">What happens to the losses of single elements.</param>
/// <example><code>
/// var prediction = Tensor.From([1f, 2.5f, 5]);
/// var target = Tensor.From([1f, 2, 3]);
/// Console.WriteLine(new MSELoss().Call(prediction, target));    // 1.4167
/// </code></example>
/// <exception cref="ShapeException">The shapes differ: [8, 1] and [8] would silently become [8, 8] elsewhere.</exception>
public sealed class MSELoss(Reduction reduction = Reduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        ExpectAlike(x.Prediction, x.Target);
        return Reduce((x.Prediction - x.Target).Square());
    }
}

/// <summary>|prediction - target|, element by element.</summary>
/// <param name="reduction">What happens to the losses of single elements.</param>
/// <example><code>
/// var prediction = Tensor.From([1f, 2.5f, 5]);
/// var target = Tensor.From([1f, 2, 3]);
/// Console.WriteLine(new L1Loss().Call(prediction, target));    // 0.8333
/// </code></example>
/// <exception cref="ShapeException">The shapes differ.</exception>
public sealed class L1Loss(Reduction reduction = Reduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        ExpectAlike(x.Prediction, x.Target);
        return Reduce((x.Prediction - x.Target).Abs());
    }
}

/// <summary>d^2 / (2 beta) where d = |prediction - target| is below beta, d - beta / 2 elsewhere; element by element. With beta = 0 it is |prediction - target|.</summary>
/// <param name="reduction">What happens to the losses of single elements.</param>
/// <param name="beta">Where the parabola becomes a line.</param>
/// <example><code>
/// var prediction = Tensor.From([1f, 2.5f, 5]);
/// var target = Tensor.From([1f, 2, 3]);
/// Console.WriteLine(new SmoothL1Loss().Call(prediction, target));    // 0.5417
/// </code></example>
/// <exception cref="ShapeException">The shapes differ.</exception>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="beta"/> is negative.</exception>
public sealed class SmoothL1Loss(Reduction reduction = Reduction.Mean, double beta = 1) : Loss(reduction)
{
    readonly double beta = NotNegative(beta, nameof(beta));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        ExpectAlike(x.Prediction, x.Target);
        var d = (x.Prediction - x.Target).Abs();
        return Reduce(beta == 0 ? d : Tensor.Where(d < beta, d.Square() / (2 * beta), d - beta / 2));
    }
}

/// <summary>d^2 / 2 where d = |prediction - target| is at most delta, delta (d - delta / 2) elsewhere; element by element (Huber, 1964).</summary>
/// <param name="reduction">What happens to the losses of single elements.</param>
/// <param name="delta">Where the parabola becomes a line.</param>
/// <example><code>
/// var prediction = Tensor.From([1f, 2.5f, 5]);
/// var target = Tensor.From([1f, 2, 3]);
/// Console.WriteLine(new HuberLoss().Call(prediction, target));    // 0.5417
/// </code></example>
/// <exception cref="ShapeException">The shapes differ.</exception>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="delta"/> is not positive.</exception>
public sealed class HuberLoss(Reduction reduction = Reduction.Mean, double delta = 1) : Loss(reduction)
{
    readonly double delta = Positive(delta, nameof(delta));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        ExpectAlike(x.Prediction, x.Target);
        var d = (x.Prediction - x.Target).Abs();
        return Reduce(Tensor.Where(d <= delta, d.Square() / 2, (d - delta / 2) * delta));
    }
}

/// <summary>log(cosh(prediction - target)), element by element: about d^2 / 2 for small differences d and |d| - log 2 for large ones.</summary>
/// <param name="reduction">What happens to the losses of single elements.</param>
/// <example><code>
/// var prediction = Tensor.From([1f, 2.5f, 5]);
/// var target = Tensor.From([1f, 2, 3]);
/// Console.WriteLine(new LogCoshLoss().Call(prediction, target));    // 0.4817
/// </code></example>
/// <exception cref="ShapeException">The shapes differ.</exception>
public sealed class LogCoshLoss(Reduction reduction = Reduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        ExpectAlike(x.Prediction, x.Target);
        // |d| + log1p(exp(-2 |d|)) - log 2 cancels for small d, log1p(2 sinh(d / 2)^2) overflows for large d.
        var d = (x.Prediction - x.Target).Abs();
        var near = (d.ClampMax(1) / 2).Sinh().Square() * 2;
        return Reduce(Tensor.Where(d < 1, near.Log1p(), d + (d * -2).Exp().Log1p() - Math.Log(2)));
    }
}

/// <summary>100 |prediction - target| / max(|target|, epsilon), element by element: the error in percent.</summary>
/// <param name="reduction">What happens to the losses of single elements.</param>
/// <param name="epsilon">What keeps the loss finite at a target of 0.</param>
/// <example><code>
/// var prediction = Tensor.From([1f, 2.5f, 5]);
/// var target = Tensor.From([1f, 2, 3]);
/// Console.WriteLine(new MeanAbsolutePercentageLoss().Call(prediction, target));    // 30.5556
/// </code></example>
/// <exception cref="ShapeException">The shapes differ.</exception>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is not positive.</exception>
public sealed class MeanAbsolutePercentageLoss(Reduction reduction = Reduction.Mean, double epsilon = 1e-7) : Loss(reduction)
{
    readonly double epsilon = Positive(epsilon, nameof(epsilon));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        ExpectAlike(x.Prediction, x.Target);
        return Reduce((x.Prediction - x.Target).Abs() / x.Target.Abs().ClampMin(epsilon) * 100);
    }
}

/// <summary>(log(1 + max(prediction, epsilon)) - log(1 + max(target, epsilon)))^2, element by element, for amounts that are not negative.</summary>
/// <param name="reduction">What happens to the losses of single elements.</param>
/// <param name="epsilon">What smaller numbers are replaced by.</param>
/// <example><code>
/// var prediction = Tensor.From([1f, 2.5f, 5]);
/// var target = Tensor.From([1f, 2, 3]);
/// Console.WriteLine(new MeanSquaredLogarithmicLoss().Call(prediction, target));    // 0.0627
/// </code></example>
/// <exception cref="ShapeException">The shapes differ.</exception>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is negative.</exception>
public sealed class MeanSquaredLogarithmicLoss(Reduction reduction = Reduction.Mean, double epsilon = 1e-7) : Loss(reduction)
{
    readonly double epsilon = NotNegative(epsilon, nameof(epsilon));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        ExpectAlike(x.Prediction, x.Target);
        return Reduce((x.Prediction.ClampMin(epsilon).Log1p() - x.Target.ClampMin(epsilon).Log1p()).Square());
    }
}

/// <summary>-cos of the angle between prediction and target along an axis: -1 if they point the same way, 1 if they are opposed, 0 if one of them is 0.</summary>
/// <param name="reduction">What happens to the losses of single vectors.</param>
/// <param name="axis">The axis of the vectors.</param>
/// <example><code>
/// var prediction = Tensor.From(new[,] { { 1f, 1f } });
/// var target = Tensor.From(new[,] { { 0f, 2f } });
/// Console.WriteLine(new CosineSimilarityLoss().Call(prediction, target));    // -0.7071
/// </code></example>
/// <exception cref="ShapeException">The shapes differ.</exception>
public sealed class CosineSimilarityLoss(Reduction reduction = Reduction.Mean, int axis = -1) : Loss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        ExpectAlike(x.Prediction, x.Target);
        return Reduce(-x.Prediction.CosineSimilarity(x.Target, axis));
    }
}
