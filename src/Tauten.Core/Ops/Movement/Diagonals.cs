namespace Tauten.Ops;

/// <summary>
/// The elements of a diagonal through two axes, which become one last axis: element d is x[.., d + max(0, -Offset), .., d + max(0, Offset), ..]. Dtypes: any.
/// </summary>
/// <param name="Offset">0 is the main diagonal; above 0 it lies to the right of it, below 0 to the left.</param>
/// <param name="Axis1">The axis of the rows.</param>
/// <param name="Axis2">The axis of the columns.</param>
public sealed record Diagonal(long Offset, int Axis1, int Axis2) : ViewOp
{
    internal override Tensor[]? Spelled(ReadOnlySpan<Tensor> x)
    {
        var (shape, length) = (x[0].Shape, Length(x[0].Shape[Axis1], x[0].Shape[Axis2], Offset));
        if (!shape[Axis1].IsKnown || !shape[Axis2].IsKnown) return null;
        int[] rest = [.. Enumerable.Range(0, shape.Rank).Where(i => i != Axis1 && i != Axis2)];
        long first = Math.Max(0, -Offset) * shape[Axis2] + Math.Max(0, Offset);
        long[] places = [.. Enumerable.Range(0, checked((int)length.Value)).Select(d => first + d * (shape[Axis2].Value + 1))];
        var flat = x[0].Permute([.. rest, Axis1, Axis2]).Reshape([.. rest.Select(i => shape[i]), shape[Axis1] * shape[Axis2]]);
        return [flat.IndexSelect(rest.Length, Tensor.From(places))];
    }

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        int a = spec.Shape.Axis(Axis1, Name()), b = spec.Shape.Axis(Axis2, Name());
        if (a == b) throw new ShapeException($"{Name()}: expected two axes. Received: {Axis1} twice, for shape {spec.Shape}.");
        var rest = spec.Shape.Where((_, i) => i != a && i != b);
        return new TensorSpec(spec.DType, [.. rest, Length(spec.Shape[a], spec.Shape[b], Offset)]);
    }

    internal static Dim Length(Dim rows, Dim columns, long offset)
    {
        var length = Dim.Min(rows + Math.Min(offset, 0), columns - Math.Max(offset, 0));
        return offset == 0 ? length : Dim.Max(length, 0);
    }

    internal override Layout View(Layout x, TensorSpec y)
    {
        long down = x.Strides[Axis1], right = x.Strides[Axis2];
        var strides = new List<long>();
        for (int i = 0; i < x.Rank; i++)
            if (i != Axis1 && i != Axis2) strides.Add(x.Strides[i]);
        strides.Add(down + right);
        return Layout.Of(y, [.. strides], y.Shape.Count == 0 ? 0 : x.Offset + (Offset < 0 ? -Offset * down : Offset * right));
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [Dispatch.Run(new DiagonalScatter(Offset, Axis1, Axis2), Tensor.Constant(0, b.InputSpec(0)), b.Grad)];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(new Diagonal(Offset, Axis1 + 1, Axis2 + 1));
}

/// <summary>The first input, in which a diagonal through two axes holds the second: the counterpart of <see cref="Diagonal"/>. Dtypes: any.</summary>
/// <param name="Offset">0 is the main diagonal; above 0 it lies to the right of it, below 0 to the left.</param>
/// <param name="Axis1">The axis of the rows.</param>
/// <param name="Axis2">The axis of the columns.</param>
public sealed record DiagonalScatter(long Offset, int Axis1, int Axis2) : CompositeOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Widest;

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Movement;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Count(x, 2, this);
        Expect.SameDType(this, x[0], x[1]);
        var diagonal = new Diagonal(Offset, Axis1, Axis2).Infer([x[0]])[0].Shape;
        if (diagonal.Rank != x[1].Shape.Rank || (diagonal.IsKnown && x[1].Shape.IsKnown && diagonal != x[1].Shape))
            throw new ShapeException($"{Name()}: a source of shape {x[1].Shape} is not the diagonal of shape {x[0].Shape}. Expected {diagonal}.");
        return x[0];
    }

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        int[] order = [.. Enumerable.Range(0, x[0].Rank).Where(i => i != Axis1 && i != Axis2), Axis1, Axis2];
        var moved = x[0].Permute(order);
        Dim rows = moved.Shape[^2], columns = moved.Shape[^1];
        // The source as a column: row i of the result has at most one place on the diagonal.
        var column = x[1];
        if (column.Shape[^1] != rows)
        {
            var starts = new Dim[column.Rank];
            Array.Fill(starts, 0);
            starts[^1] = Math.Max(0, -Offset);
            // A diagonal that lies outside of the matrix has no place at all.
            if (column.Shape[^1].IsKnown && column.Shape[^1] == 0) return x[0];
            column = Dispatch.Run(new SliceUpdate(Shape.Create(starts), Dims.Repeat(1, starts.Length)), Tensor.Constant(0, new(column.DType, column.Shape.With(column.Rank - 1, rows))), column);
        }
        var onDiagonal = Tensor.Arange(Offset, rows, DType.Int64).Unsqueeze(1).EqualTo(Tensor.Arange(0, columns, DType.Int64));
        return Tensor.Where(onDiagonal, column.Unsqueeze(-1), moved).PermuteBack(order);
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(new DiagonalScatter(Offset, Axis1 + 1, Axis2 + 1));
}

/// <summary>The lower triangle of matrices over the last two axes: 0 where the column lies more than <paramref name="Diagonal"/> to the right of the row. Dtypes: any.</summary>
public sealed record Tril(long Diagonal) : CompositeOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("Trilu", [OnnxForm.X(), OnnxForm.Scalar(Diagonal)], ("upper", 0L)).From(14)];

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Movement;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x) => Matrix(this, x);

    internal static TensorSpec Matrix(Op op, ReadOnlySpan<TensorSpec> x) =>
        Expect.One(x, op) is { Shape.Rank: >= 2 } spec ? spec : throw new ShapeException($"{op}: expected a matrix or a batch of them. Received: shape {x[0].Shape}.");

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x) => Tensor.Where(IsBelow(x[0].Shape, Diagonal), x[0], 0);

    /// <summary>Whether column - row is at most <paramref name="diagonal"/>, for the last two axes of a shape.</summary>
    internal static Tensor IsBelow(Shape shape, long diagonal) =>
        Tensor.Arange(0, shape[^1], DType.Int64) <= Tensor.Arange(diagonal, shape[^2], DType.Int64).Unsqueeze(1);

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [Dispatch.Run(this, b.Grad)];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this);
}

/// <summary>The upper triangle of matrices over the last two axes: 0 where the column lies less than <paramref name="Diagonal"/> to the right of the row. Dtypes: any.</summary>
public sealed record Triu(long Diagonal) : CompositeOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("Trilu", [OnnxForm.X(), OnnxForm.Scalar(Diagonal)], ("upper", 1L)).From(14)];

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Movement;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x) => Tril.Matrix(this, x);

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x) => Tensor.Where(Tril.IsBelow(x[0].Shape, Diagonal - 1), 0, x[0]);

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [Dispatch.Run(this, b.Grad)];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this);
}
