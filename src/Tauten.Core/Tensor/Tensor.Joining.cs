namespace Tauten;

/// <summary>Which axis of a grid the first coordinate runs along.</summary>
public enum GridIndexing
{
    /// <summary>The first coordinate runs along axis 0: matrix order.</summary>
    IJ,
    /// <summary>The first coordinate runs along axis 1, the second along axis 0: the order of pictures.</summary>
    XY,
}

public sealed partial class Tensor
{
    /// <summary>Tensors side by side: along the columns (axis 1), vectors one behind the other.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.HStack(Tensor.From([1f, 2]), Tensor.From([3f])));    // [1, 2, 3]
    /// </code></example>
    /// <exception cref="ShapeException">The tensors do not fit.</exception>
    public static Tensor HStack(params ReadOnlySpan<Tensor> tensors)
    {
        var raised = Each(tensors, "HStack", t => t.AtLeast1D());
        return Concat(raised, raised[0].Rank == 1 ? 0 : 1);
    }

    /// <summary>Tensors on top of each other: along the rows (axis 0), with vectors as rows.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.VStack(Tensor.From([1f, 2]), Tensor.From([3f, 4])));
    /// // [[1, 2],
    /// //  [3, 4]]
    /// </code></example>
    /// <exception cref="ShapeException">The tensors do not fit.</exception>
    public static Tensor VStack(params ReadOnlySpan<Tensor> tensors) => Concat(Each(tensors, "VStack", t => t.AtLeast2D()));

    /// <inheritdoc cref="VStack"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.RowStack(Tensor.From([1f, 2]), Tensor.From([3f, 4])));
    /// // [[1, 2],
    /// //  [3, 4]]
    /// </code></example>
    public static Tensor RowStack(params ReadOnlySpan<Tensor> tensors) => VStack(tensors);

    /// <summary>Tensors behind each other: along axis 2, which vectors and matrices get with size 1.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.DStack(Tensor.Ones([2, 3]), Tensor.Zeros([2, 3])).Shape);    // [2, 3, 2]
    /// </code></example>
    /// <exception cref="ShapeException">The tensors do not fit.</exception>
    public static Tensor DStack(params ReadOnlySpan<Tensor> tensors) => Concat(Each(tensors, "DStack", t => t.AtLeast3D()), 2);

    /// <summary>Tensors side by side along axis 1, with vectors as columns.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.ColumnStack(Tensor.From([1f, 2]), Tensor.From([3f, 4])));
    /// // [[1, 3],
    /// //  [2, 4]]
    /// </code></example>
    /// <exception cref="ShapeException">The tensors do not fit.</exception>
    public static Tensor ColumnStack(params ReadOnlySpan<Tensor> tensors) =>
        Concat(Each(tensors, "ColumnStack", t => t.Rank < 2 ? t.AtLeast1D().Unsqueeze(1) : t), 1);

    static Tensor[] Each(ReadOnlySpan<Tensor> tensors, string op, Func<Tensor, Tensor> change)
    {
        if (tensors.Length == 0) throw new ShapeException($"{op}: expected at least one tensor.");
        return Array.ConvertAll(tensors.ToArray(), t => change(t));
    }

    /// <summary>At most <paramref name="count"/> pieces along an axis, all of one size but the last, which may be smaller. Views.</summary>
    /// <example><code>
    /// foreach (var part in Tensor.Arange(7).Chunk(3)) Console.WriteLine(part);
    /// // [0, 1, 2]
    /// // [3, 4, 5]
    /// // [6]
    /// </code></example>
    /// <exception cref="ShapeException">The count is below 1, or the axis does not exist.</exception>
    public Tensor[] Chunk(long count, int axis = 0)
    {
        if (count < 1) throw new ShapeException($"Chunk: expected at least one piece. Received: {count}.");
        long total = Shape[axis];
        return total == 0 ? [.. Enumerable.Repeat(this, (int)count)] : Split((total + count - 1) / count, axis);
    }

    /// <summary>Exactly <paramref name="count"/> pieces along an axis, whose sizes differ by at most 1, the larger ones first. Views.</summary>
    /// <example><code>
    /// foreach (var part in Tensor.Arange(7).TensorSplit(3)) Console.WriteLine(part);
    /// // [0, 1, 2]
    /// // [3, 4]
    /// // [5, 6]
    /// foreach (var part in Tensor.Arange(7).TensorSplit([2L, 3])) Console.WriteLine(part);
    /// // [0, 1]
    /// // [2]
    /// // [3, 4, 5, 6]
    /// </code></example>
    /// <exception cref="ShapeException">The count is below 1, or the axis does not exist.</exception>
    public Tensor[] TensorSplit(long count, int axis = 0)
    {
        if (count < 1) throw new ShapeException($"TensorSplit: expected at least one piece. Received: {count}.");
        long total = Shape[axis];
        return Split([.. Enumerable.Range(0, checked((int)count)).Select(i => total / count + (i < total % count ? 1 : 0))], axis);
    }

