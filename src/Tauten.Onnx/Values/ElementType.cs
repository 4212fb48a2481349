namespace Tauten;

/// <summary>The element types of the ONNX format, with its numbers. Those that are no <see cref="DType"/> are carried in one that holds all their values.</summary>
public enum ElementType
{
    /// <summary>No type is given.</summary>
    Undefined = 0,
    /// <summary>float32.</summary>
    Float32 = 1,
    /// <summary>uint8.</summary>
    UInt8 = 2,
    /// <summary>int8.</summary>
    Int8 = 3,
    /// <summary>uint16.</summary>
    UInt16 = 4,
    /// <summary>int16.</summary>
    Int16 = 5,
    /// <summary>int32.</summary>
    Int32 = 6,
    /// <summary>int64.</summary>
    Int64 = 7,
    /// <summary>Text; only moves.</summary>
    String = 8,
    /// <summary>bool.</summary>
    Bool = 9,
    /// <summary>float16.</summary>
    Float16 = 10,
    /// <summary>float64.</summary>
    Float64 = 11,
    /// <summary>uint32.</summary>
    UInt32 = 12,
    /// <summary>uint64.</summary>
    UInt64 = 13,
    /// <summary>A pair of float32.</summary>
    Complex64 = 14,
    /// <summary>A pair of float64.</summary>
    Complex128 = 15,
    /// <summary>bfloat16.</summary>
    BFloat16 = 16,
    /// <summary>8 bits: 4 of exponent, 3 of mantissa, without infinities.</summary>
    Float8E4M3FN = 17,
    /// <summary>8 bits: 4 of exponent, 3 of mantissa, without infinities and negative zero.</summary>
    Float8E4M3FNUZ = 18,
    /// <summary>8 bits: 5 of exponent, 2 of mantissa.</summary>
    Float8E5M2 = 19,
    /// <summary>8 bits: 5 of exponent, 2 of mantissa, without infinities and negative zero.</summary>
    Float8E5M2FNUZ = 20,
    /// <summary>4 bits, unsigned.</summary>
    UInt4 = 21,
    /// <summary>4 bits, signed.</summary>
    Int4 = 22,
    /// <summary>4 bits: 2 of exponent, 1 of mantissa.</summary>
    Float4E2M1 = 23,
}

/// <summary>Facts about each <see cref="ElementType"/>.</summary>
static class ElementTypes
{
    /// <summary>The dtype that holds elements of the type: float32 for the small floating-point types, int8 and uint8 for 4 bits.</summary>
    /// <exception cref="UnsupportedModelException">There is none.</exception>
    public static DType Carrier(this ElementType type) => type switch
    {
        ElementType.Float32 => DType.Float32,
        ElementType.UInt8 => DType.UInt8,
        ElementType.Int8 => DType.Int8,
        ElementType.UInt16 => DType.UInt16,
        ElementType.Int16 => DType.Int16,
        ElementType.Int32 => DType.Int32,
        ElementType.Int64 => DType.Int64,
        ElementType.Bool => DType.Bool,
        ElementType.Float16 => DType.Float16,
        ElementType.Float64 => DType.Float64,
        ElementType.UInt32 => DType.UInt32,
        ElementType.UInt64 => DType.UInt64,
        ElementType.BFloat16 => DType.BFloat16,
        ElementType.UInt4 => DType.UInt8,
        ElementType.Int4 => DType.Int8,
        _ when type.IsSmallFloat() => DType.Float32,
        ElementType.String => throw new ModelFormatException("A string tensor was received where numbers are expected."),
        (ElementType)24 or (ElementType)25 or (ElementType)26 => throw new UnsupportedModelException($"Tensors of the type {(int)type} (float8e8m0, uint2 or int2) are not supported."),
        ElementType.Complex64 or ElementType.Complex128 => throw new UnsupportedModelException($"Tensors of {type.ToString().ToLowerInvariant()} are not supported."),
        _ => throw new ModelFormatException($"{(int)type} is not an element type of the format."),
    };

    /// <summary>The element type that a dtype is.</summary>
    public static ElementType Of(DType dtype) => dtype switch
    {
        DType.Float32 => ElementType.Float32,
        DType.Float64 => ElementType.Float64,
        DType.Float16 => ElementType.Float16,
        DType.BFloat16 => ElementType.BFloat16,
        DType.Int8 => ElementType.Int8,
        DType.UInt8 => ElementType.UInt8,
        DType.Int16 => ElementType.Int16,
        DType.UInt16 => ElementType.UInt16,
        DType.Int32 => ElementType.Int32,
        DType.UInt32 => ElementType.UInt32,
        DType.Int64 => ElementType.Int64,
        DType.UInt64 => ElementType.UInt64,
        _ => ElementType.Bool,
    };

    /// <summary>Whether the type is a floating-point type of 8 or 4 bits.</summary>
    public static bool IsSmallFloat(this ElementType type) => type is >= ElementType.Float8E4M3FN and <= ElementType.Float8E5M2FNUZ or ElementType.Float4E2M1;

    /// <summary>Whether elements take half a byte in files.</summary>
    public static bool IsHalfByte(this ElementType type) => type is ElementType.UInt4 or ElementType.Int4 or ElementType.Float4E2M1;

    /// <summary>Whether the type is carried by a dtype that is not its own.</summary>
    public static bool IsCarried(this ElementType type) => type.IsSmallFloat() || type.IsHalfByte();

    /// <summary>The smallest and the largest integer of the type.</summary>
    public static (double Low, double High) Range(this ElementType type) => type switch
    {
        ElementType.UInt4 => (0, 15),
        ElementType.Int4 => (-8, 7),
        _ => type.Carrier().Range(),
    };
}
