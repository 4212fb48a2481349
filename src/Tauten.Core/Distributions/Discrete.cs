namespace Tauten.Distributions;

/// <summary>1 with a probability, else 0.</summary>
/// <example><code>
/// var distribution = new Bernoulli(probabilities: Tensor.From(0.25f));
/// Console.WriteLine(distribution.Mean);    // 0.2500
/// Console.WriteLine(distribution.LogProb(Tensor.From([0f, 1])));    // [-0.2877, -1.3863]
/// </code></example>
public sealed class Bernoulli : Distribution
{
    /// <summary>Bernoulli distributions, by probabilities or by their logits: give one of them.</summary>
    /// <exception cref="ArgumentException">Both are given, or none.</exception>
    public Bernoulli(Tensor? probabilities = null, Tensor? logits = null) : base((probabilities ?? logits ?? throw Both.Error("Bernoulli")).Shape, [])
    {
        if (probabilities is not null && logits is not null) throw Both.Error("Bernoulli");
        Probabilities = probabilities ?? logits!.Sigmoid();
        Logits = logits ?? probabilities!.Logit();
    }

    /// <summary>p.</summary>
    public Tensor Probabilities { get; }

    /// <summary>log(p / (1 - p)).</summary>
    public Tensor Logits { get; }

    /// <inheritdoc/>
    public override Tensor Mean => Probabilities;

    /// <summary>NaN where both values are equally probable.</summary>
    public override Tensor Mode => Tensor.Where(Probabilities.EqualTo(0.5), double.NaN, (Probabilities >= 0.5).To(Probabilities.DType));

    /// <inheritdoc/>
    public override Tensor Variance => Probabilities * (1 - Probabilities);

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator) => Tensor.Bernoulli(Probabilities.BroadcastTo(Extended(shape)), generator);

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value) => value * Logits - Logits.Softplus();

    /// <inheritdoc/>
    public override Tensor Entropy() => Logits.Softplus() - Tensor.Where(Probabilities.EqualTo(0), 0, Probabilities * Logits);

    /// <inheritdoc/>
    public override Tensor EnumerateSupport(bool expand = true) => Support.Of(2, BatchShape, Probabilities.DType, expand);

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new Bernoulli(logits: Logits.BroadcastTo(batchShape));
}

/// <summary>How many of a number of trials succeed.</summary>
/// <example><code>
/// var distribution = new Binomial(count: Tensor.From(10f), probabilities: Tensor.From(0.3f));
/// Console.WriteLine(distribution.Mean);    // 3
/// Console.WriteLine(distribution.LogProb(Tensor.From(3f)));    // -1.3212
/// </code></example>
public sealed class Binomial : Distribution
{
    /// <summary>Binomial distributions with the given numbers of trials, and probabilities or logits of success: give one of them; broadcast.</summary>
    /// <exception cref="ArgumentException">Both are given, or none.</exception>
    public Binomial(Tensor count, Tensor? probabilities = null, Tensor? logits = null) : base(Shape.Broadcast(count.Shape, (probabilities ?? logits ?? throw Both.Error("Binomial")).Shape, "Binomial"), [])
    {
        if (probabilities is not null && logits is not null) throw Both.Error("Binomial");
        var given = probabilities ?? logits!;
        (Count, given) = Together(count.To(given.DType), given, "Binomial");
        Probabilities = probabilities is null ? given.Sigmoid() : given;
        Logits = probabilities is null ? given : given.Logit();
    }

    /// <summary>The number of trials.</summary>
    public Tensor Count { get; }

    /// <summary>The probability of success.</summary>
    public Tensor Probabilities { get; }

    /// <summary>log(p / (1 - p)).</summary>
    public Tensor Logits { get; }

    /// <inheritdoc/>
    public override Tensor Mean => Count * Probabilities;

    /// <inheritdoc/>
    public override Tensor Mode => ((Count + 1) * Probabilities).Floor().Minimum(Count);

