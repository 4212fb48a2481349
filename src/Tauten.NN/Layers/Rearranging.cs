namespace Tauten.NN;

/// <summary>[batch, channels * factor^2, height, width] as [batch, channels, height * factor, width * factor]; see <see cref="Tensor.PixelShuffle"/>.</summary>
/// <param name="factor">How much larger height and width become.</param>
/// <example><code>
/// Console.WriteLine(new PixelShuffle(2).Call(Tensor.Ones([8, 12, 4, 4])).Shape);    // [8, 3, 8, 8]
/// </code></example>
public sealed class PixelShuffle(long factor) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.PixelShuffle(factor);

    /// <inheritdoc/>
    protected override string Details() => $"factor {factor}";
}

/// <summary>[batch, channels, height * factor, width * factor] as [batch, channels * factor^2, height, width]; see <see cref="Tensor.PixelUnshuffle"/>.</summary>
/// <param name="factor">How much smaller height and width become.</param>
/// <example><code>
/// Console.WriteLine(new PixelUnshuffle(2).Call(Tensor.Ones([8, 3, 8, 8])).Shape);    // [8, 12, 4, 4]
/// </code></example>
public sealed class PixelUnshuffle(long factor) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.PixelUnshuffle(factor);

    /// <inheritdoc/>
    protected override string Details() => $"factor {factor}";
}

/// <summary>The channels of [batch, channels, ...] mixed between groups (Zhang et al.: "ShuffleNet", 2018); see <see cref="Tensor.ChannelShuffle"/>.</summary>
/// <param name="groups">The number of groups.</param>
/// <example><code>
/// Console.WriteLine(new ChannelShuffle(2).Call(Tensor.Arange(0, 6).Reshape(1, 6, 1, 1)));
/// // [[[[0]],
/// //   [[3]],
/// //   [[1]],
/// //   [[4]],
/// //   [[2]],
/// //   [[5]]]]
/// </code></example>
public sealed class ChannelShuffle(long groups) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.ChannelShuffle(groups);

    /// <inheritdoc/>
    protected override string Details() => $"groups {groups}";
}

/// <summary>One axis as several; see <see cref="Tensor.Unflatten"/>.</summary>
/// <param name="axis">The axis that is split.</param>
/// <param name="sizes">Its new sizes; one may be -1.</param>
/// <example><code>
/// Console.WriteLine(new Unflatten(1, [3, 4]).Call(Tensor.Ones([8, 12])).Shape);    // [8, 3, 4]
/// </code></example>
public sealed class Unflatten(int axis, Dims sizes) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Unflatten(axis, [.. sizes.Select(size => (Dim)size)]);

    /// <inheritdoc/>
    protected override string Details() => $"axis {axis} as {sizes}";
}

/// <summary>The windows of [batch, channels, height, width] as columns: [batch, channels * window elements, windows]; see <see cref="Tensor.Unfold(Dims, Dims?, Dims?, Dims?)"/>.</summary>
/// <param name="kernelSize">The size of the window.</param>
/// <param name="dilation">The step inside of the window; 1 if left out.</param>
/// <param name="padding">Zeros on each side; 0 if left out.</param>
/// <param name="stride">The step of the window; 1 if left out.</param>
/// <example><code>
/// Console.WriteLine(new Unfold(2).Call(Tensor.Arange(0, 9).Reshape(1, 1, 3, 3)));
/// // [[[0, 1, 3, 4],
/// //   [1, 2, 4, 5],
/// //   [3, 4, 6, 7],
/// //   [4, 5, 7, 8]]]
/// </code></example>
public sealed class Unfold(Dims kernelSize, Dims? dilation = null, Dims? padding = null, Dims? stride = null) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Unfold(kernelSize, dilation, padding, stride);

    /// <inheritdoc/>
    protected override string Details() => $"kernel {kernelSize}";
}

/// <summary>The columns of <see cref="Unfold"/> added up at their places: [batch, channels, height, width]; see <see cref="Tensor.Fold"/>.</summary>
/// <param name="size">Height and width of the output.</param>
/// <param name="kernelSize">The size of the window.</param>
/// <param name="dilation">The step inside of the window; 1 if left out.</param>
/// <param name="padding">Zeros on each side that are left out; 0 if left out.</param>
/// <param name="stride">The step of the window; 1 if left out.</param>
/// <example><code>
/// Console.WriteLine(new Fold([3, 3], 2).Call(Tensor.Ones([1, 4, 4])));
/// // [[[[1, 2, 1],
/// //    [2, 4, 2],
/// //    [1, 2, 1]]]]
/// </code></example>
public sealed class Fold(Dims size, Dims kernelSize, Dims? dilation = null, Dims? padding = null, Dims? stride = null) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Fold(Shape.Of(size.Span), kernelSize, dilation, padding, stride);

    /// <inheritdoc/>
    protected override string Details() => $"to {size}, kernel {kernelSize}";
}

