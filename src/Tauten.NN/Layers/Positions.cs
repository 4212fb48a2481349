using System.Globalization;

namespace Tauten.NN;

/// <summary>Adds sines and cosines of the position to [.., time, size]: sin(t / 10000^(2i / size)) at 2i and the cosine at 2i + 1 (Vaswani et al., 2017).</summary>
/// <param name="dropout">The rate of dropout of the sum, in training.</param>
/// <param name="generator">Where the dropout comes from; the default generator if left out.</param>
/// <example><code>
/// Console.WriteLine(new SinusoidalPositions().Call(Tensor.Zeros([1, 3, 4])));
/// // [[[ 0.0000,  1.0000,  0.0000,  1.0000],
/// //   [ 0.8415,  0.5403,  0.0100,  0.9999],
/// //   [ 0.9093, -0.4161,  0.0200,  0.9998]]]
/// </code></example>
public sealed class SinusoidalPositions(double dropout = 0, Generator? generator = null) : Module<Tensor, Tensor>
{
    readonly double dropout = Rates.Check(dropout, nameof(SinusoidalPositions));

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        var angles = Angles.Of(nameof(SinusoidalPositions), x, 10000, 0);
        var y = x + Tensor.Stack([angles.Sin(), angles.Cos()], -1).Flatten(-2, -1).To(x.DType);
        return IsTraining && dropout > 0 ? y.Dropout(dropout, generator) : y;
    }
}

/// <summary>
/// Turns pairs of elements of queries or keys [.., time, size] by an angle that grows with the position, t / base^(2i / size) for pair i, so that their products depend on distances alone
/// (Su et al.: "RoFormer", 2021).
/// </summary>
/// <param name="base">How slowly the slowest pair turns.</param>
/// <param name="halves">Whether pairs are i and i + size / 2 rather than 2i and 2i + 1.</param>
/// <example><code>
/// Console.WriteLine(new RotaryPositions().Call(Tensor.Ones([1, 2, 4])));
/// // [[[ 1.0000,  1.0000,  1.0000,  1.0000],
/// //   [-0.3012,  1.3818,  0.9900,  1.0099]]]
/// </code></example>
public sealed class RotaryPositions(double @base = 10000, bool halves = false) : Module<Tensor, Tensor>
{
    /// <summary>The turned elements, where the first has this position.</summary>
    public Tensor CallFrom(Tensor x, long position) => Turn(x, position);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => Turn(x, 0);

    Tensor Turn(Tensor x, long position)
    {
        var angles = Angles.Of(nameof(RotaryPositions), x, @base, position);
        Tensor sin = angles.Sin().To(x.DType), cos = angles.Cos().To(x.DType);
        long half = x.Shape[^1].Value / 2;
        Tensor a = halves ? x.Slice(-1, 0, half) : x.Slice(-1, 0, null, 2), b = halves ? x.Slice(-1, half) : x.Slice(-1, 1, null, 2);
        Tensor first = a * cos - b * sin, second = a * sin + b * cos;
        return halves ? Tensor.Concat([first, second], -1) : Tensor.Stack([first, second], -1).Flatten(-2, -1);
    }

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"base {@base}{(halves ? ", halves" : "")}");
}

/// <summary>Attention with linear biases: scores fall with the distance of query and key, in each head at its own rate (Press, Smith, Lewis: "Train Short, Test Long", 2022).</summary>
/// <example><code>
/// Console.WriteLine(Alibi.Mask(heads: 2, queries: 3)[0]);
/// // [[-0.0000, -0.0625, -0.1250],
/// //  [-0.0625, -0.0000, -0.0625],
/// //  [-0.1250, -0.0625, -0.0000]]
/// </code></example>
public static class Alibi
{
    /// <summary>-slope |query - key| for each head, [heads, queries, keys]: a mask that is added to the scores. Head h of a power of two of heads has the slope 2^(-8 h / heads), h from 1.</summary>
    /// <param name="heads">The number of heads, a power of two.</param>
    /// <param name="queries">The number of queries.</param>
    /// <param name="keys">The number of keys; as many as queries if left out.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ShapeException">A size is less than 1, or <paramref name="heads"/> is no power of two.</exception>
    public static Tensor Mask(int heads, long queries, long? keys = null, DType dtype = DType.Float32)
    {
        if (!int.IsPow2(heads)) throw new ShapeException($"Alibi: expected a power of two of heads. Received: {heads}.");
        Initial.Size(queries, nameof(Alibi), nameof(queries));
        Initial.Size(keys ?? queries, nameof(Alibi), nameof(keys));
        var distance = (Tensor.Arange(queries, DType.Float64).Unsqueeze(1) - Tensor.Arange(keys ?? queries, DType.Float64)).Abs();
        var slopes = Tensor.From([.. Enumerable.Range(1, heads).Select(h => -Math.Pow(2, -8.0 * h / heads))], Shape.Of(heads, 1, 1));
        return (slopes * distance).To(dtype);
    }
}

static class Angles
{
    /// <summary>(position + t) / base^(2i / size), [time, size / 2] in float64.</summary>
    public static Tensor Of(string layer, Tensor x, double @base, long position)
    {
        if (x.Rank < 2 || !x.Shape[^1].IsKnown || !x.Shape[^2].IsKnown || x.Shape[^1].Value % 2 != 0)
            throw new ShapeException($"{layer}: expected an input [.., time, size] of known sizes, with an even size. Received: shape {x.Shape}.");
        long size = x.Shape[^1].Value;
        var slowness = Tensor.From([.. Enumerable.Range(0, (int)size / 2).Select(i => Math.Pow(@base, -2.0 * i / size))], Shape.Of(size / 2));
        return (Tensor.Arange(x.Shape[^2].Value, DType.Float64) + position).Unsqueeze(1) * slowness;
    }
}
