namespace Tauten.NN;

/// <summary>What a plain recurrent network applies to its sums.</summary>
public enum RecurrentActivation
{
    /// <summary>The hyperbolic tangent.</summary>
    Tanh,
    /// <summary>max(x, 0).</summary>
    Relu,
}

/// <summary>One step of a recurrent network: the new state is f(W_ih x + b_ih + W_hh h + b_hh), where f is tanh or max(., 0) (Elman, 1990).</summary>
/// <remarks>
/// Parameters: <c>weight_ih</c> [1 hiddenSize, inputSize], <c>weight_hh</c> [1 hiddenSize, hiddenSize], <c>bias_ih</c> and <c>bias_hh</c> [1 hiddenSize], at first evenly spread between
/// -1/sqrt(hiddenSize) and 1/sqrt(hiddenSize).
/// </remarks>
/// <example><code>
/// var cell = new RNNCell(inputSize: 16, hiddenSize: 32);
/// Tensor? hidden = null;
/// for (int t = 0; t &lt; 5; t++) hidden = cell.Call((Tensor.Ones([8, 16]), hidden));
/// Console.WriteLine(hidden!.Shape);    // [8, 32]
/// </code></example>
public sealed class RNNCell : Module<(Tensor Input, Tensor? Hidden), Tensor>
{
    readonly RecurrentWeights weights;
    readonly PlainKind kind;

    /// <summary>A cell with random weights.</summary>
    /// <param name="inputSize">The size of the last axis of the input.</param>
    /// <param name="hiddenSize">The size of the state.</param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="activation">The function f.</param>
    /// <param name="generator">Where the first weights come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public RNNCell(long inputSize, long hiddenSize, bool bias = true, RecurrentActivation activation = RecurrentActivation.Tanh, Generator? generator = null, DType dtype = DType.Float32)
    {
        kind = PlainKind.Of(activation);
        weights = RecurrentWeights.Create(nameof(RNNCell), 1, inputSize, hiddenSize, bias, 0, generator, dtype);
    }

    /// <summary>The state after an input [batch, inputSize] or [inputSize] and a state; zeros if left out.</summary>
    public Tensor Call(Tensor input, Tensor? hidden = null) => Call((input, hidden));

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        weights.Enumerate(visitor, "");
    }

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Input, Tensor? Hidden) x) =>
        kind.Once(TypeName, weights, x.Input, [x.Hidden])[0];

    internal override long Operations(object? input, object? output) =>
        input is ValueTuple<Tensor, Tensor?> x ? weights.Operations(x.Item1.Shape.ElementCount.Value / weights.InputWeight.Shape[1].Value) : 0;

    /// <inheritdoc/>
    protected override string Details() => $"{weights.InputWeight.Shape[1]} -> {weights.HiddenWeight.Shape[1]}";
}

/// <summary>One step of a recurrent network: the new state is o tanh(c), with the cell c = f c' + i g, where i, f and o are sigmoids and g is a tanh of W_i x + b_i + W_h h + b_h (Hochreiter, Schmidhuber, 1997).</summary>
/// <remarks>
/// Parameters: <c>weight_ih</c> [4 hiddenSize, inputSize], <c>weight_hh</c> [4 hiddenSize, hiddenSize], <c>bias_ih</c> and <c>bias_hh</c> [4 hiddenSize], at first evenly spread between
/// -1/sqrt(hiddenSize) and 1/sqrt(hiddenSize).
/// </remarks>
/// <example><code>
/// var layer = new LSTMCell(inputSize: 16, hiddenSize: 32);
/// (Tensor Hidden, Tensor Cell)? state = null;
/// for (int t = 0; t &lt; 5; t++) state = layer.Call((Tensor.Ones([8, 16]), state));
/// Console.WriteLine(state!.Value.Hidden.Shape);    // [8, 32]
/// </code></example>
public sealed class LSTMCell : Module<(Tensor Input, (Tensor Hidden, Tensor Cell)? State), (Tensor Hidden, Tensor Cell)>
{
    readonly RecurrentWeights weights;

