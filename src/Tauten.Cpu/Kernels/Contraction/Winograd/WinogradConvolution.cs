using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// A convolution with windows of 3 x 3 by <see cref="WinogradTransform{V, T}"/>: windows and inputs are transformed, for each of the 36 values one matrix product
/// [tiles, channels] x [channels, out channels] follows, and its results are transformed back. Also the gradient with respect to the input.
/// </summary>
internal unsafe struct WinogradConvolution<V, T> : IChunks
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <summary>What the transformed inputs that are worked on at a time may take.</summary>
    private const long InputBytes = 8L << 20;

    /// <summary>What the transformed windows that are worked on at a time may take.</summary>
    private const long WeightBytes = 10L << 20;

    /// <summary>Tiles that are multiplied together, a multiple of the strips' rows.</summary>
    private const long MostTiles = 48;

    /// <summary>Panels of output channels that are multiplied together.</summary>
    private const long MostPanels = 2;

    /// <summary>Keeps the 36 values of a tile in different sets of the caches.</summary>
    private const long Stagger = 80;

    private ConvolutionEpilogue<T> epilogue;
    private WinogradTiles tiles;
    private T* inputs, weights, bias, target;
    private bool isChannelsLast;
    private long inChannels, outChannels, inputStep, weightStep, tileStep, firstRow, tileCount, firstPanel, panelCount, tileBlocks;

    /// <summary>y, or with <paramref name="turned"/> the gradient with respect to x.</summary>
    /// <param name="tiles">The sizes.</param>
    /// <param name="inChannels">Channels of <paramref name="source"/>.</param>
    /// <param name="outChannels">Channels of <paramref name="target"/>.</param>
    /// <param name="source">The images.</param>
    /// <param name="weight">The windows [out channels, in channels, 3, 3]; where turned [in channels, out channels, 3, 3].</param>
    /// <param name="turned">Whether windows are turned round.</param>
    /// <param name="target">The result.</param>
    /// <param name="epilogue">What follows.</param>
    public static void Run(in WinogradTiles tiles, long inChannels, long outChannels, T* source, KernelWeight<T> weight, bool turned, T* target, in ConvolutionEpilogue<T> epilogue) =>
        Run(new WinogradConvolution<V, T> { tiles = tiles, target = target, epilogue = epilogue, inChannels = inChannels, outChannels = outChannels }, source, weight, turned);

    /// <summary>y = x * w + bias for images whose channels lie side by side, and what follows, over whole pixels.</summary>
    public static void RunChannelsLast(in ConvolutionShape shape, T* source, KernelWeight<T> weight, T* bias, T* target, in ProductEpilogue<T> epilogue)
    {
        var work = new WinogradConvolution<V, T> { tiles = WinogradTiles.Of(shape), target = target, bias = bias, isChannelsLast = true, inChannels = shape.InChannels, outChannels = shape.OutChannels };
        Run(work, source, weight, turned: false);
        new PixelChunks { Epilogue = epilogue, Target = target, Pixels = shape.Batch * shape.Output.Product, Channels = shape.OutChannels }.Run();
    }

    private static void Run(WinogradConvolution<V, T> work, T* source, KernelWeight<T> weight, bool turned)
    {
        var tiles = work.tiles;
        long inChannels = work.inChannels, outChannels = work.outChannels;
        int lanes = Tiles<V, T>.PanelColumns;
        const int products = WinogradTransform<V, T>.Products;
        work.tileStep = BlockSizes.Parts(inChannels, V.Count) * V.Count;
        long panels = BlockSizes.Parts(outChannels, lanes);
        long mostRows = Math.Clamp(InputBytes / (products * tiles.Columns * work.tileStep * sizeof(T)), 1, tiles.Rows);
        long mostPanels = Math.Clamp(WeightBytes / (products * inChannels * lanes * sizeof(T)), 1, panels);
        work.inputStep = mostRows * tiles.Columns * work.tileStep + lanes + Stagger;
        // Where windows stay the same for all calls, they are transformed once and for all.
        bool keeps = weight.Forms is not null;
        work.weightStep = (keeps ? panels : mostPanels) * inChannels * lanes + Stagger;
        using var scratch = Scratch.Take(products * work.inputStep * sizeof(T));
        using var form = WeightForm.Take(weight.Forms, new(FormKind.Winograd, weight.Start, outChannels, inChannels, 1), products * work.weightStep * sizeof(T));
        work.inputs = (T*)scratch.Pointer;
        var transformed = (T*)form.Pointer;
        if (keeps && form.IsNew)
        {
            Transform(inChannels, outChannels, weight.First, turned, 0, panels, transformed, work.weightStep);
            form.Filled();
        }

        for (long row = 0; row < tiles.Rows; row += mostRows)
        {
            work.firstRow = row;
            long rows = Math.Min(mostRows, tiles.Rows - row);
            work.tileCount = rows * tiles.Columns;
            new WinogradTileChunks<V, T, WinogradInputTile>
            {
                Tiles = tiles, Source = source, IsChannelsLast = work.isChannelsLast, Height = tiles.InputHeight, Width = tiles.InputWidth, Top = tiles.Top, Left = tiles.Left,
                ChannelsOfImage = inChannels, Channels = inChannels, FirstRow = row, Rows = rows,
                Target = work.inputs, Step = work.inputStep, PanelStep = lanes, TileStep = work.tileStep,
            }.Run();
            for (long panel = 0; panel < panels; panel += mostPanels)
            {
                work.firstPanel = panel;
                work.panelCount = Math.Min(mostPanels, panels - panel);
                work.weights = keeps ? transformed + panel * inChannels * lanes : transformed;
                if (!keeps && (row == 0 || mostPanels < panels)) Transform(inChannels, outChannels, weight.First, turned, panel, work.panelCount, transformed, work.weightStep);
                work.Multiply();
            }
        }
    }

    private static void Transform(long inChannels, long outChannels, T* weight, bool turned, long firstPanel, long panels, T* target, long step) => new WinogradWeightChunks<V, T>
    {
        InChannels = inChannels, OutChannels = outChannels, Weight = weight, Turned = turned, FirstPanel = firstPanel, Panels = panels, Target = target, Step = step,
    }.Run();

    /// <summary>The products of all transformed tiles and windows.</summary>
    private void Multiply()
    {
        tileBlocks = BlockSizes.Parts(tileCount, MostTiles);
        double work = 36 * BlockSizes.Work<T>(tileCount, panelCount * Tiles<V, T>.PanelColumns, inChannels);
        Workers.For(checked((int)(tileBlocks * BlockSizes.Parts(panelCount, MostPanels))), work, ref this);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int chunk)
    {
        int lanes = Tiles<V, T>.PanelColumns;
        long tilesOfBlock = BlockSizes.Even(tileCount, MostTiles, Tiles<V, T>.StripRows);
        long tile = chunk % tileBlocks * tilesOfBlock, count = Math.Min(tilesOfBlock, tileCount - tile);
        long panel = chunk / tileBlocks * MostPanels, panels = Math.Min(MostPanels, panelCount - panel);
        if (count <= 0)
            return;
        long channel = (firstPanel + panel) * lanes, channels = Math.Min(panels * lanes, outChannels - channel);
        long columns = BlockSizes.Parts(channels, V.Count) * V.Count, step = count * columns + Stagger;
        using var scratch = Scratch.Take((WinogradTransform<V, T>.Products * step + 16 * tiles.Columns * lanes) * sizeof(T));
        var products = (T*)scratch.Pointer;
        for (int value = 0; value < WinogradTransform<V, T>.Products; value++)
        {
            var left = LeftStrips<T>.InPlace(inputs + value * inputStep + tile * tileStep, tileStep, 1, Tiles<V, T>.StripRows);
            var right = RightPanels<T>.Packed(weights + value * weightStep + panel * inChannels * lanes, inChannels, columns, lanes);
            Block<V, T>.Multiply(count, columns, inChannels, left, right, products + value * step, columns, false);
        }
        var pixels = products + WinogradTransform<V, T>.Products * step;
        for (long first = 0; first < columns; first += lanes)
            Finish(products + first, step, columns, tile, count, channel + first, (int)Math.Min(lanes, channels - first), pixels);
    }

    /// <summary>Transforms the tiles of one panel of channels back and stores their pixels, a part of a row of tiles at a time.</summary>
    private readonly void Finish(T* products, long step, long tileDistance, long tile, long count, long channel, int channels, T* pixels)
    {
        int lanes = Tiles<V, T>.PanelColumns;
        for (long end = tile + count; tile < end;)
        {
            long row = firstRow + tile / tiles.Columns, column = tile % tiles.Columns, run = Math.Min(end - tile, tiles.Columns - column);
            long pitch = 4 * run * lanes;
            for (long i = 0; i < run; i++, products += tileDistance)
            {
                WinogradTransform<V, T>.Output(products, step, pixels + 4 * i * lanes, pitch, lanes);
                if (channels > V.Count)
                    WinogradTransform<V, T>.Output(products + V.Count, step, pixels + 4 * i * lanes + V.Count, pitch, lanes);
            }
            long image = row / tiles.RowsOfImage, y = row % tiles.RowsOfImage * 4, plane = tiles.OutputHeight * tiles.OutputWidth;
            long width = Math.Min(4 * run, tiles.OutputWidth - 4 * column);
            if (isChannelsLast)
            {
                StorePixels(pixels, pitch, image, y, 4 * column, width, channel, channels);
                tile += run;
                continue;
            }
            var place = target + (image * outChannels + channel) * plane + y * tiles.OutputWidth + 4 * column;
            long height = Math.Min(4, tiles.OutputHeight - y);
            for (long i = 0; i < height; i++) ChannelLanes<V, T>.Scatter(pixels + i * pitch, lanes, place + i * tiles.OutputWidth, plane, channels, width);
            // Whole rows follow each other.
            if (width == tiles.OutputWidth) epilogue.Apply(place, channel, channels, plane, height * width);
            else
                for (long i = 0; i < height; i++) epilogue.Apply(place + i * tiles.OutputWidth, channel, channels, plane, width);
            tile += run;
        }
    }

    /// <summary>Some channels of a part of a row of tiles, and their bias, to where channels lie side by side.</summary>
    private readonly void StorePixels(T* pixels, long pitch, long image, long y, long x, long width, long channel, int channels)
    {
        int lanes = Tiles<V, T>.PanelColumns;
        var kept = stackalloc V[2];
        (kept[0], kept[1]) = (default, default);
        if (bias != null) Unsafe.CopyBlockUnaligned(kept, bias + channel, (uint)(channels * sizeof(T)));
        V low = kept[0], high = kept[1];
        for (long row = 0; row < Math.Min(4, tiles.OutputHeight - y); row++)
        {
            var from = pixels + row * pitch;
            var to = target + ((image * tiles.OutputHeight + y + row) * tiles.OutputWidth + x) * outChannels + channel;
            for (long i = 0; i < width; i++, from += lanes, to += outChannels)
            {
                if (channels == lanes)
                {
                    (V.Load(from) + low).Store(to);
                    (V.Load(from + V.Count) + high).Store(to + V.Count);
                    continue;
                }
                (kept[0], kept[1]) = (V.Load(from) + low, V.Load(from + V.Count) + high);
                Unsafe.CopyBlockUnaligned(to, kept, (uint)(channels * sizeof(T)));
            }
        }
    }

    /// <summary>What follows, over whole pixels: a tile has too few channels of too few pixels for a loop.</summary>
    private struct PixelChunks : IChunks
    {
        private const long ElementsOfChunk = 16 << 10;

        /// <summary>What follows.</summary>
        public ProductEpilogue<T> Epilogue;

        /// <summary>The result.</summary>
        public T* Target;

        /// <summary>Its sizes.</summary>
        public long Pixels, Channels;

        private long pixelsOfChunk;

        /// <summary>Does all pixels.</summary>
        public void Run()
        {
            if (Epilogue.IsEmpty)
                return;
            pixelsOfChunk = Math.Max(1, ElementsOfChunk / Channels);
            Workers.For(checked((int)BlockSizes.Parts(Pixels, pixelsOfChunk)), (double)Pixels * Channels * 0.3, ref this);
        }

        /// <inheritdoc/>
        public readonly void Run(int chunk) =>
            Epilogue.Apply(Target + chunk * pixelsOfChunk * Channels, Math.Min(pixelsOfChunk, Pixels - chunk * pixelsOfChunk), Channels, Channels);
    }
}

