using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>The domain com.microsoft: operators that ONNX Runtime's tools write in place of several of the format's own.</summary>
static class RuntimeOperators
{
    public static IEnumerable<Operator> All =>
    [
        .. AttentionOperators.OfRuntime,
        Of("BiasGelu", 1, c => (c[0] + c[1]).Gelu()),
        Of("BiasSplitGelu", 1, c =>
        {
            var halves = (c[0] + c[1]).Chunk(2, -1);
            return halves[0] * halves[1].Gelu();
        }),
        Of("DequantizeLinear", 1, c => OperatorTable.Find("", "DequantizeLinear", 21).Run(c)),
        Of("DynamicQuantizeLSTM", 1, DynamicQuantizeLstm),
        Of("DynamicQuantizeMatMul", 1, DynamicQuantizeMatMul),
        Of("EmbedLayerNormalization", 1, EmbedLayerNormalization),
        Of("FastGelu", 1, c => (c.Has(1) ? c[0] + c[1] : c[0]).Gelu(approximate: true)),
        Of("FusedConv", 1, c =>
        {
            var y = ConvolutionOperators.Convolved(c, c[0], c[1], c.Optional(2));
            return Activated(c, c.Has(3) ? y + c[3] : y);
        }),
        Of("FusedGemm", 1, c => Activated(c, OperatorTable.Find("", "Gemm", 13).Run(c)[0]!.AsTensor())),
        Of("FusedMatMul", 1, FusedMatMul),
        Of("Gelu", 1, c => c[0].Gelu()),
        Of("Inverse", 1, c => Linalg.Inv(c[0])),
        Of("MatMulIntegerToFloat", 1, c => Scaled(c, c[0], c[1], c[2], c[3], c.Optional(4), c.Optional(5), c.Optional(6))),
        Of("MatMulNBits", 1, MatMulNBits),
        Of("QGemm", 1, QGemm),
        Of("QLinearAdd", 1, c => Quantized(c, 6, Real(c, 0) + Real(c, 3))),
        Of("QLinearAveragePool", 1, c => Pooled(c, "AveragePool")),
        Of("QLinearConcat", 1, c => Quantized(c, 0, Tensor.Concat([.. Enumerable.Range(0, (c.Count - 2) / 3).Select(i => Real(c, 2 + 3 * i))], (int)c.Int("axis")))),
        Of("QLinearGlobalAveragePool", 1, c => Pooled(c, "GlobalAveragePool")),
        Of("QLinearLeakyRelu", 1, c => Quantized(c, 3, Real(c, 0).LeakyRelu(c.Float("alpha", 0.01f)))),
        Of("QLinearMul", 1, c => Quantized(c, 6, Real(c, 0) * Real(c, 3))),
        Of("QLinearReduceMean", 1, c =>
        {
            var x = Real(c, 0);
            var axes = Dims.Create([.. (c.Ints("axes") ?? [.. Enumerable.Range(0, x.Rank).Select(i => (long)i)]).Select(a => (long)Call.Axis(a, x.Rank)).Order()]);
            return Quantized(c, 3, x.Mean(axes, c.Flag("keepdims", true)));
        }),
        Of("QLinearSigmoid", 1, c => Quantized(c, 3, Real(c, 0).Sigmoid())),
        Of("QLinearSoftmax", 1, c => Quantized(c, 3, Real(c, 0).Softmax((int)c.Int("axis", -1)))),
        Of("QuantizeLinear", 1, c => OperatorTable.Find("", "QuantizeLinear", 21).Run(c)),
        Of("QuickGelu", 1, c => c[0] * (c[0] * c.Float("alpha", 1.702f)).Sigmoid()),
        Of("SkipLayerNormalization", 1, c => Skipped(c, c.Optional(4), (x, axes) =>
        {
            var centered = x - x.Mean(axes, keepDims: true);
            var y = centered * (centered.Square().Mean(axes, keepDims: true) + c.Float("epsilon", 1e-12f)).Rsqrt() * c[2];
            return c.Has(3) ? y + c[3] : y;
        })),
        Of("SkipSimplifiedLayerNormalization", 1, c => Skipped(c, c.Optional(3), (x, axes) => x * (x.Square().Mean(axes, keepDims: true) + c.Float("epsilon", 1e-12f)).Rsqrt() * c[2])),
    ];

