namespace Tauten.NN;

/// <summary>What an encoder takes.</summary>
/// <param name="Source">[time, batch, size], or [batch, time, size] if the batch is first; the batch may be missing.</param>
/// <param name="Mask">Broadcasts against [batch, heads, time, time]: which elements may be attended to (bool), or what is added to the scores.</param>
/// <param name="KeyMask">[batch, time]: which elements are there at all, rather than padding (bool), or what is added to their scores.</param>
/// <param name="Causal">Whether elements attend to none behind them.</param>
public readonly record struct EncoderInput(Tensor Source, Tensor? Mask = null, Tensor? KeyMask = null, bool Causal = false);

/// <summary>One layer of a transformer's encoder: attention to itself, and two linear layers with an activation between them, each added to its input and normalized (Vaswani et al., 2017).</summary>
/// <remarks>Members, with PyTorch's names: <c>self_attn</c>, <c>linear1</c>, <c>linear2</c>, <c>norm1</c>, <c>norm2</c>.</remarks>
/// <example><code>
/// var layer = new TransformerEncoderLayer(8, heads: 2, feedForward: 16, batchFirst: true);
/// Console.WriteLine(layer.Call(new EncoderInput(Tensor.Ones([3, 5, 8]))).Shape);    // [3, 5, 8]
/// </code></example>
public sealed class TransformerEncoderLayer : TransformerLayer<EncoderInput>
{
    /// <summary>A layer with random weights.</summary>
    /// <param name="size">The size of inputs and output.</param>
    /// <param name="heads">The number of heads, a divisor of the size.</param>
    /// <param name="feedForward">The size between the two linear layers.</param>
    /// <param name="dropout">The rate of dropout, in training.</param>
    /// <param name="activation">What is applied between the linear layers.</param>
    /// <param name="normFirst">Whether to normalize before each part rather than after it is added.</param>
    /// <param name="batchFirst">Whether inputs and output are [batch, time, size] rather than [time, batch, size].</param>
    /// <param name="epsilon">Added to the variance in normalizations.</param>
    /// <param name="bias">Whether linear layers, attention and normalizations have biases.</param>
    /// <param name="generator">Where the first weights and the dropout come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the inputs must have too.</param>
    /// <exception cref="ShapeException">A size is out of range or cannot be split.</exception>
    public TransformerEncoderLayer(
        long size, int heads, long feedForward = 2048, double dropout = 0.1, Activation activation = Activation.Relu, bool normFirst = false, bool batchFirst = false, double epsilon = 1e-5,
        bool bias = true, Generator? generator = null, DType dtype = DType.Float32)
        : base(false, size, heads, feedForward, dropout, activation, normFirst, batchFirst, epsilon, bias, generator, dtype)
    {
    }

    /// <summary>The layer's output, of the shape of its input.</summary>
    public Tensor Call(Tensor source, Tensor? mask = null, Tensor? keyMask = null, bool causal = false) => Call(new EncoderInput(source, mask, keyMask, causal));

    /// <inheritdoc/>
    protected override Tensor Forward(EncoderInput x) => FeedForward(AttendToItself(x.Source, x.Mask, x.KeyMask, x.Causal));
}

/// <summary>Layers of a transformer's encoder one after the other, and a normalization at the end if there is one.</summary>
/// <remarks>Members, with PyTorch's names: <c>layers.0</c>, <c>layers.1</c> and so on, and <c>norm</c>.</remarks>
/// <example><code>
/// var encoder = new TransformerEncoder(() => new(8, heads: 2, feedForward: 16, batchFirst: true), count: 2, norm: new LayerNorm(8));
/// Console.WriteLine(encoder.Call(Tensor.Ones([3, 5, 8])).Shape);    // [3, 5, 8]
/// </code></example>
public sealed class TransformerEncoder : TransformerStack<EncoderInput, TransformerEncoderLayer>
{
    /// <summary>A stack of layers that are made one by one, so that each has first weights of its own.</summary>
    /// <param name="make">Makes a layer.</param>
    /// <param name="count">How many.</param>
    /// <param name="norm">Is applied to the result.</param>
    /// <exception cref="ShapeException"><paramref name="count"/> is less than 1.</exception>
    public TransformerEncoder(Func<TransformerEncoderLayer> make, int count, Module<Tensor, Tensor>? norm = null) : base(make, count, norm)
    {
    }

    /// <summary>The output of the last layer.</summary>
    public Tensor Call(Tensor source, Tensor? mask = null, Tensor? keyMask = null, bool causal = false) => Call(new EncoderInput(source, mask, keyMask, causal));

    private protected override EncoderInput With(EncoderInput x, Tensor y) => x with { Source = y };

    /// <inheritdoc/>
    protected override Tensor Forward(EncoderInput x) => Run(x, x.Source);
}
