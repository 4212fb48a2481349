using Tauten.Ops;

namespace Tauten;

/// <summary>Norms of matrices that have a name.</summary>
public enum MatrixNorm
{
    /// <summary>The root of the sum of all squares.</summary>
    Frobenius,
    /// <summary>The sum of the singular values.</summary>
    Nuclear,
}

public static partial class Linalg
{
    /// <summary>The Euclidean norm of all elements.</summary>
    /// <example><code>
    /// var x = Tensor.From(new[,] { { 3f, 0f }, { 0f, 4f } });
    /// Console.WriteLine(Linalg.Norm(x));    // 5
    /// Console.WriteLine(Linalg.Norm(x, 1));    // 4    the largest column sum of a matrix
    /// </code></example>
    public static Tensor Norm(Tensor x) => x.Norm();

    /// <summary>
    /// The norm of vectors along one axis, or of matrices along two. Without axes, the tensor must be a vector or a matrix. See <see cref="VectorNorm"/> and
    /// <see cref="MatrixNorm(Tensor, double, Dims?, bool)"/>.
    /// </summary>
    public static Tensor Norm(Tensor x, double order, Dims? axes = null, bool keepDims = false)
    {
        int count = axes?.Count ?? x.Rank;
        if (count is not (1 or 2)) throw new ShapeException($"Norm: expected a vector or a matrix, or one or two axes. Received: shape {x.Shape}{(axes is null ? "" : $" and axes {axes}")}.");
        return count == 1 ? VectorNorm(x, order, axes, keepDims) : MatrixNorm(x, order, axes, keepDims);
    }

    /// <inheritdoc cref="MatrixNorm(Tensor, Tauten.MatrixNorm, Dims?, bool)"/>
    public static Tensor Norm(Tensor x, MatrixNorm order, Dims? axes = null, bool keepDims = false) => MatrixNorm(x, order, axes, keepDims);

    /// <summary>The norm of the elements along axes, of all when left out; see <see cref="Ops.Norm"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Linalg.VectorNorm(Tensor.From([3f, -4])));    // 5
    /// Console.WriteLine(Linalg.VectorNorm(Tensor.From([3f, -4]), double.PositiveInfinity));    // 4
    /// </code></example>
    public static Tensor VectorNorm(Tensor x, double order = 2, Dims? axes = null, bool keepDims = false) => x.Norm(order, axes ?? Dims.Create([.. Enumerable.Range(0, x.Rank).Select(i => (long)i)]), keepDims);

    /// <summary>The Frobenius or nuclear norm of matrices.</summary>
    /// <param name="x">The matrices.</param>
    /// <param name="order">Which norm.</param>
    /// <param name="axes">The axes of rows and columns; the last two when left out.</param>
    /// <param name="keepDims">Whether the axes stay with size 1.</param>
    /// <example><code>
    /// var x = Tensor.From(new[,] { { 3.0, 0 }, { 0, 4 } });
    /// Console.WriteLine(Linalg.MatrixNorm(x));    // 5
    /// Console.WriteLine(Linalg.MatrixNorm(x, MatrixNorm.Nuclear));    // 7
    /// </code></example>
    public static Tensor MatrixNorm(Tensor x, MatrixNorm order = Tauten.MatrixNorm.Frobenius, Dims? axes = null, bool keepDims = false) => order == Tauten.MatrixNorm.Frobenius
        ? VectorNorm(x, 2, Two(x, axes), keepDims)
        : OfMatrices(x, axes, keepDims, m => SvdVals(m).Sum(-1));

