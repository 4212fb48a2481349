using System.Numerics;
using Tauten.Ops;

namespace Tauten;

public sealed partial class ComplexTensor
{
    /// <summary>e to the power z: exp(re) (cos(im) + i sin(im)).</summary>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([0.0, 1]), Tensor.From([1.0, 0])).Exp());    // [0.5403+0.8415j, 2.7183+0.0000j]
    /// </code></example>
    public ComplexTensor Exp() => Polar(Real.Exp(), Imaginary);

    /// <inheritdoc cref="ComplexLog"/>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([1.0, -1]), Tensor.From([1.0, 0])).Log());    // [0.3466+0.7854j, 0.0000+3.1416j]
    /// </code></example>
    public ComplexTensor Log() => Run(ComplexLog.Instance, this);

    /// <summary>The logarithm to the base 2.</summary>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([8.0]), Tensor.From([1.0])).Log2());    // [3.0112+0.1794j]
    /// </code></example>
    public ComplexTensor Log2() => Log() * (1 / Math.Log(2));

    /// <summary>The logarithm to the base 10.</summary>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([100.0]), Tensor.From([1.0])).Log10());    // [2.0000+0.0043j]
    /// </code></example>
    public ComplexTensor Log10() => Log() * (1 / Math.Log(10));

    /// <inheritdoc cref="ComplexSqrt"/>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([-4.0, 3]), Tensor.From([0.0, 4])).Sqrt());    // [0+2j, 2+1j]
    /// </code></example>
    public ComplexTensor Sqrt() => Run(ComplexSqrt.Instance, this);

    /// <inheritdoc cref="ComplexPow"/>
    /// <example><code>
    /// using System.Numerics;
    ///
    /// Console.WriteLine(new ComplexTensor(Tensor.From([1.0]), Tensor.From([1.0])).Pow(new Complex(2, 0)));    // [0+2j]
    /// </code></example>
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
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([0.5]), Tensor.From([1.0])).Sin());    // [0.7398+1.0313j]
    /// </code></example>
    public ComplexTensor Sin() => new(Real.Sin() * Imaginary.Cosh(), Real.Cos() * Imaginary.Sinh());

    /// <summary>The cosine: cos(re) cosh(im) - i sin(re) sinh(im).</summary>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([0.5]), Tensor.From([1.0])).Cos());    // [ 1.3542-0.5634j]
    /// </code></example>
    public ComplexTensor Cos() => new(Real.Cos() * Imaginary.Cosh(), -(Real.Sin() * Imaginary.Sinh()));

    /// <summary>The tangent: tanh(i z) / i.</summary>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([0.5]), Tensor.From([1.0])).Tan());    // [0.1956+0.8430j]
    /// </code></example>
    public ComplexTensor Tan() => Turned().Tanh().TurnedBack();

    /// <summary>The hyperbolic sine: sinh(re) cos(im) + i cosh(re) sin(im).</summary>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([0.5]), Tensor.From([1.0])).Sinh());    // [0.2815+0.9489j]
    /// </code></example>
    public ComplexTensor Sinh() => new(Real.Sinh() * Imaginary.Cos(), Real.Cosh() * Imaginary.Sin());

    /// <summary>The hyperbolic cosine: cosh(re) cos(im) + i sinh(re) sin(im).</summary>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([0.5]), Tensor.From([1.0])).Cosh());    // [0.6093+0.4385j]
    /// </code></example>
    public ComplexTensor Cosh() => new(Real.Cosh() * Imaginary.Cos(), Real.Sinh() * Imaginary.Sin());

    /// <inheritdoc cref="ComplexTanh"/>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([0.5]), Tensor.From([1.0])).Tanh());    // [1.0428+0.8069j]
    /// </code></example>
    public ComplexTensor Tanh() => Run(ComplexTanh.Instance, this);

    /// <inheritdoc cref="ComplexAsin"/>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([2.0]), Tensor.From([1.0])).Asin());    // [1.0634+1.4694j]
    /// </code></example>
    public ComplexTensor Asin() => Run(ComplexAsin.Instance, this);

    /// <inheritdoc cref="ComplexAcos"/>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([2.0]), Tensor.From([1.0])).Acos());    // [ 0.5074-1.4694j]
    /// </code></example>
    public ComplexTensor Acos() => Run(ComplexAcos.Instance, this);

    /// <summary>The arc tangent, with branch cuts on the imaginary axis beyond -i and i: atanh(i z) / i.</summary>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([2.0]), Tensor.From([1.0])).Atan());    // [1.1781+0.1733j]
    /// </code></example>
    public ComplexTensor Atan() => Turned().Atanh().TurnedBack();

    /// <summary>The inverse hyperbolic sine, with branch cuts on the imaginary axis beyond -i and i: asin(i z) / i.</summary>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([2.0]), Tensor.From([1.0])).Asinh());    // [1.5286+0.4271j]
    /// </code></example>
    public ComplexTensor Asinh() => Turned().Asin().TurnedBack();

    /// <inheritdoc cref="ComplexAcosh"/>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([2.0]), Tensor.From([1.0])).Acosh());    // [1.4694+0.5074j]
    /// </code></example>
    public ComplexTensor Acosh() => Run(ComplexAcosh.Instance, this);

    /// <inheritdoc cref="ComplexAtanh"/>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([0.5]), Tensor.From([1.0])).Atanh());    // [0.2389+0.8476j]
    /// </code></example>
    public ComplexTensor Atanh() => Run(ComplexAtanh.Instance, this);

    /// <summary>1 / (1 + exp(-z)), as (1 + tanh(z / 2)) / 2.</summary>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([0.5]), Tensor.From([1.0])).Sigmoid());    // [0.6562+0.2523j]
    /// </code></example>
    public ComplexTensor Sigmoid() => ((this * 0.5).Tanh() + 1) * 0.5;

    /// <summary>i z.</summary>
    ComplexTensor Turned() => new(-Imaginary, Real);

    /// <summary>-i z.</summary>
    ComplexTensor TurnedBack() => new(Imaginary, -Real);
}
