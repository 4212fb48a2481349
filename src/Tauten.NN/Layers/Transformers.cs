namespace Tauten.NN;

/// <summary>What an encoder takes.</summary>
/// <param name="Source">[time, batch, size], or [batch, time, size] if the batch is first; the batch may be missing.</param>
/// <param name="Mask">Broadcasts against [batch, heads, time, time]: which elements may be attended to (bool), or what is added to the scores.</param>
/// <param name="KeyMask">bool [batch, time]: which elements are there at all, rather than padding.</param>
/// <param name="Causal">Whether elements attend to none behind them.</param>
public readonly record struct EncoderInput(Tensor Source, Tensor? Mask = null, Tensor? KeyMask = null, bool Causal = false);

/// <summary>What a decoder takes.</summary>
/// <param name="Target">[time, batch, size], or [batch, time, size] if the batch is first; the batch may be missing.</param>
/// <param name="Memory">What an encoder gave, likewise.</param>
/// <param name="Mask">Which elements of the target may be attended to (bool), or what is added to the scores.</param>
/// <param name="MemoryMask">The same for the memory.</param>
/// <param name="KeyMask">bool [batch, time]: which elements of the target are there at all.</param>
/// <param name="MemoryKeyMask">The same for the memory.</param>
/// <param name="Causal">Whether elements of the target attend to none behind them.</param>
public readonly record struct DecoderInput(Tensor Target, Tensor Memory, Tensor? Mask = null, Tensor? MemoryMask = null, Tensor? KeyMask = null, Tensor? MemoryKeyMask = null, bool Causal = false);

/// <summary>One layer of a transformer's encoder: attention to itself, and two linear layers with an activation between them, each added to its input and normalized (Vaswani et al., 2017).</summary>
/// <remarks>Members, with PyTorch's names: <c>self_attn</c>, <c>linear1</c>, <c>linear2</c>, <c>norm1</c>, <c>norm2</c>.</remarks>
/// <example><code>
/// var layer = new TransformerEncoderLayer(64, heads: 8, feedForward: 128, batchFirst: true);
/// Console.WriteLine(layer.Call(new EncoderInput(Tensor.Ones([2, 10, 64]))).Shape);    // [2, 10, 64]
/// </code></example>
public sealed class TransformerEncoderLayer : Module<EncoderInput, Tensor>
{
    readonly MultiHeadAttention attention;
    readonly Linear linear1, linear2;
    readonly LayerNorm norm1, norm2;
    readonly Activation activation;
    readonly bool normFirst;
    readonly double dropout;
    readonly Generator? generator;

    /// <summary>A layer with random weights.</summary>
    /// <param name="size">The size of inputs and output.</param>
    /// <param name="heads">The number of heads, a divisor of the size.</param>
    /// <param name="feedForward">The size between the two linear layers.</param>
    /// <param name="dropout">The rate of dropout, in training.</param>
    /// <param name="activation">What is applied between the linear layers.</param>
    /// <param name="normFirst">Whether to normalize before each part rather than after it is added.</param>
    /// <param name="batchFirst">Whether inputs and output are [batch, time, size] rather than [time, batch, size].</param>
    /// <param name="epsilon">Added to the variance in normalizations.</param>
    /// <param name="generator">Where the first weights and the dropout come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the inputs must have too.</param>
    /// <exception cref="ShapeException">A size is out of range or cannot be split.</exception>
    public TransformerEncoderLayer(
        long size, int heads, long feedForward = 2048, double dropout = 0.1, Activation activation = Activation.Relu, bool normFirst = false, bool batchFirst = false, double epsilon = 1e-5,
        Generator? generator = null, DType dtype = DType.Float32)
    {
        attention = new(size, heads, dropout, batchFirst: batchFirst, generator: generator, dtype: dtype);
        linear1 = new(size, Initial.Size(feedForward, TypeName, nameof(feedForward)), generator: generator, dtype: dtype);
        linear2 = new(feedForward, size, generator: generator, dtype: dtype);
        (norm1, norm2) = (new(size, epsilon, dtype: dtype), new(size, epsilon, dtype: dtype));
        (this.activation, this.normFirst, this.dropout, this.generator) = (activation, normFirst, dropout, generator);
    }

    /// <summary>The layer's output, of the shape of its input.</summary>
    public Tensor Call(Tensor source, Tensor? mask = null, Tensor? keyMask = null, bool causal = false) => Call(new EncoderInput(source, mask, keyMask, causal));

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        visitor.Visit("self_attn", attention);
        visitor.Visit("linear1", linear1);
        visitor.Visit("linear2", linear2);
        visitor.Visit("norm1", norm1);
        visitor.Visit("norm2", norm2);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(EncoderInput x)
    {
        var y = Add(x.Source, norm1, z => attention.Call(z, z, z, x.Mask, x.KeyMask, x.Causal));
        return Add(y, norm2, z => linear2.Call(Dropped(activation.Apply(linear1.Call(z)))));
    }

