using System.Globalization;

namespace Tauten.NN;

/// <summary>
/// Normalizes each channel of [batch, channels, ...]: (x - mean) / sqrt(variance + epsilon) * weight + bias (Ioffe, Szegedy, 2015). In training, mean and
/// (biased) variance are those of the batch, and running ones are kept: running = (1 - momentum) * running + momentum * batch, with the unbiased
/// variance, as PyTorch does. In eval mode the running ones are used, and nothing is changed.
/// </summary>
/// <remarks>
/// Parameters: <c>weight</c> and <c>bias</c> [channels], at first 1 and 0. Buffers: <c>running_mean</c> and <c>running_var</c> [channels], at first 0 and 1, and
/// <c>num_batches_tracked</c>, which PyTorch's files have too.
/// </remarks>
public abstract class BatchNormLayer : Module<Tensor, Tensor>
{
    readonly Parameter? weight, bias;
    readonly Buffer runningMean, runningVariance, batches;
    readonly double epsilon, momentum;

    private protected BatchNormLayer(long channels, double epsilon, double momentum, bool affine, DType dtype)
    {
        var shape = Shape.Of(Initial.Size(channels, TypeName, nameof(channels)));
        if (!(epsilon >= 0)) throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "Expected a number that is not negative.");
        if (!(momentum is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "Expected 0 to 1.");
        (this.epsilon, this.momentum) = (epsilon, momentum);
        (weight, bias) = affine ? (Initial.Constant(shape, 1, dtype), Initial.Constant(shape, 0, dtype)) : default;
        (runningMean, runningVariance, batches) = (Initial.State(shape, 0, dtype), Initial.State(shape, 1, dtype), Initial.State(Shape.Scalar, 0, DType.Int64));
    }

    /// <summary>[channels]; null if the layer is not affine.</summary>
    public Parameter? Weight => weight;

    /// <summary>[channels]; null if the layer is not affine.</summary>
    public Parameter? Bias => bias;

    /// <summary>The running mean, [channels].</summary>
    public Buffer RunningMean => runningMean;

    /// <summary>The running unbiased variance, [channels].</summary>
    public Buffer RunningVariance => runningVariance;

    private protected abstract bool Takes(int rank);

    /// <summary>The axes behind the channels, for messages.</summary>
    private protected abstract string Axes { get; }

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        visitor.Visit("weight", weight);
        visitor.Visit("bias", bias);
        visitor.Visit("running_mean", runningMean);
        visitor.Visit("running_var", runningVariance);
        visitor.Visit("num_batches_tracked", batches);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Dim channels = runningMean.Shape[0];
        if (!Takes(x.Rank) || (x.Shape[1].IsKnown && x.Shape[1] != channels)) throw new ShapeException($"{TypeName}: expected an input [batch, {channels}{Axes}]. Received: shape {x.Shape}.");
        if (!IsTraining) return x.BatchNorm(runningMean.Borrow(), runningVariance.Borrow(), weight?.Borrow(), bias?.Borrow(), epsilon);
        Dim count = x.Shape[0];
        for (int axis = 2; axis < x.Rank; axis++) count *= x.Shape[axis];
        if (count.IsKnown && count < 2) throw new ShapeException($"{TypeName}: in training each channel needs at least 2 values. Received: shape {x.Shape}. Use a larger batch, or Eval().");
        var (mean, variance) = x.BatchMoments();
        Follow(mean, variance, count);
        return x.BatchNorm(mean, variance, weight?.Borrow(), bias?.Borrow(), epsilon);
    }

    void Follow(Tensor mean, Tensor variance, Dim count)
    {
        using var untracked = Gradients.NoGrad();
        var unbiased = (variance * Tensor.DimScalar(count, variance.DType)).DividedBy(count, 1);
        Assign(runningMean, runningMean.Borrow() * (1 - momentum) + mean * momentum);
        Assign(runningVariance, runningVariance.Borrow() * (1 - momentum) + unbiased * momentum);
        Assign(batches, batches.Borrow() + 1);
    }

    static void Assign(Buffer buffer, Tensor made)
    {
        if (Ambient.Current.Capture is null) buffer.Adopt(made);
        else buffer.Value = made;
    }

    /// <inheritdoc/>
    protected override string Details() =>
        string.Create(CultureInfo.InvariantCulture, $"{runningMean.Shape[0]}, epsilon {epsilon}, momentum {momentum}{(weight is null ? ", not affine" : "")}");
}

