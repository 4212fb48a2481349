using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Reductions along axes, and the positions of extremes.</summary>
static class ReductionOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("ArgMax", 1, c => Position(c, (x, axis) => x.ArgMax(axis, keepDims: true))),
        Of("ArgMin", 1, c => Position(c, (x, axis) => x.ArgMin(axis, keepDims: true))),
        Reduce("ReduceL1", (x, axes, keep) => x.Abs().Sum(axes, keep)),
        Reduce("ReduceL2", (x, axes, keep) => Wide(x).Square().Sum(axes, keep).Sqrt()),
        Reduce("ReduceLogSum", (x, axes, keep) => Wide(x).Sum(axes, keep).Log()),
        Reduce("ReduceLogSumExp", (x, axes, keep) => Extreme(Wide(x), axes, keep, double.NegativeInfinity, (v, a) => v.LogSumExp(a, keep))),
        Reduce("ReduceMax", (x, axes, keep) => Extreme(x, axes, keep, x.DType == DType.Bool ? 0 : Lowest(x.DType), (v, a) => v.Max(a, keep))),
        Reduce("ReduceMean", (x, axes, keep) => Wide(x).Mean(axes, keep)),
        Reduce("ReduceMin", (x, axes, keep) => Extreme(x, axes, keep, x.DType == DType.Bool ? 1 : Highest(x.DType), (v, a) => v.Min(a, keep))),
        Reduce("ReduceProd", (x, axes, keep) => x.Prod(axes, keep)) with { OnSizes = WholeNumbers.Reduce((a, b) => a * b, 1) },
        Reduce("ReduceSum", (x, axes, keep) => x.Sum(axes, keep)) with { OnSizes = WholeNumbers.Reduce((a, b) => a + b, 0) },
        Reduce("ReduceSumSquare", (x, axes, keep) => x.Square().Sum(axes, keep)),
    ];

    static Operator Reduce(string name, Func<Tensor, Dims, bool, Tensor> function) => Of(name, 1, c =>
    {
        var x = c[0];
        bool keeps = c.Flag("keepdims", true);
        // The axes became an input with version 13 of ReduceSum and 18 of the others.
        long[]? axes = c.Has(1) ? c.Longs(1) : c.Ints("axes");
        // Reduced along no axis, but squared, say, all the same: as along an axis of one.
        if (axes is null or [] && c.Flag("noop_with_empty_axes")) return function(x.Unsqueeze(-1), [x.Rank], false).To(x.DType);
        Dims all = axes is null or []
            ? Dims.Create([.. Enumerable.Range(0, x.Rank).Select(i => (long)i)])
            : Dims.Create([.. axes.Select(a => (long)Call.Axis(a, x.Rank)).Distinct().Order()]);
        return function(x, all, keeps).To(x.DType);
    });

    // Roots and logarithms of integers are rounded to integers at the end.
    static Tensor Wide(Tensor x) => x.DType.IsFloating() ? x : x.To(DType.Float64);

    static double Lowest(DType dtype) => dtype.IsFloating() ? double.NegativeInfinity : dtype.MinValue();

    static double Highest(DType dtype) => dtype.IsFloating() ? double.PositiveInfinity : dtype.MaxValue();

    static Tensor Extreme(Tensor x, Dims axes, bool keeps, double none, Func<Tensor, Dims, Tensor> function)
    {
        if (axes.All(a => x.Shape[(int)a] != 0)) return function(x, axes);
        Dim[] shape = [.. x.Shape.Select((d, i) => axes.Contains(i) ? (keeps ? 1 : (Dim?)null) : d).Where(d => d is not null).Select(d => d!.Value)];
        return Tensor.Full(Shape.Create(shape), none, x.DType);
    }

    static Tensor Position(Call c, Func<Tensor, int, Tensor> find)
    {
        var x = c[0];
        int axis = c.Axis("axis", 0, x.Rank);
        var place = c.Flag("select_last_index") ? Tensor.DimScalar(x.Shape[axis] - 1, DType.Int64) - find(x.Flip(axis), axis) : find(x, axis);
        return c.Flag("keepdims", true) ? place : place.Squeeze(axis);
    }
}
