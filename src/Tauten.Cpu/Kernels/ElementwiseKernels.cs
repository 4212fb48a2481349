using Tauten.Cpu.Functions;

namespace Tauten.Cpu;

/// <summary>Elementwise ops: from tensors to the loops, one door for each form.</summary>
static unsafe class ElementwiseKernels
{
    /// <summary>y = f(x) for floating-point types.</summary>
    public static void Unary<F>(Ops.Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y) where F : struct, IUnaryFunction => Run(x[0], y[0], &Elementwise.UnaryFloating<F>);

    /// <summary>y = f(x) for all numbers.</summary>
    public static void Numeric<F>(Ops.Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y) where F : struct, IUnaryFunction => Run(x[0], y[0], &Elementwise.UnaryNumeric<F>);

    /// <summary>Logical not of bools, bitwise not of integers.</summary>
    public static void Not(Ops.Not op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        if (x[0].DType == DType.Bool) Run(x[0], y[0], &Elementwise.UnaryInteger<LogicalNot>);
        else Run(x[0], y[0], &Elementwise.UnaryInteger<BitwiseNot>);
    }

    public static void Gelu(Ops.Gelu op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        if (op.Approximate) Unary<GeluTanh>(op, x, y);
        else Unary<Gelu>(op, x, y);
    }

    /// <summary>A question about each element.</summary>
    public static void Predicate<F>(Ops.Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y) where F : struct, IPredicate => Run(x[0], y[0], &Elementwise.Predicate<F>);

    /// <summary>y = f(a, b), broadcast, for all numbers.</summary>
    public static void Binary<F>(Ops.Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y) where F : struct, IBinaryFunction => Run(x[0], x[1], y[0], &Elementwise.BinaryNumeric<F>);

    /// <summary>y = f(a, b), broadcast, for floating-point types.</summary>
    public static void BinaryFloating<F>(Ops.Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y) where F : struct, IBinaryFunction => Run(x[0], x[1], y[0], &Elementwise.BinaryFloating<F>);

    /// <summary>y = f(a, b), broadcast, for integers and bools.</summary>
    public static void BinaryInteger<F>(Ops.Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y) where F : struct, IBinaryFunction => Run(x[0], x[1], y[0], &Elementwise.BinaryInteger<F>);

    /// <summary>A comparison, broadcast.</summary>
    public static void Compare<F>(Ops.Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y) where F : struct, IComparison => Run(x[0], x[1], y[0], &Elementwise.Compare<F>);

    /// <summary>A loop over one input.</summary>
    static void Run(Tensor x, Tensor y, delegate*<DType, ReadOnlySpan<long>, byte*, ReadOnlySpan<long>, byte*, void> loop)
    {
        fixed (byte* px = &x.First(), py = &y.First())
            loop(x.DType, x.Layout.Sizes, px, x.Layout.Strides, py);
    }

    /// <summary>A loop over two inputs, broadcast.</summary>
    static void Run(Tensor a, Tensor b, Tensor y, delegate*<DType, ReadOnlySpan<long>, byte*, ReadOnlySpan<long>, byte*, ReadOnlySpan<long>, byte*, void> loop)
    {
        var sizes = y.Layout.Sizes;
        long* strides = stackalloc long[2 * sizes.Length + 1];
        fixed (byte* pa = &a.First(), pb = &b.First(), py = &y.First())
            loop(a.DType, sizes, pa, Broadcast(a.Layout, sizes.Length, strides), pb, Broadcast(b.Layout, sizes.Length, strides + sizes.Length), py);
    }

    /// <summary>y = f(a, b, c), broadcast, for all numbers.</summary>
    public static void Ternary<F>(Ops.Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y) where F : struct, ITernaryFunction
    {
        var sizes = y[0].Layout.Sizes;
        int rank = sizes.Length;
        long* strides = stackalloc long[3 * rank + 1];
        fixed (byte* pa = &x[0].First(), pb = &x[1].First(), pc = &x[2].First(), py = &y[0].First())
            Elementwise.TernaryNumeric<F>(
                y[0].DType, sizes, pa, Broadcast(x[0].Layout, rank, strides), pb, Broadcast(x[1].Layout, rank, strides + rank), pc, Broadcast(x[2].Layout, rank, strides + 2 * rank), py);
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
