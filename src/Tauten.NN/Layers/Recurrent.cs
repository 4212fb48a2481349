namespace Tauten.NN;

/// <summary>A recurrent network over a sequence [time, batch, inputSize], in layers and one or two directions: at each step the new state is f(W_ih x + b_ih + W_hh h + b_hh), where f is tanh or max(., 0) (Elman, 1990).</summary>
/// <remarks>
/// Parameters, for each layer and with <c>_reverse</c> behind the names of the second direction: <c>weight_ih_l0</c> [1 hiddenSize, inputSize], <c>weight_hh_l0</c> [1 hiddenSize, hiddenSize],
/// <c>bias_ih_l0</c> and <c>bias_hh_l0</c> [1 hiddenSize], at first evenly spread between -1/sqrt(hiddenSize) and 1/sqrt(hiddenSize).
/// </remarks>
/// <example><code>
/// var layer = new RNN(inputSize: 16, hiddenSize: 32, layers: 2, batchFirst: true);
/// var (output, hidden) = layer.Call((Tensor.Ones([8, 20, 16]), null, null));
/// Console.WriteLine($"{output.Shape} {hidden.Shape}");    // [8, 20, 32] [2, 8, 32]
/// </code></example>
public sealed class RNN : Module<(Tensor Input, Tensor? Hidden, Tensor? Lengths), (Tensor Output, Tensor Hidden)>
{
    readonly RecurrentStack stack;

    /// <summary>A network with random weights.</summary>
    /// <param name="inputSize">The size of the last axis of the input.</param>
    /// <param name="hiddenSize">The size of the state.</param>
    /// <param name="layers">How many networks there are, each over the output of the one before.</param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="batchFirst">Whether input and output are [batch, time, size]. The state never is.</param>
    /// <param name="dropout">The rate of dropout between layers, in training.</param>
    /// <param name="bidirectional">Whether a second network runs from the end to the start; outputs are joined along the last axis.</param>
    /// <param name="activation">The function f.</param>
    /// <param name="backwards">Whether sequences are read from the end, each from its own; outputs stay at their times. Not together with a second network.</param>
    /// <param name="generator">Where the first weights come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public RNN(
        long inputSize, long hiddenSize, int layers = 1, bool bias = true, bool batchFirst = false, double dropout = 0, bool bidirectional = false, RecurrentActivation activation = RecurrentActivation.Tanh,
        bool backwards = false, Generator? generator = null, DType dtype = DType.Float32) =>
        stack = new(nameof(RNN), PlainKind.Of(activation), new(inputSize, hiddenSize, layers, bias, batchFirst, dropout, bidirectional, backwards), false, 0, generator, dtype);

    /// <summary>The outputs at all times, and the last state [layers * directions, batch, size].</summary>
    /// <param name="input">[time, batch, inputSize], or [batch, time, inputSize] if the batch is first; or [time, inputSize].</param>
    /// <param name="hidden">The first state [layers * directions, batch, size]; zeros if left out.</param>
    /// <param name="lengths">The number of steps of each sequence, int64 [batch], where they differ: outputs behind are 0, and the last state is that at the end of each.</param>
    /// <exception cref="ShapeException">A shape does not fit.</exception>
    public (Tensor Output, Tensor Hidden) Call(Tensor input, Tensor? hidden = null, Tensor? lengths = null) => Call((input, hidden, lengths));

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        stack.Enumerate(visitor);
    }

    /// <inheritdoc/>
    protected override (Tensor Output, Tensor Hidden) Forward((Tensor Input, Tensor? Hidden, Tensor? Lengths) x)
    {
        var (output, state) = stack.Run(x.Input, [x.Hidden], x.Lengths, IsTraining);
        return (output, state[0]);
    }

    internal override long Operations(object? input, object? output) => input is ValueTuple<Tensor, Tensor?, Tensor?> x ? stack.Operations(x.Item1) : 0;

    /// <inheritdoc/>
    protected override string Details() => stack.Details;
}

