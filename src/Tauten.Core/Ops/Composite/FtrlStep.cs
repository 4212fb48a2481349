namespace Tauten.Ops;

/// <summary>
/// One step of "follow the regularized leader" (McMahan et al.: "Ad Click Prediction: a View from the Trenches", 2013, in the form that Keras gives it): with
/// the sum s of all gradient^2, which begins with InitialSum, and q(s) = s^(-RatePower) / learningRate,
/// <code>
/// s' = s + gradient^2
/// z = z + gradient + 2 * Shrinkage * parameter - (q(s') - q(s)) * parameter
/// parameter = (clamp(z, -L1, L1) - z) / (q(s') + 2 * L2 + Beta / learningRate)
/// </code>
/// so that a parameter with a small z is exactly 0. Dtypes: floating-point.
/// </summary>
/// <remarks>Inputs and outputs as of every <see cref="OptimizerStep"/>; kept are s, z and step. The learning rate must not be 0.</remarks>
public sealed record FtrlStep(double RatePower, double InitialSum, double L1, double L2, double Shrinkage, double Beta) : OptimizerStep
{
    /// <inheritdoc/>
    protected internal override int Moments => 2;

    /// <inheritdoc/>
    protected override Tensor Update(Tensor w, Tensor g, Tensor rate, Span<Tensor> kept, Tensor time)
    {
        var one = (1 / rate).To(w.DType);
        var before = InitialSum == 0 ? kept[0] : First(time, kept[0] + InitialSum, kept[0]);
        kept[0] = before + g.Square();
        Tensor old = Scaled(before), now = Scaled(kept[0]);
        kept[1] += Decayed(g, w, 2 * Shrinkage) - (now - old) * one * w;
        return (kept[1].Clamp(-L1, L1) - kept[1]) / (now * one + (1 / rate * Beta + 2 * L2).To(w.DType));
    }

    Tensor Scaled(Tensor sum) => RatePower == -0.5 ? sum.Sqrt() : sum.Pow(-RatePower);
}
