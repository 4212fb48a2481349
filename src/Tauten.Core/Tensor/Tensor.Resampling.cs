using System.Runtime.CompilerServices;
using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>
    /// The spatial axes of [batch, channels, spatial...] resampled to other sizes, one axis after the other; see <see cref="Ops.Resample"/>. The nearest modes
    /// take every dtype, so also masks and labels.
    /// </summary>
    /// <param name="size">The new sizes; one for all axes, or one for each.</param>
    /// <param name="mode">How values between elements are made.</param>
    /// <param name="alignCorners">Whether the outermost elements keep their places; for linear and cubic.</param>
    /// <param name="antialias">Whether all inputs count when the size shrinks; for linear and cubic.</param>
    /// <example><code>
    /// var x = Tensor.From([0f, 10]).Reshape(1, 1, 2);
    /// Console.WriteLine(x.Interpolate([4]));    // [[[ 0,  0, 10, 10]]]
    /// Console.WriteLine(x.Interpolate([5], InterpolationMode.Linear, alignCorners: true));    // [[[ 0.0000,  2.5000,  5.0000,  7.5000, 10.0000]]]
    /// </code></example>
    /// <exception cref="ShapeException">The shape does not fit, or the mode has no such option.</exception>
    public Tensor Interpolate(Shape size, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false, bool antialias = false)
    {
        int axes = CheckInterpolated(size.Rank, mode, alignCorners, antialias);
        return Resampled(size.Rank == axes ? size : Shape.Create([.. Enumerable.Repeat(size[0], axes)]), mode, default, alignCorners, antialias);
    }

    /// <summary>
    /// The spatial axes of [batch, channels, spatial...] resampled to <paramref name="scale"/> times their sizes, rounded down; see <see cref="Ops.Resample"/>.
    /// </summary>
    /// <inheritdoc cref="InterpolateBy(ReadOnlySpan{double}, InterpolationMode, bool, bool, bool)"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([1, 3, 8, 8]).InterpolateBy(2, InterpolationMode.Cubic).Shape);    // [1, 3, 16, 16]
    /// </code></example>
    public Tensor InterpolateBy(double scale, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false, bool antialias = false, bool recomputeScale = false) =>
        InterpolateBy([scale], mode, alignCorners, antialias, recomputeScale);

    /// <summary>
    /// The spatial axes of [batch, channels, spatial...] resampled to multiples of their sizes, rounded down; see <see cref="Ops.Resample"/>.
    /// </summary>
    /// <param name="scale">The factors; one for all axes, or one for each.</param>
    /// <param name="mode">How values between elements are made.</param>
    /// <param name="alignCorners">Whether the outermost elements keep their places; for linear and cubic.</param>
    /// <param name="antialias">Whether all inputs count when the size shrinks; for linear and cubic.</param>
    /// <param name="recomputeScale">Whether the step follows from the rounded sizes instead of the factors.</param>
    /// <exception cref="ShapeException">The shape does not fit, a factor is not positive, or the mode has no such option.</exception>
    public Tensor InterpolateBy(ReadOnlySpan<double> scale, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false, bool antialias = false, bool recomputeScale = false)
    {
        int axes = CheckInterpolated(scale.Length, mode, alignCorners, antialias);
        var sizes = new Dim[axes];
        var scales = new double[axes];
        for (int i = 0; i < axes; i++)
        {
            scales[i] = scale.Length == 1 ? scale[0] : scale[i];
            if (!(scales[i] > 0) || !double.IsFinite(scales[i])) throw new ShapeException($"InterpolateBy: a factor must be a positive number. Received: {scales[i]}.");
            sizes[i] = Times(Shape[i + 2], scales[i]);
        }
        return Resampled(Shape.Create(sizes), mode, recomputeScale ? default : scales, alignCorners, antialias);
    }

    // An unknown size is multiplied by a fraction of whole numbers.
    static Dim Times(Dim size, double scale)
    {
        if (size.IsKnown) return (long)Math.Floor(size.Value * scale);
        for (int divisor = 1; divisor <= 64; divisor++)
            if (Math.Abs(Math.Round(scale * divisor) - scale * divisor) < 1e-9) return size * (long)Math.Round(scale * divisor) / divisor;
        throw new ShapeException($"InterpolateBy: the size {size} is not known, and {scale} is not a fraction with a divisor of up to 64. Give the size instead.");
    }

    int CheckInterpolated(int given, InterpolationMode mode, bool alignCorners, bool antialias, [CallerMemberName] string op = "")
    {
        int axes = Rank - 2;
        if (axes < 1) throw new ShapeException($"{op}: expected an input [batch, channels, spatial axes...]. Received: {Shape}.");
        if (given != 1 && given != axes) throw new ShapeException($"{op}: expected one number, or one for each of the {axes} spatial axes of shape {Shape}. Received: {given}.");
        if (mode is not (InterpolationMode.Linear or InterpolationMode.Cubic) && (alignCorners || antialias))
            throw new ShapeException($"{op}: the mode {mode} can neither align corners nor avoid aliases. Use {nameof(InterpolationMode.Linear)} or {nameof(InterpolationMode.Cubic)}.");
        return axes;
    }

    /// <summary>The last axes resampled one by one. Those that shrink come first, so that little is left for the others.</summary>
    Tensor Resampled(Shape sizes, InterpolationMode mode, ReadOnlySpan<double> scales, bool alignCorners, bool antialias)
    {
        int axes = sizes.Rank, lead = Rank - axes;
        var y = this;
        bool shrinks = Shape[lead].IsKnown && sizes[0].IsKnown && sizes[0] < (long)Shape[lead];
        for (int i = 0; i < axes; i++)
        {
            int k = shrinks ? i : axes - 1 - i;
            double scale = scales.Length == 0 ? 0 : scales[k];
            if (scale == 0 && sizes[k] == y.Shape[lead + k]) continue;
            var op = new Resample(lead + k, sizes[k], mode, scale, alignCorners, antialias);
            // What only takes elements takes those of any dtype: masks and labels.
            bool takes = !DType.IsFloating() && mode is InterpolationMode.Nearest or InterpolationMode.NearestExact;
            y = takes && Shape.IsKnown ? y.IndexSelect(op.Axis, From(ResamplingMatrix.Of(op, Shape[op.Axis]).Columns)) : Dispatch.Run(op, y);
        }
        return y;
    }

    /// <inheritdoc cref="Ops.GridSample"/>
    /// <param name="grid">[batch, points..., spatial axes].</param>
    /// <param name="mode">Nearest, linear, or over two axes cubic.</param>
    /// <param name="padding">What lies outside of the image.</param>
    /// <param name="alignCorners">Whether -1 and 1 are the middles of the outer elements instead of their edges.</param>
    /// <example><code>
    /// var image = Tensor.From([0f, 10, 20, 30]).Reshape(1, 1, 2, 2);
    /// var center = Tensor.From([0f, 0]).Reshape(1, 1, 1, 2);        // x and y, from -1 to 1
    /// Console.WriteLine(image.GridSample(center).Flatten());    // [15]
    /// </code></example>
    /// <exception cref="ShapeException">Shapes do not fit, or the mode does not exist.</exception>
    public Tensor GridSample(Tensor grid, InterpolationMode mode = InterpolationMode.Linear, GridPadding padding = GridPadding.Zeros, bool alignCorners = false) =>
        Dispatch.Run(new GridSample(mode, padding, alignCorners), this, grid);

    /// <summary>
    /// The grid at which <see cref="GridSample(Tensor, InterpolationMode, GridPadding, bool)"/> must sample an image to map it by the affine matrices of
    /// this tensor, [batch, 2, 3] or [batch, 3, 4]: point (x, y[, z], 1) of the result, from -1 to 1, times the matrix.
    /// </summary>
    /// <param name="size">The shape of the result of sampling, [batch, channels, spatial...].</param>
    /// <param name="alignCorners">Whether -1 and 1 are the middles of the outer elements instead of their edges.</param>
    /// <returns>[batch, spatial..., 2 or 3].</returns>
    /// <example><code>
    /// var identity = Tensor.From([1f, 0, 0, 0, 1, 0]).Reshape(1, 2, 3);
    /// Console.WriteLine(identity.AffineGrid([1, 1, 2, 2], alignCorners: true).Squeeze());
    /// // [[[-1, -1],
    /// //   [ 1, -1]],
    /// //  [[-1,  1],
    /// //   [ 1,  1]]]
    /// </code></example>
    /// <exception cref="ShapeException">Shapes do not fit.</exception>
    public Tensor AffineGrid(Shape size, bool alignCorners = false)
    {
        int spatial = size.Rank - 2;
        if (spatial is not (2 or 3) || Rank != 3 || Shape[1] != spatial || Shape[2] != spatial + 1 || (Shape[0].IsKnown && size[0].IsKnown && Shape[0] != size[0]))
            throw new ShapeException($"AffineGrid: expected matrices [batch, 2, 3] and a size [batch, channels, height, width], or [batch, 3, 4] and one more axis. Received: {Shape} and {size}.");
        if (!DType.IsFloating()) throw new DTypeException($"AffineGrid: expected a floating-point dtype. Received: {DType.Name()}.");
        var grid = Along(spatial);
        for (int j = 0; j < spatial; j++)
        {
            // The last axis comes first in a point.
            int axis = spatial - 1 - j;
            Dim n = size[2 + axis];
            Tensor last = DimScalar(n - 1, DType), divisor = DimScalar(alignCorners ? Dim.Max(n - 1, 1) : n, DType);
            var at = (Arange(0, n, DType) * 2 - last) / divisor;
            grid += at.Reshape([n, .. Enumerable.Repeat((Dim)1, spatial - axis)]) * Along(j);
        }
        return grid;

        Tensor Along(int column) => Select(2, column).Reshape([Shape[0], .. Enumerable.Repeat((Dim)1, spatial), spatial]);
    }

    /// <summary>
    /// Channels moved into space: [.., channels * factor^2, height, width] becomes [.., channels, height * factor, width * factor]
    /// (Shi et al.: "Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network", 2016).
    /// </summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Arange(0, 4).Reshape(1, 4, 1, 1).PixelShuffle(2).Squeeze());
    /// // [[0, 1],
    /// //  [2, 3]]
    /// </code></example>
    /// <exception cref="ShapeException">The rank is less than 3, or the channels are not a multiple of factor^2.</exception>
    public Tensor PixelShuffle(long factor)
    {
        if (Rank < 3 || factor < 1 || (Shape[-3].IsKnown && Shape[-3] % (factor * factor) != 0))
            throw new ShapeException($"PixelShuffle: expected [.., channels, height, width] with a multiple of factor^2 channels. Received: {Shape} and factor {factor}.");
        Dim channels = Shape[-3] / (factor * factor), rows = Shape[-2], columns = Shape[-1];
        int lead = Rank - 3;
        var split = Reshape([.. Shape.Take(lead), channels, factor, factor, rows, columns]);
        return split.Permute([.. Enumerable.Range(0, lead + 1), lead + 3, lead + 1, lead + 4, lead + 2]).Reshape([.. Shape.Take(lead), channels, rows * factor, columns * factor]);
    }

    /// <summary>Space moved into channels, the inverse of <see cref="PixelShuffle"/>: [.., channels, height * factor, width * factor] becomes [.., channels * factor^2, height, width].</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([1, 3, 8, 8]).PixelUnshuffle(2).Shape);    // [1, 12, 4, 4]
    /// </code></example>
    /// <exception cref="ShapeException">The rank is less than 3, or height or width are not a multiple of the factor.</exception>
    public Tensor PixelUnshuffle(long factor)
    {
        if (Rank < 3 || factor < 1 || (Shape[-2].IsKnown && Shape[-2] % factor != 0) || (Shape[-1].IsKnown && Shape[-1] % factor != 0))
            throw new ShapeException($"PixelUnshuffle: expected [.., channels, height, width] with height and width multiples of the factor. Received: {Shape} and factor {factor}.");
        Dim channels = Shape[-3], rows = Shape[-2] / factor, columns = Shape[-1] / factor;
        int lead = Rank - 3;
        var split = Reshape([.. Shape.Take(lead), channels, rows, factor, columns, factor]);
        return split.Permute([.. Enumerable.Range(0, lead + 1), lead + 2, lead + 4, lead + 1, lead + 3]).Reshape([.. Shape.Take(lead), channels * (factor * factor), rows, columns]);
    }

    /// <summary>The channels of [batch, channels, ...] in another order: channel c of group g becomes channel c * groups + g (Zhang et al.: "ShuffleNet", 2017).</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Arange(0, 6).Reshape(1, 6, 1, 1).ChannelShuffle(2).Flatten());    // [0, 3, 1, 4, 2, 5]
    /// </code></example>
    /// <exception cref="ShapeException">The rank is less than 3, or the channels cannot be split into the groups.</exception>
    public Tensor ChannelShuffle(long groups)
    {
        if (Rank < 3 || groups < 1 || (Shape[1].IsKnown && Shape[1] % groups != 0))
            throw new ShapeException($"ChannelShuffle: expected [batch, channels, ...] with a multiple of groups channels. Received: {Shape} and {groups} groups.");
        return Reshape([Shape[0], groups, Shape[1] / groups, .. Shape.Skip(2)]).Transpose(1, 2).Reshape(Shape);
    }
}
