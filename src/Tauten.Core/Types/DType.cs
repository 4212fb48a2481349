using System.Runtime.CompilerServices;

namespace Tauten;

/// <summary>The element type of a tensor.</summary>
public enum DType : byte
{
    /// <summary>32-bit floating point, the default.</summary>
    Float32,
    /// <summary>64-bit floating point.</summary>
    Float64,
    /// <summary>16-bit floating point, IEEE 754 binary16 (<see cref="Half"/>). Kernels compute in 32 bits.</summary>
    Float16,
    /// <summary>16-bit floating point with the range of 32 bits (<see cref="Tauten.BFloat16"/>). Kernels compute in 32 bits.</summary>
    BFloat16,
    /// <summary>8-bit signed integer.</summary>
    Int8,
    /// <summary>8-bit unsigned integer.</summary>
    UInt8,
    /// <summary>16-bit signed integer.</summary>
    Int16,
    /// <summary>16-bit unsigned integer.</summary>
    UInt16,
    /// <summary>32-bit signed integer.</summary>
    Int32,
    /// <summary>32-bit unsigned integer.</summary>
    UInt32,
    /// <summary>64-bit signed integer: the type of indices.</summary>
    Int64,
    /// <summary>64-bit unsigned integer.</summary>
    UInt64,
    /// <summary>True or false, one byte each (1 or 0): the type of masks.</summary>
    Bool,
}

/// <summary>Facts about each <see cref="DType"/>.</summary>
public static class DTypes
{
    /// <summary>Every element type, in order.</summary>
    public static IReadOnlyList<DType> All { get; } = Enum.GetValues<DType>();

    /// <summary>Bytes per element.</summary>
    public static int Size(this DType dtype) => SizesOf[(int)dtype];

    // In the order of the enum; asked for several times in each op, so a table.
    static ReadOnlySpan<byte> SizesOf => [4, 8, 2, 2, 1, 1, 2, 2, 4, 4, 8, 8, 1];

    /// <summary>Whether the type is one of the four floating-point types: only these have gradients.</summary>
    public static bool IsFloating(this DType dtype) => dtype <= DType.BFloat16;

    /// <summary>Whether the type is a signed or unsigned integer; false for <see cref="DType.Bool"/>.</summary>
    public static bool IsInteger(this DType dtype) => dtype is >= DType.Int8 and <= DType.UInt64;

    /// <summary>Whether the type can hold negative numbers.</summary>
    public static bool IsSigned(this DType dtype) => dtype is <= DType.BFloat16 or DType.Int8 or DType.Int16 or DType.Int32 or DType.Int64;

    /// <summary>The smallest and largest number of the type; infinities for floating-point types.</summary>
    internal static (double Low, double High) Range(this DType dtype) => dtype switch
    {
        DType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
        DType.UInt8 => (0, byte.MaxValue),
        DType.Int16 => (short.MinValue, short.MaxValue),
        DType.UInt16 => (0, ushort.MaxValue),
        DType.Int32 => (int.MinValue, int.MaxValue),
        DType.UInt32 => (0, uint.MaxValue),
        DType.Int64 => (long.MinValue, long.MaxValue),
        DType.UInt64 => (0, ulong.MaxValue),
        DType.Bool => (0, 1),
        _ => (double.NegativeInfinity, double.PositiveInfinity),
    };

    /// <summary>The distance from 1 to the next larger number of a floating-point type.</summary>
    /// <exception cref="DTypeException">The type is not floating-point.</exception>
    public static double Epsilon(this DType dtype) => dtype switch
    {
        DType.Float32 => 1.0 / (1 << 23),
        DType.Float64 => 1.0 / (1L << 52),
        DType.Float16 => 1.0 / (1 << 10),
        DType.BFloat16 => 1.0 / (1 << 7),
        _ => throw new DTypeException($"Epsilon: expected a floating-point dtype. Received: {dtype.Name()}."),
    };

    /// <summary>The smallest positive number of a floating-point type that has full precision.</summary>
    /// <exception cref="DTypeException">The type is not floating-point.</exception>
    public static double SmallestNormal(this DType dtype) => dtype switch
    {
        DType.Float32 or DType.BFloat16 => double.ScaleB(1, -126),
        DType.Float64 => double.ScaleB(1, -1022),
        DType.Float16 => double.ScaleB(1, -14),
        _ => throw new DTypeException($"SmallestNormal: expected a floating-point dtype. Received: {dtype.Name()}."),
    };

