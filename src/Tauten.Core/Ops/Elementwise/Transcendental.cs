namespace Tauten.Ops;

/// <summary>exp(x). Dtypes: floating-point.</summary>
public sealed record Exp : UnaryOp
{
    internal static readonly Exp Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Exp");

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * b.Output;
}

/// <summary>exp(x) - 1, accurate near 0. Dtypes: floating-point.</summary>
public sealed record Expm1 : UnaryOp
{
    internal static readonly Expm1 Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("Sub", [OnnxForm.Unary("Exp")[0], OnnxForm.Constant(1, x[0].DType)])];

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * (b.Output + 1);
}

/// <summary>The natural logarithm; -infinity at 0, NaN below. Dtypes: floating-point.</summary>
public sealed record Log : UnaryOp
{
    internal static readonly Log Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Log");

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad / b.Input(0);
}

/// <summary>log(1 + x), accurate near 0. Dtypes: floating-point.</summary>
public sealed record Log1p : UnaryOp
{
    internal static readonly Log1p Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("Log", [OnnxForm.Of("Add", [OnnxForm.X(), OnnxForm.Constant(1, x[0].DType)])])];

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad / (b.Input(0) + 1);
}

/// <summary>The sine of x in radians. Dtypes: floating-point.</summary>
public sealed record Sin : UnaryOp
{
    internal static readonly Sin Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Sin");

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * b.Input(0).Cos();
}

/// <summary>The cosine of x in radians. Dtypes: floating-point.</summary>
public sealed record Cos : UnaryOp
{
    internal static readonly Cos Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Cos");

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => -b.Grad * b.Input(0).Sin();
}

/// <summary>The tangent of x in radians. Dtypes: floating-point.</summary>
public sealed record Tan : UnaryOp
{
    internal static readonly Tan Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Tan");

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * (1 + b.Output.Square());
}

/// <summary>The arc sine, in radians; NaN outside of [-1, 1]. Dtypes: floating-point.</summary>
public sealed record Asin : UnaryOp
{
    internal static readonly Asin Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Asin");

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * (1 - b.Input(0).Square()).Rsqrt();
}

/// <summary>The arc cosine, in radians; NaN outside of [-1, 1]. Dtypes: floating-point.</summary>
public sealed record Acos : UnaryOp
{
    internal static readonly Acos Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Acos");

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => -b.Grad * (1 - b.Input(0).Square()).Rsqrt();
}

/// <summary>The arc tangent, in radians. Dtypes: floating-point.</summary>
public sealed record Atan : UnaryOp
{
    internal static readonly Atan Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Atan");

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad / (1 + b.Input(0).Square());
}

/// <summary>The hyperbolic sine, (exp(x) - exp(-x)) / 2. Dtypes: floating-point.</summary>
public sealed record Sinh : UnaryOp
{
    internal static readonly Sinh Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Sinh");

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * b.Input(0).Cosh();
}

/// <summary>The hyperbolic cosine, (exp(x) + exp(-x)) / 2. Dtypes: floating-point.</summary>
public sealed record Cosh : UnaryOp
{
    internal static readonly Cosh Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Cosh");

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * b.Input(0).Sinh();
}

/// <summary>The hyperbolic tangent. Dtypes: floating-point.</summary>
public sealed record Tanh : UnaryOp
{
    internal static readonly Tanh Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Tanh");

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * (1 - b.Output.Square());
}

/// <summary>The inverse hyperbolic sine. Dtypes: floating-point.</summary>
public sealed record Asinh : UnaryOp
{
    internal static readonly Asinh Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Asinh");

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * (b.Input(0).Square() + 1).Rsqrt();
}

/// <summary>The inverse hyperbolic cosine; NaN below 1. Dtypes: floating-point.</summary>
public sealed record Acosh : UnaryOp
{
    internal static readonly Acosh Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Acosh");

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * (b.Input(0).Square() - 1).Rsqrt();
}

/// <summary>The inverse hyperbolic tangent; NaN outside of [-1, 1]. Dtypes: floating-point.</summary>
public sealed record Atanh : UnaryOp
{
    internal static readonly Atanh Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Atanh");

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad / (1 - b.Input(0).Square());
}
