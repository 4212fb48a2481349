using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Operators on boxes in images.</summary>
static class RegionOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("MaxRoiPool", 1, MaxRoiPool),
        Of("NonMaxSuppression", 10, NonMaxSuppression),
        Of("RoiAlign", 10, RoiAlign),
    ];

    // Boxes are chosen greedily, the best first, where each depends on all before: on the host, when values are known.
    static Tensor NonMaxSuppression(Call c)
    {
        if (!c.IsKnown(0) || !c.IsKnown(1)) throw new NeedsValueException($"{c.Node}: which boxes stay is decided by their values.");
        Tensor boxes = c[0], scores = c[1];
        if (boxes.Rank != 3 || scores.Rank != 3 || boxes.Shape[2] != 4 || boxes.Shape[0] != scores.Shape[0] || boxes.Shape[1] != scores.Shape[2])
            throw new ModelFormatException($"expected boxes [batch, count, 4] and scores [batch, classes, count]. Received: {boxes.Shape} and {scores.Shape}.");
        long limit = c.Has(2) ? c.Long(2) : 0;
        double overlap = c.Has(3) ? c.Double(3) : 0, threshold = c.Has(4) ? c.Double(4) : double.NegativeInfinity;
        long batch = scores.Shape[0], classes = scores.Shape[1], count = scores.Shape[2];
        float[] corners = boxes.To(DType.Float32).ToArray<float>(), all = scores.To(DType.Float32).ToArray<float>();
        bool centered = c.Flag("center_point_box");
        var chosen = new List<long>();
        for (long n = 0; n < batch; n++)
        {
            var sides = new Box[count];
            for (long i = 0; i < count; i++) sides[i] = Box.Of(corners.AsSpan(checked((int)((n * count + i) * 4)), 4), centered);
            for (long k = 0; k < classes; k++)
            {
                long start = (n * classes + k) * count;
                var kept = new List<long>();
                foreach (long i in Enumerable.Range(0, (int)count).Where(i => all[start + i] > threshold).OrderByDescending(i => all[start + i]))
                {
                    if (kept.Count >= limit) break;
                    if (kept.TrueForAll(other => sides[i].Overlap(sides[other]) <= overlap)) kept.Add(i);
                }
                foreach (long i in kept) chosen.AddRange([n, k, i]);
            }
        }
        return Tensor.From([.. chosen], Shape.Of(chosen.Count / 3, 3));
    }

    readonly record struct Box(float Top, float Left, float Bottom, float Right)
    {
        public static Box Of(ReadOnlySpan<float> b, bool centered) => centered
            ? new(b[1] - b[3] / 2, b[0] - b[2] / 2, b[1] + b[3] / 2, b[0] + b[2] / 2)
            : new(Math.Min(b[0], b[2]), Math.Min(b[1], b[3]), Math.Max(b[0], b[2]), Math.Max(b[1], b[3]));

        float Area => (Bottom - Top) * (Right - Left);

        /// <summary>The area of the intersection, divided by that of the union.</summary>
        public float Overlap(Box other)
        {
            float height = Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top), width = Math.Min(Right, other.Right) - Math.Max(Left, other.Left);
            if (height <= 0 || width <= 0) return 0;
            float common = height * width;
            return common / (Area + other.Area - common);
        }
    }

    // He et al.: "Mask R-CNN", 2017: means, or largest, of samples between pixels in each cell of a grid over each box.
    static Tensor RoiAlign(Call c)
    {
        Tensor x = c[0], boxes = c[1], images = c[2].To(DType.Int64);
        long rows = c.Int("output_height", 1), columns = c.Int("output_width", 1), ratio = c.Int("sampling_ratio", 0);
        bool half = c.Text("coordinate_transformation_mode", c.Version >= 16 ? "half_pixel" : "output_half_pixel") == "half_pixel";
        bool takesMax = c.Text("mode", "avg") == "max";
        if (x.Rank != 4 || boxes.Rank != 2 || rows < 1 || columns < 1 || ratio < 0) throw new ModelFormatException($"expected an image [batch, channels, height, width], boxes [count, 4] and sizes of at least 1. Received: {x.Shape}, {boxes.Shape}.");
        var scaled = boxes * c.Float("spatial_scale", 1) - (half ? 0.5 : 0);
        if (ratio > 0) return Sampled(x, scaled, images, rows, columns, ratio, ratio, half, takesMax);
        // The number of samples follows from the size of each box.
        if (scaled.IsSymbolic) throw new NeedsValueException($"{c.Node}: the sizes of the boxes decide how many samples are taken.");
        float[] sides = scaled.To(DType.Float32).ToArray<float>();
        if (sides.Length == 0) return Tensor.Zeros([0, x.Shape[1], rows, columns], x.DType);
        var results = new Tensor[sides.Length / 4];
        c.Bounded(checked(rows * columns), "cells");
        for (int i = 0; i < results.Length; i++)
        {
            float width = sides[4 * i + 2] - sides[4 * i], height = sides[4 * i + 3] - sides[4 * i + 1];
            if (!half) (width, height) = (Math.Max(width, 1), Math.Max(height, 1));
            results[i] = Sampled(x, scaled.Narrow(0, i, 1), images.Narrow(0, i, 1), rows, columns, Count(height, rows), Count(width, columns), half, takesMax);
        }
        return Tensor.Concat(results);

        static long Count(float size, long cells) => float.IsFinite(size) && size / cells <= 4096 ? Math.Max(1, (long)MathF.Ceiling(size / cells)) : throw new ModelFormatException($"a box of size {size} is too large.");
    }

    static Tensor Sampled(Tensor x, Tensor boxes, Tensor images, long rows, long columns, long down, long across, bool half, bool takesMax)
    {
        Dim count = boxes.Shape[0], channels = x.Shape[1];
        Tensor left = boxes.Narrow(1, 0, 1), top = boxes.Narrow(1, 1, 1), width = boxes.Narrow(1, 2, 1) - left, height = boxes.Narrow(1, 3, 1) - top;
        // Boxes were at least a pixel large in the first version.
        if (!half) (width, height) = (width.Maximum(1), height.Maximum(1));
        Tensor y = Between(top, height, rows, down), at = Between(left, width, columns, across);
        var (low, high, share, inRows) = Neighbours(y, x.Shape[2]);
        var (first, second, part, inColumns) = Neighbours(at, x.Shape[3]);
        var pixels = x.Permute(0, 2, 3, 1).Reshape(x.Shape[0] * x.Shape[2] * x.Shape[3], channels);
        Tensor upper = share.Unsqueeze([2, 3]), side = part.Unsqueeze([1, 3]);
        // Of each sample the four pixels around it, weighted by how near they are.
        Tensor[] terms =
        [
            At(low, first) * ((1 - upper) * (1 - side)), At(low, second) * ((1 - upper) * side),
            At(high, first) * (upper * (1 - side)), At(high, second) * (upper * side),
        ];
        Tensor inside = (inRows.Unsqueeze([2, 3]) & inColumns.Unsqueeze([1, 3])).To(x.DType);
        Dims taps = [2, 4];
        Tensor cells = takesMax
            ? Grouped(terms[0]).Maximum(Grouped(terms[1])).Maximum(Grouped(terms[2]).Maximum(Grouped(terms[3]))).Max(taps)
            : Grouped(terms[0] + terms[1] + terms[2] + terms[3]).Mean(taps);
        return cells.Permute(0, 3, 1, 2);

        Tensor Grouped(Tensor samples) => (samples * inside).Reshape(count, rows, down, columns, across, channels);

        Tensor Between(Tensor start, Tensor size, long cells, long samples) =>
            start + size * ((Tensor.Arange(0, cells * samples, 1, x.DType) + 0.5) / (cells * samples)).Unsqueeze(0);

        Tensor At(Tensor row, Tensor column)
        {
            var place = (images.Unsqueeze(1) * Tensor.DimScalar(x.Shape[2], DType.Int64) + row).Unsqueeze(2) * Tensor.DimScalar(x.Shape[3], DType.Int64) + column.Unsqueeze(1);
            return pixels.IndexSelect(0, place);
        }

        static (Tensor Low, Tensor High, Tensor Share, Tensor Inside) Neighbours(Tensor place, Dim size)
        {
            var length = Tensor.DimScalar(size, place.DType);
            var inside = (place >= -1) & (place <= length);
            var limited = place.Maximum(0).Minimum(length - 1);
            var low = limited.Floor();
            return (low.To(DType.Int64), (low + 1).Minimum(length - 1).To(DType.Int64), limited - low, inside);
        }
    }

    // Girshick: "Fast R-CNN", 2015: the largest pixel in each cell of a grid over each box, whose sides are rounded to pixels.
    static Tensor MaxRoiPool(Call c)
    {
        var x = c[0];
        if (!c.IsKnown(1)) throw new NeedsValueException($"{c.Node}: the boxes decide which pixels are read.");
        long[] pooled = c.Ints("pooled_shape") ?? throw new ModelFormatException("the attribute pooled_shape is missing.");
        double scale = c.Float("spatial_scale", 1);
        double[] boxes = c.Doubles(1);
        c.Bounded(boxes.Length / 5 * checked(pooled.Aggregate(1L, (a, b) => a * b)), "cells");
        if (x.Rank != 4 || pooled.Length != 2 || c.ShapeOf(1).Rank != 2 || c.ShapeOf(1)[1] != 5 || pooled[0] < 1 || pooled[1] < 1) throw new ModelFormatException($"expected an image, boxes [count, 5] and two sizes. Received: {x.Shape} and {c.ShapeOf(1)}.");
        long height = x.Shape[2], width = x.Shape[3];
        var results = new List<Tensor>();
        for (int i = 0; i < boxes.Length; i += 5)
        {
            var image = x.Select(0, (long)boxes[i]);
            long left = Rounded(boxes[i + 1]), top = Rounded(boxes[i + 2]), right = Rounded(boxes[i + 3]), bottom = Rounded(boxes[i + 4]);
            double cellHeight = Math.Max(bottom - top + 1, 1) / (double)pooled[0], cellWidth = Math.Max(right - left + 1, 1) / (double)pooled[1];
            var cells = new List<Tensor>();
            for (long row = 0; row < pooled[0]; row++)
                for (long column = 0; column < pooled[1]; column++)
                {
                    long y0 = Inside(Math.Floor(row * cellHeight) + top, height), y1 = Inside(Math.Ceiling((row + 1) * cellHeight) + top, height);
                    long x0 = Inside(Math.Floor(column * cellWidth) + left, width), x1 = Inside(Math.Ceiling((column + 1) * cellWidth) + left, width);
                    cells.Add(y1 <= y0 || x1 <= x0 ? Tensor.Zeros([x.Shape[1]], x.DType) : image.Narrow(1, y0, y1 - y0).Narrow(2, x0, x1 - x0).Max([1, 2]));
                }
            results.Add(Tensor.Stack([.. cells], 1).Reshape(x.Shape[1], pooled[0], pooled[1]));
        }
        return results.Count == 0 ? Tensor.Zeros([0, x.Shape[1], pooled[0], pooled[1]], x.DType) : Tensor.Stack([.. results]);

        long Rounded(double side) => (long)Math.Round(side * scale, MidpointRounding.AwayFromZero);

        static long Inside(double place, long size) => (long)Math.Clamp(place, 0, size);
    }
}
