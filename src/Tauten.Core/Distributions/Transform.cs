namespace Tauten.Distributions;

/// <summary>
/// An invertible function with a known change of volume: what turns one distribution into another (<see cref="TransformedDistribution"/>). It works on the last
/// <see cref="EventRank"/> axes and applies to all others element by element.
/// </summary>
public abstract class Transform
{
    /// <summary>How many axes at the end belong to one input; 0 for functions of numbers.</summary>
    public virtual int EventRank => 0;

    /// <summary>How many axes at the end belong to one output.</summary>
    public virtual int OutputRank => EventRank;

    /// <summary>1 for an increasing function of numbers, -1 for a falling one, or a tensor of these; null where it is neither.</summary>
    public virtual Tensor? Sign => Tensor.Scalar(1, DType.Float32);

    /// <summary>y = f(x).</summary>
    public abstract Tensor Forward(Tensor x);

    /// <summary>The x with f(x) = y.</summary>
    public abstract Tensor Inverse(Tensor y);

    /// <summary>log |det dy/dx|, with the axes of the event summed away.</summary>
    public abstract Tensor LogAbsDetJacobian(Tensor x, Tensor y);

    /// <summary>The shape of f(x) for a shape of x.</summary>
    public virtual Shape ForwardShape(Shape shape) => shape;

    /// <summary>The shape of x for a shape of f(x).</summary>
    public virtual Shape InverseShape(Shape shape) => shape;

    /// <summary>The inverse function.</summary>
    public Transform Inverted => this is InverseTransform inverse ? inverse.Original : new InverseTransform(this);

    /// <summary>The sum over the last axes.</summary>
    internal static Tensor SumLast(Tensor x, int axes) => axes <= 0 ? x : x.Sum(Dims.Create([.. Enumerable.Range(1, axes).Select(i => (long)-i)]));

    /// <summary>The sign in the dtype of a value, so that both can be multiplied.</summary>
    internal Tensor SignLike(Tensor value) => (Sign ?? throw new NotSupportedException($"{GetType().Name} is neither increasing nor falling.")).To(value.DType);

    /// <summary>The name.</summary>
    public override string ToString() => GetType().Name;
}

/// <summary>The inverse of a transform.</summary>
sealed class InverseTransform(Transform original) : Transform
{
    public Transform Original => original;

    public override int EventRank => original.OutputRank;

    public override int OutputRank => original.EventRank;

    public override Tensor? Sign => original.Sign;

    public override Tensor Forward(Tensor x) => original.Inverse(x);

    public override Tensor Inverse(Tensor y) => original.Forward(y);

    public override Tensor LogAbsDetJacobian(Tensor x, Tensor y) => -original.LogAbsDetJacobian(y, x);

    public override Shape ForwardShape(Shape shape) => original.InverseShape(shape);

    public override Shape InverseShape(Shape shape) => original.ForwardShape(shape);
}

/// <summary>exp(x).</summary>
/// <example><code>
/// var transform = new ExpTransform();
/// var x = Tensor.From([0f, 1]);
/// var y = transform.Forward(x);
/// Console.WriteLine(y);    // [1.0000, 2.7183]
/// Console.WriteLine(transform.LogAbsDetJacobian(x, y));    // [0, 1]
/// </code></example>
public sealed class ExpTransform : Transform
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Exp();

    /// <inheritdoc/>
    public override Tensor Inverse(Tensor y) => y.Log();

    /// <inheritdoc/>
    public override Tensor LogAbsDetJacobian(Tensor x, Tensor y) => x;
}

/// <summary>x^exponent for positive x.</summary>
/// <example><code>
/// var transform = new PowerTransform(2);
/// var x = Tensor.From([1f, 3]);
/// var y = transform.Forward(x);
/// Console.WriteLine(y);    // [1, 9]
/// Console.WriteLine(transform.LogAbsDetJacobian(x, y));    // [0.6931, 1.7918]
/// </code></example>
public sealed class PowerTransform : Transform
{
    readonly Tensor? tensor;
    readonly double number;

    /// <summary>A power whose exponent is a tensor.</summary>
    public PowerTransform(Tensor exponent) => tensor = exponent;

    /// <summary>A power whose exponent is a number.</summary>
    public PowerTransform(double exponent) => number = exponent;

    Tensor Exponent(Tensor x) => tensor ?? Tensor.Scalar(number, x.DType);

    /// <inheritdoc/>
    public override Tensor? Sign => tensor?.Sign() ?? Tensor.Scalar(Math.Sign(number), DType.Float32);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Pow(Exponent(x));

    /// <inheritdoc/>
    public override Tensor Inverse(Tensor y) => y.Pow(Exponent(y).Reciprocal());

    /// <inheritdoc/>
    public override Tensor LogAbsDetJacobian(Tensor x, Tensor y) => (Exponent(x) * y / x).Abs().Log();

    /// <inheritdoc/>
    public override Shape ForwardShape(Shape shape) => tensor is null ? shape : Shape.Broadcast(shape, tensor.Shape, "PowerTransform");

    /// <inheritdoc/>
    public override Shape InverseShape(Shape shape) => ForwardShape(shape);
}

