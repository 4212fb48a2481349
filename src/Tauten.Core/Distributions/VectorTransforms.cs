namespace Tauten.Distributions;

/// <summary>exp(x) over its sum along the last axis. Not one to one: its inverse is the logarithm, and it has no change of volume.</summary>
/// <example><code>
/// Console.WriteLine(new SoftmaxTransform().Forward(Tensor.From([1f, 2, 3])));    // [0.0900, 0.2447, 0.6652]
/// </code></example>
public sealed class SoftmaxTransform : Transform
{
    /// <inheritdoc/>
    public override int EventRank => 1;

    /// <inheritdoc/>
    public override Tensor? Sign => null;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Softmax(-1);

    /// <inheritdoc/>
    public override Tensor Inverse(Tensor y) => y.Log();

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: inputs that differ by a constant have the same output.</exception>
    public override Tensor LogAbsDetJacobian(Tensor x, Tensor y) => throw new NotSupportedException("SoftmaxTransform is not one to one. Use StickBreakingTransform.");
}

/// <summary>Vectors of n - 1 numbers to n proportions: each takes a part of what the ones before it left, the sigmoid of its number (less the logarithm of how many follow).</summary>
/// <example><code>
/// var transform = new StickBreakingTransform();
/// var x = Tensor.From([0f, 0]);
/// var y = transform.Forward(x);
/// Console.WriteLine(y);    // [0.3333, 0.3333, 0.3333]
/// Console.WriteLine(transform.LogAbsDetJacobian(x, y));    // -3.2958
/// </code></example>
public sealed class StickBreakingTransform : Transform
{
    /// <inheritdoc/>
    public override int EventRank => 1;

    /// <inheritdoc/>
    public override Tensor? Sign => null;

    // n - 1, n - 2, ..., 1.
    static Tensor Following(Tensor x) => Tensor.Arange(x.Shape[^1].Value, 0, -1, x.DType);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        var part = (x - Following(x).Log()).Sigmoid();
        var left = (1 - part).CumProd(-1);
        return part.Pad(-1, 0, 1, 1) * left.Pad(-1, 1, 0, 1);
    }

    /// <inheritdoc/>
    public override Tensor Inverse(Tensor y)
    {
        var parts = y.Slice(-1, 0, -1);
        double least = y.DType.SmallestNormal();
        var left = (1 - parts.CumSum(-1)).Maximum(least);
        return parts.Log() - left.Log() + Following(parts).Log();
    }

    /// <inheritdoc/>
    public override Tensor LogAbsDetJacobian(Tensor x, Tensor y)
    {
        var moved = x - Following(x).Log();
        return (-moved + moved.LogSigmoid() + y.Slice(-1, 0, -1).Log()).Sum(-1);
    }

    /// <inheritdoc/>
    public override Shape ForwardShape(Shape shape) => shape.With(shape.Rank - 1, shape[^1] + 1);

    /// <inheritdoc/>
    public override Shape InverseShape(Shape shape) => shape.With(shape.Rank - 1, shape[^1] - 1);
}

/// <summary>Square matrices to lower triangular ones with a positive diagonal, the exponential of the input's.</summary>
/// <example><code>
/// Console.WriteLine(new LowerCholeskyTransform().Forward(Tensor.From(new[,] { { 0f, 7f }, { 3f, 1f } })));
/// // [[1.0000, 0.0000],
/// //  [3.0000, 2.7183]]
/// </code></example>
public sealed class LowerCholeskyTransform : Transform
{
    /// <inheritdoc/>
    public override int EventRank => 2;

    /// <inheritdoc/>
    public override Tensor? Sign => null;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Tril(-1) + x.Diagonal(0, -2, -1).Exp().DiagEmbed();

    /// <inheritdoc/>
    public override Tensor Inverse(Tensor y) => y.Tril(-1) + y.Diagonal(0, -2, -1).Log().DiagEmbed();

    /// <inheritdoc/>
    public override Tensor LogAbsDetJacobian(Tensor x, Tensor y) => x.Diagonal(0, -2, -1).Sum(-1);
}

/// <summary>Square matrices to positive definite ones: L L^T with the L of <see cref="LowerCholeskyTransform"/>.</summary>
/// <example><code>
/// Console.WriteLine(new PositiveDefiniteTransform().Forward(Tensor.From(new[,] { { 0f, 7f }, { 3f, 0f } })));
/// // [[ 1,  3],
/// //  [ 3, 10]]
/// </code></example>
public sealed class PositiveDefiniteTransform : Transform
{
    readonly LowerCholeskyTransform lower = new();

    /// <inheritdoc/>
    public override int EventRank => 2;

