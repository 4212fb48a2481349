namespace Tauten.Ops;

/// <summary>
/// Eigenvalues w [.., n] in ascending order and orthonormal eigenvectors, the columns of V [.., n, n], of symmetric matrices A = V diag(w) V^T, of which
/// one triangle is read. The largest component of each vector (the first of equal ones) is positive. Computed in float64: tridiagonal form, then implicit QL.
/// Gradient: Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation", 2008; that of the vectors is
/// infinite or NaN where eigenvalues are equal. Dtypes: float32, float64.
/// </summary>
/// <param name="Upper">Whether the upper triangle is read, else the lower.</param>
public sealed record Eigh(bool Upper) : PrimitiveOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var a = Expect.One(x, this);
        Matrices.ExpectSquare(this, a);
        return new(new TensorSpec(a.DType, [.. a.Shape.Batch(), a.Shape[^1]]), a);
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        Tensor values = b.Output, vectors = b.OutputAt(1);
        if (!b.HasGrad(1)) return [(vectors * b.Grad.Unsqueeze(-2)).MatMul(vectors.T)];
        var gaps = Tensor.Where(Matrices.DiagonalMask(vectors.Shape), 1, values.Unsqueeze(-2) - values.Unsqueeze(-1));
        var inner = (vectors.T.MatMul(b.GradOf(1)) / gaps).OffDiagonal();
        if (b.HasGrad(0)) inner += b.Grad.DiagEmbed();
        return [vectors.MatMul(inner).MatMul(vectors.T)];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this);
}

/// <summary>
/// The singular value decomposition A [.., m, n] = U diag(S) V^T: orthonormal columns of U [.., m, k], singular values S [.., k] in descending order, and
/// orthonormal rows of V^T [.., k, n], with k the smaller of m and n; U and V^T are square when <paramref name="Full"/>. The largest component of each
/// of the first k columns of U (the first of equal ones) is positive. Computed in float64: bidiagonal form, then implicit QR (Golub and Kahan).
/// Gradient: Townsend, "Differentiating the singular value decomposition", 2016; that of vectors is infinite or NaN where singular values are
/// equal or 0, and does not see the columns and rows that <paramref name="Full"/> adds. Dtypes: float32, float64.
/// </summary>
/// <param name="Full">Whether U and V^T are square.</param>
public sealed record Svd(bool Full) : PrimitiveOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var a = Expect.One(x, this);
        Matrices.ExpectMatrix(this, a);
        Dim rows = a.Shape[^2], columns = a.Shape[^1], size = Dim.Min(rows, columns);
        return new(new TensorSpec(a.DType, [.. a.Shape.Batch(), rows, Full ? rows : size]), new TensorSpec(a.DType, [.. a.Shape.Batch(), size]), new TensorSpec(a.DType, [.. a.Shape.Batch(), Full ? columns : size, columns]));
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        var s = b.OutputAt(1);
        Dim size = s.Shape[^1];
        Tensor u = b.Output.Narrow(-1, 0, size), v = b.OutputAt(2).Narrow(-2, 0, size).T;
        if (!b.HasGrad(0) && !b.HasGrad(2)) return [(u * b.GradOf(1).Unsqueeze(-2)).MatMul(v.T)];
        Tensor row = s.Unsqueeze(-2), column = s.Unsqueeze(-1);
        // (a - b)(a + b) keeps what the difference of squares would lose.
        var gaps = Tensor.Where(Matrices.DiagonalMask([size, size]), 1, (row - column) * (row + column));
        var inner = b.GradOf(1).DiagEmbed();
        Tensor? outside = null;
        if (b.HasGrad(0))
        {
            var ug = b.Grad.Narrow(-1, 0, size);
            inner += Skew(u.T.MatMul(ug), gaps) * row;
            if (SticksOut(u)) outside = (Rejected(u, ug) / row).MatMul(v.T);
        }
        if (b.HasGrad(2))
        {
            var vg = b.GradOf(2).Narrow(-2, 0, size).T;
            inner += column * Skew(v.T.MatMul(vg), gaps);
            if (SticksOut(v))
            {
                var part = u.MatMul((Rejected(v, vg) / row).T);
                outside = outside is null ? part : outside + part;
            }
        }
        var inside = u.MatMul(inner).MatMul(v.T);
        return [outside is null ? inside : inside + outside];
    }

    static Tensor Skew(Tensor x, Tensor gaps) => ((x - x.T) / gaps).OffDiagonal();

    // Square ones span the whole space.
    static bool SticksOut(Tensor basis) => basis.Shape[^1] != basis.Shape[^2];

    // What sticks out of the space that the columns of a matrix span.
    static Tensor Rejected(Tensor basis, Tensor x) => x - basis.MatMul(basis.T.MatMul(x));

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this);
}

/// <summary>
/// Eigenvalues and eigenvectors of general square matrices A [.., n, n]: real and imaginary parts of the eigenvalues [.., n] in no particular order, then
/// of the vectors, the columns of V [.., n, n], of Euclidean norm 1 and with their largest component real and positive; conjugate pairs are neighbours. Computed in
/// float64: Hessenberg form, then QR with double shifts (Francis).
/// Gradient: Boeddeker et al., "On the computation of complex-valued gradients with application to statistically optimum beamforming", 2017, for functions
/// that do not depend on the phase of the vectors. Dtypes: float32, float64.
/// </summary>
public sealed record Eig : PrimitiveOp
{
    internal static readonly Eig Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var a = Expect.One(x, this);
        Matrices.ExpectSquare(this, a);
        var values = new TensorSpec(a.DType, [.. a.Shape.Batch(), a.Shape[^1]]);
        return new(values, values, a, a);
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        // V^-H M V^H with M = diag(gw) + (V^H gV - V^H V diag(Re(V^H gV))) / conj(w_j - w_i).
        ComplexTensor values = new(b.Output, b.OutputAt(1)), vectors = new(b.OutputAt(2), b.OutputAt(3));
        Tensor real = b.GradOf(0).DiagEmbed(), imaginary = b.GradOf(1).DiagEmbed();
        if (b.HasGrad(2) || b.HasGrad(3))
        {
            var projected = vectors.H.MatMul(new ComplexTensor(b.GradOf(2), b.GradOf(3)));
            var gaps = (values.Unsqueeze(-2) - values.Unsqueeze(-1)).Conj();
            var safe = new ComplexTensor(Tensor.Where(Matrices.DiagonalMask(vectors.Shape), 1, gaps.Real), gaps.Imaginary);
            var inner = (projected - vectors.H.MatMul(vectors) * projected.Real.MainDiagonal().Unsqueeze(-2)) / safe;
            real += inner.Real.OffDiagonal();
            imaginary += inner.Imaginary.OffDiagonal();
        }
        var right = new ComplexTensor(real, imaginary).MatMul(vectors.H);
        // The complex matrix a + ib acts as the real one [[a, -b], [b, a]].
        Tensor a = vectors.Real.T, c = vectors.Imaginary.T;
        var adjoint = Tensor.Concat([Tensor.Concat([a, c], -1), Tensor.Concat([-c, a], -1)], -2);
        return [adjoint.Solved(Tensor.Concat([right.Real, right.Imaginary], -2)).Narrow(-2, 0, a.Shape[^1])];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this);
}