    /// <summary>
    /// Pieces along an axis that begin at the given positions; the first begins at 0. Negative positions count from the end, those beyond an end
    /// mean the end, and a piece that would end before it begins is empty. Views.
    /// </summary>
    /// <exception cref="ShapeException">The axis does not exist.</exception>
    public Tensor[] TensorSplit(ReadOnlySpan<long> positions, int axis = 0)
    {
        int i = Shape.Axis(axis, "TensorSplit");
        long total = Shape[i], start = 0;
        var pieces = new Tensor[positions.Length + 1];
        for (int k = 0; k < pieces.Length; k++)
        {
            long end = k == positions.Length ? total : Math.Clamp(positions[k] < 0 ? positions[k] + total : positions[k], 0, total);
            pieces[k] = Narrow(i, start, Math.Max(0, end - start));
            start = end;
        }
        return pieces;
    }

    /// <summary>Equal pieces along the columns (axis 1), or of a vector. Views.</summary>
    /// <example><code>
    /// foreach (var part in Tensor.Arange(4).HSplit(2)) Console.WriteLine(part);
    /// // [0, 1]
    /// // [2, 3]
    /// </code></example>
    /// <exception cref="ShapeException">The size is not a multiple of the count.</exception>
    public Tensor[] HSplit(long count) => EqualPieces("HSplit", count, Rank == 1 ? 0 : 1, 1);

    /// <summary>Pieces that begin at the given positions along the columns (axis 1), or of a vector; see <see cref="TensorSplit(ReadOnlySpan{long}, int)"/>.</summary>
    public Tensor[] HSplit(ReadOnlySpan<long> positions) => TensorSplit(positions, Rank == 1 ? 0 : NeedRank("HSplit", 1, 1));

    /// <summary>Equal pieces along the rows (axis 0). Views.</summary>
    /// <example><code>
    /// foreach (var part in Tensor.Arange(4).Reshape(2, 2).VSplit(2)) Console.WriteLine(part);
    /// // [[0, 1]]
    /// // [[2, 3]]
    /// </code></example>
    /// <exception cref="ShapeException">The size is not a multiple of the count.</exception>
    public Tensor[] VSplit(long count) => EqualPieces("VSplit", count, 0, 2);

    /// <summary>Pieces that begin at the given positions along the rows (axis 0); see <see cref="TensorSplit(ReadOnlySpan{long}, int)"/>.</summary>
    public Tensor[] VSplit(ReadOnlySpan<long> positions) => TensorSplit(positions, NeedRank("VSplit", 2, 0));

    /// <summary>Equal pieces along axis 2. Views.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([2, 2, 6]).DSplit(3)[0].Shape);    // [2, 2, 2]
    /// </code></example>
    /// <exception cref="ShapeException">The size is not a multiple of the count.</exception>
    public Tensor[] DSplit(long count) => EqualPieces("DSplit", count, 2, 3);

    /// <summary>Pieces that begin at the given positions along axis 2; see <see cref="TensorSplit(ReadOnlySpan{long}, int)"/>.</summary>
    public Tensor[] DSplit(ReadOnlySpan<long> positions) => TensorSplit(positions, NeedRank("DSplit", 3, 2));

    int NeedRank(string op, int rank, int axis) => Rank >= rank ? axis : throw new ShapeException($"{op}: expected at least {rank} axes. Received: shape {Shape}.");

    Tensor[] EqualPieces(string op, long count, int axis, int rank)
    {
        NeedRank(op, rank, axis);
        if (count < 1 || Shape[axis] % count != 0) throw new ShapeException($"{op}: axis {axis} of shape {Shape} cannot be cut into {count} equal pieces. Use TensorSplit for unequal ones.");
        return TensorSplit(count, axis);
    }

    /// <summary>The slices along an axis, which vanishes. Views.</summary>
    /// <example><code>
    /// foreach (var row in Tensor.Arange(4).Reshape(2, 2).Unbind()) Console.WriteLine(row);
    /// // [0, 1]
    /// // [2, 3]
    /// </code></example>
    /// <exception cref="ShapeException">The axis does not exist, or its size is unknown while a graph is captured.</exception>
    public Tensor[] Unbind(int axis = 0)
    {
        int i = Shape.Axis(axis, "Unbind");
        var slices = new Tensor[Shape[i].Value];
        for (int k = 0; k < slices.Length; k++) slices[k] = Select(i, k);
        return slices;
    }

    /// <summary>Matrices on the diagonal of a larger one, each to the lower right of the one before, and zeros elsewhere. Vectors are rows.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.BlockDiag(Tensor.From(new[,] { { 1f, 2f } }), Tensor.From(3f)));
    /// // [[1, 2, 0],
    /// //  [0, 0, 3]]
    /// </code></example>
    /// <exception cref="ShapeException">A tensor has more than two axes.</exception>
    public static Tensor BlockDiag(params ReadOnlySpan<Tensor> blocks)
    {
        var matrices = Each(blocks, "BlockDiag", t => t.Rank <= 2 ? t.AtLeast2D() : throw new ShapeException($"BlockDiag: expected matrices. Received: shape {t.Shape}."));
        Dim total = 0, before = 0;
        foreach (var matrix in matrices) total += matrix.Shape[1];
        var rows = new Tensor[matrices.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            var matrix = matrices[i];
            Dim height = matrix.Shape[0], width = matrix.Shape[1];
            rows[i] = Concat([Zeros(before), matrix, Zeros(total - before - width)], 1);
            before += width;

            Tensor Zeros(Dim columns) => Constant(0, new(matrix.DType, [height, columns]));
        }
        return Concat(rows);
    }

