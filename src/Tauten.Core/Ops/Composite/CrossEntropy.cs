namespace Tauten.Ops;

/// <summary>-log(softmax(logits)[label]) for each row of logits [rows, classes] and labels int64 [rows]: the losses [rows]. Dtypes: floating-point; labels int32, int64.</summary>
public sealed record CrossEntropy : CompositeOp
{
    internal static readonly CrossEntropy Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Count(x, 2, this);
        Expect.Floating(this, x[0]);
        Expect.Indices(this, x[1]);
        if (x[0].Shape.Rank != 2 || x[1].Shape.Rank != 1 || (x[0].Shape[0] != x[1].Shape[0] && x[0].Shape[0].IsKnown && x[1].Shape[0].IsKnown))
            throw new ShapeException($"CrossEntropy: expected logits [rows, classes] and labels [rows]. Received: {x[0].Shape} and {x[1].Shape}.");
        return new TensorSpec(x[0].DType, x[1].Shape);
    }

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x) => -x[0].LogSoftmax(1).Gather(1, x[1].Unsqueeze(1)).Squeeze(1);

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [Dispatch.Run(CrossEntropyGradient.Instance, (ReadOnlySpan<Tensor>)[b.Input(0), b.Input(1), b.Grad]), null];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Fold(this, 2);
}

/// <summary>
/// (softmax(logits) - onehot(label)) g for each row: the gradient of <see cref="CrossEntropy"/> for the logits. Inputs: logits [rows, classes], labels
/// [rows], and the gradient g of the losses [rows]. Dtypes: floating-point; labels int32, int64.
/// </summary>
public sealed record CrossEntropyGradient : CompositeOp
{
    internal static readonly CrossEntropyGradient Instance = new();

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var g = x[2].Unsqueeze(1);
        return (x[0].Softmax(1) * g).ScatterAdd(1, x[1].Unsqueeze(1), -g);
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Fold(this, 3);
}
