namespace Tauten.Cpu;

/// <summary>
/// The singular value decomposition: Householder's reduction to bidiagonal form, then QR with implicit shifts (Golub and Van Loan: "Matrix
/// Computations", section 8.6). Singular vectors are kept as rows, so that rotations run over contiguous memory.
/// </summary>
internal static unsafe class BidiagonalSvd
{
    private const int IterationsPerValue = 60;
    private const double Epsilon = 1.0 / (1L << 52);

    /// <summary>
    /// Decomposes A, which has at least as many rows as columns and is overwritten: the first <paramref name="leftCount"/> left singular vectors as rows of
    /// <paramref name="left"/>, all right ones as rows of <paramref name="right"/>. Gives false where the iteration does not converge.
    /// </summary>
    public static bool Run(double* a, int rows, int columns, double* left, int leftCount, double* values, double* right)
    {
        double scale = Scale(a, (long)rows * columns);
        if (double.IsNaN(scale)) return false;
        using var memory = Scratch.Take(((long)columns * rows + (long)columns * columns + 3L * columns + rows + (long)rows * leftCount) * sizeof(double));
        double* columnVectors = (double*)memory.Pointer, rowVectors = columnVectors + (long)columns * rows, leftTau = rowVectors + (long)columns * columns, rightTau = leftTau + columns;
        double* off = rightTau + columns, sums = off + columns, basis = sums + rows;
        Reduce(a, rows, columns, values, off, columnVectors, leftTau, rowVectors, rightTau, sums);
        Reflections.Identity(basis, rows, leftCount);
        Reflections.Apply(columnVectors, rows, leftTau, columns, rows, transpose: false, basis, leftCount, leftCount);
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < leftCount; c++) left[(long)c * rows + r] = basis[(long)r * leftCount + c];
        Reflections.Identity(right, columns, columns);
        Reflections.Apply(rowVectors, columns, rightTau, Math.Max(0, columns - 1), columns, transpose: false, right, columns, columns);
        Reflections.Transpose(right, columns);
        if (!Iterate(values, off, columns, left, rows, right)) return false;
        Order(values, columns, left, rows, right);
        for (int i = 0; i < columns; i++)
        {
            values[i] *= scale;
            Signs.MakeLargestPositive(left + (long)i * rows, right + (long)i * columns, rows, columns);
        }
        return true;
    }

    /// <summary>Divides by the largest magnitude, so that squares neither overflow nor vanish, and gives it; NaN where an element is not finite.</summary>
    private static double Scale(double* a, long count)
    {
        double largest = 0;
        for (long i = 0; i < count; i++) largest = Math.Max(largest, Math.Abs(a[i]));
        if (largest == 0 || !double.IsFinite(largest)) return largest == 0 ? 1 : double.NaN;
        RowVectors<double>.Divide(a, largest, (nint)count);
        return largest;
    }

    /// <summary>The bidiagonal matrix with diagonal d and what is right of it e, and the reflections from both sides as rows.</summary>
    private static void Reduce(double* a, int rows, int columns, double* d, double* e, double* columnVectors, double* leftTau, double* rowVectors, double* rightTau, double* sums)
    {
        new Span<double>(columnVectors, checked(columns * rows)).Clear();
        new Span<double>(rowVectors, checked(columns * columns)).Clear();
        for (int k = 0; k < columns; k++)
        {
            int height = rows - k, width = columns - k - 1;
            double* corner = a + (long)k * columns + k, v = columnVectors + (long)k * rows + k;
            for (int r = 0; r < height; r++) v[r] = corner[(long)r * columns];
            leftTau[k] = Reflections.Make(v, 1, height);
            d[k] = v[0];
            v[0] = 1;
            e[k] = 0;
            if (width == 0) break;
            double* rest = corner + 1;
            if (leftTau[k] != 0)
            {
                new Span<double>(sums, width).Clear();
                for (int r = 0; r < height; r++) RowVectors<double>.AddScaled(sums, v[r], rest + (long)r * columns, width);
                for (int r = 0; r < height; r++) RowVectors<double>.AddScaled(rest + (long)r * columns, -leftTau[k] * v[r], sums, width);
            }
            double* u = rowVectors + (long)k * columns + k + 1;
            new Span<double>(rest, width).CopyTo(new Span<double>(u, width));
            rightTau[k] = Reflections.Make(u, 1, width);
            e[k] = u[0];
            u[0] = 1;
            if (rightTau[k] == 0) continue;
            for (int r = 1; r < height; r++)
            {
                double* row = rest + (long)r * columns;
                RowVectors<double>.AddScaled(row, -rightTau[k] * RowVectors<double>.Dot(row, u, width), u, width);
            }
        }
    }

    private static bool Iterate(double* d, double* e, int size, double* left, int rows, double* right)
    {
        double norm = 0;
        for (int i = 0; i < size; i++) norm = Math.Max(norm, Math.Max(Math.Abs(d[i]), Math.Abs(e[i])));
        int high = size - 1;
        for (long iteration = (long)IterationsPerValue * size; high > 0; iteration--)
        {
            if (iteration == 0) return false;
            int low = high;
            while (low > 0 && Math.Abs(e[low - 1]) > Epsilon * (Math.Abs(d[low - 1]) + Math.Abs(d[low]))) low--;
            if (low > 0) e[low - 1] = 0;
            if (low == high)
            {
                high--;
                continue;
            }
            int zero = high;
            while (zero >= low && Math.Abs(d[zero]) > Epsilon * norm) zero--;
            if (zero == high) ClearColumn(d, e, low, high, right, size);
            else if (zero >= low) ClearRow(d, e, zero, high, left, rows);
            else Sweep(d, e, low, high, left, rows, right, size);
        }
        for (int i = 0; i < size; i++)
        {
            if (d[i] >= 0) continue;
            d[i] = -d[i];
            RowVectors<double>.Negate(right + (long)i * size, size);
        }
        return true;
    }

    /// <summary>d[high] is 0: rotations of columns move what is above it out of the matrix.</summary>
    private static void ClearColumn(double* d, double* e, int low, int high, double* right, int size)
    {
        d[high] = 0;
        double f = e[high - 1];
        e[high - 1] = 0;
        for (int k = high - 1; k >= low && f != 0; k--)
        {
            double r = double.Hypot(d[k], f), cosine = d[k] / r, sine = f / r;
            d[k] = r;
            RowVectors<double>.Rotate(right + (long)k * size, right + (long)high * size, cosine, sine, size);
            if (k == low) break;
            f = -sine * e[k - 1];
            e[k - 1] *= cosine;
        }
    }

    /// <summary>d[zero] is 0: rotations of rows move what is right of it out of the matrix.</summary>
    private static void ClearRow(double* d, double* e, int zero, int high, double* left, int rows)
    {
        d[zero] = 0;
        double f = e[zero];
        e[zero] = 0;
        for (int k = zero + 1; k <= high && f != 0; k++)
        {
            double r = double.Hypot(d[k], f), cosine = d[k] / r, sine = f / r;
            d[k] = r;
            RowVectors<double>.Rotate(left + (long)k * rows, left + (long)zero * rows, cosine, sine, rows);
            if (k == high) break;
            f = -sine * e[k];
            e[k] *= cosine;
        }
    }

    /// <summary>One sweep with the smaller singular value of the last 2x2 block as the shift.</summary>
    private static void Sweep(double* d, double* e, int low, int high, double* left, int rows, double* right, int size)
    {
        double f = d[high - 1], g = e[high - 1], h = d[high];
        double largest = 0.5 * (double.Hypot(f + h, g) + double.Hypot(f - h, g)), shift = Math.Abs(f) / largest * Math.Abs(h), first = Math.Abs(d[low]);
        double y = (first - shift) * (Math.CopySign(1, d[low]) + shift / d[low]), z = e[low];
        for (int k = low; k < high; k++)
        {
            double r = double.Hypot(y, z), cosine = y / r, sine = z / r;
            if (r == 0) (cosine, sine) = (1, 0);
            if (k > low) e[k - 1] = r;
            y = cosine * d[k] + sine * e[k];
            e[k] = cosine * e[k] - sine * d[k];
            z = sine * d[k + 1];
            d[k + 1] *= cosine;
            RowVectors<double>.Rotate(right + (long)k * size, right + (long)(k + 1) * size, cosine, sine, size);
            r = double.Hypot(y, z);
            (cosine, sine) = r == 0 ? (1, 0) : (y / r, z / r);
            d[k] = r;
            y = cosine * e[k] + sine * d[k + 1];
            d[k + 1] = cosine * d[k + 1] - sine * e[k];
            RowVectors<double>.Rotate(left + (long)k * rows, left + (long)(k + 1) * rows, cosine, sine, rows);
            if (k + 1 == high) break;
            z = sine * e[k + 1];
            e[k + 1] *= cosine;
        }
        e[high - 1] = y;
    }

    /// <summary>Values descending, with their vectors.</summary>
    private static void Order(double* values, int size, double* left, int rows, double* right)
    {
        for (int i = 0; i < size - 1; i++)
        {
            int most = i;
            for (int k = i + 1; k < size; k++)
                if (values[k] > values[most]) most = k;
            if (most == i) continue;
            (values[i], values[most]) = (values[most], values[i]);
            RowVectors<double>.Exchange(left + (long)i * rows, left + (long)most * rows, rows);
            RowVectors<double>.Exchange(right + (long)i * size, right + (long)most * size, size);
        }
    }
}
