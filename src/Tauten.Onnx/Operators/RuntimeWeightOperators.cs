using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Products with weights of few bits in the domain com.microsoft, and lookups in them: the weights are unpacked once, where they are constants.</summary>
static class RuntimeWeightOperators
{
    // Dettmers et al.: "QLoRA: Efficient Finetuning of Quantized LLMs", 2023: quantiles of a normal distribution; and numbers of 1 sign, 2 exponent and 1 mantissa bits.
    static readonly float[] normalQuantiles =
    [
        -1, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0,
        0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1,
    ];

    static readonly float[] smallFloats = [0, 0.00520833333f, 0.66666667f, 1, 0.33333333f, 0.5f, 0.16666667f, 0.25f, 0, -0.00520833333f, -0.66666667f, -1, -0.33333333f, -0.5f, -0.16666667f, -0.25f];

    public static IEnumerable<Operator> All =>
    [
        Of("GatherBlockQuantized", 1, GatherBlockQuantized),
        Of("MatMulBnb4", 1, MatMulTable),
        Of("MatMulNBits", 1, MatMulNBits),
    ];

    /// <summary>Several numbers in a byte, the low bits first, along the last axis.</summary>
    static Tensor Unpacked(Tensor bytes, long bits)
    {
        if (bits == 8) return bytes;
        int each = (int)(8 / bits);
        var mask = Tensor.Full(Shape.Scalar, (1 << (int)bits) - 1, DType.UInt8);
        Tensor[] parts = [.. Enumerable.Range(0, each).Select(i => (i == 0 ? bytes : bytes >> (int)(i * bits)) & mask)];
        return Tensor.Stack(parts, -1).Flatten(-2, -1);
    }

    // Weights in blocks: [rows, blocks, bytes].
    static Tensor MatMulNBits(Call c)
    {
        long inner = c.Int("K"), outer = c.Int("N"), bits = c.Int("bits", 4), block = c.Int("block_size");
        if (bits is not (2 or 4 or 8) || block < 1 || inner < 1 || outer < 1) throw new UnsupportedModelException($"MatMulNBits with {bits} bits in blocks of {block} is not supported.");
        var a = c[0];
        long blocks = (inner + block - 1) / block;
        var numbers = Unpacked(c[1].Reshape(outer, blocks, -1), bits).To(a.DType);
        var zero = c.Optional(3) is not { } given ? Tensor.Full([outer, blocks], 1 << (int)(bits - 1), a.DType)
            : given.DType == DType.UInt8 ? Unpacked(given.Reshape(outer, -1), bits).Narrow(1, 0, blocks).To(a.DType)
            : given.To(a.DType).Reshape(outer, blocks);
        var scale = c[2].To(a.DType).Reshape(outer, blocks);
        var weight = c.Optional(4) is { } order
            // Each input names its block.
            ? (numbers.Reshape(outer, blocks * block).Narrow(1, 0, inner) - zero.IndexSelect(1, order.Narrow(0, 0, inner))) * scale.IndexSelect(1, order.Narrow(0, 0, inner))
            : ((numbers - zero.Unsqueeze(2)) * scale.Unsqueeze(2)).Reshape(outer, blocks * block).Narrow(1, 0, inner);
        return a.Linear(weight, c.Optional(5));
    }

    // Two numbers in a byte, the high bits first, which are places in a table; blocks run through all rows.
    static Tensor MatMulTable(Call c)
    {
        long inner = c.Int("K"), outer = c.Int("N"), block = c.Int("block_size");
        if (block < 1 || inner < 1 || outer < 1) throw new ModelFormatException($"sizes {inner} and {outer} in blocks of {block} cannot be.");
        var a = c[0];
        var bytes = c[1].Flatten();
        var mask = Tensor.Full(Shape.Scalar, 15, DType.UInt8);
        var places = Tensor.Stack([bytes >> 4, bytes & mask], -1).Flatten().Narrow(0, 0, inner * outer).To(DType.Int64);
        var scale = c[2].Flatten().RepeatInterleave(block, 0).Narrow(0, 0, inner * outer).To(a.DType);
        var weight = (Tensor.From(c.Int("quant_type") == 1 ? normalQuantiles : smallFloats).To(a.DType).IndexSelect(0, places) * scale).Reshape(outer, inner);
        return c.Flag("transB", true) ? a.Linear(weight) : a.MatMul(weight.Reshape(inner, outer));
    }

    static Tensor GatherBlockQuantized(Call c)
    {
        var type = c.Typed(0).ElementType;
        long bits = c.Int("bits", 4), block = c.Int("block_size", 128);
        bool isPacked = type == ElementType.UInt8;
        var data = isPacked ? Unpacked(c[0], bits) : c[0];
        var scale = c[2];
        int axis = c.Axis("quantize_axis", 1, data.Rank);
        var zero = c.Optional(3) is { } given ? Spread(isPacked ? Unpacked(given, bits).Narrow(-1, 0, scale.Shape[-1]) : given) : isPacked ? Tensor.Full(Shape.Scalar, 1 << (int)(bits - 1), scale.DType) : null;
        var numbers = data.To(scale.DType);
        if (zero is not null) numbers -= zero.To(scale.DType);
        int along = c.Axis("gather_axis", 0, data.Rank);
        return (numbers * Spread(scale)).IndexSelect(along, IndexingOperators.Places(c, 1, data.Shape[along]));

        Tensor Spread(Tensor x) => x.RepeatInterleave(block, axis).Narrow(axis, 0, data.Shape[axis]);
    }
}
