namespace Tauten.Ops;

/// <summary>A binary op that only floating-point tensors have.</summary>
public abstract record FloatingBinaryOp : BinaryOp
{
    /// <inheritdoc/>
    protected internal override TensorSpec Infer(TensorSpec a, TensorSpec b)
    {
        Expect.Floating(this, a);
        return base.Infer(a, b);
    }

    /// <summary>The error of an op that has no gradient with respect to one of its arguments.</summary>
    private protected static GradientException NotDifferentiable(Op op, string argument) =>
        new($"{op} has no gradient with respect to {argument}. Detach that argument: call Detach() on it.");
}

/// <summary>
/// a - truncate(a / b) * b: the remainder with the sign of a, as C#'s %. An integer modulo zero gives 0. See <see cref="Remainder"/> for the one with the sign of b. Dtypes: numbers.
/// </summary>
public sealed record Fmod : NumericBinaryOp
{
    internal static readonly Fmod Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("Mod", [OnnxForm.X(), OnnxForm.X(1)], ("fmod", 1L))];

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) =>
        [b.Needs(0) ? b.Grad.SumTo(b.InputSpec(0).Shape) : null, b.Needs(1) ? (-b.Grad * (b.Input(0) / b.Input(1)).Truncate()).SumTo(b.InputSpec(1).Shape) : null];
}

/// <summary>The float32 or float64 number next to a in the direction of b; b where they are equal. It has no gradient. Dtypes: float32, float64.</summary>
public sealed record Nextafter : BinaryOp
{
    internal static readonly Nextafter Instance = new();

    /// <inheritdoc/>
    protected internal override TensorSpec Infer(TensorSpec a, TensorSpec b) =>
        a.DType is DType.Float32 or DType.Float64 ? base.Infer(a, b) : throw Expect.DType(this, a.DType, "float32 or float64");

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [null, null];
}

/// <summary>The greatest common divisor of two integers, never negative; of 0 and a number, its magnitude. Dtypes: integers.</summary>
public sealed record Gcd : BinaryOp
{
    internal static readonly Gcd Instance = new();

    /// <inheritdoc/>
    protected internal override TensorSpec Infer(TensorSpec a, TensorSpec b) => a.DType.IsInteger() ? base.Infer(a, b) : throw Expect.DType(this, a.DType, "an integer dtype");

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [null, null];
}
