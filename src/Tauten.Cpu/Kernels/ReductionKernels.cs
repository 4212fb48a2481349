namespace Tauten.Cpu;

/// <summary>Reductions: from tensors to the loops.</summary>
static unsafe class ReductionKernels
{
    public static void Run<R>(Ops.ReductionOp op, ReadOnlySpan<Tensor> x, Span<Tensor> y) where R : struct, IReduction => Reduce<R>(op, x[0], y[0]);

    /// <summary>Any and All: numbers are asked first whether they differ from 0.</summary>
    public static void Logical<R>(Ops.ReductionOp op, ReadOnlySpan<Tensor> x, Span<Tensor> y) where R : struct, IReduction => Reduce<R>(op, x[0].To(DType.Bool), y[0]);

    static void Reduce<R>(Ops.ReductionOp op, Tensor x, Tensor y) where R : struct, IReduction
    {
        Span<bool> reduced = stackalloc bool[x.Rank];
        reduced.Clear();
        foreach (long axis in op.Axes.Span) reduced[(int)axis] = true;
        fixed (byte* px = &x.First(), py = &y.First())
            Reduction.Run<R>(x.DType, x.Layout.Sizes, px, x.Layout.Strides, reduced, py);
        GC.KeepAlive(x);
    }

    public static void ArgMax(Ops.ArgMax op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Find(op, x[0], y[0], largest: true);

    public static void ArgMin(Ops.ArgMin op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Find(op, x[0], y[0], largest: false);

    static void Find(Ops.ReductionOp op, Tensor x, Tensor y, bool largest)
    {
        if (y.Shape.Count == 0) return;
        fixed (byte* px = &x.First(), py = &y.First())
            ArgReduction.Run(x.DType, largest, x.Layout.Sizes, px, x.Layout.Strides, (int)op.Axes[0], (long*)py);
    }
}
