namespace Tauten.NN;

/// <summary>How an <see cref="Orthogonal"/> matrix is made of any other.</summary>
public enum OrthogonalMap
{
    /// <summary>exp(A), where A is skew-symmetric, made of the lower triangle.</summary>
    MatrixExp,
    /// <summary>(I - A / 2)^-1 (I + A / 2), where A is skew-symmetric, made of the lower triangle.</summary>
    Cayley,
    /// <summary>A product of reflections whose vectors are the columns below the diagonal; the diagonal gives signs.</summary>
    Householder,
}

/// <summary>
/// Orthogonal matrices, the last two axes of a parameter: columns of length 1 at right angles, or rows if there are fewer of them (Lezcano-Casado, Martínez-Rubio: "Cheap Orthogonal Constraints in
/// Neural Networks", 2019). A value that is assigned becomes the base that the map starts from; without a base, values can be assigned with reflections only.
/// </summary>
/// <remarks>Buffer: <c>base</c> [.., n, n], n the longer of the two sizes: the matrix that is multiplied by what the map gives (Lezcano-Casado: "Trivializations for Gradient-Based Optimization on Manifolds", 2019).</remarks>
/// <example><code>
/// var layer = new Linear(3, 3).Orthogonal();
/// var weight = layer.Weight.Value;
/// Console.WriteLine((weight.T.MatMul(weight) - Tensor.Eye(3)).Abs().Max().Item&lt;float>() &lt; 1e-5);    // True
/// </code></example>
public sealed class Orthogonal : Parametrization
{
    readonly OrthogonalMap? given;
    readonly bool useTrivialization;
    readonly Generator? generator;
    OrthogonalMap map;
    Buffer? start;
    bool hasOriginal;

    /// <summary>A parametrization that has not seen its parameter yet.</summary>
    /// <param name="map">How the matrix is made; the exponential for square matrices and reflections for others if left out.</param>
    /// <param name="useTrivialization">Whether the map starts from a base. Without one its originals are at first the parameter as it is.</param>
    /// <param name="generator">What the base of a matrix that is not square is filled up from; the default generator if left out.</param>
    public Orthogonal(OrthogonalMap? map = null, bool useTrivialization = true, Generator? generator = null)
    {
        if (map is { } known && !Enum.IsDefined(known)) throw new ArgumentOutOfRangeException(nameof(map), map, "Expected a member of OrthogonalMap.");
        (given, this.useTrivialization, this.generator) = (map, useTrivialization, generator);
    }

    internal override void Start(Tensor value)
    {
        if (value.Rank < 2) throw new ShapeException($"Orthogonal: expected a parameter of at least 2 axes. Received: shape {value.Shape}.");
        map = given ?? (value.Shape[^1] == value.Shape[^2] ? OrthogonalMap.MatrixExp : OrthogonalMap.Householder);
        if (!useTrivialization) return;
        long n = Math.Max(value.Shape[^1].Value, value.Shape[^2].Value);
        start = new(Tensor.Zeros([.. value.Shape.Take(value.Rank - 2), n, n], value.DType));
    }

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        visitor.Visit("base", start);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor[] originals)
    {
        var x = originals[0];
        bool wide = x.Shape[^2] < x.Shape[^1].Value;
        if (wide) x = x.Transpose(-2, -1);
        Dim n = x.Shape[^2], k = x.Shape[^1];
        Tensor q;
        if (map == OrthogonalMap.Householder)
        {
            var below = x.Tril(-1);
            // Signs, not numbers: they are not learned.
            q = Linalg.HouseholderProduct(below, 2 / (below.Square().Sum(-2) + 1)) * x.Detach().Diagonal(0, -2, -1).Truncate().Unsqueeze(-2);
        }
        else
        {
            var lower = x.Tril();
            if (n != k) lower = lower.Pad(-1, 0, n.Value - k.Value);
            var skew = lower - lower.Transpose(-2, -1);
            var one = Tensor.Eye(n, dtype: x.DType);
            q = map == OrthogonalMap.MatrixExp ? Linalg.MatrixExp(skew) : Linalg.Solve(one - skew / 2, one + skew / 2);
            if (n != k) q = q.Slice(-1, 0, k.Value);
        }
        if (start is not null) q = start.Borrow().MatMul(q);
        return wide ? q.Transpose(-2, -1) : q;
    }

    /// <summary>Originals whose map is this value, or the orthogonal matrix that its factorization Q R has.</summary>
    /// <exception cref="NotSupportedException">There is no base, and the map is not that of reflections.</exception>
    public override Tensor[] RightInverse(Tensor value)
    {
        bool wide = value.Shape[^2] < value.Shape[^1].Value;
        var q = wide ? value.Transpose(-2, -1) : value;
        long n = q.Shape[^2].Value, k = q.Shape[^1].Value;
        if (start is not null)
        {
            // The base is the matrix itself; reflections by zeros, each with sign -1, are the identity.
            var square = n == k ? q : Tensor.Concat([q, Tensor.Randn([.. q.Shape.Take(q.Rank - 2), n, n - k], q.DType, generator)], -1);
            start.Value = n == k && IsOrthogonal(q) ? q : Orthogonalized(square);
            return [-Tensor.Eye(value.Shape[^2], value.Shape[^1], value.DType).BroadcastTo(value.Shape)];
        }
        if (map != OrthogonalMap.Householder)
        {
            if (hasOriginal) throw new NotSupportedException($"Orthogonal: without a base a value cannot be assigned through {map}. Use {OrthogonalMap.Householder}, or useTrivialization: true.");
            hasOriginal = true;
            return [value];
        }
        var (reflections, factors) = Linalg.Geqrf(q);
        var signs = reflections.Diagonal(0, -2, -1).Sign();
        // A reflection that is not needed has factor 0, where the map would reflect.
        signs = Tensor.Where(factors.EqualTo(0), -signs, signs);
        var made = reflections.Tril(-1) + Tensor.Eye(n, k, q.DType) * signs.Unsqueeze(-2);
        return [wide ? made.Transpose(-2, -1) : made];
    }

    static bool IsOrthogonal(Tensor q)
    {
        double precision = q.DType == DType.Float64 ? 2.220446049250313e-16 : 1.1920928955078125e-7;
        var error = q.Transpose(-2, -1).MatMul(q) - Tensor.Eye(q.Shape[^1], dtype: q.DType);
        return error.Abs().Max().To(DType.Float64).Item<double>() < 10 * q.Shape[^1].Value * precision;
    }

    // Of the factorizations Q R the one whose R has a positive diagonal.
    static Tensor Orthogonalized(Tensor x)
    {
        var (q, r) = Linalg.Qr(x);
        return q * Tensor.Where(r.Diagonal(0, -2, -1) < 0, -1, Tensor.OnesLike(r.Diagonal(0, -2, -1))).Unsqueeze(-2);
    }

    /// <inheritdoc/>
    protected override string Details() => $"{map}{(useTrivialization ? "" : ", no base")}";
}
