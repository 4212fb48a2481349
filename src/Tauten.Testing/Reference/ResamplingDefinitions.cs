using Tauten.Ops;

namespace Tauten.Testing;

/// <summary>Resampling along an axis: every weight of every output, one by one.</summary>
static class ResamplingDefinitions
{
    public static void AddTo(KernelTable table)
    {
        table.Define<Resample>((op, x) =>
        {
            int[] sizes = x[0].Sizes;
            int length = sizes[op.Axis];
            sizes[op.Axis] = (int)op.Size.Value;
            return Sums(x[0], op.Axis, sizes, (i, k) => Weight(op, i, k, length));
        });
        table.Define<ResampleGradient>((op, x) =>
        {
            int[] sizes = x[0].Sizes;
            sizes[op.Forward.Axis] = (int)op.Input.Value;
            return Sums(x[0], op.Forward.Axis, sizes, (k, i) => Weight(op.Forward, i, k, sizes[op.Forward.Axis]));
        });
    }

    static HostTensor Sums(HostTensor x, int axis, int[] sizes, Func<int, int, double> weight)
    {
        var from = ReductionDefinitions.Lines(x.Sizes, axis).ToArray();
        var to = ReductionDefinitions.Lines(sizes, axis).ToArray();
        var weights = new double[sizes[axis], x.Sizes[axis]];
        for (int i = 0; i < weights.GetLength(0); i++)
            for (int k = 0; k < weights.GetLength(1); k++) weights[i, k] = weight(i, k);
        var y = new double[sizes.Product()];
        for (int line = 0; line < to.Length; line++)
            for (int i = 0; i < sizes[axis]; i++)
                for (int k = 0; k < from[line].Length; k++)
                    // What has no weight does not count.
                    if (weights[i, k] != 0) y[to[line][i]] += weights[i, k] * x.Reals[from[line][k]];
        return new(x.DType, sizes.ToShape(), y);
    }

    /// <summary>The weight of input k in output i.</summary>
    static double Weight(Resample op, int i, int k, int size)
    {
        int count = (int)op.Size.Value;
        double step = op.AlignCorners ? (count == 1 ? 0 : (size - 1.0) / (count - 1)) : op.Scale > 0 ? 1 / op.Scale : (double)size / count;
        bool linear = op.Mode == InterpolationMode.Linear;
        switch (op.Mode)
        {
            case InterpolationMode.Nearest: return k == Math.Min((int)MathF.Floor((float)(i * step)), size - 1) ? 1 : 0;
            case InterpolationMode.NearestExact: return k == Math.Min((int)MathF.Floor((float)((i + 0.5) * step)), size - 1) ? 1 : 0;
            case InterpolationMode.Area:
                int first = i * size / count, end = (int)Math.Ceiling((i + 1.0) * size / count);
                return k >= first && k < end ? 1.0 / (end - first) : 0;
        }
        if (op.Antialias)
        {
            double sum = Enumerable.Range(0, size).Sum(j => Stretched(j));
            return sum == 0 ? 0 : Stretched(k) / sum;
        }
        double at = op.AlignCorners ? i * step : (i + 0.5) * step - 0.5;
        if (linear) at = Math.Max(0, Math.Min(at, size - 1));
        double weight = 0, below = Math.Floor(at);
        // Neighbours outside are the border's element.
        for (int j = -1; j <= 2; j++)
            if (Math.Max(0, Math.Min(below + j, size - 1)) == k) weight += linear ? Math.Max(0, 1 - Math.Abs(at - below - j)) : Spline(Math.Abs(at - below - j), -0.75);
        return weight;

        double Stretched(int j)
        {
            double wide = Math.Max(1, step), center = step * (i + 0.5), reach = (linear ? 1 : 2) * wide;
            if (j < (int)Math.Max(0, center - reach + 0.5) || j >= (int)Math.Min(size, center + reach + 0.5)) return 0;
            double x = Math.Abs((j - center + 0.5) / wide);
            return linear ? Math.Max(0, 1 - x) : Spline(x, -0.5);
        }
    }

    static double Spline(double x, double a) =>
        x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}
