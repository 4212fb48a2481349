using System.Globalization;

namespace Tauten.NN;

/// <summary>How images are mirrored.</summary>
public enum FlipMode
{
    /// <summary>Left and right.</summary>
    Horizontal,
    /// <summary>Up and down.</summary>
    Vertical,
    /// <summary>Each of both by itself.</summary>
    Both,
}

/// <summary>Images mirrored with probability 1/2, each by itself, in training.</summary>
/// <param name="mode">How they are mirrored.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var flip = new RandomFlip(FlipMode.Horizontal, new Generator(3));
/// Console.WriteLine(flip.Call(Tensor.From([1f, 2, 1, 2, 1, 2, 1, 2], [4, 1, 1, 2])).Flatten(0, 2));
/// // [[1, 2],
/// //  [2, 1],
/// //  [1, 2],
/// //  [1, 2]]
/// </code></example>
public sealed class RandomFlip(FlipMode mode = FlipMode.Both, Generator? generator = null) : RandomImageLayer(generator)
{
    readonly FlipMode mode = Enum.IsDefined(mode) ? mode : throw new ArgumentOutOfRangeException(nameof(mode), mode, "Expected a member of FlipMode.");

    private protected override Tensor Change(Tensor x)
    {
        if (mode != FlipMode.Vertical) x = Tensor.Where(Chance(x, 0.5), x.Flip(3), x);
        return mode == FlipMode.Horizontal ? x : Tensor.Where(Chance(x, 0.5), x.Flip(2), x);
    }

    /// <inheritdoc/>
    protected override string Details() => $"{mode}";
}

/// <summary>
/// A window of each image at a random place, in training. In use, and where images are smaller than the window, they are resized, cropped to the ratio of the window.
/// </summary>
/// <example><code>
/// var crop = new RandomCrop(2, 2, new Generator(1));
/// Console.WriteLine(crop.Call(Tensor.Arange(0, 16).Reshape(1, 1, 4, 4)).Flatten(0, 2));
/// // [[ 8,  9],
/// //  [12, 13]]
/// </code></example>
public sealed class RandomCrop : RandomImageLayer
{
    readonly long height, width, padding;

    /// <summary>A layer without parameters.</summary>
    /// <param name="height">The height of the window.</param>
    /// <param name="width">The width of the window.</param>
    /// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
    /// <param name="padding">In training, images are first surrounded by so many zeros.</param>
    /// <exception cref="ShapeException">A size is less than 1, or the padding negative.</exception>
    public RandomCrop(long height, long width, Generator? generator = null, long padding = 0) : base(generator)
    {
        (this.height, this.width) = (Initial.Size(height, nameof(RandomCrop), nameof(height)), Initial.Size(width, nameof(RandomCrop), nameof(width)));
        this.padding = padding >= 0 ? padding : throw new ShapeException($"RandomCrop: expected a padding of 0 or more. Received: {padding}.");
    }

    private protected override Tensor Keep(Tensor x) => new Resizing(height, width, cropToAspectRatio: true).Call(x);

    private protected override Tensor Change(Tensor x)
    {
        if (padding > 0) x = x.Pad([0, 0, padding, padding], [0, 0, padding, padding]);
        long rows = x.Shape[2].Value - height, columns = x.Shape[3].Value - width;
        if (rows < 0 || columns < 0) return Keep(x);
        return Window(Window(x, 2, rows, height), 3, columns, width);
    }

    // From a random place of each image on.
    Tensor Window(Tensor x, int axis, long last, long size)
    {
        if (last == 0) return x;
        var start = Tensor.RandInt(0, last + 1, [x.Shape[0], 1, 1, 1], generator: Generator);
        var places = start + Tensor.Arange(size).Reshape(axis == 2 ? [size, 1] : [size]);
        return x.Gather(axis, places.BroadcastTo(axis == 2 ? [x.Shape[0], x.Shape[1], size, x.Shape[3]] : [x.Shape[0], x.Shape[1], x.Shape[2], size]));
    }

    /// <inheritdoc/>
    protected override string Details() => $"{height}, {width}{(padding > 0 ? $", padding {padding}" : "")}";
}

