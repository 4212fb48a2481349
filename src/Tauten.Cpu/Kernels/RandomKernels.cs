namespace Tauten.Cpu;

/// <summary>Random numbers: from keys to the loops of Philox.</summary>
static unsafe class RandomKernels
{
    public static void Bits(Ops.RandomBits op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Draw(Distribution.Bits, x[0], y[0]);

    public static void Uniform(Ops.RandomUniform op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Draw(Distribution.Uniform, x[0], y[0]);

    public static void Normal(Ops.RandomNormal op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Draw(Distribution.Normal, x[0], y[0]);

    public static void Dropout(Ops.Dropout op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var (seed, draw) = KeyOf(x[1]);
        using var input = Wide.Input(x[0]);
        using var result = Wide.Output(y[0]);
        fixed (byte* px = &input.Tensor.First(), py = &result.Tensor.First())
            DropoutLoop.Run(input.Tensor.DType, op.Rate, seed, draw, y[0].Shape.Count, px, py);
        result.Store();
    }

    /// <summary>The two numbers of a key. Read where they lie: a kernel's tensors may hold others in the next run, and spans of a tensor are made once.</summary>
    public static (ulong Seed, ulong Draw) KeyOf(Tensor key)
    {
        key = key.Contiguous();
        fixed (byte* p = &key.First())
        {
            var numbers = (ulong*)p;
            var read = (numbers[0], numbers[1]);
            GC.KeepAlive(key);
            return read;
        }
    }

    static void Draw(Distribution distribution, Tensor key, Tensor y)
    {
        var (seed, draw) = KeyOf(key);
        using var made = Wide.Output(y);
        fixed (byte* py = &made.Tensor.First()) PhiloxLoops.Run(distribution, y.DType, seed, draw, y.Shape.Count, py);
        made.Store();
    }
}
