using Tauten.Ops;

namespace Tauten.Testing;

/// <summary>Exponentials, logarithms, circular and hyperbolic functions and the error function, accurate to a few units in the last place of a double.</summary>
static class TranscendentalDefinitions
{
    public static void AddTo(KernelTable table)
    {
        Define<Exp>(Math.Exp);
        Define<Expm1>(ExpMinusOne);
        Define<Log>(Math.Log);
        Define<Log1p>(LogOnePlus);
        Define<Sin>(Math.Sin);
        Define<Cos>(Math.Cos);
        Define<Tan>(Math.Tan);
        Define<Asin>(Math.Asin);
        Define<Acos>(Math.Acos);
        Define<Atan>(Math.Atan);
        Define<Sinh>(Math.Sinh);
        Define<Cosh>(Math.Cosh);
        Define<Tanh>(Math.Tanh);
        Define<Asinh>(Math.Asinh);
        Define<Acosh>(Math.Acosh);
        Define<Atanh>(Math.Atanh);
        Define<Sigmoid>(x => 1 / (1 + Math.Exp(-x)));
        Define<Erf>(ErrorFunction);

        void Define<TOp>(Func<double, double> function) where TOp : Op =>
            table.Define<TOp>((_, x) => new HostTensor(x[0].DType, x[0].Shape, Array.ConvertAll(x[0].Reals, v => function(v))));
    }

    // Kahan: the rounding error of exp(x) cancels against that of its logarithm.
    static double ExpMinusOne(double x)
    {
        double u = Math.Exp(x);
        if (u == 1) return x;
        if (!double.IsFinite(u) || u - 1 == -1) return u - 1;
        return (u - 1) * (x / Math.Log(u));
    }

    internal static double LogOnePlus(double x)
    {
        double u = 1 + x;
        return u == 1 ? x : !double.IsFinite(u) || u <= 0 ? Math.Log(u) : Math.Log(u) * (x / (u - 1));
    }

    // Up to 2, 2/sqrt(pi) exp(-x^2) (x + 2 x^3 / 3 + 4 x^5 / 15 + ...): all terms have one sign, so nothing cancels. From there on, 1 less the
    // continued fraction exp(-x^2) / sqrt(pi) / (x + (1/2) / (x + (2/2) / (x + (3/2) / ...))), which is so small that its error does not matter.
    internal static double ErrorFunction(double x)
    {
        if (double.IsNaN(x)) return x;
        if (Math.Abs(x) > 6) return Math.Sign(x);
        if (Math.Abs(x) > 2)
        {
            double z = Math.Abs(x), fraction = z;
            for (int n = 100; n > 0; n--) fraction = z + n / 2.0 / fraction;
            return Math.Sign(x) * (1 - Math.Exp(-z * z) / Math.Sqrt(Math.PI) / fraction);
        }
        double term = x, sum = x;
        for (int n = 1; Math.Abs(term) > Math.Abs(sum) * 1e-17; n++)
        {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}
