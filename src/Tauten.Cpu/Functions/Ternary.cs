using System.Runtime.CompilerServices;

namespace Tauten.Cpu.Functions;

/// <summary>a b + c, rounded once where the hardware has a fused instruction.</summary>
internal readonly struct MultiplyAdd : ITernaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b, V c) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        V.MultiplyAdd(a, b, c);
}

/// <summary>a held between b and c: min(max(a, b), c). NaN where one is NaN; c where b is above c.</summary>
internal readonly struct Clamp : ITernaryFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, T>(V a, V b, V c) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        V.Min(V.Max(a, b), c);
}

/// <summary>b where the boolean a is set, else c: the name of the loop, which takes booleans as they are stored.</summary>
internal readonly struct Where;
