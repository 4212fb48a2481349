using System.Runtime.CompilerServices;

namespace Tauten.Cpu.Functions;

/// <summary>What the logarithms share: x = 2^n (1 + f) with 1 + f within [sqrt(1/2), sqrt(2)], and a minimax polynomial for log(1 + f).</summary>
internal static class Logarithm<V, T> where V : unmanaged, ISimd<V, T> where T : unmanaged
{
    /// <summary>n and f.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V N, V F) Reduce(V x)
    {
        var mantissa = V.Mantissa(x);
        var upper = mantissa > V.Number(1.4142135623730951);
        mantissa = V.Select(upper, mantissa * V.Number(0.5), mantissa);
        return (V.Exponent(x) + (upper & V.Number(1)), mantissa - V.Number(1));
    }

    /// <summary>n ln2 + log(1 + f) + low. Relative error of the polynomial 7e-10 (float), 2.5e-18 (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sum(V n, V f, V low)
    {
        var square = f * f;
        if (typeof(T) == typeof(float))
        {
            var p = V.Number(0.0691523551940918);
            p = V.MultiplyAdd(p, f, V.Number(-0.11790856719017029));
            p = V.MultiplyAdd(p, f, V.Number(0.11873607337474823));
            p = V.MultiplyAdd(p, f, V.Number(-0.12384247779846191));
            p = V.MultiplyAdd(p, f, V.Number(0.14218570291996002));
            p = V.MultiplyAdd(p, f, V.Number(-0.16669252514839172));
            p = V.MultiplyAdd(p, f, V.Number(0.20002231001853943));
            p = V.MultiplyAdd(p, f, V.Number(-0.24999986588954926));
            p = V.MultiplyAdd(p, f, V.Number(0.3333331048488617));
            var y = V.MultiplyAdd(f * square, p, V.MultiplyAdd(n, V.Number(-2.12194440054690583e-4), low));
            y = V.MultiplyAdd(square, V.Number(-0.5), y);
            return V.MultiplyAdd(n, V.Number(0.693359375), f + y);
        }
        else
        {
            // In s = f / (2 + f) only odd powers occur; f - f^2 / 2 is kept apart because it is nearly exact.
            var s = f / (f + V.Number(2));
            var z = s * s;
            var p = V.Number(0.14796662113029388);
            p = V.MultiplyAdd(p, z, V.Number(0.15313983833560113));
            p = V.MultiplyAdd(p, z, V.Number(0.1818356674020083));
            p = V.MultiplyAdd(p, z, V.Number(0.22222198530935952));
            p = V.MultiplyAdd(p, z, V.Number(0.28571428742752275));
            p = V.MultiplyAdd(p, z, V.Number(0.3999999999941328));
            p = V.MultiplyAdd(p, z, V.Number(0.6666666666666735));
            var half = square * V.Number(0.5);
            var y = V.MultiplyAdd(s, V.MultiplyAdd(p, z, half), V.MultiplyAdd(n, V.Number(1.90821492927058770002e-10), low));
            return V.MultiplyAdd(n, V.Number(6.93147180369123816490e-01), f - (half - y));
        }
    }

    /// <summary>log(x + x low) for a small low, with the values at zero, infinity and below zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log(V x, V low)
    {
        var (n, f) = Reduce(x);
        var y = Sum(n, f, low);
        y = V.Select(V.Equal(x, V.Number(double.PositiveInfinity)), x, y);
        y = V.Select(V.Equal(x, V.Number(0)), V.Number(double.NegativeInfinity), y);
        return V.Select(x < V.Number(0), V.Number(double.NaN), y);
    }

    /// <summary>log(1 + x), keeping what the sum loses.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V OfOnePlus(V x)
    {
        var u = x + V.Number(1);
        // Of the two, the larger is subtracted first: then what is left is exactly the rounding error of the sum.
        var lost = V.Select(x > V.Number(1), V.Number(1) - (u - x), x - (u - V.Number(1)));
        return Log(u, lost / u);
    }
}

/// <summary>Natural logarithm. Error at most 0.8 ulp (float), 1 ulp (double).</summary>
internal readonly struct Log : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => Logarithm<V, T>.Log(x, V.Number(0));

    /// <inheritdoc/>
    public static double Nanoseconds => 0.8;
}

