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
        T mean = Sum<Value>(x, stride, batch, inner, T.Zero) / count;
        T variance = Sum<Square>(x, stride, batch, inner, mean) / count;
        (data->Mean[channel], data->Variance[channel]) = (mean, variance);
        T scale = (data->Weight == null ? T.One : data->Weight[channel]) / T.Sqrt(variance + T.CreateTruncating(data->Epsilon));
        T shift = data->Weight == null ? T.Zero : data->Bias[channel];
        Apply(x, data->Y + channel * inner, stride, batch, inner, mean, scale, shift);
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
        nint images = Math.Max(1, Block / Math.Max(1, inner));
        for (nint image = 0; image < batch; image += images)
        {
            for (nint i = 0; i < inner; i += Block)
                AddProducts(g + image * stride + i, x + image * stride + i, stride, Math.Min(images, batch - image), Math.Min(Block, inner - i), mean, sums);
        }
        T sum = VectorSum<V, T>.Of(sums[0]), product = VectorSum<V, T>.Of(sums[1]);
        T inverse = T.One / T.Sqrt(data->Variance[channel] + T.CreateTruncating(data->Epsilon)), scale = inverse;
        if (data->Weight != null)
        {
            scale *= data->Weight[channel];
            (data->WeightGradient[channel], data->Bias[channel]) = (product * inverse, sum);
        }
        Combine(g, x, y, stride, batch, inner, mean, scale, -(product * (inverse * inverse) / count), -(sum / count));
    }

    /// <summary>The sum of the terms of a channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Sum<TTerm>(T* x, nint stride, nint batch, nint inner, T center) where TTerm : struct, ITerm
    {
        V sum = default;
        nint images = Math.Max(1, Block / Math.Max(1, inner));
        for (nint image = 0; image < batch; image += images)
        {
            for (nint i = 0; i < inner; i += Block)
                sum += SumRuns<TTerm>(x + image * stride + i, stride, Math.Min(images, batch - image), Math.Min(Block, inner - i), center);
        }
        return VectorSum<V, T>.Of(sum);
    }

    /// <summary>The terms of runs a stride apart, lane by lane.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static V SumRuns<TTerm>(T* x, nint stride, nint runs, nint count, T mean) where TTerm : struct, ITerm
    {
        V center = V.Create(mean), mask = LastMask(count);
        V a = default, b = default, c = default, d = default;
        for (; runs > 0; runs--, x += stride)
        {
            nint i = 0;
            for (; i + 4 * V.Count <= count; i += 4 * V.Count)
            {
                a += TTerm.Of(V.Load(x + i), center);
                b += TTerm.Of(V.Load(x + i + V.Count), center);
                c += TTerm.Of(V.Load(x + i + 2 * V.Count), center);
                d += TTerm.Of(V.Load(x + i + 3 * V.Count), center);
            }
            if (i + 2 * V.Count <= count)
            {
                a += TTerm.Of(V.Load(x + i), center);
                b += TTerm.Of(V.Load(x + i + V.Count), center);
                i += 2 * V.Count;
            }
            if (i + V.Count <= count)
            {
                c += TTerm.Of(V.Load(x + i), center);
                i += V.Count;
            }
            if (i < count) d += TTerm.Of(Last(x, count, center), center) & mask;
        }
        return a + b + (c + d);
    }

    /// <summary>Adds the terms of runs a stride apart to the sums of g and of g (x - mean).</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void AddProducts(T* g, T* x, nint stride, nint runs, nint count, T mean, V* sums)
    {
        V center = V.Create(mean), mask = LastMask(count);
        V a = default, b = default, c = default;
        V ax = default, bx = default, cx = default;
        for (; runs > 0; runs--, g += stride, x += stride)
        {
            nint i = 0;
            for (; i + 3 * V.Count <= count; i += 3 * V.Count)
            {
                V first = V.Load(g + i), second = V.Load(g + i + V.Count), third = V.Load(g + i + 2 * V.Count);
                a += first;
                ax = V.MultiplyAdd(first, V.Load(x + i) - center, ax);
                b += second;
                bx = V.MultiplyAdd(second, V.Load(x + i + V.Count) - center, bx);
                c += third;
                cx = V.MultiplyAdd(third, V.Load(x + i + 2 * V.Count) - center, cx);
            }
            if (i + V.Count <= count)
            {
                var arriving = V.Load(g + i);
                a += arriving;
                ax = V.MultiplyAdd(arriving, V.Load(x + i) - center, ax);
                i += V.Count;
            }
            if (i + V.Count <= count)
            {
                var arriving = V.Load(g + i);
                b += arriving;
                bx = V.MultiplyAdd(arriving, V.Load(x + i) - center, bx);
                i += V.Count;
            }
            if (i < count)
            {
                var arriving = Last(g, count, default);
                c += arriving & mask;
                cx += (arriving * (Last(x, count, center) - center)) & mask;
            }
        }
        sums[0] += a + b + c;
        sums[1] += ax + bx + cx;
    }

    /// <summary>y = (x - mean) scale + shift.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Apply(T* x, T* y, nint stride, nint runs, nint count, T mean, T scale, T shift)
    {
        V center = V.Create(mean), times = V.Create(scale), plus = V.Create(shift);
        for (; runs > 0; runs--, x += stride, y += stride)
        {
            nint i = 0;
            for (; i + V.Count <= count; i += V.Count) V.MultiplyAdd(V.Load(x + i) - center, times, plus).Store(y + i);
            if (i < count) StoreLast(V.MultiplyAdd(Last(x, count, center) - center, times, plus), y, count);
        }
    }

    /// <summary>y = scale (g + (x - mean) along + shift).</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Combine(T* g, T* x, T* y, nint stride, nint runs, nint count, T mean, T scale, T along, T shift)
    {
        V center = V.Create(mean), times = V.Create(scale), slope = V.Create(along), plus = V.Create(shift);
        for (; runs > 0; runs--, g += stride, x += stride, y += stride)
        {
            nint i = 0;
            for (; i + V.Count <= count; i += V.Count) (times * V.MultiplyAdd(V.Load(x + i) - center, slope, V.Load(g + i) + plus)).Store(y + i);
            if (i < count) StoreLast(times * V.MultiplyAdd(Last(x, count, center) - center, slope, Last(g, count, plus) + plus), y, count);
        }
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
