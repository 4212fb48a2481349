using System.Globalization;

namespace Tauten.NN;

/// <summary>x where it is positive, <paramref name="slope"/> x elsewhere.</summary>
/// <param name="slope">The slope of the negative side.</param>
/// <example><code>
/// Console.WriteLine(new LeakyReLU().Call(Tensor.From([-10f, 2])));    // [-0.1000,  2.0000]
/// </code></example>
public sealed class LeakyReLU(double slope = 0.01) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.LeakyRelu(slope);

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"slope {slope}");
}

/// <summary>min(max(x, 0), 6), element by element.</summary>
/// <example><code>
/// Console.WriteLine(new ReLU6().Call(Tensor.From([-1f, 3, 8])));    // [0, 3, 6]
/// </code></example>
public sealed class ReLU6 : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Relu6();
}

/// <summary>x where it is positive, <paramref name="alpha"/> (exp(x) - 1) elsewhere; see <see cref="Ops.Elu"/>.</summary>
/// <param name="alpha">What the negative side goes to, with the sign changed.</param>
/// <example><code>
/// Console.WriteLine(new ELU().Call(Tensor.From([-2f, 0, 2])));    // [-0.8647,  0.0000,  2.0000]
/// </code></example>
public sealed class ELU(double alpha = 1) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Elu(alpha);

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"alpha {alpha}");
}

/// <summary>The scaled exponential linear unit, which keeps mean 0 and variance 1 (Klambauer et al., 2017); see <see cref="Ops.Selu"/>.</summary>
/// <example><code>
/// Console.WriteLine(new SELU().Call(Tensor.From([-2f, 0, 2])));    // [-1.5202,  0.0000,  2.1014]
/// </code></example>
public sealed class SELU : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Selu();
}

/// <summary>x where it is positive, <paramref name="alpha"/> (exp(x / alpha) - 1) elsewhere; see <see cref="Ops.Celu"/>.</summary>
/// <param name="alpha">What the negative side goes to, with the sign changed.</param>
/// <example><code>
/// Console.WriteLine(new CELU(alpha: 0.5).Call(Tensor.From([-2f, 0, 2])));    // [-0.4908,  0.0000,  2.0000]
/// </code></example>
public sealed class CELU(double alpha = 1) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Celu(alpha);

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"alpha {alpha}");
}

/// <summary>x sigmoid(x), also called swish; see <see cref="Ops.Silu"/>.</summary>
/// <example><code>
/// Console.WriteLine(new SiLU().Call(Tensor.From([-2f, 0, 2])));    // [-0.2384,  0.0000,  1.7616]
/// </code></example>
public sealed class SiLU : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Silu();
}

/// <summary>x tanh(softplus(x)); see <see cref="Ops.Mish"/>.</summary>
/// <example><code>
/// Console.WriteLine(new Mish().Call(Tensor.From([-2f, 0, 2])));    // [-0.2525,  0.0000,  1.9440]
/// </code></example>
public sealed class Mish : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Mish();
}

/// <summary>x limited to <paramref name="low"/> and <paramref name="high"/>.</summary>
/// <param name="low">The least result.</param>
/// <param name="high">The largest result.</param>
/// <example><code>
/// Console.WriteLine(new Hardtanh().Call(Tensor.From([-3f, -0.5f, 0.5f, 3])));    // [-1.0000, -0.5000,  0.5000,  1.0000]
/// </code></example>
public sealed class Hardtanh(double low = -1, double high = 1) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Hardtanh(low, high);

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"{low} to {high}");
}

/// <summary>min(max(x + 3, 0), 6) / 6, element by element.</summary>
/// <example><code>
/// Console.WriteLine(new Hardsigmoid().Call(Tensor.From([-4f, 0, 1.5f, 4])));    // [0.0000, 0.5000, 0.7500, 1.0000]
/// </code></example>
public sealed class Hardsigmoid : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Hardsigmoid();
}

/// <summary>x min(max(x + 3, 0), 6) / 6, element by element.</summary>
/// <example><code>
/// Console.WriteLine(new Hardswish().Call(Tensor.From([-2f, 0, 2])));    // [-0.3333,  0.0000,  1.6667]
/// </code></example>
public sealed class Hardswish : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Hardswish();
}

