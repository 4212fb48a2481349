using System.Runtime.CompilerServices;

namespace Tauten.Cpu.Functions;

/// <summary>min(max(x + 3, 0), 6) / 6.</summary>
internal readonly struct Hardsigmoid : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Min(V.Max(x + V.Number(3), V.Number(0)), V.Number(6)) * V.Number(1.0 / 6);
}

/// <summary>x min(max(x + 3, 0), 6) / 6.</summary>
internal readonly struct Hardswish : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => x * V.Min(V.Max(x + V.Number(3), V.Number(0)), V.Number(6)) * V.Number(1.0 / 6);
}

/// <summary>x tanh(log(1 + e^x)) = x n / (n + 2) with n = e^x (e^x + 2); -0 at negative infinity. Error at most 4 ulp where the result is not denormal.</summary>
internal readonly struct Mish : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        // Above the limit the quotient is 1; below the other the result is zero, and infinity stays out of the product.
        var e = Exponential<V, T>.Exp(V.MinNative(V.Number(22), x));
        var n = e * (e + V.Number(2));
        return V.MaxNative(V.Number(typeof(T) == typeof(float) ? -110 : -760), x) * (n / (n + V.Number(2)));
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 1;
}

/// <summary>log(1 / (1 + e^-x)) = min(x, 0) - log1p(e^-|x|). Error at most 1.6 ulp (float), 1.3 ulp (double).</summary>
internal readonly struct LogSigmoid : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => -Softplus.Apply<V, T>(-x);

    /// <inheritdoc/>
    public static double Nanoseconds => 1.6;
}

/// <summary>x / (1 + |x|). Error at most 1 ulp.</summary>
internal readonly struct Softsign : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => x / (V.Abs(x) + V.Number(1));
}

/// <summary>a log(b); 0 where a is zero and b is not NaN.</summary>
internal readonly struct Xlogy : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        V.Select(V.Equal(a, V.Number(0)) & V.Equal(b, b), V.Number(0), a * Logarithm<V, T>.Log(b, V.Number(0)));

    /// <inheritdoc/>
    public static double Nanoseconds => 1;
}

/// <summary>log(e^a + e^b) = max(a, b) + log1p(e^-|a - b|).</summary>
internal readonly struct LogAddExp : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        // Equal infinities differ by 0.
        var difference = V.Select(V.Equal(a, b), V.Number(0), V.Abs(a - b));
        return V.Max(a, b) + Logarithm<V, T>.OfOnePlus(Exponential<V, T>.Exp(-difference));
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 1.7;
}
