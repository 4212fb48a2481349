using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>Selection, searching, counting, running extremes, reductions by index and by segment, distances.</summary>
static class SortingCases
{
    static readonly Dim a = "a", b = "b", k = "k";
    static readonly Dictionary<string, int> large = Sizes(("a", 150), ("b", 200), ("k", 170)), elements = Sizes(("a", 1), ("b", 1));
    static readonly Domain few = new() { WholeLow = 0, WholeHigh = 3 };

    public static IEnumerable<OpCase> All() =>
    [
        .. from axis in new[] { 0, 1 } select Chosen<CumMax>($"axis {axis}", x => Both(x.CumMax(axis)), Domain.Distinct, []),
        .. from axis in new[] { 0, 1 } select Chosen<CumMin>($"axis {axis}", x => Both(x.CumMin(axis)), Domain.Distinct, []),
        Chosen<CumMax>("with ties", x => Both((x * 2).Round().CumMax(1)), Domain.Plain, [], 0, Floats),
        .. from axis in new[] { 0, 1 } select new OpCase(typeof(LogCumSumExp), $"axis {axis}", x => [x[0].LogCumSumExp(axis)], new Input([a, b], Between(-3, 3))) { Large = large, Condition = 60, Reason = "each step rounds" },

        .. from axis in new[] { 0, 1 } select Chosen<KthValue>($"axis {axis}", x => Both(x.KthValue(2, axis, keepDims: axis == 0)), Domain.Distinct, Sizes(("a", 2), ("b", 2))),
        Chosen<KthValue>("with ties", x => Both(x.KthValue(2)), few, Sizes(("b", 2)), 0),
        Chosen<Median>("axis 0", x => Both(x.Median(0, keepDims: true)), Domain.Distinct, elements),
        Chosen<Median>("axis 1", x => Both(x.Median(1)), Domain.Distinct, elements),
        Chosen<Median>("without NaN", x => Both(x.NanMedian(1)), Domain.Distinct, elements),
        .. from skips in new[] { false, true } select new OpCase(typeof(MedianOfAll), skips ? "without NaN" : "", x => [skips ? x[0].NanMedian() : x[0].Median()], new Input([a, b], Domain.Distinct)) { DTypes = Make.All, IsExact = true, Least = elements },
        Chosen<Mode>("axis 0", x => Both(x.Mode(0, keepDims: true)), Domain.Distinct, elements),
        Chosen<Mode>("with ties", x => Both((x * 2).Round().Mode()), Domain.Plain, elements, 0, Floats),
        Chosen<Mode>("of few", x => Both(x.Mode()), few, elements, 0, Wholes),

        .. from right in new[] { false, true } select Search($"in one line{(right ? " right" : "")}", x => x[0].Sort().Values.SearchSorted(x[1], right), new Input([b], few), new Input([a, k], few)),
        Search("in lines", x => x[0].Sort().Values.SearchSorted(x[1]), new Input([a, b], few), new Input([a, k], few)),
        Search("by a sorter", x => x[0].SearchSorted(x[1], true, x[0].ArgSort()), new Input([a, b]), new Input([a, k])),
        new(typeof(RowOrder), "", x => [x[0].ArgSortRows()], new Input([a, b], new Domain { WholeLow = 0, WholeHigh = 1 })) { DTypes = Make.All, IsExact = true, Large = Sizes(("a", 300), ("b", 7)), Order = 0 },
        new(typeof(BinCount), "", x => [x[0].BinCount(minLength: 3)], Input.Index([a], 7) with { IsLabel = true }) { DTypes = [DType.Int64], IsExact = true, DependsOnData = true },
        new(typeof(BinCount), "weighted", x => [x[0].To(DType.Int32).BinCount(x[1])], Input.Index([a], 7) with { IsLabel = true }, new Input([a])) { DTypes = Numerics, DependsOnData = true, Absolute = 16, Reason = "a sum of several elements in the dtype's own precision" },

        Kinds("of elements", new Unique(null, true), [a, b], Make.All),
        new(typeof(Unique), "of different elements", x => [x[0].UniqueAll().Values], new Input([a, b], Domain.Distinct)) { IsExact = true, DTypes = [DType.Float32, DType.Float64], DependsOnData = true },
        Kinds("of axis 1", new Unique(1, true), [a, 2], [DType.Float32, DType.Float64, DType.Int64]),
        Kinds("consecutive, of axis 0", new Unique(0, false), [a, 2], [DType.Float32, DType.Float64, DType.Int64]),

        Reduced(Combination.Sum, false), Reduced(Combination.Product, true), Reduced(Combination.Product, false), Reduced(Combination.Mean, true), Reduced(Combination.Mean, false), Reduced(Combination.Max, true), Reduced(Combination.Min, false),
        Segments(Combination.Product, null), Segments(Combination.Mean, 0), Segments(Combination.Max, -4),

        .. from interpolation in new[] { QuantileInterpolation.Linear, QuantileInterpolation.Nearest } select Quantiles($"{interpolation}", x => x[0].Quantile(x[1], 1, interpolation: interpolation)),
        Quantiles("without NaN", x => Dispatch.Run(new Quantile(1, QuantileInterpolation.Linear, true, true), x[0], x[1])),
        new(typeof(Quantile), "of all", x => [x[0].Quantile(0.4)], new Input([a, b], Domain.Distinct)) { Least = elements },

        .. from order in new[] { 1, 3, double.PositiveInfinity } select new OpCase(typeof(CDist), $"{order}", x => [x[0].CDist(x[1], order)], new Input([a, 2, "c"], Between(-2, -0.5)), new Input([k, "c"], Domain.Distinct with { Low = 0, High = 2 })) { Large = order == 3 ? Sizes(("a", 40), ("k", 40), ("c", 30)) : [] },
        new(typeof(CDistGradient), "", x => [Dispatch.Run(new CDistGradient(1.5), (ReadOnlySpan<Tensor>)x)],
            new Input([a, k]), new Input([a, "c"], Between(-2, -0.5)), new Input([k, "c"], Domain.Distinct with { Low = 0, High = 2 }), new Input([a, k], Domain.Positive)) { Large = Sizes(("a", 40), ("k", 60), ("c", 30)) },
    ];

