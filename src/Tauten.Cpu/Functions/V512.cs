using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tauten.Cpu;

/// <summary>512 bits of <typeparamref name="T"/>: the AVX-512 level.</summary>
/// <param name="bits">The lanes.</param>
internal readonly unsafe struct V512<T>(Vector512<T> bits) : ISimd<V512<T>, T> where T : unmanaged
{
    /// <summary>The lanes.</summary>
    public readonly Vector512<T> Bits = bits;

    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 64 / sizeof(T);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Load(T* source) => new(Vector512.Load(source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(T* target) => Bits.Store(target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Create(T value) => new(Vector512.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Number(double value) => typeof(T) == typeof(float) ? NumberOfSingle((float)value) : NumberOfOther(value);

    // The just-in-time compiler inlines until the code that it has read is too much, that of other types included: what a function is made of is therefore apart for each type.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V512<T> NumberOfSingle(float value) => new(Vector512.Create(value).As<float, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V512<T> NumberOfOther(double value) => typeof(T) == typeof(double) ? new(Vector512.Create(value).As<double, T>()) : NumberOfInteger(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V512<T> NumberOfInteger(double value)
    {
        if (sizeof(T) == 1) return new(Vector512.Create((byte)(long)value).As<byte, T>());
        if (sizeof(T) == 2) return new(Vector512.Create((ushort)(long)value).As<ushort, T>());
        if (sizeof(T) == 4) return new(Vector512.Create((uint)(long)value).As<uint, T>());
        return new(Vector512.Create((long)value).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Pattern(long value)
    {
        if (sizeof(T) == 1) return new(Vector512.Create((byte)value).As<byte, T>());
        if (sizeof(T) == 2) return new(Vector512.Create((ushort)value).As<ushort, T>());
        if (sizeof(T) == 4) return new(Vector512.Create((uint)value).As<uint, T>());
        return new(Vector512.Create(value).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator +(V512<T> left, V512<T> right) => new(left.Bits + right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator -(V512<T> left, V512<T> right) => new(left.Bits - right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator *(V512<T> left, V512<T> right) => new(left.Bits * right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator /(V512<T> left, V512<T> right) => new(left.Bits / right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator -(V512<T> value) => new(-value.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator &(V512<T> left, V512<T> right) => new(left.Bits & right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator |(V512<T> left, V512<T> right) => new(left.Bits | right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator ^(V512<T> left, V512<T> right) => new(left.Bits ^ right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator ~(V512<T> value) => new(~value.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator <(V512<T> left, V512<T> right) => new(Vector512.LessThan(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator <=(V512<T> left, V512<T> right) => new(Vector512.LessThanOrEqual(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator >(V512<T> left, V512<T> right) => new(Vector512.GreaterThan(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator >=(V512<T> left, V512<T> right) => new(Vector512.GreaterThanOrEqual(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Equal(V512<T> left, V512<T> right) => new(Vector512.Equals(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Select(V512<T> mask, V512<T> whenSet, V512<T> otherwise) => new(Vector512.ConditionalSelect(mask.Bits, whenSet.Bits, otherwise.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(V512<T> mask) => Vector512.ExtractMostSignificantBits(mask.Bits) != 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> MultiplyAdd(V512<T> a, V512<T> b, V512<T> c) => typeof(T) == typeof(float) ? MultiplyAddOfSingle(a, b, c) : MultiplyAddOfOther(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V512<T> MultiplyAddOfSingle(V512<T> a, V512<T> b, V512<T> c) => new(Vector512.MultiplyAddEstimate(a.Bits.AsSingle(), b.Bits.AsSingle(), c.Bits.AsSingle()).As<float, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V512<T> MultiplyAddOfOther(V512<T> a, V512<T> b, V512<T> c) => typeof(T) == typeof(double)
        ? new(Vector512.MultiplyAddEstimate(a.Bits.AsDouble(), b.Bits.AsDouble(), c.Bits.AsDouble()).As<double, T>())
        : new(a.Bits * b.Bits + c.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Max(V512<T> left, V512<T> right) => new(Vector512.Max(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Min(V512<T> left, V512<T> right) => new(Vector512.Min(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> MaxNative(V512<T> left, V512<T> right) => new(Vector512.MaxNative(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> MinNative(V512<T> left, V512<T> right) => new(Vector512.MinNative(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Abs(V512<T> value) => new(Vector512.Abs(value.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Sqrt(V512<T> value) => new(Vector512.Sqrt(value.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Floor(V512<T> value)
    {
        if (typeof(T) == typeof(float)) return new(Vector512.Floor(value.Bits.AsSingle()).As<float, T>());
        if (typeof(T) == typeof(double)) return new(Vector512.Floor(value.Bits.AsDouble()).As<double, T>());
        return value;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Ceiling(V512<T> value)
    {
        if (typeof(T) == typeof(float)) return new(Vector512.Ceiling(value.Bits.AsSingle()).As<float, T>());
        if (typeof(T) == typeof(double)) return new(Vector512.Ceiling(value.Bits.AsDouble()).As<double, T>());
        return value;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Round(V512<T> value)
    {
        if (typeof(T) == typeof(float)) return new(Vector512.Round(value.Bits.AsSingle()).As<float, T>());
        if (typeof(T) == typeof(double)) return new(Vector512.Round(value.Bits.AsDouble()).As<double, T>());
        return value;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Truncate(V512<T> value)
    {
        if (typeof(T) == typeof(float)) return new(Vector512.Truncate(value.Bits.AsSingle()).As<float, T>());
        if (typeof(T) == typeof(double)) return new(Vector512.Truncate(value.Bits.AsDouble()).As<double, T>());
        return value;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> AddBits(V512<T> left, V512<T> right)
    {
        if (sizeof(T) == 4) return new((left.Bits.AsInt32() + right.Bits.AsInt32()).As<int, T>());
        return new((left.Bits.AsInt64() + right.Bits.AsInt64()).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> ShiftLeft(V512<T> value, int count)
    {
        if (sizeof(T) == 4) return new((value.Bits.AsInt32() << count).As<int, T>());
        return new((value.Bits.AsInt64() << count).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> ShiftRightLogical(V512<T> value, int count)
    {
        if (sizeof(T) == 4) return new((value.Bits.AsInt32() >>> count).As<int, T>());
        return new((value.Bits.AsInt64() >>> count).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> ShiftRightArithmetic(V512<T> value, int count)
    {
        if (sizeof(T) == 4) return new((value.Bits.AsInt32() >> count).As<int, T>());
        return new((value.Bits.AsInt64() >> count).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> InDouble<TFunction>(V512<T> x) where TFunction : struct, IUnaryFunction
    {
        if (typeof(T) == typeof(double)) return TFunction.Apply<V512<T>, T>(x);
        var (low, high) = Vector512.Widen(x.Bits.AsSingle());
        var first = Outlined.Unary<TFunction, V512<double>>(new(low));
        var second = Outlined.Unary<TFunction, V512<double>>(new(high));
        return new(Vector512.Narrow(first.Bits, second.Bits).As<float, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> InDouble<TFunction>(V512<T> x, V512<T> y) where TFunction : struct, IBinaryFunction
    {
        if (typeof(T) == typeof(double)) return TFunction.Apply<V512<T>, T>(x, y);
        var (xLow, xHigh) = Vector512.Widen(x.Bits.AsSingle());
        var (yLow, yHigh) = Vector512.Widen(y.Bits.AsSingle());
        var first = Outlined.Binary<TFunction, V512<double>>(new(xLow), new(yLow));
        var second = Outlined.Binary<TFunction, V512<double>>(new(xHigh), new(yHigh));
        return new(Vector512.Narrow(first.Bits, second.Bits).As<float, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> FromInteger(V512<T> bits)
    {
        if (typeof(T) == typeof(float)) return new(Vector512.ConvertToSingle(bits.Bits.AsInt32()).As<float, T>());
        return new(Vector512.ConvertToDouble(bits.Bits.AsInt64()).As<double, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> ToInteger(V512<T> value)
    {
        if (typeof(T) == typeof(float)) return new(Vector512.ConvertToInt32(value.Bits.AsSingle()).As<int, T>());
        return new(Vector512.ConvertToInt64(value.Bits.AsDouble()).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreAsDouble(V512<T> value, double* target)
    {
        var (low, high) = Vector512.Widen(value.Bits.AsSingle());
        low.Store(target);
        high.Store(target + 64 / sizeof(double));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> LoadFromDouble(double* source) =>
        new(Vector512.Narrow(Vector512.Load(source), Vector512.Load(source + 64 / sizeof(double))).As<float, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Scale(V512<T> value, V512<T> power)
    {
        if (Avx512F.IsSupported)
        {
            if (typeof(T) == typeof(float)) return new(Avx512F.Scale(value.Bits.AsSingle(), power.Bits.AsSingle()).As<float, T>());
            return new(Avx512F.Scale(value.Bits.AsDouble(), power.Bits.AsDouble()).As<double, T>());
        }
        return FloatBits<V512<T>, T>.Scale(value, power);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Exponent(V512<T> value)
    {
        if (Avx512F.IsSupported)
        {
            if (typeof(T) == typeof(float)) return new(Avx512F.GetExponent(value.Bits.AsSingle()).As<float, T>());
            return new(Avx512F.GetExponent(value.Bits.AsDouble()).As<double, T>());
        }
        return FloatBits<V512<T>, T>.Exponent(value);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Mantissa(V512<T> value)
    {
        if (Avx512F.IsSupported)
        {
            // Control 0: the interval [1, 2), with the sign of the argument.
            if (typeof(T) == typeof(float)) return new(Avx512F.GetMantissa(value.Bits.AsSingle(), 0).As<float, T>());
            return new(Avx512F.GetMantissa(value.Bits.AsDouble(), 0).As<double, T>());
        }
        return FloatBits<V512<T>, T>.Mantissa(value);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> LoadMask(byte* source)
    {
        if (sizeof(T) == 1) return new(Vector512.GreaterThan(Vector512.Load(source), Vector512<byte>.Zero).As<byte, T>());
        if (sizeof(T) == 2) return new(Vector512.GreaterThan(Vector512.WidenLower(Vector256.Load(source).ToVector512Unsafe()), Vector512<ushort>.Zero).As<ushort, T>());
        if (Avx512F.IsSupported)
        {
            if (sizeof(T) == 4) return new(Vector512.GreaterThan(Avx512F.ConvertToVector512Int32(Vector128.Load(source)), Vector512<int>.Zero).As<int, T>());
            return new(Vector512.GreaterThan(Avx512F.ConvertToVector512Int64(Vector128.CreateScalarUnsafe(*(ulong*)source).AsByte()), Vector512<long>.Zero).As<long, T>());
        }
        return new(Vector512.Create(V256<T>.LoadMask(source).Bits, V256<T>.LoadMask(source + V256<T>.Count).Bits));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreMask(V512<T> mask, byte* target)
    {
        if (sizeof(T) == 1) (mask.Bits.AsByte() & Vector512.Create((byte)1)).Store(target);
        else if (Avx512BW.IsSupported)
        {
            if (sizeof(T) == 2) (Avx512BW.ConvertToVector256Byte(mask.Bits.AsUInt16()) & Vector256.Create((byte)1)).Store(target);
            else if (sizeof(T) == 4) (Avx512F.ConvertToVector128Byte(mask.Bits.AsUInt32()) & Vector128.Create((byte)1)).Store(target);
            else *(ulong*)target = Avx512F.ConvertToVector128Byte(mask.Bits.AsUInt64()).AsUInt64().ToScalar() & 0x0101010101010101;
        }
        else
        {
            V256<T>.StoreMask(new(mask.Bits.GetLower()), target);
            V256<T>.StoreMask(new(mask.Bits.GetUpper()), target + V256<T>.Count);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> LoadHalves(ushort* source) => new(Avx512F.IsSupported
        ? Avx512F.ConvertToVector512UInt32(Vector256.Load(source)).As<uint, T>()
        : Vector512.WidenLower(Vector256.Load(source).ToVector512Unsafe()).As<uint, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalves(V512<T> value, ushort* target)
    {
        if (Avx512F.IsSupported) Avx512F.ConvertToVector256UInt16(value.Bits.AsUInt32()).Store(target);
        else Vector256.Narrow(value.Bits.GetLower().AsUInt32(), value.Bits.GetUpper().AsUInt32()).Store(target);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> LoadBytes(byte* source) => new(Avx512F.IsSupported
        ? Avx512F.ConvertToVector512UInt32(Vector128.Load(source)).As<uint, T>()
        : Vector512.Create(V256<T>.LoadBytes(source).Bits, V256<T>.LoadBytes(source + 8).Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(V512<T> value, byte* target)
    {
        if (Avx512F.IsSupported) Avx512F.ConvertToVector128Byte(value.Bits.AsUInt32()).Store(target);
        else
        {
            V256<T>.StoreBytes(new(value.Bits.GetLower()), target);
            V256<T>.StoreBytes(new(value.Bits.GetUpper()), target + 8);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Exchange(V512<T> value, int distance)
    {
        if (sizeof(T) == 4)
        {
            if (distance == 8) return new(Vector512.Shuffle(value.Bits.AsInt32(), Vector512.Create(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)).As<int, T>());
            if (distance == 4) return new(Vector512.Shuffle(value.Bits.AsInt32(), Vector512.Create(4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11)).As<int, T>());
            if (distance == 2) return new(Vector512.Shuffle(value.Bits.AsInt32(), Vector512.Create(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)).As<int, T>());
            return new(Vector512.Shuffle(value.Bits.AsInt32(), Vector512.Create(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)).As<int, T>());
        }
        if (distance == 4) return new(Vector512.Shuffle(value.Bits.AsInt64(), Vector512.Create(4L, 5, 6, 7, 0, 1, 2, 3)).As<long, T>());
        if (distance == 2) return new(Vector512.Shuffle(value.Bits.AsInt64(), Vector512.Create(2L, 3, 0, 1, 6, 7, 4, 5)).As<long, T>());
        return new(Vector512.Shuffle(value.Bits.AsInt64(), Vector512.Create(1L, 0, 3, 2, 5, 4, 7, 6)).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> LoadLanes(T* source, nint stride) => new(Vector512.Create(
        Vector256.Create(Vector128.Load(source), Vector128.Load(source + stride)),
        Vector256.Create(Vector128.Load(source + 2 * stride), Vector128.Load(source + 3 * stride))));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLanes(V512<T> value, T* target, nint stride)
    {
        V256<T>.StoreLanes(new(value.Bits.GetLower()), target, stride);
        V256<T>.StoreLanes(new(value.Bits.GetUpper()), target + 2 * stride, stride);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> InterleaveLow(V512<T> left, V512<T> right, int bytes)
    {
        if (Avx512BW.IsSupported)
        {
            if (bytes == 2) return new(Avx512BW.UnpackLow(left.Bits.AsUInt16(), right.Bits.AsUInt16()).As<ushort, T>());
            if (bytes == 4) return new(Avx512F.UnpackLow(left.Bits.AsUInt32(), right.Bits.AsUInt32()).As<uint, T>());
            return new(Avx512F.UnpackLow(left.Bits.AsUInt64(), right.Bits.AsUInt64()).As<ulong, T>());
        }
        return new(Vector512.Create(
            V256<T>.InterleaveLow(new(left.Bits.GetLower()), new(right.Bits.GetLower()), bytes).Bits,
            V256<T>.InterleaveLow(new(left.Bits.GetUpper()), new(right.Bits.GetUpper()), bytes).Bits));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> InterleaveHigh(V512<T> left, V512<T> right, int bytes)
    {
        if (Avx512BW.IsSupported)
        {
            if (bytes == 2) return new(Avx512BW.UnpackHigh(left.Bits.AsUInt16(), right.Bits.AsUInt16()).As<ushort, T>());
            if (bytes == 4) return new(Avx512F.UnpackHigh(left.Bits.AsUInt32(), right.Bits.AsUInt32()).As<uint, T>());
            return new(Avx512F.UnpackHigh(left.Bits.AsUInt64(), right.Bits.AsUInt64()).As<ulong, T>());
        }
        return new(Vector512.Create(
            V256<T>.InterleaveHigh(new(left.Bits.GetLower()), new(right.Bits.GetLower()), bytes).Bits,
            V256<T>.InterleaveHigh(new(left.Bits.GetUpper()), new(right.Bits.GetUpper()), bytes).Bits));
    }
}
