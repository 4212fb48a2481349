namespace Tauten.Ops;

/// <summary>
/// A holomorphic function of re + i im, given as two inputs, which are broadcast; two outputs. Its gradient is the one that arrives times the conjugate of the derivative.
/// Of 16-bit floats it is computed in float32 and rounded once.
/// </summary>
public abstract record HolomorphicOp : CompositeOp
{
    /// <inheritdoc/>
    public sealed override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public sealed override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Count(x, 2, this);
        Expect.Floating(this, x[0]);
        Expect.SameDType(this, x[0], x[1]);
        var y = new TensorSpec(x[0].DType, Shape.Broadcast(x[0].Shape, x[1].Shape, Name()));
        return new Specs(y, y);
    }

    /// <inheritdoc/>
    public sealed override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        var z = ComplexTensor.Broadcast(x[0], x[1], Name());
        var w = z.DType.Size() == 2 ? Value(z.To(DType.Float32)).To(z.DType) : Value(z);
        return [w.Real, w.Imaginary];
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Inputs | Reads.Output;

    /// <inheritdoc/>
    public sealed override Tensor?[]? Gradient(Backward b)
    {
        var g = new ComplexTensor(b.GradOf(0), b.GradOf(1));
        var z = ComplexTensor.Broadcast(b.Input(0), b.Input(1), Name());
        var w = new ComplexTensor(b.OutputAt(0), b.OutputAt(1));
        var gz = g.DType.Size() == 2 ? Gradient(g.To(DType.Float32), z.To(DType.Float32), w.To(DType.Float32)).To(g.DType) : Gradient(g, z, w);
        return [gz.Real.SumTo(b.InputSpec(0).Shape), gz.Imaginary.SumTo(b.InputSpec(1).Shape)];
    }

    /// <summary>The function's value at <paramref name="z"/>.</summary>
    protected abstract ComplexTensor Value(ComplexTensor z);

    /// <summary><paramref name="g"/> times the conjugate of the derivative at <paramref name="z"/>, where the value is <paramref name="w"/>.</summary>
    protected abstract ComplexTensor Gradient(ComplexTensor g, ComplexTensor z, ComplexTensor w);

    /// <summary>sqrt(1 - z) and sqrt(1 + z), of which the inverse circular functions are made (Kahan, 1987).</summary>
    private protected static (ComplexTensor Less, ComplexTensor More) Roots(ComplexTensor z) => ((1 - z).Sqrt(), (1 + z).Sqrt());
}

/// <summary>The natural logarithm ln |z| + i angle(z), with imaginary parts in [-pi, pi]. Dtypes: floating-point.</summary>
public sealed record ComplexLog : HolomorphicOp
{
    internal static readonly ComplexLog Instance = new();

    /// <inheritdoc/>
    protected override ComplexTensor Value(ComplexTensor z)
    {
        // ln(large) + ln(1 + (small / large)^2) / 2 neither overflows nor vanishes; 0 / 0 and infinity / infinity do not matter beside the first term.
        var (a, b) = (z.Real.Abs(), z.Imaginary.Abs());
        var (large, small) = (a.Maximum(b), a.Minimum(b));
        var ratio = Tensor.Where(small.EqualTo(large), 1, small / large);
        return new(large.Log() + ratio.Square().Log1p() * 0.5, z.Angle());
    }

    /// <inheritdoc/>
    protected override ComplexTensor Gradient(ComplexTensor g, ComplexTensor z, ComplexTensor w) => g / z.Conj();
}

/// <summary>The square root with a real part that is not negative; its imaginary part has the sign of that of z. Dtypes: floating-point.</summary>
public sealed record ComplexSqrt : HolomorphicOp
{
    internal static readonly ComplexSqrt Instance = new();

