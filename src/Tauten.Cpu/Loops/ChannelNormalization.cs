using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// Batch normalization in training and its gradient, a channel at a time: what was read for the statistics is still in a cache when the result is computed, so
/// that memory sees each number once. A channel is reduced by one thread, so that the order of its sums does not depend on their number.
/// </summary>
internal static unsafe class ChannelNormalization
{
    /// <summary>y = (x - mean) weight / sqrt(variance + epsilon) + bias with the mean and variance of each channel, which are kept.</summary>
    public static void Forward<T>(in ChannelSizes sizes, double epsilon, T* x, T* weight, T* bias, T* y, T* mean, T* variance) where T : unmanaged, IFloatingPointIeee754<T> =>
        Run(new NormalizationData<T> { Sizes = sizes, Epsilon = epsilon, X = x, Weight = weight, Bias = bias, Y = y, Mean = mean, Variance = variance }, backward: false);

    /// <summary>The gradients with respect to x, the weight and the bias, from <paramref name="g"/>, that of the result.</summary>
    public static void Backward<T>(in ChannelSizes sizes, double epsilon, T* g, T* x, T* mean, T* variance, T* weight, T* xGradient, T* weightGradient, T* biasGradient)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Run(
            new NormalizationData<T> { Sizes = sizes, Epsilon = epsilon, Gradient = g, X = x, Mean = mean, Variance = variance, Weight = weight, Y = xGradient, WeightGradient = weightGradient, Bias = biasGradient },
            backward: true);

    private static void Run<T>(NormalizationData<T> data, bool backward) where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (data.Sizes.Count == 0) return;
        var loop = new Loop<T>
        {
            Data = data,
            Function = CpuInstructions.Level switch
            {
                InstructionLevel.Avx512 => backward ? &NormalizationLoops<V512<T>, T>.Backward : &NormalizationLoops<V512<T>, T>.Forward,
                InstructionLevel.Avx2 => backward ? &NormalizationLoops<V256<T>, T>.Backward : &NormalizationLoops<V256<T>, T>.Forward,
                _ => backward ? &NormalizationLoops<V128<T>, T>.Backward : &NormalizationLoops<V128<T>, T>.Forward,
            },
            PerChunk = Math.Max(1, 16 * 1024 / Math.Max(1, data.Sizes.Batch * data.Sizes.Inner)),
        };
        long chunks = (data.Sizes.Count + loop.PerChunk - 1) / loop.PerChunk;
        Workers.For(checked((int)chunks), (double)data.Sizes.Batch * data.Sizes.Count * data.Sizes.Inner * 0.6, ref loop);
    }

    private struct Loop<T> : IChunks where T : unmanaged, IFloatingPointIeee754<T>
    {
        public NormalizationData<T> Data;
        public delegate*<NormalizationData<T>*, nint, void> Function;
        public long PerChunk;

        public void Run(int chunk)
        {
            var data = Data;
            for (long channel = chunk * PerChunk, end = Math.Min(channel + PerChunk, data.Sizes.Count); channel < end; channel++) Function(&data, (nint)channel);
        }
    }
}

/// <summary>The memory of <see cref="ChannelNormalization"/>; gradients are null where it goes forward.</summary>
internal unsafe struct NormalizationData<T> where T : unmanaged
{
    /// <summary>The shape.</summary>
    public ChannelSizes Sizes;

    /// <summary>Added to the variance.</summary>
    public double Epsilon;

    /// <summary>Of the whole shape: the input, the gradient that arrives, the result or the input's gradient.</summary>
    public T* X, Gradient, Y;

    /// <summary>One number for each channel. <see cref="Bias"/> is its gradient on the way back; null where there is no weight.</summary>
    public T* Mean, Variance, Weight, Bias, WeightGradient;
}

