using System.Numerics;

namespace Tauten.Cpu;

/// <summary>L L^T = A in place, in the lower triangle: diagonal blocks by rows, what is below them by matrix products.</summary>
internal static unsafe class CholeskyFactorization<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int BlockRows = 64, ColumnsPerProduct = 256;

    /// <summary>Factors; gives 0, or the order of the first leading minor that is not positive.</summary>
    public static int Run(T* a, int size)
    {
        using var memory = Scratch.Take((long)BlockRows * Math.Max(0, size - BlockRows) * sizeof(T));
        T* turned = (T*)memory.Pointer;
        for (int start = 0; start < size; start += BlockRows)
        {
            int rows = Math.Min(BlockRows, size - start), next = start + rows, rest = size - next;
            T* corner = a + (long)start * size + start;
            int minor = Diagonal(corner, rows, size);
            if (minor > 0) return start + minor;
            if (rest == 0) break;
            // X L^-T, turned so that the substitution runs along rows.
            T* panel = a + (long)next * size + start;
            for (int r = 0; r < rest; r++)
                for (int c = 0; c < rows; c++) turned[(long)c * rest + r] = panel[(long)r * size + c];
            TriangularSystem<T>.Substitute(corner, size, rows, upper: false, unit: false, turned, rest, rest);
            for (int r = 0; r < rest; r++)
                for (int c = 0; c < rows; c++) panel[(long)r * size + c] = turned[(long)c * rest + r];
            RowVectors<T>.Negate(turned, (nint)rows * rest);
            // Only what lies below the diagonal, in strips of columns.
            for (int column = 0; column < rest; column += ColumnsPerProduct)
            {
                int columns = Math.Min(ColumnsPerProduct, rest - column);
                Contraction.Multiply(rest - column, columns, rows, turned + column, 1, rest, panel + (long)column * size, 1, size, a + (long)(next + column) * size + next + column, size, accumulate: true);
            }
        }
        for (int r = 0; r < size; r++) new Span<T>(a + (long)r * size + r + 1, size - r - 1).Clear();
        return 0;
    }

    private static int Diagonal(T* a, int order, long stride)
    {
        for (int r = 0; r < order; r++)
        {
            T* row = a + r * stride;
            for (int c = 0; c < r; c++) row[c] = (row[c] - RowVectors<T>.Dot(row, a + c * stride, c)) / a[c * stride + c];
            T pivot = row[r] - RowVectors<T>.Dot(row, row, r);
            if (!(pivot > T.Zero)) return r + 1;
            row[r] = T.Sqrt(pivot);
        }
        return 0;
    }
}
