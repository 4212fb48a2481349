using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <inheritdoc cref="Ops.Exp2"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0f, 3, -1]).Exp2());    // [1.0000, 8.0000, 0.5000]
    /// </code></example>
    public Tensor Exp2() => Dispatch.Run(Ops.Exp2.Instance, this);

    /// <inheritdoc cref="Ops.Log2"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 8, 0.7f]).Log2());    // [ 0.0000,  3.0000, -0.5146]
    /// </code></example>
    public Tensor Log2() => Dispatch.Run(Ops.Log2.Instance, this);

    /// <inheritdoc cref="Ops.Log10"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 1000, 0.5f]).Log10());    // [ 0.0000,  3.0000, -0.3010]
    /// </code></example>
    public Tensor Log10() => Dispatch.Run(Ops.Log10.Instance, this);

    /// <inheritdoc cref="Ops.Erfc"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0f, 1, 3]).Erfc());    // [1.0000e+00, 1.5730e-01, 2.2090e-05]
    /// </code></example>
    public Tensor Erfc() => Dispatch.Run(Ops.Erfc.Instance, this);

    /// <inheritdoc cref="Ops.Erfinv"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0f, 0.5f, 1]).Erfinv());    // [0.0000, 0.4769,    inf]
    /// </code></example>
    public Tensor Erfinv() => Dispatch.Run(Ops.Erfinv.Instance, this);

    /// <inheritdoc cref="Ops.Lgamma"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0.5f, 4, 10]).Lgamma());    // [ 0.5724,  1.7918, 12.8018]
    /// </code></example>
    public Tensor Lgamma() => Dispatch.Run(Ops.Lgamma.Instance, this);

    /// <inheritdoc cref="Ops.Digamma"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2, 10]).Digamma());    // [-0.5772,  0.4228,  2.2518]
    /// </code></example>
    public Tensor Digamma() => Dispatch.Run(Ops.Digamma.Instance, this);

    /// <summary>
    /// The derivative of order <paramref name="order"/> of <see cref="Digamma"/>; for an order above 0, (-1)^(order+1) order! <see cref="Zeta"/>(order + 1, x) (NIST Digital Library of
    /// Mathematical Functions, 5.15 and 25.11.12).
    /// </summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1.0, 2]).Polygamma(1));    // [1.6449, 0.6449]
    /// </code></example>
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
    /// <example><code>
    /// Console.WriteLine(Tensor.From([2.0, 3]).Mvlgamma(2));    // [0.4516, 1.5502]
    /// </code></example>
    /// <exception cref="ArgumentOutOfRangeException">The dimension is less than 1.</exception>
    public Tensor Mvlgamma(int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        var sum = Lgamma();
        for (int j = 1; j < dimension; j++) sum += (this - j / 2.0).Lgamma();
        return sum + dimension * (dimension - 1) / 4.0 * Math.Log(Math.PI);
    }

    /// <inheritdoc cref="Ops.Gammainc"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From(2.0).Igamma(Tensor.From([0.5, 1, 5])));    // [0.0902, 0.2642, 0.9596]
    /// </code></example>
    public Tensor Igamma(Tensor x) => Special.Gammainc(this, x);

    /// <inheritdoc cref="Ops.Gammaincc"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From(2.0).Igammac(Tensor.From([0.5, 1, 5])));    // [0.9098, 0.7358, 0.0404]
    /// </code></example>
    public Tensor Igammac(Tensor x) => Special.Gammaincc(this, x);

    /// <inheritdoc cref="BesselI0"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0f, 1, 2]).I0());    // [1.0000, 1.2661, 2.2796]
    /// </code></example>
    public Tensor I0() => Special.I0(this);

    /// <inheritdoc cref="Ops.Xlogy"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0f, 2]).Xlogy(Tensor.From([0f, 3])));    // [0.0000, 2.1972]
    /// </code></example>
    public Tensor Xlogy(Tensor y) => Dispatch.Run(Ops.Xlogy.Instance, this, y);

    /// <inheritdoc cref="Ops.Xlogy"/>
    public Tensor Xlogy(double y) => Xlogy(Scalar(y, DType));

    /// <inheritdoc cref="Ops.Logit"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0.5f, 0.9f]).Logit());    // [0.0000, 2.1972]
    /// Console.WriteLine(Tensor.From([0f, 1]).Logit(epsilon: 0.01));    // [-4.5951,  4.5951]
    /// </code></example>
    public Tensor Logit(double? epsilon = null) => Dispatch.Run(new Logit(epsilon), this);

    /// <summary>sin(pi x) / (pi x): 1 at 0, and 0 at infinity.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0f, 0.5f, 1.5f]).Sinc());    // [ 1.0000,  0.6366, -0.2122]
    /// </code></example>
    public Tensor Sinc() => Special.SphericalBesselJ0(this * Math.PI);

    /// <inheritdoc cref="Ops.LogAddExp"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1000f, 0]).LogAddExp(Tensor.From([1000f, 0])));    // [1000.6932,    0.6931]
    /// </code></example>
    public Tensor LogAddExp(Tensor other) => Dispatch.Run(Ops.LogAddExp.Instance, this, other);

    /// <inheritdoc cref="Ops.LogAddExp2"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([3f, 0]).LogAddExp2(Tensor.From([3f, 1])));    // [4.0000, 1.5850]
    /// </code></example>
    public Tensor LogAddExp2(Tensor other) => Dispatch.Run(Ops.LogAddExp2.Instance, this, other);
}
