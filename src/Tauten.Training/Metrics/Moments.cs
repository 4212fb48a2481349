namespace Tauten.Training;

/// <summary>How the results of several outputs become one.</summary>
public enum OutputAverage
{
    /// <summary>Their mean.</summary>
    Uniform,
    /// <summary>Their mean, each weighted by the variance of its targets.</summary>
    VarianceWeighted,
}

/// <summary>
/// What metrics of means, variances and covariances share. With one output all elements count alike, whatever the shape; with more, predictions and targets are [..., outputs]. NaN for fewer than two samples.
/// </summary>
public abstract class MomentMetric : PairMetric
{
    const int Prediction = 0, Target = 1, Error = 2;
    readonly MetricMoments moments;
    readonly OutputAverage average;

    private protected MomentMetric(int outputs, OutputAverage average)
    {
        Outputs = AtLeast(1, outputs, nameof(outputs));
        this.average = Known(average, nameof(average));
        moments = Keep("moments", new MetricMoments(outputs, 3));
    }

    private protected int Outputs { get; }

    /// <inheritdoc/>
    protected override object Settings => (Outputs, average);

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        ExpectAlike(prediction, target);
        if (Outputs > 1 && (target.Rank == 0 || target.Shape[-1] != Outputs)) throw new ShapeException($"{GetType().Name}: expected predictions and targets [..., {Outputs}]. Received: {target.Shape}.");
        double[] p = Numbers(prediction), y = Numbers(target);
        for (int output = 0; output < Outputs; output++)
        {
            double[] own = Every(p, output), wanted = Every(y, output);
            moments.Add(output, own, wanted, [.. own.Zip(wanted, (a, b) => b - a)]);
        }

        double[] Every(double[] all, int output) => Outputs == 1 ? all : [.. Enumerable.Range(0, all.Length / Outputs).Select(i => all[i * Outputs + output])];
    }

    private protected readonly record struct Summary(double Count, double MeanOfPrediction, double MeanOfTarget, double OfPrediction, double OfTarget, double OfBoth, double OfError, double SquaredError);

    /// <summary>Of one output: the count, the means, the sums of squares and products about the means, and the sum of squared errors.</summary>
    private protected Summary Of(int output)
    {
        double count = moments.Count(output), mean = moments.Mean(output, Error), error = moments.Products(output, Error, Error);
        return new(count, moments.Mean(output, Prediction), moments.Mean(output, Target), moments.Products(output, Prediction, Prediction), moments.Products(output, Target, Target),
            moments.Products(output, Prediction, Target), error, error + count * mean * mean);
    }

    private protected abstract double Of(Summary s);

    /// <summary>The result of each output.</summary>
    public double[] PerOutput() => [.. Enumerable.Range(0, Outputs).Select(i => Of(i) is { Count: >= 2 } s ? Of(s) : double.NaN)];

    /// <inheritdoc/>
    public override double Compute()
    {
        double[] each = PerOutput();
        if (average == OutputAverage.Uniform) return each.Average();
        double sum = 0, weights = 0;
        for (int i = 0; i < each.Length; i++)
        {
            sum += each[i] * Of(i).OfTarget;
            weights += Of(i).OfTarget;
        }
        return weights == 0 ? each.Average() : sum / weights;
    }

    /// <summary>1 - part / all; where all targets are the same, 1 if nothing is wrong and 0 if something is.</summary>
    private protected static double Explained(double part, double all) => all != 0 ? 1 - part / all : part == 0 ? 1 : 0;
}

/// <summary>
/// The coefficient of determination, 1 - sum((target - prediction)^2) / sum((target - mean)^2): 1 is perfect, 0 as good as the mean. Where all targets are the same, 1 if all predictions are
/// right and 0 if not. NaN for fewer than two samples.
/// </summary>
/// <param name="outputs">How many outputs the last axis has; 1 for all elements together.</param>
/// <param name="average">How their results become one.</param>
/// <param name="regressors">
/// The number of independent variables of the model, for the adjusted coefficient 1 - (1 - R^2)(n - 1) / (n - regressors - 1); 0 for the plain one. NaN unless there are more samples than that by two.
/// </param>
/// <example><code>
/// var metric = new R2Score();
/// metric.Update(Tensor.From([2.5f, 0, 2, 8]), Tensor.From([3f, -0.5f, 2, 7]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.9486
/// </code></example>
public sealed class R2Score(int outputs = 1, OutputAverage average = OutputAverage.Uniform, int regressors = 0) : MomentMetric(outputs, average)
{
    readonly int regressors = AtLeast(0, regressors, nameof(regressors));

    /// <inheritdoc/>
    protected override object Settings => (base.Settings, regressors);

    private protected override double Of(Summary s) => Explained(s.SquaredError, s.OfTarget);

    /// <inheritdoc/>
    public override double Compute()
    {
        double plain = base.Compute(), count = Of(0).Count;
        return regressors == 0 ? plain : count - regressors - 1 > 0 ? 1 - (1 - plain) * (count - 1) / (count - regressors - 1) : double.NaN;
    }
}

