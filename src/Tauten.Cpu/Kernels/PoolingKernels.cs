namespace Tauten.Cpu;

/// <summary>Pooling over the last axes: from tensors to the loops. 16-bit floats go through float32.</summary>
static unsafe class PoolingKernels
{
    public static void Max(Ops.MaxPool op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var input = Wide(x[0]);
        var result = input.DType == y[0].DType ? y[0] : Tensor.Allocate(y[0].Backend, new(input.DType, y[0].Shape));
        var shape = ShapeOf(input, result, op.Window, op.Strides, op.Padding, op.Dilations);
        fixed (byte* px = &input.First(), py = &result.First(), pi = &y[1].First())
            Pooling.Max(input.DType, Planes(input, op.Window), shape, px, py, (long*)pi);
        if (!ReferenceEquals(result, y[0])) MovementKernels.CopyTo(result.To(y[0].DType), y[0]);
        GC.KeepAlive(input);
    }

    public static void Average(Ops.AvgPool op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var input = Wide(x[0]);
        var result = input.DType == y[0].DType ? y[0] : Tensor.Allocate(y[0].Backend, new(input.DType, y[0].Shape));
        var shape = ShapeOf(input, result, op.Window, op.Strides, op.Padding, Dims.Repeat(1, op.Window.Count));
        fixed (byte* px = &input.First(), py = &result.First())
            Pooling.Average(input.DType, Planes(input, op.Window), shape, op.CountPadding, op.Divisor, px, py);
        if (!ReferenceEquals(result, y[0])) MovementKernels.CopyTo(result.To(y[0].DType), y[0]);
        GC.KeepAlive(input);
    }

    static Tensor Wide(Tensor x) => (x.DType is DType.Float16 or DType.BFloat16 ? x.To(DType.Float32) : x).Contiguous();

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
