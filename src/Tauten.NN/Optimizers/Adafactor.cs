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
    /// <summary>An optimizer of these parameters.</summary>
    /// <param name="parameters">What to update, such as <c>model.Parameters()</c>; enumerated anew at each step.</param>
    /// <param name="learningRate">The largest step, relative to the root mean square of the parameter.</param>
    /// <param name="decay">The power of the number of steps by which a new gradient enters the means; below 0.</param>
    /// <param name="epsilon1">Keeps what is divided by away from 0.</param>
    /// <param name="epsilon2">The least root mean square of a parameter that steps are relative to.</param>
    /// <param name="threshold">The root mean square beyond which a step is shortened.</param>
    /// <param name="weightDecay">At each step parameters are multiplied by 1 - learningRate * weightDecay.</param>
    /// <param name="maximize">Whether to climb along the gradients.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public Adafactor(
        IEnumerable<Parameter> parameters, double learningRate = 0.01, double decay = -0.8, double epsilon1 = 1.1920928955078125e-7, double epsilon2 = 0.001,
        double threshold = 1, double weightDecay = 0, bool maximize = false)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        foreach (bool factored in (bool[])[true, false])
            Add(new Part(parameters, learningRate, weightDecay, factored) { Decay = decay, Epsilon1 = epsilon1, Epsilon2 = epsilon2, Threshold = threshold, Maximize = maximize });
    }

    /// <summary>Adds parameters with options of their own; options left out are those of the first group.</summary>
    public void Add(IEnumerable<Parameter> parameters, double? learningRate = null, double? weightDecay = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var first = (Part)Groups[0];
        foreach (bool factored in (bool[])[true, false])
            Add(new Part(parameters, learningRate ?? first.LearningRate, weightDecay ?? first.WeightDecay, factored)
            {
                Decay = first.Decay, Epsilon1 = first.Epsilon1, Epsilon2 = first.Epsilon2, Threshold = first.Threshold, Maximize = first.Maximize,
            });
    }

    /// <inheritdoc/>
    protected override OptimizerStep Rule(ParameterGroup group)
    {
        var part = (Part)group;
        return new AdafactorStep(part.Factored, part.Decay, part.Epsilon1, part.Epsilon2, part.Threshold, part.WeightDecay) { Maximize = part.Maximize };
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<StateSlot> Slots(ParameterGroup group) => ((Part)group).Factored
        ? [Means("row_var", rows: true), Means("col_var", rows: false), StateSlot.Count]
        : [StateSlot.Moment("variance"), StateSlot.Count];

    static StateSlot Means(string name, bool rows) => new(name, spec => AdafactorStep.Along(StateSlot.Moment(name).SpecFor(spec), rows));

    // The two kinds of parameters have different rules.
    sealed class Part(IEnumerable<Parameter> parameters, double learningRate, double weightDecay, bool factored)
        : ParameterGroup(parameters.Where(p => p.Shape.Rank >= 2 == factored), learningRate, weightDecay)
    {
        public bool Factored => factored;

        public double Decay { get; set => field = value < 0 ? value : throw new ArgumentOutOfRangeException("decay", value, "Expected a number below 0."); }

        public double Epsilon1 { get; set => field = NotNegative(value, "epsilon1"); }

        public double Epsilon2 { get; set => field = NotNegative(value, "epsilon2"); }

        public double Threshold { get; set => field = value > 0 ? value : throw new ArgumentOutOfRangeException("threshold", value, "Expected a number above 0."); }

        protected internal override IReadOnlyList<GroupOption> Options =>
        [
            .. base.Options,
            new("decay", () => Decay, v => Decay = v),
            new("epsilon1", () => Epsilon1, v => Epsilon1 = v),
            new("epsilon2", () => Epsilon2, v => Epsilon2 = v),
            new("threshold", () => Threshold, v => Threshold = v),
        ];
    }
}
