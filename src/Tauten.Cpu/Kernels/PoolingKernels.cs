namespace Tauten.Cpu;

/// <summary>Pooling over the last axes: from tensors to the loops.</summary>
static unsafe class PoolingKernels
{
    public static void Max(Ops.MaxPool op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var input = Wide.Input(x[0]);
        using var result = Wide.Output(y[0]);
        fixed (byte* px = &input.Tensor.First(), py = &result.Tensor.First(), pi = &y[1].First())
            Pooling.Max(input.Tensor.DType, Planes(x[0].Shape, op.Window), Shape(op, x[0].Shape), px, py, (long*)pi);
        result.Store();
    }

    public static void MaxGradient(Ops.MaxPoolGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var arriving = Wide.Input(x[0]);
        using var positions = Wide.Input(x[1]);
        using var result = Wide.Output(y[0]);
        fixed (byte* pg = &arriving.Tensor.First(), pi = &positions.Tensor.First(), py = &result.Tensor.First())
            Pooling.MaxBackward(arriving.Tensor.DType, Planes(op.Input, op.Forward.Window), Shape(op.Forward, op.Input), pg, (long*)pi, py);
        result.Store();
    }

    public static void Average(Ops.AvgPool op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var input = Wide.Input(x[0]);
        using var result = Wide.Output(y[0]);
        fixed (byte* px = &input.Tensor.First(), py = &result.Tensor.First())
            Pooling.Average(input.Tensor.DType, Planes(x[0].Shape, op.Window), Shape(op, x[0].Shape), op.CountPadding, px, py);
        result.Store();
    }

    public static void AverageGradient(Ops.AvgPoolGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var arriving = Wide.Input(x[0]);
        using var result = Wide.Output(y[0]);
        fixed (byte* pg = &arriving.Tensor.First(), py = &result.Tensor.First())
            Pooling.AverageBackward(arriving.Tensor.DType, Planes(op.Input, op.Forward.Window), Shape(op.Forward, op.Input), op.Forward.CountPadding, pg, py);
        result.Store();
    }

    static WindowShape Shape(Ops.MaxPool op, Shape input) => Shape(input, op.Window, op.Strides, op.Padding, op.Dilations);

    static WindowShape Shape(Ops.AvgPool op, Shape input) => Shape(input, op.Window, op.Strides, op.Padding, Dims.Repeat(1, op.Window.Count));

    static WindowShape Shape(Shape input, Dims window, Dims strides, Dims padding, Dims dilations) =>
        WindowShape.Of(input.Sizes[^window.Count..], window.Span, strides.Span, padding.Span[..window.Count], padding.Span[window.Count..], dilations.Span);

    static long Planes(Shape input, Dims window)
    {
        long planes = 1;
        for (int i = 0; i < input.Rank - window.Count; i++) planes *= input[i];
        return planes;
    }
}
