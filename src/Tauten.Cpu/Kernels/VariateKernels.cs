namespace Tauten.Cpu;

/// <summary>Random numbers that are sampled element by element.</summary>
static unsafe class VariateKernels
{
    /// <summary>One random number for each element of the parameters, the first inputs; the last one is the key.</summary>
    public static void Run<F>(Ops.Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y) where F : struct, IVariate
    {
        var (seed, draw) = RandomKernels.KeyOf(x[^1]);
        var (first, second) = (x[0].To(DType.Float64).Contiguous(), x[^2].To(DType.Float64).Contiguous());
        var result = Tensor.Allocate(y[0].Backend, new(DType.Float64, y[0].Shape));
        fixed (byte* p = &first.First(), q = &second.First(), py = &result.First())
        {
            var body = new Chunks<F> { Seed = seed, Draw = draw, First = (double*)p, Second = (double*)q, Y = (double*)py, Total = y[0].Shape.Count };
            Workers.For((int)((body.Total + Chunks<F>.Size - 1) / Chunks<F>.Size), body.Total * 60.0, ref body);
        }
        MovementKernels.Convert(result, y[0]);
        GC.KeepAlive(first);
        GC.KeepAlive(second);
    }

    struct Chunks<F> : IChunks where F : struct, IVariate
    {
        public const int Size = 1024;

        public ulong Seed, Draw;
        public double* First, Second, Y;
        public long Total;

        public readonly void Run(int chunk)
        {
            long end = Math.Min((chunk + 1L) * Size, Total);
            for (long i = (long)chunk * Size; i < end; i++)
            {
                var stream = new VariateStream(Seed, Draw, (ulong)i);
                Y[i] = F.Draw(ref stream, First[i], Second[i]);
            }
        }
    }
}
