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
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2, 3]).EqualTo(2));    // [False,  True, False]
    /// </code></example>
    public Tensor EqualTo(Tensor other) => Dispatch.Run(Ops.Equal.Instance, this, other);

    /// <summary>Whether elements equal a number.</summary>
    public Tensor EqualTo(double other) => EqualTo(Scalar(other, DType));

    /// <summary>Whether elements differ.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2, 3]).NotEqualTo(2));    // [ True, False,  True]
    /// </code></example>
    public Tensor NotEqualTo(Tensor other) => Dispatch.Run(NotEqual.Instance, this, other);

    /// <summary>Whether elements differ from a number.</summary>
    public Tensor NotEqualTo(double other) => NotEqualTo(Scalar(other, DType));

    /// <inheritdoc cref="Ops.Abs"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-1f, 2, -3]).Abs());    // [1, 2, 3]
    /// </code></example>
    public Tensor Abs() => Dispatch.Run(Ops.Abs.Instance, this);

    /// <inheritdoc cref="Ops.Sign"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-5f, 0, 2]).Sign());    // [-1,  0,  1]
    /// </code></example>
    public Tensor Sign() => Dispatch.Run(Ops.Sign.Instance, this);

    /// <inheritdoc cref="Ops.Square"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-1f, 2, 3]).Square());    // [1, 4, 9]
    /// </code></example>
    public Tensor Square() => Dispatch.Run(Ops.Square.Instance, this);

    /// <inheritdoc cref="Ops.Sqrt"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([4f, 2, -1]).Sqrt());    // [2.0000, 1.4142,    nan]
    /// </code></example>
    public Tensor Sqrt() => Dispatch.Run(Ops.Sqrt.Instance, this);

    /// <inheritdoc cref="Ops.Rsqrt"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([4f, 0.25f]).Rsqrt());    // [0.5000, 2.0000]
    /// </code></example>
    public Tensor Rsqrt() => Dispatch.Run(Ops.Rsqrt.Instance, this);

    /// <inheritdoc cref="Ops.Reciprocal"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([4f, 0.5f]).Reciprocal());    // [0.2500, 2.0000]
    /// </code></example>
    public Tensor Reciprocal() => Dispatch.Run(Ops.Reciprocal.Instance, this);

    /// <inheritdoc cref="Ops.Exp"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0f, 1, 2]).Exp());    // [1.0000, 2.7183, 7.3891]
    /// </code></example>
    public Tensor Exp() => Dispatch.Run(Ops.Exp.Instance, this);

    /// <inheritdoc cref="Ops.Expm1"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1e-10]).Expm1());    // [1.0000e-10]    Exp() - 1 would be 1.00000008e-10
    /// </code></example>
    public Tensor Expm1() => Dispatch.Run(Ops.Expm1.Instance, this);

    /// <inheritdoc cref="Ops.Log"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 10, 0]).Log());    // [0.0000, 2.3026,   -inf]
    /// </code></example>
    public Tensor Log() => Dispatch.Run(Ops.Log.Instance, this);

    /// <inheritdoc cref="Ops.Log1p"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1e-10]).Log1p());    // [1.0000e-10]
    /// </code></example>
    public Tensor Log1p() => Dispatch.Run(Ops.Log1p.Instance, this);

    /// <inheritdoc cref="Ops.Sin"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0f, 0.5f, 1.5f]).Sin());    // [0.0000, 0.4794, 0.9975]
    /// </code></example>
    public Tensor Sin() => Dispatch.Run(Ops.Sin.Instance, this);

    /// <inheritdoc cref="Ops.Cos"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0f, 0.5f, 1.5f]).Cos());    // [1.0000, 0.8776, 0.0707]
    /// </code></example>
    public Tensor Cos() => Dispatch.Run(Ops.Cos.Instance, this);

    /// <inheritdoc cref="Ops.Tan"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0f, 0.5f, 1.5f]).Tan());    // [ 0.0000,  0.5463, 14.1014]
    /// </code></example>
    public Tensor Tan() => Dispatch.Run(Ops.Tan.Instance, this);

    /// <inheritdoc cref="Ops.Asin"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0f, 0.5f, 1, 2]).Asin());    // [0.0000, 0.5236, 1.5708,    nan]
    /// </code></example>
    public Tensor Asin() => Dispatch.Run(Ops.Asin.Instance, this);

    /// <inheritdoc cref="Ops.Acos"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-1f, 0, 0.5f]).Acos());    // [3.1416, 1.5708, 1.0472]
    /// </code></example>
    public Tensor Acos() => Dispatch.Run(Ops.Acos.Instance, this);

    /// <inheritdoc cref="Ops.Atan"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0f, 1, float.PositiveInfinity]).Atan());    // [0.0000, 0.7854, 1.5708]
    /// </code></example>
    public Tensor Atan() => Dispatch.Run(Ops.Atan.Instance, this);

    /// <inheritdoc cref="Ops.Sinh"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-1f, 0.5f, 2]).Sinh());    // [-1.1752,  0.5211,  3.6269]
    /// </code></example>
    public Tensor Sinh() => Dispatch.Run(Ops.Sinh.Instance, this);

    /// <inheritdoc cref="Ops.Cosh"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-1f, 0.5f, 2]).Cosh());    // [1.5431, 1.1276, 3.7622]
    /// </code></example>
    public Tensor Cosh() => Dispatch.Run(Ops.Cosh.Instance, this);

    /// <inheritdoc cref="Ops.Tanh"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-1f, 0.5f, 2]).Tanh());    // [-0.7616,  0.4621,  0.9640]
    /// </code></example>
    public Tensor Tanh() => Dispatch.Run(Ops.Tanh.Instance, this);

    /// <inheritdoc cref="Ops.Asinh"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-1f, 0.5f, 2]).Asinh());    // [-0.8814,  0.4812,  1.4436]
    /// </code></example>
    public Tensor Asinh() => Dispatch.Run(Ops.Asinh.Instance, this);

    /// <inheritdoc cref="Ops.Acosh"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2, 3]).Acosh());    // [0.0000, 1.3170, 1.7627]
    /// </code></example>
    public Tensor Acosh() => Dispatch.Run(Ops.Acosh.Instance, this);

    /// <inheritdoc cref="Ops.Atanh"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0f, 0.5f, 1]).Atanh());    // [0.0000, 0.5493,    inf]
    /// </code></example>
    public Tensor Atanh() => Dispatch.Run(Ops.Atanh.Instance, this);

    /// <inheritdoc cref="Ops.Erf"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0f, 0.5f, 3]).Erf());    // [0.0000, 0.5205, 1.0000]
    /// </code></example>
    public Tensor Erf() => Dispatch.Run(Ops.Erf.Instance, this);

    /// <inheritdoc cref="Ops.Floor"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1.7f, -1.2f]).Floor());    // [ 1, -2]
    /// </code></example>
    public Tensor Floor() => Dispatch.Run(Ops.Floor.Instance, this);

    /// <inheritdoc cref="Ops.Ceiling"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1.2f, -1.7f]).Ceiling());    // [ 2, -1]
    /// </code></example>
    public Tensor Ceiling() => Dispatch.Run(Ops.Ceiling.Instance, this);

    /// <inheritdoc cref="Ops.Round"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0.5f, 1.5f, 2.5f, -1.7f]).Round());    // [ 0,  2,  2, -2]    halves go to the even neighbour
    /// </code></example>
    public Tensor Round() => Dispatch.Run(Ops.Round.Instance, this);

    /// <inheritdoc cref="Ops.Truncate"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1.7f, -1.7f]).Truncate());    // [ 1, -1]
    /// </code></example>
    public Tensor Truncate() => Dispatch.Run(Ops.Truncate.Instance, this);

    /// <inheritdoc cref="Ops.IsNaN"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, float.NaN]).IsNaN());    // [False,  True]
    /// </code></example>
    public Tensor IsNaN() => Dispatch.Run(Ops.IsNaN.Instance, this);

    /// <inheritdoc cref="Ops.IsInfinity"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, float.NegativeInfinity]).IsInfinity());    // [False,  True]
    /// </code></example>
    public Tensor IsInfinity() => Dispatch.Run(Ops.IsInfinity.Instance, this);

    /// <inheritdoc cref="Ops.IsFinite"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, float.NaN, float.PositiveInfinity]).IsFinite());    // [ True, False, False]
    /// </code></example>
    public Tensor IsFinite() => Dispatch.Run(Ops.IsFinite.Instance, this);

    /// <inheritdoc cref="Ops.Pow"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2, 3]).Pow(2));    // [1, 4, 9]
    /// Console.WriteLine(Tensor.From([2f, 3]).Pow(Tensor.From([3f, -1])));    // [8.0000, 0.3333]
    /// </code></example>
    public Tensor Pow(Tensor exponent) => Dispatch.Run(Ops.Pow.Instance, this, exponent);

    /// <inheritdoc cref="Ops.Pow"/>
    public Tensor Pow(double exponent) => Pow(Scalar(exponent, DType));

    /// <inheritdoc cref="Ops.Maximum"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 5]).Maximum(Tensor.From([3f, 2])));    // [3, 5]
    /// </code></example>
    public Tensor Maximum(Tensor other) => Dispatch.Run(Ops.Maximum.Instance, this, other);

    /// <inheritdoc cref="Ops.Maximum"/>
    public Tensor Maximum(double other) => Maximum(Scalar(other, DType));

    /// <inheritdoc cref="Ops.Minimum"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 5]).Minimum(Tensor.From([3f, 2])));    // [1, 2]
    /// </code></example>
    public Tensor Minimum(Tensor other) => Dispatch.Run(Ops.Minimum.Instance, this, other);

    /// <inheritdoc cref="Ops.Minimum"/>
    public Tensor Minimum(double other) => Minimum(Scalar(other, DType));

    /// <inheritdoc cref="Ops.Atan2"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 1, -1]).Atan2(Tensor.From([1f, -1, -1])));    // [ 0.7854,  2.3562, -2.3562]
    /// </code></example>
    public Tensor Atan2(Tensor x) => Dispatch.Run(Ops.Atan2.Instance, this, x);

    /// <inheritdoc cref="Ops.Clamp"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-2f, 0.5f, 4]).Clamp(-1, 1));    // [-1.0000,  0.5000,  1.0000]
    /// </code></example>
    public Tensor Clamp(double low = double.NegativeInfinity, double high = double.PositiveInfinity) => Dispatch.Run(new Clamp(low, high), this);

    /// <summary>The element of <paramref name="a"/> where <paramref name="condition"/> is true, else of <paramref name="b"/>; all three are broadcast.</summary>
    /// <example><code>
    /// var x = Tensor.From([-1f, 2, -3]);
    /// Console.WriteLine(Tensor.Where(x > 0, x, 0));    // [0, 2, 0]
    /// </code></example>
    public static Tensor Where(Tensor condition, Tensor a, Tensor b) => Dispatch.Run(Ops.Where.Instance, (ReadOnlySpan<Tensor>)[condition, a, b]);

    /// <inheritdoc cref="Where(Tensor, Tensor, Tensor)"/>
    public static Tensor Where(Tensor condition, Tensor a, double b) => Where(condition, a, Scalar(b, a.DType));

    /// <inheritdoc cref="Where(Tensor, Tensor, Tensor)"/>
    public static Tensor Where(Tensor condition, double a, Tensor b) => Where(condition, Scalar(a, b.DType), b);

    /// <summary>The same numbers in another dtype; see <see cref="Cast"/>. The tensor itself if it has that dtype already.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1.9f, -1.9f]).To(DType.Int32));    // [ 1, -1]
    /// </code></example>
    public Tensor To(DType dtype) => dtype == DType ? this : Dispatch.Run(new Cast(dtype), this);
}