    /// <summary>
    /// A norm of matrices: 1 for the largest sum of magnitudes in a column, infinity in a row, 2 for the largest singular value; negative orders take the
    /// smallest instead.
    /// </summary>
    /// <param name="x">The matrices.</param>
    /// <param name="order">1, -1, 2, -2, infinity or negative infinity.</param>
    /// <param name="axes">The axes of rows and columns; the last two when left out.</param>
    /// <param name="keepDims">Whether the axes stay with size 1.</param>
    public static Tensor MatrixNorm(Tensor x, double order, Dims? axes = null, bool keepDims = false) => order switch
    {
        1 => OfMatrices(x, axes, keepDims, m => m.Abs().Sum(-2).Max(-1)),
        -1 => OfMatrices(x, axes, keepDims, m => m.Abs().Sum(-2).Min(-1)),
        double.PositiveInfinity => OfMatrices(x, axes, keepDims, m => m.Abs().Sum(-1).Max(-1)),
        double.NegativeInfinity => OfMatrices(x, axes, keepDims, m => m.Abs().Sum(-1).Min(-1)),
        2 => OfMatrices(x, axes, keepDims, m => SvdVals(m).Max(-1)),
        -2 => OfMatrices(x, axes, keepDims, m => SvdVals(m).Min(-1)),
        _ => throw new ShapeException($"MatrixNorm: expected an order of 1, -1, 2, -2, infinity or negative infinity. Received: {order}."),
    };

    static Dims Two(Tensor x, Dims? axes)
    {
        var two = axes ?? [-2, -1];
        if (two.Count != 2 || x.Rank < 2) throw new ShapeException($"MatrixNorm: expected two axes of a matrix or a batch of them. Received: shape {x.Shape} and axes {two}.");
        var counted = Dims.Create([.. two.Select(axis => (long)x.Shape.Axis(axis, "MatrixNorm"))]);
        return counted[0] != counted[1] ? counted : throw new ShapeException($"MatrixNorm: axis {two[0]} is named twice in {two}.");
    }

    static Tensor OfMatrices(Tensor x, Dims? axes, bool keepDims, Func<Tensor, Tensor> norm)
    {
        if (!x.DType.IsFloating()) throw new DTypeException($"MatrixNorm: expected a floating-point dtype. Received: {x.DType.Name()}. Convert with To(dtype).");
        var two = Two(x, axes);
        int row = (int)two[0], column = (int)two[1];
        var moved = row == x.Rank - 2 && column == x.Rank - 1 ? x : x.Permute([.. Enumerable.Range(0, x.Rank).Where(i => i != row && i != column), row, column]);
        var y = norm(Wide(moved)).To(x.DType);
        return keepDims ? y.Unsqueeze(two) : y;
    }

    /// <summary>The determinant of square matrices [.., n, n]; see <see cref="Ops.Det"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Linalg.Det(Tensor.From(new[,] { { 2.0, 1 }, { 4, 5 } })));    // 6
    /// </code></example>
    public static Tensor Det(Tensor a) => Dispatch.Run(Ops.Det.Instance, Wide(a)).To(a.DType);

    /// <summary>The cofactors of square matrices [.., n, n]: the gradient of the determinant, also of singular ones; see <see cref="Ops.Cofactors"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Linalg.Cofactors(Tensor.From(new[,] { { 1.0, 2 }, { 3, 4 } })).Round(4));
    /// // [[ 4, -3],
    /// //  [-2,  1]]
    /// </code></example>
    public static Tensor Cofactors(Tensor a) => Dispatch.Run(Ops.Cofactors.Instance, Wide(a)).To(a.DType);

    /// <summary>Sign, and logarithm of the magnitude, of the determinant of square matrices [.., n, n]; see <see cref="Ops.SlogDet"/>.</summary>
    /// <example><code>
    /// var (sign, log) = Linalg.SlogDet(Tensor.From(new[,] { { 0.0, 1 }, { 2, 0 } }));
    /// Console.WriteLine($"{sign} {log}");    // -1 0.6931
    /// </code></example>
    public static (Tensor Sign, Tensor LogAbsDet) SlogDet(Tensor a)
    {
        var y = Dispatch.RunAll(Ops.SlogDet.Instance, Wide(a));
        return (y[0].To(a.DType), y[1].To(a.DType));
    }

    /// <summary>The logarithm of the determinant of square matrices [.., n, n]: NaN where it is negative, minus infinity where it is 0.</summary>
    /// <example><code>
    /// Console.WriteLine(Linalg.LogDet(Tensor.From(new[,] { { 2.0, 0 }, { 0, 3 } })));    // 1.7918
    /// </code></example>
    public static Tensor LogDet(Tensor a)
    {
        var (sign, log) = SlogDet(a);
        return Tensor.Where(sign < 0, double.NaN, log);
    }
}
