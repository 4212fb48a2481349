namespace Tauten.Ops;

/// <summary>x W^T + b: a weight [out, in] applied to the last axis of x; the bias [out] may be left out. Dtypes: floating-point.</summary>
public sealed record Linear : CompositeOp
{
    internal static readonly Linear Instance = new();

    /// <inheritdoc/>
    internal override double? Work(ReadOnlySpan<TensorSpec> x, ReadOnlySpan<TensorSpec> y) => 2.0 * y[0].Shape.Count * x[1].Shape[1].Value;

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Reduced;

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Contraction;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        if (x.Length is not (2 or 3)) throw new ShapeException($"Linear: expected an input, a weight and perhaps a bias. Received: {x.Length} tensors.");
        Expect.Floating(this, x[0]);
        foreach (var spec in x) Expect.SameDType(this, x[0], spec);
        if (x[1].Shape.Rank != 2) throw new ShapeException($"Linear: expected a weight [out, in]. Received: {x[1].Shape}.");
        if (x[0].Shape.Rank < 1 || (x[0].Shape[^1].IsKnown && x[0].Shape[^1] != x[1].Shape[1])) throw new ShapeException($"Linear: the last axis of the input must have {x[1].Shape[1]} features. Received: shape {x[0].Shape}.");
        if (x.Length == 3 && x[2].Shape != Shape.Create([x[1].Shape[0]])) throw new ShapeException($"Linear: expected a bias of shape [{x[1].Shape[0]}]. Received: {x[2].Shape}.");
        return new TensorSpec(x[0].DType, x[0].Shape.With(x[0].Shape.Rank - 1, x[1].Shape[0]));
    }

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var y = x[0].MatMul(x[1].TransposeLast());
        return x.Length == 3 ? y + x[2] : y;
    }

    // Not by a size of -1, which an empty tensor leaves open.
    static Tensor Rows(Tensor x) => x.Rank == 1 ? x.Unsqueeze(0) : x.Flatten(0, -2);

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First | Reads.Second;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var rows = Rows(b.Grad);
        var gx = b.Needs(0) ? b.Grad.MatMul(b.Input(1)) : null;
        var gw = b.Needs(1) ? rows.TransposeLast().MatMul(Rows(b.Input(0))) : null;
        return b.InputCount == 2 ? [gx, gw] : [gx, gw, b.Needs(2) ? rows.Sum(0) : null];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Rank(0) > 0 ? x.RunFirst(this) : null;
}
