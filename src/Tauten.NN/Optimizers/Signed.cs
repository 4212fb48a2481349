using Tauten.Ops;

namespace Tauten.NN;

/// <summary>
/// Gradient descent with a falling learning rate, and the mean of all parameters it passes (Polyak, Juditsky, 1992): the formulas of <see cref="AveragedStep"/>, which are those of PyTorch. The mean is <c>ax</c> in the state.
/// </summary>
/// <example><code>
/// var weight = new Parameter(Tensor.From([1f, -2]));
/// var optimizer = new ASGD([weight], learningRate: 0.1);
/// weight.Value.Square().Sum().Backward();
/// optimizer.Step();
/// Console.WriteLine(weight.Value);    // [ 0.8000, -1.6000]
/// </code></example>
public sealed class ASGD : OptionOptimizer
{
    /// <summary>An optimizer of these parameters.</summary>
    /// <param name="parameters">What to update, such as <c>model.Parameters()</c>; enumerated anew at each step.</param>
    /// <param name="learningRate">The length of a step.</param>
    /// <param name="lambda">How fast the learning rate falls, and how strongly parameters are drawn to 0.</param>
    /// <param name="alpha">The power with which the learning rate falls.</param>
    /// <param name="start">The step at which averaging begins.</param>
    /// <param name="weightDecay">This times the parameter is added to its gradient.</param>
    /// <param name="maximize">Whether to climb along the gradients.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public ASGD(IEnumerable<Parameter> parameters, double learningRate = 0.01, double lambda = 1e-4, double alpha = 0.75, double start = 1e6, double weightDecay = 0, bool maximize = false)
        : base(parameters, learningRate, weightDecay, maximize, new("lambd", lambda, OptionRange.NotNegative), new("alpha", alpha, OptionRange.NotNegative), new("t0", start, OptionRange.NotNegative)) { }

    private protected override OptimizerStep Step(OptionGroup group) => new AveragedStep(group["lambd"], group["alpha"], group["t0"], group.WeightDecay);

    private protected override IReadOnlyList<StateSlot> Kept(OptionGroup group) => [StateSlot.Moment("ax"), StateSlot.Count];
}

/// <summary>
/// Resilient propagation, which heeds only the signs of gradients; for gradients of all data at once (Riedmiller, Braun, 1993): the formulas of <see cref="RpropStep"/>, which are those of PyTorch.
/// </summary>
/// <example><code>
/// var weight = new Parameter(Tensor.From([1f, -2]));
/// var optimizer = new Rprop([weight], learningRate: 0.1);
/// weight.Value.Square().Sum().Backward();
/// optimizer.Step();
/// Console.WriteLine(weight.Value);    // [ 0.9000, -1.9000]
/// </code></example>
public sealed class Rprop : OptionOptimizer
{
    /// <summary>An optimizer of these parameters.</summary>
    /// <param name="parameters">What to update, such as <c>model.Parameters()</c>; enumerated anew at each step.</param>
    /// <param name="learningRate">The length of a step.</param>
    /// <param name="shrink">What a size is multiplied by where the gradient changes its sign.</param>
    /// <param name="grow">What a size is multiplied by where the gradient keeps its sign.</param>
    /// <param name="least">The least size.</param>
    /// <param name="most">The largest size.</param>
    /// <param name="maximize">Whether to climb along the gradients.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public Rprop(IEnumerable<Parameter> parameters, double learningRate = 0.01, double shrink = 0.5, double grow = 1.2, double least = 1e-6, double most = 50, bool maximize = false)
        : base(parameters, learningRate, 0, maximize, new("eta_minus", shrink), new("eta_plus", grow, OptionRange.NotNegative), new("step_size_min", least, OptionRange.NotNegative), new("step_size_max", most, OptionRange.NotNegative)) { }

