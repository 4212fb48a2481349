namespace Tauten.Ops;

/// <summary>
/// y[i, j, ..] = x[.., index[i, j, ..], ..]: for each element of the index, the element of x at that position along the axis and the same position elsewhere.
/// Dtypes: any; indices int32, int64.
/// </summary>
public sealed record Gather(int Axis) : PrimitiveOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("GatherElements", [OnnxForm.X(), OnnxForm.X(1)], ("axis", (long)Axis))];

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Count(x, 2, this);
        Expect.Indices(this, x[1]);
        CheckIndex(x[0].Shape, x[1].Shape, Axis, Name());
        return new TensorSpec(x[0].DType, x[1].Shape);
    }

    internal static void CheckIndex(Shape x, Shape index, int axis, string op)
    {
        x.Axis(axis, op);
        bool fits = x.Rank == index.Rank;
        for (int i = 0; fits && i < x.Rank; i++) fits = i == axis || !x[i].IsKnown || !index[i].IsKnown || index[i] <= (long)x[i];
        if (!fits) throw new ShapeException($"{op}: an index of shape {index} does not fit a tensor of shape {x}. Expected the same rank, and sizes not larger along all axes but {axis}.");
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Second;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [Dispatch.Run(new ScatterAdd(Axis), Tensor.Constant(0, b.InputSpec(0)), b.Input(1), b.Grad), null];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(new Gather(Axis + 1));
}

/// <summary>
/// x with src[i, j, ..] added at [.., index[i, j, ..], ..] along the axis: the counterpart of <see cref="Gather"/>. Sums in a fixed order. Dtypes: numbers; indices int32, int64.
/// </summary>
public sealed record ScatterAdd(int Axis) : PrimitiveOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Widest;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("ScatterElements", [OnnxForm.X(), OnnxForm.X(1), OnnxForm.X(2)], ("axis", (long)Axis), ("reduction", "add")).From(16)];

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Scatter.Check(this, x, Axis);
        if (x[0].DType == DType.Bool) throw Expect.DType(this, x[0].DType, "a numeric dtype");
        return x[0];
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Second;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [b.Grad, null, b.Needs(2) ? Dispatch.Run(new Gather(Axis), b.Grad, b.Input(1)) : null];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(new ScatterAdd(Axis + 1));
}

/// <summary>x with src[i, j, ..] put at [.., index[i, j, ..], ..] along the axis; of several for one place the last wins. Dtypes: any; indices int32, int64.</summary>
public sealed record Scatter(int Axis) : PrimitiveOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Widest;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("ScatterElements", [OnnxForm.X(), OnnxForm.X(1), OnnxForm.X(2)], ("axis", (long)Axis))];

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Check(this, x, Axis);
        return x[0];
    }

    internal static void Check(Op op, ReadOnlySpan<TensorSpec> x, int axis)
    {
        Expect.Count(x, 3, op);
        Expect.Indices(op, x[1]);
        Expect.SameDType(op, x[0], x[2]);
        Gather.CheckIndex(x[0].Shape, x[1].Shape, axis, op.GetType().Name);
        if (x[1].Shape != x[2].Shape && x[1].Shape.IsKnown && x[2].Shape.IsKnown) throw new ShapeException($"{op}: index {x[1].Shape} and source {x[2].Shape} must have the same shape.");
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Second;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) =>
        [
            b.Needs(0) ? Dispatch.Run(this, b.Grad, b.Input(1), Tensor.Constant(0, b.InputSpec(2))) : null,
            null,
            b.Needs(2) ? SourceGradient(b) : null,
        ];

    // A source that was overwritten by a later one for the same place had no effect, so it gets no gradient: the winners are found by
    // scattering each source's own number and looking which number each place has kept.
    Tensor SourceGradient(Backward b)
    {
        var index = b.Input(1);
        var numbers = Tensor.Arange(0, index.Shape.ElementCount, dtype: DType.Int64).Reshape(index.Shape);
        var kept = Dispatch.Run(this, Tensor.Constant(-1, new(DType.Int64, b.InputSpec(0).Shape)), index, numbers);
        var won = Dispatch.Run(new Gather(Axis), kept, index).EqualTo(numbers);
        return Tensor.Where(won, Dispatch.Run(new Gather(Axis), b.Grad, index), 0);
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(new Scatter(Axis + 1));
}