/// <summary>log(1 + x), accurate for small x. Error at most 0.8 ulp (float and double).</summary>
internal readonly struct Log1p : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        V.Select(V.Equal(x, V.Number(0)), x, Logarithm<V, T>.OfOnePlus(x));

    /// <inheritdoc/>
    public static double Nanoseconds => 1;
}

/// <summary>Logarithm to base 2; exact for powers of two. Error at most 1.8 ulp (float), 2 ulp (double).</summary>
internal readonly struct Log2 : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        var (n, f) = Logarithm<V, T>.Reduce(x);
        // The fraction's logarithm on its own, so that n is added without a rounding of n ln2 / ln2.
        var y = V.MultiplyAdd(Logarithm<V, T>.Sum(V.Number(0), f, V.Number(0)), V.Number(1.4426950408889634), n);
        y = V.Select(V.Equal(x, V.Number(double.PositiveInfinity)), x, y);
        y = V.Select(V.Equal(x, V.Number(0)), V.Number(double.NegativeInfinity), y);
        return V.Select(x < V.Number(0), V.Number(double.NaN), y);
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 1;
}

/// <summary>Logarithm to base 10; exact for powers of ten. Float goes through double precision. Error at most 0.5 ulp (float), 1.5 ulp (double).</summary>
internal readonly struct Log10 : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return V.InDouble<Log10>(x);
        var (n, f) = Logarithm<V, T>.Reduce(x);
        // log10(2) in two parts, of which n times the upper one is exact.
        var fraction = Logarithm<V, T>.Sum(V.Number(0), f, V.Number(0));
        var y = V.MultiplyAdd(n, V.Number(3.01029995663611771306e-01), V.MultiplyAdd(fraction, V.Number(4.34294481903251816668e-01), n * V.Number(3.69423907715893078616e-13)));
        y = V.Select(V.Equal(x, V.Number(double.PositiveInfinity)), x, y);
        y = V.Select(V.Equal(x, V.Number(0)), V.Number(double.NegativeInfinity), y);
        return V.Select(x < V.Number(0), V.Number(double.NaN), y);
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 1.5;
}

/// <summary>Inverse hyperbolic sine: log1p(a + a^2 / (1 + sqrt(1 + a^2))) with a = |x|. Error at most 1.6 ulp (float and double).</summary>
internal readonly struct Asinh : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        var a = V.Abs(x);
        // Beyond the limit it is log(2 a), and the square would overflow.
        var large = a > V.Number(typeof(T) == typeof(float) ? 1e10 : 1e20);
        var square = a * a;
        var y = a + square / (V.Sqrt(square + V.Number(1)) + V.Number(1));
        y = Logarithm<V, T>.OfOnePlus(V.Select(large, a, y)) + (large & V.Number(0.6931471805599453));
        return y | (x & FloatBits<V, T>.SignBit);
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 2;
}

/// <summary>Inverse hyperbolic cosine: log1p(t + sqrt(2 t + t^2)) with t = x - 1; NaN below 1. Error at most 2 ulp (float and double).</summary>
internal readonly struct Acosh : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        var large = x > V.Number(typeof(T) == typeof(float) ? 1e10 : 1e20);
        var t = x - V.Number(1);
        var y = t + V.Sqrt(V.MultiplyAdd(t, t, t + t));
        y = Logarithm<V, T>.OfOnePlus(V.Select(large, x, y)) + (large & V.Number(0.6931471805599453));
        return V.Select(x < V.Number(1), V.Number(double.NaN), y);
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 2;
}

/// <summary>Inverse hyperbolic tangent: log1p(2 a + 2 a^2 / (1 - a)) / 2 with a = |x|. Error at most 1.7 ulp (float and double).</summary>
internal readonly struct Atanh : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        var a = V.Abs(x);
        var twice = a + a;
        var y = V.Select(a < V.Number(0.5), twice + twice * a / (V.Number(1) - a), twice / (V.Number(1) - a));
        return Logarithm<V, T>.OfOnePlus(y) * V.Number(0.5) | (x & FloatBits<V, T>.SignBit);
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 2;
}
