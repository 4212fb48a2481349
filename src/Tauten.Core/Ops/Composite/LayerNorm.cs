namespace Tauten.Ops;

/// <summary>
/// (x - mean) / sqrt(variance + Epsilon), with mean and (biased) variance taken over the last <paramref name="Axes"/> axes for each position of the
/// axes in front; then times a weight plus a bias of the shape of those axes, if they are given (Ba, Kiros, Hinton: "Layer Normalization", 2016).
/// </summary>
/// <param name="Axes">How many axes at the end are normalized together.</param>
/// <param name="Epsilon">Added to the variance, so that a constant row does not divide by zero.</param>
public sealed record LayerNorm(int Axes, double Epsilon) : CompositeOp
{
    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        if (x.Length is not (1 or 3)) throw new ShapeException($"LayerNorm: expected an input, or an input, a weight and a bias. Received: {x.Length} tensors.");
        Expect.Floating(this, x[0]);
        int rank = x[0].Shape.Rank;
        if (Axes < 1 || Axes > rank) throw new ShapeException($"LayerNorm: the last {Axes} axes cannot be normalized in a tensor of shape {x[0].Shape}. Expected 1 to {rank} axes.");
        for (int i = 1; i < x.Length; i++)
        {
            Expect.SameDType(this, x[0], x[i]);
            bool fits = x[i].Shape.Rank == Axes;
            for (int k = 0; fits && k < Axes; k++)
            {
                Dim size = x[0].Shape[rank - Axes + k];
                fits = !size.IsKnown || size == x[i].Shape[k];
            }
            if (!fits)
                throw new ShapeException($"LayerNorm: the last {Axes} axes of the input must have the shape of the {(i == 1 ? "weight" : "bias")}, {x[i].Shape}. Received: an input of shape {x[0].Shape}.");
        }
        return x[0];
    }

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var (normal, _) = Normalize(x[0]);
        return x.Length == 1 ? normal : normal * x[1] + x[2];
    }

    (Tensor Normal, Tensor Inverse) Normalize(Tensor x)
    {
        var centered = x - x.Mean(Last(x.Rank), keepDims: true);
        var inverse = (centered.Square().Mean(Last(x.Rank), keepDims: true) + Epsilon).Rsqrt();
        return (centered * inverse, inverse);
    }

    Dims Last(int rank) => Dims.Create([.. Enumerable.Range(rank - Axes, Axes).Select(i => (long)i)]);

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First | Reads.Second;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var (normal, inverse) = Normalize(b.Input(0));
        bool affine = b.InputCount == 3;
        Tensor? gx = null;
        if (b.Needs(0))
        {
            // Neither a shift nor a scaling of x changes the result: the gradient loses its mean and its part along x.
            var g = affine ? b.Grad * b.Input(1) : b.Grad;
            var axes = Last(normal.Rank);
            gx = inverse * (g - g.Mean(axes, keepDims: true) - normal * (g * normal).Mean(axes, keepDims: true));
        }
        if (!affine) return [gx];
        return [gx, b.Needs(1) ? (b.Grad * normal).SumTo(b.InputSpec(1).Shape) : null, b.Needs(2) ? b.Grad.SumTo(b.InputSpec(2).Shape) : null];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.RunFirst(this);
}
