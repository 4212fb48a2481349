using Tauten.Ops;

namespace Tauten.NN;

/// <summary>
/// Adam (Kingma, Ba: "Adam: A Method for Stochastic Optimization", 2014): steps along the mean of the gradients, divided by their root mean square. The formulas
/// of <see cref="AdamStep"/>, which are those of PyTorch.
/// </summary>
/// <example><code>
/// var weight = new Parameter(Tensor.From([1f, -2]));
/// var optimizer = new Adam([weight], learningRate: 0.1);
/// weight.Value.Square().Sum().Backward();
/// optimizer.Step();
/// Console.WriteLine(weight.Value);    // [ 0.9000, -1.9000]
/// </code></example>
public class Adam : Optimizer
{
    readonly bool decoupled;

    /// <summary>An optimizer of these parameters.</summary>
    /// <param name="parameters">What to update, such as <c>model.Parameters()</c>; enumerated anew at each step.</param>
    /// <param name="learningRate">The length of a step.</param>
    /// <param name="beta1">How much of the mean of gradients is kept at each step.</param>
    /// <param name="beta2">How much of the mean of squared gradients is kept at each step.</param>
    /// <param name="epsilon">Added to the root mean square.</param>
    /// <param name="weightDecay">This times the parameter is added to its gradient; see <see cref="AdamW"/> for the other way.</param>
    /// <param name="amsgrad">Whether to divide by the largest root mean square so far, so that steps never become longer again (Reddi, Kale, Kumar, 2018).</param>
    /// <param name="maximize">Whether to climb along the gradients.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is negative, or a beta is not below 1.</exception>
    public Adam(
        IEnumerable<Parameter> parameters, double learningRate = 0.001, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0,
        bool amsgrad = false, bool maximize = false)
        : this(parameters, learningRate, beta1, beta2, epsilon, weightDecay, amsgrad, maximize, decoupled: false) { }

    private protected Adam(
        IEnumerable<Parameter> parameters, double learningRate, double beta1, double beta2, double epsilon, double weightDecay, bool amsgrad, bool maximize, bool decoupled)
    {
        this.decoupled = decoupled;
        var group = Add(parameters, learningRate, beta1, beta2, epsilon, weightDecay);
        (group.Amsgrad, group.Maximize) = (amsgrad, maximize);
    }

    /// <summary>Adds parameters with options of their own; options left out are those of the first group.</summary>
    /// <returns>The group, whose options may be changed later.</returns>
    public AdamGroup Add(
        IEnumerable<Parameter> parameters, double? learningRate = null, double? beta1 = null, double? beta2 = null, double? epsilon = null, double? weightDecay = null)
    {
        var first = Groups.Count > 0 ? (AdamGroup)Groups[0] : null;
        var group = new AdamGroup(
            parameters, learningRate ?? first!.LearningRate, beta1 ?? first!.Beta1, beta2 ?? first!.Beta2, epsilon ?? first!.Epsilon, weightDecay ?? first!.WeightDecay, decoupled)
        { Amsgrad = first?.Amsgrad ?? false, Maximize = first?.Maximize ?? false };
        Add(group);
        return group;
    }

    /// <inheritdoc/>
    protected sealed override OptimizerStep Rule(ParameterGroup group) => ((AdamGroup)group).Rule;

    /// <inheritdoc/>
    protected sealed override IReadOnlyList<StateSlot> Slots(ParameterGroup group) => ((AdamGroup)group).Slots;
}

