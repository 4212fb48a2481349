namespace Tauten.Ops;

/// <summary>x * tanh(log(1 + exp(x))) (Misra: "Mish: A Self Regularized Non-Monotonic Activation Function", 2019). Dtypes: floating-point.</summary>
public sealed record Mish : CompositeOp
{
    internal static readonly Mish Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Unary("Mish")[0].From(18)];

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x) => x[0] * x[0].Softplus().Tanh();

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var x = b.Input(0);
        var tanh = x.Softplus().Tanh();
        return [b.Grad * (tanh + x * (1 - tanh.Square()) * x.Sigmoid())];
    }
}

/// <summary>
/// 1.0507 x where x is positive, 1.0507 * 1.6733 (exp(x) - 1) elsewhere: the constants for which mean 0 and variance 1 are a fixed point (Klambauer et al.: "Self-Normalizing Neural
/// Networks", 2017). Dtypes: floating-point.
/// </summary>
public sealed record Selu : CompositeOp
{
    const double Scale = 1.0507009873554804934193349852946, Alpha = 1.6732632423543772848170429916717;

    internal static readonly Selu Instance = new();

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        return Tensor.Where(x[0] > 0, x[0] * Scale, x[0].Minimum(0).Expm1() * (Scale * Alpha));
    }

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [b.Grad * Tensor.Where(b.Input(0) > 0, Scale, b.Input(0).Minimum(0).Exp() * (Scale * Alpha))];
}

/// <summary>
/// x where it is positive, Alpha (exp(x / Alpha) - 1) elsewhere: <see cref="Elu"/> with a continuous derivative (Barron: "Continuously Differentiable Exponential Linear Units", 2017).
/// Dtypes: floating-point.
/// </summary>
public sealed record Celu(double Alpha) : CompositeOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => x[0].DType == DType.Float32 ? OnnxForm.Unary("Celu", ("alpha", Alpha)) : null;

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        return Tensor.Where(x[0] > 0, x[0], (x[0].Minimum(0) / Alpha).Expm1() * Alpha);
    }

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [b.Grad * Tensor.Where(b.Input(0) > 0, 1, (b.Input(0).Minimum(0) / Alpha).Exp())];
}

/// <summary>x / (1 + |x|). Dtypes: floating-point.</summary>
public sealed record Softsign : CompositeOp
{
    internal static readonly Softsign Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Softsign");

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        return x[0] / (x[0].Abs() + 1);
    }

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [b.Grad / (b.Input(0).Abs() + 1).Square()];
}

/// <summary>log(1 / (1 + exp(-x))), computed as min(x, 0) - log(1 + exp(-|x|)) so that it neither overflows nor loses small results. Dtypes: floating-point.</summary>
public sealed record LogSigmoid : CompositeOp
{
    internal static readonly LogSigmoid Instance = new();

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x) => -(-x[0]).Softplus();

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [b.Grad * (-b.Input(0)).Sigmoid()];
}
