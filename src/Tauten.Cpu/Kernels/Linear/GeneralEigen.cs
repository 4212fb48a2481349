using System.Numerics;

namespace Tauten.Cpu;

/// <summary>
/// Eigenvalues and eigenvectors of a general matrix: Householder's reduction to Hessenberg form, QR with double shifts (Francis: "The QR transformation",
/// 1961) to blocks of one or two rows on the diagonal, and substitution for the vectors.
/// </summary>
internal static unsafe class GeneralEigen
{
    private const int IterationsPerValue = 60;
    private const double Epsilon = 1.0 / (1L << 52);

    /// <summary>Overwrites A; vectors become columns. Gives false where the iteration does not converge.</summary>
    public static bool Run(double* a, int size, double* valuesReal, double* valuesImaginary, double* vectorsReal, double* vectorsImaginary)
    {
        if (size == 0) return true;
        double norm = 0;
        for (long i = 0; i < (long)size * size; i++) norm = Math.Max(norm, Math.Abs(a[i]));
        if (!double.IsFinite(norm)) return false;
        using var memory = Scratch.Take(((long)size * size + 5L * size) * sizeof(double));
        double* basis = (double*)memory.Pointer, sums = basis + (long)size * size, real = sums + size, imaginary = real + size, x = imaginary + size, y = x + size;
        Reduce(a, size, basis, sums);
        if (!Iterate(a, size, basis, norm)) return false;
        for (int k = 0; k < size; k++)
        {
            bool pair = k + 1 < size && a[(long)(k + 1) * size + k] != 0;
            var (value, first) = pair ? Pair(a, size, k) : (a[(long)k * size + k], Complex.One);
            int last = pair ? k + 1 : k;
            (x[k], y[k]) = (first.Real, first.Imaginary);
            if (pair) (x[last], y[last]) = (1, 0);
            Substitute(a, size, k, last, value, norm, x, y);
            new Span<double>(real, size).Clear();
            new Span<double>(imaginary, size).Clear();
            for (int i = 0; i <= last; i++)
            {
                RowVectors<double>.AddScaled(real, x[i], basis + (long)i * size, size);
                if (pair) RowVectors<double>.AddScaled(imaginary, y[i], basis + (long)i * size, size);
            }
            Normalize(real, imaginary, size);
            Write(k, 1);
            if (pair) Write(++k, -1);

            void Write(int column, int sign)
            {
                (valuesReal[column], valuesImaginary[column]) = (value.Real, sign * value.Imaginary);
                for (int i = 0; i < size; i++) (vectorsReal[(long)i * size + column], vectorsImaginary[(long)i * size + column]) = (real[i], sign * imaginary[i]);
            }
        }
        return true;
    }

    /// <summary>Zeros below the subdiagonal; the transposed basis, as rows.</summary>
    private static void Reduce(double* a, int size, double* basis, double* sums)
    {
        using var memory = Scratch.Take(((long)size * size + size) * sizeof(double));
        double* vectors = (double*)memory.Pointer, tau = vectors + (long)size * size;
        new Span<double>(vectors, checked(size * size)).Clear();
        for (int k = 0; k < size - 2; k++)
        {
            int n = size - k - 1;
            double* v = vectors + (long)k * size + k + 1, corner = a + (long)(k + 1) * size + k;
            for (int r = 0; r < n; r++) v[r] = corner[(long)r * size];
            tau[k] = Reflections.Make(v, 1, n);
            corner[0] = v[0];
            for (int r = 1; r < n; r++) corner[(long)r * size] = 0;
            v[0] = 1;
            if (tau[k] == 0) continue;
            new Span<double>(sums, n).Clear();
            for (int r = 0; r < n; r++) RowVectors<double>.AddScaled(sums, v[r], corner + 1 + (long)r * size, n);
            for (int r = 0; r < n; r++) RowVectors<double>.AddScaled(corner + 1 + (long)r * size, -tau[k] * v[r], sums, n);
            for (int r = 0; r < size; r++)
            {
                double* row = a + (long)r * size + k + 1;
                RowVectors<double>.AddScaled(row, -tau[k] * RowVectors<double>.Dot(row, v, n), v, n);
            }
        }
        Reflections.Identity(basis, size, size);
        Reflections.Apply(vectors, size, tau, Math.Max(0, size - 2), size, transpose: false, basis, size, size);
        Reflections.Transpose(basis, size);
    }

