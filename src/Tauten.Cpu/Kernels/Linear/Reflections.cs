namespace Tauten.Cpu;

/// <summary>
/// Householder's reflections 1 - tau v v^T. Products of several are kept as 1 - V T V^T with a triangular T (Schreiber and Van Loan: "A storage-efficient
/// WY representation for products of Householder transformations", 1989), so that they are applied by matrix products.
/// </summary>
internal static unsafe class Reflections
{
    /// <summary>How many are applied together.</summary>
    public const int Together = 32;

    /// <summary>
    /// The reflection that makes all but the first of some elements 0: writes v behind the first element (its own first element is 1) and the element that
    /// remains in its place, and gives tau, which is 0 where there is nothing to do.
    /// </summary>
    public static double Make(double* x, nint stride, nint n)
    {
        double alpha = x[0], length = n > 1 ? RowVectors<double>.Length(x + stride, stride, n - 1) : 0;
        if (length == 0) return 0;
        double beta = -Math.CopySign(double.Hypot(alpha, length), alpha), scale = alpha - beta;
        for (nint i = 1; i < n; i++) x[i * stride] /= scale;
        x[0] = beta;
        return (beta - alpha) / beta;
    }

    /// <summary>
    /// The product of all reflections, in order, times C, or its transpose times C. The vectors are the rows of <paramref name="v"/>, complete with ones and zeros and
    /// <paramref name="length"/> elements long; C has as many contiguous rows.
    /// </summary>
    public static void Apply(double* v, long vRow, double* tau, int count, int length, bool transpose, double* c, int columns, long cRow)
    {
        if (columns == 0 || length == 0) return;
        using var memory = Scratch.Take(((long)Together * Together + (2L * columns + length) * Together) * sizeof(double));
        double* t = (double*)memory.Pointer, w = t + Together * Together, tw = w + (long)Together * columns, negated = tw + (long)Together * columns;
        int blocks = (count + Together - 1) / Together;
        for (int step = 0; step < blocks; step++)
        {
            int first = (transpose ? step : blocks - 1 - step) * Together, n = Math.Min(Together, count - first);
            double* block = v + first * vRow;
            Triangle(block, vRow, tau + first, n, length, t);
            // C -= V (T (V^T C)).
            Contraction.Multiply(n, columns, length, block, vRow, 1, c, cRow, 1, w, columns, accumulate: false);
            Contraction.Multiply(n, columns, n, t, transpose ? 1 : Together, transpose ? Together : 1, w, columns, 1, tw, columns, accumulate: false);
            for (int r = 0; r < n; r++)
                for (int i = 0; i < length; i++) negated[(long)r * length + i] = -block[r * vRow + i];
            Contraction.Multiply(length, columns, n, negated, 1, length, tw, columns, 1, c, cRow, accumulate: true);
        }
    }

    /// <summary>T of a product of n reflections, upper triangular: column i is -tau[i] T (V^T v[i]) above the diagonal, tau[i] on it.</summary>
    private static void Triangle(double* v, long vRow, double* tau, int n, int length, double* t)
    {
        double* products = stackalloc double[Together];
        for (int i = 0; i < n; i++)
        {
            for (int p = 0; p < i; p++) products[p] = RowVectors<double>.Dot(v + p * vRow, v + i * vRow, length);
            for (int r = 0; r < n; r++)
            {
                double sum = 0;
                for (int p = r; p < i; p++) sum += t[r * Together + p] * products[p];
                t[r * Together + i] = r < i ? -tau[i] * sum : r == i ? tau[i] : 0;
            }
        }
    }

    /// <summary>Reduces A to an upper triangle R with the vectors below it, as LAPACK does.</summary>
    public static void Factor(double* a, int rows, int columns, double* tau)
    {
        int size = Math.Min(rows, columns);
        using var memory = Scratch.Take(((long)Together * rows + Together) * sizeof(double));
        double* vectors = (double*)memory.Pointer, sums = vectors + (long)Together * rows;
        for (int start = 0; start < size; start += Together)
        {
            int width = Math.Min(Together, size - start), next = start + width, height = rows - start;
            for (int k = start; k < next; k++)
            {
                double* column = a + (long)k * columns + k;
                tau[k] = Make(column, columns, rows - k);
                int right = next - k - 1;
                if (tau[k] == 0 || right == 0) continue;
                // The rest of the panel: A -= tau v (v^T A).
                new Span<double>(column + 1, right).CopyTo(new Span<double>(sums, right));
                for (int r = 1; r < rows - k; r++) RowVectors<double>.AddScaled(sums, column[(long)r * columns], column + (long)r * columns + 1, right);
                RowVectors<double>.AddScaled(column + 1, -tau[k], sums, right);
                for (int r = 1; r < rows - k; r++) RowVectors<double>.AddScaled(column + (long)r * columns + 1, -tau[k] * column[(long)r * columns], sums, right);
            }
            if (next == columns) break;
            Unpack(a + (long)start * columns + start, height, columns, width, vectors);
            Apply(vectors, height, tau + start, width, height, transpose: true, a + (long)start * columns + next, columns - next, columns);
        }
    }

    /// <summary>The vectors below a triangle as rows, with their ones and zeros.</summary>
    private static void Unpack(double* a, int rows, long aRow, int count, double* vectors)
    {
        for (int k = 0; k < count; k++)
            for (int r = 0; r < rows; r++) vectors[(long)k * rows + r] = r < k ? 0 : r == k ? 1 : a[r * aRow + k];
    }

    /// <summary>The first columns of Q, the product of the reflections that <see cref="Factor"/> left in a matrix.</summary>
    public static void Form(double* a, int rows, int columns, double* tau, double* q, int width)
    {
        int count = Math.Min(rows, columns);
        using var memory = Scratch.Take((long)count * rows * sizeof(double));
        double* vectors = (double*)memory.Pointer;
        Unpack(a, rows, columns, count, vectors);
        Identity(q, rows, width);
        Apply(vectors, rows, tau, count, rows, transpose: false, q, width, width);
    }

    /// <summary>Ones on the diagonal, zeros elsewhere.</summary>
    public static void Identity(double* x, int rows, int columns)
    {
        for (int r = 0; r < rows; r++)
        {
            new Span<double>(x + (long)r * columns, columns).Clear();
            if (r < columns) x[(long)r * columns + r] = 1;
        }
    }

    /// <summary>y = x^T for a square matrix, in place.</summary>
    public static void Transpose(double* x, int size)
    {
        for (int r = 0; r < size; r++)
            for (int c = 0; c < r; c++) (x[(long)r * size + c], x[(long)c * size + r]) = (x[(long)c * size + r], x[(long)r * size + c]);
    }
}