    /// <summary>The largest finite number; that of 64-bit integers is rounded to a double.</summary>
    public static double MaxValue(this DType dtype) => dtype switch
    {
        DType.Float32 => float.MaxValue,
        DType.Float64 => double.MaxValue,
        DType.Float16 => (double)Half.MaxValue,
        DType.BFloat16 => double.ScaleB(255, 120),
        _ => dtype.Range().High,
    };

    /// <summary>The smallest finite number: minus the largest for floating-point types.</summary>
    /// <example><code>
    /// var scores = Tensor.From([1f, 2, 3]);
    /// var isHidden = Tensor.From([false, true, false]);
    /// Console.WriteLine(scores.MaskedFill(isHidden, scores.DType.MinValue()).Softmax(0));    // [0.1192, 0.0000, 0.8808]
    /// </code></example>
    public static double MinValue(this DType dtype) => dtype.IsFloating() ? -dtype.MaxValue() : dtype.Range().Low;

    /// <summary>
    /// The dtype that holds what both do, as far as one does: to convert to before an op, which takes one dtype only. A floating-point type goes before integers, and
    /// those before bool; float16 and bfloat16 give float32; a signed and an unsigned integer the next signed type that holds both, float64 beyond 64 bits.
    /// </summary>
    /// <example><code>
    /// Console.WriteLine(DTypes.Promote(DType.Int64, DType.Float32));    // Float32
    /// Console.WriteLine(DTypes.Promote(DType.Int8, DType.UInt8));    // Int16
    /// </code></example>
    public static DType Promote(DType a, DType b)
    {
        if (a == b || b == DType.Bool) return a;
        if (a == DType.Bool) return b;
        if (a.IsFloating() != b.IsFloating()) return a.IsFloating() ? a : b;
        if (a.IsFloating()) return a.Size() == b.Size() ? DType.Float32 : a.Size() > b.Size() ? a : b;
        if (a.IsSigned() == b.IsSigned()) return a.Size() > b.Size() ? a : b;
        var (signed, unsigned) = a.IsSigned() ? (a, b) : (b, a);
        if (signed.Size() > unsigned.Size()) return signed;
        return unsigned.Size() switch { 1 => DType.Int16, 2 => DType.Int32, 4 => DType.Int64, _ => DType.Float64 };
    }

    /// <summary>Whether a conversion keeps the kind of number: false from floating-point types to integers, and from numbers to bool. Any conversion can be made with <c>To</c>.</summary>
    public static bool CanCast(DType from, DType to) => to.IsFloating() || from == DType.Bool || (from.IsInteger() && to.IsInteger());

    /// <summary>The field's usual name, such as <c>float32</c>.</summary>
    public static string Name(this DType dtype) => dtype switch
    {
        DType.Float32 => "float32",
        DType.Float64 => "float64",
        DType.Float16 => "float16",
        DType.BFloat16 => "bfloat16",
        DType.Int8 => "int8",
        DType.UInt8 => "uint8",
        DType.Int16 => "int16",
        DType.UInt16 => "uint16",
        DType.Int32 => "int32",
        DType.UInt32 => "uint32",
        DType.Int64 => "int64",
        DType.UInt64 => "uint64",
        DType.Bool => "bool",
        _ => throw new DTypeException($"{(int)dtype} is not a dtype."),
    };

    /// <summary>The element type that holds C#'s <typeparamref name="T"/>.</summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not an element type.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DType Of<T>() where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return DType.Float32;
        if (typeof(T) == typeof(double)) return DType.Float64;
        if (typeof(T) == typeof(Half)) return DType.Float16;
        if (typeof(T) == typeof(BFloat16)) return DType.BFloat16;
        if (typeof(T) == typeof(sbyte)) return DType.Int8;
        if (typeof(T) == typeof(byte)) return DType.UInt8;
        if (typeof(T) == typeof(short)) return DType.Int16;
        if (typeof(T) == typeof(ushort)) return DType.UInt16;
        if (typeof(T) == typeof(int)) return DType.Int32;
        if (typeof(T) == typeof(uint)) return DType.UInt32;
        if (typeof(T) == typeof(long)) return DType.Int64;
        if (typeof(T) == typeof(ulong)) return DType.UInt64;
        if (typeof(T) == typeof(bool)) return DType.Bool;
        throw new DTypeException($"{typeof(T).Name} is not an element type. Expected one of float, double, Half, BFloat16, sbyte, byte, short, ushort, int, uint, long, ulong, bool.");
    }
}
