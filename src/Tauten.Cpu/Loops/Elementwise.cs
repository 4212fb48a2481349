using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// The doors of the elementwise loops: the element type becomes a kernel here. The result is contiguous; inputs have a stride for each dimension,
/// counted in elements, which may be 0 or negative. The result may be the very memory of a contiguous input. Booleans are bytes of 0 and 1.
/// </summary>
internal static unsafe class Elementwise
{
    /// <summary>y = f(x) for the four floating types.</summary>
    public static void UnaryFloating<F>(DType dtype, ReadOnlySpan<long> shape, byte* x, ReadOnlySpan<long> xStrides, byte* y) where F : struct, IUnaryFunction
    {
        var kernel = dtype == DType.Float64 ? Kernel.Unary<F, double>() : dtype.IsFloating() ? Kernel.Unary<F, float>() : throw Unfit<F>(dtype);
        Run(kernel, dtype, dtype, shape, x, xStrides, y);
    }

    /// <summary>y = f(x) for the floating types and integers.</summary>
    public static void UnaryNumeric<F>(DType dtype, ReadOnlySpan<long> shape, byte* x, ReadOnlySpan<long> xStrides, byte* y) where F : struct, IUnaryFunction
    {
        if (dtype.IsFloating()) UnaryFloating<F>(dtype, shape, x, xStrides, y);
        else UnaryInteger<F>(dtype, shape, x, xStrides, y);
    }

    /// <summary>y = f(x) for integers and booleans.</summary>
    public static void UnaryInteger<F>(DType dtype, ReadOnlySpan<long> shape, byte* x, ReadOnlySpan<long> xStrides, byte* y) where F : struct, IUnaryFunction
    {
        var kernel = dtype switch
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
        Run(kernel, dtype, dtype, shape, x, xStrides, y);
    }

    /// <summary>Boolean bytes of a question about each element of a floating type.</summary>
    public static void Predicate<F>(DType dtype, ReadOnlySpan<long> shape, byte* x, ReadOnlySpan<long> xStrides, byte* y) where F : struct, IPredicate
    {
        var kernel = dtype == DType.Float64 ? Kernel.Predicate<F, double>() : dtype.IsFloating() ? Kernel.Predicate<F, float>() : throw Unfit<F>(dtype);
        Run(kernel, dtype, DType.Bool, shape, x, xStrides, y);
    }

    /// <summary>y = f(a, b) for the four floating types.</summary>
    public static void BinaryFloating<F>(
        DType dtype, ReadOnlySpan<long> shape, byte* a, ReadOnlySpan<long> aStrides, byte* b, ReadOnlySpan<long> bStrides, byte* y)
        where F : struct, IBinaryFunction
    {
        var kernel = dtype == DType.Float64 ? Kernel.Binary<F, double>() : dtype.IsFloating() ? Kernel.Binary<F, float>() : throw Unfit<F>(dtype);
        Run(kernel, dtype, dtype, shape, a, aStrides, b, bStrides, y);
    }

    /// <summary>y = f(a, b) for the floating types, integers and (as bytes) booleans.</summary>
    public static void BinaryNumeric<F>(
        DType dtype, ReadOnlySpan<long> shape, byte* a, ReadOnlySpan<long> aStrides, byte* b, ReadOnlySpan<long> bStrides, byte* y)
        where F : struct, IBinaryFunction
    {
        if (dtype.IsFloating()) BinaryFloating<F>(dtype, shape, a, aStrides, b, bStrides, y);
        else BinaryInteger<F>(dtype, shape, a, aStrides, b, bStrides, y);
    }

    /// <summary>y = f(a, b) for integers and booleans.</summary>
    public static void BinaryInteger<F>(
        DType dtype, ReadOnlySpan<long> shape, byte* a, ReadOnlySpan<long> aStrides, byte* b, ReadOnlySpan<long> bStrides, byte* y)
        where F : struct, IBinaryFunction
    {
        var kernel = dtype switch
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
        Run(kernel, dtype, dtype, shape, a, aStrides, b, bStrides, y);
    }

    /// <summary>Boolean bytes of a comparison, for all types.</summary>
    public static void Compare<F>(
        DType dtype, ReadOnlySpan<long> shape, byte* a, ReadOnlySpan<long> aStrides, byte* b, ReadOnlySpan<long> bStrides, byte* y)
        where F : struct, IComparison
    {
        var kernel = dtype switch
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
        Run(kernel, dtype, DType.Bool, shape, a, aStrides, b, bStrides, y);
    }

    /// <summary>y = f(a, b, c) for the floating types and integers.</summary>
    public static void TernaryNumeric<F>(
        DType dtype, ReadOnlySpan<long> shape, void* a, ReadOnlySpan<long> aStrides, void* b, ReadOnlySpan<long> bStrides,
        void* c, ReadOnlySpan<long> cStrides, void* y)
        where F : struct, ITernaryFunction
    {
        var kernel = dtype switch
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
        fixed (long* sa = aStrides, sb = bStrides, sc = cStrides)
        {
            Operand* operands = stackalloc Operand[3] { Input(dtype, a, sa), Input(dtype, b, sb), Input(dtype, c, sc) };
            Execute(kernel, operands, 3, shape, dtype, y);
        }
    }

