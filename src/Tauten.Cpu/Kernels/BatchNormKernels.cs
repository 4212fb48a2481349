using System.Numerics;

namespace Tauten.Cpu;

/// <summary>Batch normalization and its gradients: from tensors to the loops over channels.</summary>
static unsafe class BatchNormKernels
{
    /// <summary>Below so many elements behind the channel, those of a channel are brought together before they are reduced.</summary>
    const long ShortestRun = 16;

    public static void Moments(Ops.BatchMoments op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var sizes = Gathered(x[0]);
        using var input = Wide.Input(Gather(x[0]));
        using var mean = Wide.Output(y[0]);
        using var variance = Wide.Output(y[1]);
        fixed (byte* px = &input.Tensor.First(), pm = &mean.Tensor.First(), pv = &variance.Tensor.First())
            Channels.Moments(input.Tensor.DType, sizes, px, pm, pv);
        mean.Store();
        variance.Store();
    }

    public static void MomentsGradient(Ops.BatchMomentsGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var meanGradient = Wide.Input(x[0]);
        using var varianceGradient = Wide.Input(x[1]);
        using var input = Wide.Input(x[2]);
        using var mean = Wide.Input(x[3]);
        using var result = Wide.Output(y[0]);
        var (dtype, sizes) = (input.Tensor.DType, Sizes(x[2].Shape));
        using var numbers = Scratch.Take(2 * sizes.Count * dtype.Size());
        byte* scale = numbers.Pointer, shift = scale + sizes.Count * dtype.Size();
        fixed (byte* pgm = &meanGradient.Tensor.First(), pgv = &varianceGradient.Tensor.First(), px = &input.Tensor.First(), pm = &mean.Tensor.First(), py = &result.Tensor.First())
        {
            if (dtype == DType.Float64) Shares(sizes, (double*)pgm, (double*)pgv, (double*)scale, (double*)shift);
            else Shares(sizes, (float*)pgm, (float*)pgv, (float*)scale, (float*)shift);
            Channels.Apply(dtype, sizes, px, pm, scale, shift, py);
        }
        result.Store();
    }

    static void Shares<T>(ChannelSizes sizes, T* meanGradient, T* varianceGradient, T* scale, T* shift) where T : unmanaged, IFloatingPointIeee754<T>
    {
        T count = T.CreateTruncating(sizes.Batch * sizes.Inner);
        for (long c = 0; c < sizes.Count; c++) (scale[c], shift[c]) = (varianceGradient[c] * T.CreateTruncating(2) / count, meanGradient[c] / count);
    }

    public static void Forward(Ops.BatchNorm op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        bool affine = x.Length == 5;
        using var input = Wide.Input(x[0]);
        using var mean = Wide.Input(x[1]);
        using var variance = Wide.Input(x[2]);
        using var weight = affine ? Wide.Input(x[3]) : variance;
        using var bias = affine ? Wide.Input(x[4]) : variance;
        using var result = Wide.Output(y[0]);
        var (dtype, sizes) = (input.Tensor.DType, Sizes(x[0].Shape));
        using var numbers = Scratch.Take(2 * sizes.Count * dtype.Size());
        byte* scale = numbers.Pointer, shift = scale + sizes.Count * dtype.Size();
        new Span<byte>(shift, checked((int)(sizes.Count * dtype.Size()))).Clear();
        fixed (byte* px = &input.Tensor.First(), pm = &mean.Tensor.First(), pv = &variance.Tensor.First(), pw = &weight.Tensor.First(), pb = &bias.Tensor.First(), py = &result.Tensor.First())
        {
            if (dtype == DType.Float64) Scale(sizes.Count, (double*)pv, affine ? (double*)pw : null, op.Epsilon, (double*)scale);
            else Scale(sizes.Count, (float*)pv, affine ? (float*)pw : null, op.Epsilon, (float*)scale);
            Channels.Apply(dtype, sizes, px, pm, scale, affine ? pb : shift, py);
        }
        result.Store();
    }

