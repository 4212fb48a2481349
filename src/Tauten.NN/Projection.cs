namespace Tauten.NN;

/// <summary>
/// Limits that weights are brought back to after an optimizer's step, as functions from a tensor to the nearest one that keeps the limit, or one of the same direction. Norms are Euclidean, along axes:
/// those of the inputs of a neuron, which are all but the first in the weight of a linear layer or a convolution.
/// </summary>
/// <example><code>
/// var layer = new Linear(3, 2);
/// var optimizer = new SGD(layer.Parameters(), 0.1);
/// layer.Call(Tensor.Ones([4, 3])).Sum().Backward();
/// optimizer.Step();
/// Projection.Apply([layer.Weight], w => Projection.MaxNorm(w, 0.5, 1));
/// Console.WriteLine((layer.Weight.Value.Square().Sum(1).Sqrt() &lt;= 0.5001).All());    // True
/// </code></example>
public static class Projection
{
    // What keeps the norm of 0 away from a division by 0.
    const double Least = 1e-7;

    /// <summary>Gives each parameter the value that a projection makes of it.</summary>
    /// <param name="parameters">Parameters, of a shape that the projection takes.</param>
    /// <param name="projection">A function that keeps shape and element type.</param>
    public static void Apply(IEnumerable<Parameter> parameters, Func<Tensor, Tensor> projection)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(projection);
        using (Gradients.NoGrad())
            foreach (var parameter in parameters) parameter.Value = projection(parameter.Value);
    }

    /// <summary>With norms of at most <paramref name="largest"/>: what is longer is made shorter.</summary>
    /// <param name="x">A floating-point tensor.</param>
    /// <param name="largest">The largest norm.</param>
    /// <param name="axes">The axes along which norms are taken.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="largest"/> is negative.</exception>
    public static Tensor MaxNorm(Tensor x, double largest, Dims axes) => MinMaxNorm(x, 0, largest, 1, axes);

    /// <summary>
    /// With norms from <paramref name="least"/> to <paramref name="largest"/>, or nearer to that: norms n become rate clamp(n) + (1 - rate) n.
    /// </summary>
    /// <param name="x">A floating-point tensor.</param>
    /// <param name="least">The smallest norm.</param>
    /// <param name="largest">The largest norm.</param>
    /// <param name="rate">How far norms go: 1 for all the way.</param>
    /// <param name="axes">The axes along which norms are taken.</param>
    /// <exception cref="ArgumentOutOfRangeException">The norms are not 0 &lt;= least &lt;= largest, or the rate is not from 0 to 1.</exception>
    public static Tensor MinMaxNorm(Tensor x, double least, double largest, double rate, Dims axes)
    {
        if (!(least >= 0 && least <= largest)) throw new ArgumentOutOfRangeException(nameof(largest), largest, FormattableString.Invariant($"Expected norms of 0 <= least <= largest, with a least norm of {least:R}."));
        if (!(rate is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(rate), rate, "Expected a number from 0 to 1.");
        var norms = Norms(x, "MinMaxNorm", axes);
        return x * ((norms.Clamp(least, largest) * rate + norms * (1 - rate)) / (norms + Least));
    }

    /// <summary>With norms of 1.</summary>
    /// <param name="x">A floating-point tensor.</param>
    /// <param name="axes">The axes along which norms are taken.</param>
    public static Tensor UnitNorm(Tensor x, Dims axes) => x / (Norms(x, "UnitNorm", axes) + Least);

    /// <summary>With 0 for what is negative.</summary>
    /// <param name="x">A floating-point tensor.</param>
    public static Tensor NonNegative(Tensor x) => x.ClampMin(0);

    static Tensor Norms(Tensor x, string name, Dims axes)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (!x.DType.IsFloating()) throw new DTypeException($"Projection.{name}: expected a floating-point tensor. Received: {x.DType.Name()}.");
        if (axes.Count == 0) throw new ArgumentException($"Projection.{name}: expected at least one axis.", nameof(axes));
        return x.Square().Sum(axes, keepDims: true).Sqrt();
    }
}
