namespace Tauten.Distributions;

/// <summary>Normal vectors with a mean and a covariance, density exp(-(x-m)^T C^-1 (x-m) / 2) / sqrt(det(2 pi C)).</summary>
/// <example><code>
/// var distribution = new MultivariateNormal(Tensor.Zeros([2]), covariance: Tensor.From(new[,] { { 2f, 1f }, { 1f, 2f } }));
/// Console.WriteLine(distribution.Entropy());    // 3.3872
/// Console.WriteLine(distribution.LogProb(Tensor.From([1f, 1])));    // -2.7205
/// </code></example>
public sealed class MultivariateNormal : Distribution
{
    /// <summary>Normal distributions over vectors, by covariance, precision (its inverse) or lower triangular Cholesky factor [.. batch, n, n]: give one of them.</summary>
    /// <exception cref="ArgumentException">None or several are given.</exception>
    public MultivariateNormal(Tensor location, Tensor? covariance = null, Tensor? precision = null, Tensor? scaleTril = null) : this(location, Factor(covariance, precision, scaleTril), 0) { }

    MultivariateNormal(Tensor location, Tensor factor, int _) : base(Batch(location, factor), [location.Shape[^1]])
    {
        Location = location.BroadcastTo([.. BatchShape, .. EventShape]);
        ScaleTril = factor.BroadcastTo([.. BatchShape, .. EventShape, .. EventShape]);
    }

    static Shape Batch(Tensor location, Tensor factor)
    {
        if (location.Rank < 1 || factor.Rank < 2 || factor.Shape[^1] != location.Shape[^1] || factor.Shape[^2] != location.Shape[^1])
            throw new ShapeException($"MultivariateNormal: expected a location [.. batch, n] and a matrix [.. batch, n, n]. Received: {location.Shape} and {factor.Shape}.");
        return Shape.Broadcast([.. location.Shape.Take(location.Rank - 1)], [.. factor.Shape.Take(factor.Rank - 2)], "MultivariateNormal");
    }

    static Tensor Factor(Tensor? covariance, Tensor? precision, Tensor? scaleTril)
    {
        if (new[] { covariance, precision, scaleTril }.Count(t => t is not null) != 1) throw new ArgumentException("MultivariateNormal: expected one of covariance, precision and scaleTril.");
        if (scaleTril is not null) return scaleTril;
        if (covariance is not null) return Linalg.Cholesky(covariance);
        // The Cholesky factor of an inverse, from that of the matrix with rows and columns in reverse order.
        var flipped = Linalg.Cholesky(precision!.Flip([-2, -1])).Flip([-2, -1]).Transpose(-2, -1);
        return Linalg.SolveTriangular(flipped, Tensor.Eye(precision.Shape[^1], dtype: precision.DType), upper: false);
    }

    /// <summary>The mean.</summary>
    public Tensor Location { get; }

    /// <summary>The lower triangular L with L L^T = C.</summary>
    public Tensor ScaleTril { get; }

    /// <summary>C.</summary>
    public Tensor Covariance => ScaleTril.MatMul(ScaleTril.Transpose(-2, -1));

    /// <summary>The inverse of C.</summary>
    public Tensor Precision => Linalg.CholeskyInverse(ScaleTril);

    internal Tensor HalfLogDet => ScaleTril.Diagonal(0, -2, -1).Log().Sum(-1);

    /// <inheritdoc/>
    public override bool IsReparameterized => true;

    /// <inheritdoc/>
    public override Tensor Mean => Location;

    /// <inheritdoc/>
    public override Tensor Mode => Location;

    /// <inheritdoc/>
    public override Tensor Variance => ScaleTril.Square().Sum(-1);

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator) =>
        Location + ScaleTril.MatMul(Tensor.Randn(Extended(shape), Location.DType, generator).Unsqueeze(-1)).Squeeze(-1);

    /// <summary>The squared length of L^-1 x for each x along the last axis.</summary>
    internal static Tensor Mahalanobis(Tensor factor, Tensor x)
    {
        var shape = Shape.Broadcast([.. x.Shape.Take(x.Rank - 1)], [.. factor.Shape.Take(factor.Rank - 2)], "MultivariateNormal");
        var column = x.BroadcastTo([.. shape, x.Shape[^1]]).Unsqueeze(-1);
        return Linalg.SolveTriangular(factor.BroadcastTo([.. shape, factor.Shape[^2], factor.Shape[^1]]), column, upper: false).Square().Sum([-2, -1]);
    }

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value) => -Mahalanobis(ScaleTril, value - Location) / 2 - HalfLogDet - HalfLog2Pi * EventShape[0].Value;

    /// <inheritdoc/>
    public override Tensor Entropy() => HalfLogDet + (0.5 + HalfLog2Pi) * EventShape[0].Value;

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) =>
        new MultivariateNormal(Location.BroadcastTo([.. batchShape, .. EventShape]), scaleTril: ScaleTril.BroadcastTo([.. batchShape, .. EventShape, .. EventShape]));
}