    /// <inheritdoc/>
    public override Tensor Variance => Count * Probabilities * (1 - Probabilities);

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator)
    {
        var all = Extended(shape);
        return Tensor.Binomial(Count.BroadcastTo(all), Probabilities.BroadcastTo(all), generator);
    }

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value) =>
        (Count + 1).Lgamma() - (value + 1).Lgamma() - (Count - value + 1).Lgamma() + value * Logits - Count * Logits.Softplus();

    /// <summary>The sum over all counts, which needs the same number of trials in the whole batch.</summary>
    public override Tensor Entropy()
    {
        var logProb = LogProb(EnumerateSupport(expand: false));
        return -(logProb.Exp() * logProb).Sum(0);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The batch has different numbers of trials.</exception>
    public override Tensor EnumerateSupport(bool expand = true)
    {
        double most = Count.Max().To(DType.Float64).Item<double>();
        return Count.Min().To(DType.Float64).Item<double>() == most
            ? Support.Of((long)most + 1, BatchShape, Probabilities.DType, expand)
            : throw new NotSupportedException("Binomial: the values can only be listed when all of the batch have the same number of trials.");
    }

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new Binomial(Count.BroadcastTo(batchShape), logits: Logits.BroadcastTo(batchShape));
}

/// <summary>The number of failures before the first success: 0, 1, 2, ...</summary>
/// <example><code>
/// var distribution = new Geometric(probabilities: Tensor.From(0.25f));
/// Console.WriteLine(distribution.Mean);    // 3
/// Console.WriteLine(distribution.LogProb(Tensor.From([0f, 1, 2])));    // [-1.3863, -1.6740, -1.9617]
/// </code></example>
public sealed class Geometric : Distribution
{
    /// <summary>Geometric distributions, by probabilities of success or by their logits: give one of them.</summary>
    /// <exception cref="ArgumentException">Both are given, or none.</exception>
    public Geometric(Tensor? probabilities = null, Tensor? logits = null) : base((probabilities ?? logits ?? throw Both.Error("Geometric")).Shape, [])
    {
        if (probabilities is not null && logits is not null) throw Both.Error("Geometric");
        Probabilities = probabilities ?? logits!.Sigmoid();
        Logits = logits ?? probabilities!.Logit();
    }

    /// <summary>The probability of success.</summary>
    public Tensor Probabilities { get; }

    /// <summary>log(p / (1 - p)).</summary>
    public Tensor Logits { get; }

    /// <inheritdoc/>
    public override Tensor Mean => Probabilities.Reciprocal() - 1;

    /// <inheritdoc/>
    public override Tensor Mode => Probabilities * 0;

    /// <inheritdoc/>
    public override Tensor Variance => (Probabilities.Reciprocal() - 1) / Probabilities;

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator) => (OpenUniform(shape, Probabilities.DType, generator).Log() / (-Probabilities).Log1p()).Floor();

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value) => value.Xlog1py(-Probabilities) + Probabilities.Log();

    /// <inheritdoc/>
    public override Tensor Entropy() => -((1 - Probabilities).Xlogy(1 - Probabilities) + Probabilities.Xlogy(Probabilities)) / Probabilities;

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new Geometric(logits: Logits.BroadcastTo(batchShape));
}

