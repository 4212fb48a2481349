using System.Numerics;

namespace Tauten.Cpu;

/// <summary>Factorizations and triangular systems: from tensors to matrices, of which each is done by one thread where there are several.</summary>
static unsafe class LinearSystemKernels
{
    public static void Cholesky(Ops.Cholesky op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        MovementKernels.CopyTo(x[0], y[0]);
        if (y[0].DType == DType.Float32) Cholesky<float>(y[0], y[1]);
        else Cholesky<double>(y[0], y[1]);
        if (op.Checks) Batches.Check(op, y[1], "is not positive definite: its leading minor of order {0} is not positive");
    }

    static void Cholesky<T>(Tensor a, Tensor info) where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (byte* pa = &a.First(), pi = &info.First())
        {
            var body = new CholeskyBody<T> { A = (T*)pa, Info = (int*)pi, Size = Batches.Rows(a) };
            Workers.For(Batches.Count(a), 0.1 * body.Size * a.Shape.Count, ref body);
        }
    }

    struct CholeskyBody<T> : IChunks where T : unmanaged, IFloatingPointIeee754<T>
    {
        public T* A;
        public int* Info;
        public int Size;

        public readonly void Run(int item) => Info[item] = CholeskyFactorization<T>.Run(A + (long)item * Size * Size, Size);
    }

    public static void TriangularSolve(Ops.TriangularSolve op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        if (y[0].Shape.Count == 0) return;
        MovementKernels.CopyTo(x[1], y[0]);
        if (y[0].DType == DType.Float32) TriangularSolve<float>(op, x[0], y[0]);
        else TriangularSolve<double>(op, x[0], y[0]);
    }

    static void TriangularSolve<T>(Ops.TriangularSolve op, Tensor a, Tensor x) where T : unmanaged, IFloatingPointIeee754<T>
    {
        long[] offsets = MatMulKernel.Offsets(a, x);
        fixed (byte* pa = &a.First(), px = &x.First())
        fixed (long* po = offsets)
        {
            var body = new TriangularBody<T>
            {
                A = (T*)pa, Offsets = po, ARow = a.Layout.Strides[^2], AColumn = a.Layout.Strides[^1], X = (T*)px,
                Size = Batches.Rows(x), Columns = Batches.Columns(x), Upper = op.Upper, Unit = op.UnitTriangular,
            };
            Workers.For(offsets.Length, 0.1 * body.Size * x.Shape.Count, ref body);
        }
        GC.KeepAlive(a);
    }

    struct TriangularBody<T> : IChunks where T : unmanaged, IFloatingPointIeee754<T>
    {
        public T* A, X;
        public long* Offsets;
        public long ARow, AColumn;
        public int Size, Columns;
        public bool Upper, Unit;

        public readonly void Run(int item) =>
            TriangularSystem<T>.Solve(A + Offsets[item], ARow, AColumn, Size, Upper, Unit, X + (long)item * Size * Columns, Columns, Columns);
    }

    public static void LuFactor(Ops.LuFactor op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        MovementKernels.CopyTo(x[0], y[0]);
        if (y[0].DType == DType.Float32) LuFactor<float>(y[0], y[1], y[2]);
        else LuFactor<double>(y[0], y[1], y[2]);
        if (op.Checks) Batches.Check(op, y[2], "is singular: its pivot {0} is 0");
    }

    static void LuFactor<T>(Tensor a, Tensor pivots, Tensor info) where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (byte* pa = &a.First(), pp = &pivots.First(), pi = &info.First())
        {
            var body = new LuBody<T> { A = (T*)pa, Pivots = (int*)pp, Info = (int*)pi, Rows = Batches.Rows(a), Columns = Batches.Columns(a) };
            Workers.For(Batches.Count(a), 0.2 * Math.Min(body.Rows, body.Columns) * a.Shape.Count, ref body);
        }
    }

    struct LuBody<T> : IChunks where T : unmanaged, IFloatingPointIeee754<T>
    {
        public T* A;
        public int* Pivots, Info;
        public int Rows, Columns;

        public readonly void Run(int item) => Info[item] = LuFactorization<T>.Run(A + (long)item * Rows * Columns, Rows, Columns, Pivots + (long)item * Math.Min(Rows, Columns));
    }

    public static void PivotPermutation(Ops.PivotPermutation op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var pivots = x[0].Contiguous();
        int count = checked((int)pivots.Shape[^1].Value), rows = checked((int)y[0].Shape[^1].Value);
        if (y[0].Shape.Count == 0) return;
        fixed (byte* pp = &pivots.First(), py = &y[0].First())
        {
            for (long item = 0; item < y[0].Shape.Count / rows; item++)
            {
                long* permutation = (long*)py + item * rows;
                int* exchanges = (int*)pp + item * count;
                for (int i = 0; i < rows; i++) permutation[i] = i;
                for (int i = 0; i < count; i++)
                {
                    int with = exchanges[i] - 1;
                    if (with < 0 || with >= rows) throw new IndexException($"{op}: pivot {exchanges[i]} lies outside of 1 to {rows}.");
                    (permutation[i], permutation[with]) = (permutation[with], permutation[i]);
                }
            }
        }
        GC.KeepAlive(pivots);
    }

    public static void LdlFactor(Ops.LdlFactor op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var a = Batches.Widened(x[0]);
        fixed (byte* pa = &a.First(), pp = &y[1].First(), pi = &y[2].First())
        {
            var body = new LdlBody { A = (double*)pa, Pivots = (int*)pp, Info = (int*)pi, Size = Batches.Rows(a) };
            Workers.For(Batches.Count(a), 0.3 * body.Size * a.Shape.Count, ref body);
        }
        Batches.Round(a, y[0]);
        if (op.Checks) Batches.Check(op, y[2], "is singular: block {0} of D is 0");
    }

    struct LdlBody : IChunks
    {
        public double* A;
        public int* Pivots, Info;
        public int Size;

        public readonly void Run(int item) => Info[item] = BunchKaufman.Factor(A + (long)item * Size * Size, Size, Pivots + (long)item * Size);
    }

    public static void LdlSolve(Ops.LdlSolve op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        Tensor a = Batches.Widened(x[0]), pivots = x[1].Contiguous(), b = Batches.Widened(x[2]);
        int size = Batches.Rows(a), columns = Batches.Columns(b);
        fixed (byte* pa = &a.First(), pp = &pivots.First(), pb = &b.First())
        {
            foreach (int pivot in new ReadOnlySpan<int>(pp, checked((int)pivots.Shape.Count)))
                if (pivot == 0 || Math.Abs((long)pivot) > size) throw new IndexException($"{op}: pivot {pivot} lies outside of 1 to {size} and -1 to -{size}.");
            var body = new LdlSolveBody { A = (double*)pa, Pivots = (int*)pp, X = (double*)pb, Size = size, Columns = columns };
            Workers.For(Batches.Count(a), 0.3 * size * b.Shape.Count, ref body);
        }
        GC.KeepAlive(pivots);
        Batches.Round(b, y[0]);
    }

    struct LdlSolveBody : IChunks
    {
        public double* A, X;
        public int* Pivots;
        public int Size, Columns;

        public readonly void Run(int item) => BunchKaufman.Solve(A + (long)item * Size * Size, Size, Pivots + (long)item * Size, X + (long)item * Size * Columns, Columns);
    }
}
