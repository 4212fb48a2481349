using System.Runtime.CompilerServices;

namespace Tauten.Cpu.Functions;

/// <summary>What erf and the exact gelu share: the complementary error function, accurate relative to itself down to its last denormal.</summary>
internal static class ErrorFunction<V, T> where V : unmanaged, ISimd<V, T> where T : unmanaged
{
    /// <summary>
    /// erfc(a) = e^-a^2 <see cref="Quotient"/>(a), for a within [0, 10.2] (float) or [0, 27.3] (double).
    /// The square comes in two parts because its rounding error would be multiplied by a^2.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Complement(V a, V square, V squareLow) => Exponential<V, T>.Exp(-square, -squareLow) * Quotient(a);

    /// <summary>
    /// e^a^2 erfc(a), in the range of <see cref="Complement"/>, by a polynomial in t = (a - K) / (a + K): Q(t) / (a + K) in float, which shares its division with t,
    /// P(t) / (1 + 2 a) in double. Relative error of the polynomial 2.1e-9 (float), 1.4e-18 (double).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Quotient(V a)
    {
        V t, p;
        if (typeof(T) == typeof(float))
        {
            var r = V.Number(1) / (a + V.Number(3));
            // As 2 a r - 1, which keeps the digits of a small a.
            t = V.MultiplyAdd(a + a, r, V.Number(-1));
            p = V.Number(-0.0003253341419622302);
            p = V.MultiplyAdd(p, t, V.Number(-0.00048317768960259855));
            p = V.MultiplyAdd(p, t, V.Number(0.00308032869361341));
            p = V.MultiplyAdd(p, t, V.Number(-0.0012264300603419542));
            p = V.MultiplyAdd(p, t, V.Number(-0.02683982625603676));
            p = V.MultiplyAdd(p, t, V.Number(0.11952906847000122));
            p = V.MultiplyAdd(p, t, V.Number(-0.3104660212993622));
            p = V.MultiplyAdd(p, t, V.Number(0.5902283191680908));
            p = V.MultiplyAdd(p, t, V.Number(-0.8833944797515869));
            p = V.MultiplyAdd(p, t, V.Number(1.0740069150924683));
            return p * r;
        }
        t = (a + a) / (a + V.Number(4)) - V.Number(1);
        p = V.Number(1.1886038686907103e-09);
        p = V.MultiplyAdd(p, t, V.Number(1.6373354074103162e-09));
        p = V.MultiplyAdd(p, t, V.Number(-1.410399652470682e-08));
        p = V.MultiplyAdd(p, t, V.Number(-1.739551239763666e-08));
        p = V.MultiplyAdd(p, t, V.Number(1.1046025172408493e-07));
        p = V.MultiplyAdd(p, t, V.Number(7.407384926452546e-08));
        p = V.MultiplyAdd(p, t, V.Number(-8.261236796220934e-07));
        p = V.MultiplyAdd(p, t, V.Number(2.9413280148810316e-07));
        p = V.MultiplyAdd(p, t, V.Number(5.710298302369782e-06));
        p = V.MultiplyAdd(p, t, V.Number(-1.1222143475133635e-05));
        p = V.MultiplyAdd(p, t, V.Number(-2.4399480894151253e-05));
        p = V.MultiplyAdd(p, t, V.Number(0.00015062170324607762));
        p = V.MultiplyAdd(p, t, V.Number(-0.000199256616546027));
        p = V.MultiplyAdd(p, t, V.Number(-0.0007577732935847235));
        p = V.MultiplyAdd(p, t, V.Number(0.0050319699636247));
        p = V.MultiplyAdd(p, t, V.Number(-0.016197734057122902));
        p = V.MultiplyAdd(p, t, V.Number(0.0371675155390794));
        p = V.MultiplyAdd(p, t, V.Number(-0.06633036581227728));
        p = V.MultiplyAdd(p, t, V.Number(0.09373283499825193));
        p = V.MultiplyAdd(p, t, V.Number(-0.10103906603630147));
        p = V.MultiplyAdd(p, t, V.Number(0.06809705425469541));
        p = V.MultiplyAdd(p, t, V.Number(0.015379652102619688));
        p = V.MultiplyAdd(p, t, V.Number(-0.13962111684056253));
        p = V.MultiplyAdd(p, t, V.Number(1.2329951186255526));
        return p / V.MultiplyAdd(V.Number(2), a, V.Number(1));
    }

    /// <summary>e^a^2 erfc(a) for a from 0 on: as in <see cref="Complement"/>, and beyond its range by the asymptotic series 1 / (a sqrt(pi)) (1 - 1 / (2 a^2) + 3 / (2 a^2)^2 - 15 / (2 a^2)^3 + ...).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Scaled(V a)
    {
        var limit = V.Number(typeof(T) == typeof(float) ? 10 : 27);
        var near = V.MinNative(limit, a);
        var y = Quotient(near);
        var r = V.Number(1) / a;
        var z = r * r * V.Number(0.5);
        var p = V.MultiplyAdd(z, V.Number(10395), V.Number(-945));
        p = V.MultiplyAdd(p, z, V.Number(105));
        p = V.MultiplyAdd(p, z, V.Number(-15));
        p = V.MultiplyAdd(p, z, V.Number(3));
        p = V.MultiplyAdd(p, z, V.Number(-1));
        var far = V.MultiplyAdd(p * z, r, r) * V.Number(0.5641895835477563);
        return V.Select(a > limit, far, y);
    }

