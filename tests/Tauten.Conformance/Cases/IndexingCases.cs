using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>Gather, scatter, selection, sorting and random numbers.</summary>
static class IndexingCases
{
    static readonly Dim a = "a", b = "b", k = "k";
    static readonly Dictionary<string, int> large = Sizes(("a", 200), ("b", 150), ("k", 170));

    public static IEnumerable<OpCase> All() =>
    [
        Indexed<Gather>("last axis", x => x[0].Gather(1, x[1]), Make.All, [a, b], [a, k], b),
        Indexed<Gather>("first axis", x => x[0].Gather(0, x[1]), Make.All, [a, b], [k, b], a),
        Indexed<Gather>("of a part", x => x[0].Gather(1, x[1]), Make.All, [5, b, 4], [2, k, 3], b),
        Indexed<Gather>("with int32", x => x[0].Gather(1, x[1].To(DType.Int32)), Make.All, [a, b], [a, k], b),
        Indexed<ScatterAdd>("last axis", x => x[0].ScatterAdd(1, x[1], x[2]), Numerics, [a, b], [a, k], b, [a, k], exact: false),
        Indexed<ScatterAdd>("first axis", x => x[0].ScatterAdd(0, x[1], x[2]), Numerics, [a, b], [k, b], a, [k, b], exact: false),
        Indexed<ScatterAdd>("to a part", x => x[0].ScatterAdd(1, x[1], x[2]), Numerics, [5, b, 4], [2, k, 3], b, [2, k, 3], exact: false),
        Indexed<Scatter>("last axis", x => x[0].Scatter(1, x[1], x[2]), Make.All, [a, b], [a, k], b, [a, k]),
        Indexed<Scatter>("first axis", x => x[0].Scatter(0, x[1], x[2]), Make.All, [a, b], [k, b], a, [k, b]),
        Indexed<Scatter>("by index tensors", x => x[0].With(x[1], x[2]), Make.All, [a, b], [k], a, [k, b]),
        Indexed<Scatter>("of whole slices", x => x[0].IndexCopy(1, x[1], x[2]), Make.All, [a, b, 5], [k], b, [a, k, 5]),
        Indexed<IndexSelect>("first axis", x => x[0].IndexSelect(0, x[1]), Make.All, [a, b], [k], a),
        Indexed<IndexSelect>("last axis", x => x[0].IndexSelect(1, x[1]), Make.All, [a, b], [k], b),
        Indexed<IndexSelect>("by a matrix", x => x[0].IndexSelect(1, x[1]), Make.All, [a, b, 3], [k, 2], b),
        Indexed<IndexSelect>("two axes", x => x[0][x[1] % 3, Tensor.Arange(0, x[1].Shape.ElementCount, DType.Int64) * 0], Make.All, [3, b], [k], 3),
        Indexed<IndexSelect>("one position", x => x[0].IndexSelect(0, x[1]), Make.All, [a, b], [], a),
        Indexed<IndexAdd>("first axis", x => x[0].IndexAdd(0, x[1], x[2]), Numerics, [a, b], [k], a, [k, b], exact: false),
        Indexed<IndexAdd>("last axis", x => x[0].IndexAdd(1, x[1], x[2]), Numerics, [a, b], [k], b, [a, k], exact: false),
        new(typeof(NonZero), "", x => [x[0].NonZero()], new Input(["a", "b"], new Domain { WholeLow = 0, WholeHigh = 2 })) { DTypes = Make.All, IsExact = true, Large = large, DependsOnData = true },
        new(typeof(NonZero), "of a scalar", x => [x[0].NonZero()], new Input([])) { DTypes = Make.All, IsExact = true, DependsOnData = true },
        new(typeof(NonZero), "for a mask", x => [x[0][x[1]]], new Input(["a", "b"]), Input.Mask(["a", "b"])) { DTypes = Make.All, IsExact = true, DependsOnData = true },

        .. from axis in new[] { 0, 1 } from down in new[] { false, true } select Ordering<Sort>($"axis {axis}{(down ? " descending" : "")}", x => Both(x.Sort(axis, down)), Domain.Distinct),
        Ordering<Sort>("with ties", x => Both(x.Sort(1)), new Domain { WholeLow = 0, WholeHigh = 2 }),
        Ordering<Sort>("with ties, descending", x => Both((x * 2).Round().Sort(1, descending: true)), new Domain(), order: 0, Floats),
        .. from axis in new[] { 0, 1 } from largest in new[] { false, true } select Ordering<TopK>($"axis {axis}{(largest ? "" : " smallest")}", x => Both(x.TopK(2, axis, largest)), Domain.Distinct, least: 2),
        Ordering<TopK>("with ties", x => Both(x.TopK(2, 1)), new Domain { WholeLow = 0, WholeHigh = 2 }, least: 2),

        Random<RandomBits>("", (shape, key) => [Dispatch.Run(new RandomBits(shape), key)], exact: true),
        Random<RandomUniform>("", (shape, key) => [.. Floats.Select(t => Dispatch.Run(new RandomUniform(shape, t), key))], exact: true),
        Random<RandomNormal>("", (shape, key) => [.. Floats.Select(t => Dispatch.Run(new RandomNormal(shape, t), key))], exact: false),
    ];

    static OpCase Indexed<TOp>(string name, Func<Tensor[], Tensor> f, DType[] dtypes, Shape x, Shape index, Dim size, Shape? source = null, bool exact = true) where TOp : Op =>
        new(typeof(TOp), name, t => [f(t)], source is null ? [new Input(x), Input.Index(index, size)] : [new Input(x), Input.Index(index, size), new Input(source)])
        {
            DTypes = dtypes,
            IsExact = exact,
            Least = Sizes([.. x.SelectMany(d => d.Names).Where(n => size.Names.Contains(n) || x[0].IsKnown).Select(n => (n, 1))]),
            Large = large,
            DependsOnData = name == "two axes",
            Absolute = exact ? 0 : 16,
            Reason = exact ? null : "a sum of several elements in the dtype's own precision",
        };

    static OpCase Ordering<TOp>(string name, Func<Tensor, Tensor[]> f, Domain domain, int order = 2, DType[]? dtypes = null, int least = 0) where TOp : Op =>
        new(typeof(TOp), name, x => f(x[0]), new Input(["a", "b"], domain)) { DTypes = dtypes ?? Make.All, IsExact = true, Order = order, Least = Sizes(("a", least), ("b", least)), Large = Sizes(("a", 150), ("b", 200)) };

    static Tensor[] Both((Tensor Values, Tensor Indices) pair) => [pair.Values, pair.Indices];

    static OpCase Random<TOp>(string name, Func<Shape, Tensor, Tensor[]> f, bool exact) where TOp : Op =>
        new(typeof(TOp), name, x => f(x[0].Shape, x[1]), new Input(["n"]) { DType = DType.Float32 }, Input.Key(12345678901, 98765432109))
        {
            DTypes = [DType.UInt64],
            IsExact = exact,
            Large = Sizes(("n", 70_001)),
            Absolute = exact ? 0 : 32,
            Ulps = 16,
            Reason = "the logarithm of a number close to 1 and the cosine near its zero magnify rounding, which the inputs (whole numbers) cannot show",
            Order = 0,
        };
}