/// <summary>Normal vectors whose covariance is W W^T + diag(d) with a narrow W: computed through matrices of W's width (Woodbury's identity).</summary>
/// <example><code>
/// var distribution = new LowRankMultivariateNormal(Tensor.Zeros([2]), covarianceFactor: Tensor.Ones([2, 1]), covarianceDiagonal: Tensor.Ones([2]));
/// Console.WriteLine(distribution.LogProb(Tensor.From([1f, 1])));    // -2.7205
/// </code></example>
public sealed class LowRankMultivariateNormal : Distribution
{
    readonly Tensor capacitance;

    /// <summary>Normal distributions with means [.. batch, n], factors W [.. batch, n, rank] and diagonals d [.. batch, n].</summary>
    public LowRankMultivariateNormal(Tensor location, Tensor covarianceFactor, Tensor covarianceDiagonal) : base(Batch(location, covarianceFactor, covarianceDiagonal), [location.Shape[^1]])
    {
        Location = location.BroadcastTo([.. BatchShape, .. EventShape]);
        CovarianceFactor = covarianceFactor.BroadcastTo([.. BatchShape, .. EventShape, covarianceFactor.Shape[^1]]);
        CovarianceDiagonal = covarianceDiagonal.BroadcastTo([.. BatchShape, .. EventShape]);
        var scaled = CovarianceFactor / CovarianceDiagonal.Unsqueeze(-1);
        capacitance = Linalg.Cholesky(CovarianceFactor.Transpose(-2, -1).MatMul(scaled) + Tensor.Eye(CovarianceFactor.Shape[^1], dtype: location.DType));
    }

    static Shape Batch(Tensor location, Tensor factor, Tensor diagonal)
    {
        if (location.Rank < 1 || diagonal.Rank < 1 || factor.Rank < 2 || factor.Shape[^2] != location.Shape[^1] || diagonal.Shape[^1] != location.Shape[^1])
            throw new ShapeException($"LowRankMultivariateNormal: expected a location [.. batch, n], a factor [.. batch, n, rank] and a diagonal [.. batch, n]. Received: {location.Shape}, {factor.Shape} and {diagonal.Shape}.");
        var batch = Shape.Broadcast([.. location.Shape.Take(location.Rank - 1)], [.. factor.Shape.Take(factor.Rank - 2)], "LowRankMultivariateNormal");
        return Shape.Broadcast(batch, [.. diagonal.Shape.Take(diagonal.Rank - 1)], "LowRankMultivariateNormal");
    }

    /// <summary>The mean.</summary>
    public Tensor Location { get; }

    /// <summary>W.</summary>
    public Tensor CovarianceFactor { get; }

    /// <summary>d.</summary>
    public Tensor CovarianceDiagonal { get; }

    /// <summary>W W^T + diag(d).</summary>
    public Tensor Covariance => CovarianceFactor.MatMul(CovarianceFactor.Transpose(-2, -1)) + CovarianceDiagonal.DiagEmbed();

    internal Tensor LogDet => 2 * capacitance.Diagonal(0, -2, -1).Log().Sum(-1) + CovarianceDiagonal.Log().Sum(-1);

    /// <inheritdoc/>
    public override bool IsReparameterized => true;

    /// <inheritdoc/>
    public override Tensor Mean => Location;

    /// <inheritdoc/>
    public override Tensor Mode => Location;

