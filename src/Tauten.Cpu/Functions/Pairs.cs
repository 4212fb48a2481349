using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>Two rows whose elements lie in turn: apart, and together again. Elements of 4 or 8 bytes.</summary>
internal static unsafe class Pairs<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged
{
    /// <summary>Every second element of two vectors' worth, and the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V Even, V Odd) Split(T* source)
    {
        int piece = 16 / sizeof(T);
        V first = V.LoadLanes(source, 2 * piece), second = V.LoadLanes(source + piece, 2 * piece);
        if (sizeof(T) == 8)
            return (V.InterleaveLow(first, second, 8), V.InterleaveHigh(first, second, 8));
        V low = V.InterleaveLow(first, second, 4), high = V.InterleaveHigh(first, second, 4);
        return (V.InterleaveLow(low, high, 4), V.InterleaveHigh(low, high, 4));
    }

    /// <summary>Writes the elements of two vectors in turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Join(V even, V odd, T* target)
    {
        int piece = 16 / sizeof(T);
        V low = sizeof(T) == 4 ? V.InterleaveLow(even, odd, 4) : V.InterleaveLow(even, odd, 8);
        V high = sizeof(T) == 4 ? V.InterleaveHigh(even, odd, 4) : V.InterleaveHigh(even, odd, 8);
        V.StoreLanes(low, target, 2 * piece);
        V.StoreLanes(high, target + piece, 2 * piece);
    }
}
