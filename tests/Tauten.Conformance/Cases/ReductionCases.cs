using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>Reductions and scans.</summary>
static class ReductionCases
{
    static readonly Shape cube = ["a", "b", "c"];
    static readonly Dictionary<string, int> large = Sizes(("a", 40), ("b", 45), ("c", 50)), longRows = Sizes(("a", 2), ("b", 2), ("c", 40_000)), elements = Sizes(("a", 1), ("b", 1), ("c", 1));

    public static IEnumerable<OpCase> All() =>
    [
        .. Axes<Sum>((x, axes, keep) => x.Sum(axes, keep), Make.All),
        Case<Sum>("of a scalar", x => x.Sum(), Numerics, []),
        Case<Sum>("of long rows", x => x.Sum(2), [DType.Float32, DType.Float64, DType.Int32], cube, big: longRows),
        Case<Sum>("of everything", x => x.Sum(), Numerics, cube, big: large),
        .. Axes<Prod>((x, axes, keep) => x.Prod(axes, keep), Make.All, new Domain { Low = 0.6, High = 1.5, WholeLow = -3, WholeHigh = 3 }),
        .. from zeros in new[] { 1, 2 } select new OpCase(typeof(Prod), zeros == 1 ? "with a zero" : "with two zeros", x => [Tensor.Concat([x[0], x[1]], 1).Prod(1)],
            new Input(["a", zeros], new Domain { Low = 0, High = 0, HasSpecials = false }), new Input(["a", "b"], Domain.Positive)),
        .. from exclusive in new[] { false, true } from reverse in new[] { false, true } select new OpCase(typeof(CumProd), $"with a zero{(exclusive ? " exclusive" : "")}{(reverse ? " reverse" : "")}",
            x => [Tensor.Concat([x[1], x[0], x[1]], 1).CumProd(1, exclusive, reverse)], new Input(["a", 1], new Domain { Low = 0, High = 0, HasSpecials = false }), new Input(["a", "b"], Domain.Positive)),
        Case<Prod>("of a scalar", x => x.Prod(), Numerics, []),
        .. Axes<Max>((x, axes, keep) => x.Max(axes, keep), Make.All, Domain.Distinct, exact: true, least: elements),
        .. Axes<Min>((x, axes, keep) => x.Min(axes, keep), Make.All, Domain.Distinct, exact: true, least: elements),
        .. Axes<Any>((x, axes, keep) => x.Any(axes, keep), Make.All, new Domain { Low = 0, High = 1, WholeLow = 0, WholeHigh = 1 }, exact: true),
        .. Axes<All>((x, axes, keep) => x.All(axes, keep), Make.All, new Domain { Low = 0, High = 1, WholeLow = 0, WholeHigh = 1 }, exact: true),
        Case<Any>("of few", x => x.EqualTo(3).Any(2), Numerics, cube, new Domain { WholeLow = 0, WholeHigh = 5 }, exact: true),
        Case<All>("of few", x => x.NotEqualTo(3).All(2), Numerics, cube, new Domain { WholeLow = 0, WholeHigh = 5 }, exact: true),
        .. Axis<ArgMax>((x, axis, keep) => x.ArgMax(axis, keep), Make.All),
        .. Axis<ArgMin>((x, axis, keep) => x.ArgMin(axis, keep), Make.All),
        Case<ArgMax>("over all, with ties", x => x.ArgMax(), Make.All, cube, new Domain { WholeLow = 0, WholeHigh = 2 }, exact: true, least: elements),
        Case<ArgMin>("over all, with ties", x => x.ArgMin(), Make.All, cube, new Domain { WholeLow = 0, WholeHigh = 2 }, exact: true, least: elements),

        .. Scans<CumSum>((x, axis, exclusive, reverse) => x.CumSum(axis, exclusive, reverse), Domain.Plain),
        .. Scans<CumProd>((x, axis, exclusive, reverse) => x.CumProd(axis, exclusive, reverse), new Domain { Low = 0.6, High = 1.4, WholeLow = -3, WholeHigh = 3 }),
        .. from axis in new[] { 0, 2 } from reverse in new[] { false, true } select new OpCase(typeof(LinearScan), $"axis {axis}{(reverse ? " reverse" : "")}", x => [Tensor.LinearScan(x[0], x[1], axis, reverse)],
            new Input(cube, Between(-0.9, 0.9)), new Input(cube)) { Large = large },
    ];

    static OpCase Case<TOp>(string name, Func<Tensor, Tensor> f, DType[] dtypes, Shape shape, Domain? domain = null, bool exact = false, Dictionary<string, int>? least = null, Dictionary<string, int>? big = null) where TOp : Op =>
        new(typeof(TOp), name, x => [f(x[0])], new Input(shape, domain)) { DTypes = dtypes, IsExact = exact, Least = least ?? [], Large = big ?? [] };

    static IEnumerable<OpCase> Axes<TOp>(Func<Tensor, Dims, bool, Tensor> f, DType[] dtypes, Domain? domain = null, bool exact = false, Dictionary<string, int>? least = null) where TOp : Op =>
    [
        Case<TOp>("last axis", x => f(x, 2, false), dtypes, cube, domain, exact, least, large),
        Case<TOp>("first axis", x => f(x, 0, true), dtypes, cube, domain, exact, least, large),
        Case<TOp>("middle axis", x => f(x, 1, false), dtypes, cube, domain, exact, least, large),
        Case<TOp>("outer axes", x => f(x, [0, 2], true), dtypes, cube, domain, exact, least, large),
        Case<TOp>("last axes", x => f(x, [1, 2], false), dtypes, cube, domain, exact, least),
        Case<TOp>("no axis", x => f(x, [], false), dtypes, cube, domain, exact, least),
    ];

    static IEnumerable<OpCase> Axis<TOp>(Func<Tensor, int, bool, Tensor> f, DType[] dtypes) where TOp : Op =>
        from axis in Enumerable.Range(0, 3)
        select Case<TOp>($"axis {axis}", x => f(x, axis, axis == 1), dtypes, cube, Domain.Distinct, true, elements, large);

    static IEnumerable<OpCase> Scans<TOp>(Func<Tensor, int, bool, bool, Tensor> f, Domain domain) where TOp : Op =>
        from axis in Enumerable.Range(0, 3)
        from exclusive in new[] { false, true }
        from reverse in new[] { false, true }
        select Case<TOp>($"axis {axis}{(exclusive ? " exclusive" : "")}{(reverse ? " reverse" : "")}", x => f(x, axis, exclusive, reverse), Numerics, cube, domain, big: axis == 1 ? [] : large);
}
