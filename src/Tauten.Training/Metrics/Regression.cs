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
/// Console.WriteLine(metric.Compute());    // 0.5
/// </code></example>
public sealed class MeanAbsoluteError : ErrorMetric
{
    private protected override double Error(double prediction, double target) => Math.Abs(prediction - target);
}

/// <summary>The mean of (prediction - target)^2.</summary>
/// <example><code>
/// var metric = new MeanSquaredError();
/// metric.Update(Tensor.From([2.5f, 0, 2, 8]), Tensor.From([3f, -0.5f, 2, 7]));
/// Console.WriteLine(metric.Compute());    // 0.375
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
/// metric.Update(Tensor.From([110f, 45]), Tensor.From([100f, 50]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.1000
/// </code></example>
public sealed class MeanAbsolutePercentageError : ErrorMetric
{
    private protected override double Error(double prediction, double target) => Math.Abs(prediction - target) / Math.Max(Math.Abs(target), 2.220446049250313e-16);
}

/// <summary>The peak signal-to-noise ratio in decibels, 10 log10(range^2 / mean((prediction - target)^2)); infinite if there is no error.</summary>
/// <param name="range">The difference between the largest and the smallest possible value.</param>
/// <example><code>
/// var metric = new PeakSignalToNoise(range: 1);
/// metric.Update(Tensor.From([0.6f, 0.4f]), Tensor.From([0.5f, 0.5f]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 20.0000
/// </code></example>
public sealed class PeakSignalToNoise(double range = 1) : ErrorMetric
{
    /// <inheritdoc/>
    protected override object Settings => range;

    private protected override double Error(double prediction, double target) => (prediction - target) * (prediction - target);

    /// <inheritdoc/>
    public override double Compute() => 10 * Math.Log10(range * range / MeanOfFirst);
}

/// <summary>The mean cosine of the angle between prediction and target along the last axis; 0 where one of them is 0.</summary>
/// <example><code>
/// var metric = new MeanCosineSimilarity();
/// metric.Update(Tensor.From(new[,] { { 1f, 0 }, { 1, 1 } }), Tensor.From(new[,] { { 1f, 0 }, { 0, 1 } }));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.8536
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

/// <summary>The mean of (log(1 + prediction) - log(1 + target))^2, for numbers above -1.</summary>
/// <example><code>
/// var metric = new MeanSquaredLogarithmicError();
/// metric.Update(Tensor.From([1f, 3]), Tensor.From([1f, 1]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.2402
/// </code></example>
public sealed class MeanSquaredLogarithmicError : ErrorMetric
{
    private protected override double Error(double prediction, double target)
    {
        if (!(prediction > -1) || !(target > -1))
            throw new ArgumentException(FormattableString.Invariant($"MeanSquaredLogarithmicError: expected numbers above -1. Received: a prediction of {prediction:R} and a target of {target:R}."));
        double error = Log1P(prediction) - Log1P(target);
        return error * error;
    }

    // Exact for small numbers, where 1 + x is rounded (Kahan).
    static double Log1P(double x)
    {
        double sum = 1 + x;
        return sum == 1 ? x : Math.Log(sum) * x / (sum - 1);
    }
}

/// <summary>The mean of 2 |prediction - target| / (|prediction| + |target|), from 0 to 2; where both are 0 the error is 0.</summary>
/// <example><code>
/// var metric = new SymmetricMeanAbsolutePercentageError();
/// metric.Update(Tensor.From([110f, 45]), Tensor.From([100f, 50]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.1003
/// </code></example>
public sealed class SymmetricMeanAbsolutePercentageError : ErrorMetric
{
    private protected override double Error(double prediction, double target) => Share(2 * Math.Abs(prediction - target), Math.Abs(prediction) + Math.Abs(target));
}

