using Tauten.Ops;

namespace Tauten.Testing;

/// <summary>
/// Special functions from what defines them: integrals summed at many points, power series, and recurrences to where these converge. Numbers of formulas are those of the NIST Digital Library of
/// Mathematical Functions. Slow, and accurate to some units in the last place of a double for arguments of moderate size.
/// </summary>
static class SpecialDefinitions
{
    const double Euler = 0.57721566490153286;

    // Points and weights for integrals from 0 to infinity of what decays like exp(-t): t = exp(s - exp(-s)) at equal steps of s (Takahasi, Mori).
    static readonly (double Point, double Weight)[] halfLine =
        [.. Enumerable.Range(-45, 91).Select(k => k / 12.0).Select(s => (Point: Math.Exp(s - Math.Exp(-s)), s)).Select(p => (p.Point, p.Point * (1 + Math.Exp(-p.s)) / 12))];

    // Points and weights on [-1, 1]: t = tanh(pi/2 sinh(s)).
    static readonly (double Point, double Weight)[] interval =
        [.. Enumerable.Range(-108, 217).Select(k => k / 32.0).Select(s => (Math.Tanh(Math.PI / 2 * Math.Sinh(s)), Math.PI / 64 * Math.Cosh(s) / Math.Pow(Math.Cosh(Math.PI / 2 * Math.Sinh(s)), 2)))];

    // zeta(k) - 1.
    static readonly double[] zetaLessOne = [.. Enumerable.Range(0, 64).Select(k => k < 2 ? 0 : Hurwitz(k, 2))];

    public static void AddTo(KernelTable table)
    {
        table.Real<Erfc>(ComplementaryError);
        table.Real<Erfcx>(x => x >= 0 ? ScaledError(x) : 2 * Math.Exp(x * x) - ScaledError(-x));
        table.Real<Erfinv>(InverseError);
        table.Real<Ndtri>(p => p is > 0.25 and < 0.75 ? Math.Sqrt(2) * InverseError(2 * p - 1) : p < 0.5 ? -Math.Sqrt(2) * ComplementaryInverse(2 * p) : Math.Sqrt(2) * ComplementaryInverse(2 * (1 - p)));
        table.Real<Lgamma>(LogGamma);
        table.Real<Digamma>(LogGammaDerivative);
        table.Binary<Zeta>(Hurwitz, null);
        table.Binary<Gammainc>((a, x) => Incomplete(a, x).Lower, null);
        table.Binary<Gammaincc>((a, x) => Incomplete(a, x).Upper, null);
        table.Real<BesselJ0>(x => FirstKind(0, x));
        table.Real<BesselJ1>(x => FirstKind(1, x));
        table.Real<BesselY0>(x => SecondKind(0, x));
        table.Real<BesselY1>(x => SecondKind(1, x));
        table.Real<BesselI0>(x => double.IsInfinity(x) ? double.PositiveInfinity : Math.Exp(Math.Abs(x)) * ScaledFirst(0, x));
        table.Real<BesselI1>(x => double.IsInfinity(x) ? x : Math.Exp(Math.Abs(x)) * ScaledFirst(1, x));
        table.Real<ScaledBesselI0>(x => ScaledFirst(0, x));
        table.Real<ScaledBesselI1>(x => ScaledFirst(1, x));
        table.Real<BesselK0>(x => Math.Exp(-x) * ScaledSecond(0, x));
        table.Real<BesselK1>(x => Math.Exp(-x) * ScaledSecond(1, x));
        table.Real<ScaledBesselK0>(x => ScaledSecond(0, x));
        table.Real<ScaledBesselK1>(x => ScaledSecond(1, x));
        table.Real<AiryAi>(x => Airy(x).Value);
        table.Real<AiryAiDerivative>(x => Airy(x).Derivative);
        table.Define<OrthogonalPolynomial>((op, x) => new HostTensor(x[0].DType, Defining.Broadcast(x[0].Sizes, x[1].Sizes).ToShape(), ElementwiseDefinitions.Pairs(x, t => t.Reals, (a, n) => Polynomial(op, a, n))));
    }

