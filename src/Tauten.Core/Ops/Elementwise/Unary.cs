namespace Tauten.Ops;

/// <summary>-x. Unsigned integers wrap around. Dtypes: numbers.</summary>
public sealed record Neg : NumericUnaryOp
{
    internal static readonly Neg Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Neg");

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => -b.Grad;
}

/// <summary>|x|. The derivative at 0 is taken as 0. Dtypes: numbers.</summary>
public sealed record Abs : NumericUnaryOp
{
    internal static readonly Abs Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Abs");

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * b.Input(0).Sign();
}

/// <summary>-1, 0 or 1 as x is negative, zero or positive; NaN stays NaN. Dtypes: numbers.</summary>
public sealed record Sign : NumericUnaryOp
{
    internal static readonly Sign Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Sign");

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    protected override Tensor? Derivative(Backward b) => null;
}

/// <summary>x * x. Dtypes: numbers.</summary>
public sealed record Square : NumericUnaryOp
{
    internal static readonly Square Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("Mul", [OnnxForm.X(), OnnxForm.X()])];

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * b.Input(0) * 2;
}

/// <summary>max(x, 0). The derivative at 0 is taken as 0. Dtypes: numbers.</summary>
public sealed record Relu : NumericUnaryOp
{
    internal static readonly Relu Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Relu");

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => Tensor.Where(b.Output > 0, b.Grad, 0);
}

/// <summary>The square root; NaN below zero. Dtypes: floating-point.</summary>
public sealed record Sqrt : UnaryOp
{
    internal static readonly Sqrt Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Sqrt");

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * 0.5 / b.Output;
}

/// <summary>1 / sqrt(x). Dtypes: floating-point.</summary>
public sealed record Rsqrt : UnaryOp
{
    internal static readonly Rsqrt Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("Reciprocal", OnnxForm.Unary("Sqrt"))];

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * -0.5 * b.Output * b.Output * b.Output;
}

/// <summary>1 / x. Dtypes: floating-point.</summary>
public sealed record Reciprocal : UnaryOp
{
    internal static readonly Reciprocal Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Reciprocal");

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => -b.Grad * b.Output * b.Output;
}

/// <summary>1 / (1 + exp(-x)). Dtypes: floating-point.</summary>
public sealed record Sigmoid : UnaryOp
{
    internal static readonly Sigmoid Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Sigmoid");

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * b.Output * (1 - b.Output);
}

/// <summary>The error function, 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x. Dtypes: floating-point.</summary>
public sealed record Erf : UnaryOp
{
    internal static readonly Erf Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Erf");

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * (-b.Input(0).Square()).Exp() * (2 / Math.Sqrt(Math.PI));
}

/// <summary>The largest integer not above x. Dtypes: floating-point.</summary>
public sealed record Floor : UnaryOp
{
    internal static readonly Floor Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Floor");

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    protected override Tensor? Derivative(Backward b) => null;
}

/// <summary>The smallest integer not below x. Dtypes: floating-point.</summary>
public sealed record Ceiling : UnaryOp
{
    internal static readonly Ceiling Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Ceil");

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    protected override Tensor? Derivative(Backward b) => null;
}

/// <summary>The nearest integer, halves to the even one (IEEE 754). Dtypes: floating-point.</summary>
public sealed record Round : UnaryOp
{
    internal static readonly Round Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Round");

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    protected override Tensor? Derivative(Backward b) => null;
}

/// <summary>The integer part, towards zero. Dtypes: floating-point.</summary>
public sealed record Truncate : UnaryOp
{
    internal static readonly Truncate Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("Mul", [OnnxForm.Unary("Sign")[0], OnnxForm.Of("Floor", OnnxForm.Unary("Abs"))])];

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    protected override Tensor? Derivative(Backward b) => null;
}

/// <summary>Whether x is not a number. Dtypes: floating-point.</summary>
public sealed record IsNaN : PredicateOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("IsNaN");

    internal static readonly IsNaN Instance = new();
}

/// <summary>Whether x is positive or negative infinity. Dtypes: floating-point.</summary>
public sealed record IsInfinity : PredicateOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("IsInf");

    internal static readonly IsInfinity Instance = new();
}

/// <summary>Whether x is neither infinite nor NaN. Dtypes: floating-point.</summary>
public sealed record IsFinite : PredicateOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("Not", [OnnxForm.Of("Or", [OnnxForm.Unary("IsNaN")[0], OnnxForm.Unary("IsInf")[0]])])];

    internal static readonly IsFinite Instance = new();
}

/// <summary>Logical not of a bool, bitwise not of an integer. Dtypes: integers, bool.</summary>
public sealed record Not : UnaryOp
{
    internal static readonly Not Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary(x[0].DType == DType.Bool ? "Not" : "BitwiseNot") is var form && x[0].DType == DType.Bool ? form : [form[0].From(18)];

    /// <inheritdoc/>
    protected internal override TensorSpec Infer(TensorSpec x) => !x.DType.IsFloating() ? x : throw Expect.DType(this, x.DType, "bool or an integer dtype");

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    protected override Tensor? Derivative(Backward b) => null;
}