/// <summary>
/// Whole slices of x along an axis, in the order and shape of the index: y = x[.., index, ..] with the axes of the index in place of the axis. Dtypes: any; indices int32, int64.
/// </summary>
public sealed record IndexSelect(int Axis) : PrimitiveOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("Gather", [OnnxForm.X(), OnnxForm.X(1)], ("axis", (long)Axis))];

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Count(x, 2, this);
        Expect.Indices(this, x[1]);
        x[0].Shape.Axis(Axis, Name());
        return new TensorSpec(x[0].DType, [.. x[0].Shape.Take(Axis), .. x[1].Shape, .. x[0].Shape.Skip(Axis + 1)]);
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Second;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [Dispatch.Run(new IndexAdd(Axis), Tensor.Constant(0, b.InputSpec(0)), b.Input(1), b.Grad), null];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x)
    {
        if (!x.IsBatched(1)) return [Dispatch.Run(new IndexSelect(Axis + 1), x[0], x[1])];
        // Each sample has an index of its own: its slices are gathered from rows.
        var rows = Rows(x.Full(0), Axis);
        var shape = x.Sample(0).Shape;
        var taken = Dispatch.Run(new Gather(1), rows, Places(x[1], rows));
        return [Restored(taken, [x.Size, .. x.Sample(1).Shape], [.. shape.Take(Axis)], [.. shape.Skip(Axis + 1)])];
    }

    /// <summary>[samples, size of the axis, all else] of a batch.</summary>
    internal static Tensor Rows(Tensor x, int axis, int axes = 1)
    {
        Dim size = 1, others = 1;
        for (int i = 1; i < x.Rank; i++)
            if (i > axis && i <= axis + axes) size *= x.Shape[i];
            else others *= x.Shape[i];
        return x.Permute([0, .. Enumerable.Range(axis + 1, axes), .. Enumerable.Range(1, axis), .. Enumerable.Range(axis + axes + 1, x.Rank - axis - axes - 1)]).Reshape([x.Shape[0], size, others]);
    }

    /// <summary>An index of each sample, the same for all that stands in a row.</summary>
    internal static Tensor Places(Tensor index, Tensor rows)
    {
        var flat = index.Reshape([index.Shape[0], Shape.Create([.. index.Shape.Skip(1)]).ElementCount, 1]);
        return flat.BroadcastTo([flat.Shape[0], flat.Shape[1], rows.Shape[2]]);
    }

    /// <summary>Rows with their axes where they were: those of the first sizes, behind the samples, go between the others.</summary>
    internal static Tensor Restored(Tensor rows, Shape first, Shape before, Shape behind)
    {
        int moved = first.Rank - 1;
        return rows.Reshape([.. first, .. before, .. behind])
            .Permute([0, .. Enumerable.Range(first.Rank, before.Rank), .. Enumerable.Range(1, moved), .. Enumerable.Range(first.Rank + before.Rank, behind.Rank)]);
    }
}

/// <summary>x with slices of a source added where the index says: the counterpart of <see cref="IndexSelect"/>. Sums in a fixed order. Dtypes: numbers; indices int32, int64.</summary>
public sealed record IndexAdd(int Axis) : PrimitiveOp
{
    internal override Tensor[]? Spelled(ReadOnlySpan<Tensor> x)
    {
        int behind = x[0].Rank - Axis - 1, moved = x[1].Rank;
        var source = moved == 1 ? x[2] : x[2].Reshape([.. x[0].Shape.Take(Axis), x[1].Shape.ElementCount, .. x[0].Shape.Skip(Axis + 1)]);
        var index = x[1].Reshape([.. Enumerable.Repeat((Dim)1, Axis), x[1].Shape.ElementCount, .. Enumerable.Repeat((Dim)1, behind)]);
        return [Dispatch.Run(new ScatterAdd(Axis), x[0], index.BroadcastTo(source.Shape), source)];
    }

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Widest;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Count(x, 3, this);
        Expect.SameDType(this, x[0], x[2]);
        if (x[0].DType == DType.Bool) throw Expect.DType(this, x[0].DType, "a numeric dtype");
        Expect.Indices(this, x[1]);
        var expected = new IndexSelect(Axis).Infer([x[0], x[1]])[0];
        if (expected.Shape.IsKnown && x[2].Shape.IsKnown && expected.Shape != x[2].Shape) throw new ShapeException($"{this}: expected a source of shape {expected.Shape}. Received: {x[2].Shape}.");
        return x[0];
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Second;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [b.Grad, null, b.Needs(2) ? Dispatch.Run(new IndexSelect(Axis), b.Grad, b.Input(1)) : null];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x)
    {
        if (!x.IsBatched(1)) return [Dispatch.Run(new IndexAdd(Axis + 1), x.Full(0), x[1], x.Full(2))];
        var rows = IndexSelect.Rows(x.Full(0), Axis);
        var shape = x.Sample(0).Shape;
        var sum = Dispatch.Run(new ScatterAdd(1), rows, IndexSelect.Places(x[1], rows), IndexSelect.Rows(x.Full(2), Axis, x.Rank(1)));
        return [IndexSelect.Restored(sum, [x.Size, shape[Axis]], [.. shape.Take(Axis)], [.. shape.Skip(Axis + 1)])];
    }
}

/// <summary>The positions of the elements that differ from 0, in row-major order: int64 of shape [how many, rank]. How many is known only from the data. Dtypes: any.</summary>
public sealed record NonZero : PrimitiveOp
{
    internal static readonly NonZero Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("Transpose", OnnxForm.Unary("NonZero"), ("perm", (long[])[1, 0]))];

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        return new TensorSpec(DType.Int64, [NewSize("nonzero"), spec.Shape.Rank]);
    }

    /// <summary>A size that only the data will tell.</summary>
    internal static Dim NewSize(string op) => Ambient.Current.Capture?.NewUnknown(op) ?? op;

    /// <summary>Why an op with such a size has no batching rule, and what to do instead.</summary>
    internal static GraphException SizeFromData(string op, string way) => new($"VMap: {op} has a result whose size depends on data, so it differs from sample to sample. {way}");

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [null];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => throw SizeFromData("NonZero, and with it the selection by a mask,", "Use Tensor.Where, which keeps the size.");
}

/// <summary>
/// Position i as often as element i of the input says, in ascending order: [2, 0, 1] gives [0, 0, 2]. How many there are is known only from the data. Dtypes: repeats int32, int64.
/// </summary>
public sealed record RepeatedPositions : PrimitiveOp
{
    internal static readonly RepeatedPositions Instance = new();

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        Expect.Indices(this, spec);
        if (spec.Shape.Rank != 1) throw new ShapeException($"{Name()}: expected a vector. Received: shape {spec.Shape}.");
        return new TensorSpec(DType.Int64, [NonZero.NewSize("repeated")]);
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [null];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => throw NonZero.SizeFromData("RepeatInterleave by counts", "Repeat each element equally often, which keeps the size.");
}
