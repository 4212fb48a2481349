using Tauten.Ops;
using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Convolutions, and what undoes their windows.</summary>
static class ConvolutionOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("Col2Im", 18, Col2Im),
        Of("Conv", 1, c => Convolved(c, c[0], c[1], c.Optional(2))),
        Of("ConvInteger", 10, ConvInteger),
        Of("ConvTranspose", 1, ConvTranspose),
        Of("DeformConv", 19, DeformConv),
        Of("QLinearConv", 10, QLinearConv),
    ];

    /// <summary>The convolution that a node's attributes describe.</summary>
    internal static Tensor Convolved(Call c, Tensor x, Tensor weight, Tensor? bias)
    {
        if (weight.Rank != x.Rank) throw new ModelFormatException($"a weight {weight.Shape} does not fit an input {x.Shape}.");
        var windows = WindowAttributes.Of(c, x.Shape, [.. weight.Shape.Skip(2)]);
        int groups = checked((int)c.Int("group", 1));
        if (groups < 1) throw new ModelFormatException($"the group must be at least 1. Received: {groups}.");
        if (windows.Spatial > 3) throw new UnsupportedModelException($"Convolutions over {windows.Spatial} spatial axes are not supported.");
        var op = new Convolution(Dims.Create(windows.Strides), Dims.Create(windows.Padding), Dims.Create(windows.Dilations), groups);
        return WithBias(Dispatch.Run(op, x, weight), bias);
    }

    static Tensor WithBias(Tensor y, Tensor? bias) => bias is null ? y : y + bias.Reshape([bias.Shape[0], .. Enumerable.Repeat((Dim)1, y.Rank - 2)]);

    // Sums of products of bytes are exact in 64-bit floating-point numbers, as long as there are fewer than 2^37 of them.
    static Tensor ConvInteger(Call c) => Convolved(c, Centered(c[0], c.Optional(2), 0), Centered(c[1], c.Optional(3), 0), null).To(DType.Int32);

    /// <summary>Integers without their zero point, which belongs to all, or to each position of an axis.</summary>
    static Tensor Centered(Tensor x, Tensor? zero, int axis)
    {
        var wide = x.To(DType.Float64);
        return zero is null ? wide : wide - QuantizationOperators.Along(zero.To(DType.Float64), axis, x.Rank);
    }

    static Tensor QLinearConv(Call c)
    {
        var sums = Convolved(c, Centered(c[0], c[2], 0), Centered(c[3], c[5], 0), c.Optional(8)?.To(DType.Float64));
        var factor = c[1].To(DType.Float64) * QuantizationOperators.Along(c[4].To(DType.Float64), 1, c[0].Rank) / c[6].To(DType.Float64);
        return QuantizationOperators.Rounded(sums * factor, c[7]);
    }

    static Tensor ConvTranspose(Call c)
    {
        var (x, weight) = (c[0], c[1]);
        var windows = WindowAttributes.Of(c, x.Shape, [.. weight.Shape.Skip(2)]);
        int spatial = windows.Spatial, groups = checked((int)c.Int("group", 1));
        if (groups < 1) throw new ModelFormatException($"the group must be at least 1. Received: {groups}.");
        if (spatial > 3) throw new UnsupportedModelException($"Convolutions over {spatial} spatial axes are not supported.");
        long[] longer = c.Ints("output_padding") ?? new long[spatial];
        var wanted = c.Ints("output_shape");
        if (longer.Length != spatial || (wanted is not null && wanted.Length != spatial && wanted.Length != x.Rank)) throw new ModelFormatException($"output_padding and output_shape need one number for each of {spatial} spatial axes.");
        string auto = c.Text("auto_pad", "NOTSET");
        // All that the windows reach, of which the padding is cut off at the end; output padding lies behind it.
        Dim[] full = [x.Shape[0], weight.Shape[1] * groups, .. Enumerable.Repeat((Dim)0, spatial)], sizes = [.. full], starts = [.. Enumerable.Repeat((Dim)0, x.Rank)];
        long[] behind = new long[x.Rank];
        for (int i = 0; i < spatial; i++)
        {
            full[i + 2] = (x.Shape[i + 2] - 1) * windows.Strides[i] + windows.Span(i);
            Dim reached = full[i + 2] + longer[i], low, size;
            if (wanted is not null || auto is "SAME_UPPER" or "SAME_LOWER")
            {
                size = wanted is null ? x.Shape[i + 2] * windows.Strides[i] : wanted[wanted.Length - spatial + i];
                Dim total = reached - size;
                low = auto == "SAME_UPPER" ? total / 2 : total - total / 2;
            }
            else (low, size) = (windows.Padding[i], reached - windows.Padding[i] - windows.Padding[spatial + i]);
            (starts[i + 2], sizes[i + 2]) = (low, size);
            // An output that is larger than what the windows reach ends with zeros.
            Dim beyond = low + size - full[i + 2];
            behind[i + 2] = beyond.IsKnown ? Math.Max(longer[i], beyond) : longer[i];
            if (low.IsKnown && low < 0) throw new ModelFormatException($"an output of {size} elements is more than the windows reach, {reached}, and the padding would begin before it.");
        }
        var forward = new Convolution(Dims.Create(windows.Strides), Dims.Repeat(0, 2 * spatial), Dims.Create(windows.Dilations), groups);
        var y = Dispatch.Run(new ConvolutionInputGradient(Shape.Create(full), forward), x, weight);
        if (behind.Any(n => n != 0)) y = y.Pad(Dims.Repeat(0, y.Rank), Dims.Create(behind));
        if (!y.Shape.Equals(Shape.Create(sizes))) y = Dispatch.Run(new Slice(Shape.Create(starts), Shape.Create(sizes), Dims.Repeat(1, y.Rank)), y);
        return WithBias(y, c.Optional(2));
    }

    static Tensor Col2Im(Call c)
    {
        var x = c[0];
        long[] image = c.Longs(1), block = c.Longs(2);
        int spatial = image.Length;
        long[] strides = c.Ints("strides") ?? Repeat(1), dilations = c.Ints("dilations") ?? Repeat(1), pads = c.Ints("pads") ?? [.. Repeat(0), .. Repeat(0)];
        if (x.Rank != 3 || block.Length != spatial || strides.Length != spatial || dilations.Length != spatial || pads.Length != 2 * spatial || block.Concat(strides).Concat(dilations).Any(n => n < 1))
            throw new ModelFormatException($"columns {x.Shape} do not fit an image and blocks of {spatial} axes.");
        Dim channels = x.Shape[1] / block.Aggregate(1L, (a, b) => checked(a * b));
        long[] padded = [.. image.Select((n, i) => n + pads[i] + pads[spatial + i])];
        Dim[] counts = [.. padded.Select((n, i) => (Dim)((n - (block[i] - 1) * dilations[i] - 1) / strides[i] + 1))];
        // [batch, channels, window.., positions..] becomes [batch, channels, positions.., window..], and windows that overlap add up.
        var windows = x.Reshape([x.Shape[0], channels, .. block.Select(n => (Dim)n), .. counts])
            .Permute([0, 1, .. Enumerable.Range(2 + spatial, spatial), .. Enumerable.Range(2, spatial)]);
        var sum = windows.OverlapAdd([x.Shape[0], channels, .. padded.Select(n => (Dim)n)], Dims.Create([.. Enumerable.Range(2, spatial).Select(i => (long)i)]), Dims.Create(strides), Dims.Create(dilations));
        return Dispatch.Run(new Slice([0, 0, .. pads[..spatial].Select(n => (Dim)n)], [x.Shape[0], channels, .. image.Select(n => (Dim)n)], Dims.Repeat(1, spatial + 2)), sum);

        long[] Repeat(long value) => [.. Enumerable.Repeat(value, spatial)];
    }

    // Dai et al.: "Deformable Convolutional Networks", 2017; with masks Zhu et al., 2019: each element of a window lies at a place of its own, between pixels.
    static Tensor DeformConv(Call c)
    {
        Tensor x = c[0], weight = c[1], offset = c[2];
        if (x.Rank != 4) throw new UnsupportedModelException($"DeformConv over {x.Rank - 2} spatial axes is not supported.");
        var windows = WindowAttributes.Of(c, x.Shape, [.. weight.Shape.Skip(2)]);
        long groups = c.Int("group", 1), offsetGroups = c.Int("offset_group", 1), rows = windows.Window[0], columns = windows.Window[1], taps = rows * columns;
        if (groups < 1 || offsetGroups < 1) throw new ModelFormatException("group and offset_group must be at least 1.");
        Dim batch = x.Shape[0], channels = x.Shape[1], height = offset.Shape[2], width = offset.Shape[3];
        // [batch, offset groups, taps, y or x, height, width], in pixels.
        var shift = offset.Reshape(batch, offsetGroups, taps, 2, height, width);
        Tensor y = Grid(0, height, [height, 1]) + shift.Select(3, 0), at = Grid(1, width, [1, width]) + shift.Select(3, 1);
        var image = x.Reshape(batch * offsetGroups, channels / offsetGroups, x.Shape[2], x.Shape[3]);
        // GridSample counts from -1 to 1 between the middles of the outer pixels.
        var grid = Tensor.Stack([Unit(at, x.Shape[3]), Unit(y, x.Shape[2])], -1).Reshape(batch * offsetGroups, taps * height, width, 2);
        var sampled = image.GridSample(grid, InterpolationMode.Linear, GridPadding.Zeros, alignCorners: true).Reshape(batch, offsetGroups, channels / offsetGroups, taps, height, width);
        if (c.Optional(4) is { } mask) sampled *= mask.Reshape(batch, offsetGroups, 1, taps, height, width);
        var outputs = weight.Shape[0];
        var patches = sampled.Reshape(batch, groups, channels / groups * taps, height * width);
        var product = weight.Reshape(groups, outputs / groups, channels / groups * taps).MatMul(patches);
        return WithBias(product.Reshape(batch, outputs, height, width), c.Optional(3));

        // Where the taps lie without an offset: [taps, height, width] after broadcasting.
        Tensor Grid(int axis, Dim count, Dim[] shape)
        {
            var starts = (Tensor.Arange(0, count, x.DType) * windows.Strides[axis] - windows.Padding[axis]).Reshape(shape);
            var inner = Tensor.From(Enumerable.Range(0, (int)taps).Select(t => (float)((axis == 0 ? t / columns : t % columns) * windows.Dilations[axis])).ToArray()).To(x.DType);
            return inner.Reshape(taps, 1, 1) + starts;
        }

        static Tensor Unit(Tensor place, Dim size) => place * 2 / Tensor.DimScalar(Dim.Max(size - 1, 1), place.DType) - 1;
    }
}
