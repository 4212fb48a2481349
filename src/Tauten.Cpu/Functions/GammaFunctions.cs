using System.Runtime.CompilerServices;

namespace Tauten.Cpu.Functions;

/// <summary>
/// The gamma function's logarithm, its derivatives, and Hurwitz's zeta function, in double precision. Chebyshev series between 1 and 2, fitted in
/// 40 digits; recurrences to reach that interval (NIST Digital Library of Mathematical Functions, 5.5), Stirling's series beyond (5.11), reflection below 0.
/// </summary>
internal static class GammaFunctions
{
    // log(gamma(x)) / ((x - 1) (x - 2)) on [1, 2]: without the two zeros, so that it keeps all digits next to them.
    static ReadOnlySpan<double> LogGamma =>
    [
        0.49141539302938714, -0.07611416167043585, 0.008432324965932778, -0.001079493726328608, 0.00014900748003692963, -2.1512399888556784e-05,
        3.1979329860862186e-06, -4.851693012139927e-07, 7.47148782116316e-08, -1.1638296700170518e-08, 1.829400437118668e-09, -2.8969180607129607e-10,
        4.61570140620909e-11, -7.392810230497983e-12, 1.1894280008333085e-12, -1.9212068676522805e-13, 3.113975526387164e-14, -5.0628432984486114e-15,
        8.254150281631144e-16, -1.3490578987574844e-16, 2.209876116782623e-17, -3.6274129549239766e-18,
    ];

    // digamma(x) / (x - root) on [1, 2].
    static ReadOnlySpan<double> Digamma =>
    [
        0.983570260441567, -0.2270640863346444, 0.03336889902393011, -0.005320077271596548, 0.0008788656937820505, -0.00014773492650606044,
        2.5060543468359146e-05, -4.2721034029993324e-06, 7.302769272465923e-07, -1.2502886813559594e-07, 2.1425009322359472e-08, -3.673295918565179e-09,
        6.299717236108931e-10, -1.080593028883266e-10, 1.853735192053638e-11, -3.18023536582553e-12, 5.456147570322795e-13, -9.360993131036438e-14,
        1.606064636295075e-14, -2.7555431377438815e-15, 4.727736178601912e-16, -8.11148420346509e-17, 1.391707769474154e-17,
    ];

    const double DigammaRoot = 1.4616321449683622, DigammaRootRest = 9.549995429965697e-17;

    // B(2k) / (2k (2k - 1)), B(2k) / 2k and B(2k) / (2k)! for Bernoulli's numbers B.
    static ReadOnlySpan<double> Stirling =>
    [
        0.08333333333333333, -0.002777777777777778, 0.0007936507936507937, -0.0005952380952380953, 0.0008417508417508417, -0.0019175269175269176,
        0.00641025641025641, -0.029550653594771242, 0.17964437236883057,
    ];

    static ReadOnlySpan<double> DigammaTail =>
    [
        0.08333333333333333, -0.008333333333333333, 0.003968253968253968, -0.004166666666666667, 0.007575757575757576, -0.021092796092796094,
        0.08333333333333333, -0.4432598039215686, 3.0539543302701198,
    ];

    static ReadOnlySpan<double> EulerMaclaurin =>
    [
        0.08333333333333333, -0.001388888888888889, 3.306878306878307e-05, -8.267195767195768e-07, 2.08767569878681e-08, -5.284190138687493e-10,
        1.3382536530684679e-11, -3.3896802963225827e-13, 8.586062056277845e-15, -2.174868698558062e-16, 5.5090028283602295e-18, -1.3954464685812522e-19,
    ];

    /// <summary>log(gamma(1 + x)) for x within [0, 1], with all digits of a small x.</summary>
    public static double LogOfOnePlus(double x) => x * (x - 1) * Chebyshev.Sum(LogGamma, 2 * x - 1);

