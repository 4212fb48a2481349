namespace Tauten.Agreement;

static class SortingArea
{
    static readonly double[] fifths = [0, 0.25, 0.6f, 0.9375, 1];

    public static Area Calls { get; } = Interpolations(new("sorting")
    {
        ["kthvalue k=2 axis=0"] = x => Pair(x[0].KthValue(2, 0)),
        ["kthvalue k=2 axis=-1"] = x => Pair(x[0].KthValue(2)),
        ["kthvalue k=4 axis=1 keep"] = x => Pair(x[0].KthValue(4, 1, keepDims: true)),
        ["kthvalue values k=4"] = x => [x[0].KthValue(4).Values],
        ["median axis=0"] = x => Pair(x[0].Median(0)),
        ["median axis=-1"] = x => Pair(x[0].Median(-1)),
        ["median values axis=-1"] = x => [x[0].Median(-1).Values],
        ["nanmedian axis=0"] = x => Pair(x[0].NanMedian(0)),
        ["nanmedian axis=-1"] = x => Pair(x[0].NanMedian(-1)),
        ["nanmedian values axis=-1"] = x => [x[0].NanMedian(-1).Values],
        ["median"] = x => [x[0].Median()],
        ["nanmedian"] = x => [x[0].NanMedian()],
        ["mode axis=0"] = x => Pair(x[0].Mode(0)),
        ["mode axis=-1"] = x => Pair(x[0].Mode()),
        ["sort axis=0"] = x => Pair(x[0].Sort(0)),
        ["sort axis=-1"] = x => Pair(x[0].Sort()),
        ["sort axis=0 descending"] = x => Pair(x[0].Sort(0, descending: true)),
        ["sort axis=-1 descending"] = x => Pair(x[0].Sort(-1, descending: true)),
        ["sort long"] = x => Pair(x[0].Sort()),
        ["topk k=3"] = x => Pair(x[0].TopK(3)),
        ["topk k=2 axis=0 smallest"] = x => Pair(x[0].TopK(2, 0, largest: false)),
        ["topk values k=3"] = x => [x[0].TopK(3).Values],
        ["topk long k=20"] = x => Pair(x[0].TopK(20)),
        ["msort"] = x => [x[0].MSort()],

        ["quantile 0.3"] = x => [x[0].Quantile(0.3)],
        ["quantile 0.3 axis=1"] = x => [x[0].Quantile(0.3, 1)],
        ["quantile axis=0 keep"] = x => [x[0].Quantile([0.5, 0.125], 0, keepDims: true)],
        ["nanquantile 0.3 axis=1"] = x => [x[0].NanQuantile(0.3, 1)],
        ["quantile axes=0,2"] = x => [x[0].Quantile(Tensor.From([0.25, 0.5]), [0, 2])],
        ["quantile of infinities"] = x => [x[0].Quantile([0, 1.0 / 3, 1])],

        ["searchsorted"] = x => [x[0].SearchSorted(x[1])],
        ["searchsorted right"] = x => [x[0].SearchSorted(x[1], right: true)],
        ["searchsorted sorter"] = x => [x[0].SearchSorted(x[1], sorter: x[0].ArgSort())],
        ["searchsorted number"] = x => [x[0].SearchSorted(2)],
        ["bucketize"] = x => [x[0].Bucketize(x[1])],
        ["bucketize right"] = x => [x[0].Bucketize(x[1], right: true)],
        ["isin"] = x => [x[0].IsIn(x[1])],
        ["isin not"] = x => [x[0].IsIn(x[1], invert: true)],
        ["nonzero"] = x => [x[0].ArgWhere()],
        ["nonzero per axis"] = x => x[0].NonZeroPerAxis(),

        ["unique"] = x => Kinds(x[0].UniqueAll()),
        ["unique values"] = x => [x[0].Unique()],
        ["unique axis=0"] = x => Kinds(x[0].UniqueAll(0)),
        ["unique axis=1"] = x => Kinds(x[0].UniqueAll(1)),
        ["unique axis=-1"] = x => Kinds(x[0].UniqueAll(-1)),
        ["unique_consecutive"] = x => Kinds(x[0].UniqueConsecutiveAll()),
        ["unique_consecutive axis=0"] = x => Kinds(x[0].UniqueConsecutiveAll(0)),
        ["unique first"] = x => x[0].UniqueAll() is var all ? [all.Values, all.Indices] : [],
        ["unique first axis=0"] = x => x[0].UniqueAll(0) is var all ? [all.Values, all.Indices] : [],
        ["order of rows"] = x => [x[0].ArgSortRows()],
    });

    static Area Interpolations(Area area)
    {
        foreach (var interpolation in Enum.GetValues<QuantileInterpolation>())
        {
            area[$"quantile {interpolation.ToString().ToLowerInvariant()} axis=1"] = x => [x[0].Quantile(fifths, 1, interpolation: interpolation)];
            area[$"nanquantile {interpolation.ToString().ToLowerInvariant()} axis=-1"] = x => [x[0].NanQuantile(0.625, -1, interpolation: interpolation)];
        }
        return area;
    }

    static Tensor[] Pair((Tensor, Tensor) pair) => [pair.Item1, pair.Item2];

    static Tensor[] Kinds((Tensor Values, Tensor Indices, Tensor Inverse, Tensor Counts) all) => [all.Values, all.Inverse, all.Counts];
}
