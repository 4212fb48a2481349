namespace Tauten.NN;

/// <summary>What a transformer takes.</summary>
/// <param name="Source">What the encoder reads: [time, batch, size], or [batch, time, size] if the batch is first; the batch may be missing.</param>
/// <param name="Target">What the decoder reads, likewise.</param>
/// <param name="SourceKeyMask">bool [batch, time]: which elements of the source are there at all, rather than padding.</param>
/// <param name="TargetKeyMask">The same for the target.</param>
/// <param name="Causal">Whether elements of the target attend to none behind them.</param>
public readonly record struct TransformerInput(Tensor Source, Tensor Target, Tensor? SourceKeyMask = null, Tensor? TargetKeyMask = null, bool Causal = false);

/// <summary>An encoder and a decoder, each with a normalization at the end (Vaswani et al., 2017). Embeddings, positions and the last projection are the model's own.</summary>
/// <remarks>Members: <c>encoder</c> and <c>decoder</c>, with the names of PyTorch inside.</remarks>
/// <example><code>
/// var net = new Transformer(64, heads: 8, encoderLayers: 2, decoderLayers: 2, feedForward: 128, batchFirst: true);
/// Console.WriteLine(net.Call(new(Source: Tensor.Ones([2, 10, 64]), Target: Tensor.Ones([2, 7, 64]), Causal: true)).Shape);    // [2, 7, 64]
/// </code></example>
public sealed partial class Transformer : Module<TransformerInput, Tensor>
{
    readonly TransformerEncoder encoder;
    readonly TransformerDecoder decoder;

    /// <summary>A transformer with random weights.</summary>
    /// <param name="size">The size of inputs and output.</param>
    /// <param name="heads">The number of heads, a divisor of the size.</param>
    /// <param name="encoderLayers">Layers of the encoder.</param>
    /// <param name="decoderLayers">Layers of the decoder.</param>
    /// <param name="feedForward">The size between the two linear layers of each layer.</param>
    /// <param name="dropout">The rate of dropout, in training.</param>
    /// <param name="activation">What is applied between the linear layers.</param>
    /// <param name="normFirst">Whether to normalize before each part rather than after it is added.</param>
    /// <param name="batchFirst">Whether inputs and output are [batch, time, size] rather than [time, batch, size].</param>
    /// <param name="epsilon">Added to the variance in normalizations.</param>
    /// <param name="generator">Where the first weights and the dropout come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the inputs must have too.</param>
    /// <exception cref="ShapeException">A size is out of range or cannot be split.</exception>
    public Transformer(
        long size, int heads, int encoderLayers = 6, int decoderLayers = 6, long feedForward = 2048, double dropout = 0.1, Activation activation = Activation.Relu, bool normFirst = false,
        bool batchFirst = false, double epsilon = 1e-5, Generator? generator = null, DType dtype = DType.Float32)
    {
        encoder = new(() => new(size, heads, feedForward, dropout, activation, normFirst, batchFirst, epsilon, generator, dtype), encoderLayers, new LayerNorm(size, epsilon, dtype: dtype));
        decoder = new(() => new(size, heads, feedForward, dropout, activation, normFirst, batchFirst, epsilon, generator, dtype), decoderLayers, new LayerNorm(size, epsilon, dtype: dtype));
    }

    /// <summary>The part that reads the source.</summary>
    public TransformerEncoder Encoder => encoder;

    /// <summary>The part that reads the target and what the encoder gave.</summary>
    public TransformerDecoder Decoder => decoder;

    /// <summary>The decoder's output, of the shape of the target.</summary>
    public Tensor Call(Tensor source, Tensor target, Tensor? sourceKeyMask = null, Tensor? targetKeyMask = null, bool causal = false) =>
        Call(new TransformerInput(source, target, sourceKeyMask, targetKeyMask, causal));

    /// <inheritdoc/>
    protected override Tensor Forward(TransformerInput x) =>
        decoder.Call(x.Target, encoder.Call(x.Source, keyMask: x.SourceKeyMask), keyMask: x.TargetKeyMask, memoryKeyMask: x.SourceKeyMask, causal: x.Causal);
}
