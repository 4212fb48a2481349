namespace Tauten.Ops;

/// <summary>
/// Each element is set to 0 with probability <paramref name="Rate"/>, and the others are divided by 1 - Rate (Srivastava et al., 2014). The second
/// input is a random key: the gradient draws the same mask again, so none is kept. Dtypes: floating-point; key uint64.
/// </summary>
public sealed record Dropout(double Rate) : CompositeOp
{
    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Count(x, 2, this);
        Expect.Floating(this, x[0]);
        RandomBits.CheckKey(this, x[1..]);
        if (!(Rate >= 0 && Rate <= 1)) throw new ShapeException($"Dropout: expected a rate of 0 to 1. Received: {Rate}.");
        return x[0];
    }

    /// <inheritdoc/>
    internal override (Op Op, int[] From)? Again(int output, ReadOnlySpan<TensorSpec> x) => Itself(output, x);

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        if (Rate == 1) return x[0] * 0;
        // Always drawn in float32, so that all dtypes drop the same elements.
        var keep = Dispatch.Run(new RandomUniform(x[0].Shape, DType.Float32), x[1]) >= Rate;
        return Tensor.Where(keep, x[0] * (1 / (1 - Rate)), 0);
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Second;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [Dispatch.Run(this, b.Grad, b.Input(1)), null];
}
