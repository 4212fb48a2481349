using Tauten.Ops;

namespace Tauten;

/// <summary>
/// Special functions of each element, in the floating-point dtypes. Those that <see cref="Tensor"/> has as methods stand here too, under the names of the field. Float16 and bfloat16 are
/// computed in float32, and float32 in double precision wherever a function has no vector form.
/// </summary>
/// <example><code>
/// var x = Tensor.From([0.5, 1, 2]);
/// Console.WriteLine(Special.BesselJ0(x));
/// Console.WriteLine(Special.Gammainc(Tensor.From(2.0), x));
/// </code></example>
public static class Special
{
    /// <inheritdoc cref="Ops.AiryAi"/>
    public static Tensor AiryAi(Tensor x) => Dispatch.Run(Ops.AiryAi.Instance, x);

    /// <inheritdoc cref="Ops.AiryAiDerivative"/>
    public static Tensor AiryAiDerivative(Tensor x) => Dispatch.Run(Ops.AiryAiDerivative.Instance, x);

    /// <inheritdoc cref="Ops.BesselJ0"/>
    public static Tensor BesselJ0(Tensor x) => Dispatch.Run(Ops.BesselJ0.Instance, x);

    /// <inheritdoc cref="Ops.BesselJ1"/>
    public static Tensor BesselJ1(Tensor x) => Dispatch.Run(Ops.BesselJ1.Instance, x);

    /// <inheritdoc cref="Ops.BesselY0"/>
    public static Tensor BesselY0(Tensor x) => Dispatch.Run(Ops.BesselY0.Instance, x);

    /// <inheritdoc cref="Ops.BesselY1"/>
    public static Tensor BesselY1(Tensor x) => Dispatch.Run(Ops.BesselY1.Instance, x);

    /// <inheritdoc cref="BesselI0"/>
    public static Tensor I0(Tensor x) => Dispatch.Run(BesselI0.Instance, x);

    /// <inheritdoc cref="BesselI1"/>
    public static Tensor I1(Tensor x) => Dispatch.Run(BesselI1.Instance, x);

    /// <inheritdoc cref="ScaledBesselI0"/>
    public static Tensor I0e(Tensor x) => Dispatch.Run(ScaledBesselI0.Instance, x);

    /// <inheritdoc cref="ScaledBesselI1"/>
    public static Tensor I1e(Tensor x) => Dispatch.Run(ScaledBesselI1.Instance, x);

    /// <inheritdoc cref="BesselI0"/>
    public static Tensor ModifiedBesselI0(Tensor x) => I0(x);

    /// <inheritdoc cref="BesselI1"/>
    public static Tensor ModifiedBesselI1(Tensor x) => I1(x);

    /// <inheritdoc cref="BesselK0"/>
    public static Tensor ModifiedBesselK0(Tensor x) => Dispatch.Run(BesselK0.Instance, x);

    /// <inheritdoc cref="BesselK1"/>
    public static Tensor ModifiedBesselK1(Tensor x) => Dispatch.Run(BesselK1.Instance, x);

    /// <inheritdoc cref="ScaledBesselK0"/>
    public static Tensor ScaledModifiedBesselK0(Tensor x) => Dispatch.Run(ScaledBesselK0.Instance, x);

    /// <inheritdoc cref="ScaledBesselK1"/>
    public static Tensor ScaledModifiedBesselK1(Tensor x) => Dispatch.Run(ScaledBesselK1.Instance, x);

    /// <inheritdoc cref="Ops.SphericalBesselJ0"/>
    public static Tensor SphericalBesselJ0(Tensor x) => Dispatch.Run(Ops.SphericalBesselJ0.Instance, x);

    /// <summary>Chebyshev's polynomial of the first kind, T: cos(n acos(x)); see <see cref="OrthogonalPolynomial"/>.</summary>
    public static Tensor ChebyshevPolynomialT(Tensor x, Tensor n) => Polynomial(PolynomialFamily.ChebyshevT, x, n);

