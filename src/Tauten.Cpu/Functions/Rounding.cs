using System.Runtime.CompilerServices;

namespace Tauten.Cpu.Functions;

/// <summary>x itself.</summary>
internal readonly struct Identity : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => x;
}

/// <summary>The number of float16 that is nearest to a float.</summary>
internal readonly struct RoundToHalf : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => HalfPrecision.OfHalf<V, T>(HalfPrecision.ToHalf<V, T>(x));
}

/// <summary>The number of bfloat16 that is nearest to a float.</summary>
internal readonly struct RoundToBrain : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => HalfPrecision.OfBrain<V, T>(HalfPrecision.ToBrain<V, T>(x));
}

/// <summary>A mask as the numbers 0 and 1.</summary>
internal readonly struct MaskToNumber : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => x & V.Number(1);
}

/// <summary>Whether a number is not 0; NaN is not.</summary>
internal readonly struct IsNonZero : IPredicate
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => ~V.Equal(x, V.Number(0));
}

/// <summary>Floating lanes as bits of integers of their width; see <see cref="ISimd{TSelf, T}.ToInteger"/>.</summary>
internal readonly struct FloatToInteger : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.ToInteger(x);
}

/// <summary>Bits of integers as floating lanes; see <see cref="ISimd{TSelf, T}.FromInteger"/>.</summary>
internal readonly struct IntegerToFloat : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.FromInteger(x);
}
