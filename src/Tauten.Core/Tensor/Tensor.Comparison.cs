using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <inheritdoc cref="Ops.Less"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2, 3]).Less(2));    // [ True, False, False]
    /// </code></example>
    public Tensor Less(Tensor other) => this < other;

    /// <inheritdoc cref="Ops.Less"/>
    public Tensor Less(double other) => this < other;

    /// <inheritdoc cref="Ops.LessEqual"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2, 3]).LessEqual(2));    // [ True,  True, False]
    /// </code></example>
    public Tensor LessEqual(Tensor other) => this <= other;

    /// <inheritdoc cref="Ops.LessEqual"/>
    public Tensor LessEqual(double other) => this <= other;

    /// <inheritdoc cref="Ops.Greater"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2, 3]).Greater(2));    // [False, False,  True]
    /// </code></example>
    public Tensor Greater(Tensor other) => this > other;

    /// <inheritdoc cref="Ops.Greater"/>
    public Tensor Greater(double other) => this > other;

    /// <inheritdoc cref="Ops.GreaterEqual"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2, 3]).GreaterEqual(2));    // [False,  True,  True]
    /// </code></example>
    public Tensor GreaterEqual(Tensor other) => this >= other;

    /// <inheritdoc cref="Ops.GreaterEqual"/>
    public Tensor GreaterEqual(double other) => this >= other;

    /// <summary>Whether two tensors have the same dtype and shape and the same elements. NaN equals nothing. See <see cref="EqualTo(Tensor)"/> for the comparison of each element.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2]).Equal(Tensor.From([1f, 2])));    // True
    /// Console.WriteLine(Tensor.From([1f, 2]).Equal(Tensor.From([1f, 3])));    // False
    /// </code></example>
    public bool Equal(Tensor other) => DType == other.DType && Shape.Equals(other.Shape) && EqualTo(other).All().Item<bool>();

    /// <summary>
    /// Whether each element is close to that of <paramref name="other"/>: equal, or both finite with |a - b| &lt;= <paramref name="absolute"/> + <paramref name="relative"/> |b|. Broadcast.
    /// </summary>
    /// <param name="other">The tensor that the relative tolerance refers to.</param>
    /// <param name="relative">The tolerance relative to <paramref name="other"/>.</param>
    /// <param name="absolute">The tolerance on top.</param>
    /// <param name="nanIsEqual">Whether NaN is close to NaN.</param>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2]).IsClose(Tensor.From([1.000001f, 2.1f])));    // [ True, False]
    /// </code></example>
    public Tensor IsClose(Tensor other, double relative = 1e-5, double absolute = 1e-8, bool nanIsEqual = false)
    {
        var close = EqualTo(other);
        if (!DType.IsFloating() && (DType == DType.Bool || (relative == 0 && absolute == 0))) return close;
        var (a, b) = DType.IsFloating() ? (this, other) : (To(DType.Float64), other.To(DType.Float64));
        var difference = (a - b).Abs();
        close |= difference.IsFinite() & (difference <= b.Abs() * relative + absolute);
        return nanIsEqual ? close | (a.IsNaN() & b.IsNaN()) : close;
    }

    /// <summary>Whether all elements are close to those of <paramref name="other"/>; see <see cref="IsClose"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2]).AllClose(Tensor.From([1.01f, 2.01f]), relative: 0.02));    // True
    /// </code></example>
    public bool AllClose(Tensor other, double relative = 1e-5, double absolute = 1e-8, bool nanIsEqual = false) => IsClose(other, relative, absolute, nanIsEqual).All().Item<bool>();

    /// <summary>Whether x is positive infinity; of integers and bools, false.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([float.PositiveInfinity, float.NegativeInfinity, 1]).IsPositiveInfinity());    // [ True, False, False]
    /// </code></example>
    public Tensor IsPositiveInfinity() => DType.IsFloating() ? EqualTo(double.PositiveInfinity) : NotEqualTo(this);

    /// <summary>Whether x is negative infinity; of integers and bools, false.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([float.PositiveInfinity, float.NegativeInfinity, 1]).IsNegativeInfinity());    // [False,  True, False]
    /// </code></example>
    public Tensor IsNegativeInfinity() => DType.IsFloating() ? EqualTo(double.NegativeInfinity) : NotEqualTo(this);

    /// <summary>Whether x is a real number: always, as there are no complex dtypes.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2]).IsReal());    // [True, True]
    /// </code></example>
    public Tensor IsReal() => Constant(1, new(DType.Bool, Shape));

    /// <summary>Whether x has a negative sign. Of floating-point numbers, the bit of the sign, which -0 and some NaN have too.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-0f, 0, -2]).Signbit());    // [ True, False,  True]
    /// </code></example>
    public Tensor Signbit() => DType.IsFloating() ? Dispatch.Run(Ops.Signbit.Instance, this) : DType == DType.Bool ? NotEqualTo(this) : this < 0;

    /// <summary>Whether both elements differ from 0, of any dtypes.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0, 1, 2]).LogicalAnd(Tensor.From([1, 0, 4])));    // [False, False,  True]
    /// </code></example>
    public Tensor LogicalAnd(Tensor other) => To(DType.Bool) & other.To(DType.Bool);

    /// <summary>Whether one of the elements differs from 0, of any dtypes.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0, 1, 0]).LogicalOr(Tensor.From([1, 0, 0])));    // [ True,  True, False]
    /// </code></example>
    public Tensor LogicalOr(Tensor other) => To(DType.Bool) | other.To(DType.Bool);

    /// <summary>Whether exactly one of the elements differs from 0, of any dtypes.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0, 1, 2]).LogicalXor(Tensor.From([1, 0, 4])));    // [ True,  True, False]
    /// </code></example>
    public Tensor LogicalXor(Tensor other) => To(DType.Bool) ^ other.To(DType.Bool);

    /// <summary>Whether x is 0, of any dtype.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0f, 0.5f]).LogicalNot());    // [ True, False]
    /// </code></example>
    public Tensor LogicalNot() => !To(DType.Bool);

    /// <inheritdoc cref="And"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0b1100, 7]).BitwiseAnd(Tensor.From([0b1010, 2])));    // [8, 2]
    /// </code></example>
    public Tensor BitwiseAnd(Tensor other) => this & other;

    /// <inheritdoc cref="Or"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0b1100, 5]).BitwiseOr(Tensor.From([0b1010, 2])));    // [14,  7]
    /// </code></example>
    public Tensor BitwiseOr(Tensor other) => this | other;

    /// <inheritdoc cref="Xor"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0b1100, 7]).BitwiseXor(Tensor.From([0b1010, 2])));    // [6, 5]
    /// </code></example>
    public Tensor BitwiseXor(Tensor other) => this ^ other;

    /// <inheritdoc cref="Ops.Not"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0, 1, -2]).BitwiseNot());    // [-1, -2,  1]
    /// </code></example>
    public Tensor BitwiseNot() => ~this;

    /// <inheritdoc cref="ShiftLeft"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1, 2, 3]).BitwiseLeftShift(4));    // [16, 32, 48]
    /// </code></example>
    public Tensor BitwiseLeftShift(Tensor bits) => this << bits;

    /// <inheritdoc cref="ShiftLeft"/>
    public Tensor BitwiseLeftShift(int bits) => this << bits;

    /// <inheritdoc cref="ShiftRight"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([16, 33, -8]).BitwiseRightShift(2));    // [ 4,  8, -2]
    /// </code></example>
    public Tensor BitwiseRightShift(Tensor bits) => this >> bits;

    /// <inheritdoc cref="ShiftRight"/>
    public Tensor BitwiseRightShift(int bits) => this >> bits;
}
