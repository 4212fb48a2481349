namespace Tauten.Testing;

/// <summary>Small matrices as arrays, for definitions.</summary>
static class HostMatrix
{
    /// <summary>
    /// Calls a definition with each matrix of a batch. Outputs are given by dtype and the sizes behind the batch axes. Input number <paramref name="vectors"/>, if any, holds
    /// vectors, which come as matrices with one row; and outputs of one axis or none are such too.
    /// </summary>
    public static HostTensor[] Each(HostTensor[] x, (DType DType, int[] Sizes)[] outputs, Func<double[][,], double[][,]> definition, int vectors = -1)
    {
        int[] batch = x[0].Sizes[..^2];
        var y = Array.ConvertAll(outputs, o => new List<double>());
        for (int item = 0; item < batch.Product(); item++)
        {
            var matrices = new double[x.Length][,];
            for (int i = 0; i < x.Length; i++)
            {
                int rows = i == vectors ? 1 : x[i].Sizes[^2], columns = x[i].Sizes[^1];
                matrices[i] = new double[rows, columns];
                for (int r = 0; r < rows; r++)
                    for (int c = 0; c < columns; c++)
                    {
                        int at = (item * rows + r) * columns + c;
                        matrices[i][r, c] = x[i].IsReal ? x[i].Reals[at] : (double)x[i].Wholes[at];
                    }
            }
            var results = definition(matrices);
            for (int k = 0; k < y.Length; k++) y[k].AddRange(results[k].Cast<double>());
        }
        return [.. outputs.Select((o, k) => new int[][] { [.. batch, .. o.Sizes] }[0].ToShape() is var shape && o.DType.IsFloating()
            ? new HostTensor(o.DType, shape, [.. y[k]])
            : new HostTensor(o.DType, shape, [.. y[k].Select(v => (Int128)v)]))];
    }

    public static double[,] Number(double value) => new double[,] { { value } };

    public static double[,] Identity(int size) => Make(size, size, (i, j) => i == j ? 1 : 0);

    public static double[,] Make(int rows, int columns, Func<int, int, double> element)
    {
        var y = new double[rows, columns];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) y[i, j] = element(i, j);
        return y;
    }

    public static double[,] Map(double[,] a, Func<double, double> f) => Make(a.GetLength(0), a.GetLength(1), (i, j) => f(a[i, j]));

    public static double[,] Add(double[,] a, double[,] b) => Make(a.GetLength(0), a.GetLength(1), (i, j) => a[i, j] + b[i, j]);

    public static double[,] Transpose(double[,] a) => Make(a.GetLength(1), a.GetLength(0), (i, j) => a[j, i]);

    public static double[,] Part(double[,] a, int row, int rows, int column, int columns) => Make(rows, columns, (i, j) => a[row + i, column + j]);

    public static double[,] Multiply(double[,] a, double[,] b)
    {
        int rows = a.GetLength(0), columns = b.GetLength(1), inner = a.GetLength(1);
        var y = new double[rows, columns];
        for (int i = 0; i < rows; i++)
            for (int p = 0; p < inner; p++)
                for (int j = 0; j < columns; j++) y[i, j] += a[i, p] * b[p, j];
        return y;
    }

    /// <summary>A^-1 B by elimination with exchanges of rows.</summary>
    public static double[,] Solve(double[,] a, double[,] b)
    {
        int n = a.GetLength(0), columns = b.GetLength(1);
        var (m, x) = ((double[,])a.Clone(), (double[,])b.Clone());
        for (int k = 0; k < n; k++)
        {
            int pivot = k;
            for (int i = k; i < n; i++)
                if (Math.Abs(m[i, k]) > Math.Abs(m[pivot, k])) pivot = i;
            for (int j = 0; j < n; j++) (m[k, j], m[pivot, j]) = (m[pivot, j], m[k, j]);
            for (int j = 0; j < columns; j++) (x[k, j], x[pivot, j]) = (x[pivot, j], x[k, j]);
            for (int i = 0; i < n; i++)
            {
                if (i == k) continue;
                double factor = m[i, k] / m[k, k];
                for (int j = k; j < n; j++) m[i, j] -= factor * m[k, j];
                for (int j = 0; j < columns; j++) x[i, j] -= factor * x[k, j];
            }
        }
        return Make(n, columns, (i, j) => x[i, j] / m[i, i]);
    }
}