    /// <summary>A cell with random weights.</summary>
    /// <param name="inputSize">The size of the last axis of the input.</param>
    /// <param name="hiddenSize">The size of the state.</param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="generator">Where the first weights come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public LSTMCell(long inputSize, long hiddenSize, bool bias = true, Generator? generator = null, DType dtype = DType.Float32) =>
        weights = RecurrentWeights.Create(nameof(LSTMCell), 4, inputSize, hiddenSize, bias, 0, generator, dtype);

    /// <summary>The state after an input [batch, inputSize] or [inputSize] and a state; zeros if left out.</summary>
    public (Tensor Hidden, Tensor Cell) Call(Tensor input, (Tensor Hidden, Tensor Cell)? state = null) => Call((input, state));

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        weights.Enumerate(visitor, "");
    }

    /// <inheritdoc/>
    protected override (Tensor Hidden, Tensor Cell) Forward((Tensor Input, (Tensor Hidden, Tensor Cell)? State) x)
    {
        var made = new LstmKind().Once(TypeName, weights, x.Input, [x.State?.Hidden, x.State?.Cell]);
        return (made[0], made[1]);
    }

    internal override long Operations(object? input, object? output) =>
        input is ValueTuple<Tensor, (Tensor, Tensor)?> x ? weights.Operations(x.Item1.Shape.ElementCount.Value / weights.InputWeight.Shape[1].Value) : 0;

    /// <inheritdoc/>
    protected override string Details() => $"{weights.InputWeight.Shape[1]} -> {weights.HiddenWeight.Shape[1]}";
}

/// <summary>One step of a recurrent network: the new state is n + z (h - n), where r = sigmoid(W_ir x + b_ir + W_hr h + b_hr), z = sigmoid(W_iz x + b_iz + W_hz h + b_hz) and n = tanh(W_in x + b_in + r (W_hn h + b_hn)) (Cho et al., 2014).</summary>
/// <remarks>
/// Parameters: <c>weight_ih</c> [3 hiddenSize, inputSize], <c>weight_hh</c> [3 hiddenSize, hiddenSize], <c>bias_ih</c> and <c>bias_hh</c> [3 hiddenSize], at first evenly spread between
/// -1/sqrt(hiddenSize) and 1/sqrt(hiddenSize).
/// </remarks>
/// <example><code>
/// var cell = new GRUCell(inputSize: 16, hiddenSize: 32);
/// Tensor? hidden = null;
/// for (int t = 0; t &lt; 5; t++) hidden = cell.Call((Tensor.Ones([8, 16]), hidden));
/// Console.WriteLine(hidden!.Shape);    // [8, 32]
/// </code></example>
public sealed class GRUCell : Module<(Tensor Input, Tensor? Hidden), Tensor>
{
    readonly RecurrentWeights weights;
    readonly GruKind kind;

    /// <summary>A cell with random weights.</summary>
    /// <param name="inputSize">The size of the last axis of the input.</param>
    /// <param name="hiddenSize">The size of the state.</param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="resetAfter">Whether the reset gate comes after the product with the state, as in the formula above; else n = tanh(W_in x + b_in + W_hn (r h) + b_hn), as in the paper's first version.</param>
    /// <param name="generator">Where the first weights come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public GRUCell(long inputSize, long hiddenSize, bool bias = true, bool resetAfter = true, Generator? generator = null, DType dtype = DType.Float32)
    {
        kind = new(resetAfter);
        weights = RecurrentWeights.Create(nameof(GRUCell), 3, inputSize, hiddenSize, bias, 0, generator, dtype);
    }

    /// <summary>The state after an input [batch, inputSize] or [inputSize] and a state; zeros if left out.</summary>
    public Tensor Call(Tensor input, Tensor? hidden = null) => Call((input, hidden));

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        weights.Enumerate(visitor, "");
    }

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Input, Tensor? Hidden) x) =>
        kind.Once(TypeName, weights, x.Input, [x.Hidden])[0];

    internal override long Operations(object? input, object? output) =>
        input is ValueTuple<Tensor, Tensor?> x ? weights.Operations(x.Item1.Shape.ElementCount.Value / weights.InputWeight.Shape[1].Value) : 0;

    /// <inheritdoc/>
    protected override string Details() => $"{weights.InputWeight.Shape[1]} -> {weights.HiddenWeight.Shape[1]}";
}
