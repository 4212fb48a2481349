using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>
    /// The matrix product over the last two axes, with the axes in front broadcast. A vector on the left is a row, on the right a column, and the
    /// axis it adds vanishes from the result.
    /// </summary>
    /// <example><code>
    /// var a = Tensor.From(new[,] { { 1f, 2f }, { 3f, 4f } });
    /// Console.WriteLine(a.MatMul(a));
    /// // [[ 7, 10],
    /// //  [15, 22]]
    /// Console.WriteLine(Tensor.Ones([10, 3, 4]).MatMul(Tensor.Ones([4, 5])).Shape);    // [10, 3, 5]
    /// </code></example>
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
    /// <example><code>
    /// var weight = Tensor.From(new[,] { { 1f, 0f }, { 0f, 2f }, { 1f, 1f } });      // [out, in]
    /// Console.WriteLine(Tensor.From(new[,] { { 3f, 4f } }).Linear(weight, Tensor.From([0f, 0, 100])));    // [[  3,   8, 107]]
    /// </code></example>
    public Tensor Linear(Tensor weight, Tensor? bias = null) =>
        bias is null ? Dispatch.Run(Ops.Linear.Instance, this, weight) : Dispatch.Run(Ops.Linear.Instance, (ReadOnlySpan<Tensor>)[this, weight, bias]);

    /// <inheritdoc cref="Ops.Relu"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-1f, 0, 2]).Relu());    // [0, 0, 2]
    /// </code></example>
    public Tensor Relu() => Dispatch.Run(Ops.Relu.Instance, this);

    /// <inheritdoc cref="Ops.Sigmoid"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-2f, 0, 2]).Sigmoid());    // [0.1192, 0.5000, 0.8808]
    /// </code></example>
    public Tensor Sigmoid() => Dispatch.Run(Ops.Sigmoid.Instance, this);

    /// <inheritdoc cref="Ops.Silu"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-2f, 0, 2]).Silu());    // [-0.2384,  0.0000,  1.7616]
    /// </code></example>
    public Tensor Silu() => Dispatch.Run(Ops.Silu.Instance, this);

    /// <inheritdoc cref="Ops.Gelu"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-2f, 0, 2]).Gelu());    // [-0.0455,  0.0000,  1.9545]
    /// Console.WriteLine(Tensor.From([-2f, 0, 2]).Gelu(approximate: true));    // [-0.0454,  0.0000,  1.9546]
    /// </code></example>
    public Tensor Gelu(bool approximate = false) => Dispatch.Run(new Gelu(approximate), this);

    /// <inheritdoc cref="Ops.Softplus"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-2f, 0, 100]).Softplus());    // [  0.1269,   0.6931, 100.0000]
    /// </code></example>
    public Tensor Softplus() => Dispatch.Run(Ops.Softplus.Instance, this);

    /// <inheritdoc cref="Ops.LeakyRelu"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-10f, 2]).LeakyRelu());    // [-0.1000,  2.0000]
    /// </code></example>
    public Tensor LeakyRelu(double slope = 0.01) => Dispatch.Run(new LeakyRelu(slope), this);

    /// <inheritdoc cref="Ops.Elu"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([-2f, 0, 2]).Elu());    // [-0.8647,  0.0000,  2.0000]
    /// </code></example>
    public Tensor Elu(double alpha = 1) => Dispatch.Run(new Elu(alpha), this);

    /// <inheritdoc cref="Ops.Softmax"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2, 3]).Softmax(0));    // [0.0900, 0.2447, 0.6652]
    /// </code></example>
    public Tensor Softmax(int axis) => Dispatch.Run(new Softmax(Shape.Axis(axis, "Softmax")), this);

    /// <inheritdoc cref="Ops.LogSoftmax"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2, 3]).LogSoftmax(0));    // [-2.4076, -1.4076, -0.4076]
    /// </code></example>
    public Tensor LogSoftmax(int axis) => Dispatch.Run(new LogSoftmax(Shape.Axis(axis, "LogSoftmax")), this);

    /// <summary>The cross-entropy of each row of logits [rows, classes] with its label; see <see cref="Ops.CrossEntropy"/>.</summary>
    /// <example><code>
    /// var scores = Tensor.From(new[,] { { 2f, 0f }, { 0f, 0f } });
    /// Console.WriteLine(scores.CrossEntropy(Tensor.From([0L, 1])));    // [0.1269, 0.6931]
    /// </code></example>
    public Tensor CrossEntropy(Tensor labels) => Dispatch.Run(Ops.CrossEntropy.Instance, this, labels);

    /// <summary>Each element set to 0 with probability <paramref name="rate"/>, the others divided by 1 - rate.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([6]).Dropout(0.5, new Generator(4)));    // [0, 2, 2, 2, 2, 2]
    /// </code></example>
    public Tensor Dropout(double rate, Generator? generator = null) => Dispatch.Run(new Dropout(rate), this, (generator ?? Generator.Default).NextKey());

    /// <summary>Mean 0 and variance 1 over the last axes, then a weight and a bias of the shape of those axes if given; see <see cref="Ops.LayerNorm"/>.</summary>
    /// <param name="axes">How many axes at the end are normalized together.</param>
    /// <param name="weight">Multiplies the result; goes with <paramref name="bias"/>.</param>
    /// <param name="bias">Is added to the result; goes with <paramref name="weight"/>.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <example><code>
    /// Console.WriteLine(Tensor.From(new[,] { { 1f, 3f }, { 10f, 30f } }).LayerNorm());
    /// // [[-1.0000,  1.0000],
    /// //  [-1.0000,  1.0000]]
    /// </code></example>
    public Tensor LayerNorm(int axes = 1, Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5)
    {
        if (weight is null && bias is null) return Dispatch.Run(new LayerNorm(axes, epsilon), this);
        return Dispatch.Run(new LayerNorm(axes, epsilon), (ReadOnlySpan<Tensor>)[this, weight ?? Ones(bias!.Shape, DType), bias ?? Zeros(weight!.Shape, DType)]);
    }

    /// <inheritdoc cref="Ops.BatchMoments"/>
    /// <example><code>
    /// var (mean, variance) = Tensor.From(new[,] { { 1f, 10f }, { 3f, 30f } }).BatchMoments();
    /// Console.WriteLine(mean);    // [ 2, 20]
    /// Console.WriteLine(variance);    // [  1, 100]
    /// </code></example>
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
    /// <example><code>
    /// var x = Tensor.From(new[,] { { 1f, 10f }, { 3f, 30f } });
    /// var (mean, variance) = x.BatchMoments();
    /// Console.WriteLine(x.BatchNorm(mean, variance));
    /// // [[-1.0000, -1.0000],
    /// //  [ 1.0000,  1.0000]]
    /// </code></example>
    public Tensor BatchNorm(Tensor mean, Tensor variance, Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5)
    {
        if (weight is null && bias is null) return Dispatch.Run(new BatchNorm(epsilon), (ReadOnlySpan<Tensor>)[this, mean, variance]);
        return Dispatch.Run(new BatchNorm(epsilon), (ReadOnlySpan<Tensor>)[this, mean, variance, weight ?? Ones(bias!.Shape, DType), bias ?? Zeros(weight!.Shape, DType)]);
    }

    /// <summary>Each channel of [batch, channels, ...] normalized by its own mean and variance, and these; see <see cref="Ops.BatchNormTraining"/>.</summary>
    /// <param name="weight">[channels]; multiplies the result; goes with <paramref name="bias"/>.</param>
    /// <param name="bias">[channels]; is added to the result; goes with <paramref name="weight"/>.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <example><code>
    /// var (y, mean, variance) = Tensor.From(new[,] { { 1f, 10f }, { 3f, 30f } }).BatchNormTraining();
    /// Console.WriteLine(y);
    /// // [[-1.0000, -1.0000],
    /// //  [ 1.0000,  1.0000]]
    /// Console.WriteLine(variance);    // [  1, 100]
    /// </code></example>
    public (Tensor Result, Tensor Mean, Tensor Variance) BatchNormTraining(Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5)
    {
        var op = new BatchNormTraining(epsilon);
        var y = weight is null && bias is null
            ? Dispatch.RunAll(op, this)
            : Dispatch.RunAll(op, this, weight ?? Ones(bias!.Shape, DType), bias ?? Zeros(weight!.Shape, DType));
        return (y[0], y[1], y[2]);
    }
}