    /// <inheritdoc/>
    protected override ComplexTensor Value(ComplexTensor z)
    {
        // The larger part t = sqrt((|re| + |z|) / 2), halved first so that the sum cannot overflow, and the other one |im| / (2 t).
        var t = (z.Real.Abs() * 0.5 + z.Abs() * 0.5).Sqrt();
        var isZero = t.EqualTo(0);
        var other = z.Imaginary.Abs() / Tensor.Where(isZero, 1, t) * 0.5;
        var isRight = z.Real >= 0;
        var im = Tensor.Where(isRight, other, t);
        // An imaginary part of -0 lies below the cut along the negative real axis.
        var isBelow = z.Imaginary.Atan2(Tensor.Constant(-1, z.Imaginary.Spec)) < 0;
        return new(Tensor.Where(isRight, t, other), Tensor.Where(isBelow, -im, im));
    }

    /// <inheritdoc/>
    protected override ComplexTensor Gradient(ComplexTensor g, ComplexTensor z, ComplexTensor w) => g * 0.5 / w.Conj();
}

/// <summary>The hyperbolic tangent (Kahan: "Branch cuts for complex elementary functions", 1987). Dtypes: floating-point.</summary>
public sealed record ComplexTanh : HolomorphicOp
{
    internal static readonly ComplexTanh Instance = new();

    /// <inheritdoc/>
    protected override ComplexTensor Value(ComplexTensor z)
    {
        // Beyond 20 the real part is 1 in every dtype, and sinh would overflow.
        var (t, s) = (z.Imaginary.Tan(), z.Real.Clamp(-20, 20).Sinh());
        var beta = t.Square() + 1;
        var scale = beta * s.Square() + 1;
        return new(beta * (s.Square() + 1).Sqrt() * s / scale, t / scale);
    }

    /// <inheritdoc/>
    protected override ComplexTensor Gradient(ComplexTensor g, ComplexTensor z, ComplexTensor w) => g * (1 - w.Square()).Conj();
}

/// <summary>The arc sine, with branch cuts on the real axis beyond -1 and 1 (Kahan, 1987). Dtypes: floating-point.</summary>
public sealed record ComplexAsin : HolomorphicOp
{
    internal static readonly ComplexAsin Instance = new();

    /// <inheritdoc/>
    protected override ComplexTensor Value(ComplexTensor z)
    {
        var (less, more) = Roots(z);
        return new(z.Real.Atan2((less * more).Real), (less.Conj() * more).Imaginary.Asinh());
    }

    /// <inheritdoc/>
    protected override ComplexTensor Gradient(ComplexTensor g, ComplexTensor z, ComplexTensor w)
    {
        var (less, more) = Roots(z);
        return g / less.Conj() / more.Conj();
    }
}

/// <summary>The arc cosine, with branch cuts on the real axis beyond -1 and 1 (Kahan, 1987). Dtypes: floating-point.</summary>
public sealed record ComplexAcos : HolomorphicOp
{
    internal static readonly ComplexAcos Instance = new();

    /// <inheritdoc/>
    protected override ComplexTensor Value(ComplexTensor z)
    {
        var (less, more) = Roots(z);
        return new(less.Real.Atan2(more.Real) * 2, (more.Conj() * less).Imaginary.Asinh());
    }

    /// <inheritdoc/>
    protected override ComplexTensor Gradient(ComplexTensor g, ComplexTensor z, ComplexTensor w)
    {
        var (less, more) = Roots(z);
        return -(g / less.Conj() / more.Conj());
    }
}

/// <summary>The inverse hyperbolic cosine with a real part that is not negative, with a branch cut on the real axis below 1 (Kahan, 1987). Dtypes: floating-point.</summary>
public sealed record ComplexAcosh : HolomorphicOp
{
    internal static readonly ComplexAcosh Instance = new();

    /// <inheritdoc/>
    protected override ComplexTensor Value(ComplexTensor z)
    {
        var (less, more) = ((z - 1).Sqrt(), (z + 1).Sqrt());
        return new((less.Conj() * more).Real.Asinh(), less.Imaginary.Atan2(more.Real) * 2);
    }

    /// <inheritdoc/>
    protected override ComplexTensor Gradient(ComplexTensor g, ComplexTensor z, ComplexTensor w) => g / (z - 1).Sqrt().Conj() / (z + 1).Sqrt().Conj();
}

