namespace Tauten.Ops;

/// <summary>A comparison of each pair of broadcast elements of one dtype, answered by a bool.</summary>
public abstract record ComparisonOp : BinaryOp
{
    /// <inheritdoc/>
    protected internal override TensorSpec Infer(TensorSpec a, TensorSpec b)
    {
        Expect.SameDType(this, a, b);
        return new(DType.Bool, Shape.Broadcast(a.Shape, b.Shape, Name()));
    }

    /// <inheritdoc/>
    public sealed override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public sealed override Tensor?[] Gradient(Backward b) => [null, null];
}

/// <summary>Whether a = b. NaN equals nothing. Dtypes: any.</summary>
public sealed record Equal : ComparisonOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Binary("Equal");

    internal static readonly Equal Instance = new();
}

/// <summary>Whether a differs from b. NaN differs from everything. Dtypes: any.</summary>
public sealed record NotEqual : ComparisonOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("Not", OnnxForm.Binary("Equal"))];

    internal static readonly NotEqual Instance = new();
}

/// <summary>Whether a &lt; b. False where either is NaN. Dtypes: any.</summary>
public sealed record Less : ComparisonOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Binary("Less");

    internal static readonly Less Instance = new();
}

/// <summary>Whether a &lt;= b. False where either is NaN. Dtypes: any.</summary>
public sealed record LessEqual : ComparisonOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Binary("LessOrEqual");

    internal static readonly LessEqual Instance = new();
}

/// <summary>Whether a &gt; b. False where either is NaN. Dtypes: any.</summary>
public sealed record Greater : ComparisonOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Binary("Greater");

    internal static readonly Greater Instance = new();
}

/// <summary>Whether a &gt;= b. False where either is NaN. Dtypes: any.</summary>
public sealed record GreaterEqual : ComparisonOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Binary("GreaterOrEqual");

    internal static readonly GreaterEqual Instance = new();
}
