using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// Loops over contiguous Float32 or Float64 arrays [batch, channels, inner] in which each channel has numbers of its own: the work of batch
/// normalization. A channel is reduced by one thread, so that the order of its sums does not depend on their number.
/// </summary>
internal static unsafe class Channels
{
    /// <summary>Mean and variance (divided by the number of elements) of each channel, in two passes.</summary>
    public static void Moments(DType dtype, in ChannelSizes sizes, void* x, void* mean, void* variance) =>
        Run(dtype, sizes, ChannelOperation.Moments, new() { A = (byte*)x, First = (byte*)mean, Second = (byte*)variance });

    /// <summary>The sums of g and of g (x - mean) over each channel.</summary>
    public static void Products(DType dtype, in ChannelSizes sizes, void* g, void* x, void* mean, void* sum, void* product) =>
        Run(dtype, sizes, ChannelOperation.Products, new() { A = (byte*)g, B = (byte*)x, Center = (byte*)mean, First = (byte*)sum, Second = (byte*)product });

    /// <summary>y = (x - center) scale + shift, with one number of each for a channel.</summary>
    public static void Apply(DType dtype, in ChannelSizes sizes, void* x, void* center, void* scale, void* shift, void* y) =>
        Run(dtype, sizes, ChannelOperation.Apply, new() { A = (byte*)x, Center = (byte*)center, First = (byte*)scale, Second = (byte*)shift, Y = (byte*)y });

    private static void Run(DType dtype, in ChannelSizes sizes, ChannelOperation operation, ChannelData data)
    {
        data.Sizes = sizes;
        delegate*<ChannelData*, nint, nint, void> function = (dtype, CpuInstructions.Level) switch
        {
            (DType.Float32, InstructionLevel.Avx512) => ChannelLoops<V512<float>, float>.Of(operation),
            (DType.Float32, InstructionLevel.Avx2) => ChannelLoops<V256<float>, float>.Of(operation),
            (DType.Float32, _) => ChannelLoops<V128<float>, float>.Of(operation),
            (DType.Float64, InstructionLevel.Avx512) => ChannelLoops<V512<double>, double>.Of(operation),
            (DType.Float64, InstructionLevel.Avx2) => ChannelLoops<V256<double>, double>.Of(operation),
            (DType.Float64, _) => ChannelLoops<V128<double>, double>.Of(operation),
            _ => throw new DTypeException($"Loops over channels take float32 or float64. Received: {dtype.Name()}."),
        };
        // Reductions are cut by channels; what is computed element by element, by channels of each position in the batch.
        long total = operation == ChannelOperation.Apply ? sizes.Batch * sizes.Count : sizes.Count, elements = sizes.Batch * sizes.Count * sizes.Inner;
        if (total == 0) return;
        var loop = new Loop { Data = data, Function = function, Total = total, PerChunk = Math.Max(1, 16 * 1024 / Math.Max(1, elements / total)) };
        int chunks = (int)((total + loop.PerChunk - 1) / loop.PerChunk);
        if (chunks == 1) loop.Run(0);
        else Workers.For(chunks, elements * 0.4, ref loop);
    }

    private struct Loop : IChunks
    {
        public ChannelData Data;
        public delegate*<ChannelData*, nint, nint, void> Function;
        public long Total, PerChunk;

        public void Run(int chunk)
        {
            var data = Data;
            Function(&data, (nint)(chunk * PerChunk), (nint)Math.Min((chunk + 1) * PerChunk, Total));
        }
    }
}

/// <summary>The sizes of an array [batch, channels, inner].</summary>
internal readonly record struct ChannelSizes(long Batch, long Count, long Inner);

/// <summary>The operations of <see cref="Channels"/>.</summary>
internal enum ChannelOperation
{
    /// <summary>See <see cref="Channels.Moments"/>.</summary>
    Moments,
    /// <summary>See <see cref="Channels.Products"/>.</summary>
    Products,
    /// <summary>See <see cref="Channels.Apply"/>.</summary>
    Apply,
}

/// <summary>The memory of an operation on channels.</summary>
internal unsafe struct ChannelData
{
    /// <summary>Inputs of the whole shape.</summary>
    public byte* A, B;

    /// <summary>The result of the whole shape.</summary>
    public byte* Y;

    /// <summary>One number for each channel.</summary>
    public byte* Center, First, Second;

    /// <summary>The shape.</summary>
    public ChannelSizes Sizes;
}

