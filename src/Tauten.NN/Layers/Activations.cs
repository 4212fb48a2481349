namespace Tauten.NN;

/// <summary>max(x, 0), element by element; with options min(x, max) where x reaches <paramref name="threshold"/>, and negativeSlope (x - threshold) elsewhere, as Keras' ReLU.</summary>
/// <param name="max">The largest result; none if left out.</param>
/// <param name="negativeSlope">The slope below the threshold.</param>
/// <param name="threshold">From where on x is handed on.</param>
/// <exception cref="ArgumentOutOfRangeException">An option is negative.</exception>
/// <example><code>
/// Console.WriteLine(new ReLU().Call(Tensor.From([-2f, 0, 2])));    // [0, 0, 2]
/// </code></example>
public sealed class ReLU(double? max = null, double negativeSlope = 0, double threshold = 0) : Module<Tensor, Tensor>
{
    readonly double? max = max is null or >= 0 ? max : throw new ArgumentOutOfRangeException(nameof(max), max, "ReLU: expected a number that is not negative.");
    readonly double negativeSlope = negativeSlope >= 0 ? negativeSlope : throw new ArgumentOutOfRangeException(nameof(negativeSlope), negativeSlope, "ReLU: expected a number that is not negative.");
    readonly double threshold = threshold >= 0 ? threshold : throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "ReLU: expected a number that is not negative.");

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        var y = threshold != 0 ? Tensor.Where(x >= threshold, x, negativeSlope == 0 ? x * 0 : (x - threshold) * negativeSlope) : negativeSlope != 0 ? x.LeakyRelu(negativeSlope) : x.Relu();
        return max is { } most ? y.ClampMax(most) : y;
    }

    /// <inheritdoc/>
    protected override string Details() => max is null && negativeSlope == 0 && threshold == 0 ? "" : string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{(max is { } most ? $"up to {most}, " : "")}slope {negativeSlope} below {threshold}");
}

/// <summary>x times the probability that a standard normal variable is below x; see <see cref="Ops.Gelu"/>.</summary>
/// <param name="approximate">Whether to use the tanh approximation.</param>
/// <example><code>
/// Console.WriteLine(new Gelu().Call(Tensor.From([-2f, 0, 2])));    // [-0.0455,  0.0000,  1.9545]
/// </code></example>
public sealed class Gelu(bool approximate = false) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Gelu(approximate);

    /// <inheritdoc/>
    protected override string Details() => approximate ? "approximate" : "";
}

/// <summary>The hyperbolic tangent, element by element.</summary>
/// <example><code>
/// Console.WriteLine(new Tanh().Call(Tensor.From([-2f, 0, 2])));    // [-0.9640,  0.0000,  0.9640]
/// </code></example>
public sealed class Tanh : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Tanh();
}

/// <summary>1 / (1 + exp(-x)), element by element.</summary>
/// <example><code>
/// Console.WriteLine(new Sigmoid().Call(Tensor.From([-2f, 0, 2])));    // [0.1192, 0.5000, 0.8808]
/// </code></example>
public sealed class Sigmoid : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Sigmoid();
}

/// <summary>exp(x) / sum(exp(x)) along an axis. A classifier that is trained with <see cref="CrossEntropyLoss"/> needs none: that loss takes logits.</summary>
/// <param name="axis">The axis along which the results add up to 1.</param>
/// <example><code>
/// Console.WriteLine(new Softmax().Call(Tensor.From([1f, 2, 2.5f])));    // [0.1220, 0.3315, 0.5465]
/// </code></example>
public sealed class Softmax(int axis = -1) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Softmax(axis);

    /// <summary>The softmax among the elements that take part; the others become 0, and so do all where none takes part.</summary>
    /// <param name="x">The input.</param>
    /// <param name="mask">bool, broadcast to the input: true takes part.</param>
    /// <exception cref="DTypeException">The mask is not bool.</exception>
    public Tensor Call(Tensor x, Tensor mask)
    {
        if (mask.DType != DType.Bool) throw new DTypeException($"Softmax: expected a mask of dtype bool. Received: {mask.DType.Name()}.");
        var y = Call(Tensor.Where(mask, x, x.DType.MinValue()));
        return Tensor.Where(mask, y, 0);
    }

    /// <inheritdoc/>
    protected override string Details() => $"axis {axis}";
}

/// <summary>The input, unchanged: a place to put another module later.</summary>
/// <example><code>
/// Console.WriteLine(new Identity().Call(Tensor.From([1f, 2])));    // [1, 2]
/// </code></example>
public sealed class Identity : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x;
}

/// <summary>The axes from <paramref name="start"/> to <paramref name="end"/> (included) as one: [batch, channels, height, width] becomes [batch, features].</summary>
/// <param name="start">The first of the axes; 1 leaves the batch alone.</param>
/// <param name="end">The last of them.</param>
/// <example><code>
/// Console.WriteLine(new Flatten().Call(Tensor.Ones([8, 3, 4, 4])).Shape);    // [8, 48]
/// </code></example>
public sealed class Flatten(int start = 1, int end = -1) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Flatten(start, end);

    /// <inheritdoc/>
    protected override string Details() => $"axes {start} to {end}";
}

/// <summary>
/// In training, each element is set to 0 with probability <paramref name="rate"/> and the others are divided by 1 - rate (Srivastava et al., 2014); else the input.
/// </summary>
/// <param name="rate">The probability, 0 to 1.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var layer = new Dropout(0.5, new Generator(4));
/// Console.WriteLine(layer.Call(Tensor.Ones([6])));    // [0, 2, 2, 2, 2, 2]
/// layer.Eval();
/// Console.WriteLine(layer.Call(Tensor.Ones([6])));    // [1, 1, 1, 1, 1, 1]
/// </code></example>
public sealed class Dropout(double rate = 0.5, Generator? generator = null) : Module<Tensor, Tensor>
{
    readonly double rate = rate is >= 0 and <= 1 ? rate : throw new ShapeException($"Dropout: expected a rate of 0 to 1. Received: {rate}.");

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => IsTraining && rate > 0 ? x.Dropout(rate, generator) : x;

    /// <inheritdoc/>
    protected override string Details() => $"rate {rate.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
}
