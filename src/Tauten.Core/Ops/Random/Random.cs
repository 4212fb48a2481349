namespace Tauten.Ops;

/// <summary>
/// Uniform random 32-bit numbers (uint32) from the counter-based generator Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers:
/// as easy as 1, 2, 3", 2011). The input is the key, uint64[2] = (seed, draw): element i is word i mod 4 of the block with counter (i / 4, draw),
/// so it depends on nothing but seed, draw and i. Dtypes: key uint64.
/// </summary>
public sealed record RandomBits(Shape Shape) : PrimitiveOp
{
    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Creation;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        CheckKey(this, x);
        return new TensorSpec(DType.UInt32, Shape);
    }

    internal static void CheckKey(Op op, ReadOnlySpan<TensorSpec> x)
    {
        var key = Expect.One(x, op);
        if (key.DType != DType.UInt64) throw Expect.DType(op, key.DType, "a key uint64[2] of seed and draw");
        if (key.Shape != Shape.Of(2)) throw new ShapeException($"{op}: expected a key uint64[2] of seed and draw. Received: {key}.");
    }

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) => Shape.IsKnown ? this : new RandomBits(Shape.Bind(known));

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [null];
}

/// <summary>
/// Random numbers evenly spread in [0, 1): multiples of 2^-24, 2^-11 or 2^-8, as many bits as the significand of float32, float16 or bfloat16 has, the
/// upper ones of a random word; in float64, 53 bits of two words, the first being the upper half. Dtypes: floating-point; key uint64.
/// </summary>
public sealed record RandomUniform(Shape Shape, DType DType) : CompositeOp
{
    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Creation;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        RandomBits.CheckKey(this, x);
        if (!DType.IsFloating()) throw Expect.DType(this, DType, "a floating-point dtype");
        return new TensorSpec(DType, Shape);
    }

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        if (DType != DType.Float64)
        {
            int digits = Digits(DType);
            return ((Dispatch.Run(new RandomBits(Shape), x[0]) >> (32 - digits)).To(DType.Float32) * Math.ScaleB(1, -digits)).To(DType);
        }
        var words = Dispatch.Run(new RandomBits([.. Shape, 2]), x[0]).To(DType.UInt64);
        var (upper, lower) = (words.Select(-1, 0), words.Select(-1, 1));
        return (((upper << 32) | lower) >> 11).To(DType.Float64) * Math.ScaleB(1, -53);
    }

    /// <summary>The random bits of a number: as many as its significand has. More would be rounded, at the end to 1.</summary>
    internal static int Digits(DType dtype) => dtype switch
    {
        DType.Float16 => 11,
        DType.BFloat16 => 8,
        DType.Float64 => 53,
        _ => 24,
    };

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) => Shape.IsKnown ? this : new RandomUniform(Shape.Bind(known), DType);

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [null];
}

/// <summary>
/// Random numbers from the normal distribution with mean 0 and variance 1, by Box and Muller: sqrt(-2 ln(1 - u)) cos(2 pi v) of two uniform numbers,
/// which are elements 2i and 2i + 1 of a draw. Dtypes: floating-point; key uint64.
/// </summary>
public sealed record RandomNormal(Shape Shape, DType DType) : CompositeOp
{
    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Creation;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        RandomBits.CheckKey(this, x);
        if (!DType.IsFloating()) throw Expect.DType(this, DType, "a floating-point dtype");
        return new TensorSpec(DType, Shape);
    }

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var computed = DType == DType.Float64 ? DType.Float64 : DType.Float32;
        var uniform = Dispatch.Run(new RandomUniform([.. Shape, 2], computed), x[0]);
        var (u, v) = (uniform.Select(-1, 0), uniform.Select(-1, 1));
        return ((-2 * (1 - u).Log()).Sqrt() * (v * (2 * Math.PI)).Cos()).To(DType);
    }

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) => Shape.IsKnown ? this : new RandomNormal(Shape.Bind(known), DType);

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [null];
}
