namespace Tauten.Ops;

/// <summary>The mean along axes. Dtypes: floating-point.</summary>
public sealed record Mean(Dims Axes, bool KeepDims) : CompositeOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => !x[0].DType.IsFloating() ? null : OnnxForm.Reduction("ReduceMean", Axes, KeepDims, opset);

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        Expect.Floating(this, spec);
        return new TensorSpec(spec.DType, ReductionOp.Reduce(spec.Shape, Axes, KeepDims, Name()));
    }

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x) => x[0].Sum(Axes, KeepDims).DividedBy(x[0].SizeOf(Axes));

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var g = KeepDims ? b.Grad : b.Grad.Unsqueeze(Axes);
        var shape = b.InputSpec(0).Shape;
        return [g.DividedBy(Tensor.SizeOf(shape, Axes)).BroadcastTo(shape)];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this with { Axes = Batch.Shift(Axes) });
}

/// <summary>The variance along axes: the sum of squared distances from the mean, divided by the number of elements less <paramref name="Correction"/>. Dtypes: floating-point.</summary>
public sealed record Variance(Dims Axes, double Correction, bool KeepDims) : CompositeOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        var distance = x[0] - x[0].Mean(Axes, keepDims: true);
        return distance.Square().Sum(Axes, KeepDims).DividedBy(x[0].SizeOf(Axes), Correction);
    }

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var g = KeepDims ? b.Grad : b.Grad.Unsqueeze(Axes);
        return [(b.Input(0) - b.Input(0).Mean(Axes, keepDims: true)) * (g * 2).DividedBy(Tensor.SizeOf(b.InputSpec(0).Shape, Axes), Correction)];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this with { Axes = Batch.Shift(Axes) });
}

/// <summary>The square root of the <see cref="Variance"/>. Dtypes: floating-point.</summary>
public sealed record StandardDeviation(Dims Axes, double Correction, bool KeepDims) : CompositeOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x) => x[0].Var(Axes, Correction, KeepDims).Sqrt();

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this with { Axes = Batch.Shift(Axes) });
}

/// <summary>(sum |x|^Order)^(1/Order) along axes; the largest magnitude for infinity, the number of elements other than 0 for 0. At 0 the gradient is 0. Dtypes: floating-point.</summary>
public sealed record Norm(double Order, Dims Axes, bool KeepDims) : CompositeOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        var magnitude = x[0].Abs();
        return Order switch
        {
            0 => x[0].NotEqualTo(0).To(x[0].DType).Sum(Axes, KeepDims),
            1 => magnitude.Sum(Axes, KeepDims),
            2 => x[0].Square().Sum(Axes, KeepDims).Sqrt(),
            double.PositiveInfinity => magnitude.Max(Axes, KeepDims),
            double.NegativeInfinity => magnitude.Min(Axes, KeepDims),
            _ => magnitude.Pow(Order).Sum(Axes, KeepDims).Pow(1 / Order),
        };
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Inputs | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var x = b.Input(0);
        var (g, y) = KeepDims ? (b.Grad, b.Output) : (b.Grad.Unsqueeze(Axes), b.Output.Unsqueeze(Axes));
        if (Order == 0) return [null];
        if (Order == 1) return [g * x.Sign()];
        if (double.IsInfinity(Order))
        {
            var chosen = x.Abs().EqualTo(y).To(x.DType);
            return [g * x.Sign() * chosen / chosen.Sum(Axes, keepDims: true)];
        }
        // x |x|^(p-2) / y^(p-1), without a division of zero by zero.
        var safe = Tensor.Where(y.EqualTo(0), 1, y);
        var slope = Order == 2 ? x / safe : x.Sign() * Tensor.Where(x.EqualTo(0), 0, x.Abs().Pow(Order - 1)) / safe.Pow(Order - 1);
        return [Tensor.Where(y.EqualTo(0), 0, g * slope)];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this with { Axes = Batch.Shift(Axes) });
}
