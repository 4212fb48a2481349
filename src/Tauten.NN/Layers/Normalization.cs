using System.Globalization;

namespace Tauten.NN;

/// <summary>Mean 0 and variance 1 over the channels of each group and all axes behind them, then a weight and a bias for each channel (Wu, He, 2018); see <see cref="Tensor.GroupNorm"/>.</summary>
/// <remarks>Parameters: <c>weight</c> and <c>bias</c> [channels], at first 1 and 0.</remarks>
/// <example><code>
/// Console.WriteLine(new GroupNorm(groups: 2, channels: 4).Call(Tensor.From([1f, 3, 10, 30]).Reshape(1, 4, 1)));
/// // [[[-1.0000],
/// //   [ 1.0000],
/// //   [-1.0000],
/// //   [ 1.0000]]]
/// </code></example>
public sealed partial class GroupNorm : Module<Tensor, Tensor>
{
    readonly Parameter? weight, bias;
    readonly int groups;
    readonly long channels;
    readonly double epsilon;

    /// <summary>A layer for this many channels.</summary>
    /// <param name="groups">The number of groups, a divisor of the channels.</param>
    /// <param name="channels">The size of axis 1.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="affine">Whether there are a weight and a bias.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">A size is less than 1, or the channels cannot be split into the groups.</exception>
    public GroupNorm(int groups, long channels, double epsilon = 1e-5, bool affine = true, DType dtype = DType.Float32)
    {
        Initial.Size(groups, nameof(GroupNorm), nameof(groups));
        Initial.Size(channels, nameof(GroupNorm), nameof(channels));
        if (channels % groups != 0) throw new ShapeException($"GroupNorm: {channels} channels cannot be split into {groups} groups.");
        (this.groups, this.channels, this.epsilon) = (groups, channels, Initial.Epsilon(epsilon));
        (weight, bias) = affine ? (Initial.Constant(Shape.Of(channels), 1, dtype), Initial.Constant(Shape.Of(channels), 0, dtype)) : default;
    }

    /// <summary>[channels]; null if the layer is not affine.</summary>
    public Parameter? Weight => weight;

    /// <summary>[channels]; null if the layer is not affine.</summary>
    public Parameter? Bias => bias;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        if (x.Rank < 2 || (x.Shape[1].IsKnown && x.Shape[1] != channels)) throw new ShapeException($"GroupNorm: expected an input [batch, {channels}, ...]. Received: shape {x.Shape}.");
        return x.GroupNorm(groups, weight?.Borrow(), bias?.Borrow(), epsilon);
    }

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"{groups} groups of {channels}, epsilon {epsilon}{(weight is null ? ", not affine" : "")}");
}

/// <summary>
/// Mean 0 and variance 1 over the axes behind each channel of each example, then a weight and a bias for each channel if affine (Ulyanov, Vedaldi, Lempitsky, 2016); see
/// <see cref="Tensor.InstanceNorm"/>. A layer that tracks running statistics, the means of those of the examples, uses them in eval mode.
/// </summary>
/// <remarks>
/// Parameters of an affine layer: <c>weight</c> and <c>bias</c> [channels], at first 1 and 0. Buffers of one that tracks: <c>running_mean</c> and <c>running_var</c> [channels], at first 0 and 1, and
/// <c>num_batches_tracked</c>.
/// </remarks>
public abstract class InstanceNormLayer : Module<Tensor, Tensor>
{
    readonly Parameter? weight, bias;
    readonly RunningMoments? running;
    readonly int axes;
    readonly long channels;
    readonly double epsilon;

    private protected InstanceNormLayer(int axes, long channels, double epsilon, double momentum, bool affine, bool trackRunningStats, DType dtype)
    {
        (this.axes, this.channels, this.epsilon) = (axes, Initial.Size(channels, TypeName, nameof(channels)), Initial.Epsilon(epsilon));
        (weight, bias) = affine ? (Initial.Constant(Shape.Of(channels), 1, dtype), Initial.Constant(Shape.Of(channels), 0, dtype)) : default;
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
        int at = x.Rank - axes - 1;
        if (at is < 0 or > 1 || (x.Shape[at].IsKnown && x.Shape[at] != channels))
            throw new ShapeException($"{TypeName}: expected an input [batch, {channels}, ...] with {axes} axes behind the channels; the batch may be missing. Received: shape {x.Shape}.");
        var batch = at == 0 ? x.Unsqueeze(0) : x;
        var y = !IsTraining && running is not null
            ? batch.BatchNorm(running.Mean.Borrow(), running.Variance.Borrow(), weight?.Borrow(), bias?.Borrow(), epsilon)
            : batch.GroupNorm(checked((int)channels), weight?.Borrow(), bias?.Borrow(), epsilon);
        if (IsTraining && running is not null) Follow(running, batch);
        return at == 0 ? y.Squeeze(0) : y;
    }

    void Follow(RunningMoments moments, Tensor x)
    {
        using var untracked = Gradients.NoGrad();
        Dim count = 1;
        for (int axis = 2; axis < x.Rank; axis++) count *= x.Shape[axis];
        var (variance, mean) = x.Detach().VarMean(Dims.Create([.. Enumerable.Range(2, axes).Select(axis => (long)axis)]), 0);
        moments.Follow(mean.Mean(0), variance.Mean(0), count);
    }

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"{channels}, epsilon {epsilon}{running?.Details}{(weight is null ? "" : ", affine")}");
}