    private static bool Iterate(double* h, int size, double* basis, double norm)
    {
        double* bulge = stackalloc double[3];
        int high = size - 1, iteration = 0;
        while (high > 0)
        {
            int low = high;
            for (; low > 0; low--)
            {
                double around = Math.Abs(At(low - 1, low - 1)) + Math.Abs(At(low, low));
                if (Math.Abs(At(low, low - 1)) > Epsilon * (around == 0 ? norm : around)) continue;
                h[(long)low * size + low - 1] = 0;
                break;
            }
            if (low >= high - 1)
            {
                if (low == high - 1) Split(h, size, low, basis);
                high = low - 1;
                iteration = 0;
                continue;
            }
            if (++iteration > IterationsPerValue) return false;
            double sum = At(high, high) + At(high - 1, high - 1), product = At(high, high) * At(high - 1, high - 1) - At(high, high - 1) * At(high - 1, high);
            if (iteration % 10 == 0)
            {
                // Shifts of another kind break cycles.
                double off = Math.Abs(At(high, high - 1)) + Math.Abs(At(high - 1, high - 2));
                (sum, product) = (1.5 * off, off * off);
            }
            bulge[0] = At(low, low) * (At(low, low) - sum) + product + At(low, low + 1) * At(low + 1, low);
            bulge[1] = At(low + 1, low) * (At(low, low) + At(low + 1, low + 1) - sum);
            bulge[2] = At(low + 1, low) * At(low + 2, low + 1);
            for (int k = low; k < high; k++)
            {
                int n = Math.Min(3, high - k + 1);
                if (k > low)
                    for (int i = 0; i < n; i++) bulge[i] = At(k + i, k - 1);
                double tau = Reflections.Make(bulge, 1, n);
                if (k > low)
                    for (int i = 0; i < n; i++) h[(long)(k + i) * size + k - 1] = i == 0 ? bulge[0] : 0;
                bulge[0] = 1;
                Reflect(h + (long)k * size + k, size, n, bulge, tau, size - k);
                Reflect(basis + (long)k * size, size, n, bulge, tau, size);
                for (int r = 0; r <= Math.Min(k + 3, high); r++)
                {
                    double* row = h + (long)r * size + k;
                    double part = 0;
                    for (int i = 0; i < n; i++) part += row[i] * bulge[i];
                    for (int i = 0; i < n; i++) row[i] -= tau * part * bulge[i];
                }
            }
        }
        return true;

        double At(int row, int column) => h[(long)row * size + column];
    }

    /// <summary>Reflects two or three rows.</summary>
    private static void Reflect(double* x, long stride, int rows, double* v, double tau, int columns)
    {
        if (rows == 3)
        {
            RowVectors<double>.Reflect(x, x + stride, x + 2 * stride, v[1], v[2], tau, columns);
            return;
        }
        for (int c = 0; c < columns; c++)
        {
            double part = tau * (x[c] + v[1] * x[stride + c]);
            x[c] -= part;
            x[stride + c] -= part * v[1];
        }
    }

