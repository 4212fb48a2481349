using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>Mean 0 and variance 1 over each group of channels of [batch, channels, ...], then a weight and a bias for each channel if given; see <see cref="Ops.GroupNorm"/>.</summary>
    /// <param name="groups">The number of groups of neighbouring channels.</param>
    /// <param name="weight">[channels]; multiplies the result; goes with <paramref name="bias"/>.</param>
    /// <param name="bias">[channels]; is added to the result; goes with <paramref name="weight"/>.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <example><code>
    /// var x = Tensor.From([1f, 3, 10, 30]).Reshape(1, 4, 1);        // four channels in two groups
    /// Console.WriteLine(x.GroupNorm(2).Flatten());    // [-1.0000,  1.0000, -1.0000,  1.0000]
    /// </code></example>
    /// <exception cref="ShapeException">The channels cannot be split into the groups, or a shape does not fit.</exception>
    public Tensor GroupNorm(int groups, Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5)
    {
        if (weight is null && bias is null) return Dispatch.Run(new GroupNorm(groups, epsilon), this);
        return Dispatch.Run(new GroupNorm(groups, epsilon), (ReadOnlySpan<Tensor>)[this, weight ?? Ones(bias!.Shape, DType), bias ?? Zeros(weight!.Shape, DType)]);
    }

    /// <summary>
    /// Mean 0 and variance 1 over the axes behind each channel of [batch, channels, ...], then a weight and a bias for each channel if given: a
    /// <see cref="Ops.GroupNorm"/> in which each channel is a group (Ulyanov, Vedaldi, Lempitsky: "Instance Normalization", 2016).
    /// </summary>
    /// <param name="weight">[channels]; multiplies the result; goes with <paramref name="bias"/>.</param>
    /// <param name="bias">[channels]; is added to the result; goes with <paramref name="weight"/>.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <example><code>
    /// var x = Tensor.From([1f, 3, 10, 30]).Reshape(1, 2, 2);        // each channel of each sample by itself
    /// Console.WriteLine(x.InstanceNorm());
    /// // [[[-1.0000,  1.0000],
    /// //   [-1.0000,  1.0000]]]
    /// </code></example>
    /// <exception cref="ShapeException">The rank is less than 3, or a shape does not fit.</exception>
    public Tensor InstanceNorm(Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5) =>
        Rank >= 3 ? GroupNorm(checked((int)Shape[1].Value), weight, bias, epsilon) : throw new ShapeException($"InstanceNorm: expected an input [batch, channels, ...] with axes behind the channels. Received: {Shape}.");

    /// <summary>Divided by the root of the mean square over the last axes, then times a weight of the shape of those axes if given; see <see cref="Ops.RmsNorm"/>.</summary>
    /// <param name="axes">How many axes at the end are normalized together.</param>
    /// <param name="weight">Multiplies the result.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([3f, 4]).RmsNorm());    // [0.8485, 1.1314]
    /// </code></example>
    /// <exception cref="ShapeException">There are not so many axes, or the weight does not fit.</exception>
    public Tensor RmsNorm(int axes = 1, Tensor? weight = null, double epsilon = 1e-5) =>
        weight is null ? Dispatch.Run(new RmsNorm(axes, epsilon), this) : Dispatch.Run(new RmsNorm(axes, epsilon), this, weight);

    /// <summary>
    /// x / (k + alpha m)^beta, where m is the mean of the squares of <paramref name="size"/> neighbouring channels of [batch, channels, ...], with zeros outside
    /// (Krizhevsky, Sutskever, Hinton: "ImageNet Classification with Deep Convolutional Neural Networks", 2012, which has the sum instead of the mean).
    /// </summary>
    /// <param name="size">How many channels count: as many before a channel as behind it, or one more before.</param>
    /// <param name="alpha">The factor of the mean.</param>
    /// <param name="beta">The exponent.</param>
    /// <param name="k">What is added to it.</param>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([1, 3, 2]).LocalResponseNorm(size: 3, alpha: 3, beta: 1).Squeeze());
    /// // [[0.3333, 0.3333],
    /// //  [0.2500, 0.2500],
    /// //  [0.3333, 0.3333]]
    /// </code></example>
    /// <exception cref="ShapeException">The rank is less than 3, or the size less than 1.</exception>
    public Tensor LocalResponseNorm(long size, double alpha = 1e-4, double beta = 0.75, double k = 1)
    {
        if (Rank < 3 || size < 1) throw new ShapeException($"LocalResponseNorm: expected an input [batch, channels, ...] with axes behind the channels, and a size of at least 1. Received: {Shape} and {size}.");
        if (Shape.IsKnown && Shape.Count == 0) return this;
        var squares = Square().Flatten(2, -1).Unsqueeze(1);
        var pool = new AvgPool([size, 1], [1, 1], [size / 2, 0, (size - 1) / 2, 0], true);
        return this / (Dispatch.Run(pool, squares).Reshape(Shape) * alpha + k).Pow(beta);
    }

    /// <summary>The rows of a table [entries, width] that this tensor of indices (int64 or int32) names: the table's width becomes a new last axis.</summary>
    /// <param name="weight">The table.</param>
    /// <param name="paddingIndex">An entry whose row is left alone by gradients; negative counts from the end.</param>
    /// <example><code>
    /// var table = Tensor.From(new[,] { { 0f, 0f }, { 1f, 10f }, { 2f, 20f } });
    /// Console.WriteLine(Tensor.From([2L, 1]).Embedding(table));
    /// // [[ 2, 20],
    /// //  [ 1, 10]]
    /// </code></example>
    /// <exception cref="IndexException">An index lies outside of the table.</exception>
    public Tensor Embedding(Tensor weight, long? paddingIndex = null)
    {
        if (weight.Rank != 2) throw new ShapeException($"Embedding: expected a table [entries, width]. Received: {weight.Shape}.");
        var rows = weight.IndexSelect(0, this);
        if (paddingIndex is not { } padding) return rows;
        if (weight.Shape[0].IsKnown && (padding < -weight.Shape[0] || padding >= weight.Shape[0])) throw new IndexException($"Embedding: the padding index {padding} lies outside of the table {weight.Shape}.");
        var row = padding < 0 ? DimScalar(weight.Shape[0] + padding, DType) : Scalar(padding, DType);
        return Where(EqualTo(row).Unsqueeze(-1), rows.Detach(), rows);
    }
}
