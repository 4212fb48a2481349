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

    /// <summary>What the input adds to all gates: [.., gates * hidden].</summary>
    public Tensor OfInput(Tensor x) => x.Linear(InputWeight.Borrow(), InputBias?.Borrow());

    /// <summary>What the state adds to all gates.</summary>
    public Tensor OfHidden(Tensor h) => h.Linear(HiddenWeight.Borrow(), HiddenBias?.Borrow());
}

/// <summary>One step in time: what the input adds to the gates, the state (hidden first), the weights; gives the new state.</summary>
delegate Tensor[] RecurrentStep(Tensor gates, Tensor[] state, RecurrentWeights weights);

static class RecurrentSteps
{
    public static RecurrentStep Plain(RecurrentActivation activation) => activation switch
    {
        RecurrentActivation.Tanh => (gates, state, w) => [(gates + w.OfHidden(state[0])).Tanh()],
        RecurrentActivation.Relu => (gates, state, w) => [(gates + w.OfHidden(state[0])).Relu()],
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "Expected a member of RecurrentActivation."),
    };

    public static Tensor[] Lstm(Tensor gates, Tensor[] state, RecurrentWeights w)
    {
        var parts = (gates + w.OfHidden(state[0])).Chunk(4, -1);
        var cell = parts[1].Sigmoid() * state[1] + parts[0].Sigmoid() * parts[2].Tanh();
        var hidden = parts[3].Sigmoid() * cell.Tanh();
        return [w.Projection is { } p ? hidden.Linear(p.Borrow(), null) : hidden, cell];
    }

    public static Tensor[] Gru(Tensor gates, Tensor[] state, RecurrentWeights w)
    {
        Tensor[] x = gates.Chunk(3, -1), h = w.OfHidden(state[0]).Chunk(3, -1);
        Tensor reset = (x[0] + h[0]).Sigmoid(), update = (x[1] + h[1]).Sigmoid();
        var made = (x[2] + reset * h[2]).Tanh();
        return [made + update * (state[0] - made)];
    }

    /// <summary>The states of one step, for an input with a batch or without one.</summary>
    public static Tensor[] Once(string layer, RecurrentStep step, RecurrentWeights w, Tensor x, Tensor?[] state)
    {
        Dim input = w.InputWeight.Shape[1], hidden = w.HiddenWeight.Shape[1];
        if (x.Rank is not (1 or 2) || (x.Shape[^1].IsKnown && x.Shape[^1] != input)) throw new ShapeException($"{layer}: expected an input [batch, {input}] or [{input}]. Received: shape {x.Shape}.");
        Shape expected = x.Rank == 1 ? [hidden] : [x.Shape[0], hidden];
        var before = new Tensor[state.Length];
        for (int k = 0; k < state.Length; k++)
        {
            before[k] = state[k] ?? Tensor.Zeros(expected, x.DType);
            if (before[k].Shape != expected) throw new ShapeException($"{layer}: expected a state {expected}. Received: shape {before[k].Shape}.");
        }
        return step(w.OfInput(x), before, w);
    }
}

/// <summary>Layers and directions of a recurrent network over a sequence.</summary>
sealed class RecurrentStack
{
    readonly string layer;
    readonly RecurrentStep step;
    readonly RecurrentWeights[] weights;        // of layer 0 forwards, layer 0 backwards, layer 1 forwards ...
    readonly int directions;
    readonly long inputSize, hiddenSize;
    readonly Dim[] sizes;                       // of each part of the state
    readonly bool batchFirst;
    readonly double dropout;
    readonly Generator? generator;

    public RecurrentStack(string layer, RecurrentStep step, int gates, RecurrentShape shape, bool hasCell, long projection, Generator? generator, DType dtype)
    {
        Initial.Size(shape.Layers, layer, "layers");
        (this.layer, this.step, this.generator) = (layer, step, generator);
        (inputSize, hiddenSize, batchFirst) = (shape.InputSize, shape.HiddenSize, shape.BatchFirst);
        dropout = Rates.Check(shape.Dropout, layer);
        directions = shape.Bidirectional ? 2 : 1;
        weights = new RecurrentWeights[shape.Layers * directions];
        long output = projection > 0 ? projection : hiddenSize;
        sizes = hasCell ? [output, hiddenSize] : [output];
        for (int i = 0; i < weights.Length; i++)
            weights[i] = RecurrentWeights.Create(layer, gates, i < directions ? inputSize : output * directions, hiddenSize, shape.Bias, projection, generator, dtype);
    }

