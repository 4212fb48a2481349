using Tauten.Ops;

namespace Tauten.Testing;

/// <summary>Factorizations, triangular systems and the matrix exponential as textbooks have them, matrix by matrix.</summary>
static class LinearDefinitions
{
    public static void AddTo(KernelTable table)
    {
        table.Define<Cholesky>((_, x) =>
        {
            int size = x[0].Sizes[^1];
            return HostMatrix.Each(x, [(x[0].DType, [size, size]), (DType.Int32, [])], m => Cholesky(m[0]));
        });
        table.Define<TriangularSolve>((op, x) => HostMatrix.Each(x, [(x[1].DType, x[1].Sizes[^2..])], m => [Substitute(m[0], m[1], op.Upper, op.UnitTriangular)]));
        table.Define<LuFactor>((_, x) =>
        {
            int rows = x[0].Sizes[^2], columns = x[0].Sizes[^1];
            return HostMatrix.Each(x, [(x[0].DType, [rows, columns]), (DType.Int32, [Math.Min(rows, columns)]), (DType.Int32, [])], m => Lu(m[0]));
        });
        table.Define<PivotPermutation>((op, x) =>
        {
            int[] sizes = x[0].Sizes;
            int rows = (int)op.Rows.Value, count = sizes[^1];
            sizes[^1] = rows;
            var y = new List<Int128>();
            for (int item = 0; item < sizes[..^1].Product(); item++)
            {
                Int128[] permutation = [.. Enumerable.Range(0, rows).Select(i => (Int128)i)];
                for (int i = 0; i < count; i++)
                {
                    int with = (int)x[0].Wholes[item * count + i] - 1;
                    (permutation[i], permutation[with]) = (permutation[with], permutation[i]);
                }
                y.AddRange(permutation);
            }
            return new HostTensor(DType.Int64, sizes.ToShape(), [.. y]);
        });
        table.Define<LdlFactor>((_, x) =>
        {
            int size = x[0].Sizes[^1];
            return HostMatrix.Each(x, [(x[0].DType, [size, size]), (DType.Int32, [size]), (DType.Int32, [])], m => BunchKaufman(m[0]));
        });
        table.Define<LdlSolve>((_, x) => HostMatrix.Each(x, [(x[2].DType, x[2].Sizes[^2..])], m => [HostMatrix.Solve(Symmetric(m[0], m[1]), m[2])], vectors: 1));
        table.Define<MatrixExp>((_, x) => HostMatrix.Each(x, [(x[0].DType, x[0].Sizes[^2..])], m => [Exponential(m[0])]));
    }

    static double[][,] Cholesky(double[,] a)
    {
        int n = a.GetLength(0);
        var l = new double[n, n];
        for (int j = 0; j < n; j++)
            for (int i = j; i < n; i++)
            {
                double sum = a[i, j];
                for (int p = 0; p < j; p++) sum -= l[i, p] * l[j, p];
                if (i == j && !(sum > 0)) return [l, HostMatrix.Number(j + 1)];
                l[i, j] = i == j ? Math.Sqrt(sum) : sum / l[j, j];
            }
        return [l, HostMatrix.Number(0)];
    }

    static double[,] Substitute(double[,] a, double[,] b, bool upper, bool unit)
    {
        int n = b.GetLength(0);
        var x = (double[,])b.Clone();
        foreach (int i in upper ? Enumerable.Range(0, n).Reverse() : Enumerable.Range(0, n))
            for (int k = 0; k < b.GetLength(1); k++)
            {
                for (int p = upper ? i + 1 : 0; p < (upper ? n : i); p++) x[i, k] -= a[i, p] * x[p, k];
                if (!unit) x[i, k] /= a[i, i];
            }
        return x;
    }

    static double[][,] Lu(double[,] a)
    {
        int rows = a.GetLength(0), columns = a.GetLength(1), zero = 0;
        var pivots = new double[1, Math.Min(rows, columns)];
        for (int k = 0; k < pivots.Length; k++)
        {
            int pivot = k;
            for (int i = k; i < rows; i++)
                if (Math.Abs(a[i, k]) > Math.Abs(a[pivot, k])) pivot = i;
            pivots[0, k] = pivot + 1;
            for (int c = 0; c < columns; c++) (a[k, c], a[pivot, c]) = (a[pivot, c], a[k, c]);
            if (a[k, k] == 0 && zero == 0) zero = k + 1;
            for (int i = k + 1; i < rows && a[k, k] != 0; i++)
            {
                a[i, k] /= a[k, k];
                for (int c = k + 1; c < columns; c++) a[i, c] -= a[i, k] * a[k, c];
            }
        }
        return [a, pivots, HostMatrix.Number(zero)];
    }