    /// <summary>x^2 as an exact upper part and the rest: x = h + l gives h^2 + l (x + h), with h short enough for an exact square.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V High, V Low) Square(V x)
    {
        var high = x & V.Pattern(typeof(T) == typeof(float) ? ~0xFFFL : ~0x7FFFFFFL);
        return (high * high, (x - high) * (x + high));
    }

    /// <summary>erf(x) for |x| below 0.9. Error of the polynomial 2.9e-10 (float), 6e-19 (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Small(V x)
    {
        var z = x * x;
        V p;
        if (typeof(T) == typeof(float))
        {
            p = V.Number(8.53886958793737e-05);
            p = V.MultiplyAdd(p, z, V.Number(-0.0008181935991160572));
            p = V.MultiplyAdd(p, z, V.Number(0.005204436834901571));
            p = V.MultiplyAdd(p, z, V.Number(-0.026860753074288368));
            p = V.MultiplyAdd(p, z, V.Number(0.11283719539642334));
            p = V.MultiplyAdd(p, z, V.Number(-0.37612634897232056));
            p = V.MultiplyAdd(p, z, V.Number(0.12837916709551256));
        }
        else
        {
            p = V.Number(-8.497795772260185e-10);
            p = V.MultiplyAdd(p, z, V.Number(1.4053175565433962e-08));
            p = V.MultiplyAdd(p, z, V.Number(-1.6276852630995095e-07));
            p = V.MultiplyAdd(p, z, V.Number(1.6455364207501166e-06));
            p = V.MultiplyAdd(p, z, V.Number(-1.4925309931203732e-05));
            p = V.MultiplyAdd(p, z, V.Number(0.00012055321486458024));
            p = V.MultiplyAdd(p, z, V.Number(-0.0008548326767364786));
            p = V.MultiplyAdd(p, z, V.Number(0.00522397762182074));
            p = V.MultiplyAdd(p, z, V.Number(-0.026866170644828838));
            p = V.MultiplyAdd(p, z, V.Number(0.1128379167095382));
            p = V.MultiplyAdd(p, z, V.Number(-0.3761263890318373));
            p = V.MultiplyAdd(p, z, V.Number(0.12837916709551256));
        }
        // The leading 1 apart, so that its product is exact.
        return V.MultiplyAdd(x, p, x);
    }
}

/// <summary>Error function, 2 / sqrt(pi) times the integral of e^-t^2 from 0 to x. Error at most 1 ulp.</summary>
internal readonly struct Erf : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        // Beyond the limit it rounds to 1.
        var a = V.MinNative(V.Number(typeof(T) == typeof(float) ? 4 : 6), V.Abs(x));
        var (square, low) = ErrorFunction<V, T>.Square(a);
        var y = V.Number(1) - ErrorFunction<V, T>.Complement(a, square, low);
        return V.Select(a < V.Number(0.875), ErrorFunction<V, T>.Small(a), y) | (x & FloatBits<V, T>.SignBit);
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 2;
}

/// <summary>
/// 1 - erf(x), accurate relative to itself down to its last denormal. Error at most 3.7 ulp (float), 2.6 ulp (double).
/// </summary>
internal readonly struct Erfc : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        var a = V.MinNative(V.Number(typeof(T) == typeof(float) ? 10.2 : 27.3), V.Abs(x));
        var (square, low) = ErrorFunction<V, T>.Square(a);
        var y = ErrorFunction<V, T>.Complement(a, square, low);
        return V.Select(x < V.Number(0), V.Number(2) - y, y);
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 2;
}

/// <summary>e^x^2 erfc(x): falls like 1 / (x sqrt(pi)), and overflows below -9.4 (float) and -26.6 (double). Error at most 2.9 ulp (float), 1.8 ulp (double).</summary>
internal readonly struct Erfcx : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        var a = V.Abs(x);
        var y = ErrorFunction<V, T>.Scaled(a);
        var isNegative = x < V.Number(0);
        if (!V.Any(isNegative)) return y;
        // The square in two parts, as rounding it would cost digits; where it is limited the result is infinite.
        var (square, low) = ErrorFunction<V, T>.Square(V.MinNative(V.Number(typeof(T) == typeof(float) ? 9.5 : 27), a));
        var e = Exponential<V, T>.Exp(square, low);
        return V.Select(isNegative, e + (e - y), y);
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 2.5;
}

/// <summary>
/// x times the normal distribution function of x (the exact form, not the tanh approximation), through erfc so that negative x keeps its digits;
/// NaN at negative infinity, where that is infinity times 0. Error at most 4.2 ulp (float), 4.4 ulp (double) down to -5, next to zero because a half comes from 1 - erfc / 2; 12 ulp (26 ulp) where the result vanishes.
/// </summary>
internal readonly struct Gelu : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        // From the limit on the tail is zero. At negative infinity the product with it is NaN.
        var a = V.MinNative(V.Number(typeof(T) == typeof(float) ? 14.4 : 38.6), V.Abs(x));
        // The square of x, not of x / sqrt(2), whose rounding would cost digits.
        var (square, low) = ErrorFunction<V, T>.Square(a);
        var half = V.Number(0.5);
        var tail = ErrorFunction<V, T>.Complement(a * V.Number(0.7071067811865476), square * half, low * half) * half;
        return x * V.Select(x < V.Number(0), tail, V.Number(1) - tail);
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 2;
}
