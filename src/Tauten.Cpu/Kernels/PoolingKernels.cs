namespace Tauten.Cpu;

/// <summary>Pooling over the last axes: from tensors to the loops.</summary>
static unsafe class PoolingKernels
{
    public static void Max(Ops.MaxPool op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var input = Wide.Input(x[0]);
        using var result = Wide.Output(y[0]);
        var shape = ShapeOf(x[0], y[0], op.Window, op.Strides, op.Padding, op.Dilations);
        fixed (byte* px = &input.Tensor.First(), py = &result.Tensor.First(), pi = &y[1].First())
            Pooling.Max(input.Tensor.DType, Planes(x[0], op.Window), shape, px, py, (long*)pi);
        result.Store();
    }

    public static void Average(Ops.AvgPool op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var input = Wide.Input(x[0]);
        using var result = Wide.Output(y[0]);
        var shape = ShapeOf(x[0], y[0], op.Window, op.Strides, op.Padding, Dims.Repeat(1, op.Window.Count));
        fixed (byte* px = &input.Tensor.First(), py = &result.Tensor.First())
            Pooling.Average(input.Tensor.DType, Planes(x[0], op.Window), shape, op.CountPadding, op.Divisor, px, py);
        result.Store();
    }

    static WindowShape ShapeOf(Tensor x, Tensor y, Dims window, Dims strides, Dims padding, Dims dilations)
    {
        int spatial = window.Count;
        return WindowShape.Of(
            x.Layout.Sizes[^spatial..], y.Layout.Sizes[^spatial..], window.Span, strides.Span, padding.Span[..spatial], padding.Span[spatial..], dilations.Span);
    }

    static long Planes(Tensor x, Dims window)
    {
        long planes = 1;
        for (int i = 0; i < x.Rank - window.Count; i++) planes *= x.Layout.Sizes[i];
        return planes;
    }
}
