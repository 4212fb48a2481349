namespace Tauten.Ops;

/// <summary>A family of orthogonal polynomials: one polynomial for each degree (NIST Digital Library of Mathematical Functions, chapter 18).</summary>
public enum PolynomialFamily
{
    /// <summary>Chebyshev's of the first kind, T.</summary>
    ChebyshevT,
    /// <summary>Chebyshev's of the second kind, U.</summary>
    ChebyshevU,
    /// <summary>Chebyshev's of the third kind, V.</summary>
    ChebyshevV,
    /// <summary>Chebyshev's of the fourth kind, W.</summary>
    ChebyshevW,
    /// <summary>T(2x - 1).</summary>
    ShiftedChebyshevT,
    /// <summary>U(2x - 1).</summary>
    ShiftedChebyshevU,
    /// <summary>V(2x - 1).</summary>
    ShiftedChebyshevV,
    /// <summary>W(2x - 1).</summary>
    ShiftedChebyshevW,
    /// <summary>Hermite's of the physicists, H.</summary>
    HermiteH,
    /// <summary>Hermite's of the statisticians, He.</summary>
    HermiteHe,
    /// <summary>Laguerre's, L.</summary>
    LaguerreL,
    /// <summary>Legendre's, P.</summary>
    LegendreP,
}

/// <summary>
/// The polynomial of a family, or one of its derivatives, at x (first input) of degree n (second, broadcast; a fraction is cut off): by the recurrence of the degrees
/// p(k+1) = (a x + b) p(k) - c p(k-1) and its derivatives. 0 for negative degrees, NaN for those above 2^31. Time grows with the degree. The degree has no gradient. Dtypes: floating-point.
/// </summary>
public sealed record OrthogonalPolynomial(PolynomialFamily Family, int Derivative) : FloatingBinaryOp
{
    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) =>
        [b.Needs(0) ? (b.Grad * Dispatch.Run(this with { Derivative = Derivative + 1 }, b.Input(0), b.Input(1))).SumTo(b.InputSpec(0).Shape) : null, null];

    /// <summary>The polynomial of degree 1 as a x + b.</summary>
    internal (double A, double B) First() => Family switch
    {
        PolynomialFamily.ChebyshevT or PolynomialFamily.HermiteHe or PolynomialFamily.LegendreP => (1, 0),
        PolynomialFamily.ChebyshevU or PolynomialFamily.HermiteH => (2, 0),
        PolynomialFamily.ChebyshevV => (2, -1),
        PolynomialFamily.ChebyshevW => (2, 1),
        PolynomialFamily.ShiftedChebyshevT => (2, -1),
        PolynomialFamily.ShiftedChebyshevU => (4, -2),
        PolynomialFamily.ShiftedChebyshevV => (4, -3),
        PolynomialFamily.ShiftedChebyshevW => (4, -1),
        _ => (-1, 1),
    };

    /// <summary>The a, b and c of the step from degrees <paramref name="k"/> - 1 and <paramref name="k"/> to the next.</summary>
    internal (double A, double B, double C) Step(long k) => Family switch
    {
        <= PolynomialFamily.ChebyshevW => (2, 0, 1),
        <= PolynomialFamily.ShiftedChebyshevW => (4, -2, 1),
        PolynomialFamily.HermiteH => (2, 0, 2.0 * k),
        PolynomialFamily.HermiteHe => (1, 0, k),
        PolynomialFamily.LaguerreL => (-1.0 / (k + 1), (2.0 * k + 1) / (k + 1), (double)k / (k + 1)),
        _ => ((2.0 * k + 1) / (k + 1), 0, (double)k / (k + 1)),
    };
}
