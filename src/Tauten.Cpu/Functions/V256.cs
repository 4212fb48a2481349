using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tauten.Cpu;

/// <summary>256 bits of <typeparamref name="T"/>: the AVX2 level.</summary>
/// <param name="bits">The lanes.</param>
internal readonly unsafe struct V256<T>(Vector256<T> bits) : ISimd<V256<T>, T> where T : unmanaged
{
    /// <summary>The lanes.</summary>
    public readonly Vector256<T> Bits = bits;

    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 32 / sizeof(T);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Load(T* source) => new(Vector256.Load(source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(T* target) => Bits.Store(target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Create(T value) => new(Vector256.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Number(double value) => typeof(T) == typeof(float) ? NumberOfSingle((float)value) : NumberOfOther(value);

    // The just-in-time compiler inlines until the code that it has read is too much, that of other types included: what a function is made of is therefore apart for each type.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V256<T> NumberOfSingle(float value) => new(Vector256.Create(value).As<float, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V256<T> NumberOfOther(double value) => typeof(T) == typeof(double) ? new(Vector256.Create(value).As<double, T>()) : NumberOfInteger(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V256<T> NumberOfInteger(double value)
    {
        if (sizeof(T) == 1) return new(Vector256.Create((byte)(long)value).As<byte, T>());
        if (sizeof(T) == 2) return new(Vector256.Create((ushort)(long)value).As<ushort, T>());
        if (sizeof(T) == 4) return new(Vector256.Create((uint)(long)value).As<uint, T>());
        return new(Vector256.Create((long)value).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Pattern(long value)
    {
        if (sizeof(T) == 1) return new(Vector256.Create((byte)value).As<byte, T>());
        if (sizeof(T) == 2) return new(Vector256.Create((ushort)value).As<ushort, T>());
        if (sizeof(T) == 4) return new(Vector256.Create((uint)value).As<uint, T>());
        return new(Vector256.Create(value).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator +(V256<T> left, V256<T> right) => new(left.Bits + right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator -(V256<T> left, V256<T> right) => new(left.Bits - right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator *(V256<T> left, V256<T> right) => new(left.Bits * right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator /(V256<T> left, V256<T> right) => new(left.Bits / right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator -(V256<T> value) => new(-value.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator &(V256<T> left, V256<T> right) => new(left.Bits & right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator |(V256<T> left, V256<T> right) => new(left.Bits | right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator ^(V256<T> left, V256<T> right) => new(left.Bits ^ right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator ~(V256<T> value) => new(~value.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator <(V256<T> left, V256<T> right) => new(Vector256.LessThan(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator <=(V256<T> left, V256<T> right) => new(Vector256.LessThanOrEqual(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator >(V256<T> left, V256<T> right) => new(Vector256.GreaterThan(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator >=(V256<T> left, V256<T> right) => new(Vector256.GreaterThanOrEqual(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Equal(V256<T> left, V256<T> right) => new(Vector256.Equals(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Select(V256<T> mask, V256<T> whenSet, V256<T> otherwise) => new(Vector256.ConditionalSelect(mask.Bits, whenSet.Bits, otherwise.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(V256<T> mask) => Vector256.ExtractMostSignificantBits(mask.Bits) != 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> MultiplyAdd(V256<T> a, V256<T> b, V256<T> c) => typeof(T) == typeof(float) ? MultiplyAddOfSingle(a, b, c) : MultiplyAddOfOther(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V256<T> MultiplyAddOfSingle(V256<T> a, V256<T> b, V256<T> c) => new(Vector256.MultiplyAddEstimate(a.Bits.AsSingle(), b.Bits.AsSingle(), c.Bits.AsSingle()).As<float, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V256<T> MultiplyAddOfOther(V256<T> a, V256<T> b, V256<T> c) => typeof(T) == typeof(double)
        ? new(Vector256.MultiplyAddEstimate(a.Bits.AsDouble(), b.Bits.AsDouble(), c.Bits.AsDouble()).As<double, T>())
        : new(a.Bits * b.Bits + c.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Max(V256<T> left, V256<T> right) => new(Vector256.Max(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Min(V256<T> left, V256<T> right) => new(Vector256.Min(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> MaxNative(V256<T> left, V256<T> right) => new(Vector256.MaxNative(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> MinNative(V256<T> left, V256<T> right) => new(Vector256.MinNative(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Abs(V256<T> value) => new(Vector256.Abs(value.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Sqrt(V256<T> value) => new(Vector256.Sqrt(value.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Floor(V256<T> value)
    {
        if (typeof(T) == typeof(float)) return new(Vector256.Floor(value.Bits.AsSingle()).As<float, T>());
        if (typeof(T) == typeof(double)) return new(Vector256.Floor(value.Bits.AsDouble()).As<double, T>());
        return value;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Ceiling(V256<T> value)
    {
        if (typeof(T) == typeof(float)) return new(Vector256.Ceiling(value.Bits.AsSingle()).As<float, T>());
        if (typeof(T) == typeof(double)) return new(Vector256.Ceiling(value.Bits.AsDouble()).As<double, T>());
        return value;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Round(V256<T> value)
    {
        if (typeof(T) == typeof(float)) return new(Vector256.Round(value.Bits.AsSingle()).As<float, T>());
        if (typeof(T) == typeof(double)) return new(Vector256.Round(value.Bits.AsDouble()).As<double, T>());
        return value;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Truncate(V256<T> value)
    {
        if (typeof(T) == typeof(float)) return new(Vector256.Truncate(value.Bits.AsSingle()).As<float, T>());
        if (typeof(T) == typeof(double)) return new(Vector256.Truncate(value.Bits.AsDouble()).As<double, T>());
        return value;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> AddBits(V256<T> left, V256<T> right)
    {
        if (sizeof(T) == 4) return new((left.Bits.AsInt32() + right.Bits.AsInt32()).As<int, T>());
        return new((left.Bits.AsInt64() + right.Bits.AsInt64()).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> ShiftLeft(V256<T> value, int count)
    {
        if (sizeof(T) == 4) return new((value.Bits.AsInt32() << count).As<int, T>());
        return new((value.Bits.AsInt64() << count).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> ShiftRightLogical(V256<T> value, int count)
    {
        if (sizeof(T) == 4) return new((value.Bits.AsInt32() >>> count).As<int, T>());
        return new((value.Bits.AsInt64() >>> count).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> ShiftRightArithmetic(V256<T> value, int count)
    {
        if (sizeof(T) == 4) return new((value.Bits.AsInt32() >> count).As<int, T>());
        return new((value.Bits.AsInt64() >> count).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> InDouble<TFunction>(V256<T> x) where TFunction : struct, IUnaryFunction
    {
        if (typeof(T) == typeof(double)) return TFunction.Apply<V256<T>, T>(x);
        var (low, high) = Vector256.Widen(x.Bits.AsSingle());
        var first = Outlined.Unary<TFunction, V256<double>>(new(low));
        var second = Outlined.Unary<TFunction, V256<double>>(new(high));
        return new(Vector256.Narrow(first.Bits, second.Bits).As<float, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> InDouble<TFunction>(V256<T> x, V256<T> y) where TFunction : struct, IBinaryFunction
    {
        if (typeof(T) == typeof(double)) return TFunction.Apply<V256<T>, T>(x, y);
        var (xLow, xHigh) = Vector256.Widen(x.Bits.AsSingle());
        var (yLow, yHigh) = Vector256.Widen(y.Bits.AsSingle());
        var first = Outlined.Binary<TFunction, V256<double>>(new(xLow), new(yLow));
        var second = Outlined.Binary<TFunction, V256<double>>(new(xHigh), new(yHigh));
        return new(Vector256.Narrow(first.Bits, second.Bits).As<float, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> FromInteger(V256<T> bits)
    {
        if (typeof(T) == typeof(float)) return new(Vector256.ConvertToSingle(bits.Bits.AsInt32()).As<float, T>());
        return new(Vector256.ConvertToDouble(bits.Bits.AsInt64()).As<double, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> ToInteger(V256<T> value)
    {
        if (typeof(T) == typeof(float)) return new(Vector256.ConvertToInt32(value.Bits.AsSingle()).As<int, T>());
        return new(Vector256.ConvertToInt64(value.Bits.AsDouble()).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreAsDouble(V256<T> value, double* target)
    {
        var (low, high) = Vector256.Widen(value.Bits.AsSingle());
        low.Store(target);
        high.Store(target + 32 / sizeof(double));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> LoadFromDouble(double* source) =>
        new(Vector256.Narrow(Vector256.Load(source), Vector256.Load(source + 32 / sizeof(double))).As<float, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Scale(V256<T> value, V256<T> power) => FloatBits<V256<T>, T>.Scale(value, power);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Exponent(V256<T> value) => FloatBits<V256<T>, T>.Exponent(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Mantissa(V256<T> value) => FloatBits<V256<T>, T>.Mantissa(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> LoadMask(byte* source) =>
        new(Vector256.Create(V128<T>.LoadMask(source).Bits, V128<T>.LoadMask(source + V128<T>.Count).Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreMask(V256<T> mask, byte* target)
    {
        if (sizeof(T) == 1) (mask.Bits.AsByte() & Vector256.Create((byte)1)).Store(target);
        else if (sizeof(T) == 2) (Vector128.Narrow(mask.Bits.GetLower().AsUInt16(), mask.Bits.GetUpper().AsUInt16()) & Vector128.Create((byte)1)).Store(target);
        else if (sizeof(T) == 4)
        {
            var halves = Vector128.Narrow(mask.Bits.GetLower().AsUInt32(), mask.Bits.GetUpper().AsUInt32());
            *(ulong*)target = Vector128.Narrow(halves, halves).AsUInt64().ToScalar() & 0x0101010101010101;
        }
        else
        {
            var words = Vector128.Narrow(mask.Bits.GetLower().AsUInt64(), mask.Bits.GetUpper().AsUInt64());
            var halves = Vector128.Narrow(words, words);
            *(uint*)target = Vector128.Narrow(halves, halves).AsUInt32().ToScalar() & 0x01010101;
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> LoadHalves(ushort* source) => new(Vector256.WidenLower(Vector128.Load(source).ToVector256Unsafe()).As<uint, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalves(V256<T> value, ushort* target) =>
        Vector128.Narrow(value.Bits.GetLower().AsUInt32(), value.Bits.GetUpper().AsUInt32()).Store(target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> LoadBytes(byte* source) => new(Vector256.Create(V128<T>.LoadBytes(source).Bits, V128<T>.LoadBytes(source + 4).Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(V256<T> value, byte* target)
    {
        var halves = Vector128.Narrow(value.Bits.GetLower().AsUInt32(), value.Bits.GetUpper().AsUInt32());
        *(ulong*)target = Vector128.Narrow(halves, halves).AsUInt64().ToScalar();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Exchange(V256<T> value, int distance)
    {
        if (sizeof(T) == 4)
        {
            if (distance == 4) return new(Vector256.Shuffle(value.Bits.AsInt32(), Vector256.Create(4, 5, 6, 7, 0, 1, 2, 3)).As<int, T>());
            if (distance == 2) return new(Vector256.Shuffle(value.Bits.AsInt32(), Vector256.Create(2, 3, 0, 1, 6, 7, 4, 5)).As<int, T>());
            return new(Vector256.Shuffle(value.Bits.AsInt32(), Vector256.Create(1, 0, 3, 2, 5, 4, 7, 6)).As<int, T>());
        }
        if (distance == 2) return new(Vector256.Shuffle(value.Bits.AsInt64(), Vector256.Create(2L, 3, 0, 1)).As<long, T>());
        return new(Vector256.Shuffle(value.Bits.AsInt64(), Vector256.Create(1L, 0, 3, 2)).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> LoadLanes(T* source, nint stride) => new(Vector256.Create(Vector128.Load(source), Vector128.Load(source + stride)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLanes(V256<T> value, T* target, nint stride)
    {
        value.Bits.GetLower().Store(target);
        value.Bits.GetUpper().Store(target + stride);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> InterleaveLow(V256<T> left, V256<T> right, int bytes)
    {
        if (Avx2.IsSupported)
        {
            if (bytes == 2) return new(Avx2.UnpackLow(left.Bits.AsUInt16(), right.Bits.AsUInt16()).As<ushort, T>());
            if (bytes == 4) return new(Avx2.UnpackLow(left.Bits.AsUInt32(), right.Bits.AsUInt32()).As<uint, T>());
            return new(Avx2.UnpackLow(left.Bits.AsUInt64(), right.Bits.AsUInt64()).As<ulong, T>());
        }
        return new(Vector256.Create(
            V128<T>.InterleaveLow(new(left.Bits.GetLower()), new(right.Bits.GetLower()), bytes).Bits,
            V128<T>.InterleaveLow(new(left.Bits.GetUpper()), new(right.Bits.GetUpper()), bytes).Bits));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> InterleaveHigh(V256<T> left, V256<T> right, int bytes)
    {
        if (Avx2.IsSupported)
        {
            if (bytes == 2) return new(Avx2.UnpackHigh(left.Bits.AsUInt16(), right.Bits.AsUInt16()).As<ushort, T>());
            if (bytes == 4) return new(Avx2.UnpackHigh(left.Bits.AsUInt32(), right.Bits.AsUInt32()).As<uint, T>());
            return new(Avx2.UnpackHigh(left.Bits.AsUInt64(), right.Bits.AsUInt64()).As<ulong, T>());
        }
        return new(Vector256.Create(
            V128<T>.InterleaveHigh(new(left.Bits.GetLower()), new(right.Bits.GetLower()), bytes).Bits,
            V128<T>.InterleaveHigh(new(left.Bits.GetUpper()), new(right.Bits.GetUpper()), bytes).Bits));
    }
}