    /// <inheritdoc cref="ChebyshevPolynomialT(Tensor, Tensor)"/>
    public static Tensor ChebyshevPolynomialT(Tensor x, long n) => Polynomial(PolynomialFamily.ChebyshevT, x, n);

    /// <summary>Chebyshev's polynomial of the second kind, U: sin((n + 1) acos(x)) / sin(acos(x)); see <see cref="OrthogonalPolynomial"/>.</summary>
    public static Tensor ChebyshevPolynomialU(Tensor x, Tensor n) => Polynomial(PolynomialFamily.ChebyshevU, x, n);

    /// <inheritdoc cref="ChebyshevPolynomialU(Tensor, Tensor)"/>
    public static Tensor ChebyshevPolynomialU(Tensor x, long n) => Polynomial(PolynomialFamily.ChebyshevU, x, n);

    /// <summary>Chebyshev's polynomial of the third kind, V: cos((n + 1/2) acos(x)) / cos(acos(x) / 2); see <see cref="OrthogonalPolynomial"/>.</summary>
    public static Tensor ChebyshevPolynomialV(Tensor x, Tensor n) => Polynomial(PolynomialFamily.ChebyshevV, x, n);

    /// <inheritdoc cref="ChebyshevPolynomialV(Tensor, Tensor)"/>
    public static Tensor ChebyshevPolynomialV(Tensor x, long n) => Polynomial(PolynomialFamily.ChebyshevV, x, n);

    /// <summary>Chebyshev's polynomial of the fourth kind, W: sin((n + 1/2) acos(x)) / sin(acos(x) / 2); see <see cref="OrthogonalPolynomial"/>.</summary>
    public static Tensor ChebyshevPolynomialW(Tensor x, Tensor n) => Polynomial(PolynomialFamily.ChebyshevW, x, n);

    /// <inheritdoc cref="ChebyshevPolynomialW(Tensor, Tensor)"/>
    public static Tensor ChebyshevPolynomialW(Tensor x, long n) => Polynomial(PolynomialFamily.ChebyshevW, x, n);

    /// <summary>T(2x - 1) for Chebyshev's polynomial of the first kind; see <see cref="OrthogonalPolynomial"/>.</summary>
    public static Tensor ShiftedChebyshevPolynomialT(Tensor x, Tensor n) => Polynomial(PolynomialFamily.ShiftedChebyshevT, x, n);

    /// <inheritdoc cref="ShiftedChebyshevPolynomialT(Tensor, Tensor)"/>
    public static Tensor ShiftedChebyshevPolynomialT(Tensor x, long n) => Polynomial(PolynomialFamily.ShiftedChebyshevT, x, n);

    /// <summary>U(2x - 1) for Chebyshev's polynomial of the second kind; see <see cref="OrthogonalPolynomial"/>.</summary>
    public static Tensor ShiftedChebyshevPolynomialU(Tensor x, Tensor n) => Polynomial(PolynomialFamily.ShiftedChebyshevU, x, n);

    /// <inheritdoc cref="ShiftedChebyshevPolynomialU(Tensor, Tensor)"/>
    public static Tensor ShiftedChebyshevPolynomialU(Tensor x, long n) => Polynomial(PolynomialFamily.ShiftedChebyshevU, x, n);

    /// <summary>V(2x - 1) for Chebyshev's polynomial of the third kind; see <see cref="OrthogonalPolynomial"/>.</summary>
    public static Tensor ShiftedChebyshevPolynomialV(Tensor x, Tensor n) => Polynomial(PolynomialFamily.ShiftedChebyshevV, x, n);

    /// <inheritdoc cref="ShiftedChebyshevPolynomialV(Tensor, Tensor)"/>
    public static Tensor ShiftedChebyshevPolynomialV(Tensor x, long n) => Polynomial(PolynomialFamily.ShiftedChebyshevV, x, n);

    /// <summary>W(2x - 1) for Chebyshev's polynomial of the fourth kind; see <see cref="OrthogonalPolynomial"/>.</summary>
    public static Tensor ShiftedChebyshevPolynomialW(Tensor x, Tensor n) => Polynomial(PolynomialFamily.ShiftedChebyshevW, x, n);

