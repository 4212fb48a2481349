using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// One vector register of <typeparamref name="T"/>, whatever its width: functions and loops are written once over this
/// and compiled for <see cref="V512{T}"/>, <see cref="V256{T}"/> and <see cref="V128{T}"/>.
/// A mask is a vector whose lanes have all bits set or none. What needs a floating type says so.
/// </summary>
/// <typeparam name="TSelf">The vector.</typeparam>
/// <typeparam name="T">A number type: float, double or an integer. Booleans travel as bytes of 0 and 1.</typeparam>
internal unsafe interface ISimd<TSelf, T> : IProductVector<TSelf, T> where TSelf : unmanaged, ISimd<TSelf, T> where T : unmanaged
{
    /// <summary>The same constant in all lanes, converted to <typeparamref name="T"/>.</summary>
    static abstract TSelf Number(double value);

    /// <summary>The same bits in all lanes.</summary>
    static abstract TSelf Pattern(long value);

    /// <summary>Difference; integers wrap.</summary>
    static abstract TSelf operator -(TSelf left, TSelf right);

    /// <summary>Product; integers wrap.</summary>
    static abstract TSelf operator *(TSelf left, TSelf right);

    /// <summary>Quotient, floating types only: an integer one could raise a hardware exception.</summary>
    static abstract TSelf operator /(TSelf left, TSelf right);

    /// <summary>Negation; integers wrap, zeros change sign.</summary>
    static abstract TSelf operator -(TSelf value);

    /// <summary>Bitwise and.</summary>
    static abstract TSelf operator &(TSelf left, TSelf right);

    /// <summary>Bitwise or.</summary>
    static abstract TSelf operator |(TSelf left, TSelf right);

    /// <summary>Bitwise exclusive or.</summary>
    static abstract TSelf operator ^(TSelf left, TSelf right);

    /// <summary>Bitwise complement.</summary>
    static abstract TSelf operator ~(TSelf value);

    /// <summary>Mask of the lanes where left is less; false where one is NaN.</summary>
    static abstract TSelf operator <(TSelf left, TSelf right);

    /// <summary>Mask of the lanes where left is less or equal; false where one is NaN.</summary>
    static abstract TSelf operator <=(TSelf left, TSelf right);

    /// <summary>Mask of the lanes where left is greater; false where one is NaN.</summary>
    static abstract TSelf operator >(TSelf left, TSelf right);

    /// <summary>Mask of the lanes where left is greater or equal; false where one is NaN.</summary>
    static abstract TSelf operator >=(TSelf left, TSelf right);

    /// <summary>Mask of the lanes that are equal; false where one is NaN.</summary>
    static abstract TSelf Equal(TSelf left, TSelf right);

    /// <summary>Bits of <paramref name="whenSet"/> where <paramref name="mask"/> is set, else of <paramref name="otherwise"/>.</summary>
    static abstract TSelf Select(TSelf mask, TSelf whenSet, TSelf otherwise);

    /// <summary>Whether a lane of the mask is set.</summary>
    static abstract bool Any(TSelf mask);

    /// <summary>The larger one; NaN if one is NaN; +0 is larger than -0.</summary>
    static abstract TSelf Max(TSelf left, TSelf right);

    /// <summary>The smaller one; NaN if one is NaN; -0 is smaller than +0.</summary>
    static abstract TSelf Min(TSelf left, TSelf right);

    /// <summary>The larger one in a single instruction. A NaN on the right is kept; on the left it depends on the hardware.</summary>
    static abstract TSelf MaxNative(TSelf left, TSelf right);

    /// <summary>The smaller one in a single instruction. A NaN on the right is kept; on the left it depends on the hardware.</summary>
    static abstract TSelf MinNative(TSelf left, TSelf right);

    /// <summary>Absolute value; the least integer stays.</summary>
    static abstract TSelf Abs(TSelf value);

    /// <summary>Square root, correctly rounded.</summary>
    static abstract TSelf Sqrt(TSelf value);

