using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tauten.Cpu;

/// <summary>The single steps of <see cref="Conversion"/>: contiguous to contiguous, any length.</summary>
internal static unsafe class ConversionLoops
{
    /// <summary>float to any other type.</summary>
    public static delegate*<byte*, byte*, nint, void> OfFloat(DType to) => to switch
    {
        DType.Float64 => &FloatToDouble,
        DType.Float16 => &HalfPrecision.NarrowHalf,
        DType.BFloat16 => &HalfPrecision.NarrowBrain,
        DType.Int8 => &Scalar<float, sbyte>,
        DType.UInt8 => &FloatToByte,
        DType.Int16 => &Scalar<float, short>,
        DType.UInt16 => &Scalar<float, ushort>,
        DType.Int32 => &FloatToInt,
        DType.UInt32 => &Scalar<float, uint>,
        DType.Int64 => &FloatToLong,
        DType.UInt64 => &Scalar<float, ulong>,
        _ => &FloatToBoolean,
    };

    /// <summary>double to any other type but the 16-bit floating ones, which <see cref="DoubleToOdd"/> prepares for.</summary>
    public static delegate*<byte*, byte*, nint, void> OfDouble(DType to) => to switch
    {
        DType.Int8 => &Scalar<double, sbyte>,
        DType.UInt8 => &Scalar<double, byte>,
        DType.Int16 => &Scalar<double, short>,
        DType.UInt16 => &Scalar<double, ushort>,
        DType.Int32 => &Scalar<double, int>,
        DType.UInt32 => &Scalar<double, uint>,
        DType.Int64 => &DoubleToLong,
        DType.UInt64 => &Scalar<double, ulong>,
        DType.Bool => &Boolean<double>,
        _ => &DoubleToFloat,
    };

    /// <summary>int to any other type; for the 16-bit floating types, to float, rounded to odd.</summary>
    public static delegate*<byte*, byte*, nint, void> OfInt(DType to) => to switch
    {
        DType.Int8 => &Scalar<int, sbyte>,
        DType.UInt8 => &Scalar<int, byte>,
        DType.Int16 => &Scalar<int, short>,
        DType.UInt16 => &Scalar<int, ushort>,
        DType.UInt32 => &Scalar<int, uint>,
        DType.Int64 or DType.UInt64 => &IntToLong,
        DType.Bool => &Boolean<int>,
        DType.Float64 => &Scalar<int, double>,
        DType.Float16 or DType.BFloat16 => &WholeToOdd<int>,
        _ => &IntToFloat,
    };

    /// <summary>long to any other type; for the 16-bit floating types, to float, rounded to odd.</summary>
    public static delegate*<byte*, byte*, nint, void> OfLong(DType to) => to switch
    {
        DType.Int8 => &Scalar<long, sbyte>,
        DType.UInt8 => &Scalar<long, byte>,
        DType.Int16 => &Scalar<long, short>,
        DType.UInt16 => &Scalar<long, ushort>,
        DType.Int32 => &Scalar<long, int>,
        DType.UInt32 => &Scalar<long, uint>,
        DType.UInt64 => &Scalar<long, ulong>,
        DType.Bool => &Boolean<long>,
        DType.Float64 => &LongToDouble,
        DType.Float16 or DType.BFloat16 => &WholeToOdd<long>,
        _ => &Scalar<long, float>,
    };

    /// <summary>ulong to any other type; for the 16-bit floating types, to float, rounded to odd.</summary>
    public static delegate*<byte*, byte*, nint, void> OfUnsignedLong(DType to) => to switch
    {
        DType.Int8 => &Scalar<ulong, sbyte>,
        DType.UInt8 => &Scalar<ulong, byte>,
        DType.Int16 => &Scalar<ulong, short>,
        DType.UInt16 => &Scalar<ulong, ushort>,
        DType.Int32 => &Scalar<ulong, int>,
        DType.UInt32 => &Scalar<ulong, uint>,
        DType.Int64 => &Scalar<ulong, long>,
        DType.Bool => &Boolean<ulong>,
        DType.Float64 => &Scalar<ulong, double>,
        DType.Float16 or DType.BFloat16 => &WholeToOdd<ulong>,
        _ => &Scalar<ulong, float>,
    };

    /// <summary>One by one: floating saturates, integers keep their low bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scalar<TFrom, TTo>(byte* source, byte* target, nint n)
        where TFrom : unmanaged, INumber<TFrom> where TTo : unmanaged, INumber<TTo>
    {
        for (nint i = 0; i < n; i++)
        {
            ((TTo*)target)[i] = typeof(TFrom) == typeof(float) || typeof(TFrom) == typeof(double)
                ? TTo.CreateSaturating(((TFrom*)source)[i])
                : TTo.CreateTruncating(((TFrom*)source)[i]);
        }
    }