/// <summary>x where it is farther from 0 than <paramref name="limit"/>, 0 elsewhere.</summary>
/// <param name="limit">The largest distance from 0 that becomes 0.</param>
/// <example><code>
/// Console.WriteLine(new Hardshrink().Call(Tensor.From([-1f, -0.3f, 0.3f, 1])));    // [-1,  0,  0,  1]
/// </code></example>
public sealed class Hardshrink(double limit = 0.5) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Hardshrink(limit);

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"limit {limit}");
}

/// <summary>x moved towards 0 by <paramref name="limit"/>, and 0 where it is as close as that.</summary>
/// <param name="limit">How far x is moved.</param>
/// <example><code>
/// Console.WriteLine(new Softshrink().Call(Tensor.From([-1f, -0.25f, 0.25f, 1])));    // [-0.5000,  0.0000,  0.0000,  0.5000]
/// </code></example>
public sealed class Softshrink(double limit = 0.5) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Softshrink(limit);

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"limit {limit}");
}

/// <summary>x - tanh(x), element by element.</summary>
/// <example><code>
/// Console.WriteLine(new Tanhshrink().Call(Tensor.From([-2f, 0, 2])));    // [-1.0360,  0.0000,  1.0360]
/// </code></example>
public sealed class Tanhshrink : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Tanhshrink();
}

/// <summary>log(1 + exp(beta x)) / beta, element by element.</summary>
/// <param name="beta">How sharp the bend at 0 is.</param>
/// <example><code>
/// Console.WriteLine(new Softplus(beta: 2).Call(Tensor.From([-2f, 0, 2])));    // [0.0091, 0.3466, 2.0091]
/// </code></example>
public sealed class Softplus(double beta = 1) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => beta == 1 ? x.Softplus() : (x * beta).Softplus() / beta;

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"beta {beta}");
}

/// <summary>x / (1 + |x|), element by element.</summary>
/// <example><code>
/// Console.WriteLine(new Softsign().Call(Tensor.From([-2f, 0, 2])));    // [-0.6667,  0.0000,  0.6667]
/// </code></example>
public sealed class Softsign : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Softsign();
}

/// <summary>log(1 / (1 + exp(-x))), element by element.</summary>
/// <example><code>
/// Console.WriteLine(new LogSigmoid().Call(Tensor.From([-2f, 0, 2])));    // [-2.1269, -0.6931, -0.1269]
/// </code></example>
public sealed class LogSigmoid : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.LogSigmoid();
}

/// <summary>exp(x), element by element: an activation of Keras.</summary>
/// <example><code>
/// Console.WriteLine(new Tauten.NN.Exponential().Call(Tensor.From([-2f, 0, 2])));    // [0.1353, 1.0000, 7.3891]
/// </code></example>
public sealed class Exponential : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Exp();
}

/// <summary>max(x, 0)^2, element by element (So et al.: "Primer", 2021).</summary>
/// <example><code>
/// Console.WriteLine(new SquaredReLU().Call(Tensor.From([-2f, 0, 2])));    // [0, 0, 4]
/// </code></example>
public sealed class SquaredReLU : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Relu().Square();
}

/// <summary>0 up to -1, x from 1 on, and (x + 1)^2 / 4 between: an activation of Keras.</summary>
/// <example><code>
/// Console.WriteLine(new SparsePlus().Call(Tensor.From([-2f, 0, 0.5f, 2])));    // [0.0000, 0.2500, 0.5625, 2.0000]
/// </code></example>
public sealed class SparsePlus : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => Tensor.Where(x >= 1, x, (x.Clamp(-1, 1) + 1).Square() / 4);
}

/// <summary>0 up to -1, 1 from 1 on, and (x + 1) / 2 between: an activation of Keras.</summary>
/// <example><code>
/// Console.WriteLine(new SparseSigmoid().Call(Tensor.From([-2f, 0, 0.5f, 2])));    // [0.0000, 0.5000, 0.7500, 1.0000]
/// </code></example>
public sealed class SparseSigmoid : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => (x.Clamp(-1, 1) + 1) / 2;
}

/// <summary>(x + sqrt(x^2 + b)) / 2, element by element (Barron: "Squareplus", 2021).</summary>
/// <param name="b">How wide the bend at 0 is.</param>
/// <example><code>
/// Console.WriteLine(new Squareplus().Call(Tensor.From([-2f, 0, 2])));    // [0.4142, 1.0000, 2.4142]
/// </code></example>
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
/// <example><code>
/// Console.WriteLine(new Tauten.NN.Threshold(threshold: 1.5, value: -1).Call(Tensor.From([1f, 2, 3])));    // [-1,  2,  3]
/// </code></example>
public sealed class Threshold(double threshold, double value) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Threshold(threshold, value);

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"{threshold}, value {value}");
}

