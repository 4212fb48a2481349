using System.Globalization;

namespace Tauten.NN;

/// <summary>What dropouts of whole channels share: all elements of a channel have the same fate (Tompson et al., 2015).</summary>
public abstract class ChannelDropoutLayer : Module<Tensor, Tensor>
{
    readonly int axes;
    readonly double rate;
    readonly Generator? generator;

    private protected ChannelDropoutLayer(int axes, double rate, Generator? generator) =>
        (this.axes, this.rate, this.generator) = (axes, Rates.Check(rate, TypeName), generator);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        int rest = x.Rank - axes;
        if (rest is < 1 or > 2) throw new ShapeException($"{TypeName}: expected an input [batch, channels, ...] with {axes} axes behind the channels; the batch may be missing. Received: shape {x.Shape}.");
        return IsTraining && rate > 0 ? x * Tensor.Ones(Rates.Channels(x, rest), x.DType).Dropout(rate, generator) : x;
    }

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"rate {rate}");
}

/// <summary>In training, each channel of [batch, channels, length] is set to 0 with some probability, and the others are divided by 1 - rate.</summary>
/// <param name="rate">The probability, 0 to 1.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var layer = new Dropout1d(0.5, new Generator(4));
/// Console.WriteLine(layer.Call(Tensor.Ones([4, 2])));
/// // [[0, 0],
/// //  [2, 2],
/// //  [2, 2],
/// //  [2, 2]]
/// </code></example>
public sealed class Dropout1d(double rate = 0.5, Generator? generator = null) : ChannelDropoutLayer(1, rate, generator);

/// <summary>In training, each channel of [batch, channels, height, width] is set to 0 with some probability, and the others are divided by 1 - rate.</summary>
/// <param name="rate">The probability, 0 to 1.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var layer = new Dropout2d(0.5, new Generator(4));
/// Console.WriteLine(layer.Call(Tensor.Ones([4, 2, 2])));
/// // [[[0, 0],
/// //   [0, 0]],
/// //  [[2, 2],
/// //   [2, 2]],
/// //  [[2, 2],
/// //   [2, 2]],
/// //  [[2, 2],
/// //   [2, 2]]]
/// </code></example>
public sealed class Dropout2d(double rate = 0.5, Generator? generator = null) : ChannelDropoutLayer(2, rate, generator);

/// <summary>In training, each channel of [batch, channels, depth, height, width] is set to 0 with some probability, and the others are divided by 1 - rate.</summary>
/// <param name="rate">The probability, 0 to 1.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var layer = new Dropout3d(0.5, new Generator(4));
/// Console.WriteLine(layer.Call(Tensor.Ones([4, 1, 2, 2])));
/// // [[[[0, 0],
/// //    [0, 0]]],
/// //  [[[2, 2],
/// //    [2, 2]]],
/// //  [[[2, 2],
/// //    [2, 2]]],
/// //  [[[2, 2],
/// //    [2, 2]]]]
/// </code></example>
public sealed class Dropout3d(double rate = 0.5, Generator? generator = null) : ChannelDropoutLayer(3, rate, generator);

/// <summary>
/// In training, each element is set to the value that <see cref="SELU"/> goes to on the negative side with probability <paramref name="rate"/>, and all are scaled and moved so that mean 0 and
/// variance 1 stay (Klambauer et al.: "Self-Normalizing Neural Networks", 2017).
/// </summary>
/// <param name="rate">The probability, 0 to 1.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var layer = new AlphaDropout(0.5, new Generator(4));
/// Console.WriteLine(layer.Call(Tensor.Ones([6])));    // [ 1.6656, -0.7792, -0.7792, -0.7792, -0.7792, -0.7792]
/// </code></example>
public sealed class AlphaDropout(double rate = 0.5, Generator? generator = null) : Module<Tensor, Tensor>
{
    readonly double rate = Rates.Check(rate, nameof(AlphaDropout));

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => IsTraining && rate > 0 ? Rates.Alpha(x, x.Shape, rate, generator) : x;

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"rate {rate}");
}

/// <summary><see cref="AlphaDropout"/> of whole channels of [batch, channels, ...].</summary>
/// <param name="rate">The probability, 0 to 1.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var layer = new FeatureAlphaDropout(0.5, new Generator(4));
/// Console.WriteLine(layer.Call(Tensor.Ones([1, 4, 2])));
/// // [[[ 1.6656,  1.6656],
/// //   [-0.7792, -0.7792],
/// //   [-0.7792, -0.7792],
/// //   [-0.7792, -0.7792]]]
/// </code></example>
public sealed class FeatureAlphaDropout(double rate = 0.5, Generator? generator = null) : Module<Tensor, Tensor>
{
    readonly double rate = Rates.Check(rate, nameof(FeatureAlphaDropout));

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        if (x.Rank < 2) throw new ShapeException($"FeatureAlphaDropout: expected an input [batch, channels, ...]. Received: shape {x.Shape}.");
        return IsTraining && rate > 0 ? Rates.Alpha(x, Rates.Channels(x, 2), rate, generator) : x;
    }

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"rate {rate}");
}

/// <summary>Adds normally distributed noise in training.</summary>
/// <param name="standardDeviation">Its standard deviation.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var layer = new GaussianNoise(standardDeviation: 0.1);
/// layer.Eval();
/// Console.WriteLine(layer.Call(Tensor.From([1f, 2])));    // [1, 2]    noise comes in training only
/// </code></example>
public sealed class GaussianNoise(double standardDeviation, Generator? generator = null) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => IsTraining ? x + Tensor.Randn(x.Shape, x.DType, generator) * standardDeviation : x;

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"standard deviation {standardDeviation}");
}

/// <summary>What dropouts compute.</summary>
static class Rates
{
    // - scale * alpha of SELU: what it goes to on the negative side.
    const double Floor = -1.0507009873554804934193349852946 * 1.6732632423543772848170429916717;

    public static double Check(double rate, string layer) =>
        rate is >= 0 and <= 1 ? rate : throw new ShapeException(string.Create(CultureInfo.InvariantCulture, $"{layer}: expected a rate of 0 to 1. Received: {rate}."));

    /// <summary>The first axes of a shape, and 1 for the others.</summary>
    public static Shape Channels(Tensor x, int first) => [.. x.Shape.Take(first), .. Enumerable.Repeat((Dim)1, x.Rank - first)];

    public static Tensor Alpha(Tensor x, Shape fates, double rate, Generator? generator)
    {
        if (rate == 1) return x * 0;
        var keep = Tensor.Bernoulli(1 - rate, fates, DType.Float32, generator) > 0;
        double scale = 1 / Math.Sqrt((1 - rate) * (1 + rate * Floor * Floor));
        return Tensor.Where(keep, x, Floor) * scale - scale * rate * Floor;
    }
}