/// <summary>Images moved by a random part of their height and width, each by itself, in training.</summary>
/// <param name="height">The part of the height; positive moves down.</param>
/// <param name="width">The part of the width; positive moves to the right.</param>
/// <param name="fill">What lies outside.</param>
/// <param name="mode">How values between elements are found: linear or nearest.</param>
/// <param name="value">The value outside, where it is constant.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var moved = new RandomTranslation(height: 0, width: (0.25, 0.25), ImageFill.Constant);
/// Console.WriteLine(moved.Call(Tensor.From([1f, 2, 3, 4], [1, 1, 1, 4])).Flatten());    // [0, 1, 2, 3]
/// </code></example>
public sealed class RandomTranslation(
    FactorRange height, FactorRange width, ImageFill fill = ImageFill.Reflect, InterpolationMode mode = InterpolationMode.Linear, double value = 0, Generator? generator = null)
    : RandomAffineLayer(fill, mode, value, generator)
{
    readonly FactorRange height = height.Check(nameof(RandomTranslation)), width = width.Check(nameof(RandomTranslation));

    private protected override Tensor Change(Tensor x) => Moved(x, down: Draw(x, height) * -x.Shape[2].Value, right: Draw(x, width) * -x.Shape[3].Value);

    /// <inheritdoc/>
    protected override string Details() => $"height {height}, width {width}";
}

/// <summary>Images turned around their middle by a random part of a full turn, each by itself, in training.</summary>
/// <param name="factor">The part of a full turn; positive turns counterclockwise.</param>
/// <param name="fill">What lies outside.</param>
/// <param name="mode">How values between elements are found: linear or nearest.</param>
/// <param name="value">The value outside, where it is constant.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var turned = new RandomRotation((0.25, 0.25));
/// Console.WriteLine(turned.Call(Tensor.From([1f, 2, 3, 4], [1, 1, 2, 2])).Flatten(0, 2));
/// // [[2, 4],
/// //  [1, 3]]
/// </code></example>
public sealed class RandomRotation(FactorRange factor, ImageFill fill = ImageFill.Reflect, InterpolationMode mode = InterpolationMode.Linear, double value = 0, Generator? generator = null)
    : RandomAffineLayer(fill, mode, value, generator)
{
    readonly FactorRange factor = factor.Check(nameof(RandomRotation));

    private protected override Tensor Change(Tensor x)
    {
        var angle = Draw(x, factor) * (2 * Math.PI);
        Tensor cos = angle.Cos(), sin = angle.Sin();
        return Moved(x, cos, -sin, sin, cos);
    }

    /// <inheritdoc/>
    protected override string Details() => $"{factor}";
}

/// <summary>Images smaller or larger around their middle by a random factor, each by itself, in training: 1 + factor elements of the image become one.</summary>
/// <param name="height">Above 0 the image becomes lower, below 0 higher: 0.2 takes 20 % more of it.</param>
/// <param name="width">Likewise for the width; the factor of the height if left out, so that the ratio stays.</param>
/// <param name="fill">What lies outside.</param>
/// <param name="mode">How values between elements are found: linear or nearest.</param>
/// <param name="value">The value outside, where it is constant.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var smaller = new RandomZoom(height: 0, width: (1, 1), ImageFill.Constant);
/// Console.WriteLine(smaller.Call(Tensor.From([1f, 2, 3, 4], [1, 1, 1, 4])).Flatten());    // [0.0000, 1.5000, 3.5000, 0.0000]
/// </code></example>
public sealed class RandomZoom(
    FactorRange height, FactorRange? width = null, ImageFill fill = ImageFill.Reflect, InterpolationMode mode = InterpolationMode.Linear, double value = 0, Generator? generator = null)
    : RandomAffineLayer(fill, mode, value, generator)
{
    readonly FactorRange height = height.Check(nameof(RandomZoom), -1);
    readonly FactorRange? width = width?.Check(nameof(RandomZoom), -1);

    private protected override Tensor Change(Tensor x)
    {
        var rows = Draw(x, height) + 1;
        return Moved(x, a: width is { } own ? Draw(x, own) + 1 : rows, d: rows);
    }

    /// <inheritdoc/>
    protected override string Details() => $"height {height}{(width is { } own ? $", width {own}" : "")}";
}

