namespace Tauten.Ops;

/// <summary>a + b. Integers wrap around. Dtypes: numbers.</summary>
public sealed record Add : NumericBinaryOp
{
    internal static readonly Add Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Binary("Add");

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [b.Needs(0) ? b.Grad.SumTo(b.InputSpec(0).Shape) : null, b.Needs(1) ? b.Grad.SumTo(b.InputSpec(1).Shape) : null];
}

/// <summary>a - b. Integers wrap around. Dtypes: numbers.</summary>
public sealed record Sub : NumericBinaryOp
{
    internal static readonly Sub Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Binary("Sub");

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [b.Needs(0) ? b.Grad.SumTo(b.InputSpec(0).Shape) : null, b.Needs(1) ? (-b.Grad).SumTo(b.InputSpec(1).Shape) : null];
}

/// <summary>a * b. Integers wrap around. Dtypes: numbers.</summary>
public sealed record Mul : NumericBinaryOp
{
    internal static readonly Mul Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Binary("Mul");

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) =>
        [b.Needs(0) ? (b.Grad * b.Input(1)).SumTo(b.InputSpec(0).Shape) : null, b.Needs(1) ? (b.Grad * b.Input(0)).SumTo(b.InputSpec(1).Shape) : null];
}

/// <summary>a / b. Integers are divided towards zero, as in C#; an integer divided by zero gives 0. Dtypes: numbers.</summary>
public sealed record Div : NumericBinaryOp
{
    internal static readonly Div Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Binary("Div");

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) =>
        [
            b.Needs(0) ? (b.Grad / b.Input(1)).SumTo(b.InputSpec(0).Shape) : null,
            b.Needs(1) ? (-b.Grad * b.Input(0) / b.Input(1).Square()).SumTo(b.InputSpec(1).Shape) : null,
        ];
}

/// <summary>
/// a to the power b. 0^0 = 1; a negative base with a fractional exponent gives NaN. Integers wrap around; a negative integer exponent gives 0 unless |a| is 1. Dtypes: numbers.
/// </summary>
public sealed record Pow : NumericBinaryOp
{
    internal static readonly Pow Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Binary("Pow");

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        var (x, y) = (b.Input(0), b.Input(1));
        // b * a^(b-1) is 0 * infinity at a = 0, b = 0, where the derivative is 0.
        var gx = b.Needs(0) ? (b.Grad * Tensor.Where(y.EqualTo(0), 0, y * x.Pow(y - 1))).SumTo(x.Shape) : null;
        // At a = 0 the derivative with respect to the exponent is 0 for b >= 0, but log gives -infinity there.
        var gy = b.Needs(1) ? (b.Grad * Tensor.Where(x.EqualTo(0) & (y >= 0), 0, x.Pow(y) * x.Log())).SumTo(y.Shape) : null;
        return [gx, gy];
    }
}

/// <summary>The larger of a and b; NaN if either is. At a tie, each takes half of the gradient. Dtypes: numbers.</summary>
public sealed record Maximum : NumericBinaryOp
{
    internal static readonly Maximum Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Binary("Max");

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => Share(b, b.Input(0) > b.Input(1));

    // Half to each where they are equal, all to the chosen one elsewhere.
    internal static Tensor?[] Share(Backward b, Tensor first)
    {
        var weight = Tensor.Where(b.Input(0).EqualTo(b.Input(1)), 0.5, first.To(b.Grad.DType));
        return [b.Needs(0) ? (b.Grad * weight).SumTo(b.InputSpec(0).Shape) : null, b.Needs(1) ? (b.Grad * (1 - weight)).SumTo(b.InputSpec(1).Shape) : null];
    }
}

/// <summary>The smaller of a and b; NaN if either is. At a tie, each takes half of the gradient. Dtypes: numbers.</summary>
public sealed record Minimum : NumericBinaryOp
{
    internal static readonly Minimum Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Binary("Min");

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => Maximum.Share(b, b.Input(0) < b.Input(1));
}

/// <summary>a - floor(a / b) * b: the remainder with the sign of b. An integer modulo zero gives 0. Dtypes: numbers.</summary>
public sealed record Remainder : NumericBinaryOp
{
    // The remainder with the sign of the dividend, moved to that of the divisor.
    internal override Tensor[]? Spelled(ReadOnlySpan<Tensor> x)
    {
        var rest = x[0].Fmod(x[1]);
        return [Tensor.Where(rest.NotEqualTo(0) & (rest < 0).NotEqualTo(x[1] < 0), rest + x[1], rest)];
    }

    internal static readonly Remainder Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => x[0].DType.IsFloating() ? null : OnnxForm.Binary("Mod");

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) =>
        [b.Needs(0) ? b.Grad.SumTo(b.InputSpec(0).Shape) : null, b.Needs(1) ? (-b.Grad * (b.Input(0) / b.Input(1)).Floor()).SumTo(b.InputSpec(1).Shape) : null];
}

/// <summary>The angle of the point (b, a) in radians, in [-pi, pi]. Dtypes: floating-point.</summary>
public sealed record Atan2 : NumericBinaryOp
{
    // Infinite coordinates are left to the op itself: their quotient is no number.
    internal override Tensor[]? Spelled(ReadOnlySpan<Tensor> x)
    {
        Tensor y = x[0], along = x[1], angle = (y / along).Atan();
        var turned = Tensor.Where(along < 0, Tensor.Where(Dispatch.Run(Signbit.Instance, y), angle - Math.PI, angle + Math.PI), angle);
        return [Tensor.Where((y * 0).EqualTo(y) & (along * 0).EqualTo(along), y * 0, turned)];
    }

    internal static readonly Atan2 Instance = new();

    /// <inheritdoc/>
    protected internal override TensorSpec Infer(TensorSpec a, TensorSpec b)
    {
        Expect.Floating(this, a);
        return base.Infer(a, b);
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        var (y, x) = (b.Input(0), b.Input(1));
        var scale = b.Grad / (x.Square() + y.Square());
        return [b.Needs(0) ? (scale * x).SumTo(y.Shape) : null, b.Needs(1) ? (-scale * y).SumTo(x.Shape) : null];
    }
}
