namespace Tauten.Ops;

/// <summary>exp(x) / sum(exp(x)) along <paramref name="Axis"/>, shifted by the largest value so that it cannot overflow. Dtypes: floating-point.</summary>
public sealed record Softmax(int Axis) : CompositeOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Softmax", ("axis", (long)Axis));

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var e = (x[0] - x[0].Max(Axis, keepDims: true)).Exp();
        return e / e.Sum(Axis, keepDims: true);
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [Dispatch.Run(new SoftmaxGradient(Axis), b.Grad, b.Output)];          // shorter than the derived one

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(new Softmax(x.Sample(0).Shape.Axis(Axis, Name()) + 1));
}

/// <summary>y (g - sum(g y)) along <paramref name="Axis"/>: the gradient of <see cref="Softmax"/>, from that of its result and the result. Inputs: g, y. Dtypes: floating-point.</summary>
public sealed record SoftmaxGradient(int Axis) : CompositeOp
{
    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        return x[1] * (x[0] - (x[0] * x[1]).Sum(Axis, keepDims: true));
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(new SoftmaxGradient(x.Sample(0).Shape.Axis(Axis, Name()) + 1));
}
