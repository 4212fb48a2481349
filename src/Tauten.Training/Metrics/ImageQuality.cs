namespace Tauten.Training;

/// <summary>
/// The structural similarity of images (Wang, Bovik, Sheikh, Simoncelli: "Image quality assessment: from error visibility to structural similarity", 2004), from -1 to 1: the mean, over the places
/// where a Gaussian window lies inside, of (2 m(p) m(y) + a)(2 cov(p, y) + b) / (m(p)^2 + m(y)^2 + a) / (var(p) + var(y) + b), where a = (k1 range)^2 and b = (k2 range)^2, and over images
/// [batch, channels, rows, columns].
/// </summary>
/// <param name="range">The difference between the largest and the smallest possible value.</param>
/// <param name="window">The size of the window, an odd number.</param>
/// <param name="deviation">The standard deviation of the window.</param>
/// <param name="k1">What keeps the first quotient away from 0 / 0.</param>
/// <param name="k2">What keeps the second one away from it.</param>
/// <example><code>
/// var image = Tensor.Arange(0, 256).Reshape(1, 1, 16, 16) / 256.0;
/// var metric = new StructuralSimilarity(range: 1);
/// metric.Update(image * 0.8, image);
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.9532
/// </code></example>
public sealed class StructuralSimilarity(double range = 1, int window = 11, double deviation = 1.5, double k1 = 0.01, double k2 = 0.03) : WindowMetric(window, deviation)
{
    /// <inheritdoc/>
    protected override object Settings => (base.Settings, range, k1, k2);

    private protected override double Of(Image prediction, Image target) => Means(prediction, target, m => Similarity(m, k1 * range * (k1 * range), k2 * range * (k2 * range))).First;
}

/// <summary>
/// The structural similarity at several scales (Wang, Simoncelli, Bovik: "Multi-scale structural similarity for image quality assessment", 2003): images are halved by means of two by two from scale
/// to scale; the result of an image is the product of the contrast-and-structure of all scales but the last and the whole similarity of the last, each to the power of its weight. A negative factor
/// counts as 0. The mean over images [batch, channels, rows, columns].
/// </summary>
/// <example><code>
/// var image = Tensor.Arange(0, 1024).Reshape(1, 1, 32, 32) / 1024.0;
/// var metric = new MultiScaleStructuralSimilarity(weights: [0.5, 0.5]);
/// metric.Update(image * 0.8, image);
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.9668
/// </code></example>
public sealed class MultiScaleStructuralSimilarity : WindowMetric
{
    static readonly double[] published = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];
    readonly double[] weights;
    readonly double a, b;

    /// <summary>An empty metric.</summary>
    /// <param name="range">The difference between the largest and the smallest possible value.</param>
    /// <param name="window">The size of the window, an odd number.</param>
    /// <param name="deviation">The standard deviation of the window.</param>
    /// <param name="k1">What keeps the first quotient away from 0 / 0.</param>
    /// <param name="k2">What keeps the second one away from it.</param>
    /// <param name="weights">The weight of each scale; those of the paper, for five, if left out.</param>
    public MultiScaleStructuralSimilarity(double range = 1, int window = 11, double deviation = 1.5, double k1 = 0.01, double k2 = 0.03, ReadOnlySpan<double> weights = default) : base(window, deviation)
    {
        this.weights = weights.IsEmpty ? published : weights.ToArray();
        (a, b) = (k1 * range * (k1 * range), k2 * range * (k2 * range));
    }

    /// <inheritdoc/>
    protected override object Settings => (base.Settings, a, b, string.Join(' ', weights.Select(w => w.ToString("R", System.Globalization.CultureInfo.InvariantCulture))));

    private protected override double Of(Image prediction, Image target)
    {
        int least = Size << (weights.Length - 1);
        if (Math.Min(prediction.Rows, prediction.Columns) < least)
            throw new ShapeException($"MultiScaleStructuralSimilarity: expected images of at least {least} rows and columns, so that the window of {Size} fits into the last of {weights.Length} scales. Received: {prediction.Rows} and {prediction.Columns}.");
        double product = 1;
        for (int scale = 0; scale < weights.Length; scale++)
        {
            if (scale > 0) (prediction, target) = (prediction.Halved(), target.Halved());
            var (whole, contrast) = Means(prediction, target, m => Similarity(m, a, b));
            product *= Math.Pow(Math.Max(0, scale == weights.Length - 1 ? whole : contrast), weights[scale]);
        }
        return product;
    }
}