/// <summary>A recurrent network over a sequence [time, batch, inputSize], in layers and one or two directions: at each step the new state is o tanh(c), with the cell c = f c' + i g, where i, f and o are sigmoids and g is a tanh of W_i x + b_i + W_h h + b_h (Hochreiter, Schmidhuber, 1997).</summary>
/// <remarks>
/// Parameters, for each layer and with <c>_reverse</c> behind the names of the second direction: <c>weight_ih_l0</c> [4 hiddenSize, inputSize], <c>weight_hh_l0</c> [4 hiddenSize, hiddenSize],
/// <c>bias_ih_l0</c> and <c>bias_hh_l0</c> [4 hiddenSize], <c>weight_hr_l0</c> [projection, hiddenSize] with a projection, at first evenly spread between -1/sqrt(hiddenSize) and 1/sqrt(hiddenSize).
/// </remarks>
/// <example><code>
/// var layer = new LSTM(inputSize: 16, hiddenSize: 32, batchFirst: true);
/// var (output, (hidden, cell)) = layer.Call((Tensor.Ones([8, 20, 16]), null, null));
/// Console.WriteLine($"{output.Shape} {hidden.Shape} {cell.Shape}");    // [8, 20, 32] [1, 8, 32] [1, 8, 32]
/// </code></example>
public sealed class LSTM : Module<(Tensor Input, (Tensor Hidden, Tensor Cell)? State, Tensor? Lengths), (Tensor Output, (Tensor Hidden, Tensor Cell) State)>
{
    readonly RecurrentStack stack;

    /// <summary>A network with random weights.</summary>
    /// <param name="inputSize">The size of the last axis of the input.</param>
    /// <param name="hiddenSize">The size of the state.</param>
    /// <param name="layers">How many networks there are, each over the output of the one before.</param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="batchFirst">Whether input and output are [batch, time, size]. The state never is.</param>
    /// <param name="dropout">The rate of dropout between layers, in training.</param>
    /// <param name="bidirectional">Whether a second network runs from the end to the start; outputs are joined along the last axis.</param>
    /// <param name="projection">The size to which hidden states are projected by a further weight (Sak, Senior, Beaufays, 2014); 0 for none.</param>
    /// <param name="backwards">Whether sequences are read from the end, each from its own; outputs stay at their times. Not together with a second network.</param>
    /// <param name="generator">Where the first weights come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public LSTM(
        long inputSize, long hiddenSize, int layers = 1, bool bias = true, bool batchFirst = false, double dropout = 0, bool bidirectional = false, long projection = 0,
        bool backwards = false, Generator? generator = null, DType dtype = DType.Float32) =>
        stack = new(nameof(LSTM), new LstmKind(), new(inputSize, hiddenSize, layers, bias, batchFirst, dropout, bidirectional, backwards), true, projection, generator, dtype);

    /// <summary>The outputs at all times, and the last state [layers * directions, batch, size].</summary>
    /// <param name="input">[time, batch, inputSize], or [batch, time, inputSize] if the batch is first; or [time, inputSize].</param>
    /// <param name="state">The first state [layers * directions, batch, size]; zeros if left out.</param>
    /// <param name="lengths">The number of steps of each sequence, int64 [batch], where they differ: outputs behind are 0, and the last state is that at the end of each.</param>
    /// <exception cref="ShapeException">A shape does not fit.</exception>
    public (Tensor Output, (Tensor Hidden, Tensor Cell) State) Call(Tensor input, (Tensor Hidden, Tensor Cell)? state = null, Tensor? lengths = null) => Call((input, state, lengths));

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        stack.Enumerate(visitor);
    }

    /// <inheritdoc/>
    protected override (Tensor Output, (Tensor Hidden, Tensor Cell) State) Forward((Tensor Input, (Tensor Hidden, Tensor Cell)? State, Tensor? Lengths) x)
    {
        var (output, state) = stack.Run(x.Input, [x.State?.Hidden, x.State?.Cell], x.Lengths, IsTraining);
        return (output, (state[0], state[1]));
    }

    internal override long Operations(object? input, object? output) => input is ValueTuple<Tensor, (Tensor, Tensor)?, Tensor?> x ? stack.Operations(x.Item1) : 0;

    /// <inheritdoc/>
    protected override string Details() => stack.Details;
}

