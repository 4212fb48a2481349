namespace Tauten.Cpu;

/// <summary>The element type becomes a loop here: for each set of types that an op may have.</summary>
static class Kernels
{
    /// <summary>y = f(x) for the four floating types.</summary>
    public static Kernel Floating<F>(DType dtype) where F : struct, IUnaryFunction =>
        dtype == DType.Float64 ? Kernel.Unary<F, double>() : dtype.IsFloating() ? Kernel.Unary<F, float>() : throw Unfit<F>(dtype);

    /// <summary>y = f(x) for integers and booleans.</summary>
    public static Kernel Integer<F>(DType dtype) where F : struct, IUnaryFunction => dtype switch
    {
        DType.Int8 => Kernel.Unary<F, sbyte>(),
        DType.UInt8 or DType.Bool => Kernel.Unary<F, byte>(),
        DType.Int16 => Kernel.Unary<F, short>(),
        DType.UInt16 => Kernel.Unary<F, ushort>(),
        DType.Int32 => Kernel.Unary<F, int>(),
        DType.UInt32 => Kernel.Unary<F, uint>(),
        DType.Int64 => Kernel.Unary<F, long>(),
        DType.UInt64 => Kernel.Unary<F, ulong>(),
        _ => throw Unfit<F>(dtype),
    };

    /// <summary>y = f(x) for the floating types, integers and booleans.</summary>
    public static Kernel Numeric<F>(DType dtype) where F : struct, IUnaryFunction => dtype.IsFloating() ? Floating<F>(dtype) : Integer<F>(dtype);

    /// <summary>A question about each element of a floating type.</summary>
    public static Kernel Predicate<F>(DType dtype) where F : struct, IPredicate =>
        dtype == DType.Float64 ? Kernel.Predicate<F, double>() : dtype.IsFloating() ? Kernel.Predicate<F, float>() : throw Unfit<F>(dtype);

    /// <summary>y = f(a, b) for the four floating types.</summary>
    public static Kernel FloatingBinary<F>(DType dtype) where F : struct, IBinaryFunction =>
        dtype == DType.Float64 ? Kernel.Binary<F, double>() : dtype.IsFloating() ? Kernel.Binary<F, float>() : throw Unfit<F>(dtype);

    /// <summary>y = f(a, b) for integers and booleans.</summary>
    public static Kernel IntegerBinary<F>(DType dtype) where F : struct, IBinaryFunction => dtype switch
    {
        DType.Int8 => Kernel.Binary<F, sbyte>(),
        DType.UInt8 or DType.Bool => Kernel.Binary<F, byte>(),
        DType.Int16 => Kernel.Binary<F, short>(),
        DType.UInt16 => Kernel.Binary<F, ushort>(),
        DType.Int32 => Kernel.Binary<F, int>(),
        DType.UInt32 => Kernel.Binary<F, uint>(),
        DType.Int64 => Kernel.Binary<F, long>(),
        DType.UInt64 => Kernel.Binary<F, ulong>(),
        _ => throw Unfit<F>(dtype),
    };

    /// <summary>A comparison, for all types.</summary>
    public static Kernel Compare<F>(DType dtype) where F : struct, IComparison => dtype switch
    {
        DType.Float64 => Kernel.Compare<F, double>(),
        DType.Float32 or DType.Float16 or DType.BFloat16 => Kernel.Compare<F, float>(),
        DType.Int8 => Kernel.Compare<F, sbyte>(),
        DType.UInt8 or DType.Bool => Kernel.Compare<F, byte>(),
        DType.Int16 => Kernel.Compare<F, short>(),
        DType.UInt16 => Kernel.Compare<F, ushort>(),
        DType.Int32 => Kernel.Compare<F, int>(),
        DType.UInt32 => Kernel.Compare<F, uint>(),
        DType.Int64 => Kernel.Compare<F, long>(),
        DType.UInt64 => Kernel.Compare<F, ulong>(),
        _ => throw Unfit<F>(dtype),
    };

    /// <summary>y = f(a, b, c) for the floating types and integers.</summary>
    public static Kernel Ternary<F>(DType dtype) where F : struct, ITernaryFunction => dtype switch
    {
        DType.Float64 => Kernel.Ternary<F, double>(),
        DType.Float32 or DType.Float16 or DType.BFloat16 => Kernel.Ternary<F, float>(),
        DType.Int8 => Kernel.Ternary<F, sbyte>(),
        DType.UInt8 or DType.Bool => Kernel.Ternary<F, byte>(),
        DType.Int16 => Kernel.Ternary<F, short>(),
        DType.UInt16 => Kernel.Ternary<F, ushort>(),
        DType.Int32 => Kernel.Ternary<F, int>(),
        DType.UInt32 => Kernel.Ternary<F, uint>(),
        DType.Int64 => Kernel.Ternary<F, long>(),
        DType.UInt64 => Kernel.Ternary<F, ulong>(),
        _ => throw Unfit<F>(dtype),
    };

    /// <summary>Whether integers are not 0.</summary>
    public static Kernel NonZero(DType dtype) => dtype switch
    {
        DType.Int8 => Kernel.Predicate<Functions.IsNonZero, sbyte>(),
        DType.UInt8 => Kernel.Predicate<Functions.IsNonZero, byte>(),
        DType.Int16 => Kernel.Predicate<Functions.IsNonZero, short>(),
        DType.UInt16 => Kernel.Predicate<Functions.IsNonZero, ushort>(),
        DType.Int32 => Kernel.Predicate<Functions.IsNonZero, int>(),
        DType.UInt32 => Kernel.Predicate<Functions.IsNonZero, uint>(),
        DType.Int64 => Kernel.Predicate<Functions.IsNonZero, long>(),
        _ => Kernel.Predicate<Functions.IsNonZero, ulong>(),
    };

    static DTypeException Unfit<F>(DType dtype) => new($"{typeof(F).Name} is not defined for {dtype.Name()}.");
}
