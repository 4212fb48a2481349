using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>Unsigned numbers in the same order as elements of one dtype: what sorting, selecting and searching compare. <typeparamref name="T"/> has the size of an element.</summary>
internal interface IOrderedKey<T> where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>, IMinMaxValue<T>
{
    /// <summary>Whether the largest number stands for NaN.</summary>
    static abstract bool HasNaN { get; }

    /// <summary>The number for an element, which is given by its bits. Equal elements have equal numbers; NaN has the largest, which no other element has.</summary>
    static abstract T Of(T bits);
}

/// <summary>A loop that works on elements of any dtype through their keys.</summary>
internal interface IKeyedLoop
{
    /// <summary>Runs it for one size of elements and one kind of keys.</summary>
    void Run<T, K>() where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>, IMinMaxValue<T> where K : struct, IOrderedKey<T>;
}

/// <summary>The keys of each dtype.</summary>
internal static class OrderedKeys
{
    /// <summary>Runs a loop with the keys of a dtype.</summary>
    public static void Run<TLoop>(DType dtype, ref TLoop loop) where TLoop : struct, IKeyedLoop
    {
        switch (dtype)
        {
            case DType.Float32: loop.Run<uint, Floating<uint, Infinity32>>(); break;
            case DType.Float64: loop.Run<ulong, Floating<ulong, Infinity64>>(); break;
            case DType.Float16: loop.Run<ushort, Floating<ushort, Infinity16>>(); break;
            case DType.BFloat16: loop.Run<ushort, Floating<ushort, InfinityBrain>>(); break;
            case DType.Int8: loop.Run<byte, Signed<byte>>(); break;
            case DType.Int16: loop.Run<ushort, Signed<ushort>>(); break;
            case DType.Int32: loop.Run<uint, Signed<uint>>(); break;
            case DType.Int64: loop.Run<ulong, Signed<ulong>>(); break;
            case DType.UInt16: loop.Run<ushort, Unsigned<ushort>>(); break;
            case DType.UInt32: loop.Run<uint, Unsigned<uint>>(); break;
            case DType.UInt64: loop.Run<ulong, Unsigned<ulong>>(); break;
            default: loop.Run<byte, Unsigned<byte>>(); break;
        }
    }

    /// <summary>The bits of infinity.</summary>
    private interface IInfinity<T>
    {
        /// <summary>The bits.</summary>
        static abstract T Bits { get; }
    }

    private readonly struct Infinity32 : IInfinity<uint>
    {
        public static uint Bits => 0x7F800000;
    }

    private readonly struct Infinity64 : IInfinity<ulong>
    {
        public static ulong Bits => 0x7FF0000000000000;
    }

    private readonly struct Infinity16 : IInfinity<ushort>
    {
        public static ushort Bits => 0x7C00;
    }

    private readonly struct InfinityBrain : IInfinity<ushort>
    {
        public static ushort Bits => 0x7F80;
    }

    /// <summary>The sign bit flipped, negative numbers turned over, both zeros one.</summary>
    private readonly struct Floating<T, TInfinity> : IOrderedKey<T> where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>, IMinMaxValue<T> where TInfinity : struct, IInfinity<T>
    {
        public static bool HasNaN => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Of(T bits)
        {
            T sign = ~(T.MaxValue >> 1), magnitude = bits & ~sign;
            if (magnitude > TInfinity.Bits) return T.MaxValue;
            if (magnitude == T.Zero) return sign;
            return (bits & sign) != T.Zero ? ~bits : bits | sign;
        }
    }

    private readonly struct Signed<T> : IOrderedKey<T> where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>, IMinMaxValue<T>
    {
        public static bool HasNaN => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Of(T bits) => bits ^ ~(T.MaxValue >> 1);
    }

    private readonly struct Unsigned<T> : IOrderedKey<T> where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>, IMinMaxValue<T>
    {
        public static bool HasNaN => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Of(T bits) => bits;
    }
}
