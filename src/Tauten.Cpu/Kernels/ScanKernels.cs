namespace Tauten.Cpu;

/// <summary>Running combinations: from tensors to the loops.</summary>
static unsafe class ScanKernels
{
    public static void CumSum(Ops.CumSum op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Run(ScanKind.Sum, op, x[0], y[0]);

    public static void CumProd(Ops.CumProd op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Run(ScanKind.Prod, op, x[0], y[0]);

    public static void LogCumSumExp(Ops.LogCumSumExp op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Run(ScanKind.LogSumExp, op, x[0], y[0]);

    public static void CumMax(Ops.CumMax op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Extremes(op.Axis, false, x[0], y);

    public static void CumMin(Ops.CumMin op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Extremes(op.Axis, true, x[0], y);

    static void Extremes(int axis, bool smallest, Tensor x, Span<Tensor> y)
    {
        if (y[0].Shape.Count == 0) return;
        x = x.Contiguous();
        fixed (byte* px = &x.First(), pv = &y[0].First(), pi = &y[1].First())
        {
            var loop = new RunningExtremes { Lines = new(x.Layout.Sizes, axis), X = px, Values = pv, Indices = (long*)pi, Smallest = smallest };
            OrderedKeys.Run(x.DType, ref loop);
        }
        GC.KeepAlive(x);
    }

    static void Run(ScanKind kind, Ops.ScanOp op, Tensor x, Tensor y)
    {
        fixed (byte* px = &x.First(), py = &y.First())
            Scan.Run(kind, x.DType, x.Layout.Sizes, px, x.Layout.Strides, op.Axis, op.Exclusive, op.Reverse, py);
    }

    public static void LinearScan(Ops.LinearScan op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        // 16-bit floats run in 32 bits and are rounded once.
        var dtype = y[0].DType == DType.Float64 ? DType.Float64 : DType.Float32;
        var (a, b) = (x[0].To(dtype).Contiguous(), x[1].To(dtype).Contiguous());
        var result = dtype == y[0].DType ? y[0] : Tensor.Allocate(y[0].Backend, b.Spec);
        fixed (byte* pa = &a.First(), pb = &b.First(), py = &result.First())
            Scan.Linear(dtype, b.Layout.Sizes, op.Axis, op.Reverse, pa, pb, py);
        if (!ReferenceEquals(result, y[0])) MovementKernels.CopyTo(result.To(y[0].DType), y[0]);
        GC.KeepAlive(a);
        GC.KeepAlive(b);
    }
}
