using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// Products with at most two rows or two columns: y = x M for each of them. Every element of M is read once and in place, so the speed is that
/// of memory and packing would only cost. Where lanes of M (what y runs over) are contiguous, rows of M are added up; where its steps (what
/// the sums run over) are, dot products are taken.
/// </summary>
internal static unsafe class VectorProduct<TStore, T, V>
    where TStore : unmanaged
    where T : unmanaged, INumberBase<T>
    where V : unmanaged, ISimd<V, T>
{
    /// <summary>Up to this many vectors, M is read once for each.</summary>
    private const int MostVectors = 2;

    /// <summary>Elements of M in a chunk, about: some microseconds.</summary>
    private const long ElementsOfChunk = 32768;

    /// <summary>Lanes of a chunk where lanes are contiguous: y stays in the first cache, rows are long enough to stream.</summary>
    private const long MostLanes = 512;

    /// <summary>Steps that are widened at a time where M is stored in 16 bits.</summary>
    private const int WidenedSteps = 2048;

    /// <summary>Whether the product is one of a few vectors with a matrix that is contiguous one way or the other.</summary>
    public static bool Suits(in MatrixProduct<TStore> product) =>
        (product.Rows <= MostVectors && (product.BRow == 1 || product.BColumn == 1))
        || (product.Columns <= MostVectors && (product.ARow == 1 || product.AColumn == 1));

    /// <summary>The product.</summary>
    public static void Run(in MatrixProduct<TStore> product)
    {
        long inner = product.Inner;
        var c = product.C;
        if (product.Rows <= MostVectors && (product.BRow == 1 || product.BColumn == 1))
        {
            for (long i = 0; i < product.Rows; i++)
            {
                Run(product.Columns, inner, product.A + i * product.ARow, product.AColumn, product.B, product.BColumn, product.BRow,
                    c + i * product.CRow, 1, product.Accumulate);
            }
            return;
        }
        for (long j = 0; j < product.Columns; j++)
        {
            Run(product.Rows, inner, product.B + j * product.BColumn, product.BRow, product.A, product.ARow, product.AColumn,
                c + j, product.CRow, product.Accumulate);
        }
    }

    /// <summary>y[lane] = [y[lane]] + sum over p of x[p] M[lane, p].</summary>
    private static void Run(
        long lanes, long inner, TStore* x, long xStride, TStore* matrix, long laneStride, long innerStride, TStore* y, long yStride, bool accumulate)
    {
        // x is used by all chunks: contiguous and widened once.
        using var scratch = Scratch.Take(inner * sizeof(T));
        var vector = (T*)scratch.Pointer;
        if (typeof(TStore) == typeof(T) && xStride == 1)
            vector = (T*)x;
        else
            Packing<TStore, T>.Strip(x, 0, xStride, 1, inner, vector, 1);

        bool adds = laneStride == 1;
        var chunks = new Chunks
        {
            Lanes = lanes, Inner = inner, X = vector, Matrix = matrix, LaneStride = laneStride, InnerStride = innerStride, Y = y, YStride = yStride,
            Accumulate = accumulate, Adds = adds,
        };
        chunks.LanesOfChunk = adds
            ? BlockSizes.Even(lanes, MostLanes, V.Count)
            : Math.Max(4, BlockSizes.Even(lanes, Math.Max(4, ElementsOfChunk / Math.Max(inner, 1)), 4));
        Workers.For((int)BlockSizes.Parts(lanes, chunks.LanesOfChunk), (double)lanes * inner * sizeof(TStore) / 25, ref chunks);
    }

    /// <summary>Ranges of lanes.</summary>
    private struct Chunks : IChunks
    {
        /// <summary>Length of y.</summary>
        public long Lanes;

        /// <summary>Length of x.</summary>
        public long Inner;

        /// <summary>x.</summary>
        public T* X;

        /// <summary>M.</summary>
        public TStore* Matrix;

        /// <summary>Distance of lanes of M.</summary>
        public long LaneStride;

        /// <summary>Distance of steps of M.</summary>
        public long InnerStride;

        /// <summary>y.</summary>
        public TStore* Y;

        /// <summary>Distance of elements of y.</summary>
        public long YStride;

        /// <summary>Whether to add to y.</summary>
        public bool Accumulate;

        /// <summary>Whether lanes are contiguous, so that rows are added up; else steps are.</summary>
        public bool Adds;

        /// <summary>Lanes in a chunk.</summary>
        public long LanesOfChunk;

        /// <inheritdoc/>
        public void Run(int chunk)
        {
            long first = chunk * LanesOfChunk, count = Math.Min(LanesOfChunk, Lanes - first);
            using var scratch = Scratch.Take(count * sizeof(T));
            var sums = (T*)scratch.Pointer;
            if (Adds)
                AddRows(Inner, X, Matrix + first, InnerStride, sums, count);
            else
                DotRows(Inner, X, Matrix + first * LaneStride, LaneStride, sums, count);
            var y = Y + first * YStride;
            if (YStride == 1)
            {
                StorageType.Finish(sums, y, count, Accumulate);
                return;
            }
            for (long lane = 0; lane < count; lane++)
                StorageType.Finish(sums + lane, y + lane * YStride, 1, Accumulate);
        }
    }

    /// <summary>sums[lane] = sum over p of x[p] M[p, lane], eight rows of M at a time.</summary>
    private static void AddRows(long inner, T* x, TStore* matrix, long row, T* sums, long lanes)
    {
        new Span<T>(sums, (int)lanes).Clear();
        using var scratch = Scratch.Take(StorageType.IsNarrow<TStore>() ? 8 * lanes * sizeof(T) : 0);
        long p = 0;
        for (; p + 8 <= inner; p += 8)
        {
            var rows = (T*)(matrix + p * row);
            long distance = row;
            if (StorageType.IsNarrow<TStore>())
            {
                rows = (T*)scratch.Pointer;
                distance = lanes;
                for (int r = 0; r < 8; r++)
                    StorageType.Widen(matrix + (p + r) * row, rows + r * lanes, lanes);
            }
            AddEight(x + p, rows, distance, sums, lanes);
        }
        for (; p < inner; p++)
        {
            var rows = matrix + p * row;
            for (long lane = 0; lane < lanes; lane++)
                sums[lane] += x[p] * StorageType.Widen<TStore, T>(rows[lane]);
        }
    }

    /// <summary>sums += x[0] row0 + ... + x[7] row7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddEight(T* x, T* rows, long row, T* sums, long lanes)
    {
        V x0 = V.Create(x[0]), x1 = V.Create(x[1]), x2 = V.Create(x[2]), x3 = V.Create(x[3]);
        V x4 = V.Create(x[4]), x5 = V.Create(x[5]), x6 = V.Create(x[6]), x7 = V.Create(x[7]);
        var lower = rows + 4 * row;
        long lane = 0;
        for (; lane + V.Count <= lanes; lane += V.Count, rows += V.Count, lower += V.Count)
        {
            var even = V.MultiplyAdd(x0, V.Load(rows), V.Load(sums + lane));
            var odd = x1 * V.Load(rows + row);
            even = V.MultiplyAdd(x2, V.Load(rows + 2 * row), even);
            odd = V.MultiplyAdd(x3, V.Load(rows + 3 * row), odd);
            even = V.MultiplyAdd(x4, V.Load(lower), even);
            odd = V.MultiplyAdd(x5, V.Load(lower + row), odd);
            even = V.MultiplyAdd(x6, V.Load(lower + 2 * row), even);
            odd = V.MultiplyAdd(x7, V.Load(lower + 3 * row), odd);
            (even + odd).Store(sums + lane);
        }
        for (; lane < lanes; lane++, rows++)
        {
            var sum = sums[lane];
            for (int r = 0; r < 8; r++)
                sum += x[r] * rows[r * row];
            sums[lane] = sum;
        }
    }

    /// <summary>sums[lane] = sum over p of x[p] M[lane, p], in pieces if the elements must be widened.</summary>
    private static void DotRows(long inner, T* x, TStore* matrix, long lane, T* sums, long lanes)
    {
        if (!StorageType.IsNarrow<TStore>())
        {
            long i = 0;
            for (; i + 4 <= lanes; i += 4)
                DotFour(inner, x, (T*)(matrix + i * lane), lane, sums + i);
            for (; i < lanes; i++)
                sums[i] = Dot(inner, x, (T*)(matrix + i * lane));
            return;
        }
        var wide = stackalloc T[WidenedSteps];
        for (long i = 0; i < lanes; i++)
        {
            var sum = T.Zero;
            for (long p = 0; p < inner; p += WidenedSteps)
            {
                long count = Math.Min(WidenedSteps, inner - p);
                StorageType.Widen(matrix + i * lane + p, wide, count);
                sum += Dot(count, x + p, wide);
            }
            sums[i] = sum;
        }
    }

    /// <summary>Four dot products with the same x, so that x is loaded once for four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DotFour(long inner, T* x, T* row, long distance, T* sums)
    {
        V a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        T* second = row + distance, third = second + distance, fourth = third + distance;
        long p = 0;
        for (; p + 2 * V.Count <= inner; p += 2 * V.Count)
        {
            V even = V.Load(x + p), odd = V.Load(x + p + V.Count);
            a0 = V.MultiplyAdd(even, V.Load(row + p), a0);
            b0 = V.MultiplyAdd(odd, V.Load(row + p + V.Count), b0);
            a1 = V.MultiplyAdd(even, V.Load(second + p), a1);
            b1 = V.MultiplyAdd(odd, V.Load(second + p + V.Count), b1);
            a2 = V.MultiplyAdd(even, V.Load(third + p), a2);
            b2 = V.MultiplyAdd(odd, V.Load(third + p + V.Count), b2);
            a3 = V.MultiplyAdd(even, V.Load(fourth + p), a3);
            b3 = V.MultiplyAdd(odd, V.Load(fourth + p + V.Count), b3);
        }
        sums[0] = VectorSum<V, T>.Of(a0 + b0) + Rest(inner - p, x + p, row + p);
        sums[1] = VectorSum<V, T>.Of(a1 + b1) + Rest(inner - p, x + p, second + p);
        sums[2] = VectorSum<V, T>.Of(a2 + b2) + Rest(inner - p, x + p, third + p);
        sums[3] = VectorSum<V, T>.Of(a3 + b3) + Rest(inner - p, x + p, fourth + p);
    }

    /// <summary>One dot product, in the same order of additions as in <see cref="DotFour"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Dot(long inner, T* x, T* row)
    {
        V even = default, odd = default;
        long p = 0;
        for (; p + 2 * V.Count <= inner; p += 2 * V.Count)
        {
            even = V.MultiplyAdd(V.Load(x + p), V.Load(row + p), even);
            odd = V.MultiplyAdd(V.Load(x + p + V.Count), V.Load(row + p + V.Count), odd);
        }
        return VectorSum<V, T>.Of(even + odd) + Rest(inner - p, x + p, row + p);
    }

    /// <summary>The end of a dot product, shorter than two vectors.</summary>
    private static T Rest(long count, T* x, T* row)
    {
        var sum = T.Zero;
        for (long p = 0; p < count; p++)
            sum += x[p] * row[p];
        return sum;
    }
}