    Tensor Add(Tensor x, LayerNorm norm, Func<Tensor, Tensor> part) => normFirst ? x + Dropped(part(norm.Call(x))) : norm.Call(x + Dropped(part(x)));

    Tensor Dropped(Tensor x) => IsTraining && dropout > 0 ? x.Dropout(dropout, generator) : x;
}

/// <summary>Layers of a transformer's encoder one after the other, and a normalization at the end if there is one.</summary>
/// <remarks>Members, with PyTorch's names: <c>layers.0</c>, <c>layers.1</c> and so on, and <c>norm</c>.</remarks>
/// <example><code>
/// var encoder = new TransformerEncoder(() => new TransformerEncoderLayer(64, heads: 8, feedForward: 128, batchFirst: true), count: 3);
/// Console.WriteLine(encoder.Call(new EncoderInput(Tensor.Ones([2, 10, 64]), Causal: true)).Shape);    // [2, 10, 64]
/// </code></example>
public sealed partial class TransformerEncoder : Module<EncoderInput, Tensor>
{
    readonly ModuleList<TransformerEncoderLayer> layers;
    readonly Module<Tensor, Tensor>? norm;

    /// <summary>A stack of layers that are made one by one, so that each has first weights of its own.</summary>
    /// <param name="make">Makes a layer.</param>
    /// <param name="count">How many.</param>
    /// <param name="norm">Is applied to the result.</param>
    /// <exception cref="ShapeException"><paramref name="count"/> is less than 1.</exception>
    public TransformerEncoder(Func<TransformerEncoderLayer> make, int count, Module<Tensor, Tensor>? norm = null)
    {
        ArgumentNullException.ThrowIfNull(make);
        Initial.Size(count, TypeName, nameof(count));
        layers = new(Enumerable.Range(0, count).Select(_ => make()));
        this.norm = norm;
    }

    /// <summary>The output of the last layer.</summary>
    public Tensor Call(Tensor source, Tensor? mask = null, Tensor? keyMask = null, bool causal = false) => Call(new EncoderInput(source, mask, keyMask, causal));

    /// <inheritdoc/>
    protected override Tensor Forward(EncoderInput x)
    {
        foreach (var layer in layers) x = x with { Source = layer.Call(x) };
        return norm is null ? x.Source : norm.Call(x.Source);
    }
}

/// <summary>One layer of a transformer's decoder: attention to itself, attention to what an encoder gave, and two linear layers with an activation between them, each added to its input and normalized (Vaswani et al., 2017).</summary>
/// <remarks>Members, with PyTorch's names: <c>self_attn</c>, <c>multihead_attn</c>, <c>linear1</c>, <c>linear2</c>, <c>norm1</c>, <c>norm2</c>, <c>norm3</c>.</remarks>
/// <example><code>
/// var layer = new TransformerDecoderLayer(64, heads: 8, feedForward: 128, batchFirst: true);
/// Console.WriteLine(layer.Call(new(Target: Tensor.Ones([2, 7, 64]), Memory: Tensor.Ones([2, 10, 64]), Causal: true)).Shape);    // [2, 7, 64]
/// </code></example>
public sealed class TransformerDecoderLayer : Module<DecoderInput, Tensor>
{
    readonly MultiHeadAttention attention, memoryAttention;
    readonly Linear linear1, linear2;
    readonly LayerNorm norm1, norm2, norm3;
    readonly Activation activation;
    readonly bool normFirst;
    readonly double dropout;
    readonly Generator? generator;

