using System.Reflection;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>What compiled loops call beside the functions of steps: how vectors of one element type come from memory, go there, and become others of the same bits.</summary>
/// <param name="Vector">The type of the vectors.</param>
/// <param name="Load">From memory: numbers, or boolean bytes as a mask.</param>
/// <param name="Store">To memory.</param>
/// <param name="LoadMask">Boolean bytes as a mask.</param>
/// <param name="StoreMask">A mask as boolean bytes.</param>
/// <param name="ToCommon">The same bits as a vector of the type that all of a width go through.</param>
/// <param name="FromCommon">The reverse.</param>
sealed unsafe record VectorMethods(Type Vector, MethodInfo Load, MethodInfo Store, MethodInfo LoadMask, MethodInfo StoreMask, MethodInfo ToCommon, MethodInfo FromCommon)
{
    /// <summary>Those of an element type and a width of vectors.</summary>
    public static VectorMethods Of(DType dtype, InstructionLevel level) => dtype switch
    {
        DType.Float32 => Of<float, float>(level),
        DType.Int32 => Of<int, float>(level),
        DType.UInt32 => Of<uint, float>(level),
        DType.Float64 => Of<double, double>(level),
        DType.Int64 => Of<long, double>(level),
        DType.UInt64 => Of<ulong, double>(level),
        DType.Int16 => Of<short, ushort>(level),
        DType.UInt16 => Of<ushort, ushort>(level),
        DType.Int8 => Of<sbyte, byte>(level),
        _ => Of<byte, byte>(level),
    };

    static VectorMethods Of<T, TCommon>(InstructionLevel level) where T : unmanaged where TCommon : unmanaged => level switch
    {
        InstructionLevel.Avx512 => Of<V512<T>, T, V512<TCommon>>(),
        InstructionLevel.Avx2 => Of<V256<T>, T, V256<TCommon>>(),
        _ => Of<V128<T>, T, V128<TCommon>>(),
    };

    static VectorMethods Of<V, T, VCommon>() where V : unmanaged, ISimd<V, T> where T : unmanaged where VCommon : unmanaged => new(
        typeof(V),
        ((Loading<V>)Memory<V, T>.Load).Method,
        ((Storing<V>)Memory<V, T>.Store).Method,
        ((Loading<V>)V.LoadMask).Method,
        ((Storing<V>)V.StoreMask).Method,
        ((Func<V, VCommon>)Unsafe.BitCast<V, VCommon>).Method,
        ((Func<VCommon, V>)Unsafe.BitCast<VCommon, V>).Method);

    delegate V Loading<V>(byte* source);

    delegate void Storing<V>(V value, byte* target);

    static class Memory<V, T> where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Load(byte* source) => V.Load((T*)source);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(V value, byte* target) => value.Store((T*)target);
    }
}
