namespace Tauten.Ops;

/// <summary>
/// The discrete Fourier transform along an axis of n complex numbers, given as real and imaginary parts and returned so: y[k] = f sum over j of x[j] exp(-2 pi i j k / n),
/// or exp(+2 pi i j k / n) for the inverse. The factor f is 1 / n for the inverse transform with <see cref="FftNorm.Backward"/> and the other one with
/// <see cref="FftNorm.Forward"/>, 1 / sqrt(n) for <see cref="FftNorm.Ortho"/>, and 1 elsewhere. Dtypes: floating-point.
/// </summary>
public sealed record Dft(int Axis, bool Inverse, FftNorm Norm) : PrimitiveOp
{
    internal override Tensor[]? Spelled(ReadOnlySpan<Tensor> x)
    {
        if (AlongAxis.Units(x[0], Axis) is not { } units) return null;
        var m = AlongAxis.Computed(this with { Axis = 1 }, units, AlongAxis.Computed(Sub.Instance, units, units)[0]);
        Tensor re = x[0], im = x[1];
        return [
            AlongAxis.Product(re, Axis, m[0]) - AlongAxis.Product(im, Axis, m[1]),
            AlongAxis.Product(re, Axis, m[1]) + AlongAxis.Product(im, Axis, m[0]),
        ];
    }

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Spectra.Check(this, x, Axis);
        Spectra.CheckSize(this, x[0].Shape[Axis]);
        return new Specs(x[0], x[0]);
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        // The transform is a symmetric matrix, so the adjoint is its conjugate: the other direction with the same factor.
        var g = Dispatch.RunAll(new Dft(Axis, !Inverse, Spectra.Other(Norm)), b.GradOf(0), b.GradOf(1));
        return [g[0], g[1]];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this with { Axis = Axis + 1 });
}

/// <summary>
/// The first n / 2 + 1 elements (rounded down) of the <see cref="Dft"/> of n real numbers along an axis, as real and imaginary parts; the others are conjugates of these.
/// Dtypes: floating-point.
/// </summary>
public sealed record RealDft(int Axis, FftNorm Norm) : PrimitiveOp
{
    internal override Tensor[]? Spelled(ReadOnlySpan<Tensor> x)
    {
        if (AlongAxis.Units(x[0], Axis) is not { } units) return null;
        var m = AlongAxis.Computed(this with { Axis = 1 }, units);
        return [AlongAxis.Product(x[0], Axis, m[0]), AlongAxis.Product(x[0], Axis, m[1])];
    }

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        Expect.Floating(this, spec);
        spec.Shape.Axis(Axis, Name());
        Spectra.CheckSize(this, spec.Shape[Axis]);
        var y = new TensorSpec(spec.DType, spec.Shape.With(Axis, spec.Shape[Axis] / 2 + 1));
        return new Specs(y, y);
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        // The inverse transform adds the conjugate half, so what has one counts half.
        var shape = b.InputSpec(0).Shape;
        var weight = Spectra.Weights(shape, Axis, 1, 0.5, b.GradOf(0).DType);
        return [Dispatch.Run(new RealInverseDft(Axis, shape[Axis], Spectra.Other(Norm)), b.GradOf(0) * weight, b.GradOf(1) * weight)];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this with { Axis = Axis + 1 });
}

/// <summary>
/// The inverse <see cref="Dft"/> along an axis of a spectrum that is conjugate to itself, of which real and imaginary parts of the first Length / 2 + 1 elements (rounded
/// down) are given: Length real numbers. Imaginary parts that such a spectrum cannot have (of the first element, and of the last one if Length is even) are not read. Dtypes: floating-point.
/// </summary>
public sealed record RealInverseDft(int Axis, Dim Length, FftNorm Norm) : PrimitiveOp
{
    internal override Tensor[]? Spelled(ReadOnlySpan<Tensor> x)
    {
        if (!Length.IsKnown || AlongAxis.Units(x[0], Axis) is not { } units) return null;
        var none = AlongAxis.Computed(Sub.Instance, units, units)[0];
        Tensor re = AlongAxis.Computed(this with { Axis = 1 }, units, none)[0], im = AlongAxis.Computed(this with { Axis = 1 }, none, units)[0];
        return [AlongAxis.Product(x[0], Axis, re) + AlongAxis.Product(x[1], Axis, im)];
    }

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Spectra.Check(this, x, Axis);
        Spectra.CheckSize(this, Length);
        Dim bins = x[0].Shape[Axis], expected = Length / 2 + 1;
        if (bins.IsKnown && expected.IsKnown && bins != expected)
            throw new ShapeException($"{this}: axis {Axis} of shape {x[0].Shape} has {bins} elements. Expected {expected}, for {Length} real numbers.");
        return new TensorSpec(x[0].DType, x[0].Shape.With(Axis, Length));
    }

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) => Length.IsKnown ? this : new RealInverseDft(Axis, Length.Bind(known), Norm);

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        var weight = Spectra.Weights(b.OutputSpec().Shape, Axis, 1, 2, b.Grad.DType);
        var g = Dispatch.RunAll(new RealDft(Axis, Spectra.Other(Norm)), b.Grad);
        return [g[0] * weight, g[1] * weight];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this with { Axis = Axis + 1 });
}

/// <summary>What the rules of Fourier transforms share.</summary>
static class Spectra
{
    public static void Check(Op op, ReadOnlySpan<TensorSpec> x, int axis)
    {
        Expect.Count(x, 2, op);
        Expect.Floating(op, x[0]);
        Expect.SameDType(op, x[0], x[1]);
        if (x[0].Shape != x[1].Shape) throw new ShapeException($"{op}: the parts have shapes {x[0].Shape} and {x[1].Shape}. Expected the same.");
        x[0].Shape.Axis(axis, op.GetType().Name);
    }

    public static void CheckSize(Op op, Dim size)
    {
        if (size.IsKnown && size < 1) throw new ShapeException($"{op}: a transform needs at least one element along its axis. Received: {size}.");
    }

    /// <summary>The norm with which the transform in the other direction has the same factor.</summary>
    public static FftNorm Other(FftNorm norm) => norm switch
    {
        FftNorm.Backward => FftNorm.Forward,
        FftNorm.Forward => FftNorm.Backward,
        _ => norm,
    };

    /// <summary>For each element of half a spectrum, one number if it is its own conjugate (the first, and the last of an even length) and another one if it is not.</summary>
    public static Tensor Weights(Shape full, int axis, double own, double other, DType dtype)
    {
        Dim n = full[axis];
        var twice = Tensor.Arange(0, n / 2 + 1, DType.Int64) * 2;
        var isOwn = (twice % Tensor.DimScalar(n, DType.Int64)).EqualTo(0);
        var weights = Tensor.Where(isOwn, own, Tensor.Scalar(other, dtype));
        return weights.Reshape([n / 2 + 1, .. Enumerable.Repeat((Dim)1, full.Rank - axis - 1)]);
    }
}
