using Tauten.Ops;

namespace Tauten;

/// <summary>
/// Special functions of each element, in the floating-point dtypes. Those that <see cref="Tensor"/> has as methods stand here too, under the names of the field. Float16 and bfloat16 are
/// computed in float32, and float32 in double precision wherever a function has no vector form.
/// </summary>
/// <example><code>
/// var x = Tensor.From([0.5, 1, 2]);
/// Console.WriteLine(Special.BesselJ0(x));    // [0.9385, 0.7652, 0.2239]
/// Console.WriteLine(Special.Gammainc(Tensor.From(2.0), x));    // [0.0902, 0.2642, 0.5940]
/// </code></example>
public static class Special
{
    /// <inheritdoc cref="Ops.AiryAi"/>
    /// <example><code>
    /// Console.WriteLine(Special.AiryAi(Tensor.From([-1.0, 0, 1])));    // [0.5356, 0.3550, 0.1353]
    /// </code></example>
    public static Tensor AiryAi(Tensor x) => Dispatch.Run(Ops.AiryAi.Instance, x);

    /// <inheritdoc cref="Ops.AiryAiDerivative"/>
    /// <example><code>
    /// Console.WriteLine(Special.AiryAiDerivative(Tensor.From([-1.0, 0, 1])));    // [-0.0102, -0.2588, -0.1591]
    /// </code></example>
    public static Tensor AiryAiDerivative(Tensor x) => Dispatch.Run(Ops.AiryAiDerivative.Instance, x);

    /// <inheritdoc cref="Ops.BesselJ0"/>
    /// <example><code>
    /// Console.WriteLine(Special.BesselJ0(Tensor.From([0.0, 1, 5])));    // [ 1.0000,  0.7652, -0.1776]
    /// </code></example>
    public static Tensor BesselJ0(Tensor x) => Dispatch.Run(Ops.BesselJ0.Instance, x);

    /// <inheritdoc cref="Ops.BesselJ1"/>
    /// <example><code>
    /// Console.WriteLine(Special.BesselJ1(Tensor.From([0.0, 1, 5])));    // [ 0.0000,  0.4401, -0.3276]
    /// </code></example>
    public static Tensor BesselJ1(Tensor x) => Dispatch.Run(Ops.BesselJ1.Instance, x);

    /// <inheritdoc cref="Ops.BesselY0"/>
    /// <example><code>
    /// Console.WriteLine(Special.BesselY0(Tensor.From([0.5, 1, 5])));    // [-0.4445,  0.0883, -0.3085]
    /// </code></example>
    public static Tensor BesselY0(Tensor x) => Dispatch.Run(Ops.BesselY0.Instance, x);

    /// <inheritdoc cref="Ops.BesselY1"/>
    /// <example><code>
    /// Console.WriteLine(Special.BesselY1(Tensor.From([0.5, 1, 5])));    // [-1.4715, -0.7812,  0.1479]
    /// </code></example>
    public static Tensor BesselY1(Tensor x) => Dispatch.Run(Ops.BesselY1.Instance, x);

    /// <inheritdoc cref="BesselI0"/>
    /// <example><code>
    /// Console.WriteLine(Special.I0(Tensor.From([0.0, 1, 5])));    // [ 1.0000,  1.2661, 27.2399]
    /// </code></example>
    public static Tensor I0(Tensor x) => Dispatch.Run(BesselI0.Instance, x);

    /// <inheritdoc cref="BesselI1"/>
    /// <example><code>
    /// Console.WriteLine(Special.I1(Tensor.From([0.0, 1, 5])));    // [ 0.0000,  0.5652, 24.3356]
    /// </code></example>
    public static Tensor I1(Tensor x) => Dispatch.Run(BesselI1.Instance, x);

    /// <inheritdoc cref="ScaledBesselI0"/>
    /// <example><code>
    /// Console.WriteLine(Special.I0e(Tensor.From([0.0, 1, 1000])));    // [1.0000, 0.4658, 0.0126]
    /// </code></example>
    public static Tensor I0e(Tensor x) => Dispatch.Run(ScaledBesselI0.Instance, x);

