using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <inheritdoc cref="Ops.Hardtanh"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-3f, -0.5f, 0.5f, 3f]).Hardtanh());    // [-1.0000, -0.5000,  0.5000,  1.0000]
    /// </code></example>
    public Tensor Hardtanh(double low = -1, double high = 1) => Dispatch.Run(new Hardtanh(low, high), this);

    /// <summary>min(max(x, 0), 6), with a derivative of 0 at both limits.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-1f, 3, 8]).Relu6());    // [0, 3, 6]
    /// </code></example>
    public Tensor Relu6() => Hardtanh(0, 6);

    /// <inheritdoc cref="Ops.Hardsigmoid"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-4f, 0, 1.5f, 4]).Hardsigmoid());    // [0.0000, 0.5000, 0.7500, 1.0000]
    /// </code></example>
    public Tensor Hardsigmoid() => Dispatch.Run(Ops.Hardsigmoid.Instance, this);

    /// <inheritdoc cref="Ops.Hardswish"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-4f, -1, 0, 1, 4]).Hardswish());    // [-0.0000, -0.3333,  0.0000,  0.6667,  4.0000]
    /// </code></example>
    public Tensor Hardswish() => Dispatch.Run(Ops.Hardswish.Instance, this);

    /// <inheritdoc cref="Ops.Hardshrink"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-1f, -0.3f, 0.3f, 1]).Hardshrink(0.5));    // [-1,  0,  0,  1]
    /// </code></example>
    public Tensor Hardshrink(double limit = 0.5) => Dispatch.Run(new Hardshrink(limit), this);

    /// <inheritdoc cref="Ops.Softshrink"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-1f, -0.25f, 0.25f, 1]).Softshrink(0.5));    // [-0.5000,  0.0000,  0.0000,  0.5000]
    /// </code></example>
    public Tensor Softshrink(double limit = 0.5) => Dispatch.Run(new Softshrink(limit), this);

    /// <summary>x - tanh(x).</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-2f, 0, 2]).Tanhshrink());    // [-1.0360,  0.0000,  1.0360]
    /// </code></example>
    public Tensor Tanhshrink() => this - Tanh();

    /// <inheritdoc cref="Ops.Mish"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-2f, 0, 2]).Mish());    // [-0.2525,  0.0000,  1.9440]
    /// </code></example>
    public Tensor Mish() => Dispatch.Run(Ops.Mish.Instance, this);

    /// <inheritdoc cref="Ops.Selu"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-2f, 0, 2]).Selu());    // [-1.5202,  0.0000,  2.1014]
    /// </code></example>
    public Tensor Selu() => Dispatch.Run(Ops.Selu.Instance, this);

    /// <inheritdoc cref="Ops.Celu"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-2f, 0, 2]).Celu(alpha: 0.5));    // [-0.4908,  0.0000,  2.0000]
    /// </code></example>
    public Tensor Celu(double alpha = 1) => Dispatch.Run(new Celu(alpha), this);

    /// <inheritdoc cref="Ops.Softsign"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-3f, 0, 1]).Softsign());    // [-0.7500,  0.0000,  0.5000]
    /// </code></example>
    public Tensor Softsign() => Dispatch.Run(Ops.Softsign.Instance, this);

    /// <inheritdoc cref="Ops.LogSigmoid"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-100f, 0, 2]).LogSigmoid());    // [-100.0000,   -0.6931,   -0.1269]
    /// </code></example>
    public Tensor LogSigmoid() => Dispatch.Run(Ops.LogSigmoid.Instance, this);

    /// <summary>x where it is above <paramref name="threshold"/>, <paramref name="value"/> elsewhere; NaN stays NaN.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2, 3]).Threshold(1.5, value: -1));    // [-1,  2,  3]
    /// </code></example>
    public Tensor Threshold(double threshold, double value) => Where(this <= threshold, value, this);

    /// <summary>x where it is positive, weight * x elsewhere (He et al.: "Delving Deep into Rectifiers", 2015).</summary>
    /// <param name="weight">One number, or one for each channel: each index of axis 1.</param>
    /// <example><code>
    /// var x = Tensor.From(new[,] { { -2f, -2f }, { 3f, 3f } });
    /// var slopes = Tensor.From([0.5f, 0.25f]);      // one for each channel, axis 1
    /// Console.WriteLine(x.PRelu(slopes));
    /// // [[-1.0000, -0.5000],
    /// //  [ 3.0000,  3.0000]]
    /// </code></example>
    /// <exception cref="ShapeException">The weight has more than one element, but not one for each channel.</exception>
    public Tensor PRelu(Tensor weight)
    {
        var slope = weight;
        if (weight.Rank == 1 && Rank > 1 && weight.Shape[0] != 1)
        {
            if (weight.Shape[0] != Shape[1]) throw new ShapeException($"PRelu: expected one weight, or one for each of {Shape[1]} channels. Received: a weight of shape {weight.Shape} for shape {Shape}.");
            slope = weight.Reshape([weight.Shape[0], .. Enumerable.Repeat((Dim)1, Rank - 2)]);
        }
        else if (weight.Rank > 1 || (weight.Rank == 1 && weight.Shape[0] != 1)) throw new ShapeException($"PRelu: expected one weight, or one for each channel. Received: a weight of shape {weight.Shape} for shape {Shape}.");
        else if (weight.Rank == 1) slope = weight.Reshape([]);
        return Where(this > 0, this, this * slope);
    }

    /// <summary>
    /// x where it is positive, and elsewhere x times the mean of <paramref name="lower"/> and <paramref name="upper"/>: the randomized leaky rectifier as it is used after training (Xu et al.:
    /// "Empirical Evaluation of Rectified Activations in Convolutional Network", 2015).
    /// </summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-48f, 5]).RRelu(lower: 0.125, upper: 0.375));    // [-12,   5]
    /// </code></example>
    public Tensor RRelu(double lower = 1.0 / 8, double upper = 1.0 / 3) => LeakyRelu((lower + upper) / 2);

    /// <summary>a * sigmoid(b) of the two halves a and b along an axis (Dauphin et al.: "Language Modeling with Gated Convolutional Networks", 2017).</summary>
    /// <example><code>
    /// var x = Tensor.From([1f, 2, 0, 100]);         // halves a = [1, 2] and b = [0, 100]
    /// Console.WriteLine(x.Glu());    // [0.5000, 2.0000]
    /// </code></example>
    /// <exception cref="ShapeException">The size of the axis is odd.</exception>
    public Tensor Glu(int axis = -1)
    {
        var size = Shape[Shape.Axis(axis, "Glu")];
        if (size.IsKnown && size.Value % 2 != 0) throw new ShapeException($"Glu: expected an even size along axis {axis}. Received: shape {Shape}.");
        return Narrow(axis, 0, size / 2) * Narrow(axis, size / 2, size / 2).Sigmoid();
    }

    /// <summary>exp(-x) / sum(exp(-x)) along an axis; see <see cref="Ops.Softmax"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2, 3]).Softmin(0));    // [0.6652, 0.2447, 0.0900]
    /// </code></example>
    public Tensor Softmin(int axis) => (-this).Softmax(axis);

    /// <summary>x divided by its norm along axes, or by <paramref name="epsilon"/> where the norm is less; see <see cref="Ops.Norm"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From(new[,] { { 3f, 4f }, { 0f, 5f } }).Normalize());
    /// // [[0.6000, 0.8000],
    /// //  [0.0000, 1.0000]]
    /// </code></example>
    public Tensor Normalize(double order = 2, Dims? axes = null, double epsilon = 1e-12) => this / Norm(order, axes ?? 1, keepDims: true).ClampMin(epsilon);

    /// <summary>The cosine of the angle between vectors along an axis, sum(a b) / (max(|a|, epsilon) max(|b|, epsilon)), broadcast.</summary>
    /// <example><code>
    /// var a = Tensor.From(new[,] { { 1f, 0f }, { 1f, 1f } });
    /// var b = Tensor.From(new[,] { { 0f, 2f }, { 3f, 3f } });
    /// Console.WriteLine(a.CosineSimilarity(b));    // [0.0000, 1.0000]
    /// </code></example>
    public Tensor CosineSimilarity(Tensor other, int axis = 1, double epsilon = 1e-8)
    {
        var (a, b) = (this, other);
        return (a * b).Sum(axis) / (a.Norm(2, axis).ClampMin(epsilon) * b.Norm(2, axis).ClampMin(epsilon));
    }

    /// <summary>The norm of a - b + <paramref name="epsilon"/> along the last axis, broadcast: the distance between vectors; see <see cref="Ops.Norm"/>.</summary>
    /// <example><code>
    /// var a = Tensor.From(new[,] { { 0f, 0f }, { 1f, 1f } });
    /// var b = Tensor.From(new[,] { { 3f, 4f }, { 1f, 2f } });
    /// Console.WriteLine(a.PairwiseDistance(b));    // [5.0000, 1.0000]
    /// </code></example>
    public Tensor PairwiseDistance(Tensor other, double order = 2, double epsilon = 1e-6, bool keepDims = false) => (this - other + epsilon).Norm(order, -1, keepDims);

    /// <summary>
    /// A class at random along an axis, with probabilities softmax(x), as a vector of nearly one 1 through which gradients flow: softmax((x + g) / temperature) with g = -log(-log(u)), u uniform from 0 to 1
    /// (Jang, Gu, Poole: "Categorical reparameterization with Gumbel-softmax", 2017).
    /// </summary>
    /// <param name="temperature">The lower, the nearer to one 1.</param>
    /// <param name="hard">Whether the result is one 1, up to rounding; gradients are those of the soft result.</param>
    /// <param name="axis">The axis of the classes.</param>
    /// <param name="generator">Where chance comes from; the default generator if left out.</param>
    /// <example><code>
    /// var logits = Tensor.From(new[,] { { 0f, 0, 50 }, { 50f, 0, 0 } });
    /// Console.WriteLine(logits.GumbelSoftmax(hard: true, generator: new Generator(1)).ArgMax(1));    // [2, 0]
    /// </code></example>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="temperature"/> is not positive.</exception>
    public Tensor GumbelSoftmax(double temperature = 1, bool hard = false, int axis = -1, Generator? generator = null)
    {
        if (!(temperature > 0)) throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "Expected a number above 0.");
        var soft = ((this - (-Rand(Shape, DType, generator).Log()).Log()) / temperature).Softmax(axis);
        if (!hard) return soft;
        int at = Shape.Axis(axis, "GumbelSoftmax");
        var one = soft.Detach().ArgMax(at).OneHot(Shape[at].Value).To(DType).MoveAxis(-1, at);
        return one - soft.Detach() + soft;
    }
}
