namespace Tauten.NN;

/// <summary>What the layers of a transformer share: attention of a sequence to itself, two linear layers with an activation between them, and how a part is added to its input and normalized.</summary>
/// <typeparam name="TInput">What a layer takes.</typeparam>
public abstract class TransformerLayer<TInput> : Module<TInput, Tensor>
{
    readonly MultiHeadAttention attention;
    readonly MultiHeadAttention? memoryAttention;
    readonly Linear linear1, linear2;
    readonly LayerNorm[] norms;
    readonly Activation activation;
    readonly bool normFirst;
    readonly double dropout;
    readonly Generator? generator;

    private protected TransformerLayer(
        bool readsMemory, long size, int heads, long feedForward, double dropout, Activation activation, bool normFirst, bool batchFirst, double epsilon, bool bias, Generator? generator, DType dtype)
    {
        attention = Attention();
        memoryAttention = readsMemory ? Attention() : null;
        linear1 = new(size, Initial.Size(feedForward, TypeName, nameof(feedForward)), bias, generator, dtype);
        linear2 = new(feedForward, size, bias, generator, dtype);
        norms = [.. Enumerable.Range(0, readsMemory ? 3 : 2).Select(_ => new LayerNorm(size, epsilon, bias: bias, dtype: dtype))];
        (this.activation, this.normFirst, this.dropout, this.generator) = (activation, normFirst, dropout, generator);

        MultiHeadAttention Attention() => new(size, heads, dropout, bias, batchFirst: batchFirst, generator: generator, dtype: dtype);
    }

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        visitor.Visit("self_attn", attention);
        if (memoryAttention is not null) visitor.Visit("multihead_attn", memoryAttention);
        visitor.Visit("linear1", linear1);
        visitor.Visit("linear2", linear2);
        for (int i = 0; i < norms.Length; i++) visitor.Visit($"norm{i + 1}", norms[i]);
    }

    private protected Tensor AttendToItself(Tensor x, Tensor? mask, Tensor? keyMask, bool causal) => Add(x, 0, z => attention.Call(z, z, z, mask, keyMask, causal));

    private protected Tensor AttendToMemory(Tensor x, Tensor memory, Tensor? mask, Tensor? keyMask, bool causal) => Add(x, 1, z => memoryAttention!.Call(z, memory, memory, mask, keyMask, causal));

    private protected Tensor FeedForward(Tensor x) => Add(x, norms.Length - 1, z => linear2.Call(Dropped(activation.Apply(linear1.Call(z)))));

    Tensor Add(Tensor x, int norm, Func<Tensor, Tensor> part) => normFirst ? x + Dropped(part(norms[norm].Call(x))) : norms[norm].Call(x + Dropped(part(x)));

    Tensor Dropped(Tensor x) => IsTraining && dropout > 0 ? x.Dropout(dropout, generator) : x;
}

/// <summary>What encoder and decoder of a transformer share: layers one after the other, and a normalization at the end if there is one.</summary>
/// <remarks>Members, with PyTorch's names: <c>layers.0</c>, <c>layers.1</c> and so on, and <c>norm</c>.</remarks>
/// <typeparam name="TInput">What a layer takes.</typeparam>
/// <typeparam name="TLayer">The layer.</typeparam>
public abstract partial class TransformerStack<TInput, TLayer> : Module<TInput, Tensor>
    where TLayer : Module<TInput, Tensor>
{
    readonly ModuleList<TLayer> layers;
    readonly Module<Tensor, Tensor>? norm;

    private protected TransformerStack(Func<TLayer> make, int count, Module<Tensor, Tensor>? norm)
    {
        ArgumentNullException.ThrowIfNull(make);
        Initial.Size(count, TypeName, nameof(count));
        layers = new(Enumerable.Range(0, count).Select(_ => make()));
        this.norm = norm;
    }

    /// <summary>The layers, from the input on.</summary>
    public IReadOnlyList<TLayer> Layers => layers;

    private protected abstract TInput With(TInput x, Tensor y);

    private protected Tensor Run(TInput x, Tensor y)
    {
        foreach (var layer in layers)
        {
            y = layer.Call(x);
            x = With(x, y);
        }
        return norm is null ? y : norm.Call(y);
    }
}
