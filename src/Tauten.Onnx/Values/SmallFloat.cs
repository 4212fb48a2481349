namespace Tauten.OnnxFormat;

/// <summary>
/// A floating-point format of 8 or 4 bits: how its bits read as numbers, and the code of the nearest number, halves to even (Micikevicius et al.: "FP8 Formats for Deep Learning", 2022;
/// Noune et al.: "8-bit Numerical Formats for Deep Neural Networks", 2022; OCP Microscaling Formats).
/// </summary>
sealed class SmallFloat
{
    readonly float[] values;        // by code
    readonly float[] magnitudes;    // of the finite codes without a sign, ascending: a code is its position
    readonly int signBit;
    readonly byte? nan, infinity;
    readonly bool hasNegativeZero;

    SmallFloat(int exponentBits, int mantissaBits, int bias, bool hasInfinity, bool isUnsignedZero, bool isFinite)
    {
        signBit = 1 << (exponentBits + mantissaBits);
        hasNegativeZero = !isUnsignedZero;
        values = new float[2 * signBit];
        var finite = new List<float>();
        int topExponent = (1 << exponentBits) - 1, topMantissa = (1 << mantissaBits) - 1;
        for (int code = 0; code < signBit; code++)
        {
            int exponent = code >> mantissaBits, mantissa = code & topMantissa;
            float value = exponent == 0
                ? MathF.ScaleB(mantissa, 1 - bias - mantissaBits)
                : MathF.ScaleB(mantissa + (1 << mantissaBits), exponent - bias - mantissaBits);
            bool special = !isFinite && !isUnsignedZero && exponent == topExponent && (hasInfinity || mantissa == topMantissa);
            if (special) value = hasInfinity && mantissa == 0 ? float.PositiveInfinity : float.NaN;
            else finite.Add(value);
            (values[code], values[signBit + code]) = (value, -value);
        }
        magnitudes = [.. finite];
        if (isUnsignedZero) values[signBit] = float.NaN;
        infinity = hasInfinity ? (byte)(topExponent << mantissaBits) : null;
        nan = isFinite ? null : isUnsignedZero ? (byte)signBit : (byte)(signBit - 1);
    }

    static readonly SmallFloat E4M3FN = new(4, 3, 7, false, false, false);
    static readonly SmallFloat E4M3FNUZ = new(4, 3, 8, false, true, false);
    static readonly SmallFloat E5M2 = new(5, 2, 15, true, false, false);
    static readonly SmallFloat E5M2FNUZ = new(5, 2, 16, false, true, false);
    static readonly SmallFloat E2M1 = new(2, 1, 1, false, false, true);

    /// <summary>The format of an element type.</summary>
    public static SmallFloat Of(ElementType type) => type switch
    {
        ElementType.Float8E4M3FN => E4M3FN,
        ElementType.Float8E4M3FNUZ => E4M3FNUZ,
        ElementType.Float8E5M2 => E5M2,
        ElementType.Float8E5M2FNUZ => E5M2FNUZ,
        ElementType.Float4E2M1 => E2M1,
        _ => throw new ModelFormatException($"{type} is not a floating-point type of 8 or 4 bits."),
    };

    /// <summary>The number that a code means.</summary>
    public float Decode(byte code) => values[code & (2 * signBit - 1)];

    /// <summary>The code of the nearest number, halves to even. What is too large becomes the largest with <paramref name="saturate"/>, else infinity or NaN.</summary>
    public byte Encode(float x, bool saturate = true)
    {
        byte sign = float.IsNegative(x) ? (byte)signBit : (byte)0;
        if (float.IsNaN(x)) return nan ?? (byte)(magnitudes.Length - 1);
        float magnitude = Math.Abs(x), largest = magnitudes[^1];
        float gap = largest - magnitudes[^2];
        // Beyond half a step above the largest number the format has no nearest one.
        float limit = largest + gap / 2;
        bool isTooLarge = magnitude > limit || (magnitude == limit && (magnitudes.Length - 1) % 2 == 1);
        if (isTooLarge || magnitude > largest)
            return saturate || nan is null || !isTooLarge ? (byte)(sign | (magnitudes.Length - 1)) : infinity is { } code ? (byte)(sign | code) : hasNegativeZero ? (byte)(sign | nan.Value) : nan.Value;
        int above = Array.BinarySearch(magnitudes, magnitude);
        if (above < 0)
        {
            above = ~above;
            float low = magnitude - magnitudes[above - 1], high = magnitudes[above] - magnitude;
            if (low < high || (low == high && (above - 1) % 2 == 0)) above--;
        }
        return above == 0 && !hasNegativeZero ? (byte)0 : (byte)(sign | above);
    }

    /// <summary>The nearest number of the format.</summary>
    public float Round(float x, bool saturate = true) => Decode(Encode(x, saturate));
}
