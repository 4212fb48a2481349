namespace Tauten.NN;

/// <summary>
/// <see cref="Linear"/> followed by an <see cref="Activation"/>, as in Keras: only the number of outputs is given, the input size is learned at the first
/// call, or from a file that is loaded.
/// </summary>
/// <remarks>
/// Until then the layer has no parameters. An optimizer may be made before, <c>new Adam(model.Parameters())</c>: that sequence is enumerated anew
/// at each step, so the weights are found once they exist. <see cref="Module.State"/> and <see cref="Module.Save"/> are errors until then.
/// Parameters: <c>weight</c> [units, input size] and <c>bias</c> [units], with the first values of <see cref="Linear"/>.
/// </remarks>
/// <example><code>
/// var classifier = new Sequential(new Dense(128, Activation.Relu), new Dense(10));
/// Console.WriteLine(classifier.Call(Tensor.Ones([64, 784])).Shape);    // [64, 10]    the sizes of inputs are learned at the first call
/// </code></example>
public sealed partial class Dense : Module<Tensor, Tensor>
{
    readonly Lock gate = new();
    readonly long units;
    readonly Activation activation;
    readonly bool hasBias;
    readonly Generator? generator;
    readonly DType dtype;
    volatile Parameter? weight;         // published after the bias: who sees it sees both
    volatile Parameter? bias;

    /// <summary>A layer with this many outputs.</summary>
    /// <param name="units">The size of the last axis of the output.</param>
    /// <param name="activation">What is applied to the result.</param>
    /// <param name="bias">Whether to add a bias.</param>
    /// <param name="inputSize">The size of the last axis of the input, where it is known; the weights then exist at once.</param>
    /// <param name="generator">Where the first weights come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">A size is less than 1.</exception>
    public Dense(long units, Activation activation = Activation.None, bool bias = true, long? inputSize = null, Generator? generator = null, DType dtype = DType.Float32)
    {
        this.units = Initial.Size(units, nameof(Dense), nameof(units));
        if (!Enum.IsDefined(activation)) throw new ArgumentOutOfRangeException(nameof(activation), activation, "Expected a member of Activation.");
        (this.activation, hasBias, this.generator, this.dtype) = (activation, bias, generator, dtype);
        if (inputSize is { } size) Learn(Initial.Size(size, nameof(Dense), nameof(inputSize)));
    }

    /// <summary>[units, input size]; null until the input size is known.</summary>
    public Parameter? Weight => weight;

    /// <summary>[units]; null without bias, or until the input size is known.</summary>
    public Parameter? Bias => bias;

    internal override IReadOnlyList<string> Pending => weight is not null ? [] : hasBias ? ["weight", "bias"] : ["weight"];

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        var known = weight ?? Learn(InputSize(x));
        return activation.Apply(Linear.Apply(nameof(Dense), x, known, bias));
    }

    static long InputSize(Tensor x)
    {
        if (x.Rank == 0) throw new ShapeException("Dense: expected an input of at least one axis. Received: a scalar.");
        if (!x.Shape[^1].IsKnown) throw new ShapeException($"Dense: the input size cannot be learned from shape {x.Shape}, whose last axis is not known while a graph is captured. Call the model once before, or give inputSize.");
        return Initial.Size(x.Shape[^1], nameof(Dense), "the last axis of the input");
    }

    // Several threads may make the first call at once.
    Parameter Learn(long inputSize)
    {
        lock (gate)
        {
            if (weight is { } known) return known;
            var made = Initial.Fan(Shape.Of(units, inputSize), inputSize, generator, dtype);
            if (hasBias) bias = Initial.Fan(Shape.Of(units), inputSize, generator, dtype);
            return weight = made;
        }
    }

    internal override void SizeFrom(Func<string, TensorSpec?> state)
    {
        if (state("weight") is { Shape: { Rank: 2 } shape } && shape[0] == units && shape[1].IsKnown && shape[1] >= 1) Learn(shape[1]);
    }

    internal override void Unsize() => (weight, bias) = (null, null);

    internal override long Operations(object? input, object? output) => output is Tensor y && weight is { } w ? 2 * y.Shape.ElementCount.Value * w.Shape[1].Value : 0;

    /// <inheritdoc/>
    protected override string Details() => $"{(weight is { } w ? $"{w.Shape[1]} -> " : "")}{units}{(activation == Activation.None ? "" : $", {activation}")}{(hasBias ? "" : ", no bias")}";
}
