using System.Runtime.CompilerServices;

namespace Tauten.Cpu.Functions;

/// <summary>
/// What the exponential family shares: x = n ln2 + r with |r| at most ln2 / 2, and a minimax polynomial for e^r.
/// ln2 is split so that n times its upper part is exact with or without a fused instruction.
/// </summary>
internal static class Exponential<V, T> where V : unmanaged, ISimd<V, T> where T : unmanaged
{
    /// <summary>From here on e^x overflows.</summary>
    public static V Highest
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => V.Number(typeof(T) == typeof(float) ? 89 : 710);
    }

    /// <summary>From here down e^x is zero.</summary>
    public static V Lowest
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => V.Number(typeof(T) == typeof(float) ? -104 : -746);
    }

    /// <summary>n = round(x / ln2) and r = x - n ln2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V N, V R) Reduce(V x)
    {
        var n = V.Round(x * V.Number(1.4426950408889634));
        var r = V.MultiplyAdd(n, V.Number(typeof(T) == typeof(float) ? -0.693359375 : -6.93147180369123816490e-01), x);
        return (n, V.MultiplyAdd(n, V.Number(typeof(T) == typeof(float) ? 2.12194440054690583e-4 : -1.90821492927058770002e-10), r));
    }

    /// <summary>e^r - 1 for |r| up to 0.35. Relative error of the polynomial 2.4e-10 (float), 1.8e-17 (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V SmallMinusOne(V r)
    {
        V p;
        if (typeof(T) == typeof(float))
        {
            p = V.Number(0.0001991451863432303);
            p = V.MultiplyAdd(p, r, V.Number(0.0013941207434982061));
            p = V.MultiplyAdd(p, r, V.Number(0.00833327230066061));
            p = V.MultiplyAdd(p, r, V.Number(0.04166635125875473));
            p = V.MultiplyAdd(p, r, V.Number(0.1666666716337204));
            p = V.MultiplyAdd(p, r, V.Number(0.5));
        }
        else
        {
            p = V.Number(2.5114728841585493e-08);
            p = V.MultiplyAdd(p, r, V.Number(2.7626590076881266e-07));
            p = V.MultiplyAdd(p, r, V.Number(2.7557227192490197e-06));
            p = V.MultiplyAdd(p, r, V.Number(2.480150381216976e-05));
            p = V.MultiplyAdd(p, r, V.Number(0.00019841269903822148));
            p = V.MultiplyAdd(p, r, V.Number(0.0013888888932878432));
            p = V.MultiplyAdd(p, r, V.Number(0.00833333333331426));
            p = V.MultiplyAdd(p, r, V.Number(0.0416666666665722));
            p = V.MultiplyAdd(p, r, V.Number(0.16666666666666685));
            p = V.MultiplyAdd(p, r, V.Number(0.5000000000000006));
        }
        return V.MultiplyAdd(r * r, p, r);
    }

    /// <summary>e^x * 2^shift.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Scaled(V x, double shift)
    {
        // The NaN-keeping order of operands: see MinNative.
        var (n, r) = Reduce(V.MinNative(Highest + V.Number(1), V.MaxNative(Lowest, x)));
        return V.Scale(SmallMinusOne(r) + V.Number(1), n + V.Number(shift));
    }

    /// <summary>e^x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp(V x)
    {
        var (n, r) = Reduce(V.MinNative(Highest, V.MaxNative(Lowest, x)));
        return V.Scale(SmallMinusOne(r) + V.Number(1), n);
    }

    /// <summary>e^(x + low) for x at most 0 and |low| below 0.05, keeping the digits of both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp(V x, V low)
    {
        var (n, r) = Reduce(V.MaxNative(Lowest, x));
        return V.Scale(SmallMinusOne(r + low) + V.Number(1), n);
    }

    /// <summary>e^x - 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ExpMinusOne(V x)
    {
        var (n, r) = Reduce(V.MinNative(Highest, V.MaxNative(V.Number(typeof(T) == typeof(float) ? -18 : -38), x)));
        // Half of the result first, so that 2^n itself never overflows; for n = 0 this is exact.
        var half = FloatBits<V, T>.PowerOfTwo(n - V.Number(1));
        var y = V.MultiplyAdd(SmallMinusOne(r), half, half - V.Number(0.5));
        return y + y;
    }

    /// <summary>1 / (1 + e^-x) through e^-|x|, which neither overflows nor loses the small results.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid(V x)
    {
        var e = Exp(-V.Abs(x));
        return V.Select(x < V.Number(0), e, V.Number(1)) / (e + V.Number(1));
    }
}

