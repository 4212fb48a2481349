namespace Tauten.Cpu;

/// <summary>Composite ops along one axis that are done in one go on each row while it is in cache.</summary>
static unsafe class RowKernels
{
    /// <summary>Rows of one or two inputs; b is a where there is one.</summary>
    delegate void RowFunction(DType dtype, long rows, long length, void* a, void* b, void* y);

    public static void Softmax(Ops.Softmax op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => AlongAxis(x, op.Axis, y[0], static (t, rows, length, a, _, y) => Rows.Softmax(t, rows, length, a, y));

    public static void LogSoftmax(Ops.LogSoftmax op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => AlongAxis(x, op.Axis, y[0], static (t, rows, length, a, _, y) => Rows.LogSoftmax(t, rows, length, a, y));

    public static void SoftmaxGradient(Ops.SoftmaxGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => AlongAxis(x, op.Axis, y[0], Rows.SoftmaxBackward);

    public static void LogSoftmaxGradient(Ops.LogSoftmaxGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => AlongAxis(x, op.Axis, y[0], Rows.LogSoftmaxBackward);

    /// <summary>Rows are runs of contiguous memory: another axis is moved to the end first and back afterwards.</summary>
    static void AlongAxis(ReadOnlySpan<Tensor> x, int axis, Tensor y, RowFunction function)
    {
        if (y.Shape.Count == 0) return;
        bool last = axis == y.Rank - 1;
        using var a = Wide.Input(last ? x[0] : x[0].Transpose(axis, -1));
        using var b = x.Length == 1 ? a : Wide.Input(last ? x[1] : x[1].Transpose(axis, -1));
        using var made = last ? Wide.Output(y) : Wide.Like(a.Tensor);
        long length = y.Shape[axis];
        fixed (byte* pa = &a.Tensor.First(), pb = &b.Tensor.First(), py = &made.Tensor.First())
            function(a.Tensor.DType, y.Shape.Count / length, length, pa, pb, py);
        if (last) made.Store();
        else MovementKernels.Convert(made.Tensor.Transpose(axis, -1), y);
    }

    public static void LogSumExp(Ops.LogSumExp op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        if (y[0].Shape.Count == 0) return;
        // The axes of the sum are moved to the end; what stays in front has the order of the result.
        int[] order = [.. Enumerable.Range(0, x[0].Rank).Where(i => !op.Axes.Contains(i)), .. op.Axes.Select(a => (int)a)];
        using var input = Wide.Input(x[0].Permute(order));
        using var result = Wide.Output(y[0]);
        fixed (byte* px = &input.Tensor.First(), py = &result.Tensor.First())
            Rows.LogSumExp(input.Tensor.DType, y[0].Shape.Count, x[0].Shape.Count / y[0].Shape.Count, px, py);
        result.Store();
    }

    public static void CrossEntropy(Ops.CrossEntropy op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var logits = Wide.Input(x[0]);
        using var labels = Wide.As(DType.Int64, x[1]);
        using var losses = Wide.Output(y[0]);
        long outside;
        fixed (byte* px = &logits.Tensor.First(), pl = &labels.Tensor.First(), py = &losses.Tensor.First())
            outside = Rows.CrossEntropy(logits.Tensor.DType, x[0].Shape[0], x[0].Shape[1], px, (long*)pl, py);
        IndexKernels.Check(op, outside, x[1], x[0].Shape[1], 1);
        losses.Store();
    }

    public static void CrossEntropyGradient(Ops.CrossEntropyGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var logits = Wide.Input(x[0]);
        using var labels = Wide.As(DType.Int64, x[1]);
        using var result = Wide.Output(y[0]);
        long outside;
        // The gradient that arrives is often one number for all rows.
        var dtype = logits.Tensor.DType;
        bool copies = x[2].DType != dtype || !x[2].Layout.IsContiguous;
        using var losses = Scratch.Take(copies ? x[0].Shape[0] * dtype.Size() : 0);
        fixed (byte* px = &logits.Tensor.First(), pl = &labels.Tensor.First(), pg = &x[2].First(), py = &result.Tensor.First())
        {
            if (copies) Conversion.Run(x[2].DType, dtype, x[2].Layout.Sizes, pg, x[2].Layout.Strides, losses.Pointer);
            outside = Rows.CrossEntropyBackward(dtype, x[0].Shape[0], x[0].Shape[1], px, (long*)pl, copies ? losses.Pointer : pg, py);
        }
        IndexKernels.Check(op, outside, x[1], x[0].Shape[1], 1);
        result.Store();
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
        var (rows, length) = Matrix(x[0].Shape, op.Axes);
        using var moments = Scratch.Take(2 * rows * dtype.Size());
        fixed (byte* px = &input.Tensor.First(), py = &result.Tensor.First(), pw = &weight.Tensor.First(), pb = &bias.Tensor.First())
            Rows.LayerNorm(dtype, rows, length, px, affine ? pw : null, affine ? pb : null, op.Epsilon, py, moments.Pointer, moments.Pointer + rows * dtype.Size());
        result.Store();
    }

    public static void LayerNormGradient(Ops.LayerNormGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        bool affine = x.Length == 3;
        var (rows, length) = Matrix(x[1].Shape, op.Axes);
        using var arriving = Wide.Input(x[0]);
        using var input = Wide.Input(x[1]);
        using var weight = affine ? Wide.Input(x[2]) : input;
        using var gradient = Wide.Output(y[0]);
        using var weightGradient = affine ? Wide.Output(y[1]) : gradient;
        using var biasGradient = affine ? Wide.Output(y[2]) : gradient;
        var dtype = input.Tensor.DType;
        using var moments = Scratch.Take(2 * rows * dtype.Size());
        byte* mean = moments.Pointer, scale = mean + rows * dtype.Size();
        fixed (byte* pg = &arriving.Tensor.First(), px = &input.Tensor.First(), pw = &weight.Tensor.First(), py = &gradient.Tensor.First())
        fixed (byte* pwg = &weightGradient.Tensor.First(), pbg = &biasGradient.Tensor.First())
        {
            Rows.Moments(dtype, rows, length, px, mean, scale);
            Rows.Invert(dtype, rows, op.Epsilon, scale);
            Rows.LayerNormBackward(dtype, rows, length, pg, px, affine ? pw : null, mean, scale, py);
            if (affine) Rows.LayerNormBackwardParameters(dtype, rows, length, pg, px, mean, scale, pwg, pbg);
        }
        gradient.Store();
        if (!affine) return;
        weightGradient.Store();
        biasGradient.Store();
    }

    /// <summary>The number of positions in front of the last axes, and of elements along them.</summary>
    static (long Rows, long Length) Matrix(Shape shape, int axes)
    {
        long length = 1, rows = 1;
        for (int i = 0; i < shape.Rank - axes; i++) rows *= shape[i];
        for (int i = shape.Rank - axes; i < shape.Rank; i++) length *= shape[i];
        return (rows, length);
    }
}