/// <summary>The number of successes before a number of failures.</summary>
/// <example><code>
/// var distribution = new NegativeBinomial(count: Tensor.From(3f), probabilities: Tensor.From(0.5f));
/// Console.WriteLine(distribution.Mean);    // 3
/// Console.WriteLine(distribution.LogProb(Tensor.From([0f, 1])));    // [-2.0794, -1.6740]
/// </code></example>
public sealed class NegativeBinomial : Distribution
{
    /// <summary>Negative binomial distributions with the given numbers of failures, which need not be whole, and probabilities or logits of success: give one of them; broadcast.</summary>
    /// <exception cref="ArgumentException">Both are given, or none.</exception>
    public NegativeBinomial(Tensor count, Tensor? probabilities = null, Tensor? logits = null)
        : base(Shape.Broadcast(count.Shape, (probabilities ?? logits ?? throw Both.Error("NegativeBinomial")).Shape, "NegativeBinomial"), [])
    {
        if (probabilities is not null && logits is not null) throw Both.Error("NegativeBinomial");
        var given = probabilities ?? logits!;
        (Count, given) = Together(count.To(given.DType), given, "NegativeBinomial");
        Probabilities = probabilities is null ? given.Sigmoid() : given;
        Logits = probabilities is null ? given : given.Logit();
    }

    /// <summary>The number of failures.</summary>
    public Tensor Count { get; }

    /// <summary>The probability of success.</summary>
    public Tensor Probabilities { get; }

    /// <summary>log(p / (1 - p)).</summary>
    public Tensor Logits { get; }

    /// <inheritdoc/>
    public override Tensor Mean => Count * Logits.Exp();

    /// <inheritdoc/>
    public override Tensor Mode => ((Count - 1) * Logits.Exp()).Floor().Relu();

    /// <inheritdoc/>
    public override Tensor Variance => Mean / (-Logits).Sigmoid();

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator) => Tensor.Poisson(new Gamma(Count, (-Logits).Exp()).Sample(shape, generator), generator);

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value) =>
        Count * (-Logits).LogSigmoid() + value * Logits.LogSigmoid() - Tensor.Where((Count + value).EqualTo(0), 0, value.Lgamma1p() + Count.Lgamma() - (Count + value).Lgamma());

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new NegativeBinomial(Count.BroadcastTo(batchShape), logits: Logits.BroadcastTo(batchShape));
}

/// <summary>The number of events in a unit of time.</summary>
/// <example><code>
/// var distribution = new Poisson(Tensor.From(2f));
/// Console.WriteLine(distribution.Mean);    // 2
/// Console.WriteLine(distribution.LogProb(Tensor.From([0f, 1, 2])));    // [-2.0000, -1.3069, -1.3069]
/// </code></example>
public sealed class Poisson(Tensor rate) : Distribution(rate.Shape, [])
{
    /// <summary>The expected number.</summary>
    public Tensor Rate => rate;

    /// <inheritdoc/>
    public override Tensor Mean => rate;

    /// <inheritdoc/>
    public override Tensor Mode => rate.Floor();

    /// <inheritdoc/>
    public override Tensor Variance => rate;

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator) => Tensor.Poisson(rate.BroadcastTo(Extended(shape)), generator);

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value) => value.Xlogy(rate) - rate - value.Lgamma1p();

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new Poisson(rate.BroadcastTo(batchShape));
}

/// <summary>One of several classes (int64).</summary>
/// <example><code>
/// var distribution = new Categorical(probabilities: Tensor.From([0.2f, 0.3f, 0.5f]));
/// Console.WriteLine(distribution.Entropy());    // 1.0297
/// Console.WriteLine(distribution.LogProb(Tensor.From(2L)));    // -0.6931
/// </code></example>
public sealed class Categorical : Distribution
{
    /// <summary>Categorical distributions over the last axis, by weights (which need not add up to 1) or by unnormalized log-probabilities: give one of them.</summary>
    /// <exception cref="ArgumentException">Both are given, or none.</exception>
    public Categorical(Tensor? probabilities = null, Tensor? logits = null) : base(Batch(probabilities ?? logits ?? throw Both.Error("Categorical")), [])
    {
        if (probabilities is not null && logits is not null) throw Both.Error("Categorical");
        Probabilities = probabilities is null ? logits!.Softmax(-1) : probabilities / probabilities.Sum(-1, keepDims: true);
        Logits = logits is null ? Probabilities.Log() : logits.LogSoftmax(-1);
    }

