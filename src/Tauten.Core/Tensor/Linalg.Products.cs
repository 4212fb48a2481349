using Tauten.Ops;

namespace Tauten;

public static partial class Linalg
{
    /// <summary>The matrix product; see <see cref="Tensor.MatMul"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Linalg.MatMul(Tensor.From(new[,] { { 1f, 2f } }), Tensor.From(new[,] { { 3f }, { 4f } })));    // [[11]]
    /// </code></example>
    public static Tensor MatMul(Tensor a, Tensor b) => a.MatMul(b);

    /// <summary>The sum of products along an axis, of tensors that broadcast to each other.</summary>
    /// <example><code>
    /// Console.WriteLine(Linalg.VecDot(Tensor.From(new[,] { { 1f, 2f }, { 3f, 4f } }), Tensor.From([1f, 10])));    // [21, 43]
    /// </code></example>
    public static Tensor VecDot(Tensor a, Tensor b, int axis = -1)
    {
        Tensor x = Wide(a), y = Wide(b);
        return (x * y).Sum(axis).To(a.DType);
    }

    /// <inheritdoc cref="Tensor.Cross"/>
    /// <example><code>
    /// Console.WriteLine(Linalg.Cross(Tensor.From([1f, 0, 0]), Tensor.From([0f, 1, 0])));    // [0, 0, 1]
    /// </code></example>
    public static Tensor Cross(Tensor a, Tensor b, int axis = -1) => a.Cross(b, axis);

    /// <summary>A diagonal of matrices, as the last axis of the result. A view.</summary>
    /// <param name="a">The matrices.</param>
    /// <param name="offset">0 is the main diagonal; above 0 it lies to the right of it, below 0 to the left.</param>
    /// <param name="axis1">The axis of the rows.</param>
    /// <param name="axis2">The axis of the columns.</param>
    /// <example><code>
    /// // Of each matrix.
    /// Console.WriteLine(Linalg.Diagonal(Tensor.Arange(8).Reshape(2, 2, 2)));
    /// // [[0, 3],
    /// //  [4, 7]]
    /// </code></example>
    public static Tensor Diagonal(Tensor a, long offset = 0, int axis1 = -2, int axis2 = -1) => a.Diagonal(offset, axis1, axis2);

    /// <summary>
    /// The product of several matrices in the order that needs the fewest multiplications (Cormen et al.: "Introduction to Algorithms", section 15.2). The first may be a row vector,
    /// the last a column vector. From the left while sizes are unknown.
    /// </summary>
    /// <example><code>
    /// var x = Linalg.MultiDot(Tensor.Ones([10, 100]), Tensor.Ones([100, 5]), Tensor.Ones([5, 50]));
    /// Console.WriteLine(x.Shape);    // [10, 50]
    /// </code></example>
    public static Tensor MultiDot(params ReadOnlySpan<Tensor> tensors)
    {
        if (tensors.Length < 2) throw new ShapeException($"MultiDot: expected at least two tensors. Received: {tensors.Length}.");
        var all = tensors.ToArray();
        bool row = all[0].Rank == 1, column = all[^1].Rank == 1;
        if (row) all[0] = all[0].Unsqueeze(0);
        if (column) all[^1] = all[^1].Unsqueeze(-1);
        foreach (var t in all)
            if (t.Rank != 2) throw new ShapeException($"MultiDot: expected matrices, and vectors only in the first and last place. Received: shape {t.Shape}.");
        var y = all.All(t => t.Shape.IsKnown) ? Ordered(all) : all.Aggregate((a, b) => a.MatMul(b));
        if (row) y = y.Squeeze(0);
        return column ? y.Squeeze(-1) : y;
    }

    static Tensor Ordered(Tensor[] x)
    {
        int n = x.Length;
        var cost = new double[n, n];
        var split = new int[n, n];
        for (int length = 1; length < n; length++)
            for (int i = 0; i + length < n; i++)
            {
                int k = i + length;
                cost[i, k] = double.PositiveInfinity;
                for (int s = i; s < k; s++)
                {
                    double total = cost[i, s] + cost[s + 1, k] + (double)x[i].Shape[0].Value * x[s].Shape[1].Value * x[k].Shape[1].Value;
                    if (total < cost[i, k]) (cost[i, k], split[i, k]) = (total, s);
                }
            }
        return Product(0, n - 1);

        Tensor Product(int i, int k) => i == k ? x[i] : Product(i, split[i, k]).MatMul(Product(split[i, k] + 1, k));
    }

    /// <summary>The product of <paramref name="exponent"/> copies of square matrices [.., n, n]; of their inverses when it is negative, the identity for 0.</summary>
    /// <example><code>
    /// Console.WriteLine(Linalg.MatrixPower(Tensor.From(new[,] { { 1.0, 1 }, { 0, 1 } }), 5));
    /// // [[1, 5],
    /// //  [0, 1]]
    /// </code></example>
    /// <exception cref="LinalgException">The exponent is negative and a matrix is singular.</exception>
    public static Tensor MatrixPower(Tensor a, int exponent)
    {
        if (a.Rank < 2 || a.Shape[^1] != a.Shape[^2] && a.Shape[^1].IsKnown && a.Shape[^2].IsKnown) throw new ShapeException($"MatrixPower: expected square matrices. Received: shape {a.Shape}.");
        if (exponent == 0) return Matrices.IdentityLike(a).Contiguous();
        var power = exponent < 0 ? Inv(a) : a;
        Tensor? result = null;
        for (long left = Math.Abs((long)exponent); ; power = power.MatMul(power))
        {
            if (left % 2 == 1) result = result is null ? power : result.MatMul(power);
            if ((left /= 2) == 0) return result!;
        }
    }

    /// <summary>The exponential of square matrices; see <see cref="Ops.MatrixExp"/>.</summary>
    /// <example><code>
    /// var turn = Tensor.From(new[,] { { 0.0, -1 }, { 1, 0 } }) * (Math.PI / 6);
    /// // The rotation by 30 degrees.
    /// Console.WriteLine(Linalg.MatrixExp(turn));
    /// // [[ 0.8660, -0.5000],
    /// //  [ 0.5000,  0.8660]]
    /// </code></example>
    public static Tensor MatrixExp(Tensor a) => Dispatch.Run(Ops.MatrixExp.Instance, Wide(a)).To(a.DType);

    /// <summary>The powers 0, 1, .. of each element along a new last axis: the matrix of Vandermonde.</summary>
    /// <param name="x">[.., n].</param>
    /// <param name="count">How many powers; n when left out.</param>
    /// <example><code>
    /// Console.WriteLine(Linalg.Vander(Tensor.From([1f, 2, 3]), 3));
    /// // [[1, 1, 1],
    /// //  [1, 2, 4],
    /// //  [1, 3, 9]]
    /// </code></example>
    public static Tensor Vander(Tensor x, Dim? count = null)
    {
        if (x.Rank == 0) throw new ShapeException("Vander: expected a vector or a batch of them. Received: a scalar.");
        return x.Unsqueeze(-1).BroadcastTo([.. x.Shape, count ?? x.Shape[^1]]).CumProd(-1, exclusive: true);
    }
}
