using Tauten.Ops;

namespace Tauten.NN;

/// <summary>The weights of one layer and direction of a recurrent network; see <see cref="RNN"/>, <see cref="LSTM"/> and <see cref="GRU"/>.</summary>
/// <param name="InputWeight">[gates * hidden, input].</param>
/// <param name="HiddenWeight">[gates * hidden, hidden], or projection instead of hidden.</param>
/// <param name="InputBias">[gates * hidden].</param>
/// <param name="HiddenBias">[gates * hidden].</param>
/// <param name="Projection">[projection, hidden].</param>
sealed record RecurrentWeights(Parameter InputWeight, Parameter HiddenWeight, Parameter? InputBias, Parameter? HiddenBias, Parameter? Projection)
{
    public static RecurrentWeights Create(string layer, int gates, long input, long hidden, bool bias, long projection, Generator? generator, DType dtype)
    {
        Initial.Size(input, layer, "inputSize");
        Initial.Size(hidden, layer, "hiddenSize");
        if (projection < 0 || projection >= hidden) throw new ShapeException($"{layer}: expected a projection of 0 (none) to {hidden - 1}. Received: {projection}.");
        long rows = gates * hidden;
        return new(Make(rows, input), Make(rows, projection > 0 ? projection : hidden), bias ? Make(rows) : null, bias ? Make(rows) : null, projection > 0 ? Make(projection, hidden) : null);

        Parameter Make(params ReadOnlySpan<long> shape) => Initial.Fan(Shape.Of(shape), hidden, generator, dtype);
    }

    public void Enumerate(ModuleVisitor visitor, string suffix)
    {
        visitor.Visit("weight_ih" + suffix, InputWeight);
        visitor.Visit("weight_hh" + suffix, HiddenWeight);
        visitor.Visit("bias_ih" + suffix, InputBias);
        visitor.Visit("bias_hh" + suffix, HiddenBias);
        visitor.Visit("weight_hr" + suffix, Projection);
    }

    /// <summary>Operations of this many steps.</summary>
    public long Operations(long steps) =>
        2 * steps * (InputWeight.Shape.ElementCount.Value + HiddenWeight.Shape.ElementCount.Value + (Projection?.Shape.ElementCount.Value ?? 0));

    /// <summary>
    /// What the input adds to all gates: [.., gates * hidden], one product for all steps. The second bias is a part of it unless the op that runs over the
    /// steps takes it.
    /// </summary>
    public Tensor OfInput(Tensor x, bool bothBiases) =>
        x.Linear(InputWeight.Borrow(), bothBiases && InputBias is { } input && HiddenBias is { } hidden ? input.Borrow() + hidden.Borrow() : InputBias?.Borrow());
}

/// <summary>
/// One kind of recurrent net: what a layer and direction of it makes of an input [time, batch, size] and a state (hidden first): the hidden states at all steps, and the last state.
/// </summary>
abstract record RecurrentKind(int Gates)
{
    public abstract (Tensor Output, Tensor[] State) Pass(RecurrentWeights weights, Tensor x, Tensor[] state, Tensor? lengths, bool backwards);

    private protected static Tensor[] Run(CompositeOp op, params ReadOnlySpan<Tensor?> x)
    {
        var inputs = new List<Tensor>();
        foreach (var input in x)
            if (input is not null) inputs.Add(input);
        return Dispatch.RunAll(op, inputs.ToArray());
    }

    /// <summary>The state after one step, for an input with a batch or without one.</summary>
    public Tensor[] Once(string layer, RecurrentWeights w, Tensor x, Tensor?[] state)
    {
        Dim input = w.InputWeight.Shape[1], hidden = w.HiddenWeight.Shape[1];
        if (x.Rank is not (1 or 2) || (x.Shape[^1].IsKnown && x.Shape[^1] != input)) throw new ShapeException($"{layer}: expected an input [batch, {input}] or [{input}]. Received: shape {x.Shape}.");
        bool single = x.Rank == 1;
        Shape expected = single ? [hidden] : [x.Shape[0], hidden];
        var before = new Tensor[state.Length];
        for (int k = 0; k < state.Length; k++)
        {
            before[k] = state[k] ?? Tensor.Zeros(expected, x.DType);
            if (before[k].Shape != expected) throw new ShapeException($"{layer}: expected a state {expected}. Received: shape {before[k].Shape}.");
            if (single) before[k] = before[k].Unsqueeze(0);
        }
        var after = Pass(w, (single ? x.Unsqueeze(0) : x).Unsqueeze(0), before, null, false).State;
        return single ? Array.ConvertAll(after, s => s.Squeeze(0)) : after;
    }
}