    static double[][,] BunchKaufman(double[,] lower)
    {
        int n = lower.GetLength(0), zero = 0;
        double alpha = (1 + Math.Sqrt(17)) / 8;
        var a = new double[n, n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++) a[i, j] = a[j, i] = lower[i, j];
        var pivots = new double[1, n];
        for (int k = 0; k < n;)
        {
            int largest = Enumerable.Range(k, n - k).Skip(1).OrderByDescending(i => Math.Abs(a[i, k])).FirstOrDefault(k), pivot = k, rows = 1;
            double below = largest > k ? Math.Abs(a[largest, k]) : 0;
            if (Math.Abs(a[k, k]) < alpha * below)
            {
                double beside = Enumerable.Range(k, n - k).Where(j => j != largest).Max(j => Math.Abs(a[largest, j]));
                if (Math.Abs(a[k, k]) * beside < alpha * below * below)
                {
                    pivot = largest;
                    if (Math.Abs(a[largest, largest]) < alpha * beside) rows = 2;
                }
            }
            int exchanged = k + rows - 1;
            for (int j = k; j < n; j++) (a[exchanged, j], a[pivot, j]) = (a[pivot, j], a[exchanged, j]);
            for (int i = k; i < n; i++) (a[i, exchanged], a[i, pivot]) = (a[i, pivot], a[i, exchanged]);
            for (int i = 0; i < rows; i++) pivots[0, k + i] = rows == 1 ? pivot + 1 : -(pivot + 1);
            int rest = n - k - rows;
            if (rows == 1 && a[k, k] == 0)
            {
                if (zero == 0) zero = k + 1;
            }
            else
            {
                // L below the block is what is there times the inverse of the block; the rest loses L times what was there.
                double[,] block = HostMatrix.Part(a, k, rows, k, rows), beneath = HostMatrix.Part(a, k + rows, rest, k, rows);
                var l = HostMatrix.Transpose(HostMatrix.Solve(block, HostMatrix.Transpose(beneath)));
                var product = HostMatrix.Multiply(l, HostMatrix.Transpose(beneath));
                for (int i = 0; i < rest; i++)
                {
                    for (int j = 0; j < rest; j++) a[k + rows + i, k + rows + j] -= product[i, j];
                    for (int j = 0; j < rows; j++) a[k + rows + i, k + j] = l[i, j];
                }
            }
            k += rows;
        }
        for (int i = 0; i < n; i++)
            for (int j = i + 1; j < n; j++) a[i, j] = 0;
        return [a, pivots, HostMatrix.Number(zero)];
    }

    /// <summary>The matrix that factors stand for: each exchange, elimination and block in turn, from the last to the first.</summary>
    static double[,] Symmetric(double[,] ld, double[,] pivots)
    {
        int n = ld.GetLength(0);
        var a = new double[n, n];
        for (int last = n - 1; last >= 0;)
        {
            int rows = pivots[0, last] > 0 ? 1 : 2, k = last - rows + 1, with = (int)Math.Abs(pivots[0, last]) - 1;
            var lower = HostMatrix.Identity(n);
            for (int i = last + 1; i < n; i++)
                for (int j = 0; j < rows; j++) lower[i, k + j] = ld[i, k + j];
            a[k, k] = ld[k, k];
            if (rows == 2) (a[last, last], a[last, k], a[k, last]) = (ld[last, last], ld[last, k], ld[last, k]);
            a = HostMatrix.Multiply(lower, HostMatrix.Multiply(a, HostMatrix.Transpose(lower)));
            for (int j = 0; j < n; j++) (a[last, j], a[with, j]) = (a[with, j], a[last, j]);
            for (int i = 0; i < n; i++) (a[i, last], a[i, with]) = (a[i, with], a[i, last]);
            last -= rows;
        }
        return a;
    }

    /// <summary>The sum of A^k / k!, of a power of two of A that makes it converge fast.</summary>
    static double[,] Exponential(double[,] a)
    {
        int n = a.GetLength(0), halvings = 0;
        double norm = Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Sum(j => Math.Abs(a[i, j]))).Append(0).Max();
        if (!double.IsFinite(norm)) return HostMatrix.Map(a, _ => double.NaN);
        for (; norm > 0.5; norm /= 2) halvings++;
        a = HostMatrix.Map(a, v => Math.ScaleB(v, -halvings));
        double[,] sum = HostMatrix.Identity(n), term = HostMatrix.Identity(n);
        for (int k = 1; k < 20; k++)
        {
            term = HostMatrix.Map(HostMatrix.Multiply(term, a), v => v / k);
            sum = HostMatrix.Add(sum, term);
        }
        for (; halvings > 0; halvings--) sum = HostMatrix.Multiply(sum, sum);
        return sum;
    }
}