/// <summary>sum(|prediction - target|) / sum(|target|), a fraction and not percent.</summary>
/// <example><code>
/// var metric = new WeightedMeanAbsolutePercentageError();
/// metric.Update(Tensor.From([110f, 45]), Tensor.From([100f, 50]));
/// Console.WriteLine(metric.Compute());    // 0.1
/// </code></example>
public sealed class WeightedMeanAbsolutePercentageError : SumMetric
{
    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        ExpectAlike(prediction, target);
        double[] p = Numbers(prediction), y = Numbers(target);
        for (int i = 0; i < p.Length; i++)
        {
            Sums[0] += Math.Abs(p[i] - y[i]);
            Sums[1] += Math.Abs(y[i]);
        }
    }
}

/// <summary>The mean of log(cosh(prediction - target)): as squared errors near 0, as absolute ones far from it.</summary>
/// <example><code>
/// var metric = new MeanLogCosh();
/// metric.Update(Tensor.From([1f, 2]), Tensor.From([1f, 1]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.2169
/// </code></example>
public sealed class MeanLogCosh : ErrorMetric
{
    private protected override double Error(double prediction, double target)
    {
        double size = Math.Abs(prediction - target);
        return size + Math.Log((1 + Math.Exp(-2 * size)) / 2);
    }
}

/// <summary>
/// The mean deviance of Tweedie distributions of a power: 0 for normal, 1 for Poisson, 2 for gamma, 3 for inverse Gaussian ones (Jorgensen: "Exponential dispersion models", 1987). For power p other
/// than 0, 1 and 2 it is 2 (max(y, 0)^(2 - p) / ((1 - p)(2 - p)) - y m^(1 - p) / (1 - p) + m^(2 - p) / (2 - p)) with target y and prediction m.
/// </summary>
/// <param name="power">The power of the mean that the variance is; not between 0 and 1.</param>
/// <example><code>
/// var metric = new TweedieDeviance(power: 1);
/// metric.Update(Tensor.From([1f, 2]), Tensor.From([1f, 1]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.3069
/// </code></example>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="power"/> lies between 0 and 1, where there is no such distribution.</exception>
public sealed class TweedieDeviance(double power = 0) : ErrorMetric
{
    readonly double power = power is > 0 and < 1 || !double.IsFinite(power) ? throw new ArgumentOutOfRangeException(nameof(power), power, "Expected 0 or less, or 1 or more.") : power;

    /// <inheritdoc/>
    protected override object Settings => power;

    private protected override double Error(double m, double y)
    {
        bool positive = power >= 2;
        if ((power != 0 && m <= 0) || (power >= 1 && (positive ? y <= 0 : y < 0)))
            throw new ArgumentException(FormattableString.Invariant(
                $"TweedieDeviance: with power {power:R} expected predictions above 0{(power < 1 ? "" : positive ? " and targets above 0" : " and targets of at least 0")}. Received: a prediction of {m:R} and a target of {y:R}."));
        return power switch
        {
            0 => (y - m) * (y - m),
            1 => 2 * ((y == 0 ? 0 : y * Math.Log(y / m)) - y + m),
            2 => 2 * (Math.Log(m / y) + y / m - 1),
            _ => 2 * (Math.Pow(Math.Max(y, 0), 2 - power) / ((1 - power) * (2 - power)) - y * Math.Pow(m, 1 - power) / (1 - power) + Math.Pow(m, 2 - power) / (2 - power)),
        };
    }
}

/// <summary>The distance of Minkowski, sum(|prediction - target|^order)^(1 / order), over everything seen.</summary>
/// <param name="order">1 for city blocks, 2 for Euclid.</param>
/// <example><code>
/// var metric = new MinkowskiDistance(order: 2);
/// metric.Update(Tensor.From([3f, 0]), Tensor.From([0f, 4]));
/// Console.WriteLine(metric.Compute());    // 5
/// </code></example>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="order"/> is less than 1.</exception>
public sealed class MinkowskiDistance(double order) : ErrorMetric
{
    readonly double order = order >= 1 ? order : throw new ArgumentOutOfRangeException(nameof(order), order, "Expected at least 1.");