    /// <summary>weight / sqrt(variance + epsilon).</summary>
    static void Scale<T>(long count, T* variance, T* weight, double epsilon, T* scale) where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (long c = 0; c < count; c++) scale[c] = (weight == null ? T.One : weight[c]) / T.Sqrt(variance[c] + T.CreateTruncating(epsilon));
    }

    public static void Gradient(Ops.BatchNormGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        bool affine = x.Length == 5;
        // All is needed twice: as it lies for the gradient of the input, and channel by channel for the sums.
        using var arriving = Wide.Input(x[0]);
        using var mean = Wide.Input(x[2]);
        using var variance = Wide.Input(x[3]);
        using var weight = affine ? Wide.Input(x[4]) : variance;
        using var gathered = Wide.Input(Gather(arriving.Tensor));
        using var input = Wide.Input(Gather(x[1]));
        using var gradient = Wide.Output(y[0]);
        using var meanGradient = Wide.Output(y[1]);
        using var varianceGradient = Wide.Output(y[2]);
        using var weightGradient = affine ? Wide.Output(y[3]) : meanGradient;
        using var biasGradient = affine ? Wide.Output(y[4]) : meanGradient;
        var (dtype, sizes) = (arriving.Tensor.DType, Sizes(x[1].Shape));
        long channels = sizes.Count;
        using var numbers = Scratch.Take(5 * channels * dtype.Size());
        fixed (byte* pg = &arriving.Tensor.First(), pgg = &gathered.Tensor.First(), px = &input.Tensor.First(), pm = &mean.Tensor.First(), pv = &variance.Tensor.First(), pw = &weight.Tensor.First())
        fixed (byte* py = &gradient.Tensor.First(), pgm = &meanGradient.Tensor.First(), pgv = &varianceGradient.Tensor.First(), pgw = &weightGradient.Tensor.First(), pgb = &biasGradient.Tensor.First())
        {
            byte* sum = numbers.Pointer, product = sum + channels * dtype.Size(), scale = product + channels * dtype.Size(), zero = scale + channels * dtype.Size();
            new Span<byte>(zero, checked((int)(channels * dtype.Size()))).Clear();
            Channels.Products(dtype, Gathered(x[1]), pgg, px, pm, sum, product);
            if (dtype == DType.Float64) Finish((double*)sum, (double*)product, (double*)pv, affine ? (double*)pw : null, (double*)scale, (double*)pgm, (double*)pgv, (double*)pgw, (double*)pgb);
            else Finish((float*)sum, (float*)product, (float*)pv, affine ? (float*)pw : null, (float*)scale, (float*)pgm, (float*)pgv, (float*)pgw, (float*)pgb);
            Channels.Apply(dtype, sizes, pg, zero, scale, zero, py);
        }
        gradient.Store();
        meanGradient.Store();
        varianceGradient.Store();
        if (!affine) return;
        weightGradient.Store();
        biasGradient.Store();

        void Finish<T>(T* sum, T* product, T* variance, T* weight, T* scale, T* meanGradient, T* varianceGradient, T* weightGradient, T* biasGradient) where T : unmanaged, IFloatingPointIeee754<T>
        {
            Scale(channels, variance, weight, op.Epsilon, scale);
            for (long c = 0; c < channels; c++)
            {
                T square = T.One / (variance[c] + T.CreateTruncating(op.Epsilon));
                if (weight != null) (weightGradient[c], biasGradient[c]) = (product[c] * T.Sqrt(square), sum[c]);
                meanGradient[c] = -sum[c] * scale[c];
                varianceGradient[c] = product[c] * scale[c] * square * T.CreateTruncating(-0.5);
            }
        }
    }

    public static void Training(Ops.BatchNormTraining op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        bool affine = x.Length == 3;
        var sizes = Gathered(x[0]);
        using var input = Wide.Input(Gather(x[0]));
        using var weight = affine ? Wide.Input(x[1]) : input;
        using var bias = affine ? Wide.Input(x[2]) : input;
        using var result = GatheredOutput(y[0], input.Tensor);
        using var mean = Wide.Output(y[1]);
        using var variance = Wide.Output(y[2]);
        fixed (byte* px = &input.Tensor.First(), pw = &weight.Tensor.First(), pb = &bias.Tensor.First(), py = &result.Tensor.First(), pm = &mean.Tensor.First(), pv = &variance.Tensor.First())
        {
            if (input.Tensor.DType == DType.Float64)
                ChannelNormalization.Forward(sizes, op.Epsilon, (double*)px, affine ? (double*)pw : null, (double*)pb, (double*)py, (double*)pm, (double*)pv);
            else
                ChannelNormalization.Forward(sizes, op.Epsilon, (float*)px, affine ? (float*)pw : null, (float*)pb, (float*)py, (float*)pm, (float*)pv);
        }
        StoreGathered(result, y[0]);
        mean.Store();
        variance.Store();
    }

    public static void TrainingGradient(Ops.BatchNormTrainingGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        bool affine = x.Length == 5;
        var sizes = Gathered(x[1]);
        using var arriving = Wide.Input(Gather(x[0]));
        using var input = Wide.Input(Gather(x[1]));
        using var mean = Wide.Input(x[2]);
        using var variance = Wide.Input(x[3]);
        using var weight = affine ? Wide.Input(x[4]) : variance;
        using var gradient = GatheredOutput(y[0], input.Tensor);
        using var weightGradient = affine ? Wide.Output(y[1]) : mean;
        using var biasGradient = affine ? Wide.Output(y[2]) : mean;
        fixed (byte* pg = &arriving.Tensor.First(), px = &input.Tensor.First(), pm = &mean.Tensor.First(), pv = &variance.Tensor.First(), pw = &weight.Tensor.First())
        fixed (byte* py = &gradient.Tensor.First(), pgw = &weightGradient.Tensor.First(), pgb = &biasGradient.Tensor.First())
        {
            if (input.Tensor.DType == DType.Float64)
                ChannelNormalization.Backward(sizes, op.Epsilon, (double*)pg, (double*)px, (double*)pm, (double*)pv, affine ? (double*)pw : null, (double*)py, (double*)pgw, (double*)pgb);
            else
                ChannelNormalization.Backward(sizes, op.Epsilon, (float*)pg, (float*)px, (float*)pm, (float*)pv, affine ? (float*)pw : null, (float*)py, (float*)pgw, (float*)pgb);
        }
        StoreGathered(gradient, y[0]);
        if (!affine) return;
        weightGradient.Store();
        biasGradient.Store();
    }

    /// <summary>Memory for a result that lies as <see cref="Gather"/> brought its input; <see cref="StoreGathered"/> must follow.</summary>
    static Wide GatheredOutput(Tensor y, Tensor gathered) => IsGathered(y) ? Wide.Like(gathered) : Wide.Output(y);

    /// <summary>Puts a result in its place.</summary>
    static void StoreGathered(Wide result, Tensor y)
    {
        if (IsGathered(y)) MovementKernels.Convert(result.Tensor.Transpose(0, 1), y);
        else result.Store();
    }

    static ChannelSizes Sizes(Shape shape)
    {
        long inner = 1;
        for (int i = 2; i < shape.Rank; i++) inner *= shape[i];
        return new(shape[0], shape[1], inner);
    }

    /// <summary>The elements of a channel one behind the other where its runs would be short.</summary>
    static Tensor Gather(Tensor x) => IsGathered(x) ? x.Transpose(0, 1) : x;

    static bool IsGathered(Tensor x) => Sizes(x.Shape).Inner < ShortestRun;

    /// <summary>The sizes of what <see cref="Gather"/> gives.</summary>
    static ChannelSizes Gathered(Tensor x) => Sizes(x.Shape) is { Inner: < ShortestRun } sizes ? new(1, sizes.Count, sizes.Batch * sizes.Inner) : Sizes(x.Shape);
}
