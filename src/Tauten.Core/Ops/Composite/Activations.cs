namespace Tauten.Ops;

/// <summary>x * sigmoid(x) (Ramachandran, Zoph, Le: "Searching for Activation Functions", 2017). Dtypes: floating-point.</summary>
public sealed record Silu : CompositeOp
{
    internal static readonly Silu Instance = new();

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x) => x[0] * x[0].Sigmoid();
}

/// <summary>
/// x times the probability that a standard normal variable is below x, x/2 (1 + erf(x / sqrt 2)); or its approximation
/// x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) (Hendrycks, Gimpel: "Gaussian Error Linear Units", 2016). Dtypes: floating-point.
/// </summary>
public sealed record Gelu(bool Approximate) : CompositeOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Unary("Gelu", ("approximate", Approximate ? "tanh" : "none"))[0].From(20)];

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x) => x[0] * 0.5 * (1 + (Approximate ? Inner(x[0]).Tanh() : (x[0] * Math.Sqrt(0.5)).Erf()));

    static Tensor Inner(Tensor x) => (x + x * x.Square() * 0.044715) * Math.Sqrt(2 / Math.PI);

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var x = b.Input(0);
        if (!Approximate)
        {
            var density = (x.Square() * -0.5).Exp() * (1 / Math.Sqrt(2 * Math.PI));
            return [b.Grad * (0.5 * (1 + (x * Math.Sqrt(0.5)).Erf()) + x * density)];
        }
        var tanh = Inner(x).Tanh();
        var slope = (1 + x.Square() * (3 * 0.044715)) * Math.Sqrt(2 / Math.PI);
        return [b.Grad * (0.5 * (1 + tanh) + 0.5 * x * (1 - tanh.Square()) * slope)];
    }
}

/// <summary>log(1 + exp(x)), computed as max(x, 0) + log(1 + exp(-|x|)) so that it cannot overflow. Dtypes: floating-point.</summary>
public sealed record Softplus : CompositeOp
{
    internal static readonly Softplus Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Softplus");

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x) => x[0].Relu() + (-x[0].Abs()).Exp().Log1p();

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [b.Grad * b.Input(0).Sigmoid()];
}

/// <summary>x where it is positive, Slope * x elsewhere. Dtypes: floating-point.</summary>
public sealed record LeakyRelu(double Slope) : CompositeOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("LeakyRelu", ("alpha", Slope));

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x) => Tensor.Where(x[0] > 0, x[0], x[0] * Slope);
}

/// <summary>x where it is positive, Alpha (exp(x) - 1) elsewhere (Clevert, Unterthiner, Hochreiter, 2015). Dtypes: floating-point.</summary>
public sealed record Elu(double Alpha) : CompositeOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Elu", ("alpha", Alpha));

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x) => Tensor.Where(x[0] > 0, x[0], x[0].Minimum(0).Expm1() * Alpha);

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [b.Grad * Tensor.Where(b.Input(0) > 0, 1, b.Input(0).Minimum(0).Exp() * Alpha)];
}

/// <summary>x limited to [Low, High]; NaN stays NaN. The gradient flows where the limits do not bind, the limits themselves included. Dtypes: numbers.</summary>
public sealed record Clamp(double Low, double High) : CompositeOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Clip(Low, High, x[0].DType);

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        if (x[0].DType == DType.Bool) throw Expect.DType(this, x[0].DType, "a numeric dtype");
        if (Low > High) throw new ShapeException($"Clamp: the lower limit {Low} is above the upper limit {High}.");
        // A limit that no element can pass is left out: in an integer type it would wrap around.
        var (lowest, highest) = x[0].DType.Range();
        var y = Low <= lowest ? x[0] : x[0].Maximum(Math.Min(Low, highest));
        return High >= highest ? y : y.Minimum(Math.Max(High, lowest));
    }

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [Tensor.Where((b.Input(0) >= Low) & (b.Input(0) <= High), b.Grad, 0)];
}
