using Tauten.Ops;

namespace Tauten.Cpu;

/// <summary>Resampling along an axis and its gradient: from tensors to the loop.</summary>
static unsafe class ResampleKernels
{
    public static void Forward(Resample op, ReadOnlySpan<Tensor> x, Span<Tensor> y) =>
        Run(ResamplingMatrix.Of(op, x[0].Shape[op.Axis]), op.Axis, x[0], y[0]);

    public static void Gradient(ResampleGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y) =>
        Run(ResamplingMatrix.Of(op.Forward, op.Input).Transposed(op.Input), op.Forward.Axis, x[0], y[0]);

    static void Run(ResamplingMatrix matrix, int axis, Tensor x, Tensor y)
    {
        using var input = Wide.Input(x);
        using var result = Wide.Output(y);
        long outer = 1, inner = 1;
        for (int i = 0; i < axis; i++) outer *= x.Shape[i];
        for (int i = axis + 1; i < x.Rank; i++) inner *= x.Shape[i];
        fixed (byte* px = &input.Tensor.First(), py = &result.Tensor.First())
            Resampling.Run(result.Tensor.DType, outer, x.Shape[axis], inner, matrix, px, py);
        result.Store();
    }
}
