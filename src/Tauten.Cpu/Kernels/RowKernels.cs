namespace Tauten.Cpu;

/// <summary>Composite ops along one axis that are done in one go on each row while it is in cache.</summary>
static unsafe class RowKernels
{
    delegate void RowFunction(DType dtype, long rows, long length, void* x, void* y);

    public static void Softmax(Ops.Softmax op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => AlongAxis(x[0], op.Axis, y[0], Rows.Softmax);

    public static void LogSoftmax(Ops.LogSoftmax op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => AlongAxis(x[0], op.Axis, y[0], Rows.LogSoftmax);

    /// <summary>Rows are runs of contiguous memory: another axis is moved to the end first and back afterwards; 16-bit types go through float32.</summary>
    static void AlongAxis(Tensor x, int axis, Tensor y, RowFunction function)
    {
        if (y.Shape.Count == 0) return;
        bool last = axis == x.Rank - 1, narrow = x.DType is DType.Float16 or DType.BFloat16;
        if (last && !narrow)
        {
            Apply(x.Contiguous(), y, function);
            return;
        }
        var rows = (narrow ? x.To(DType.Float32) : x).Transpose(axis, -1).Contiguous();
        var result = Tensor.Allocate(y.Backend, rows.Spec);
        Apply(rows, result, function);
        MovementKernels.CopyTo(result.Transpose(axis, -1).To(y.DType), y);
    }

    static void Apply(Tensor x, Tensor y, RowFunction function)
    {
        long length = x.Shape[^1];
        fixed (byte* px = &x.First(), py = &y.First())
            function(x.DType, x.Shape.Count / length, length, px, py);
        GC.KeepAlive(x);
    }

    public static void LayerNorm(Ops.LayerNorm op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        if (y[0].Shape.Count == 0) return;
        var dtype = x[0].DType == DType.Float64 ? DType.Float64 : DType.Float32;
        var input = x[0].To(dtype).Contiguous();
        Tensor? weight = x.Length == 3 ? x[1].To(dtype).Contiguous() : null, bias = x.Length == 3 ? x[2].To(dtype).Contiguous() : null;
        long length = 1;
        for (int i = input.Rank - op.Axes; i < input.Rank; i++) length *= input.Shape[i];
        long rows = input.Shape.Count / length;
        var result = dtype == y[0].DType ? y[0] : Tensor.Allocate(y[0].Backend, input.Spec);
        var moments = Tensor.Allocate(y[0].Backend, new(dtype, Shape.Of(2, rows)));
        fixed (byte* px = &input.First(), py = &result.First(), pm = &moments.First())
        {
            // An absent weight is a null pointer for the loop.
            fixed (byte* pw = &(weight ?? input).First(), pb = &(bias ?? input).First())
                Rows.LayerNorm(dtype, rows, length, px, weight is null ? null : pw, bias is null ? null : pb, op.Epsilon, py, pm, pm + rows * dtype.Size());
        }
        if (!ReferenceEquals(result, y[0])) MovementKernels.CopyTo(result.To(y[0].DType), y[0]);
        GC.KeepAlive(input);
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
    }
}
