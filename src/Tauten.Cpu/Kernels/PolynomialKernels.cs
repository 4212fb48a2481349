namespace Tauten.Cpu;

/// <summary>Orthogonal polynomials of any degree, element by element in double precision.</summary>
static unsafe class PolynomialKernels
{
    const int Chunk = 1024;

    public static void Run(Ops.OrthogonalPolynomial op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var shape = y[0].Shape;
        if (shape.Count == 0) return;
        using var mode = Gradients.NoGrad();
        Tensor points = x[0].To(DType.Float64).BroadcastTo(shape).Contiguous(), degrees = x[1].To(DType.Float64).BroadcastTo(shape).Contiguous();
        var values = y[0].DType == DType.Float64 ? y[0] : Tensor.Allocate(y[0].Backend, new(DType.Float64, shape));
        fixed (byte* p = &points.First(), n = &degrees.First(), v = &values.First())
        {
            var body = new Body { Op = op, Points = (double*)p, Degrees = (double*)n, Values = (double*)v, Count = shape.Count };
            Workers.For(checked((int)((shape.Count + Chunk - 1) / Chunk)), shape.Count * 50.0, ref body);
        }
        GC.KeepAlive(points);
        GC.KeepAlive(degrees);
        if (!ReferenceEquals(values, y[0])) MovementKernels.Convert(values, y[0]);
    }

    struct Body : IChunks
    {
        public Ops.OrthogonalPolynomial Op;
        public double* Points, Degrees, Values;
        public long Count;

        public readonly void Run(int chunk)
        {
            long end = Math.Min(Count, (chunk + 1L) * Chunk);
            for (long i = (long)chunk * Chunk; i < end; i++) Values[i] = At(Points[i], Degrees[i]);
        }

        readonly double At(double x, double degree)
        {
            if (double.IsNaN(x) || double.IsNaN(degree) || degree > int.MaxValue) return double.NaN;
            long n = (long)degree;
            int order = Op.Derivative;
            // A polynomial has no more derivatives than its degree.
            if (n < order) return 0;
            // The derivatives of two degrees, from order 0 on.
            Span<double> last = stackalloc double[order + 1], next = stackalloc double[order + 1];
            last.Clear();
            next.Clear();
            last[0] = 1;
            if (n == 0) return 1;
            var (slope, start) = Op.First();
            next[0] = slope * x + start;
            if (order > 0) next[1] = slope;
            for (long k = 1; k < n; k++)
            {
                var (a, b, c) = Op.Step(k);
                // p(k+1) = (a x + b) p(k) - c p(k-1), and of each derivative j, Leibniz's rule adds j a times the one below.
                for (int j = order; j >= 0; j--)
                {
                    double value = (a * x + b) * next[j] - c * last[j];
                    if (j > 0) value += j * a * next[j - 1];
                    last[j] = value;
                }
                var swap = last;
                last = next;
                next = swap;
            }
            return next[order];
        }
    }
}
