using System.Globalization;

namespace Tauten.NN;

/// <summary>From where to where a random factor is spread evenly; a number f stands for -f to f.</summary>
/// <param name="Low">The least factor.</param>
/// <param name="High">The largest factor.</param>
public readonly record struct FactorRange(double Low, double High)
{
    /// <summary>-f to f.</summary>
    public static implicit operator FactorRange(double factor) => new(-factor, factor);

    /// <summary>From one number to another.</summary>
    public static implicit operator FactorRange((double Low, double High) range) => new(range.Low, range.High);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Low} to {High}");

    internal FactorRange Check(string layer, double least = double.NegativeInfinity, double largest = double.PositiveInfinity) =>
        Low <= High && Low >= least && High <= largest
            ? this
            : throw new ArgumentOutOfRangeException(nameof(FactorRange), this, string.Create(CultureInfo.InvariantCulture, $"{layer}: expected a factor from a number to one that is at least as large{(double.IsFinite(least) ? $", from {least} on" : "")}{(double.IsFinite(largest) ? $" and up to {largest}" : "")}."));
}

/// <summary>
/// What layers share that change images [batch, channels, height, width] at random: each image by itself, and in training only. A single image [channels, height, width] is a batch of one.
/// </summary>
public abstract class RandomImageLayer : Module<Tensor, Tensor>
{
    private protected readonly Generator? Generator;

    private protected RandomImageLayer(Generator? generator) => Generator = generator;

    /// <summary>The images, changed.</summary>
    private protected abstract Tensor Change(Tensor x);

    /// <summary>What is done in use.</summary>
    private protected virtual Tensor Keep(Tensor x) => x;

    /// <inheritdoc/>
    protected sealed override Tensor Forward(Tensor x)
    {
        if (x.Rank is not (3 or 4)) throw new ShapeException($"{TypeName}: expected images [batch, channels, height, width] or [channels, height, width]. Received: shape {x.Shape}.");
        if (!IsTraining) return Keep(x);
        return x.Rank == 4 ? Change(x) : Change(x.Unsqueeze(0)).Squeeze(0);
    }

    /// <summary>A number for each image, [batch, 1, 1, 1].</summary>
    private protected Tensor Draw(Tensor x, FactorRange range) => Tensor.Uniform(range.Low, range.High, [x.Shape[0], 1, 1, 1], Floating(x), Generator);

    /// <summary>True for each image with some probability, [batch, 1, 1, 1].</summary>
    private protected Tensor Chance(Tensor x, double probability) => Tensor.Rand([x.Shape[0], 1, 1, 1], DType.Float32, Generator) < probability;

    static DType Floating(Tensor x) => x.DType.IsFloating() ? x.DType : DType.Float32;

    private protected static double Probability(double probability, string layer) => probability is >= 0 and <= 1
        ? probability
        : throw new ArgumentOutOfRangeException(nameof(probability), probability, $"{layer}: expected a probability from 0 to 1.");
}

/// <summary>What lies outside of an image that is moved.</summary>
public enum ImageFill
{
    /// <summary>The image mirrored at its edges, the outer elements repeated: <c>b a | a b c | c b</c>.</summary>
    Reflect,
    /// <summary>One value.</summary>
    Constant,
    /// <summary>The image from its other end: <c>b c | a b c | a b</c>.</summary>
    Wrap,
    /// <summary>The nearest element of the edge: <c>a a | a b c | c c</c>.</summary>
    Nearest,
}

/// <summary>What layers share that move the points of images: each point of the result takes the value at an affine map of it.</summary>
public abstract class RandomAffineLayer : RandomImageLayer
{
    readonly ImageFill fill;
    readonly InterpolationMode mode;
    readonly double value;

    private protected RandomAffineLayer(ImageFill fill, InterpolationMode mode, double value, Generator? generator) : base(generator)
    {
        if (!Enum.IsDefined(fill)) throw new ArgumentOutOfRangeException(nameof(fill), fill, "Expected a member of ImageFill.");
        if (mode is not (InterpolationMode.Linear or InterpolationMode.Nearest)) throw new ArgumentOutOfRangeException(nameof(mode), mode, $"{TypeName}: expected {InterpolationMode.Linear} or {InterpolationMode.Nearest}.");
        (this.fill, this.mode, this.value) = (fill, mode, value);
    }

    /// <summary>
    /// The value at (a u + b v + right, c u + d v + down) for each point, where u and v are its distances from the middle to the right and down, in elements. Arguments are
    /// [batch, 1, 1, 1], or null for 1 (a, d) and 0.
    /// </summary>
    private protected Tensor Moved(Tensor x, Tensor? a = null, Tensor? b = null, Tensor? c = null, Tensor? d = null, Tensor? right = null, Tensor? down = null)
    {
        if (!x.DType.IsFloating()) throw new DTypeException($"{TypeName}: expected floating-point images. Received: {x.DType.Name()}. Convert with To(dtype).");
        long height = x.Shape[2].Value, width = x.Shape[3].Value;
        Tensor u = (Tensor.Arange(0, width, 1, x.DType) - (width - 1) / 2.0).Reshape(1, 1, width), v = (Tensor.Arange(0, height, 1, x.DType) - (height - 1) / 2.0).Reshape(1, height, 1);
        Tensor column = Sum(Times(a, u), b, v, right), row = Sum(Times(d, v), c, u, down);
        var image = x;
        if (fill == ImageFill.Wrap)
        {
            // Places within the image, and the first row and column once more behind the last ones.
            column = (column + (width - 1) / 2.0).Remainder(width) - width / 2.0;
            row = (row + (height - 1) / 2.0).Remainder(height) - height / 2.0;
            image = x.Pad([0, 0, 0, 0], [0, 0, 1, 1], PadMode.Circular);
        }
        else if (fill == ImageFill.Constant && value != 0) image = x - value;
        Shape points = [x.Shape[0], height, width];
        var grid = Tensor.Stack([(column * (2.0 / image.Shape[3].Value)).BroadcastTo(points), (row * (2.0 / image.Shape[2].Value)).BroadcastTo(points)], -1);
        var y = image.GridSample(grid, mode, fill switch { ImageFill.Reflect => GridPadding.Reflection, ImageFill.Constant => GridPadding.Zeros, _ => GridPadding.Border });
        return fill == ImageFill.Constant && value != 0 ? y + value : y;

        static Tensor Times(Tensor? factor, Tensor along) => factor is null ? along : factor.Squeeze(1) * along;

        static Tensor Sum(Tensor first, Tensor? factor, Tensor across, Tensor? shift)
        {
            var sum = factor is null ? first : first + factor.Squeeze(1) * across;
            return shift is null ? sum : sum + shift.Squeeze(1);
        }
    }
}
