namespace Tauten.NN;

/// <summary>rate * factor^floor(step / every): PyTorch's StepLR.</summary>
/// <example><code>
/// var schedule = new StepDecay(every: 30);
/// Console.WriteLine($"{schedule.At(29, 1)} {schedule.At(30, 1)} {schedule.At(60, 1):0.00}");    // 1 0.1 0.01
/// </code></example>
public sealed class StepDecay(long every, double factor = 0.1) : Schedule
{
    readonly long every = Steps(every, nameof(every));
    readonly double factor = NotNegative(factor, nameof(factor));

    /// <inheritdoc/>
    public override double At(long step, double rate) => rate * Math.Pow(factor, step / every);
}

/// <summary>rate * factor^(how many of the milestones were reached): PyTorch's MultiStepLR.</summary>
/// <example><code>
/// var schedule = new MultiStepDecay([30L, 80], factor: 0.5);
/// Console.WriteLine($"{schedule.At(29, 1)} {schedule.At(30, 1)} {schedule.At(80, 1)}");    // 1 0.5 0.25
/// </code></example>
public sealed class MultiStepDecay : Schedule
{
    readonly long[] milestones;
    readonly double factor;

    /// <summary>A schedule that falls at each of these steps.</summary>
    public MultiStepDecay(ReadOnlySpan<long> milestones, double factor = 0.1)
    {
        this.milestones = milestones.ToArray();
        this.factor = NotNegative(factor, nameof(factor));
    }

    /// <inheritdoc/>
    public override double At(long step, double rate) => rate * Math.Pow(factor, milestones.Count(milestone => milestone <= step));
}

/// <summary>rate * factor for the first steps, then the rate itself: PyTorch's ConstantLR.</summary>
/// <example><code>
/// var schedule = new ConstantFactor(0.5, steps: 4);
/// Console.WriteLine($"{schedule.At(3, 1)} {schedule.At(4, 1)}");    // 0.5 1
/// </code></example>
public sealed class ConstantFactor(double factor = 1.0 / 3, long steps = 5) : Schedule
{
    readonly double factor = NotNegative(factor, nameof(factor));
    readonly long steps = Steps(steps, nameof(steps), 0);

    /// <inheritdoc/>
    public override double At(long step, double rate) => step < steps ? rate * factor : rate;
}

/// <summary>rate times a factor that goes from one number to another along a line, and stays there: PyTorch's LinearLR.</summary>
/// <example><code>
/// var schedule = new LinearFactor(start: 0.5, steps: 4);
/// Console.WriteLine($"{schedule.At(0, 1)} {schedule.At(2, 1)} {schedule.At(4, 1)}");    // 0.5 0.75 1
/// </code></example>
public sealed class LinearFactor(double start = 1.0 / 3, double end = 1, long steps = 5) : Schedule
{
    readonly double start = NotNegative(start, nameof(start)), end = NotNegative(end, nameof(end));
    readonly long steps = Steps(steps, nameof(steps));

    /// <inheritdoc/>
    public override double At(long step, double rate) => rate * Line(start, end, (double)Math.Min(step, steps) / steps);
}

/// <summary>rate * factor^step: PyTorch's ExponentialLR.</summary>
/// <example><code>
/// Console.WriteLine($"{new ExponentialDecay(0.9).At(2, 1):0.00}");    // 0.81
/// </code></example>
public sealed class ExponentialDecay(double factor) : Schedule
{
    readonly double factor = NotNegative(factor, nameof(factor));

    /// <inheritdoc/>
    public override double At(long step, double rate) => rate * Math.Pow(factor, step);
}

/// <summary>rate * (1 - min(step, steps) / steps)^power: PyTorch's PolynomialLR.</summary>
/// <example><code>
/// var schedule = new PolynomialDecay(steps: 4, power: 2);
/// Console.WriteLine($"{schedule.At(0, 1)} {schedule.At(2, 1)} {schedule.At(4, 1)}");    // 1 0.25 0
/// </code></example>
public sealed class PolynomialDecay(long steps = 5, double power = 1) : Schedule
{
    readonly long steps = Steps(steps, nameof(steps));
    readonly double power = NotNegative(power, nameof(power));

    /// <inheritdoc/>
    public override double At(long step, double rate) => rate * Math.Pow(1 - (double)Math.Min(step, steps) / steps, power);
}

/// <summary>rate times a function of the number of steps: PyTorch's LambdaLR.</summary>
/// <example><code>
/// var schedule = new FactorOf(step => 1.0 / (1 + step));
/// Console.WriteLine($"{schedule.At(0, 1)} {schedule.At(3, 1)}");    // 1 0.25
/// </code></example>
public sealed class FactorOf(Func<long, double> factor) : Schedule
{
    readonly Func<long, double> factor = factor ?? throw new ArgumentNullException(nameof(factor));

    /// <inheritdoc/>
    public override double At(long step, double rate) => rate * factor(step);
}

/// <summary>rate times a function of 1, of 2 and so on up to the number of steps: PyTorch's MultiplicativeLR.</summary>
/// <example><code>
/// var schedule = new ProductOf(step => 0.5);
/// Console.WriteLine($"{schedule.At(0, 1)} {schedule.At(3, 1)}");    // 1 0.125
/// </code></example>
public sealed class ProductOf(Func<long, double> factor) : Schedule
{
    readonly Func<long, double> factor = factor ?? throw new ArgumentNullException(nameof(factor));

    /// <inheritdoc/>
    public override double At(long step, double rate)
    {
        for (long i = 1; i <= step; i++) rate *= factor(i);
        return rate;
    }
}
