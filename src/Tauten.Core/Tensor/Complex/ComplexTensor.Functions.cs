using System.Numerics;
using Tauten.Ops;

namespace Tauten;

public sealed partial class ComplexTensor
{
    /// <summary>e to the power z: exp(re) (cos(im) + i sin(im)).</summary>
    public ComplexTensor Exp() => Polar(Real.Exp(), Imaginary);

    /// <inheritdoc cref="ComplexLog"/>
    public ComplexTensor Log() => Run(ComplexLog.Instance, this);

    /// <summary>The logarithm to the base 2.</summary>
    public ComplexTensor Log2() => Log() * (1 / Math.Log(2));

    /// <summary>The logarithm to the base 10.</summary>
    public ComplexTensor Log10() => Log() * (1 / Math.Log(10));

    /// <inheritdoc cref="ComplexSqrt"/>
    public ComplexTensor Sqrt() => Run(ComplexSqrt.Instance, this);

    /// <inheritdoc cref="ComplexPow"/>
    public ComplexTensor Pow(ComplexTensor exponent) => Run(ComplexPow.Instance, this, exponent);

    /// <summary>z to a power. The powers -1, 0, 1/2, 1, 2 and 3 are computed without a logarithm.</summary>
    public ComplexTensor Pow(Complex exponent) => exponent.Imaginary != 0 ? Pow(Scalar(exponent)) : exponent.Real switch
    {
        -1 => Reciprocal(),
        0 => new(Tensor.Constant(1, Real.Spec), Tensor.Constant(0, Real.Spec)),
        0.5 => Sqrt(),
        1 => this,
        2 => Square(),
        3 => Square() * this,
        _ => Pow(Scalar(exponent)),
    };

    /// <summary>The sine: sin(re) cosh(im) + i cos(re) sinh(im).</summary>
    public ComplexTensor Sin() => new(Real.Sin() * Imaginary.Cosh(), Real.Cos() * Imaginary.Sinh());

    /// <summary>The cosine: cos(re) cosh(im) - i sin(re) sinh(im).</summary>
    public ComplexTensor Cos() => new(Real.Cos() * Imaginary.Cosh(), -(Real.Sin() * Imaginary.Sinh()));

    /// <summary>The tangent: tanh(i z) / i.</summary>
    public ComplexTensor Tan() => Turned().Tanh().TurnedBack();

    /// <summary>The hyperbolic sine: sinh(re) cos(im) + i cosh(re) sin(im).</summary>
    public ComplexTensor Sinh() => new(Real.Sinh() * Imaginary.Cos(), Real.Cosh() * Imaginary.Sin());

    /// <summary>The hyperbolic cosine: cosh(re) cos(im) + i sinh(re) sin(im).</summary>
    public ComplexTensor Cosh() => new(Real.Cosh() * Imaginary.Cos(), Real.Sinh() * Imaginary.Sin());

    /// <inheritdoc cref="ComplexTanh"/>
    public ComplexTensor Tanh() => Run(ComplexTanh.Instance, this);

    /// <inheritdoc cref="ComplexAsin"/>
    public ComplexTensor Asin() => Run(ComplexAsin.Instance, this);

    /// <inheritdoc cref="ComplexAcos"/>
    public ComplexTensor Acos() => Run(ComplexAcos.Instance, this);

    /// <summary>The arc tangent, with branch cuts on the imaginary axis beyond -i and i: atanh(i z) / i.</summary>
    public ComplexTensor Atan() => Turned().Atanh().TurnedBack();

    /// <summary>The inverse hyperbolic sine, with branch cuts on the imaginary axis beyond -i and i: asin(i z) / i.</summary>
    public ComplexTensor Asinh() => Turned().Asin().TurnedBack();

    /// <inheritdoc cref="ComplexAcosh"/>
    public ComplexTensor Acosh() => Run(ComplexAcosh.Instance, this);

    /// <inheritdoc cref="ComplexAtanh"/>
    public ComplexTensor Atanh() => Run(ComplexAtanh.Instance, this);

    /// <summary>1 / (1 + exp(-z)), as (1 + tanh(z / 2)) / 2.</summary>
    public ComplexTensor Sigmoid() => ((this * 0.5).Tanh() + 1) * 0.5;

    /// <summary>i z.</summary>
    ComplexTensor Turned() => new(-Imaginary, Real);

    /// <summary>-i z.</summary>
    ComplexTensor TurnedBack() => new(Imaginary, -Real);
}
