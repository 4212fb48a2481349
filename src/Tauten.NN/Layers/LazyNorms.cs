namespace Tauten.NN;

/// <summary>What normalizations share that learn the number of their channels; see <see cref="LazyLayer{TLayer}"/>.</summary>
/// <typeparam name="TLayer">The normalization that is made.</typeparam>
public abstract class LazyNormLayer<TLayer> : LazyLayer<TLayer>
    where TLayer : Module<Tensor, Tensor>
{
    readonly bool affine, tracked;

    private protected LazyNormLayer(int axes, bool affine, bool tracked, Func<long, TLayer> make) : base(axes, make) => (this.affine, this.tracked) = (affine, tracked);

    private protected override IReadOnlyList<string> Names => [.. affine ? (string[])["weight", "bias"] : [], .. tracked ? (string[])["running_mean", "running_var", "num_batches_tracked"] : []];

    private protected override long? ChannelsOf(Func<string, TensorSpec?> state) => (state("weight") ?? state("running_mean")) is { Shape.Rank: 1 } spec ? spec.Shape[0].Value : null;
}

/// <summary>A <see cref="BatchNorm1d"/> that learns the number of its channels at the first call; see <see cref="LazyLayer{TLayer}"/>.</summary>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="momentum">The weight of a new batch in the running statistics, 0 to 1; null for the mean of all batches.</param>
/// <param name="affine">Whether there are a weight and a bias.</param>
/// <param name="trackRunningStats">Whether running statistics are kept, for eval mode.</param>
/// <param name="dtype">The element type of parameters and buffers, which the input must have too.</param>
/// <example><code>
/// var layer = new LazyBatchNorm1d();
/// Console.WriteLine(layer.Call(Tensor.Ones([2, 3, 8])).Shape);    // [2, 3, 8]
/// Console.WriteLine(layer.State()["running_mean"].Shape);         // [3]
/// </code></example>
public sealed class LazyBatchNorm1d(double epsilon = 1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStats = true, DType dtype = DType.Float32)
    : LazyNormLayer<BatchNorm1d>(0, affine, trackRunningStats, channels => new(channels, epsilon, momentum, affine, trackRunningStats, dtype));

/// <summary>A <see cref="BatchNorm2d"/> that learns the number of its channels at the first call; see <see cref="LazyLayer{TLayer}"/>.</summary>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="momentum">The weight of a new batch in the running statistics, 0 to 1; null for the mean of all batches.</param>
/// <param name="affine">Whether there are a weight and a bias.</param>
/// <param name="trackRunningStats">Whether running statistics are kept, for eval mode.</param>
/// <param name="dtype">The element type of parameters and buffers, which the input must have too.</param>
/// <example><code>
/// var layer = new LazyBatchNorm2d();
/// Console.WriteLine(layer.Call(Tensor.Ones([2, 3, 8, 8])).Shape);    // [2, 3, 8, 8]
/// Console.WriteLine(layer.State()["running_mean"].Shape);            // [3]
/// </code></example>
public sealed class LazyBatchNorm2d(double epsilon = 1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStats = true, DType dtype = DType.Float32)
    : LazyNormLayer<BatchNorm2d>(0, affine, trackRunningStats, channels => new(channels, epsilon, momentum, affine, trackRunningStats, dtype));

/// <summary>A <see cref="BatchNorm3d"/> that learns the number of its channels at the first call; see <see cref="LazyLayer{TLayer}"/>.</summary>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="momentum">The weight of a new batch in the running statistics, 0 to 1; null for the mean of all batches.</param>
/// <param name="affine">Whether there are a weight and a bias.</param>
/// <param name="trackRunningStats">Whether running statistics are kept, for eval mode.</param>
/// <param name="dtype">The element type of parameters and buffers, which the input must have too.</param>
/// <example><code>
/// var layer = new LazyBatchNorm3d();
/// Console.WriteLine(layer.Call(Tensor.Ones([2, 3, 8, 8, 8])).Shape);    // [2, 3, 8, 8, 8]
/// Console.WriteLine(layer.State()["running_mean"].Shape);               // [3]
/// </code></example>
public sealed class LazyBatchNorm3d(double epsilon = 1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStats = true, DType dtype = DType.Float32)
    : LazyNormLayer<BatchNorm3d>(0, affine, trackRunningStats, channels => new(channels, epsilon, momentum, affine, trackRunningStats, dtype));

