namespace Tauten.Training;

/// <summary>What metrics of images [batch, channels, rows, columns] share: the mean over images.</summary>
public abstract class ImageMetric : SumMetric
{
    private protected ImageMetric()
    {
    }

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        ExpectAlike(prediction, target);
        if (target.Rank != 4) throw new ShapeException($"{GetType().Name}: expected images [batch, channels, rows, columns]. Received: {target.Shape}.");
        double[] p = Numbers(prediction), y = Numbers(target);
        int channels = (int)target.Shape[1].Value, rows = (int)target.Shape[2].Value, columns = (int)target.Shape[3].Value, size = channels * rows * columns;
        for (int start = 0; size > 0 && start < p.Length; start += size)
        {
            Sums[0] += Of(new(p[start..(start + size)], channels, rows, columns), new(y[start..(start + size)], channels, rows, columns));
            Sums[1]++;
        }
    }

    private protected abstract double Of(Image prediction, Image target);

    private protected sealed record Image(double[] Values, int Channels, int Rows, int Columns)
    {
        public ReadOnlySpan<double> Channel(int c) => Values.AsSpan(c * Rows * Columns, Rows * Columns);

        /// <summary>The means of squares of two by two; an odd last row or column is left out.</summary>
        public Image Halved()
        {
            int rows = Rows / 2, columns = Columns / 2;
            var half = new double[Channels * rows * columns];
            for (int c = 0; c < Channels; c++)
                for (int i = 0; i < rows; i++)
                    for (int j = 0; j < columns; j++)
                    {
                        int at = (c * Rows + 2 * i) * Columns + 2 * j;
                        half[(c * rows + i) * columns + j] = (Values[at] + Values[at + 1] + Values[at + Columns] + Values[at + Columns + 1]) / 4;
                    }
            return new(half, Channels, rows, columns);
        }
    }
}

/// <summary>What metrics share that compare means, variances and the covariance of two images in a Gaussian window that moves over them, where it lies inside.</summary>
public abstract class WindowMetric : ImageMetric
{
    readonly double[] weights;

    private protected WindowMetric(int window, double deviation)
    {
        if (window < 1 || window % 2 == 0) throw new ArgumentOutOfRangeException(nameof(window), window, "Expected an odd number of at least 1.");
        if (!(deviation > 0)) throw new ArgumentOutOfRangeException(nameof(deviation), deviation, "Expected a number above 0.");
        (Size, Deviation) = (window, deviation);
        double[] bell = [.. Enumerable.Range(0, window).Select(i => Math.Exp(-(i - window / 2) * (i - window / 2) / (2 * deviation * deviation)))];
        weights = Array.ConvertAll(bell, w => w / bell.Sum());
    }

    private protected int Size { get; }

    private protected double Deviation { get; }

    /// <inheritdoc/>
    protected override object Settings => (Size, Deviation);

    private protected readonly record struct Moments(double MeanP, double MeanY, double VarianceP, double VarianceY, double Covariance);

    /// <summary>The means over all places of the window, in all channels, of functions of its moments.</summary>
    private protected (double First, double Second) Means(Image prediction, Image target, Func<Moments, (double, double)> of)
    {
        if (prediction.Rows < Size || prediction.Columns < Size)
            throw new ShapeException($"{GetType().Name}: expected images of at least {Size} rows and columns, the size of the window. Received: {prediction.Rows} and {prediction.Columns}.");
        double first = 0, second = 0;
        long count = 0;
        for (int c = 0; c < prediction.Channels; c++)
        {
            ReadOnlySpan<double> p = prediction.Channel(c), y = target.Channel(c);
            double[] pp = new double[p.Length], yy = new double[p.Length], py = new double[p.Length];
            for (int i = 0; i < p.Length; i++) (pp[i], yy[i], py[i]) = (p[i] * p[i], y[i] * y[i], p[i] * y[i]);
            int rows = prediction.Rows, columns = prediction.Columns;
            double[] meanP = Filtered(p, rows, columns), meanY = Filtered(y, rows, columns), squareP = Filtered(pp, rows, columns), squareY = Filtered(yy, rows, columns), product = Filtered(py, rows, columns);
            for (int i = 0; i < meanP.Length; i++)
            {
                var (a, b) = of(new(meanP[i], meanY[i], Math.Max(0, squareP[i] - meanP[i] * meanP[i]), Math.Max(0, squareY[i] - meanY[i] * meanY[i]), product[i] - meanP[i] * meanY[i]));
                first += a;
                second += b;
            }
            count += meanP.Length;
        }
        return (first / count, second / count);
    }

    /// <summary>Luminance times contrast and structure, and contrast and structure alone.</summary>
    private protected static (double Whole, double Contrast) Similarity(Moments m, double a, double b)
    {
        double contrast = (2 * m.Covariance + b) / (m.VarianceP + m.VarianceY + b);
        return ((2 * m.MeanP * m.MeanY + a) / (m.MeanP * m.MeanP + m.MeanY * m.MeanY + a) * contrast, contrast);
    }

    /// <summary>Weighted means along the columns, then along the rows.</summary>
    double[] Filtered(ReadOnlySpan<double> x, int rows, int columns)
    {
        int high = rows - Size + 1, wide = columns - Size + 1;
        double[] along = new double[rows * wide], both = new double[high * wide];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < wide; j++)
            {
                double sum = 0;
                for (int k = 0; k < Size; k++) sum += weights[k] * x[i * columns + j + k];
                along[i * wide + j] = sum;
            }
        for (int i = 0; i < high; i++)
            for (int j = 0; j < wide; j++)
            {
                double sum = 0;
                for (int k = 0; k < Size; k++) sum += weights[k] * along[(i + k) * wide + j];
                both[i * wide + j] = sum;
            }
        return both;
    }
}
