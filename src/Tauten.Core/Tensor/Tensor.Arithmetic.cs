using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>-x; see <see cref="Neg"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, -2, 0.5f]).Negative());    // [-1.0000,  2.0000, -0.5000]
    /// </code></example>
    public Tensor Negative() => -this;

    /// <summary>The tensor itself.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, -2]).Positive());    // [ 1, -2]
    /// </code></example>
    public Tensor Positive() => this;

    /// <summary>other - scale * x: a subtraction the other way round.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2]).Rsub(Tensor.From([10f, 10]), scale: 2));    // [8, 6]
    /// </code></example>
    public Tensor Rsub(Tensor other, double scale = 1) => scale == 1 ? other - this : other - this * scale;

    /// <summary>-1, 0 or 1 as x is negative, zero or positive; the same as <see cref="Sign"/>, as there are no complex dtypes.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-3f, 0, 7]).Sgn());    // [-1,  0,  1]
    /// </code></example>
    public Tensor Sgn() => Sign();

    /// <summary>x + scale * a * b.</summary>
    /// <example><code>
    /// var x = Tensor.From([1f, 1]);
    /// Console.WriteLine(x.Addcmul(Tensor.From([2f, 3]), Tensor.From([4f, 5]), scale: 0.5));    // [5.0000, 8.5000]
    /// </code></example>
    public Tensor Addcmul(Tensor a, Tensor b, double scale = 1) => this + (scale == 1 ? a * b : a * b * scale);

    /// <summary>x + scale * a / b.</summary>
    /// <example><code>
    /// var x = Tensor.From([1f, 1]);
    /// Console.WriteLine(x.Addcdiv(Tensor.From([6f, 9]), Tensor.From([2f, 3])));    // [4, 4]
    /// </code></example>
    public Tensor Addcdiv(Tensor a, Tensor b, double scale = 1) => this + (scale == 1 ? a / b : a / b * scale);

    /// <summary>a / b with the fraction kept, cut off, or rounded down.</summary>
    /// <example><code>
    /// var x = Tensor.From([7f, -7]);
    /// Console.WriteLine(x.Divide(2));    // [ 3.5000, -3.5000]
    /// Console.WriteLine(x.Divide(2, DivisionRounding.Floor));    // [ 3, -4]
    /// Console.WriteLine(x.Divide(2, DivisionRounding.Truncate));    // [ 3, -3]
    /// </code></example>
    /// <exception cref="ArgumentOutOfRangeException">The rounding is none of the known ones.</exception>
    public Tensor Divide(Tensor other, DivisionRounding rounding = DivisionRounding.None) => rounding switch
    {
        DivisionRounding.None => this / other,
        DivisionRounding.Truncate => DType.IsFloating() ? (this / other).Truncate() : this / other,
        DivisionRounding.Floor => FloorDivide(other),
        _ => throw new ArgumentOutOfRangeException(nameof(rounding), rounding, "Divide: expected None, Truncate or Floor."),
    };

    /// <inheritdoc cref="Divide(Tensor, DivisionRounding)"/>
    public Tensor Divide(double other, DivisionRounding rounding = DivisionRounding.None) => Divide(Scalar(other, DType), rounding);

    /// <summary>a / b as real numbers: integers are converted to float32 first.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([7, 8]).TrueDivide(Tensor.From([2, 2])));    // [3.5000, 4.0000]
    /// </code></example>
    public Tensor TrueDivide(Tensor other) => DType.IsFloating() ? this / other : To(DType.Float32) / other.To(DType.Float32);

    /// <summary>
    /// a / b rounded down, so that a = b * q + a % b. Of floating-point numbers it is (a - a % b) / b, which is exact before it is rounded, so 1 divided by 0.1 gives 9: the number next
    /// to 1/10 is a little larger. An integer divided by zero gives 0.
    /// </summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([7, -7]).FloorDivide(2));    // [ 3, -4]
    /// </code></example>
    public Tensor FloorDivide(Tensor other)
    {
        if (!DType.IsFloating()) return (this - this % other) / other;
        // No gradient: the quotient is flat between its steps.
        var (a, b) = (Detach(), other.Detach());
        var rest = a.Fmod(b);
        var isBelow = rest.NotEqualTo(0) & ((b < 0) ^ (rest < 0));
        var quotient = (a - rest) / b - isBelow.To(DType);
        quotient = Where(quotient.EqualTo(0), Constant(0, quotient.Spec).Copysign(a / b), quotient.Round());
        return Where(b.EqualTo(0), a / b, quotient);
    }

    /// <inheritdoc cref="FloorDivide(Tensor)"/>
    public Tensor FloorDivide(double other) => FloorDivide(Scalar(other, DType));

    /// <summary>a - floor(a / b) * b: the remainder with the sign of b, as the operator %; see <see cref="Ops.Remainder"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-3, 3]).Remainder(2));    // [1, 1]
    /// Console.WriteLine(Tensor.From([-3f, 3]).Remainder(Tensor.From([-2f, -2])));    // [-1, -1]
    /// </code></example>
    public Tensor Remainder(Tensor other) => this % other;

    /// <inheritdoc cref="Remainder(Tensor)"/>
    public Tensor Remainder(double other) => this % other;

    /// <inheritdoc cref="Ops.Fmod"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-3f, 3, 5.5f]).Fmod(2));    // [-1.0000,  1.0000,  1.5000]
    /// </code></example>
    public Tensor Fmod(Tensor other) => Dispatch.Run(Ops.Fmod.Instance, this, other);

    /// <inheritdoc cref="Ops.Fmod"/>
    public Tensor Fmod(double other) => Fmod(Scalar(other, DType));

    /// <summary>The fraction x - truncate(x), with the sign of x.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1.75f, -1.75f, 3]).Frac());    // [ 0.7500, -0.7500,  0.0000]
    /// </code></example>
    public Tensor Frac() => this - Truncate();

    /// <summary>The nearest number with that many decimals (of a negative count, the nearest multiple of 10, 100, ...), halves to the even one: round(x 10^decimals) / 10^decimals.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0.1284, 2.6649]).Round(decimals: 2));    // [0.1300, 2.6600]
    /// </code></example>
    public Tensor Round(int decimals)
    {
        if (decimals == 0) return Round();
        double scale = Math.Pow(10, Math.Abs(decimals));
        return decimals > 0 ? (this * scale).Round() / scale : (this / scale).Round() * scale;
    }

    /// <inheritdoc cref="Ops.Gcd"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([12, -18, 0]).Gcd(Tensor.From([8, 12, 5])));    // [4, 6, 5]
    /// </code></example>
    public Tensor Gcd(Tensor other) => Dispatch.Run(Ops.Gcd.Instance, this, other);

    /// <summary>The least common multiple of two integers, never negative unless it wraps around; 0 if one is 0.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([4, 6]).Lcm(Tensor.From([6, 9])));    // [12, 18]
    /// </code></example>
    public Tensor Lcm(Tensor other)
    {
        var product = this / Gcd(other) * other;
        return DType.IsSigned() ? product.Abs() : product;
    }

    /// <summary>a to the power b in float64, whatever the dtypes; see <see cref="Ops.Pow"/>.</summary>
    /// <example><code>
    /// var y = Tensor.From([2, 3]).FloatPower(-1);
    /// Console.WriteLine($"{y.DType.Name()} {y}");    // float64 [0.5000, 0.3333]
    /// </code></example>
    public Tensor FloatPower(Tensor exponent) => To(DType.Float64).Pow(exponent.To(DType.Float64));

    /// <inheritdoc cref="FloatPower(Tensor)"/>
    public Tensor FloatPower(double exponent) => To(DType.Float64).Pow(exponent);

    /// <summary>x * 2^exponent. The exponent may have another dtype.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0.5f, 3]).Ldexp(Tensor.From([4f, -1])));    // [8.0000, 1.5000]
    /// </code></example>
    public Tensor Ldexp(Tensor exponent)
    {
        var power = exponent.To(DType);
        var half = (power * 0.5).Floor();
        // In two steps, so that a power that the dtype does not hold can still give a result that it does.
        return this * half.Exp2() * (power - half).Exp2();
    }

    /// <summary>m and e (int32) of x = m 2^e with |m| within [0.5, 1); of zeros, infinities and NaN x itself, and 0. The gradient of m is that of x / 2^e with e held fixed.</summary>
    /// <example><code>
    /// var (mantissa, exponent) = Tensor.From([8f, 0.75f, -3]).Frexp();
    /// Console.WriteLine(mantissa);    // [ 0.5000,  0.7500, -0.7500]
    /// Console.WriteLine(exponent);    // [4, 0, 2]
    /// </code></example>
    public (Tensor Mantissa, Tensor Exponent) Frexp()
    {
        var exponent = Dispatch.Run(BinaryExponent.Instance, this);
        return (Ldexp(-exponent), exponent.To(DType.Int32));
    }

    /// <inheritdoc cref="Ops.Hypot"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([3f, 5]).Hypot(Tensor.From([4f, 12])));    // [ 5, 13]
    /// </code></example>
    public Tensor Hypot(Tensor other) => Dispatch.Run(Ops.Hypot.Instance, this, other);

    /// <inheritdoc cref="Ops.Copysign"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, -2, 3]).Copysign(-1));    // [-1, -2, -3]
    /// </code></example>
    public Tensor Copysign(Tensor sign) => Dispatch.Run(Ops.Copysign.Instance, this, sign);

    /// <inheritdoc cref="Ops.Copysign"/>
    public Tensor Copysign(double sign) => Copysign(Scalar(sign, DType));

    /// <inheritdoc cref="Ops.Nextafter"/>
    /// <example><code>
    /// var above = Tensor.From(1f).Nextafter(Tensor.From(2f)) - 1;
    /// Console.WriteLine(above.Item&lt;float>() == MathF.ScaleB(1, -23));    // True
    /// </code></example>
    public Tensor Nextafter(Tensor other) => Dispatch.Run(Ops.Nextafter.Instance, this, other);

    /// <inheritdoc cref="Ops.Fmax"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, float.NaN]).Fmax(Tensor.From([2f, 3])));    // [2, 3]
    /// </code></example>
    public Tensor Fmax(Tensor other) => Dispatch.Run(Ops.Fmax.Instance, this, other);

    /// <inheritdoc cref="Ops.Fmin"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, float.NaN]).Fmin(Tensor.From([2f, 3])));    // [1, 3]
    /// </code></example>
    public Tensor Fmin(Tensor other) => Dispatch.Run(Ops.Fmin.Instance, this, other);

    /// <summary>0 where x is negative or NaN, 1 where it is positive, and <paramref name="values"/> where it is 0: Heaviside's step function.</summary>
    /// <example><code>
    /// var x = Tensor.From([-1.5f, 0, 2]);
    /// Console.WriteLine(x.Heaviside(Tensor.From(0.5f)));    // [0.0000, 0.5000, 1.0000]
    /// </code></example>
    public Tensor Heaviside(Tensor values) => Where(EqualTo(0), values, (this > 0).To(DType));

    /// <summary>a + weight * (end - a); see <see cref="Ops.Lerp"/>.</summary>
    /// <example><code>
    /// var start = Tensor.From([0f, 10]);
    /// Console.WriteLine(start.Lerp(Tensor.From([4f, 20]), 0.25));    // [ 1.0000, 12.5000]
    /// </code></example>
    public Tensor Lerp(Tensor end, Tensor weight) => Dispatch.Run(Ops.Lerp.Instance, (ReadOnlySpan<Tensor>)[this, end, weight]);

    /// <inheritdoc cref="Lerp(Tensor, Tensor)"/>
    public Tensor Lerp(Tensor end, double weight) => Lerp(end, Scalar(weight, DType));

    /// <summary>Radians of an angle in degrees, x pi / 180.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0f, 90, 180]).Deg2Rad());    // [0.0000, 1.5708, 3.1416]
    /// </code></example>
    public Tensor Deg2Rad() => this * (Math.PI / 180);

    /// <summary>Degrees of an angle in radians, x 180 / pi.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2]).Rad2Deg());    // [ 57.2958, 114.5916]
    /// </code></example>
    public Tensor Rad2Deg() => this * (180 / Math.PI);

    /// <summary>x limited to [low, high], broadcast; see <see cref="ClampBetween"/>. Without a limit where it is null.</summary>
    /// <example><code>
    /// var x = Tensor.From([-2f, 0.5f, 4]);
    /// Console.WriteLine(x.Clamp(Tensor.From([-1f, 1, 0]), Tensor.From([0f, 2, 3])));    // [-1,  1,  3]
    /// </code></example>
    public Tensor Clamp(Tensor? low, Tensor? high)
    {
        if (low is null && high is null) return this;
        // Integers have no number that never binds, but no gradient either.
        if (!DType.IsFloating() && low is null) return Minimum(high!);
        if (!DType.IsFloating() && high is null) return Maximum(low!);
        return Dispatch.Run(ClampBetween.Instance, (ReadOnlySpan<Tensor>)[this, low ?? Scalar(double.NegativeInfinity, DType), high ?? Scalar(double.PositiveInfinity, DType)]);
    }

    /// <summary>x where it is at least <paramref name="low"/>, which it is limited to; see <see cref="Ops.Clamp"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-2f, 0.5f, 4]).ClampMin(0));    // [0.0000, 0.5000, 4.0000]
    /// </code></example>
    public Tensor ClampMin(double low) => Clamp(low: low);

    /// <summary>x where it is at least <paramref name="low"/>, which it is limited to; see <see cref="ClampBetween"/>.</summary>
    public Tensor ClampMin(Tensor low) => Clamp(low, null);

    /// <summary>x where it is at most <paramref name="high"/>, which it is limited to; see <see cref="Ops.Clamp"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-2f, 0.5f, 4]).ClampMax(1));    // [-2.0000,  0.5000,  1.0000]
    /// </code></example>
    public Tensor ClampMax(double high) => Clamp(high: high);

    /// <summary>x where it is at most <paramref name="high"/>, which it is limited to; see <see cref="ClampBetween"/>.</summary>
    public Tensor ClampMax(Tensor high) => Clamp(null, high);

    /// <summary>
    /// x with NaN and infinities replaced by numbers, and no gradient where they were: infinities by the largest finite numbers of the dtype unless others are given. Integers are returned unchanged.
    /// </summary>
    /// <example><code>
    /// var x = Tensor.From([float.NaN, float.PositiveInfinity, -1f]);
    /// Console.WriteLine(x.NanToNum(positiveInfinity: 100));    // [  0, 100,  -1]
    /// </code></example>
    public Tensor NanToNum(double nan = 0, double? positiveInfinity = null, double? negativeInfinity = null)
    {
        if (!DType.IsFloating()) return this;
        double largest = DType.MaxValue();
        var y = Where(EqualTo(double.PositiveInfinity), positiveInfinity ?? largest, this);
        y = Where(EqualTo(double.NegativeInfinity), negativeInfinity ?? -largest, y);
        return Where(IsNaN(), nan, y);
    }
}
