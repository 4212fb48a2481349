namespace Tauten.Distributions;

/// <summary>
/// The logit of a relaxed Bernoulli number: (logit p + logistic noise) / temperature (Maddison, Mnih, Teh: "The concrete distribution", 2016; Jang, Gu, Poole: "Categorical reparameterization
/// with Gumbel-softmax", 2016).
/// </summary>
/// <example><code>
/// var distribution = new LogitRelaxedBernoulli(temperature: Tensor.From(0.5f), probabilities: Tensor.From(0.3f));
/// Console.WriteLine(distribution.LogProb(Tensor.From([-1f, 0])));    // [-2.1094, -2.2538]
/// </code></example>
public sealed class LogitRelaxedBernoulli : Distribution
{
    /// <summary>Distributions at a temperature, by probabilities or by their logits: give one of them.</summary>
    /// <exception cref="ArgumentException">Both are given, or none.</exception>
    public LogitRelaxedBernoulli(Tensor temperature, Tensor? probabilities = null, Tensor? logits = null) : base((probabilities ?? logits ?? throw Both.Error("LogitRelaxedBernoulli")).Shape, [])
    {
        if (probabilities is not null && logits is not null) throw Both.Error("LogitRelaxedBernoulli");
        Temperature = temperature;
        Probabilities = probabilities ?? logits!.Sigmoid();
        Logits = logits ?? probabilities!.Logit();
    }

    /// <summary>The temperature; towards 0, values come close to 0 and 1.</summary>
    public Tensor Temperature { get; }

    /// <summary>p.</summary>
    public Tensor Probabilities { get; }

    /// <summary>log(p / (1 - p)).</summary>
    public Tensor Logits { get; }

    /// <inheritdoc/>
    public override bool IsReparameterized => true;

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator)
    {
        var noise = OpenUniform(shape, Logits.DType, generator);
        return (noise.Log() - (-noise).Log1p() + Logits) / Temperature;
    }

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value)
    {
        var difference = Logits - value * Temperature;
        return Temperature.Log() + difference - 2 * difference.Softplus();
    }

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new LogitRelaxedBernoulli(Temperature, logits: Logits.BroadcastTo(batchShape));
}

/// <summary>Numbers in (0, 1) that come close to 0 and 1 at low temperatures: a Bernoulli distribution through which gradients flow; see <see cref="LogitRelaxedBernoulli"/>.</summary>
/// <example><code>
/// var distribution = new RelaxedBernoulli(temperature: Tensor.From(0.5f), probabilities: Tensor.From(0.3f));
/// Console.WriteLine(distribution.LogProb(Tensor.From([0.1f, 0.5f])));    // [ 0.3128, -0.8675]
/// </code></example>
public sealed class RelaxedBernoulli : TransformedDistribution
{
    readonly LogitRelaxedBernoulli relaxed;

    /// <summary>Distributions at a temperature, by probabilities or by their logits: give one of them.</summary>
    /// <exception cref="ArgumentException">Both are given, or none.</exception>
    public RelaxedBernoulli(Tensor temperature, Tensor? probabilities = null, Tensor? logits = null) : this(new LogitRelaxedBernoulli(temperature, probabilities, logits)) { }

    RelaxedBernoulli(LogitRelaxedBernoulli relaxed) : base(relaxed, new SigmoidTransform()) => this.relaxed = relaxed;

    /// <summary>The temperature.</summary>
    public Tensor Temperature => relaxed.Temperature;

    /// <summary>p.</summary>
    public Tensor Probabilities => relaxed.Probabilities;

    /// <summary>log(p / (1 - p)).</summary>
    public Tensor Logits => relaxed.Logits;

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new RelaxedBernoulli((LogitRelaxedBernoulli)relaxed.Expand(batchShape));
}

/// <summary>Vectors of proportions that come close to having a single 1 at low temperatures: a categorical distribution through which gradients flow (Maddison et al., Jang et al., 2016).</summary>
/// <example><code>
/// var distribution = new RelaxedOneHotCategorical(temperature: Tensor.From(0.5f), probabilities: Tensor.From([0.2f, 0.3f, 0.5f]));
/// Console.WriteLine(distribution.LogProb(Tensor.From([0.2f, 0.2f, 0.6f])));    // -0.3071
/// </code></example>
public sealed class RelaxedOneHotCategorical : Distribution
{
    readonly Categorical categorical;

    /// <summary>Distributions over the last axis at a temperature, by weights or by unnormalized log-probabilities: give one of them.</summary>
    /// <exception cref="ArgumentException">Both are given, or none.</exception>
    public RelaxedOneHotCategorical(Tensor temperature, Tensor? probabilities = null, Tensor? logits = null) : this(temperature, new Categorical(probabilities, logits)) { }

    RelaxedOneHotCategorical(Tensor temperature, Categorical categorical) : base(categorical.BatchShape, [categorical.Classes]) => (Temperature, this.categorical) = (temperature, categorical);

    /// <summary>The temperature; towards 0, values come close to having a single 1.</summary>
    public Tensor Temperature { get; }

    /// <summary>The probabilities of the classes.</summary>
    public Tensor Probabilities => categorical.Probabilities;

    /// <summary>Their logarithms.</summary>
    public Tensor Logits => categorical.Logits;

    /// <inheritdoc/>
    public override bool IsReparameterized => true;

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator)
    {
        var gumbel = -(-OpenUniform(shape, Logits.DType, generator).Log()).Log();
        return ((Logits + gumbel) / Temperature).Softmax(-1);
    }

    // The density of the logarithms, exp-relaxed, and the change to the proportions themselves.
    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value)
    {
        double classes = EventShape[0].Value;
        var logs = value.Log();
        var score = Logits - logs * Temperature;
        return Tensor.Scalar(classes, value.DType).Lgamma() + (classes - 1) * Temperature.Log() + (score - score.LogSumExp(-1, keepDims: true)).Sum(-1) - logs.Sum(-1);
    }

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new RelaxedOneHotCategorical(Temperature, (Categorical)categorical.Expand(batchShape));
}
