namespace Tauten.Cpu;

/// <summary>P L D L^T P^T = A with blocks of one or two rows in D, in LAPACK's form, and solutions from it. Only the lower triangle is used.</summary>
internal static unsafe class BunchKaufman
{
    /// <summary>Where a block of two rows is worth it: the choice that bounds the growth of elements best.</summary>
    private static readonly double threshold = (1 + Math.Sqrt(17)) / 8;

    /// <summary>Factors in place; gives 0, or the number of the first block that is 0, counted from 1.</summary>
    public static int Factor(double* a, int size, int* pivots)
    {
        int zero = 0;
        for (int k = 0; k < size;)
        {
            int largest = k + 1 < size ? Largest(k, k + 1, size) : k, pivot = k, rows = 1;
            double diagonal = Math.Abs(At(k, k)), below = largest > k ? Math.Abs(At(largest, k)) : 0;
            if (Math.Max(diagonal, below) == 0)
            {
                if (zero == 0) zero = k + 1;
                pivots[k] = k + 1;
                k++;
                continue;
            }
            if (diagonal < threshold * below)
            {
                double beside = 0;
                for (int j = k; j < size; j++)
                    if (j != largest) beside = Math.Max(beside, Math.Abs(j < largest ? At(largest, j) : At(j, largest)));
                if (diagonal < threshold * below * (below / beside))
                {
                    pivot = largest;
                    rows = Math.Abs(At(largest, largest)) >= threshold * beside ? 1 : 2;
                }
            }
            int exchanged = k + rows - 1;
            if (pivot != exchanged) Exchange(a, size, exchanged, pivot);
            if (rows == 2 && pivot != exchanged) Swap(a + (long)exchanged * size + k, a + (long)pivot * size + k);
            Eliminate(a, size, k, rows);
            for (int i = 0; i < rows; i++) pivots[k + i] = rows == 1 ? pivot + 1 : -(pivot + 1);
            k += rows;
        }
        for (int r = 0; r < size; r++) new Span<double>(a + (long)r * size + r + 1, size - r - 1).Clear();
        return zero;

        double At(int row, int column) => a[(long)row * size + column];

        int Largest(int column, int from, int to)
        {
            int best = from;
            for (int i = from + 1; i < to; i++)
                if (Math.Abs(At(i, column)) > Math.Abs(At(best, column))) best = i;
            return best;
        }
    }

    private static void Swap(double* x, double* y) => (*x, *y) = (*y, *x);

    /// <summary>Rows and columns i and p, i before p, of what is left of a symmetric matrix.</summary>
    private static void Exchange(double* a, int size, int i, int p)
    {
        for (int r = p + 1; r < size; r++) Swap(a + (long)r * size + i, a + (long)r * size + p);
        for (int r = i + 1; r < p; r++) Swap(a + (long)r * size + i, a + (long)p * size + r);
        Swap(a + (long)i * size + i, a + (long)p * size + p);
    }

    private static void Eliminate(double* a, int size, int k, int rows)
    {
        if (rows == 1)
        {
            double pivot = a[(long)k * size + k];
            for (int r = k + 1; r < size; r++)
            {
                double factor = a[(long)r * size + k] / pivot;
                for (int c = k + 1; c <= r; c++) a[(long)r * size + c] -= factor * a[(long)c * size + k];
            }
            for (int r = k + 1; r < size; r++) a[(long)r * size + k] /= pivot;
            return;
        }
        using var memory = Scratch.Take(2L * size * sizeof(double));
        double* first = (double*)memory.Pointer, second = first + size;
        for (int r = k + 2; r < size; r++)
        {
            (first[r], second[r]) = (a[(long)r * size + k], a[(long)r * size + k + 1]);
            SolveBlock(a, size, k, first + r, second + r, 1);
            for (int c = k + 2; c <= r; c++) a[(long)r * size + c] -= first[r] * a[(long)c * size + k] + second[r] * a[(long)c * size + k + 1];
        }
        for (int r = k + 2; r < size; r++) (a[(long)r * size + k], a[(long)r * size + k + 1]) = (first[r], second[r]);
    }

    /// <summary>Solves with the block of two rows at k; scaled by the element beside the diagonal, which is the largest.</summary>
    private static void SolveBlock(double* a, int size, int k, double* x, double* y, int columns)
    {
        double off = a[(long)(k + 1) * size + k], p = a[(long)k * size + k] / off, q = a[(long)(k + 1) * size + k + 1] / off, determinant = p * q - 1;
        for (int c = 0; c < columns; c++)
        {
            double u = x[c] / off, v = y[c] / off;
            (x[c], y[c]) = ((q * u - v) / determinant, (p * v - u) / determinant);
        }
    }

    /// <summary>Solves with the factors, in place.</summary>
    public static void Solve(double* a, int size, int* pivots, double* x, int columns)
    {
        for (int k = 0; k < size;)
        {
            int rows = pivots[k] > 0 ? 1 : 2, own = k + rows - 1, other = Math.Abs(pivots[k]) - 1;
            if (other != own) RowVectors<double>.Exchange(Row(own), Row(other), columns);
            for (int r = k + rows; r < size; r++)
                for (int i = 0; i < rows; i++) RowVectors<double>.AddScaled(Row(r), -a[(long)r * size + k + i], Row(k + i), columns);
            if (rows == 1) RowVectors<double>.Divide(Row(k), a[(long)k * size + k], columns);
            else SolveBlock(a, size, k, Row(k), Row(k + 1), columns);
            k += rows;
        }
        for (int k = size - 1; k >= 0;)
        {
            int rows = pivots[k] > 0 ? 1 : 2, other = Math.Abs(pivots[k]) - 1;
            for (int r = k + 1; r < size; r++)
                for (int i = 0; i < rows; i++) RowVectors<double>.AddScaled(Row(k - i), -a[(long)r * size + k - i], Row(r), columns);
            if (other != k) RowVectors<double>.Exchange(Row(k), Row(other), columns);
            k -= rows;
        }

        double* Row(int r) => x + (long)r * columns;
    }
}