    static double Integral(Func<double, double> function) => halfLine.Sum(p => p.Weight * function(p.Point));

    // 2/sqrt(pi) times the integral of exp(-t^2 - 2 x t) (7.7.1), with t in units of 1 / (1 + x).
    static double ScaledError(double x) => double.IsPositiveInfinity(x) ? 0 : 2 / Math.Sqrt(Math.PI) / (1 + x) * Integral(t => Math.Exp(-(t / (1 + x)) * (t / (1 + x) + 2 * x)));

    static double ComplementaryError(double x) => x >= 0 ? Math.Exp(-x * x) * ScaledError(x) : 2 - Math.Exp(-x * x) * ScaledError(-x);

    // Newton's method on erf(y) = x, and further out on the logarithm of erfc(y) = 1 - |x|.
    static double InverseError(double x)
    {
        if (Math.Abs(x) >= 0.5 || double.IsNaN(x)) return Math.CopySign(ComplementaryInverse(1 - Math.Abs(x)), x);
        double y = x;
        for (int i = 0; i < 6; i++) y -= (TranscendentalDefinitions.ErrorFunction(y) - x) * Math.Sqrt(Math.PI) / 2 * Math.Exp(y * y);
        return y;
    }

    static double ComplementaryInverse(double c)
    {
        if (!(c > 0)) return c == 0 ? double.PositiveInfinity : double.NaN;
        double y = Math.Sqrt(Math.Max(0, -Math.Log(c)));
        for (int i = 0; i < 8; i++)
        {
            double scaled = ScaledError(y);
            y += (Math.Log(scaled) - y * y - Math.Log(c)) * scaled * Math.Sqrt(Math.PI) / 2;
        }
        return y;
    }

    // From the power series around 1 (5.7.3), reached by recurrence; Stirling's series (5.11.1) from 20 on; reflection (5.5.3) below 0.
    static double LogGamma(double x)
    {
        if (double.IsNaN(x)) return x;
        if (double.IsInfinity(x) || (x <= 0 && x == Math.Floor(x))) return double.PositiveInfinity;
        if (x < 0) return Math.Log(Math.PI / Math.Abs(Math.Sin(Math.PI * (x - Math.Round(x))))) - LogGamma(1 - x);
        if (x > 20) return (x - 0.5) * Math.Log(x) - x + Math.Log(2 * Math.PI) / 2 + 1 / (12 * x) - 1 / (360 * Math.Pow(x, 3)) + 1 / (1260 * Math.Pow(x, 5)) - 1 / (1680 * Math.Pow(x, 7)) + 1 / (1188 * Math.Pow(x, 9));
        double sum = 0;
        for (; x > 1.5; sum += Math.Log(x)) x--;
        for (; x < 0.5; x++) sum -= Math.Log(x);
        double z = x - 1;
        sum += (1 - Euler) * z - TranscendentalDefinitions.LogOnePlus(z);
        for (int k = 2; k < zetaLessOne.Length; k++) sum += zetaLessOne[k] * Math.Pow(-z, k) / k;
        return sum;
    }

    static double LogGammaDerivative(double x)
    {
        if (double.IsNaN(x) || double.IsPositiveInfinity(x)) return x;
        if (x == 0) return Math.CopySign(double.PositiveInfinity, -x);
        if (x < 0) return x == Math.Floor(x) ? double.NaN : LogGammaDerivative(1 - x) - Math.PI / Math.Tan(Math.PI * (x - Math.Round(x)));
        if (x > 20) return Math.Log(x) - 1 / (2 * x) - 1 / (12 * x * x) + 1 / (120 * Math.Pow(x, 4)) - 1 / (252 * Math.Pow(x, 6)) + 1 / (240 * Math.Pow(x, 8)) - 1 / (132 * Math.Pow(x, 10));
        double sum = 0;
        for (; x > 1.5; sum += 1 / x) x--;
        for (; x < 0.5; x++) sum -= 1 / x;
        double z = x - 1;
        sum += 1 - Euler - 1 / x;
        for (int k = 2; k < zetaLessOne.Length; k++) sum -= zetaLessOne[k] * Math.Pow(-z, k - 1);
        return sum;
    }

