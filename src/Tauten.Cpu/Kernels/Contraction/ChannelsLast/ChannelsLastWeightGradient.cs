using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// The gradient of a convolution of many channels with respect to its weight: for each tap the product [out channels, positions] x [positions, channels], channels
/// being lanes. The positions of all images are one range, cut into blocks; blocks are shared out to parts by the shape alone, each part sums its blocks in
/// order, then the parts are added in order.
/// </summary>
internal unsafe struct ChannelsLastWeightGradient<V, T> : IChunks
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <summary>Positions of a block.</summary>
    private const long MostPositions = 256;

    /// <summary>Images of fewer positions are worked on together, from a copy of the gradient in which their positions follow each other.</summary>
    private const long FewPositions = 192;

    /// <summary>What the copies of images that are worked on at a time may take.</summary>
    private const long CopyBytes = 6L << 20;

    /// <summary>Parts and panels together: enough for 8 threads.</summary>
    private const long EnoughChunks = 16;

    /// <summary>Keeps rows of the copied gradient in different sets of the caches.</summary>
    private const long Stagger = 16;

    private ConvolutionShape shape;
    private ConvolutionPhases pass;
    private ChannelsLastImages<V, T> images;
    private T* gradient, weightGradient, sums;
    private long gradientRow, firstImage, imageCount, blockLength, blocksOfImage, blocks, panels, panelsOfChunk, panelChunks, parts;
    private bool isCopied, isDirect, accumulate;

    /// <summary>The gradient.</summary>
    public static void Run(in ConvolutionShape shape, T* x, T* yGradient, T* weightGradient)
    {
        int lanes = Tiles<V, T>.PanelColumns;
        long outputs = shape.OutChannelsOfGroup, pixels = shape.Output.Product, taps = shape.Kernel.Product;
        var pass = ConvolutionPhases.Forward(shape.IsPointwise ? shape.Flattened() : shape);
        var work = new ChannelsLastWeightGradient<V, T>
        {
            shape = shape, pass = pass, weightGradient = weightGradient,
            images = new() { Images = x, Channels = shape.InChannels, Source = pass.Source, Low = pass.Low, Padded = pass.Padded, RowStep = pass.Step[1], NeededRows = pass.NeededRows },
            isCopied = pixels < FewPositions && shape.Batch > 1,
            panels = BlockSizes.Parts(shape.InChannelsOfGroup, lanes),
        };
        long most = Math.Clamp(CopyBytes / sizeof(T) / (work.images.ImageLength + (work.isCopied ? shape.OutChannels * pixels : 0)), 1, shape.Batch);
        work.SetBlocks(most);
        work.panelsOfChunk = taps == 1 ? Math.Clamp(work.panels / 8, 1, 4) : 1;
        work.panelChunks = BlockSizes.Parts(work.panels, work.panelsOfChunk);
        work.parts = Math.Clamp(EnoughChunks / (shape.Groups * work.panelChunks), 1, work.blocks);
        work.isDirect = taps == 1 && work.parts == 1;
        long sizeOfPart = work.isDirect ? 0 : shape.Groups * work.panels * lanes * outputs * taps;
        long sizeOfImages = shape.IsPointwise ? 0 : (most * work.images.ImageLength + 2 * lanes + 63) & -64;
        long sizeOfGradient = work.isCopied ? shape.OutChannels * (most * pixels + Stagger) : 0;
        using var scratch = Scratch.Take((sizeOfImages + work.parts * sizeOfPart + sizeOfGradient) * sizeof(T));
        work.images.Copies = (T*)scratch.Pointer;
        work.sums = work.images.Copies + sizeOfImages;
        var copiedGradient = work.sums + work.parts * sizeOfPart;
        for (long first = 0; first < shape.Batch; first += most)
        {
            long count = Math.Min(most, shape.Batch - first);
            work.accumulate = first > 0;
            work.SetBlocks(count);
            work.firstImage = first;
            if (!shape.IsPointwise)
                work.images.Run(first, count);
            work.gradient = yGradient + first * shape.OutChannels * pixels;
            work.gradientRow = pixels;
            if (work.isCopied)
            {
                work.gradientRow = count * pixels + Stagger;
                var copies = new CopyChunks { Source = work.gradient, Channels = shape.OutChannels, Pixels = pixels, Images = count, Target = copiedGradient, Row = work.gradientRow };
                Workers.For(checked((int)shape.OutChannels), (double)shape.OutChannels * count * pixels * 0.2, ref copies);
                work.gradient = copiedGradient;
            }
            double nanoseconds = BlockSizes.Work<T>(count * pixels, shape.OutChannels, shape.InChannelsOfGroup * taps);
            Workers.For(checked((int)(shape.Groups * work.panelChunks * work.parts)), nanoseconds, ref work);
        }
        if (!work.isDirect)
        {
            var finish = new FinishChunks { Work = work, SizeOfPart = sizeOfPart };
            Workers.For(checked((int)(shape.Groups * work.panels)), (double)sizeOfPart * (work.parts * 0.1 + 0.5), ref finish);
        }
    }

    /// <summary>Cuts the positions of some images into blocks.</summary>
    private void SetBlocks(long count)
    {
        imageCount = count;
        long range = shape.Output.Product * (isCopied ? count : 1);
        blockLength = BlockSizes.Even(range, MostPositions, 1);
        blocksOfImage = BlockSizes.Parts(range, blockLength);
        blocks = isCopied ? blocksOfImage : count * blocksOfImage;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int chunk)
    {
        int lanes = Tiles<V, T>.PanelColumns;
        long panel = chunk % panelChunks * panelsOfChunk, group = chunk / panelChunks % shape.Groups, part = chunk / panelChunks / shape.Groups;
        long panelEnd = Math.Min(panel + panelsOfChunk, panels), outputs = shape.OutChannelsOfGroup, pixels = shape.Output.Product;
        var taps = pass.Phases[0];
        using var scratch = Scratch.Take(blockLength * lanes * sizeof(T) + blockLength * sizeof(long));
        var rows = (T*)scratch.Pointer;
        var places = (long*)(rows + blockLength * lanes);
        // Later ranges may have fewer blocks than parts; the first one has at least as many.
        long begin = blocks * part / parts, end = blocks * (part + 1) / parts;
        for (long block = begin; block < end; block++)
        {
            long image = isCopied ? 0 : block / blocksOfImage, range = isCopied ? imageCount * pixels : pixels;
            long first = isCopied ? block * blockLength : block % blocksOfImage * blockLength, length = Math.Min(blockLength, range - first);
            if (!shape.IsPointwise)
                FindPlaces(image * pixels + first, length, places);
            var left = gradient + group * outputs * gradientRow + image * shape.OutChannels * pixels + first;
            for (long i = panel; i < panelEnd; i++)
            {
                long channel = i * lanes, channels = Math.Min(lanes, shape.InChannelsOfGroup - channel);
                long columns = isDirect ? channels : BlockSizes.Parts(channels, V.Count) * V.Count;
                for (long tap = 0; tap < taps.Length; tap++)
                {
                    if (shape.IsPointwise)
                        GatherRows(firstImage * pixels + image * pixels + first, length, group * shape.InChannelsOfGroup + channel, (int)channels, rows);
                    else
                        CopyRows(images.Copies + taps[tap].Pixel * images.Pitch + group * shape.InChannelsOfGroup + channel, places, length, rows);
                    var sum = isDirect
                        ? weightGradient + group * outputs * shape.InChannelsOfGroup + channel
                        : sums + (((part * shape.Groups + group) * panels + i) * taps.Length + tap) * outputs * lanes;
                    Block<V, T>.Multiply(
                        outputs, columns, length, LeftStrips<T>.InPlace(left, gradientRow, 1, Tiles<V, T>.StripRows),
                        RightPanels<T>.Packed(rows, length, columns, lanes), sum, isDirect ? shape.InChannelsOfGroup : lanes, accumulate || block > begin);
                }
            }
        }
    }

    /// <summary>Where the inputs of positions lie in the copies.</summary>
    private readonly void FindPlaces(long first, long count, long* places)
    {
        long step = pass.Step[2] * images.Pitch;
        for (long end = first + count; first < end;)
        {
            long x = first % pass.Cells[2], run = Math.Min(end - first, pass.Cells[2] - x), place = pass.PixelOf(first) * images.Pitch;
            for (long i = 0; i < run; i++, place += step)
                *places++ = place;
            first += run;
        }
    }

    /// <summary>Some channels of pixels of one or more images, side by side, straight from the images.</summary>
    private readonly void GatherRows(long first, long count, long channel, int channels, T* target)
    {
        int lanes = Tiles<V, T>.PanelColumns;
        long pixels = shape.Input.Product;
        for (long end = first + count; first < end;)
        {
            long run = Math.Min(end - first, pixels - first % pixels);
            var source = images.Images + (first / pixels * shape.InChannels + channel) * pixels + first % pixels;
            ChannelLanes<V, T>.Gather(source, pixels, channels, run, target, lanes, lanes);
            target += run * lanes;
            first += run;
        }
    }

    /// <summary>Some lanes of the inputs of positions, side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyRows(T* source, long* places, long count, T* target)
    {
        for (long i = 0; i < count; i++, target += 2 * V.Count)
        {
            var from = source + places[i];
            V.Load(from).Store(target);
            V.Load(from + V.Count).Store(target + V.Count);
        }
    }

    /// <summary>Copies one channel of the gradient, all images in a row.</summary>
    private struct CopyChunks : IChunks
    {
        /// <summary>[images, channels, pixels] and [channels, images, pixels].</summary>
        public T* Source, Target;

        /// <summary>The sizes.</summary>
        public long Channels, Pixels, Images;

        /// <summary>Distance of channels of the copy.</summary>
        public long Row;

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int chunk)
        {
            for (long image = 0; image < Images; image++)
                Unsafe.CopyBlockUnaligned(Target + chunk * Row + image * Pixels, Source + (image * Channels + chunk) * Pixels, (uint)(Pixels * sizeof(T)));
        }
    }

    /// <summary>Adds the parts of one panel of channels and puts the sums where they belong.</summary>
    private struct FinishChunks : IChunks
    {
        /// <summary>The sums.</summary>
        public ChannelsLastWeightGradient<V, T> Work;

        /// <summary>Elements of a part.</summary>
        public long SizeOfPart;

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int chunk)
        {
            int lanes = Tiles<V, T>.PanelColumns;
            long group = chunk / Work.panels, channel = chunk % Work.panels * lanes;
            long taps = Work.pass.Phases[0].Length, outputs = Work.shape.OutChannelsOfGroup, inputs = Work.shape.InChannelsOfGroup;
            int channels = (int)Math.Min(lanes, inputs - channel);
            var sums = Work.sums + chunk * taps * outputs * lanes;
            for (long part = 1; part < Work.parts; part++)
                Rows<V, T>.Add(sums + part * SizeOfPart, sums, taps * outputs * lanes);
            for (long output = 0; output < outputs; output++)
            {
                var target = Work.weightGradient + ((group * outputs + output) * inputs + channel) * taps;
                if (taps == 1)
                    Unsafe.CopyBlockUnaligned(target, sums + output * lanes, (uint)(channels * sizeof(T)));
                else
                    ChannelLanes<V, T>.Scatter(sums + output * lanes, outputs * lanes, target, taps, channels, taps);
            }
        }
    }
}
