using System.Numerics;
using Tauten.Ops;

namespace Tauten;

#pragma warning disable CS1591 // operators: the symbols say what they do, element by element, broadcasting
public sealed partial class ComplexTensor
{
    public static ComplexTensor operator +(ComplexTensor a, ComplexTensor b) => new(a.Real + b.Real, a.Imaginary + b.Imaginary);
    public static ComplexTensor operator -(ComplexTensor a, ComplexTensor b) => new(a.Real - b.Real, a.Imaginary - b.Imaginary);
    public static ComplexTensor operator *(ComplexTensor a, ComplexTensor b) =>
        new(a.Real * b.Real - a.Imaginary * b.Imaginary, a.Real * b.Imaginary + a.Imaginary * b.Real);
    public static ComplexTensor operator /(ComplexTensor a, ComplexTensor b) => Run(ComplexDiv.Instance, a, b);
    public static ComplexTensor operator -(ComplexTensor a) => new(-a.Real, -a.Imaginary);

    public static ComplexTensor operator +(ComplexTensor a, Tensor b) => WithReal(a.Real + b, a.Imaginary);
    public static ComplexTensor operator -(ComplexTensor a, Tensor b) => WithReal(a.Real - b, a.Imaginary);
    public static ComplexTensor operator *(ComplexTensor a, Tensor b) => new(a.Real * b, a.Imaginary * b);
    public static ComplexTensor operator /(ComplexTensor a, Tensor b) => new(a.Real / b, a.Imaginary / b);
    public static ComplexTensor operator +(Tensor a, ComplexTensor b) => WithReal(a + b.Real, b.Imaginary);
    public static ComplexTensor operator -(Tensor a, ComplexTensor b) => WithReal(a - b.Real, -b.Imaginary);
    public static ComplexTensor operator *(Tensor a, ComplexTensor b) => new(a * b.Real, a * b.Imaginary);
    public static ComplexTensor operator /(Tensor a, ComplexTensor b) => FromReal(a) / b;

    public static ComplexTensor operator +(ComplexTensor a, Complex b) => new(a.Real + b.Real, b.Imaginary == 0 ? a.Imaginary : a.Imaginary + b.Imaginary);
    public static ComplexTensor operator -(ComplexTensor a, Complex b) => new(a.Real - b.Real, b.Imaginary == 0 ? a.Imaginary : a.Imaginary - b.Imaginary);
    public static ComplexTensor operator *(ComplexTensor a, Complex b) => b.Imaginary == 0
        ? new(a.Real * b.Real, a.Imaginary * b.Real)
        : new(a.Real * b.Real - a.Imaginary * b.Imaginary, a.Real * b.Imaginary + a.Imaginary * b.Real);
    public static ComplexTensor operator /(ComplexTensor a, Complex b) => b.Imaginary == 0 ? new(a.Real / b.Real, a.Imaginary / b.Real) : a / a.Scalar(b);
    public static ComplexTensor operator +(Complex a, ComplexTensor b) => b + a;
    public static ComplexTensor operator -(Complex a, ComplexTensor b) => new(a.Real - b.Real, a.Imaginary == 0 ? -b.Imaginary : a.Imaginary - b.Imaginary);
    public static ComplexTensor operator *(Complex a, ComplexTensor b) => b * a;
    public static ComplexTensor operator /(Complex a, ComplexTensor b) => b.Scalar(a) / b;
#pragma warning restore CS1591

    /// <summary>The complex conjugates: the imaginary parts change their sign.</summary>
    public ComplexTensor Conj() => new(Real, -Imaginary);

    /// <inheritdoc cref="ComplexAbs"/>
    public Tensor Abs() => Dispatch.Run(ComplexAbs.Instance, Real, Imaginary);

    /// <inheritdoc cref="ComplexAngle"/>
    public Tensor Angle() => Dispatch.Run(ComplexAngle.Instance, Real, Imaginary);

    /// <summary>z / |z|, the number of absolute value 1 in the same direction; 0 where z is 0.</summary>
    public ComplexTensor Sgn()
    {
        var abs = Abs();
        return this / Tensor.Where(abs.EqualTo(0), 1, abs);
    }

    /// <summary>Whether both parts are equal.</summary>
    public Tensor EqualTo(ComplexTensor other) => Real.EqualTo(other.Real) & Imaginary.EqualTo(other.Imaginary);

    /// <summary>Whether one of the parts is NaN.</summary>
    public Tensor IsNaN() => Real.IsNaN() | Imaginary.IsNaN();

    /// <summary>Whether both parts are finite.</summary>
    public Tensor IsFinite() => Real.IsFinite() & Imaginary.IsFinite();

    /// <summary>z * z.</summary>
    public ComplexTensor Square() => new((Real + Imaginary) * (Real - Imaginary), Real * Imaginary * 2);

    /// <summary>1 / z.</summary>
    public ComplexTensor Reciprocal() => Complex.One / this;

    /// <summary>The sum of all elements.</summary>
    public ComplexTensor Sum() => new(Real.Sum(), Imaginary.Sum());

    /// <summary>The sum along axes.</summary>
    public ComplexTensor Sum(Dims axes, bool keepDims = false) => new(Real.Sum(axes, keepDims), Imaginary.Sum(axes, keepDims));

    /// <summary>The mean of all elements.</summary>
    public ComplexTensor Mean() => new(Real.Mean(), Imaginary.Mean());

    /// <summary>The mean along axes.</summary>
    public ComplexTensor Mean(Dims axes, bool keepDims = false) => new(Real.Mean(axes, keepDims), Imaginary.Mean(axes, keepDims));

    /// <summary>The running sum along an axis.</summary>
    public ComplexTensor CumSum(int axis) => new(Real.CumSum(axis), Imaginary.CumSum(axis));

    /// <summary>The matrix product, of batches too; four real products. Axes as in <see cref="Tensor.MatMul"/>.</summary>
    public ComplexTensor MatMul(ComplexTensor other) =>
        new(Real.MatMul(other.Real) - Imaginary.MatMul(other.Imaginary), Real.MatMul(other.Imaginary) + Imaginary.MatMul(other.Real));

    /// <summary>The matrix product with a real matrix; two real products.</summary>
    public ComplexTensor MatMul(Tensor other) => new(Real.MatMul(other), Imaginary.MatMul(other));

    /// <summary>One number as a tensor beside these.</summary>
    ComplexTensor Scalar(Complex value) => new(Tensor.Scalar(value.Real, DType), Tensor.Scalar(value.Imaginary, DType));

    // A real operand may broadcast the other's real part to a larger shape; the imaginary part follows.
    static ComplexTensor WithReal(Tensor real, Tensor imaginary) => new(real, imaginary.BroadcastTo(real.Shape));

    static ComplexTensor Run(Op op, ComplexTensor z)
    {
        var y = Dispatch.RunAll(op, z.Real, z.Imaginary);
        return new(y[0], y[1]);
    }

    static ComplexTensor Run(Op op, ComplexTensor a, ComplexTensor b)
    {
        var y = Dispatch.RunAll(op, a.Real, a.Imaginary, b.Real, b.Imaginary);
        return new(y[0], y[1]);
    }
}
