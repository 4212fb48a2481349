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
        using var a = Wide.Input(x[0]);
        using var b = Wide.Input(x[1]);
        using var result = Wide.Output(y[0]);
        fixed (byte* pa = &a.Tensor.First(), pb = &b.Tensor.First(), py = &result.Tensor.First())
            Scan.Linear(b.Tensor.DType, x[1].Layout.Sizes, op.Axis, op.Reverse, pa, pb, py);
        result.Store();
    }
}