/// <summary>a sigmoid(b), where a and b are the halves of the input along an axis (Dauphin et al., 2017).</summary>
/// <param name="axis">The axis that is halved.</param>
/// <example><code>
/// Console.WriteLine(new Glu().Call(Tensor.From([1f, 2, 0, 100])));    // [0.5000, 2.0000]
/// </code></example>
public sealed class Glu(int axis = -1) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Glu(axis);

    /// <inheritdoc/>
    protected override string Details() => $"axis {axis}";
}

/// <summary>log(exp(x) / sum(exp(x))) along an axis.</summary>
/// <param name="axis">The axis of the sum.</param>
/// <example><code>
/// Console.WriteLine(new LogSoftmax().Call(Tensor.From([1f, 2, 2.5f])));    // [-2.1041, -1.1041, -0.6041]
/// </code></example>
public sealed class LogSoftmax(int axis = -1) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.LogSoftmax(axis);

    /// <inheritdoc/>
    protected override string Details() => $"axis {axis}";
}

/// <summary>exp(-x) / sum(exp(-x)) along an axis.</summary>
/// <param name="axis">The axis of the sum.</param>
/// <example><code>
/// Console.WriteLine(new Softmin().Call(Tensor.From([1f, 2, 2.5f])));    // [0.6285, 0.2312, 0.1402]
/// </code></example>
public sealed class Softmin(int axis = -1) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Softmin(axis);

    /// <inheritdoc/>
    protected override string Details() => $"axis {axis}";
}

/// <summary>exp(x) / sum(exp(x)) along the channels, axis -3 of [batch, channels, height, width] or [channels, height, width].</summary>
/// <example><code>
/// Console.WriteLine(new Softmax2d().Call(Tensor.Zeros([1, 4, 1, 1])));
/// // [[[[0.2500]],
/// //   [[0.2500]],
/// //   [[0.2500]],
/// //   [[0.2500]]]]
/// </code></example>
public sealed class Softmax2d : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Rank is 3 or 4 ? x.Softmax(-3) : throw new ShapeException($"Softmax2d: expected an input [batch, channels, height, width] or [channels, height, width]. Received: shape {x.Shape}.");
}

/// <summary>x sigmoid(1.702 x), an approximation of <see cref="Gelu"/> that some published models use (Hendrycks, Gimpel, 2016).</summary>
/// <example><code>
/// Console.WriteLine(new QuickGelu().Call(Tensor.From([-2f, 0, 2])));    // [-0.0643,  0.0000,  1.9357]
/// </code></example>
public sealed class QuickGelu : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x * (x * 1.702).Sigmoid();
}

/// <summary>
/// The point of the probability simplex that is closest to the input along an axis: max(x - t, 0), where t makes the sum 1 (Martins, Astudillo: "From Softmax to Sparsemax", 2016).
/// </summary>
/// <param name="axis">The axis along which the results add up to 1.</param>
/// <example><code>
/// Console.WriteLine(new Sparsemax().Call(Tensor.From([1f, 2, 2.5f])));    // [0.0000, 0.2500, 0.7500]
/// </code></example>
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
/// <example><code>
/// Console.WriteLine(new PReLU().Call(Tensor.From([-4f, 2])));    // [-1,  2]
/// </code></example>
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
/// <example><code>
/// var layer = new RReLU(lower: 0.125, upper: 0.375);
/// layer.Eval();                                 // the mean slope, 0.25
/// Console.WriteLine(layer.Call(Tensor.From([-48f, 5])));    // [-12,   5]
/// </code></example>
public sealed class RReLU(double lower = 1.0 / 8, double upper = 1.0 / 3, Generator? generator = null) : Module<Tensor, Tensor>
{
    readonly double lower = lower <= upper ? lower : throw new ArgumentOutOfRangeException(nameof(lower), lower, $"Expected at most the upper bound, {upper.ToString(CultureInfo.InvariantCulture)}.");

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) =>
        IsTraining ? Tensor.Where(x > 0, x, x * Tensor.Uniform(lower, upper, x.Shape, x.DType, generator)) : x.RRelu(lower, upper);

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"{lower} to {upper}");
}
