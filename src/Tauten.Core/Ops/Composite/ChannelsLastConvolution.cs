namespace Tauten.Ops;

/// <summary>
/// A convolution of images whose channels lie side by side, plus a bias: y[n, p, o] = <see cref="Convolution"/>(x)[n, o, p] + b[o] for x of shape [batch, spatial..., channels],
/// a weight as the convolution has it, and a bias [out channels], which may be left out. y has shape [batch, spatial..., out channels]. Compilers write it where it is faster. Dtypes: floating-point.
/// </summary>
/// <param name="Plain">The convolution of images whose channels come first.</param>
public sealed record ChannelsLastConvolution(Convolution Plain) : CompositeOp
{
    /// <inheritdoc/>
    internal override double? Work(ReadOnlySpan<TensorSpec> x, ReadOnlySpan<TensorSpec> y) => 2.0 * y[0].Shape.Count * x[1].Shape.Count / x[1].Shape[0].Value;

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Reduced;

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Contraction;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        if (x.Length is not (2 or 3)) throw new ShapeException($"ChannelsLastConvolution: expected an input, a weight and perhaps a bias. Received: {x.Length} tensors.");
        Expect.Floating(this, x[0]);
        foreach (var spec in x) Expect.SameDType(this, x[0], spec);
        var image = x[0].Shape;
        if (image.Rank < 3) throw new ShapeException($"ChannelsLastConvolution: expected an input [batch, spatial axes, channels]. Received: {image}.");
        var y = Plain.Infer([new TensorSpec(x[0].DType, [image[0], image[^1], .. image.Skip(1).SkipLast(1)]), x[1]])[0].Shape;
        if (x.Length == 3 && x[2].Shape != Shape.Create([x[1].Shape[0]])) throw new ShapeException($"ChannelsLastConvolution: expected a bias of shape [{x[1].Shape[0]}]. Received: {x[2].Shape}.");
        return new TensorSpec(x[0].DType, [y[0], .. y.Skip(2), y[1]]);
    }

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var y = Dispatch.Run(Plain, x[0].Permute(Axes(ChannelsFirst(x[0].Rank))), x[1]).Permute(Axes(ChannelsLast(x[0].Rank)));
        return x.Length == 3 ? y + x[2] : y;
    }

    static int[] Axes(Dims axes) => [.. axes.Select(axis => (int)axis)];

    /// <summary>The order in which the axes of [batch, channels, spatial...] are those of [batch, spatial..., channels].</summary>
    internal static Dims ChannelsLast(int rank) => Dims.Create([0, .. Enumerable.Range(2, rank - 2).Select(axis => (long)axis), 1]);

    /// <summary>The inverse of <see cref="ChannelsLast"/>.</summary>
    internal static Dims ChannelsFirst(int rank) => Dims.Create([0, rank - 1, .. Enumerable.Range(1, rank - 2).Select(axis => (long)axis)]);
}