    /// <inheritdoc/>
    public override Tensor? Sign => null;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        var factor = lower.Forward(x);
        return factor.MatMul(factor.Transpose(-2, -1));
    }

    /// <inheritdoc/>
    public override Tensor Inverse(Tensor y) => lower.Inverse(Linalg.Cholesky(y));

    // Of the lower triangle: 2^n times the product of L[i, i]^(n - i), after that of the exponential.
    /// <inheritdoc/>
    public override Tensor LogAbsDetJacobian(Tensor x, Tensor y)
    {
        long size = x.Shape[^1].Value;
        return (x.Diagonal(0, -2, -1) * (Tensor.Arange(size, 0, -1, x.DType) + 1)).Sum(-1) + size * Math.Log(2);
    }
}

/// <summary>
/// Vectors of n (n-1) / 2 numbers to Cholesky factors of n x n correlation matrices: tanh makes partial correlations, each taking a part of what the ones before it in the row left
/// (Lewandowski, Kurowicka, Joe: "Generating random correlation matrices based on vines and extended onion method", 2009).
/// </summary>
/// <example><code>
/// Console.WriteLine(new CorrCholeskyTransform().Forward(Tensor.From([0.5f])));
/// // [[1.0000, 0.0000],
/// //  [0.4621, 0.8868]]
/// </code></example>
public sealed class CorrCholeskyTransform : Transform
{
    /// <inheritdoc/>
    public override int EventRank => 1;

    /// <inheritdoc/>
    public override int OutputRank => 2;

    /// <inheritdoc/>
    public override Tensor? Sign => null;

    static long SizeOf(Dim count)
    {
        long size = (long)Math.Round((1 + Math.Sqrt(1 + 8.0 * count.Value)) / 2);
        return size * (size - 1) / 2 == count.Value ? size : throw new ShapeException($"CorrCholeskyTransform: expected n (n-1) / 2 numbers along the last axis. Received: {count}.");
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        long size = SizeOf(x.Shape[^1]);
        var partial = Triangle.ToMatrix(x.Tanh(), size);
        var left = (1 - partial.Square()).Sqrt().CumProd(-1);
        return (partial + Tensor.Eye(size, dtype: x.DType)) * left.Slice(-1, 0, -1).Pad(-1, 1, 0, 1);
    }

    /// <inheritdoc/>
    public override Tensor Inverse(Tensor y)
    {
        var left = (1 - y.Square().CumSum(-1)).Slice(-1, 0, -1).Pad(-1, 1, 0, 1);
        return (Triangle.ToVector(y, -1) / Triangle.ToVector(left, -1).Sqrt()).Atanh();
    }

    /// <inheritdoc/>
    public override Tensor LogAbsDetJacobian(Tensor x, Tensor y)
    {
        // The numbers behind the second of each row are scaled by what is left there.
        var left = Triangle.ToVector(1 - y.Square().CumSum(-1), -2);
        return left.Log().Sum(-1) / 2 - 2 * (x + (-2 * x).Softplus() - Math.Log(2)).Sum(-1);
    }

    /// <inheritdoc/>
    public override Shape ForwardShape(Shape shape) => [.. shape.Take(shape.Rank - 1), SizeOf(shape[^1]), SizeOf(shape[^1])];

    /// <inheritdoc/>
    public override Shape InverseShape(Shape shape) => [.. shape.Take(shape.Rank - 2), shape[^1] * (shape[^1] - 1) / 2];
}

/// <summary>Lower triangles as vectors, row by row.</summary>
static class Triangle
{
    /// <summary>The elements on and below a diagonal.</summary>
    public static Tensor ToVector(Tensor matrix, long diagonal)
    {
        long size = matrix.Shape[^1].Value;
        var positions = new List<long>();
        for (long i = 0; i < size; i++)
            for (long j = 0; j <= i + diagonal; j++) positions.Add(i * size + j);
        return matrix.Flatten(-2, -1).IndexSelect(-1, Tensor.From([.. positions], [positions.Count]));
    }

    /// <summary>A matrix with the elements below the main diagonal, and zeros.</summary>
    public static Tensor ToMatrix(Tensor vector, long size)
    {
        var from = new long[size * size];
        long count = vector.Shape[^1].Value, next = 0;
        for (long i = 0; i < size; i++)
            for (long j = 0; j < size; j++) from[i * size + j] = j < i ? next++ : count;
        return vector.Pad(-1, 0, 1).IndexSelect(-1, Tensor.From(from, [size * size])).Reshape([.. vector.Shape.Take(vector.Rank - 1), size, size]);
    }
}
