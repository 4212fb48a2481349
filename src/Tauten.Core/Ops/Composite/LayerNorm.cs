namespace Tauten.Ops;

/// <summary>
/// (x - mean) / sqrt(variance + Epsilon), with mean and (biased) variance taken over the last <paramref name="Axes"/> axes for each position of the
/// axes in front; then times a weight plus a bias of the shape of those axes, if they are given (Ba, Kiros, Hinton: "Layer Normalization", 2016). Dtypes: floating-point.
/// </summary>
/// <param name="Axes">How many axes at the end are normalized together.</param>
/// <param name="Epsilon">Added to the variance, so that a constant row does not divide by zero.</param>
public sealed record LayerNorm(int Axes, double Epsilon) : CompositeOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.WideRange;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => x.Length == 3 ? [OnnxForm.Of("LayerNormalization", [OnnxForm.X(), OnnxForm.X(1), OnnxForm.X(2)], ("axis", (long)-Axes), ("epsilon", Epsilon)).From(17)] : null;

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
    internal override (Op Op, int[] From)? Again(int output, ReadOnlySpan<TensorSpec> x) => Itself(output, x);

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var (normal, _) = Normalize(x[0], Axes, Epsilon);
        return x.Length == 1 ? normal : normal * x[1] + x[2];
    }

    internal static (Tensor Normal, Tensor Inverse) Normalize(Tensor x, int axes, double epsilon)
    {
        var centered = x - x.Mean(Last(x.Rank, axes), keepDims: true);
        var inverse = (centered.Square().Mean(Last(x.Rank, axes), keepDims: true) + epsilon).Rsqrt();
        return (centered * inverse, inverse);
    }

    internal static Dims Last(int rank, int axes) => Dims.Create([.. Enumerable.Range(rank - axes, axes).Select(i => (long)i)]);

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First | Reads.Second;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var gradient = new LayerNormGradient(Axes, Epsilon);
        return b.InputCount == 1 ? [Dispatch.Run(gradient, b.Grad, b.Input(0))] : Dispatch.RunAll(gradient, b.Grad, b.Input(0), b.Input(1));
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.RunFirst(this);
}

/// <summary>
/// The gradients of <see cref="LayerNorm"/> for its input and, where there is a weight, for weight and bias, from the gradient of its result. Inputs: that
/// gradient, the input, the weight if there is one. Dtypes: floating-point.
/// </summary>
public sealed record LayerNormGradient(int Axes, double Epsilon) : CompositeOp
{
    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        var (normal, inverse) = LayerNorm.Normalize(x[1], Axes, Epsilon);
        // Neither a shift nor a scaling of x changes the result: the gradient loses its mean and its part along x.
        var g = x.Length == 3 ? x[0] * x[2] : x[0];
        var axes = LayerNorm.Last(normal.Rank, Axes);
        var gx = inverse * (g - g.Mean(axes, keepDims: true) - normal * (g * normal).Mean(axes, keepDims: true));
        return x.Length == 2 ? [gx] : [gx, (x[0] * normal).SumTo(x[2].Shape), x[0].SumTo(x[2].Shape)];
    }

    // The gradient of a weight is a sum over what stands in front, of which the samples are no part.
    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Count == 2 ? x.Run(this) : null;
}
