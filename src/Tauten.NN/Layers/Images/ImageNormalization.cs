namespace Tauten.NN;

/// <summary>
/// Images [.., channels, height, width] less a mean, divided by a standard deviation, each for a channel: (x - mean) / deviation. Bytes become float32 from 0 to 1 first, so that it stands for torchvision's
/// ToTensor and Normalize.
/// </summary>
/// <example><code>
/// var normalization = new ImageNormalization([0.5f], [0.25f]);
/// Console.WriteLine(normalization.Call(Tensor.From(new byte[] { 0, 255 }, [1, 1, 2])));    // [[[-2,  2]]]
/// </code></example>
public sealed class ImageNormalization : Module<Tensor, Tensor>
{
    const double White = 255;
    readonly double[] mean, deviation;

    /// <summary>A layer without parameters.</summary>
    /// <param name="mean">The mean of each channel.</param>
    /// <param name="deviation">The standard deviation of each channel.</param>
    /// <exception cref="ShapeException">There are no channels, or not as many means as deviations.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A deviation is not above 0.</exception>
    public ImageNormalization(ReadOnlySpan<float> mean, ReadOnlySpan<float> deviation)
    {
        if (mean.Length == 0 || mean.Length != deviation.Length) throw new ShapeException($"ImageNormalization: expected as many means as standard deviations. Received: {mean.Length} and {deviation.Length}.");
        (this.mean, this.deviation) = (new double[mean.Length], new double[mean.Length]);
        for (int c = 0; c < mean.Length; c++)
        {
            if (!(deviation[c] > 0)) throw new ArgumentOutOfRangeException(nameof(deviation), deviation[c], "ImageNormalization: expected standard deviations above 0.");
            (this.mean[c], this.deviation[c]) = (mean[c], deviation[c]);
        }
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Images.Check(x, nameof(ImageNormalization));
        if (x.Shape[^3].IsKnown && x.Shape[^3] != mean.Length) throw new ShapeException($"ImageNormalization: expected images [.., {mean.Length}, height, width]. Received: shape {x.Shape}.");
        double white = 1;
        if (!x.DType.IsFloating())
        {
            if (x.DType != DType.UInt8) throw new DTypeException($"ImageNormalization: expected bytes or floating-point images. Received: {x.DType.Name()}.");
            (x, white) = (x.To(DType.Float32), White);
        }
        Shape channels = [mean.Length, 1, 1];
        return x * Tensor.From(Array.ConvertAll(deviation, d => 1 / (white * d)), channels).To(x.DType) - Tensor.From([.. mean.Zip(deviation, (m, d) => m / d)], channels).To(x.DType);
    }

    /// <inheritdoc/>
    protected override string Details() => $"{mean.Length} channels";
}