    /// <summary>Rounds down.</summary>
    static abstract TSelf Floor(TSelf value);

    /// <summary>Rounds up.</summary>
    static abstract TSelf Ceiling(TSelf value);

    /// <summary>Rounds to nearest, ties to even.</summary>
    static abstract TSelf Round(TSelf value);

    /// <summary>Rounds toward zero.</summary>
    static abstract TSelf Truncate(TSelf value);

    /// <summary>Adds the lanes as integers of their width (4 or 8 bytes).</summary>
    static abstract TSelf AddBits(TSelf left, TSelf right);

    /// <summary>Shifts the lanes as integers of their width (4 or 8 bytes).</summary>
    static abstract TSelf ShiftLeft(TSelf value, int count);

    /// <summary>Shifts the lanes as unsigned integers of their width (4 or 8 bytes).</summary>
    static abstract TSelf ShiftRightLogical(TSelf value, int count);

    /// <summary>Shifts the lanes as signed integers of their width (4 or 8 bytes).</summary>
    static abstract TSelf ShiftRightArithmetic(TSelf value, int count);

    /// <summary>
    /// value * 2^power, rounded once. Floating types; <paramref name="power"/> is integral and at most about twice the exponent range,
    /// <paramref name="value"/> is within [0.25, 4], zero or NaN.
    /// </summary>
    static abstract TSelf Scale(TSelf value, TSelf power);

    /// <summary>floor(log2|value|) as a number, denormals included. Any value at zero, infinity and NaN.</summary>
    static abstract TSelf Exponent(TSelf value);

    /// <summary>value / 2^Exponent(value), within [1, 2) for positive values. Any value at zero and infinity; NaN stays.</summary>
    static abstract TSelf Mantissa(TSelf value);

    /// <summary>Evaluates in double precision and rounds the result: the way of functions that would lose digits otherwise.</summary>
    static abstract TSelf InDouble<TFunction>(TSelf x) where TFunction : struct, IUnaryFunction;

    /// <summary>Evaluates in double precision and rounds the result: the way of functions that would lose digits otherwise.</summary>
    static abstract TSelf InDouble<TFunction>(TSelf x, TSelf y) where TFunction : struct, IBinaryFunction;

    /// <summary>Reads <see cref="IProductVector{TSelf, T}.Count"/> boolean bytes as a mask.</summary>
    static abstract TSelf LoadMask(byte* source);

    /// <summary>Writes a mask as <see cref="IProductVector{TSelf, T}.Count"/> bytes of 0 and 1.</summary>
    static abstract void StoreMask(TSelf mask, byte* target);

    /// <summary>Of 4- and 8-byte lanes: lane i of the result is lane i ^ distance, for a constant power of two below <see cref="IProductVector{TSelf, T}.Count"/>.</summary>
    static abstract TSelf Exchange(TSelf value, int distance);

    /// <summary>Pieces of 128 bits that lie a stride (in elements) apart, as many as a vector has.</summary>
    static abstract TSelf LoadLanes(T* source, nint stride);

    /// <summary>Writes each 128 bits on its own, a stride (in elements) apart.</summary>
    static abstract void StoreLanes(TSelf value, T* target, nint stride);

    /// <summary>Within each 128 bits: units of 2, 4 or 8 bytes (a constant) of the lower halves, alternately from left and right.</summary>
    static abstract TSelf InterleaveLow(TSelf left, TSelf right, int bytes);

    /// <summary>Within each 128 bits: units of 2, 4 or 8 bytes (a constant) of the upper halves, alternately from left and right.</summary>
    static abstract TSelf InterleaveHigh(TSelf left, TSelf right, int bytes);

    /// <summary>Lanes whose bits are an integer of their width, as floating numbers.</summary>
    static abstract TSelf FromInteger(TSelf bits);

    /// <summary>Floating lanes as bits of an integer of their width: truncates, saturates, 0 for NaN.</summary>
    static abstract TSelf ToInteger(TSelf value);

