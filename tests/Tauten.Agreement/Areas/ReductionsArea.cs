namespace Tauten.Agreement;

static class ReductionsArea
{
    public static Area Calls { get; } = Scattering(new("reductions")
    {
        ["cummax axis=0"] = x => Pair(x[0].CumMax(0)),
        ["cummax axis=1"] = x => Pair(x[0].CumMax(1)),
        ["cummax axis=-1"] = x => Pair(x[0].CumMax(-1)),
        ["cummin axis=0"] = x => Pair(x[0].CumMin(0)),
        ["cummin axis=1"] = x => Pair(x[0].CumMin(1)),
        ["cummin axis=-1"] = x => Pair(x[0].CumMin(-1)),
        ["logcumsumexp axis=0"] = x => [x[0].LogCumSumExp(0)],
        ["logcumsumexp axis=1"] = x => [x[0].LogCumSumExp(1)],
        ["logcumsumexp axis=-1"] = x => [x[0].LogCumSumExp(-1)],
        ["logcumsumexp of large numbers"] = x => [x[0].LogCumSumExp(-1)],
        ["aminmax"] = x => Pair(x[0].AMinMax()),
        ["aminmax axis=1"] = x => Pair(x[0].AMinMax(1)),
        ["amax axis=1"] = x => [x[0].Max(1)],
        ["amin axis=0,1"] = x => [x[0].Min([0, 1])],
        ["max axis=1"] = x => Pair(x[0].MaxWithIndices(1)),
        ["min axis=1"] = x => Pair(x[0].MinWithIndices(1)),
        ["max axis=-1 keep"] = x => Pair(x[0].MaxWithIndices(-1, keepDims: true)),
        ["count_nonzero"] = x => [x[0].CountNonZero()],
        ["count_nonzero axis=1"] = x => [x[0].CountNonZero(1)],

        ["nansum"] = x => [x[0].NanSum()],
        ["nansum axis=1"] = x => [x[0].NanSum(1)],
        ["nanmean"] = x => [x[0].NanMean()],
        ["nanmean axis=0"] = x => [x[0].NanMean(0)],
        ["nanmean axis=1"] = x => [x[0].NanMean(1)],
        ["nanmax axis=0"] = x => [x[0].NanMax(0)],
        ["nanmax axis=1"] = x => [x[0].NanMax(1)],
        ["nanmin axis=1"] = x => [x[0].NanMin(1)],
        ["nanprod axis=1"] = x => [x[0].NanProd(1)],
        ["nanvar axis=1"] = x => [x[0].NanVar(1)],
        ["nanstd"] = x => [x[0].NanStd(correction: 0)],

        ["var_mean axis=1"] = x => Pair(x[0].VarMean(1)),
        ["std_mean"] = x => Pair(x[0].StdMean(correction: 0)),
        ["std_mean axis=0,2 keep"] = x => Pair(x[0].StdMean([0, 2], keepDims: true)),
        ["cov"] = x => [x[0].Cov()],
        ["cov correction=0"] = x => [x[0].Cov(0)],
        ["cov frequencies"] = x => [x[0].Cov(frequencies: x[1])],
        ["cov weights"] = x => [x[0].Cov(weights: x[1])],
        ["cov both"] = x => [x[0].Cov(2, x[1], x[2])],
        ["corrcoef"] = x => [x[0].CorrCoef()],
        ["renorm max=0.5"] = x => [x[0].Renorm(2, 1, 0.5)],
        ["renorm max=2.0"] = x => [x[0].Renorm(2, 1, 2)],
        ["renorm p=1"] = x => [x[0].Renorm(1, 0, 1.5)],

        ["histc 4"] = x => [x[0].Histc(4)],
        ["histc 4 2 2"] = x => [x[0].Histc(4, 2, 2)],
        ["histc 4 0 4"] = x => [x[0].Histc(4, 0, 4)],
        ["histogram 5"] = x => Pair(x[0].Histogram(5)),
        ["histogram 4 0 4"] = x => Pair(x[0].Histogram(4, (0, 4))),
        ["histogram edges"] = x => Pair(x[0].Histogram(x[1])),
        ["histogram weights density"] = x => Pair(x[0].Histogram(x[1], x[2], density: true)),
        ["histogram 4 density"] = x => Pair(x[0].Histogram(4, (0, 4), density: true)),
        ["histogramdd"] = x => Grid(x[0].HistogramDD([3, 2])),
        ["histogramdd range weights"] = x => Grid(x[0].HistogramDD([3, 2], [(0, 2), (-1, 2)], x[1], density: true)),
        ["histogramdd edges"] = x => Grid(x[0].HistogramDD([x[1], x[2]])),
        ["bincount"] = x => [x[0].BinCount()],
        ["bincount least=9"] = x => [x[0].BinCount(minLength: 9)],
        ["bincount weights"] = x => [x[0].BinCount(x[1])],
        ["bincount weights as sums"] = x => [x[0].BinCount(x[1])],

        ["diff"] = x => [x[0].Diff()],
        ["diff n=2 axis=1"] = x => [x[0].Diff(2, 1)],
        ["diff n=7"] = x => [x[0].Diff(7)],
        ["diff prepend append"] = x => [x[0].Diff(axis: 0, prepend: x[1], append: x[2])],
        ["gradient"] = x => x[0].Gradient(),
        ["gradient spacing=0.5 axis=1 order=2"] = x => x[0].Gradient(0.5, 1, edgeOrder: 2),
        ["gradient spacings"] = x => x[0].Gradient([2, 0.25], [0, 2]),
        ["gradient coordinates"] = x => x[0].Gradient([x[1], x[2]], [1, 2]),
        ["gradient coordinates order=2"] = x => x[0].Gradient([x[1]], 1, edgeOrder: 2),
        ["trapezoid"] = x => [x[0].Trapezoid()],
        ["trapezoid dx=0.25 axis=1"] = x => [x[0].Trapezoid(0.25, 1)],
        ["trapezoid x axis=1"] = x => [x[0].Trapezoid(x[1], 1)],
        ["trapezoid x of the same shape"] = x => [x[0].Trapezoid(x[1], 1)],
        ["cumulative_trapezoid"] = x => [x[0].CumulativeTrapezoid()],
        ["cumulative_trapezoid dx=2 axis=0"] = x => [x[0].CumulativeTrapezoid(2.0, 0)],
        ["cumulative_trapezoid x axis=1"] = x => [x[0].CumulativeTrapezoid(x[1], 1)],

        ["segment_reduce sum offsets"] = x => [x[0].SegmentReduce(Combination.Sum, offsets: x[1])],
        ["segment_reduce mean axis=1"] = x => [x[0].SegmentReduce(Combination.Mean, x[1], axis: 1)],

        ["segment_reduce max negated"] = x => [-x[0].SegmentReduce(Combination.Max, x[1])],

        ["dist p=2.0"] = x => [x[0].Dist(x[1])],
        ["dist p=3.0"] = x => [x[0].Dist(x[1], 3)],
        ["dist p=inf"] = x => [x[0].Dist(x[1], double.PositiveInfinity)],
    });

