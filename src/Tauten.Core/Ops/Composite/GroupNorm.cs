namespace Tauten.Ops;

/// <summary>
/// (x - mean) / sqrt(variance + Epsilon) for x [batch, channels, ...], with mean and (biased) variance taken over each of <paramref name="Groups"/> groups
/// of neighbouring channels and all axes behind; then times a weight plus a bias, a number each for each channel, if they are given
/// (Wu, He: "Group Normalization", 2018). Dtypes: floating-point.
/// </summary>
/// <param name="Groups">The number of groups: 1 makes a layer normalization, the number of channels an instance normalization.</param>
/// <param name="Epsilon">Added to the variance, so that a constant group does not divide by zero.</param>
public sealed record GroupNorm(int Groups, double Epsilon) : CompositeOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.WideRange;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        if (x.Length is not (1 or 3)) throw new ShapeException($"GroupNorm: expected an input, or an input, a weight and a bias. Received: {x.Length} tensors.");
        Expect.Floating(this, x[0]);
        var shape = x[0].Shape;
        if (shape.Rank < 2) throw new ShapeException($"GroupNorm: expected an input [batch, channels, ...]. Received: shape {shape}.");
        if (Groups < 1 || (shape[1].IsKnown && shape[1] % Groups != 0)) throw new ShapeException($"GroupNorm: {shape[1]} channels (axis 1 of {shape}) cannot be split into {Groups} groups.");
        for (int i = 1; i < x.Length; i++)
        {
            Expect.SameDType(this, x[0], x[i]);
            if (x[i].Shape.Rank != 1 || (x[i].Shape.IsKnown && shape[1].IsKnown && x[i].Shape[0] != shape[1]))
                throw new ShapeException($"GroupNorm: the input of shape {shape} has {shape[1]} channels (axis 1). Expected a {(i == 1 ? "weight" : "bias")} of as many numbers. Received: shape {x[i].Shape}.");
        }
        return x[0];
    }

    /// <inheritdoc/>
    internal override (Op Op, int[] From)? Again(int output, ReadOnlySpan<TensorSpec> x) => Itself(output, x);

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var shape = x[0].Shape;
        Dim elements = shape[1] / Groups;
        foreach (var dim in shape.Skip(2)) elements *= dim;
        var y = x[0].Reshape([shape[0], Groups, elements]).LayerNorm(epsilon: Epsilon).Reshape(shape);
        return x.Length == 1 ? y : y * BatchMoments.Along(x[1], shape.Rank) + BatchMoments.Along(x[2], shape.Rank);
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.IsSharedFrom(1) ? x.Fold(this, 1) : null;
}

/// <summary>
/// x / sqrt(mean(x^2) + Epsilon), with the mean taken over the last <paramref name="Axes"/> axes for each position of the axes in front; then times a weight
/// of the shape of those axes, if it is given (Zhang, Sennrich: "Root Mean Square Layer Normalization", 2019). Dtypes: floating-point.
/// </summary>
/// <param name="Axes">How many axes at the end are normalized together.</param>
/// <param name="Epsilon">Added to the mean, so that a row of zeros does not divide by zero.</param>
public sealed record RmsNorm(int Axes, double Epsilon) : CompositeOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.WideRange;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        if (x.Length is not (1 or 2)) throw new ShapeException($"RmsNorm: expected an input, or an input and a weight. Received: {x.Length} tensors.");
        Expect.Floating(this, x[0]);
        int rank = x[0].Shape.Rank;
        if (Axes < 1 || Axes > rank) throw new ShapeException($"RmsNorm: the last {Axes} axes cannot be normalized in a tensor of shape {x[0].Shape}. Expected 1 to {rank} axes.");
        if (x.Length == 1) return x[0];
        Expect.SameDType(this, x[0], x[1]);
        var last = Shape.Create([.. x[0].Shape.Skip(rank - Axes)]);
        if (x[1].Shape.Rank != Axes || (x[1].Shape.IsKnown && last.IsKnown && x[1].Shape != last)) throw new ShapeException($"RmsNorm: expected a weight of shape {last}, that of the last {Axes} axes of {x[0].Shape}. Received: {x[1].Shape}.");
        return x[0];
    }

    Tensor Inverse(Tensor x) => (x.Square().Mean(Last(x.Rank), keepDims: true) + Epsilon).Rsqrt();

    Dims Last(int rank) => MaxPool.SpatialAxes(rank, Axes);

    /// <inheritdoc/>
    internal override (Op Op, int[] From)? Again(int output, ReadOnlySpan<TensorSpec> x) => Itself(output, x);

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var y = x[0] * Inverse(x[0]);
        return x.Length == 1 ? y : y * x[1];
    }

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var inverse = Inverse(b.Input(0));
        var normal = b.Input(0) * inverse;
        // A scaling of x changes nothing but for epsilon: the gradient loses its part along x.
        var g = b.InputCount == 2 ? b.Grad * b.Input(1) : b.Grad;
        var gx = b.Needs(0) ? inverse * (g - normal * (g * normal).Mean(Last(normal.Rank), keepDims: true)) : null;
        return b.InputCount == 1 ? [gx] : [gx, b.Needs(1) ? (b.Grad * normal).SumTo(b.InputSpec(1).Shape) : null];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.RunFirst(this);
}
