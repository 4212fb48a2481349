using Tauten.Cpu.Functions;

namespace Tauten.Cpu;

/// <summary>Elementwise ops: from tensors to the loops, one door for each form.</summary>
static unsafe class ElementwiseKernels
{
    /// <summary>y = f(x) for floating-point types.</summary>
    public static void Unary<F>(Ops.Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y) where F : struct, IUnaryFunction
    {
        fixed (byte* px = &x[0].First(), py = &y[0].First())
            Elementwise.UnaryFloating<F>(x[0].DType, x[0].Layout.Sizes, px, x[0].Layout.Strides, py);
    }

    /// <summary>y = f(x) for all numbers.</summary>
    public static void Numeric<F>(Ops.Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y) where F : struct, IUnaryFunction
    {
        fixed (byte* px = &x[0].First(), py = &y[0].First())
            Elementwise.UnaryNumeric<F>(x[0].DType, x[0].Layout.Sizes, px, x[0].Layout.Strides, py);
    }

    /// <summary>Logical not of bools, bitwise not of integers.</summary>
    public static void Not(Ops.Not op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        fixed (byte* px = &x[0].First(), py = &y[0].First())
        {
            if (x[0].DType == DType.Bool) Elementwise.UnaryInteger<LogicalNot>(DType.Bool, x[0].Layout.Sizes, px, x[0].Layout.Strides, py);
            else Elementwise.UnaryInteger<BitwiseNot>(x[0].DType, x[0].Layout.Sizes, px, x[0].Layout.Strides, py);
        }
    }

    public static void Gelu(Ops.Gelu op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        if (op.Approximate) Unary<GeluTanh>(op, x, y);
        else Unary<Gelu>(op, x, y);
    }

    /// <summary>A question about each element.</summary>
    public static void Predicate<F>(Ops.Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y) where F : struct, IPredicate
    {
        fixed (byte* px = &x[0].First(), py = &y[0].First())
            Elementwise.Predicate<F>(x[0].DType, x[0].Layout.Sizes, px, x[0].Layout.Strides, py);
    }

    /// <summary>y = f(a, b), broadcast, for all numbers.</summary>
    public static void Binary<F>(Ops.Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y) where F : struct, IBinaryFunction
    {
        var sizes = y[0].Layout.Sizes;
        long* strides = stackalloc long[2 * sizes.Length + 1];
        fixed (byte* pa = &x[0].First(), pb = &x[1].First(), py = &y[0].First())
            Elementwise.BinaryNumeric<F>(x[0].DType, sizes, pa, Broadcast(x[0].Layout, sizes.Length, strides), pb, Broadcast(x[1].Layout, sizes.Length, strides + sizes.Length), py);
    }

    /// <summary>y = f(a, b), broadcast, for floating-point types.</summary>
    public static void BinaryFloating<F>(Ops.Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y) where F : struct, IBinaryFunction
    {
        var sizes = y[0].Layout.Sizes;
        long* strides = stackalloc long[2 * sizes.Length + 1];
        fixed (byte* pa = &x[0].First(), pb = &x[1].First(), py = &y[0].First())
            Elementwise.BinaryFloating<F>(x[0].DType, sizes, pa, Broadcast(x[0].Layout, sizes.Length, strides), pb, Broadcast(x[1].Layout, sizes.Length, strides + sizes.Length), py);
    }

    /// <summary>y = f(a, b), broadcast, for integers and bools.</summary>
    public static void BinaryInteger<F>(Ops.Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y) where F : struct, IBinaryFunction
    {
        var sizes = y[0].Layout.Sizes;
        long* strides = stackalloc long[2 * sizes.Length + 1];
        fixed (byte* pa = &x[0].First(), pb = &x[1].First(), py = &y[0].First())
            Elementwise.BinaryInteger<F>(x[0].DType, sizes, pa, Broadcast(x[0].Layout, sizes.Length, strides), pb, Broadcast(x[1].Layout, sizes.Length, strides + sizes.Length), py);
    }

    /// <summary>A comparison, broadcast.</summary>
    public static void Compare<F>(Ops.Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y) where F : struct, IComparison
    {
        var sizes = y[0].Layout.Sizes;
        long* strides = stackalloc long[2 * sizes.Length + 1];
        fixed (byte* pa = &x[0].First(), pb = &x[1].First(), py = &y[0].First())
            Elementwise.Compare<F>(x[0].DType, sizes, pa, Broadcast(x[0].Layout, sizes.Length, strides), pb, Broadcast(x[1].Layout, sizes.Length, strides + sizes.Length), py);
    }

    /// <summary>a where the condition holds, else b, broadcast.</summary>
    public static void Where(Ops.Where op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var sizes = y[0].Layout.Sizes;
        int rank = sizes.Length;
        long* strides = stackalloc long[3 * rank + 1];
        fixed (byte* pc = &x[0].First(), pa = &x[1].First(), pb = &x[2].First(), py = &y[0].First())
            Elementwise.Where(
                y[0].DType.Size(), sizes, pc, Broadcast(x[0].Layout, rank, strides), pa, Broadcast(x[1].Layout, rank, strides + rank), pb, Broadcast(x[2].Layout, rank, strides + 2 * rank), py);
    }

    /// <summary>The strides of a layout under a broadcast shape of a higher rank or with larger sizes: 0 along every axis that is repeated.</summary>
    static ReadOnlySpan<long> Broadcast(Layout layout, int rank, long* strides)
    {
        var own = layout.Strides;
        var sizes = layout.Sizes;
        int extra = rank - own.Length;
        for (int i = 0; i < extra; i++) strides[i] = 0;
        for (int i = 0; i < own.Length; i++) strides[extra + i] = sizes[i] == 1 ? 0 : own[i];
        return new(strides, rank);
    }
}
