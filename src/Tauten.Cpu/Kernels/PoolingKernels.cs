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
            Pooling.Max(input.Tensor.DType, Planes(x[0], op.Window.Count), shape, px, py, (long*)pi);
        result.Store();
    }

    public static void Average(Ops.AvgPool op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var input = Wide.Input(x[0]);
        using var result = Wide.Output(y[0]);
        var shape = ShapeOf(x[0], y[0], op.Window, op.Strides, op.Padding, Dims.Repeat(1, op.Window.Count));
        fixed (byte* px = &input.Tensor.First(), py = &result.Tensor.First())
            Pooling.Average(input.Tensor.DType, Planes(x[0], op.Window.Count), shape, op.CountPadding, op.Divisor, px, py);
        result.Store();
    }

    public static void MaxGradient(Ops.MaxPoolGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var arriving = Wide.Input(x[0]);
        using var positions = Wide.Input(x[1]);
        using var result = Wide.Output(y[0]);
        // Only the number of elements in a plane matters, before and after.
        long plane = 1, count = 1;
        foreach (long size in y[0].Layout.Sizes[^op.Spatial..]) plane *= size;
        foreach (long size in x[0].Layout.Sizes[^op.Spatial..]) count *= size;
        var shape = WindowShape.Of([plane], [count], [1], [1], [0], [0], [1]);
        fixed (byte* pg = &arriving.Tensor.First(), pi = &positions.Tensor.First(), py = &result.Tensor.First())
            Pooling.MaxBackward(arriving.Tensor.DType, Planes(y[0], op.Spatial), shape, pg, (long*)pi, py);
        result.Store();
    }

    public static void AverageGradient(Ops.AvgPoolGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var arriving = Wide.Input(x[0]);
        using var result = Wide.Output(y[0]);
        var pool = op.Forward;
        var shape = ShapeOf(y[0], x[0], pool.Window, pool.Strides, pool.Padding, Dims.Repeat(1, pool.Window.Count));
        fixed (byte* pg = &arriving.Tensor.First(), py = &result.Tensor.First())
            Pooling.AverageBackward(arriving.Tensor.DType, Planes(y[0], pool.Window.Count), shape, pool.CountPadding, pool.Divisor, pg, py);
        result.Store();
    }

    public static void AdaptiveMax(Ops.AdaptiveMaxPool op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        int spatial = op.Size.Rank;
        using var input = Wide.Input(x[0]);
        using var result = Wide.Output(y[0]);
        Axes from = Spatial(x[0].Shape, spatial), to = Spatial(y[0].Shape, spatial);
        long planes = x[0].Shape.Count / from.Product;
        fixed (byte* px = &input.Tensor.First(), py = &result.Tensor.First(), pi = &y[1].First())
        {
            if (y[0].DType == DType.Float64) AdaptivePooling.Max(planes, from, to, (double*)px, (double*)py, (long*)pi);
            else AdaptivePooling.Max(planes, from, to, (float*)px, (float*)py, (long*)pi);
        }
        result.Store();
    }

    /// <summary>The sizes of the last axes.</summary>
    static Axes Spatial(Shape shape, int spatial)
    {
        if (spatial > 3) throw new ShapeException($"Windows slide over 1 to 3 dimensions. Received: {spatial}.");
        var sizes = new Axes(1, 1, 1);
        for (int i = 1; i <= spatial; i++) sizes[3 - i] = shape[^i];
        return sizes;
    }

    static WindowShape ShapeOf(Tensor x, Tensor y, Dims window, Dims strides, Dims padding, Dims dilations)
    {
        int spatial = window.Count;
        return WindowShape.Of(
            x.Layout.Sizes[^spatial..], y.Layout.Sizes[^spatial..], window.Span, strides.Span, padding.Span[..spatial], padding.Span[spatial..], dilations.Span);
    }

    static long Planes(Tensor x, int spatial)
    {
        long planes = 1;
        for (int i = 0; i < x.Rank - spatial; i++) planes *= x.Layout.Sizes[i];
        return planes;
    }
}
