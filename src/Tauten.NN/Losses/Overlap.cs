namespace Tauten.NN;

/// <summary>
/// 1 - (2 sum(x y) + smooth) / (sum(x) + sum(y) + smooth), where the sums run over all axes but the first: one minus twice the overlap by the sum of both areas, for probabilities x and targets y
/// [batch, ...] (Milletari et al.: "V-Net", 2016, with plain sums).
/// </summary>
/// <param name="reduction">What happens to the losses of single samples.</param>
/// <param name="smooth">Makes the loss of two empty areas 0, and keeps it finite.</param>
/// <example><code>
/// var prediction = Tensor.From(new[,] { { 1f, 1f, 0f, 0f } });
/// var target = Tensor.From(new[,] { { 1f, 0f, 0f, 0f } });
/// Console.WriteLine(new DiceLoss().Call(prediction, target));    // 0.3333
/// </code></example>
/// <exception cref="ShapeException">The shapes differ, or have fewer than two axes.</exception>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="smooth"/> is negative.</exception>
public sealed class DiceLoss(Reduction reduction = Reduction.Mean, double smooth = 1e-7) : Loss(reduction)
{
    readonly double smooth = NotNegative(smooth, nameof(smooth));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        ExpectAlike(x.Prediction, x.Target);
        var (both, over, missed) = Overlap.Of(TypeName, x.Prediction, x.Target);
        return Reduce((over + missed) / (both * 2 + over + missed + smooth));
    }
}

/// <summary>
/// 1 - (t + smooth) / (t + alpha f + beta m + smooth) for probabilities x and targets y [batch, ...], where t = sum(x y), f = sum(x (1 - y)), what is wrongly found, and m = sum((1 - x) y),
/// what is missed, over all axes but the first (Salehi et al., 2017). With alpha = beta = 1/2 it is <see cref="DiceLoss"/>.
/// </summary>
/// <param name="reduction">What happens to the losses of single samples.</param>
/// <param name="alpha">How much what is wrongly found counts.</param>
/// <param name="beta">How much what is missed counts.</param>
/// <param name="smooth">Makes the loss of two empty areas 0, and keeps it finite.</param>
/// <example><code>
/// var prediction = Tensor.From(new[,] { { 1f, 1f, 0f, 0f } });
/// var target = Tensor.From(new[,] { { 1f, 0f, 0f, 0f } });
/// Console.WriteLine(new TverskyLoss(alpha: 0.3, beta: 0.7).Call(prediction, target));    // 0.2308
/// </code></example>
/// <exception cref="ShapeException">The shapes differ, or have fewer than two axes.</exception>
/// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
public sealed class TverskyLoss(Reduction reduction = Reduction.Mean, double alpha = 0.5, double beta = 0.5, double smooth = 1e-7) : Loss(reduction)
{
    readonly double alpha = NotNegative(alpha, nameof(alpha)), beta = NotNegative(beta, nameof(beta)), smooth = NotNegative(smooth, nameof(smooth));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        ExpectAlike(x.Prediction, x.Target);
        var (both, over, missed) = Overlap.Of(TypeName, x.Prediction, x.Target);
        var wrong = over * alpha + missed * beta;
        return Reduce(wrong / (both + wrong + smooth));
    }
}

/// <summary>What a prediction and a target have in common, what only the prediction has, and what only the target has, for each sample.</summary>
static class Overlap
{
    public static (Tensor Both, Tensor Over, Tensor Missed) Of(string who, Tensor x, Tensor y)
    {
        if (x.Rank < 2) throw new ShapeException($"{who}: expected [batch, ...]. Received: {x.Shape}. Use Unsqueeze(0) for a single sample.");
        var axes = Dims.Create([.. Enumerable.Range(1, x.Rank - 1)]);
        return ((x * y).Sum(axes), (x * (1 - y)).Sum(axes), ((1 - x) * y).Sum(axes));
    }
}