/// <summary>Instance normalization of [batch, channels, length]; the batch may be missing; see <see cref="InstanceNormLayer"/>.</summary>
/// <param name="channels">The number of channels.</param>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="momentum">The weight of a new batch in the running statistics, 0 to 1.</param>
/// <param name="affine">Whether there are a weight and a bias.</param>
/// <param name="trackRunningStats">Whether running statistics are kept, for eval mode.</param>
/// <param name="dtype">The element type of the parameters, which the input must have too.</param>
/// <example><code>
/// Console.WriteLine(new InstanceNorm1d(2).Call(Tensor.From([1f, 3, 10, 30]).Reshape(1, 2, 2)));
/// // [[[-1.0000,  1.0000],
/// //   [-1.0000,  1.0000]]]
/// </code></example>
public sealed class InstanceNorm1d(long channels, double epsilon = 1e-5, double momentum = 0.1, bool affine = false, bool trackRunningStats = false, DType dtype = DType.Float32)
    : InstanceNormLayer(1, channels, epsilon, momentum, affine, trackRunningStats, dtype);

/// <summary>Instance normalization of [batch, channels, height, width]; the batch may be missing; see <see cref="InstanceNormLayer"/>.</summary>
/// <param name="channels">The number of channels.</param>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="momentum">The weight of a new batch in the running statistics, 0 to 1.</param>
/// <param name="affine">Whether there are a weight and a bias.</param>
/// <param name="trackRunningStats">Whether running statistics are kept, for eval mode.</param>
/// <param name="dtype">The element type of the parameters, which the input must have too.</param>
/// <example><code>
/// Console.WriteLine(new InstanceNorm2d(16).Call(Tensor.Ones([8, 16, 32, 32])).Shape);    // [8, 16, 32, 32]
/// </code></example>
public sealed class InstanceNorm2d(long channels, double epsilon = 1e-5, double momentum = 0.1, bool affine = false, bool trackRunningStats = false, DType dtype = DType.Float32)
    : InstanceNormLayer(2, channels, epsilon, momentum, affine, trackRunningStats, dtype);

/// <summary>Instance normalization of [batch, channels, depth, height, width]; the batch may be missing; see <see cref="InstanceNormLayer"/>.</summary>
/// <param name="channels">The number of channels.</param>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="momentum">The weight of a new batch in the running statistics, 0 to 1.</param>
/// <param name="affine">Whether there are a weight and a bias.</param>
/// <param name="trackRunningStats">Whether running statistics are kept, for eval mode.</param>
/// <param name="dtype">The element type of the parameters, which the input must have too.</param>
/// <example><code>
/// Console.WriteLine(new InstanceNorm3d(16).Call(Tensor.Ones([8, 16, 4, 8, 8])).Shape);    // [8, 16, 4, 8, 8]
/// </code></example>
public sealed class InstanceNorm3d(long channels, double epsilon = 1e-5, double momentum = 0.1, bool affine = false, bool trackRunningStats = false, DType dtype = DType.Float32)
    : InstanceNormLayer(3, channels, epsilon, momentum, affine, trackRunningStats, dtype);

/// <summary>Divides by the root of the mean square over the last axes, then multiplies by a weight (Zhang, Sennrich, 2019); see <see cref="Tensor.RmsNorm"/>.</summary>
/// <remarks>Parameter: <c>weight</c> of the normalized shape, at first 1.</remarks>
/// <example><code>
/// Console.WriteLine(new RMSNorm(2).Call(Tensor.From(new[,] { { 3f, 4f } })));    // [[0.8485, 1.1314]]
/// </code></example>
public sealed partial class RMSNorm : Module<Tensor, Tensor>
{
    readonly Parameter? weight;
    readonly Shape shape;
    readonly double epsilon;

    /// <summary>A layer for inputs that end with this shape.</summary>
    /// <param name="normalizedShape">The sizes of the last axes.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <param name="affine">Whether there is a weight.</param>
    /// <param name="dtype">The element type of the weight, which the input must have too.</param>
    /// <exception cref="ShapeException">There is no axis, or a size is less than 1.</exception>
    public RMSNorm(Dims normalizedShape, double epsilon = 1e-5, bool affine = true, DType dtype = DType.Float32)
    {
        if (normalizedShape.Count == 0) throw new ShapeException("RMSNorm: normalizedShape must have at least one axis. Received: [].");
        foreach (long size in normalizedShape.Span) Initial.Size(size, nameof(RMSNorm), nameof(normalizedShape));
        (shape, this.epsilon) = (Shape.Of(normalizedShape.Span), Initial.Epsilon(epsilon));
        weight = affine ? Initial.Constant(shape, 1, dtype) : null;
    }

    /// <summary>The normalized shape; null if the layer is not affine.</summary>
    public Parameter? Weight => weight;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        LayerNorm.Check(nameof(RMSNorm), x, shape);
        return x.RmsNorm(shape.Rank, weight?.Borrow(), epsilon);
    }

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"{shape}, epsilon {epsilon}{(weight is null ? ", not affine" : "")}");
}

/// <summary>x / (k + alpha m)^beta, where m is the mean of the squares of neighbouring channels (Krizhevsky, Sutskever, Hinton, 2012); see <see cref="Tensor.LocalResponseNorm"/>.</summary>
/// <param name="size">How many channels count.</param>
/// <param name="alpha">The factor of the mean.</param>
/// <param name="beta">The exponent.</param>
/// <param name="k">What is added to it.</param>
/// <example><code>
/// Console.WriteLine(new LocalResponseNorm(size: 3, alpha: 3, beta: 1).Call(Tensor.Ones([1, 3, 2])));
/// // [[[0.3333, 0.3333],
/// //   [0.2500, 0.2500],
/// //   [0.3333, 0.3333]]]
/// </code></example>
public sealed class LocalResponseNorm(long size, double alpha = 1e-4, double beta = 0.75, double k = 1) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.LocalResponseNorm(size, alpha, beta, k);

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"{size}, alpha {alpha}, beta {beta}, k {k}");
}
