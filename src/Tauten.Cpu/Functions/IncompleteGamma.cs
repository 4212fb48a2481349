namespace Tauten.Cpu.Functions;

/// <summary>
/// The regularized incomplete gamma functions P(a, x) and Q(a, x) = 1 - P in double precision, each computed directly where it is the smaller one:
/// by its power series (DLMF 8.7.1), by Legendre's continued fraction (8.9.2), for small a and x by the series of Q, and for large a next to x by integrating
/// the density, which is nearly a normal one there.
/// </summary>
internal static class IncompleteGamma
{
    const double Epsilon = 1.1e-16;

    // Abscissas and weights of Gauss and Legendre with 20 points, the positive half.
    static ReadOnlySpan<double> Abscissas =>
    [
        0.9931285991850949, 0.9639719272779138, 0.912234428251326, 0.8391169718222188, 0.7463319064601508, 0.636053680726515, 0.5108670019508271, 0.37370608871541955,
        0.22778585114164507, 0.07652652113349734,
    ];

    static ReadOnlySpan<double> Weights =>
    [
        0.017614007139152118, 0.04060142980038694, 0.06267204833410907, 0.08327674157670475, 0.10193011981724044, 0.11819453196151841, 0.13168863844917664,
        0.14209610931838204, 0.14917298647260374, 0.15275338713072584,
    ];

    /// <summary>P(a, x): NaN for negative arguments.</summary>
    public static double Lower(double a, double x)
    {
        if (Limit(a, x) is { } limit) return 1 - limit;
        if (IsNear(a, x)) return x < a ? Integral(a, x) : 1 - Integral(a, x);
        return x > 1 && x > a ? 1 - Fraction(a, x) : Series(a, x);
    }

    /// <summary>Q(a, x): NaN for negative arguments.</summary>
    public static double Upper(double a, double x)
    {
        if (Limit(a, x) is { } limit) return limit;
        if (IsNear(a, x)) return x < a ? 1 - Integral(a, x) : Integral(a, x);
        if (x > 1.1) return x < a ? 1 - Series(a, x) : Fraction(a, x);
        bool isLowerSmall = x <= 0.5 ? -0.4 / Math.Log(x) < a : x * 1.1 < a;
        return isLowerSmall ? 1 - Series(a, x) : SmallSeries(a, x);
    }

    // Q where an argument is zero, infinite or undefined.
    static double? Limit(double a, double x)
    {
        if (!(a >= 0) || !(x >= 0) || (a == 0 && x == 0) || (double.IsInfinity(a) && double.IsInfinity(x))) return double.NaN;
        if (a == 0 || double.IsInfinity(x)) return 0;
        return x == 0 || double.IsInfinity(a) ? 1 : null;
    }

    static bool IsNear(double a, double x) => a > 1000 && Math.Abs(x - a) < 0.4 * a;

    // x^a e^-x / gamma(a). For larger a as e^(-a (x/a - 1 - log(x/a))) times what Stirling's formula leaves, where the large terms have cancelled already.
    static double Factor(double a, double x) => a < 20
        ? Math.Exp(a * Math.Log(x) - x - GammaFunctions.Log(a))
        : Math.Exp(-a * Excess(Logarithm(a, x))) * Scale(a);

    static double Scale(double a) => Math.Sqrt(a / (2 * Math.PI)) * Math.Exp(-GammaFunctions.Correction(a));

    static double Logarithm(double a, double x) => Math.Abs(x - a) < 0.5 * a ? OneLane.Of<Log1p>((x - a) / a) : Math.Log(x / a);

    // e^u - 1 - u.
    static double Excess(double u)
    {
        if (Math.Abs(u) > 0.5) return Math.Exp(u) - 1 - u;
        double term = u * u / 2, sum = term;
        for (int k = 3; Math.Abs(term) > sum * Epsilon; k++) sum += term *= u / k;
        return sum;
    }

    static double Series(double a, double x)
    {
        double term = 1, sum = 1;
        for (double n = a + 1; term > sum * Epsilon; n++) sum += term *= x / n;
        return sum * Factor(a, x) / a;
    }

    // Lentz's way through the continued fraction.
    static double Fraction(double a, double x)
    {
        double factor = Factor(a, x);
        if (factor == 0) return 0;
        double b = x + 1 - a, c = 1e300, d = 1 / b, h = d;
        for (int i = 1; i < 100_000; i++)
        {
            double n = -i * (i - a);
            b += 2;
            d = n * d + b;
            if (d == 0) d = 1e-300;
            c = b + n / c;
            if (c == 0) c = 1e-300;
            d = 1 / d;
            double change = c * d;
            h *= change;
            if (Math.Abs(change - 1) <= 2 * Epsilon) break;
        }
        return factor * h;
    }

    // 1 - x^a / gamma(a + 1) (1 + a sum (-x)^n / (n! (a + n))), without forming 1 less nearly 1.
    static double SmallSeries(double a, double x)
    {
        double power = 1, sum = 0, term = 1;
        for (int n = 1; Math.Abs(term) > Math.Abs(sum) * Epsilon; n++)
        {
            power *= -x / n;
            term = power / (a + n);
            sum += term;
        }
        double exponent = a * Math.Log(x) - (a <= 1 ? GammaFunctions.LogOfOnePlus(a) : GammaFunctions.Log(1 + a));
        return -OneLane.Of<Expm1>(exponent) - Math.Exp(exponent) * a * sum;
    }

    // The smaller of P and Q as the integral over u = log(t / a) of the density, sqrt(a / 2 pi) e^(-a (e^u - 1 - u)), from x outwards until it has fallen by e^-38.
    static double Integral(double a, double x)
    {
        double start = Logarithm(a, x), length = Math.Min(Math.Sqrt((x < a ? 190 : 76) / a), 38 / Math.Abs(x - a)), sum = 0;
        const int panels = 3;
        double half = (x < a ? -length : length) / (2 * panels);
        for (int panel = 0; panel < panels; panel++)
        {
            double middle = start + (2 * panel + 1) * half;
            for (int k = 0; k < Abscissas.Length; k++)
                sum += Weights[k] * (Math.Exp(-a * Excess(middle - half * Abscissas[k])) + Math.Exp(-a * Excess(middle + half * Abscissas[k])));
        }
        return sum * Math.Abs(half) * Scale(a);
    }
}

/// <summary>Scalar form of <see cref="Ops.Gammainc"/>.</summary>
internal readonly struct ScalarGammainc : IScalarBinary
{
    /// <inheritdoc/>
    public static double Apply(double a, double b) => IncompleteGamma.Lower(a, b);
}

/// <summary>Scalar form of <see cref="Ops.Gammaincc"/>.</summary>
internal readonly struct ScalarGammaincc : IScalarBinary
{
    /// <inheritdoc/>
    public static double Apply(double a, double b) => IncompleteGamma.Upper(a, b);
}
