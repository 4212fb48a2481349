using System.Numerics;

namespace Tauten.Cpu;

/// <summary>Reductions: from tensors to the loops.</summary>
static unsafe class ReductionKernels
{
    public static void Run<R>(Ops.ReductionOp op, ReadOnlySpan<Tensor> x, Span<Tensor> y) where R : struct, IReduction => Reduce<R>(op, x[0], y[0]);

    /// <summary>Any and All: numbers are asked first whether they differ from 0.</summary>
    public static void Logical<R>(Ops.ReductionOp op, ReadOnlySpan<Tensor> x, Span<Tensor> y) where R : struct, IReduction => Reduce<R>(op, x[0].To(DType.Bool), y[0]);

    static void Reduce<R>(Ops.ReductionOp op, Tensor x, Tensor y) where R : struct, IReduction
    {
        Span<bool> reduced = stackalloc bool[x.Rank];
        reduced.Clear();
        foreach (long axis in op.Axes.Span) reduced[(int)axis] = true;
        fixed (byte* px = &x.First(), py = &y.First())
            Reduction.Run<R>(x.DType, x.Layout.Sizes, px, x.Layout.Strides, reduced, py);
        GC.KeepAlive(x);
    }

    public static void ArgMax(Ops.ArgMax op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Find(op, x[0], y[0], largest: true);

    public static void ArgMin(Ops.ArgMin op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Find(op, x[0], y[0], largest: false);

    static void Find(Ops.ReductionOp op, Tensor x, Tensor y, bool largest)
    {
        if (y.Shape.Count == 0) return;
        switch (x.DType)
        {
            case DType.Float32: Find<float>(op, x, y, largest); break;
            case DType.Float64: Find<double>(op, x, y, largest); break;
            case DType.Float16 or DType.BFloat16: Find<float>(op, x.To(DType.Float32), y, largest); break;
            case DType.Int8: Find<sbyte>(op, x, y, largest); break;
            case DType.Int16: Find<short>(op, x, y, largest); break;
            case DType.UInt16: Find<ushort>(op, x, y, largest); break;
            case DType.Int32: Find<int>(op, x, y, largest); break;
            case DType.UInt32: Find<uint>(op, x, y, largest); break;
            case DType.Int64: Find<long>(op, x, y, largest); break;
            case DType.UInt64: Find<ulong>(op, x, y, largest); break;
            default: Find<byte>(op, x, y, largest); break;
        }
    }

    static void Find<T>(Ops.ReductionOp op, Tensor x, Tensor y, bool largest) where T : unmanaged, INumber<T>
    {
        x = x.Contiguous();
        int axis = (int)op.Axes[0];
        long along = x.Shape[axis], inner = 1;
        for (int i = axis + 1; i < x.Rank; i++) inner *= x.Shape[i];
        fixed (byte* px = &x.First(), py = &y.First())
        {
            var body = new Search<T> { X = (T*)px, Y = (long*)py, Along = along, Inner = inner, Lanes = y.Shape.Count, Largest = largest };
            body.PerChunk = Math.Max(1, (1 << 14) / along);
            Workers.For((int)((body.Lanes + body.PerChunk - 1) / body.PerChunk), x.Shape.Count * 1.0, ref body);
        }
        GC.KeepAlive(x);
    }

    struct Search<T> : IChunks where T : unmanaged, INumber<T>
    {
        public T* X;
        public long* Y;
        public long Along, Inner, Lanes, PerChunk;
        public bool Largest;

        public readonly void Run(int chunk)
        {
            long first = chunk * PerChunk, last = Math.Min(Lanes, first + PerChunk);
            for (long lane = first; lane < last; lane++)
            {
                T* x = X + lane / Inner * Along * Inner + lane % Inner;
                long best = 0;
                T value = x[0];
                // Nothing beats NaN, and the first one wins.
                for (long k = 1; k < Along && !T.IsNaN(value); k++)
                {
                    T next = x[k * Inner];
                    if (Largest ? next <= value : next >= value) continue;
                    (best, value) = (k, next);
                }
                Y[lane] = best;
            }
        }
    }
}