    /// <inheritdoc/>
    public override Tensor Variance => CovarianceFactor.Square().Sum(-1) + CovarianceDiagonal;

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator)
    {
        var narrow = Tensor.Randn([.. shape, .. BatchShape, CovarianceFactor.Shape[^1]], Location.DType, generator);
        var wide = Tensor.Randn(Extended(shape), Location.DType, generator);
        return Location + CovarianceFactor.MatMul(narrow.Unsqueeze(-1)).Squeeze(-1) + CovarianceDiagonal.Sqrt() * wide;
    }

    internal Tensor Mahalanobis(Tensor x)
    {
        var scaled = x / CovarianceDiagonal;
        var inner = CovarianceFactor.Transpose(-2, -1).MatMul(scaled.Unsqueeze(-1)).Squeeze(-1);
        return (x * scaled).Sum(-1) - MultivariateNormal.Mahalanobis(capacitance, inner);
    }

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value) => -(Mahalanobis(value - Location) + LogDet) / 2 - HalfLog2Pi * EventShape[0].Value;

    /// <inheritdoc/>
    public override Tensor Entropy() => LogDet / 2 + (0.5 + HalfLog2Pi) * EventShape[0].Value;

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new LowRankMultivariateNormal(
        Location.BroadcastTo([.. batchShape, .. EventShape]), CovarianceFactor.BroadcastTo([.. batchShape, .. EventShape, CovarianceFactor.Shape[^1]]), CovarianceDiagonal.BroadcastTo([.. batchShape, .. EventShape]));
}

/// <summary>Random positive definite matrices: X^T X for as many normal rows of covariance V as there are degrees of freedom, which need not be whole.</summary>
/// <example><code>
/// var distribution = new Wishart(Tensor.From(3f), covariance: Tensor.Eye(2));
/// Console.WriteLine(distribution.Mean);
/// // [[3, 0],
/// //  [0, 3]]
/// Console.WriteLine(distribution.LogProb(Tensor.Eye(2)));    // -3.5310
/// </code></example>
public sealed class Wishart : Distribution
{
    /// <summary>Wishart distributions with degrees of freedom above n - 1, by the scale matrix V or its lower triangular Cholesky factor [.. batch, n, n]: give one of them.</summary>
    /// <exception cref="ArgumentException">None or both are given.</exception>
    public Wishart(Tensor degreesOfFreedom, Tensor? covariance = null, Tensor? scaleTril = null) : this(degreesOfFreedom, covariance, Factor(covariance, scaleTril), 0) { }

    Wishart(Tensor degreesOfFreedom, Tensor? covariance, Tensor factor, int _) : base(Shape.Broadcast(degreesOfFreedom.Shape, [.. factor.Shape.Take(factor.Rank - 2)], "Wishart"), [factor.Shape[^2], factor.Shape[^1]])
    {
        DegreesOfFreedom = degreesOfFreedom.BroadcastTo(BatchShape);
        ScaleTril = factor.BroadcastTo([.. BatchShape, .. EventShape]);
        Covariance = covariance?.BroadcastTo(ScaleTril.Shape) ?? ScaleTril.MatMul(ScaleTril.Transpose(-2, -1));
    }

    static Tensor Factor(Tensor? covariance, Tensor? scaleTril)
    {
        if (covariance is null == scaleTril is null) throw new ArgumentException("Wishart: expected one of covariance and scaleTril.");
        var matrix = covariance ?? scaleTril!;
        if (matrix.Rank < 2 || matrix.Shape[^1] != matrix.Shape[^2]) throw new ShapeException($"Wishart: expected a square matrix [.. batch, n, n]. Received: shape {matrix.Shape}.");
        return scaleTril ?? Linalg.Cholesky(covariance!);
    }

    /// <summary>The degrees of freedom.</summary>
    public Tensor DegreesOfFreedom { get; }

    /// <summary>The lower triangular L with L L^T = V.</summary>
    public Tensor ScaleTril { get; }

    /// <summary>V.</summary>
    public Tensor Covariance { get; }

    int Size => (int)EventShape[0].Value;

    // Degrees of freedom beside a matrix.
    Tensor Degrees => DegreesOfFreedom.Unsqueeze([-2, -1]);

    /// <inheritdoc/>
    public override bool IsReparameterized => true;

    /// <inheritdoc/>
    public override Tensor Mean => Degrees * Covariance;

    /// <inheritdoc/>
    public override Tensor Mode => Tensor.Where(Degrees - (Size + 1) > 0, (Degrees - (Size + 1)) * Covariance, double.NaN);

    /// <inheritdoc/>
    public override Tensor Variance
    {
        get
        {
            var v = Covariance;
            var diagonal = v.Diagonal(0, -2, -1);
            return Degrees * (v.Square() + diagonal.Unsqueeze(-1) * diagonal.Unsqueeze(-2));
        }
    }