sealed record PlainKind(bool Relu) : RecurrentKind(1)
{
    public static PlainKind Of(RecurrentActivation activation) => activation switch
    {
        RecurrentActivation.Tanh => new(false),
        RecurrentActivation.Relu => new(true),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "Expected a member of RecurrentActivation."),
    };

    public override (Tensor Output, Tensor[] State) Pass(RecurrentWeights weights, Tensor x, Tensor[] state, Tensor? lengths, bool backwards)
    {
        var y = Run(new RnnSequence(Relu, backwards), weights.OfInput(x, true), weights.HiddenWeight.Borrow(), state[0], lengths);
        return (y[0], [y[1]]);
    }
}

sealed record LstmKind() : RecurrentKind(4)
{
    public override (Tensor Output, Tensor[] State) Pass(RecurrentWeights weights, Tensor x, Tensor[] state, Tensor? lengths, bool backwards)
    {
        var y = Run(new LstmSequence(backwards), weights.OfInput(x, true), weights.HiddenWeight.Borrow(), state[0], state[1], weights.Projection?.Borrow(), lengths);
        return (y[0], [y[1], y[2]]);
    }
}

sealed record GruKind(bool ResetAfter) : RecurrentKind(3)
{
    public override (Tensor Output, Tensor[] State) Pass(RecurrentWeights weights, Tensor x, Tensor[] state, Tensor? lengths, bool backwards)
    {
        var y = Run(new GruSequence(ResetAfter, backwards), weights.OfInput(x, !ResetAfter), weights.HiddenWeight.Borrow(), state[0], ResetAfter ? weights.HiddenBias?.Borrow() : null, lengths);
        return (y[0], [y[1]]);
    }
}

/// <summary>Layers and directions of a recurrent network over a sequence.</summary>
sealed class RecurrentStack
{
    readonly string layer;
    readonly RecurrentKind kind;
    readonly RecurrentWeights[] weights;        // of layer 0 forwards, layer 0 backwards, layer 1 forwards ...
    readonly int directions;
    readonly long inputSize, hiddenSize;
    readonly Dim[] sizes;                       // of each part of the state
    readonly bool batchFirst, backwards;
    readonly double dropout;
    readonly Generator? generator;

    public RecurrentStack(string layer, RecurrentKind kind, RecurrentShape shape, bool hasCell, long projection, Generator? generator, DType dtype)
    {
        Initial.Size(shape.Layers, layer, "layers");
        (this.layer, this.kind, this.generator) = (layer, kind, generator);
        (inputSize, hiddenSize, batchFirst, backwards) = (shape.InputSize, shape.HiddenSize, shape.BatchFirst, shape.Backwards);
        if (backwards && shape.Bidirectional) throw new ArgumentException($"{layer}: a bidirectional network already reads sequences from both ends. Received: backwards and bidirectional.", nameof(shape));
        dropout = Rates.Check(shape.Dropout, layer);
        directions = shape.Bidirectional ? 2 : 1;
        weights = new RecurrentWeights[shape.Layers * directions];
        long output = projection > 0 ? projection : hiddenSize;
        sizes = hasCell ? [output, hiddenSize] : [output];
        for (int i = 0; i < weights.Length; i++)
            weights[i] = RecurrentWeights.Create(layer, kind.Gates, i < directions ? inputSize : output * directions, hiddenSize, shape.Bias, projection, generator, dtype);
    }