/// <summary>The inner loops of <see cref="ChannelNormalization"/>.</summary>
internal static unsafe class NormalizationLoops<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Elements that are summed in one go: blocks keep the error of long sums small.</summary>
    private const nint Block = 4096;

    /// <summary>What is summed.</summary>
    private interface ITerm
    {
        /// <summary>The term of x.</summary>
        static abstract V Of(V x, V center);
    }

    /// <summary>x.</summary>
    private readonly struct Value : ITerm
    {
        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of(V x, V center) => x;
    }

    /// <summary>(x - center)^2.</summary>
    private readonly struct Square : ITerm
    {
        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of(V x, V center)
        {
            var distance = x - center;
            return distance * distance;
        }
    }

    /// <summary>Statistics, then the result.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(NormalizationData<T>* data, nint channel)
    {
        nint inner = (nint)data->Sizes.Inner, stride = (nint)data->Sizes.Count * inner, batch = (nint)data->Sizes.Batch;
        T count = T.CreateTruncating((double)batch * inner);
        T* x = data->X + channel * inner;
        T mean = Sum<Value>(x, stride, batch, inner, default) / count;
        T variance = Sum<Square>(x, stride, batch, inner, V.Create(mean)) / count;
        (data->Mean[channel], data->Variance[channel]) = (mean, variance);
        T scale = (data->Weight == null ? T.One : data->Weight[channel]) / T.Sqrt(variance + T.CreateTruncating(data->Epsilon));
        T shift = data->Weight == null ? T.Zero : data->Bias[channel];
        T* y = data->Y + channel * inner;
        for (nint image = 0; image < batch; image++) Apply(x + image * stride, y + image * stride, inner, V.Create(mean), V.Create(scale), V.Create(shift));
    }

    /// <summary>Sums, then the input's gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Backward(NormalizationData<T>* data, nint channel)
    {
        nint inner = (nint)data->Sizes.Inner, stride = (nint)data->Sizes.Count * inner, batch = (nint)data->Sizes.Batch;
        T* x = data->X + channel * inner, g = data->Gradient + channel * inner, y = data->Y + channel * inner;
        T count = T.CreateTruncating((double)batch * inner), mean = data->Mean[channel];
        var sums = stackalloc V[2];
        sums[0] = sums[1] = default;
        for (nint image = 0; image < batch; image++)
        {
            for (nint i = 0; i < inner; i += Block) AddProducts(g + image * stride + i, x + image * stride + i, Math.Min(Block, inner - i), V.Create(mean), sums);
        }
        T sum = VectorSum<V, T>.Of(sums[0]), product = VectorSum<V, T>.Of(sums[1]);
        T square = T.One / (data->Variance[channel] + T.CreateTruncating(data->Epsilon)), inverse = T.Sqrt(square);
        T scale = inverse;
        if (data->Weight != null)
        {
            scale *= data->Weight[channel];
            (data->WeightGradient[channel], data->Bias[channel]) = (product * inverse, sum);
        }
        V along = V.Create(-(product * square / count)), shift = V.Create(-(sum / count));
        for (nint image = 0; image < batch; image++)
            Combine(g + image * stride, x + image * stride, y + image * stride, inner, V.Create(mean), V.Create(scale), along, shift);
    }

    /// <summary>The sum of the terms of a channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Sum<TTerm>(T* x, nint stride, nint batch, nint inner, V center) where TTerm : struct, ITerm
    {
        V sum = default;
        for (nint image = 0; image < batch; image++, x += stride)
        {
            for (nint i = 0; i < inner; i += Block) sum += SumRun<TTerm>(x + i, Math.Min(Block, inner - i), center);
        }
        return VectorSum<V, T>.Of(sum);
    }

    /// <summary>The terms of a run, lane by lane.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static V SumRun<TTerm>(T* x, nint count, V center) where TTerm : struct, ITerm
    {
        V a = default, b = default, c = default, d = default;
        nint i = 0;
        for (; i + 4 * V.Count <= count; i += 4 * V.Count)
        {
            a += TTerm.Of(V.Load(x + i), center);
            b += TTerm.Of(V.Load(x + i + V.Count), center);
            c += TTerm.Of(V.Load(x + i + 2 * V.Count), center);
            d += TTerm.Of(V.Load(x + i + 3 * V.Count), center);
        }
        for (; i + V.Count <= count; i += V.Count) a += TTerm.Of(V.Load(x + i), center);
        if (i < count) b += TTerm.Of(Last(x, count, center), center) & LastMask(count);
        return a + b + (c + d);
    }

    /// <summary>Adds the terms of a run to the sums of g and of g (x - mean).</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void AddProducts(T* g, T* x, nint count, V mean, V* sums)
    {
        V a = default, b = default, c = default, d = default;
        V ax = default, bx = default, cx = default, dx = default;
        nint i = 0;
        for (; i + 4 * V.Count <= count; i += 4 * V.Count)
        {
            V first = V.Load(g + i), second = V.Load(g + i + V.Count), third = V.Load(g + i + 2 * V.Count), fourth = V.Load(g + i + 3 * V.Count);
            a += first;
            ax = V.MultiplyAdd(first, V.Load(x + i) - mean, ax);
            b += second;
            bx = V.MultiplyAdd(second, V.Load(x + i + V.Count) - mean, bx);
            c += third;
            cx = V.MultiplyAdd(third, V.Load(x + i + 2 * V.Count) - mean, cx);
            d += fourth;
            dx = V.MultiplyAdd(fourth, V.Load(x + i + 3 * V.Count) - mean, dx);
        }
        for (; i + V.Count <= count; i += V.Count)
        {
            var arriving = V.Load(g + i);
            a += arriving;
            ax = V.MultiplyAdd(arriving, V.Load(x + i) - mean, ax);
        }
        if (i < count)
        {
            V mask = LastMask(count), arriving = Last(g, count, default);
            b += arriving & mask;
            bx += (arriving * (Last(x, count, mean) - mean)) & mask;
        }
        sums[0] += a + b + (c + d);
        sums[1] += ax + bx + (cx + dx);
    }

    /// <summary>y = (x - center) scale + shift.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Apply(T* x, T* y, nint count, V center, V scale, V shift)
    {
        nint i = 0;
        for (; i + V.Count <= count; i += V.Count) V.MultiplyAdd(V.Load(x + i) - center, scale, shift).Store(y + i);
        if (i < count) StoreLast(V.MultiplyAdd(Last(x, count, center) - center, scale, shift), y, count);
    }

    /// <summary>y = scale (g + (x - mean) along + shift).</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Combine(T* g, T* x, T* y, nint count, V mean, V scale, V along, V shift)
    {
        nint i = 0;
        for (; i + V.Count <= count; i += V.Count) (scale * V.MultiplyAdd(V.Load(x + i) - mean, along, V.Load(g + i) + shift)).Store(y + i);
        if (i < count) StoreLast(scale * V.MultiplyAdd(Last(x, count, mean) - mean, along, Last(g, count, shift) + shift), y, count);
    }

    /// <summary>The last vector of a run: that which ends with it, or, of a shorter run, its elements and a padding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Last(T* run, nint count, V padding) => count >= V.Count ? V.Load(run + count - V.Count) : Partial<V, T>.Load(run, count, padding);

    /// <summary>Writes the last vector of a run.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreLast(V value, T* run, nint count)
    {
        if (count >= V.Count) value.Store(run + count - V.Count);
        else Partial<V, T>.Store(value, run, count);
    }

    /// <summary>Set in the lanes of <see cref="Last"/> that whole vectors from the beginning of the run leave out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LastMask(nint count)
    {
        int rest = (int)(count % V.Count);
        // 64 bytes of ones between zeros: a window of them begins or ends where the run does.
        ReadOnlySpan<byte> edges =
        [
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
            255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ];
        fixed (byte* at = edges)
        {
            return V.Load((T*)(count >= V.Count ? at + 64 - (V.Count - rest) * sizeof(T) : at + 128 - rest * sizeof(T)));
        }
    }
}
