namespace Tauten.Ops;

/// <summary>
/// For each value, how many elements of an ascending line come before it (int64): those that are smaller, or with <paramref name="Right"/> those that
/// are not larger. NaN counts as the largest. Inputs: the lines [.., n], the values [.., m] with the same sizes in front, or one line [n] for values of
/// any shape; and as a third, if the lines are not in order themselves, the positions (int64, of the shape of the lines) that put them in order. Dtypes: any; order int64.
/// </summary>
public sealed record SearchSorted(bool Right) : PrimitiveOp
{
    internal override Tensor[]? Spelled(ReadOnlySpan<Tensor> x)
    {
        var lines = x.Length == 3 ? x[0].Gather(-1, x[2]) : x[0];
        Tensor others = lines.Rank == 1 ? lines : lines.Unsqueeze(-2), value = x[1].Unsqueeze(-1);
        return [(Right ? others <= value : others < value).Long().Sum(-1)];
    }

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Widest;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        if (x.Length != 3) Expect.Count(x, 2, this);
        var (lines, values) = (x[0].Shape, x[1].Shape);
        Expect.SameDType(this, x[0], x[1]);
        bool fits = lines.Rank == 1 || (lines.Rank > 1 && lines.Rank == values.Rank);
        for (int i = 0; fits && i < lines.Rank - 1; i++) fits = lines[i] == values[i] || !lines[i].IsKnown || !values[i].IsKnown;
        if (!fits) throw new ShapeException($"{this}: values of shape {values} cannot be looked up in lines of shape {lines}. Expected one line, or the same sizes in front of the last axis.");
        if (x.Length == 3)
        {
            if (x[2].DType != DType.Int64) throw Expect.DType(this, x[2].DType, "a sorter of dtype int64");
            if (x[2].Shape != lines && x[2].Shape.IsKnown && lines.IsKnown) throw new ShapeException($"{this}: the sorter has shape {x[2].Shape}. Expected {lines}, that of the lines.");
        }
        return new TensorSpec(DType.Int64, values);
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => new Tensor?[b.InputCount];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x)
    {
        if (x.Rank(0) != 1) return x.Run(this);
        // One line for all is looked up for values of any shape; with a line for each sample there is one axis of values.
        if (!x.IsBatched(0) && (x.Count == 2 || !x.IsBatched(2))) return Dispatch.RunAll(this, [x[0], x[1], .. x.Count == 2 ? (Tensor[])[] : [x[2]]]);
        var values = x.Full(1).Reshape([x.Size, x.Sample(1).Shape.ElementCount]);
        return [Dispatch.Run(this, (ReadOnlySpan<Tensor>)[x.Full(0), values, .. x.Count == 2 ? (Tensor[])[] : [x.Full(2)]]).Reshape([x.Size, .. x.Sample(1).Shape])];
    }
}

/// <summary>
/// The positions (int64) that put the rows of a matrix in ascending order, comparing them from the left. Equal rows keep their order; NaN counts as the
/// largest. Dtypes: any.
/// </summary>
public sealed record RowOrder : PrimitiveOp
{
    internal static readonly RowOrder Instance = new();

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        return spec.Shape.Rank == 2 ? new TensorSpec(DType.Int64, [spec.Shape[0]]) : throw new ShapeException($"{this}: expected a matrix. Received: shape {spec.Shape}.");
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [null];
}

/// <summary>
/// How often each of the numbers 0, 1, 2, .. occurs in a vector of positions (int64 or int32): int64, or with a second input the sum of the weights at
/// its occurrences. The result ends with the largest number that occurs, but has at least <paramref name="Least"/> elements; how many is known only from the
/// data. Dtypes: weights numbers; indices int32, int64.
/// </summary>
public sealed record BinCount(long Least) : PrimitiveOp
{
    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        if (x.Length != 2) Expect.Count(x, 1, this);
        Expect.Indices(this, x[0]);
        if (x[0].Shape.Rank != 1) throw new ShapeException($"{this}: expected a vector. Received: shape {x[0].Shape}.");
        if (x.Length == 2)
        {
            if (x[1].DType == DType.Bool) throw Expect.DType(this, x[1].DType, "weights of a numeric dtype");
            if (x[1].Shape != x[0].Shape && x[1].Shape.IsKnown && x[0].Shape.IsKnown) throw new ShapeException($"{this}: weights of shape {x[1].Shape}. Expected {x[0].Shape}, as the positions.");
        }
        return new TensorSpec(x.Length == 2 ? x[1].DType : DType.Int64, [NonZero.NewSize("bincount")]);
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => b.InputCount == 1 ? [null] : [null, b.Grad.IndexSelect(0, b.Input(0))];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => throw NonZero.SizeFromData("BinCount", "Use ScatterAdd into zeros of a known size.");
}
