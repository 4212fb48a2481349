namespace Tauten.Ops;

/// <summary>1 - erf(x), accurate where that difference would not be: down to erfc(26) = 5.7e-296 in float64. Dtypes: floating-point.</summary>
public sealed record Erfc : UnaryOp
{
    internal static readonly Erfc Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("Sub", [OnnxForm.Constant(1, x[0].DType), OnnxForm.Unary("Erf")[0]])];

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * (-b.Input(0).Square()).Exp() * (-2 / Math.Sqrt(Math.PI));
}

/// <summary>exp(x^2) erfc(x), the scaled complementary error function: about 1 / (x sqrt(pi)) for large x, where erfc itself has vanished. Dtypes: floating-point.</summary>
public sealed record Erfcx : UnaryOp
{
    internal static readonly Erfcx Instance = new();

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First | Reads.Output;

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * (b.Input(0) * b.Output * 2 - 2 / Math.Sqrt(Math.PI));
}

/// <summary>The y with erf(y) = x: infinite at -1 and 1, NaN beyond. Dtypes: floating-point.</summary>
public sealed record Erfinv : UnaryOp
{
    internal static readonly Erfinv Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * b.Output.Square().Exp() * (Math.Sqrt(Math.PI) / 2);
}

/// <summary>The quantile of the normal distribution, the y with ndtr(y) = x: infinite at 0 and 1, NaN outside of [0, 1]. Dtypes: floating-point.</summary>
public sealed record Ndtri : UnaryOp
{
    internal static readonly Ndtri Instance = new();

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * (b.Output.Square() * 0.5).Exp() * Math.Sqrt(2 * Math.PI);
}
