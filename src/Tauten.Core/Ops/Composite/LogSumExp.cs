namespace Tauten.Ops;

/// <summary>log(sum(exp(x))) along axes, shifted by the largest value so that it cannot overflow. Dtypes: floating-point.</summary>
public sealed record LogSumExp(Dims Axes, bool KeepDims) : CompositeOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var largest = x[0].Max(Axes, keepDims: true);
        // A largest value of infinity must not become infinity - infinity.
        var shift = Tensor.Where(largest.IsFinite(), largest, 0).Detach();
        var y = (x[0] - shift).Exp().Sum(Axes, keepDims: true).Log() + shift;
        return KeepDims ? y : y.Squeeze(Axes);
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Inputs | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var (g, y) = KeepDims ? (b.Grad, b.Output) : (b.Grad.Unsqueeze(Axes), b.Output.Unsqueeze(Axes));
        return [g * (b.Input(0) - y).Exp()];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this with { Axes = Batch.Shift(Axes) });
}
