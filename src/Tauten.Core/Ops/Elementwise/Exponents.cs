namespace Tauten.Ops;

/// <summary>2 to the power x; exact where x is an integer. Dtypes: floating-point.</summary>
public sealed record Exp2 : UnaryOp
{
    internal static readonly Exp2 Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("Pow", [OnnxForm.Constant(2, x[0].DType), OnnxForm.X()])];

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * b.Output * Math.Log(2);
}

/// <summary>The logarithm to base 2; exact for powers of two, -infinity at 0, NaN below. Dtypes: floating-point.</summary>
public sealed record Log2 : UnaryOp
{
    internal static readonly Log2 Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("Div", [OnnxForm.Unary("Log")[0], OnnxForm.Constant(Math.Log(2), x[0].DType)])];

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad / (b.Input(0) * Math.Log(2));
}

/// <summary>The logarithm to base 10; exact for powers of ten, -infinity at 0, NaN below. Dtypes: floating-point.</summary>
public sealed record Log10 : UnaryOp
{
    internal static readonly Log10 Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("Div", [OnnxForm.Unary("Log")[0], OnnxForm.Constant(Math.Log(10), x[0].DType)])];

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad / (b.Input(0) * Math.Log(10));
}

/// <summary>The integer e of x = m 2^e with |m| within [0.5, 1), in the dtype of x; 0 for zeros, infinities and NaN. Dtypes: floating-point.</summary>
public sealed record BinaryExponent : UnaryOp
{
    internal static readonly BinaryExponent Instance = new();

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    protected override Tensor? Derivative(Backward b) => null;
}

/// <summary>Whether the bit of the sign is set: for negative numbers, -0 and NaN with a sign. Dtypes: floating-point.</summary>
public sealed record Signbit : PredicateOp
{
    internal static readonly Signbit Instance = new();

    // The reciprocal of -0 is negative; the sign of NaN is not kept.
    internal override Tensor[]? Spelled(ReadOnlySpan<Tensor> x) => [(x[0] < 0) | (x[0].EqualTo(0) & (x[0].Reciprocal() < 0))];
}