    private protected override OptimizerStep Step(OptionGroup group) => group.WeightDecay != 0
        ? throw new InvalidOperationException($"Rprop: sizes of gradients do not matter, so there is no weight decay. Received: {group.WeightDecay}.")
        : new RpropStep(group["eta_minus"], group["eta_plus"], group["step_size_min"], group["step_size_max"]);

    private protected override IReadOnlyList<StateSlot> Kept(OptionGroup group) => [StateSlot.Moment("prev"), StateSlot.Moment("step_size"), StateSlot.Count];
}

/// <summary>
/// The sign of a mean of gradients (Chen et al.: "Symbolic Discovery of Optimization Algorithms", 2023): the formulas of <see cref="LionStep"/>.
/// </summary>
/// <example><code>
/// var weight = new Parameter(Tensor.From([1f, -2]));
/// var optimizer = new Lion([weight], learningRate: 0.1);
/// weight.Value.Square().Sum().Backward();
/// optimizer.Step();
/// Console.WriteLine(weight.Value);    // [ 0.9000, -1.9000]
/// </code></example>
public sealed class Lion : OptionOptimizer
{
    /// <summary>An optimizer of these parameters.</summary>
    /// <param name="parameters">What to update, such as <c>model.Parameters()</c>; enumerated anew at each step.</param>
    /// <param name="learningRate">The length of a step.</param>
    /// <param name="beta1">How much of the mean enters the direction.</param>
    /// <param name="beta2">How much of the mean of gradients is kept at each step.</param>
    /// <param name="weightDecay">At each step parameters are multiplied by 1 - learningRate * weightDecay.</param>
    /// <param name="maximize">Whether to climb along the gradients.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public Lion(IEnumerable<Parameter> parameters, double learningRate = 1e-4, double beta1 = 0.9, double beta2 = 0.99, double weightDecay = 0, bool maximize = false)
        : base(parameters, learningRate, weightDecay, maximize, new("beta1", beta1), new("beta2", beta2)) { }

    private protected override OptimizerStep Step(OptionGroup group) => new LionStep(group["beta1"], group["beta2"], group.WeightDecay);

    private protected override IReadOnlyList<StateSlot> Kept(OptionGroup group) => [Mean];
}

/// <summary>
/// Adam whose step is as long as the parameter times the learning rate, for large batches (You et al., 2019): the formulas of <see cref="LambStep"/>.
/// </summary>
/// <example><code>
/// var weight = new Parameter(Tensor.From([1f, -2]));
/// var optimizer = new LAMB([weight], learningRate: 0.1);
/// weight.Value.Square().Sum().Backward();
/// optimizer.Step();
/// Console.WriteLine(weight.Value);    // [ 0.8419, -1.8419]
/// </code></example>
public sealed class LAMB : OptionOptimizer
{
    /// <summary>An optimizer of these parameters.</summary>
    /// <param name="parameters">What to update, such as <c>model.Parameters()</c>; enumerated anew at each step.</param>
    /// <param name="learningRate">The length of a step.</param>
    /// <param name="beta1">How much of the mean of gradients is kept at each step.</param>
    /// <param name="beta2">How much of the mean of squared gradients is kept at each step.</param>
    /// <param name="epsilon">Added to what is divided by.</param>
    /// <param name="weightDecay">This times the parameter is added to the direction.</param>
    /// <param name="maximize">Whether to climb along the gradients.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public LAMB(IEnumerable<Parameter> parameters, double learningRate = 0.001, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-6, double weightDecay = 0, bool maximize = false)
        : base(parameters, learningRate, weightDecay, maximize, new("beta1", beta1), new("beta2", beta2), new("epsilon", epsilon, OptionRange.NotNegative)) { }

    private protected override OptimizerStep Step(OptionGroup group) => new LambStep(group["beta1"], group["beta2"], group["epsilon"], group.WeightDecay);

    private protected override IReadOnlyList<StateSlot> Kept(OptionGroup group) => [Mean, Square, StateSlot.Count];
}
