using System.Numerics;
using System.Runtime.CompilerServices;
using Tauten.Ops;

namespace Tauten.Cpu;

/// <summary>A sparse matrix times every line along an axis of contiguous Float32 or Float64.</summary>
internal static unsafe class Resampling
{
    /// <summary>y[o, i, :] = sum over the matrix's row i of weight * x[o, column, :], where x has the shape [outer, length, inner].</summary>
    public static void Run(DType dtype, long outer, long length, long inner, ResamplingMatrix matrix, void* x, void* y)
    {
        if (outer * inner * matrix.Rows == 0) return;
        if (dtype == DType.Float64) Run(outer, length, inner, matrix, matrix.Weights, (double*)x, (double*)y);
        else Run(outer, length, inner, matrix, Array.ConvertAll(matrix.Weights, w => (float)w), (float*)x, (float*)y);
    }

    private static void Run<T>(long outer, long length, long inner, ResamplingMatrix matrix, T[] weights, T* x, T* y) where T : unmanaged, INumber<T>
    {
        fixed (int* begin = matrix.Begin, columns = matrix.Columns)
        fixed (T* w = weights)
        {
            double terms = Math.Max(1, (double)weights.Length / matrix.Rows);
            var loop = new Loop<T>
            {
                Begin = begin, Columns = columns, Weights = w, X = x, Y = y, Length = length, Inner = inner, Rows = matrix.Rows, Lines = outer * matrix.Rows,
                PerChunk = Math.Max(1, (long)(32 * 1024 / (inner * terms))),
                Body = CpuInstructions.Level switch
                {
                    InstructionLevel.Avx512 => &Line<V512<T>, T>.Run,
                    InstructionLevel.Avx2 => &Line<V256<T>, T>.Run,
                    _ => &Line<V128<T>, T>.Run,
                },
            };
            int chunks = (int)((loop.Lines + loop.PerChunk - 1) / loop.PerChunk);
            if (chunks == 1) loop.Run(0);
            else Workers.For(chunks, loop.Lines * (inner * terms * 0.3 + 4), ref loop);
        }
    }

    private struct Loop<T> : IChunks where T : unmanaged
    {
        public int* Begin, Columns;
        public T* Weights, X, Y;
        public long Length, Inner, Rows, Lines, PerChunk;
        public delegate*<in Loop<T>, long, long, void> Body;

        public readonly void Run(int chunk) => Body(this, chunk * PerChunk, Math.Min((chunk + 1) * PerChunk, Lines));
    }

    private static class Line<V, T> where V : unmanaged, ISimd<V, T> where T : unmanaged, INumber<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Run(in Loop<T> loop, long start, long end)
        {
            // In locals: the compiler has to assume that a store changes what is behind a reference.
            int* begin = loop.Begin, columns = loop.Columns;
            T* weights = loop.Weights;
            long inner = loop.Inner, plane = loop.Length * inner, row = start % loop.Rows, rows = loop.Rows;
            T* x = loop.X + start / rows * plane, y = loop.Y + start * inner;
            for (long line = start; line < end; line++, y += inner)
            {
                int first = begin[row], last = begin[row + 1];
                long c = 0;
                for (; c + V.Count <= inner; c += V.Count)
                {
                    var sum = first == last ? V.Number(0) : V.Create(weights[first]) * V.Load(x + columns[first] * inner + c);
                    for (int k = first + 1; k < last; k++) sum = V.MultiplyAdd(V.Create(weights[k]), V.Load(x + columns[k] * inner + c), sum);
                    sum.Store(y + c);
                }
                for (; c < inner; c++)
                {
                    T sum = first == last ? T.Zero : weights[first] * x[columns[first] * inner + c];
                    for (int k = first + 1; k < last; k++) sum += weights[k] * x[columns[k] * inner + c];
                    y[c] = sum;
                }
                if (++row < rows) continue;
                row = 0;
                x += plane;
            }
        }
    }
}