    static Area Scattering(Area area)
    {
        foreach (var (name, combination) in new[] { ("sum", Combination.Sum), ("prod", Combination.Product), ("mean", Combination.Mean), ("amax", Combination.Max), ("amin", Combination.Min) })
        {
            area[$"scatter_reduce {name}"] = x => [x[0].ScatterReduce(1, x[1], x[2], combination)];
            area[$"scatter_reduce {name} without self"] = x => [x[0].ScatterReduce(1, x[1], x[2], combination, includeSelf: false)];
            area[$"segment_reduce {name.TrimStart('a')}"] = x => [x[0].SegmentReduce(combination, x[1])];
            area[$"segment_reduce {name.TrimStart('a')} initial"] = x => [x[0].SegmentReduce(combination, x[1], initial: 0.75)];
            if (combination == Combination.Sum) continue;
            area[$"index_reduce {name}"] = x => [x[0].IndexReduce(0, x[1], x[2], combination)];
            area[$"index_reduce {name} without self"] = x => [x[0].IndexReduce(0, x[1], x[2], combination, includeSelf: false)];
        }
        foreach (var (name, order) in new[] { ("0.0", 0), ("0.5", 0.5), ("1.0", 1), ("1.5", 1.5), ("2.0", 2), ("3.0", 3), ("inf", double.PositiveInfinity) })
        {
            area[$"cdist p={name}"] = x => [x[0].CDist(x[1], order)];
            area[$"pdist p={name}"] = x => [x[0].PDist(order)];
        }
        return area.Loosen("logcumsumexp of large numbers", "the gradient is exp(x - y), and y is rounded to float32 at 1e4", single: 2e-4);
    }

    static Tensor[] Pair((Tensor, Tensor) pair) => [pair.Item1, pair.Item2];

    static Tensor[] Grid((Tensor Counts, Tensor[] Edges) result) => [result.Counts, .. result.Edges];
}
