using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    // From these sizes on, products of matrices are worth their loss of accuracy for points that are close together.
    const long FewRows = 25;

    /// <inheritdoc cref="Ops.CDist"/>
    /// <remarks>
    /// Euclidean distances between more than 25 rows follow from a matrix product, |a|^2 + |b|^2 - 2 a b, after the mean of the other rows was subtracted: the error of a distance d
    /// of rows of size r is then about r^2 / d units in the last place.
    /// </remarks>
    /// <param name="other">The other rows.</param>
    /// <param name="order">The order of the norm.</param>
    /// <example><code>
    /// var a = Tensor.From(new[,] { { 0f, 0f }, { 3f, 4f } });
    /// var b = Tensor.From(new[,] { { 0f, 0f }, { 3f, 0f }, { 0f, 4f } });
    /// Console.WriteLine(a.CDist(b));
    /// // [[0, 3, 4],
    /// //  [5, 4, 3]]
    /// </code></example>
    /// <exception cref="ShapeException">The rows have different sizes.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="order"/> is negative or NaN.</exception>
    public Tensor CDist(Tensor other, double order = 2)
    {
        if (!(order >= 0)) throw new ArgumentOutOfRangeException(nameof(order), order, "CDist: expected an order of the norm that is not negative.");
        var op = new CDist(order);
        if (order != 2 || Rank < 2 || other.Rank < 2 || !(Many(Shape[-2]) || Many(other.Shape[-2]))) return Dispatch.Run(op, this, other);
        op.Infer([Spec, other.Spec]);
        return ByProducts(this, other);

        static bool Many(Dim rows) => rows.IsKnown && rows > FewRows;
    }

    static Tensor ByProducts(Tensor a, Tensor b)
    {
        // Distances do not change with the origin, but what cancels does.
        var origin = b.Detach().Mean(-2, keepDims: true);
        (a, b) = (a - origin, b - origin);
        var square = a.Square().Sum(-1, keepDims: true) + b.Square().Sum(-1, keepDims: true).T - a.MatMul(b.T) * 2;
        var positive = square > 0;
        return Where(positive, Where(positive, square, 1).Sqrt(), 0);
    }

    /// <summary>
    /// The distances between all pairs of rows of a matrix, a vector: those of row 0 to rows 1, 2, .., then of row 1 to rows 2, 3, .., and so on. The gradient is 0 where a distance is 0.
    /// </summary>
    /// <param name="order">The order of the norm; see <see cref="CDist"/>.</param>
    /// <example><code>
    /// var points = Tensor.From(new[,] { { 0f, 0f }, { 3f, 4f }, { 0f, 4f } });
    /// Console.WriteLine(points.PDist());    // [5, 4, 3]    0 to 1, 0 to 2, 1 to 2
    /// </code></example>
    /// <exception cref="ShapeException">The tensor is not a matrix.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="order"/> is negative or NaN.</exception>
    public Tensor PDist(double order = 2)
    {
        if (Rank != 2) throw new ShapeException($"PDist: expected a matrix. Received: shape {Shape}.");
        if (!(order >= 0)) throw new ArgumentOutOfRangeException(nameof(order), order, "PDist: expected an order of the norm that is not negative.");
        Dim rows = Shape[0];
        var row = Arange(0, rows, DType.Int64);
        // Twice the work of the pairs alone, but the differences of all pairs are never in memory at once.
        var pairs = (row.Reshape([rows, 1]) < row).Reshape([-1]).NonZero().Reshape([rows * (rows - 1) / 2]);
        return Dispatch.Run(new CDist(order), this, this).Reshape([-1]).IndexSelect(0, pairs);
    }

    /// <summary>The norm of the difference of two tensors, which are broadcast: a scalar. See <see cref="Norm(double)"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0f, 0]).Dist(Tensor.From([3f, 4])));    // 5
    /// </code></example>
    public Tensor Dist(Tensor other, double order = 2) => (this - other).Norm(order);

    /// <summary>
    /// This tensor with each slice along an axis whose norm is larger than <paramref name="maxNorm"/> multiplied by maxNorm / (norm + 1e-7), so that it has about that norm.
    /// </summary>
    /// <example><code>
    /// var rows = Tensor.From(new[,] { { 3f, 4f }, { 0.6f, 0.8f } });
    /// Console.WriteLine(rows.Renorm(order: 2, axis: 0, maxNorm: 1));
    /// // [[0.6000, 0.8000],
    /// //  [0.6000, 0.8000]]
    /// </code></example>
    /// <exception cref="ShapeException">The axis does not exist, or there is only one.</exception>
    public Tensor Renorm(double order, int axis, double maxNorm)
    {
        int kept = Shape.Axis(axis, "Renorm");
        if (Rank < 2) throw new ShapeException($"Renorm: expected at least two axes. Received: shape {Shape}.");
        var norms = Norm(order, Dims.Create([.. AllAxes.Where(i => i != kept)]), keepDims: true);
        return this * Where(norms > maxNorm, maxNorm / (norms + 1e-7), 1);
    }
}
