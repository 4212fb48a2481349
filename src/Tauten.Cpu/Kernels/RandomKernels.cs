namespace Tauten.Cpu;

/// <summary>Random numbers: from keys to the loops of Philox.</summary>
static unsafe class RandomKernels
{
    public static void Bits(Ops.RandomBits op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Draw(Distribution.Bits, x[0], y[0]);

    public static void Uniform(Ops.RandomUniform op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Draw(Distribution.Uniform, x[0], y[0]);

    public static void Normal(Ops.RandomNormal op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Draw(Distribution.Normal, x[0], y[0]);

    static void Draw(Distribution distribution, Tensor key, Tensor y)
    {
        var numbers = key.AsSpan<ulong>();
        using var made = Wide.Output(y);
        fixed (byte* py = &made.Tensor.First()) PhiloxLoops.Run(distribution, y.DType, numbers[0], numbers[1], y.Shape.Count, py);
        made.Store();
    }
}