    /// <inheritdoc cref="ShiftedChebyshevPolynomialW(Tensor, Tensor)"/>
    public static Tensor ShiftedChebyshevPolynomialW(Tensor x, long n) => Polynomial(PolynomialFamily.ShiftedChebyshevW, x, n);

    /// <summary>Hermite's polynomial of the physicists, H, orthogonal under exp(-x^2); see <see cref="OrthogonalPolynomial"/>.</summary>
    public static Tensor HermitePolynomialH(Tensor x, Tensor n) => Polynomial(PolynomialFamily.HermiteH, x, n);

    /// <inheritdoc cref="HermitePolynomialH(Tensor, Tensor)"/>
    public static Tensor HermitePolynomialH(Tensor x, long n) => Polynomial(PolynomialFamily.HermiteH, x, n);

    /// <summary>Hermite's polynomial of the statisticians, He, orthogonal under exp(-x^2 / 2); see <see cref="OrthogonalPolynomial"/>.</summary>
    public static Tensor HermitePolynomialHe(Tensor x, Tensor n) => Polynomial(PolynomialFamily.HermiteHe, x, n);

    /// <inheritdoc cref="HermitePolynomialHe(Tensor, Tensor)"/>
    public static Tensor HermitePolynomialHe(Tensor x, long n) => Polynomial(PolynomialFamily.HermiteHe, x, n);

    /// <summary>Laguerre's polynomial, L, orthogonal under exp(-x) for positive x; see <see cref="OrthogonalPolynomial"/>.</summary>
    public static Tensor LaguerrePolynomialL(Tensor x, Tensor n) => Polynomial(PolynomialFamily.LaguerreL, x, n);

    /// <inheritdoc cref="LaguerrePolynomialL(Tensor, Tensor)"/>
    public static Tensor LaguerrePolynomialL(Tensor x, long n) => Polynomial(PolynomialFamily.LaguerreL, x, n);

    /// <summary>Legendre's polynomial, P, orthogonal on [-1, 1]; see <see cref="OrthogonalPolynomial"/>.</summary>
    public static Tensor LegendrePolynomialP(Tensor x, Tensor n) => Polynomial(PolynomialFamily.LegendreP, x, n);

    /// <inheritdoc cref="LegendrePolynomialP(Tensor, Tensor)"/>
    public static Tensor LegendrePolynomialP(Tensor x, long n) => Polynomial(PolynomialFamily.LegendreP, x, n);

    static Tensor Polynomial(PolynomialFamily family, Tensor x, long n) => Polynomial(family, x, Tensor.Scalar(n, x.DType));

    static Tensor Polynomial(PolynomialFamily family, Tensor x, Tensor n) => Dispatch.Run(new OrthogonalPolynomial(family, 0), x, n.To(x.DType));

    /// <inheritdoc cref="Ops.Digamma"/>
    public static Tensor Digamma(Tensor x) => x.Digamma();

    /// <inheritdoc cref="Ops.Digamma"/>
    public static Tensor Psi(Tensor x) => x.Digamma();

    /// <inheritdoc cref="Ops.Entr"/>
    public static Tensor Entr(Tensor x) => Dispatch.Run(Ops.Entr.Instance, x);

    /// <inheritdoc cref="Ops.Erf"/>
    public static Tensor Erf(Tensor x) => x.Erf();

    /// <inheritdoc cref="Ops.Erfc"/>
    public static Tensor Erfc(Tensor x) => x.Erfc();

    /// <inheritdoc cref="Ops.Erfcx"/>
    public static Tensor Erfcx(Tensor x) => Dispatch.Run(Ops.Erfcx.Instance, x);

    /// <inheritdoc cref="Ops.Erfinv"/>
    public static Tensor Erfinv(Tensor x) => x.Erfinv();

    /// <inheritdoc cref="Ops.Exp2"/>
    public static Tensor Exp2(Tensor x) => x.Exp2();

