using System.Runtime.CompilerServices;

namespace Tauten.Cpu.Functions;

/// <summary>
/// The inverse of the normal distribution function by three rational functions (Wichura: "Algorithm AS 241: The Percentage Points of the Normal Distribution",
/// Applied Statistics 37, 1988), in double precision.
/// </summary>
internal static class NormalQuantile
{
    static ReadOnlySpan<double> MiddleAbove =>
    [
        3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
        4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3,
    ];

    static ReadOnlySpan<double> MiddleBelow =>
    [
        1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
        2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3,
    ];

    static ReadOnlySpan<double> OuterAbove =>
    [
        1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
        1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
    ];

    static ReadOnlySpan<double> OuterBelow =>
    [
        1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
        1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
    ];

    static ReadOnlySpan<double> FarAbove =>
    [
        6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
        2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
    ];

    static ReadOnlySpan<double> FarBelow =>
    [
        1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
        7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
    ];

    /// <summary>Where the distribution function is 1/2 + <paramref name="q"/>, with <paramref name="tail"/> = 1/2 - |q| given apart because a small one would not survive the difference.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V, T>(V q, V tail) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        var isMiddle = V.Abs(q) <= V.Number(0.425);
        var r = V.Number(0.180625) - q * q;
        var y = q * (Polynomial<V, T>(MiddleAbove, r) / Polynomial<V, T>(MiddleBelow, r));
        if (!V.Any(~isMiddle)) return y;
        r = V.Sqrt(-Logarithm<V, T>.Log(tail, V.Number(0)));
        var outer = r - V.Number(1.6);
        var z = Polynomial<V, T>(OuterAbove, outer) / Polynomial<V, T>(OuterBelow, outer);
        var isFar = r > V.Number(5);
        if (V.Any(isFar))
        {
            var far = r - V.Number(5);
            z = V.Select(isFar, Polynomial<V, T>(FarAbove, far) / Polynomial<V, T>(FarBelow, far), z);
        }
        z = V.Select(V.Equal(tail, V.Number(0)), V.Number(double.PositiveInfinity), z);
        return V.Select(isMiddle, y, z | (q & FloatBits<V, T>.SignBit));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Polynomial<V, T>(ReadOnlySpan<double> coefficients, V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        var p = V.Number(coefficients[7]);
        for (int k = 6; k >= 0; k--) p = V.MultiplyAdd(p, x, V.Number(coefficients[k]));
        return p;
    }
}

/// <summary>The inverse of erf: infinite at -1 and 1, NaN beyond. Float goes through double precision. Error at most 0.5 ulp (float), 5 ulp (double).</summary>
internal readonly struct Erfinv : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return V.InDouble<Erfinv>(x);
        var half = V.Number(0.5);
        return NormalQuantile.Of<V, T>(x * half, (V.Number(1) - V.Abs(x)) * half) * V.Number(0.7071067811865476);
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 5;
}

/// <summary>Where the normal distribution function is p: infinite at 0 and 1, NaN outside. Float goes through double precision. Error at most 0.5 ulp (float), 4 ulp (double).</summary>
internal readonly struct Ndtri : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return V.InDouble<Ndtri>(x);
        var q = x - V.Number(0.5);
        return NormalQuantile.Of<V, T>(q, V.Select(q < V.Number(0), x, V.Number(1) - x));
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 5;
}
