namespace Tauten.Cpu;

/// <summary>A reduction as this backend has it: the op's own kernel, and what a fused body joins the elements of its tiles with.</summary>
abstract unsafe class AxisReduction : IKernel
{
    /// <summary>The type as which elements of a type are joined; half precision is float32 already.</summary>
    public abstract DType Joined(DType dtype);

    /// <summary>The inner loops for elements of a type that <see cref="Joined"/> gave.</summary>
    public abstract ReductionKernel Of(DType dtype);

    /// <inheritdoc/>
    public abstract void Run(Ops.Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y);
}

/// <summary>A reduction with one way to join two elements.</summary>
/// <param name="asks">Whether numbers are asked first whether they differ from 0.</param>
sealed unsafe class AxisReduction<R>(bool asks = false) : AxisReduction where R : struct, IReduction
{
    /// <inheritdoc/>
    public override DType Joined(DType dtype) =>
        asks ? DType.Bool : R.WidensIntegers && !dtype.IsFloating() && dtype != DType.UInt64 ? DType.Int64 : dtype;

    /// <inheritdoc/>
    public override ReductionKernel Of(DType dtype) => Reduction.Native<R>(dtype);

    /// <inheritdoc/>
    public override void Run(Ops.Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Reduce((Ops.ReductionOp)op, asks ? x[0].To(DType.Bool) : x[0], y[0]);

    static void Reduce(Ops.ReductionOp op, Tensor x, Tensor y)
    {
        Span<bool> reduced = stackalloc bool[x.Rank];
        reduced.Clear();
        foreach (long axis in op.Axes.Span) reduced[(int)axis] = true;
        fixed (byte* px = &x.First(), py = &y.First())
            Reduction.Run<R>(x.DType, x.Layout.Sizes, px, x.Layout.Strides, reduced, py);
        GC.KeepAlive(x);
    }
}

/// <summary>Where the extreme element is: from tensors to the loops.</summary>
static unsafe class ReductionKernels
{
    public static void ArgMax(Ops.ArgMax op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Find(op, x[0], y[0], largest: true);

    public static void ArgMin(Ops.ArgMin op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Find(op, x[0], y[0], largest: false);

    static void Find(Ops.ReductionOp op, Tensor x, Tensor y, bool largest)
    {
        if (y.Shape.Count == 0) return;
        fixed (byte* px = &x.First(), py = &y.First())
            ArgReduction.Run(x.DType, largest, x.Layout.Sizes, px, x.Layout.Strides, (int)op.Axes[0], (long*)py);
    }
}
