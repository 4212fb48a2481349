using System.Globalization;

namespace Tauten.Agreement;

static class InterpolationArea
{
    static readonly (string Name, InterpolationMode Mode)[] flat = [("nearest", InterpolationMode.Nearest), ("nearest-exact", InterpolationMode.NearestExact), ("area", InterpolationMode.Area)];

    public static Area Calls { get; } = Make();

    static Area Make()
    {
        var area = new Area("interpolation");
        long[][] line = [[11], [3], [1]], plane = [[3, 8], [6, 2], [1, 5]], space = [[2, 3, 5]];
        foreach (var (axes, sizes, linear) in new[] { (1, line, "linear"), (2, plane, "bilinear"), (3, space, "trilinear") })
            foreach (long[] size in sizes)
            {
                string text = string.Join(',', size);
                foreach (var (name, mode) in flat) area[$"interpolate{axes}d {name} {text}"] = x => [x[0].Interpolate(Shape.Of(size), mode)];
                foreach (bool align in new[] { false, true })
                {
                    area[$"interpolate{axes}d {linear} {text}{Align(align)}"] = x => [x[0].Interpolate(Shape.Of(size), InterpolationMode.Linear, align)];
                    if (axes == 2) area[$"interpolate2d bicubic {text}{Align(align)}"] = x => [x[0].Interpolate(Shape.Of(size), InterpolationMode.Cubic, align)];
                }
            }
        foreach (var (name, mode) in flat.Append(("bilinear", InterpolationMode.Linear)).Append(("bicubic", InterpolationMode.Cubic)))
            foreach (double[] scale in new double[][] { [1.7, 0.6], [0.45, 1.3] })
                foreach (bool recomputed in new[] { false, true })
                    area[string.Create(CultureInfo.InvariantCulture, $"interpolate2d {name} by {scale[0]},{scale[1]}{(recomputed ? " recomputed" : "")}")] = x => [x[0].InterpolateBy(scale, mode, recomputeScale: recomputed)];
        area["interpolate2d nearest by 2"] = x => [x[0].InterpolateBy(2)];
        foreach (var (name, mode) in new[] { ("bilinear", InterpolationMode.Linear), ("bicubic", InterpolationMode.Cubic) })
            foreach (long[] size in new long[][] { [3, 2], [9, 2], [1, 1], [4, 5] })
                foreach (bool align in new[] { false, true })
                    area[$"interpolate2d {name} {string.Join(',', size)}{Align(align)} antialias"] = x => [x[0].Interpolate(Shape.Of(size), mode, align, antialias: true)];
        foreach (long size in new long[] { 21, 35, 49 }) area[$"interpolate1d nearest {size}"] = x => [x[0].Interpolate([size])];

        foreach (var (name, mode) in new[] { ("bilinear", InterpolationMode.Linear), ("nearest", InterpolationMode.Nearest), ("bicubic", InterpolationMode.Cubic) })
            foreach (var (outside, padding) in new[] { ("zeros", GridPadding.Zeros), ("border", GridPadding.Border), ("reflection", GridPadding.Reflection) })
                foreach (bool align in new[] { false, true })
                {
                    area[$"grid_sample2d {name} {outside}{Align(align)}"] = x => [x[0].GridSample(x[1], mode, padding, align)];
                    if (mode != InterpolationMode.Cubic) area[$"grid_sample3d {name} {outside}{Align(align)}"] = x => [x[0].GridSample(x[1], mode, padding, align)];
                }
        foreach (bool align in new[] { false, true })
            foreach (long[] size in new long[][] { [2, 1, 3, 4], [1, 1, 1, 3], [1, 2, 2, 3, 2] })
                area[$"affine_grid {string.Join(',', size)}{Align(align)}"] = x => [x[0].AffineGrid(Shape.Of(size), align)];
        return area;
    }

    static string Align(bool align) => align ? " align" : "";
}
