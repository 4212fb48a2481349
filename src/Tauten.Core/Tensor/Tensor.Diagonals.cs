using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <inheritdoc cref="Ops.Tril"/>
    /// <example><code>
    /// var causal = Tensor.Ones([3, 3], DType.Int32).Tril();       // row i may see columns 0 to i
    /// Console.WriteLine(causal);
    /// // [[1, 0, 0],
    /// //  [1, 1, 0],
    /// //  [1, 1, 1]]
    /// </code></example>
    /// <exception cref="ShapeException">The rank is below 2.</exception>
    public Tensor Tril(long diagonal = 0) => Dispatch.Run(new Tril(diagonal), this);

    /// <inheritdoc cref="Ops.Triu"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([3, 3], DType.Int32).Triu(1));
    /// // [[0, 1, 1],
    /// //  [0, 0, 1],
    /// //  [0, 0, 0]]
    /// </code></example>
    /// <exception cref="ShapeException">The rank is below 2.</exception>
    public Tensor Triu(long diagonal = 0) => Dispatch.Run(new Triu(diagonal), this);

    /// <summary>The rows and columns of the elements of a lower triangle, row by row: int64 of shape [2, how many].</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.TrilIndices(2, 2));
    /// // [[0, 1, 1],
    /// //  [0, 0, 1]]
    /// </code></example>
    public static Tensor TrilIndices(long rows, long columns, long diagonal = 0) => TriangleIndices("TrilIndices", rows, columns, (row, column) => column - row <= diagonal);

    /// <summary>The rows and columns of the elements of an upper triangle, row by row: int64 of shape [2, how many].</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.TriuIndices(2, 2));
    /// // [[0, 0, 1],
    /// //  [0, 1, 1]]
    /// </code></example>
    public static Tensor TriuIndices(long rows, long columns, long diagonal = 0) => TriangleIndices("TriuIndices", rows, columns, (row, column) => column - row >= diagonal);

    static Tensor TriangleIndices(string op, long rows, long columns, Func<long, long, bool> isInside)
    {
        if (rows < 0 || columns < 0) throw new ShapeException($"{op}: sizes must not be negative. Received: {rows} rows and {columns} columns.");
        List<long> down = [], right = [];
        for (long row = 0; row < rows; row++)
            for (long column = 0; column < columns; column++)
                if (isInside(row, column))
                {
                    down.Add(row);
                    right.Add(column);
                }
        return From([.. down, .. right], Shape.Of(2, down.Count));
    }

    /// <summary>A diagonal through two axes, as the last axis of the result; see <see cref="Ops.Diagonal"/>. A view.</summary>
    /// <param name="offset">0 is the main diagonal; above 0 it lies to the right of it, below 0 to the left.</param>
    /// <param name="axis1">The axis of the rows.</param>
    /// <param name="axis2">The axis of the columns.</param>
    /// <example><code>
    /// var x = Tensor.Arange(9).Reshape(3, 3);
    /// Console.WriteLine(x.Diagonal());    // [0, 4, 8]
    /// Console.WriteLine(x.Diagonal(1));    // [1, 5]
    /// </code></example>
    /// <exception cref="ShapeException">An axis does not exist, or both are the same.</exception>
    public Tensor Diagonal(long offset = 0, int axis1 = 0, int axis2 = 1) => Dispatch.Run(new Diagonal(offset, Shape.Axis(axis1, "Diagonal"), Shape.Axis(axis2, "Diagonal")), this);

    /// <inheritdoc cref="Ops.DiagonalScatter"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.Zeros([2, 2]).DiagonalScatter(Tensor.From([1f, 2])));
    /// // [[1, 0],
    /// //  [0, 2]]
    /// </code></example>
    /// <exception cref="ShapeException">The source does not have the shape of the diagonal.</exception>
    public Tensor DiagonalScatter(Tensor source, long offset = 0, int axis1 = 0, int axis2 = 1) =>
        Dispatch.Run(new DiagonalScatter(offset, Shape.Axis(axis1, "DiagonalScatter"), Shape.Axis(axis2, "DiagonalScatter")), this, source);

    /// <summary>
    /// Matrices with the last axis on a diagonal and zeros elsewhere: [.., n] becomes [.., n + |offset|, n + |offset|]. The axes of the matrices come
    /// at <paramref name="axis1"/> and <paramref name="axis2"/> of the result.
    /// </summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2]).DiagEmbed());
    /// // [[1, 0],
    /// //  [0, 2]]
    /// Console.WriteLine(Tensor.Ones([10, 3]).DiagEmbed().Shape);    // [10, 3, 3]
    /// </code></example>
    /// <exception cref="ShapeException">The tensor is a scalar, an axis does not exist, or both are the same.</exception>
    public Tensor DiagEmbed(long offset = 0, int axis1 = -2, int axis2 = -1)
    {
        if (Rank == 0) throw new ShapeException("DiagEmbed: expected at least one axis. Received: a scalar.");
        Dim size = Shape[^1] + Math.Abs(offset);
        Shape whole = [.. Shape.Take(Rank - 1), size, size];
        int rows = whole.Axis(axis1, "DiagEmbed"), columns = whole.Axis(axis2, "DiagEmbed");
        if (rows == columns) throw new ShapeException($"DiagEmbed: expected two axes. Received: {axis1} and {axis2}.");
        return Constant(0, new(DType, whole)).DiagonalScatter(this, offset, Rank - 1, Rank).MoveAxis([-2, -1], [rows, columns]);
    }

    /// <summary>The diagonal of a matrix (a view), or a square matrix with a vector on its diagonal.</summary>
    /// <example><code>
    /// var x = Tensor.From([1f, 2]).Diag();
    /// Console.WriteLine(x);
    /// // [[1, 0],
    /// //  [0, 2]]
    /// Console.WriteLine(x.Diag());    // [1, 2]
    /// </code></example>
    /// <exception cref="ShapeException">The tensor is neither a vector nor a matrix.</exception>
    public Tensor Diag(long offset = 0) => Rank switch
    {
        1 => DiagEmbed(offset),
        2 => Diagonal(offset),
        _ => throw new ShapeException($"Diag: expected a vector or a matrix. Received: shape {Shape}. Use Diagonal or DiagEmbed for batches."),
    };

    /// <summary>A square matrix with all elements, in row-major order, on its diagonal.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From(new[,] { { 1f, 2f } }).DiagFlat());
    /// // [[1, 0],
    /// //  [0, 2]]
    /// </code></example>
    public Tensor DiagFlat(long offset = 0) => Flatten().DiagEmbed(offset);

    /// <summary>The sum along a diagonal through two axes; those of a matrix unless said otherwise.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Arange(9).Reshape(3, 3).Trace());    // 12
    /// </code></example>
    /// <exception cref="ShapeException">An axis does not exist, or both are the same.</exception>
    public Tensor Trace(long offset = 0, int axis1 = 0, int axis2 = 1) => Diagonal(offset, axis1, axis2).Sum(-1);

    /// <summary>A matrix with one number on a diagonal.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Zeros([2, 3]).FillDiagonal(5));
    /// // [[5, 0, 0],
    /// //  [0, 5, 0]]
    /// </code></example>
    /// <exception cref="ShapeException">The tensor is not a matrix.</exception>
    public Tensor FillDiagonal(double value, long offset = 0)
    {
        if (Rank != 2) throw new ShapeException($"FillDiagonal: expected a matrix. Received: shape {Shape}.");
        return DiagonalScatter(Constant(value, new(DType, [Ops.Diagonal.Length(Shape[0], Shape[1], offset)])), offset);
    }
}
