using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// Conversion between the type that matrices are stored in and the type that products are computed in:
/// <see cref="Half"/> and <see cref="BFloat16"/> are computed in <see cref="float"/>, all others in themselves.
/// </summary>
internal static unsafe class StorageType
{
    /// <summary>Whether the type is stored in 16 bits and computed in 32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNarrow<TStore>() => typeof(TStore) == typeof(Half) || typeof(TStore) == typeof(BFloat16);

    /// <summary>One element, widened exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Widen<TStore, T>(TStore value) where TStore : unmanaged where T : unmanaged
    {
        if (typeof(TStore) == typeof(Half)) return (T)(object)(float)(Half)(object)value;
        if (typeof(TStore) == typeof(BFloat16)) return (T)(object)(float)(BFloat16)(object)value;
        return (T)(object)value;
    }

    /// <summary>One element, rounded to nearest, ties to even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TStore Round<TStore, T>(T value) where TStore : unmanaged where T : unmanaged
    {
        if (typeof(TStore) == typeof(Half)) return (TStore)(object)(Half)(float)(object)value;
        if (typeof(TStore) == typeof(BFloat16)) return (TStore)(object)(BFloat16)(float)(object)value;
        return (TStore)(object)value;
    }

    /// <summary>Copies contiguous elements, widened exactly.</summary>
    public static void Widen<TStore, T>(TStore* source, T* target, long count) where TStore : unmanaged where T : unmanaged
    {
        if (typeof(TStore) == typeof(Half)) HalfPrecision.WidenHalf((byte*)source, (byte*)target, (nint)count);
        else if (typeof(TStore) == typeof(BFloat16)) HalfPrecision.WidenBrain((byte*)source, (byte*)target, (nint)count);
        else System.Buffer.MemoryCopy(source, target, count * sizeof(T), count * sizeof(T));
    }

    /// <summary>target = sums, or target + sums, rounded once where the type is narrower.</summary>
    public static void Finish<TStore, T>(T* sums, TStore* target, long count, bool accumulate)
        where TStore : unmanaged
        where T : unmanaged, INumberBase<T>
    {
        if (accumulate)
        {
            for (long i = 0; i < count; i++)
                target[i] = Round<TStore, T>(Widen<TStore, T>(target[i]) + sums[i]);
        }
        else if (typeof(TStore) == typeof(Half)) HalfPrecision.NarrowHalf((byte*)sums, (byte*)target, (nint)count);
        else if (typeof(TStore) == typeof(BFloat16)) HalfPrecision.NarrowBrain((byte*)sums, (byte*)target, (nint)count);
        else System.Buffer.MemoryCopy(sums, target, count * sizeof(T), count * sizeof(T));
    }
}
