namespace Tauten.Ops;

// Derivatives: NIST Digital Library of Mathematical Functions, 10.6 and 10.29.

/// <summary>The Bessel function of the first kind of order 0; 0 at infinity. Dtypes: floating-point.</summary>
public sealed record BesselJ0 : UnaryOp
{
    internal static readonly BesselJ0 Instance = new();

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => -b.Grad * Special.BesselJ1(b.Input(0));
}

/// <summary>The Bessel function of the first kind of order 1; 0 at infinity. Dtypes: floating-point.</summary>
public sealed record BesselJ1 : UnaryOp
{
    internal static readonly BesselJ1 Instance = new();

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * (Special.BesselJ0(b.Input(0)) - Special.Ratio(Special.BesselJ1(b.Input(0)), b.Input(0), 0.5));
}

/// <summary>The Bessel function of the second kind of order 0; -infinity at 0, NaN below, 0 at infinity. Dtypes: floating-point.</summary>
public sealed record BesselY0 : UnaryOp
{
    internal static readonly BesselY0 Instance = new();

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => -b.Grad * Special.BesselY1(b.Input(0));
}

/// <summary>The Bessel function of the second kind of order 1; -infinity at 0, NaN below, 0 at infinity. Dtypes: floating-point.</summary>
public sealed record BesselY1 : UnaryOp
{
    internal static readonly BesselY1 Instance = new();

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First | Reads.Output;

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * (Special.BesselY0(b.Input(0)) - b.Output / b.Input(0));
}

/// <summary>The modified Bessel function of the first kind of order 0; even. Dtypes: floating-point.</summary>
public sealed record BesselI0 : UnaryOp
{
    internal static readonly BesselI0 Instance = new();

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * Special.I1(b.Input(0));
}

/// <summary>The modified Bessel function of the first kind of order 1; odd. Dtypes: floating-point.</summary>
public sealed record BesselI1 : UnaryOp
{
    internal static readonly BesselI1 Instance = new();

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * (Special.I0(b.Input(0)) - Special.Ratio(Special.I1(b.Input(0)), b.Input(0), 0.5));
}

/// <summary>exp(-|x|) I0(x), which does not overflow; see <see cref="BesselI0"/>. Dtypes: floating-point.</summary>
public sealed record ScaledBesselI0 : UnaryOp
{
    internal static readonly ScaledBesselI0 Instance = new();

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * (Special.I1e(b.Input(0)) - b.Input(0).Sign() * Special.I0e(b.Input(0)));
}

/// <summary>exp(-|x|) I1(x), which does not overflow; see <see cref="BesselI1"/>. Dtypes: floating-point.</summary>
public sealed record ScaledBesselI1 : UnaryOp
{
    internal static readonly ScaledBesselI1 Instance = new();

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * (Special.I0e(b.Input(0)) - b.Input(0).Sign() * Special.I1e(b.Input(0)) - Special.Ratio(Special.I1e(b.Input(0)), b.Input(0), 0.5));
}

/// <summary>The modified Bessel function of the second kind of order 0; infinite at 0, NaN below. Dtypes: floating-point.</summary>
public sealed record BesselK0 : UnaryOp
{
    internal static readonly BesselK0 Instance = new();

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => -b.Grad * Special.ModifiedBesselK1(b.Input(0));
}

/// <summary>The modified Bessel function of the second kind of order 1; infinite at 0, NaN below. Dtypes: floating-point.</summary>
public sealed record BesselK1 : UnaryOp
{
    internal static readonly BesselK1 Instance = new();

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First | Reads.Output;

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => -b.Grad * (Special.ModifiedBesselK0(b.Input(0)) + b.Output / b.Input(0));
}

/// <summary>exp(x) K0(x), which does not vanish for large x; see <see cref="BesselK0"/>. Dtypes: floating-point.</summary>
public sealed record ScaledBesselK0 : UnaryOp
{
    internal static readonly ScaledBesselK0 Instance = new();

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First | Reads.Output;

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * (b.Output - Special.ScaledModifiedBesselK1(b.Input(0)));
}

/// <summary>exp(x) K1(x), which does not vanish for large x; see <see cref="BesselK1"/>. Dtypes: floating-point.</summary>
public sealed record ScaledBesselK1 : UnaryOp
{
    internal static readonly ScaledBesselK1 Instance = new();

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First | Reads.Output;

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * (b.Output - Special.ScaledModifiedBesselK0(b.Input(0)) - b.Output / b.Input(0));
}

/// <summary>Airy's function Ai, the solution of y'' = x y that vanishes at infinity; 0 at -infinity too. Dtypes: floating-point.</summary>
public sealed record AiryAi : UnaryOp
{
    internal static readonly AiryAi Instance = new();

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * Special.AiryAiDerivative(b.Input(0));
}

/// <summary>The derivative of Airy's function Ai. Dtypes: floating-point.</summary>
public sealed record AiryAiDerivative : UnaryOp
{
    internal static readonly AiryAiDerivative Instance = new();

    /// <inheritdoc/>
    protected override Tensor Derivative(Backward b) => b.Grad * b.Input(0) * Special.AiryAi(b.Input(0));
}
