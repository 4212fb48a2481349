using System.Numerics;

namespace Tauten.Cpu;

/// <summary>Running sums, products and linear recurrences along an axis. Lanes are independent; each is walked in order by one thread.</summary>
static unsafe class ScanKernels
{
    public static void CumSum(Ops.CumSum op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Run(op, x[0], y[0], product: false);

    public static void CumProd(Ops.CumProd op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Run(op, x[0], y[0], product: true);

    static void Run(Ops.ScanOp op, Tensor x, Tensor y, bool product)
    {
        switch (x.DType)
        {
            case DType.Float32: Run<float>(op, x, y, product); break;
            case DType.Float64: Run<double>(op, x, y, product); break;
            case DType.Int8 or DType.UInt8: Run<byte>(op, x, y, product); break;
            case DType.Int16 or DType.UInt16: Run<ushort>(op, x, y, product); break;
            case DType.Int32 or DType.UInt32: Run<uint>(op, x, y, product); break;
            case DType.Int64 or DType.UInt64: Run<ulong>(op, x, y, product); break;
            default:
                // 16-bit floats run in 32 bits and are rounded once.
                var wide = Tensor.Allocate(y.Backend, new(DType.Float32, y.Shape));
                Run<float>(op, x.To(DType.Float32), wide, product);
                MovementKernels.CopyTo(wide.To(y.DType), y);
                break;
        }
    }

    static void Run<T>(Ops.ScanOp op, Tensor x, Tensor y, bool product) where T : unmanaged, INumber<T>
    {
        x = x.Contiguous();
        fixed (byte* px = &x.First(), py = &y.First())
        {
            var body = new Lanes<T>(y.Shape, op.Axis, op.Reverse) { X = (T*)px, Y = (T*)py, Exclusive = op.Exclusive, Product = product };
            Workers.For(body.Chunks, x.Shape.Count * 2.0, ref body);
        }
        GC.KeepAlive(x);
    }

    public static void LinearScan(Ops.LinearScan op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        switch (x[0].DType)
        {
            case DType.Float32: Linear<float>(op, x[0], x[1], y[0]); break;
            case DType.Float64: Linear<double>(op, x[0], x[1], y[0]); break;
            default:
                var wide = Tensor.Allocate(y[0].Backend, new(DType.Float32, y[0].Shape));
                Linear<float>(op, x[0].To(DType.Float32), x[1].To(DType.Float32), wide);
                MovementKernels.CopyTo(wide.To(y[0].DType), y[0]);
                break;
        }
    }

    static void Linear<T>(Ops.LinearScan op, Tensor a, Tensor b, Tensor y) where T : unmanaged, INumber<T>
    {
        (a, b) = (a.Contiguous(), b.Contiguous());
        fixed (byte* pa = &a.First(), pb = &b.First(), py = &y.First())
        {
            var body = new Lanes<T>(y.Shape, op.Axis, op.Reverse) { A = (T*)pa, X = (T*)pb, Y = (T*)py };
            Workers.For(body.Chunks, y.Shape.Count * 3.0, ref body);
        }
        GC.KeepAlive(a);
        GC.KeepAlive(b);
    }

    struct Lanes<T> : IChunks where T : unmanaged, INumber<T>
    {
        const long Grain = 1 << 14;

        readonly long along, inner, lanes, perChunk;
        readonly bool reverse;
        public T* A, X, Y;
        public bool Exclusive, Product;

        public Lanes(Shape shape, int axis, bool reverse)
        {
            along = shape[axis];
            inner = 1;
            for (int i = axis + 1; i < shape.Rank; i++) inner *= shape[i];
            lanes = along == 0 ? 0 : shape.Count / along;
            perChunk = Math.Max(1, Grain / Math.Max(1, along));
            this.reverse = reverse;
        }

        public readonly int Chunks => (int)((lanes + perChunk - 1) / perChunk);

        public readonly void Run(int chunk)
        {
            long first = chunk * perChunk, last = Math.Min(lanes, first + perChunk);
            for (long lane = first; lane < last; lane++)
            {
                long start = lane / inner * along * inner + lane % inner + (reverse ? (along - 1) * inner : 0), step = reverse ? -inner : inner;
                T running = Product ? T.One : T.Zero;
                for (long k = 0, at = start; k < along; k++, at += step)
                {
                    if (A != null) Y[at] = running = A[at] * running + X[at];
                    else
                    {
                        if (Exclusive) Y[at] = running;
                        running = unchecked(Product ? running * X[at] : running + X[at]);
                        if (!Exclusive) Y[at] = running;
                    }
                }
            }
        }
    }
}
