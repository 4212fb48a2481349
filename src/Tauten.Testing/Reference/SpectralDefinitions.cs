using System.Numerics;
using Tauten.Ops;

namespace Tauten.Testing;

/// <summary>Orthogonal and spectral decompositions by the simplest methods that are precise: reflections one by one, Jacobi's rotations, and QR steps on a full complex matrix.</summary>
static class SpectralDefinitions
{
    public static void AddTo(KernelTable table)
    {
        table.Define<Qr>((op, x) =>
        {
            int rows = x[0].Sizes[^2], columns = x[0].Sizes[^1], size = op.Complete ? rows : Math.Min(rows, columns);
            return HostMatrix.Each(x, [(x[0].DType, [rows, size]), (x[0].DType, [size, columns])], m =>
            {
                var (q, r, _, _) = Reflected(m[0]);
                return [HostMatrix.Part(q, 0, rows, 0, size), HostMatrix.Make(size, columns, (i, j) => i <= j ? r[i, j] : 0)];
            });
        });
        table.Define<HouseholderFactor>((_, x) =>
        {
            int rows = x[0].Sizes[^2], columns = x[0].Sizes[^1];
            return HostMatrix.Each(x, [(x[0].DType, [rows, columns]), (x[0].DType, [Math.Min(rows, columns)])], m =>
            {
                var (_, r, v, tau) = Reflected(m[0]);
                return [HostMatrix.Make(rows, columns, (i, j) => i <= j ? r[i, j] : v[i, j]), HostMatrix.Make(1, tau.Length, (_, j) => tau[j])];
            });
        });
        table.Define<Eigh>((op, x) =>
        {
            int size = x[0].Sizes[^1];
            return HostMatrix.Each(x, [(x[0].DType, [size]), (x[0].DType, [size, size])], m =>
                Jacobi(HostMatrix.Make(size, size, (i, j) => op.Upper ? m[0][Math.Min(i, j), Math.Max(i, j)] : m[0][Math.Max(i, j), Math.Min(i, j)])));
        });
        table.Define<Svd>((op, x) =>
        {
            int rows = x[0].Sizes[^2], columns = x[0].Sizes[^1], size = Math.Min(rows, columns);
            return HostMatrix.Each(x, [(x[0].DType, [rows, op.Full ? rows : size]), (x[0].DType, [size]), (x[0].DType, [op.Full ? columns : size, columns])], m =>
            {
                var (u, s, v) = rows >= columns ? OneSided(m[0]) : OneSided(HostMatrix.Transpose(m[0])) is var (left, values, right) ? (right, values, left) : default;
                return [Completed(u, op.Full ? rows : size), s, HostMatrix.Transpose(Completed(v, op.Full ? columns : size))];
            });
        });
        table.Define<Eig>((_, x) =>
        {
            int size = x[0].Sizes[^1];
            return HostMatrix.Each(x, [(x[0].DType, [size]), (x[0].DType, [size]), (x[0].DType, [size, size]), (x[0].DType, [size, size])], m => General(m[0]));
        });
    }

    /// <summary>Q, R, and the vectors and factors of the reflections.</summary>
    static (double[,] Q, double[,] R, double[,] V, double[] Tau) Reflected(double[,] a)
    {
        int rows = a.GetLength(0), size = Math.Min(rows, a.GetLength(1));
        double[,] q = HostMatrix.Identity(rows), vectors = new double[rows, a.GetLength(1)];
        var tau = new double[size];
        for (int k = 0; k < size; k++)
        {
            double length = Math.Sqrt(Enumerable.Range(k, rows - k).Sum(i => a[i, k] * a[i, k])), beta = -Math.CopySign(length, a[k, k]);
            if (Enumerable.Range(k, rows - k).Skip(1).All(i => a[i, k] == 0)) continue;
            double[] v = [.. Enumerable.Range(0, rows).Select(i => i < k ? 0 : i == k ? 1 : a[i, k] / (a[k, k] - beta))];
            tau[k] = 2 / v.Sum(t => t * t);
            for (int j = 0; j < a.GetLength(1); j++)
            {
                double part = 0;
                for (int i = k; i < rows; i++) part += v[i] * a[i, j];
                for (int i = k; i < rows; i++) a[i, j] -= tau[k] * part * v[i];
            }
            for (int r = 0; r < rows; r++)
            {
                double part = 0;
                for (int i = k; i < rows; i++) part += q[r, i] * v[i];
                for (int i = k; i < rows; i++) q[r, i] -= tau[k] * part * v[i];
            }
            for (int i = 0; i < rows; i++) vectors[i, k] = v[i];
        }
        return (q, a, vectors, tau);
    }

