namespace Tauten.NN;

/// <summary>One schedule after the other, each counting its own steps from 0: PyTorch's SequentialLR.</summary>
/// <example><code>
/// var schedule = new SequentialSchedule([new ConstantFactor(0.5, steps: 10), new ExponentialDecay(0.9)], [10L]);
/// Console.WriteLine($"{schedule.At(5, 1)} {schedule.At(10, 1)} {schedule.At(12, 1):0.00}");    // 0.5 1 0.81
/// </code></example>
public sealed class SequentialSchedule : Schedule
{
    readonly Schedule[] schedules;
    readonly long[] milestones;

    /// <summary>Schedules, and at which steps the second and later ones begin.</summary>
    /// <exception cref="ArgumentException">There is not one milestone less than schedules, or milestones do not grow.</exception>
    public SequentialSchedule(ReadOnlySpan<Schedule> schedules, ReadOnlySpan<long> milestones)
    {
        if (milestones.Length != schedules.Length - 1)
            throw new ArgumentException($"SequentialSchedule: expected one milestone less than schedules. Received: {schedules.Length} schedules, {milestones.Length} milestones.", nameof(milestones));
        for (int i = 0; i < milestones.Length; i++)
            if (milestones[i] <= (i == 0 ? 0 : milestones[i - 1]))
                throw new ArgumentException($"SequentialSchedule: milestones must grow from above 0. Received: {string.Join(", ", milestones.ToArray())}.", nameof(milestones));
        (this.schedules, this.milestones) = (schedules.ToArray(), milestones.ToArray());
    }

    /// <inheritdoc/>
    public override double At(long step, double rate)
    {
        int passed = milestones.Count(milestone => milestone <= step);
        return schedules[passed].At(step - (passed == 0 ? 0 : milestones[passed - 1]), rate);
    }
}

/// <summary>Each schedule applied to the rate that the one before it gives: PyTorch's ChainedScheduler.</summary>
/// <example><code>
/// var schedule = new ChainedSchedule(new ConstantFactor(0.5, steps: 2), new ExponentialDecay(0.9));
/// Console.WriteLine($"{schedule.At(1, 1)} {schedule.At(2, 1):0.00}");    // 0.45 0.81
/// </code></example>
public sealed class ChainedSchedule(params ReadOnlySpan<Schedule> schedules) : Schedule
{
    readonly Schedule[] schedules = schedules.ToArray();

    /// <inheritdoc/>
    public override double At(long step, double rate)
    {
        foreach (var schedule in schedules) rate = schedule.At(step, rate);
        return rate;
    }
}

/// <summary>
/// Up along a line from <paramref name="start"/> * rate to the rate in the first steps; then another schedule, which counts from 0, or the rate itself
/// (Goyal et al.: "Accurate, Large Minibatch SGD", 2017).
/// </summary>
/// <example><code>
/// var schedule = new Warmup(4, new CosineAnnealing(8));
/// Console.WriteLine(string.Join(" ", new[] { 0, 2, 4, 8, 12 }.Select(step => schedule.At(step, 1).ToString("0.##"))));    // 0 0.5 1 0.5 0
/// </code></example>
public sealed class Warmup(long steps, Schedule? after = null, double start = 0) : Schedule
{
    readonly long steps = Steps(steps, nameof(steps));
    readonly double start = NotNegative(start, nameof(start));

    /// <inheritdoc/>
    public override double At(long step, double rate) =>
        step < steps ? rate * Line(start, 1, (double)step / steps) : after?.At(step - steps, rate) ?? rate;
}
