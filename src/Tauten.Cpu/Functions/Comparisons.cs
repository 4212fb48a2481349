using System.Runtime.CompilerServices;

namespace Tauten.Cpu.Functions;

/// <summary>a = b; false where one is NaN.</summary>
internal readonly struct Equal : IComparison
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        V.Equal(a, b);
}

/// <summary>Not a = b; true where one is NaN.</summary>
internal readonly struct NotEqual : IComparison
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        ~V.Equal(a, b);
}

/// <summary>a &lt; b; false where one is NaN.</summary>
internal readonly struct Less : IComparison
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        a < b;
}

/// <summary>a &lt;= b; false where one is NaN.</summary>
internal readonly struct LessEqual : IComparison
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        a <= b;
}

/// <summary>a > b; false where one is NaN.</summary>
internal readonly struct Greater : IComparison
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        a > b;
}

/// <summary>a >= b; false where one is NaN.</summary>
internal readonly struct GreaterEqual : IComparison
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        a >= b;
}
