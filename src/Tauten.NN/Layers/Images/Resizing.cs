namespace Tauten.NN;

/// <summary>Images [.., channels, height, width] at another size; see <see cref="Tensor.Interpolate"/>. Whole numbers become float32 unless the nearest element is taken.</summary>
/// <example><code>
/// Console.WriteLine(new Resizing(1, 2).Call(Tensor.From([1f, 2, 3, 4], [1, 1, 4])));    // [[[1.5000, 3.5000]]]
/// </code></example>
public sealed class Resizing : Module<Tensor, Tensor>
{
    readonly long height, width;
    readonly InterpolationMode mode;
    readonly bool cropToAspectRatio, padToAspectRatio, antialias;
    readonly double padValue;

    /// <summary>A layer without parameters.</summary>
    /// <param name="height">The new height.</param>
    /// <param name="width">The new width.</param>
    /// <param name="mode">How elements between are found.</param>
    /// <param name="cropToAspectRatio">Whether the largest window in the middle with the ratio of the new size is taken, rather than the whole, whose ratio changes.</param>
    /// <param name="padToAspectRatio">Whether the image is surrounded evenly until it has the ratio of the new size.</param>
    /// <param name="padValue">What surrounds it.</param>
    /// <param name="antialias">Whether all elements count when the size shrinks.</param>
    /// <exception cref="ShapeException">A size is less than 1, or the image is to be both cropped and padded.</exception>
    public Resizing(
        long height, long width, InterpolationMode mode = InterpolationMode.Linear, bool cropToAspectRatio = false, bool padToAspectRatio = false, double padValue = 0, bool antialias = false)
    {
        (this.height, this.width) = (Initial.Size(height, nameof(Resizing), nameof(height)), Initial.Size(width, nameof(Resizing), nameof(width)));
        if (cropToAspectRatio && padToAspectRatio) throw new ShapeException("Resizing: an image can be cropped or padded to the ratio of the new size. Received: both.");
        (this.mode, this.cropToAspectRatio, this.padToAspectRatio, this.padValue, this.antialias) = (mode, cropToAspectRatio, padToAspectRatio, padValue, antialias);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Images.Check(x, nameof(Resizing));
        if (!x.DType.IsFloating() && mode is not (InterpolationMode.Nearest or InterpolationMode.NearestExact)) x = x.To(DType.Float32);
        var y = x;
        if (cropToAspectRatio || padToAspectRatio)
        {
            long rows = x.Shape[^2].Value, columns = x.Shape[^1].Value, fitRows = columns * height / width, fitColumns = rows * width / height;
            if (cropToAspectRatio) y = Images.Middle(x, Math.Max(1, Math.Min(rows, fitRows)), Math.Max(1, Math.Min(columns, fitColumns)));
            else
            {
                long moreRows = Math.Max(rows, fitRows) - rows, moreColumns = Math.Max(columns, fitColumns) - columns;
                y = x.Pad(x.Rank - 2, moreRows / 2, moreRows - moreRows / 2, padValue).Pad(x.Rank - 1, moreColumns / 2, moreColumns - moreColumns / 2, padValue);
            }
        }
        var batch = y.Rank == 4 ? y : y.Rank == 3 ? y.Unsqueeze(0) : y.Flatten(0, -4);
        return batch.Interpolate(Shape.Of(height, width), mode, antialias: antialias).Reshape([.. x.Shape.Take(x.Rank - 2), height, width]);
    }

    /// <inheritdoc/>
    protected override string Details() => $"{height}, {width}, {mode}{(cropToAspectRatio ? ", cropped" : padToAspectRatio ? ", padded" : "")}";
}

/// <summary>The middle of images [.., channels, height, width]; an image that is smaller is first resized, cropped to the ratio of the new size.</summary>
/// <example><code>
/// Console.WriteLine(new CenterCrop(2, 2).Call(Tensor.Arange(0, 16).Reshape(1, 4, 4)));
/// // [[[ 5,  6],
/// //   [ 9, 10]]]
/// </code></example>
public sealed class CenterCrop : Module<Tensor, Tensor>
{
    readonly long height, width;

    /// <summary>A layer without parameters.</summary>
    /// <param name="height">The new height.</param>
    /// <param name="width">The new width.</param>
    /// <exception cref="ShapeException">A size is less than 1.</exception>
    public CenterCrop(long height, long width) => (this.height, this.width) = (Initial.Size(height, nameof(CenterCrop), nameof(height)), Initial.Size(width, nameof(CenterCrop), nameof(width)));

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Images.Check(x, nameof(CenterCrop));
        return x.Shape[^2].Value >= height && x.Shape[^1].Value >= width ? Images.Middle(x, height, width) : new Resizing(height, width, cropToAspectRatio: true).Call(x);
    }

    /// <inheritdoc/>
    protected override string Details() => $"{height}, {width}";
}

/// <summary>What layers for images share.</summary>
static class Images
{
    public static void Check(Tensor x, string layer)
    {
        if (x.Rank < 3) throw new ShapeException($"{layer}: expected images [.., channels, height, width]. Received: shape {x.Shape}.");
    }

    /// <summary>The window in the middle; where it cannot lie evenly, one element nearer to the beginning.</summary>
    public static Tensor Middle(Tensor x, long height, long width) =>
        x.Narrow(x.Rank - 2, (x.Shape[^2].Value - height) / 2, height).Narrow(x.Rank - 1, (x.Shape[^1].Value - width) / 2, width);

    /// <summary>0.2989 red + 0.587 green + 0.114 blue, with the axis of the channels.</summary>
    public static Tensor Gray(Tensor x, string layer)
    {
        if (x.Shape[-3].IsKnown && x.Shape[-3] != 3) throw new ShapeException($"{layer}: expected images with the channels red, green and blue, [.., 3, height, width]. Received: shape {x.Shape}.");
        return x.Narrow(x.Rank - 3, 0, 1) * 0.2989 + x.Narrow(x.Rank - 3, 1, 1) * 0.587 + x.Narrow(x.Rank - 3, 2, 1) * 0.114;
    }
}
