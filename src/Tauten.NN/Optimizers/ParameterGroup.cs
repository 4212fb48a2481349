namespace Tauten.NN;

/// <summary>Parameters that are updated with the same options, which may be changed at any time between steps.</summary>
public abstract class ParameterGroup
{
    /// <summary>A group; the sequence is enumerated anew at each step, so that it may grow.</summary>
    protected ParameterGroup(IEnumerable<Parameter> parameters, double learningRate, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameters = parameters;
        Rate = Initial.Outside(() => new Buffer(Tensor.From(NotNegative(learningRate, nameof(learningRate))), "learning_rate"));
        WeightDecay = weightDecay;
    }

    /// <summary>The parameters.</summary>
    public IEnumerable<Parameter> Parameters { get; }

    /// <summary>The learning rate as a cell, float64[]: a compiled step reads it anew each time it runs.</summary>
    internal Buffer Rate { get; }

    /// <summary>The length of a step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not a number.</exception>
    public double LearningRate
    {
        get => Rate.Borrow().Item<double>();
        set => Rate.Value = Tensor.From(NotNegative(value, nameof(LearningRate)));
    }

    /// <summary>How strongly parameters are drawn to 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not a number.</exception>
    public double WeightDecay { get; set => field = NotNegative(value, nameof(WeightDecay)); }

    /// <summary>Whether the parameters climb along their gradients instead of descending, so that what they belong to becomes large.</summary>
    public bool Maximize { get; set; }

    /// <summary>The options as numbers, so that they can be saved and loaded.</summary>
    protected internal virtual IReadOnlyList<GroupOption> Options =>
    [
        new("learning_rate", () => LearningRate, v => LearningRate = v),
        new("weight_decay", () => WeightDecay, v => WeightDecay = v),
        Flag("maximize", () => Maximize, v => Maximize = v),
    ];

    /// <summary>An option that is 1 or 0 in a saved state.</summary>
    protected static GroupOption Flag(string name, Func<bool> get, Action<bool> set) => new(name, () => get() ? 1 : 0, v => set(IsSet(v, name)));

    /// <summary>An option that must be 0 or 1.</summary>
    protected static bool IsSet(double value, string name) => value is 0 or 1 ? value == 1 : throw new ArgumentOutOfRangeException(name, value, "Expected 0 or 1.");

    /// <summary>An option that must not be negative.</summary>
    protected static double NotNegative(double value, string name) =>
        value >= 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, value, "Expected a number that is not negative.");

    /// <summary>An option from 0 up to but not including 1.</summary>
    protected static double BelowOne(double value, string name) =>
        value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(name, value, "Expected 0 or more, below 1.");
}

/// <summary>An option of a group under the name that it has in a saved state.</summary>
/// <param name="Name">The name, such as <c>learning_rate</c>.</param>
/// <param name="Get">Reads it.</param>
/// <param name="Set">Changes it.</param>
public sealed record GroupOption(string Name, Func<double> Get, Action<double> Set);
