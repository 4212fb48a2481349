namespace Tauten.Ops;

/// <summary>
/// The solution X of A X = B for square matrices A [.., n, n] and B [.., n, k] with the same batch axes, by <see cref="LuFactor"/> and two triangular
/// solutions. Second output: the third one of <see cref="LuFactor"/>. Gradient (Giles, 2008): that of B is A^-T G, that of A is minus this times X^T. Dtypes: float32, float64.
/// </summary>
/// <param name="Checks">Whether a singular matrix is an error; else its solution holds infinities or NaN.</param>
public sealed record Solve(bool Checks) : CompositeOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        Matrices.ExpectSystem(this, x[0].Spec, x[1].Spec);
        var factors = Dispatch.RunAll(new LuFactor(Checks), x[0]);
        var permutation = Dispatch.Run(new PivotPermutation(x[0].Shape[^1]), factors[1]);
        return [factors[0].SolveUpper(factors[0].SolveLower(x[1].GatherRows(permutation), unit: true)), factors[2]];
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var right = b.Input(0).T.Solved(b.Grad);
        return [b.Needs(0) ? -right.MatMul(b.Output.T) : null, right];
    }
}

/// <summary>
/// The inverse of square matrices [.., n, n]; second output: the third one of <see cref="LuFactor"/>. The gradient is -Y^T G Y^T (Giles, 2008). Dtypes: float32, float64.
/// </summary>
/// <param name="Checks">Whether a singular matrix is an error; else its inverse holds infinities or NaN.</param>
public sealed record Inverse(bool Checks) : CompositeOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        Matrices.ExpectSquare(this, x[0].Spec);
        return Dispatch.RunAll(new Solve(Checks), x[0], Matrices.IdentityLike(x[0]));
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [-b.Output.T.MatMul(b.Grad).MatMul(b.Output.T)];
}

/// <summary>
/// The pseudoinverse of Moore and Penrose of matrices [.., m, n]: of singular values (or magnitudes of eigenvalues) up to <paramref name="RelativeTolerance"/>
/// times the largest, or up to <paramref name="AbsoluteTolerance"/>, it takes none. Gradient: Golub and Pereyra, "The differentiation of
/// pseudo-inverses and nonlinear least squares problems whose variables separate", 1973, for changes that keep the rank. Dtypes: float32, float64.
/// </summary>
/// <param name="RelativeTolerance">Relative to the largest singular value; when null, the larger one of m and n times the precision of the dtype.</param>
/// <param name="AbsoluteTolerance">Absolute.</param>
/// <param name="Hermitian">Whether the matrices are symmetric; only the lower triangle is read then.</param>
public sealed record Pinv(double? RelativeTolerance, double AbsoluteTolerance, bool Hermitian) : CompositeOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var a = x[0];
        if (Hermitian)
        {
            Matrices.ExpectSquare(this, a.Spec);
            var e = Dispatch.RunAll(new Eigh(false), a);
            return (e[1] * Reciprocals(e[0], a.Shape).Unsqueeze(-2)).MatMul(e[1].T);
        }
        Matrices.ExpectMatrix(this, a.Spec);
        var y = Dispatch.RunAll(new Svd(false), a);
        return (y[2].T * Reciprocals(y[1], a.Shape).Unsqueeze(-2)).MatMul(y[0].T);
    }

    Tensor Reciprocals(Tensor values, Shape shape)
    {
        var taken = Taken(values, shape, RelativeTolerance, AbsoluteTolerance);
        return Tensor.Where(taken, Tensor.Where(taken, values, 1).Reciprocal(), 0);
    }

    /// <summary>Which singular values count as other than 0.</summary>
    internal static Tensor Taken(Tensor values, Shape shape, double? relative, double absolute)
    {
        var magnitude = values.Detach().Abs();
        // Without a value there is no largest one.
        if (values.Shape[^1].IsKnown && values.Shape[^1] == 0) return magnitude > 0;
        var factor = relative is { } given ? Tensor.Scalar(given, values.DType) : Tensor.DimScalar(Dim.Max(shape[^2], shape[^1]), values.DType) * Math.ScaleB(1, values.DType == DType.Float64 ? -52 : -23);
        return magnitude > (magnitude.Max(-1, keepDims: true) * factor).Maximum(absolute);
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        Tensor a = b.Input(0), p = b.Output, g = b.Grad;
        if (Hermitian) a = a.MirrorLower();
        // Products with P first: they are the smaller ones when it has the lower rank.
        Tensor gp = g.T.MatMul(p), pg = p.MatMul(g.T);
        var left = gp.MatMul(p.T);
        var right = p.T.MatMul(pg);
        return [left - a.MatMul(p.MatMul(left)) + right - right.MatMul(p).MatMul(a) - p.T.MatMul(g).MatMul(p.T)];
    }
}
