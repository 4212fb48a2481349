namespace Tauten.Cpu;

/// <summary>Random numbers: from keys to the loops of Philox.</summary>
static unsafe class RandomKernels
{
    public static void Bits(Ops.RandomBits op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var (seed, draw) = Key(x[0]);
        fixed (byte* py = &y[0].First()) PhiloxLoops.Bits(seed, draw, 0, y[0].Shape.Count, (uint*)py);
    }

    public static void Uniform(Ops.RandomUniform op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var (seed, draw) = Key(x[0]);
        var made = Computed(op.DType, y[0]);
        fixed (byte* py = &made.First())
        {
            if (made.DType == DType.Float64) PhiloxLoops.Uniform(seed, draw, 0, made.Shape.Count, (double*)py);
            else PhiloxLoops.Uniform(seed, draw, 0, made.Shape.Count, (float*)py);
        }
        if (!ReferenceEquals(made, y[0])) MovementKernels.CopyTo(made.To(op.DType), y[0]);
    }

    public static void Normal(Ops.RandomNormal op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var (seed, draw) = Key(x[0]);
        var made = Computed(op.DType, y[0]);
        fixed (byte* py = &made.First())
        {
            if (made.DType == DType.Float64) PhiloxLoops.Normal(seed, draw, 0, made.Shape.Count, (double*)py);
            else PhiloxLoops.Normal(seed, draw, 0, made.Shape.Count, (float*)py);
        }
        if (!ReferenceEquals(made, y[0])) MovementKernels.CopyTo(made.To(op.DType), y[0]);
    }

    static (ulong Seed, ulong Draw) Key(Tensor key)
    {
        var numbers = key.AsSpan<ulong>();
        return (numbers[0], numbers[1]);
    }

    /// <summary>The result itself, or a float32 tensor where the numbers are made in 32 bits and rounded to 16.</summary>
    static Tensor Computed(DType dtype, Tensor y) => dtype is DType.Float32 or DType.Float64 ? y : Tensor.Allocate(y.Backend, new(DType.Float32, y.Shape));
}