    /// <inheritdoc cref="ScaledBesselI1"/>
    /// <example><code>
    /// Console.WriteLine(Special.I1e(Tensor.From([0.0, 1, 1000])));    // [0.0000, 0.2079, 0.0126]
    /// </code></example>
    public static Tensor I1e(Tensor x) => Dispatch.Run(ScaledBesselI1.Instance, x);

    /// <inheritdoc cref="BesselI0"/>
    /// <example><code>
    /// Console.WriteLine(Special.ModifiedBesselI0(Tensor.From([0.0, 1, 5])));    // [ 1.0000,  1.2661, 27.2399]
    /// </code></example>
    public static Tensor ModifiedBesselI0(Tensor x) => I0(x);

    /// <inheritdoc cref="BesselI1"/>
    /// <example><code>
    /// Console.WriteLine(Special.ModifiedBesselI1(Tensor.From([0.0, 1, 5])));    // [ 0.0000,  0.5652, 24.3356]
    /// </code></example>
    public static Tensor ModifiedBesselI1(Tensor x) => I1(x);

    /// <inheritdoc cref="BesselK0"/>
    /// <example><code>
    /// Console.WriteLine(Special.ModifiedBesselK0(Tensor.From([0.1, 1, 2])));    // [2.4271, 0.4210, 0.1139]
    /// </code></example>
    public static Tensor ModifiedBesselK0(Tensor x) => Dispatch.Run(BesselK0.Instance, x);

    /// <inheritdoc cref="BesselK1"/>
    /// <example><code>
    /// Console.WriteLine(Special.ModifiedBesselK1(Tensor.From([0.1, 1, 2])));    // [9.8538, 0.6019, 0.1399]
    /// </code></example>
    public static Tensor ModifiedBesselK1(Tensor x) => Dispatch.Run(BesselK1.Instance, x);

    /// <inheritdoc cref="ScaledBesselK0"/>
    /// <example><code>
    /// Console.WriteLine(Special.ScaledModifiedBesselK0(Tensor.From([0.1, 1, 1000])));    // [2.6823, 1.1445, 0.0396]
    /// </code></example>
    public static Tensor ScaledModifiedBesselK0(Tensor x) => Dispatch.Run(ScaledBesselK0.Instance, x);

    /// <inheritdoc cref="ScaledBesselK1"/>
    /// <example><code>
    /// Console.WriteLine(Special.ScaledModifiedBesselK1(Tensor.From([0.1, 1, 1000])));    // [10.8902,  1.6362,  0.0396]
    /// </code></example>
    public static Tensor ScaledModifiedBesselK1(Tensor x) => Dispatch.Run(ScaledBesselK1.Instance, x);

    /// <inheritdoc cref="Ops.SphericalBesselJ0"/>
    /// <example><code>
    /// Console.WriteLine(Special.SphericalBesselJ0(Tensor.From([0.0, 1, 2])));    // [1.0000, 0.8415, 0.4546]
    /// </code></example>
    public static Tensor SphericalBesselJ0(Tensor x) => Dispatch.Run(Ops.SphericalBesselJ0.Instance, x);

    /// <summary>Chebyshev's polynomial of the first kind, T: cos(n acos(x)); see <see cref="OrthogonalPolynomial"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Special.ChebyshevPolynomialT(Tensor.From([-1.0, 0, 0.5]), 2));    // [ 1.0000, -1.0000, -0.5000]    2 x^2 - 1
    /// </code></example>
    public static Tensor ChebyshevPolynomialT(Tensor x, Tensor n) => Polynomial(PolynomialFamily.ChebyshevT, x, n);

    /// <inheritdoc cref="ChebyshevPolynomialT(Tensor, Tensor)"/>
    public static Tensor ChebyshevPolynomialT(Tensor x, long n) => Polynomial(PolynomialFamily.ChebyshevT, x, n);

