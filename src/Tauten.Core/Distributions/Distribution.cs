using System.Runtime.CompilerServices;

namespace Tauten.Distributions;

/// <summary>
/// A probability distribution over tensors, or a batch of them: one for each element of the parameters, which are broadcast to <see cref="BatchShape"/>. Everything is made of ops, so log-probabilities,
/// entropies and divergences can be differentiated with respect to the parameters, captured and exported. Parameters are not looked at: outside of their range results are NaN, and
/// <see cref="LogProb"/> of a value that cannot occur is -infinity or NaN.
/// </summary>
/// <example><code>
/// var policy = new Categorical(logits: Tensor.From([0f, 0, 2]));
/// Tensor action = policy.Sample();
/// Console.WriteLine(policy.LogProb(Tensor.From(2L)));    // -0.2395
/// </code></example>
public abstract class Distribution
{
    /// <summary>A distribution over tensors of the given shapes.</summary>
    protected Distribution(Shape batchShape, Shape eventShape) => (BatchShape, EventShape) = (batchShape, eventShape);

    /// <summary>The shape of the batch: how many distributions there are.</summary>
    public Shape BatchShape { get; }

    /// <summary>The shape of one value; [] where values are numbers.</summary>
    public Shape EventShape { get; }

    /// <summary>Whether gradients flow from <see cref="RSample"/> to the parameters.</summary>
    public virtual bool IsReparameterized => false;

    /// <summary>Values drawn at random, [.. shape, .. batch, .. event]; no gradients flow through them.</summary>
    /// <param name="shape">How many values of each distribution; [] for one.</param>
    /// <param name="generator">The source of random numbers.</param>
    public Tensor Sample(Shape? shape = null, Generator? generator = null)
    {
        using (Gradients.NoGrad()) return Draw(shape ?? [], generator).Detach();
    }

    /// <summary>Values drawn at random as a differentiable function of the parameters (Kingma, Welling: "Auto-encoding variational Bayes", 2013), [.. shape, .. batch, .. event].</summary>
    /// <exception cref="GradientException">The distribution has no such sample, since its values are discrete; see <see cref="IsReparameterized"/>.</exception>
    public Tensor RSample(Shape? shape = null, Generator? generator = null) => IsReparameterized
        ? Draw(shape ?? [], generator)
        : throw new GradientException($"{GetType().Name}: gradients do not flow through its samples. Use Sample and LogProb (the score function), or a relaxed distribution.");

    /// <summary>Draws values, tracked where that is possible.</summary>
    protected abstract Tensor Draw(Shape shape, Generator? generator);

    /// <summary>The logarithm of the probability of a value, or of its density; of shape [.. shape, .. batch].</summary>
    public abstract Tensor LogProb(Tensor value);

    /// <summary>The expected value.</summary>
    public virtual Tensor Mean => throw None();

    /// <summary>The variance, of each element of a value.</summary>
    public virtual Tensor Variance => throw None();

    /// <summary>The square root of the variance.</summary>
    public Tensor StandardDeviation => Variance.Sqrt();

    /// <summary>The most probable value.</summary>
    public virtual Tensor Mode => throw None();

    /// <summary>The probability of a value at most as large.</summary>
    public virtual Tensor Cdf(Tensor value) => throw None();

    /// <summary>The value that is not exceeded with the given probability: the inverse of <see cref="Cdf"/>.</summary>
    public virtual Tensor Icdf(Tensor probability) => throw None();

    /// <summary>The expected value of -<see cref="LogProb"/>, in nats.</summary>
    public virtual Tensor Entropy() => throw None();

    /// <summary>exp of the entropy.</summary>
    public Tensor Perplexity() => Entropy().Exp();

    /// <summary>All values that can occur, along a new first axis, [count, .. batch, .. event]; without <paramref name="expand"/> the batch axes have size 1.</summary>
    public virtual Tensor EnumerateSupport(bool expand = true) => throw None();

    /// <summary>The same distribution for a batch of another shape, to which this one's is broadcast.</summary>
    public virtual Distribution Expand(Shape batchShape) => throw None();

    /// <summary>The Kullback-Leibler divergence from this distribution to <paramref name="other"/>: the expected value, over this one, of the difference of the log-probabilities.</summary>
    /// <exception cref="NotSupportedException">There is no formula for this pair.</exception>
    public virtual Tensor KlDivergence(Distribution other) => Divergence.Of(this, other);

    /// <summary>The shape of samples.</summary>
    protected Shape Extended(Shape shape) => [.. shape, .. BatchShape, .. EventShape];

    /// <summary>Uniform numbers of the shape of samples, in (0, 1): neither end is drawn.</summary>
    private protected Tensor OpenUniform(Shape shape, DType dtype, Generator? generator)
    {
        double least = dtype.SmallestNormal();
        return Tensor.Rand(Extended(shape), dtype, generator).Maximum(least);
    }

    private protected NotSupportedException None([CallerMemberName] string member = "") => new($"{GetType().Name} has no {member}: there is no formula for it.");

    /// <summary>The parameters, broadcast to each other.</summary>
    private protected static (Tensor, Tensor) Together(Tensor a, Tensor b, string name)
    {
        var shape = Shape.Broadcast(a.Shape, b.Shape, name);
        return (a.BroadcastTo(shape), b.BroadcastTo(shape));
    }

    private protected static (Tensor, Tensor, Tensor) Together(Tensor a, Tensor b, Tensor c, string name)
    {
        var shape = Shape.Broadcast(Shape.Broadcast(a.Shape, b.Shape, name), c.Shape, name);
        return (a.BroadcastTo(shape), b.BroadcastTo(shape), c.BroadcastTo(shape));
    }

    private protected const double HalfLog2Pi = 0.91893853320467274178;

    internal const double EulerGamma = 0.57721566490153286061;

    /// <summary>Name and shapes.</summary>
    public override string ToString() => $"{GetType().Name}(batch {BatchShape}, event {EventShape})";
}
