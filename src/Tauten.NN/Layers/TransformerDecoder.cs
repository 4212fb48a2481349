namespace Tauten.NN;

/// <summary>What a decoder takes.</summary>
/// <param name="Target">[time, batch, size], or [batch, time, size] if the batch is first; the batch may be missing.</param>
/// <param name="Memory">What an encoder gave, likewise.</param>
/// <param name="Mask">Which elements of the target may be attended to (bool), or what is added to the scores.</param>
/// <param name="MemoryMask">The same for the memory.</param>
/// <param name="KeyMask">[batch, time]: which elements of the target are there at all, rather than padding (bool), or what is added to their scores.</param>
/// <param name="MemoryKeyMask">The same for the memory.</param>
/// <param name="Causal">Whether elements of the target attend to none behind them.</param>
/// <param name="MemoryCausal">Whether element i of the target attends to none of the memory behind i.</param>
public readonly record struct DecoderInput(
    Tensor Target, Tensor Memory, Tensor? Mask = null, Tensor? MemoryMask = null, Tensor? KeyMask = null, Tensor? MemoryKeyMask = null, bool Causal = false, bool MemoryCausal = false);

/// <summary>One layer of a transformer's decoder: attention to itself, attention to what an encoder gave, and two linear layers with an activation between them, each added to its input and normalized (Vaswani et al., 2017).</summary>
/// <remarks>Members, with PyTorch's names: <c>self_attn</c>, <c>multihead_attn</c>, <c>linear1</c>, <c>linear2</c>, <c>norm1</c>, <c>norm2</c>, <c>norm3</c>.</remarks>
/// <example><code>
/// var layer = new TransformerDecoderLayer(8, heads: 2, feedForward: 16, batchFirst: true);
/// Console.WriteLine(layer.Call(new DecoderInput(Target: Tensor.Ones([3, 4, 8]), Memory: Tensor.Ones([3, 5, 8]), Causal: true)).Shape);    // [3, 4, 8]
/// </code></example>
public sealed class TransformerDecoderLayer : TransformerLayer<DecoderInput>
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
    public TransformerDecoderLayer(
        long size, int heads, long feedForward = 2048, double dropout = 0.1, Activation activation = Activation.Relu, bool normFirst = false, bool batchFirst = false, double epsilon = 1e-5,
        bool bias = true, Generator? generator = null, DType dtype = DType.Float32)
        : base(true, size, heads, feedForward, dropout, activation, normFirst, batchFirst, epsilon, bias, generator, dtype)
    {
    }

    /// <summary>The layer's output, of the shape of its target.</summary>
    public Tensor Call(
        Tensor target, Tensor memory, Tensor? mask = null, Tensor? memoryMask = null, Tensor? keyMask = null, Tensor? memoryKeyMask = null, bool causal = false, bool memoryCausal = false) =>
        Call(new DecoderInput(target, memory, mask, memoryMask, keyMask, memoryKeyMask, causal, memoryCausal));

    /// <inheritdoc/>
    protected override Tensor Forward(DecoderInput x) =>
        FeedForward(AttendToMemory(AttendToItself(x.Target, x.Mask, x.KeyMask, x.Causal), x.Memory, x.MemoryMask, x.MemoryKeyMask, x.MemoryCausal));
}

/// <summary>Layers of a transformer's decoder one after the other, and a normalization at the end if there is one.</summary>
/// <remarks>Members, with PyTorch's names: <c>layers.0</c>, <c>layers.1</c> and so on, and <c>norm</c>.</remarks>
/// <example><code>
/// var decoder = new TransformerDecoder(() => new(8, heads: 2, feedForward: 16, batchFirst: true), count: 2);
/// Console.WriteLine(decoder.Call(Tensor.Ones([3, 4, 8]), memory: Tensor.Ones([3, 5, 8]), causal: true).Shape);    // [3, 4, 8]
/// </code></example>
public sealed class TransformerDecoder : TransformerStack<DecoderInput, TransformerDecoderLayer>
{
    /// <summary>A stack of layers that are made one by one, so that each has first weights of its own.</summary>
    /// <param name="make">Makes a layer.</param>
    /// <param name="count">How many.</param>
    /// <param name="norm">Is applied to the result.</param>
    /// <exception cref="ShapeException"><paramref name="count"/> is less than 1.</exception>
    public TransformerDecoder(Func<TransformerDecoderLayer> make, int count, Module<Tensor, Tensor>? norm = null) : base(make, count, norm)
    {
    }

    /// <summary>The output of the last layer.</summary>
    public Tensor Call(
        Tensor target, Tensor memory, Tensor? mask = null, Tensor? memoryMask = null, Tensor? keyMask = null, Tensor? memoryKeyMask = null, bool causal = false, bool memoryCausal = false) =>
        Call(new DecoderInput(target, memory, mask, memoryMask, keyMask, memoryKeyMask, causal, memoryCausal));

    private protected override DecoderInput With(DecoderInput x, Tensor y) => x with { Target = y };

    /// <inheritdoc/>
    protected override Tensor Forward(DecoderInput x) => Run(x, x.Target);
}