    /// <summary>Chebyshev's polynomial of the second kind, U: sin((n + 1) acos(x)) / sin(acos(x)); see <see cref="OrthogonalPolynomial"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Special.ChebyshevPolynomialU(Tensor.From([-1.0, 0, 0.5]), 2));    // [ 3, -1,  0]    4 x^2 - 1
    /// </code></example>
    public static Tensor ChebyshevPolynomialU(Tensor x, Tensor n) => Polynomial(PolynomialFamily.ChebyshevU, x, n);

    /// <inheritdoc cref="ChebyshevPolynomialU(Tensor, Tensor)"/>
    public static Tensor ChebyshevPolynomialU(Tensor x, long n) => Polynomial(PolynomialFamily.ChebyshevU, x, n);

    /// <summary>Chebyshev's polynomial of the third kind, V: cos((n + 1/2) acos(x)) / cos(acos(x) / 2); see <see cref="OrthogonalPolynomial"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Special.ChebyshevPolynomialV(Tensor.From([-0.5, 0, 0.5]), 1));    // [-2, -1,  0]    2 x - 1
    /// </code></example>
    public static Tensor ChebyshevPolynomialV(Tensor x, Tensor n) => Polynomial(PolynomialFamily.ChebyshevV, x, n);

    /// <inheritdoc cref="ChebyshevPolynomialV(Tensor, Tensor)"/>
    public static Tensor ChebyshevPolynomialV(Tensor x, long n) => Polynomial(PolynomialFamily.ChebyshevV, x, n);

    /// <summary>Chebyshev's polynomial of the fourth kind, W: sin((n + 1/2) acos(x)) / sin(acos(x) / 2); see <see cref="OrthogonalPolynomial"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Special.ChebyshevPolynomialW(Tensor.From([-0.5, 0, 0.5]), 1));    // [0, 1, 2]    2 x + 1
    /// </code></example>
    public static Tensor ChebyshevPolynomialW(Tensor x, Tensor n) => Polynomial(PolynomialFamily.ChebyshevW, x, n);

    /// <inheritdoc cref="ChebyshevPolynomialW(Tensor, Tensor)"/>
    public static Tensor ChebyshevPolynomialW(Tensor x, long n) => Polynomial(PolynomialFamily.ChebyshevW, x, n);

    /// <summary>T(2x - 1) for Chebyshev's polynomial of the first kind; see <see cref="OrthogonalPolynomial"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Special.ShiftedChebyshevPolynomialT(Tensor.From([0.25, 0.5, 1]), 1));    // [-0.5000,  0.0000,  1.0000]    2 x - 1
    /// </code></example>
    public static Tensor ShiftedChebyshevPolynomialT(Tensor x, Tensor n) => Polynomial(PolynomialFamily.ShiftedChebyshevT, x, n);

    /// <inheritdoc cref="ShiftedChebyshevPolynomialT(Tensor, Tensor)"/>
    public static Tensor ShiftedChebyshevPolynomialT(Tensor x, long n) => Polynomial(PolynomialFamily.ShiftedChebyshevT, x, n);

    /// <summary>U(2x - 1) for Chebyshev's polynomial of the second kind; see <see cref="OrthogonalPolynomial"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Special.ShiftedChebyshevPolynomialU(Tensor.From([0.25, 0.5, 1]), 1));    // [-1,  0,  2]    4 x - 2
    /// </code></example>
    public static Tensor ShiftedChebyshevPolynomialU(Tensor x, Tensor n) => Polynomial(PolynomialFamily.ShiftedChebyshevU, x, n);

    /// <inheritdoc cref="ShiftedChebyshevPolynomialU(Tensor, Tensor)"/>
    public static Tensor ShiftedChebyshevPolynomialU(Tensor x, long n) => Polynomial(PolynomialFamily.ShiftedChebyshevU, x, n);

