using System.Runtime.CompilerServices;

namespace Tauten.Cpu.Functions;

/// <summary>
/// What the circular functions share: x = n pi/2 + r with |r| at most pi/4. pi/2 is split into parts so short that n times all but the last is exact
/// with or without a fused instruction; larger arguments are rare and go through <see cref="Math"/>, which reduces them with all digits of pi.
/// </summary>
internal static class Circular<V, T> where V : unmanaged, ISimd<V, T> where T : unmanaged
{
    /// <summary>Largest |x| of the fast reduction: 2^12 pi/2 (float), 2^20 pi/2 (double).</summary>
    private static V Limit
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => V.Number(typeof(T) == typeof(float) ? 6433 : 1647099);
    }

    /// <summary>The lanes outside the fast range, infinite ones and NaN included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Outside(V x) => ~(V.Abs(x) <= Limit);

    /// <summary>The bits of n (its low two count) and r.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V Quadrant, V R) Reduce(V x)
    {
        var n = V.Round(x * V.Number(0.6366197723675814));
        V r;
        if (typeof(T) == typeof(float))
        {
            r = V.MultiplyAdd(n, V.Number(-1.5703125), x);
            r = V.MultiplyAdd(n, V.Number(-0.0004837512969970703), r);
            r = V.MultiplyAdd(n, V.Number(-7.549533620476723e-08), r);
            r = V.MultiplyAdd(n, V.Number(-2.5633440682570896e-12), r);
        }
        else
        {
            r = V.MultiplyAdd(n, V.Number(-1.5707963267341256), x);
            r = V.MultiplyAdd(n, V.Number(-6.077100506303966e-11), r);
            r = V.MultiplyAdd(n, V.Number(-2.0222662487959506e-21), r);
        }
        return (n + FloatBits<V, T>.IntegerOffset, r);
    }

    /// <summary>sin r for |r| at most pi/4. Relative error of the polynomial 3.6e-9 (float), 3.5e-18 (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V SmallSin(V r, V square)
    {
        V p;
        if (typeof(T) == typeof(float))
        {
            p = V.Number(-0.00019516363681759685);
            p = V.MultiplyAdd(p, square, V.Number(0.008332171477377415));
            p = V.MultiplyAdd(p, square, V.Number(-0.16666655242443085));
        }
        else
        {
            p = V.Number(1.5896343996903993e-10);
            p = V.MultiplyAdd(p, square, V.Number(-2.5050750601829185e-08));
            p = V.MultiplyAdd(p, square, V.Number(2.7557313645881153e-06));
            p = V.MultiplyAdd(p, square, V.Number(-0.0001984126982968134));
            p = V.MultiplyAdd(p, square, V.Number(0.008333333333322264));
            p = V.MultiplyAdd(p, square, V.Number(-0.16666666666666632));
        }
        return V.MultiplyAdd(r * square, p, r);
    }

    /// <summary>cos r for |r| at most pi/4. Error of the polynomial 9.7e-11 (float), 4.8e-20 (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V SmallCos(V square)
    {
        V p;
        if (typeof(T) == typeof(float))
        {
            p = V.Number(2.4437304091406986e-05);
            p = V.MultiplyAdd(p, square, V.Number(-0.0013887357199564576));
            p = V.MultiplyAdd(p, square, V.Number(0.04166664555668831));
        }
        else
        {
            p = V.Number(-1.1359301443525076e-11);
            p = V.MultiplyAdd(p, square, V.Number(2.0875716727339137e-09));
            p = V.MultiplyAdd(p, square, V.Number(-2.755731430521584e-07));
            p = V.MultiplyAdd(p, square, V.Number(2.480158728932264e-05));
            p = V.MultiplyAdd(p, square, V.Number(-0.0013888888888873875));
            p = V.MultiplyAdd(p, square, V.Number(0.041666666666666595));
        }
        // 1 - z/2 rounds; what it loses is small against the result, which is at least 0.7.
        return V.MultiplyAdd(square * square, p, V.MultiplyAdd(square, V.Number(-0.5), V.Number(1)));
    }

    /// <summary>sin of (r + quadrant pi/2): the polynomial by the quadrant's low bit, the sign by the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V SinOf(V quadrant, V r)
    {
        int top = typeof(T) == typeof(float) ? 31 : 63;
        var square = r * r;
        var odd = V.ShiftRightArithmetic(V.ShiftLeft(quadrant, top), top);
        var y = V.Select(odd, SmallCos(square), SmallSin(r, square));
        return y ^ (V.ShiftLeft(quadrant, top - 1) & FloatBits<V, T>.SignBit);
    }
}

