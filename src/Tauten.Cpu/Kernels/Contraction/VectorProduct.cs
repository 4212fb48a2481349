using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// Products with few rows or few columns: y = x M for each of them. Every element of M is read once and in place, so the speed is that
/// of memory and packing would only cost. Where lanes of M (what y runs over) are contiguous, rows of M are added up; where its steps (what
/// the sums run over) are, dot products are taken.
/// </summary>
internal static unsafe class VectorProduct<TStore, T, V>
    where TStore : unmanaged
    where T : unmanaged, INumberBase<T>
    where V : unmanaged, ISimd<V, T>
{
    /// <summary>With more vectors than this, blocks in registers win.</summary>
    private const int MostVectors = 4;

    /// <summary>Elements of M in a chunk, about: some microseconds.</summary>
    private const long ElementsOfChunk = 32768;

    /// <summary>Lanes of a chunk where lanes are contiguous: y stays in the first cache, rows are long enough to stream.</summary>
    private const long MostLanes = 512;

    /// <summary>Steps that are widened at a time where M is stored in 16 bits.</summary>
    private const int WidenedSteps = 2048;

    /// <summary>Whether the product is one of few vectors with a matrix that is contiguous one way or the other.</summary>
    public static bool Suits(in MatrixProduct<TStore> product) => HasFewRows(product) || HasFewColumns(product);

    /// <summary>Whether rows of A are the vectors.</summary>
    private static bool HasFewRows(in MatrixProduct<TStore> product) =>
        product.Rows <= MostVectors && (product.BRow == 1 || product.BColumn == 1);

    /// <summary>Whether columns of B are the vectors.</summary>
    private static bool HasFewColumns(in MatrixProduct<TStore> product) =>
        product.Columns <= MostVectors && (product.ARow == 1 || product.AColumn == 1);

    /// <summary>The product.</summary>
    public static void Run(in MatrixProduct<TStore> product)
    {
        bool rows = HasFewRows(product);
        var chunks = new Chunks
        {
            Inner = product.Inner,
            Y = product.C,
            Bias = (T*)product.Bias,
            HasRows = rows,
            Accumulate = product.Accumulate,
            Epilogue = product.Epilogue,
        };
        TStore* x;
        long xVector, xStride;
        if (rows)
        {
            (chunks.Lanes, chunks.Vectors) = (product.Columns, (int)product.Rows);
            (chunks.LaneStride, chunks.InnerStride) = (product.BColumn, product.BRow);
            (chunks.YVector, chunks.YStride) = (product.CRow, 1);
            (xVector, xStride) = (product.ARow, product.AColumn);
            x = product.A;
            chunks.Matrix = product.B;
        }
        else
        {
            (chunks.Lanes, chunks.Vectors) = (product.Rows, (int)product.Columns);
            (chunks.LaneStride, chunks.InnerStride) = (product.ARow, product.AColumn);
            (chunks.YVector, chunks.YStride) = (1, product.CRow);
            (xVector, xStride) = (product.BColumn, product.BRow);
            x = product.B;
            chunks.Matrix = product.A;
        }

        // All chunks use x: contiguous and widened once.
        bool inPlace = typeof(TStore) == typeof(T) && xStride == 1;
        using var scratch = Scratch.Take(inPlace ? 0 : chunks.Vectors * chunks.Inner * sizeof(T));
        chunks.X = inPlace ? (T*)x : (T*)scratch.Pointer;
        chunks.XVector = inPlace ? xVector : chunks.Inner;
        for (int vector = 0; vector < chunks.Vectors && !inPlace; vector++)
            Packing<TStore, T>.Strip(x + vector * xVector, 0, xStride, 1, chunks.Inner, chunks.X + vector * chunks.Inner, 1);

        chunks.LanesOfChunk = chunks.Adds
            ? BlockSizes.Even(chunks.Lanes, MostLanes, V.Count)
            : BlockSizes.Even(chunks.Lanes, Math.Max(4, ElementsOfChunk / Math.Max(chunks.Inner, 1)), 4);
        double work = (double)chunks.Lanes * chunks.Inner * (sizeof(TStore) + chunks.Vectors) / 30;
        Workers.For((int)BlockSizes.Parts(chunks.Lanes, chunks.LanesOfChunk), work, ref chunks);
    }

    /// <summary>Ranges of lanes.</summary>
    private struct Chunks : IChunks
    {
        /// <summary>How many x and y there are.</summary>
        public int Vectors;

        /// <summary>Length of y.</summary>
        public long Lanes;

        /// <summary>Length of x.</summary>
        public long Inner;

        /// <summary>The first x.</summary>
        public T* X;

        /// <summary>Distance of one x to the next.</summary>
        public long XVector;

        /// <summary>M.</summary>
        public TStore* Matrix;

        /// <summary>Distance of lanes of M.</summary>
        public long LaneStride;

        /// <summary>Distance of steps of M.</summary>
        public long InnerStride;

        /// <summary>The first y.</summary>
        public TStore* Y;

        /// <summary>Distance of one y to the next.</summary>
        public long YVector;

        /// <summary>Distance of elements of y.</summary>
        public long YStride;

        /// <summary>Whether to add to y.</summary>
        public bool Accumulate;

        /// <summary>One number for each column of the result, or null.</summary>
        public T* Bias;

        /// <summary>What is done to results that are finished.</summary>
        public ProductEpilogue<TStore> Epilogue;

        /// <summary>Whether each y is a row of the result; else it is a column.</summary>
        public bool HasRows;

        /// <summary>Lanes in a chunk.</summary>
        public long LanesOfChunk;

        /// <summary>Whether lanes are contiguous, so that rows are added up; else dot products are taken.</summary>
        public readonly bool Adds => LaneStride == 1;

        /// <inheritdoc/>
        public void Run(int chunk)
        {
            long first = chunk * LanesOfChunk, count = Math.Min(LanesOfChunk, Lanes - first);
            using var scratch = Scratch.Take(Vectors * count * sizeof(T));
            var sums = (T*)scratch.Pointer;
            if (Adds)
                AddRows(Vectors, Inner, X, XVector, Matrix + first, InnerStride, sums, count);
            else
                DotRows(Vectors, Inner, X, XVector, Matrix + first * LaneStride, LaneStride, sums, count);
            for (int vector = 0; vector < Vectors; vector++, sums += count)
            {
                var y = Y + vector * YVector + first * YStride;
                if (Bias != null && HasRows)
                    Rows<V, T>.Add(Bias + first, sums, count);
                else if (Bias != null)
                {
                    for (long lane = 0; lane < count; lane++)
                        sums[lane] += Bias[vector];
                }
                if (YStride == 1)
                    StorageType.Finish(sums, y, count, Accumulate);
                else
                {
                    for (long lane = 0; lane < count; lane++)
                        StorageType.Finish(sums + lane, y + lane * YStride, 1, Accumulate);
                }
            }
            if (HasRows)
                Epilogue.Apply(Y + first, Vectors, count, YVector);
            else
                Epilogue.Apply(Y + first * YStride, count, Vectors, YStride);
        }
    }

    /// <summary>sums[vector, lane] = sum over p of x[vector, p] M[p, lane], eight rows of M at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows(int vectors, long inner, T* x, long xVector, TStore* matrix, long row, T* sums, long lanes)
    {
        new Span<T>(sums, (int)(vectors * lanes)).Clear();
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
            for (int vector = 0; vector < vectors; vector++)
                AddEight(x + vector * xVector + p, rows, distance, sums + vector * lanes, lanes);
        }
        for (; p < inner; p++)
        {
            var rows = matrix + p * row;
            for (int vector = 0; vector < vectors; vector++)
            {
                for (long lane = 0; lane < lanes; lane++)
                    sums[vector * lanes + lane] += x[vector * xVector + p] * StorageType.Widen<TStore, T>(rows[lane]);
            }
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

    /// <summary>sums[vector, lane] = sum over p of x[vector, p] M[lane, p], in pieces if the elements must be widened.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DotRows(int vectors, long inner, T* x, long xVector, TStore* matrix, long lane, T* sums, long lanes)
    {
        if (!StorageType.IsNarrow<TStore>())
        {
            long i = 0;
            for (; i + 4 <= lanes; i += 4)
            {
                for (int vector = 0; vector < vectors; vector++)
                    DotFour(inner, x + vector * xVector, (T*)(matrix + i * lane), lane, sums + vector * lanes + i);
            }
            for (; i < lanes; i++)
            {
                for (int vector = 0; vector < vectors; vector++)
                    sums[vector * lanes + i] = Dot(inner, x + vector * xVector, (T*)(matrix + i * lane));
            }
            return;
        }
        var wide = stackalloc T[WidenedSteps];
        new Span<T>(sums, (int)(vectors * lanes)).Clear();
        for (long i = 0; i < lanes; i++)
        {
            for (long p = 0; p < inner; p += WidenedSteps)
            {
                long count = Math.Min(WidenedSteps, inner - p);
                StorageType.Widen(matrix + i * lane + p, wide, count);
                for (int vector = 0; vector < vectors; vector++)
                    sums[vector * lanes + i] += Dot(count, x + vector * xVector + p, wide);
            }
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
