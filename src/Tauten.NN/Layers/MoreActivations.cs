using System.Globalization;

namespace Tauten.NN;

/// <summary>x where it is positive, <paramref name="slope"/> x elsewhere.</summary>
/// <param name="slope">The slope of the negative side.</param>
public sealed class LeakyReLU(double slope = 0.01) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.LeakyRelu(slope);

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"slope {slope}");
}

/// <summary>min(max(x, 0), 6), element by element.</summary>
public sealed class ReLU6 : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Relu6();
}

/// <summary>x where it is positive, <paramref name="alpha"/> (exp(x) - 1) elsewhere; see <see cref="Ops.Elu"/>.</summary>
/// <param name="alpha">What the negative side goes to, with the sign changed.</param>
public sealed class ELU(double alpha = 1) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Elu(alpha);

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"alpha {alpha}");
}

/// <summary>The scaled exponential linear unit, which keeps mean 0 and variance 1 (Klambauer et al., 2017); see <see cref="Ops.Selu"/>.</summary>
public sealed class SELU : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Selu();
}

/// <summary>x where it is positive, <paramref name="alpha"/> (exp(x / alpha) - 1) elsewhere; see <see cref="Ops.Celu"/>.</summary>
/// <param name="alpha">What the negative side goes to, with the sign changed.</param>
public sealed class CELU(double alpha = 1) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Celu(alpha);

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"alpha {alpha}");
}

/// <summary>x sigmoid(x), also called swish; see <see cref="Ops.Silu"/>.</summary>
public sealed class SiLU : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Silu();
}

/// <summary>x tanh(softplus(x)); see <see cref="Ops.Mish"/>.</summary>
public sealed class Mish : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Mish();
}

/// <summary>x limited to <paramref name="low"/> and <paramref name="high"/>.</summary>
/// <param name="low">The least result.</param>
/// <param name="high">The largest result.</param>
public sealed class Hardtanh(double low = -1, double high = 1) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Hardtanh(low, high);

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"{low} to {high}");
}

/// <summary>min(max(x + 3, 0), 6) / 6, element by element.</summary>
public sealed class Hardsigmoid : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Hardsigmoid();
}

/// <summary>x min(max(x + 3, 0), 6) / 6, element by element.</summary>
public sealed class Hardswish : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Hardswish();
}

/// <summary>x where it is farther from 0 than <paramref name="limit"/>, 0 elsewhere.</summary>
/// <param name="limit">The largest distance from 0 that becomes 0.</param>
public sealed class Hardshrink(double limit = 0.5) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Hardshrink(limit);

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"limit {limit}");
}

/// <summary>x moved towards 0 by <paramref name="limit"/>, and 0 where it is as close as that.</summary>
/// <param name="limit">How far x is moved.</param>
public sealed class Softshrink(double limit = 0.5) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Softshrink(limit);

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"limit {limit}");
}

/// <summary>x - tanh(x), element by element.</summary>
public sealed class Tanhshrink : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Tanhshrink();
}

/// <summary>log(1 + exp(beta x)) / beta, element by element.</summary>
/// <param name="beta">How sharp the bend at 0 is.</param>
public sealed class Softplus(double beta = 1) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => beta == 1 ? x.Softplus() : (x * beta).Softplus() / beta;

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"beta {beta}");
}

/// <summary>x / (1 + |x|), element by element.</summary>
public sealed class Softsign : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Softsign();
}

/// <summary>log(1 / (1 + exp(-x))), element by element.</summary>
public sealed class LogSigmoid : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.LogSigmoid();
}

/// <summary>exp(x), element by element: an activation of Keras.</summary>
public sealed class Exponential : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Exp();
}

/// <summary>max(x, 0)^2, element by element (So et al.: "Primer", 2021).</summary>
public sealed class SquaredReLU : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Relu().Square();
}

/// <summary>0 up to -1, x from 1 on, and (x + 1)^2 / 4 between: an activation of Keras.</summary>
public sealed class SparsePlus : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => Tensor.Where(x >= 1, x, (x.Clamp(-1, 1) + 1).Square() / 4);
}

/// <summary>0 up to -1, 1 from 1 on, and (x + 1) / 2 between: an activation of Keras.</summary>
public sealed class SparseSigmoid : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => (x.Clamp(-1, 1) + 1) / 2;
}

/// <summary>(x + sqrt(x^2 + b)) / 2, element by element (Barron: "Squareplus", 2021).</summary>
/// <param name="b">How wide the bend at 0 is.</param>
public sealed class Squareplus(double b = 4) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => (x + (x.Square() + b).Sqrt()) / 2;

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"b {b}");
}

