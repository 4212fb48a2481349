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
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([1f, 3]), Tensor.From([2f, -4])).Conj());    // [ 1-2j,  3+4j]
    /// </code></example>
    public ComplexTensor Conj() => new(Real, -Imaginary);

    /// <inheritdoc cref="ComplexAbs"/>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([3f, 0]), Tensor.From([4f, -2])).Abs());    // [5, 2]
    /// </code></example>
    public Tensor Abs() => Dispatch.Run(ComplexAbs.Instance, Real, Imaginary);

    /// <inheritdoc cref="ComplexAngle"/>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([1f, 0]), Tensor.From([1f, -2])).Angle());    // [ 0.7854, -1.5708]
    /// </code></example>
    public Tensor Angle() => Dispatch.Run(ComplexAngle.Instance, Real, Imaginary);

    /// <summary>z / |z|, the number of absolute value 1 in the same direction; 0 where z is 0.</summary>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([3f, 0]), Tensor.From([4f, 0])).Sgn());    // [0.6000+0.8000j, 0.0000+0.0000j]
    /// </code></example>
    public ComplexTensor Sgn()
    {
        var abs = Abs();
        return this / Tensor.Where(abs.EqualTo(0), 1, abs);
    }

    /// <summary>Whether both parts are equal.</summary>
    /// <example><code>
    /// var z = new ComplexTensor(Tensor.From([1f, 1]), Tensor.From([0f, 2]));
    /// Console.WriteLine(z.EqualTo(z.Conj()));    // [ True, False]
    /// </code></example>
    public Tensor EqualTo(ComplexTensor other) => Real.EqualTo(other.Real) & Imaginary.EqualTo(other.Imaginary);

    /// <summary>Whether one of the parts is NaN.</summary>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([1f, 1]), Tensor.From([0f, float.NaN])).IsNaN());    // [False,  True]
    /// </code></example>
    public Tensor IsNaN() => Real.IsNaN() | Imaginary.IsNaN();

    /// <summary>Whether both parts are finite.</summary>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([1f, 1]), Tensor.From([0f, float.NaN])).IsFinite());    // [ True, False]
    /// </code></example>
    public Tensor IsFinite() => Real.IsFinite() & Imaginary.IsFinite();

    /// <summary>z * z.</summary>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([0f, 1]), Tensor.From([1f, 1])).Square());    // [-1+0j,  0+2j]
    /// </code></example>
    public ComplexTensor Square() => new((Real + Imaginary) * (Real - Imaginary), Real * Imaginary * 2);

    /// <summary>1 / z.</summary>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([0f, 1]), Tensor.From([2f, 1])).Reciprocal());    // [ 0.0000-0.5000j,  0.5000-0.5000j]
    /// </code></example>
    public ComplexTensor Reciprocal() => Complex.One / this;

    /// <summary>The sum of all elements.</summary>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([1f, 2]), Tensor.From([3f, -1])).Sum());    // 3+2j
    /// </code></example>
    public ComplexTensor Sum() => new(Real.Sum(), Imaginary.Sum());

    /// <summary>The sum along axes.</summary>
    public ComplexTensor Sum(Dims axes, bool keepDims = false) => new(Real.Sum(axes, keepDims), Imaginary.Sum(axes, keepDims));

    /// <summary>The mean of all elements.</summary>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([1f, 2]), Tensor.From([3f, -1])).Mean());    // 1.5000+1.0000j
    /// </code></example>
    public ComplexTensor Mean() => new(Real.Mean(), Imaginary.Mean());

    /// <summary>The mean along axes.</summary>
    public ComplexTensor Mean(Dims axes, bool keepDims = false) => new(Real.Mean(axes, keepDims), Imaginary.Mean(axes, keepDims));

    /// <summary>The running sum along an axis.</summary>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([1f, 2]), Tensor.From([3f, -1])).CumSum(0));    // [1+3j, 3+2j]
    /// </code></example>
    public ComplexTensor CumSum(int axis) => new(Real.CumSum(axis), Imaginary.CumSum(axis));

    /// <summary>The matrix product, of batches too; four real products. Axes as in <see cref="Tensor.MatMul"/>.</summary>
    /// <example><code>
    /// var a = new ComplexTensor(Tensor.Zeros([2, 2]), Tensor.Eye(2));       // i times the identity
    /// Console.WriteLine(a.MatMul(a));
    /// // [[-1+0j,  0+0j],
    /// //  [ 0+0j, -1+0j]]
    /// </code></example>
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
