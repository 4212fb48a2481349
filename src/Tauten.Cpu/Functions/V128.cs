using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Tauten.Cpu;

/// <summary>128 bits of <typeparamref name="T"/>: the portable level (SSE, AdvSimd, WebAssembly, or software).</summary>
/// <param name="bits">The lanes.</param>
internal readonly unsafe struct V128<T>(Vector128<T> bits) : ISimd<V128<T>, T> where T : unmanaged
{
    /// <summary>The lanes.</summary>
    public readonly Vector128<T> Bits = bits;

    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 16 / sizeof(T);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Load(T* source) => new(Vector128.Load(source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(T* target) => Bits.Store(target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Create(T value) => new(Vector128.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Number(double value) => typeof(T) == typeof(float) ? NumberOfSingle((float)value) : NumberOfOther(value);

    // The just-in-time compiler inlines until the code that it has read is too much, that of other types included: what a function is made of is therefore apart for each type.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V128<T> NumberOfSingle(float value) => new(Vector128.Create(value).As<float, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V128<T> NumberOfOther(double value) => typeof(T) == typeof(double) ? new(Vector128.Create(value).As<double, T>()) : NumberOfInteger(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V128<T> NumberOfInteger(double value)
    {
        if (sizeof(T) == 1) return new(Vector128.Create((byte)(long)value).As<byte, T>());
        if (sizeof(T) == 2) return new(Vector128.Create((ushort)(long)value).As<ushort, T>());
        if (sizeof(T) == 4) return new(Vector128.Create((uint)(long)value).As<uint, T>());
        return new(Vector128.Create((long)value).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Pattern(long value)
    {
        if (sizeof(T) == 1) return new(Vector128.Create((byte)value).As<byte, T>());
        if (sizeof(T) == 2) return new(Vector128.Create((ushort)value).As<ushort, T>());
        if (sizeof(T) == 4) return new(Vector128.Create((uint)value).As<uint, T>());
        return new(Vector128.Create(value).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator +(V128<T> left, V128<T> right) => new(left.Bits + right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator -(V128<T> left, V128<T> right) => new(left.Bits - right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator *(V128<T> left, V128<T> right) => new(left.Bits * right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator /(V128<T> left, V128<T> right) => new(left.Bits / right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator -(V128<T> value) => new(-value.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator &(V128<T> left, V128<T> right) => new(left.Bits & right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator |(V128<T> left, V128<T> right) => new(left.Bits | right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator ^(V128<T> left, V128<T> right) => new(left.Bits ^ right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator ~(V128<T> value) => new(~value.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator <(V128<T> left, V128<T> right) => new(Vector128.LessThan(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator <=(V128<T> left, V128<T> right) => new(Vector128.LessThanOrEqual(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator >(V128<T> left, V128<T> right) => new(Vector128.GreaterThan(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator >=(V128<T> left, V128<T> right) => new(Vector128.GreaterThanOrEqual(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Equal(V128<T> left, V128<T> right) => new(Vector128.Equals(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Select(V128<T> mask, V128<T> whenSet, V128<T> otherwise) => new(Vector128.ConditionalSelect(mask.Bits, whenSet.Bits, otherwise.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(V128<T> mask) => Vector128.ExtractMostSignificantBits(mask.Bits) != 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> MultiplyAdd(V128<T> a, V128<T> b, V128<T> c) => typeof(T) == typeof(float) ? MultiplyAddOfSingle(a, b, c) : MultiplyAddOfOther(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V128<T> MultiplyAddOfSingle(V128<T> a, V128<T> b, V128<T> c) => new(Vector128.MultiplyAddEstimate(a.Bits.AsSingle(), b.Bits.AsSingle(), c.Bits.AsSingle()).As<float, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V128<T> MultiplyAddOfOther(V128<T> a, V128<T> b, V128<T> c) => typeof(T) == typeof(double)
        ? new(Vector128.MultiplyAddEstimate(a.Bits.AsDouble(), b.Bits.AsDouble(), c.Bits.AsDouble()).As<double, T>())
        : new(a.Bits * b.Bits + c.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Max(V128<T> left, V128<T> right) => new(Vector128.Max(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Min(V128<T> left, V128<T> right) => new(Vector128.Min(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> MaxNative(V128<T> left, V128<T> right) => new(Vector128.MaxNative(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> MinNative(V128<T> left, V128<T> right) => new(Vector128.MinNative(left.Bits, right.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Abs(V128<T> value) => new(Vector128.Abs(value.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Sqrt(V128<T> value) => new(Vector128.Sqrt(value.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Floor(V128<T> value)
    {
        if (typeof(T) == typeof(float)) return new(Vector128.Floor(value.Bits.AsSingle()).As<float, T>());
        if (typeof(T) == typeof(double)) return new(Vector128.Floor(value.Bits.AsDouble()).As<double, T>());
        return value;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Ceiling(V128<T> value)
    {
        if (typeof(T) == typeof(float)) return new(Vector128.Ceiling(value.Bits.AsSingle()).As<float, T>());
        if (typeof(T) == typeof(double)) return new(Vector128.Ceiling(value.Bits.AsDouble()).As<double, T>());
        return value;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Round(V128<T> value)
    {
        if (typeof(T) == typeof(float)) return new(Vector128.Round(value.Bits.AsSingle()).As<float, T>());
        if (typeof(T) == typeof(double)) return new(Vector128.Round(value.Bits.AsDouble()).As<double, T>());
        return value;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Truncate(V128<T> value)
    {
        if (typeof(T) == typeof(float)) return new(Vector128.Truncate(value.Bits.AsSingle()).As<float, T>());
        if (typeof(T) == typeof(double)) return new(Vector128.Truncate(value.Bits.AsDouble()).As<double, T>());
        return value;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> AddBits(V128<T> left, V128<T> right)
    {
        if (sizeof(T) == 4) return new((left.Bits.AsInt32() + right.Bits.AsInt32()).As<int, T>());
        return new((left.Bits.AsInt64() + right.Bits.AsInt64()).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> ShiftLeft(V128<T> value, int count)
    {
        if (sizeof(T) == 4) return new((value.Bits.AsInt32() << count).As<int, T>());
        return new((value.Bits.AsInt64() << count).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> ShiftRightLogical(V128<T> value, int count)
    {
        if (sizeof(T) == 4) return new((value.Bits.AsInt32() >>> count).As<int, T>());
        return new((value.Bits.AsInt64() >>> count).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> ShiftRightArithmetic(V128<T> value, int count)
    {
        if (sizeof(T) == 4) return new((value.Bits.AsInt32() >> count).As<int, T>());
        return new((value.Bits.AsInt64() >> count).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> InDouble<TFunction>(V128<T> x) where TFunction : struct, IUnaryFunction
    {
        if (typeof(T) == typeof(double)) return TFunction.Apply<V128<T>, T>(x);
        var (low, high) = Vector128.Widen(x.Bits.AsSingle());
        var first = Outlined.Unary<TFunction, V128<double>>(new(low));
        var second = Outlined.Unary<TFunction, V128<double>>(new(high));
        return new(Vector128.Narrow(first.Bits, second.Bits).As<float, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> InDouble<TFunction>(V128<T> x, V128<T> y) where TFunction : struct, IBinaryFunction
    {
        if (typeof(T) == typeof(double)) return TFunction.Apply<V128<T>, T>(x, y);
        var (xLow, xHigh) = Vector128.Widen(x.Bits.AsSingle());
        var (yLow, yHigh) = Vector128.Widen(y.Bits.AsSingle());
        var first = Outlined.Binary<TFunction, V128<double>>(new(xLow), new(yLow));
        var second = Outlined.Binary<TFunction, V128<double>>(new(xHigh), new(yHigh));
        return new(Vector128.Narrow(first.Bits, second.Bits).As<float, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> FromInteger(V128<T> bits)
    {
        if (typeof(T) == typeof(float)) return new(Vector128.ConvertToSingle(bits.Bits.AsInt32()).As<float, T>());
        return new(Vector128.ConvertToDouble(bits.Bits.AsInt64()).As<double, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> ToInteger(V128<T> value)
    {
        if (typeof(T) == typeof(float)) return new(Vector128.ConvertToInt32(value.Bits.AsSingle()).As<int, T>());
        return new(Vector128.ConvertToInt64(value.Bits.AsDouble()).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreAsDouble(V128<T> value, double* target)
    {
        var (low, high) = Vector128.Widen(value.Bits.AsSingle());
        low.Store(target);
        high.Store(target + 16 / sizeof(double));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> LoadFromDouble(double* source) =>
        new(Vector128.Narrow(Vector128.Load(source), Vector128.Load(source + 16 / sizeof(double))).As<float, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Scale(V128<T> value, V128<T> power) => FloatBits<V128<T>, T>.Scale(value, power);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Exponent(V128<T> value) => FloatBits<V128<T>, T>.Exponent(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Mantissa(V128<T> value) => FloatBits<V128<T>, T>.Mantissa(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> LoadMask(byte* source)
    {
        if (sizeof(T) == 1) return new(Vector128.GreaterThan(Vector128.Load(source), Vector128<byte>.Zero).As<byte, T>());
        if (sizeof(T) == 2) return new(Vector128.GreaterThan(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsByte()), Vector128<ushort>.Zero).As<ushort, T>());
        if (sizeof(T) == 4)
        {
            var halves = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(uint*)source).AsByte());
            return new(Vector128.GreaterThan(Vector128.WidenLower(halves), Vector128<uint>.Zero).As<uint, T>());
        }
        return new(Vector128.Create(source[0] != 0 ? -1L : 0, source[1] != 0 ? -1L : 0).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreMask(V128<T> mask, byte* target)
    {
        if (sizeof(T) == 1) (mask.Bits.AsByte() & Vector128.Create((byte)1)).Store(target);
        else if (sizeof(T) == 2) *(ulong*)target = Vector128.Narrow(mask.Bits.AsUInt16(), mask.Bits.AsUInt16()).AsUInt64().ToScalar() & 0x0101010101010101;
        else if (sizeof(T) == 4)
        {
            var halves = Vector128.Narrow(mask.Bits.AsUInt32(), mask.Bits.AsUInt32());
            *(uint*)target = Vector128.Narrow(halves, halves).AsUInt32().ToScalar() & 0x01010101;
        }
        else
        {
            target[0] = (byte)(mask.Bits.AsByte().GetElement(0) & 1);
            target[1] = (byte)(mask.Bits.AsByte().GetElement(8) & 1);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> LoadHalves(ushort* source) => new(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsUInt16()).As<uint, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalves(V128<T> value, ushort* target) =>
        *(ulong*)target = Vector128.Narrow(value.Bits.AsUInt32(), value.Bits.AsUInt32()).AsUInt64().ToScalar();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> LoadBytes(byte* source) =>
        new(Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(uint*)source).AsByte())).As<uint, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(V128<T> value, byte* target)
    {
        var halves = Vector128.Narrow(value.Bits.AsUInt32(), value.Bits.AsUInt32());
        *(uint*)target = Vector128.Narrow(halves, halves).AsUInt32().ToScalar();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Exchange(V128<T> value, int distance)
    {
        if (sizeof(T) == 4)
        {
            if (distance == 2) return new(Vector128.Shuffle(value.Bits.AsInt32(), Vector128.Create(2, 3, 0, 1)).As<int, T>());
            return new(Vector128.Shuffle(value.Bits.AsInt32(), Vector128.Create(1, 0, 3, 2)).As<int, T>());
        }
        return new(Vector128.Shuffle(value.Bits.AsInt64(), Vector128.Create(1L, 0)).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> LoadLanes(T* source, nint stride) => new(Vector128.Load(source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLanes(V128<T> value, T* target, nint stride) => value.Bits.Store(target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> InterleaveLow(V128<T> left, V128<T> right, int bytes)
    {
        if (Sse2.IsSupported)
        {
            if (bytes == 2) return new(Sse2.UnpackLow(left.Bits.AsUInt16(), right.Bits.AsUInt16()).As<ushort, T>());
            if (bytes == 4) return new(Sse2.UnpackLow(left.Bits.AsUInt32(), right.Bits.AsUInt32()).As<uint, T>());
            return new(Sse2.UnpackLow(left.Bits.AsUInt64(), right.Bits.AsUInt64()).As<ulong, T>());
        }
        if (AdvSimd.Arm64.IsSupported)
        {
            if (bytes == 2) return new(AdvSimd.Arm64.ZipLow(left.Bits.AsUInt16(), right.Bits.AsUInt16()).As<ushort, T>());
            if (bytes == 4) return new(AdvSimd.Arm64.ZipLow(left.Bits.AsUInt32(), right.Bits.AsUInt32()).As<uint, T>());
            return new(AdvSimd.Arm64.ZipLow(left.Bits.AsUInt64(), right.Bits.AsUInt64()).As<ulong, T>());
        }
        Vector128<byte> result = default, a = left.Bits.AsByte(), b = right.Bits.AsByte();
        for (int i = 0; i < 16; i++) result = result.WithElement(i, (i / bytes % 2 == 0 ? a : b).GetElement(0 + i / (2 * bytes) * bytes + i % bytes));
        return new(result.As<byte, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> InterleaveHigh(V128<T> left, V128<T> right, int bytes)
    {
        if (Sse2.IsSupported)
        {
            if (bytes == 2) return new(Sse2.UnpackHigh(left.Bits.AsUInt16(), right.Bits.AsUInt16()).As<ushort, T>());
            if (bytes == 4) return new(Sse2.UnpackHigh(left.Bits.AsUInt32(), right.Bits.AsUInt32()).As<uint, T>());
            return new(Sse2.UnpackHigh(left.Bits.AsUInt64(), right.Bits.AsUInt64()).As<ulong, T>());
        }
        if (AdvSimd.Arm64.IsSupported)
        {
            if (bytes == 2) return new(AdvSimd.Arm64.ZipHigh(left.Bits.AsUInt16(), right.Bits.AsUInt16()).As<ushort, T>());
            if (bytes == 4) return new(AdvSimd.Arm64.ZipHigh(left.Bits.AsUInt32(), right.Bits.AsUInt32()).As<uint, T>());
            return new(AdvSimd.Arm64.ZipHigh(left.Bits.AsUInt64(), right.Bits.AsUInt64()).As<ulong, T>());
        }
        Vector128<byte> result = default, a = left.Bits.AsByte(), b = right.Bits.AsByte();
        for (int i = 0; i < 16; i++) result = result.WithElement(i, (i / bytes % 2 == 0 ? a : b).GetElement(8 + i / (2 * bytes) * bytes + i % bytes));
        return new(result.As<byte, T>());
    }
}
