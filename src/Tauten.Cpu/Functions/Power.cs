using System.Runtime.CompilerServices;

namespace Tauten.Cpu.Functions;

/// <summary>
/// a^b with the special values of IEEE 754. Float goes through double precision (error at most 0.5 ulp), double through <see cref="Math.Pow"/>.
/// Integers wrap; a negative power of anything but 1 and -1 is 0.
/// </summary>
internal readonly struct Pow : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return V.InDouble<OfFloats>(a, b);
        if (typeof(T) == typeof(double)) return PerElement.Apply<ScalarPow, V, T>(a, b);
        return PerElement.ApplyInteger<IntegerPow, V, T>(a, b);
    }

    /// <inheritdoc/>
    public static double Nanoseconds => 5;

    /// <summary>e^(b log|a|) in double, whose error of about 1e-14 vanishes when the result is rounded to float.</summary>
    private readonly struct OfFloats : IBinaryFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged
        {
            var zero = V.Number(0);
            var one = V.Number(1);
            var size = V.Abs(a);
            var y = Exponential<V, T>.Exp(b * Logarithm<V, T>.Log(size, zero));
            // 1^b and a^0 are 1 whatever the other is; |a| = 1 with an infinite b would be 0 times infinity.
            y = V.Select(V.Equal(size, one) & V.Equal(b, b), one, y);
            y = V.Select(V.Equal(b, zero) | V.Equal(a, one), one, y);
            // Negative a: the sign follows from the parity of b, and there is no real power for a fraction.
            var integral = V.Equal(V.Truncate(b), b);
            var half = b * V.Number(0.5);
            var odd = integral & ~V.Equal(V.Truncate(half), half);
            y ^= odd & a & FloatBits<V, T>.SignBit;
            var undefined = (a < zero) & (size < V.Number(double.PositiveInfinity)) & ~integral & V.Equal(b, b);
            return V.Select(undefined, V.Number(double.NaN), y);
        }
    }
}