/// <summary>Images slanted by random factors around their middle, each by itself, in training: a point takes the value at (u + horizontal v, v + vertical u).</summary>
/// <param name="horizontal">By how much a row is moved to the left for each row further down.</param>
/// <param name="vertical">By how much a column is moved up for each column further right.</param>
/// <param name="fill">What lies outside.</param>
/// <param name="mode">How values between elements are found: linear or nearest.</param>
/// <param name="value">The value outside, where it is constant.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var slanted = new RandomShear((1, 1), fill: ImageFill.Constant);
/// Console.WriteLine(slanted.Call(Tensor.From([1f, 2, 3, 1, 2, 3, 1, 2, 3], [1, 1, 3, 3])).Flatten(0, 2));
/// // [[0, 1, 2],
/// //  [1, 2, 3],
/// //  [2, 3, 0]]
/// </code></example>
public sealed class RandomShear(
    FactorRange horizontal, FactorRange vertical = default, ImageFill fill = ImageFill.Reflect, InterpolationMode mode = InterpolationMode.Linear, double value = 0, Generator? generator = null)
    : RandomAffineLayer(fill, mode, value, generator)
{
    readonly FactorRange horizontal = horizontal.Check(nameof(RandomShear)), vertical = vertical.Check(nameof(RandomShear));

    private protected override Tensor Change(Tensor x) => Moved(x, b: Draw(x, horizontal), c: Draw(x, vertical));

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"horizontal {horizontal}, vertical {vertical}");
}

/// <summary>
/// Images turned, moved, scaled and slanted at once around their middle, each by itself, in training: the map of torchvision's RandomAffine, whose inverse tells where each point of the result comes from. Turning is clockwise.
/// </summary>
/// <param name="degrees">The angle.</param>
/// <param name="down">The part of the height by which it is moved down, in whole elements.</param>
/// <param name="right">The part of the width by which it is moved to the right, in whole elements.</param>
/// <param name="scale">How many times as large it becomes; 1 if left out.</param>
/// <param name="shear">The angle in degrees by which columns lean.</param>
/// <param name="fill">What lies outside.</param>
/// <param name="mode">How values between elements are found: linear or nearest.</param>
/// <param name="value">The value outside, where it is constant.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var turned = new RandomAffine(degrees: (90, 90));
/// Console.WriteLine(turned.Call(Tensor.From([1f, 2, 3, 4], [1, 1, 2, 2])).Flatten(0, 2));
/// // [[3, 1],
/// //  [4, 2]]
/// </code></example>
public sealed class RandomAffine(
    FactorRange degrees, FactorRange down = default, FactorRange right = default, FactorRange? scale = null, FactorRange shear = default, ImageFill fill = ImageFill.Constant,
    InterpolationMode mode = InterpolationMode.Nearest, double value = 0, Generator? generator = null) : RandomAffineLayer(fill, mode, value, generator)
{
    readonly FactorRange degrees = degrees.Check(nameof(RandomAffine)), down = down.Check(nameof(RandomAffine), -1, 1), right = right.Check(nameof(RandomAffine), -1, 1);
    readonly FactorRange scale = (scale ?? (1, 1)).Check(nameof(RandomAffine), double.Epsilon), shear = shear.Check(nameof(RandomAffine), -89, 89);

    private protected override Tensor Change(Tensor x)
    {
        Tensor angle = Draw(x, degrees) * (Math.PI / 180), lean = (Draw(x, shear) * (Math.PI / 180)).Tan(), factor = Draw(x, scale);
        Tensor moveRight = (Draw(x, right) * x.Shape[3].Value).Round(), moveDown = (Draw(x, down) * x.Shape[2].Value).Round();
        // Rotation after shear: [cos, -cos lean - sin; sin, cos - sin lean], of which this is the inverse.
        Tensor cos = angle.Cos(), sin = angle.Sin();
        Tensor a = (cos - sin * lean) / factor, b = (cos * lean + sin) / factor, c = -sin / factor, d = cos / factor;
        return Moved(x, a, b, c, d, right: -(a * moveRight + b * moveDown), down: -(c * moveRight + d * moveDown));
    }

    /// <inheritdoc/>
    protected override string Details() => $"degrees {degrees}, down {down}, right {right}, scale {scale}, shear {shear}";
}