/// <summary>x where it is above <paramref name="threshold"/>, <paramref name="value"/> elsewhere.</summary>
/// <param name="threshold">The largest x that is replaced.</param>
/// <param name="value">What replaces it.</param>
public sealed class Threshold(double threshold, double value) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Threshold(threshold, value);

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"{threshold}, value {value}");
}

/// <summary>a sigmoid(b), where a and b are the halves of the input along an axis (Dauphin et al., 2017).</summary>
/// <param name="axis">The axis that is halved.</param>
public sealed class Glu(int axis = -1) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Glu(axis);

    /// <inheritdoc/>
    protected override string Details() => $"axis {axis}";
}

/// <summary>log(exp(x) / sum(exp(x))) along an axis.</summary>
/// <param name="axis">The axis of the sum.</param>
public sealed class LogSoftmax(int axis = -1) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.LogSoftmax(axis);

    /// <inheritdoc/>
    protected override string Details() => $"axis {axis}";
}

/// <summary>exp(-x) / sum(exp(-x)) along an axis.</summary>
/// <param name="axis">The axis of the sum.</param>
public sealed class Softmin(int axis = -1) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Softmin(axis);

    /// <inheritdoc/>
    protected override string Details() => $"axis {axis}";
}

/// <summary>exp(x) / sum(exp(x)) along the channels, axis -3 of [batch, channels, height, width] or [channels, height, width].</summary>
public sealed class Softmax2d : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Rank is 3 or 4 ? x.Softmax(-3) : throw new ShapeException($"Softmax2d: expected an input [batch, channels, height, width] or [channels, height, width]. Received: shape {x.Shape}.");
}

/// <summary>x sigmoid(1.702 x), an approximation of <see cref="Gelu"/> that some published models use (Hendrycks, Gimpel, 2016).</summary>
public sealed class QuickGelu : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x * (x * 1.702).Sigmoid();
}

/// <summary>
/// The point of the probability simplex that is closest to the input along an axis: max(x - t, 0), where t makes the sum 1 (Martins, Astudillo: "From Softmax to Sparsemax", 2016).
/// </summary>
/// <param name="axis">The axis along which the results add up to 1.</param>
public sealed class Sparsemax(int axis = -1) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        var sorted = x.Sort(axis, descending: true).Values;
        var support = Tensor.OnesLike(x).CumSum(axis) * sorted + 1 > sorted.CumSum(axis);
        var threshold = (Tensor.Where(support, sorted, 0).Sum(axis, keepDims: true) - 1) / support.To(x.DType).Sum(axis, keepDims: true);
        return (x - threshold).Relu();
    }

    /// <inheritdoc/>
    protected override string Details() => $"axis {axis}";
}

/// <summary>x where it is positive, weight * x elsewhere, with a learned weight (He et al.: "Delving Deep into Rectifiers", 2015).</summary>
/// <remarks>Parameter: <c>weight</c> [channels], one number or one for each index of axis 1.</remarks>
public sealed partial class PReLU : Module<Tensor, Tensor>
{
    readonly Parameter weight;

    /// <summary>A layer with the same slope everywhere at first.</summary>
    /// <param name="channels">The number of weights: 1, or as many as axis 1 is long.</param>
    /// <param name="initial">The first slope of the negative side.</param>
    /// <param name="dtype">The element type of the weight, which the input must have too.</param>
    /// <exception cref="ShapeException"><paramref name="channels"/> is less than 1.</exception>
    public PReLU(long channels = 1, double initial = 0.25, DType dtype = DType.Float32) =>
        weight = Initial.Constant(Shape.Of(Initial.Size(channels, nameof(PReLU), nameof(channels))), initial, dtype);

    /// <summary>[channels].</summary>
    public Parameter Weight => weight;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.PRelu(weight.Borrow());

    /// <inheritdoc/>
    protected override string Details() => $"{weight.Shape[0]}";
}

/// <summary>
/// x where it is positive, and elsewhere x times a slope: in training a random one for each element, evenly spread, and the mean of the two bounds otherwise (Xu et al.:
/// "Empirical Evaluation of Rectified Activations", 2015).
/// </summary>
/// <param name="lower">The least slope.</param>
/// <param name="upper">The largest slope.</param>
/// <param name="generator">Where the slopes come from; the default generator if left out.</param>
public sealed class RReLU(double lower = 1.0 / 8, double upper = 1.0 / 3, Generator? generator = null) : Module<Tensor, Tensor>
{
    readonly double lower = lower <= upper ? lower : throw new ArgumentOutOfRangeException(nameof(lower), lower, $"Expected at most the upper bound, {upper.ToString(CultureInfo.InvariantCulture)}.");

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) =>
        IsTraining ? Tensor.Where(x > 0, x, x * Tensor.Uniform(lower, upper, x.Shape, x.DType, generator)) : x.RRelu(lower, upper);

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"{lower} to {upper}");
}
