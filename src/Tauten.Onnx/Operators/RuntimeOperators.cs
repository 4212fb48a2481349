using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>The domain com.microsoft: operators that ONNX Runtime's tools write in place of several of the format's own.</summary>
static class RuntimeOperators
{
    public static IEnumerable<Operator> All =>
    [
        .. AttentionOperators.OfRuntime, .. RuntimeAttentionOperators.All, .. RuntimeWeightOperators.All,
        Of("BiasAdd", 1, c => c[0] + c[1] + c[2]),
        Of("BiasGelu", 1, c => (c[0] + c[1]).Gelu()),
        Of("BiasSplitGelu", 1, c =>
        {
            var halves = (c[0] + c[1]).Chunk(2, -1);
            return halves[0] * halves[1].Gelu();
        }),
        Of("CDist", 1, CDist),
        Of("ComplexMul", 1, c => Multiplied(c[0], c[1], conjugates: false)),
        Of("ComplexMulConj", 1, c => Multiplied(c[0], c[1], conjugates: true)),
        Of("DequantizeLinear", 1, c => OperatorTable.Find("", "DequantizeLinear", 21).Run(c)),
        Of("DynamicQuantizeLSTM", 1, DynamicQuantizeLstm),
        Of("DynamicQuantizeMatMul", 1, DynamicQuantizeMatMul),
        Of("EmbedLayerNormalization", 1, EmbedLayerNormalization),
        Of("ExpandDims", 1, c => c[0].Unsqueeze((int)c.Long(1))),
        Of("FastGelu", 1, c => (c.Has(1) ? c[0] + c[1] : c[0]).Gelu(approximate: true)),
        Of("FusedConv", 1, c =>
        {
            var y = ConvolutionOperators.Convolved(c, c[0], c[1], c.Optional(2));
            return Activated(c, c.Has(3) ? y + c[3] : y);
        }),
        Of("FusedGemm", 1, c => Activated(c, OperatorTable.Find("", "Gemm", 13).Run(c)[0]!.AsTensor())),
        Of("FusedMatMul", 1, FusedMatMul),
        Of("Gelu", 1, c => c[0].Gelu()),
        Of("GridSample", 1, c => OperatorTable.Find("", "GridSample", 16).Run(c)),
        Of("GroupNorm", 1, c => GroupNorm(c, c[0])),
        Of("Inverse", 1, c => Linalg.Inv(c[0])),
        Of("MatMulIntegerToFloat", 1, c => Scaled(c[0], c[1], c[2], c[3], c.Optional(4), c.Optional(5), c.Optional(6))),
        Of("NhwcMaxPool", 1, c => OperatorTable.Find("", "MaxPool", 12).Run(new Call(c.Node, [c[0].MoveAxis(-1, 1)], c.Interpreter))[0]!.AsTensor().MoveAxis(1, -1)),
        Of("Pad", 1, c => PaddingOperators.Padded(c, c.Longs(1), c.Optional(2))),
        Of("QEmbedLayerNormalization", 1, QuantizedEmbedLayerNormalization),
        Of("QGemm", 1, QGemm),
        Of("QLinearAdd", 1, c => Quantized(c, 6, Real(c, 0) + Real(c, 3))),
        Of("QLinearAveragePool", 1, c => Pooled(c, "AveragePool")),
        Of("QLinearConcat", 1, c => Quantized(c, 0, Tensor.Concat([.. Enumerable.Range(0, (c.Count - 2) / 3).Select(i => Real(c, 2 + 3 * i))], (int)c.Int("axis")))),
        Of("QLinearConv", 1, QLinearConv),
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
        Of("QLinearWhere", 1, c => Quantized(c, 7, Tensor.Where(c[0], Real(c, 1), Real(c, 4)))),
        Of("QuantizeLinear", 1, c => OperatorTable.Find("", "QuantizeLinear", 21).Run(c)),
        Of("QuickGelu", 1, c => c[0] * (c[0] * c.Float("alpha", 1.702f)).Sigmoid()),
        Of("SkipGroupNorm", 1, c =>
        {
            // What is skipped belongs to each pixel, or to the image.
            var skip = c[3].Rank == 2 ? c[3].Unsqueeze([1, 2]) : c[3];
            var sum = c[0] + skip;
            if (c.Optional(4) is { } bias) sum += bias;
            return [GroupNorm(c, sum), sum];
        }),
        Of("SkipLayerNormalization", 1, c => Skipped(c, c.Optional(4), (x, axes) =>
        {
            var centered = x - x.Mean(axes, keepDims: true);
            var y = centered * (centered.Square().Mean(axes, keepDims: true) + c.Float("epsilon", 1e-12f)).Rsqrt() * c[2];
            return c.Has(3) ? y + c[3] : y;
        })),
        Of("SkipSimplifiedLayerNormalization", 1, c => Skipped(c, c.Optional(3), (x, axes) => x * (x.Square().Mean(axes, keepDims: true) + c.Float("epsilon", 1e-12f)).Rsqrt() * c[2])),
        Of("TransposeMatMul", 1, FusedMatMul),
        Of("Trilu", 1, c => OperatorTable.Find("", "Trilu", 14).Run(c)),
        Of("Unique", 1, Unique),
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
        Tensor a = Turned(0, "A"), b = Turned(1, "B");
        double alpha = c.Float("alpha", 1);
        var y = a.MatMul(b);
        return alpha == 1 ? y : y * alpha;

        // The rows may lie in front of the batch.
        Tensor Turned(int input, string side)
        {
            var x = c[input];
            if (c.Flag($"transBatch{side}") && x.Rank > 2) x = x.MoveAxis(0, x.Rank - 2);
            return c.Flag($"trans{side}") && x.Rank > 1 ? x.Transpose(-1, -2) : x;
        }
    }