    /// <summary>What exporters write into ONNX's own domain, though it is no operator of it.</summary>
    public static IEnumerable<Operator> InOwnDomain =>
    [
        Of("SimplifiedLayerNormalization", 1, c => OperatorTable.Find("", "RMSNormalization", 23).Run(c)),
    ];

    static OnnxValue?[] Skipped(Call c, Tensor? bias, Func<Tensor, Dims, Tensor> normalize)
    {
        var sum = c[0] + c[1];
        if (bias is not null) sum += bias;
        return [normalize(sum, -1), null, null, sum];
    }

    static Tensor Activated(Call c, Tensor x)
    {
        float[] parameters = c.Floats("activation_params") ?? [];
        float Parameter(int index, string name, double otherwise) => index < parameters.Length ? parameters[index] : (float)c.Float(name, otherwise);
        return c.Text("activation", "") switch
        {
            "" => x,
            "Relu" => x.Relu(),
            "Sigmoid" => x.Sigmoid(),
            "Tanh" => x.Tanh(),
            "LeakyRelu" => x.LeakyRelu(Parameter(0, "activation_alpha", 0.01)),
            "Clip" => x.Clamp(Parameter(0, "activation_alpha", double.NegativeInfinity), Parameter(1, "activation_beta", double.PositiveInfinity)),
            "HardSigmoid" => (x * Parameter(0, "activation_alpha", 0.2) + Parameter(1, "activation_beta", 0.5)).Clamp(0, 1),
            var other => throw new UnsupportedModelException($"The activation {other} of a fused operator is not supported."),
        };
    }

    static Tensor FusedMatMul(Call c)
    {
        if (c.Flag("transBatchA") || c.Flag("transBatchB")) throw new UnsupportedModelException("FusedMatMul with transposed axes of batches is not supported.");
        Tensor a = c.Flag("transA") && c[0].Rank > 1 ? c[0].Transpose(-1, -2) : c[0], b = c.Flag("transB") && c[1].Rank > 1 ? c[1].Transpose(-1, -2) : c[1];
        double alpha = c.Float("alpha", 1);
        var y = a.MatMul(b);
        return alpha == 1 ? y : y * alpha;
    }

    static OnnxValue?[] EmbedLayerNormalization(Call c)
    {
        var ids = c[0];
        var sum = c[2].IndexSelect(0, ids);
        sum += c[3].IndexSelect(0, c.Optional(8) ?? Tensor.Arange(0, ids.Shape[1], DType.Int64));
        if (c.Has(1) && c.Has(4)) sum += c[4].IndexSelect(0, c[1]);
        var y = sum.LayerNorm(1, c[5], c[6], c.Float("epsilon", 1e-12f));
        var counts = c.Optional(7)?.Sum(1).To(DType.Int32) ?? Tensor.Zeros([ids.Shape[0]], DType.Int32);
        return [y, counts, sum];
    }

    /// <summary>A quantized input with its scale and zero point behind it, as real numbers.</summary>
    static Tensor Real(Call c, int input)
    {
        var x = c[input].To(DType.Float32);
        if (c.Optional(input + 2) is { } zero) x -= zero.To(DType.Float32);
        return x * c[input + 1];
    }

    static Tensor Quantized(Call c, int scale, Tensor y) => QuantizationOperators.Rounded(y / c[scale], c.Optional(scale + 1) ?? Tensor.Zeros([], c[scale == 0 ? 2 : 0].DType));

    static Tensor Pooled(Call c, string name)
    {
        var x = Real(c, 0);
        bool channelsLast = c.Flag("channels_last");
        if (channelsLast) x = x.MoveAxis(-1, 1);
        var y = OperatorTable.Find("", name, 13).Run(new Call(c.Node, [x], c.Interpreter))[0]!.AsTensor();
        return Quantized(c, 3, channelsLast ? y.MoveAxis(1, -1) : y);
    }

    /// <summary>An integer product as real numbers.</summary>
    static Tensor Scaled(Call c, Tensor a, Tensor b, Tensor aScale, Tensor bScale, Tensor? aZero, Tensor? bZero, Tensor? bias)
    {
        Tensor x = a.To(DType.Int32), y = b.To(DType.Int32);
        if (aZero is not null) x -= aZero.To(DType.Int32);
        if (bZero is not null) y -= bZero.To(DType.Int32);
        var product = x.MatMul(y).To(DType.Float32) * (aScale * bScale);
        return bias is null ? product : product + bias;
    }

