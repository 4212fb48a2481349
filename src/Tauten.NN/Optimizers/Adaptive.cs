using Tauten.Ops;

namespace Tauten.NN;

/// <summary>
/// Adam with the largest gradient instead of the root mean square (Kingma, Ba, 2014, section 7.1): the formulas of <see cref="AdamaxStep"/>, which are those of PyTorch.
/// </summary>
/// <example><code>
/// var weight = new Parameter(Tensor.From([1f, -2]));
/// var optimizer = new Adamax([weight], learningRate: 0.1);
/// weight.Value.Square().Sum().Backward();
/// optimizer.Step();
/// Console.WriteLine(weight.Value);    // [ 0.9000, -1.9000]
/// </code></example>
public sealed class Adamax : OptionOptimizer
{
    /// <summary>An optimizer of these parameters.</summary>
    /// <param name="parameters">What to update, such as <c>model.Parameters()</c>; enumerated anew at each step.</param>
    /// <param name="learningRate">The length of a step.</param>
    /// <param name="beta1">How much of the mean of gradients is kept at each step.</param>
    /// <param name="beta2">How much of the mean of squared gradients is kept at each step.</param>
    /// <param name="epsilon">Added to what is divided by.</param>
    /// <param name="weightDecay">This times the parameter is added to its gradient.</param>
    /// <param name="maximize">Whether to climb along the gradients.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public Adamax(IEnumerable<Parameter> parameters, double learningRate = 0.002, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0, bool maximize = false)
        : base(parameters, learningRate, weightDecay, maximize, new("beta1", beta1), new("beta2", beta2), new("epsilon", epsilon, OptionRange.NotNegative)) { }

    private protected override OptimizerStep Step(OptionGroup group) => new AdamaxStep(group["beta1"], group["beta2"], group["epsilon"], group.WeightDecay);

    private protected override IReadOnlyList<StateSlot> Kept(OptionGroup group) => [Mean, StateSlot.Moment("exp_inf"), StateSlot.Count];
}

/// <summary>
/// Adam with Nesterov's momentum (Dozat: "Incorporating Nesterov Momentum into Adam", 2016): the formulas of <see cref="NAdamStep"/>, which are those of PyTorch.
/// </summary>
/// <example><code>
/// var weight = new Parameter(Tensor.From([1f, -2]));
/// var optimizer = new NAdam([weight], learningRate: 0.1);
/// weight.Value.Square().Sum().Backward();
/// optimizer.Step();
/// Console.WriteLine(weight.Value);    // [ 0.8944, -1.8944]
/// </code></example>
public sealed class NAdam : OptionOptimizer
{
    /// <summary>An optimizer of these parameters.</summary>
    /// <param name="parameters">What to update, such as <c>model.Parameters()</c>; enumerated anew at each step.</param>
    /// <param name="learningRate">The length of a step.</param>
    /// <param name="beta1">How much of the mean of gradients is kept at each step.</param>
    /// <param name="beta2">How much of the mean of squared gradients is kept at each step.</param>
    /// <param name="epsilon">Added to what is divided by.</param>
    /// <param name="momentumDecay">How slowly momentum grows to <paramref name="beta1"/>.</param>
    /// <param name="weightDecay">This times the parameter is added to its gradient.</param>
    /// <param name="maximize">Whether to climb along the gradients.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public NAdam(IEnumerable<Parameter> parameters, double learningRate = 0.002, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double momentumDecay = 0.004, double weightDecay = 0, bool maximize = false)
        : base(parameters, learningRate, weightDecay, maximize, new("beta1", beta1), new("beta2", beta2), new("epsilon", epsilon, OptionRange.NotNegative), new("momentum_decay", momentumDecay, OptionRange.NotNegative)) { }

    private protected override OptimizerStep Step(OptionGroup group) => new NAdamStep(group["beta1"], group["beta2"], group["epsilon"], group.WeightDecay, group["momentum_decay"]);

    private protected override IReadOnlyList<StateSlot> Kept(OptionGroup group) => [Mean, Square, new("mu_product", _ => new(DType.Float64, Shape.Scalar)), StateSlot.Count];
}

/// <summary>
/// Adam that divides only once the mean square is known well enough (Liu et al.: "On the Variance of the Adaptive Learning Rate and Beyond", 2019): the formulas of <see cref="RAdamStep"/>, which are those of PyTorch.
/// </summary>
/// <example><code>
/// var weight = new Parameter(Tensor.From([1f, -2]));
/// var optimizer = new RAdam([weight], learningRate: 0.1);
/// weight.Value.Square().Sum().Backward();
/// optimizer.Step();
/// Console.WriteLine(weight.Value);    // [ 0.8000, -1.6000]
/// </code></example>
public sealed class RAdam : OptionOptimizer
{
    /// <summary>An optimizer of these parameters.</summary>
    /// <param name="parameters">What to update, such as <c>model.Parameters()</c>; enumerated anew at each step.</param>
    /// <param name="learningRate">The length of a step.</param>
    /// <param name="beta1">How much of the mean of gradients is kept at each step.</param>
    /// <param name="beta2">How much of the mean of squared gradients is kept at each step.</param>
    /// <param name="epsilon">Added to what is divided by.</param>
    /// <param name="weightDecay">This times the parameter is added to its gradient.</param>
    /// <param name="maximize">Whether to climb along the gradients.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public RAdam(IEnumerable<Parameter> parameters, double learningRate = 0.001, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0, bool maximize = false)
        : base(parameters, learningRate, weightDecay, maximize, new("beta1", beta1), new("beta2", beta2), new("epsilon", epsilon, OptionRange.NotNegative)) { }

