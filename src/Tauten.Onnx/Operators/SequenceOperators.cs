using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Operators on sequences and optionals, which only move values.</summary>
static class SequenceOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("ConcatFromSequence", 11, ConcatFromSequence),
        Of("Optional", 15, c => new OnnxOptional(c.Has(0) ? c.Value(0) : null)),
        Of("OptionalGetElement", 15, c => c.Value(0) is OnnxOptional optional ? optional.Content ?? throw new ModelFormatException("the optional is empty.") : c.Value(0)),
        Of("OptionalHasElement", 15, c => Tensor.From(c.Has(0) && c.Value(0) is not OnnxOptional { Content: null })),
        Of("SequenceAt", 11, c => c.Sequence(0)[Position(c, 1, c.Sequence(0).Count)]),
        Of("SequenceConstruct", 11, c => new OnnxSequence([.. c.Values])),
        Of("SequenceEmpty", 11, _ => new OnnxSequence([])),
        Of("SequenceErase", 11, c =>
        {
            var items = c.Sequence(0).ToList();
            items.RemoveAt(c.Has(1) ? Position(c, 1, items.Count) : items.Count - 1);
            return new OnnxSequence(items);
        }),
        Of("SequenceInsert", 11, c =>
        {
            var items = c.Sequence(0).ToList();
            items.Insert(c.Has(2) && c.Long(2) != items.Count ? Position(c, 2, items.Count) : items.Count, c.Value(1));
            return new OnnxSequence(items);
        }),
        Of("SequenceLength", 11, c => WholeNumbers.Of([c.Sequence(0).Count], Shape.Scalar, ElementType.Int64)),
        Of("SequenceMap", 17, SequenceMap),
        Of("SplitToSequence", 11, SplitToSequence),
    ];

    static int Position(Call c, int input, int count)
    {
        long position = c.Long(input);
        if (position < -count || position >= count) throw new ModelFormatException($"a sequence of {count} has no position {position}.");
        return (int)(position < 0 ? position + count : position);
    }

    static OnnxValue ConcatFromSequence(Call c)
    {
        var items = c.Sequence(0);
        if (items.Count == 0) throw new ModelFormatException("the sequence is empty.");
        bool stacks = c.Flag("new_axis");
        int rank = ((OnnxTensor)items[0]).Shape.Rank, axis = Call.Axis(c.Int("axis"), stacks ? rank + 1 : rank);
        Tensor[] tensors = [.. items.Select(i => i.AsTensor())];
        return stacks ? Tensor.Stack(tensors, axis) : Tensor.Concat(tensors, axis);
    }

    static OnnxValue SplitToSequence(Call c)
    {
        var x = c[0];
        int axis = c.Axis("axis", 0, x.Rank);
        if (!c.Has(1))
        {
            c.Bounded(x.Shape[axis].IsKnown ? x.Shape[axis] : 0, "parts");
            var parts = x.Unbind(axis);
            return new OnnxSequence([.. parts.Select(p => (OnnxValue)(c.Flag("keepdims", true) ? p.Unsqueeze(axis) : p))]);
        }
        long[] sizes = c.Longs(1);
        if (c.ShapeOf(1).Rank == 0 && x.Shape[axis].IsKnown) c.Bounded(sizes[0] > 0 ? x.Shape[axis] / sizes[0] : -1, "parts");
        if (c.ShapeOf(1).Rank == 0) return new OnnxSequence([.. x.Split(sizes[0], axis).Select(p => (OnnxValue)p)]);
        return new OnnxSequence([.. x.Split(sizes, axis).Select(p => (OnnxValue)p)]);
    }

    static OnnxValue?[] SequenceMap(Call c)
    {
        var body = c.Node.Body("body");
        int count = c.Sequence(0).Count;
        var results = new List<OnnxValue>[body.Outputs.Length];
        for (int k = 0; k < results.Length; k++) results[k] = [];
        for (int i = 0; i < count; i++)
        {
            var values = new OnnxValue?[c.Count];
            for (int k = 0; k < values.Length; k++)
                values[k] = c.Value(k) is OnnxSequence sequence ? i < sequence.Count ? sequence[i] : throw new ModelFormatException($"expected sequences of one length. Received: {count} and {sequence.Count}.") : c.Value(k);
            var y = c.Run(body, values);
            for (int k = 0; k < y.Length; k++) results[k].Add(y[k] ?? throw new ModelFormatException($"output {k} of the body is left out."));
        }
        return [.. results.Select(r => new OnnxSequence(r))];
    }
}
