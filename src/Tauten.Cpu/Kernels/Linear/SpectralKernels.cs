namespace Tauten.Cpu;

/// <summary>Orthogonal and spectral decompositions and the matrix exponential: all in float64, rounded once.</summary>
static unsafe class SpectralKernels
{
    public static void Qr(Ops.Qr op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        Tensor a = Batches.Widened(x[0]), q = Batches.Wide(y[0]), r = Batches.Wide(y[1]);
        fixed (byte* pa = &a.First(), pq = &q.First(), pr = &r.First())
        {
            var body = new QrBody { A = (double*)pa, Q = (double*)pq, R = (double*)pr, Rows = Batches.Rows(a), Columns = Batches.Columns(a), Size = Batches.Columns(q) };
            Workers.For(Batches.Count(a), 1.0 * body.Size * a.Shape.Count, ref body);
        }
        GC.KeepAlive(a);
        Batches.Round(q, y[0]);
        Batches.Round(r, y[1]);
    }

    struct QrBody : IChunks
    {
        public double* A, Q, R;
        public int Rows, Columns, Size;

        public readonly void Run(int item)
        {
            double* a = A + (long)item * Rows * Columns, r = R + (long)item * Size * Columns;
            using var memory = Scratch.Take(Math.Min(Rows, Columns) * sizeof(double));
            double* tau = (double*)memory.Pointer;
            Reflections.Factor(a, Rows, Columns, tau);
            Reflections.Form(a, Rows, Columns, tau, Q + (long)item * Rows * Size, Size);
            for (int i = 0; i < Size; i++)
                for (int k = 0; k < Columns; k++) r[(long)i * Columns + k] = k >= i ? a[(long)i * Columns + k] : 0;
        }
    }

    public static void HouseholderFactor(Ops.HouseholderFactor op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        Tensor a = Batches.Widened(x[0]), tau = Batches.Wide(y[1]);
        fixed (byte* pa = &a.First(), pt = &tau.First())
        {
            var body = new HouseholderBody { A = (double*)pa, Tau = (double*)pt, Rows = Batches.Rows(a), Columns = Batches.Columns(a) };
            Workers.For(Batches.Count(a), 0.5 * Math.Min(body.Rows, body.Columns) * a.Shape.Count, ref body);
        }
        Batches.Round(a, y[0]);
        Batches.Round(tau, y[1]);
    }

    struct HouseholderBody : IChunks
    {
        public double* A, Tau;
        public int Rows, Columns;

        public readonly void Run(int item) => Reflections.Factor(A + (long)item * Rows * Columns, Rows, Columns, Tau + (long)item * Math.Min(Rows, Columns));
    }

    public static void Eigh(Ops.Eigh op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        Tensor a = Batches.Widened(x[0]), values = Batches.Wide(y[0]);
        var failed = new bool[Batches.Count(a)];
        fixed (byte* pa = &a.First(), pw = &values.First())
        fixed (bool* pf = failed)
        {
            var body = new EighBody { A = (double*)pa, Values = (double*)pw, Failed = pf, Size = Batches.Rows(a), Upper = op.Upper };
            Workers.For(failed.Length, 3.0 * body.Size * a.Shape.Count, ref body);
        }
        Batches.CheckConverged(op, failed, a);
        Batches.Round(values, y[0]);
        Batches.Round(a, y[1]);
    }

    struct EighBody : IChunks
    {
        public double* A, Values;
        public bool* Failed;
        public int Size;
        public bool Upper;

        public readonly void Run(int item) => Failed[item] = !SymmetricEigen.Run(A + (long)item * Size * Size, Size, Upper, Values + (long)item * Size);
    }

    public static void Svd(Ops.Svd op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        // Of a wide matrix, the transpose is decomposed, and left and right change places.
        bool wide = x[0].Shape[^1] > x[0].Shape[^2];
        Tensor a = Batches.Widened(wide ? Transposed(x[0]) : x[0]), left = Batches.Wide(y[0]), values = Batches.Wide(y[1]), right = Batches.Wide(y[2]);
        var failed = new bool[Batches.Count(a)];
        fixed (byte* pa = &a.First(), pl = &left.First(), ps = &values.First(), pr = &right.First())
        fixed (bool* pf = failed)
        {
            var body = new SvdBody { A = (double*)pa, Left = (double*)pl, Values = (double*)ps, Right = (double*)pr, Failed = pf, Rows = Batches.Rows(a), Columns = Batches.Columns(a), Full = op.Full, Wide = wide };
            Workers.For(failed.Length, 8.0 * body.Columns * a.Shape.Count, ref body);
        }
        Batches.CheckConverged(op, failed, a);
        Batches.Round(left, y[0]);
        Batches.Round(values, y[1]);
        Batches.Round(right, y[2]);
    }

