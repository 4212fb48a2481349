using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>-x; see <see cref="Neg"/>.</summary>
    public Tensor Negative() => -this;

    /// <summary>The tensor itself.</summary>
    public Tensor Positive() => this;

    /// <summary>other - scale * x: a subtraction the other way round.</summary>
    public Tensor Rsub(Tensor other, double scale = 1) => scale == 1 ? other - this : other - this * scale;

    /// <summary>-1, 0 or 1 as x is negative, zero or positive; the same as <see cref="Sign"/>, as there are no complex dtypes.</summary>
    public Tensor Sgn() => Sign();

    /// <summary>x + scale * a * b.</summary>
    public Tensor Addcmul(Tensor a, Tensor b, double scale = 1) => this + (scale == 1 ? a * b : a * b * scale);

    /// <summary>x + scale * a / b.</summary>
    public Tensor Addcdiv(Tensor a, Tensor b, double scale = 1) => this + (scale == 1 ? a / b : a / b * scale);

    /// <summary>a / b with the fraction kept, cut off, or rounded down.</summary>
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
    public Tensor TrueDivide(Tensor other) => DType.IsFloating() ? this / other : To(DType.Float32) / other.To(DType.Float32);

    /// <summary>
    /// a / b rounded down, so that a = b * q + a % b. Of floating-point numbers it is (a - a % b) / b, which is exact before it is rounded, so 1 divided by 0.1 gives 9: the number next
    /// to 1/10 is a little larger. An integer divided by zero gives 0.
    /// </summary>
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
    public Tensor Remainder(Tensor other) => this % other;

    /// <inheritdoc cref="Remainder(Tensor)"/>
    public Tensor Remainder(double other) => this % other;

    /// <inheritdoc cref="Ops.Fmod"/>
    public Tensor Fmod(Tensor other) => Dispatch.Run(Ops.Fmod.Instance, this, other);

    /// <inheritdoc cref="Ops.Fmod"/>
    public Tensor Fmod(double other) => Fmod(Scalar(other, DType));

    /// <summary>The fraction x - truncate(x), with the sign of x.</summary>
    public Tensor Frac() => this - Truncate();

    /// <summary>The nearest number with that many decimals (of a negative count, the nearest multiple of 10, 100, ...), halves to the even one: round(x 10^decimals) / 10^decimals.</summary>
    public Tensor Round(int decimals)
    {
        if (decimals == 0) return Round();
        double scale = Math.Pow(10, Math.Abs(decimals));
        return decimals > 0 ? (this * scale).Round() / scale : (this / scale).Round() * scale;
    }

    /// <inheritdoc cref="Ops.Gcd"/>
    public Tensor Gcd(Tensor other) => Dispatch.Run(Ops.Gcd.Instance, this, other);

    /// <summary>The least common multiple of two integers, never negative unless it wraps around; 0 if one is 0.</summary>
    public Tensor Lcm(Tensor other)
    {
        var product = this / Gcd(other) * other;
        return DType.IsSigned() ? product.Abs() : product;
    }

    /// <summary>a to the power b in float64, whatever the dtypes; see <see cref="Ops.Pow"/>.</summary>
    public Tensor FloatPower(Tensor exponent) => To(DType.Float64).Pow(exponent.To(DType.Float64));

    /// <inheritdoc cref="FloatPower(Tensor)"/>
    public Tensor FloatPower(double exponent) => To(DType.Float64).Pow(exponent);

    /// <summary>x * 2^exponent. The exponent may have another dtype.</summary>
    public Tensor Ldexp(Tensor exponent)
    {
        var power = exponent.To(DType);
        var half = (power * 0.5).Floor();
        // In two steps, so that a power that the dtype does not hold can still give a result that it does.
        return this * half.Exp2() * (power - half).Exp2();
    }

    /// <summary>m and e (int32) of x = m 2^e with |m| within [0.5, 1); of zeros, infinities and NaN x itself, and 0. The gradient of m is that of x / 2^e with e held fixed.</summary>
    public (Tensor Mantissa, Tensor Exponent) Frexp()
    {
        var exponent = Dispatch.Run(BinaryExponent.Instance, this);
        return (Ldexp(-exponent), exponent.To(DType.Int32));
    }

    /// <inheritdoc cref="Ops.Hypot"/>
    public Tensor Hypot(Tensor other) => Dispatch.Run(Ops.Hypot.Instance, this, other);

    /// <inheritdoc cref="Ops.Copysign"/>
    public Tensor Copysign(Tensor sign) => Dispatch.Run(Ops.Copysign.Instance, this, sign);

    /// <inheritdoc cref="Ops.Copysign"/>
    public Tensor Copysign(double sign) => Copysign(Scalar(sign, DType));

    /// <inheritdoc cref="Ops.Nextafter"/>
    public Tensor Nextafter(Tensor other) => Dispatch.Run(Ops.Nextafter.Instance, this, other);

    /// <inheritdoc cref="Ops.Fmax"/>
    public Tensor Fmax(Tensor other) => Dispatch.Run(Ops.Fmax.Instance, this, other);

    /// <inheritdoc cref="Ops.Fmin"/>
    public Tensor Fmin(Tensor other) => Dispatch.Run(Ops.Fmin.Instance, this, other);

    /// <summary>0 where x is negative or NaN, 1 where it is positive, and <paramref name="values"/> where it is 0: Heaviside's step function.</summary>
    public Tensor Heaviside(Tensor values) => Where(EqualTo(0), values, (this > 0).To(DType));

    /// <summary>a + weight * (end - a); see <see cref="Ops.Lerp"/>.</summary>
    public Tensor Lerp(Tensor end, Tensor weight) => Dispatch.Run(Ops.Lerp.Instance, (ReadOnlySpan<Tensor>)[this, end, weight]);

    /// <inheritdoc cref="Lerp(Tensor, Tensor)"/>
    public Tensor Lerp(Tensor end, double weight) => Lerp(end, Scalar(weight, DType));

    /// <summary>Radians of an angle in degrees, x pi / 180.</summary>
    public Tensor Deg2Rad() => this * (Math.PI / 180);

    /// <summary>Degrees of an angle in radians, x 180 / pi.</summary>
    public Tensor Rad2Deg() => this * (180 / Math.PI);

    /// <summary>x limited to [low, high], broadcast; see <see cref="ClampBetween"/>. Without a limit where it is null.</summary>
    public Tensor Clamp(Tensor? low, Tensor? high)
    {
        if (low is null && high is null) return this;
        // Integers have no number that never binds, but no gradient either.
        if (!DType.IsFloating() && low is null) return Minimum(high!);
        if (!DType.IsFloating() && high is null) return Maximum(low!);
        return Dispatch.Run(ClampBetween.Instance, (ReadOnlySpan<Tensor>)[this, low ?? Scalar(double.NegativeInfinity, DType), high ?? Scalar(double.PositiveInfinity, DType)]);
    }

    /// <summary>x where it is at least <paramref name="low"/>, which it is limited to; see <see cref="Ops.Clamp"/>.</summary>
    public Tensor ClampMin(double low) => Clamp(low: low);

    /// <summary>x where it is at least <paramref name="low"/>, which it is limited to; see <see cref="ClampBetween"/>.</summary>
    public Tensor ClampMin(Tensor low) => Clamp(low, null);

    /// <summary>x where it is at most <paramref name="high"/>, which it is limited to; see <see cref="Ops.Clamp"/>.</summary>
    public Tensor ClampMax(double high) => Clamp(high: high);

    /// <summary>x where it is at most <paramref name="high"/>, which it is limited to; see <see cref="ClampBetween"/>.</summary>
    public Tensor ClampMax(Tensor high) => Clamp(null, high);

    /// <summary>
    /// x with NaN and infinities replaced by numbers, and no gradient where they were: infinities by the largest finite numbers of the dtype unless others are given. Integers are returned unchanged.
    /// </summary>
    public Tensor NanToNum(double nan = 0, double? positiveInfinity = null, double? negativeInfinity = null)
    {
        if (!DType.IsFloating()) return this;
        double largest = DType.MaxValue();
        var y = Where(EqualTo(double.PositiveInfinity), positiveInfinity ?? largest, this);
        y = Where(EqualTo(double.NegativeInfinity), negativeInfinity ?? -largest, y);
        return Where(IsNaN(), nan, y);
    }
}
