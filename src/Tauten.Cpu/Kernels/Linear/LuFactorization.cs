using System.Numerics;

namespace Tauten.Cpu;

/// <summary>P L U = A in place with the largest element of each column as the pivot: panels of columns, then a matrix product for all that is right of them.</summary>
internal static unsafe class LuFactorization<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int PanelColumns = 32;

    /// <summary>Factors; writes the exchanges and gives 0, or the number of the first pivot that is 0, both counted from 1.</summary>
    public static int Run(T* a, int rows, int columns, int* pivots)
    {
        int size = Math.Min(rows, columns), zero = 0;
        using var memory = Scratch.Take((long)PanelColumns * rows * sizeof(T));
        T* negated = (T*)memory.Pointer;
        for (int start = 0; start < size; start += PanelColumns)
        {
            int width = Math.Min(PanelColumns, size - start), next = start + width, rest = columns - next, below = rows - next;
            for (int k = start; k < next; k++)
            {
                int pivot = k;
                for (int r = k + 1; r < rows; r++)
                    if (T.Abs(a[(long)r * columns + k]) > T.Abs(a[(long)pivot * columns + k])) pivot = r;
                pivots[k] = pivot + 1;
                T* row = a + (long)k * columns;
                if (pivot != k) RowVectors<T>.Exchange(row, a + (long)pivot * columns, columns);
                if (row[k] == T.Zero)
                {
                    if (zero == 0) zero = k + 1;
                    continue;
                }
                for (int r = k + 1; r < rows; r++)
                {
                    T* other = a + (long)r * columns;
                    other[k] /= row[k];
                    RowVectors<T>.AddScaled(other + k + 1, -other[k], row + k + 1, next - k - 1);
                }
            }
            if (rest == 0) continue;
            T* right = a + (long)start * columns + next;
            TriangularSystem<T>.Substitute(a + (long)start * columns + start, columns, width, upper: false, unit: true, right, rest, columns);
            if (below == 0) continue;
            for (int r = 0; r < below; r++)
                for (int c = 0; c < width; c++) negated[(long)r * width + c] = -a[(long)(next + r) * columns + start + c];
            Contraction.Multiply(below, rest, width, negated, width, 1, right, columns, 1, a + (long)next * columns + next, columns, accumulate: true);
        }
        return zero;
    }
}
