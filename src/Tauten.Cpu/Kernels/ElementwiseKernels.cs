using Tauten.Cpu.Functions;
using Tauten.Ops;

namespace Tauten.Cpu;

/// <summary>
/// An elementwise op as this backend has it: the loop for each element type. The op itself runs by it, and so do the bodies of fused ops, which take the
/// loops tile by tile, or the functions that the loops are made of.
/// </summary>
abstract unsafe class ElementwiseKernel : IKernel
{
    /// <summary>The loop for an op whose last input has the given type.</summary>
    public abstract Kernel Of(Op op, DType dtype);

    /// <summary>
    /// The loop that does with masks what <see cref="Of"/> does with boolean bytes, for the type whose vectors the masks are; without a method where there is none.
    /// </summary>
    public virtual Kernel OfMasks(Op op, DType dtype) => default;

    /// <inheritdoc/>
    public virtual void Run(Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var kernel = Of(op, x[^1].DType);
        var sizes = y[0].Layout.Sizes;
        int rank = sizes.Length;
        if (x.Length == 1)
        {
            fixed (byte* px = &x[0].First(), py = &y[0].First())
                Elementwise.Run(kernel, x[0].DType, y[0].DType, sizes, px, x[0].Layout.Strides, py);
            return;
        }
        long* strides = stackalloc long[3 * rank + 1];
        if (x.Length == 2)
        {
            fixed (byte* pa = &x[0].First(), pb = &x[1].First(), py = &y[0].First())
                Elementwise.Run(kernel, x[0].DType, y[0].DType, sizes, pa, Broadcast(x[0].Layout, rank, strides), pb, Broadcast(x[1].Layout, rank, strides + rank), py);
            return;
        }
        fixed (byte* pa = &x[0].First(), pb = &x[1].First(), pc = &x[2].First(), py = &y[0].First())
        {
            Elementwise.Run(
                kernel, Moved(x[0].DType), Moved(x[2].DType), sizes, pa, Broadcast(x[0].Layout, rank, strides), pb, Broadcast(x[1].Layout, rank, strides + rank),
                pc, Broadcast(x[2].Layout, rank, strides + 2 * rank), py);
        }
    }

    /// <summary>Whether results are elements of the inputs, which need no rounding.</summary>
    public virtual bool Moves => false;

    /// <summary>The type as which elements are read: another one of the same size where the loop only moves them.</summary>
    protected virtual DType Moved(DType dtype) => dtype;

    /// <summary>The strides of a layout under a broadcast shape of a higher rank or with larger sizes: 0 along every axis that is repeated.</summary>
    internal static ReadOnlySpan<long> Broadcast(Layout layout, int rank, long* strides)
    {
        var own = layout.Strides;
        var sizes = layout.Sizes;
        int extra = rank - own.Length;
        for (int i = 0; i < extra; i++) strides[i] = 0;
        for (int i = 0; i < own.Length; i++) strides[extra + i] = sizes[i] == 1 ? 0 : own[i];
        return new(strides, rank);
    }
}

/// <summary>y = f(x) for floating-point types.</summary>
sealed class FloatingUnary<F> : ElementwiseKernel where F : struct, IUnaryFunction
{
    public override Kernel Of(Op op, DType dtype) => Kernels.Floating<F>(dtype);
}

/// <summary>y = f(x) for all numbers.</summary>
sealed class NumericUnary<F> : ElementwiseKernel where F : struct, IUnaryFunction
{
    public override Kernel Of(Op op, DType dtype) => Kernels.Numeric<F>(dtype);
}

/// <summary>Logical not of bools, bitwise not of integers.</summary>
sealed class NotKernel : ElementwiseKernel
{
    public override Kernel Of(Op op, DType dtype) => dtype == DType.Bool ? Kernel.Unary<LogicalNot, byte>() : Kernels.Integer<BitwiseNot>(dtype);

    public override Kernel OfMasks(Op op, DType dtype) => Kernels.Numeric<BitwiseNot>(dtype);
}

/// <summary>x times the normal distribution's function at x, or what comes near it.</summary>
sealed class GeluKernel : ElementwiseKernel
{
    public override Kernel Of(Op op, DType dtype) => ((Ops.Gelu)op).Approximate ? Kernels.Floating<GeluTanh>(dtype) : Kernels.Floating<Functions.Gelu>(dtype);
}

/// <summary>A question about each element.</summary>
sealed class PredicateKernel<F> : ElementwiseKernel where F : struct, IPredicate
{
    public override Kernel Of(Op op, DType dtype) => Kernels.Predicate<F>(dtype);
}

/// <summary>y = f(a, b), broadcast, for all numbers.</summary>
sealed class NumericBinary<F> : ElementwiseKernel where F : struct, IBinaryFunction
{
    public override Kernel Of(Op op, DType dtype) => dtype.IsFloating() ? Kernels.FloatingBinary<F>(dtype) : Kernels.IntegerBinary<F>(dtype);
}

/// <summary>y = f(a, b), broadcast, for floating-point types.</summary>
sealed class FloatingBinary<F> : ElementwiseKernel where F : struct, IBinaryFunction
{
    public override Kernel Of(Op op, DType dtype) => Kernels.FloatingBinary<F>(dtype);
}

/// <summary>y = f(a, b), broadcast, for integers and bools.</summary>
sealed class IntegerBinary<F> : ElementwiseKernel where F : struct, IBinaryFunction
{
    public override Kernel Of(Op op, DType dtype) => Kernels.IntegerBinary<F>(dtype);
}

/// <summary>y = f(a, b), broadcast, for integers and bools, where f looks at each bit alone: it is the same function on masks.</summary>
sealed class BitwiseBinary<F> : ElementwiseKernel where F : struct, IBinaryFunction
{
    public override Kernel Of(Op op, DType dtype) => Kernels.IntegerBinary<F>(dtype);

    public override Kernel OfMasks(Op op, DType dtype) => dtype.IsFloating() ? Kernels.FloatingBinary<F>(dtype) : Kernels.IntegerBinary<F>(dtype);
}

/// <summary>A comparison, broadcast.</summary>
sealed class ComparisonKernel<F> : ElementwiseKernel where F : struct, IComparison
{
    public override Kernel Of(Op op, DType dtype) => Kernels.Compare<F>(dtype);
}

/// <summary>y = f(a, b, c), broadcast, for all numbers.</summary>
sealed class TernaryKernel<F> : ElementwiseKernel where F : struct, ITernaryFunction
{
    public override Kernel Of(Op op, DType dtype) => Kernels.Ternary<F>(dtype);
}

/// <summary>a where the condition holds, else b, broadcast: of any type, since elements are only moved.</summary>
sealed class WhereKernel : ElementwiseKernel
{
    public override Kernel Of(Op op, DType dtype) => dtype.Size() switch
    {
        1 => Kernel.Where<byte>(),
        2 => Kernel.Where<ushort>(),
        4 => Kernel.Where<uint>(),
        _ => Kernel.Where<ulong>(),
    };

    public override bool Moves => true;

    protected override DType Moved(DType dtype) => dtype.Size() switch
    {
        1 => dtype,
        2 => DType.UInt16,
        4 => DType.UInt32,
        _ => DType.UInt64,
    };
}

/// <summary>The same numbers in another type: one to three conversions after each other.</summary>
sealed class CastKernel : IKernel
{
    public void Run(Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => MovementKernels.Convert(x[0], y[0]);
}