    static Tensor[] Both((Tensor Values, Tensor Indices) pair) => [pair.Values, pair.Indices];

    static OpCase Chosen<TOp>(string name, Func<Tensor, Tensor[]> f, Domain domain, Dictionary<string, int> least, int order = 2, DType[]? dtypes = null) where TOp : Op =>
        new(typeof(TOp), name, x => f(x[0]), new Input([a, b], domain)) { DTypes = dtypes ?? Make.All, IsExact = true, Order = order, Least = least, Large = order == 0 ? [] : large };

    static OpCase Search(string name, Func<Tensor[], Tensor> f, Input lines, Input values) =>
        new(typeof(SearchSorted), name, x => [f(x)], lines, values) { DTypes = Make.All, IsExact = true, Order = 0, Large = large };

    static OpCase Kinds(string name, Unique op, Shape shape, DType[] dtypes) =>
        new(typeof(Unique), name, x => Dispatch.RunAll(op, x[0]), new Input(shape, few)) { DTypes = dtypes, IsExact = true, DependsOnData = true, Order = 0, Least = op.Axis == 1 ? Sizes(("a", 1)) : [] };

    static OpCase Reduced(Combination combination, bool self)
    {
        int axis = self ? 1 : 0;
        return new(typeof(ScatterReduce), $"{combination}{(self ? "" : " without self")}", x => [x[0].ScatterReduce(axis, x[1], x[2], combination, self)],
            new Input([a, b], Domain.AwayFromZero), Input.Index(self ? [a, k] : [k, b], self ? b : a), new Input(self ? [a, k] : [k, b], Domain.AwayFromZero with { Low = -1.7, High = 1.8 }))
        {
            DTypes = self ? Numerics : [DType.Float32, DType.Float64, DType.Int32], Least = Sizes((self ? "b" : "a", 1)), Large = combination == Combination.Max && self ? large : [],
            Absolute = 16, Reason = "a sum or product of several elements in the dtype's own precision",
        };
    }

    static OpCase Segments(Combination combination, double? initial)
    {
        return new(typeof(SegmentReduce), $"{combination}", x => [Dispatch.Run(new SegmentReduce(combination, 0, initial), x[0], Bounds(x[0].Shape[0], x[1]))], new Input([a, b], Domain.AwayFromZero), Input.Index([k], a) with { IsLabel = true })
        {
            DTypes = combination == Combination.Mean ? Floats : combination == Combination.Max ? [.. Floats, DType.Int32, DType.Int64, DType.Int8, DType.Int16] : Numerics, Least = Sizes(("a", 1)), Absolute = 16, Reason = "a sum or product of several elements in the dtype's own precision",
        };

        static Tensor Bounds(Dim size, Tensor cuts) => Tensor.Concat([Tensor.Zeros([1], DType.Int64), cuts.Sort().Values, Tensor.DimScalar(size, DType.Int64).Reshape([1])]);
    }

    static OpCase Quantiles(string name, Func<Tensor[], Tensor> f) =>
        new(typeof(Quantile), name, x => [f(x)], new Input([a, b], Domain.Distinct), new Input([k], Between(0.3, 0.45) with { HasSpecials = false }) { DType = DType.Float64, KeepsDType = true }) { Least = elements };
}