    /// <summary>Not zero; NaN is not zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Boolean<T>(byte* source, byte* target, nint n) where T : unmanaged, INumber<T>
    {
        for (nint i = 0; i < n; i++) target[i] = ((T*)source)[i] != T.Zero ? (byte)1 : (byte)0;
    }

    /// <summary>An integer to float, rounded to odd.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WholeToOdd<T>(byte* source, byte* target, nint n) where T : unmanaged, IBinaryInteger<T>
    {
        for (nint i = 0; i < n; i++)
        {
            var value = ((T*)source)[i];
            ulong magnitude = T.IsNegative(value) ? 0 - ulong.CreateTruncating(value) : ulong.CreateTruncating(value);
            // Of more than 24 bits the upper 24 stay, and the last of them tells whether one below was set.
            int cut = Math.Max(0, 40 - BitOperations.LeadingZeroCount(magnitude));
            ulong rest = magnitude & ((1UL << cut) - 1);
            magnitude = (magnitude >> cut | (rest != 0 ? 1UL : 0)) << cut;
            ((float*)target)[i] = T.IsNegative(value) ? -(float)magnitude : magnitude;
        }
    }

    /// <summary>double to double that is a float rounded to odd; below the normal range of float, rounded to the last digit of bfloat16.</summary>
    public static void DoubleToOdd(byte* source, byte* target, nint n) => Longs<ToOdd>(source, target, n);

    /// <summary>float to double.</summary>
    public static void FloatToDouble(byte* source, byte* target, nint n) => Vectors<ToDouble>(source, target, n);

    /// <summary>double to float.</summary>
    public static void DoubleToFloat(byte* source, byte* target, nint n) => Vectors<FromDouble>(source, target, n);

    /// <summary>float to int.</summary>
    public static void FloatToInt(byte* source, byte* target, nint n) => Vectors<ToInt>(source, target, n);

    /// <summary>int to float.</summary>
    public static void IntToFloat(byte* source, byte* target, nint n) => Vectors<FromInt>(source, target, n);

    /// <summary>float to byte.</summary>
    public static void FloatToByte(byte* source, byte* target, nint n) => Vectors<ToByte>(source, target, n);

    /// <summary>byte (or boolean) to float.</summary>
    public static void ByteToFloat(byte* source, byte* target, nint n) => Vectors<FromByte>(source, target, n);

    /// <summary>float to boolean.</summary>
    public static void FloatToBoolean(byte* source, byte* target, nint n) => Vectors<ToBoolean>(source, target, n);

    /// <summary>float to long through double, which holds every float: both have 8 bytes, so the second step works in place.</summary>
    public static void FloatToLong(byte* source, byte* target, nint n)
    {
        FloatToDouble(source, target, n);
        DoubleToLong(target, target, n);
    }

    /// <summary>byte (or boolean) to int.</summary>
    public static void ByteToInt(byte* source, byte* target, nint n) => Vectors<WidenByte>(source, target, n);

