namespace Tauten.Training;

/// <summary>What metrics of single numbers share: the mean of a function of prediction and target.</summary>
public abstract class ErrorMetric : SumMetric
{
    private protected ErrorMetric()
    {
    }

    private protected abstract double Error(double prediction, double target);

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        ExpectAlike(prediction, target);
        double[] p = Numbers(prediction), y = Numbers(target);
        double sum = 0;
        for (int i = 0; i < p.Length; i++) sum += Error(p[i], y[i]);
        Sums[0] += sum;
        Sums[1] += p.Length;
    }
}

/// <summary>The mean of |prediction - target|.</summary>
/// <example><code>
/// var metric = new MeanAbsoluteError();
/// metric.Update(Tensor.From([2.5f, 0, 2, 8]), Tensor.From([3f, -0.5f, 2, 7]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.5000
/// </code></example>
public sealed class MeanAbsoluteError : ErrorMetric
{
    private protected override double Error(double prediction, double target) => Math.Abs(prediction - target);
}

/// <summary>The mean of (prediction - target)^2.</summary>
/// <example><code>
/// var metric = new MeanSquaredError();
/// metric.Update(Tensor.From([2.5f, 0, 2, 8]), Tensor.From([3f, -0.5f, 2, 7]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.3750
/// </code></example>
public sealed class MeanSquaredError : ErrorMetric
{
    private protected override double Error(double prediction, double target) => (prediction - target) * (prediction - target);
}

/// <summary>The square root of the mean of (prediction - target)^2.</summary>
/// <example><code>
/// var metric = new RootMeanSquaredError();
/// metric.Update(Tensor.From([2.5f, 0, 2, 8]), Tensor.From([3f, -0.5f, 2, 7]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.6124
/// </code></example>
public sealed class RootMeanSquaredError : ErrorMetric
{
    private protected override double Error(double prediction, double target) => (prediction - target) * (prediction - target);

    /// <inheritdoc/>
    public override double Compute() => Math.Sqrt(MeanOfFirst);
}

/// <summary>The mean of |prediction - target| / |target|, a fraction and not percent; a target of 0 counts as 2^-52.</summary>
/// <example><code>
/// var metric = new MeanAbsolutePercentageError();
/// metric.Update(Tensor.From([2.5f, 0, 2, 8]), Tensor.From([3f, -0.5f, 2, 7]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.3274
/// </code></example>
public sealed class MeanAbsolutePercentageError : ErrorMetric
{
    private protected override double Error(double prediction, double target) => Math.Abs(prediction - target) / Math.Max(Math.Abs(target), 2.220446049250313e-16);
}

/// <summary>The peak signal-to-noise ratio in decibels, 10 log10(range^2 / mean((prediction - target)^2)); infinite if there is no error.</summary>
/// <param name="range">The difference between the largest and the smallest possible value.</param>
/// <example><code>
/// var metric = new PeakSignalToNoise();
/// metric.Update(Tensor.Full([8, 8], 0.5), Tensor.Full([8, 8], 0.6));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 20.0000    decibels
/// </code></example>
public sealed class PeakSignalToNoise(double range = 1) : ErrorMetric
{
    private protected override object Settings => range;

    private protected override double Error(double prediction, double target) => (prediction - target) * (prediction - target);

    /// <inheritdoc/>
    public override double Compute() => 10 * Math.Log10(range * range / MeanOfFirst);
}

/// <summary>
/// The coefficient of determination, 1 - sum((target - prediction)^2) / sum((target - mean)^2), over all elements: 1 is perfect, 0 as good as the mean. NaN for fewer than two; where all targets are the
/// same, 1 if all predictions are right and 0 if not.
/// </summary>
/// <example><code>
/// var metric = new R2Score();
/// metric.Update(Tensor.From([2.5f, 0, 2, 8]), Tensor.From([3f, -0.5f, 2, 7]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.9486
/// </code></example>
public sealed class R2Score : PairMetric
{
    double count, mean, spread, error;

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        ExpectAlike(prediction, target);
        double[] p = Numbers(prediction), y = Numbers(target);
        if (y.Length == 0) return;
        double average = y.Average(), squares = 0, wrong = 0;
        for (int i = 0; i < y.Length; i++)
        {
            squares += (y[i] - average) * (y[i] - average);
            wrong += (y[i] - p[i]) * (y[i] - p[i]);
        }
        Combine(y.Length, average, squares, wrong);
    }

    /// <inheritdoc/>
    public override double Compute() => count < 2 ? double.NaN : spread != 0 ? 1 - error / spread : error == 0 ? 1 : 0;

    /// <inheritdoc/>
    public override void Reset() => (count, mean, spread, error) = (0, 0, 0, 0);

    private protected override void Add(Metric other)
    {
        var more = (R2Score)other;
        if (more.count > 0) Combine(more.count, more.mean, more.spread, more.error);
    }

    // Chan, Golub, LeVeque (1979): sums of squares about the mean are merged without the cancellation of sums about 0.
    void Combine(double number, double average, double squares, double wrong)
    {
        double all = count + number, step = average - mean;
        spread += squares + step * step * count * number / all;
        mean += step * number / all;
        error += wrong;
        count = all;
    }
}

/// <summary>The mean cosine of the angle between prediction and target along the last axis; 0 where one of them is 0.</summary>
/// <example><code>
/// var metric = new MeanCosineSimilarity();
/// metric.Update(Tensor.From(new[,] { { 1f, 1f } }), Tensor.From(new[,] { { 0f, 2f } }));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.7071
/// </code></example>
public sealed class MeanCosineSimilarity : SumMetric
{
    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        ExpectAlike(prediction, target);
        if (prediction.Rank == 0) throw new ShapeException("MeanCosineSimilarity: expected vectors along the last axis. Received: scalars.");
        double[] p = Numbers(prediction), y = Numbers(target);
        int size = (int)prediction.Shape[-1].Value;
        for (int row = 0; size > 0 && row < p.Length; row += size)
        {
            double product = 0, a = 0, b = 0;
            for (int i = row; i < row + size; i++)
            {
                product += p[i] * y[i];
                a += p[i] * p[i];
                b += y[i] * y[i];
            }
            Sums[0] += a == 0 || b == 0 ? 0 : product / (Math.Sqrt(a) * Math.Sqrt(b));
            Sums[1]++;
        }
    }
}
