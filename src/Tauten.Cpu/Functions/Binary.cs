using System.Runtime.CompilerServices;

namespace Tauten.Cpu.Functions;

/// <summary>a + b; integers wrap.</summary>
internal readonly struct Add : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        a + b;
}

/// <summary>a - b; integers wrap.</summary>
internal readonly struct Sub : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        a - b;
}

/// <summary>a * b; integers wrap.</summary>
internal readonly struct Mul : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        a * b;
}

/// <summary>a / b. Integers truncate toward zero; division by zero gives 0 and the least integer divided by -1 wraps, so that no element stops the program.</summary>
internal readonly struct Div : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        typeof(T) == typeof(float) || typeof(T) == typeof(double) ? a / b : PerElement.ApplyInteger<IntegerDivide, V, T>(a, b);

    /// <inheritdoc/>
    public static double Nanoseconds => 0.2;
}

/// <summary>The larger one; NaN where one is NaN.</summary>
internal readonly struct Maximum : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        V.Max(a, b);
}

/// <summary>The smaller one; NaN where one is NaN.</summary>
internal readonly struct Minimum : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        V.Min(a, b);
}

/// <summary>a - floor(a / b) b, exact, with the sign of b, as Python's %. Integers: 0 where b is 0.</summary>
internal readonly struct Remainder : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        typeof(T) == typeof(float) || typeof(T) == typeof(double)
            ? PerElement.Apply<ScalarRemainder, V, T>(a, b)
            : PerElement.ApplyInteger<IntegerRemainder, V, T>(a, b);

    /// <inheritdoc/>
    public static double Nanoseconds => 8;
}

/// <summary>a - trunc(a / b) b, exact, with the sign of a, as C's fmod and %. Integers: 0 where b is 0.</summary>
internal readonly struct Fmod : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        typeof(T) == typeof(float) || typeof(T) == typeof(double)
            ? PerElement.Apply<ScalarFmod, V, T>(a, b)
            : PerElement.ApplyInteger<IntegerFmod, V, T>(a, b);

    /// <inheritdoc/>
    public static double Nanoseconds => 8;
}

/// <summary>The angle of the point (b, a), within [-pi, pi].</summary>
internal readonly struct Atan2 : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        PerElement.Apply<ScalarAtan2, V, T>(a, b);

    /// <inheritdoc/>
    public static double Nanoseconds => 15;
}

/// <summary>Bitwise and; of boolean bytes, the logical one.</summary>
internal readonly struct And : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        a & b;
}

/// <summary>Bitwise or; of boolean bytes, the logical one.</summary>
internal readonly struct Or : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        a | b;
}

/// <summary>Bitwise exclusive or; of boolean bytes, the logical one.</summary>
internal readonly struct Xor : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        a ^ b;
}

/// <summary>a shifted left by b bits; 0 where b is negative or not below the width.</summary>
internal readonly struct ShiftLeft : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        PerElement.ApplyInteger<IntegerShiftLeft, V, T>(a, b);

    /// <inheritdoc/>
    public static double Nanoseconds => 1;
}

/// <summary>a shifted right by b bits, filling with the sign; all sign where b is negative or not below the width.</summary>
internal readonly struct ShiftRight : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        PerElement.ApplyInteger<IntegerShiftRight, V, T>(a, b);

    /// <inheritdoc/>
    public static double Nanoseconds => 1;
}

/// <summary>a (1 - b^2): the gradient of tanh from that of its result (a) and its result (b).</summary>
internal readonly struct TanhGradient : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        a * V.MultiplyAdd(-b, b, V.Number(1));
}

/// <summary>a b (1 - b): the gradient of sigmoid from that of its result (a) and its result (b).</summary>
internal readonly struct SigmoidGradient : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        a * b * (V.Number(1) - b);
}

/// <summary>a where b is positive, else 0: the gradient of relu from that of its result (a) and its result or argument (b).</summary>
internal readonly struct ReluGradient : IBinaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        a & (b > V.Number(0));
}