    // Forty terms beyond 0, then the formula of Euler and Maclaurin (25.11.5).
    static double Hurwitz(double s, double q)
    {
        if (s == 1) return double.PositiveInfinity;
        if (!(s > 1) || double.IsNaN(q)) return double.NaN;
        if (q <= 0 && q == Math.Floor(q)) return double.PositiveInfinity;
        if (q < 0 && s != Math.Floor(s)) return double.NaN;
        if (double.IsInfinity(s)) return q < 1 ? double.PositiveInfinity : q == 1 ? 1 : 0;
        if (double.IsInfinity(q)) return 0;
        double sum = 0, a = q;
        for (; a < 40; a++) sum += Math.Pow(a, -s);
        double power = Math.Pow(a, -s);
        return sum + power * (a / (s - 1) + 0.5 + s / (12 * a) - s * (s + 1) * (s + 2) / (720 * Math.Pow(a, 3)) + s * (s + 1) * (s + 2) * (s + 3) * (s + 4) / (30240 * Math.Pow(a, 5)));
    }

    // P by its power series (8.7.1), Q by the integral of exp(-u) (1 + u/x)^(a-1) (8.6.4).
    static (double Lower, double Upper) Incomplete(double a, double x)
    {
        if (!(a >= 0) || !(x >= 0) || (a == 0 && x == 0) || (double.IsInfinity(a) && double.IsInfinity(x))) return (double.NaN, double.NaN);
        if (a == 0 || double.IsInfinity(x)) return (1, 0);
        if (x == 0 || double.IsInfinity(a)) return (0, 1);
        double term = 1, sum = 1;
        for (int n = 1; n < 400; n++) sum += term *= x / (a + n);
        return (Math.Exp(a * Math.Log(x) - x - LogGamma(a + 1)) * sum, Math.Exp((a - 1) * Math.Log(x) - x - LogGamma(a)) * Integral(u => Math.Exp(-u) * Math.Pow(1 + u / x, a - 1)));
    }

    // The mean of cos(n t - x sin(t)) over a period (10.9.2).
    static double FirstKind(int n, double x) => double.IsInfinity(x) ? 0 : Mean(t => Math.Cos(n * t - x * Math.Sin(t)));

    static double Mean(Func<double, double> function) => Enumerable.Range(0, 100).Sum(k => function(Math.PI * (k + 0.5) / 100)) / 100;

    // Schläfli's integrals (10.9.7), the second one over the hyperbolic sine.
    static double SecondKind(int n, double x)
    {
        if (!(x > 0)) return x == 0 ? double.NegativeInfinity : double.NaN;
        if (double.IsInfinity(x)) return 0;
        double within = interval.Sum(p => p.Weight * Math.Sin(x * Math.Sin(Math.PI / 2 * (1 + p.Point)) - n * (Math.PI / 2 * (1 + p.Point)))) * Math.PI / 2;
        double beyond = Integral(u => Math.Exp(-u) * Math.Pow(u / x, n) / Math.Sqrt(x * x + u * u)) * 2;
        return (within - beyond) / Math.PI;
    }

    // The mean of exp(x cos(t)) cos(n t) over a period (10.32.3).
    static double ScaledFirst(int n, double x) => double.IsInfinity(x) ? 0 : Mean(t => Math.Exp(x * Math.Cos(t) - Math.Abs(x)) * Math.Cos(n * t));

    // The integral of exp(-x cosh(t)) cosh(n t) (10.32.9), an even function: equal steps are as good as any.
    static double ScaledSecond(int n, double x)
    {
        if (!(x > 0)) return x == 0 ? double.PositiveInfinity : double.NaN;
        if (double.IsInfinity(x)) return 0;
        double sum = 0.5, exponent = 0;
        for (int k = 1; exponent < 50; k++)
        {
            exponent = x * (Math.Cosh(k / 16.0) - 1);
            sum += Math.Exp(-exponent) * Math.Cosh(n * k / 16.0);
        }
        return sum / 16;
    }

