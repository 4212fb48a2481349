using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tauten.Cpu.Functions;

/// <summary>Vector functions at a single number in double precision, for scalar code that needs them.</summary>
internal static class OneLane
{
    /// <summary>f(x).</summary>
    public static double Of<F>(double x) where F : struct, IUnaryFunction => F.Apply<V128<double>, double>(V128<double>.Create(x)).Bits.AsDouble().ToScalar();
}

/// <summary>A scalar function of double precision as a function of vectors.</summary>
internal readonly struct PerLane<F> : IUnaryFunction where F : struct, IScalarUnary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => PerElement.Apply<F, V, T>(x);

    /// <inheritdoc/>
    public static double Nanoseconds => 25;
}

/// <summary>A scalar function of two numbers in double precision as a function of vectors.</summary>
internal readonly struct PerPair<F> : IBinaryFunction where F : struct, IScalarBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => PerElement.Apply<F, V, T>(a, b);

    /// <inheritdoc/>
    public static double Nanoseconds => 100;
}