    /// <summary>int to long, whose bits are also those of a ulong that wraps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void IntToLong(byte* source, byte* target, nint n)
    {
        nint i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i + 8 <= n; i += 8)
            {
                var (low, high) = Vector256.Widen(Vector256.Load((int*)source + i));
                low.Store((long*)target + i);
                high.Store((long*)target + i + 4);
            }
        }
        for (; i < n; i++) ((long*)target)[i] = ((int*)source)[i];
    }

    /// <summary>double to long.</summary>
    public static void DoubleToLong(byte* source, byte* target, nint n) => Longs<ToLong>(source, target, n);

    /// <summary>long to double.</summary>
    public static void LongToDouble(byte* source, byte* target, nint n) => Longs<FromLong>(source, target, n);

    /// <summary>One vector's conversion, between memory and memory.</summary>
    private interface IStep<T> where T : unmanaged
    {
        /// <summary>Bytes per element read and written.</summary>
        static abstract (int Source, int Target) Sizes { get; }

        /// <summary>Converts V.Count elements.</summary>
        static abstract void Run<V>(byte* source, byte* target) where V : unmanaged, ISimd<V, T>;
    }

    private static void Vectors<TStep>(byte* source, byte* target, nint n) where TStep : struct, IStep<float>
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: Loop<TStep, V512<float>, float>(source, target, n); break;
            case InstructionLevel.Avx2: Loop<TStep, V256<float>, float>(source, target, n); break;
            default: Loop<TStep, V128<float>, float>(source, target, n); break;
        }
    }

    private static void Longs<TStep>(byte* source, byte* target, nint n) where TStep : struct, IStep<double>
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: Loop<TStep, V512<double>, double>(source, target, n); break;
            case InstructionLevel.Avx2: Loop<TStep, V256<double>, double>(source, target, n); break;
            default: Loop<TStep, V128<double>, double>(source, target, n); break;
        }
    }

    /// <summary>Whole vectors, then one padded vector for the rest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Loop<TStep, V, T>(byte* source, byte* target, nint n) where TStep : struct, IStep<T> where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        var (from, to) = TStep.Sizes;
        nint i = 0;
        for (; i + V.Count <= n; i += V.Count) TStep.Run<V>(source + i * from, target + i * to);
        if (i == n) return;
        byte* padded = stackalloc byte[256];
        Unsafe.CopyBlockUnaligned(padded, source + i * from, (uint)((n - i) * from));
        TStep.Run<V>(padded, padded + 128);
        Unsafe.CopyBlockUnaligned(target + i * to, padded + 128, (uint)((n - i) * to));
    }

    private readonly struct ToDouble : IStep<float>
    {
        public static (int Source, int Target) Sizes => (4, 8);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(byte* source, byte* target) where V : unmanaged, ISimd<V, float> => V.StoreAsDouble(V.Load((float*)source), (double*)target);
    }

    private readonly struct FromDouble : IStep<float>
    {
        public static (int Source, int Target) Sizes => (8, 4);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(byte* source, byte* target) where V : unmanaged, ISimd<V, float> => V.LoadFromDouble((double*)source).Store((float*)target);
    }

    private readonly struct ToInt : IStep<float>
    {
        public static (int Source, int Target) Sizes => (4, 4);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(byte* source, byte* target) where V : unmanaged, ISimd<V, float> => V.ToInteger(V.Load((float*)source)).Store((float*)target);
    }

    private readonly struct FromInt : IStep<float>
    {
        public static (int Source, int Target) Sizes => (4, 4);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(byte* source, byte* target) where V : unmanaged, ISimd<V, float> => V.FromInteger(V.Load((float*)source)).Store((float*)target);
    }

    private readonly struct ToLong : IStep<double>
    {
        public static (int Source, int Target) Sizes => (8, 8);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(byte* source, byte* target) where V : unmanaged, ISimd<V, double> => V.ToInteger(V.Load((double*)source)).Store((double*)target);
    }

    private readonly struct FromLong : IStep<double>
    {
        public static (int Source, int Target) Sizes => (8, 8);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(byte* source, byte* target) where V : unmanaged, ISimd<V, double> => V.FromInteger(V.Load((double*)source)).Store((double*)target);
    }

    private readonly struct ToOdd : IStep<double>
    {
        public static (int Source, int Target) Sizes => (8, 8);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(byte* source, byte* target) where V : unmanaged, ISimd<V, double>
        {
            // The 29 bits that a float lacks: adding as many ones carries into the last bit that stays unless all are zero.
            const long cut = (1L << 29) - 1;
            var x = V.Load((double*)source);
            var odd = (x | (V.AddBits(x & V.Pattern(cut), V.Pattern(cut)) & V.Pattern(1L << 29))) & V.Pattern(~cut);
            // Floats below 2^-126 have fewer digits, so what follows would round twice. There, next to 1.5 * 2^-81, the last digit of double is that
            // of bfloat16, 2^-133, and the addition rounds.
            var sign = x & V.Pattern(long.MinValue);
            var offset = V.Number(Math.ScaleB(1.5, -81));
            var small = V.Abs(x) + offset - offset | sign;
            V.Select(V.Abs(x) < V.Number(Math.ScaleB(1, -126)), small, odd).Store((double*)target);
        }
    }

    private readonly struct ToByte : IStep<float>
    {
        public static (int Source, int Target) Sizes => (4, 1);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(byte* source, byte* target) where V : unmanaged, ISimd<V, float>
        {
            var x = V.Load((float*)source);
            x = V.Select(x > V.Number(0), V.Select(x < V.Number(255), x, V.Number(255)), V.Number(0));
            V.StoreBytes(V.ToInteger(x), target);
        }
    }

    private readonly struct FromByte : IStep<float>
    {
        public static (int Source, int Target) Sizes => (1, 4);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(byte* source, byte* target) where V : unmanaged, ISimd<V, float> => V.FromInteger(V.LoadBytes(source)).Store((float*)target);
    }

    private readonly struct WidenByte : IStep<float>
    {
        public static (int Source, int Target) Sizes => (1, 4);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(byte* source, byte* target) where V : unmanaged, ISimd<V, float> => V.LoadBytes(source).Store((float*)target);
    }

    private readonly struct ToBoolean : IStep<float>
    {
        public static (int Source, int Target) Sizes => (4, 1);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(byte* source, byte* target) where V : unmanaged, ISimd<V, float> =>
            V.StoreMask(~V.Equal(V.Load((float*)source), V.Number(0)), target);
    }
}
