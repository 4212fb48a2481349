using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>Pooling of contiguous Float32 or Float64 planes over as many windows as the result has elements.</summary>
internal static unsafe class AdaptivePooling
{
    /// <summary>The largest element of each window and its position in the plane, counted row by row. The first NaN wins, of equal elements the first.</summary>
    public static void Max<T>(long planes, in Axes input, in Axes output, T* x, T* y, long* indices) where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (planes == 0) return;
        long elements = input.Product + output.Product;
        var loop = new Loop<T> { X = x, Y = y, Indices = indices, Input = input, Output = output, Planes = planes, PerChunk = Math.Max(1, 16 * 1024 / elements) };
        int chunks = (int)((planes + loop.PerChunk - 1) / loop.PerChunk);
        if (chunks == 1) loop.Run(0);
        else Workers.For(chunks, planes * (double)elements, ref loop);
    }

    private struct Loop<T> : IChunks where T : unmanaged, IFloatingPointIeee754<T>
    {
        public T* X, Y;
        public long* Indices;
        public Axes Input, Output;
        public long Planes, PerChunk;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int chunk)
        {
            long first = chunk * PerChunk, end = Math.Min(first + PerChunk, Planes);
            T* x = X + first * Input.Product, y = Y + first * Output.Product;
            long* indices = Indices + first * Output.Product;
            for (long plane = first; plane < end; plane++, x += Input.Product)
                for (long o0 = 0; o0 < Output[0]; o0++)
                    for (long o1 = 0; o1 < Output[1]; o1++)
                        for (long o2 = 0; o2 < Output[2]; o2++)
                            *y++ = Largest(x, Window(0, o0), Window(1, o1), Window(2, o2), out *indices++);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly (long First, long End) Window(int axis, long position) =>
            (position * Input[axis] / Output[axis], ((position + 1) * Input[axis] - 1) / Output[axis] + 1);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly T Largest(T* x, (long First, long End) d0, (long First, long End) d1, (long First, long End) d2, out long index)
        {
            T best = T.NegativeInfinity;
            long at = -1, rows = Input[1], columns = Input[2];
            for (long k0 = d0.First; k0 < d0.End; k0++)
            {
                for (long k1 = d1.First; k1 < d1.End; k1++)
                {
                    long line = (k0 * rows + k1) * columns;
                    for (long k2 = d2.First; k2 < d2.End; k2++)
                    {
                        T v = x[line + k2];
                        if (!(v > best) && at >= 0 && (!T.IsNaN(v) || T.IsNaN(best))) continue;
                        best = v;
                        at = line + k2;
                    }
                }
            }
            index = at;
            return best;
        }
    }
}