    /// <summary>V(2x - 1) for Chebyshev's polynomial of the third kind; see <see cref="OrthogonalPolynomial"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Special.ShiftedChebyshevPolynomialV(Tensor.From([0.25, 0.5, 0.75]), 1));    // [-2, -1,  0]    4 x - 3
    /// </code></example>
    public static Tensor ShiftedChebyshevPolynomialV(Tensor x, Tensor n) => Polynomial(PolynomialFamily.ShiftedChebyshevV, x, n);

    /// <inheritdoc cref="ShiftedChebyshevPolynomialV(Tensor, Tensor)"/>
    public static Tensor ShiftedChebyshevPolynomialV(Tensor x, long n) => Polynomial(PolynomialFamily.ShiftedChebyshevV, x, n);

    /// <summary>W(2x - 1) for Chebyshev's polynomial of the fourth kind; see <see cref="OrthogonalPolynomial"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Special.ShiftedChebyshevPolynomialW(Tensor.From([0.25, 0.5, 0.75]), 1));    // [0, 1, 2]    4 x - 1
    /// </code></example>
    public static Tensor ShiftedChebyshevPolynomialW(Tensor x, Tensor n) => Polynomial(PolynomialFamily.ShiftedChebyshevW, x, n);

    /// <inheritdoc cref="ShiftedChebyshevPolynomialW(Tensor, Tensor)"/>
    public static Tensor ShiftedChebyshevPolynomialW(Tensor x, long n) => Polynomial(PolynomialFamily.ShiftedChebyshevW, x, n);

    /// <summary>Hermite's polynomial of the physicists, H, orthogonal under exp(-x^2); see <see cref="OrthogonalPolynomial"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Special.HermitePolynomialH(Tensor.From([0.0, 1, 2]), 2));    // [-2,  2, 14]    4 x^2 - 2
    /// </code></example>
    public static Tensor HermitePolynomialH(Tensor x, Tensor n) => Polynomial(PolynomialFamily.HermiteH, x, n);

    /// <inheritdoc cref="HermitePolynomialH(Tensor, Tensor)"/>
    public static Tensor HermitePolynomialH(Tensor x, long n) => Polynomial(PolynomialFamily.HermiteH, x, n);

    /// <summary>Hermite's polynomial of the statisticians, He, orthogonal under exp(-x^2 / 2); see <see cref="OrthogonalPolynomial"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Special.HermitePolynomialHe(Tensor.From([0.0, 1, 2]), 2));    // [-1,  0,  3]    x^2 - 1
    /// </code></example>
    public static Tensor HermitePolynomialHe(Tensor x, Tensor n) => Polynomial(PolynomialFamily.HermiteHe, x, n);

    /// <inheritdoc cref="HermitePolynomialHe(Tensor, Tensor)"/>
    public static Tensor HermitePolynomialHe(Tensor x, long n) => Polynomial(PolynomialFamily.HermiteHe, x, n);

    /// <summary>Laguerre's polynomial, L, orthogonal under exp(-x) for positive x; see <see cref="OrthogonalPolynomial"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Special.LaguerrePolynomialL(Tensor.From([0.0, 1, 2]), 2));    // [ 1.0000, -0.5000, -1.0000]    x^2 / 2 - 2 x + 1
    /// </code></example>
    public static Tensor LaguerrePolynomialL(Tensor x, Tensor n) => Polynomial(PolynomialFamily.LaguerreL, x, n);

    /// <inheritdoc cref="LaguerrePolynomialL(Tensor, Tensor)"/>
    public static Tensor LaguerrePolynomialL(Tensor x, long n) => Polynomial(PolynomialFamily.LaguerreL, x, n);

    /// <summary>Legendre's polynomial, P, orthogonal on [-1, 1]; see <see cref="OrthogonalPolynomial"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Special.LegendrePolynomialP(Tensor.From([0.0, 0.5, 1]), 2));    // [-0.5000, -0.1250,  1.0000]    (3 x^2 - 1) / 2
    /// </code></example>
    public static Tensor LegendrePolynomialP(Tensor x, Tensor n) => Polynomial(PolynomialFamily.LegendreP, x, n);

