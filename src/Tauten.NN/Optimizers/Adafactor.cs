using Tauten.Ops;

namespace Tauten.NN;

/// <summary>
/// Adam with little memory: of a matrix only the mean squares of rows and columns are kept (Shazeer, Stern, 2018). The formulas of <see cref="AdafactorStep"/>.
/// </summary>
/// <example><code>
/// var weight = new Parameter(Tensor.From([1f, -2]));
/// var optimizer = new Adafactor([weight], learningRate: 0.1);
/// weight.Value.Square().Sum().Backward();
/// optimizer.Step();
/// Console.WriteLine(weight.Value);    // [ 0.8419, -1.8419]
/// </code></example>
public sealed class Adafactor : Optimizer
{
    readonly double decay, epsilon1, epsilon2, threshold;

    /// <summary>An optimizer of these parameters.</summary>
    /// <param name="parameters">What to update, such as <c>model.Parameters()</c>; enumerated anew at each step.</param>
    /// <param name="learningRate">The largest step, relative to the root mean square of the parameter.</param>
    /// <param name="decay">The power of the number of steps by which a new gradient enters the means; below 0.</param>
    /// <param name="epsilon1">Keeps what is divided by away from 0.</param>
    /// <param name="epsilon2">The least root mean square of a parameter that steps are relative to.</param>
    /// <param name="threshold">The root mean square beyond which a step is shortened.</param>
    /// <param name="weightDecay">At each step parameters are multiplied by 1 - learningRate * weightDecay.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public Adafactor(
        IEnumerable<Parameter> parameters, double learningRate = 0.01, double decay = -0.8, double epsilon1 = 1.1920928955078125e-7, double epsilon2 = 0.001,
        double threshold = 1, double weightDecay = 0)
    {
        if (!(decay < 0)) throw new ArgumentOutOfRangeException(nameof(decay), decay, "Expected a number below 0.");
        if (!(epsilon1 >= 0)) throw new ArgumentOutOfRangeException(nameof(epsilon1), epsilon1, "Expected a number that is not negative.");
        if (!(epsilon2 >= 0)) throw new ArgumentOutOfRangeException(nameof(epsilon2), epsilon2, "Expected a number that is not negative.");
        if (!(threshold > 0)) throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "Expected a number above 0.");
        (this.decay, this.epsilon1, this.epsilon2, this.threshold) = (decay, epsilon1, epsilon2, threshold);
        Add(parameters, learningRate, weightDecay);
    }

    /// <summary>Adds parameters with options of their own; options left out are those of the first group.</summary>
    public void Add(IEnumerable<Parameter> parameters, double? learningRate = null, double? weightDecay = null)
    {
        // The two kinds of parameters have different rules.
        double rate = learningRate ?? LearningRate, shrink = weightDecay ?? Groups[0].WeightDecay;
        ArgumentNullException.ThrowIfNull(parameters);
        Add(new Part(parameters.Where(p => p.Shape.Rank >= 2), rate, shrink, factored: true));
        Add(new Part(parameters.Where(p => p.Shape.Rank < 2), rate, shrink, factored: false));
    }

    /// <inheritdoc/>
    protected override Op Rule(ParameterGroup group) => new AdafactorStep(((Part)group).Factored, decay, epsilon1, epsilon2, threshold, group.WeightDecay);

    /// <inheritdoc/>
    protected override IReadOnlyList<StateSlot> Slots(ParameterGroup group) => ((Part)group).Factored
        ? [Means("row_var", rows: true), Means("col_var", rows: false), StateSlot.Count]
        : [StateSlot.Moment("variance"), StateSlot.Count];

    static StateSlot Means(string name, bool rows) => new(name, spec => AdafactorStep.Along(StateSlot.Moment(name).SpecFor(spec), rows));

    sealed class Part(IEnumerable<Parameter> parameters, double learningRate, double weightDecay, bool factored) : ParameterGroup(parameters, learningRate, weightDecay)
    {
        public bool Factored => factored;
    }
}
