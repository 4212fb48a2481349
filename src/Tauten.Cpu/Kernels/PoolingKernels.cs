namespace Tauten.Cpu;

/// <summary>Pooling over the last axes: from tensors to the loops.</summary>
static unsafe class PoolingKernels
{
    public static void Max(Ops.MaxPool op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var input = Wide.Input(x[0]);
        using var result = Wide.Output(y[0]);
        var shape = WindowShape.Of(Spatial(x[0], op.Window), op.Window.Span, op.Strides.Span, op.Padding.Span[..op.Window.Count], op.Padding.Span[op.Window.Count..], op.Dilations.Span);
        fixed (byte* px = &input.Tensor.First(), py = &result.Tensor.First(), pi = &y[1].First())
            Pooling.Max(input.Tensor.DType, Planes(x[0], op.Window), shape, px, py, (long*)pi);
        result.Store();
    }

    public static void Average(Ops.AvgPool op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var input = Wide.Input(x[0]);
        using var result = Wide.Output(y[0]);
        var ones = Dims.Repeat(1, op.Window.Count);
        var shape = WindowShape.Of(Spatial(x[0], op.Window), op.Window.Span, op.Strides.Span, op.Padding.Span[..op.Window.Count], op.Padding.Span[op.Window.Count..], ones.Span);
        fixed (byte* px = &input.Tensor.First(), py = &result.Tensor.First())
            Pooling.Average(input.Tensor.DType, Planes(x[0], op.Window), shape, op.CountPadding, px, py);
        result.Store();
    }

    static ReadOnlySpan<long> Spatial(Tensor x, Dims window) => x.Layout.Sizes[^window.Count..];

    static long Planes(Tensor x, Dims window)
    {
        long planes = 1;
        for (int i = 0; i < x.Rank - window.Count; i++) planes *= x.Layout.Sizes[i];
        return planes;
    }
}