    /// <summary>Tensors broadcast to their common shape. Views.</summary>
    /// <example><code>
    /// var parts = Tensor.BroadcastTensors(Tensor.Ones([3, 1]), Tensor.Ones([4]));
    /// Console.WriteLine($"{parts[0].Shape} {parts[1].Shape}");    // [3, 4] [3, 4]
    /// </code></example>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public static Tensor[] BroadcastTensors(params ReadOnlySpan<Tensor> tensors)
    {
        var shape = Shape.Broadcast([.. Shapes(tensors)]);
        return Array.ConvertAll(tensors.ToArray(), t => t.BroadcastTo(shape));

        static IEnumerable<Shape> Shapes(ReadOnlySpan<Tensor> tensors) => Array.ConvertAll(tensors.ToArray(), t => t.Shape);
    }

    /// <summary>
    /// The coordinates of all points of a grid whose axes have the given coordinates: one tensor for each axis, all of the grid's shape. Views.
    /// </summary>
    /// <param name="axes">Vectors, or scalars for axes of one point.</param>
    /// <param name="indexing">Whether the first coordinate runs along axis 0 or along axis 1.</param>
    /// <example><code>
    /// var grid = Tensor.MeshGrid([Tensor.Arange(2), Tensor.Arange(3)]);
    /// Console.WriteLine(grid[0]);
    /// // [[0, 0, 0],
    /// //  [1, 1, 1]]
    /// Console.WriteLine(grid[1]);
    /// // [[0, 1, 2],
    /// //  [0, 1, 2]]
    /// </code></example>
    /// <exception cref="ShapeException">A tensor is neither a vector nor a scalar.</exception>
    public static Tensor[] MeshGrid(ReadOnlySpan<Tensor> axes, GridIndexing indexing = GridIndexing.IJ)
    {
        var lines = Each(axes, "MeshGrid", t => t.Rank <= 1 ? t.AtLeast1D() : throw new ShapeException($"MeshGrid: expected vectors. Received: shape {t.Shape}."));
        Shape grid = [.. lines.Select(t => t.Shape[0])];
        var points = new Tensor[lines.Length];
        for (int i = 0; i < points.Length; i++)
        {
            points[i] = lines[i].Reshape([.. grid.Select((d, k) => k == i ? d : 1)]).BroadcastTo(grid);
            if (indexing == GridIndexing.XY && grid.Rank >= 2) points[i] = points[i].Transpose(0, 1);
        }
        return points;
    }

    /// <summary>All combinations of one element of each vector, row by row, the last changing fastest: shape [how many, vectors]. Of one vector, itself.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.CartesianProd(Tensor.From([1, 2]), Tensor.From([5, 6])));
    /// // [[1, 5],
    /// //  [1, 6],
    /// //  [2, 5],
    /// //  [2, 6]]
    /// </code></example>
    /// <exception cref="ShapeException">A tensor is not a vector.</exception>
    public static Tensor CartesianProd(params ReadOnlySpan<Tensor> vectors)
    {
        foreach (var vector in vectors)
            if (vector.Rank != 1) throw new ShapeException($"CartesianProd: expected vectors. Received: shape {vector.Shape}.");
        if (vectors.Length == 1) return vectors[0];
        return Stack(MeshGrid(vectors), -1).Reshape([-1, vectors.Length]);
    }

    /// <summary>All choices of <paramref name="size"/> elements of a vector in the order in which they stand in it, row by row: shape [how many, size].</summary>
    /// <param name="size">The number of elements in each row.</param>
    /// <param name="repeated">Whether an element may be chosen several times.</param>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1, 2, 3]).Combinations());
    /// // [[1, 2],
    /// //  [1, 3],
    /// //  [2, 3]]
    /// </code></example>
    /// <exception cref="ShapeException">The tensor is not a vector, its size is unknown, or <paramref name="size"/> is negative.</exception>
    public Tensor Combinations(int size = 2, bool repeated = false)
    {
        if (Rank != 1 || size < 0) throw new ShapeException($"Combinations: expected a vector and a size that is not negative. Received: shape {Shape} and size {size}.");
        if (size == 0) return Constant(0, new(DType, Shape.Of(0))).Contiguous();
        long count = Shape[0];
        List<long> rows = [];
        var chosen = new long[size];
        Choose(0, 0);
        return IndexSelect(0, From([.. rows], Shape.Of(rows.Count / size, size)));

        void Choose(int place, long from)
        {
            if (place == size)
            {
                rows.AddRange(chosen);
                return;
            }
            for (chosen[place] = from; chosen[place] < count; chosen[place]++) Choose(place + 1, repeated ? chosen[place] : chosen[place] + 1);
        }
    }
}