    // For larger x the integral of exp(-sqrt(x) t^2) cos(t^3 / 3) (9.5.7); else that of cos(t^3 / 3 + x t) (9.5.1) along a turned line, on which it decays like exp(-t^3 / 3).
    static (double Value, double Derivative) Airy(double x)
    {
        if (double.IsInfinity(x)) return (0, x > 0 ? 0 : double.NaN);
        if (x > 1)
        {
            double root = Math.Sqrt(x), value = 0.5, square = 0;
            for (int k = 1; k < 200; k++)
            {
                double t = k / 16.0, f = Math.Exp(-root * t * t) * Math.Cos(t * t * t / 3);
                value += f;
                square += t * t * f;
            }
            double scale = Math.Exp(-2 * x * root / 3) / Math.PI / 16;
            return (scale * value, -scale * (root * value + square / (2 * root)));
        }
        double Turned(double power, double angle) => 3 / Math.PI * interval.Sum(p =>
        {
            double t = 3 * (1 + p.Point);
            return p.Weight * Math.Pow(t, power) * Math.Exp(-t * t * t / 3 - x * t / 2) * Math.Cos(Math.Sqrt(3) / 2 * x * t + angle);
        });
        return (Turned(0, Math.PI / 6), -Turned(1, -Math.PI / 6));
    }

    // The polynomial's coefficients, differentiated one by one, and summed by Horner's rule.
    static double Polynomial(OrthogonalPolynomial op, double x, double degree)
    {
        if (double.IsNaN(x) || double.IsNaN(degree)) return double.NaN;
        int n = (int)Math.Truncate(degree);
        if (n < 0) return 0;
        double shift = op.Family is >= PolynomialFamily.ShiftedChebyshevT and <= PolynomialFamily.ShiftedChebyshevW ? 1 : 0;
        double[] before = [1], now = op.Family switch
        {
            PolynomialFamily.ChebyshevT or PolynomialFamily.HermiteHe or PolynomialFamily.LegendreP => [0, 1],
            PolynomialFamily.ChebyshevU or PolynomialFamily.HermiteH => [0, 2],
            PolynomialFamily.ChebyshevV or PolynomialFamily.ShiftedChebyshevT => [-1, 2],
            PolynomialFamily.ChebyshevW => [1, 2],
            PolynomialFamily.ShiftedChebyshevU => [-2, 4],
            PolynomialFamily.ShiftedChebyshevV => [-3, 4],
            PolynomialFamily.ShiftedChebyshevW => [-1, 4],
            _ => [1, -1],
        };
        for (int k = 1; k < n; k++)
        {
            // Of 18.9: all multiply by x, the shifted ones by 2x - 1.
            var (a, b, c, divisor) = op.Family switch
            {
                <= PolynomialFamily.ShiftedChebyshevW => (2.0 + 2 * shift, -2 * shift, 1.0, 1.0),
                PolynomialFamily.HermiteH => (2.0, 0.0, 2.0 * k, 1.0),
                PolynomialFamily.HermiteHe => (1.0, 0.0, k, 1.0),
                PolynomialFamily.LaguerreL => (-1.0, 2.0 * k + 1, k, k + 1),
                _ => (2.0 * k + 1, 0.0, k, k + 1),
            };
            var next = new double[k + 2];
            for (int i = 0; i < next.Length; i++) next[i] = ((i > 0 ? a * now[i - 1] : 0) + (i < now.Length ? b * now[i] : 0) - (i < before.Length ? c * before[i] : 0)) / divisor;
            (before, now) = (now, next);
        }
        var coefficients = n == 0 ? [1] : now;
        for (int d = 0; d < op.Derivative; d++) coefficients = [.. coefficients.Skip(1).Select((c, i) => c * (i + 1))];
        return Enumerable.Reverse(coefficients).Aggregate(0.0, (sum, c) => sum * x + c);
    }
}