    private protected override OptimizerStep Step(OptionGroup group) => new RAdamStep(group["beta1"], group["beta2"], group["epsilon"], group.WeightDecay);

    private protected override IReadOnlyList<StateSlot> Kept(OptionGroup group) => [Mean, Square, StateSlot.Count];
}

/// <summary>
/// Gradients divided by their root mean square (Hinton, 2012): the formulas of <see cref="RMSpropStep"/>, which are those of PyTorch.
/// </summary>
/// <example><code>
/// var weight = new Parameter(Tensor.From([1f, -2]));
/// var optimizer = new RMSprop([weight], learningRate: 0.1, momentum: 0.9, centered: true);
/// weight.Value.Square().Sum().Backward();
/// optimizer.Step();
/// Console.WriteLine(weight.Value);    // [-0.0050, -0.9950]
/// </code></example>
public sealed class RMSprop : OptionOptimizer
{
    /// <summary>An optimizer of these parameters.</summary>
    /// <param name="parameters">What to update, such as <c>model.Parameters()</c>; enumerated anew at each step.</param>
    /// <param name="learningRate">The length of a step.</param>
    /// <param name="alpha">How much of the mean of squared gradients is kept at each step.</param>
    /// <param name="epsilon">Added to what is divided by.</param>
    /// <param name="momentum">How much of the last direction is kept, 0 for none.</param>
    /// <param name="weightDecay">This times the parameter is added to its gradient.</param>
    /// <param name="centered">Whether to divide by the standard deviation of gradients.</param>
    /// <param name="maximize">Whether to climb along the gradients.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public RMSprop(IEnumerable<Parameter> parameters, double learningRate = 0.01, double alpha = 0.99, double epsilon = 1e-8, double momentum = 0, double weightDecay = 0, bool centered = false, bool maximize = false)
        : base(parameters, learningRate, weightDecay, maximize, new("alpha", alpha), new("epsilon", epsilon, OptionRange.NotNegative), new("momentum", momentum, OptionRange.NotNegative), new("centered", centered ? 1 : 0, OptionRange.Flag)) { }

    private protected override OptimizerStep Step(OptionGroup group) => new RMSpropStep(group["alpha"], group["epsilon"], group.WeightDecay, group["momentum"], group["centered"] != 0);

    private protected override IReadOnlyList<StateSlot> Kept(OptionGroup group) =>
        [StateSlot.Moment("square_avg"), .. group["centered"] != 0 ? [StateSlot.Moment("grad_avg")] : (StateSlot[])[], .. group["momentum"] != 0 ? [StateSlot.Moment("momentum_buffer")] : (StateSlot[])[]];
}

/// <summary>
/// Gradients divided by the root of the sum of all their squares (Duchi, Hazan, Singer, 2011): the formulas of <see cref="AdagradStep"/>, which are those of PyTorch.
/// </summary>
/// <example><code>
/// var weight = new Parameter(Tensor.From([1f, -2]));
/// var optimizer = new Adagrad([weight], learningRate: 0.1);
/// weight.Value.Square().Sum().Backward();
/// optimizer.Step();
/// Console.WriteLine(weight.Value);    // [ 0.9000, -1.9000]
/// </code></example>
public sealed class Adagrad : OptionOptimizer
{
    /// <summary>An optimizer of these parameters.</summary>
    /// <param name="parameters">What to update, such as <c>model.Parameters()</c>; enumerated anew at each step.</param>
    /// <param name="learningRate">The length of a step.</param>
    /// <param name="rateDecay">How fast the learning rate falls.</param>
    /// <param name="initialSum">Where the sum of squares begins.</param>
    /// <param name="epsilon">Added to what is divided by.</param>
    /// <param name="weightDecay">This times the parameter is added to its gradient.</param>
    /// <param name="maximize">Whether to climb along the gradients.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public Adagrad(IEnumerable<Parameter> parameters, double learningRate = 0.01, double rateDecay = 0, double initialSum = 0, double epsilon = 1e-10, double weightDecay = 0, bool maximize = false)
        : base(parameters, learningRate, weightDecay, maximize, new("lr_decay", rateDecay, OptionRange.NotNegative), new("initial_accumulator_value", initialSum, OptionRange.NotNegative), new("epsilon", epsilon, OptionRange.NotNegative)) { }

    private protected override OptimizerStep Step(OptionGroup group) => new AdagradStep(group["lr_decay"], group.WeightDecay, group["initial_accumulator_value"], group["epsilon"]);