    static Shape Batch(Tensor x) => x.Rank > 0 ? [.. x.Shape.Take(x.Rank - 1)] : throw new ShapeException($"Categorical: expected parameters [.. batch, classes]. Received: shape {x.Shape}.");

    /// <summary>The probabilities of the classes.</summary>
    public Tensor Probabilities { get; }

    /// <summary>Their logarithms.</summary>
    public Tensor Logits { get; }

    /// <summary>The number of classes.</summary>
    public Dim Classes => Logits.Shape[^1];

    /// <summary>NaN: classes have no order.</summary>
    public override Tensor Mean => Tensor.Full(BatchShape, double.NaN, Logits.DType);

    /// <inheritdoc/>
    public override Tensor Mode => Probabilities.ArgMax(-1);

    /// <summary>NaN: classes have no order.</summary>
    public override Tensor Variance => Tensor.Full(BatchShape, double.NaN, Logits.DType);

    // The largest of the log-probabilities after Gumbel noise (Maddison, Tarlow, Minka: "A* sampling", 2014).
    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator)
    {
        var times = -(-Tensor.Rand([.. Extended(shape), Classes], Logits.DType == DType.Float64 ? DType.Float64 : DType.Float32, generator)).Log1p();
        return (Logits.To(times.DType) - times.Log()).ArgMax(-1);
    }

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value)
    {
        var shape = Shape.Broadcast(value.Shape, BatchShape, "Categorical.LogProb");
        return Logits.BroadcastTo([.. shape, Classes]).Gather(-1, value.To(DType.Int64).BroadcastTo(shape).Unsqueeze(-1)).Squeeze(-1);
    }

    /// <inheritdoc/>
    public override Tensor Entropy() => -Probabilities.Xlogy(Probabilities).Sum(-1);

    /// <inheritdoc/>
    public override Tensor EnumerateSupport(bool expand = true) => Support.Of(Classes.Value, BatchShape, DType.Int64, expand);

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new Categorical(logits: Logits.BroadcastTo([.. batchShape, Classes]));
}

/// <summary>One of several classes, as a vector with a single 1.</summary>
/// <example><code>
/// var distribution = new OneHotCategorical(probabilities: Tensor.From([0.2f, 0.3f, 0.5f]));
/// Console.WriteLine(distribution.Mean);    // [0.2000, 0.3000, 0.5000]
/// Console.WriteLine(distribution.LogProb(Tensor.From([0f, 0, 1])));    // -0.6931
/// </code></example>
public sealed class OneHotCategorical : Distribution
{
    readonly Categorical categorical;

    /// <summary>Distributions over the last axis, by weights (which need not add up to 1) or by unnormalized log-probabilities: give one of them.</summary>
    /// <exception cref="ArgumentException">Both are given, or none.</exception>
    public OneHotCategorical(Tensor? probabilities = null, Tensor? logits = null) : this(new Categorical(probabilities, logits)) { }

    OneHotCategorical(Categorical categorical) : base(categorical.BatchShape, [categorical.Classes]) => this.categorical = categorical;

    /// <summary>The probabilities of the classes.</summary>
    public Tensor Probabilities => categorical.Probabilities;

    /// <summary>Their logarithms.</summary>
    public Tensor Logits => categorical.Logits;

    /// <inheritdoc/>
    public override Tensor Mean => Probabilities;

    /// <inheritdoc/>
    public override Tensor Mode => categorical.Mode.OneHot(EventShape[0].Value, Probabilities.DType);

    /// <inheritdoc/>
    public override Tensor Variance => Probabilities * (1 - Probabilities);

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator) => categorical.Sample(shape, generator).OneHot(EventShape[0].Value, Probabilities.DType);

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value) => categorical.LogProb(value.ArgMax(-1));

    /// <inheritdoc/>
    public override Tensor Entropy() => categorical.Entropy();

    /// <inheritdoc/>
    public override Tensor EnumerateSupport(bool expand = true)
    {
        var values = Tensor.Eye(EventShape[0], dtype: Probabilities.DType).Reshape([EventShape[0], .. Enumerable.Repeat<Dim>(1, BatchShape.Rank), EventShape[0]]);
        return expand ? values.BroadcastTo([EventShape[0], .. BatchShape, EventShape[0]]) : values;
    }

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new OneHotCategorical((Categorical)categorical.Expand(batchShape));
}

