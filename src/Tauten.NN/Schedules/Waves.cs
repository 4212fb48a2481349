namespace Tauten.NN;

/// <summary>
/// From the rate down to <paramref name="least"/> along half a wave of the cosine in <paramref name="steps"/> steps, and up again in as many (Loshchilov, Hutter: "SGDR: Stochastic
/// Gradient Descent with Warm Restarts", 2016): PyTorch's CosineAnnealingLR.
/// </summary>
/// <example><code>
/// var schedule = new CosineAnnealing(steps: 10);
/// Console.WriteLine($"{schedule.At(0, 1)} {schedule.At(5, 1):0.0} {schedule.At(10, 1)}");    // 1 0.5 0
/// </code></example>
public sealed class CosineAnnealing(long steps, double least = 0) : Schedule
{
    readonly long steps = Steps(steps, nameof(steps));
    readonly double least = NotNegative(least, nameof(least));

    /// <inheritdoc/>
    public override double At(long step, double rate) => Cosine(rate, least, (double)step / steps);
}

/// <summary>
/// Like <see cref="CosineAnnealing"/>, but from the bottom back to the rate at once; each period is <paramref name="growth"/> times as long as the one before: PyTorch's
/// CosineAnnealingWarmRestarts.
/// </summary>
/// <example><code>
/// var schedule = new CosineAnnealingWarmRestarts(steps: 10, growth: 2);
/// Console.WriteLine($"{schedule.At(5, 1):0.0} {schedule.At(10, 1)} {schedule.At(20, 1):0.0} {schedule.At(30, 1)}");    // 0.5 1 0.5 1
/// </code></example>
public sealed class CosineAnnealingWarmRestarts(long steps, long growth = 1, double least = 0) : Schedule
{
    readonly long steps = Steps(steps, nameof(steps)), growth = Steps(growth, nameof(growth));
    readonly double least = NotNegative(least, nameof(least));

    /// <inheritdoc/>
    public override double At(long step, double rate)
    {
        long period = steps;
        if (growth == 1) step %= period;
        else
            for (; step >= period; period *= growth) step -= period;
        return Cosine(rate, least, (double)step / period);
    }
}

/// <summary>How the height of a <see cref="Cyclic"/> schedule changes from cycle to cycle.</summary>
public enum CyclicMode
{
    /// <summary>All cycles are equally high.</summary>
    Triangular,

    /// <summary>Each cycle is half as high as the one before.</summary>
    Halving,

    /// <summary>The height is factor^step.</summary>
    Exponential,
}

/// <summary>
/// From the rate up to <paramref name="largest"/> and down again along lines (Smith: "Cyclical Learning Rates for Training Neural Networks", 2015): PyTorch's CyclicLR, without its
/// cycling of momentum.
/// </summary>
/// <param name="largest">The learning rate at the top.</param>
/// <param name="up">How many steps it goes up.</param>
/// <param name="down">How many steps it goes down; as many as up if left out.</param>
/// <param name="mode">How the height changes.</param>
/// <param name="factor">The base of <see cref="CyclicMode.Exponential"/>.</param>
/// <example><code>
/// var schedule = new Cyclic(largest: 1, up: 10);
/// Console.WriteLine($"{schedule.At(0, 0.1):0.0} {schedule.At(10, 0.1):0.0} {schedule.At(20, 0.1):0.0}");    // 0.1 1.0 0.1
/// </code></example>
public sealed class Cyclic(double largest, long up = 2000, long? down = null, CyclicMode mode = CyclicMode.Triangular, double factor = 1) : Schedule
{
    readonly double largest = NotNegative(largest, nameof(largest)), factor = NotNegative(factor, nameof(factor));
    readonly long up = Steps(up, nameof(up)), down = Steps(down ?? up, nameof(down));

    /// <inheritdoc/>
    public override double At(long step, double rate)
    {
        long cycle = step / (up + down), place = step % (up + down);
        double share = place <= up ? (double)place / up : (double)(up + down - place) / down;
        double height = mode switch { CyclicMode.Halving => Math.Pow(0.5, cycle), CyclicMode.Exponential => Math.Pow(factor, step), _ => 1 };
        return rate + (largest - rate) * share * height;
    }
}

/// <summary>
/// From <paramref name="largest"/> / <paramref name="startDivisor"/> up to <paramref name="largest"/>, then down to the first rate / <paramref name="endDivisor"/> (Smith, Topin:
/// "Super-Convergence", 2017): PyTorch's OneCycleLR, without its cycling of momentum. The rate of the optimizer does not matter.
/// </summary>
/// <param name="largest">The learning rate at the top.</param>
/// <param name="steps">How many steps there are; the last rate stays.</param>
/// <param name="rising">The share of steps in which it goes up.</param>
/// <param name="startDivisor">How many times less than the top it starts.</param>
/// <param name="endDivisor">How many times less than the start it ends.</param>
/// <param name="linear">Along lines instead of half waves of the cosine.</param>
/// <param name="threePhases">Down to the start in as many steps as up, and then on to the end.</param>
/// <example><code>
/// var schedule = new OneCycle(largest: 1, steps: 100);
/// Console.WriteLine($"{schedule.At(0, 1):0.00} {schedule.At(30, 1):0.00} {schedule.At(65, 1):0.00}");    // 0.04 1.00 0.48
/// </code></example>
public sealed class OneCycle(
    double largest, long steps, double rising = 0.3, double startDivisor = 25, double endDivisor = 1e4, bool linear = false, bool threePhases = false) : Schedule
{
    readonly double start = NotNegative(largest, nameof(largest)) / startDivisor;
    readonly long steps = Steps(steps, nameof(steps), 2);
    readonly double rising = rising is > 0 and < 1 ? rising : throw new ArgumentOutOfRangeException(nameof(rising), rising, "Expected a share between 0 and 1.");

    /// <inheritdoc/>
    public override double At(long step, double rate)
    {
        double end = start / endDivisor, place = Math.Min(step, steps - 1), top = rising * steps - 1, last = steps - 1;
        if (place <= top) return Between(start, largest, place / top);
        if (!threePhases) return Between(largest, end, (place - top) / (last - top));
        double back = 2 * rising * steps - 2;
        return place <= back ? Between(largest, start, (place - top) / (back - top)) : Between(start, end, (place - back) / (last - back));
    }

    double Between(double from, double to, double share) => linear ? Line(from, to, share) : Cosine(from, to, share);
}
