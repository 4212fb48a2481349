using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Normalizations.</summary>
static class NormalizationOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("BatchNormalization", 1, BatchNormalization),
        Of("GroupNormalization", 18, GroupNormalization),
        Of("InstanceNormalization", 1, c => c[0].InstanceNorm(c[1], c[2], c.Float("epsilon", 1e-5f))),
        Of("LayerNormalization", 1, LayerNormalization),
        Of("LpNormalization", 1, LpNormalization),
        Of("LRN", 1, LocalResponse),
        Of("MeanVarianceNormalization", 9, MeanVariance),
        Of("RMSNormalization", 23, RootMeanSquare),
    ];

    static OnnxValue?[] BatchNormalization(Call c)
    {
        Tensor x = c[0], scale = c[1], bias = c[2], mean = c[3], variance = c[4];
        double epsilon = c.Float("epsilon", 1e-5f), momentum = c.Float("momentum", 0.9f);
        bool trains = c.Version >= 14 ? c.Flag("training_mode") : c.Version < 7 && !c.Flag("is_test") && c.OutputCount > 1;
        if (c.Version < 9 && !c.Flag("spatial", true))
        {
            // Each element of a sample has statistics of its own.
            var normal = (x - mean) / (variance + epsilon).Sqrt();
            return [normal * scale + bias];
        }
        // Statistics may be wider than the input.
        var dtype = x.DType;
        if (!trains) return [x.BatchNorm(mean.To(dtype), variance.To(dtype), scale.To(dtype), bias.To(dtype), epsilon)];
        var (batchMean, batchVariance) = x.BatchMoments();
        var y = x.BatchNorm(batchMean, batchVariance, scale.To(dtype), bias.To(dtype), epsilon);
        Tensor runningMean = mean * momentum + batchMean.To(mean.DType) * (1 - momentum), runningVariance = variance * momentum + batchVariance.To(variance.DType) * (1 - momentum);
        return c.Version >= 14 ? [y, runningMean, runningVariance] : [y, runningMean, runningVariance, batchMean, batchVariance];
    }

    static OnnxValue?[] LayerNormalization(Call c)
    {
        var x = c[0];
        int axis = c.Axis("axis", -1, x.Rank);
        double epsilon = c.Float("epsilon", 1e-5f);
        var axes = Dims.Create([.. Enumerable.Range(axis, x.Rank - axis).Select(i => (long)i)]);
        var behind = Shape.Create([.. x.Shape.Skip(axis)]);
        bool fits = c[1].Shape.Equals(behind) && (c.Optional(2) is not { } b || b.Shape.Equals(behind));
        if (fits && !c.Wants(1) && !c.Wants(2)) return [x.LayerNorm(x.Rank - axis, c[1], c.Optional(2), epsilon)];
        var wide = x.DType == DType.Float64 ? x : x.To(DType.Float32);
        var mean = wide.Mean(axes, keepDims: true);
        var centered = wide - mean;
        var inverse = (centered.Square().Mean(axes, keepDims: true) + epsilon).Rsqrt();
        var y = (centered * inverse).To(x.DType) * c[1];
        return [c.Optional(2) is { } bias ? y + bias : y, mean, inverse];
    }

    static Tensor RootMeanSquare(Call c)
    {
        var x = c[0];
        int axis = c.Axis("axis", -1, x.Rank);
        var axes = Dims.Create([.. Enumerable.Range(axis, x.Rank - axis).Select(i => (long)i)]);
        var wide = x.DType == DType.Float64 ? x : x.To(DType.Float32);
        return (wide * (wide.Square().Mean(axes, keepDims: true) + c.Float("epsilon", 1e-5f)).Rsqrt()).To(x.DType) * c[1];
    }

    // Scale and bias belonged to groups until version 21, and belong to channels since.
    static Tensor GroupNormalization(Call c)
    {
        var (x, scale, bias) = (c[0], c[1], c[2]);
        int groups = checked((int)c.Int("num_groups"));
        if (c.Version < 21)
        {
            long each = x.Shape[1] / groups;
            (scale, bias) = (scale.RepeatInterleave(each, 0), bias.RepeatInterleave(each, 0));
        }
        return x.GroupNorm(groups, scale, bias, c.Float("epsilon", 1e-5f));
    }

    static Tensor LpNormalization(Call c)
    {
        var x = c[0];
        var norm = x.Norm(c.Int("p", 2), c.Axis("axis", -1, x.Rank), keepDims: true);
        // A vector of zeros stays one.
        return Tensor.Where(norm.EqualTo(0), Tensor.ZerosLike(x), x / norm);
    }

    static Tensor LocalResponse(Call c)
    {
        var x = c[0];
        long size = c.Int("size");
        if (size < 1) throw new ModelFormatException($"the size must be at least 1. Received: {size}.");
        var sums = x.Square().Pad(1, (size - 1) / 2, size / 2).Unfold(1, size, 1).Sum(-1);
        return x / (sums * (c.Float("alpha", 1e-4f) / size) + c.Float("bias", 1)).Pow(c.Float("beta", 0.75f));
    }

    static Tensor MeanVariance(Call c)
    {
        var x = c[0];
        var axes = Dims.Create([.. (c.Ints("axes") ?? [0, 2, 3]).Select(a => (long)Call.Axis(a, x.Rank)).Order()]);
        var centered = x - x.Mean(axes, keepDims: true);
        return centered / (centered.Square().Mean(axes, keepDims: true).Sqrt() + 1e-9);
    }
}
