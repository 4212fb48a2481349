namespace Tauten.Ops;

/// <summary>A function of pairs of elements of two tensors of one dtype, broadcast to a common shape.</summary>
public abstract record BinaryOp : PrimitiveOp
{
    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public sealed override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Count(x, 2, this);
        return Infer(x[0], x[1]);
    }

    /// <inheritdoc/>
    protected internal override TensorSpec Infer(TensorSpec a, TensorSpec b)
    {
        if (ReferenceEquals(a, b)) return a;
        Expect.SameDType(this, a, b);
        if (a.Shape.Equals(b.Shape)) return a;
        var shape = Shape.Broadcast(a.Shape, b.Shape, Name());
        // Specs are shared where they can be, so that most tensors of a program have few.
        return shape.Equals(a.Shape) ? a : shape.Equals(b.Shape) ? b : new(a.DType, shape);
    }
}

/// <summary>A binary op that bools do not have.</summary>
public abstract record NumericBinaryOp : BinaryOp
{
    /// <inheritdoc/>
    protected internal override TensorSpec Infer(TensorSpec a, TensorSpec b) =>
        a.DType == DType.Bool ? throw Expect.DType(this, a.DType, "a numeric dtype") : base.Infer(a, b);
}
