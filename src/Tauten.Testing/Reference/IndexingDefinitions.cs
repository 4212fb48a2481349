using Tauten.Ops;

namespace Tauten.Testing;

/// <summary>What gather, scatter, selection and sorting compute.</summary>
static class IndexingDefinitions
{
    public static void AddTo(KernelTable table)
    {
        table.Define<Gather>((op, x) => x[0].Pick(x[1].Shape, [.. Places(x[0].Sizes, x[1], op.Axis)]));
        table.Define<Scatter>((op, x) => Put(x, Places(x[0].Sizes, x[1], op.Axis), (_, b) => b, (_, b) => b));
        table.Define<ScatterAdd>((op, x) => Put(x, Places(x[0].Sizes, x[1], op.Axis), (a, b) => a + b, (a, b) => unchecked(a + b)));
        table.Define<ScatterReduce>((op, x) => Combined(op, x));
        table.Define<IndexSelect>((op, x) => x[0].Pick(Selected(x[0].Sizes, x[1].Sizes, op.Axis).ToShape(), [.. Slices(x[0].Sizes, x[1], op.Axis)]));
        table.Define<IndexAdd>((op, x) => Put(x, Slices(x[0].Sizes, x[1], op.Axis), (a, b) => a + b, (a, b) => unchecked(a + b)));
        table.Define<NonZero>((_, x) =>
        {
            var found = new List<Int128>();
            int i = 0, rows = 0;
            foreach (var p in Defining.Positions(x[0].Sizes))
            {
                bool hit = x[0].IsReal ? x[0].Reals[i] != 0 : x[0].Wholes[i] != 0;
                i++;
                if (!hit) continue;
                rows++;
                foreach (int k in p) found.Add(k);
            }
            return new HostTensor(DType.Int64, Shape.Of(rows, x[0].Sizes.Length), found.ToArray());
        });
        table.Define<RepeatedPositions>((_, x) =>
        {
            Int128[] positions = [.. x[0].Wholes.SelectMany((times, i) => Enumerable.Repeat((Int128)i, (int)times))];
            return new HostTensor(DType.Int64, Shape.Of(positions.Length), positions);
        });
        table.Define<Sort>((op, x) => Ordered(x[0], op.Axis, op.Descending, x[0].Sizes[op.Axis]));
        table.Define<TopK>((op, x) => Ordered(x[0], op.Axis, op.Largest, (int)op.K));
    }

    static int Inside(Int128 index, int size) => index >= -size && index < size ? (int)(index < 0 ? index + size : index) : throw new IndexException($"Index {index} lies outside of an axis of size {size}.");

    /// <summary>For each element of the index, the element that it names.</summary>
    static IEnumerable<int> Places(int[] sizes, HostTensor index, int axis)
    {
        int i = 0;
        foreach (var p in Defining.Positions(index.Sizes))
        {
            int[] place = [.. p];
            place[axis] = Inside(index.Wholes[i++], sizes[axis]);
            int offset = 0;
            for (int k = 0; k < place.Length; k++) offset = offset * sizes[k] + place[k];
            yield return offset;
        }
    }

    static int[] Selected(int[] sizes, int[] index, int axis) => [.. sizes[..axis], .. index, .. sizes[(axis + 1)..]];

    /// <summary>For each element of the selected slices, the element that it is.</summary>
    static IEnumerable<int> Slices(int[] sizes, HostTensor index, int axis)
    {
        int inner = sizes.Skip(axis + 1).Product();
        for (int outer = 0; outer < sizes.Take(axis).Product(); outer++)
            foreach (var at in index.Wholes)
                for (int i = 0; i < inner; i++)
                    yield return (outer * sizes[axis] + Inside(at, sizes[axis])) * inner + i;
    }

    static HostTensor Put(HostTensor[] x, IEnumerable<int> places, Func<double, double, double> real, Func<Int128, Int128, Int128> whole)
    {
        var y = x[0].Copy();
        int i = 0;
        foreach (int place in places)
        {
            if (y.IsReal) y.Reals[place] = real(y.Reals[place], x[2].Reals[i++]);
            else y.Wholes[place] = whole(y.Wholes[place], x[2].Wholes[i++]);
        }
        return y;
    }

    /// <summary>In each place all that meets there, first the element of x if it counts.</summary>
    static HostTensor Combined(ScatterReduce op, HostTensor[] x)
    {
        int[] places = [.. Places(x[0].Sizes, x[1], op.Axis)];
        var y = x[0].Copy();
        foreach (var group in Enumerable.Range(0, places.Length).GroupBy(i => places[i]))
        {
            int place = group.Key;
            if (y.IsReal) y.Reals[place] = Combine((op.IncludeSelf ? [x[0].Reals[place]] : Array.Empty<double>()).Concat(group.Select(i => x[2].Reals[i])).ToArray());
            else y.Wholes[place] = CombineWhole((op.IncludeSelf ? [x[0].Wholes[place]] : Array.Empty<Int128>()).Concat(group.Select(i => x[2].Wholes[i])).ToArray());
        }
        return y;

        double Combine(double[] v) => op.Combination switch
        {
            Combination.Sum => v.Sum(),
            Combination.Mean => v.Sum() / v.Length,
            Combination.Product => v.Aggregate(1.0, (a, b) => a * b),
            Combination.Max => v.Aggregate(Math.Max),
            _ => v.Aggregate(Math.Min),
        };

        Int128 CombineWhole(Int128[] v) => op.Combination switch
        {
            Combination.Sum => v.Aggregate((a, b) => unchecked(a + b)),
            Combination.Mean => (long)unchecked((ulong)v.Aggregate((a, b) => unchecked(a + b))) is var sum && (sum % v.Length < 0) ? sum / v.Length - 1 : sum / v.Length,
            Combination.Product => v.Aggregate((a, b) => unchecked(a * b)),
            Combination.Max => v.Max(),
            _ => v.Min(),
        };
    }

    // Stable: among equals the earlier comes first, in both directions. NaN is larger than all numbers and equal to itself.
    static HostTensor[] Ordered(HostTensor x, int axis, bool descending, int count)
    {
        int[] sizes = x.Sizes;
        sizes[axis] = count;
        var from = new int[sizes.Product()];
        var positions = new Int128[from.Length];
        foreach (var (line, target) in ReductionDefinitions.Lines(x.Sizes, axis).Zip(ReductionDefinitions.Lines(sizes, axis)))
        {
            var order = x.IsReal
                ? Sorted(line, (a, b) => Compare(x.Reals[a], x.Reals[b]), descending)
                : Sorted(line, (a, b) => x.Wholes[a].CompareTo(x.Wholes[b]), descending);
            for (int k = 0; k < count; k++)
            {
                from[target[k]] = order[k];
                positions[target[k]] = Array.IndexOf(line, order[k]);
            }
        }
        return [x.Pick(sizes.ToShape(), from), new(DType.Int64, sizes.ToShape(), positions)];
    }

    static int[] Sorted(int[] line, Comparison<int> compare, bool descending) =>
        [.. line.Order(Comparer<int>.Create((a, b) => (descending ? -compare(a, b) : compare(a, b)) is var order and not 0 ? order : a.CompareTo(b)))];

    /// <summary>The order of two numbers; NaN is larger than all others and equal to itself.</summary>
    public static int Compare(double a, double b) => double.IsNaN(a) ? (double.IsNaN(b) ? 0 : 1) : double.IsNaN(b) ? -1 : a < b ? -1 : a > b ? 1 : 0;
}
