namespace Tauten.Cpu;

/// <summary>Convolutions and their gradients: from tensors to the loops.</summary>
static unsafe class ConvolutionKernels
{
    public static void Forward(Ops.Convolution op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var shape = ShapeOf(op, x[0].Shape, x[1].Shape);
        using var input = Wide.Input(x[0]);
        using var window = Wide.Input(x[1]);
        using var result = Wide.Output(y[0]);
        fixed (byte* px = &input.Tensor.First(), pw = &window.Tensor.First(), py = &result.Tensor.First())
        {
            if (y[0].DType == DType.Float64) Convolutions.Forward(shape, (double*)px, KernelWeight<double>.Of(window.Tensor, (double*)pw), (double*)py, default);
            else Convolutions.Forward(shape, (float*)px, KernelWeight<float>.Of(window.Tensor, (float*)pw), (float*)py, default);
        }
        result.Store();
    }

    public static void InputGradient(Ops.ConvolutionInputGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y) =>
        Run(ShapeOf(op.Forward, op.Input, x[1].Shape), x[0], x[1], y[0], &Convolutions.InputGradient<float>, &Convolutions.InputGradient<double>);

    public static void WeightGradient(Ops.ConvolutionWeightGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y) =>
        Run(ShapeOf(op.Forward, x[0].Shape, op.Weight), x[0], x[1], y[0], &Convolutions.WeightGradient<float>, &Convolutions.WeightGradient<double>);

    /// <summary>
    /// y = clamp((x * w) scale + bias + residual, low, high) with numbers [channels] for scale and bias and a residual of the result's shape, any of which may be
    /// null: one pass over the result, while it is in a cache. Float32 or Float64.
    /// </summary>
    public static void Finished(
        Ops.Convolution op, Tensor x, Tensor weight, Tensor? scale, Tensor? bias, Tensor? residual, double low, double high, Tensor y)
    {
        var shape = ShapeOf(op, x.Shape, weight.Shape);
        using var input = Wide.Input(x);
        using var window = Wide.Input(weight);
        using var times = Wide.Input(scale ?? x);
        using var plus = Wide.Input(bias ?? x);
        using var rest = Wide.Input(residual ?? x);
        fixed (byte* px = &input.Tensor.First(), pw = &window.Tensor.First(), ps = &times.Tensor.First(), pb = &plus.Tensor.First(), pr = &rest.Tensor.First(), py = &y.First())
        {
            if (y.DType == DType.Float64) Finished(shape, (double*)px, KernelWeight<double>.Of(window.Tensor, (double*)pw), scale is null ? null : (double*)ps, bias is null ? null : (double*)pb, residual is null ? null : (double*)pr, low, high, (double*)py);
            else if (y.DType == DType.Float32) Finished(shape, (float*)px, KernelWeight<float>.Of(window.Tensor, (float*)pw), scale is null ? null : (float*)ps, bias is null ? null : (float*)pb, residual is null ? null : (float*)pr, low, high, (float*)py);
            else throw new DTypeException($"A convolution with an epilogue gives float32 or float64. Received: {y.DType.Name()}.");
        }
    }

    static void Finished<T>(in ConvolutionShape shape, T* x, KernelWeight<T> weight, T* scale, T* bias, T* residual, double low, double high, T* y) where T : unmanaged, System.Numerics.INumberBase<T>
    {
        var finish = new ConvolutionFinish<T> { Scale = scale, Bias = bias, Residual = residual, Low = low, High = high, Result = y };
        Convolutions.Forward(shape, x, weight, y, ConvolutionFinish<T>.Epilogue(&finish));
    }

    /// <summary>The sizes of a convolution of an input and a weight.</summary>
    public static ConvolutionShape ShapeOf(Ops.Convolution op, Shape input, Shape weight)
    {
        int spatial = op.Strides.Count;
        return ConvolutionShape.Create(
            input[0], input[1], weight[0], op.Groups, input.Sizes[2..], weight.Sizes[2..], op.Strides.Span, op.Dilations.Span, op.Padding.Span[..spatial], op.Padding.Span[spatial..]);
    }

    static void Run(
        ConvolutionShape shape, Tensor a, Tensor b, Tensor y,
        delegate*<in ConvolutionShape, float*, float*, float*, void> singles, delegate*<in ConvolutionShape, double*, double*, double*, void> doubles)
    {
        using var left = Wide.Input(a);
        using var right = Wide.Input(b);
        using var result = Wide.Output(y);
        fixed (byte* pa = &left.Tensor.First(), pb = &right.Tensor.First(), py = &result.Tensor.First())
        {
            if (y.DType == DType.Float64) doubles(shape, (double*)pa, (double*)pb, (double*)py);
            else singles(shape, (float*)pa, (float*)pb, (float*)py);
        }
        result.Store();
    }
}
