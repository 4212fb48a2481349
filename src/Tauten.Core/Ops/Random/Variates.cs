namespace Tauten.Ops;

/// <summary>
/// Random numbers from a distribution that takes rejection to sample, one for each element of its parameters: floating-point tensors of one spec, then the key of the draw.
/// Element i has a stream of uniform numbers of its own, words of the Philox blocks with counters (i + 2^44 r, draw) for r = 0, 1, 2, ..., two words (the first being the
/// upper half) for a number of 53 bits; so it depends on nothing but its parameters, seed, draw and i. Computed in float64 and rounded once.
/// </summary>
public abstract record RandomVariateOp : PrimitiveOp
{
    /// <summary>How many parameters the distribution has.</summary>
    private protected abstract int Parameters { get; }

    /// <inheritdoc/>
    public sealed override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Count(x, Parameters + 1, this);
        RandomBits.CheckKey(this, x[^1..]);
        if (!x[0].DType.IsFloating()) throw Expect.DType(this, x[0].DType, "a floating-point dtype");
        for (int i = 1; i < Parameters; i++)
        {
            Expect.SameDType(this, x[0], x[i]);
            if (x[i].Shape != x[0].Shape) throw new ShapeException($"{this}: expected parameters of one shape. Received: {x[0].Shape} and {x[i].Shape}.");
        }
        return x[0];
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => new Tensor?[Parameters + 1];
}

/// <summary>
/// Random numbers from the gamma distribution with the given shape parameter and rate 1 (Marsaglia, Tsang: "A simple method for generating gamma variables", 2000). They have a
/// gradient with respect to the parameter: see <see cref="GammaVariateGradient"/>. Dtypes: floating-point; key uint64.
/// </summary>
public sealed record RandomGamma : RandomVariateOp
{
    internal static readonly RandomGamma Instance = new();

    private protected override int Parameters => 1;

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [b.Grad * Dispatch.Run(GammaVariateGradient.Instance, b.Output, b.Input(0)), null];
}

/// <summary>
/// Random counts from the Poisson distribution with the given rate: by products of uniform numbers below 10 (Knuth: "The Art of Computer Programming", volume 2), by transformed
/// rejection from there on (Hörmann: "The transformed rejection method for generating Poisson random variables", 1993). NaN for a negative rate. No gradient.
/// Dtypes: floating-point; key uint64.
/// </summary>
public sealed record RandomPoisson : RandomVariateOp
{
    internal static readonly RandomPoisson Instance = new();

    private protected override int Parameters => 1;
}

/// <summary>
/// Random counts from the binomial distribution: successes among a whole number of trials (first input) with a probability (second). By waiting times where fewer than 10 are expected
/// of the rarer outcome, else by transformed rejection (Hörmann: "The generation of binomial random variates", 1993). NaN for a negative count and a probability outside of [0, 1]. No gradient.
/// Dtypes: floating-point; key uint64.
/// </summary>
public sealed record RandomBinomial : RandomVariateOp
{
    internal static readonly RandomBinomial Instance = new();

    private protected override int Parameters => 2;
}

/// <summary>
/// Random angles in [-pi, pi] around 0 from the von Mises distribution with the given concentration (Best, Fisher: "Efficient simulation of the von Mises distribution", 1979). No gradient.
/// Dtypes: floating-point; key uint64.
/// </summary>
public sealed record RandomVonMises : RandomVariateOp
{
    internal static readonly RandomVonMises Instance = new();

    private protected override int Parameters => 1;
}
