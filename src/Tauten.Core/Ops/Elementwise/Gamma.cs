namespace Tauten.Ops;

/// <summary>The logarithm of |gamma(x)|; infinite at 0, -1, -2, ... Dtypes: floating-point.</summary>
public sealed record Lgamma : UnaryOp
{
    internal static readonly Lgamma Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * b.Input(0).Digamma();
}

/// <summary>The derivative of log(gamma(x)); NaN at -1, -2, ..., -infinity at 0, infinity at -0. Dtypes: floating-point.</summary>
public sealed record Digamma : UnaryOp
{
    internal static readonly Digamma Instance = new();

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * b.Input(0).Polygamma(1);
}

/// <summary>
/// Hurwitz's zeta function, the sum of 1 / (q + k)^s over k = 0, 1, 2, ... of s (first input) and q (second), broadcast. Infinite for s = 1 and for q = 0, -1, -2, ...; NaN for s
/// below 1, and for a fractional s at negative q. It has a gradient with respect to q only. Dtypes: floating-point.
/// </summary>
public sealed record Zeta : FloatingBinaryOp
{
    internal static readonly Zeta Instance = new();

    /// <inheritdoc/>
    /// <exception cref="GradientException">A gradient with respect to s is asked for.</exception>
    public override Tensor?[] Gradient(Backward b)
    {
        if (b.Needs(0)) throw NotDifferentiable(this, "s");
        var s = b.Input(0);
        return [null, (b.Grad * -s * Special.Zeta(s + 1, b.Input(1))).SumTo(b.InputSpec(1).Shape)];
    }
}

/// <summary>
/// The regularized lower incomplete gamma function P(a, x) = 1 / gamma(a) times the integral of t^(a-1) exp(-t) from 0 to x, of a (first input) and x (second), broadcast;
/// NaN for negative arguments. It has a gradient with respect to x only. Dtypes: floating-point.
/// </summary>
public sealed record Gammainc : FloatingBinaryOp
{
    internal static readonly Gammainc Instance = new();

    /// <inheritdoc/>
    /// <exception cref="GradientException">A gradient with respect to a is asked for.</exception>
    public override Tensor?[] Gradient(Backward b) => b.Needs(0) ? throw NotDifferentiable(this, "a") : [null, (b.Grad * Density(b)).SumTo(b.InputSpec(1).Shape)];

    // x^(a-1) exp(-x) / gamma(a).
    internal static Tensor Density(Backward b)
    {
        var (a, x) = (b.Input(0), b.Input(1));
        return ((a - 1).Xlogy(x) - x - a.Lgamma()).Exp();
    }
}

/// <summary>
/// The regularized upper incomplete gamma function Q(a, x) = 1 - P(a, x), accurate where that difference would not be; see <see cref="Gammainc"/>. It has a gradient with respect to x only.
/// Dtypes: floating-point.
/// </summary>
public sealed record Gammaincc : FloatingBinaryOp
{
    internal static readonly Gammaincc Instance = new();

    /// <inheritdoc/>
    /// <exception cref="GradientException">A gradient with respect to a is asked for.</exception>
    public override Tensor?[] Gradient(Backward b) => b.Needs(0) ? throw NotDifferentiable(this, "a") : [null, (-b.Grad * Gammainc.Density(b)).SumTo(b.InputSpec(1).Shape)];
}
