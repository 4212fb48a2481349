using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>Random numbers from the normal distribution, one for each element of <paramref name="mean"/> and <paramref name="standardDeviation"/>, which are broadcast; gradients flow to both.</summary>
    /// <example><code>
    /// var x = Tensor.Normal(mean: 100, standardDeviation: 15, [10_000], generator: new Generator(1));
    /// Console.WriteLine($"{x.Mean().Item&lt;float>():0} {x.Std().Item&lt;float>():0}");    // 100 15
    /// </code></example>
    public static Tensor Normal(Tensor mean, Tensor standardDeviation, Generator? generator = null) =>
        mean + standardDeviation * Randn(Shape.Broadcast(mean.Shape, standardDeviation.Shape, "Normal"), mean.DType, generator);

    /// <summary>Random numbers from the normal distribution with the given mean and standard deviation.</summary>
    public static Tensor Normal(double mean, double standardDeviation, Shape shape, DType dtype = DType.Float32, Generator? generator = null) =>
        Randn(shape, dtype, generator) * standardDeviation + mean;

    /// <summary>Random numbers evenly spread in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    /// <example><code>
    /// var x = Tensor.Uniform(-1, 1, [10_000], generator: new Generator(1));
    /// Console.WriteLine($"{x.Min().Item&lt;float>():0.00} {x.Max().Item&lt;float>():0.00}");    // -1.00 1.00
    /// </code></example>
    public static Tensor Uniform(double low, double high, Shape shape, DType dtype = DType.Float32, Generator? generator = null) =>
        Rand(shape, dtype, generator) * (high - low) + low;

    /// <summary>Random counts from the Poisson distribution, one for each rate, in the rates' dtype; see <see cref="RandomPoisson"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Poisson(Tensor.From([0.5f, 4, 100]), new Generator(1)));    // [ 1,  8, 92]
    /// </code></example>
    /// <exception cref="DTypeException">The rates are not floating-point.</exception>
    public static Tensor Poisson(Tensor rate, Generator? generator = null) => Dispatch.Run(RandomPoisson.Instance, rate, NextKey(generator));

    /// <summary>Random counts of successes among <paramref name="count"/> trials with a probability each, broadcast, in the probabilities' dtype; see <see cref="RandomBinomial"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Binomial(Tensor.From([10f, 10]), Tensor.From([0.2f, 0.9f]), new Generator(1)));    // [ 1, 10]
    /// </code></example>
    public static Tensor Binomial(Tensor count, Tensor probability, Generator? generator = null)
    {
        var shape = Shape.Broadcast(count.Shape, probability.Shape, "Binomial");
        return Dispatch.Run(RandomBinomial.Instance, (ReadOnlySpan<Tensor>)[count.To(probability.DType).BroadcastTo(shape), probability.BroadcastTo(shape), NextKey(generator)]);
    }

    /// <summary>
    /// Random numbers from the gamma distribution with rate 1, one for each shape parameter, at least the smallest normal number of the dtype; gradients flow to the parameter. See
    /// <see cref="RandomGamma"/>.
    /// </summary>
    /// <example><code>
    /// var x = Tensor.StandardGamma(Tensor.Full([10_000], 3), new Generator(1));
    /// Console.WriteLine($"{x.Mean().Item&lt;float>():0.0}");    // 3.0
    /// </code></example>
    public static Tensor StandardGamma(Tensor concentration, Generator? generator = null) =>
        Dispatch.Run(RandomGamma.Instance, concentration, NextKey(generator)).Maximum(concentration.DType.SmallestNormal());

    /// <inheritdoc cref="RandomVonMises"/>
    internal static Tensor StandardVonMises(Tensor concentration, Generator? generator = null) => Dispatch.Run(RandomVonMises.Instance, concentration, NextKey(generator));

    /// <summary>
    /// Positions (int64) drawn along the last axis with probabilities proportional to the elements, which must not be negative. Of a vector [classes] a vector [count], of a matrix
    /// [rows, classes] a matrix [rows, count].
    /// </summary>
    /// <param name="count">How many positions are drawn in each row.</param>
    /// <param name="replacement">Whether a position may be drawn again. Without, the positions come as if drawn one after the other from what is left (Efraimidis, Spirakis: "Weighted random sampling with a reservoir", 2006).</param>
    /// <param name="generator">The source of random numbers.</param>
    /// <example><code>
    /// var weights = Tensor.From([0f, 1, 0, 3]);
    /// Console.WriteLine(weights.Multinomial(8, replacement: true, new Generator(4)));    // [1, 3, 3, 3, 3, 3, 3, 1]
    /// </code></example>
    /// <exception cref="ShapeException">The tensor is neither a vector nor a matrix, or more positions are asked for than there are, without replacement.</exception>
    public Tensor Multinomial(long count, bool replacement = false, Generator? generator = null)
    {
        if (Rank is not (1 or 2)) throw new ShapeException($"Multinomial: expected weights [classes] or [rows, classes]. Received: shape {Shape}.");
        if (!DType.IsFloating()) throw new DTypeException($"Multinomial: expected floating-point weights. Received: {DType.Name()}.");
        if (count < 1) throw new ShapeException($"Multinomial: expected at least one position to draw. Received: {count}.");
        var weights = To(DType == DType.Float64 ? DType.Float64 : DType.Float32);
        if (!replacement)
        {
            if (Shape[^1].IsKnown && count > Shape[^1].Value) throw new ShapeException($"Multinomial: {count} positions cannot be drawn from {Shape[^1]} without replacement.");
            // The smallest of exponential times: each race is won with the right probability, and what is left races on.
            var times = (-(-Rand(Shape, weights.DType, generator)).Log1p()) / weights;
            return times.TopK(count, -1, largest: false).Indices;
        }
        var sums = weights.CumSum(-1);
        var total = sums.Slice(-1, -1);
        var drawn = Rand(Rank == 1 ? [count] : [Shape[0], count], weights.DType, generator) * total;
        return sums.SearchSorted(drawn, right: true).Minimum((sums < total).To(DType.Int64).Sum(-1, keepDims: true));
    }

    static Tensor NextKey(Generator? generator) => (generator ?? Generator.Default).NextKey();
}
