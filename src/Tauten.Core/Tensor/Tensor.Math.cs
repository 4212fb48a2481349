using Tauten.Ops;

namespace Tauten;

#pragma warning disable CS1591 // operators: the symbols say what they do, element by element, broadcasting
public sealed partial class Tensor
{
    public static Tensor operator +(Tensor a, Tensor b) => Dispatch.Run(Add.Instance, a, b);
    public static Tensor operator -(Tensor a, Tensor b) => Dispatch.Run(Sub.Instance, a, b);
    public static Tensor operator *(Tensor a, Tensor b) => Dispatch.Run(Mul.Instance, a, b);
    public static Tensor operator /(Tensor a, Tensor b) => Dispatch.Run(Div.Instance, a, b);
    public static Tensor operator %(Tensor a, Tensor b) => Dispatch.Run(Ops.Remainder.Instance, a, b);
    public static Tensor operator -(Tensor a) => Dispatch.Run(Neg.Instance, a);
    public static Tensor operator +(Tensor a, double b) => a + Scalar(b, a.DType);
    public static Tensor operator -(Tensor a, double b) => a - Scalar(b, a.DType);
    public static Tensor operator *(Tensor a, double b) => a * Scalar(b, a.DType);
    public static Tensor operator /(Tensor a, double b) => a / Scalar(b, a.DType);
    public static Tensor operator %(Tensor a, double b) => a % Scalar(b, a.DType);
    public static Tensor operator +(double a, Tensor b) => Scalar(a, b.DType) + b;
    public static Tensor operator -(double a, Tensor b) => Scalar(a, b.DType) - b;
    public static Tensor operator *(double a, Tensor b) => Scalar(a, b.DType) * b;
    public static Tensor operator /(double a, Tensor b) => Scalar(a, b.DType) / b;
    public static Tensor operator <(Tensor a, Tensor b) => Dispatch.Run(Ops.Less.Instance, a, b);
    public static Tensor operator <=(Tensor a, Tensor b) => Dispatch.Run(Ops.LessEqual.Instance, a, b);
    public static Tensor operator >(Tensor a, Tensor b) => Dispatch.Run(Ops.Greater.Instance, a, b);
    public static Tensor operator >=(Tensor a, Tensor b) => Dispatch.Run(Ops.GreaterEqual.Instance, a, b);
    public static Tensor operator <(Tensor a, double b) => a < Scalar(b, a.DType);
    public static Tensor operator <=(Tensor a, double b) => a <= Scalar(b, a.DType);
    public static Tensor operator >(Tensor a, double b) => a > Scalar(b, a.DType);
    public static Tensor operator >=(Tensor a, double b) => a >= Scalar(b, a.DType);
    public static Tensor operator &(Tensor a, Tensor b) => Dispatch.Run(And.Instance, a, b);
    public static Tensor operator |(Tensor a, Tensor b) => Dispatch.Run(Or.Instance, a, b);
    public static Tensor operator ^(Tensor a, Tensor b) => Dispatch.Run(Xor.Instance, a, b);
    public static Tensor operator ~(Tensor a) => Dispatch.Run(Ops.Not.Instance, a);
    public static Tensor operator !(Tensor a) => Dispatch.Run(Ops.Not.Instance, a);
    public static Tensor operator <<(Tensor a, int bits) => Dispatch.Run(Ops.ShiftLeft.Instance, a, Scalar(bits, a.DType));
    public static Tensor operator >>(Tensor a, int bits) => Dispatch.Run(Ops.ShiftRight.Instance, a, Scalar(bits, a.DType));
    public static Tensor operator <<(Tensor a, Tensor bits) => Dispatch.Run(Ops.ShiftLeft.Instance, a, bits);
    public static Tensor operator >>(Tensor a, Tensor bits) => Dispatch.Run(Ops.ShiftRight.Instance, a, bits);
#pragma warning restore CS1591

    /// <summary>Whether elements are equal. (<c>==</c> compares references, as everywhere in .NET.)</summary>
    public Tensor EqualTo(Tensor other) => Dispatch.Run(Ops.Equal.Instance, this, other);

    /// <summary>Whether elements equal a number.</summary>
    public Tensor EqualTo(double other) => EqualTo(Scalar(other, DType));

    /// <summary>Whether elements differ.</summary>
    public Tensor NotEqualTo(Tensor other) => Dispatch.Run(NotEqual.Instance, this, other);

    /// <summary>Whether elements differ from a number.</summary>
    public Tensor NotEqualTo(double other) => NotEqualTo(Scalar(other, DType));

    /// <inheritdoc cref="Ops.Abs"/>
    public Tensor Abs() => Dispatch.Run(Ops.Abs.Instance, this);

    /// <inheritdoc cref="Ops.Sign"/>
    public Tensor Sign() => Dispatch.Run(Ops.Sign.Instance, this);

    /// <inheritdoc cref="Ops.Square"/>
    public Tensor Square() => Dispatch.Run(Ops.Square.Instance, this);

    /// <inheritdoc cref="Ops.Sqrt"/>
    public Tensor Sqrt() => Dispatch.Run(Ops.Sqrt.Instance, this);

    /// <inheritdoc cref="Ops.Rsqrt"/>
    public Tensor Rsqrt() => Dispatch.Run(Ops.Rsqrt.Instance, this);

    /// <inheritdoc cref="Ops.Reciprocal"/>
    public Tensor Reciprocal() => Dispatch.Run(Ops.Reciprocal.Instance, this);

    /// <inheritdoc cref="Ops.Exp"/>
    public Tensor Exp() => Dispatch.Run(Ops.Exp.Instance, this);

    /// <inheritdoc cref="Ops.Expm1"/>
    public Tensor Expm1() => Dispatch.Run(Ops.Expm1.Instance, this);