/// <summary>Batch normalization of [batch, channels] or [batch, channels, length]; see <see cref="BatchNormLayer"/>.</summary>
/// <example><code>
/// var layer = new BatchNorm1d(2);
/// Console.WriteLine(layer.Call(Tensor.From(new[,] { { 1f, 10f }, { 3f, 30f } })));
/// // [[-1.0000, -1.0000],
/// //  [ 1.0000,  1.0000]]
/// </code></example>
public sealed class BatchNorm1d : BatchNormLayer
{
    /// <summary>A layer for this many channels.</summary>
    /// <param name="channels">The size of axis 1.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="momentum">The weight of a new batch in the running statistics, 0 to 1.</param>
    /// <param name="affine">Whether there are a weight and a bias.</param>
    /// <param name="dtype">The element type of parameters and buffers, which the input must have too.</param>
    /// <exception cref="ShapeException"><paramref name="channels"/> is less than 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is negative, or <paramref name="momentum"/> is not between 0 and 1.</exception>
    public BatchNorm1d(long channels, double epsilon = 1e-5, double momentum = 0.1, bool affine = true, DType dtype = DType.Float32) : base(channels, epsilon, momentum, affine, dtype) { }

    private protected override bool Takes(int rank) => rank is 2 or 3;

    private protected override string Axes => $"] or [batch, {RunningMean.Shape[0]}, length";
}

/// <summary>Batch normalization of [batch, channels, height, width]; see <see cref="BatchNormLayer"/>.</summary>
/// <example><code>
/// var layer = new BatchNorm2d(16);
/// Console.WriteLine(layer.Call(Tensor.Ones([8, 16, 32, 32])).Shape);    // [8, 16, 32, 32]
/// foreach (var (name, value) in layer.State()) Console.WriteLine($"{name} {value.Shape}");
/// // weight [16]
/// // bias [16]
/// // running_mean [16]
/// // running_var [16]
/// // num_batches_tracked []
/// </code></example>
public sealed class BatchNorm2d : BatchNormLayer
{
    /// <summary>A layer for this many channels.</summary>
    /// <param name="channels">The size of axis 1.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="momentum">The weight of a new batch in the running statistics, 0 to 1.</param>
    /// <param name="affine">Whether there are a weight and a bias.</param>
    /// <param name="dtype">The element type of parameters and buffers, which the input must have too.</param>
    /// <exception cref="ShapeException"><paramref name="channels"/> is less than 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is negative, or <paramref name="momentum"/> is not between 0 and 1.</exception>
    public BatchNorm2d(long channels, double epsilon = 1e-5, double momentum = 0.1, bool affine = true, DType dtype = DType.Float32) : base(channels, epsilon, momentum, affine, dtype) { }

    private protected override bool Takes(int rank) => rank == 4;

    private protected override string Axes => ", height, width";
}

/// <summary>Batch normalization of [batch, channels, depth, height, width]; see <see cref="BatchNormLayer"/>.</summary>
/// <example><code>
/// Console.WriteLine(new BatchNorm3d(16).Call(Tensor.Ones([8, 16, 4, 8, 8])).Shape);    // [8, 16, 4, 8, 8]
/// </code></example>
public sealed class BatchNorm3d : BatchNormLayer
{
    /// <summary>A layer for this many channels.</summary>
    /// <param name="channels">The size of axis 1.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="momentum">The weight of a new batch in the running statistics, 0 to 1.</param>
    /// <param name="affine">Whether there are a weight and a bias.</param>
    /// <param name="dtype">The element type of parameters and buffers, which the input must have too.</param>
    /// <exception cref="ShapeException"><paramref name="channels"/> is less than 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is negative, or <paramref name="momentum"/> is not between 0 and 1.</exception>
    public BatchNorm3d(long channels, double epsilon = 1e-5, double momentum = 0.1, bool affine = true, DType dtype = DType.Float32) : base(channels, epsilon, momentum, affine, dtype) { }

    private protected override bool Takes(int rank) => rank == 5;

    private protected override string Axes => ", depth, height, width";
}