    static Tensor Transposed(Tensor x)
    {
        var strides = x.Layout.Strides.ToArray();
        (strides[^1], strides[^2]) = (strides[^2], strides[^1]);
        return x.View(Layout.Of(new TensorSpec(x.DType, x.Shape.With(x.Rank - 1, x.Shape[^2]).With(x.Rank - 2, x.Shape[^1])), strides, x.Layout.Offset));
    }

    struct SvdBody : IChunks
    {
        public double* A, Left, Values, Right;
        public bool* Failed;
        public int Rows, Columns;
        public bool Full, Wide;

        public readonly void Run(int item)
        {
            int kept = Full ? Rows : Columns;
            using var memory = Scratch.Take(((long)kept * Rows + (long)Columns * Columns) * sizeof(double));
            double* tall = (double*)memory.Pointer, small = tall + (long)kept * Rows, values = Values + (long)item * Columns;
            Failed[item] = !BidiagonalSvd.Run(A + (long)item * Rows * Columns, Rows, Columns, tall, kept, values, small);
            if (Failed[item]) return;
            // Rows are wanted on the right, columns on the left.
            double* left = Left + (Wide ? (long)item * Columns * Columns : (long)item * Rows * kept), right = Right + (Wide ? (long)item * kept * Rows : (long)item * Columns * Columns);
            if (Wide)
            {
                for (int i = 0; i < Columns; i++) Signs.MakeLargestPositive(small + (long)i * Columns, tall + (long)i * Rows, Columns, Rows);
                Put(small, left, Columns, Columns);
                new Span<double>(tall, checked(kept * Rows)).CopyTo(new Span<double>(right, kept * Rows));
            }
            else
            {
                Put(tall, left, kept, Rows);
                new Span<double>(small, checked(Columns * Columns)).CopyTo(new Span<double>(right, Columns * Columns));
            }
        }

        static void Put(double* rows, double* columns, int count, int length)
        {
            for (int r = 0; r < count; r++)
                for (int i = 0; i < length; i++) columns[(long)i * count + r] = rows[(long)r * length + i];
        }
    }

    public static void Eig(Ops.Eig op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        Tensor a = Batches.Widened(x[0]), real = Batches.Wide(y[0]), imaginary = Batches.Wide(y[1]), vectorsReal = Batches.Wide(y[2]), vectorsImaginary = Batches.Wide(y[3]);
        var failed = new bool[Batches.Count(a)];
        fixed (byte* pa = &a.First(), pr = &real.First(), pi = &imaginary.First(), pvr = &vectorsReal.First(), pvi = &vectorsImaginary.First())
        fixed (bool* pf = failed)
        {
            var body = new EigBody { A = (double*)pa, Real = (double*)pr, Imaginary = (double*)pi, VectorsReal = (double*)pvr, VectorsImaginary = (double*)pvi, Failed = pf, Size = Batches.Rows(a) };
            Workers.For(failed.Length, 25.0 * body.Size * a.Shape.Count, ref body);
        }
        Batches.CheckConverged(op, failed, a);
        Batches.Round(real, y[0]);
        Batches.Round(imaginary, y[1]);
        Batches.Round(vectorsReal, y[2]);
        Batches.Round(vectorsImaginary, y[3]);
    }

    struct EigBody : IChunks
    {
        public double* A, Real, Imaginary, VectorsReal, VectorsImaginary;
        public bool* Failed;
        public int Size;

        public readonly void Run(int item)
        {
            long vector = (long)item * Size, matrix = vector * Size;
            Failed[item] = !GeneralEigen.Run(A + matrix, Size, Real + vector, Imaginary + vector, VectorsReal + matrix, VectorsImaginary + matrix);
        }
    }

    public static void MatrixExp(Ops.MatrixExp op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var a = Batches.Wide(y[0]);
        Batches.Round(x[0], a);
        fixed (byte* pa = &a.First())
        {
            var body = new MatrixExpBody { A = (double*)pa, Size = Batches.Rows(a) };
            Workers.For(Batches.Count(a), 2.0 * body.Size * a.Shape.Count, ref body);
        }
        Batches.Round(a, y[0]);
    }

    struct MatrixExpBody : IChunks
    {
        public double* A;
        public int Size;

        public readonly void Run(int item) => MatrixExponential.Run(A + (long)item * Size * Size, Size);
    }
}
