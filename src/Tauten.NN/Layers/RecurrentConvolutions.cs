namespace Tauten.NN;

/// <summary>
/// What recurrent convolutions over one to three axes share: an <see cref="LSTM"/> whose products are convolutions, so that state and cell are pictures [batch, hiddenChannels, ...] (Shi et al.:
/// "Convolutional LSTM Network", 2015; without its peepholes, as Keras has it): c = f c' + i g and h = o tanh(c), where i, f and o are sigmoids and g is a tanh of W * x + b + U * h'.
/// </summary>
/// <remarks>
/// Parameters: <c>weight_ih</c>, W [4 hiddenChannels, inChannels, kernel...], <c>weight_hh</c>, U [4 hiddenChannels, hiddenChannels, kernel...], both at first evenly spread between -1/sqrt(n) and
/// 1/sqrt(n), where n is the elements that a sum has, and <c>bias_ih</c>, b [4 hiddenChannels], 1 for the forget gate f (Jozefowicz, Zaremba, Sutskever, 2015) and 0 for the others.
/// The convolution of the input, of all steps at once, has stride, padding and dilation; that of the state keeps its size.
/// </remarks>
public abstract class RecurrentConvolutionLayer : Module<(Tensor Input, (Tensor Hidden, Tensor Cell)? State), (Tensor Output, (Tensor Hidden, Tensor Cell) State)>
{
    readonly Parameter inputWeight, hiddenWeight;
    readonly Parameter? bias;
    readonly Dims stride, dilation;
    readonly ConvolutionPadding padding;
    readonly long inChannels, hiddenChannels;
    readonly bool batchFirst, backwards;

    private protected RecurrentConvolutionLayer(
        int axes, long inChannels, long hiddenChannels, Dims kernelSize, Dims? stride, ConvolutionPadding? padding, Dims? dilation, bool bias, bool batchFirst, bool backwards,
        Generator? generator, DType dtype)
    {
        this.inChannels = Initial.Size(inChannels, TypeName, nameof(inChannels));
        this.hiddenChannels = Initial.Size(hiddenChannels, TypeName, nameof(hiddenChannels));
        var kernel = Initial.Each(kernelSize, axes, TypeName, nameof(kernelSize), 1);
        this.stride = Initial.Each(stride ?? 1, axes, TypeName, nameof(stride), 1);
        this.dilation = Initial.Each(dilation ?? 1, axes, TypeName, nameof(dilation), 1);
        (this.padding, this.batchFirst, this.backwards) = (padding ?? 0, batchFirst, backwards);
        long window = 1;
        foreach (long size in kernel.Span) window *= size;
        inputWeight = Initial.Fan(Shape.Of([4 * hiddenChannels, inChannels, .. kernel]), inChannels * window, generator, dtype);
        hiddenWeight = Initial.Fan(Shape.Of([4 * hiddenChannels, hiddenChannels, .. kernel]), hiddenChannels * window, generator, dtype);
        if (bias)
        {
            this.bias = Initial.Outside(() =>
            {
                Tensor zeros = Tensor.Zeros([hiddenChannels], dtype), ones = Tensor.Ones([hiddenChannels], dtype);
                return new Parameter(Tensor.Concat([zeros, ones, zeros, zeros]));
            });
        }
    }