    /// <summary>A layer with random weights.</summary>
    /// <param name="size">The size of inputs and output.</param>
    /// <param name="heads">The number of heads, a divisor of the size.</param>
    /// <param name="feedForward">The size between the two linear layers.</param>
    /// <param name="dropout">The rate of dropout, in training.</param>
    /// <param name="activation">What is applied between the linear layers.</param>
    /// <param name="normFirst">Whether to normalize before each part rather than after it is added.</param>
    /// <param name="batchFirst">Whether inputs and output are [batch, time, size] rather than [time, batch, size].</param>
    /// <param name="epsilon">Added to the variance in normalizations.</param>
    /// <param name="generator">Where the first weights and the dropout come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the inputs must have too.</param>
    /// <exception cref="ShapeException">A size is out of range or cannot be split.</exception>
    public TransformerDecoderLayer(
        long size, int heads, long feedForward = 2048, double dropout = 0.1, Activation activation = Activation.Relu, bool normFirst = false, bool batchFirst = false, double epsilon = 1e-5,
        Generator? generator = null, DType dtype = DType.Float32)
    {
        attention = new(size, heads, dropout, batchFirst: batchFirst, generator: generator, dtype: dtype);
        memoryAttention = new(size, heads, dropout, batchFirst: batchFirst, generator: generator, dtype: dtype);
        linear1 = new(size, Initial.Size(feedForward, TypeName, nameof(feedForward)), generator: generator, dtype: dtype);
        linear2 = new(feedForward, size, generator: generator, dtype: dtype);
        (norm1, norm2, norm3) = (new(size, epsilon, dtype: dtype), new(size, epsilon, dtype: dtype), new(size, epsilon, dtype: dtype));
        (this.activation, this.normFirst, this.dropout, this.generator) = (activation, normFirst, dropout, generator);
    }

    /// <summary>The layer's output, of the shape of its target.</summary>
    public Tensor Call(Tensor target, Tensor memory, Tensor? mask = null, Tensor? memoryMask = null, Tensor? keyMask = null, Tensor? memoryKeyMask = null, bool causal = false) => Call(new DecoderInput(target, memory, mask, memoryMask, keyMask, memoryKeyMask, causal));

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        visitor.Visit("self_attn", attention);
        visitor.Visit("multihead_attn", memoryAttention);
        visitor.Visit("linear1", linear1);
        visitor.Visit("linear2", linear2);
        visitor.Visit("norm1", norm1);
        visitor.Visit("norm2", norm2);
        visitor.Visit("norm3", norm3);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(DecoderInput x)
    {
        var y = Add(x.Target, norm1, z => attention.Call(z, z, z, x.Mask, x.KeyMask, x.Causal));
        y = Add(y, norm2, z => memoryAttention.Call(z, x.Memory, x.Memory, x.MemoryMask, x.MemoryKeyMask));
        return Add(y, norm3, z => linear2.Call(Dropped(activation.Apply(linear1.Call(z)))));
    }

    Tensor Add(Tensor x, LayerNorm norm, Func<Tensor, Tensor> part) => normFirst ? x + Dropped(part(norm.Call(x))) : norm.Call(x + Dropped(part(x)));

    Tensor Dropped(Tensor x) => IsTraining && dropout > 0 ? x.Dropout(dropout, generator) : x;
}

/// <summary>Layers of a transformer's decoder one after the other, and a normalization at the end if there is one.</summary>
/// <remarks>Members, with PyTorch's names: <c>layers.0</c>, <c>layers.1</c> and so on, and <c>norm</c>.</remarks>
/// <example><code>
/// var decoder = new TransformerDecoder(() => new TransformerDecoderLayer(64, heads: 8, feedForward: 128, batchFirst: true), count: 3);
/// Console.WriteLine(decoder.Call(new(Target: Tensor.Ones([2, 7, 64]), Memory: Tensor.Ones([2, 10, 64]))).Shape);    // [2, 7, 64]
/// </code></example>
public sealed partial class TransformerDecoder : Module<DecoderInput, Tensor>
{
    readonly ModuleList<TransformerDecoderLayer> layers;
    readonly Module<Tensor, Tensor>? norm;

    /// <summary>A stack of layers that are made one by one, so that each has first weights of its own.</summary>
    /// <param name="make">Makes a layer.</param>
    /// <param name="count">How many.</param>
    /// <param name="norm">Is applied to the result.</param>
    /// <exception cref="ShapeException"><paramref name="count"/> is less than 1.</exception>
    public TransformerDecoder(Func<TransformerDecoderLayer> make, int count, Module<Tensor, Tensor>? norm = null)
    {
        ArgumentNullException.ThrowIfNull(make);
        Initial.Size(count, TypeName, nameof(count));
        layers = new(Enumerable.Range(0, count).Select(_ => make()));
        this.norm = norm;
    }

    /// <summary>The output of the last layer.</summary>
    public Tensor Call(Tensor target, Tensor memory, Tensor? mask = null, Tensor? memoryMask = null, Tensor? keyMask = null, Tensor? memoryKeyMask = null, bool causal = false) => Call(new DecoderInput(target, memory, mask, memoryMask, keyMask, memoryKeyMask, causal));

    /// <inheritdoc/>
    protected override Tensor Forward(DecoderInput x)
    {
        foreach (var layer in layers) x = x with { Target = layer.Call(x) };
        return norm is null ? x.Target : norm.Call(x.Target);
    }
}