    /// <inheritdoc cref="LegendrePolynomialP(Tensor, Tensor)"/>
    public static Tensor LegendrePolynomialP(Tensor x, long n) => Polynomial(PolynomialFamily.LegendreP, x, n);

    static Tensor Polynomial(PolynomialFamily family, Tensor x, long n) => Polynomial(family, x, Tensor.Scalar(n, x.DType));

    static Tensor Polynomial(PolynomialFamily family, Tensor x, Tensor n) => Dispatch.Run(new OrthogonalPolynomial(family, 0), x, n.To(x.DType));

    /// <inheritdoc cref="Ops.Digamma"/>
    /// <example><code>
    /// Console.WriteLine(Special.Digamma(Tensor.From([1.0, 2, 10])));    // [-0.5772,  0.4228,  2.2518]
    /// </code></example>
    public static Tensor Digamma(Tensor x) => x.Digamma();

    /// <inheritdoc cref="Ops.Digamma"/>
    /// <example><code>
    /// Console.WriteLine(Special.Psi(Tensor.From([1.0, 2, 10])));    // [-0.5772,  0.4228,  2.2518]
    /// </code></example>
    public static Tensor Psi(Tensor x) => x.Digamma();

    /// <inheritdoc cref="Ops.Entr"/>
    /// <example><code>
    /// Console.WriteLine(Special.Entr(Tensor.From([0.25, 0.5, -1])));    // [0.3466, 0.3466,   -inf]
    /// </code></example>
    public static Tensor Entr(Tensor x) => Dispatch.Run(Ops.Entr.Instance, x);

    /// <inheritdoc cref="Ops.Erf"/>
    /// <example><code>
    /// Console.WriteLine(Special.Erf(Tensor.From([0.0, 0.5, 2])));    // [0.0000, 0.5205, 0.9953]
    /// </code></example>
    public static Tensor Erf(Tensor x) => x.Erf();

    /// <inheritdoc cref="Ops.Erfc"/>
    /// <example><code>
    /// Console.WriteLine(Special.Erfc(Tensor.From([0.0, 0.5, 2])));    // [1.0000, 0.4795, 0.0047]
    /// </code></example>
    public static Tensor Erfc(Tensor x) => x.Erfc();

    /// <inheritdoc cref="Ops.Erfcx"/>
    /// <example><code>
    /// Console.WriteLine(Special.Erfcx(Tensor.From([0.0, 1, 1000])));    // [1.0000, 0.4276, 0.0006]
    /// </code></example>
    public static Tensor Erfcx(Tensor x) => Dispatch.Run(Ops.Erfcx.Instance, x);

    /// <inheritdoc cref="Ops.Erfinv"/>
    /// <example><code>
    /// Console.WriteLine(Special.Erfinv(Tensor.From([0.0, 0.5, 1])));    // [0.0000, 0.4769,    inf]
    /// </code></example>
    public static Tensor Erfinv(Tensor x) => x.Erfinv();

    /// <inheritdoc cref="Ops.Exp2"/>
    /// <example><code>
    /// Console.WriteLine(Special.Exp2(Tensor.From([0.0, 3, -1])));    // [1.0000, 8.0000, 0.5000]
    /// </code></example>
    public static Tensor Exp2(Tensor x) => x.Exp2();

    /// <inheritdoc cref="Ops.Sigmoid"/>
    /// <example><code>
    /// Console.WriteLine(Special.Expit(Tensor.From([-2.0, 0, 2])));    // [0.1192, 0.5000, 0.8808]
    /// </code></example>
    public static Tensor Expit(Tensor x) => x.Sigmoid();

    /// <inheritdoc cref="Ops.Expm1"/>
    /// <example><code>
    /// Console.WriteLine(Special.Expm1(Tensor.From([1e-10])));    // [1.0000e-10]
    /// </code></example>
    public static Tensor Expm1(Tensor x) => x.Expm1();