    public void Enumerate(ModuleVisitor visitor)
    {
        for (int i = 0; i < weights.Length; i++) weights[i].Enumerate(visitor, $"_l{i / directions}{(i % directions == 1 ? "_reverse" : "")}");
    }

    public long Operations(Tensor x) => weights.Sum(w => w.Operations(x.Shape.ElementCount.Value / inputSize));

    public string Details =>
        $"{inputSize} -> {hiddenSize}{(weights.Length > directions ? $", {weights.Length / directions} layers" : "")}{(directions == 2 ? ", bidirectional" : "")}{(batchFirst ? ", batch first" : "")}";

    /// <summary>The hidden states of the last layer at all times, and the last states [layers * directions, batch, size].</summary>
    public (Tensor Output, Tensor[] State) Run(Tensor x, Tensor?[] first, Tensor? lengths, bool isTraining)
    {
        bool single = x.Rank == 2;
        if (x.Rank is not (2 or 3) || (x.Shape[^1].IsKnown && x.Shape[^1] != inputSize))
            throw new ShapeException($"{layer}: expected an input {(batchFirst ? $"[batch, time, {inputSize}]" : $"[time, batch, {inputSize}]")} or [time, {inputSize}]. Received: shape {x.Shape}.");
        if (single) x = x.Unsqueeze(1);
        else if (batchFirst) x = x.Transpose(0, 1);
        if (!x.Shape[0].IsKnown) throw new ShapeException($"{layer}: the number of steps must be known, as each step is computed by itself. Received: shape {x.Shape}, in which it is not known while a graph is captured.");
        if (x.Shape[0] < 1) throw new ShapeException($"{layer}: expected at least one step. Received: shape {x.Shape}.");
        if (lengths is not null && (lengths.Rank != 1 || lengths.Shape[0] != x.Shape[1])) throw new ShapeException($"{layer}: expected a length for each of {x.Shape[1]} sequences. Received: shape {lengths.Shape}.");
        var states = States(x, first, single);
        var there = lengths is null ? null : Within(lengths, (int)x.Shape[0].Value);
        for (int level = 0; level < weights.Length / directions; level++)
        {
            if (level > 0 && isTraining && dropout > 0) x = x.Dropout(dropout, generator);
            var outputs = new Tensor[directions];
            for (int direction = 0; direction < directions; direction++)
            {
                int i = level * directions + direction;
                (outputs[direction], states[i]) = Pass(weights[i], x, states[i], there, backwards: direction == 1);
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

    /// <summary>For each step which sequences have it: [batch, 1].</summary>
    static Tensor[] Within(Tensor lengths, int steps)
    {
        var column = lengths.Unsqueeze(1);
        return [.. Enumerable.Range(0, steps).Select(t => column > t)];
    }

    // A sequence that is over keeps its state; backwards one that has not begun keeps the first.
    (Tensor Output, Tensor[] State) Pass(RecurrentWeights w, Tensor x, Tensor[] state, Tensor[]? there, bool backwards)
    {
        var gates = w.OfInput(x).Unbind(0);
        var outputs = new Tensor[gates.Length];
        for (int n = 0; n < gates.Length; n++)
        {
            int t = backwards ? gates.Length - 1 - n : n;
            var made = step(gates[t], state, w);
            outputs[t] = there is null ? made[0] : Tensor.Where(there[t], made[0], 0);
            state = there is null ? made : [.. made.Zip(state, (now, before) => Tensor.Where(there[t], now, before))];
        }
        return (Tensor.Stack(outputs), state);
    }
}

/// <summary>The sizes that all recurrent networks have.</summary>
readonly record struct RecurrentShape(long InputSize, long HiddenSize, int Layers, bool Bias, bool BatchFirst, double Dropout, bool Bidirectional);