    /// <summary>Rotations that make one element beside the diagonal 0 at a time.</summary>
    static double[][,] Jacobi(double[,] a)
    {
        int n = a.GetLength(0);
        var v = HostMatrix.Identity(n);
        for (int sweep = 0; sweep < 60; sweep++)
        {
            bool changed = false;
            for (int p = 0; p < n; p++)
                for (int q = p + 1; q < n; q++)
                {
                    if (Math.Abs(a[p, q]) <= 1e-17 * (Math.Abs(a[p, p]) + Math.Abs(a[q, q]))) continue;
                    changed = true;
                    var (c, s) = Rotation(a[p, p], a[p, q], a[q, q]);
                    for (int k = 0; k < n; k++) (a[k, p], a[k, q]) = (c * a[k, p] - s * a[k, q], s * a[k, p] + c * a[k, q]);
                    for (int k = 0; k < n; k++) (a[p, k], a[q, k]) = (c * a[p, k] - s * a[q, k], s * a[p, k] + c * a[q, k]);
                    for (int k = 0; k < n; k++) (v[k, p], v[k, q]) = (c * v[k, p] - s * v[k, q], s * v[k, p] + c * v[k, q]);
                }
            if (!changed) break;
        }
        int[] order = [.. Enumerable.Range(0, n).OrderBy(i => a[i, i])];
        return [HostMatrix.Make(1, n, (_, j) => a[order[j], order[j]]), Signed(HostMatrix.Make(n, n, (i, j) => v[i, order[j]]))];
    }