    /// <summary>The logarithm of |gamma(x)|; infinite at 0, -1, -2, ...</summary>
    public static double Log(double x)
    {
        if (double.IsNaN(x)) return x;
        if (double.IsInfinity(x)) return double.PositiveInfinity;
        if (x <= 0)
        {
            if (x == Math.Floor(x)) return double.PositiveInfinity;
            // Exact in -x: gamma(x) gamma(-x) = -pi / (x sin(pi x)).
            return x > -1e-100 ? -Math.Log(-x) : Math.Log(Math.PI / Math.Abs(x * Math.Sin(Math.PI * (x - Math.Round(x))))) - Log(-x);
        }
        if (x < 1) return LogOfOnePlus(x) - Math.Log(x);
        if (x < 8)
        {
            double product = 1;
            for (; x > 2; product *= x) x--;
            double rest = (x - 1) * (x - 2) * Chebyshev.Sum(LogGamma, 2 * x - 3);
            return product == 1 ? rest : Math.Log(product) + rest;
        }
        return (x - 0.5) * (Math.Log(x) - 1) + (0.41893853320467274 + Correction(x));
    }

    /// <summary>log(gamma(x)) less Stirling's formula, for x from 8 on.</summary>
    public static double Correction(double x)
    {
        double square = 1 / (x * x), sum = 0;
        for (int k = Stirling.Length - 1; k >= 0; k--) sum = sum * square + Stirling[k];
        return sum / x;
    }

    /// <summary>The derivative of log(gamma(x)); NaN at -1, -2, ..., infinite with the sign of -x at the zeros.</summary>
    public static double LogDerivative(double x)
    {
        if (double.IsNaN(x) || x == double.PositiveInfinity) return x;
        if (x == 0) return double.CopySign(double.PositiveInfinity, -x);
        if (x < 0) return x == Math.Floor(x) ? double.NaN : LogDerivative(1 - x) - Math.PI / Math.Tan(Math.PI * (x - Math.Round(x)));
        if (x < 1) return LogDerivative(x + 1) - 1 / x;
        double sum = 0;
        if (x < 10)
        {
            for (; x > 2; sum += 1 / x) x--;
            return sum + (x - DigammaRoot - DigammaRootRest) * Chebyshev.Sum(Digamma, 2 * x - 3);
        }
        double square = 1 / (x * x);
        for (int k = DigammaTail.Length - 1; k >= 0; k--) sum = (sum + DigammaTail[k]) * square;
        return Math.Log(x) - 0.5 / x - sum;
    }

