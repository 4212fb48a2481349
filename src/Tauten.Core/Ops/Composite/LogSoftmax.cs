namespace Tauten.Ops;

/// <summary>x - log(sum(exp(x))) along <paramref name="Axis"/>: the logarithm of <see cref="Softmax"/> without its loss of precision.</summary>
public sealed record LogSoftmax(int Axis) : CompositeOp
{
    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var shifted = x[0] - x[0].Max(Axis, keepDims: true);
        return shifted - shifted.Exp().Sum(Axis, keepDims: true).Log();
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [b.Grad - b.Output.Exp() * b.Grad.Sum(Axis, keepDims: true)];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(new LogSoftmax(x.Sample(0).Shape.Axis(Axis, Name()) + 1));
}