/// <summary>Scalar twins for the lanes outside the fast range.</summary>
internal readonly struct ScalarSin : IScalarUnary
{
    /// <inheritdoc/>
    public static double Apply(double x) => Math.Sin(x);
}

/// <summary>Scalar twin of <see cref="Cos"/>.</summary>
internal readonly struct ScalarCos : IScalarUnary
{
    /// <inheritdoc/>
    public static double Apply(double x) => Math.Cos(x);
}

/// <summary>Scalar twin of <see cref="Tan"/>.</summary>
internal readonly struct ScalarTan : IScalarUnary
{
    /// <inheritdoc/>
    public static double Apply(double x) => Math.Tan(x);
}

/// <summary>Scalar twin of <see cref="Asin"/>.</summary>
internal readonly struct ScalarAsin : IScalarUnary
{
    /// <inheritdoc/>
    public static double Apply(double x) => Math.Asin(x);
}

/// <summary>Scalar twin of <see cref="Acos"/>.</summary>
internal readonly struct ScalarAcos : IScalarUnary
{
    /// <inheritdoc/>
    public static double Apply(double x) => Math.Acos(x);
}

/// <summary>Scalar twin of <see cref="Atan"/>.</summary>
internal readonly struct ScalarAtan : IScalarUnary
{
    /// <inheritdoc/>
    public static double Apply(double x) => Math.Atan(x);
}

/// <summary>Sine. Error at most 2.3 ulp (float), 2 ulp (double): near the end of the fast range the reduction rounds twice.</summary>
internal readonly struct Sin : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        var (quadrant, r) = Circular<V, T>.Reduce(x);
        // The reduction gives +0 for -0; x itself is right there.
        var y = V.Select(V.Equal(x, V.Number(0)), x, Circular<V, T>.SinOf(quadrant, r));
        var outside = Circular<V, T>.Outside(x);
        return V.Any(outside) ? V.Select(outside, PerElement.Apply<ScalarSin, V, T>(x), y) : y;
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 0.9;
}

/// <summary>Cosine. Error at most 2.3 ulp (float), 2 ulp (double): near the end of the fast range the reduction rounds twice.</summary>
internal readonly struct Cos : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        var (quadrant, r) = Circular<V, T>.Reduce(x);
        var y = Circular<V, T>.SinOf(V.AddBits(quadrant, V.Pattern(1)), r);
        var outside = Circular<V, T>.Outside(x);
        return V.Any(outside) ? V.Select(outside, PerElement.Apply<ScalarCos, V, T>(x), y) : y;
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 0.9;
}

/// <summary>Tangent as sine over cosine, in double precision for floats. Error at most 0.5 ulp (float), 3 ulp (double).</summary>
internal readonly struct Tan : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.InDouble<Quotient>(x);

    /// <inheritdoc/>
    public static double Nanoseconds => 4;

    private readonly struct Quotient : IUnaryFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
        {
            var (quadrant, r) = Circular<V, T>.Reduce(x);
            var square = r * r;
            var sin = Circular<V, T>.SmallSin(r, square);
            var cos = Circular<V, T>.SmallCos(square);
            var odd = V.ShiftRightArithmetic(V.ShiftLeft(quadrant, 63), 63);
            var y = V.Select(odd, -cos, sin) / V.Select(odd, sin, cos);
            y = V.Select(V.Equal(x, V.Number(0)), x, y);
            var outside = Circular<V, T>.Outside(x);
            return V.Any(outside) ? V.Select(outside, PerElement.Apply<ScalarTan, V, T>(x), y) : y;
        }
    }
}

