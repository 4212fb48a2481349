using Tauten.Ops;

namespace Tauten.Testing;

/// <summary>Random variates as the papers give them, which the ops name.</summary>
static class VariateDefinitions
{
    public static void AddTo(KernelTable table)
    {
        table.Variate<RandomGamma>((next, p) => Gamma(next, p[0]));
        table.Variate<RandomPoisson>((next, p) => Poisson(next, p[0]));
        table.Variate<RandomBinomial>((next, p) => !(p[0] >= 0) || !(p[1] is >= 0 and <= 1) ? double.NaN : p[1] > 0.5 ? Math.Floor(p[0]) - Binomial(next, Math.Floor(p[0]), 1 - p[1]) : Binomial(next, Math.Floor(p[0]), p[1]));
        table.Variate<RandomVonMises>((next, p) => VonMises(next, p[0]));
        table.Define<GammaVariateGradient>((op, x) =>
        {
            var sizes = Defining.Broadcast(x[0].Sizes, x[1].Sizes);
            return new HostTensor(x[0].DType, sizes.ToShape(), [.. Defining.Positions(sizes).Select(at => Slope(x[0].Reals[Defining.Offset(x[0].Sizes, at)], x[1].Reals[Defining.Offset(x[1].Sizes, at)]))]);
        });
    }

    static void Variate<TOp>(this KernelTable table, Func<Func<double>, double[], double> draw) where TOp : Op => table.Define<TOp>((op, x) =>
    {
        ulong seed = (ulong)x[^1].Wholes[0], number = (ulong)x[^1].Wholes[1];
        return new HostTensor(x[0].DType, x[0].Shape, [.. Enumerable.Range(0, x[0].Count).Select(i =>
        {
            using var uniform = Uniform(seed, number, (ulong)i).GetEnumerator();
            return draw(() => uniform.MoveNext() ? uniform.Current : throw new InvalidOperationException(), [.. x[..^1].Select(p => p.Reals[i])]);
        })]);
    });

    static IEnumerable<double> Uniform(ulong seed, ulong draw, ulong element)
    {
        for (ulong round = 0; ; round++)
        {
            uint[] words = RandomDefinitions.Block(element + (round << 44), draw, seed);
            yield return ((((ulong)words[0] << 32) | words[1]) >> 11) * Math.ScaleB(1, -53);
            yield return ((((ulong)words[2] << 32) | words[3]) >> 11) * Math.ScaleB(1, -53);
        }
    }

    static double Normal(Func<double> next)
    {
        double u = next(), v = next();
        return Math.Sqrt(-2 * Math.Log(1 - u)) * Math.Cos(2 * Math.PI * v);
    }

