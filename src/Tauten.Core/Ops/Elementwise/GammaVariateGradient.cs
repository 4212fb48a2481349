namespace Tauten.Ops;

/// <summary>
/// How a number x (first input) from the gamma distribution with shape parameter a (second) moves with a while its probability stays: -(dP(a, x) / da) / p(x), where P is the
/// distribution function and p the density (Figurnov, Mohamed, Mnih: "Implicit reparameterization gradients", 2018). It has no gradient of its own. Dtypes: floating-point.
/// </summary>
public sealed record GammaVariateGradient : BinaryOp
{
    internal static readonly GammaVariateGradient Instance = new();

    /// <inheritdoc/>
    protected internal override TensorSpec Infer(TensorSpec x, TensorSpec a) => x.DType.IsFloating() ? base.Infer(x, a) : throw Expect.DType(this, x.DType, "a floating-point dtype");

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    /// <exception cref="GradientException">Always: the second derivative of a random number with respect to its parameter is not offered.</exception>
    public override Tensor?[] Gradient(Backward b) => throw new GradientException(
        "The gradient of random numbers from the gamma distribution (and of those made of them: beta, Dirichlet, Student's t, chi-squared) with respect to their parameters cannot be differentiated again.");
}
