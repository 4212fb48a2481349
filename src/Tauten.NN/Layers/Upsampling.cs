using System.Globalization;

namespace Tauten.NN;

/// <summary>[batch, channels, ...] at another resolution, by a size or by factors; see <see cref="Tensor.Interpolate"/>.</summary>
/// <example><code>
/// Console.WriteLine(new Upsample(scale: 2).Call(Tensor.From([1f, 2]).Reshape(1, 1, 2)));    // [[[1, 1, 2, 2]]]
/// </code></example>
public sealed class Upsample : Module<Tensor, Tensor>
{
    readonly Dims? size;
    readonly double[] scales;
    readonly InterpolationMode mode;
    readonly bool alignCorners, recomputeScale;

    /// <summary>A layer without parameters.</summary>
    /// <param name="size">The size of the axes behind the channels.</param>
    /// <param name="scale">The factor of each of them, where no size is given.</param>
    /// <param name="mode">How elements between are found.</param>
    /// <param name="alignCorners">Whether the outermost elements are at the outermost places, rather than the borders.</param>
    /// <param name="recomputeScale">Whether the step follows from the rounded size instead of the factor.</param>
    /// <exception cref="ShapeException">Neither a size nor a scale is given.</exception>
    public Upsample(Dims? size = null, double? scale = null, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false, bool recomputeScale = false) :
        this(size, scale is { } factor ? [factor] : [], mode, alignCorners, recomputeScale)
    { }

    Upsample(Dims? size, double[] scales, InterpolationMode mode, bool alignCorners, bool recomputeScale)
    {
        if (size is null && scales.Length == 0) throw new ShapeException("Upsample: expected a size or a scale. Received: neither.");
        (this.size, this.scales, this.mode, this.alignCorners, this.recomputeScale) = (size, scales, mode, alignCorners, recomputeScale);
    }

    /// <summary>A layer that multiplies each of the axes behind the channels by a factor of its own.</summary>
    /// <param name="scales">The factors.</param>
    /// <param name="mode">How elements between are found.</param>
    /// <param name="alignCorners">Whether the outermost elements are at the outermost places, rather than the borders.</param>
    /// <param name="recomputeScale">Whether the step follows from the rounded sizes instead of the factors.</param>
    /// <exception cref="ShapeException">There is no factor.</exception>
    /// <example><code>
    /// var wider = Upsample.By([1, 2]);
    /// Console.WriteLine(wider.Call(Tensor.Ones([1, 1, 3, 3])).Shape);    // [1, 1, 3, 6]
    /// </code></example>
    public static Upsample By(ReadOnlySpan<double> scales, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false, bool recomputeScale = false) =>
        new(null, scales.ToArray(), mode, alignCorners, recomputeScale);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => size is { } to ? x.Interpolate(Shape.Of(to.Span), mode, alignCorners) : x.InterpolateBy(scales, mode, alignCorners, recomputeScale: recomputeScale);

    /// <inheritdoc/>
    protected override string Details() =>
        size is { } to ? $"to {to}, {mode}" : $"scale {string.Join(", ", scales.Select(s => s.ToString(CultureInfo.InvariantCulture)))}, {mode}";
}

/// <summary>[batch, channels, height, width] at another resolution, each element the nearest one before it; see <see cref="Upsample"/>.</summary>
/// <param name="size">Height and width.</param>
/// <param name="scale">The factor of both, where no size is given.</param>
/// <example><code>
/// Console.WriteLine(new UpsamplingNearest2d(scale: 2).Call(Tensor.From([1f, 2], [1, 1, 1, 2])));
/// // [[[[1, 1, 2, 2],
/// //    [1, 1, 2, 2]]]]
/// </code></example>
public sealed class UpsamplingNearest2d(Dims? size = null, double? scale = null) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        if (x.Rank != 4) throw new ShapeException($"UpsamplingNearest2d: expected an input [batch, channels, height, width]. Received: shape {x.Shape}.");
        if (size is { } to) return x.Interpolate(Shape.Of(to.Span), InterpolationMode.Nearest, false);
        return x.InterpolateBy(scale ?? throw new ShapeException("UpsamplingNearest2d: expected a size or a scale. Received: neither."), InterpolationMode.Nearest, false);
    }

    /// <inheritdoc/>
    protected override string Details() => size is { } to ? $"to {to}" : string.Create(CultureInfo.InvariantCulture, $"scale {scale}");
}

/// <summary>[batch, channels, height, width] at another resolution, linear between elements, the outermost of which are at the outermost places; see <see cref="Upsample"/>.</summary>
/// <param name="size">Height and width.</param>
/// <param name="scale">The factor of both, where no size is given.</param>
/// <example><code>
/// Console.WriteLine(new UpsamplingBilinear2d(size: [1, 4]).Call(Tensor.From([1f, 4], [1, 1, 1, 2])));    // [[[[1, 2, 3, 4]]]]
/// </code></example>
public sealed class UpsamplingBilinear2d(Dims? size = null, double? scale = null) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        if (x.Rank != 4) throw new ShapeException($"UpsamplingBilinear2d: expected an input [batch, channels, height, width]. Received: shape {x.Shape}.");
        if (size is { } to) return x.Interpolate(Shape.Of(to.Span), InterpolationMode.Linear, true);
        return x.InterpolateBy(scale ?? throw new ShapeException("UpsamplingBilinear2d: expected a size or a scale. Received: neither."), InterpolationMode.Linear, true);
    }

    /// <inheritdoc/>
    protected override string Details() => size is { } to ? $"to {to}" : string.Create(CultureInfo.InvariantCulture, $"scale {scale}");
}