/// <summary>How often each of several classes comes up in a number of trials.</summary>
/// <example><code>
/// var distribution = new Multinomial(count: 3, probabilities: Tensor.From([0.5f, 0.5f]));
/// Console.WriteLine(distribution.Mean);    // [1.5000, 1.5000]
/// Console.WriteLine(distribution.LogProb(Tensor.From([2f, 1])));    // -0.9808
/// </code></example>
public sealed class Multinomial : Distribution
{
    readonly Categorical categorical;

    /// <summary>Distributions over the last axis with a number of trials, by weights (which need not add up to 1) or by unnormalized log-probabilities: give one of them.</summary>
    /// <exception cref="ArgumentException">Both are given, or none.</exception>
    public Multinomial(long count, Tensor? probabilities = null, Tensor? logits = null) : this(count, new Categorical(probabilities, logits)) { }

    Multinomial(long count, Categorical categorical) : base(categorical.BatchShape, [categorical.Classes]) => (Count, this.categorical) = (count, categorical);

    /// <summary>The number of trials.</summary>
    public long Count { get; }

    /// <summary>The probabilities of the classes.</summary>
    public Tensor Probabilities => categorical.Probabilities;

    /// <summary>Their logarithms.</summary>
    public Tensor Logits => categorical.Logits;

    /// <inheritdoc/>
    public override Tensor Mean => Probabilities * Count;

    /// <inheritdoc/>
    public override Tensor Variance => Probabilities * (1 - Probabilities) * Count;

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator) =>
        categorical.Sample([Count, .. shape], generator).OneHot(EventShape[0].Value, Probabilities.DType).Sum(0);

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value) =>
        (value.Sum(-1) + 1).Lgamma() - value.Lgamma1p().Sum(-1) + (value * Tensor.Where(value.EqualTo(0) & Logits.EqualTo(double.NegativeInfinity), 0, Logits)).Sum(-1);

    // The binomial entropies of the classes, put together (https://arxiv.org/abs/1306.1722 has the derivation).
    /// <inheritdoc/>
    public override Tensor Entropy()
    {
        var (p, n) = (Probabilities, (double)Count);
        var counts = Tensor.Arange(1, n + 1, dtype: p.DType).Reshape([Count, .. Enumerable.Repeat<Dim>(1, p.Rank)]);
        var each = new Binomial(Tensor.Constant(n, p.Spec), p).LogProb(counts).Exp();
        var logFactorial = Tensor.Scalar(n + 1, p.DType).Lgamma();
        return n * categorical.Entropy() - logFactorial + (each * counts.Lgamma1p()).Sum([0, -1]);
    }

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new Multinomial(Count, (Categorical)categorical.Expand(batchShape));
}

/// <summary>What discrete distributions share.</summary>
static class Support
{
    /// <summary>0, 1, ..., count - 1 along a first axis, for each of a batch.</summary>
    public static Tensor Of(long count, Shape batchShape, DType dtype, bool expand)
    {
        var values = Tensor.Arange(0, count, 1, dtype).Reshape([count, .. Enumerable.Repeat<Dim>(1, batchShape.Rank)]);
        return expand ? values.BroadcastTo([count, .. batchShape]) : values;
    }

    /// <summary>log(x!).</summary>
    public static Tensor Lgamma1p(this Tensor x) => (x + 1).Lgamma();

    /// <summary>x log(1 + y), 0 where x is.</summary>
    public static Tensor Xlog1py(this Tensor x, Tensor y) => Special.Xlog1py(x, y);
}
