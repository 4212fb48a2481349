namespace Tauten.Training;

/// <summary>How much two boxes are the same.</summary>
public enum BoxOverlap
{
    /// <summary>The area of both divided by the area of either.</summary>
    Intersection,
    /// <summary>That, less the share of the smallest box around both that is in neither (Rezatofighi et al.: "Generalized intersection over union", 2019).</summary>
    Generalized,
    /// <summary>The first, less the squared distance of the centres divided by that of the corners of the smallest box around both (Zheng et al.: "Distance-IoU loss", 2020).</summary>
    Distance,
    /// <summary>That, less a term for the difference of the ratios of width and height (Zheng et al., 2020).</summary>
    Complete,
}

/// <summary>Functions of boxes, which are rows (left, top, right, bottom).</summary>
public static class Boxes
{
    /// <summary>How much each box of one list is the same as each of another: float64 [n, m]. Boxes of no area have an intersection of 0.</summary>
    /// <param name="first">[n, 4].</param>
    /// <param name="second">[m, 4].</param>
    /// <param name="overlap">What is computed.</param>
    /// <exception cref="ShapeException">These are no lists of boxes.</exception>
    /// <exception cref="ArgumentException">A box ends before it begins.</exception>
    /// <example><code>
    /// var overlaps = Tauten.Training.Boxes.Overlaps(Tensor.From([0f, 0, 2, 2], [1, 4]), Tensor.From([0f, 1, 2, 3], [1, 4]));
    /// Console.WriteLine(overlaps.Sum());    // 0.3333
    /// </code></example>
    public static Tensor Overlaps(Tensor first, Tensor second, BoxOverlap overlap = BoxOverlap.Intersection)
    {
        double[] a = Read(first, nameof(first)), b = Read(second, nameof(second));
        int n = a.Length / 4, m = b.Length / 4;
        var all = new double[n * m];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < m; j++) all[i * m + j] = Of(a.AsSpan(4 * i, 4), b.AsSpan(4 * j, 4), overlap);
        return Tensor.From(all, [n, m]);
    }

    internal static double[] Read(Tensor boxes, string name)
    {
        ArgumentNullException.ThrowIfNull(boxes, name);
        if (boxes.Rank != 2 || boxes.Shape[1] != 4) throw new ShapeException($"Boxes: expected boxes [count, 4] as {name}. Received: {boxes.Shape}.");
        double[] all = boxes.Detach().To(DType.Float64).ToArray<double>();
        for (int i = 0; i < all.Length; i += 4)
            if (!(all[i] <= all[i + 2] && all[i + 1] <= all[i + 3]))
                throw new ArgumentException(FormattableString.Invariant($"Boxes: expected boxes (left, top, right, bottom). Received: ({all[i]:R}, {all[i + 1]:R}, {all[i + 2]:R}, {all[i + 3]:R}) in row {i / 4}."), name);
        return all;
    }

    internal static double Area(ReadOnlySpan<double> box) => (box[2] - box[0]) * (box[3] - box[1]);

    internal static double Common(ReadOnlySpan<double> a, ReadOnlySpan<double> b) =>
        Math.Max(0, Math.Min(a[2], b[2]) - Math.Max(a[0], b[0])) * Math.Max(0, Math.Min(a[3], b[3]) - Math.Max(a[1], b[1]));

    static double Of(ReadOnlySpan<double> a, ReadOnlySpan<double> b, BoxOverlap overlap)
    {
        double common = Common(a, b), either = Area(a) + Area(b) - common, share = either == 0 ? 0 : common / either;
        if (overlap == BoxOverlap.Intersection) return share;
        double width = Math.Max(a[2], b[2]) - Math.Min(a[0], b[0]), height = Math.Max(a[3], b[3]) - Math.Min(a[1], b[1]);
        if (overlap == BoxOverlap.Generalized) return width * height == 0 ? share : share - (width * height - either) / (width * height);
        double x = (a[0] + a[2] - b[0] - b[2]) / 2, y = (a[1] + a[3] - b[1] - b[3]) / 2, diagonal = width * width + height * height;
        double near = diagonal == 0 ? share : share - (x * x + y * y) / diagonal;
        if (overlap == BoxOverlap.Distance) return near;
        double turn = Math.Atan2(a[2] - a[0], a[3] - a[1]) - Math.Atan2(b[2] - b[0], b[3] - b[1]), v = 4 / (Math.PI * Math.PI) * turn * turn;
        return v == 0 ? near : near - v * v / (1 - share + v);
    }
}
