namespace Tauten.Cpu;

/// <summary>Composite ops along one axis that are done in one go on each row while it is in cache.</summary>
static unsafe class RowKernels
{
    delegate void RowFunction(DType dtype, long rows, long length, void* x, void* y);

    public static void Softmax(Ops.Softmax op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => AlongAxis(x[0], op.Axis, y[0], Rows.Softmax);

    public static void LogSoftmax(Ops.LogSoftmax op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => AlongAxis(x[0], op.Axis, y[0], Rows.LogSoftmax);

    /// <summary>Rows are runs of contiguous memory: another axis is moved to the end first and back afterwards.</summary>
    static void AlongAxis(Tensor x, int axis, Tensor y, RowFunction function)
    {
        if (y.Shape.Count == 0) return;
        if (axis == x.Rank - 1)
        {
            using var input = Wide.Input(x);
            using var result = Wide.Output(y);
            Apply(input.Tensor, result.Tensor, function);
            result.Store();
            return;
        }
        using var rows = Wide.Input(x.Transpose(axis, -1));
        using var made = Wide.Like(rows.Tensor);
        Apply(rows.Tensor, made.Tensor, function);
        MovementKernels.Convert(made.Tensor.Transpose(axis, -1), y);
    }

    static void Apply(Tensor x, Tensor y, RowFunction function)
    {
        long length = x.Shape[^1];
        fixed (byte* px = &x.First(), py = &y.First())
            function(x.DType, x.Shape.Count / length, length, px, py);
    }

    public static void LayerNorm(Ops.LayerNorm op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        if (y[0].Shape.Count == 0) return;
        bool affine = x.Length == 3;
        using var input = Wide.Input(x[0]);
        using var result = Wide.Output(y[0]);
        // An absent weight is a null pointer for the loop; the input stands in for it while addresses are taken.
        using var weight = affine ? Wide.Input(x[1]) : input;
        using var bias = affine ? Wide.Input(x[2]) : input;
        var dtype = input.Tensor.DType;
        long length = 1;
        for (int i = x[0].Rank - op.Axes; i < x[0].Rank; i++) length *= x[0].Shape[i];
        long rows = x[0].Shape.Count / length;
        using var moments = Scratch.Take(2 * rows * dtype.Size());
        fixed (byte* px = &input.Tensor.First(), py = &result.Tensor.First(), pw = &weight.Tensor.First(), pb = &bias.Tensor.First())
            Rows.LayerNorm(dtype, rows, length, px, affine ? pw : null, affine ? pb : null, op.Epsilon, py, moments.Pointer, moments.Pointer + rows * dtype.Size());
        result.Store();
    }
}
