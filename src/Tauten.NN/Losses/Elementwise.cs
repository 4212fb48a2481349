namespace Tauten.NN;

/// <summary>(prediction - target)^2, element by element.</summary>
/// <param name="reduction">What happens to the losses of single elements.</param>
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

/// <summary>
/// -(y log sigmoid(x) + (1 - y) log(1 - sigmoid(x))), element by element, for logits x and targets y from 0 to 1; computed as
/// y softplus(-x) + (1 - y) softplus(x), in which nothing overflows and nothing cancels.
/// </summary>
/// <param name="reduction">What happens to the losses of single elements.</param>
/// <exception cref="ShapeException">The shapes differ.</exception>
public sealed class BCEWithLogitsLoss(Reduction reduction = Reduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        ExpectAlike(x.Prediction, x.Target);
        return Reduce(x.Target * (-x.Prediction).Softplus() + (1 - x.Target) * x.Prediction.Softplus());
    }
}