/// <summary>
/// The universal quality index (Wang, Bovik: "A universal image quality index", 2002): the structural similarity without its two constants, in a Gaussian window. Where it is 0 / 0 the images are alike
/// and it is 1.
/// </summary>
/// <param name="window">The size of the window, an odd number.</param>
/// <param name="deviation">The standard deviation of the window.</param>
/// <example><code>
/// var image = Tensor.Arange(0, 256).Reshape(1, 1, 16, 16) / 256.0;
/// var metric = new UniversalImageQuality();
/// metric.Update(image * 0.8, image);
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.9518
/// </code></example>
public sealed class UniversalImageQuality(int window = 11, double deviation = 1.5) : WindowMetric(window, deviation)
{
    private protected override double Of(Image prediction, Image target) => Means(prediction, target, m =>
    {
        double part = 4 * m.MeanP * m.MeanY * m.Covariance, all = (m.MeanP * m.MeanP + m.MeanY * m.MeanY) * (m.VarianceP + m.VarianceY);
        return (all == 0 ? 1 : part / all, 0);
    }).First;
}

/// <summary>
/// The mean over pixels of the angle, in radians, between the vectors of channels of two images [batch, channels, rows, columns] (Yuhas, Goetz, Boardman, 1992). Where a vector is 0 the angle is 0.
/// </summary>
/// <example><code>
/// var metric = new SpectralAngle();
/// metric.Update(Tensor.From([1f, 0], [1, 2, 1, 1]), Tensor.From([1f, 1], [1, 2, 1, 1]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.7854
/// </code></example>
public sealed class SpectralAngle : ImageMetric
{
    private protected override double Of(Image prediction, Image target)
    {
        int pixels = prediction.Rows * prediction.Columns;
        double sum = 0;
        for (int i = 0; i < pixels; i++)
        {
            double product = 0, p = 0, y = 0;
            for (int c = 0; c < prediction.Channels; c++)
            {
                double a = prediction.Values[c * pixels + i], b = target.Values[c * pixels + i];
                product += a * b;
                p += a * a;
                y += b * b;
            }
            sum += p == 0 || y == 0 ? 0 : Math.Acos(Math.Clamp(product / Math.Sqrt(p) / Math.Sqrt(y), -1, 1));
        }
        return sum / pixels;
    }
}

/// <summary>
/// The relative dimensionless global error of synthesis, ERGAS (Wald, 2000): 100 / ratio sqrt(mean over channels of (mean squared error / mean of the target's channel^2)), the mean over images.
/// </summary>
/// <param name="ratio">How many pixels of the sharp image lie along one of the coarse image.</param>
/// <example><code>
/// var metric = new RelativeGlobalError(ratio: 4);
/// metric.Update(Tensor.From([1f, 3], [1, 1, 1, 2]), Tensor.From([2f, 2], [1, 1, 1, 2]));
/// Console.WriteLine(metric.Compute());    // 12.5
/// </code></example>
public sealed class RelativeGlobalError(double ratio = 4) : ImageMetric
{
    /// <inheritdoc/>
    protected override object Settings => ratio;

    private protected override double Of(Image prediction, Image target)
    {
        double sum = 0;
        for (int c = 0; c < prediction.Channels; c++)
        {
            ReadOnlySpan<double> p = prediction.Channel(c), y = target.Channel(c);
            double error = 0, mean = 0;
            for (int i = 0; i < p.Length; i++)
            {
                error += (p[i] - y[i]) * (p[i] - y[i]) / p.Length;
                mean += y[i] / p.Length;
            }
            sum += error / (mean * mean);
        }
        return 100 / ratio * Math.Sqrt(sum / prediction.Channels);
    }
}

/// <summary>The sum of |differences| of pixels beside and above each other, the mean over images [batch, channels, rows, columns].</summary>
/// <example><code>
/// var metric = new TotalVariation();
/// metric.Update(Tensor.From([0f, 1, 2, 4], [1, 1, 2, 2]));
/// Console.WriteLine(metric.Compute());    // 8
/// </code></example>
public sealed class TotalVariation : Metric
{
    readonly MetricSums sums;

    /// <summary>An empty metric.</summary>
    public TotalVariation() => sums = KeepSums("sums", 2);

    /// <summary>Takes images into account.</summary>
    /// <exception cref="ShapeException">The tensor has not four axes.</exception>
    public void Update(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Rank != 4) throw new ShapeException($"TotalVariation: expected images [batch, channels, rows, columns]. Received: {images.Shape}.");
        double[] x = Numbers(images);
        int rows = (int)images.Shape[2].Value, columns = (int)images.Shape[3].Value;
        for (int i = 0; i < x.Length; i++)
        {
            int row = i / columns % rows, column = i % columns;
            if (column + 1 < columns) sums.Values[0] += Math.Abs(x[i + 1] - x[i]);
            if (row + 1 < rows) sums.Values[0] += Math.Abs(x[i + columns] - x[i]);
        }
        sums.Values[1] += images.Shape[0].Value;
    }

    /// <inheritdoc/>
    public override double Compute() => sums.Values[0] / sums.Values[1];
}