/// <summary>The inverse hyperbolic tangent, with branch cuts on the real axis beyond -1 and 1 (Kahan, 1987). Dtypes: floating-point.</summary>
public sealed record ComplexAtanh : HolomorphicOp
{
    internal static readonly ComplexAtanh Instance = new();

    /// <inheritdoc/>
    protected override ComplexTensor Value(ComplexTensor z)
    {
        // Re = ln(1 + 4 |x| / ((1 - |x|)^2 + y^2)) / 4, divided by |1 - |z|| twice so that nothing overflows; Im = half the angle of (1 + z) / (1 - z).
        var x = z.Real.Abs();
        var distance = new ComplexTensor(1 - x, z.Imaginary).Abs();
        var re = (x / distance * 4 / distance).Log1p() * 0.25;
        var im = z.Imaginary.Atan2(1 - x) + z.Imaginary.Atan2(1 + x);
        // The angles of (1 + |x|, y) and (1 - |x|, y) add up to twice the imaginary part for x >= 0, and for x < 0 likewise, since it is even in x.
        return new(Tensor.Where(z.Real < 0, -re, re), im * 0.5);
    }

    /// <inheritdoc/>
    protected override ComplexTensor Gradient(ComplexTensor g, ComplexTensor z, ComplexTensor w) => g / (1 - z).Conj() / (1 + z).Conj();
}

/// <summary>
/// a to the power b, both complex (inputs re a, im a, re b, im b), as exp(b ln a). 0 to the power 0 is 1, and to a power with a positive real part 0. Dtypes: floating-point.
/// </summary>
public sealed record ComplexPow : CompositeOp
{
    internal static readonly ComplexPow Instance = new();

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        bool isShort = x[0].DType.Size() == 2;
        ComplexTensor a = ComplexTensor.Broadcast(x[0], x[1], Name()), b = ComplexTensor.Broadcast(x[2], x[3], Name());
        var w = isShort ? Power(a.To(DType.Float32), b.To(DType.Float32)).To(a.DType) : Power(a, b);
        return [w.Real, w.Imaginary];
    }

    static ComplexTensor Power(ComplexTensor a, ComplexTensor b)
    {
        var isZero = a.Real.EqualTo(0) & a.Imaginary.EqualTo(0);
        var safe = new ComplexTensor(Tensor.Where(isZero, 1, a.Real), a.Imaginary);
        var w = (b * safe.Log()).Exp();
        var atZero = Tensor.Where(b.Real.EqualTo(0) & b.Imaginary.EqualTo(0), 1, Tensor.Where(b.Real > 0, 0, Tensor.Constant(double.NaN, b.Real.Spec)));
        return new(Tensor.Where(isZero, atZero, w.Real), Tensor.Where(isZero, atZero * 0, w.Imaginary));
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Inputs | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        ComplexTensor g = new(b.GradOf(0), b.GradOf(1)), x = ComplexTensor.Broadcast(b.Input(0), b.Input(1), Name()), y = ComplexTensor.Broadcast(b.Input(2), b.Input(3), Name());
        ComplexTensor? gx = null, gy = null;
        if (b.Needs(0) || b.Needs(1))
        {
            var isConstant = y.Real.EqualTo(0) & y.Imaginary.EqualTo(0);
            var slope = (y * x.Pow(y - 1)).Conj() * g;
            gx = new(Tensor.Where(isConstant, 0, slope.Real), Tensor.Where(isConstant, 0, slope.Imaginary));
        }
        if (b.Needs(2) || b.Needs(3))
        {
            var isZero = x.Real.EqualTo(0) & x.Imaginary.EqualTo(0) & (y.Real >= 0);
            gy = (new ComplexTensor(b.OutputAt(0), b.OutputAt(1)) * new ComplexTensor(Tensor.Where(isZero, 1, x.Real), x.Imaginary).Log()).Conj() * g;
        }
        return
        [
            gx?.Real.SumTo(b.InputSpec(0).Shape), gx?.Imaginary.SumTo(b.InputSpec(1).Shape),
            gy?.Real.SumTo(b.InputSpec(2).Shape), gy?.Imaginary.SumTo(b.InputSpec(3).Shape),
        ];
    }
}
