namespace Tauten.NN;

/// <summary>What a transformer takes.</summary>
/// <param name="Source">What the encoder reads: [time, batch, size], or [batch, time, size] if the batch is first; the batch may be missing.</param>
/// <param name="Target">What the decoder reads, likewise.</param>
/// <param name="SourceKeyMask">[batch, time]: which elements of the source are there at all, rather than padding (bool), or what is added to their scores.</param>
/// <param name="TargetKeyMask">The same for the target.</param>
/// <param name="Causal">Whether elements of the target attend to none behind them.</param>
/// <param name="SourceMask">Broadcasts against [batch, heads, time, time]: which elements of the source the source may attend to (bool), or what is added to the scores.</param>
/// <param name="TargetMask">The same for the target among itself.</param>
/// <param name="MemoryMask">The same for the target and what the encoder gave.</param>
/// <param name="MemoryKeyMask">Which elements of what the encoder gave are there at all; <paramref name="SourceKeyMask"/> if left out.</param>
/// <param name="SourceCausal">Whether elements of the source attend to none behind them.</param>
/// <param name="MemoryCausal">Whether element i of the target attends to none behind i of what the encoder gave.</param>
public readonly record struct TransformerInput(
    Tensor Source, Tensor Target, Tensor? SourceKeyMask = null, Tensor? TargetKeyMask = null, bool Causal = false, Tensor? SourceMask = null, Tensor? TargetMask = null, Tensor? MemoryMask = null,
    Tensor? MemoryKeyMask = null, bool SourceCausal = false, bool MemoryCausal = false);

/// <summary>An encoder and a decoder, each with a normalization at the end (Vaswani et al., 2017). Embeddings, positions and the last projection are the model's own.</summary>
/// <remarks>
/// Members: <c>encoder</c> and <c>decoder</c>, with the names of PyTorch inside. Weights with two axes are at first those of Glorot and Bengio (2010).
/// </remarks>
/// <example><code>
/// var transformer = new Transformer(8, heads: 2, encoderLayers: 1, decoderLayers: 1, feedForward: 16, batchFirst: true);
/// Console.WriteLine(transformer.Call(Tensor.Ones([3, 5, 8]), Tensor.Ones([3, 4, 8]), causal: true).Shape);    // [3, 4, 8]
/// </code></example>
public sealed partial class Transformer : Module<TransformerInput, Tensor>
{
    readonly Module<EncoderInput, Tensor> encoder;
    readonly Module<DecoderInput, Tensor> decoder;

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
    /// <param name="bias">Whether linear layers, attention and normalizations have biases.</param>
    /// <param name="generator">Where the first weights and the dropout come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the inputs must have too.</param>
    /// <exception cref="ShapeException">A size is out of range or cannot be split.</exception>
    public Transformer(
        long size, int heads, int encoderLayers = 6, int decoderLayers = 6, long feedForward = 2048, double dropout = 0.1, Activation activation = Activation.Relu, bool normFirst = false,
        bool batchFirst = false, double epsilon = 1e-5, bool bias = true, Generator? generator = null, DType dtype = DType.Float32)
    {
        encoder = new TransformerEncoder(() => new(size, heads, feedForward, dropout, activation, normFirst, batchFirst, epsilon, bias, generator, dtype), encoderLayers, Norm());
        decoder = new TransformerDecoder(() => new(size, heads, feedForward, dropout, activation, normFirst, batchFirst, epsilon, bias, generator, dtype), decoderLayers, Norm());
        foreach (var parameter in Parameters())
            if (parameter.Shape.Rank == 2) parameter.Value = Initialize.XavierUniform(parameter.Shape, dtype: dtype, generator: generator);

        LayerNorm Norm() => new(size, epsilon, bias: bias, dtype: dtype);
    }

    /// <summary>A transformer with an encoder and a decoder of one's own (PyTorch's custom_encoder and custom_decoder), whose weights stay as they are.</summary>
    /// <param name="encoder">Reads the source.</param>
    /// <param name="decoder">Reads the target and what the encoder gave.</param>
    public Transformer(Module<EncoderInput, Tensor> encoder, Module<DecoderInput, Tensor> decoder)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(decoder);
        (this.encoder, this.decoder) = (encoder, decoder);
    }

    /// <summary>The part that reads the source.</summary>
    public Module<EncoderInput, Tensor> Encoder => encoder;

    /// <summary>The part that reads the target and what the encoder gave.</summary>
    public Module<DecoderInput, Tensor> Decoder => decoder;

    /// <summary>Which elements of a sequence element i may attend to, those up to i: bool [size, size], what <c>causal</c> stands for (PyTorch's generate_square_subsequent_mask).</summary>
    /// <param name="size">The number of elements.</param>
    /// <exception cref="ShapeException"><paramref name="size"/> is less than 1.</exception>
    /// <example><code>
    /// Console.WriteLine(Transformer.CausalMask(3).Sum());    // 6
    /// </code></example>
    public static Tensor CausalMask(long size)
    {
        Initial.Size(size, nameof(Transformer), nameof(size));
        return AttentionMask.Causal(size, size);
    }

    /// <summary>The decoder's output, of the shape of the target.</summary>
    public Tensor Call(Tensor source, Tensor target, Tensor? sourceKeyMask = null, Tensor? targetKeyMask = null, bool causal = false) =>
        Call(new TransformerInput(source, target, sourceKeyMask, targetKeyMask, causal));

    /// <inheritdoc/>
    protected override Tensor Forward(TransformerInput x)
    {
        var memory = encoder.Call(new EncoderInput(x.Source, x.SourceMask, x.SourceKeyMask, x.SourceCausal));
        return decoder.Call(new DecoderInput(x.Target, memory, x.TargetMask, x.MemoryMask, x.TargetKeyMask, x.MemoryKeyMask ?? x.SourceKeyMask, x.Causal, x.MemoryCausal));
    }
}