    /// <summary>A block of two rows becomes a triangle where its eigenvalues are real.</summary>
    private static void Split(double* h, int size, int k, double* basis)
    {
        double* row = h + (long)k * size;
        double a = row[k], b = row[k + 1], c = row[size + k], d = row[size + k + 1], half = (a - d) / 2, discriminant = half * half + b * c;
        if (discriminant < 0) return;
        double z = half + Math.CopySign(Math.Sqrt(discriminant), half), length = double.Hypot(z, c), cosine = z / length, sine = c / length;
        RowVectors<double>.Rotate(row + k, row + size + k, cosine, sine, size - k);
        RowVectors<double>.Rotate(basis + (long)k * size, basis + (long)(k + 1) * size, cosine, sine, size);
        for (int r = 0; r <= k + 1; r++)
        {
            double* at = h + (long)r * size + k;
            (at[0], at[1]) = (cosine * at[0] + sine * at[1], cosine * at[1] - sine * at[0]);
        }
        row[size + k] = 0;
    }

    /// <summary>The eigenvalue with positive imaginary part of a block of two rows, and the first component of its vector when the second is 1.</summary>
    private static (Complex Value, Complex First) Pair(double* h, int size, int k)
    {
        double* row = h + (long)k * size;
        double a = row[k], b = row[k + 1], c = row[size + k], d = row[size + k + 1], half = (a - d) / 2;
        var value = new Complex(d + half, Math.Sqrt(Math.Max(0, -(half * half + b * c))));
        return (value, (value - d) / c);
    }

    /// <summary>The components above row k of an eigenvector of the block triangle, real and imaginary parts in x and y.</summary>
    private static void Substitute(double* h, int size, int k, int last, Complex value, double norm, double* x, double* y)
    {
        double least = Math.Max(Epsilon * norm, double.Epsilon / Epsilon);
        bool isReal = value.Imaginary == 0;
        for (int i = k - 1; i >= 0; i--)
        {
            double* row = h + (long)i * size;
            var sum = Sum(row, i + 1);
            if (i == 0 || row[i - 1] == 0)
            {
                var pivot = row[i] - value;
                Put(i, -sum / (Complex.Abs(pivot) < least ? least : pivot));
            }
            else
            {
                // Two rows at once.
                double* above = row - size;
                var sumAbove = Sum(above, i + 1);
                Complex a = above[i - 1] - value, d = row[i] - value, determinant = a * d - above[i] * row[i - 1];
                if (Complex.Abs(determinant) < least * least) determinant = least * least;
                Put(i, (row[i - 1] * sumAbove - a * sum) / determinant);
                Put(i - 1, (above[i] * sum - d * sumAbove) / determinant);
                i--;
            }
            double magnitude = double.Hypot(x[i], y[i]);
            if (magnitude < 1e100) continue;
            RowVectors<double>.Divide(x + i, magnitude, last - i + 1);
            RowVectors<double>.Divide(y + i, magnitude, last - i + 1);
        }

        void Put(int i, Complex component) => (x[i], y[i]) = (component.Real, component.Imaginary);

        Complex Sum(double* row, int from) =>
            new(RowVectors<double>.Dot(row + from, x + from, last - from + 1), isReal ? 0 : RowVectors<double>.Dot(row + from, y + from, last - from + 1));
    }

    /// <summary>Length 1, and the largest component real and positive.</summary>
    private static void Normalize(double* real, double* imaginary, int size)
    {
        double largest = 0, sum = 0;
        for (int i = 0; i < size; i++) largest = Math.Max(largest, double.Hypot(real[i], imaginary[i]));
        for (int i = 0; i < size; i++) sum += Math.Pow(real[i] / largest, 2) + Math.Pow(imaginary[i] / largest, 2);
        double length = largest * Math.Sqrt(sum);
        int which = 0;
        while (double.Hypot(real[which], imaginary[which]) < largest * (1 - 1e-10)) which++;
        double magnitude = double.Hypot(real[which], imaginary[which]), c = real[which] / magnitude / length, s = imaginary[which] / magnitude / length;
        for (int i = 0; i < size; i++) (real[i], imaginary[i]) = (c * real[i] + s * imaginary[i], c * imaginary[i] - s * real[i]);
        imaginary[which] = 0;
    }
}
