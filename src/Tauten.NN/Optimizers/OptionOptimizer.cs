using Tauten.Ops;

namespace Tauten.NN;

/// <summary>
/// An optimizer whose groups keep their options by name, such as <c>group["beta1"]</c>: the names in a saved state, which are PyTorch's without its tuples.
/// </summary>
public abstract class OptionOptimizer : Optimizer
{
    readonly NamedOption[] options;

    private protected OptionOptimizer(IEnumerable<Parameter> parameters, double learningRate, double weightDecay, bool maximize, params NamedOption[] options)
    {
        this.options = options;
        Add(new OptionGroup(parameters, learningRate, weightDecay, options) { Maximize = maximize });
    }

    /// <summary>Adds parameters with options of their own; options left out are those of the first group.</summary>
    /// <param name="parameters">What to update; enumerated anew at each step.</param>
    /// <param name="learningRate">The length of a step.</param>
    /// <param name="weightDecay">How strongly parameters are drawn to 0.</param>
    /// <returns>The group, whose options may be changed later: <c>optimizer.Add(parameters)["epsilon"] = 1e-6</c>.</returns>
    public OptionGroup Add(IEnumerable<Parameter> parameters, double? learningRate = null, double? weightDecay = null)
    {
        var first = (OptionGroup)Groups[0];
        var group = new OptionGroup(parameters, learningRate ?? first.LearningRate, weightDecay ?? first.WeightDecay, options) { Maximize = first.Maximize };
        foreach (var option in options) group[option.Name] = first[option.Name];
        Add(group);
        return group;
    }

    /// <inheritdoc/>
    protected sealed override OptimizerStep Rule(ParameterGroup group) => Step((OptionGroup)group) with { Maximize = group.Maximize };

    /// <inheritdoc/>
    protected sealed override IReadOnlyList<StateSlot> Slots(ParameterGroup group) => Kept((OptionGroup)group);

    private protected abstract OptimizerStep Step(OptionGroup group);

    private protected abstract IReadOnlyList<StateSlot> Kept(OptionGroup group);

    /// <summary>The mean of squared gradients, as PyTorch names it.</summary>
    private protected static StateSlot Square { get; } = StateSlot.Moment("exp_avg_sq");

    /// <summary>The mean of gradients, as PyTorch names it.</summary>
    private protected static StateSlot Mean { get; } = StateSlot.Moment("exp_avg");
}

/// <summary>Parameters that an <see cref="OptionOptimizer"/> updates with the same options.</summary>
/// <example><code>
/// Parameter weight = new(Tensor.Ones([2])), bias = new(Tensor.Ones([2]));
/// var optimizer = new RMSprop([weight], learningRate: 0.1, weightDecay: 0.5);
/// OptionGroup withoutDecay = optimizer.Add([bias], weightDecay: 0);
/// Console.WriteLine($"{optimizer.Groups[0].WeightDecay} {withoutDecay.WeightDecay}");    // 0.5 0
/// </code></example>
public sealed class OptionGroup : ParameterGroup
{
    readonly NamedOption[] options;
    readonly double[] values;

    internal OptionGroup(IEnumerable<Parameter> parameters, double learningRate, double weightDecay, NamedOption[] options) : base(parameters, learningRate, weightDecay)
    {
        (this.options, values) = (options, new double[options.Length]);
        foreach (var option in options) this[option.Name] = option.Value;
    }

    /// <summary>An option by its name in a saved state, such as <c>beta1</c>.</summary>
    /// <exception cref="ArgumentException">There is no such option; the message lists those there are.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one that the option takes.</exception>
    public double this[string name]
    {
        get => values[Place(name)];
        set
        {
            int place = Place(name);
            values[place] = options[place].Range switch
            {
                OptionRange.BelowOne => BelowOne(value, name),
                OptionRange.NotNegative => NotNegative(value, name),
                OptionRange.Flag => IsSet(value, name) ? 1 : 0,
                _ => value <= 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, value, "Expected a number that is not positive."),
            };
        }
    }

    /// <inheritdoc/>
    protected internal override IReadOnlyList<GroupOption> Options =>
        [.. base.Options, .. from option in options select new GroupOption(option.Name, () => this[option.Name], v => this[option.Name] = v)];

    int Place(string name)
    {
        int place = Array.FindIndex(options, option => option.Name == name);
        return place >= 0 ? place
            : throw new ArgumentException($"There is no option '{name}'. Expected one of: {string.Join(", ", options.Select(option => option.Name))}.", nameof(name));
    }
}

/// <summary>What values an option takes.</summary>
enum OptionRange
{
    BelowOne,
    NotNegative,
    NotPositive,
    Flag,
}

/// <summary>An option, its first value, and what values it takes.</summary>
readonly record struct NamedOption(string Name, double Value, OptionRange Range = OptionRange.BelowOne);