    /// <summary><see cref="Log(double)"/> of each lane, all positive.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        V one = V.Number(1), two = V.Number(2);
        V isLarge = x >= V.Number(8), isSmall = x < one, y = V.MinNative(V.Number(8), x), product = one;
        for (int k = 0; k < 6; k++)
        {
            var isAbove = y > two;
            y -= isAbove & one;
            product = V.Select(isAbove, product * y, product);
        }
        // gamma(x) = gamma(1 + w) times the product, or divided by x where x is below 1.
        var w = V.Select(isSmall, x, y - one);
        var near = w * (w - one) * Chebyshev.Sum<V, T>(LogGamma, w + w - one);
        var log = Logarithm<V, T>.Log(V.Select(isLarge | isSmall, x, product), V.Number(0));
        near = V.Select(isSmall, near - log, near + log);
        if (!V.Any(isLarge)) return near;
        V inverse = one / x, square = inverse * inverse, sum = V.Number(Stirling[^1]);
        for (int k = Stirling.Length - 2; k >= 0; k--) sum = V.MultiplyAdd(sum, square, V.Number(Stirling[k]));
        var far = V.MultiplyAdd(x - V.Number(0.5), log - one, V.MultiplyAdd(sum, inverse, V.Number(0.41893853320467274)));
        return V.Select(isLarge, far, near);
    }

    /// <summary><see cref="LogDerivative(double)"/> of each lane, all positive.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LogDerivative<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        V one = V.Number(1), two = V.Number(2);
        V isLarge = x >= V.Number(10), isSmall = x < one, y = V.MinNative(V.Number(10), x), sum = isSmall & -(one / x);
        for (int k = 0; k < 8; k++)
        {
            var isAbove = y > two;
            y -= isAbove & one;
            sum += isAbove & (one / y);
        }
        var w = V.Select(isSmall, x, y - one);
        var near = V.MultiplyAdd(w - V.Number(DigammaRoot - 1) - V.Number(DigammaRootRest), Chebyshev.Sum<V, T>(Digamma, w + w - one), sum);
        if (!V.Any(isLarge)) return near;
        V inverse = one / x, square = inverse * inverse, tail = V.Number(DigammaTail[^1]);
        for (int k = DigammaTail.Length - 2; k >= 0; k--) tail = V.MultiplyAdd(tail, square, V.Number(DigammaTail[k]));
        var far = Logarithm<V, T>.Log(x, V.Number(0)) - V.MultiplyAdd(tail, square, V.Number(0.5) * inverse);
        return V.Select(isLarge, far, near);
    }

    /// <summary>
    /// The sum of 1 / (q + k)^s over k = 0, 1, 2, ... by the formula of Euler and Maclaurin (DLMF 25.11.5). Infinite for s = 1 and q = 0, -1, -2, ..., NaN for s below 1,
    /// and for fractional s at negative q.
    /// </summary>
    public static double Zeta(double s, double q)
    {
        if (s == 1) return double.PositiveInfinity;
        if (!(s > 1) || double.IsNaN(q)) return double.NaN;
        if (q <= 0)
        {
            if (q == Math.Floor(q)) return double.PositiveInfinity;
            if (s != Math.Floor(s)) return double.NaN;
            if (q < -20)
            {
                // The terms below zero are those of two series of positive ones, turned round.
                double steps = Math.Ceiling(-q), start = q + steps;
                double negative = Zeta(s, 1 - start) - Zeta(s, steps + 1 - start);
                return Zeta(s, start) + (Math.IEEERemainder(s, 2) == 0 ? negative : -negative);
            }
        }
        if (q > 1e8) return (1 / (s - 1) + 1 / (2 * q)) * Math.Pow(q, 1 - s);
        double a = q, term = Math.Pow(q, -s), sum = term;
        for (int i = 0; i < 9 || a <= 9; i++)
        {
            a++;
            term = Math.Pow(a, -s);
            sum += term;
            if (Math.Abs(term) <= Math.Abs(sum) * 1.1e-16 || double.IsInfinity(sum)) return sum;
        }
        sum += term * a / (s - 1) - 0.5 * term;
        double rising = s;
        for (int k = 0; k < EulerMaclaurin.Length; k++)
        {
            term /= a;
            double next = rising * term * EulerMaclaurin[k];
            sum += next;
            if (Math.Abs(next) <= Math.Abs(sum) * 1.1e-16) break;
            rising *= (s + 2 * k + 1) * (s + 2 * k + 2);
            term /= a;
        }
        return sum;
    }
}

/// <summary>The logarithm of |gamma(x)|. Float goes through double precision; vectors with a number that is not positive go lane by lane. Error for positive x at most 0.5 ulp (float), 3.2 ulp (double).</summary>
internal readonly struct Lgamma : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return V.InDouble<Lgamma>(x);
        return V.Any(~(x > V.Number(0))) ? PerElement.Apply<Scalar, V, T>(x) : GammaFunctions.Log<V, T>(x);
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 12;

    private readonly struct Scalar : IScalarUnary
    {
        public static double Apply(double x) => GammaFunctions.Log(x);
    }
}

/// <summary>The derivative of log(gamma(x)). Float goes through double precision; vectors with a number that is not positive go lane by lane. Error for positive x at most 0.5 ulp (float), 2.6 ulp (double).</summary>
internal readonly struct Digamma : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return V.InDouble<Digamma>(x);
        return V.Any(~(x > V.Number(0))) ? PerElement.Apply<Scalar, V, T>(x) : GammaFunctions.LogDerivative<V, T>(x);
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 12;

    private readonly struct Scalar : IScalarUnary
    {
        public static double Apply(double x) => GammaFunctions.LogDerivative(x);
    }
}

/// <summary>Scalar form of <see cref="Ops.Zeta"/>.</summary>
internal readonly struct ScalarZeta : IScalarBinary
{
    /// <inheritdoc/>
    public static double Apply(double a, double b) => GammaFunctions.Zeta(a, b);
}
