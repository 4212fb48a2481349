namespace Tauten.NN;

/// <summary>
/// What layers share that learn the number of their input channels at the first call, or from a state that is loaded, as <see cref="Dense"/> does. Until then they have no parameters;
/// an optimizer may be made before, since <c>model.Parameters()</c> is enumerated anew at each step. The names in a state are those of the layer that is made.
/// </summary>
/// <typeparam name="TLayer">The layer that is made.</typeparam>
/// <example><code>
/// var net = new Sequential(new LazyConv2d(8, 3), new LazyBatchNorm2d(), new ReLU());
/// Console.WriteLine(net.Call(Tensor.Ones([2, 3, 5, 5])).Shape);    // [2, 8, 3, 3]
/// Console.WriteLine(net.State()["0.weight"].Shape);                // [8, 3, 3, 3]
/// </code></example>
public abstract class LazyLayer<TLayer> : Module<Tensor, Tensor>
    where TLayer : Module<Tensor, Tensor>
{
    readonly Lock gate = new();
    readonly Func<long, TLayer> make;
    readonly int axes;
    volatile TLayer? layer;

    /// <param name="axes">The axes behind the channels; 0 for layers whose channels are axis 1.</param>
    /// <param name="make">Makes the layer for a number of input channels.</param>
    private protected LazyLayer(int axes, Func<long, TLayer> make) => (this.axes, this.make) = (axes, make);

    /// <summary>The layer; null until the channels are known.</summary>
    public TLayer? Layer => layer;

    /// <summary>The names of what the layer will have.</summary>
    private protected abstract IReadOnlyList<string> Names { get; }

    /// <summary>The number of input channels that a state is for; null if it does not tell.</summary>
    private protected abstract long? ChannelsOf(Func<string, TensorSpec?> state);

    internal sealed override IReadOnlyList<string> Pending => layer is null ? Names : [];

    /// <inheritdoc/>
    protected sealed override void Enumerate(ModuleVisitor visitor) => layer?.Name(visitor);

    /// <inheritdoc/>
    protected sealed override Tensor Forward(Tensor x) => (layer ?? Learn(Channels(x))).Compute(x);

    long Channels(Tensor x)
    {
        int at = axes == 0 ? 1 : x.Rank - axes - 1;
        if (at < 0 || at >= x.Rank) throw new ShapeException($"{TypeName}: expected an input [batch, channels, ...]. Received: shape {x.Shape}.");
        if (!x.Shape[at].IsKnown) throw new ShapeException($"{TypeName}: the channels cannot be learned from shape {x.Shape}, in which they are not known while a graph is captured. Call the model once before.");
        return x.Shape[at].Value;
    }

    // Several threads may make the first call at once.
    TLayer Learn(long channels)
    {
        lock (gate)
        {
            if (layer is { } known) return known;
            var made = make(channels);
            made.SetOwnMode(IsTraining);
            return layer = made;
        }
    }

    internal sealed override void SizeFrom(Func<string, TensorSpec?> state)
    {
        if (ChannelsOf(state) is >= 1 and var channels) Learn(channels);
    }

    internal sealed override void Unsize() => layer = null;

    internal sealed override void SetOwnMode(bool training)
    {
        base.SetOwnMode(training);
        layer?.SetOwnMode(training);
    }

    internal sealed override long Operations(object? input, object? output) => layer?.Operations(input, output) ?? 0;

    /// <inheritdoc/>
    protected sealed override string Details() => layer?.Described ?? "not called yet";
}
