using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// The gradient of a convolution with respect to its windows of 3 x 3, by the transposed <see cref="WinogradTransform{V, T}"/>: inputs and the output's gradient
/// are transformed, for each of the 36 values one matrix product [out channels, tiles] x [tiles, channels] adds up all tiles in order, and the sums are
/// transformed back.
/// </summary>
internal unsafe struct WinogradWeightGradient<V, T> : IChunks
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <summary>What the transformed inputs and gradients that are worked on at a time may take.</summary>
    private const long TileBytes = 10L << 20;

    /// <summary>What the sums that are worked on at a time may take.</summary>
    private const long SumBytes = 10L << 20;

    /// <summary>Keeps the 36 values of a tile in different sets of the caches.</summary>
    private const long Stagger = 80;

    private T* inputs, gradients, sums;
    private long inChannels, inputStep, gradientStep, sumStep, sumRow, tileCount, mostTiles, outPanels, outChannels;
    private bool accumulate;

    /// <summary>The gradient [out channels, in channels, 3, 3].</summary>
    public static void Run(in WinogradTiles tiles, long inChannels, long outChannels, T* x, T* yGradient, T* weightGradient)
    {
        int lanes = Tiles<V, T>.PanelColumns;
        const int products = WinogradTransform<V, T>.Products;
        var work = new WinogradWeightGradient<V, T> { inChannels = inChannels, outChannels = outChannels };
        long inPanels = BlockSizes.Parts(inChannels, lanes), outPanels = BlockSizes.Parts(outChannels, lanes);
        work.sumRow = inPanels * lanes;
        long mostPanels = BlockSizes.Even(outPanels, Math.Clamp(SumBytes / (products * work.sumRow * lanes * sizeof(T)), 1, outPanels), 1);
        long rowBytes = products * tiles.Columns * (inPanels + mostPanels) * lanes * sizeof(T);
        long mostRows = BlockSizes.Even(tiles.Rows, Math.Clamp(TileBytes / rowBytes, 1, tiles.Rows), 1);
        work.mostTiles = mostRows * tiles.Columns;
        work.inputStep = work.mostTiles * inPanels * lanes + Stagger;
        work.gradientStep = work.mostTiles * mostPanels * lanes + Stagger;
        work.sumStep = mostPanels * lanes * work.sumRow + Stagger;
        using var scratch = Scratch.Take(products * (work.inputStep + work.gradientStep + work.sumStep) * sizeof(T));
        work.inputs = (T*)scratch.Pointer;
        work.gradients = work.inputs + products * work.inputStep;
        work.sums = work.gradients + products * work.gradientStep;

        for (long panel = 0; panel < outPanels; panel += mostPanels)
        {
            work.outPanels = Math.Min(mostPanels, outPanels - panel);
            long channels = Math.Min(work.outPanels * lanes, outChannels - panel * lanes);
            for (long row = 0; row < tiles.Rows; row += mostRows)
            {
                long rows = Math.Min(mostRows, tiles.Rows - row);
                work.tileCount = rows * tiles.Columns;
                work.accumulate = row > 0;
                if (panel == 0 || mostRows < tiles.Rows)
                {
                    new WinogradTileChunks<V, T, WinogradInputTile>
                    {
                        Tiles = tiles, Source = x, Height = tiles.InputHeight, Width = tiles.InputWidth, Top = tiles.Top, Left = tiles.Left,
                        ChannelsOfImage = inChannels, Channels = inChannels, FirstRow = row, Rows = rows,
                        Target = work.inputs, Step = work.inputStep, PanelStep = work.mostTiles * lanes, TileStep = lanes,
                    }.Run();
                }
                new WinogradTileChunks<V, T, WinogradGradientTile>
                {
                    Tiles = tiles, Source = yGradient, Height = tiles.OutputHeight, Width = tiles.OutputWidth,
                    ChannelsOfImage = outChannels, FirstChannel = panel * lanes, Channels = channels, FirstRow = row, Rows = rows,
                    Target = work.gradients, Step = work.gradientStep, PanelStep = work.mostTiles * lanes, TileStep = lanes,
                }.Run();
                work.Multiply();
            }
            new FinishChunks { Work = work, Target = weightGradient + panel * lanes * inChannels * 9, Channels = channels }.Run();
        }
    }

    /// <summary>The products of all transformed tiles.</summary>
    private void Multiply()
    {
        int lanes = Tiles<V, T>.PanelColumns;
        const int products = WinogradTransform<V, T>.Products;
        double work = products * BlockSizes.Work<T>(outPanels * lanes, inChannels, tileCount);
        Workers.For(checked((int)(products * outPanels)), work, ref this);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int chunk)
    {
        int lanes = Tiles<V, T>.PanelColumns;
        long panel = chunk % outPanels, value = chunk / outPanels;
        long rows = Math.Min(lanes, outChannels - panel * lanes), columns = BlockSizes.Parts(inChannels, V.Count) * V.Count;
        var gradient = gradients + value * gradientStep + panel * mostTiles * lanes;
        var input = inputs + value * inputStep;
        var sum = sums + value * sumStep + panel * lanes * sumRow;
        long step = BlockSizes.Inner<T>(tileCount);
        for (long tile = 0; tile < tileCount; tile += step)
        {
            long length = Math.Min(step, tileCount - tile), panelStep = mostTiles * lanes;
            var left = new LeftStrips<T>(gradient + tile * lanes, 1, lanes, Tiles<V, T>.StripRows);
            var right = RightPanels<T>.Apart(input + tile * lanes, panelStep, columns, lanes);
            Block<V, T>.Multiply(rows, columns, length, left, right, sum, sumRow, accumulate || tile > 0);
        }
    }

    /// <summary>Transforms the sums of one output channel back.</summary>
    private struct FinishChunks : IChunks
    {
        /// <summary>The sums.</summary>
        public WinogradWeightGradient<V, T> Work;

        /// <summary>The gradient of the first channel.</summary>
        public T* Target;

        /// <summary>Output channels.</summary>
        public long Channels;

        /// <summary>Does all channels.</summary>
        public void Run() => Workers.For(checked((int)Channels), (double)Channels * Work.inChannels * 12, ref this);

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int chunk)
        {
            var window = stackalloc V[9];
            var elements = (T*)window;
            var target = Target + chunk * Work.inChannels * 9;
            for (long channel = 0; channel < Work.inChannels; channel += V.Count, target += 9 * V.Count)
            {
                WinogradTransform<V, T>.WeightGradient(Work.sums + chunk * Work.sumRow + channel, Work.sumStep, elements);
                ChannelLanes<V, T>.Scatter(elements, V.Count, target, 9, (int)Math.Min(V.Count, Work.inChannels - channel), 9);
            }
        }
    }
}