    /// <inheritdoc cref="Ops.Log"/>
    public Tensor Log() => Dispatch.Run(Ops.Log.Instance, this);

    /// <inheritdoc cref="Ops.Log1p"/>
    public Tensor Log1p() => Dispatch.Run(Ops.Log1p.Instance, this);

    /// <inheritdoc cref="Ops.Sin"/>
    public Tensor Sin() => Dispatch.Run(Ops.Sin.Instance, this);

    /// <inheritdoc cref="Ops.Cos"/>
    public Tensor Cos() => Dispatch.Run(Ops.Cos.Instance, this);

    /// <inheritdoc cref="Ops.Tan"/>
    public Tensor Tan() => Dispatch.Run(Ops.Tan.Instance, this);

    /// <inheritdoc cref="Ops.Asin"/>
    public Tensor Asin() => Dispatch.Run(Ops.Asin.Instance, this);

    /// <inheritdoc cref="Ops.Acos"/>
    public Tensor Acos() => Dispatch.Run(Ops.Acos.Instance, this);

    /// <inheritdoc cref="Ops.Atan"/>
    public Tensor Atan() => Dispatch.Run(Ops.Atan.Instance, this);

    /// <inheritdoc cref="Ops.Sinh"/>
    public Tensor Sinh() => Dispatch.Run(Ops.Sinh.Instance, this);

    /// <inheritdoc cref="Ops.Cosh"/>
    public Tensor Cosh() => Dispatch.Run(Ops.Cosh.Instance, this);

    /// <inheritdoc cref="Ops.Tanh"/>
    public Tensor Tanh() => Dispatch.Run(Ops.Tanh.Instance, this);

    /// <inheritdoc cref="Ops.Asinh"/>
    public Tensor Asinh() => Dispatch.Run(Ops.Asinh.Instance, this);

    /// <inheritdoc cref="Ops.Acosh"/>
    public Tensor Acosh() => Dispatch.Run(Ops.Acosh.Instance, this);

    /// <inheritdoc cref="Ops.Atanh"/>
    public Tensor Atanh() => Dispatch.Run(Ops.Atanh.Instance, this);

    /// <inheritdoc cref="Ops.Erf"/>
    public Tensor Erf() => Dispatch.Run(Ops.Erf.Instance, this);

    /// <inheritdoc cref="Ops.Floor"/>
    public Tensor Floor() => Dispatch.Run(Ops.Floor.Instance, this);

    /// <inheritdoc cref="Ops.Ceiling"/>
    public Tensor Ceiling() => Dispatch.Run(Ops.Ceiling.Instance, this);

    /// <inheritdoc cref="Ops.Round"/>
    public Tensor Round() => Dispatch.Run(Ops.Round.Instance, this);

    /// <inheritdoc cref="Ops.Truncate"/>
    public Tensor Truncate() => Dispatch.Run(Ops.Truncate.Instance, this);

    /// <inheritdoc cref="Ops.IsNaN"/>
    public Tensor IsNaN() => Dispatch.Run(Ops.IsNaN.Instance, this);

    /// <inheritdoc cref="Ops.IsInfinity"/>
    public Tensor IsInfinity() => Dispatch.Run(Ops.IsInfinity.Instance, this);

    /// <inheritdoc cref="Ops.IsFinite"/>
    public Tensor IsFinite() => Dispatch.Run(Ops.IsFinite.Instance, this);

    /// <inheritdoc cref="Ops.Pow"/>
    public Tensor Pow(Tensor exponent) => Dispatch.Run(Ops.Pow.Instance, this, exponent);

    /// <inheritdoc cref="Ops.Pow"/>
    public Tensor Pow(double exponent) => Pow(Scalar(exponent, DType));

    /// <inheritdoc cref="Ops.Maximum"/>
    public Tensor Maximum(Tensor other) => Dispatch.Run(Ops.Maximum.Instance, this, other);

    /// <inheritdoc cref="Ops.Maximum"/>
    public Tensor Maximum(double other) => Maximum(Scalar(other, DType));

    /// <inheritdoc cref="Ops.Minimum"/>
    public Tensor Minimum(Tensor other) => Dispatch.Run(Ops.Minimum.Instance, this, other);

    /// <inheritdoc cref="Ops.Minimum"/>
    public Tensor Minimum(double other) => Minimum(Scalar(other, DType));

    /// <inheritdoc cref="Ops.Atan2"/>
    public Tensor Atan2(Tensor x) => Dispatch.Run(Ops.Atan2.Instance, this, x);

    /// <inheritdoc cref="Ops.Clamp"/>
    public Tensor Clamp(double low = double.NegativeInfinity, double high = double.PositiveInfinity) => Dispatch.Run(new Clamp(low, high), this);

    /// <summary>The element of <paramref name="a"/> where <paramref name="condition"/> is true, else of <paramref name="b"/>; all three are broadcast.</summary>
    public static Tensor Where(Tensor condition, Tensor a, Tensor b) => Dispatch.Run(Ops.Where.Instance, (ReadOnlySpan<Tensor>)[condition, a, b]);

    /// <inheritdoc cref="Where(Tensor, Tensor, Tensor)"/>
    public static Tensor Where(Tensor condition, Tensor a, double b) => Where(condition, a, Scalar(b, a.DType));

    /// <inheritdoc cref="Where(Tensor, Tensor, Tensor)"/>
    public static Tensor Where(Tensor condition, double a, Tensor b) => Where(condition, Scalar(a, b.DType), b);

    /// <summary>The same numbers in another dtype; see <see cref="Cast"/>. The tensor itself if it has that dtype already.</summary>
    public Tensor To(DType dtype) => dtype == DType ? this : Dispatch.Run(new Cast(dtype), this);
}
