using System.Runtime.CompilerServices;

namespace Tauten.Cpu.Functions;

/// <summary>Sum; integers and booleans as 64-bit numbers, wrapping.</summary>
internal readonly struct Sum : IReduction
{
    /// <inheritdoc/>
    public static bool WidensIntegers => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Combine<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => a + b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Identity<V, T>() where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Number(0);
}

/// <summary>Product; integers and booleans as 64-bit numbers, wrapping.</summary>
internal readonly struct Prod : IReduction
{
    /// <inheritdoc/>
    public static bool WidensIntegers => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Combine<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => a * b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Identity<V, T>() where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Number(1);
}

/// <summary>Largest element; NaN if there is one.</summary>
internal readonly struct Max : IReduction
{
    /// <inheritdoc/>
    public static bool WidensIntegers => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Combine<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Max(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Identity<V, T>() where V : unmanaged, ISimd<V, T> where T : unmanaged => Extremes<V, T>.Least;
}

/// <summary>Smallest element; NaN if there is one.</summary>
internal readonly struct Min : IReduction
{
    /// <inheritdoc/>
    public static bool WidensIntegers => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Combine<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Min(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Identity<V, T>() where V : unmanaged, ISimd<V, T> where T : unmanaged => Extremes<V, T>.Greatest;
}

/// <summary>Whether all boolean bytes are 1; true of none.</summary>
internal readonly struct All : IReduction
{
    /// <inheritdoc/>
    public static bool WidensIntegers => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Combine<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => a & b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Identity<V, T>() where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Number(1);
}

/// <summary>Whether one boolean byte is 1; false of none.</summary>
internal readonly struct Any : IReduction
{
    /// <inheritdoc/>
    public static bool WidensIntegers => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Combine<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => a | b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Identity<V, T>() where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Number(0);
}

/// <summary>The least and the greatest value of a type; infinite for floating types.</summary>
internal static class Extremes<V, T> where V : unmanaged, ISimd<V, T> where T : unmanaged
{
    /// <summary>In all lanes.</summary>
    public static V Least
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (typeof(T) == typeof(float) || typeof(T) == typeof(double)) return V.Number(double.NegativeInfinity);
            if (typeof(T) == typeof(sbyte)) return V.Pattern(sbyte.MinValue);
            if (typeof(T) == typeof(short)) return V.Pattern(short.MinValue);
            if (typeof(T) == typeof(int)) return V.Pattern(int.MinValue);
            if (typeof(T) == typeof(long)) return V.Pattern(long.MinValue);
            return V.Pattern(0);
        }
    }

    /// <summary>In all lanes.</summary>
    public static V Greatest
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(T) == typeof(float) || typeof(T) == typeof(double) ? V.Number(double.PositiveInfinity) : ~Least;
    }
}
