using Tauten.Ops;

namespace Tauten.Testing;

/// <summary>Fourier transforms as the sums that define them, in the order of n^2 steps.</summary>
static class FourierDefinitions
{
    public static void AddTo(KernelTable table)
    {
        table.Define<Dft>((op, x) =>
        {
            double[] re = new double[x[0].Count], im = new double[x[0].Count];
            foreach (var line in ReductionDefinitions.Lines(x[0].Sizes, op.Axis))
                for (int k = 0; k < line.Length; k++)
                    (re[line[k]], im[line[k]]) = Sum(line.Length, k, op.Inverse, op.Norm, j => (x[0].Reals[line[j]], x[1].Reals[line[j]]));
            return [new(x[0].DType, x[0].Shape, re), new HostTensor(x[0].DType, x[0].Shape, im)];
        });
        table.Define<RealDft>((op, x) =>
        {
            int[] sizes = [.. x[0].Sizes];
            sizes[op.Axis] = sizes[op.Axis] / 2 + 1;
            double[] re = new double[sizes.Product()], im = new double[re.Length];
            foreach (var (from, to) in ReductionDefinitions.Lines(x[0].Sizes, op.Axis).Zip(ReductionDefinitions.Lines(sizes, op.Axis)))
                for (int k = 0; k < to.Length; k++)
                    (re[to[k]], im[to[k]]) = Sum(from.Length, k, false, op.Norm, j => (x[0].Reals[from[j]], 0));
            return [new(x[0].DType, sizes.ToShape(), re), new HostTensor(x[0].DType, sizes.ToShape(), im)];
        });
        table.Define<RealInverseDft>((op, x) =>
        {
            int n = (int)op.Length.Value;
            int[] sizes = [.. x[0].Sizes];
            sizes[op.Axis] = n;
            var y = new double[sizes.Product()];
            foreach (var (from, to) in ReductionDefinitions.Lines(x[0].Sizes, op.Axis).Zip(ReductionDefinitions.Lines(sizes, op.Axis)))
                for (int k = 0; k < n; k++)
                    y[to[k]] = Sum(n, k, true, op.Norm, j =>
                    {
                        bool isOwn = j * 2 % n == 0;
                        int i = j <= n / 2 ? from[j] : from[n - j];
                        return (x[0].Reals[i], isOwn ? 0 : j <= n / 2 ? x[1].Reals[i] : -x[1].Reals[i]);
                    }).Re;
            return new HostTensor(x[0].DType, sizes.ToShape(), y);
        });
    }

    static (double Re, double Im) Sum(int n, int k, bool inverse, FftNorm norm, Func<int, (double Re, double Im)> x)
    {
        double[] re = new double[2 * n], im = new double[2 * n];
        for (int j = 0; j < n; j++)
        {
            (double s, double c) = Root((long)j * k % n, n);
            (double a, double b) = x(j);
            if (!inverse) s = -s;
            (re[2 * j], re[2 * j + 1]) = (a * c, -b * s);
            (im[2 * j], im[2 * j + 1]) = (a * s, b * c);
        }
        double factor = norm == FftNorm.Ortho ? 1 / Math.Sqrt(n) : norm == FftNorm.Backward == inverse ? 1.0 / n : 1;
        return (ReductionDefinitions.TotalOf(re) * factor, ReductionDefinitions.TotalOf(im) * factor);
    }

    // Sine and cosine of 2 pi j / n, from the angle to the next quarter turn, which is most exact.
    static (double Sine, double Cosine) Root(long j, int n)
    {
        roots ??= [];
        if (!roots.TryGetValue(n, out var all))
            roots[n] = all = [.. Enumerable.Range(0, n).Select(i =>
            {
                int quarter = (int)((8L * i + n) / (2L * n));
                (double s, double c) = Math.SinCos(Math.PI / 2 * (4L * i - (long)quarter * n) / n);
                return (quarter % 4) switch { 0 => (s, c), 1 => (c, -s), 2 => (-s, -c), _ => (-c, s) };
            })];
        return all[j];
    }

    [ThreadStatic]
    static Dictionary<int, (double, double)[]>? roots;
}
