namespace Tauten.Ops;

/// <summary>A sequence of the inputs.</summary>
public sealed record SequenceConstruct : ValueOp
{
    internal static readonly SequenceConstruct Instance = new();

    /// <inheritdoc/>
    public override ValueSpec[] InferValues(ReadOnlySpan<ValueSpec> x)
    {
        var first = x.Length > 0 ? x[0] as TensorSpec : null;
        foreach (var spec in x)
        {
            if (spec is not TensorSpec) throw new GraphException($"SequenceConstruct: expected tensors. Received: {spec}.");
            if (!spec.Equals(first)) return [new SequenceSpec(null)];
        }
        return [new SequenceSpec(first)];
    }

    /// <inheritdoc/>
    public override Value[] Evaluate(ReadOnlySpan<Value> x)
    {
        var items = new Tensor[x.Length];
        for (int i = 0; i < items.Length; i++) items[i] = x[i] as Tensor ?? throw new GraphException($"SequenceConstruct: expected tensors. Received: {x[i].ValueSpec}.");
        return [TensorSequence.Of(items)];
    }

    /// <inheritdoc/>
    internal override OnnxForm? ToOnnx(ReadOnlySpan<ValueSpec> x) => x.Length == 0 ? OnnxForm.Of("SequenceEmpty", []) : OnnxForm.Of("SequenceConstruct", OnnxForm.Range(0, x.Length));
}

/// <summary>One tensor of a sequence; negative positions count from the end. The element's spec is that of the sequence, which must be known.</summary>
public sealed record SequenceAt(long Position) : ValueOp
{
    /// <inheritdoc/>
    public override ValueSpec[] InferValues(ReadOnlySpan<ValueSpec> x) => x is [SequenceSpec { Element: { } element }]
        ? [element]
        : throw new GraphException($"{this}: expected a sequence of tensors of one known spec. Received: {(x.Length == 1 ? x[0] : x.Length)}.");

    /// <inheritdoc/>
    public override Value[] Evaluate(ReadOnlySpan<Value> x)
    {
        var sequence = Sequence(this, x);
        return [sequence[TensorSequence.Position(Position, sequence.Count)]];
    }

    internal static TensorSequence Sequence(Op op, ReadOnlySpan<Value> x) => x.Length > 0 && x[0] is TensorSequence sequence ? sequence : throw new GraphException($"{op}: expected a sequence first. Received: {(x.Length == 0 ? "nothing" : x[0].ValueSpec)}.");

    /// <inheritdoc/>
    internal override OnnxForm? ToOnnx(ReadOnlySpan<ValueSpec> x) => OnnxForm.Of("SequenceAt", [OnnxForm.X(), OnnxForm.Scalar(Position)]);
}

/// <summary>The number of tensors in a sequence, as an int64 scalar.</summary>
public sealed record SequenceLength : ValueOp
{
    internal static readonly SequenceLength Instance = new();

    /// <inheritdoc/>
    public override ValueSpec[] InferValues(ReadOnlySpan<ValueSpec> x) => [new TensorSpec(DType.Int64, Shape.Scalar)];

    /// <inheritdoc/>
    public override Value[] Evaluate(ReadOnlySpan<Value> x) => [Tensor.From((long)SequenceAt.Sequence(this, x).Count)];

    /// <inheritdoc/>
    internal override OnnxForm? ToOnnx(ReadOnlySpan<ValueSpec> x) => OnnxForm.Of("SequenceLength", [OnnxForm.X()]);
}

/// <summary>A sequence with one tensor more before a position; negative positions count from the end, and the length appends.</summary>
public sealed record SequenceInsert(long Position) : ValueOp
{
    /// <inheritdoc/>
    public override ValueSpec[] InferValues(ReadOnlySpan<ValueSpec> x) => [x is [SequenceSpec { Element: { } element }, TensorSpec added] && element == added ? x[0] : new SequenceSpec(null)];