/// <summary>What the inverse functions share, for float; double goes through <see cref="Math"/>.</summary>
internal static class InverseCircular<V, T> where V : unmanaged, ISimd<V, T> where T : unmanaged
{
    /// <summary>asin of |x|: for more than a half, pi/2 less twice the returned value (the mask says which).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V Upper, V Value) Asin(V a)
    {
        var upper = a > V.Number(0.5);
        var z = V.Select(upper, (V.Number(1) - a) * V.Number(0.5), a * a);
        var s = V.Select(upper, V.Sqrt(z), a);
        // Relative error 2.9e-10.
        var p = V.Number(0.03757922723889351);
        p = V.MultiplyAdd(p, z, V.Number(0.014393064193427563));
        p = V.MultiplyAdd(p, z, V.Number(0.03182000294327736));
        p = V.MultiplyAdd(p, z, V.Number(0.0445154532790184));
        p = V.MultiplyAdd(p, z, V.Number(0.07500512152910233));
        p = V.MultiplyAdd(p, z, V.Number(0.16666659712791443));
        return (upper, V.MultiplyAdd(s * z, p, s));
    }
}

/// <summary>Inverse sine. Error at most 2.3 ulp (float: just above a half, where pi/2 is subtracted), that of <see cref="Math"/> (double).</summary>
internal readonly struct Asin : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        if (typeof(T) == typeof(double)) return PerElement.Apply<ScalarAsin, V, T>(x);
        var (upper, y) = InverseCircular<V, T>.Asin(V.Abs(x));
        y = V.Select(upper, V.Number(1.5707963705062866) - (y + y + V.Number(4.371138828673793e-08)), y);
        return y | (x & FloatBits<V, T>.SignBit);
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 1.5;
}

/// <summary>Inverse cosine. Error at most 1.1 ulp (float), that of <see cref="Math"/> (double).</summary>
internal readonly struct Acos : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        if (typeof(T) == typeof(double)) return PerElement.Apply<ScalarAcos, V, T>(x);
        var (upper, y) = InverseCircular<V, T>.Asin(V.Abs(x));
        var signed = y | (x & FloatBits<V, T>.SignBit);
        var middle = V.Number(1.5707963705062866) - (signed + V.Number(4.371138828673793e-08));
        var outer = V.Select(x < V.Number(0), V.Number(3.1415927410125732) - (y + y + V.Number(8.742277657347586e-08)), y + y);
        return V.Select(upper, outer, V.Select(V.Equal(x, x), middle, x));
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 1.5;
}

/// <summary>Inverse tangent. Error at most 2.1 ulp (float), that of <see cref="Math"/> (double).</summary>
internal readonly struct Atan : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        if (typeof(T) == typeof(double)) return PerElement.Apply<ScalarAtan, V, T>(x);
        // atan a = atan((a - 1) / (a + 1)) + pi/4 = atan(-1 / a) + pi/2 bring the argument below tan(pi/8) with one division.
        var a = V.Abs(x);
        var middle = a > V.Number(0.41421356237309503);
        var far = a > V.Number(2.414213562373095);
        var t = V.Select(far, V.Number(-1), V.Select(middle, a - V.Number(1), a))
            / V.Select(far, a, V.Select(middle, a + V.Number(1), V.Number(1)));
        var z = t * t;
        // Relative error 6.6e-10.
        var p = V.Number(-0.06082573160529137);
        p = V.MultiplyAdd(p, z, V.Number(0.10595675557851791));
        p = V.MultiplyAdd(p, z, V.Number(-0.14243806898593903));
        p = V.MultiplyAdd(p, z, V.Number(0.19998487830162048));
        p = V.MultiplyAdd(p, z, V.Number(-0.33333316445350647));
        var y = V.MultiplyAdd(t * z, p, t);
        var low = V.Select(far, V.Number(-4.371138828673793e-08), middle & V.Number(-2.1855694143368964e-08));
        var high = V.Select(far, V.Number(1.5707963705062866), middle & V.Number(0.7853981852531433));
        return high + (y + low) | (x & FloatBits<V, T>.SignBit);
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 1.5;
}
