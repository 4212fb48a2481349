using System.Globalization;

namespace Tauten.NN;

/// <summary>A function as a module, to put it between others in a <see cref="Sequential"/>.</summary>
/// <param name="function">The function; parameters that it uses are not those of the module.</param>
/// <example><code>
/// var net = new Sequential(new Linear(4, 6), new Lambda(x => x.Sin()));
/// Console.WriteLine(net.Call(Tensor.Ones([2, 4])).Shape);    // [2, 6]
/// </code></example>
public sealed class Lambda(Func<Tensor, Tensor> function) : Module<Tensor, Tensor>
{
    readonly Func<Tensor, Tensor> function = function ?? throw new ArgumentNullException(nameof(function));

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => function(x);
}

/// <summary>The axes behind the batch in other sizes: [batch, ...] becomes [batch, sizes...].</summary>
/// <param name="sizes">The new sizes; one may be -1.</param>
/// <example><code>
/// Console.WriteLine(new Reshape([2, -1]).Call(Tensor.Ones([8, 6])).Shape);    // [8, 2, 3]
/// </code></example>
public sealed class Reshape(Dims sizes) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        if (x.Rank == 0) throw new ShapeException("Reshape: expected an input [batch, ...]. Received: a scalar.");
        return x.Reshape([x.Shape[0], .. sizes.Select(size => (Dim)size)]);
    }

    /// <inheritdoc/>
    protected override string Details() => $"{sizes}";
}

/// <summary>The axes in another order; see <see cref="Tensor.Permute"/>. Axis 0 is the batch, which Keras' layer does not count.</summary>
/// <param name="order">For each axis of the output the axis of the input that it was.</param>
/// <example><code>
/// Console.WriteLine(new Permute(0, 2, 1).Call(Tensor.Ones([8, 6, 3])).Shape);    // [8, 3, 6]
/// </code></example>
public sealed class Permute(params int[] order) : Module<Tensor, Tensor>
{
    readonly int[] order = [.. order];

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Permute(order);

    /// <inheritdoc/>
    protected override string Details() => string.Join(", ", order);
}

/// <summary>The input several times in a row: [batch, features] becomes [batch, times, features].</summary>
/// <param name="times">How often.</param>
/// <example><code>
/// Console.WriteLine(new RepeatVector(3).Call(Tensor.From([1f, 2], [1, 2])));
/// // [[[1, 2],
/// //   [1, 2],
/// //   [1, 2]]]
/// </code></example>
/// <exception cref="ShapeException"><paramref name="times"/> is less than 1.</exception>
public sealed class RepeatVector(long times) : Module<Tensor, Tensor>
{
    readonly long times = Initial.Size(times, nameof(RepeatVector), nameof(times));

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Rank == 2
        ? x.Unsqueeze(1).BroadcastTo([x.Shape[0], times, x.Shape[1]])
        : throw new ShapeException($"RepeatVector: expected an input [batch, features]. Received: shape {x.Shape}.");

    /// <inheritdoc/>
    protected override string Details() => $"{times}";
}

/// <summary>What the cropping layers share: elements taken away before and behind the last axes.</summary>
public abstract class CroppingLayer : Module<Tensor, Tensor>
{
    readonly Dims low, high;

    private protected CroppingLayer(int axes, Dims low, Dims? high)
    {
        this.low = Initial.Each(low, axes, TypeName, nameof(low), 0);
        this.high = Initial.Each(high ?? low, axes, TypeName, nameof(high), 0);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        int rest = x.Rank - low.Count;
        if (rest is < 1 or > 2) throw new ShapeException($"{TypeName}: expected an input of {low.Count + 1} or {low.Count + 2} axes: batch, channels, and {low.Count} that are cropped. Received: shape {x.Shape}.");
        var y = x;
        for (int i = 0; i < low.Count; i++)
        {
            Dim size = x.Shape[rest + i];
            if (size.IsKnown && size <= low[i] + high[i]) throw new ShapeException($"{TypeName}: {low[i]} and {high[i]} elements cannot be taken from axis {rest + i} of shape {x.Shape} so that any is left.");
            y = y.Narrow(rest + i, low[i], size - (low[i] + high[i]));
        }
        return y;
    }

    /// <inheritdoc/>
    protected override string Details() => low == high ? $"{low}" : $"{low} before, {high} behind";
}

