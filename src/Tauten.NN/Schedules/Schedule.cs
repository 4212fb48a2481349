namespace Tauten.NN;

/// <summary>
/// A learning rate as a function of the number of steps done. A schedule knows no optimizer and has no state, so schedules are combined freely; a
/// <see cref="Scheduler"/> sets the learning rates of an optimizer by one.
/// </summary>
/// <example><code>
/// var schedule = new Warmup(500, new CosineAnnealing(10_000));
/// Console.WriteLine(schedule.At(250, rate: 0.1));    // 0.05
/// </code></example>
public abstract class Schedule
{
    /// <summary>The learning rate after <paramref name="step"/> steps, if <paramref name="rate"/> is the one that the optimizer was made with.</summary>
    public abstract double At(long step, double rate);

    /// <summary>A number of steps, which must be at least <paramref name="least"/>.</summary>
    private protected static long Steps(long value, string name, long least = 1) =>
        value >= least ? value : throw new ArgumentOutOfRangeException(name, value, $"Expected {least} or more steps.");

    /// <summary>A learning rate or factor, which must not be negative.</summary>
    private protected static double NotNegative(double value, string name) =>
        value >= 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, value, "Expected a number that is not negative.");

    /// <summary>From <paramref name="start"/> to <paramref name="end"/> along half a wave of the cosine, as <paramref name="share"/> goes from 0 to 1.</summary>
    private protected static double Cosine(double start, double end, double share) => end + (start - end) * (1 + Math.Cos(Math.PI * share)) / 2;

    /// <summary>From <paramref name="start"/> to <paramref name="end"/> along a line.</summary>
    private protected static double Line(double start, double end, double share) => start + (end - start) * share;
}

/// <summary>Sets the learning rates of an optimizer by a <see cref="Schedule"/>: each group starts from the rate it had when the scheduler was made.</summary>
/// <example><code>
/// var optimizer = new SGD([new Parameter(Tensor.Ones([2]))], learningRate: 0.1);
/// var scheduler = new Scheduler(optimizer, new StepDecay(30, 0.1));
/// for (int epoch = 0; epoch &lt; 30; epoch++)
/// {
///     // .. the steps of an epoch, then:
///     scheduler.Step();
/// }
/// Console.WriteLine($"{optimizer.LearningRate:0.000}");    // 0.010
/// </code></example>
public sealed class Scheduler
{
    readonly Optimizer optimizer;
    readonly Schedule schedule;
    double[] rates;

    /// <summary>A scheduler, which sets the rates of step 0.</summary>
    public Scheduler(Optimizer optimizer, Schedule schedule)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(schedule);
        (this.optimizer, this.schedule) = (optimizer, schedule);
        rates = [.. optimizer.Groups.Select(group => group.LearningRate)];
        Set();
    }

    /// <summary>How many steps were done.</summary>
    public long StepsDone { get; private set; }

    /// <summary>Goes to the next learning rate.</summary>
    public void Step()
    {
        StepsDone++;
        Set();
    }

    /// <summary>Where the schedule stands, to be saved beside the state of the optimizer.</summary>
    public IReadOnlyDictionary<string, Tensor> State() => new OrderedDictionary<string, Tensor> { ["step"] = Tensor.From(StepsDone), ["initial_learning_rates"] = Tensor.From(rates) };

    /// <summary>Continues from a state that <see cref="State"/> gave.</summary>
    /// <exception cref="ModelFormatException">The state does not fit; the message lists every missing, unexpected and mismatched entry. Nothing was changed.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        var reader = new StateReader(state, "Scheduler: the state does not fit the scheduler.");
        var step = reader.Take("step", new(DType.Int64, Shape.Scalar));
        var before = reader.Take("initial_learning_rates", new(DType.Float64, Shape.Of(optimizer.Groups.Count)));
        reader.Check();
        StepsDone = step!.Item<long>();
        rates = before!.ToArray<double>();
        Set();
    }

    void Set()
    {
        // A group that was added later starts from the rate it has now.
        for (int i = rates.Length; i < optimizer.Groups.Count; i++) rates = [.. rates, optimizer.Groups[i].LearningRate];
        for (int i = 0; i < rates.Length; i++) optimizer.Groups[i].LearningRate = schedule.At(StepsDone, rates[i]);
    }
}
