using Tauten.Ops;

namespace Tauten;

public static partial class Linalg
{
    /// <summary>The real matrices [[a, -b], [b, a]] of twice the size that act as the complex a + ib: sums, products and inverses correspond.</summary>
    static Tensor Doubled(ComplexTensor z, string op)
    {
        if (z.Rank < 2) throw new ShapeException($"{op}: expected a matrix or a batch of them. Received: shape {z.Shape}.");
        return Tensor.Concat([Tensor.Concat([z.Real, -z.Imaginary], -1), Tensor.Concat([z.Imaginary, z.Real], -1)], -2);
    }

    /// <summary>The complex numbers whose real parts lie above their imaginary parts, or in the left half of what <see cref="Doubled"/> gives.</summary>
    static ComplexTensor Halved(Tensor x, Dim rows, Dim columns)
    {
        var left = x.Narrow(-1, 0, columns);
        return new(left.Narrow(-2, 0, rows), left.Narrow(-2, rows, rows));
    }

    /// <summary>The solution X of A X = B for complex square matrices A [.., n, n] and B [.., n, k], or one vector [n], by real ones of twice the size.</summary>
    /// <exception cref="LinalgException">A matrix is singular.</exception>
    public static ComplexTensor Solve(ComplexTensor a, ComplexTensor b)
    {
        if (IsVector(a.Real, b.Real)) return Solve(a, b.Unsqueeze(-1)).Squeeze(-1);
        return Halved(Solve(Doubled(a, "Solve"), Tensor.Concat([b.Real, b.Imaginary], -2)), b.Shape[^2], b.Shape[^1]);
    }

    /// <summary>The inverse of complex square matrices [.., n, n], by real ones of twice the size.</summary>
    /// <exception cref="LinalgException">A matrix is singular.</exception>
    public static ComplexTensor Inv(ComplexTensor a) => Halved(Inv(Doubled(a, "Inv")), a.Shape[^1], a.Shape[^1]);

    /// <summary>The pseudoinverse of complex matrices [.., m, n], by real ones of twice the size; see <see cref="Pinv(Tensor, double?, double?, bool)"/>.</summary>
    /// <param name="a">[.., m, n].</param>
    /// <param name="relativeTolerance">Singular values up to this times the largest count as 0; when left out, 2 max(m, n) times the precision of the dtype.</param>
    public static ComplexTensor Pinv(ComplexTensor a, double? relativeTolerance = null) => Halved(Pinv(Doubled(a, "Pinv"), relativeTolerance), a.Shape[^1], a.Shape[^2]);

    /// <summary>The exponential of complex square matrices, by real ones of twice the size.</summary>
    public static ComplexTensor MatrixExp(ComplexTensor a) => Halved(MatrixExp(Doubled(a, "MatrixExp")), a.Shape[^1], a.Shape[^1]);

    /// <summary>The product of <paramref name="exponent"/> copies of complex square matrices; of their inverses when it is negative, the identity for 0.</summary>
    /// <exception cref="LinalgException">The exponent is negative and a matrix is singular.</exception>
    public static ComplexTensor MatrixPower(ComplexTensor a, int exponent) => Halved(MatrixPower(Doubled(a, "MatrixPower"), exponent), a.Shape[^1], a.Shape[^1]);

    /// <summary>The eigenvalues of Hermitian matrices in ascending order, by real ones of twice the size; only the lower triangle is read.</summary>
    /// <example><code>
    /// var pauli = new ComplexTensor(Tensor.Zeros([2, 2], DType.Float64), Tensor.From(new[,] { { 0.0, -1 }, { 1, 0 } }));
    /// Console.WriteLine(Linalg.Eigvalsh(pauli).Round());    // [-1,  1]
    /// </code></example>
    public static Tensor Eigvalsh(ComplexTensor a)
    {
        // Of the diagonal only the real part counts, and the upper triangle mirrors the lower one.
        Tensor lower = a.Imaginary.Tril(-1), real = a.Real.MirrorLower();
        return OncePerPair(Eigvalsh(Doubled(new(real, lower - lower.T), "Eigvalsh")));
    }

    /// <summary>The singular values of complex matrices in descending order, by real ones of twice the size.</summary>
    public static Tensor SvdVals(ComplexTensor a) => OncePerPair(SvdVals(Doubled(a, "SvdVals")));

    // Matrices of twice the size have each value twice. The mean has a gradient that does not depend on how the vectors of the two were chosen.
    static Tensor OncePerPair(Tensor values) => values.Reshape([.. values.Shape.Take(values.Rank - 1), values.Shape[^1] / 2, 2]).Mean(-1);
}