    /// <inheritdoc cref="Ops.Sigmoid"/>
    public static Tensor Expit(Tensor x) => x.Sigmoid();

    /// <inheritdoc cref="Ops.Expm1"/>
    public static Tensor Expm1(Tensor x) => x.Expm1();

    /// <inheritdoc cref="Ops.Gammainc"/>
    public static Tensor Gammainc(Tensor a, Tensor x) => Dispatch.Run(Ops.Gammainc.Instance, a, x);

    /// <inheritdoc cref="Ops.Gammaincc"/>
    public static Tensor Gammaincc(Tensor a, Tensor x) => Dispatch.Run(Ops.Gammaincc.Instance, a, x);

    /// <inheritdoc cref="Ops.Lgamma"/>
    public static Tensor Gammaln(Tensor x) => x.Lgamma();

    /// <inheritdoc cref="Ops.Log1p"/>
    public static Tensor Log1p(Tensor x) => x.Log1p();

    /// <inheritdoc cref="Ops.LogNdtr"/>
    public static Tensor LogNdtr(Tensor x) => Dispatch.Run(Ops.LogNdtr.Instance, x);

    /// <inheritdoc cref="Ops.LogSoftmax"/>
    public static Tensor LogSoftmax(Tensor x, int axis) => x.LogSoftmax(axis);

    /// <inheritdoc cref="Ops.Logit"/>
    public static Tensor Logit(Tensor x, double? epsilon = null) => x.Logit(epsilon);

    /// <inheritdoc cref="Ops.LogSumExp"/>
    public static Tensor LogSumExp(Tensor x, Dims axes, bool keepDims = false) => x.LogSumExp(axes, keepDims);

    /// <inheritdoc cref="Tensor.Mvlgamma"/>
    public static Tensor Multigammaln(Tensor x, int dimension) => x.Mvlgamma(dimension);

    /// <summary>The normal distribution function: the probability that a standard normal variable is below x, erfc(-x / sqrt 2) / 2.</summary>
    public static Tensor Ndtr(Tensor x) => (x * -Math.Sqrt(0.5)).Erfc() * 0.5;

    /// <inheritdoc cref="Ops.Ndtri"/>
    public static Tensor Ndtri(Tensor x) => Dispatch.Run(Ops.Ndtri.Instance, x);

    /// <inheritdoc cref="Tensor.Polygamma"/>
    public static Tensor Polygamma(int order, Tensor x) => x.Polygamma(order);

    /// <inheritdoc cref="Tensor.Round(int)"/>
    public static Tensor Round(Tensor x, int decimals = 0) => x.Round(decimals);

    /// <inheritdoc cref="Tensor.Sinc"/>
    public static Tensor Sinc(Tensor x) => x.Sinc();

    /// <inheritdoc cref="Ops.Softmax"/>
    public static Tensor Softmax(Tensor x, int axis) => x.Softmax(axis);

    /// <inheritdoc cref="Ops.Xlog1py"/>
    public static Tensor Xlog1py(Tensor x, Tensor y) => Dispatch.Run(Ops.Xlog1py.Instance, x, y);

    /// <inheritdoc cref="Ops.Xlog1py"/>
    public static Tensor Xlog1py(Tensor x, double y) => Xlog1py(x, Tensor.Scalar(y, x.DType));

    /// <inheritdoc cref="Ops.Xlog1py"/>
    public static Tensor Xlog1py(double x, Tensor y) => Xlog1py(Tensor.Scalar(x, y.DType), y);

    /// <inheritdoc cref="Ops.Xlogy"/>
    public static Tensor Xlogy(Tensor x, Tensor y) => x.Xlogy(y);

    /// <inheritdoc cref="Ops.Xlogy"/>
    public static Tensor Xlogy(Tensor x, double y) => x.Xlogy(y);

    /// <inheritdoc cref="Ops.Xlogy"/>
    public static Tensor Xlogy(double x, Tensor y) => Xlogy(Tensor.Scalar(x, y.DType), y);

    /// <inheritdoc cref="Ops.Zeta"/>
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
