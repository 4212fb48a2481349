using Tauten.Ops;

namespace Tauten.Testing;

/// <summary>The matrix product and convolutions as their sums are written.</summary>
static class ContractionDefinitions
{
    public static void AddTo(KernelTable table)
    {
        table.Define<MatMul>((_, x) => x[0].IsReal
            ? new HostTensor(x[0].DType, ProductShape(x).ToShape(), Multiply(x, x[0].Reals, x[1].Reals, (sum, a, b) => sum + a * b))
            : new HostTensor(x[0].DType, ProductShape(x).ToShape(), Multiply(x, x[0].Wholes, x[1].Wholes, (sum, a, b) => unchecked(sum + a * b))));
        table.Define<Convolution>((op, x) =>
        {
            var sizes = OutputSizes(op, x[0].Sizes, x[1].Sizes);
            var y = new double[sizes.Product()];
            ForEachProduct(op, x[0].Sizes, x[1].Sizes, (i, w, o) => y[o] += x[0].Reals[i] * x[1].Reals[w]);
            return new HostTensor(x[0].DType, sizes.ToShape(), y);
        });
        table.Define<ConvolutionInputGradient>((op, x) =>
        {
            int[] sizes = [.. op.Input.Select(d => (int)d.Value)];
            var y = new double[sizes.Product()];
            ForEachProduct(op.Forward, sizes, x[1].Sizes, (i, w, o) => y[i] += x[0].Reals[o] * x[1].Reals[w]);
            return new HostTensor(x[0].DType, op.Input, y);
        });
        table.Define<ConvolutionWeightGradient>((op, x) =>
        {
            int[] sizes = [.. op.Weight.Select(d => (int)d.Value)];
            var y = new double[sizes.Product()];
            ForEachProduct(op.Forward, x[0].Sizes, sizes, (i, w, o) => y[w] += x[0].Reals[i] * x[1].Reals[o]);
            return new HostTensor(x[0].DType, op.Weight, y);
        });
    }

    static int[] ProductShape(HostTensor[] x) => [.. Defining.Broadcast(x[0].Sizes[..^2], x[1].Sizes[..^2]), x[0].Sizes[^2], x[1].Sizes[^1]];

    static T[] Multiply<T>(HostTensor[] x, T[] a, T[] b, Func<T, T, T, T> add) where T : struct
    {
        int[] sizes = ProductShape(x), left = x[0].Sizes, right = x[1].Sizes;
        int rows = left[^2], inner = left[^1], columns = right[^1];
        if (right[^2] != inner) throw new ShapeException($"{inner} columns do not fit {right[^2]} rows.");
        var y = new T[sizes.Product()];
        int at = 0;
        foreach (var batch in Defining.Positions(sizes[..^2]))
        {
            int fromA = Defining.Offset(left[..^2], batch) * rows * inner, fromB = Defining.Offset(right[..^2], batch) * inner * columns;
            for (int i = 0; i < rows; i++)
                for (int j = 0; j < columns; j++, at++)
                    for (int p = 0; p < inner; p++)
                        y[at] = add(y[at], a[fromA + i * inner + p], b[fromB + p * columns + j]);
        }
        return y;
    }

    static int[] OutputSizes(Convolution op, int[] x, int[] w)
    {
        int spatial = op.Strides.Count;
        var sizes = new int[spatial + 2];
        (sizes[0], sizes[1]) = (x[0], w[0]);
        for (int i = 0; i < spatial; i++)
            sizes[i + 2] = (int)((x[i + 2] + op.Padding[i] + op.Padding[spatial + i] - ((w[i + 2] - 1) * op.Dilations[i] + 1)) / op.Strides[i] + 1);
        return sizes;
    }

    /// <summary>Calls <paramref name="visit"/> with the numbers of input, weight and output element of every product in a convolution.</summary>
    static void ForEachProduct(Convolution op, int[] x, int[] w, Action<int, int, int> visit)
    {
        var output = OutputSizes(op, x, w);
        int perGroup = w[0] / op.Groups, o = 0;
        var from = new int[x.Length];
        foreach (var p in Defining.Positions(output))
        {
            int weight = p[1] * w.Skip(1).Product();
            foreach (var k in Defining.Positions(w[1..]))
            {
                from[0] = p[0];
                from[1] = p[1] / perGroup * w[1] + k[0];
                bool inside = true;
                for (int i = 2; i < x.Length; i++)
                {
                    from[i] = (int)(p[i] * op.Strides[i - 2] + k[i - 1] * op.Dilations[i - 2] - op.Padding[i - 2]);
                    inside &= from[i] >= 0 && from[i] < x[i];
                }
                if (inside) visit(Defining.Offset(x, from), weight, o);
                weight++;
            }
            o++;
        }
    }
}
