namespace Tauten.Ops;

/// <summary>
/// One step of stochastic gradient descent (Sutskever et al.: "On the importance of initialization and momentum in deep learning", 2013, in the
/// form that PyTorch gives it): with g = gradient + WeightDecay * parameter, and buffer = Momentum * buffer + (1 - Dampening) * g (g itself at step 0),
/// the new parameter is parameter - learningRate * d, where d is g without momentum, the buffer with it, g + Momentum * buffer with Nesterov's. Dtypes: floating-point.
/// </summary>
/// <remarks>
/// Inputs and outputs as of every <see cref="OptimizerStep"/>; kept is the buffer where there is momentum, and step where there is dampening too.
/// </remarks>
public sealed record SgdStep(double Momentum, double Dampening, bool Nesterov, double WeightDecay) : OptimizerStep
{
    /// <inheritdoc/>
    protected internal override int Moments => Momentum != 0 ? 1 : 0;

    /// <summary>Only where the first step differs from later ones.</summary>
    protected internal override bool Counts => Momentum != 0 && Dampening != 0;

    /// <inheritdoc/>
    protected override Tensor Update(Tensor w, Tensor g, Tensor rate, Span<Tensor> kept, Tensor time)
    {
        g = Decayed(g, w, WeightDecay);
        var size = rate.To(w.DType);
        if (Momentum == 0) return w - g * size;
        var share = Counts ? g * First(time, Tensor.Scalar(1, w.DType), Tensor.Scalar(1 - Dampening, w.DType)) : g;
        kept[0] = kept[0] * Momentum + share;
        return w - (Nesterov ? g + kept[0] * Momentum : kept[0]) * size;
    }
}
