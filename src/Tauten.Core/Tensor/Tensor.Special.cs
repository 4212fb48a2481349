using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <inheritdoc cref="Ops.Exp2"/>
    public Tensor Exp2() => Dispatch.Run(Ops.Exp2.Instance, this);

    /// <inheritdoc cref="Ops.Log2"/>
    public Tensor Log2() => Dispatch.Run(Ops.Log2.Instance, this);

    /// <inheritdoc cref="Ops.Log10"/>
    public Tensor Log10() => Dispatch.Run(Ops.Log10.Instance, this);

    /// <inheritdoc cref="Ops.Erfc"/>
    public Tensor Erfc() => Dispatch.Run(Ops.Erfc.Instance, this);

    /// <inheritdoc cref="Ops.Erfinv"/>
    public Tensor Erfinv() => Dispatch.Run(Ops.Erfinv.Instance, this);

    /// <inheritdoc cref="Ops.Lgamma"/>
    public Tensor Lgamma() => Dispatch.Run(Ops.Lgamma.Instance, this);

    /// <inheritdoc cref="Ops.Digamma"/>
    public Tensor Digamma() => Dispatch.Run(Ops.Digamma.Instance, this);

    /// <summary>
    /// The derivative of order <paramref name="order"/> of <see cref="Digamma"/>; for an order above 0, (-1)^(order+1) order! <see cref="Zeta"/>(order + 1, x) (NIST Digital Library of
    /// Mathematical Functions, 5.15 and 25.11.12).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The order is negative.</exception>
    public Tensor Polygamma(int order)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(order);
        if (order == 0) return Digamma();
        double factor = order % 2 == 0 ? -1 : 1;
        for (int k = 2; k <= order; k++) factor *= k;
        return Special.Zeta(order + 1, this) * factor;
    }

    /// <summary>
    /// The logarithm of the gamma function of <paramref name="dimension"/> dimensions: p (p - 1) / 4 log(pi) plus the sum of <see cref="Lgamma"/>(x - j / 2) over j = 0 ... p - 1. It is
    /// meant for x above (p - 1) / 2.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension is less than 1.</exception>
    public Tensor Mvlgamma(int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        var sum = Lgamma();
        for (int j = 1; j < dimension; j++) sum += (this - j / 2.0).Lgamma();
        return sum + dimension * (dimension - 1) / 4.0 * Math.Log(Math.PI);
    }

    /// <inheritdoc cref="Ops.Gammainc"/>
    public Tensor Igamma(Tensor x) => Special.Gammainc(this, x);

    /// <inheritdoc cref="Ops.Gammaincc"/>
    public Tensor Igammac(Tensor x) => Special.Gammaincc(this, x);

    /// <inheritdoc cref="BesselI0"/>
    public Tensor I0() => Special.I0(this);

    /// <inheritdoc cref="Ops.Xlogy"/>
    public Tensor Xlogy(Tensor y) => Dispatch.Run(Ops.Xlogy.Instance, this, y);

    /// <inheritdoc cref="Ops.Xlogy"/>
    public Tensor Xlogy(double y) => Xlogy(Scalar(y, DType));

    /// <inheritdoc cref="Ops.Logit"/>
    public Tensor Logit(double? epsilon = null) => Dispatch.Run(new Logit(epsilon), this);

    /// <summary>sin(pi x) / (pi x): 1 at 0, and 0 at infinity.</summary>
    public Tensor Sinc() => Special.SphericalBesselJ0(this * Math.PI);

    /// <inheritdoc cref="Ops.LogAddExp"/>
    public Tensor LogAddExp(Tensor other) => Dispatch.Run(Ops.LogAddExp.Instance, this, other);

    /// <inheritdoc cref="Ops.LogAddExp2"/>
    public Tensor LogAddExp2(Tensor other) => Dispatch.Run(Ops.LogAddExp2.Instance, this, other);
}
