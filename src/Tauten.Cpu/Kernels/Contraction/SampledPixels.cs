using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>The pixels that windows of one element see when they go in steps, as images of their own, and back with zeros between them. A chunk is some channels.</summary>
internal unsafe struct SampledPixels<V, T> : IChunks
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <summary>Pixels of a chunk, about.</summary>
    private const long PixelsOfChunk = 1 << 14;

    private ConvolutionShape shape;
    private T* images, samples;
    private long planesOfChunk;
    private bool scatters;

    /// <summary>samples[image, channel, position] = images[image, channel, position * stride].</summary>
    public static void Gather(in ConvolutionShape shape, T* images, T* samples) => Run(shape, images, samples, false);

    /// <summary>The other way round; all other pixels become zero.</summary>
    public static void Scatter(in ConvolutionShape shape, T* samples, T* images) => Run(shape, images, samples, true);

    private static void Run(in ConvolutionShape shape, T* images, T* samples, bool scatters)
    {
        var work = new SampledPixels<V, T> { shape = shape, images = images, samples = samples, scatters = scatters };
        long planes = shape.Batch * shape.InChannels;
        work.planesOfChunk = Math.Max(1, PixelsOfChunk / shape.Input.Product);
        Workers.For(checked((int)BlockSizes.Parts(planes, work.planesOfChunk)), (double)planes * shape.Input.Product * 0.2, ref work);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int chunk)
    {
        long end = Math.Min((chunk + 1) * planesOfChunk, shape.Batch * shape.InChannels);
        for (long plane = chunk * planesOfChunk; plane < end; plane++)
        {
            T* image = images + plane * shape.Input.Product, sample = samples + plane * shape.Output.Product;
            if (scatters)
                Convolutions.Clear(image, shape.Input.Product);
            for (long z = 0; z < shape.Output[0]; z++)
            {
                for (long y = 0; y < shape.Output[1]; y++, sample += shape.Output[2])
                {
                    var row = image + (z * shape.Stride[0] * shape.Input[1] + y * shape.Stride[1]) * shape.Input[2];
                    if (scatters)
                        ScatterRow(sample, row, shape.Output[2], shape.Stride[2], shape.Input[2]);
                    else
                        GatherRow(row, sample, shape.Output[2], shape.Stride[2], shape.Input[2]);
                }
            }
        }
    }

    /// <summary>One row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GatherRow(T* row, T* sample, long count, long step, long width)
    {
        long i = 0;
        if (step == 1)
        {
            Unsafe.CopyBlockUnaligned(sample, row, (uint)(count * sizeof(T)));
            return;
        }
        if (step == 2)
        {
            for (; 2 * (i + V.Count) <= width && i + V.Count <= count; i += V.Count)
                Pairs<V, T>.Split(row + 2 * i).Even.Store(sample + i);
            if (i < count && i > 0 && 2 * count <= width)
            {
                i = count - V.Count;
                Pairs<V, T>.Split(row + 2 * i).Even.Store(sample + i);
                return;
            }
        }
        for (; i < count; i++)
            sample[i] = row[i * step];
    }

    /// <summary>One row, which is zero so far.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScatterRow(T* sample, T* row, long count, long step, long width)
    {
        long i = 0;
        if (step == 1)
        {
            Unsafe.CopyBlockUnaligned(row, sample, (uint)(count * sizeof(T)));
            return;
        }
        if (step == 2)
        {
            for (; 2 * (i + V.Count) <= width && i + V.Count <= count; i += V.Count)
                Pairs<V, T>.Join(V.Load(sample + i), default, row + 2 * i);
        }
        for (; i < count; i++)
            row[i * step] = sample[i];
    }
}
