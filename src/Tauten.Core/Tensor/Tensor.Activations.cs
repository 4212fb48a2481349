using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <inheritdoc cref="Ops.Hardtanh"/>
    public Tensor Hardtanh(double low = -1, double high = 1) => Dispatch.Run(new Hardtanh(low, high), this);

    /// <summary>min(max(x, 0), 6), with a derivative of 0 at both limits.</summary>
    public Tensor Relu6() => Hardtanh(0, 6);

    /// <inheritdoc cref="Ops.Hardsigmoid"/>
    public Tensor Hardsigmoid() => Dispatch.Run(Ops.Hardsigmoid.Instance, this);

    /// <inheritdoc cref="Ops.Hardswish"/>
    public Tensor Hardswish() => Dispatch.Run(Ops.Hardswish.Instance, this);

    /// <inheritdoc cref="Ops.Hardshrink"/>
    public Tensor Hardshrink(double limit = 0.5) => Dispatch.Run(new Hardshrink(limit), this);

    /// <inheritdoc cref="Ops.Softshrink"/>
    public Tensor Softshrink(double limit = 0.5) => Dispatch.Run(new Softshrink(limit), this);

    /// <summary>x - tanh(x).</summary>
    public Tensor Tanhshrink() => this - Tanh();

    /// <inheritdoc cref="Ops.Mish"/>
    public Tensor Mish() => Dispatch.Run(Ops.Mish.Instance, this);

    /// <inheritdoc cref="Ops.Selu"/>
    public Tensor Selu() => Dispatch.Run(Ops.Selu.Instance, this);

    /// <inheritdoc cref="Ops.Celu"/>
    public Tensor Celu(double alpha = 1) => Dispatch.Run(new Celu(alpha), this);

    /// <inheritdoc cref="Ops.Softsign"/>
    public Tensor Softsign() => Dispatch.Run(Ops.Softsign.Instance, this);

    /// <inheritdoc cref="Ops.LogSigmoid"/>
    public Tensor LogSigmoid() => Dispatch.Run(Ops.LogSigmoid.Instance, this);

    /// <summary>x where it is above <paramref name="threshold"/>, <paramref name="value"/> elsewhere; NaN stays NaN.</summary>
    public Tensor Threshold(double threshold, double value) => Where(this <= threshold, value, this);

    /// <summary>x where it is positive, weight * x elsewhere (He et al.: "Delving Deep into Rectifiers", 2015).</summary>
    /// <param name="weight">One number, or one for each channel: each index of axis 1.</param>
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
    public Tensor RRelu(double lower = 1.0 / 8, double upper = 1.0 / 3) => LeakyRelu((lower + upper) / 2);

    /// <summary>a * sigmoid(b) of the two halves a and b along an axis (Dauphin et al.: "Language Modeling with Gated Convolutional Networks", 2017).</summary>
    /// <exception cref="ShapeException">The size of the axis is odd.</exception>
    public Tensor Glu(int axis = -1)
    {
        var size = Shape[Shape.Axis(axis, "Glu")];
        if (size.IsKnown && size.Value % 2 != 0) throw new ShapeException($"Glu: expected an even size along axis {axis}. Received: shape {Shape}.");
        return Narrow(axis, 0, size / 2) * Narrow(axis, size / 2, size / 2).Sigmoid();
    }

    /// <summary>exp(-x) / sum(exp(-x)) along an axis; see <see cref="Ops.Softmax"/>.</summary>
    public Tensor Softmin(int axis) => (-this).Softmax(axis);

    /// <summary>x divided by its norm along axes, or by <paramref name="epsilon"/> where the norm is less; see <see cref="Ops.Norm"/>.</summary>
    public Tensor Normalize(double order = 2, Dims? axes = null, double epsilon = 1e-12) => this / Norm(order, axes ?? 1, keepDims: true).ClampMin(epsilon);

    /// <summary>The cosine of the angle between vectors along an axis, sum(a b) / (max(|a|, epsilon) max(|b|, epsilon)), broadcast.</summary>
    public Tensor CosineSimilarity(Tensor other, int axis = 1, double epsilon = 1e-8)
    {
        var (a, b) = (this, other);
        return (a * b).Sum(axis) / (a.Norm(2, axis).ClampMin(epsilon) * b.Norm(2, axis).ClampMin(epsilon));
    }

    /// <summary>The norm of a - b + <paramref name="epsilon"/> along the last axis, broadcast: the distance between vectors; see <see cref="Ops.Norm"/>.</summary>
    public Tensor PairwiseDistance(Tensor other, double order = 2, double epsilon = 1e-6, bool keepDims = false) => (this - other + epsilon).Norm(order, -1, keepDims);

    /// <summary>
    /// A class at random along an axis, with probabilities softmax(x), as a vector of nearly one 1 through which gradients flow: softmax((x + g) / temperature) with g = -log(-log(u)), u uniform from 0 to 1
    /// (Jang, Gu, Poole: "Categorical reparameterization with Gumbel-softmax", 2017).
    /// </summary>
    /// <param name="temperature">The lower, the nearer to one 1.</param>
    /// <param name="hard">Whether the result is one 1, up to rounding; gradients are those of the soft result.</param>
    /// <param name="axis">The axis of the classes.</param>
    /// <param name="generator">Where chance comes from; the default generator if left out.</param>
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
