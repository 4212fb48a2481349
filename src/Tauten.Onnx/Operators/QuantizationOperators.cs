using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Numbers as few bits: x is about (q - zero point) * scale.</summary>
static class QuantizationOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("DequantizeLinear", 10, Dequantize),
        Of("DynamicQuantizeLinear", 11, c =>
        {
            var (numbers, scale, zero) = Dynamic(c[0]);
            return [numbers, scale, zero];
        }),
        Of("MatMulInteger", 10, c => MatMulInteger(c, 0, 2, 1, 3)),
        Of("QLinearMatMul", 10, QLinearMatMul),
        Of("QuantizeLinear", 10, c => Quantize(c)),
    ];

    /// <summary>A vector along an axis of a tensor of the given rank; one number stays one.</summary>
    internal static Tensor Along(Tensor vector, int axis, int rank) =>
        vector.Rank == 0 || (vector.Rank == 1 && vector.Shape[0] == 1) ? vector.Reshape(Shape.Scalar) : vector.Rank != 1 ? vector : vector.Reshape([vector.Shape[0], .. Enumerable.Repeat((Dim)1, rank - axis - 1)]);

    /// <summary>Scales or zero points in the shape of what they scale: one, one for each position of an axis, or one for each block along it.</summary>
    static Tensor Spread(Call c, Tensor scale, Shape x)
    {
        int axis = x.Rank == 0 ? 0 : Call.Axis(c.Int("axis", 1) is var a && a >= x.Rank && x.Rank == 1 ? 0 : a, x.Rank);
        long block = c.Int("block_size", 0);
        if (block <= 0 || scale.Rank < 1) return Along(scale, axis, x.Rank);
        var size = x[axis];
        var spread = scale.RepeatInterleave(block, axis);
        // The last block may be cut.
        return spread.Shape[axis].IsKnown && size.IsKnown && spread.Shape[axis] > (long)size ? spread.Narrow(axis, 0, size) : spread;
    }

    static OnnxValue Dequantize(Call c)
    {
        var (x, scale) = (c[0], c[1]);
        var dtype = c.Type("output_dtype") is { } type and not ElementType.Undefined ? type.Carrier() : scale.DType;
        var wide = x.DType == DType.Int32 || scale.DType == DType.Float64 ? DType.Float64 : DType.Float32;
        var value = x.To(wide);
        if (c.Optional(2) is { } zero) value -= Spread(c, zero.To(wide), x.Shape);
        return (value * Spread(c, scale.To(wide), x.Shape)).To(dtype);
    }

    static OnnxValue Quantize(Call c)
    {
        var (x, scale) = (c[0], c[1]);
        var type = c.Has(2) ? c.Typed(2).ElementType : c.Type("output_dtype") is { } given and not ElementType.Undefined ? given : ElementType.UInt8;
        var wide = x.DType == DType.Float64 ? DType.Float64 : DType.Float32;
        var value = x.To(wide) / Spread(c, scale.To(wide), x.Shape);
        if (type.IsSmallFloat()) return ConversionOperators.To(value, type, c.Flag("saturate", true), c);
        value = value.Round();
        if (c.Optional(2) is { } zero) value += Spread(c, zero.To(wide), x.Shape);
        var (low, high) = type.Range();
        return new OnnxTensor(value.Clamp(low, high).To(type.Carrier()), type);
    }

    /// <summary>The nearest integers, shifted by a zero point and limited to its type.</summary>
    internal static Tensor Rounded(Tensor x, Tensor zero)
    {
        var (low, high) = zero.DType.Range();
        return (x.Round() + zero.To(x.DType)).Clamp(low, high).To(zero.DType);
    }

    /// <summary>Bytes over the range of a tensor, which always holds 0, with their scale and zero point.</summary>
    internal static (Tensor Numbers, Tensor Scale, Tensor Zero) Dynamic(Tensor x)
    {
        Tensor low = x.Min().Minimum(0), high = x.Max().Maximum(0);
        var scale = (high - low) / 255;
        // Where all elements are 0, any scale does.
        scale = Tensor.Where(scale.EqualTo(0), 1, scale);
        var zero = (-low / scale).Round().Clamp(0, 255);
        return (((x / scale).Round() + zero).Clamp(0, 255).To(DType.UInt8), scale, zero.To(DType.UInt8));
    }

    static Tensor MatMulInteger(Call c, int a, int aZero, int b, int bZero)
    {
        if (!c.Has(aZero) && !c.Has(bZero) && c[a].Rank >= 2 && c[b].Rank >= 2) return c[a].MatMulInteger(c[b]);
        return Product(c, a, aZero, b, bZero);
    }

    static Tensor Product(Call c, int a, int aZero, int b, int bZero)
    {
        Tensor x = c[a].To(DType.Int32), y = c[b].To(DType.Int32);
        // A zero point for each row of the first, or each column of the second.
        if (c.Optional(aZero) is { } zero) x -= (zero.Rank == 1 && zero.Shape[0] != 1 ? zero.Unsqueeze(1) : zero.Rank == 1 ? zero.Reshape(Shape.Scalar) : zero).To(DType.Int32);
        if (c.Optional(bZero) is { } other) y -= (other.Rank == 1 && other.Shape[0] == 1 ? other.Reshape(Shape.Scalar) : other).To(DType.Int32);
        return x.MatMul(y);
    }

    static Tensor QLinearMatMul(Call c)
    {
        var sums = Product(c, 0, 2, 3, 5).To(DType.Float64);
        var rows = c[1].To(DType.Float64);
        if (rows.Rank == 1) rows = rows.Shape[0] == 1 ? rows.Reshape(Shape.Scalar) : rows.Unsqueeze(1);
        var columns = c[4].To(DType.Float64);
        if (columns.Rank == 1 && columns.Shape[0] == 1) columns = columns.Reshape(Shape.Scalar);
        var scale = c[6].To(DType.Float64);
        return Rounded(sums * rows * columns / (scale.Rank == 1 && scale.Shape[0] == 1 ? scale.Reshape(Shape.Scalar) : scale), c[7].Rank == 1 && c[7].Shape[0] == 1 ? c[7].Reshape(Shape.Scalar) : c[7]);
    }
}