    /// <inheritdoc/>
    protected override object Settings => order;

    private protected override double Error(double prediction, double target) => Math.Pow(Math.Abs(prediction - target), order);

    /// <inheritdoc/>
    public override double Compute() => Sums[1] == 0 ? double.NaN : Math.Pow(Sums[0], 1 / order);
}

/// <summary>The mean of prediction - target log(prediction), for positive predictions: the loss of counts from a Poisson distribution, without the term of the target alone.</summary>
/// <example><code>
/// var metric = new MeanPoissonLoss();
/// metric.Update(Tensor.From([1f, 2]), Tensor.From([1f, 2]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.8069
/// </code></example>
public sealed class MeanPoissonLoss : ErrorMetric
{
    private protected override double Error(double prediction, double target)
    {
        if (!(prediction > 0)) throw new ArgumentException(FormattableString.Invariant($"MeanPoissonLoss: expected predictions above 0. Received: {prediction:R}."));
        return prediction - target * Math.Log(prediction);
    }
}

/// <summary>
/// Of all places where a prediction or a target is at least the threshold, the share where both are: hits / (hits + misses + false alarms), as for forecasts of rain. NaN where there is none.
/// </summary>
/// <param name="threshold">From where on an event counts.</param>
/// <example><code>
/// var metric = new CriticalSuccessIndex(0.5);
/// metric.Update(Tensor.From([0.9f, 0.2f, 0.8f, 0.1f]), Tensor.From([1f, 1, 0, 0]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.3333
/// </code></example>
public sealed class CriticalSuccessIndex(double threshold) : SumMetric
{
    /// <inheritdoc/>
    protected override object Settings => threshold;

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        ExpectAlike(prediction, target);
        double[] p = Numbers(prediction), y = Numbers(target);
        for (int i = 0; i < p.Length; i++)
        {
            if (p[i] >= threshold && y[i] >= threshold) Sums[0]++;
            if (p[i] >= threshold || y[i] >= threshold) Sums[1]++;
        }
    }
}

/// <summary>
/// The continuous ranked probability score of an ensemble: the mean of mean|x - y| - mean|x - x'| / 2 over members x, x' of the forecast and the target y (Gneiting, Raftery: "Strictly proper scoring
/// rules", 2007). Predictions are [batch, members], targets [batch]. With one member it is the mean absolute error.
/// </summary>
/// <example><code>
/// var metric = new ContinuousRankedProbabilityScore();
/// metric.Update(Tensor.From([1f, 3], [1, 2]), Tensor.From([2f]));
/// Console.WriteLine(metric.Compute());    // 0.5
/// </code></example>
public sealed class ContinuousRankedProbabilityScore : SumMetric
{
    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        if (prediction.Rank != 2 || target.Rank != 1 || prediction.Shape[0] != target.Shape[0])
            throw new ShapeException($"ContinuousRankedProbabilityScore: expected an ensemble [batch, members] and targets [batch]. Received: {prediction.Shape} and {target.Shape}.");
        double[] y = Numbers(target), all = Numbers(prediction);
        int members = (int)prediction.Shape[1].Value;
        if (members == 0) throw new ShapeException($"ContinuousRankedProbabilityScore: expected at least one member. Received: {prediction.Shape}.");
        for (int i = 0; i < y.Length; i++)
        {
            double[] x = all[(i * members)..((i + 1) * members)];
            Array.Sort(x);
            double error = 0, spread = 0;
            for (int j = 0; j < members; j++)
            {
                error += Math.Abs(x[j] - y[i]);
                // In order, x[j] is the larger one in j pairs and the smaller one in the others.
                spread += x[j] * (2 * j - members + 1);
            }
            Sums[0] += error / members - spread / members / members;
            Sums[1]++;
        }
    }
}