    /// <inheritdoc/>
    public override Value[] Evaluate(ReadOnlySpan<Value> x)
    {
        var items = SequenceAt.Sequence(this, x).ToList();
        int at = Position == items.Count ? items.Count : TensorSequence.Position(Position, items.Count);
        items.Insert(at, x.Length == 2 && x[1] is Tensor tensor ? tensor : throw new GraphException($"{this}: expected a tensor to insert."));
        return [TensorSequence.Of(items.ToArray())];
    }

    /// <inheritdoc/>
    internal override OnnxForm? ToOnnx(ReadOnlySpan<ValueSpec> x) => OnnxForm.Of("SequenceInsert", [OnnxForm.X(), OnnxForm.X(1), OnnxForm.Scalar(Position)]);
}

/// <summary>A sequence without the tensor at a position; negative positions count from the end.</summary>
public sealed record SequenceErase(long Position) : ValueOp
{
    /// <inheritdoc/>
    public override ValueSpec[] InferValues(ReadOnlySpan<ValueSpec> x) => [x[0]];

    /// <inheritdoc/>
    public override Value[] Evaluate(ReadOnlySpan<Value> x)
    {
        var items = SequenceAt.Sequence(this, x).ToList();
        items.RemoveAt(TensorSequence.Position(Position, items.Count));
        return [TensorSequence.Of(items.ToArray())];
    }

    /// <inheritdoc/>
    internal override OnnxForm? ToOnnx(ReadOnlySpan<ValueSpec> x) => OnnxForm.Of("SequenceErase", [OnnxForm.X(), OnnxForm.Scalar(Position)]);
}

/// <summary>An optional that holds the input; empty without an input.</summary>
public sealed record OptionalConstruct : ValueOp
{
    internal static readonly OptionalConstruct Instance = new();

    /// <inheritdoc/>
    public override ValueSpec[] InferValues(ReadOnlySpan<ValueSpec> x) => [new OptionalSpec(x.Length == 0 ? null : x[0])];

    /// <inheritdoc/>
    public override Value[] Evaluate(ReadOnlySpan<Value> x) => [Optional.Of(x.Length == 0 ? null : x[0])];

    /// <inheritdoc/>
    internal override OnnxForm? ToOnnx(ReadOnlySpan<ValueSpec> x) => x.Length == 0 ? null : OnnxForm.Of("Optional", [OnnxForm.X()]).From(15);
}

/// <summary>Whether an optional holds a value, as a bool scalar.</summary>
public sealed record OptionalHasValue : ValueOp
{
    internal static readonly OptionalHasValue Instance = new();

    /// <inheritdoc/>
    public override ValueSpec[] InferValues(ReadOnlySpan<ValueSpec> x) => [new TensorSpec(DType.Bool, Shape.Scalar)];

    /// <inheritdoc/>
    public override Value[] Evaluate(ReadOnlySpan<Value> x) => [Tensor.From(x[0] is not Optional optional || optional.HasValue)];

    /// <inheritdoc/>
    internal override OnnxForm? ToOnnx(ReadOnlySpan<ValueSpec> x) => OnnxForm.Of("OptionalHasElement", [OnnxForm.X()]).From(15);
}

/// <summary>The value in an optional.</summary>
public sealed record OptionalContent : ValueOp
{
    internal static readonly OptionalContent Instance = new();

    /// <inheritdoc/>
    public override ValueSpec[] InferValues(ReadOnlySpan<ValueSpec> x) => x is [OptionalSpec { Element: { } element }] ? [element] : throw new GraphException("OptionalContent: expected an optional whose content's spec is known.");

    /// <inheritdoc/>
    public override Value[] Evaluate(ReadOnlySpan<Value> x) => [x[0] is Optional optional ? optional.Content : x[0]];

    /// <inheritdoc/>
    internal override OnnxForm? ToOnnx(ReadOnlySpan<ValueSpec> x) => OnnxForm.Of("OptionalGetElement", [OnnxForm.X()]).From(15);
}