/// <summary>1 / (1 + exp(-x)), kept inside of (0, 1).</summary>
/// <example><code>
/// var transform = new SigmoidTransform();
/// var x = Tensor.From([0f, 2]);
/// var y = transform.Forward(x);
/// Console.WriteLine(y);    // [0.5000, 0.8808]
/// Console.WriteLine(transform.LogAbsDetJacobian(x, y));    // [-1.3863, -2.2539]
/// </code></example>
public sealed class SigmoidTransform : Transform
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        return x.Sigmoid().Clamp(x.DType.SmallestNormal(), 1 - x.DType.Epsilon());
    }

    /// <inheritdoc/>
    public override Tensor Inverse(Tensor y) => y.Log() - (-y).Log1p();

    /// <inheritdoc/>
    public override Tensor LogAbsDetJacobian(Tensor x, Tensor y) => -(-x).Softplus() - x.Softplus();
}

/// <summary>tanh(x).</summary>
/// <example><code>
/// var transform = new TanhTransform();
/// var x = Tensor.From([0f, 0.5f]);
/// var y = transform.Forward(x);
/// Console.WriteLine(y);    // [0.0000, 0.4621]
/// Console.WriteLine(transform.LogAbsDetJacobian(x, y));    // [ 0.0000, -0.2402]
/// </code></example>
public sealed class TanhTransform : Transform
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Tanh();

    /// <inheritdoc/>
    public override Tensor Inverse(Tensor y) => y.Atanh();

    // log(1 - tanh^2(x)) without cancellation.
    /// <inheritdoc/>
    public override Tensor LogAbsDetJacobian(Tensor x, Tensor y) => 2 * (Math.Log(2) - x - (-2 * x).Softplus());
}

/// <summary>log(1 + exp(x)).</summary>
/// <example><code>
/// var transform = new SoftplusTransform();
/// var x = Tensor.From([0f, 2]);
/// var y = transform.Forward(x);
/// Console.WriteLine(y);    // [0.6931, 2.1269]
/// Console.WriteLine(transform.LogAbsDetJacobian(x, y));    // [-0.6931, -0.1269]
/// </code></example>
public sealed class SoftplusTransform : Transform
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Softplus();

    /// <inheritdoc/>
    public override Tensor Inverse(Tensor y) => (-(-y).Expm1()).Log() + y;

    /// <inheritdoc/>
    public override Tensor LogAbsDetJacobian(Tensor x, Tensor y) => -(-x).Softplus();
}

/// <summary>|x|, whose inverse is the positive of the two.</summary>
/// <example><code>
/// Console.WriteLine(new AbsTransform().Forward(Tensor.From([-2f, 3])));    // [2, 3]
/// </code></example>
public sealed class AbsTransform : Transform
{
    /// <inheritdoc/>
    public override Tensor? Sign => null;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Abs();

    /// <inheritdoc/>
    public override Tensor Inverse(Tensor y) => y;

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: two inputs have the same absolute value.</exception>
    public override Tensor LogAbsDetJacobian(Tensor x, Tensor y) => throw new NotSupportedException("AbsTransform has no inverse, so densities cannot be carried through it.");
}

/// <summary>location + scale x.</summary>
/// <example><code>
/// var transform = new AffineTransform(location: Tensor.From(1f), scale: Tensor.From(2f));
/// var x = Tensor.From([0f, 3]);
/// var y = transform.Forward(x);
/// Console.WriteLine(y);    // [1, 7]
/// Console.WriteLine(transform.LogAbsDetJacobian(x, y));    // [0.6931, 0.6931]
/// </code></example>
public sealed class AffineTransform(Tensor location, Tensor scale, int eventRank = 0) : Transform
{
    /// <inheritdoc/>
    public override int EventRank => eventRank;

    /// <inheritdoc/>
    public override Tensor? Sign => scale.Sign();

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => location + scale * x;

    /// <inheritdoc/>
    public override Tensor Inverse(Tensor y) => (y - location) / scale;

    /// <inheritdoc/>
    public override Tensor LogAbsDetJacobian(Tensor x, Tensor y) => SumLast(scale.Abs().Log().BroadcastTo(Shape.Broadcast(x.Shape, scale.Shape, "AffineTransform")), eventRank);

    /// <inheritdoc/>
    public override Shape ForwardShape(Shape shape) => Shape.Broadcast(Shape.Broadcast(shape, location.Shape, "AffineTransform"), scale.Shape, "AffineTransform");

    /// <inheritdoc/>
    public override Shape InverseShape(Shape shape) => ForwardShape(shape);
}

/// <summary>The distribution function of a distribution over numbers, which makes numbers in (0, 1).</summary>
/// <example><code>
/// var transform = new CumulativeDistributionTransform(new Normal(Tensor.From(0f), Tensor.From(1f)));
/// var x = Tensor.From([0f, 1.96f]);
/// var y = transform.Forward(x);
/// Console.WriteLine(y);    // [0.5000, 0.9750]
/// Console.WriteLine(transform.Inverse(y));    // [0.0000, 1.9600]
/// </code></example>
public sealed class CumulativeDistributionTransform(Distribution distribution) : Transform
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => distribution.Cdf(x);

    /// <inheritdoc/>
    public override Tensor Inverse(Tensor y) => distribution.Icdf(y);

    /// <inheritdoc/>
    public override Tensor LogAbsDetJacobian(Tensor x, Tensor y) => distribution.LogProb(x);
}
