using System.Numerics;

namespace Tauten.Cpu;

/// <summary>The solution of A X = B with a triangular A, in place: diagonal blocks by substitution, the rest by matrix products.</summary>
internal static unsafe class TriangularSystem<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Rows of a diagonal block.</summary>
    public const int BlockRows = 64;

    /// <summary>Columns of B that one thread solves for at once.</summary>
    private const int ColumnsPerChunk = 128;

    /// <summary>X = A^-1 X for an A with any strides, and rows of X <paramref name="xRow"/> elements apart.</summary>
    public static void Solve(T* a, long aRow, long aColumn, int size, bool upper, bool unit, T* x, int columns, long xRow)
    {
        if (size == 0 || columns == 0) return;
        int blocks = (size + BlockRows - 1) / BlockRows;
        using var memory = Scratch.Take((long)BlockRows * Math.Max(size, BlockRows) * sizeof(T));
        T* block = (T*)memory.Pointer;
        for (int step = 0; step < blocks; step++)
        {
            int start = (upper ? blocks - 1 - step : step) * BlockRows, rows = Math.Min(BlockRows, size - start);
            int known = upper ? start + rows : 0, knownRows = upper ? size - known : start;
            if (knownRows > 0)
            {
                for (int r = 0; r < rows; r++)
                    for (int c = 0; c < knownRows; c++) block[r * knownRows + c] = -a[(start + r) * aRow + (known + c) * aColumn];
                Contraction.Multiply(rows, columns, knownRows, block, knownRows, 1, x + known * xRow, xRow, 1, x + start * xRow, xRow, accumulate: true);
            }
            for (int r = 0; r < rows; r++)
                for (int c = 0; c < rows; c++) block[r * rows + c] = a[(start + r) * aRow + (start + c) * aColumn];
            Substitute(block, rows, rows, upper, unit, x + start * xRow, columns, xRow);
        }
    }

    /// <summary>X = A^-1 X for a block with contiguous rows <paramref name="aRow"/> elements apart.</summary>
    public static void Substitute(T* a, long aRow, int size, bool upper, bool unit, T* x, int columns, long xRow)
    {
        var body = new Columns { A = a, ARow = aRow, Size = size, Upper = upper, Unit = unit, X = x, Count = columns, XRow = xRow };
        Workers.For((columns + ColumnsPerChunk - 1) / ColumnsPerChunk, (double)size * size * columns * 0.1, ref body);
    }

    private struct Columns : IChunks
    {
        public T* A, X;
        public long ARow, XRow;
        public int Size, Count;
        public bool Upper, Unit;

        public readonly void Run(int chunk)
        {
            int first = chunk * ColumnsPerChunk, width = Math.Min(ColumnsPerChunk, Count - first);
            T* x = X + first;
            for (int step = 0; step < Size; step++)
            {
                int r = Upper ? Size - 1 - step : step;
                T* row = x + r * XRow;
                int from = Upper ? r + 1 : 0, to = Upper ? Size : r;
                for (int p = from; p < to; p++) RowVectors<T>.AddScaled(row, -A[r * ARow + p], x + p * XRow, width);
                if (!Unit) RowVectors<T>.Divide(row, A[r * ARow + r], width);
            }
        }
    }
}
