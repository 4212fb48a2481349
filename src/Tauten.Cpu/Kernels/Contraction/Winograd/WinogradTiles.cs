using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tauten.Cpu;

/// <summary>How the outputs of a convolution fall into tiles of 4 x 4. Rows of tiles are numbered through all images.</summary>
internal struct WinogradTiles
{
    /// <summary>Images.</summary>
    public long Batch;

    /// <summary>Height and width of an input image.</summary>
    public long InputHeight, InputWidth;

    /// <summary>Zeros above and left of an input image.</summary>
    public long Top, Left;

    /// <summary>Height and width of an output image.</summary>
    public long OutputHeight, OutputWidth;

    /// <summary>The tiles of a convolution of two axes.</summary>
    public static WinogradTiles Of(in ConvolutionShape shape) => new()
    {
        Batch = shape.Batch, InputHeight = shape.Input[1], InputWidth = shape.Input[2], Top = shape.PadLow[1], Left = shape.PadLow[2],
        OutputHeight = shape.Output[1], OutputWidth = shape.Output[2],
    };

    /// <summary>The tiles of its gradient with respect to the input: the convolution of the output's gradient with the window turned round.</summary>
    public static WinogradTiles OfInputGradient(in ConvolutionShape shape) => new()
    {
        Batch = shape.Batch, InputHeight = shape.Output[1], InputWidth = shape.Output[2], Top = 2 - shape.PadLow[1], Left = 2 - shape.PadLow[2],
        OutputHeight = shape.Input[1], OutputWidth = shape.Input[2],
    };

    /// <summary>Rows of tiles in an image.</summary>
    public readonly long RowsOfImage => (OutputHeight + 3) / 4;

    /// <summary>Tiles in a row.</summary>
    public readonly long Columns => (OutputWidth + 3) / 4;

    /// <summary>Rows of tiles in all images.</summary>
    public readonly long Rows => Batch * RowsOfImage;
}

/// <summary>A transform of the pixels of a tile.</summary>
internal unsafe interface IWinogradTile
{
    /// <summary>Pixels along an axis that a tile shares with the next one.</summary>
    static abstract int Overlap { get; }

    /// <summary>Transforms a tile of one vector of channels.</summary>
    static abstract void Transform<V, T>(T* source, long row, long column, T* target, long step) where V : unmanaged, ISimd<V, T> where T : unmanaged, INumberBase<T>;
}

/// <summary>6 x 6 inputs.</summary>
internal unsafe struct WinogradInputTile : IWinogradTile
{
    /// <inheritdoc/>
    public static int Overlap => 2;

    /// <inheritdoc/>
    public static void Transform<V, T>(T* source, long row, long column, T* target, long step) where V : unmanaged, ISimd<V, T> where T : unmanaged, INumberBase<T> =>
        WinogradTransform<V, T>.Input(source, row, column, target, step);
}

/// <summary>The gradients of 4 x 4 outputs.</summary>
internal unsafe struct WinogradGradientTile : IWinogradTile
{
    /// <inheritdoc/>
    public static int Overlap => 0;

    /// <inheritdoc/>
    public static void Transform<V, T>(T* source, long row, long column, T* target, long step) where V : unmanaged, ISimd<V, T> where T : unmanaged, INumberBase<T> =>
        WinogradTransform<V, T>.OutputGradient(source, row, column, target, step);
}

