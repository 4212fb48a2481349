namespace Tauten.Cpu;

/// <summary>Convolutions and their gradients: from tensors to the loops.</summary>
static unsafe class ConvolutionKernels
{
    public static void Forward(Ops.Convolution op, ReadOnlySpan<Tensor> x, Tensor y, void* loop)
    {
        var shape = ShapeOf(op, x[0].Shape, x[1].Shape);
        using var input = Wide.Input(x[0]);
        using var window = Wide.Input(x[1]);
        using var result = Wide.Output(y);
        fixed (byte* px = &input.Tensor.First(), pw = &window.Tensor.First(), py = &result.Tensor.First())
        {
            if (y.DType == DType.Float64) Convolutions.Forward(shape, (double*)px, KernelWeight<double>.Of(window.Tensor, (double*)pw), (double*)py, FusedLoop.BehindConvolution<double>(loop));
            else Convolutions.Forward(shape, (float*)px, KernelWeight<float>.Of(window.Tensor, (float*)pw), (float*)py, FusedLoop.BehindConvolution<float>(loop));
        }
        result.Store();
    }

    public static void ChannelsLast(Ops.ChannelsLastConvolution op, ReadOnlySpan<Tensor> x, Tensor y, void* loop)
    {
        var image = x[0].Shape.Sizes;
        var shape = ShapeOf(op.Plain, image[0], image[^1], image[1..^1], x[1].Shape);
        using var input = Wide.Input(x[0]);
        using var window = Wide.Input(x[1]);
        using var bias = x.Length == 3 ? Wide.Input(x[2]) : default;
        using var result = Wide.Output(y);
        fixed (byte* px = &input.Tensor.First(), pw = &window.Tensor.First(), pb = &(x.Length == 3 ? ref bias.Tensor.First() : ref System.Runtime.CompilerServices.Unsafe.NullRef<byte>()), py = &result.Tensor.First())
        {
            if (y.DType == DType.Float64) Convolutions.ChannelsLast(shape, (double*)px, KernelWeight<double>.Of(window.Tensor, (double*)pw), (double*)pb, (double*)py, FusedLoop.Behind<double>(loop));
            else Convolutions.ChannelsLast(shape, (float*)px, KernelWeight<float>.Of(window.Tensor, (float*)pw), (float*)pb, (float*)py, FusedLoop.Behind<float>(loop));
        }
        result.Store();
    }

    public static void InputGradient(Ops.ConvolutionInputGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y) =>
        Run(ShapeOf(op.Forward, op.Input, x[1].Shape), x[0], x[1], y[0], &Convolutions.InputGradient<float>, &Convolutions.InputGradient<double>);

    public static void WeightGradient(Ops.ConvolutionWeightGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y) =>
        Run(ShapeOf(op.Forward, x[0].Shape, op.Weight), x[0], x[1], y[0], &Convolutions.WeightGradient<float>, &Convolutions.WeightGradient<double>);

    /// <summary>The sizes of a convolution of an input and a weight.</summary>
    public static ConvolutionShape ShapeOf(Ops.Convolution op, Shape input, Shape weight) => ShapeOf(op, input[0], input[1], input.Sizes[2..], weight);

    static ConvolutionShape ShapeOf(Ops.Convolution op, long batch, long channels, ReadOnlySpan<long> image, Shape weight)
    {
        int spatial = op.Strides.Count;
        return ConvolutionShape.Create(batch, channels, weight[0], op.Groups, image, weight.Sizes[2..], op.Strides.Span, op.Dilations.Span, op.Padding.Span[..spatial], op.Padding.Span[spatial..]);
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