    static double Gamma(Func<double> next, double shape)
    {
        if (!(shape > 0)) return double.NaN;
        double boost = shape < 1 ? Math.Pow(1 - next(), 1 / shape) : 1, d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3, c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = Normal(next), v = Math.Pow(1 + c * x, 3);
            if (v <= 0) continue;
            double u = 1 - next();
            if (u < 1 - 0.0331 * Math.Pow(x, 4) || Math.Log(u) < x * x / 2 + d * (1 - v + Math.Log(v))) return boost * d * v;
        }
    }

    static double LogFactorial(double k)
    {
        double sum = 0;
        for (int i = 2; i <= k; i++) sum += Math.Log(i);
        return sum;
    }

    static double Poisson(Func<double> next, double rate)
    {
        if (!(rate >= 0)) return double.NaN;
        if (rate < 10)
        {
            int count = 0;
            for (double product = rate == 0 ? 0 : next(); product > Math.Exp(-rate); product *= next()) count++;
            return count;
        }
        double b = 0.931 + 2.53 * Math.Sqrt(rate), a = -0.059 + 0.02483 * b;
        while (true)
        {
            double u = next() - 0.5, v = next(), us = 0.5 - Math.Abs(u), k = Math.Floor((2 * a / us + b) * u + rate + 0.43);
            if (us >= 0.07 && v <= 0.9277 - 3.6224 / (b - 2)) return k;
            if (k < 0 || (us < 0.013 && v > us)) continue;
            if (Math.Log(v) + Math.Log(1.1239 + 1.1328 / (b - 3.4)) - Math.Log(a / (us * us) + b) <= -rate + k * Math.Log(rate) - LogFactorial(k)) return k;
        }
    }

    static double Binomial(Func<double> next, double n, double p)
    {
        if (p == 0 || n == 0) return 0;
        if (n * p < 10)
        {
            int count = -1;
            for (double passed = 0; passed <= n; count++) passed += Math.Floor(Math.Log(1 - next()) / double.LogP1(-p)) + 1;
            return count;
        }
        double deviation = Math.Sqrt(n * p * (1 - p)), b = 1.15 + 2.53 * deviation, a = -0.0873 + 0.0248 * b + 0.01 * p;
        double LogProbability(double k) => LogFactorial(n) - LogFactorial(k) - LogFactorial(n - k) + k * Math.Log(p) + (n - k) * Math.Log(1 - p);
        while (true)
        {
            double u = next() - 0.5, v = next(), us = 0.5 - Math.Abs(u), k = Math.Floor((2 * a / us + b) * u + n * p + 0.5);
            if (us >= 0.07 && v <= 0.92 - 4.2 / b) return k;
            if (k < 0 || k > n) continue;
            if (Math.Log(v * (2.83 + 5.1 / b) * deviation / (a / (us * us) + b)) <= LogProbability(k) - LogProbability(Math.Floor((n + 1) * p))) return k;
        }
    }

    static double VonMises(Func<double> next, double concentration)
    {
        if (!(concentration >= 0)) return double.NaN;
        if (concentration < 1e-8) return Math.PI * (2 * next() - 1);
        if (concentration > 1e8) return Normal(next) / Math.Sqrt(concentration);
        double tau = 1 + Math.Sqrt(1 + 4 * concentration * concentration), rho = (tau - Math.Sqrt(2 * tau)) / (2 * concentration);
        double r = concentration < 1e-4 ? 1 / concentration + concentration : (1 + rho * rho) / (2 * rho);
        while (true)
        {
            double z = Math.Cos(Math.PI * next()), f = (1 + r * z) / (r + z), c = concentration * (r - f), u = 1 - next();
            if (c * (2 - c) > u || Math.Log(c / u) + 1 >= c) return Math.Acos(Math.Clamp(f, -1, 1)) * (next() < 0.5 ? -1 : 1);
        }
    }

    // -(dP/da) / p(x) = x times the integral over u in (0, 1) of (psi(a) - ln(x u)) u^(a-1) exp(x (1-u)), by the double exponential rule (Takahasi, Mori, 1974).
    static double Slope(double x, double a)
    {
        if (!(x >= 0) || !(a > 0)) return double.NaN;
        if (x == 0) return 0;
        double psi = Digamma(a), sum = 0;
        const double step = 1.0 / 10;
        for (int k = -45; k <= 45; k++)
        {
            double t = k * step, s = Math.PI * Math.Sinh(t);
            double logU = -double.LogP1(Math.Exp(-s)), oneLessU = 1 / (1 + Math.Exp(s)), weight = Math.PI * Math.Cosh(t) * oneLessU;
            double part = weight * (psi - Math.Log(x) - logU) * Math.Exp(a * logU + x * oneLessU);
            if (double.IsFinite(part)) sum += part;
        }
        return x * sum * step;
    }

    static double Digamma(double a)
    {
        double sum = 0;
        for (; a < 20; a++) sum -= 1 / a;
        double r = 1 / (a * a);
        return sum + Math.Log(a) - 0.5 / a - r * (1.0 / 12 - r * (1.0 / 120 - r * (1.0 / 252 - r * (1.0 / 240 - r / 132))));
    }
}
