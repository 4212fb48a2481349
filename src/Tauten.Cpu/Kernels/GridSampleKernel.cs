using Tauten.Ops;

namespace Tauten.Cpu;

/// <summary>Sampling of images at grids: from tensors to the loop. 16-bit floats go through float32.</summary>
static unsafe class GridSampleKernel
{
    public static void Run(GridSample op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var dtype = y[0].DType == DType.Float64 ? DType.Float64 : DType.Float32;
        Tensor image = x[0].To(dtype).Contiguous(), grid = x[1].To(dtype).Contiguous();
        var result = dtype == y[0].DType ? y[0] : Tensor.Allocate(y[0].Backend, new(dtype, y[0].Shape));
        int axes = image.Rank - 2;
        var shape = new GridSamplingShape
        {
            Batch = image.Shape[0], Channels = image.Shape[1], Points = 1, Axes = axes, Mode = op.Mode, Padding = op.Padding, AlignCorners = op.AlignCorners,
        };
        for (int i = 0; i < axes; i++)
        {
            shape.Size[i] = image.Shape[i + 2];
            shape.Points *= grid.Shape[i + 1];
        }
        fixed (byte* px = &image.First(), pg = &grid.First(), py = &result.First())
        {
            if (dtype == DType.Float64) GridSampling.Run(shape, (double*)px, (double*)pg, (double*)py);
            else GridSampling.Run(shape, (float*)px, (float*)pg, (float*)py);
        }
        if (!ReferenceEquals(result, y[0])) MovementKernels.CopyTo(result.To(y[0].DType), y[0]);
        GC.KeepAlive(image);
        GC.KeepAlive(grid);
    }
}
