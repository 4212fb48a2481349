namespace Tauten.Cpu;

/// <summary>Random numbers: from keys to the loops of Philox.</summary>
static unsafe class RandomKernels
{
    public static void Bits(Ops.RandomBits op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Draw(Distribution.Bits, x[0], y[0]);

    public static void Uniform(Ops.RandomUniform op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Draw(Distribution.Uniform, x[0], y[0]);

    public static void Normal(Ops.RandomNormal op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Draw(Distribution.Normal, x[0], y[0]);

    public static void Dropout(Ops.Dropout op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var numbers = x[1].AsSpan<ulong>();
        using var input = Wide.Input(x[0]);
        using var result = Wide.Output(y[0]);
        fixed (byte* px = &input.Tensor.First(), py = &result.Tensor.First())
            DropoutLoop.Run(input.Tensor.DType, op.Rate, numbers[0], numbers[1], y[0].Shape.Count, px, py);
        result.Store();
    }

    static void Draw(Distribution distribution, Tensor key, Tensor y)
    {
        var numbers = key.AsSpan<ulong>();
        using var made = Wide.Output(y);
        fixed (byte* py = &made.Tensor.First()) PhiloxLoops.Run(distribution, y.DType, numbers[0], numbers[1], y.Shape.Count, py);
        made.Store();
    }
}
