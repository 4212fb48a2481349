using Tauten.Ops;

namespace Tauten.Cpu;

/// <summary>Sampling of images at grids: from tensors to the loop.</summary>
static unsafe class GridSampleKernel
{
    public static void Run(GridSample op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var image = Wide.Input(x[0]);
        using var grid = Wide.Input(x[1]);
        using var result = Wide.Output(y[0]);
        var sizes = x[0].Shape;
        var shape = new GridSamplingShape
        {
            Batch = sizes[0], Channels = sizes[1], Points = 1, Axes = sizes.Rank - 2, Mode = op.Mode, Padding = op.Padding, AlignCorners = op.AlignCorners,
        };
        for (int i = 0; i < shape.Axes; i++)
        {
            shape.Size[i] = sizes[i + 2];
            shape.Points *= x[1].Shape[i + 1];
        }
        fixed (byte* px = &image.Tensor.First(), pg = &grid.Tensor.First(), py = &result.Tensor.First())
        {
            if (y[0].DType == DType.Float64) GridSampling.Run(shape, (double*)px, (double*)pg, (double*)py);
            else GridSampling.Run(shape, (float*)px, (float*)pg, (float*)py);
        }
        result.Store();
    }
}