    private protected override IReadOnlyList<StateSlot> Kept(OptionGroup group) => [StateSlot.Moment("sum"), StateSlot.Count];
}

/// <summary>
/// Gradients scaled by the quotient of two root mean squares, of updates and of gradients (Zeiler, 2012): the formulas of <see cref="AdadeltaStep"/>, which are those of PyTorch.
/// </summary>
/// <example><code>
/// var weight = new Parameter(Tensor.From([1f, -2]));
/// var optimizer = new Adadelta([weight], learningRate: 1);
/// weight.Value.Square().Sum().Backward();
/// optimizer.Step();
/// Console.WriteLine(weight.Value);    // [ 0.9968, -1.9968]
/// </code></example>
public sealed class Adadelta : OptionOptimizer
{
    /// <summary>An optimizer of these parameters.</summary>
    /// <param name="parameters">What to update, such as <c>model.Parameters()</c>; enumerated anew at each step.</param>
    /// <param name="learningRate">The length of a step.</param>
    /// <param name="rho">How much of both means is kept at each step.</param>
    /// <param name="epsilon">Added to what is divided by.</param>
    /// <param name="weightDecay">This times the parameter is added to its gradient.</param>
    /// <param name="maximize">Whether to climb along the gradients.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public Adadelta(IEnumerable<Parameter> parameters, double learningRate = 1, double rho = 0.9, double epsilon = 1e-6, double weightDecay = 0, bool maximize = false)
        : base(parameters, learningRate, weightDecay, maximize, new("rho", rho), new("epsilon", epsilon, OptionRange.NotNegative)) { }

    private protected override OptimizerStep Step(OptionGroup group) => new AdadeltaStep(group["rho"], group["epsilon"], group.WeightDecay);

    private protected override IReadOnlyList<StateSlot> Kept(OptionGroup group) => [StateSlot.Moment("square_avg"), StateSlot.Moment("acc_delta")];
}

/// <summary>
/// "Follow the regularized leader", for models with very many weights of which most should be 0 (McMahan et al.: "Ad Click Prediction: a View from the Trenches", 2013): the
/// formulas of <see cref="FtrlStep"/>, which are those of Keras.
/// </summary>
/// <example><code>
/// var weight = new Parameter(Tensor.From([1f, -2]));
/// var optimizer = new Ftrl([weight], learningRate: 0.1, l1: 0.01);
/// weight.Value.Square().Sum().Backward();
/// optimizer.Step();
/// Console.WriteLine(weight.Value);    // [ 0.7446, -1.7424]
/// </code></example>
public sealed class Ftrl : OptionOptimizer
{
    /// <summary>An optimizer of these parameters.</summary>
    /// <param name="parameters">What to update, such as <c>model.Parameters()</c>; enumerated anew at each step.</param>
    /// <param name="learningRate">The length of a step, above 0.</param>
    /// <param name="ratePower">The power of the sum of squared gradients by which steps become shorter; 0 for steps that do not.</param>
    /// <param name="initialSum">Where the sum of squared gradients begins.</param>
    /// <param name="l1">How strongly parameters are drawn to 0, and kept there.</param>
    /// <param name="l2">How strongly parameters are drawn to 0 in proportion to their size.</param>
    /// <param name="shrinkage">Twice this times the parameter is added to its gradient.</param>
    /// <param name="beta">Makes the first steps shorter.</param>
    /// <param name="maximize">Whether to climb along the gradients.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public Ftrl(
        IEnumerable<Parameter> parameters, double learningRate = 0.001, double ratePower = -0.5, double initialSum = 0.1, double l1 = 0, double l2 = 0, double shrinkage = 0,
        double beta = 0, bool maximize = false)
        : base(
            parameters, learningRate, 0, maximize, new("learning_rate_power", ratePower, OptionRange.NotPositive), new("initial_accumulator_value", initialSum, OptionRange.NotNegative),
            new("l1", l1, OptionRange.NotNegative), new("l2", l2, OptionRange.NotNegative), new("l2_shrinkage", shrinkage, OptionRange.NotNegative), new("beta", beta, OptionRange.NotNegative)) { }

    private protected override OptimizerStep Step(OptionGroup group)
    {
        if (group.WeightDecay != 0) throw new InvalidOperationException($"Ftrl: parameters are drawn to 0 by l1, l2 and shrinkage, so there is no weight decay. Received: {group.WeightDecay}.");
        if (Ambient.Current.Capture is null && group.LearningRate == 0) throw new InvalidOperationException("Ftrl: expected a learning rate above 0, as it is divided by. Received: 0.");
        return new FtrlStep(group["learning_rate_power"], group["initial_accumulator_value"], group["l1"], group["l2"], group["l2_shrinkage"], group["beta"]);
    }

    private protected override IReadOnlyList<StateSlot> Kept(OptionGroup group) => [StateSlot.Moment("accumulator"), StateSlot.Moment("linear"), StateSlot.Count];
}
