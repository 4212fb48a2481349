using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// The doors of the elementwise loops. The result is contiguous; inputs have a stride for each dimension,
/// counted in elements, which may be 0 or negative. The result may be the very memory of a contiguous input. Booleans are bytes of 0 and 1.
/// </summary>
internal static unsafe class Elementwise
{
    /// <summary>Any kernel of one input.</summary>
    public static void Run(Kernel kernel, DType dtype, DType result, ReadOnlySpan<long> shape, void* x, ReadOnlySpan<long> xStrides, void* y)
    {
        if (IsShort(kernel, dtype, shape, out long count) && Strided.IsContiguous(shape, xStrides))
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
    public static void Run(
        Kernel kernel, DType dtype, DType result, ReadOnlySpan<long> shape, void* a, ReadOnlySpan<long> aStrides, void* b, ReadOnlySpan<long> bStrides, void* y)
    {
        if (IsShort(kernel, dtype, shape, out long count) && Strided.IsContiguous(shape, aStrides) && Strided.IsContiguous(shape, bStrides))
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

    /// <summary>Any kernel of three inputs.</summary>
    public static void Run(
        Kernel kernel, DType aType, DType type, ReadOnlySpan<long> shape, void* a, ReadOnlySpan<long> aStrides, void* b, ReadOnlySpan<long> bStrides,
        void* c, ReadOnlySpan<long> cStrides, void* y)
    {
        fixed (long* sa = aStrides, sb = bStrides, sc = cStrides)
        {
            Operand* operands = stackalloc Operand[3] { Input(aType, a, sa), Input(type, b, sb), Input(type, c, sc) };
            Execute(kernel, operands, 3, shape, type, y);
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
}
