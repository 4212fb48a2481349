using System.Globalization;

namespace Tauten;

/// <summary>
/// A 16-bit floating-point number with the range of <see cref="float"/> and 8 bits of precision ("brain float").
/// Conversion from <see cref="float"/> and <see cref="double"/> rounds to nearest, ties to even; NaN stays NaN.
/// </summary>
/// <param name="bits">The upper 16 bits of the equivalent <see cref="float"/>.</param>
public readonly struct BFloat16(ushort bits) : IEquatable<BFloat16>, IComparable<BFloat16>, IFormattable
{
    /// <summary>The upper 16 bits of the equivalent <see cref="float"/>.</summary>
    public ushort Bits => bits;

    /// <summary>Rounds to nearest, ties to even.</summary>
    public static explicit operator BFloat16(float value)
    {
        uint raw = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
            return new((ushort)((raw >> 16) | 0x40));
        return new((ushort)((raw + 0x7FFF + ((raw >> 16) & 1)) >> 16));
    }

    /// <summary>Rounds to nearest, ties to even, once: not first to <see cref="float"/>.</summary>
    public static explicit operator BFloat16(double value)
    {
        float near = (float)value;
        if (near == value || !float.IsFinite(near)) return (BFloat16)near;
        // The neighbour whose last bit is set tells the rounding below on which side of it the number lies.
        uint raw = BitConverter.SingleToUInt32Bits(near);
        if ((raw & 1) == 0) raw = Math.Abs((double)near) < Math.Abs(value) ? raw + 1 : raw - 1;
        return (BFloat16)BitConverter.UInt32BitsToSingle(raw);
    }

    /// <summary>Exact.</summary>
    public static implicit operator float(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value.Bits << 16);

    /// <inheritdoc/>
    public bool Equals(BFloat16 other) => (float)this == (float)other || (float.IsNaN(this) && float.IsNaN(other));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BFloat16 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ((float)this).GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(BFloat16 other) => ((float)this).CompareTo(other);

    /// <inheritdoc/>
    public override string ToString() => ((float)this).ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ((float)this).ToString(format, formatProvider);

    /// <summary>Equality of the numbers.</summary>
    public static bool operator ==(BFloat16 left, BFloat16 right) => (float)left == (float)right;

    /// <summary>Inequality of the numbers.</summary>
    public static bool operator !=(BFloat16 left, BFloat16 right) => (float)left != (float)right;
}
