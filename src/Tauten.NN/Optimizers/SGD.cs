using Tauten.Ops;

namespace Tauten.NN;

/// <summary>
/// Stochastic gradient descent, with momentum if wanted (Sutskever et al., 2013): the formulas of <see cref="SgdStep"/>, which are those of PyTorch.
/// </summary>
/// <example><code>
/// var weight = new Parameter(Tensor.From([1f, -2]));
/// var optimizer = new SGD([weight], learningRate: 0.1, momentum: 0.9, nesterov: true);
/// weight.Value.Square().Sum().Backward();
/// optimizer.Step();
/// Console.WriteLine(weight.Value);    // [ 0.6200, -1.2400]
/// </code></example>
public sealed class SGD : Optimizer
{
    /// <summary>An optimizer of these parameters.</summary>
    /// <param name="parameters">What to update, such as <c>model.Parameters()</c>; enumerated anew at each step.</param>
    /// <param name="learningRate">The length of a step.</param>
    /// <param name="momentum">How much of the last direction is kept, 0 for none.</param>
    /// <param name="dampening">How much of a new gradient is left out of the direction.</param>
    /// <param name="nesterov">Whether to look ahead along the direction; needs momentum and no dampening.</param>
    /// <param name="weightDecay">This times the parameter is added to its gradient.</param>
    /// <param name="maximize">Whether to climb along the gradients.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is negative.</exception>
    /// <exception cref="ArgumentException">Nesterov's form without momentum, or with dampening.</exception>
    public SGD(
        IEnumerable<Parameter> parameters, double learningRate = 0.001, double momentum = 0, double dampening = 0, bool nesterov = false, double weightDecay = 0, bool maximize = false) =>
        Add(parameters, learningRate, momentum, dampening, nesterov, weightDecay).Maximize = maximize;

    /// <summary>Adds parameters with options of their own; options left out are those of the first group.</summary>
    /// <returns>The group, whose options may be changed later.</returns>
    public SGDGroup Add(
        IEnumerable<Parameter> parameters, double? learningRate = null, double? momentum = null, double? dampening = null, bool? nesterov = null, double? weightDecay = null)
    {
        var first = Groups.Count > 0 ? (SGDGroup)Groups[0] : null;
        var group = new SGDGroup(
            parameters, learningRate ?? first!.LearningRate, momentum ?? first!.Momentum, dampening ?? first!.Dampening, nesterov ?? first!.Nesterov, weightDecay ?? first!.WeightDecay)
        { Maximize = first?.Maximize ?? false };
        Add(group);
        return group;
    }

    /// <inheritdoc/>
    protected override OptimizerStep Rule(ParameterGroup group) => ((SGDGroup)group).Rule;

    /// <inheritdoc/>
    protected override IReadOnlyList<StateSlot> Slots(ParameterGroup group) => ((SGDGroup)group).Slots;
}

/// <summary>Parameters that <see cref="SGD"/> updates with the same options.</summary>
/// <example><code>
/// Parameter weight = new(Tensor.Ones([2])), bias = new(Tensor.Ones([2]));
/// var optimizer = new SGD([weight], learningRate: 0.1, weightDecay: 0.5);
/// SGDGroup withoutDecay = optimizer.Add([bias], weightDecay: 0);
/// (weight.Value + bias.Value).Sum().Backward();
/// optimizer.Step();
/// Console.WriteLine($"{weight.Value} {bias.Value}");    // [0.8500, 0.8500] [0.9000, 0.9000]
/// </code></example>
public sealed class SGDGroup : ParameterGroup
{
    static readonly StateSlot buffer = StateSlot.Moment("momentum_buffer");

    internal SGDGroup(IEnumerable<Parameter> parameters, double learningRate, double momentum, double dampening, bool nesterov, double weightDecay)
        : base(parameters, learningRate, weightDecay)
    {
        (Momentum, Dampening, Nesterov) = (momentum, dampening, nesterov);
        if (nesterov && (momentum == 0 || dampening != 0))
            throw new ArgumentException($"SGD: Nesterov's form needs a momentum above 0 and no dampening. Received: momentum {momentum}, dampening {dampening}.", nameof(nesterov));
    }

    /// <summary>How much of the last direction is kept.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not a number.</exception>
    public double Momentum { get; set => field = NotNegative(value, nameof(Momentum)); }

    /// <summary>How much of a new gradient is left out of the direction.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a finite number.</exception>
    public double Dampening { get; set => field = double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(Dampening), value, "Expected a finite number."); }

    /// <summary>Whether to look ahead along the direction.</summary>
    public bool Nesterov { get; set; }

    internal SgdStep Rule => new(Momentum, Momentum == 0 ? 0 : Dampening, Nesterov && Momentum != 0, WeightDecay) { Maximize = Maximize };

    internal IReadOnlyList<StateSlot> Slots => Momentum == 0 ? [] : Dampening != 0 ? [buffer, StateSlot.Count] : [buffer];

    /// <inheritdoc/>
    protected internal override IReadOnlyList<GroupOption> Options =>
    [
        .. base.Options,
        new("momentum", () => Momentum, v => Momentum = v),
        new("dampening", () => Dampening, v => Dampening = v),
        Flag("nesterov", () => Nesterov, v => Nesterov = v),
    ];
}
