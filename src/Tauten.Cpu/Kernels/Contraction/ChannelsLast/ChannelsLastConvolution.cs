using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Tauten.Cpu;

/// <summary>
/// Convolutions of many channels, and their gradients with respect to the input, as products [cells, taps * channels] x [taps * channels, out channels] with
/// copies of images whose channels lie side by side (<see cref="ChannelsLastImages{V, T}"/>). Cells of several rows and images are multiplied together, so that
/// small images fill the registers as large ones do.
/// </summary>
internal unsafe struct ChannelsLastConvolution<V, T> : IChunks
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <summary>What the copies of images that are worked on at a time may take.</summary>
    private const long CopyBytes = 6L << 20;

    /// <summary>Cells that are multiplied together, a multiple of the strips' rows.</summary>
    private const long MostCells = 96;

    /// <summary>What the results of a chunk may take: a part of a second-level cache.</summary>
    private const long ResultBytes = 384 << 10;

    /// <summary>How many cells before it is copied a pixel is asked for.</summary>
    private const int Ahead = 8;

    /// <summary>Fewer chunks than this are divided further.</summary>
    private const long EnoughChunks = 32;

    /// <summary>The target images [images, <see cref="outChannels"/> of all groups, ...].</summary>
    private T* target;

    private ConvolutionEpilogue<T> epilogue;
    private ChannelsLastImages<V, T> images;
    private ConvolutionPhases pass;
    private T* weights;
    private long groups, inChannels, outChannels, outPanels, step, firstImage, cells, cellsOfChunk, cellChunks, panelsOfChunk, panelChunks;

    /// <summary>y, or with <paramref name="turned"/> the gradient with respect to x.</summary>
    /// <param name="pass">What is summed.</param>
    /// <param name="batch">Images.</param>
    /// <param name="groups">Groups of channels.</param>
    /// <param name="inChannels">Channels of a group of <paramref name="source"/>.</param>
    /// <param name="outChannels">Channels of a group of <paramref name="target"/>.</param>
    /// <param name="window">Elements of the window.</param>
    /// <param name="source">The images.</param>
    /// <param name="weight">[groups, out channels, in channels, window]; where turned [groups, in channels, out channels, window].</param>
    /// <param name="turned">Whether in and out channels change places in the weight.</param>
    /// <param name="target">The result.</param>
    /// <param name="epilogue">What follows.</param>
    public static void Run(
        ConvolutionPhases pass, long batch, long groups, long inChannels, long outChannels, long window, T* source, T* weight, bool turned, T* target, in ConvolutionEpilogue<T> epilogue)
    {
        int lanes = Tiles<V, T>.PanelColumns;
        var work = new ChannelsLastConvolution<V, T>
        {
            target = target, epilogue = epilogue, groups = groups, inChannels = inChannels, outChannels = outChannels, outPanels = BlockSizes.Parts(outChannels, lanes),
            images = new()
            {
                Images = source, Channels = groups * inChannels, Source = pass.Source, Low = pass.Low, Padded = pass.Padded,
                RowStep = pass.Step[1], NeededRows = pass.NeededRows,
            },
        };
        long count = Math.Clamp(CopyBytes / sizeof(T) / work.images.ImageLength, 1, batch), taps = 0;
        foreach (var phase in pass.Phases)
            taps += phase.Length;
        long sizeOfCopies = (count * work.images.ImageLength + 63) & -64;
        using var scratch = Scratch.Take((sizeOfCopies + groups * taps * inChannels * work.outPanels * lanes) * sizeof(T));
        work.images.Copies = (T*)scratch.Pointer;
        work.weights = work.images.Copies + sizeOfCopies;
        work.step = BlockSizes.Inner<T>(inChannels);
        work.pass = pass;
        new WeightChunks { Work = work, Weight = weight, Window = window, Turned = turned }.Run();
        for (long first = 0; first < batch; first += count)
        {
            work.firstImage = first;
            long images = Math.Min(count, batch - first);
            work.images.Run(first, images);
            work.Multiply(images, taps);
        }
    }

    /// <summary>Everything of the images that have been copied.</summary>
    private void Multiply(long count, long taps)
    {
        int lanes = Tiles<V, T>.PanelColumns;
        const int stripRows = Tiles<V, T>.StripRows;
        cells = count * pass.Cells.Product;
        long rowBytes = pass.Cell[2] * lanes * sizeof(T);
        long mostCells = Math.Max(stripRows, Math.Min(MostCells, ResultBytes / rowBytes / stripRows * stripRows));
        panelsOfChunk = Math.Clamp(ResultBytes / (rowBytes * Math.Min(mostCells, 48)), 1, outPanels);
        mostCells = Math.Clamp(ResultBytes / (rowBytes * panelsOfChunk) / stripRows * stripRows, stripRows, mostCells);
        cellsOfChunk = BlockSizes.Even(cells, mostCells, stripRows);
        cellChunks = BlockSizes.Parts(cells, cellsOfChunk);
        long parts = Math.Clamp(EnoughChunks / (cellChunks * groups), BlockSizes.Parts(outPanels, panelsOfChunk), outPanels);
        panelsOfChunk = BlockSizes.Even(outPanels, BlockSizes.Parts(outPanels, parts), 1);
        panelChunks = BlockSizes.Parts(outPanels, panelsOfChunk);
        Workers.For(checked((int)(groups * cellChunks * panelChunks)), BlockSizes.Work<T>(cells, groups * outChannels, taps * inChannels), ref this);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int chunk)
    {
        int lanes = Tiles<V, T>.PanelColumns;
        long panel = chunk % panelChunks * panelsOfChunk, group = chunk / panelChunks / cellChunks;
        long first = chunk / panelChunks % cellChunks * cellsOfChunk, count = Math.Min(cellsOfChunk, cells - first);
        long channels = Math.Min(Math.Min(panelsOfChunk, outPanels - panel) * lanes, outChannels - panel * lanes);
        long columns = BlockSizes.Parts(channels, V.Count) * V.Count, width = pass.Cell[2];
        long tapsOfBlock = Math.Max(1, step == inChannels ? BlockSizes.MostInner<T>() / inChannels : 1);
        using var scratch = Scratch.Take((count * width * columns + count * Math.Max(step, tapsOfBlock * inChannels)) * sizeof(T) + (count + Ahead) * sizeof(long));
        var results = (T*)scratch.Pointer;
        var rows = results + count * width * columns;
        var pixels = (long*)(rows + count * Math.Max(step, tapsOfBlock * inChannels));
        FindPixels(first, count, group * inChannels, pixels);

        // Phases that differ in the last axis only are neighbours in memory: their results lie side by side and are stored together.
        var weight = weights;
        long sizeOfTap = inChannels * outPanels * lanes;
        for (int phase = 0; phase < pass.Phases.Length; phase++)
        {
            if (phase % width == 0 && AreEmpty(phase, width))
            {
                Store(null, columns, first, count, phase / width, group * outChannels + panel * lanes, (int)channels);
                phase += (int)width - 1;
                continue;
            }
            var taps = pass.Phases[phase];
            var result = results + phase % width * columns;
            if (taps.Length == 0)
            {
                for (long i = 0; i < count; i++)
                    new Span<T>(result + i * width * columns, (int)columns).Clear();
            }
            var groupWeight = weight + group * taps.Length * sizeOfTap + panel * taps.Length * inChannels * lanes;
            for (long tap = 0; tap < taps.Length; tap += tapsOfBlock)
            {
                long tapCount = Math.Min(tapsOfBlock, taps.Length - tap);
                for (long channel = 0; channel < inChannels; channel += step)
                {
                    long length = Math.Min(step, inChannels - channel), inner = tapCount * length;
                    for (long i = 0; i < tapCount; i++)
                        CopyRows(images.Copies + taps[tap + i].Pixel * images.Pitch + channel, pixels, count, rows + i * length, inner, length);
                    var right = groupWeight + (tap * inChannels + channel) * lanes;
                    Block<V, T>.Multiply(
                        count, columns, inner, LeftStrips<T>.InPlace(rows, inner, 1, Tiles<V, T>.StripRows),
                        RightPanels<T>.Packed(right, taps.Length * inChannels, columns, lanes),
                        result, width * columns, tap > 0 || channel > 0);
                }
            }
            weight += groups * taps.Length * sizeOfTap;
            if (phase % width == width - 1)
                Store(results, columns, first, count, phase / width, group * outChannels + panel * lanes, (int)channels);
        }
    }

    /// <summary>Where the pixels of cells lie in the copies.</summary>
    private readonly void FindPixels(long first, long count, long channel, long* pixels)
    {
        long step = pass.Step[2] * images.Pitch;
        for (long end = first + count; first < end;)
        {
            long x = first % pass.Cells[2], run = Math.Min(end - first, pass.Cells[2] - x), place = pass.PixelOf(first) * images.Pitch + channel;
            for (long i = 0; i < run; i++, place += step)
                *pixels++ = place;
            first += run;
        }
        for (int i = 0; i < Ahead; i++)
            pixels[i] = pixels[-1];
    }

    /// <summary>Some channels of the pixels of all cells.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyRows(T* source, long* pixels, long count, T* target, long pitch, long length)
    {
        long whole = length / V.Count * V.Count;
        for (long i = 0; i < count; i++, target += pitch)
        {
            T* from = source + pixels[i], ahead = source + pixels[i + Ahead];
            for (long at = 0; at < whole; at += V.Count)
            {
                // Pixels are a stride apart, where the hardware does not look ahead.
                if (Sse.IsSupported) Sse.Prefetch0(ahead + at);
                V.Load(from + at).Store(target + at);
            }
            for (long at = whole; at < length; at++)
                target[at] = from[at];
        }
    }

    /// <summary>Whether neighbouring phases have no taps.</summary>
    private readonly bool AreEmpty(int phase, long count)
    {
        for (int i = 0; i < count; i++)
        {
            if (pass.Phases[phase + i].Length > 0)
                return false;
        }
        return true;
    }

    /// <summary>Stores the results of a row of phases, or zeros: runs of pixels in rows of the target.</summary>
    private readonly void Store(T* results, long columns, long first, long count, long phase, long channel, int channels)
    {
        long width = pass.Cell[2], phaseZ = phase / pass.Cell[1], phaseY = phase % pass.Cell[1];
        long plane = pass.Target.Product;
        for (long end = first + count; first < end;)
        {
            long x = first % pass.Cells[2], row = first / pass.Cells[2], run = Math.Min(end - first, pass.Cells[2] - x);
            long targetZ = row / pass.Cells[1] % pass.Cells[0] * pass.Cell[0] + phaseZ;
            long targetY = row % pass.Cells[1] * pass.Cell[1] + phaseY;
            if (targetZ < pass.Target[0] && targetY < pass.Target[1])
            {
                long begin = x * width, stop = Math.Min(begin + run * width, pass.Target[2]);
                long image = firstImage + row / (pass.Cells[1] * pass.Cells[0]);
                var place = target + (image * groups * outChannels + channel) * plane + (targetZ * pass.Target[1] + targetY) * pass.Target[2] + begin;
                if (results is null)
                {
                    for (long i = 0; i < channels; i++)
                        new Span<T>(place + i * plane, (int)(stop - begin)).Clear();
                }
                else
                    ChannelLanes<V, T>.Scatter(results, columns, place, plane, channels, stop - begin);
                epilogue.Apply(place, channel, channels, plane, stop - begin);
            }
            first += run;
            results = results is null ? null : results + run * width * columns;
        }
    }

    /// <summary>Packs weights: for each phase and group [out panels, taps, in channels, lanes]. A chunk is some in channels of a panel.</summary>
    private struct WeightChunks : IChunks
    {
        /// <summary>Elements of the windows of a chunk, for each lane.</summary>
        private const long ElementsOfChunk = 288;

        /// <summary>What they are for.</summary>
        public ChannelsLastConvolution<V, T> Work;

        /// <summary>The weights.</summary>
        public T* Weight;

        /// <summary>Elements of the window.</summary>
        public long Window;

        /// <summary>Whether in and out channels change places.</summary>
        public bool Turned;

        private long parts, channelsOfChunk;

        /// <summary>Packs all.</summary>
        public void Run()
        {
            channelsOfChunk = Math.Max(1, ElementsOfChunk / Window);
            parts = BlockSizes.Parts(Work.inChannels, channelsOfChunk);
            double elements = (double)Work.groups * Work.outChannels * Work.inChannels * Window;
            Workers.For(checked((int)(Work.groups * Work.outPanels * parts)), elements * 0.5, ref this);
        }

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int chunk)
        {
            int lanes = Tiles<V, T>.PanelColumns;
            long first = chunk % parts * channelsOfChunk, count = Math.Min(channelsOfChunk, Work.inChannels - first);
            long panel = chunk / parts % Work.outPanels, group = chunk / parts / Work.outPanels;
            int channels = (int)Math.Min(lanes, Work.outChannels - panel * lanes);
            using var scratch = Scratch.Take(count * Window * lanes * sizeof(T));
            var windows = (T*)scratch.Pointer;
            var source = Weight + group * Work.outChannels * Work.inChannels * Window;
            if (Turned && Window == 1 && channels == lanes)
            {
                // Lanes lie side by side already.
                var place = Work.weights + ((group * Work.outPanels + panel) * Work.inChannels + first) * lanes;
                for (long i = 0; i < count; i++, place += lanes)
                {
                    var from = source + (first + i) * Work.outChannels + panel * lanes;
                    V.Load(from).Store(place);
                    V.Load(from + V.Count).Store(place + V.Count);
                }
                return;
            }
            if (Turned)
            {
                for (long i = 0; i < count; i++)
                    ChannelLanes<V, T>.Gather(source + ((first + i) * Work.outChannels + panel * lanes) * Window, Window, channels, Window, windows + i * Window * lanes, lanes, lanes);
            }
            else
                ChannelLanes<V, T>.Gather(source + (panel * lanes * Work.inChannels + first) * Window, Work.inChannels * Window, channels, count * Window, windows, lanes, lanes);

            var target = Work.weights;
            foreach (var taps in Work.pass.Phases)
            {
                var place = target + (group * Work.outPanels + panel) * taps.Length * Work.inChannels * lanes;
                for (long tap = 0; tap < taps.Length; tap++)
                {
                    for (long i = 0; i < count; i++)
                    {
                        var from = windows + (i * Window + taps[tap].Element) * lanes;
                        var to = place + (tap * Work.inChannels + first + i) * lanes;
                        V.Load(from).Store(to);
                        V.Load(from + V.Count).Store(to + V.Count);
                    }
                }
                target += Work.groups * Work.outPanels * taps.Length * Work.inChannels * lanes;
            }
        }
    }
}
