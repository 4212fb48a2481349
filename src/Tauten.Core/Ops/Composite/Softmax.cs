namespace Tauten.Ops;

/// <summary>exp(x) / sum(exp(x)) along <paramref name="Axis"/>, shifted by the largest value so that it cannot overflow.</summary>
public sealed record Softmax(int Axis) : CompositeOp
{
    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var e = (x[0] - x[0].Max(Axis, keepDims: true)).Exp();
        return e / e.Sum(Axis, keepDims: true);
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)          // shorter than the derived one
    {
        var gy = b.Grad * b.Output;
        return [gy - b.Output * gy.Sum(Axis, keepDims: true)];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(new Softmax(x.Sample(0).Shape.Axis(Axis, Name()) + 1));
}
