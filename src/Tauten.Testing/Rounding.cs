namespace Tauten.Testing;

/// <summary>How exact numbers become elements: real numbers rounded once to nearest, ties to even; whole numbers wrapped around.</summary>
static class Rounding
{
    /// <summary>The value of <paramref name="dtype"/> nearest to a real number.</summary>
    public static double To(DType dtype, double value) => dtype switch
    {
        DType.Float64 => value,
        DType.Float32 => (float)value,
        DType.Float16 => (double)(Half)value,
        DType.BFloat16 => (BFloat16)Sticky(value),
        _ => throw new ArgumentException($"{dtype.Name()} does not hold real numbers."),
    };

    /// <summary>The distance from 1 to the next larger number.</summary>
    public static double Epsilon(DType dtype) => dtype switch
    {
        DType.Float64 => Math.ScaleB(1, -52),
        DType.Float32 => Math.ScaleB(1, -23),
        DType.Float16 => Math.ScaleB(1, -10),
        _ => Math.ScaleB(1, -7),
    };

    /// <summary>The smallest positive number with full precision.</summary>
    public static double SmallestNormal(DType dtype) => dtype switch
    {
        DType.Float64 => Math.ScaleB(1, -1022),
        DType.Float16 => Math.ScaleB(1, -14),
        _ => Math.ScaleB(1, -126),
    };

    /// <summary>A real number as an integer or bool: truncated and saturated, NaN becomes 0; as a bool, whether it differs from 0.</summary>
    public static Int128 ToWhole(DType dtype, double value)
    {
        if (dtype == DType.Bool) return value != 0 ? 1 : 0;
        if (double.IsNaN(value)) return 0;
        var (low, high) = Range(dtype);
        value = Math.Truncate(value);
        return value <= (double)low ? low : value >= (double)high ? high : (Int128)value;
    }

    /// <summary>A whole number as a floating-point one, rounded once.</summary>
    public static double ToReal(DType dtype, Int128 value)
    {
        double nearest = (double)value;
        if (dtype == DType.Float64 || (Int128)nearest == value) return nearest;
        // Rounded to odd at 53 bits, so that the second rounding, to fewer bits, is as if it were the only one.
        long bits = BitConverter.DoubleToInt64Bits(nearest);
        if ((bits & 1) == 0) bits += (Int128)nearest < value == nearest > 0 ? 1 : -1;
        return To(dtype, BitConverter.Int64BitsToDouble(bits));
    }

    /// <summary>A whole number in the range of <paramref name="dtype"/>, by its low bits.</summary>
    public static Int128 Wrap(DType dtype, Int128 value)
    {
        ulong low = unchecked((ulong)value);
        return unchecked(dtype switch
        {
            DType.Int8 => (Int128)(sbyte)low,
            DType.UInt8 => (byte)low,
            DType.Int16 => (short)low,
            DType.UInt16 => (ushort)low,
            DType.Int32 => (int)low,
            DType.UInt32 => (uint)low,
            DType.Int64 => (long)low,
            DType.UInt64 => low,
            _ => value != 0 ? 1 : 0,
        });
    }

    /// <summary>The smallest and the largest value.</summary>
    public static (Int128 Low, Int128 High) Range(DType dtype) => dtype switch
    {
        DType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
        DType.UInt8 => (0, byte.MaxValue),
        DType.Int16 => (short.MinValue, short.MaxValue),
        DType.UInt16 => (0, ushort.MaxValue),
        DType.Int32 => (int.MinValue, int.MaxValue),
        DType.UInt32 => (0, uint.MaxValue),
        DType.Int64 => (long.MinValue, long.MaxValue),
        DType.UInt64 => (0, ulong.MaxValue),
        _ => (0, 1),
    };

    // A float whose last bit tells that something was cut off: enough for one rounding to 16 bits.
    static float Sticky(double value)
    {
        float nearest = (float)value;
        if (nearest == value || !float.IsFinite(nearest)) return nearest;
        int bits = BitConverter.SingleToInt32Bits(nearest);
        if ((bits & 1) == 0) bits += Math.Abs((double)nearest) < Math.Abs(value) ? 1 : -1;
        return BitConverter.Int32BitsToSingle(bits);
    }
}
