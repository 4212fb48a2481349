using System.Runtime.CompilerServices;

namespace Tauten.Cpu.Functions;

/// <summary>Sums c0 T0(u) + c1 T1(u) + c2 T2(u) + ... of Chebyshev's polynomials for u within [-1, 1], by Clenshaw's recurrence.</summary>
internal static class Chebyshev
{
    /// <summary>The sum at one point. Fully optimized from the first call: scalar functions spend most of their time here.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Sum(ReadOnlySpan<double> coefficients, double u)
    {
        double twice = u + u, last = 0, before = 0;
        for (int k = coefficients.Length - 1; k > 0; k--) (last, before) = (coefficients[k] + twice * last - before, last);
        return coefficients[0] + u * last - before;
    }

    /// <summary>The sum at each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sum<V, T>(ReadOnlySpan<double> coefficients, V u) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        var twice = u + u;
        V last = V.Number(0), before = last;
        for (int k = coefficients.Length - 1; k > 0; k--)
        {
            var next = V.MultiplyAdd(twice, last, V.Number(coefficients[k]) - before);
            before = last;
            last = next;
        }
        return V.MultiplyAdd(u, last, V.Number(coefficients[0]) - before);
    }
}