    /// <summary>Cosine and sine that turn [[p, r], [r, q]] into a diagonal matrix.</summary>
    static (double Cosine, double Sine) Rotation(double p, double r, double q)
    {
        double theta = (q - p) / (2 * r), t = Math.CopySign(1 / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1)), theta), c = 1 / Math.Sqrt(t * t + 1);
        return (c, t * c);
    }

    /// <summary>Rotations that make two columns orthogonal at a time; then their lengths are the singular values.</summary>
    static (double[,] U, double[,] S, double[,] V) OneSided(double[,] a)
    {
        int rows = a.GetLength(0), n = a.GetLength(1);
        a = (double[,])a.Clone();
        var v = HostMatrix.Identity(n);
        for (int sweep = 0; sweep < 60; sweep++)
        {
            bool changed = false;
            for (int p = 0; p < n; p++)
                for (int q = p + 1; q < n; q++)
                {
                    double pp = 0, pq = 0, qq = 0;
                    for (int i = 0; i < rows; i++) (pp, pq, qq) = (pp + a[i, p] * a[i, p], pq + a[i, p] * a[i, q], qq + a[i, q] * a[i, q]);
                    if (Math.Abs(pq) <= 1e-16 * Math.Sqrt(pp * qq)) continue;
                    changed = true;
                    var (c, s) = Rotation(pp, pq, qq);
                    for (int i = 0; i < rows; i++) (a[i, p], a[i, q]) = (c * a[i, p] - s * a[i, q], s * a[i, p] + c * a[i, q]);
                    for (int i = 0; i < n; i++) (v[i, p], v[i, q]) = (c * v[i, p] - s * v[i, q], s * v[i, p] + c * v[i, q]);
                }
            if (!changed) break;
        }
        double Length(int j) => Math.Sqrt(Enumerable.Range(0, rows).Sum(i => a[i, j] * a[i, j]));
        int[] order = [.. Enumerable.Range(0, n).OrderByDescending(Length)];
        double[] values = [.. order.Select(Length)];
        var u = HostMatrix.Make(rows, n, (i, j) => values[j] == 0 ? 0 : a[i, order[j]] / values[j]);
        return (u, HostMatrix.Make(1, n, (_, j) => values[j]), HostMatrix.Make(n, n, (i, j) => v[i, order[j]]));
    }

    /// <summary>Orthonormal columns continued by others.</summary>
    static double[,] Completed(double[,] q, int count)
    {
        int rows = q.GetLength(0), have = q.GetLength(1);
        List<double[]> columns = [.. Enumerable.Range(0, have).Select(j => Enumerable.Range(0, rows).Select(i => q[i, j]).ToArray())];
        for (int axis = 0; axis < rows && columns.Count < count; axis++)
        {
            double[] x = [.. Enumerable.Range(0, rows).Select(i => i == axis ? 1.0 : 0)];
            for (int pass = 0; pass < 2; pass++)
                foreach (double[] other in columns)
                {
                    double along = x.Zip(other, (s, t) => s * t).Sum();
                    for (int i = 0; i < rows; i++) x[i] -= along * other[i];
                }
            double length = Math.Sqrt(x.Sum(t => t * t));
            if (length > 1e-3) columns.Add(Array.ConvertAll(x, t => t / length));
        }
        return HostMatrix.Make(rows, count, (i, j) => columns[j][i]);
    }

    /// <summary>The largest component of each column positive.</summary>
    static double[,] Signed(double[,] v)
    {
        for (int j = 0; j < v.GetLength(1); j++)
        {
            double largest = Enumerable.Range(0, v.GetLength(0)).Max(i => Math.Abs(v[i, j]));
            int which = Enumerable.Range(0, v.GetLength(0)).First(i => Math.Abs(v[i, j]) >= largest * (1 - 1e-10));
            if (v[which, j] >= 0) continue;
            for (int i = 0; i < v.GetLength(0); i++) v[i, j] = -v[i, j];
        }
        return v;
    }

    /// <summary>Shifted QR steps by Gram and Schmidt until the matrix is a triangle; then substitution.</summary>
    static double[][,] General(double[,] real)
    {
        int n = real.GetLength(0);
        var t = new Complex[n, n];
        var basis = new Complex[n, n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) (t[i, j], basis[i, j]) = (real[i, j], i == j ? 1 : 0);
        double norm = real.Cast<double>().Select(Math.Abs).Append(0).Max();
        for (int high = n - 1, step = 1; high > 0 && step < 100 * n; step++)
        {
            double below = Enumerable.Range(0, high).Sum(j => Complex.Abs(t[high, j]));
            if (below <= 1e-15 * norm)
            {
                for (int j = 0; j < high; j++) t[high, j] = 0;
                high--;
                continue;
            }
            // A shift that is not real, so that conjugate pairs part.
            Step(t, basis, high + 1, t[high, high] + new Complex(0, step % 7 == 1 ? 0.1 * below : 0));
        }
        var values = new double[2][,];
        var vectors = new double[2][,];
        for (int part = 0; part < 2; part++) (values[part], vectors[part]) = (new double[1, n], new double[n, n]);
        for (int k = 0; k < n; k++)
        {
            var x = new Complex[n];
            x[k] = 1;
            for (int i = k - 1; i >= 0; i--)
            {
                for (int p = i + 1; p <= k; p++) x[i] -= t[i, p] * x[p];
                x[i] /= t[i, i] - t[k, k];
            }
            Complex[] v = [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, k + 1).Aggregate(Complex.Zero, (sum, p) => sum + basis[i, p] * x[p]))];
            double length = Math.Sqrt(v.Sum(c => c.Real * c.Real + c.Imaginary * c.Imaginary));
            var first = v.First(c => Complex.Abs(c) >= v.Max(Complex.Abs) * (1 - 1e-10));
            (values[0][0, k], values[1][0, k]) = (t[k, k].Real, t[k, k].Imaginary);
            for (int i = 0; i < n; i++)
            {
                var c = v[i] * Complex.Conjugate(first) / Complex.Abs(first) / length;
                (vectors[0][i, k], vectors[1][i, k]) = (c.Real, c.Imaginary);
            }
        }
        return [.. values, .. vectors];
    }

    /// <summary>T - shift = Q R, T = R Q + shift, within the leading rows and columns.</summary>
    static void Step(Complex[,] t, Complex[,] basis, int size, Complex shift)
    {
        int n = t.GetLength(0);
        for (int i = 0; i < size; i++) t[i, i] -= shift;
        var q = new Complex[size, size];
        for (int j = 0; j < size; j++)
        {
            var x = Enumerable.Range(0, size).Select(i => t[i, j]).ToArray();
            for (int pass = 0; pass < 2; pass++)
                for (int p = 0; p < j; p++)
                {
                    Complex along = 0;
                    for (int i = 0; i < size; i++) along += Complex.Conjugate(q[i, p]) * x[i];
                    for (int i = 0; i < size; i++) x[i] -= along * q[i, p];
                }
            double length = Math.Sqrt(x.Sum(c => c.Real * c.Real + c.Imaginary * c.Imaginary));
            for (int i = 0; i < size; i++) q[i, j] = x[i] / length;
        }
        var (left, right, turned) = (new Complex[n], new Complex[n], new Complex[n]);
        for (int j = 0; j < n; j++)
        {
            Array.Clear(left);
            for (int r = 0; r < size; r++)
                for (int i = 0; i < size; i++) left[r] += Complex.Conjugate(q[i, r]) * t[i, j];
            for (int r = 0; r < size; r++) t[r, j] = left[r];
        }
        for (int i = 0; i < n; i++)
        {
            Array.Clear(right);
            Array.Clear(turned);
            for (int c = 0; c < size; c++)
                for (int j = 0; j < size; j++) (right[c], turned[c]) = (right[c] + t[i, j] * q[j, c], turned[c] + basis[i, j] * q[j, c]);
            for (int c = 0; c < size; c++) (t[i, c], basis[i, c]) = (right[c], turned[c]);
        }
        for (int i = 0; i < size; i++) t[i, i] += shift;
    }
}
