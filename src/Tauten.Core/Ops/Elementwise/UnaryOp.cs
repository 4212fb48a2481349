namespace Tauten.Ops;

/// <summary>A function of each element on its own, with the input's spec unless said otherwise.</summary>
public abstract record UnaryOp : PrimitiveOp
{
    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public sealed override Specs Infer(ReadOnlySpan<TensorSpec> x) => Infer(Expect.One(x, this));

    /// <inheritdoc/>
    protected internal override TensorSpec Infer(TensorSpec x) => x.DType.IsFloating() ? x : throw Expect.DType(this, x.DType, "a floating-point dtype");

    /// <inheritdoc/>
    public sealed override Tensor?[] Gradient(Backward b) => [Derivative(b)];

    /// <summary>The gradient that arrives times the derivative; null where the function is flat almost everywhere.</summary>
    protected abstract Tensor? Derivative(Backward b);
}

/// <summary>A unary op that integers have too.</summary>
public abstract record NumericUnaryOp : UnaryOp
{
    /// <inheritdoc/>
    protected internal override TensorSpec Infer(TensorSpec x) => x.DType != DType.Bool ? x : throw Expect.DType(this, x.DType, "a numeric dtype");
}

/// <summary>A question about each element of a floating-point tensor, answered by a bool.</summary>
public abstract record PredicateOp : UnaryOp
{
    /// <inheritdoc/>
    protected internal override TensorSpec Infer(TensorSpec x) => new(DType.Bool, base.Infer(x).Shape);

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    protected sealed override Tensor? Derivative(Backward b) => null;
}

/// <summary>The checks that shape and dtype rules share, with their messages.</summary>
static class Expect
{
    public static TensorSpec One(ReadOnlySpan<TensorSpec> x, Op op) => x.Length == 1 ? x[0] : throw Inputs(op, x.Length, "1 input");

    public static void Count(ReadOnlySpan<TensorSpec> x, int count, Op op)
    {
        if (x.Length != count) throw Inputs(op, x.Length, $"{count} inputs");
    }

    public static ShapeException Inputs(Op op, int received, string expected) => new($"{op}: expected {expected}. Received: {received}.");

    public static DTypeException DType(Op op, DType received, string expected) => new($"{op}: expected {expected}. Received: {received.Name()}. Convert with To(dtype).");

    public static void SameDType(Op op, TensorSpec a, TensorSpec b)
    {
        if (a.DType != b.DType) throw new DTypeException($"{op}: dtypes {a.DType.Name()} and {b.DType.Name()} differ. Convert one of them with To(dtype).");
    }

    public static void Floating(Op op, TensorSpec x)
    {
        if (!x.DType.IsFloating()) throw DType(op, x.DType, "a floating-point dtype");
    }

    public static void Indices(Op op, TensorSpec x)
    {
        if (x.DType is not (Tauten.DType.Int64 or Tauten.DType.Int32)) throw DType(op, x.DType, "indices of dtype int64 or int32");
    }
}
