using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Images in other sizes.</summary>
static class ResizeOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("AffineGrid", 20, c => c[0].AffineGrid(Shape.Create(c.Sizes(1)), c.Flag("align_corners"))),
        Of("GridSample", 16, GridSample),
        Of("Resize", 10, Resize),
        Of("Upsample", 7, Upsample),
    ];

    static Tensor Upsample(Call c)
    {
        var x = c[0];
        double[] scales = c.Version >= 9 ? c.Doubles(1) : Array.ConvertAll(c.Floats("scales") ?? throw new ModelFormatException("the attribute scales is missing."), s => (double)s);
        var rule = new ResizeRule(Mode(c.Text("mode", "nearest")), "asymmetric", "floor", -0.75, false, 0, false);
        return Resized(c, x, [.. Enumerable.Range(0, x.Rank)], scales, null, rule, []);
    }

    static string Mode(string mode) => mode is "bilinear" or "trilinear" ? "linear" : mode is "bicubic" ? "cubic" : mode;

    static Tensor Resize(Call c)
    {
        var x = c[0];
        int[] axes = c.Ints("axes") is { } given ? [.. given.Select(a => Call.Axis(a, x.Rank))] : [.. Enumerable.Range(0, x.Rank)];
        // Version 10 knew scales only, and one way to find the places.
        bool isOld = c.Version < 11;
        double[]? scales = Given(isOld ? 1 : 2) ? c.Doubles(isOld ? 1 : 2) : null;
        long[]? sizes = !isOld && Given(3) ? c.Longs(3) : null;
        double[] region = !isOld && Given(1) ? c.Doubles(1) : [];
        var rule = new ResizeRule(
            Mode(c.Text("mode", "nearest")), isOld ? "asymmetric" : c.Text("coordinate_transformation_mode", "half_pixel"), isOld ? "floor" : c.Text("nearest_mode", "round_prefer_floor"),
            c.Float("cubic_coeff_a", -0.75f), c.Flag("exclude_outside"), c.Float("extrapolation_value", 0), c.Flag("antialias"));
        return Resized(c, x, axes, scales, sizes, rule, region);

        bool Given(int input) => c.Has(input) && c.ShapeOf(input) is var shape && !(shape.Rank > 0 && shape[0] == 0);
    }

    static Tensor Resized(Call c, Tensor x, int[] axes, double[]? scales, long[]? sizes, ResizeRule rule, double[] region)
    {
        if ((scales ?? sizes?.Select(s => (double)s).ToArray()) is not { } each || each.Length != axes.Length) throw new ModelFormatException($"expected scales or sizes for {axes.Length} axes.");
        var targets = new (double Scale, long Size)[axes.Length];
        for (int i = 0; i < axes.Length; i++)
        {
            // An axis that keeps its size need not be known.
            if (scales is not null && scales[i] == 1 && rule.Coordinates != "tf_crop_and_resize")
            {
                targets[i] = (1, -1);
                continue;
            }
            if (!x.Shape[axes[i]].IsKnown)
                throw new NeedsValueException($"{c.Node}: the size of axis {axes[i]} decides which elements are read.");
            long size = x.Shape[axes[i]];
            if (scales is not null && (!(scales[i] > 0) || !double.IsFinite(scales[i]))) throw new ModelFormatException($"a scale must be a positive number. Received: {scales[i]}.");
            targets[i] = scales is not null ? (scales[i], (long)Math.Floor(size * scales[i])) : ((double)sizes![i] / size, sizes[i]);
        }
        string policy = c.Text("keep_aspect_ratio_policy", "stretch");
        if (sizes is not null && policy != "stretch")
        {
            double scale = policy == "not_larger" ? targets.Min(t => t.Scale) : targets.Max(t => t.Scale);
            for (int i = 0; i < targets.Length; i++) targets[i] = (scale, (long)Math.Floor(scale * x.Shape[axes[i]] + 0.5));
        }
        var wide = x.DType.IsFloating() || rule.Mode == "nearest" ? x : x.To(DType.Float64);
        for (int i = 0; i < axes.Length; i++)
        {
            var (scale, size) = targets[i];
            if (size < 0 || (scale == 1 && size == x.Shape[axes[i]] && rule.Coordinates != "tf_crop_and_resize")) continue;
            double start = region.Length == 2 * axes.Length ? region[i] : 0, end = region.Length == 2 * axes.Length ? region[axes.Length + i] : 1;
            c.Bounded(size, "elements");
            wide = rule.Apply(wide, axes[i], scale, size, start, end);
        }
        if (wide.DType == x.DType) return wide;
        var (low, high) = x.DType.Range();
        return wide.Round().Clamp(low, high).To(x.DType);
    }

    static Tensor GridSample(Call c)
    {
        var mode = c.Text("mode", "linear") switch
        {
            "bilinear" or "linear" => InterpolationMode.Linear,
            "nearest" => InterpolationMode.Nearest,
            "bicubic" or "cubic" => InterpolationMode.Cubic,
            var other => throw new ModelFormatException($"the mode must be linear, nearest or cubic. Received: {other}."),
        };
        var padding = c.Text("padding_mode", "zeros") switch
        {
            "zeros" => GridPadding.Zeros,
            "border" => GridPadding.Border,
            "reflection" => GridPadding.Reflection,
            var other => throw new ModelFormatException($"the padding must be zeros, border or reflection. Received: {other}."),
        };
        return c[0].GridSample(c[1].To(c[0].DType), mode, padding, c.Flag("align_corners"));
    }
}