/// <summary>A recurrent network over a sequence [time, batch, inputSize], in layers and one or two directions: at each step the new state is n + z (h - n), where r = sigmoid(W_ir x + b_ir + W_hr h + b_hr), z = sigmoid(W_iz x + b_iz + W_hz h + b_hz) and n = tanh(W_in x + b_in + r (W_hn h + b_hn)) (Cho et al., 2014).</summary>
/// <remarks>
/// Parameters, for each layer and with <c>_reverse</c> behind the names of the second direction: <c>weight_ih_l0</c> [3 hiddenSize, inputSize], <c>weight_hh_l0</c> [3 hiddenSize, hiddenSize],
/// <c>bias_ih_l0</c> and <c>bias_hh_l0</c> [3 hiddenSize], at first evenly spread between -1/sqrt(hiddenSize) and 1/sqrt(hiddenSize).
/// </remarks>
/// <example><code>
/// var layer = new GRU(inputSize: 16, hiddenSize: 32, layers: 2, batchFirst: true);
/// var (output, hidden) = layer.Call((Tensor.Ones([8, 20, 16]), null, null));
/// Console.WriteLine($"{output.Shape} {hidden.Shape}");    // [8, 20, 32] [2, 8, 32]
/// </code></example>
public sealed class GRU : Module<(Tensor Input, Tensor? Hidden, Tensor? Lengths), (Tensor Output, Tensor Hidden)>
{
    readonly RecurrentStack stack;

    /// <summary>A network with random weights.</summary>
    /// <param name="inputSize">The size of the last axis of the input.</param>
    /// <param name="hiddenSize">The size of the state.</param>
    /// <param name="layers">How many networks there are, each over the output of the one before.</param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="batchFirst">Whether input and output are [batch, time, size]. The state never is.</param>
    /// <param name="dropout">The rate of dropout between layers, in training.</param>
    /// <param name="bidirectional">Whether a second network runs from the end to the start; outputs are joined along the last axis.</param>
    /// <param name="resetAfter">Whether the reset gate comes after the product with the state, as in the formula above; else n = tanh(W_in x + b_in + W_hn (r h) + b_hn), as in the paper's first version.</param>
    /// <param name="backwards">Whether sequences are read from the end, each from its own; outputs stay at their times. Not together with a second network.</param>
    /// <param name="generator">Where the first weights come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public GRU(
        long inputSize, long hiddenSize, int layers = 1, bool bias = true, bool batchFirst = false, double dropout = 0, bool bidirectional = false,
        bool resetAfter = true, bool backwards = false, Generator? generator = null, DType dtype = DType.Float32) =>
        stack = new(nameof(GRU), new GruKind(resetAfter), new(inputSize, hiddenSize, layers, bias, batchFirst, dropout, bidirectional, backwards), false, 0, generator, dtype);

    /// <summary>The outputs at all times, and the last state [layers * directions, batch, size].</summary>
    /// <param name="input">[time, batch, inputSize], or [batch, time, inputSize] if the batch is first; or [time, inputSize].</param>
    /// <param name="hidden">The first state [layers * directions, batch, size]; zeros if left out.</param>
    /// <param name="lengths">The number of steps of each sequence, int64 [batch], where they differ: outputs behind are 0, and the last state is that at the end of each.</param>
    /// <exception cref="ShapeException">A shape does not fit.</exception>
    public (Tensor Output, Tensor Hidden) Call(Tensor input, Tensor? hidden = null, Tensor? lengths = null) => Call((input, hidden, lengths));

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        stack.Enumerate(visitor);
    }

    /// <inheritdoc/>
    protected override (Tensor Output, Tensor Hidden) Forward((Tensor Input, Tensor? Hidden, Tensor? Lengths) x)
    {
        var (output, state) = stack.Run(x.Input, [x.Hidden], x.Lengths, IsTraining);
        return (output, state[0]);
    }

    internal override long Operations(object? input, object? output) => input is ValueTuple<Tensor, Tensor?, Tensor?> x ? stack.Operations(x.Item1) : 0;

    /// <inheritdoc/>
    protected override string Details() => stack.Details;
}
