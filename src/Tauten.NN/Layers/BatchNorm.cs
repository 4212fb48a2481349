using System.Globalization;

namespace Tauten.NN;

/// <summary>
/// Normalizes each channel of [batch, channels, ...]: (x - mean) / sqrt(variance + epsilon) * weight + bias (Ioffe, Szegedy, 2015). In training, mean and
/// (biased) variance are those of the batch, and running ones are kept: running = (1 - momentum) * running + momentum * batch, with the unbiased
/// variance, as PyTorch does. In eval mode the running ones are used, and nothing is changed. Without running statistics those of the batch are used always.
/// </summary>
/// <remarks>
/// Parameters: <c>weight</c> and <c>bias</c> [channels], at first 1 and 0. Buffers: <c>running_mean</c> and <c>running_var</c> [channels], at first 0 and 1, and
/// <c>num_batches_tracked</c>, which PyTorch's files have too. Statistics are those of the batch that this process sees; PyTorch's SyncBatchNorm, which merges those of
/// several processes, has no counterpart.
/// </remarks>
public abstract class BatchNormLayer : Module<Tensor, Tensor>
{
    readonly Parameter? weight, bias;
    readonly RunningMoments? running;
    readonly long channels;
    readonly double epsilon;

    private protected BatchNormLayer(long channels, double epsilon, double? momentum, bool affine, bool trackRunningStats, DType dtype)
    {
        var shape = Shape.Of(Initial.Size(channels, TypeName, nameof(channels)));
        (this.channels, this.epsilon) = (channels, Initial.Epsilon(epsilon));
        (weight, bias) = affine ? (Initial.Constant(shape, 1, dtype), Initial.Constant(shape, 0, dtype)) : default;
        running = RunningMoments.Create(channels, momentum, trackRunningStats, dtype);
    }

    /// <summary>[channels]; null if the layer is not affine.</summary>
    public Parameter? Weight => weight;

    /// <summary>[channels]; null if the layer is not affine.</summary>
    public Parameter? Bias => bias;

    /// <summary>The running mean, [channels]; null if none is kept.</summary>
    public Buffer? RunningMean => running?.Mean;

    /// <summary>The running unbiased variance, [channels]; null if none is kept.</summary>
    public Buffer? RunningVariance => running?.Variance;

    /// <summary>Added to the variance.</summary>
    internal double Epsilon => epsilon;

    private protected abstract bool Takes(int rank);

    /// <summary>The axes behind the channels, for messages.</summary>
    private protected abstract string Axes { get; }

    private protected long Count => channels;

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        visitor.Visit("weight", weight);
        visitor.Visit("bias", bias);
        running?.Enumerate(visitor);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        if (!Takes(x.Rank) || (x.Shape[1].IsKnown && x.Shape[1] != channels)) throw new ShapeException($"{TypeName}: expected an input [batch, {channels}{Axes}]. Received: shape {x.Shape}.");
        if (!IsTraining && running is not null) return x.BatchNorm(running.Mean.Borrow(), running.Variance.Borrow(), weight?.Borrow(), bias?.Borrow(), epsilon);
        Dim count = x.Shape[0];
        for (int axis = 2; axis < x.Rank; axis++) count *= x.Shape[axis];
        if (count.IsKnown && count < 2) throw new ShapeException($"{TypeName}: in training each channel needs at least 2 values. Received: shape {x.Shape}. Use a larger batch, or Eval().");
        var (y, mean, variance) = x.BatchNormTraining(weight?.Borrow(), bias?.Borrow(), epsilon);
        if (IsTraining) running?.Follow(mean, variance, count);
        return y;
    }

    /// <inheritdoc/>
    protected override string Details() =>
        string.Create(CultureInfo.InvariantCulture, $"{channels}, epsilon {epsilon}{running?.Details ?? ", nothing tracked"}{(weight is null ? ", not affine" : "")}");
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
    /// <param name="momentum">The weight of a new batch in the running statistics, 0 to 1; null for the mean of all batches.</param>
    /// <param name="affine">Whether there are a weight and a bias.</param>
    /// <param name="trackRunningStats">Whether running statistics are kept, for eval mode.</param>
    /// <param name="dtype">The element type of parameters and buffers, which the input must have too.</param>
    /// <exception cref="ShapeException"><paramref name="channels"/> is less than 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is negative, or <paramref name="momentum"/> is not between 0 and 1.</exception>
    public BatchNorm1d(long channels, double epsilon = 1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStats = true, DType dtype = DType.Float32)
        : base(channels, epsilon, momentum, affine, trackRunningStats, dtype) { }

    private protected override bool Takes(int rank) => rank is 2 or 3;

    private protected override string Axes => $"] or [batch, {Count}, length";
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
    /// <param name="momentum">The weight of a new batch in the running statistics, 0 to 1; null for the mean of all batches.</param>
    /// <param name="affine">Whether there are a weight and a bias.</param>
    /// <param name="trackRunningStats">Whether running statistics are kept, for eval mode.</param>
    /// <param name="dtype">The element type of parameters and buffers, which the input must have too.</param>
    /// <exception cref="ShapeException"><paramref name="channels"/> is less than 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is negative, or <paramref name="momentum"/> is not between 0 and 1.</exception>
    public BatchNorm2d(long channels, double epsilon = 1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStats = true, DType dtype = DType.Float32)
        : base(channels, epsilon, momentum, affine, trackRunningStats, dtype) { }

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
    /// <param name="momentum">The weight of a new batch in the running statistics, 0 to 1; null for the mean of all batches.</param>
    /// <param name="affine">Whether there are a weight and a bias.</param>
    /// <param name="trackRunningStats">Whether running statistics are kept, for eval mode.</param>
    /// <param name="dtype">The element type of parameters and buffers, which the input must have too.</param>
    /// <exception cref="ShapeException"><paramref name="channels"/> is less than 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is negative, or <paramref name="momentum"/> is not between 0 and 1.</exception>
    public BatchNorm3d(long channels, double epsilon = 1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStats = true, DType dtype = DType.Float32)
        : base(channels, epsilon, momentum, affine, trackRunningStats, dtype) { }

    private protected override bool Takes(int rank) => rank == 5;

    private protected override string Axes => ", depth, height, width";
}
