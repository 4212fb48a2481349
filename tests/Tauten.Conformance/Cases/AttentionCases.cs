using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>Attention and its gradients, with all kinds of masks and sizes around the tiles of the kernels: 48 queries by 192 keys in float32, 96 in float64.</summary>
static class AttentionCases
{
    const string Reason = "exp magnifies the error of the scores";
    static readonly Dim rows = "rows", columns = "columns";
    static readonly Dictionary<string, int> least = Sizes(("columns", 1), ("c", 1));
    static readonly Input q = new(["a", rows, "c"]), k = new(["a", columns, "c"]), v = new(["a", columns, "b"]);

    public static IEnumerable<OpCase> All() =>
    [
        .. from causal in new[] { false, true } select Attention(causal ? "causal" : "", new(causal), q, k, v),
        Attention("over many keys", new(), Sizes(("rows", 49), ("columns", 420), ("c", 33), ("b", 70)), q, k, v),
        Attention("causal, over many keys", new(true), Sizes(("rows", 450), ("columns", 400), ("c", 8), ("b", 5), ("a", 1)), q, k, v),
        Attention("scaled", new(Scale: 0.3), new Input([rows, "c"]), new Input([columns, "c"]), new Input([columns, "b"])),
        Result("mask", new(), Sizes(("rows", 50), ("columns", 200)), q, k, v, Input.Mask(["a", rows, columns])),
        Result("broadcast mask", new(true), [], new Input([2, "a", rows, "c"]), new Input([2, 1, columns, "c"]), new Input([1, "a", columns, "b"]), Input.Mask([2, 1, 1, columns])),
        new(typeof(ScaledDotProductAttention), "mask, logarithms", x => Dispatch.RunAll(new ScaledDotProductAttention(), x), q, k, v, Input.Mask([rows, columns])) { Least = least, Order = 0, Condition = 80, Reason = Reason },
        Attention("added", new(true), Sizes(("rows", 50), ("columns", 200), ("c", 33), ("b", 31)), q, k, v, new Input([rows, columns])),
        Attention("added to each key", new(), q, k, v, new Input(["a", 1, columns])),
        Attention("added to each query", new(), q, k, v, new Input([rows, 1])),
        Attention("grouped", new(true), Sizes(("rows", 50), ("columns", 200)), new Input([2, 6, rows, "c"]), new Input([2, 3, columns, "c"]), new Input([2, 3, columns, "b"])),
        Attention("of one head of keys", new(), new Input([4, rows, "c"]), new Input([1, columns, "c"]), new Input([1, columns, "b"])),
        Attention("grouped, with an added mask", new(true), Sizes(("rows", 8), ("columns", 200)), new Input([2, 6, rows, "c"]), new Input([2, 3, columns, "c"]), new Input([2, 3, columns, "b"]), new Input([6, rows, columns])),
        Result("grouped, with a mask and dropout", new(Dropout: 0.2), [], new Input([2, 4, rows, "c"]), new Input([2, 2, columns, "c"]), new Input([2, 2, columns, "b"]), Input.Mask([2, 4, rows, columns]), Input.Key()),
        Attention("of unlike heads", new(), new Input([4, rows, "c"]), new Input([2, columns, "c"]), new Input([4, columns, "b"])),
        Attention("of one head of queries", new(), new Input([1, rows, "c"]), new Input([2, columns, "c"]), new Input([2, columns, "b"])),
        new(typeof(ScaledDotProductAttention), "of no keys", x => Dispatch.RunAll(new ScaledDotProductAttention(), x), new Input([2, rows, "c"]), new Input([2, 0, "c"]), new Input([2, 0, "b"])) { Order = 0 },

        .. from rate in new[] { 0.3, 1 }
           select Attention(rate == 1 ? "of dropped weights" : "with dropout", new(true, Dropout: rate), Sizes(("rows", 50), ("columns", 201), ("a", 3)), q, k, v, Input.Key()),
        Result("with mask and dropout", new(Dropout: 0.2), [], q, k, v, Input.Mask(["a", rows, columns]), Input.Key()),

        .. from causal in new[] { false, true } select Gradient(causal ? "causal" : "", new(causal), [], 1),
        Gradient("over many keys", new(), Sizes(("rows", 49), ("columns", 420), ("c", 33), ("b", 70)), 1),
        Gradient("causal, over many keys", new(true), Sizes(("rows", 450), ("columns", 400), ("c", 8), ("b", 5)), 1),
        Gradient("grouped", new(true, 0.4), Sizes(("rows", 50), ("columns", 200)), 3),
        Gradient("mask", new(), Sizes(("rows", 50), ("columns", 200)), 1, Input.Mask([rows, columns])),
        Gradient("with dropout", new(true, Dropout: 0.3), Sizes(("rows", 50), ("columns", 201)), 2, Input.Key()),
        Gradient("added", new(), Sizes(("rows", 50), ("columns", 200)), 2, new Input([2, 1, 1, columns])),
    ];

    // Values that no weight reaches may be read or not, so they are not NaN or infinite where some are sure to be left out.
    static Input Plain(Input x) => x with { Domain = new Domain { HasSpecials = false } };

    static Input[] Taken(ScaledDotProductAttention op, Input[] x) => op.Dropout > 0 ? [.. x[..3].Select(Plain), .. x[3..]] : op.Causal ? [x[0], x[1], Plain(x[2]), .. x[3..]] : x;

    static OpCase Attention(string name, ScaledDotProductAttention op, params Input[] inputs) =>
        Attention(name, op, Sizes(("a", 3), ("rows", 70), ("columns", 65), ("c", 40), ("b", 33)), inputs);

    static OpCase Attention(string name, ScaledDotProductAttention op, Dictionary<string, int> large, params Input[] inputs) =>
        new(typeof(ScaledDotProductAttention), name, x => Dispatch.RunAll(op, x), Taken(op, inputs)) { Least = least, Large = large, Condition = 80, Reason = Reason };

    // Queries without keys have the logarithm of 0, which no difference quotient has a slope for: the result alone.
    static OpCase Result(string name, ScaledDotProductAttention op, Dictionary<string, int> large, params Input[] inputs) =>
        new(typeof(ScaledDotProductAttention), name, x => [Dispatch.RunAll(op, x)[0]], Taken(op, inputs)) { Least = least, Large = large, Condition = 80, Reason = Reason };

    static OpCase Gradient(string name, ScaledDotProductAttentionGradient op, Dictionary<string, int> large, int group, params Input[] mask)
    {
        // The logarithms are not those of these scores; the formula is the same for any.
        Input[] inputs =
        [
            new([2, 2 * group, rows, "b"]), new([2, 2 * group, rows, "c"]), new([2, 2, columns, "c"]), new([2, 2, columns, "b"]),
            new Input([2, 2 * group, rows], Between(1, 2)), new Input([2, 2 * group, rows]), .. mask,
        ];
        return new(typeof(ScaledDotProductAttentionGradient), name, x => Dispatch.RunAll(op, [.. x[..4], .. x[4..6].Select(t => t.To(t.DType.Size() == 2 ? DType.Float32 : t.DType)), .. x[6..]]), op.Causal ? [.. inputs[..4].Select(Plain), .. inputs[4..]] : inputs)
        {
            Least = least, Large = large, Condition = 80, Reason = Reason,
        };
    }
}