/// <summary>The cosine of the angle between two tensors along an axis; see <see cref="Tensor.CosineSimilarity"/>.</summary>
/// <param name="axis">The axis along which vectors lie.</param>
/// <param name="epsilon">The least length that a vector is divided by.</param>
/// <example><code>
/// Console.WriteLine(new CosineSimilarity().Call((Tensor.From(new[,] { { 1f, 1f } }), Tensor.From(new[,] { { 0f, 2f } }))));    // [0.7071]
/// </code></example>
public sealed class CosineSimilarity(int axis = 1, double epsilon = 1e-8) : Module<(Tensor First, Tensor Second), Tensor>
{
    /// <summary>The similarity of two tensors.</summary>
    public Tensor Call(Tensor first, Tensor second) => Call((first, second));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor First, Tensor Second) x) => x.First.CosineSimilarity(x.Second, axis, epsilon);
}

/// <summary>The norm of the difference of two tensors along the last axis; see <see cref="Tensor.PairwiseDistance"/>.</summary>
/// <param name="order">The order of the norm.</param>
/// <param name="epsilon">Added to the difference.</param>
/// <param name="keepDims">Whether the last axis stays, with size 1.</param>
/// <example><code>
/// Console.WriteLine(new PairwiseDistance().Call((Tensor.From(new[,] { { 0f, 0f } }), Tensor.From(new[,] { { 3f, 4f } }))));    // [5.0000]
/// </code></example>
public sealed class PairwiseDistance(double order = 2, double epsilon = 1e-6, bool keepDims = false) : Module<(Tensor First, Tensor Second), Tensor>
{
    /// <summary>The distance of two tensors.</summary>
    public Tensor Call(Tensor first, Tensor second) => Call((first, second));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor First, Tensor Second) x) => x.First.PairwiseDistance(x.Second, order, epsilon, keepDims);
}

/// <summary>x weight[o] y + bias[o] for each output o: [.., first] and [.., second] become [.., outputs]; see <see cref="Tensor.Bilinear"/>.</summary>
/// <remarks>Parameters: <c>weight</c> [outputs, first, second] and <c>bias</c> [outputs], at first evenly spread between -1/sqrt(first) and 1/sqrt(first).</remarks>
/// <example><code>
/// Console.WriteLine(new Bilinear(20, 30, 40).Call((Tensor.Ones([8, 20]), Tensor.Ones([8, 30]))).Shape);    // [8, 40]
/// </code></example>
public sealed partial class Bilinear : Module<(Tensor First, Tensor Second), Tensor>
{
    readonly Parameter weight;
    readonly Parameter? bias;

    /// <summary>A layer with random weights.</summary>
    /// <param name="first">The size of the last axis of the first input.</param>
    /// <param name="second">The size of the last axis of the second input.</param>
    /// <param name="outputs">The size of the last axis of the output.</param>
    /// <param name="bias">Whether to add a bias.</param>
    /// <param name="generator">Where the first weights come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the inputs must have too.</param>
    /// <exception cref="ShapeException">A size is less than 1.</exception>
    public Bilinear(long first, long second, long outputs, bool bias = true, Generator? generator = null, DType dtype = DType.Float32)
    {
        Initial.Size(first, nameof(Bilinear), nameof(first));
        Initial.Size(second, nameof(Bilinear), nameof(second));
        Initial.Size(outputs, nameof(Bilinear), nameof(outputs));
        weight = Initial.Fan(Shape.Of(outputs, first, second), first, generator, dtype);
        this.bias = bias ? Initial.Fan(Shape.Of(outputs), first, generator, dtype) : null;
    }

    /// <summary>[outputs, first, second].</summary>
    public Parameter Weight => weight;

    /// <summary>[outputs]; null without bias.</summary>
    public Parameter? Bias => bias;

    /// <summary>The output for two inputs.</summary>
    public Tensor Call(Tensor first, Tensor second) => Call((first, second));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor First, Tensor Second) x)
    {
        if (x.First.Rank == 0 || x.Second.Rank == 0 || !Fits(x.First.Shape[^1], weight.Shape[1]) || !Fits(x.Second.Shape[^1], weight.Shape[2]))
            throw new ShapeException($"Bilinear: expected inputs [.., {weight.Shape[1]}] and [.., {weight.Shape[2]}]. Received: shapes {x.First.Shape} and {x.Second.Shape}.");
        return x.First.Bilinear(x.Second, weight.Borrow(), bias?.Borrow());

        static bool Fits(Dim size, Dim expected) => !size.IsKnown || size == expected;
    }

    /// <inheritdoc/>
    protected override string Details() => $"{weight.Shape[1]}, {weight.Shape[2]} -> {weight.Shape[0]}{(bias is null ? ", no bias" : "")}";
}