    /// <inheritdoc cref="Ops.Gammainc"/>
    /// <example><code>
    /// Console.WriteLine(Special.Gammainc(Tensor.From(2.0), Tensor.From([0.5, 1, 5])));    // [0.0902, 0.2642, 0.9596]
    /// </code></example>
    public static Tensor Gammainc(Tensor a, Tensor x) => Dispatch.Run(Ops.Gammainc.Instance, a, x);

    /// <inheritdoc cref="Ops.Gammaincc"/>
    /// <example><code>
    /// Console.WriteLine(Special.Gammaincc(Tensor.From(2.0), Tensor.From([0.5, 1, 5])));    // [0.9098, 0.7358, 0.0404]
    /// </code></example>
    public static Tensor Gammaincc(Tensor a, Tensor x) => Dispatch.Run(Ops.Gammaincc.Instance, a, x);

    /// <inheritdoc cref="Ops.Lgamma"/>
    /// <example><code>
    /// Console.WriteLine(Special.Gammaln(Tensor.From([0.5, 4, 10])));    // [ 0.5724,  1.7918, 12.8018]
    /// </code></example>
    public static Tensor Gammaln(Tensor x) => x.Lgamma();

    /// <inheritdoc cref="Ops.Log1p"/>
    /// <example><code>
    /// Console.WriteLine(Special.Log1p(Tensor.From([1e-10])));    // [1.0000e-10]
    /// </code></example>
    public static Tensor Log1p(Tensor x) => x.Log1p();

    /// <inheritdoc cref="Ops.LogNdtr"/>
    /// <example><code>
    /// Console.WriteLine(Special.LogNdtr(Tensor.From([-10.0, 0, 2])));    // [-53.2313,  -0.6931,  -0.0230]
    /// </code></example>
    public static Tensor LogNdtr(Tensor x) => Dispatch.Run(Ops.LogNdtr.Instance, x);

    /// <inheritdoc cref="Ops.LogSoftmax"/>
    /// <example><code>
    /// Console.WriteLine(Special.LogSoftmax(Tensor.From([1.0, 2, 3]), 0));    // [-2.4076, -1.4076, -0.4076]
    /// </code></example>
    public static Tensor LogSoftmax(Tensor x, int axis) => x.LogSoftmax(axis);

    /// <inheritdoc cref="Ops.Logit"/>
    /// <example><code>
    /// Console.WriteLine(Special.Logit(Tensor.From([0.1, 0.5])));    // [-2.1972,  0.0000]
    /// </code></example>
    public static Tensor Logit(Tensor x, double? epsilon = null) => x.Logit(epsilon);

    /// <inheritdoc cref="Ops.LogSumExp"/>
    /// <example><code>
    /// Console.WriteLine(Special.LogSumExp(Tensor.From([1000.0, 1000]), 0));    // 1000.6931
    /// </code></example>
    public static Tensor LogSumExp(Tensor x, Dims axes, bool keepDims = false) => x.LogSumExp(axes, keepDims);

    /// <inheritdoc cref="Tensor.Mvlgamma"/>
    /// <example><code>
    /// Console.WriteLine(Special.Multigammaln(Tensor.From([2.0, 3]), 2));    // [0.4516, 1.5502]
    /// </code></example>
    public static Tensor Multigammaln(Tensor x, int dimension) => x.Mvlgamma(dimension);

    /// <summary>The normal distribution function: the probability that a standard normal variable is below x, erfc(-x / sqrt 2) / 2.</summary>
    /// <example><code>
    /// Console.WriteLine(Special.Ndtr(Tensor.From([-1.96, 0, 1])));    // [0.0250, 0.5000, 0.8413]
    /// </code></example>
    public static Tensor Ndtr(Tensor x) => (x * -Math.Sqrt(0.5)).Erfc() * 0.5;

    /// <inheritdoc cref="Ops.Ndtri"/>
    /// <example><code>
    /// Console.WriteLine(Special.Ndtri(Tensor.From([0.025, 0.5, 0.84134])));    // [-1.9600,  0.0000,  1.0000]
    /// </code></example>
    public static Tensor Ndtri(Tensor x) => Dispatch.Run(Ops.Ndtri.Instance, x);