/// <summary>e^x. Error at most 1 ulp (float and double).</summary>
internal readonly struct Exp : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => Exponential<V, T>.Exp(x);

    /// <inheritdoc/>
    public static double Nanoseconds => 0.6;
}

/// <summary>e^x - 1, accurate for small x. Error at most 1.4 ulp (float), 2 ulp (double).</summary>
internal readonly struct Expm1 : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        V.Select(V.Equal(x, V.Number(0)), x, Exponential<V, T>.ExpMinusOne(x));

    /// <inheritdoc/>
    public static double Nanoseconds => 0.7;
}

/// <summary>2^x; exact for integers. Error at most 1 ulp (float and double).</summary>
internal readonly struct Exp2 : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        x = V.MinNative(V.Number(typeof(T) == typeof(float) ? 129 : 1025), V.MaxNative(V.Number(typeof(T) == typeof(float) ? -151 : -1080), x));
        var n = V.Round(x);
        return V.Scale(Exponential<V, T>.SmallMinusOne((x - n) * V.Number(0.6931471805599453)) + V.Number(1), n);
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 0.6;
}

/// <summary>Hyperbolic sine: (t + t / (t + 1)) / 2 with t = e^|x| - 1; e^|x| / 2 where that is all. Error at most 2.1 ulp (float), 3 ulp (double).</summary>
internal readonly struct Sinh : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        var a = V.Abs(x);
        var t = Exponential<V, T>.ExpMinusOne(a);
        var y = (t + t / (t + V.Number(1))) * V.Number(0.5);
        y = V.Select(a > V.Number(typeof(T) == typeof(float) ? 10 : 22), Exponential<V, T>.Scaled(a, -1), y);
        return y | (x & FloatBits<V, T>.SignBit);
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 1.5;
}

/// <summary>Hyperbolic cosine: e / 2 + 1 / (2 e) with e = e^|x|. Error at most 1.4 ulp (float), 2 ulp (double).</summary>
internal readonly struct Cosh : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        var half = Exponential<V, T>.Scaled(V.Abs(x), -1);
        return half + V.Number(0.25) / half;
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 0.9;
}

/// <summary>Hyperbolic tangent: t / (t + 2) with t = e^2|x| - 1, accurate everywhere. Error at most 2.4 ulp (float), 3 ulp (double): three roundings after the exponential.</summary>
internal readonly struct Tanh : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        // Beyond the limit the result rounds to 1.
        var a = V.MinNative(V.Number(typeof(T) == typeof(float) ? 10 : 20), V.Abs(x));
        var t = Exponential<V, T>.ExpMinusOne(a + a);
        return t / (t + V.Number(2)) | (x & FloatBits<V, T>.SignBit);
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 0.9;
}

/// <summary>1 / (1 + e^-x). Error at most 2.3 ulp (float), 2 ulp (double): three roundings after the exponential.</summary>
internal readonly struct Sigmoid : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => Exponential<V, T>.Sigmoid(x);

    /// <inheritdoc/>
    public static double Nanoseconds => 0.8;
}

/// <summary>x * sigmoid(x); NaN at negative infinity, where that is the product of infinity and 0. Error at most 3.1 ulp (float), 3 ulp (double) where sigmoid is not denormal, that is above -87 (-708); below, 1e-43 (1e-321).</summary>
internal readonly struct Silu : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => x * Exponential<V, T>.Sigmoid(x);

    /// <inheritdoc/>
    public static double Nanoseconds => 0.9;
}

/// <summary>
/// x (1 + tanh(u)) / 2 with u = sqrt(2 / pi) (x + 0.044715 x^3), as x * sigmoid(2 u), which keeps its digits for negative x; NaN at negative infinity.
/// Error at most 4 ulp for x above 0 and 7 ulp above -2; further down it grows with u, to 210 ulp (float) where the result vanishes; the tail is steep, so that rounding u alone costs that much.
/// </summary>
internal readonly struct GeluTanh : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        var twice = x * V.MultiplyAdd(x * x, V.Number(1.5957691216057308 * 0.044715), V.Number(1.5957691216057308));
        return x * Exponential<V, T>.Sigmoid(twice);
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 1;
}

/// <summary>log(1 + e^x) = max(x, 0) + log1p(e^-|x|). Error at most 1.6 ulp (float), 1.3 ulp (double).</summary>
internal readonly struct Softplus : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        V.Select(x < V.Number(0), V.Number(0), x) + Logarithm<V, T>.OfOnePlus(Exponential<V, T>.Exp(-V.Abs(x)));

    /// <inheritdoc/>
    public static double Nanoseconds => 1.6;
}
