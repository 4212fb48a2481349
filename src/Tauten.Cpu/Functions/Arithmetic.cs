using System.Runtime.CompilerServices;

namespace Tauten.Cpu.Functions;

/// <summary>-x; integers wrap.</summary>
internal readonly struct Neg : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => -x;
}

/// <summary>|x|; the least integer stays.</summary>
internal readonly struct Abs : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Abs(x);
}

/// <summary>-1, 0 or 1; NaN stays NaN, a zero keeps its sign.</summary>
internal readonly struct Sign : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        V.Select(x > V.Number(0), V.Number(1), V.Select(x < V.Number(0), V.Number(-1), x));
}

/// <summary>Square root, correctly rounded.</summary>
internal readonly struct Sqrt : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Sqrt(x);
}

/// <summary>1 / sqrt(x). Two roundings, error at most 1.5 ulp.</summary>
internal readonly struct Rsqrt : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Number(1) / V.Sqrt(x);
}

/// <summary>1 / x, correctly rounded.</summary>
internal readonly struct Reciprocal : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Number(1) / x;
}

/// <summary>x * x; integers wrap.</summary>
internal readonly struct Square : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => x * x;
}

/// <summary>x where it is not negative, else 0; NaN stays NaN.</summary>
internal readonly struct Relu : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Select(x < V.Number(0), V.Number(0), x);
}

/// <summary>Rounds down.</summary>
internal readonly struct Floor : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Floor(x);
}

/// <summary>Rounds up.</summary>
internal readonly struct Ceiling : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Ceiling(x);
}

/// <summary>Rounds to nearest, ties to even.</summary>
internal readonly struct Round : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Round(x);
}

/// <summary>Rounds toward zero.</summary>
internal readonly struct Truncate : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Truncate(x);
}

/// <summary>Complement of each bit of an integer.</summary>
internal readonly struct BitwiseNot : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => ~x;
}

/// <summary>Logical complement of boolean bytes.</summary>
internal readonly struct LogicalNot : IUnaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => x ^ V.Number(1);
}

/// <summary>Whether x is not a number.</summary>
internal readonly struct IsNaN : IPredicate
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => ~V.Equal(x, x);
}

/// <summary>Whether x is positive or negative infinity.</summary>
internal readonly struct IsInfinity : IPredicate
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Equal(V.Abs(x), V.Number(double.PositiveInfinity));
}

/// <summary>Whether x is neither infinite nor NaN.</summary>
internal readonly struct IsFinite : IPredicate
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Abs(x) < V.Number(double.PositiveInfinity);
}
