namespace Tauten.Ops;

/// <summary>x limited to [Low, High]; NaN stays NaN. The derivative is 1 between the limits, and 0 at them and beyond, unlike that of <see cref="Clamp"/>. Dtypes: floating-point.</summary>
public sealed record Hardtanh(double Low, double High) : CompositeOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Clip(Low, High, x[0].DType);

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        if (Low > High) throw new ShapeException($"Hardtanh: the lower limit {Low} is above the upper limit {High}.");
        return Tensor.Where(x[0] <= Low, Low, Tensor.Where(x[0] >= High, High, x[0]));
    }

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [Tensor.Where((b.Input(0) > Low) & (b.Input(0) < High), b.Grad, 0)];
}

/// <summary>min(max(x + 3, 0), 6) / 6 (Howard et al.: "Searching for MobileNetV3", 2019). The derivative at -3 and 3 is taken as 0. Dtypes: floating-point.</summary>
public sealed record Hardsigmoid : CompositeOp
{
    internal static readonly Hardsigmoid Instance = new();

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        return (x[0] + 3).Clamp(0, 6) * (1.0 / 6);
    }

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [Tensor.Where((b.Input(0) > -3) & (b.Input(0) < 3), b.Grad * (1.0 / 6), 0)];
}

/// <summary>
/// x * min(max(x + 3, 0), 6) / 6: close to <see cref="Silu"/>, without an exponential (Howard et al.: "Searching for MobileNetV3", 2019). The derivative at -3 is taken as 0, at 3 as 1.
/// Dtypes: floating-point.
/// </summary>
public sealed record Hardswish : CompositeOp
{
    internal static readonly Hardswish Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Unary("HardSwish")[0].From(14)];

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        return x[0] * (x[0] + 3).Clamp(0, 6) * (1.0 / 6);
    }

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var x = b.Input(0);
        return [b.Grad * Tensor.Where(x <= -3, 0, Tensor.Where(x >= 3, 1, x * (1.0 / 3) + 0.5))];
    }
}

/// <summary>x where |x| is above Limit, 0 elsewhere; NaN stays NaN. Dtypes: floating-point.</summary>
public sealed record Hardshrink(double Limit) : CompositeOp
{
    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        return Tensor.Where(x[0].Abs() <= Limit, 0, x[0]);
    }
}

/// <summary>x moved towards 0 by Limit, and 0 where |x| is at most Limit; NaN stays NaN. Dtypes: floating-point.</summary>
public sealed record Softshrink(double Limit) : CompositeOp
{
    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        return x[0] - x[0].Clamp(-Limit, Limit);
    }

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [Tensor.Where(b.Input(0).Abs() <= Limit, 0, b.Grad)];
}