/// <summary>
/// Transforms windows: value f of in channel c, of the lanes of panel p of out channels, begins at target[f * Step + (p * InChannels + c) * lanes].
/// A chunk is some in channels of one panel.
/// </summary>
internal unsafe struct WinogradWeightChunks<V, T> : IChunks
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <summary>In channels of a chunk.</summary>
    private const long ChannelsOfChunk = 32;

    /// <summary>Elements of a window.</summary>
    private const int Window = 9;

    /// <summary>Channels.</summary>
    public long InChannels, OutChannels;

    /// <summary>[out channels, in channels, 3, 3], or the other way about where turned.</summary>
    public T* Weight;

    /// <summary>Whether windows are turned round and in and out channels change places.</summary>
    public bool Turned;

    /// <summary>The first panel of out channels, and how many.</summary>
    public long FirstPanel, Panels;

    /// <summary>Where values go.</summary>
    public T* Target;

    /// <summary>Distance of values.</summary>
    public long Step;

    /// <summary>Does all panels.</summary>
    public void Run()
    {
        double work = (double)Panels * Tiles<V, T>.PanelColumns * InChannels * 6;
        Workers.For(checked((int)(Panels * BlockSizes.Parts(InChannels, ChannelsOfChunk))), work, ref this);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int chunk)
    {
        int lanes = Tiles<V, T>.PanelColumns;
        long panel = chunk % Panels, first = chunk / Panels * ChannelsOfChunk, count = Math.Min(ChannelsOfChunk, InChannels - first);
        long channel = (FirstPanel + panel) * lanes;
        int channels = (int)Math.Min(lanes, OutChannels - channel);
        using var scratch = Scratch.Take(count * Window * lanes * sizeof(T));
        var windows = (T*)scratch.Pointer;
        if (Turned)
        {
            for (long i = 0; i < count; i++)
                ChannelLanes<V, T>.Gather(Weight + ((first + i) * OutChannels + channel) * Window, Window, channels, Window, windows + i * Window * lanes, lanes, lanes);
        }
        else
            ChannelLanes<V, T>.Gather(Weight + (channel * InChannels + first) * Window, InChannels * Window, channels, count * Window, windows, lanes, lanes);

        int start = Turned ? (Window - 1) * lanes : 0, column = Turned ? -lanes : lanes;
        for (long i = 0; i < count; i++)
        {
            var source = windows + i * Window * lanes + start;
            var target = Target + (panel * InChannels + first + i) * lanes;
            WinogradTransform<V, T>.Weight(source, 3 * column, column, target, Step);
            WinogradTransform<V, T>.Weight(source + V.Count, 3 * column, column, target + V.Count, Step);
        }
    }
}