    /// <summary>The outputs at all times, [time, batch, hiddenChannels, ...], and the last state and cell [batch, hiddenChannels, ...].</summary>
    /// <param name="input">[time, batch, inChannels, ...], or [batch, time, inChannels, ...] if the batch is first.</param>
    /// <param name="state">The first state and cell [batch, hiddenChannels, ...]; zeros if left out.</param>
    /// <exception cref="ShapeException">A shape does not fit, or the number of steps is not known while a graph is captured.</exception>
    public (Tensor Output, (Tensor Hidden, Tensor Cell) State) Call(Tensor input, (Tensor Hidden, Tensor Cell)? state = null) => Call((input, state));

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        visitor.Visit("weight_ih", inputWeight);
        visitor.Visit("weight_hh", hiddenWeight);
        visitor.Visit("bias_ih", bias);
    }

    /// <inheritdoc/>
    protected override (Tensor Output, (Tensor Hidden, Tensor Cell) State) Forward((Tensor Input, (Tensor Hidden, Tensor Cell)? State) x)
    {
        int axes = stride.Count;
        var input = x.Input;
        if (input.Rank != axes + 3 || (input.Shape[2].IsKnown && input.Shape[2] != inChannels))
            throw new ShapeException($"{TypeName}: expected an input {(batchFirst ? "[batch, time" : "[time, batch")}, {inChannels}, {axes} {(axes == 1 ? "axis" : "axes")}]. Received: shape {input.Shape}.");
        if (batchFirst) input = input.Transpose(0, 1);
        if (!input.Shape[0].IsKnown)
            throw new ShapeException($"{TypeName}: the number of steps must be known, as each step is computed by itself. Received: shape {x.Input.Shape}, in which it is not known while a graph is captured.");
        if (input.Shape[0] < 1) throw new ShapeException($"{TypeName}: expected at least one step. Received: shape {x.Input.Shape}.");
        var added = Convolve(input.Flatten(0, 1), inputWeight.Borrow(), bias?.Borrow(), stride, padding, dilation);
        var steps = added.Reshape([input.Shape[0], input.Shape[1], .. added.Shape.Skip(1)]).Unbind(0);
        Shape expected = [input.Shape[1], hiddenChannels, .. added.Shape.Skip(2)];
        var (hidden, cell) = x.State ?? (Tensor.Zeros(expected, input.DType), Tensor.Zeros(expected, input.DType));
        if (hidden.Shape != expected || cell.Shape != expected) throw new ShapeException($"{TypeName}: expected a first state and cell {expected}. Received: shapes {hidden.Shape} and {cell.Shape}.");
        var weight = hiddenWeight.Borrow();
        var outputs = new Tensor[steps.Length];
        for (int n = 0; n < steps.Length; n++)
        {
            int t = backwards ? steps.Length - 1 - n : n;
            var gates = (steps[t] + Convolve(hidden, weight, null, 1, ConvolutionPadding.Same, 1)).Chunk(4, 1);
            cell = gates[1].Sigmoid() * cell + gates[0].Sigmoid() * gates[2].Tanh();
            outputs[t] = hidden = gates[3].Sigmoid() * cell.Tanh();
        }
        return (Tensor.Stack(outputs, batchFirst ? 1 : 0), (hidden, cell));
    }

    private protected abstract Tensor Convolve(Tensor x, Tensor weight, Tensor? bias, Dims stride, ConvolutionPadding padding, Dims dilation);

    internal override long Operations(object? input, object? output) =>
        output is ValueTuple<Tensor, (Tensor, Tensor)> y ? 8 * y.Item1.Shape.ElementCount.Value * ((inputWeight.Shape.ElementCount.Value + hiddenWeight.Shape.ElementCount.Value) / inputWeight.Shape[0].Value) : 0;

    /// <inheritdoc/>
    protected override string Details() =>
        $"{inChannels} -> {hiddenChannels}, kernel [{string.Join(", ", inputWeight.Shape.Skip(2))}]{(bias is null ? ", no bias" : "")}{(batchFirst ? ", batch first" : "")}{(backwards ? ", backwards" : "")}";
}

/// <summary>A recurrent convolution over a sequence of signals [time, batch, channels, length]: an LSTM whose products are convolutions over one axis; see <see cref="RecurrentConvolutionLayer"/>.</summary>
/// <example><code>
/// var net = new ConvLSTM1d(3, 8, 3, padding: ConvolutionPadding.Same);
/// var (output, state) = net.Call(Tensor.Zeros([5, 2, 3, 16]));
/// Console.WriteLine(output.Shape);    // [5, 2, 8, 16]
/// </code></example>
public sealed class ConvLSTM1d : RecurrentConvolutionLayer
{
    /// <summary>A layer with random weights.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="hiddenChannels">Channels of state and cell.</param>
    /// <param name="kernelSize">The size of the windows: one number, or one for each axis.</param>
    /// <param name="stride">The step of the input's window; 1 if left out.</param>
    /// <param name="padding">The zeros on each side of the input: numbers, or <see cref="ConvolutionPadding.Same"/>; 0 if left out.</param>
    /// <param name="dilation">The step inside of the input's window; 1 if left out.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="batchFirst">Whether input and output are [batch, time, ...].</param>
    /// <param name="backwards">Whether sequences are read from the end; outputs stay at their times.</param>
    /// <param name="generator">Where the first weights come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public ConvLSTM1d(
        long inChannels, long hiddenChannels, Dims kernelSize, Dims? stride = null, ConvolutionPadding? padding = null, Dims? dilation = null, bool bias = true, bool batchFirst = false,
        bool backwards = false, Generator? generator = null, DType dtype = DType.Float32)
        : base(1, inChannels, hiddenChannels, kernelSize, stride, padding, dilation, bias, batchFirst, backwards, generator, dtype) { }

    private protected override Tensor Convolve(Tensor x, Tensor weight, Tensor? bias, Dims stride, ConvolutionPadding padding, Dims dilation) => x.Conv1d(weight, bias, stride, padding, dilation);
}