/// <summary>An <see cref="InstanceNorm1d"/> that learns the number of its channels at the first call; see <see cref="LazyLayer{TLayer}"/>.</summary>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="momentum">The weight of a new batch in the running statistics, 0 to 1.</param>
/// <param name="affine">Whether there are a weight and a bias.</param>
/// <param name="trackRunningStats">Whether running statistics are kept, for eval mode.</param>
/// <param name="dtype">The element type of the parameters, which the input must have too.</param>
/// <example><code>
/// var layer = new LazyInstanceNorm1d();
/// Console.WriteLine(layer.Call(Tensor.Ones([2, 3, 8])).Shape);    // [2, 3, 8]
/// Console.WriteLine(layer.State()["weight"].Shape);               // [3]
/// </code></example>
public sealed class LazyInstanceNorm1d(double epsilon = 1e-5, double momentum = 0.1, bool affine = true, bool trackRunningStats = true, DType dtype = DType.Float32)
    : LazyNormLayer<InstanceNorm1d>(1, affine, trackRunningStats, channels => new(channels, epsilon, momentum, affine, trackRunningStats, dtype));

/// <summary>An <see cref="InstanceNorm2d"/> that learns the number of its channels at the first call; see <see cref="LazyLayer{TLayer}"/>.</summary>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="momentum">The weight of a new batch in the running statistics, 0 to 1.</param>
/// <param name="affine">Whether there are a weight and a bias.</param>
/// <param name="trackRunningStats">Whether running statistics are kept, for eval mode.</param>
/// <param name="dtype">The element type of the parameters, which the input must have too.</param>
/// <example><code>
/// var layer = new LazyInstanceNorm2d();
/// Console.WriteLine(layer.Call(Tensor.Ones([2, 3, 8, 8])).Shape);    // [2, 3, 8, 8]
/// Console.WriteLine(layer.State()["weight"].Shape);                  // [3]
/// </code></example>
public sealed class LazyInstanceNorm2d(double epsilon = 1e-5, double momentum = 0.1, bool affine = true, bool trackRunningStats = true, DType dtype = DType.Float32)
    : LazyNormLayer<InstanceNorm2d>(2, affine, trackRunningStats, channels => new(channels, epsilon, momentum, affine, trackRunningStats, dtype));

/// <summary>An <see cref="InstanceNorm3d"/> that learns the number of its channels at the first call; see <see cref="LazyLayer{TLayer}"/>.</summary>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="momentum">The weight of a new batch in the running statistics, 0 to 1.</param>
/// <param name="affine">Whether there are a weight and a bias.</param>
/// <param name="trackRunningStats">Whether running statistics are kept, for eval mode.</param>
/// <param name="dtype">The element type of the parameters, which the input must have too.</param>
/// <example><code>
/// var layer = new LazyInstanceNorm3d();
/// Console.WriteLine(layer.Call(Tensor.Ones([2, 3, 8, 8, 8])).Shape);    // [2, 3, 8, 8, 8]
/// Console.WriteLine(layer.State()["weight"].Shape);                     // [3]
/// </code></example>
public sealed class LazyInstanceNorm3d(double epsilon = 1e-5, double momentum = 0.1, bool affine = true, bool trackRunningStats = true, DType dtype = DType.Float32)
    : LazyNormLayer<InstanceNorm3d>(3, affine, trackRunningStats, channels => new(channels, epsilon, momentum, affine, trackRunningStats, dtype));
