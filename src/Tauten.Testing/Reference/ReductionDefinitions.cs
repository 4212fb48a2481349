using Tauten.Ops;

namespace Tauten.Testing;

/// <summary>What reductions and scans compute from the elements along their axes.</summary>
static class ReductionDefinitions
{
    public static void AddTo(KernelTable table)
    {
        table.Define<Sum>((op, x) => Accumulate(op, x[0], TotalOf, v => v.Aggregate((Int128)0, (a, b) => unchecked(a + b))));
        table.Define<Prod>((op, x) => Accumulate(op, x[0], v => v.Aggregate(1.0, (a, b) => a * b), v => v.Aggregate((Int128)1, (a, b) => unchecked(a * b))));
        table.Define<Max>((op, x) => Reduce(op, x[0], x[0].DType, v => Largest(v, 1), v => v.Max()));
        table.Define<Min>((op, x) => Reduce(op, x[0], x[0].DType, v => Largest(v, -1), v => v.Min()));
        table.Define<Any>((op, x) => Choose(op, x[0], DType.Bool, v => v.Any(e => e != 0) ? 1 : 0, v => v.Any(e => e != 0) ? 1 : 0));
        table.Define<All>((op, x) => Choose(op, x[0], DType.Bool, v => v.All(e => e != 0) ? 1 : 0, v => v.All(e => e != 0) ? 1 : 0));
        table.Define<ArgMax>((op, x) => Choose(op, x[0], DType.Int64, v => First(v, Largest(v, 1)), v => Array.IndexOf(v, v.Max())));
        table.Define<ArgMin>((op, x) => Choose(op, x[0], DType.Int64, v => First(v, Largest(v, -1)), v => Array.IndexOf(v, v.Min())));

        table.Define<CumSum>((op, x) => Scan(op, x[0], 0, 0, (a, b) => a + b, (a, b) => unchecked(a + b)));
        table.Define<CumProd>((op, x) => Scan(op, x[0], 1, 1, (a, b) => a * b, (a, b) => unchecked(a * b)));
        table.Define<LogCumSumExp>((op, x) => new HostTensor(x[0].DType, x[0].Shape, Scan(op, x[0].Sizes, x[0].Reals, double.NegativeInfinity, (a, b) =>
            double.IsNaN(a) || double.IsNaN(b) ? double.NaN : double.IsInfinity(Math.Max(a, b)) ? Math.Max(a, b) : Math.Max(a, b) + Math.Log(1 + Math.Exp(-Math.Abs(a - b))))));
        table.Define<LinearScan>((op, x) =>
        {
            var y = new double[x[0].Count];
            foreach (var line in Lines(x[0].Sizes, op.Axis))
            {
                double last = 0;
                foreach (int i in op.Reverse ? Enumerable.Reverse(line) : line) last = y[i] = x[0].Reals[i] * last + x[1].Reals[i];
            }
            return new HostTensor(x[0].DType, x[0].Shape, y);
        });
    }

    // Neumaier: what each addition loses is added at the end, so that a sum of doubles is as good as exact.
    internal static double TotalOf(double[] values)
    {
        double sum = 0, lost = 0;
        foreach (double v in values)
        {
            double next = sum + v;
            lost += Math.Abs(sum) >= Math.Abs(v) ? sum - next + v : v - next + sum;
            sum = next;
        }
        return double.IsFinite(sum) ? sum + lost : sum;
    }

    static HostTensor Accumulate(ReductionOp op, HostTensor x, Func<double[], double> real, Func<Int128[], Int128> whole) =>
        Reduce(op, x, x.IsReal || x.DType == DType.UInt64 ? x.DType : DType.Int64, real, whole);

    static HostTensor Reduce(ReductionOp op, HostTensor x, DType result, Func<double[], double> real, Func<Int128[], Int128> whole) => x.IsReal
        ? new(result, Kept(op, x), [.. Groups(op, x).Select(g => real(Array.ConvertAll(g, i => x.Reals[i])))])
        : new(result, Kept(op, x), [.. Groups(op, x).Select(g => whole(Array.ConvertAll(g, i => x.Wholes[i])))]);

    static HostTensor Choose(ReductionOp op, HostTensor x, DType result, Func<double[], int> real, Func<Int128[], int> whole) => x.IsReal
        ? new(result, Kept(op, x), [.. Groups(op, x).Select(g => (Int128)real(Array.ConvertAll(g, i => x.Reals[i])))])
        : new(result, Kept(op, x), [.. Groups(op, x).Select(g => (Int128)whole(Array.ConvertAll(g, i => x.Wholes[i])))]);

    static double Largest(double[] v, int sign) => v.Any(double.IsNaN) ? double.NaN : sign > 0 ? v.Max() : v.Min();

    static int First(double[] v, double wanted) => Array.FindIndex(v, e => e == wanted || double.IsNaN(wanted) && double.IsNaN(e));

    static Shape Kept(ReductionOp op, HostTensor x) => Enumerable.Range(0, x.Sizes.Length)
        .Where(i => op.KeepDims || !op.Axes.Contains(i)).Select(i => op.Axes.Contains(i) ? 1 : x.Sizes[i]).ToArray().ToShape();

    /// <summary>For each element of the result, the numbers of the elements that it combines, in row-major order.</summary>
    static int[][] Groups(ReductionOp op, HostTensor x)
    {
        var sizes = x.Sizes;
        var kept = sizes.Select((s, i) => op.Axes.Contains(i) ? 1 : s).ToArray();
        var groups = new List<int>[kept.Product()];
        for (int i = 0; i < groups.Length; i++) groups[i] = [];
        int at = 0;
        foreach (var position in Defining.Positions(sizes)) groups[Defining.Offset(kept, position)].Add(at++);
        return Array.ConvertAll(groups, g => g.ToArray());
    }

    static HostTensor Scan(ScanOp op, HostTensor x, double zero, Int128 none, Func<double, double, double> real, Func<Int128, Int128, Int128> whole) => x.IsReal
        ? new(x.DType, x.Shape, Scan(op, x.Sizes, x.Reals, zero, real))
        : new(x.DType, x.Shape, Scan(op, x.Sizes, x.Wholes, none, whole));

    static T[] Scan<T>(ScanOp op, int[] sizes, T[] x, T neutral, Func<T, T, T> combine)
    {
        var y = new T[x.Length];
        foreach (var line in Lines(sizes, op.Axis))
        {
            var sum = neutral;
            foreach (int i in op.Reverse ? Enumerable.Reverse(line) : line)
            {
                if (op.Exclusive) y[i] = sum;
                sum = combine(sum, x[i]);
                if (!op.Exclusive) y[i] = sum;
            }
        }
        return y;
    }

    /// <summary>The numbers of the elements of each line along an axis.</summary>
    public static IEnumerable<int[]> Lines(int[] sizes, int axis)
    {
        int inner = sizes.Skip(axis + 1).Product();
        for (int outer = 0; outer < sizes.Take(axis).Product(); outer++)
            for (int i = 0; i < inner; i++)
            {
                int first = outer * sizes[axis] * inner + i;
                yield return [.. Enumerable.Range(0, sizes[axis]).Select(k => first + k * inner)];
            }
    }
}
