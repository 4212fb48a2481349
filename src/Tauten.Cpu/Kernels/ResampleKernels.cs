using Tauten.Ops;

namespace Tauten.Cpu;

/// <summary>Resampling along an axis and its gradient: from tensors to the loop. 16-bit floats go through float32.</summary>
static unsafe class ResampleKernels
{
    public static void Forward(Resample op, ReadOnlySpan<Tensor> x, Span<Tensor> y) =>
        Run(ResamplingMatrix.Of(op, x[0].Shape[op.Axis]), op.Axis, x[0], y[0]);

    public static void Gradient(ResampleGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y) =>
        Run(ResamplingMatrix.Of(op.Forward, op.Input).Transposed(op.Input), op.Forward.Axis, x[0], y[0]);

    static void Run(ResamplingMatrix matrix, int axis, Tensor x, Tensor y)
    {
        var dtype = y.DType == DType.Float64 ? DType.Float64 : DType.Float32;
        var input = x.To(dtype).Contiguous();
        var result = dtype == y.DType ? y : Tensor.Allocate(y.Backend, new(dtype, y.Shape));
        long outer = 1, inner = 1;
        for (int i = 0; i < axis; i++) outer *= input.Shape[i];
        for (int i = axis + 1; i < input.Rank; i++) inner *= input.Shape[i];
        fixed (byte* px = &input.First(), py = &result.First())
            Resampling.Run(dtype, outer, input.Shape[axis], inner, matrix, px, py);
        if (!ReferenceEquals(result, y)) MovementKernels.CopyTo(result.To(y.DType), y);
        GC.KeepAlive(input);
    }
}
