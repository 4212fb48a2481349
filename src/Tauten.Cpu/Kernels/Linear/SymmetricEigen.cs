namespace Tauten.Cpu;

/// <summary>
/// Eigenvalues and eigenvectors of a symmetric matrix: Householder's reduction to tridiagonal form, then QL with implicit shifts (Dubrulle, Martin, Wilkinson:
/// "The implicit QL algorithm", 1968). The vectors are kept as rows, so that rotations run over contiguous memory.
/// </summary>
internal static unsafe class SymmetricEigen
{
    private const int IterationsPerValue = 60;

    /// <summary>Reads one triangle of A, which it overwrites with the vectors as columns; values ascend. Gives false where the iteration does not converge.</summary>
    public static bool Run(double* a, int size, bool upper, double* values)
    {
        if (size == 0) return true;
        using var memory = Scratch.Take(((long)size * size + 4L * size) * sizeof(double));
        double* reflections = (double*)memory.Pointer, tau = reflections + (long)size * size, off = tau + size, product = off + size;
        if (upper) Reflections.Transpose(a, size);
        double scale = Scale(a, size);
        if (double.IsNaN(scale)) return false;
        Reduce(a, size, values, off, reflections, tau, product);
        Reflections.Identity(a, size, size);
        Reflections.Apply(reflections, size, tau, Math.Max(0, size - 2), size, transpose: false, a, size, size);
        Reflections.Transpose(a, size);
        if (!Iterate(values, off, a, size)) return false;
        Order(values, a, size);
        for (int i = 0; i < size; i++) values[i] *= scale;
        for (int i = 0; i < size; i++) Signs.MakeLargestPositive(a + (long)i * size, null, size, 0);
        Reflections.Transpose(a, size);
        return true;
    }

    /// <summary>Divides by the largest magnitude, so that squares neither overflow nor vanish, and gives it; NaN where an element is not finite.</summary>
    private static double Scale(double* a, int size)
    {
        double largest = 0;
        for (int r = 0; r < size; r++)
            for (int c = 0; c <= r; c++) largest = Math.Max(largest, Math.Abs(a[(long)r * size + c]));
        if (largest == 0 || !double.IsFinite(largest)) return largest == 0 ? 1 : double.NaN;
        for (int r = 0; r < size; r++) RowVectors<double>.Divide(a + (long)r * size, largest, r + 1);
        return largest;
    }

    /// <summary>The tridiagonal matrix Q^T A Q and the vectors of the reflections in Q, as rows; works in the lower triangle.</summary>
    private static void Reduce(double* a, int size, double* diagonal, double* off, double* reflections, double* tau, double* product)
    {
        new Span<double>(reflections, checked(size * size)).Clear();
        for (int k = 0; k < size - 2; k++)
        {
            int n = size - k - 1;
            double* v = reflections + (long)k * size + k + 1;
            for (int r = 0; r < n; r++) v[r] = a[(long)(k + 1 + r) * size + k];
            tau[k] = Reflections.Make(v, 1, n);
            off[k] = v[0];
            v[0] = 1;
            if (tau[k] == 0) continue;
            // p = tau A v from the lower triangle, then A -= v w^T + w v^T with w = p - tau (p.v) v / 2.
            double* corner = a + (long)(k + 1) * size + k + 1;
            new Span<double>(product, n).Clear();
            for (int r = 0; r < n; r++)
            {
                double* row = corner + (long)r * size;
                product[r] += RowVectors<double>.Dot(row, v, r + 1);
                RowVectors<double>.AddScaled(product, v[r], row, r);
            }
            for (int r = 0; r < n; r++) product[r] *= tau[k];
            RowVectors<double>.AddScaled(product, -0.5 * tau[k] * RowVectors<double>.Dot(product, v, n), v, n);
            for (int r = 0; r < n; r++)
            {
                double* row = corner + (long)r * size;
                RowVectors<double>.AddScaled(row, -v[r], product, r + 1);
                RowVectors<double>.AddScaled(row, -product[r], v, r + 1);
            }
        }
        for (int k = 0; k < size; k++) diagonal[k] = a[(long)k * size + k];
        if (size > 1) off[size - 2] = a[(long)(size - 1) * size + size - 2];
        off[size - 1] = 0;
    }

    /// <summary>Turns a tridiagonal matrix into a diagonal one; its rotations are applied to the rows of <paramref name="vectors"/>.</summary>
    private static bool Iterate(double* d, double* e, double* vectors, int size)
    {
        const double epsilon = 1.0 / (1L << 52);
        for (int low = 0; low < size; low++)
        {
            for (int iteration = 0; ; iteration++)
            {
                int high = low;
                while (high < size - 1 && Math.Abs(e[high]) > epsilon * (Math.Abs(d[high]) + Math.Abs(d[high + 1]))) high++;
                if (high == low) break;
                if (iteration == IterationsPerValue) return false;
                // Wilkinson's shift: the eigenvalue of the leading 2x2 block that is closer to its first element.
                double g = (d[low + 1] - d[low]) / (2 * e[low]), r = double.Hypot(g, 1);
                g = d[high] - d[low] + e[low] / (g + Math.CopySign(r, g));
                double sine = 1, cosine = 1, p = 0;
                int i = high - 1;
                for (; i >= low; i--)
                {
                    double f = sine * e[i], b = cosine * e[i];
                    r = double.Hypot(f, g);
                    e[i + 1] = r;
                    if (r == 0)
                    {
                        d[i + 1] -= p;
                        e[high] = 0;
                        break;
                    }
                    (sine, cosine) = (f / r, g / r);
                    g = d[i + 1] - p;
                    r = (d[i] - g) * sine + 2 * cosine * b;
                    p = sine * r;
                    d[i + 1] = g + p;
                    g = cosine * r - b;
                    RowVectors<double>.Rotate(vectors + (long)(i + 1) * size, vectors + (long)i * size, cosine, sine, size);
                }
                if (i >= low) continue;
                d[low] -= p;
                e[low] = g;
                e[high] = 0;
            }
        }
        return true;
    }

    /// <summary>Values ascending, with their rows.</summary>
    private static void Order(double* values, double* rows, int size)
    {
        for (int i = 0; i < size - 1; i++)
        {
            int least = i;
            for (int k = i + 1; k < size; k++)
                if (values[k] < values[least]) least = k;
            if (least == i) continue;
            (values[i], values[least]) = (values[least], values[i]);
            RowVectors<double>.Exchange(rows + (long)i * size, rows + (long)least * size, size);
        }
    }
}

/// <summary>Vectors that are determined up to their sign.</summary>
internal static unsafe class Signs
{
    /// <summary>Makes the component of the largest magnitude positive, the first one of those that are equal up to rounding; turns a companion along.</summary>
    public static void MakeLargestPositive(double* x, double* companion, int size, int companionSize)
    {
        double largest = 0;
        for (int i = 0; i < size; i++) largest = Math.Max(largest, Math.Abs(x[i]));
        for (int i = 0; i < size; i++)
        {
            if (Math.Abs(x[i]) < largest * (1 - 1e-10)) continue;
            if (x[i] >= 0) return;
            RowVectors<double>.Negate(x, size);
            if (companion != null) RowVectors<double>.Negate(companion, companionSize);
            return;
        }
    }
}