    public void Enumerate(ModuleVisitor visitor)
    {
        for (int i = 0; i < weights.Length; i++) weights[i].Enumerate(visitor, $"_l{i / directions}{(i % directions == 1 ? "_reverse" : "")}");
    }

    public long Operations(Tensor x) => weights.Sum(w => w.Operations(x.Shape.ElementCount.Value / inputSize));

    public string Details =>
        $"{inputSize} -> {hiddenSize}{(weights.Length > directions ? $", {weights.Length / directions} layers" : "")}{(directions == 2 ? ", bidirectional" : backwards ? ", backwards" : "")}{(batchFirst ? ", batch first" : "")}";

    /// <summary>The hidden states of the last layer at all times, and the last states [layers * directions, batch, size].</summary>
    public (Tensor Output, Tensor[] State) Run(Tensor x, Tensor?[] first, Tensor? lengths, bool isTraining)
    {
        bool single = x.Rank == 2;
        if (x.Rank is not (2 or 3) || (x.Shape[^1].IsKnown && x.Shape[^1] != inputSize))
            throw new ShapeException($"{layer}: expected an input {(batchFirst ? $"[batch, time, {inputSize}]" : $"[time, batch, {inputSize}]")} or [time, {inputSize}]. Received: shape {x.Shape}.");
        if (single) x = x.Unsqueeze(1);
        // The product with the input's weight, forwards and backwards, is one large one only over rows that follow each other.
        else if (batchFirst) x = x.Transpose(0, 1).Contiguous();
        if (x.Shape[0].IsKnown && x.Shape[0] < 1) throw new ShapeException($"{layer}: expected at least one step. Received: shape {x.Shape}.");
        if (lengths is not null && (lengths.Rank != 1 || lengths.Shape[0] != x.Shape[1])) throw new ShapeException($"{layer}: expected a length for each of {x.Shape[1]} sequences. Received: shape {lengths.Shape}.");
        if (lengths is { DType: not (DType.Int64 or DType.Int32) }) throw new DTypeException($"{layer}: expected lengths of dtype int64 or int32. Received: {lengths.DType.Name()}.");
        var states = States(x, first, single);
        for (int level = 0; level < weights.Length / directions; level++)
        {
            if (level > 0 && isTraining && dropout > 0) x = x.Dropout(dropout, generator);
            var outputs = new Tensor[directions];
            for (int direction = 0; direction < directions; direction++)
            {
                int i = level * directions + direction;
                (outputs[direction], states[i]) = kind.Pass(weights[i], x, states[i], lengths, backwards || direction == 1);
            }
            x = directions == 1 ? outputs[0] : Tensor.Concat(outputs, -1);
        }
        var last = new Tensor[sizes.Length];
        for (int k = 0; k < last.Length; k++)
        {
            last[k] = Tensor.Stack([.. states.Select(s => s[k])]);
            if (single) last[k] = last[k].Squeeze(1);
        }
        return (single ? x.Squeeze(1) : batchFirst ? x.Transpose(0, 1) : x, last);
    }

    Tensor[][] States(Tensor x, Tensor?[] first, bool single)
    {
        var states = new Tensor[weights.Length][];
        for (int i = 0; i < states.Length; i++) states[i] = new Tensor[sizes.Length];
        for (int k = 0; k < sizes.Length; k++)
        {
            Dim count = weights.Length;
            Shape expected = single ? [count, sizes[k]] : [count, x.Shape[1], sizes[k]];
            if (first[k] is { } given && given.Shape != expected) throw new ShapeException($"{layer}: expected a first state {expected}. Received: shape {given.Shape}.");
            var all = first[k] is not { } state ? null : (single ? state.Unsqueeze(1) : state).Unbind(0);
            for (int i = 0; i < states.Length; i++) states[i][k] = all?[i] ?? Tensor.Zeros([x.Shape[1], sizes[k]], x.DType);
        }
        return states;
    }
}

/// <summary>What all recurrent networks have.</summary>
readonly record struct RecurrentShape(long InputSize, long HiddenSize, int Layers, bool Bias, bool BatchFirst, double Dropout, bool Bidirectional, bool Backwards);