    static Tensor DynamicQuantizeMatMul(Call c)
    {
        var quantized = OperatorTable.Find("", "DynamicQuantizeLinear", 13).Run(new Call(c.Node, [c[0]], c.Interpreter));
        return Scaled(c, quantized[0]!.AsTensor(), c[1], quantized[1]!.AsTensor(), c[2], quantized[2]!.AsTensor(), c.Optional(3), c.Optional(4));
    }

    // The weights are quantized; what flows is not, which is nearer to the model that was quantized.
    static OnnxValue?[] DynamicQuantizeLstm(Call c)
    {
        OnnxValue?[] inputs = [.. c.Inputs];
        Tensor weight = Weight(1, 8), recurrent = Weight(2, 10);
        OnnxValue?[] plain = [inputs[0], weight, recurrent, .. inputs[3..8]];
        return OperatorTable.Find("", "LSTM", 14).Run(new Call(c.Node, plain, c.Interpreter));

        // [directions, inputs, gates] becomes [directions, gates, inputs].
        Tensor Weight(int input, int scale)
        {
            var w = c[input].To(DType.Float32);
            if (c.Optional(scale + 1) is { } zero) w -= Column(zero.To(DType.Float32));
            return (w * Column(c[scale])).Transpose(1, 2);
        }

        static Tensor Column(Tensor x) => x.Rank == 2 ? x.Unsqueeze(1) : x.Rank == 1 && x.Shape[0] != 1 ? x.Reshape(x.Shape[0], 1, 1) : x.Reshape(Shape.Scalar);
    }

    // Weights in blocks of few bits: [rows, blocks, bytes], several numbers in a byte, the low bits first.
    static Tensor MatMulNBits(Call c)
    {
        long inner = c.Int("K"), outer = c.Int("N"), bits = c.Int("bits", 4), block = c.Int("block_size");
        if (bits is not (2 or 4 or 8) || block < 1 || inner < 1 || outer < 1) throw new UnsupportedModelException($"MatMulNBits with {bits} bits in blocks of {block} is not supported.");
        if (c.Has(4)) throw new UnsupportedModelException("MatMulNBits with an order of its inputs is not supported.");
        var a = c[0];
        long blocks = (inner + block - 1) / block;
        var numbers = Unpacked(c[1].Reshape(outer, blocks, -1)).To(a.DType);
        var zero = c.Optional(3) is not { } given ? Tensor.Full(Shape.Scalar, 1 << (int)(bits - 1), a.DType)
            : given.DType == DType.UInt8 ? Unpacked(given.Reshape(outer, -1)).Narrow(1, 0, blocks).To(a.DType).Unsqueeze(2)
            : given.To(a.DType).Reshape(outer, blocks, 1);
        var weight = ((numbers - zero) * c[2].To(a.DType).Reshape(outer, blocks, 1)).Reshape(outer, blocks * block).Narrow(1, 0, inner);
        return a.Linear(weight, c.Optional(5));

        Tensor Unpacked(Tensor bytes)
        {
            if (bits == 8) return bytes;
            int each = (int)(8 / bits);
            var mask = Tensor.Full(Shape.Scalar, (1 << (int)bits) - 1, DType.UInt8);
            Tensor[] parts = [.. Enumerable.Range(0, each).Select(i => (i == 0 ? bytes : bytes >> (int)(i * bits)) & mask)];
            return Tensor.Stack(parts, -1).Flatten(-2, -1);
        }
    }

    static OnnxValue QGemm(Call c)
    {
        Tensor a = c[0].To(DType.Int32) - c[2].To(DType.Int32), b = c[3].To(DType.Int32) - c[5].To(DType.Int32);
        if (c.Flag("transA")) a = a.T;
        if (c.Flag("transB")) b = b.T;
        var sums = a.MatMul(b);
        if (c.Optional(6) is { } bias) sums += bias;
        var y = sums.To(DType.Float32) * (c[1] * c[4] * c.Float("alpha", 1));
        return c.Has(7) ? QuantizationOperators.Rounded(y / c[7], c[8]) : y;
    }
}
