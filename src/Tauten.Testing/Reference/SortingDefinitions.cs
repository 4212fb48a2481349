using Tauten.Ops;

namespace Tauten.Testing;

/// <summary>What selection, searching, counting and running extremes compute.</summary>
static class SortingDefinitions
{
    public static void AddTo(KernelTable table)
    {
        table.Define<KthValue>((op, x) => Select(op, x[0], order => order[(int)op.K - 1]));
        table.Define<Median>((op, x) => Select(op, x[0], order =>
        {
            int numbers = order.Count(i => !IsNaN(x[0], i));
            return numbers < order.Length && !op.SkipsNaN ? order[numbers] : order[Math.Max(numbers - 1, 0) / 2];
        }));
        table.Define<Mode>((op, x) => Select(op, x[0], order => order
            .GroupBy(i => IsNaN(x[0], i) ? (object)i : x[0].IsReal ? x[0].Reals[i] + 0.0 : x[0].Wholes[i])
            .Aggregate((a, b) => b.Count() > a.Count() ? b : a).Last()));
        table.Define<CumMax>((op, x) => Running(x[0], op.Axis, 1));
        table.Define<CumMin>((op, x) => Running(x[0], op.Axis, -1));
        table.Define<SearchSorted>((op, x) =>
        {
            int length = x[0].Sizes[^1], perLine = x[0].Sizes.Length == 1 ? x[1].Count : x[1].Sizes[^1];
            var found = new Int128[x[1].Count];
            for (int i = 0; i < found.Length; i++)
            {
                int start = i / perLine * length;
                var line = Enumerable.Range(0, length).Select(k => start + (x.Length == 3 ? (int)((x[2].Wholes[start + k] + length) % length) : k));
                found[i] = line.TakeWhile(k => Compare(x[0], k, x[1], i) is var order && (order < 0 || order == 0 && op.Right)).Count();
            }
            return new HostTensor(DType.Int64, x[1].Shape, found);
        });
        table.Define<RowOrder>((_, x) =>
        {
            int columns = x[0].Sizes[1];
            var rows = Enumerable.Range(0, x[0].Sizes[0]).Order(Comparer<int>.Create((a, b) =>
                Enumerable.Range(0, columns).Select(c => Compare(x[0], a * columns + c, x[0], b * columns + c)).FirstOrDefault(order => order != 0) is var order and not 0 ? order : a.CompareTo(b)));
            return new HostTensor(DType.Int64, [x[0].Sizes[0]], [.. rows.Select(r => (Int128)r)]);
        });
        table.Define<BinCount>((op, x) =>
        {
            int length = (int)x[0].Wholes.Select(v => v >= 0 ? v + 1 : throw new IndexException($"{v} is negative.")).Append(op.Least).Max();
            var found = Enumerable.Range(0, length).Select(v => Enumerable.Range(0, x[0].Count).Where(i => x[0].Wholes[i] == v)).ToArray();
            if (x.Length == 1) return new HostTensor(DType.Int64, [length], [.. found.Select(i => (Int128)i.Count())]);
            return x[1].IsReal
                ? new HostTensor(x[1].DType, [length], [.. found.Select(f => f.Sum(i => x[1].Reals[i]))])
                : new HostTensor(x[1].DType, [length], [.. found.Select(f => f.Aggregate((Int128)0, (sum, i) => unchecked(sum + x[1].Wholes[i])))]);
        });
    }

    static bool IsNaN(HostTensor x, int i) => x.IsReal && double.IsNaN(x.Reals[i]);

    // NaN is larger than all numbers and equal to itself.
    static int Compare(HostTensor x, int i, HostTensor y, int k) => x.IsReal ? IndexingDefinitions.Compare(x.Reals[i], y.Reals[k]) : x.Wholes[i].CompareTo(y.Wholes[k]);

    static HostTensor[] Select(SelectionOp op, HostTensor x, Func<int[], int> choose)
    {
        var chosen = new List<int>();
        var positions = new List<Int128>();
        foreach (var line in ReductionDefinitions.Lines(x.Sizes, op.Axis))
        {
            int at = choose([.. line.Order(Comparer<int>.Create((a, b) => Compare(x, a, x, b) is var order and not 0 ? order : a.CompareTo(b)))]);
            chosen.Add(at);
            positions.Add(Array.IndexOf(line, at));
        }
        var shape = Enumerable.Range(0, x.Sizes.Length).Where(i => op.KeepDims || i != op.Axis).Select(i => i == op.Axis ? 1 : x.Sizes[i]).ToArray().ToShape();
        return [x.Pick(shape, [.. chosen]), new(DType.Int64, shape, [.. positions])];
    }

    static HostTensor[] Running(HostTensor x, int axis, int sign)
    {
        var from = new int[x.Count];
        var positions = new Int128[x.Count];
        foreach (var line in ReductionDefinitions.Lines(x.Sizes, axis))
        {
            int best = 0;
            for (int k = 0; k < line.Length; k++)
            {
                bool replaces = IsNaN(x, line[k]) || !IsNaN(x, line[best]) && sign * Compare(x, line[k], x, line[best]) >= 0;
                if (replaces) best = k;
                (from[line[k]], positions[line[k]]) = (line[best], best);
            }
        }
        return [x.Pick(x.Shape, from), new(DType.Int64, x.Shape, positions)];
    }
}