/// <summary>A recurrent convolution over a sequence of pictures [time, batch, channels, height, width]: an LSTM whose products are convolutions over two axes; see <see cref="RecurrentConvolutionLayer"/>.</summary>
/// <example><code>
/// var net = new ConvLSTM2d(3, 8, 3, padding: ConvolutionPadding.Same);
/// var (output, state) = net.Call(Tensor.Zeros([5, 2, 3, 16, 12]));
/// Console.WriteLine(output.Shape);    // [5, 2, 8, 16, 12]
/// </code></example>
public sealed class ConvLSTM2d : RecurrentConvolutionLayer
{
    /// <summary>A layer with random weights.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="hiddenChannels">Channels of state and cell.</param>
    /// <param name="kernelSize">The size of the windows: one number, or one for each axis.</param>
    /// <param name="stride">The step of the input's window; 1 if left out.</param>
    /// <param name="padding">The zeros on each side of the input: numbers, or <see cref="ConvolutionPadding.Same"/>; 0 if left out.</param>
    /// <param name="dilation">The step inside of the input's window; 1 if left out.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="batchFirst">Whether input and output are [batch, time, ...].</param>
    /// <param name="backwards">Whether sequences are read from the end; outputs stay at their times.</param>
    /// <param name="generator">Where the first weights come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public ConvLSTM2d(
        long inChannels, long hiddenChannels, Dims kernelSize, Dims? stride = null, ConvolutionPadding? padding = null, Dims? dilation = null, bool bias = true, bool batchFirst = false,
        bool backwards = false, Generator? generator = null, DType dtype = DType.Float32)
        : base(2, inChannels, hiddenChannels, kernelSize, stride, padding, dilation, bias, batchFirst, backwards, generator, dtype) { }

    private protected override Tensor Convolve(Tensor x, Tensor weight, Tensor? bias, Dims stride, ConvolutionPadding padding, Dims dilation) => x.Conv2d(weight, bias, stride, padding, dilation);
}

/// <summary>A recurrent convolution over a sequence of volumes [time, batch, channels, depth, height, width]: an LSTM whose products are convolutions over three axes; see <see cref="RecurrentConvolutionLayer"/>.</summary>
/// <example><code>
/// var net = new ConvLSTM3d(3, 8, 3, padding: ConvolutionPadding.Same);
/// var (output, state) = net.Call(Tensor.Zeros([5, 2, 3, 4, 8, 8]));
/// Console.WriteLine(output.Shape);    // [5, 2, 8, 4, 8, 8]
/// </code></example>
public sealed class ConvLSTM3d : RecurrentConvolutionLayer
{
    /// <summary>A layer with random weights.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="hiddenChannels">Channels of state and cell.</param>
    /// <param name="kernelSize">The size of the windows: one number, or one for each axis.</param>
    /// <param name="stride">The step of the input's window; 1 if left out.</param>
    /// <param name="padding">The zeros on each side of the input: numbers, or <see cref="ConvolutionPadding.Same"/>; 0 if left out.</param>
    /// <param name="dilation">The step inside of the input's window; 1 if left out.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="batchFirst">Whether input and output are [batch, time, ...].</param>
    /// <param name="backwards">Whether sequences are read from the end; outputs stay at their times.</param>
    /// <param name="generator">Where the first weights come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">A size is out of range.</exception>
    public ConvLSTM3d(
        long inChannels, long hiddenChannels, Dims kernelSize, Dims? stride = null, ConvolutionPadding? padding = null, Dims? dilation = null, bool bias = true, bool batchFirst = false,
        bool backwards = false, Generator? generator = null, DType dtype = DType.Float32)
        : base(3, inChannels, hiddenChannels, kernelSize, stride, padding, dilation, bias, batchFirst, backwards, generator, dtype) { }

    private protected override Tensor Convolve(Tensor x, Tensor weight, Tensor? bias, Dims stride, ConvolutionPadding padding, Dims dilation) => x.Conv3d(weight, bias, stride, padding, dilation);
}
