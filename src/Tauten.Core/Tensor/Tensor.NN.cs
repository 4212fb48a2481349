using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>
    /// The matrix product over the last two axes, with the axes in front broadcast. A vector on the left is a row, on the right a column, and the
    /// axis it adds vanishes from the result.
    /// </summary>
    /// <exception cref="ShapeException">Inner sizes differ.</exception>
    public Tensor MatMul(Tensor other)
    {
        if (Rank == 0 || other.Rank == 0) throw new ShapeException($"MatMul: expected vectors or matrices. Received: shapes {Shape} and {other.Shape}.");
        if (Rank == 1) return Unsqueeze(0).MatMul(other).Squeeze(other.Rank == 1 ? 0 : -2);
        if (other.Rank == 1) return MatMul(other.Unsqueeze(1)).Squeeze(-1);
        // A batch of rows against one matrix is one larger product.
        if (Rank > 2 && other.Rank == 2 && (!Shape[^1].IsKnown || Shape[^1] == other.Shape[0]))
            return Flatten(0, -2).MatMul(other).Reshape(Shape.With(Rank - 1, other.Shape[1]));
        return Dispatch.Run(Ops.MatMul.Instance, this, other);
    }

    /// <inheritdoc cref="Ops.Linear"/>
    public Tensor Linear(Tensor weight, Tensor? bias = null) =>
        bias is null ? Dispatch.Run(Ops.Linear.Instance, this, weight) : Dispatch.Run(Ops.Linear.Instance, (ReadOnlySpan<Tensor>)[this, weight, bias]);

    /// <inheritdoc cref="Ops.Relu"/>
    public Tensor Relu() => Dispatch.Run(Ops.Relu.Instance, this);

    /// <inheritdoc cref="Ops.Sigmoid"/>
    public Tensor Sigmoid() => Dispatch.Run(Ops.Sigmoid.Instance, this);

    /// <inheritdoc cref="Ops.Silu"/>
    public Tensor Silu() => Dispatch.Run(Ops.Silu.Instance, this);

    /// <inheritdoc cref="Ops.Gelu"/>
    public Tensor Gelu(bool approximate = false) => Dispatch.Run(new Gelu(approximate), this);

    /// <inheritdoc cref="Ops.Softplus"/>
    public Tensor Softplus() => Dispatch.Run(Ops.Softplus.Instance, this);

    /// <inheritdoc cref="Ops.LeakyRelu"/>
    public Tensor LeakyRelu(double slope = 0.01) => Dispatch.Run(new LeakyRelu(slope), this);

    /// <inheritdoc cref="Ops.Elu"/>
    public Tensor Elu(double alpha = 1) => Dispatch.Run(new Elu(alpha), this);

    /// <inheritdoc cref="Ops.Softmax"/>
    public Tensor Softmax(int axis) => Dispatch.Run(new Softmax(Shape.Axis(axis, "Softmax")), this);

    /// <inheritdoc cref="Ops.LogSoftmax"/>
    public Tensor LogSoftmax(int axis) => Dispatch.Run(new LogSoftmax(Shape.Axis(axis, "LogSoftmax")), this);

    /// <summary>The cross-entropy of each row of logits [rows, classes] with its label; see <see cref="Ops.CrossEntropy"/>.</summary>
    public Tensor CrossEntropy(Tensor labels) => Dispatch.Run(Ops.CrossEntropy.Instance, this, labels);

    /// <summary>Each element set to 0 with probability <paramref name="rate"/>, the others divided by 1 - rate.</summary>
    public Tensor Dropout(double rate, Generator? generator = null) => Dispatch.Run(new Dropout(rate), this, (generator ?? Generator.Default).NextKey());

    /// <summary>Mean 0 and variance 1 over the last axes, then a weight and a bias of the shape of those axes if given; see <see cref="Ops.LayerNorm"/>.</summary>
    /// <param name="axes">How many axes at the end are normalized together.</param>
    /// <param name="weight">Multiplies the result; goes with <paramref name="bias"/>.</param>
    /// <param name="bias">Is added to the result; goes with <paramref name="weight"/>.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public Tensor LayerNorm(int axes = 1, Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5)
    {
        if (weight is null && bias is null) return Dispatch.Run(new LayerNorm(axes, epsilon), this);
        return Dispatch.Run(new LayerNorm(axes, epsilon), (ReadOnlySpan<Tensor>)[this, weight ?? Ones(bias!.Shape, DType), bias ?? Zeros(weight!.Shape, DType)]);
    }

    /// <inheritdoc cref="Ops.BatchMoments"/>
    public (Tensor Mean, Tensor Variance) BatchMoments()
    {
        var y = Dispatch.RunAll(Ops.BatchMoments.Instance, this);
        return (y[0], y[1]);
    }

    /// <summary>Each channel of [batch, channels, ...] less its mean, divided by its standard deviation; see <see cref="Ops.BatchNorm"/>.</summary>
    /// <param name="mean">[channels].</param>
    /// <param name="variance">[channels].</param>
    /// <param name="weight">[channels]; multiplies the result; goes with <paramref name="bias"/>.</param>
    /// <param name="bias">[channels]; is added to the result; goes with <paramref name="weight"/>.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public Tensor BatchNorm(Tensor mean, Tensor variance, Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5)
    {
        if (weight is null && bias is null) return Dispatch.Run(new BatchNorm(epsilon), (ReadOnlySpan<Tensor>)[this, mean, variance]);
        return Dispatch.Run(new BatchNorm(epsilon), (ReadOnlySpan<Tensor>)[this, mean, variance, weight ?? Ones(bias!.Shape, DType), bias ?? Zeros(weight!.Shape, DType)]);
    }
}