/// <summary>Elements taken away before and behind the last axis of [batch, channels, length].</summary>
/// <param name="low">How many before.</param>
/// <param name="high">How many behind; as before if left out.</param>
/// <example><code>
/// Console.WriteLine(new Cropping1d(1).Call(Tensor.From([1f, 2, 3, 4], [1, 1, 4])));    // [[[2, 3]]]
/// </code></example>
/// <exception cref="ShapeException">A number is negative.</exception>
public sealed class Cropping1d(Dims low, Dims? high = null) : CroppingLayer(1, low, high);

/// <summary>Elements taken away before and behind the last two axes of [batch, channels, height, width].</summary>
/// <param name="low">How many before: one number, or one for each axis in their order.</param>
/// <param name="high">How many behind; as before if left out.</param>
/// <example><code>
/// Console.WriteLine(new Cropping2d([1, 0]).Call(Tensor.Arange(0, 6).Reshape(1, 1, 3, 2)));    // [[[[2, 3]]]]
/// </code></example>
/// <exception cref="ShapeException">A number is negative.</exception>
public sealed class Cropping2d(Dims low, Dims? high = null) : CroppingLayer(2, low, high);

/// <summary>Elements taken away before and behind the last three axes of [batch, channels, depth, height, width].</summary>
/// <param name="low">How many before: one number, or one for each axis in their order.</param>
/// <param name="high">How many behind; as before if left out.</param>
/// <example><code>
/// Console.WriteLine(new Cropping3d(1).Call(Tensor.Arange(0, 27).Reshape(1, 1, 3, 3, 3)));    // [[[[[13]]]]]
/// </code></example>
/// <exception cref="ShapeException">A number is negative.</exception>
public sealed class Cropping3d(Dims low, Dims? high = null) : CroppingLayer(3, low, high);

/// <summary>The mean over all axes behind the channels: [batch, channels, ...] becomes [batch, channels].</summary>
/// <param name="keepDims">Whether the axes stay, with size 1.</param>
/// <example><code>
/// Console.WriteLine(new GlobalAvgPool().Call(Tensor.Arange(0, 8).Reshape(1, 2, 2, 2)));    // [[1.5000, 5.5000]]
/// </code></example>
public sealed class GlobalAvgPool(bool keepDims = false) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Mean(Behind(x, nameof(GlobalAvgPool)), keepDims);

    internal static Dims Behind(Tensor x, string layer) => x.Rank >= 3
        ? Dims.Create([.. Enumerable.Range(2, x.Rank - 2).Select(axis => (long)axis)])
        : throw new ShapeException($"{layer}: expected an input [batch, channels, ...] with axes behind the channels. Received: shape {x.Shape}.");
}

/// <summary>The largest element over all axes behind the channels: [batch, channels, ...] becomes [batch, channels].</summary>
/// <param name="keepDims">Whether the axes stay, with size 1.</param>
/// <example><code>
/// Console.WriteLine(new GlobalMaxPool().Call(Tensor.Arange(0, 8).Reshape(1, 2, 2, 2)));    // [[3, 7]]
/// </code></example>
public sealed class GlobalMaxPool(bool keepDims = false) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Max(GlobalAvgPool.Behind(x, nameof(GlobalMaxPool)), keepDims);
}

/// <summary>
/// Steps all of whose features are <paramref name="value"/> become zeros: [batch, time, features]. <see cref="Mask"/> tells which there are; it is what attention takes as its
/// key mask, and its sums are the lengths that recurrent networks take.
/// </summary>
/// <param name="value">The value that stands for a step that is not there.</param>
/// <example><code>
/// var masking = new Masking();
/// var x = Tensor.From(new[,,] { { { 1f, 2f }, { 0f, 0f } } });
/// Console.WriteLine(masking.Mask(x));    // [[ True, False]]
/// </code></example>
public sealed class Masking(double value = 0) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => Tensor.Where(Mask(x).Unsqueeze(-1), x, 0);

    /// <summary>Which steps are there: bool [batch, time].</summary>
    public Tensor Mask(Tensor x) => x.Rank >= 2 ? x.NotEqualTo(value).Any(-1) : throw new ShapeException($"Masking: expected an input [batch, time, features]. Received: shape {x.Shape}.");

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"value {value}");
}
