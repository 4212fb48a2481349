namespace Tauten.Ops;

/// <summary>x - log(sum(exp(x))) along <paramref name="Axis"/>: the logarithm of <see cref="Softmax"/> without its loss of precision. Dtypes: floating-point.</summary>
public sealed record LogSoftmax(int Axis) : CompositeOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("LogSoftmax", ("axis", (long)Axis));

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var shifted = x[0] - x[0].Max(Axis, keepDims: true);
        return shifted - shifted.Exp().Sum(Axis, keepDims: true).Log();
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [Dispatch.Run(new LogSoftmaxGradient(Axis), b.Grad, b.Output)];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(new LogSoftmax(x.Sample(0).Shape.Axis(Axis, Name()) + 1));
}

/// <summary>
/// g - exp(y) sum(g) along <paramref name="Axis"/>: the gradient of <see cref="LogSoftmax"/>, from that of its result and the result. Inputs: g, y. Dtypes: floating-point.
/// </summary>
public sealed record LogSoftmaxGradient(int Axis) : CompositeOp
{
    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x) => x[0] - x[1].Exp() * x[0].Sum(Axis, keepDims: true);

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(new LogSoftmaxGradient(x.Sample(0).Shape.Axis(Axis, Name()) + 1));
}
