namespace Tauten.Ops;

/// <summary>sqrt(a^2 + b^2), without overflow on the way; infinite where one is, even beside NaN. Dtypes: floating-point.</summary>
public sealed record Hypot : CompositeOp
{
    internal static readonly Hypot Instance = new();

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        var (a, b) = (x[0].Abs(), x[1].Abs());
        var (large, small) = (a.Maximum(b), a.Minimum(b));
        var y = large * ((small / Tensor.Where(large.EqualTo(0), 1, large)).Square() + 1).Sqrt();
        return Tensor.Where(a.IsInfinity() | b.IsInfinity(), double.PositiveInfinity, y);
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Inputs | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) =>
        [b.Needs(0) ? (b.Grad * (b.Input(0) / b.Output)).SumTo(b.InputSpec(0).Shape) : null, b.Needs(1) ? (b.Grad * (b.Input(1) / b.Output)).SumTo(b.InputSpec(1).Shape) : null];
}

/// <summary>
/// The magnitude of a with the sign of b, that of a zero or NaN included. The sign has no gradient; the derivative with respect to a is taken as 0 at 0. Dtypes: floating-point.
/// </summary>
public sealed record Copysign : CompositeOp
{
    internal static readonly Copysign Instance = new();

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        Expect.SameDType(this, x[0].Spec, x[1].Spec);
        var size = x[0].Abs();
        return Tensor.Where(x[1].Signbit(), -size, size);
    }

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var slope = b.Grad * b.Input(0).Sign();
        return [Tensor.Where(b.Input(1).Signbit(), -slope, slope).SumTo(b.InputSpec(0).Shape), null];
    }
}

/// <summary>The larger of a and b; where one is NaN, the other. At a tie, all of the gradient goes to a. Dtypes: numbers.</summary>
public sealed record Fmax : CompositeOp
{
    internal static readonly Fmax Instance = new();

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var y = x[0].Maximum(x[1]);
        return x[0].DType.IsFloating() ? Tensor.Where(x[0].IsNaN(), x[1], Tensor.Where(x[1].IsNaN(), x[0], y)) : y;
    }

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => Choose(b, (b.Input(0) >= b.Input(1)) | b.Input(1).IsNaN());

    internal static Tensor?[] Choose(Backward b, Tensor first) =>
        [b.Needs(0) ? Tensor.Where(first, b.Grad, 0).SumTo(b.InputSpec(0).Shape) : null, b.Needs(1) ? Tensor.Where(first, 0, b.Grad).SumTo(b.InputSpec(1).Shape) : null];
}

/// <summary>The smaller of a and b; where one is NaN, the other. At a tie, all of the gradient goes to a. Dtypes: numbers.</summary>
public sealed record Fmin : CompositeOp
{
    internal static readonly Fmin Instance = new();

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var y = x[0].Minimum(x[1]);
        return x[0].DType.IsFloating() ? Tensor.Where(x[0].IsNaN(), x[1], Tensor.Where(x[1].IsNaN(), x[0], y)) : y;
    }

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => Fmax.Choose(b, (b.Input(0) <= b.Input(1)) | b.Input(1).IsNaN());
}

/// <summary>a + w (b - a) of a (first input), b (second) and the weight w (third), broadcast: exactly a where w = 0, and exactly b where w = 1. Dtypes: floating-point.</summary>
public sealed record Lerp : CompositeOp
{
    internal static readonly Lerp Instance = new();

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        var difference = x[1] - x[0];
        return Tensor.Where(x[2].Abs() < 0.5, x[0] + x[2] * difference, x[1] - difference * (1 - x[2]));
    }

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) =>
        [
            b.Needs(0) ? (b.Grad * (1 - b.Input(2))).SumTo(b.InputSpec(0).Shape) : null,
            b.Needs(1) ? (b.Grad * b.Input(2)).SumTo(b.InputSpec(1).Shape) : null,
            b.Needs(2) ? (b.Grad * (b.Input(1) - b.Input(0))).SumTo(b.InputSpec(2).Shape) : null,
        ];
}

/// <summary>
/// The first input limited to [second, third], broadcast: min(max(x, low), high), so high where low is above it; NaN where one of the three is. The gradient goes to x where the
/// limits do not bind, the limits themselves included, and to the limit that binds elsewhere. Dtypes: numbers.
/// </summary>
public sealed record ClampBetween : CompositeOp
{
    internal static readonly ClampBetween Instance = new();

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x) => x[0].Maximum(x[1]).Minimum(x[2]);

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var (x, low, high) = (b.Input(0), b.Input(1), b.Input(2));
        return
        [
            b.Needs(0) ? Tensor.Where((x >= low) & (x <= high), b.Grad, 0).SumTo(x.Shape) : null,
            b.Needs(1) ? Tensor.Where((x < low) & (low < high), b.Grad, 0).SumTo(low.Shape) : null,
            b.Needs(2) ? Tensor.Where((x > high) | (high < low), b.Grad, 0).SumTo(high.Shape) : null,
        ];
    }
}

/// <summary>sin(x) / x, the spherical Bessel function of the first kind of order 0: 1 at 0, and 0 at infinity. Dtypes: floating-point.</summary>
public sealed record SphericalBesselJ0 : CompositeOp
{
    internal static readonly SphericalBesselJ0 Instance = new();

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x) => Tensor.Where(x[0].IsInfinity(), 0, Special.Ratio(x[0].Sin(), x[0], 1));

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        // (cos(x) - sin(x) / x) / x; where that cancels, its power series, the sum of (-1)^k 2k x^(2k-1) / (2k+1)!.
        var x = b.Input(0);
        var isSmall = x.Abs() < 0.5;
        var square = x.Square();
        var series = square * (-14 / 1307674368e3) + 12 / 6227020800.0;
        foreach (double coefficient in (ReadOnlySpan<double>)[-10 / 39916800.0, 8 / 362880.0, -6 / 5040.0, 4 / 120.0, -2 / 6.0]) series = series * square + coefficient;
        var safe = Tensor.Where(isSmall, 1, x);
        var slope = Tensor.Where(isSmall, series * x, (safe.Cos() - Dispatch.Run(Instance, safe)) / safe);
        return [b.Grad * Tensor.Where(x.IsInfinity(), 0, slope)];
    }
}
