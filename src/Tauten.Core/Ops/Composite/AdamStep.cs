namespace Tauten.Ops;

/// <summary>
/// One step of Adam (Kingma, Ba: "Adam: A Method for Stochastic Optimization", 2014), or of AdamW where <paramref name="Decoupled"/>
/// (Loshchilov, Hutter: "Decoupled Weight Decay Regularization", 2017). With t = step + 1:
/// <code>
/// Adam:   g = gradient + WeightDecay * parameter        AdamW:  parameter = parameter * (1 - learningRate * WeightDecay)
/// m = Beta1 * m + (1 - Beta1) * g
/// v = Beta2 * v + (1 - Beta2) * g^2
/// u = v, or u = max(u, v) where Amsgrad
/// parameter = parameter - learningRate / (1 - Beta1^t) * m / (sqrt(u) / sqrt(1 - Beta2^t) + Epsilon)
/// </code> Dtypes: floating-point.
/// </summary>
/// <remarks>
/// Inputs and outputs as of every <see cref="OptimizerStep"/>; kept are m, v, with Amsgrad (Reddi, Kale, Kumar: "On the Convergence of Adam and Beyond",
/// 2018) u, and step.
/// </remarks>
public sealed record AdamStep(double Beta1, double Beta2, double Epsilon, double WeightDecay, bool Decoupled, bool Amsgrad = false) : OptimizerStep
{
    /// <inheritdoc/>
    protected internal override int Moments => Amsgrad ? 3 : 2;

    /// <inheritdoc/>
    protected override Tensor Update(Tensor w, Tensor g, Tensor rate, Span<Tensor> kept, Tensor time)
    {
        if (Decoupled) w = Shrunk(w, rate, WeightDecay);
        else g = Decayed(g, w, WeightDecay);
        kept[0] += (g - kept[0]) * (1 - Beta1);
        kept[1] = Mean(kept[1], g.Square(), Beta2);
        if (Amsgrad) kept[2] = kept[2].Maximum(kept[1]);
        // What depends on the step alone is one number, computed in 64 bits.
        var size = rate / (1 - Power(Beta1, time));
        var norm = (1 - Power(Beta2, time)).Sqrt();
        return w - kept[0] / (kept[^1].Sqrt() / norm.To(w.DType) + Epsilon) * size.To(w.DType);
    }
}