    /// <summary>Of floats: writes <see cref="IProductVector{TSelf, T}.Count"/> doubles.</summary>
    static abstract void StoreAsDouble(TSelf value, double* target);

    /// <summary>Of floats: reads <see cref="IProductVector{TSelf, T}.Count"/> doubles, rounded.</summary>
    static abstract TSelf LoadFromDouble(double* source);

    /// <summary>Of 4-byte lanes: reads <see cref="IProductVector{TSelf, T}.Count"/> 16-bit values, zero-extended.</summary>
    static abstract TSelf LoadHalves(ushort* source);

    /// <summary>Of 4-byte lanes: writes the low 16 bits of each; those above must be zero.</summary>
    static abstract void StoreHalves(TSelf value, ushort* target);

    /// <summary>Of 4-byte lanes: reads <see cref="IProductVector{TSelf, T}.Count"/> bytes, zero-extended.</summary>
    static abstract TSelf LoadBytes(byte* source);

    /// <summary>Of 4-byte lanes: writes the low byte of each; the bits above must be zero.</summary>
    static abstract void StoreBytes(TSelf value, byte* target);
}

/// <summary>The bit operations on IEEE numbers for hardware that has no instruction for them.</summary>
internal static class FloatBits<V, T> where V : unmanaged, ISimd<V, T> where T : unmanaged
{
    /// <summary>Bits of the fraction.</summary>
    public static int FractionBits
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(T) == typeof(float) ? 23 : 52;
    }

    /// <summary>The exponent field of 1.</summary>
    public static int Bias
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(T) == typeof(float) ? 127 : 1023;
    }

    /// <summary>1.5 * 2^fraction bits: added to a small integral number, it leaves that integer in the low bits.</summary>
    public static V IntegerOffset
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => V.Number(typeof(T) == typeof(float) ? 12582912.0 : 6755399441055744.0);
    }

    /// <summary>The bit of the sign.</summary>
    public static V SignBit
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => V.Pattern(typeof(T) == typeof(float) ? 0x80000000L : long.MinValue);
    }

    /// <summary>2^power for an integral power of a normal number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V PowerOfTwo(V power) => V.ShiftLeft(power + (IntegerOffset + V.Number(Bias)), FractionBits);

    /// <summary>See <see cref="ISimd{TSelf, T}.Scale"/>. In two steps: the first stays normal and is exact, so only the second rounds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Scale(V value, V power)
    {
        var first = V.Floor(power * V.Number(0.5));
        return value * PowerOfTwo(first) * PowerOfTwo(power - first);
    }

    /// <summary>See <see cref="ISimd{TSelf, T}.Exponent"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exponent(V value)
    {
        var (normal, shift) = Normalize(value);
        // The field, put below the leading bit of 2^fraction bits, is that number plus the field: no integer conversion needed.
        var offset = V.Number(typeof(T) == typeof(float) ? 8388608.0 : 4503599627370496.0);
        return (V.ShiftRightLogical(normal, FractionBits) | offset) - (offset + V.Number(Bias)) - shift;
    }

    /// <summary>See <see cref="ISimd{TSelf, T}.Mantissa"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Mantissa(V value)
    {
        var (normal, _) = Normalize(value);
        var fraction = V.Pattern((1L << FractionBits) - 1);
        var mantissa = (normal & fraction) | V.Number(1);
        return V.Select(V.Equal(value, value), mantissa, value);
    }

    /// <summary>|value| with denormals scaled into the normal range, and the power they were scaled by.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (V Normal, V Shift) Normalize(V value)
    {
        value = V.Abs(value);
        var small = value < V.Number(typeof(T) == typeof(float) ? 1.17549435e-38 : 2.2250738585072014e-308);
        var normal = V.Select(small, value * V.Number(typeof(T) == typeof(float) ? 8388608.0 : 4503599627370496.0), value);
        return (normal, small & V.Number(FractionBits));
    }
}