    // Bartlett's decomposition: a triangle of normal numbers with roots of chi-squared ones on its diagonal.
    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator)
    {
        var degrees = DegreesOfFreedom.Unsqueeze(-1) - Tensor.Arange(0, Size, 1, ScaleTril.DType);
        var triangle = new Chi2(degrees).RSample(shape, generator).Sqrt().DiagEmbed() + Tensor.Randn(Extended(shape), ScaleTril.DType, generator).Tril(-1);
        var factor = ScaleTril.MatMul(triangle);
        return factor.MatMul(factor.Transpose(-2, -1));
    }

    Tensor HalfLogDet => ScaleTril.Diagonal(0, -2, -1).Log().Sum(-1);

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value)
    {
        var trace = Linalg.CholeskySolve(value, ScaleTril.BroadcastTo(value.Shape)).Diagonal(0, -2, -1).Sum(-1);
        return -DegreesOfFreedom * (HalfLogDet + Size * Math.Log(2) / 2) - (DegreesOfFreedom / 2).Mvlgamma(Size) + (DegreesOfFreedom - (Size + 1)) / 2 * Linalg.LogDet(value) - trace / 2;
    }

    /// <inheritdoc/>
    public override Tensor Entropy()
    {
        var half = DegreesOfFreedom / 2;
        var digamma = (half.Unsqueeze(-1) - Tensor.Arange(0, Size, 1, half.DType) / 2).Digamma().Sum(-1);
        return (Size + 1) * (HalfLogDet + Size * Math.Log(2) / 2) + half.Mvlgamma(Size) - (DegreesOfFreedom - (Size + 1)) / 2 * digamma + half * Size;
    }

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new Wishart(DegreesOfFreedom.BroadcastTo(batchShape), scaleTril: ScaleTril.BroadcastTo([.. batchShape, .. EventShape]));
}

/// <summary>
/// Cholesky factors of random correlation matrices, whose density is proportional to det^(concentration - 1) of the matrix (Lewandowski, Kurowicka, Joe, 2009): 1 makes all equally probable,
/// more favours weak correlations.
/// </summary>
/// <example><code>
/// var distribution = new LKJCholesky(size: 2, Tensor.From(1f));
/// Console.WriteLine(distribution.LogProb(Tensor.Eye(2)));    // -0.6931
/// </code></example>
public sealed class LKJCholesky : Distribution
{
    /// <summary>Distributions over factors of size x size matrices.</summary>
    /// <exception cref="ShapeException">The size is below 2.</exception>
    public LKJCholesky(int size, Tensor concentration) : base(concentration.Shape, size >= 2 ? [size, size] : throw new ShapeException($"LKJCholesky: expected matrices of at least 2 rows. Received: {size}.")) =>
        (Size, Concentration) = (size, concentration);

    /// <summary>The number of rows.</summary>
    public int Size { get; }

    /// <summary>The exponent of the determinant, plus 1.</summary>
    public Tensor Concentration { get; }

    // The onion method: row after row, a direction at random and a length from a beta distribution.
    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator)
    {
        var dtype = Concentration.DType;
        var offset = Tensor.Arange(0, Size - 1, 1, dtype).Pad(0, 1, 0);
        var beta = new Beta(offset + 0.5, (Concentration + 0.5 * (Size - 2)).Unsqueeze(-1) - offset / 2);
        var length = beta.Sample(shape, generator).Unsqueeze(-1);
        var direction = Tensor.Randn(Extended(shape), dtype, generator).Tril(-1);
        var rows = direction / direction.Square().Sum(-1, keepDims: true).Sqrt();
        var below = length.Sqrt() * Tensor.Where(rows.IsNaN(), 0, rows);
        double least = dtype.SmallestNormal();
        return below + (1 - below.Square().Sum(-1)).Maximum(least).Sqrt().DiagEmbed();
    }

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value)
    {
        var diagonal = value.Diagonal(0, -2, -1).Slice(-1, 1);
        var order = 2 * (Concentration - 1).Unsqueeze(-1) + (Size - Tensor.Arange(2, Size + 1, 1, value.DType));
        int below = Size - 1;
        var alpha = Concentration + 0.5 * below;
        return (order * diagonal.Log()).Sum(-1) - 0.5 * below * Math.Log(Math.PI) - (alpha - 0.5).Mvlgamma(below) + alpha.Lgamma() * below;
    }

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new LKJCholesky(Size, Concentration.BroadcastTo(batchShape));
}
