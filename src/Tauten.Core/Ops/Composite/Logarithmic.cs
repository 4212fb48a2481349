namespace Tauten.Ops;

/// <summary>x * log(y), and 0 where x = 0 unless y is NaN. Dtypes: floating-point.</summary>
public sealed record Xlogy : CompositeOp
{
    internal static readonly Xlogy Instance = new();

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        return Tensor.Where(x[1].IsNaN(), x[1], Tensor.Where(x[0].EqualTo(0), 0, x[0] * x[1].Log()));
    }

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var (x, y) = (b.Input(0), b.Input(1));
        return
        [
            b.Needs(0) ? Tensor.Where(x.EqualTo(0) & (y <= 0), 0, b.Grad.Xlogy(y)).SumTo(x.Shape) : null,
            b.Needs(1) ? (b.Grad * x / y).SumTo(y.Shape) : null,
        ];
    }
}

/// <summary>x * log(1 + y), and 0 where x = 0 unless y is NaN; accurate for small y. Dtypes: floating-point.</summary>
public sealed record Xlog1py : CompositeOp
{
    internal static readonly Xlog1py Instance = new();

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        return Tensor.Where(x[1].IsNaN(), x[1], Tensor.Where(x[0].EqualTo(0), 0, x[0] * x[1].Log1p()));
    }

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var (x, y) = (b.Input(0), b.Input(1));
        return
        [
            b.Needs(0) ? Tensor.Where(x.EqualTo(0) & (y <= -1), 0, Special.Xlog1py(b.Grad, y)).SumTo(x.Shape) : null,
            b.Needs(1) ? (b.Grad * x / (y + 1)).SumTo(y.Shape) : null,
        ];
    }
}

/// <summary>log(exp(a) + exp(b)), as max(a, b) + log(1 + exp(-|a - b|)) so that it cannot overflow. Dtypes: floating-point.</summary>
public sealed record LogAddExp : CompositeOp
{
    internal static readonly LogAddExp Instance = new();

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        return x[0].Maximum(x[1]) + (-Difference(x[0], x[1]).Abs()).Exp().Log1p();
    }

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => Share(b, Difference(b.Input(0), b.Input(1)).Sigmoid());

    // Equal infinities differ by 0.
    internal static Tensor Difference(Tensor a, Tensor b) => Tensor.Where(a.EqualTo(b), 0, a - b);

    internal static Tensor?[] Share(Backward b, Tensor first) =>
        [b.Needs(0) ? (b.Grad * first).SumTo(b.InputSpec(0).Shape) : null, b.Needs(1) ? (b.Grad * (1 - first)).SumTo(b.InputSpec(1).Shape) : null];
}

/// <summary>log2(2^a + 2^b), as max(a, b) + log2(1 + 2^-|a - b|) so that it cannot overflow. Dtypes: floating-point.</summary>
public sealed record LogAddExp2 : CompositeOp
{
    internal static readonly LogAddExp2 Instance = new();

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        return x[0].Maximum(x[1]) + (-LogAddExp.Difference(x[0], x[1]).Abs()).Exp2().Log1p() * (1 / Math.Log(2));
    }

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => LogAddExp.Share(b, (LogAddExp.Difference(b.Input(0), b.Input(1)) * Math.Log(2)).Sigmoid());
}

/// <summary>
/// log(x / (1 - x)), the inverse of <see cref="Sigmoid"/>. With <paramref name="Epsilon"/>, x is limited to [Epsilon, 1 - Epsilon] first, and has no gradient beyond; without,
/// it is infinite at 0 and 1 and NaN beyond. Dtypes: floating-point.
/// </summary>
public sealed record Logit(double? Epsilon) : CompositeOp
{
    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        var p = Epsilon is { } epsilon ? x[0].Clamp(epsilon, 1 - epsilon) : x[0];
        return (p / (1 - p)).Log();
    }

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var (x, low) = (b.Input(0), Epsilon ?? 0);
        return [Tensor.Where((x >= low) & (x <= 1 - low), b.Grad / (x * (1 - x)), Epsilon is null ? double.NaN : 0)];
    }
}

/// <summary>-x * log(x), a term of an entropy: 0 at 0, -infinity below. Dtypes: floating-point.</summary>
public sealed record Entr : CompositeOp
{
    internal static readonly Entr Instance = new();

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x) => Tensor.Where(x[0] < 0, double.NegativeInfinity, -x[0].Xlogy(x[0].Maximum(0)));

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [b.Grad * (-1 - b.Input(0).Log())];
}

/// <summary>
/// The logarithm of the normal distribution function, log((1 + erf(x / sqrt 2)) / 2): by the scaled complementary error function where x is negative, so that it keeps its digits where the
/// distribution function has vanished. Dtypes: floating-point.
/// </summary>
public sealed record LogNdtr : CompositeOp
{
    internal static readonly LogNdtr Instance = new();

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var y = x[0] * Math.Sqrt(0.5);
        return Tensor.Where(x[0] < -1, (Special.Erfcx(-y.Minimum(0)) * 0.5).Log() - x[0].Square() * 0.5, (y.Erfc() * -0.5).Log1p());
    }

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var x = b.Input(0);
        var positive = (x.Square() * -0.5).Exp() * (1 / Math.Sqrt(2 * Math.PI)) / Special.Ndtr(x.Maximum(0));
        var negative = Math.Sqrt(2 / Math.PI) / Special.Erfcx(x.Minimum(0) * -Math.Sqrt(0.5));
        return [b.Grad * Tensor.Where(x > 0, positive, negative)];
    }
}
