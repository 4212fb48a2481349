namespace Tauten.Ops;

/// <summary>
/// |re + i im| = sqrt(re^2 + im^2), scaled so that it neither overflows nor vanishes. Infinite where a part is infinite, even beside NaN. At 0 the
/// gradient is 0. Dtypes: floating-point.
/// </summary>
public sealed record ComplexAbs : CompositeOp
{
    internal static readonly ComplexAbs Instance = new();

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        var (a, b) = (x[0].Abs(), x[1].Abs());
        var (large, small) = (a.Maximum(b), a.Minimum(b));
        // 0 / 0 and infinity / infinity count as 1: the result is the larger part then, whatever it is multiplied by.
        var ratio = Tensor.Where(small.EqualTo(large), 1, small / large);
        return Tensor.Where(x[0].IsInfinity() | x[1].IsInfinity(), double.PositiveInfinity, large * (ratio.Square() + 1).Sqrt());
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Inputs | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var zero = b.Output.EqualTo(0);
        var safe = Tensor.Where(zero, 1, b.Output);
        return [b.Needs(0) ? (b.Grad * (b.Input(0) / safe)).SumTo(b.InputSpec(0).Shape) : null, b.Needs(1) ? (b.Grad * (b.Input(1) / safe)).SumTo(b.InputSpec(1).Shape) : null];
    }
}

/// <summary>The angle of re + i im in radians, in [-pi, pi]: atan2(im, re). At 0 the gradient is 0. Dtypes: floating-point.</summary>
public sealed record ComplexAngle : CompositeOp
{
    internal static readonly ComplexAngle Instance = new();

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x) => x[1].Atan2(x[0]);

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Inputs;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        // i z / |z|^2, as i / conj(z), so that squares cannot overflow.
        var z = ComplexTensor.Broadcast(b.Input(0), b.Input(1), Name());
        var zero = z.Real.EqualTo(0) & z.Imaginary.EqualTo(0);
        var inverse = new ComplexTensor(Tensor.Where(zero, 1, z.Real), z.Imaginary).Reciprocal();
        return [(b.Grad * Tensor.Where(zero, 0, inverse.Imaginary)).SumTo(b.InputSpec(0).Shape), (b.Grad * Tensor.Where(zero, 0, inverse.Real)).SumTo(b.InputSpec(1).Shape)];
    }
}

/// <summary>
/// The complex quotient (a + i b) / (c + i d), inputs a, b, c, d, which are broadcast; scaled by the larger part of the divisor so that squares cannot
/// overflow (Smith: "Algorithm 116: Complex division", 1962). Dtypes: floating-point.
/// </summary>
public sealed record ComplexDiv : CompositeOp
{
    internal static readonly ComplexDiv Instance = new();

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        var (a, b, c, d) = (x[0], x[1], x[2], x[3]);
        var isReal = c.Abs() >= d.Abs();
        var (large, small) = (Tensor.Where(isReal, c, d), Tensor.Where(isReal, d, c));
        var ratio = small / large;
        var scale = large + small * ratio;
        var (p, q) = (Tensor.Where(isReal, a, b), Tensor.Where(isReal, b, a));
        var (re, im) = ((p + q * ratio) / scale, (q - p * ratio) / scale);
        return [re, Tensor.Where(isReal, im, -im)];
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Inputs | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var divisor = ComplexTensor.Broadcast(b.Input(2), b.Input(3), Name());
        var g = new ComplexTensor(b.GradOf(0), b.GradOf(1)) / divisor.Conj();
        var h = b.Needs(2) || b.Needs(3) ? -(g * new ComplexTensor(b.OutputAt(0), b.OutputAt(1)).Conj()) : g;
        return
        [
            b.Needs(0) ? g.Real.SumTo(b.InputSpec(0).Shape) : null, b.Needs(1) ? g.Imaginary.SumTo(b.InputSpec(1).Shape) : null,
            b.Needs(2) ? h.Real.SumTo(b.InputSpec(2).Shape) : null, b.Needs(3) ? h.Imaginary.SumTo(b.InputSpec(3).Shape) : null,
        ];
    }
}