/// <summary>The inner loops of <see cref="Channels"/>: from the first to behind the last channel, or channel of a position in the batch.</summary>
internal static unsafe class ChannelLoops<V, T> where V : unmanaged, ISimd<V, T> where T : unmanaged
{
    /// <summary>The loop of an operation.</summary>
    public static delegate*<ChannelData*, nint, nint, void> Of(ChannelOperation operation) => operation switch
    {
        ChannelOperation.Moments => &Moments,
        ChannelOperation.Products => &Products,
        _ => &Apply,
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Moments(ChannelData* data, nint first, nint end)
    {
        Unsafe.SkipInit(out RowSum<V, T> sum);
        nint inner = (nint)data->Sizes.Inner, stride = (nint)data->Sizes.Count * inner, batch = (nint)data->Sizes.Batch;
        var count = V.Number((double)batch * inner);
        for (nint channel = first; channel < end; channel++)
        {
            T* x = (T*)data->A + channel * inner;
            nint at = 0;
            sum.Clear();
            for (nint n = 0; n < batch; n++)
            {
                T* part = x + n * stride;
                nint i = 0;
                for (; i + V.Count <= inner; i += V.Count, at += V.Count) sum.Add(at, V.Load(part + i));
                if (i == inner) continue;
                sum.Add(at, Partial<V, T>.Load(part + i, inner - i, V.Number(0)));
                at += V.Count;
            }
            var mean = V.Create(sum.Total()) / count;
            at = 0;
            sum.Clear();
            for (nint n = 0; n < batch; n++)
            {
                T* part = x + n * stride;
                nint i = 0;
                for (; i + V.Count <= inner; i += V.Count, at += V.Count)
                {
                    var distance = V.Load(part + i) - mean;
                    sum.Add(at, distance * distance);
                }
                if (i == inner) continue;
                var rest = Partial<V, T>.Load(part + i, inner - i, mean) - mean;
                sum.Add(at, rest * rest);
                at += V.Count;
            }
            var variance = V.Create(sum.Total()) / count;
            ((T*)data->First)[channel] = *(T*)&mean;
            ((T*)data->Second)[channel] = *(T*)&variance;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Products(ChannelData* data, nint first, nint end)
    {
        Unsafe.SkipInit(out RowSum<V, T> sum);
        Unsafe.SkipInit(out RowSum<V, T> product);
        nint inner = (nint)data->Sizes.Inner, stride = (nint)data->Sizes.Count * inner, batch = (nint)data->Sizes.Batch;
        for (nint channel = first; channel < end; channel++)
        {
            var mean = V.Create(((T*)data->Center)[channel]);
            nint at = 0;
            sum.Clear();
            product.Clear();
            for (nint n = 0; n < batch; n++)
            {
                T* g = (T*)data->A + n * stride + channel * inner, x = (T*)data->B + n * stride + channel * inner;
                nint i = 0;
                for (; i + V.Count <= inner; i += V.Count, at += V.Count)
                {
                    var arriving = V.Load(g + i);
                    sum.Add(at, arriving);
                    product.Add(at, arriving * (V.Load(x + i) - mean));
                }
                if (i == inner) continue;
                var rest = Partial<V, T>.Load(g + i, inner - i, V.Number(0));
                sum.Add(at, rest);
                // Behind the end there is nothing, even where the mean is infinite.
                var terms = rest * (Partial<V, T>.Load(x + i, inner - i, mean) - mean);
                product.Add(at, Partial<V, T>.Load((T*)&terms, inner - i, V.Number(0)));
                at += V.Count;
            }
            ((T*)data->First)[channel] = sum.Total();
            ((T*)data->Second)[channel] = product.Total();
        }
    }

    /// <summary>Here a piece is one channel of one position in the batch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply(ChannelData* data, nint first, nint end)
    {
        nint inner = (nint)data->Sizes.Inner, channels = (nint)data->Sizes.Count;
        if (inner == 1)
        {
            Across(data, first, end);
            return;
        }
        for (nint piece = first; piece < end; piece++)
        {
            nint channel = piece % channels;
            T* x = (T*)data->A + piece * inner, y = (T*)data->Y + piece * inner;
            V center = V.Create(((T*)data->Center)[channel]), scale = V.Create(((T*)data->First)[channel]), shift = V.Create(((T*)data->Second)[channel]);
            nint i = 0;
            for (; i + V.Count <= inner; i += V.Count) V.MultiplyAdd(V.Load(x + i) - center, scale, shift).Store(y + i);
            if (i < inner) Partial<V, T>.Store(V.MultiplyAdd(Partial<V, T>.Load(x + i, inner - i, center) - center, scale, shift), y + i, inner - i);
        }
    }

    /// <summary>Pieces of one element: vectors go across channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Across(ChannelData* data, nint first, nint end)
    {
        nint channels = (nint)data->Sizes.Count;
        for (nint start = first; start < end;)
        {
            nint channel = start % channels, count = Math.Min(channels - channel, end - start), i = 0;
            T* x = (T*)data->A + start, y = (T*)data->Y + start;
            T* center = (T*)data->Center + channel, scale = (T*)data->First + channel, shift = (T*)data->Second + channel;
            for (; i + V.Count <= count; i += V.Count) V.MultiplyAdd(V.Load(x + i) - V.Load(center + i), V.Load(scale + i), V.Load(shift + i)).Store(y + i);
            if (i < count) Partial<V, T>.Store(V.MultiplyAdd(Rest(x) - Rest(center), Rest(scale), Rest(shift)), y + i, count - i);
            start += count;

            V Rest(T* source) => Partial<V, T>.Load(source + i, count - i, V.Number(0));
        }
    }
}
