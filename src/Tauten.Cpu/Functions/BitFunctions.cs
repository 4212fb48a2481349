using System.Runtime.CompilerServices;

namespace Tauten.Cpu.Functions;

/// <summary>Whether the bit of the sign is set: of -0 and of negative NaN too.</summary>
internal readonly struct Signbit : IPredicate
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.ShiftRightArithmetic(x, typeof(T) == typeof(float) ? 31 : 63);
}

/// <summary>The magnitude of a with the sign of b.</summary>
internal readonly struct Copysign : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Abs(a) | (b & FloatBits<V, T>.SignBit);
}

/// <summary>The e of x = m 2^e with |m| within [0.5, 1); 0 for zeros, infinities and NaN.</summary>
internal readonly struct BinaryExponent : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        var a = V.Abs(x);
        return (V.Exponent(x) + V.Number(1)) & (a > V.Number(0)) & (a < V.Number(double.PositiveInfinity));
    }
}

/// <summary>The number next to a on the way to b; b where they are equal.</summary>
internal readonly struct Nextafter : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        var zero = V.Number(0);
        // As integers, the bits of positive numbers grow with them, those of negative ones with their magnitude.
        var isOutward = V.Select(a > zero, b > a, b < a);
        var y = V.AddBits(a, V.Select(isOutward, V.Pattern(1), V.Pattern(-1)));
        y = V.Select(V.Equal(a, zero), V.Pattern(1) | (b & FloatBits<V, T>.SignBit), y);
        y = V.Select(V.Equal(a, b), b, y);
        return V.Select(V.Equal(a, a) & V.Equal(b, b), y, a + b);
    }
}

/// <summary>The greatest common divisor of two integers, never negative; of 0 and a number, its magnitude.</summary>
internal readonly struct Gcd : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => PerElement.ApplyInteger<IntegerGcd, V, T>(a, b);

    /// <inheritdoc/>
    public static double Nanoseconds => 40;
}

/// <summary>Integer form of <see cref="Gcd"/>: Euclid's algorithm.</summary>
internal readonly struct IntegerGcd : IIntegerBinary
{
    /// <inheritdoc/>
    public static long Apply(long a, long b, int width) => unchecked((long)Apply((ulong)(a < 0 ? -a : a), (ulong)(b < 0 ? -b : b), width));

    /// <inheritdoc/>
    public static ulong Apply(ulong a, ulong b, int width)
    {
        while (b != 0) (a, b) = (b, a % b);
        return a;
    }
}

/// <summary>sqrt(a^2 + b^2), without overflow on the way; infinite where one is, even beside NaN. Float goes through double precision. Error at most 0.5 ulp (float), 1 ulp (double).</summary>
internal readonly struct Hypot : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return V.InDouble<Hypot>(a, b);
        a = V.Abs(a);
        b = V.Abs(b);
        var infinity = V.Number(double.PositiveInfinity);
        V large = V.Max(a, b), small = V.Min(a, b);
        // By a power of two, so that scaling is exact.
        var scale = V.Select(large > V.Number(1e150), V.Number(2.409919865102884e-181), V.Select(large < V.Number(1e-150), V.Number(4.149515568880993e+180), V.Number(1)));
        large *= scale;
        small *= scale;
        var y = V.Sqrt(V.MultiplyAdd(large, large, small * small)) / scale;
        return V.Select(V.Equal(a, infinity) | V.Equal(b, infinity), infinity, y);
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 1.5;
}