    /// <summary>y = a where the condition holds, else b, for elements of any type of the given size: 1, 2, 4 or 8 bytes.</summary>
    public static void Where(
        int size, ReadOnlySpan<long> shape, byte* condition, ReadOnlySpan<long> conditionStrides, void* a, ReadOnlySpan<long> aStrides,
        void* b, ReadOnlySpan<long> bStrides, void* y)
    {
        var (kernel, dtype) = size switch
        {
            1 => (Kernel.Where<byte>(), DType.UInt8),
            2 => (Kernel.Where<ushort>(), DType.UInt16),
            4 => (Kernel.Where<uint>(), DType.UInt32),
            _ => (Kernel.Where<ulong>(), DType.UInt64),
        };
        fixed (long* sc = conditionStrides, sa = aStrides, sb = bStrides)
        {
            Operand* operands = stackalloc Operand[3] { Input(DType.Bool, condition, sc), Input(dtype, a, sa), Input(dtype, b, sb) };
            Execute(kernel, operands, 3, shape, dtype, y);
        }
    }

    /// <summary>Any kernel of one input.</summary>
    private static void Run(Kernel kernel, DType dtype, DType result, ReadOnlySpan<long> shape, void* x, ReadOnlySpan<long> xStrides, void* y)
    {
        if (IsShort(kernel, dtype, shape, out long count) && IsContiguous(shape, xStrides))
        {
            Tile tile = new() { A = (byte*)x, Y = (byte*)y, StepA = kernel.Lanes * dtype.Size() };
            kernel.Run(&tile, (nint)count);
            return;
        }
        fixed (long* sx = xStrides)
        {
            var operand = Input(dtype, x, sx);
            Execute(kernel, &operand, 1, shape, result, y);
        }
    }

    /// <summary>Any kernel of two inputs.</summary>
    private static void Run(
        Kernel kernel, DType dtype, DType result, ReadOnlySpan<long> shape, void* a, ReadOnlySpan<long> aStrides, void* b, ReadOnlySpan<long> bStrides, void* y)
    {
        if (IsShort(kernel, dtype, shape, out long count) && IsContiguous(shape, aStrides) && IsContiguous(shape, bStrides))
        {
            nint step = kernel.Lanes * dtype.Size();
            Tile tile = new() { A = (byte*)a, B = (byte*)b, Y = (byte*)y, StepA = step, StepB = step };
            kernel.Run(&tile, (nint)count);
            return;
        }
        fixed (long* sa = aStrides, sb = bStrides)
        {
            Operand* operands = stackalloc Operand[2] { Input(dtype, a, sa), Input(dtype, b, sb) };
            Execute(kernel, operands, 2, shape, result, y);
        }
    }

    /// <summary>
    /// Whether the elements are few whole vectors that the kernel takes as they are. Setting up the general loop costs more than computing them, and small
    /// tensors are what that matters for.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsShort(Kernel kernel, DType dtype, ReadOnlySpan<long> shape, out long count)
    {
        const int Most = 4096;
        count = 1;
        foreach (long size in shape) count *= size;
        return (ulong)(count - 1) < Most && count % kernel.Lanes == 0 && dtype is not (DType.Float16 or DType.BFloat16);
    }

    /// <summary>Whether elements follow each other; the stride of an axis of one element does not count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsContiguous(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides)
    {
        long expected = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            if (shape[i] == 1) continue;
            if (strides[i] != expected) return false;
            expected *= shape[i];
        }
        return true;
    }

    /// <summary>An operand of the given type; those of 16-bit floating types reach the kernel as floats.</summary>
    private static Operand Input(DType dtype, void* data, long* strides) => new()
    {
        Data = (byte*)data,
        Strides = strides,
        Size = dtype.Size(),
        Width = dtype is DType.Float16 or DType.BFloat16 ? sizeof(float) : dtype.Size(),
        Widen = dtype == DType.Float16 ? &HalfPrecision.WidenHalf : dtype == DType.BFloat16 ? &HalfPrecision.WidenBrain : null,
    };

    /// <summary>Runs the loop with a result of the given type.</summary>
    private static void Execute(Kernel kernel, Operand* operands, int inputs, ReadOnlySpan<long> shape, DType result, void* y)
    {
        bool narrow = result is DType.Float16 or DType.BFloat16;
        int size = result.Size();
        var loop = new ElementwiseLoop(kernel, operands, inputs, y, size, narrow ? sizeof(float) : size,
            result == DType.Float16 ? &HalfPrecision.NarrowHalf : result == DType.BFloat16 ? &HalfPrecision.NarrowBrain : null);
        loop.Execute(shape);
    }

    private static DTypeException Unfit<F>(DType dtype) => new($"{typeof(F).Name} is not defined for {dtype.Name()}.");
}
