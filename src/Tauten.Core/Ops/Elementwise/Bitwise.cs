namespace Tauten.Ops;

/// <summary>A bitwise op on integers; on bools the logical one, where it has a meaning.</summary>
public abstract record BitwiseOp : BinaryOp
{
    /// <inheritdoc/>
    protected internal override TensorSpec Infer(TensorSpec a, TensorSpec b) => !a.DType.IsFloating() ? base.Infer(a, b) : throw Expect.DType(this, a.DType, "bool or an integer dtype");

    /// <inheritdoc/>
    public sealed override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public sealed override Tensor?[] Gradient(Backward b) => [null, null];
}

/// <summary>A shift of an integer's bits.</summary>
public abstract record ShiftOp : BitwiseOp
{
    /// <inheritdoc/>
    protected internal override TensorSpec Infer(TensorSpec a, TensorSpec b) => a.DType.IsInteger() ? base.Infer(a, b) : throw Expect.DType(this, a.DType, "an integer dtype");
}

/// <summary>Bitwise and; of bools, whether both are true. Dtypes: integers, bool.</summary>
public sealed record And : BitwiseOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => x[0].DType == DType.Bool ? OnnxForm.Binary("And") : [OnnxForm.Binary("BitwiseAnd")[0].From(18)];

    internal static readonly And Instance = new();
}

/// <summary>Bitwise or; of bools, whether one is true. Dtypes: integers, bool.</summary>
public sealed record Or : BitwiseOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => x[0].DType == DType.Bool ? OnnxForm.Binary("Or") : [OnnxForm.Binary("BitwiseOr")[0].From(18)];

    internal static readonly Or Instance = new();
}

/// <summary>Bitwise exclusive or; of bools, whether exactly one is true. Dtypes: integers, bool.</summary>
public sealed record Xor : BitwiseOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => x[0].DType == DType.Bool ? OnnxForm.Binary("Xor") : [OnnxForm.Binary("BitwiseXor")[0].From(18)];

    internal static readonly Xor Instance = new();
}

/// <summary>a times 2^b, without the bits that leave the type; 0 when b is the number of bits or more. Dtypes: integers.</summary>
public sealed record ShiftLeft : ShiftOp
{
    internal static readonly ShiftLeft Instance = new();
}

/// <summary>a divided by 2^b, rounded towards negative infinity; the sign (or 0) when b is the number of bits or more. Dtypes: integers.</summary>
public sealed record ShiftRight : ShiftOp
{
    internal static readonly ShiftRight Instance = new();
}