/// <summary>
/// Transforms rows of tiles: value f of a tile, of panel p of channels, begins at target[f * Step + p * PanelStep + tile * TileStep].
/// A chunk is a few rows of one panel. Channels of the last panel that the images lack are zeros.
/// </summary>
internal unsafe struct WinogradTileChunks<V, T, TTile> : IChunks
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
    where TTile : struct, IWinogradTile
{
    /// <summary>What the pixels of a chunk may take: a part of a second-level cache.</summary>
    private const long PixelBytes = 128 << 10;

    /// <summary>The tiles.</summary>
    public WinogradTiles Tiles;

    /// <summary>The images [batch, channels, height, width], or [batch, height, width, channels].</summary>
    public T* Source;

    /// <summary>Whether their channels lie side by side.</summary>
    public bool IsChannelsLast;

    /// <summary>Height and width of an image, and zeros above and left of it.</summary>
    public long Height, Width, Top, Left;

    /// <summary>Channels of an image.</summary>
    public long ChannelsOfImage;

    /// <summary>The first channel, and how many there are to transform.</summary>
    public long FirstChannel, Channels;

    /// <summary>The first row of tiles, and how many.</summary>
    public long FirstRow, Rows;

    /// <summary>Where the first tile's first value goes.</summary>
    public T* Target;

    /// <summary>Distances of values, panels and tiles.</summary>
    public long Step, PanelStep, TileStep;

    private long panels, rowsOfChunk;

    /// <summary>Does all rows.</summary>
    public void Run()
    {
        int lanes = Tiles<V, T>.PanelColumns;
        panels = BlockSizes.Parts(Channels, lanes);
        long rowBytes = (4 * Tiles.Columns + TTile.Overlap) * lanes * sizeof(T);
        rowsOfChunk = Math.Clamp(PixelBytes / rowBytes / 4, 1, Tiles.RowsOfImage);
        double work = (double)Rows * Tiles.Columns * Channels * 12;
        Workers.For(checked((int)(panels * BlockSizes.Parts(Rows, rowsOfChunk))), work, ref this);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int chunk)
    {
        int lanes = Tiles<V, T>.PanelColumns;
        long panel = chunk % panels, row = chunk / panels * rowsOfChunk, end = Math.Min(row + rowsOfChunk, Rows);
        long pitch = (4 * Tiles.Columns + TTile.Overlap) * lanes;
        using var scratch = Scratch.Take((4 * rowsOfChunk + TTile.Overlap) * pitch * sizeof(T));
        var pixels = (T*)scratch.Pointer;
        int channels = (int)Math.Min(lanes, Channels - panel * lanes);
        while (row < end)
        {
            long image = (FirstRow + row) / Tiles.RowsOfImage, rowOfImage = (FirstRow + row) % Tiles.RowsOfImage;
            long count = Math.Min(end - row, Tiles.RowsOfImage - rowOfImage);
            long channel = FirstChannel + panel * lanes;
            var source = Source + (IsChannelsLast ? image * Height * Width * ChannelsOfImage + channel : (image * ChannelsOfImage + channel) * Height * Width);
            Gather(source, channels, 4 * rowOfImage - Top, 4 * count + TTile.Overlap, pixels, pitch);
            for (long y = 0; y < count; y++)
            {
                var target = Target + panel * PanelStep + (row + y) * Tiles.Columns * TileStep;
                for (long x = 0; x < Tiles.Columns; x++, target += TileStep)
                {
                    var tile = pixels + 4 * y * pitch + 4 * x * lanes;
                    TTile.Transform<V, T>(tile, pitch, lanes, target, Step);
                    if (channels > V.Count)
                        TTile.Transform<V, T>(tile + V.Count, pitch, lanes, target + V.Count, Step);
                }
            }
            row += count;
        }
    }

    /// <summary>Rows of pixels with their zeros around, channels being lanes.</summary>
    private readonly void Gather(T* source, int channels, long first, long count, T* pixels, long pitch)
    {
        int lanes = Tiles<V, T>.PanelColumns;
        long columns = pitch / lanes, width = Math.Min(Width, columns - Left);
        for (long y = 0; y < count; y++, pixels += pitch)
        {
            if ((ulong)(first + y) >= (ulong)Height)
            {
                Clear(pixels, pitch);
                continue;
            }
            Clear(pixels, Left * lanes);
            if (IsChannelsLast)
                CopyLanes(source + (first + y) * Width * ChannelsOfImage, channels, width, pixels + Left * lanes);
            else
                ChannelLanes<V, T>.Gather(source + (first + y) * Width, Height * Width, channels, width, pixels + Left * lanes, lanes, lanes);
            Clear(pixels + (Left + width) * lanes, (columns - Left - width) * lanes);
        }
    }

    /// <summary>The lanes of neighbouring pixels; those that a pixel lacks become zero.</summary>
    private readonly void CopyLanes(T* source, int channels, long count, T* target)
    {
        int lanes = Tiles<V, T>.PanelColumns;
        for (long x = 0; x < count; x++, source += ChannelsOfImage, target += lanes)
        {
            if (channels == lanes)
            {
                V.Load(source).Store(target);
                V.Load(source + V.Count).Store(target + V.Count);
                continue;
            }
            Unsafe.CopyBlockUnaligned(target, source, (uint)(channels * sizeof(T)));
            Clear(target + channels, lanes - channels);
        }
    }

    private static void Clear(T* target, long count) => NativeMemory.Clear(target, (nuint)(count * sizeof(T)));
}
