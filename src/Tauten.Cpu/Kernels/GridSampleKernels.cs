using Tauten.Ops;

namespace Tauten.Cpu;

/// <summary>Sampling of images at grids and its gradients: from tensors to the loop.</summary>
static unsafe class GridSampleKernels
{
    public static void Forward(GridSample op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var image = Wide.Input(x[0]);
        using var grid = Wide.Input(x[1]);
        using var result = Wide.Output(y[0]);
        var shape = ShapeOf(op, x[0].Shape, x[1].Shape);
        fixed (byte* px = &image.Tensor.First(), pg = &grid.Tensor.First(), py = &result.Tensor.First())
        {
            if (y[0].DType == DType.Float64) GridSampling.Run(shape, (double*)px, (double*)pg, (double*)py);
            else GridSampling.Run(shape, (float*)px, (float*)pg, (float*)py);
        }
        result.Store();
    }

    public static void Gradient(GridSampleGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var image = Wide.Input(x[0]);
        using var grid = Wide.Input(x[1]);
        using var arriving = Wide.Input(x[2]);
        using var spread = Wide.Output(y[0]);
        using var moved = Wide.Output(y[1]);
        var shape = ShapeOf(op.Forward, x[0].Shape, x[1].Shape);
        fixed (byte* px = &image.Tensor.First(), pg = &grid.Tensor.First(), pa = &arriving.Tensor.First(), ps = &spread.Tensor.First(), pm = &moved.Tensor.First())
        {
            if (y[0].DType == DType.Float64) GridSampling.Backward(shape, (double*)px, (double*)pg, (double*)pa, (double*)ps, (double*)pm);
            else GridSampling.Backward(shape, (float*)px, (float*)pg, (float*)pa, (float*)ps, (float*)pm);
        }
        spread.Store();
        moved.Store();
    }

    static GridSamplingShape ShapeOf(GridSample op, Shape image, Shape grid)
    {
        var shape = new GridSamplingShape
        {
            Batch = image[0], Channels = image[1], Points = 1, Axes = image.Rank - 2, Mode = op.Mode, Padding = op.Padding, AlignCorners = op.AlignCorners,
        };
        for (int i = 0; i < shape.Axes; i++)
        {
            shape.Size[i] = image[i + 2];
            shape.Points *= grid[i + 1];
        }
        return shape;
    }
}
