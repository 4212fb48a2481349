using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>Recurrent nets over whole sequences, and their gradients.</summary>
static class SequenceCases
{
    const int Time = 4;
    static readonly Dim batch = "batch", hidden = "hidden";
    static readonly Dictionary<string, int> many = Sizes(("batch", 41), ("hidden", 37)), few = Sizes(("batch", 5), ("hidden", 330));
    static readonly Domain gate = Between(0.1, 0.9), unit = Between(-1, 1), small = Between(-0.4, 0.4);
    static readonly Input state = new([batch, hidden], unit), states = new([Time, batch, hidden], unit), lengths = Input.Index([batch], Time + 1) with { IsLabel = true };

    // Unlike the values of a net that was run, the outputs and gates of these gradients are any numbers: the formula is the same.
    public static IEnumerable<OpCase> All() =>
    [
        .. from backwards in new[] { false, true }
           from c in Directed(backwards)
           select c,

        Case<LstmSequence>(new LstmSequence(), "with a projection and lengths", few, new([Time, batch, hidden * 4]), new([hidden * 4, 3]), new([batch, 3]), state, new([3, hidden]), lengths),
        Case<LstmSequence>(new LstmSequence(Backwards: true), "with a projection", many, new([Time, batch, hidden * 4]), new([hidden * 4, 3]), new([batch, 3]), state, new([3, hidden])),
        new(typeof(LstmSequence), "of one step, its states only", x => Dispatch.RunAll(new LstmSequence(), x)[1..3], new([1, batch, hidden * 4]), new([hidden * 4, hidden]), state, state) { Large = many, Condition = 40 },
        Case<LstmSequenceGradient>(new LstmSequenceGradient(), "with a projection and lengths", few,
            new([Time, batch, 3]), new([batch, 3]), state, new([hidden * 4, 3]), new([batch, 3]), state, new([Time, batch, 3]), new([Time, batch, hidden * 4], gate), states, new([3, hidden]), lengths),
        Case<LstmSequenceGradient>(new LstmSequenceGradient(Backwards: true), "with a projection and inner gradients", many,
            new([Time, batch, 3]), new([batch, 3]), state, new([hidden * 4, 3]), new([batch, 3]), state, new([Time, batch, 3]), new([Time, batch, hidden * 4], gate), states, new([3, hidden]),
            new([Time, batch, hidden * 4]), states),
    ];

    static IEnumerable<OpCase> Directed(bool backwards)
    {
        string direction = backwards ? "backwards" : "";
        Input four = new([Time, batch, hidden * 4]), gates = four with { Domain = gate }, three = new([Time, batch, hidden * 3]);
        Input square = new([hidden, hidden], small), tall = new([hidden * 4, hidden], small), third = new([hidden * 3, hidden], small);

        var lstm = new LstmSequence(backwards);
        yield return Case<LstmSequence>(lstm, direction, backwards ? few : many, four, tall, state, state);
        yield return Case<LstmSequence>(lstm, $"{direction} with lengths", many, four, tall, state, state, lengths);
        var lstmGradient = new LstmSequenceGradient(backwards);
        yield return Case<LstmSequenceGradient>(lstmGradient, direction, backwards ? few : many, states, state, state, tall, state, state, states, gates, states);
        yield return Case<LstmSequenceGradient>(lstmGradient, $"{direction} with inner gradients and lengths", many, states, state, state, tall, state, state, states, gates, states, four, states, lengths);

        foreach (bool after in new[] { true, false })
        {
            string name = $"{direction}{(after ? "" : " reset before")}";
            var gru = new GruSequence(after, backwards);
            yield return Case<GruSequence>(gru, name, backwards ? few : many, three, third, state);
            yield return Case<GruSequence>(gru, $"{name} with {(after ? "a bias and " : "")}lengths", many, after ? [three, third, state, new([hidden * 3]), lengths] : [three, third, state, lengths]);
            var gruGradient = new GruSequenceGradient(after, backwards);
            yield return Case<GruSequenceGradient>(gruGradient, name, backwards ? few : many, states, state, third, state, states, gates);
            yield return Case<GruSequenceGradient>(gruGradient, $"{name} with inner gradients and lengths", many, states, state, third, state, states, gates, four, lengths);
        }

        foreach (bool relu in new[] { false, true })
        {
            string name = $"{direction}{(relu ? " relu" : "")}";
            var rnn = new RnnSequence(relu, backwards);
            yield return Case<RnnSequence>(rnn, name, backwards ? few : many, states, square, state);
            yield return Case<RnnSequence>(rnn, $"{name} with lengths", many, states, square, state, lengths);
            var rnnGradient = new RnnSequenceGradient(relu, backwards);
            Input outputs = states with { Domain = relu ? Domain.AwayFromZero : null };
            yield return Case<RnnSequenceGradient>(rnnGradient, name, backwards ? few : many, states, state, square, state, outputs);
            yield return Case<RnnSequenceGradient>(rnnGradient, $"{name} with lengths", many, states, state, square, state, outputs, lengths);
        }
    }

    static OpCase Case<TOp>(CompositeOp op, string name, Dictionary<string, int> large, params Input[] inputs) where TOp : Op =>
        new(typeof(TOp), name.Trim(), x => Dispatch.RunAll(op, x), inputs)
        {
            Large = large, IsCostly = op is LstmSequenceGradient or GruSequenceGradient, Condition = 80, Absolute = 8, Reason = "each step magnifies the error of the one before, and sums over all steps round in another order",
        };
}