/// <summary>
/// Adam whose weight decay shrinks the parameters themselves instead of adding to the gradients (Loshchilov, Hutter: "Decoupled Weight Decay
/// Regularization", 2017).
/// </summary>
/// <example><code>
/// var weight = new Parameter(Tensor.From([1f, -2]));
/// var optimizer = new AdamW([weight], learningRate: 0.1, weightDecay: 0.5);
/// weight.Value.Square().Sum().Backward();
/// optimizer.Step();
/// Console.WriteLine(weight.Value);    // [ 0.8500, -1.8000]
/// </code></example>
public sealed class AdamW : Adam
{
    /// <summary>An optimizer of these parameters.</summary>
    /// <param name="parameters">What to update, such as <c>model.Parameters()</c>; enumerated anew at each step.</param>
    /// <param name="learningRate">The length of a step.</param>
    /// <param name="beta1">How much of the mean of gradients is kept at each step.</param>
    /// <param name="beta2">How much of the mean of squared gradients is kept at each step.</param>
    /// <param name="epsilon">Added to the root mean square.</param>
    /// <param name="weightDecay">At each step parameters are multiplied by 1 - learningRate * weightDecay.</param>
    /// <param name="amsgrad">Whether to divide by the largest root mean square so far, so that steps never become longer again (Reddi, Kale, Kumar, 2018).</param>
    /// <param name="maximize">Whether to climb along the gradients.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is negative, or a beta is not below 1.</exception>
    public AdamW(
        IEnumerable<Parameter> parameters, double learningRate = 0.001, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0.01,
        bool amsgrad = false, bool maximize = false)
        : base(parameters, learningRate, beta1, beta2, epsilon, weightDecay, amsgrad, maximize, decoupled: true) { }
}

/// <summary>Parameters that <see cref="Adam"/> or <see cref="AdamW"/> updates with the same options.</summary>
/// <example><code>
/// Parameter backbone = new(Tensor.Ones([2])), head = new(Tensor.Ones([2]));
/// var optimizer = new Adam([head], learningRate: 0.1);
/// AdamGroup slow = optimizer.Add([backbone], learningRate: 0.01);
/// (backbone.Value + head.Value).Sum().Backward();
/// optimizer.Step();
/// Console.WriteLine($"{head.Value} {backbone.Value}");    // [0.9000, 0.9000] [0.9900, 0.9900]
/// </code></example>
public sealed class AdamGroup : ParameterGroup
{
    static readonly IReadOnlyList<StateSlot> plain = [StateSlot.Moment("exp_avg"), StateSlot.Moment("exp_avg_sq"), StateSlot.Count];
    static readonly IReadOnlyList<StateSlot> withLargest = [StateSlot.Moment("exp_avg"), StateSlot.Moment("exp_avg_sq"), StateSlot.Moment("max_exp_avg_sq"), StateSlot.Count];

    readonly bool decoupled;

    internal AdamGroup(IEnumerable<Parameter> parameters, double learningRate, double beta1, double beta2, double epsilon, double weightDecay, bool decoupled)
        : base(parameters, learningRate, weightDecay)
    {
        (Beta1, Beta2, Epsilon) = (beta1, beta2, epsilon);
        this.decoupled = decoupled;
    }

    /// <summary>How much of the mean of gradients is kept at each step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or not below 1.</exception>
    public double Beta1 { get; set => field = BelowOne(value, nameof(Beta1)); }

    /// <summary>How much of the mean of squared gradients is kept at each step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or not below 1.</exception>
    public double Beta2 { get; set => field = BelowOne(value, nameof(Beta2)); }

    /// <summary>Added to the root mean square.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not a number.</exception>
    public double Epsilon { get; set => field = NotNegative(value, nameof(Epsilon)); }

    /// <summary>Whether to divide by the largest root mean square so far.</summary>
    public bool Amsgrad { get; set; }

    internal AdamStep Rule => new(Beta1, Beta2, Epsilon, WeightDecay, decoupled, Amsgrad) { Maximize = Maximize };

    internal IReadOnlyList<StateSlot> Slots => Amsgrad ? withLargest : plain;

    /// <inheritdoc/>
    protected internal override IReadOnlyList<GroupOption> Options =>
    [
        .. base.Options,
        new("beta1", () => Beta1, v => Beta1 = v),
        new("beta2", () => Beta2, v => Beta2 = v),
        new("epsilon", () => Epsilon, v => Epsilon = v),
        Flag("amsgrad", () => Amsgrad, v => Amsgrad = v),
    ];
}
