namespace Tauten.Cpu;

/// <summary>Finished results of a convolution that are still in a cache: some channels of neighbouring pixels of one image.</summary>
/// <param name="start">The first pixel of the first channel. Its distance from the result's first element is that of the same pixel in any tensor of the result's shape.</param>
/// <param name="channel">The number of the first channel.</param>
/// <param name="channels">How many channels.</param>
/// <param name="row">Distance of channels.</param>
/// <param name="pixels">How many pixels; they are contiguous.</param>
internal readonly unsafe struct ConvolutionTile<T>(T* start, long channel, long channels, long row, long pixels) where T : unmanaged
{
    /// <summary>The first pixel of the first channel.</summary>
    public readonly T* Start = start;

    /// <summary>The number of the first channel.</summary>
    public readonly long Channel = channel;

    /// <summary>How many channels.</summary>
    public readonly long Channels = channels;

    /// <summary>Distance of channels.</summary>
    public readonly long Row = row;

    /// <summary>How many pixels.</summary>
    public readonly long Pixels = pixels;
}

/// <summary>
/// What is done to the results of a convolution while they are in a cache: a bias, a scale, a residual, an activation. Called on any thread; each result is in exactly one
/// tile. Which tiles there are follows from the shape alone, but is not promised: only what is done element by element keeps its bits from one version to the next.
/// </summary>
/// <param name="function">Changes a tile in place.</param>
/// <param name="state">Its first argument, which must outlive the convolution.</param>
internal readonly unsafe struct ConvolutionEpilogue<T>(delegate*<void*, in ConvolutionTile<T>, void> function, void* state) where T : unmanaged
{
    private readonly delegate*<void*, in ConvolutionTile<T>, void> function = function;
    private readonly void* state = state;

    /// <summary>Nothing is to be done.</summary>
    public bool IsEmpty => function == null;

    /// <summary>Does it to a tile.</summary>
    public void Apply(T* start, long channel, long channels, long row, long pixels)
    {
        if (function != null)
            function(state, new ConvolutionTile<T>(start, channel, channels, row, pixels));
    }
}
