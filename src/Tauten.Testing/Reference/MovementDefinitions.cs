using Tauten.Ops;

namespace Tauten.Testing;

/// <summary>Where movement ops take their elements from; views are copies here.</summary>
static class MovementDefinitions
{
    public static void AddTo(KernelTable table)
    {
        table.Define<Contiguous>((_, x) => x[0]);
        table.Define<Alias>((_, x) => x[0]);
        table.Define<Detach>((_, x) => x[0]);
        table.Define<Reshape>((op, x) => x[0].Reshape(op.Shape));
        table.Define<Permute>((op, x) =>
        {
            int[] sizes = x[0].Sizes, moved = [.. op.Permutation.Select(a => sizes[a])];
            var from = new int[sizes.Length];
            return Take(x[0], moved, p =>
            {
                for (int i = 0; i < p.Length; i++) from[op.Permutation[i]] = p[i];
                return Defining.Offset(sizes, from);
            });
        });
        table.Define<BroadcastTo>((op, x) => Take(x[0], [.. op.Shape.Select(d => (int)d.Value)], p => Defining.Offset(x[0].Sizes, p)));
        table.Define<Slice>((op, x) => Take(x[0], [.. op.Sizes.Select(d => (int)d.Value)], p => Defining.Offset(x[0].Sizes, Along(p, op.Starts, op.Steps))));
        table.Define<Diagonal>((op, x) =>
        {
            int[] sizes = x[0].Sizes, rest = [.. Enumerable.Range(0, sizes.Length).Where(i => i != op.Axis1 && i != op.Axis2)];
            int length = 0;
            while (length + Math.Max(0, -op.Offset) < sizes[op.Axis1] && length + Math.Max(0, op.Offset) < sizes[op.Axis2]) length++;
            return Take(x[0], [.. rest.Select(i => sizes[i]), length], p =>
            {
                var from = new int[sizes.Length];
                for (int i = 0; i < rest.Length; i++) from[rest[i]] = p[i];
                from[op.Axis1] = p[^1] + (int)Math.Max(0, -op.Offset);
                from[op.Axis2] = p[^1] + (int)Math.Max(0, op.Offset);
                return Exact(sizes, from);
            });
        });
        table.Define<AsStrided>((op, x) => Take(x[0], [.. op.Sizes.Select(d => (int)d.Value)], p => (int)(op.Offset + p.Select((at, i) => at * op.Strides[i]).Sum())));
        table.Define<SliceUpdate>((op, x) =>
        {
            var from = Enumerable.Range(0, x[0].Count).ToArray();
            int n = x[0].Count;
            foreach (var p in Defining.Positions(x[1].Sizes)) from[Exact(x[0].Sizes, Along(p, op.Starts, op.Steps))] = n++;
            return Join([x[0], x[1]]).Pick(x[0].Shape, from);
        });
        table.Define<Windows>((op, x) =>
        {
            int[] sizes = x[0].Sizes, axes = [.. op.Axes.Select(a => (int)a)];
            var result = new List<int>(sizes);
            for (int i = 0; i < axes.Length; i++)
            {
                result[axes[i]] = (result[axes[i]] - ((int)op.Sizes[i] - 1) * (int)op.Dilations[i] - 1) / (int)op.Strides[i] + 1;
                result.Add((int)op.Sizes[i]);
            }
            return Take(x[0], [.. result], p => Exact(sizes, InWindow(p, sizes.Length, axes, op.Strides, op.Dilations)));
        });
        table.Define<OverlapAdd>((op, x) =>
        {
            int[] sizes = [.. op.Shape.Select(d => (int)d.Value)], axes = [.. op.Axes.Select(a => (int)a)];
            var y = new double[sizes.Product()];
            int i = 0;
            foreach (var p in Defining.Positions(x[0].Sizes)) y[Exact(sizes, InWindow(p, sizes.Length, axes, op.Strides, op.Dilations))] += x[0].Reals[i++];
            return new HostTensor(x[0].DType, op.Shape, y);
        });
        table.Define<Pad>((op, x) =>
        {
            int[] sizes = x[0].Sizes, padded = [.. sizes.Select((s, i) => s + (int)op.Low[i] + (int)op.High[i])];
            return x[0].Pick(padded.ToShape(), From(padded, p =>
            {
                int[] inside = [.. p.Select((v, i) => v - (int)op.Low[i])];
                return inside.Zip(sizes).All(z => z.First >= 0 && z.First < z.Second) ? Exact(sizes, inside) : -1;
            }), op.Value);
        });
        table.Define<Concat>((op, x) =>
        {
            int[] sizes = x[0].Sizes;
            sizes[op.Axis] = x.Sum(t => t.Sizes[op.Axis]);
            var all = Join(x);
            return all.Pick(sizes.ToShape(), From(sizes, p =>
            {
                int part = 0, before = 0;
                int[] inside = [.. p];
                while (inside[op.Axis] >= x[part].Sizes[op.Axis])
                {
                    inside[op.Axis] -= x[part].Sizes[op.Axis];
                    before += x[part++].Count;
                }
                return before + Exact(x[part].Sizes, inside);
            }));
        });
        table.Define<Fill>((op, _) => Made(op.DType, op.Shape, Enumerable.Repeat(op.Value, (int)op.Shape.Count)));
        table.Define<Iota>((op, _) => Made(op.DType, [op.Length], Enumerable.Range(0, (int)op.Length.Value).Select(i => op.Start + i * op.Step)));
    }

    static HostTensor Made(DType dtype, Shape shape, IEnumerable<double> values) => ElementwiseDefinitions.Convert(new(DType.Float64, shape, values.ToArray()), dtype);

    static HostTensor Take(HostTensor x, int[] sizes, Func<int[], int> from) => x.Pick(sizes.ToShape(), From(sizes, from));

    static int[] From(int[] sizes, Func<int[], int> from) => [.. Defining.Positions(sizes).Select(from)];

    static int[] Along(int[] position, Shape starts, Dims steps)
    {
        var result = new int[position.Length];
        for (int i = 0; i < result.Length; i++) result[i] = (int)(starts[i].Value + position[i] * steps[i]);
        return result;
    }

    static int[] InWindow(int[] position, int rank, int[] axes, Dims strides, Dims dilations)
    {
        var result = position[..rank];
        for (int i = 0; i < axes.Length; i++) result[axes[i]] = (int)(result[axes[i]] * strides[i] + position[rank + i] * dilations[i]);
        return result;
    }

    // Without broadcasting: every index must lie inside.
    static int Exact(int[] sizes, int[] position)
    {
        int offset = 0;
        for (int k = 0; k < sizes.Length; k++)
        {
            if (position[k] < 0 || position[k] >= sizes[k]) throw new IndexException($"[{string.Join(", ", position)}] lies outside of [{string.Join(", ", sizes)}].");
            offset = offset * sizes[k] + position[k];
        }
        return offset;
    }

    static HostTensor Join(HostTensor[] x)
    {
        var shape = Shape.Of(x.Sum(t => (long)t.Count));
        return x[0].IsReal ? new(x[0].DType, shape, [.. x.SelectMany(t => t.Reals)]) : new(x[0].DType, shape, [.. x.SelectMany(t => t.Wholes)]);
    }
}
