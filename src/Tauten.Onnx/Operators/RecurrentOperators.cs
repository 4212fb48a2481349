using Tauten.Ops;
using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Recurrent networks of one layer. The usual functions run as one op over all steps; others step by step.</summary>
static class RecurrentOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("GRU", 1, c => Run(c, 3, 1, ["Sigmoid", "Tanh"], GruPass)),
        Of("LSTM", 1, c => Lstm(c, rounded: null)),
        Of("RNN", 1, c => Run(c, 1, 1, ["Tanh"], RnnPass)),
    ];

    /// <summary>An LSTM, whose inputs and states may be rounded before they are multiplied.</summary>
    internal static OnnxValue?[] Lstm(Call c, Func<Tensor, Tensor>? rounded) => Run(c, 4, 2, ["Sigmoid", "Tanh", "Tanh"], (c, x, direction) => LstmPass(c, x, direction, rounded));

    delegate Tensor Activation(Tensor x);

    /// <summary>A direction of a layer: its weights, the first state, and how it computes.</summary>
    /// <param name="Input">[gates hidden, input], the weight of the input.</param>
    /// <param name="Recurrent">[gates hidden, hidden], the weight of the state.</param>
    /// <param name="InputBias">What is added to the product with the input.</param>
    /// <param name="RecurrentBias">What is added to the product with the state.</param>
    /// <param name="Peepholes">What cells add to gates; only of an LSTM.</param>
    /// <param name="First">The first states, [batch, hidden].</param>
    /// <param name="Lengths">The lengths of the sequences; null where all take all steps.</param>
    /// <param name="Backwards">Whether sequences are read from the end.</param>
    /// <param name="Functions">The activation functions.</param>
    /// <param name="AreUsual">Whether these are the standard ones, and nothing is clipped.</param>
    sealed record Direction(Tensor Input, Tensor Recurrent, Tensor? InputBias, Tensor? RecurrentBias, Tensor? Peepholes, Tensor[] First, Tensor? Lengths, bool Backwards, Activation[] Functions, bool AreUsual);

    /// <summary>The states at all steps, [time, batch, hidden], and the last ones.</summary>
    delegate (Tensor Outputs, Tensor[] Last) Pass(Call c, Tensor x, Direction direction);

    static OnnxValue?[] Run(Call c, int gates, int states, string[] usual, Pass pass)
    {
        bool batchFirst = c.Flag("layout");
        var x = batchFirst ? c[0].Transpose(0, 1) : c[0];
        Tensor weight = c[1], recurrent = c[2];
        if (x.Rank != 3 || weight.Rank != 3 || recurrent.Rank != 3) throw new ModelFormatException($"expected an input [time, batch, size] and weights for each direction. Received: {x.Shape}, {weight.Shape} and {recurrent.Shape}.");
        string way = c.Text("direction", "forward");
        int count = way == "bidirectional" ? 2 : way is "forward" or "reverse" ? 1 : throw new ModelFormatException($"the direction must be forward, reverse or bidirectional. Received: {way}.");
        var hidden = recurrent.Shape[2];
        string[] names = c.Strings("activations") ?? [.. Enumerable.Repeat(usual, count).SelectMany(n => n)];
        if (names.Length != count * usual.Length) throw new ModelFormatException($"expected {count * usual.Length} activations. Received: {names.Length}.");
        double clip = c.Float("clip", 0);
        var lengths = Lengths(c);
        var outputs = new List<Tensor>();
        var last = new List<Tensor>[states];
        for (int s = 0; s < states; s++) last[s] = [];
        for (int d = 0; d < count; d++)
        {
            var own = names[(d * usual.Length)..((d + 1) * usual.Length)];
            // What is clipped is what gates are made of, not the cell that an LSTM gives out.
            var functions = own.Select((n, i) => Function(n, Parameter("activation_alpha", d * usual.Length + i), Parameter("activation_beta", d * usual.Length + i), i < 2 ? clip : 0)).ToArray();
            var bias = c.Optional(3)?.Select(0, d);
            var first = Enumerable.Range(0, states).Select(s => First(s, d)).ToArray();
            bool areUsual = clip == 0 && own.Zip(usual).All(n => n.First.Equals(n.Second, StringComparison.OrdinalIgnoreCase));
            var direction = new Direction(
                weight.Select(0, d), recurrent.Select(0, d), bias?.Narrow(0, 0, hidden * gates), bias?.Narrow(0, hidden * gates, hidden * gates), states == 2 ? c.Optional(7)?.Select(0, d) : null,
                first, lengths, way == "reverse" || d == 1, functions, areUsual);
            var (all, ends) = pass(c, x, direction);
            outputs.Add(all);
            for (int s = 0; s < states; s++) last[s].Add(ends[s]);
        }
        var y = Tensor.Stack([.. outputs], 1);
        var results = new List<OnnxValue?> { batchFirst ? y.Permute(2, 0, 1, 3) : y };
        foreach (var ends in last) results.Add(batchFirst ? Tensor.Stack([.. ends], 1) : Tensor.Stack([.. ends]));
        return [.. results];

        Tensor First(int state, int d)
        {
            int input = 5 + state;
            if (!c.Has(input)) return Tensor.Zeros([x.Shape[1], hidden], x.DType);
            return c[input].Select(batchFirst ? 1 : 0, d);
        }

        double? Parameter(string name, int index) => c.Floats(name) is { } all && index < all.Length ? all[index] : null;
    }

    // Lengths that all are the whole time are none.
    static Tensor? Lengths(Call c)
    {
        if (!c.Has(4)) return null;
        var time = c.ShapeOf(0)[c.Flag("layout") ? 1 : 0];
        return time.IsKnown && c.IsKnown(4) && Array.TrueForAll(c.Longs(4), n => n == time) ? null : c[4];
    }

    static Activation Function(string name, double? alpha, double? beta, double clip)
    {
        Activation function = name.ToUpperInvariant() switch
        {
            "RELU" => x => x.Relu(),
            "TANH" => x => x.Tanh(),
            "SIGMOID" => x => x.Sigmoid(),
            "AFFINE" => x => x * (alpha ?? 1) + (beta ?? 0),
            "LEAKYRELU" => x => x.LeakyRelu(alpha ?? 0.01),
            "THRESHOLDEDRELU" => x => Tensor.Where(x > (alpha ?? 1), x, 0),
            "SCALEDTANH" => x => (x * (beta ?? 1)).Tanh() * (alpha ?? 1),
            "HARDSIGMOID" => x => (x * (alpha ?? 0.2) + (beta ?? 0.5)).Clamp(0, 1),
            "ELU" => x => x.Elu(alpha ?? 1),
            "SOFTSIGN" => x => x.Softsign(),
            "SOFTPLUS" => x => x.Softplus(),
            _ => throw new ModelFormatException($"'{name}' is not an activation function of recurrent nets."),
        };
        return clip > 0 ? x => function(x.Clamp(-clip, clip)) : function;
    }

    static Tensor Reordered(Tensor x, Dim hidden, params ReadOnlySpan<int> order)
    {
        var parts = new Tensor[order.Length];
        for (int i = 0; i < parts.Length; i++) parts[i] = x.Narrow(0, hidden * order[i], hidden);
        return Tensor.Concat(parts);
    }

    static Tensor? Sum(Tensor? a, Tensor? b) => a is null ? b : b is null ? a : a + b;

    // The format keeps the gates in the order i, o, f, c; the op takes i, f, c, o.
    static (Tensor, Tensor[]) LstmPass(Call c, Tensor x, Direction d, Func<Tensor, Tensor>? rounded)
    {
        var hidden = d.Recurrent.Shape[1];
        Tensor weight = Reordered(d.Input, hidden, 0, 2, 3, 1), recurrent = Reordered(d.Recurrent, hidden, 0, 2, 3, 1);
        var bias = Sum(d.InputBias, d.RecurrentBias) is { } sum ? Reordered(sum, hidden, 0, 2, 3, 1) : null;
        var added = (rounded?.Invoke(x) ?? x).Linear(weight, bias);
        bool coupled = c.Flag("input_forget");
        if (d.AreUsual && d.Peepholes is null && !coupled && rounded is null)
        {
            Tensor[] inputs = [added, recurrent, d.First[0], d.First[1]];
            var result = Dispatch.RunAll(new LstmSequence(d.Backwards), d.Lengths is null ? inputs : [.. inputs, d.Lengths]);
            return (result[0], [result[1], result[2]]);
        }
        var (f, g, h) = (d.Functions[0], d.Functions[1], d.Functions[2]);
        return Stepwise(added, d, (step, states) =>
        {
            Tensor sums = step + (rounded?.Invoke(states[0]) ?? states[0]).Linear(recurrent), cell = states[1];
            // Peepholes are in the order i, o, f.
            // Gates that are coupled forget as much as they take in.
            Tensor i = f(Peeped(Part(sums, 0), 0, cell)), forget = coupled ? 1 - i : f(Peeped(Part(sums, 1), 2, cell));
            var next = forget * cell + i * g(Part(sums, 2));
            var o = f(Peeped(Part(sums, 3), 1, next));
            return [o * h(next), next];
        });

        Tensor Peeped(Tensor gate, int peephole, Tensor cell) => d.Peepholes is null ? gate : gate + d.Peepholes.Narrow(0, hidden * peephole, hidden) * cell;

        Tensor Part(Tensor whole, int index) => whole.Narrow(1, hidden * index, hidden);
    }

    // The format keeps the gates in the order z, r, h; the op takes r, z, h.
    static (Tensor, Tensor[]) GruPass(Call c, Tensor x, Direction d)
    {
        var hidden = d.Recurrent.Shape[1];
        bool resetAfter = c.Flag("linear_before_reset");
        Tensor weight = Reordered(d.Input, hidden, 1, 0, 2), recurrent = Reordered(d.Recurrent, hidden, 1, 0, 2);
        Tensor? inputBias = d.InputBias is { } w ? Reordered(w, hidden, 1, 0, 2) : null, recurrentBias = d.RecurrentBias is { } r ? Reordered(r, hidden, 1, 0, 2) : null;
        // Where the reset gate comes first, all that is added can be added at once.
        var added = x.Linear(weight, resetAfter ? inputBias : Sum(inputBias, recurrentBias));
        if (d.AreUsual)
        {
            List<Tensor> inputs = [added, recurrent, d.First[0]];
            if (resetAfter && recurrentBias is not null) inputs.Add(recurrentBias);
            if (d.Lengths is not null) inputs.Add(d.Lengths);
            var result = Dispatch.RunAll(new GruSequence(resetAfter, d.Backwards), inputs.ToArray());
            return (result[0], [result[1]]);
        }
        var (f, g) = (d.Functions[0], d.Functions[1]);
        Tensor both = recurrent.Narrow(0, 0, hidden * 2), candidate = recurrent.Narrow(0, hidden * 2, hidden);
        Tensor? gateBias = resetAfter ? recurrentBias?.Narrow(0, 0, hidden * 2) : null, candidateBias = resetAfter ? recurrentBias?.Narrow(0, hidden * 2, hidden) : null;
        return Stepwise(added, d, (step, states) =>
        {
            var state = states[0];
            var sums = state.Linear(both, gateBias);
            Tensor reset = f(Part(step, 0) + Part(sums, 0)), update = f(Part(step, 1) + Part(sums, 1));
            var next = g(Part(step, 2) + (resetAfter ? reset * state.Linear(candidate, candidateBias) : (reset * state).Linear(candidate)));
            return [next + update * (state - next)];
        });

        Tensor Part(Tensor whole, int index) => whole.Narrow(1, hidden * index, hidden);
    }

    static (Tensor, Tensor[]) RnnPass(Call c, Tensor x, Direction d)
    {
        var added = x.Linear(d.Input, Sum(d.InputBias, d.RecurrentBias));
        return Stepwise(added, d, (step, states) => [d.Functions[0](step + states[0].Linear(d.Recurrent))]);
    }

    static (Tensor, Tensor[]) Stepwise(Tensor added, Direction d, Func<Tensor, Tensor[], Tensor[]> step)
    {
        if (!added.Shape[0].IsKnown) throw new NeedsValueException("the number of steps decides how often the cell runs.");
        int time = checked((int)added.Shape[0].Value);
        var states = d.First;
        var outputs = new Tensor[time];
        foreach (int t in d.Backwards ? Enumerable.Range(0, time).Reverse() : Enumerable.Range(0, time))
        {
            var next = step(added.Select(0, t), states);
            if (d.Lengths is null) (states, outputs[t]) = (next, next[0]);
            else
            {
                // Behind its end a sequence keeps its state, and gives zeros.
                var inside = (d.Lengths > t).Unsqueeze(1);
                states = [.. next.Select((n, i) => Tensor.Where(inside, n, states[i]))];
                outputs[t] = Tensor.Where(inside, next[0], 0);
            }
        }
        return (Tensor.Stack(outputs), states);
    }
}