/// <summary>1 - var(target - prediction) / var(target): as the coefficient of determination, but an error that is the same everywhere does not count.</summary>
/// <param name="outputs">How many outputs the last axis has; 1 for all elements together.</param>
/// <param name="average">How their results become one.</param>
/// <example><code>
/// var metric = new ExplainedVariance();
/// metric.Update(Tensor.From([2.5f, 0, 2, 8]), Tensor.From([3f, -0.5f, 2, 7]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.9572
/// </code></example>
public sealed class ExplainedVariance(int outputs = 1, OutputAverage average = OutputAverage.Uniform) : MomentMetric(outputs, average)
{
    private protected override double Of(Summary s) => Explained(s.OfError, s.OfTarget);
}

/// <summary>sum((target - prediction)^2) / sum((target - mean)^2), or its root: 1 - the coefficient of determination.</summary>
/// <param name="outputs">How many outputs the last axis has; 1 for all elements together.</param>
/// <param name="root">Whether the root is taken.</param>
/// <example><code>
/// var metric = new RelativeSquaredError();
/// metric.Update(Tensor.From([2.5f, 0, 2, 8]), Tensor.From([3f, -0.5f, 2, 7]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.0514
/// </code></example>
public sealed class RelativeSquaredError(int outputs = 1, bool root = false) : MomentMetric(outputs, OutputAverage.Uniform)
{
    /// <inheritdoc/>
    protected override object Settings => (base.Settings, root);

    private protected override double Of(Summary s) => root ? Math.Sqrt(s.SquaredError / s.OfTarget) : s.SquaredError / s.OfTarget;
}

/// <summary>What a root mean squared error is divided by.</summary>
public enum ErrorScale
{
    /// <summary>The mean of the targets.</summary>
    Mean,
    /// <summary>The standard deviation of the targets, with the count as divisor.</summary>
    StandardDeviation,
    /// <summary>The root of the sum of the squared targets.</summary>
    Norm,
}

/// <summary>sqrt(mean((target - prediction)^2)) divided by a scale of the targets, so that errors of different quantities can be compared.</summary>
/// <param name="scale">What it is divided by.</param>
/// <param name="outputs">How many outputs the last axis has; 1 for all elements together.</param>
/// <example><code>
/// var metric = new NormalizedRootMeanSquaredError();
/// metric.Update(Tensor.From([2.5f, 0, 2, 8]), Tensor.From([3f, -0.5f, 2, 7]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.2130
/// </code></example>
public sealed class NormalizedRootMeanSquaredError(ErrorScale scale = ErrorScale.Mean, int outputs = 1) : MomentMetric(outputs, OutputAverage.Uniform)
{
    readonly ErrorScale scale = Known(scale, nameof(scale));

    /// <inheritdoc/>
    protected override object Settings => (base.Settings, scale);

    private protected override double Of(Summary s) => Math.Sqrt(s.SquaredError / s.Count) / scale switch
    {
        ErrorScale.Mean => s.MeanOfTarget,
        ErrorScale.StandardDeviation => Math.Sqrt(s.OfTarget / s.Count),
        _ => Math.Sqrt(s.OfTarget + s.Count * s.MeanOfTarget * s.MeanOfTarget),
    };
}

/// <summary>The coefficient of linear correlation of predictions and targets, cov(p, y) / (sd(p) sd(y)), from -1 to 1 (Pearson, 1895). NaN where one of them is constant.</summary>
/// <param name="outputs">How many outputs the last axis has; 1 for all elements together.</param>
/// <example><code>
/// var metric = new PearsonCorrelation();
/// metric.Update(Tensor.From([1f, 2, 3]), Tensor.From([1f, 3, 2]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.5000
/// </code></example>
public sealed class PearsonCorrelation(int outputs = 1) : MomentMetric(outputs, OutputAverage.Uniform)
{
    private protected override double Of(Summary s) => Math.Clamp(s.OfBoth / (Math.Sqrt(s.OfPrediction) * Math.Sqrt(s.OfTarget)), -1, 1);
}

/// <summary>
/// 2 cov(p, y) / (var(p) + var(y) + (mean(p) - mean(y))^2): correlation that also asks for the same scale and place (Lin: "A concordance correlation coefficient to evaluate reproducibility", 1989).
/// Variances have the count as divisor.
/// </summary>
/// <param name="outputs">How many outputs the last axis has; 1 for all elements together.</param>
/// <example><code>
/// var metric = new ConcordanceCorrelation();
/// metric.Update(Tensor.From([2f, 4, 6]), Tensor.From([1f, 2, 3]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.3636
/// </code></example>
public sealed class ConcordanceCorrelation(int outputs = 1) : MomentMetric(outputs, OutputAverage.Uniform)
{
    private protected override double Of(Summary s)
    {
        double step = s.MeanOfPrediction - s.MeanOfTarget;
        return 2 * s.OfBoth / (s.OfPrediction + s.OfTarget + s.Count * step * step);
    }
}