    /// <inheritdoc cref="Tensor.Polygamma"/>
    /// <example><code>
    /// Console.WriteLine(Special.Polygamma(1, Tensor.From([1.0, 2])));    // [1.6449, 0.6449]
    /// </code></example>
    public static Tensor Polygamma(int order, Tensor x) => x.Polygamma(order);

    /// <inheritdoc cref="Tensor.Round(int)"/>
    /// <example><code>
    /// Console.WriteLine(Special.Round(Tensor.From([0.1284, 2.6649]), 2));    // [0.1300, 2.6600]
    /// </code></example>
    public static Tensor Round(Tensor x, int decimals = 0) => x.Round(decimals);

    /// <inheritdoc cref="Tensor.Sinc"/>
    /// <example><code>
    /// Console.WriteLine(Special.Sinc(Tensor.From([0.0, 0.5, 1.5])));    // [ 1.0000,  0.6366, -0.2122]
    /// </code></example>
    public static Tensor Sinc(Tensor x) => x.Sinc();

    /// <inheritdoc cref="Ops.Softmax"/>
    /// <example><code>
    /// Console.WriteLine(Special.Softmax(Tensor.From([1.0, 2, 3]), 0));    // [0.0900, 0.2447, 0.6652]
    /// </code></example>
    public static Tensor Softmax(Tensor x, int axis) => x.Softmax(axis);

    /// <inheritdoc cref="Ops.Xlog1py"/>
    /// <example><code>
    /// Console.WriteLine(Special.Xlog1py(Tensor.From([0.0, 2]), Tensor.From([-1.0, 1])));    // [0.0000, 1.3863]
    /// </code></example>
    public static Tensor Xlog1py(Tensor x, Tensor y) => Dispatch.Run(Ops.Xlog1py.Instance, x, y);

    /// <inheritdoc cref="Ops.Xlog1py"/>
    public static Tensor Xlog1py(Tensor x, double y) => Xlog1py(x, Tensor.Scalar(y, x.DType));

    /// <inheritdoc cref="Ops.Xlog1py"/>
    public static Tensor Xlog1py(double x, Tensor y) => Xlog1py(Tensor.Scalar(x, y.DType), y);

    /// <inheritdoc cref="Ops.Xlogy"/>
    /// <example><code>
    /// Console.WriteLine(Special.Xlogy(Tensor.From([0.0, 2]), Tensor.From([0.0, 3])));    // [0.0000, 2.1972]
    /// </code></example>
    public static Tensor Xlogy(Tensor x, Tensor y) => x.Xlogy(y);

    /// <inheritdoc cref="Ops.Xlogy"/>
    public static Tensor Xlogy(Tensor x, double y) => x.Xlogy(y);

    /// <inheritdoc cref="Ops.Xlogy"/>
    public static Tensor Xlogy(double x, Tensor y) => Xlogy(Tensor.Scalar(x, y.DType), y);

    /// <inheritdoc cref="Ops.Zeta"/>
    /// <example><code>
    /// Console.WriteLine(Special.Zeta(Tensor.From([2.0, 3]), 1));    // [1.6449, 1.2021]
    /// </code></example>
    public static Tensor Zeta(Tensor s, Tensor q) => Dispatch.Run(Ops.Zeta.Instance, s, q);

    /// <inheritdoc cref="Ops.Zeta"/>
    public static Tensor Zeta(Tensor s, double q) => Zeta(s, Tensor.Scalar(q, s.DType));

    /// <inheritdoc cref="Ops.Zeta"/>
    public static Tensor Zeta(double s, Tensor q) => Zeta(Tensor.Scalar(s, q.DType), q);

    /// <summary>y / x, and <paramref name="limit"/> where x is zero.</summary>
    internal static Tensor Ratio(Tensor y, Tensor x, double limit)
    {
        var isZero = x.EqualTo(0);
        return Tensor.Where(isZero, limit, y / Tensor.Where(isZero, 1, x));
    }
}