    static Tensor CDist(Call c)
    {
        var squares = (c[0].Unsqueeze(1) - c[1].Unsqueeze(0)).Square().Sum(-1);
        return c.Text("metric", "sqeuclidean") switch
        {
            "sqeuclidean" => squares,
            "euclidean" => squares.Sqrt(),
            var other => throw new ModelFormatException($"the metric must be sqeuclidean or euclidean. Received: {other}."),
        };
    }

    static Tensor Multiplied(Tensor a, Tensor b, bool conjugates)
    {
        Tensor real = a.Select(-1, 0), imaginary = a.Select(-1, 1), otherReal = b.Select(-1, 0), other = conjugates ? -b.Select(-1, 1) : b.Select(-1, 1);
        return Tensor.Stack([real * otherReal - imaginary * other, real * other + imaginary * otherReal], -1);
    }

    static Tensor GroupNorm(Call c, Tensor x)
    {
        bool channelsLast = c.Flag("channels_last", true);
        var image = channelsLast ? x.MoveAxis(-1, 1) : x;
        var y = image.To(DType.Float32).GroupNorm(checked((int)c.Int("groups")), c[1], c[2], c.Float("epsilon", 1e-5f));
        if (c.Int("activation", 0) == 1) y = y.Silu();
        return (channelsLast ? y.MoveAxis(1, -1) : y).To(x.DType);
    }

    static Tensor QLinearConv(Call c)
    {
        bool channelsLast = c.Flag("channels_last");
        OnnxValue?[] inputs = [.. c.Inputs];
        if (channelsLast) inputs[0] = c[0].MoveAxis(-1, 1);
        var y = OperatorTable.Find("", "QLinearConv", 10).Run(new Call(c.Node, inputs, c.Interpreter))[0]!.AsTensor();
        return channelsLast ? y.MoveAxis(1, -1) : y;
    }

    // Of a vector, in the order in which they occur first.
    static OnnxValue?[] Unique(Call c)
    {
        var (values, first, inverse, counts) = c[0].Flatten().UniqueAll(null);
        var order = first.ArgSort(0);
        return [values.IndexSelect(0, order), order.ArgSort(0).IndexSelect(0, inverse.Flatten()), counts.IndexSelect(0, order)];
    }

    // Tables of bytes, each with its scale and zero point.
    static OnnxValue?[] QuantizedEmbedLayerNormalization(Call c)
    {
        return Embedded(c, Table, null)[..2];

        Tensor Table(int input)
        {
            var numbers = c[input].To(DType.Float32);
            if (c.Optional(input + 11) is { } zero) numbers -= zero.To(DType.Float32);
            return numbers * c[input + 6];
        }
    }

    static OnnxValue?[] EmbedLayerNormalization(Call c) => Embedded(c, input => c[input], c.Optional(8));

    /// <summary>Rows of tables for words, places and segments, added up and normalized; how many words of each text a mask shows; and the sums.</summary>
    static OnnxValue?[] Embedded(Call c, Func<int, Tensor> table, Tensor? places)
    {
        var ids = c[0];
        var sum = table(2).IndexSelect(0, ids) + table(3).IndexSelect(0, places ?? Tensor.Arange(0, ids.Shape[1], DType.Int64));
        if (c.Has(1) && c.Has(4)) sum += table(4).IndexSelect(0, c[1]);
        var counts = c.Optional(7)?.Sum(1).To(DType.Int32) ?? Tensor.Zeros([ids.Shape[0]], DType.Int32);
        return [sum.LayerNorm(1, table(5), table(6), c.Float("epsilon", 1e-12f)), counts, sum];
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
    internal static Tensor Scaled(Tensor a, Tensor b, Tensor aScale, Tensor bScale, Tensor? aZero, Tensor? bZero, Tensor? bias)
    {
        Tensor x = a.To(DType.Int32), y = b.To(DType.Int32);
        if (aZero is not null) x -= aZero.To(DType.Int32);
        if (bZero is not null) y -= bZero.To(DType.Int32);
        var product = x.MatMul(y).To(aScale.DType) * (aScale * bScale);
        return bias is null ? product : product + bias;
    }

    static Tensor DynamicQuantizeMatMul(Call c)
    {
        var (numbers, step, zero) = QuantizationOperators.Dynamic(c[0]);
        return Scaled(numbers, c[1], step, c[2], zero, c.Optional(3), c.Optional(4));
    }

    // Inputs and states are rounded to as many steps as a byte has, each time over their own range.
    static OnnxValue?[] DynamicQuantizeLstm(Call c)
    {
        OnnxValue?[] inputs = [.. c.Inputs];
        Tensor weight = Weight(1, 8), recurrent = Weight(2, 10);
        OnnxValue?[] plain = [inputs[0], weight, recurrent, .. inputs[3..8]];
        return RecurrentOperators.Lstm(new Call(c.Node, plain, c.Interpreter), x =>
        {
            var (numbers, step, zero) = QuantizationOperators.Dynamic(x);
            return (numbers.To(x.DType) - zero.To(x.DType)) * step;
        });

        // [directions, inputs, gates] becomes [directions, gates, inputs].
        Tensor Weight(int input, int scale)
        {
            var w = c[input].To(DType.Float32);
            if (c.Optional(scale + 1) is { } zero) w -= Column(zero.To(DType.Float32));
            return (w * Column(c[scale])).Transpose(1, 2);
        }

        static Tensor Column(Tensor x) => x.Rank == 2 ? x.Unsqueeze(1) : x.Rank == 1 && x.Shape[0] != 1 ? x.Reshape(x.Shape[0], 1, 1) : x.Reshape(Shape.Scalar);
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
