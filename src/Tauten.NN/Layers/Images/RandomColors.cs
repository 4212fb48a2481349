using System.Globalization;

namespace Tauten.NN;

/// <summary>The least and the largest value of an image: 0 to 255 for bytes, 0 to 1, or -1 to 1.</summary>
/// <param name="Low">Black.</param>
/// <param name="High">White.</param>
public readonly record struct ValueRange(double Low, double High)
{
    /// <summary>From one number to another.</summary>
    public static implicit operator ValueRange((double Low, double High) range) => new(range.Low, range.High);

    /// <summary>0 to 255, the range of images of bytes, unless another is given.</summary>
    internal static ValueRange Of(ValueRange? range, string layer)
    {
        var known = range ?? (0, 255);
        return known.Low < known.High ? known : throw new ArgumentOutOfRangeException(nameof(range), range, $"{layer}: expected a range from a number to a larger one.");
    }

    internal double Span => High - Low;

    internal Tensor Clip(Tensor x) => x.Clamp(Low, High);
}

/// <summary>Images to whose values a random part of the range is added, each by itself, in training.</summary>
/// <param name="factor">The part of the range.</param>
/// <param name="range">The values of images; 0 to 255 if left out. Results are limited to it.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var brighter = new RandomBrightness((0.2, 0.2), range: (0, 1));
/// Console.WriteLine(brighter.Call(Tensor.From([0.1f, 0.5f, 0.9f], [1, 1, 1, 3])).Flatten());    // [0.3000, 0.7000, 1.0000]
/// </code></example>
public sealed class RandomBrightness(FactorRange factor, ValueRange? range = null, Generator? generator = null) : RandomImageLayer(generator)
{
    readonly FactorRange factor = factor.Check(nameof(RandomBrightness), -1, 1);
    readonly ValueRange range = ValueRange.Of(range, nameof(RandomBrightness));

    private protected override Tensor Change(Tensor x) => range.Clip(x + Draw(x, factor) * range.Span);

    /// <inheritdoc/>
    protected override string Details() => $"{factor}";
}

/// <summary>Images whose distance from the mean of each channel is multiplied by 1 + factor, each by itself, in training: (x - mean) (1 + factor) + mean.</summary>
/// <param name="factor">0 changes nothing, -1 leaves the mean alone.</param>
/// <param name="range">The values of images; 0 to 255 if left out. Results are limited to it.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var duller = new RandomContrast((-0.5, -0.5), range: (0, 1));
/// Console.WriteLine(duller.Call(Tensor.From([0.1f, 0.5f, 0.9f], [1, 1, 1, 3])).Flatten());    // [0.3000, 0.5000, 0.7000]
/// </code></example>
public sealed class RandomContrast(FactorRange factor, ValueRange? range = null, Generator? generator = null) : RandomImageLayer(generator)
{
    readonly FactorRange factor = factor.Check(nameof(RandomContrast), -1);
    readonly ValueRange range = ValueRange.Of(range, nameof(RandomContrast));

    private protected override Tensor Change(Tensor x)
    {
        var mean = x.Mean([2, 3], keepDims: true);
        return range.Clip((x - mean) * (Draw(x, factor) + 1) + mean);
    }

    /// <inheritdoc/>
    protected override string Details() => $"{factor}";
}

/// <summary>
/// Images whose distance from their gray is multiplied by 1 + factor, each by itself, in training: (x - gray) (1 + factor) + gray, where gray is 0.2989 red + 0.587 green + 0.114 blue. Keras'
/// RandomColorDegeneration is that with factors from -1 to 0; its RandomSaturation goes by another formula.
/// </summary>
/// <param name="factor">0 changes nothing, -1 takes all color away.</param>
/// <param name="range">The values of images; 0 to 255 if left out. Results are limited to it.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var paler = new RandomSaturation((-0.5, -0.5));
/// Console.WriteLine(paler.Call(Tensor.From([200f, 100, 0], [1, 3, 1, 1])).Flatten());    // [159.2400, 109.2400,  59.2400]
/// </code></example>
public sealed class RandomSaturation(FactorRange factor, ValueRange? range = null, Generator? generator = null) : RandomImageLayer(generator)
{
    readonly FactorRange factor = factor.Check(nameof(RandomSaturation), -1);
    readonly ValueRange range = ValueRange.Of(range, nameof(RandomSaturation));

    private protected override Tensor Change(Tensor x)
    {
        var gray = Images.Gray(x, nameof(RandomSaturation));
        return range.Clip((x - gray) * (Draw(x, factor) + 1) + gray);
    }

    /// <inheritdoc/>
    protected override string Details() => $"{factor}";
}

/// <summary>Images whose hue is turned by a random part of the circle of colors, each by itself, in training: saturation and value of HSV stay.</summary>
/// <param name="factor">The part of the circle, at most 1/2 each way.</param>
/// <param name="range">The values of images; 0 to 255 if left out.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var turned = new RandomHue((1 / 3.0, 1 / 3.0));
/// Console.WriteLine(turned.Call(Tensor.From([255f, 0, 0], [1, 3, 1, 1])).Flatten());    // [  0, 255,   0]    red becomes green
/// </code></example>
public sealed class RandomHue(FactorRange factor, ValueRange? range = null, Generator? generator = null) : RandomImageLayer(generator)
{
    readonly FactorRange factor = factor.Check(nameof(RandomHue), -0.5, 0.5);
    readonly ValueRange range = ValueRange.Of(range, nameof(RandomHue));

    private protected override Tensor Change(Tensor x)
    {
        if (x.Shape[1].IsKnown && x.Shape[1] != 3) throw new ShapeException($"RandomHue: expected images with the channels red, green and blue, [.., 3, height, width]. Received: shape {x.Shape}.");
        var parts = ((x - range.Low) / range.Span).Chunk(3, 1);
        Tensor red = parts[0], green = parts[1], blue = parts[2], largest = red.Maximum(green).Maximum(blue), chroma = largest - red.Minimum(green).Minimum(blue);
        var divisor = Tensor.Where(chroma.EqualTo(0), 1, chroma);
        // In sixths of the circle.
        var hue = Tensor.Where(largest.EqualTo(red), (green - blue) / divisor, Tensor.Where(largest.EqualTo(green), (blue - red) / divisor + 2, (red - green) / divisor + 4)) + Draw(x, factor) * 6;
        return Tensor.Concat([Channel(5), Channel(3), Channel(1)], 1) * range.Span + range.Low;

        Tensor Channel(int from)
        {
            var k = (hue + from).Remainder(6);
            return largest - chroma * k.Minimum(4 - k).Clamp(0, 1);
        }
    }

    /// <inheritdoc/>
    protected override string Details() => $"{factor}";
}

/// <summary>Images made gray with some probability, each by itself, in training; they keep three channels.</summary>
/// <param name="probability">The probability.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var gray = new RandomGrayscale(probability: 1);
/// Console.WriteLine(gray.Call(Tensor.From([200f, 100, 0], [1, 3, 1, 1])).Flatten());    // [118.4800, 118.4800, 118.4800]
/// </code></example>
public sealed class RandomGrayscale(double probability = 0.5, Generator? generator = null) : RandomImageLayer(generator)
{
    readonly double probability = Probability(probability, nameof(RandomGrayscale));

    private protected override Tensor Change(Tensor x) => Tensor.Where(Chance(x, probability), Images.Gray(x, nameof(RandomGrayscale)), x);

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"probability {probability}");
}

/// <summary>Images whose values are mirrored in their range with some probability, each by itself, in training: low + high - x.</summary>
/// <param name="probability">The probability.</param>
/// <param name="range">The values of images; 0 to 255 if left out.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// Console.WriteLine(new RandomInvert(probability: 1).Call(Tensor.From([0f, 100, 255], [1, 1, 1, 3])).Flatten());    // [255, 155,   0]
/// </code></example>
public sealed class RandomInvert(double probability = 0.5, ValueRange? range = null, Generator? generator = null) : RandomImageLayer(generator)
{
    readonly double probability = Probability(probability, nameof(RandomInvert));
    readonly ValueRange range = ValueRange.Of(range, nameof(RandomInvert));

    private protected override Tensor Change(Tensor x) => Tensor.Where(Chance(x, probability), range.Low + range.High - x, x);

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"probability {probability}");
}

/// <summary>
/// Images blended with a smooth copy, each by itself, in training: smooth + (1 + factor) (x - smooth), where smooth is the mean of nine neighbours, the middle one five times; the border stays.
/// </summary>
/// <param name="factor">0 changes nothing, -1 gives the smooth image, above 0 it is sharpened.</param>
/// <param name="range">The values of images; 0 to 255 if left out. Results are limited to it.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var smooth = new RandomSharpness((-1, -1));
/// Console.WriteLine(smooth.Call(Tensor.From([0f, 0, 0, 0, 130, 0, 0, 0, 0], [1, 1, 3, 3])).Flatten(0, 2));
/// // [[ 0,  0,  0],
/// //  [ 0, 50,  0],
/// //  [ 0,  0,  0]]
/// </code></example>
public sealed class RandomSharpness(FactorRange factor, ValueRange? range = null, Generator? generator = null) : RandomImageLayer(generator)
{
    readonly FactorRange factor = factor.Check(nameof(RandomSharpness), -1);
    readonly ValueRange range = ValueRange.Of(range, nameof(RandomSharpness));

    private protected override Tensor Change(Tensor x)
    {
        if (x.Shape[2].Value < 3 || x.Shape[3].Value < 3) return x;
        var kernel = Tensor.From([1.0, 1, 1, 1, 5, 1, 1, 1, 1], Shape.Of(1, 1, 3, 3)).To(x.DType) / 13;
        var planes = x.Reshape([x.Shape[0] * x.Shape[1], 1, x.Shape[2], x.Shape[3]]);
        var inner = x.Narrow(2, 1, x.Shape[2] - 2).Narrow(3, 1, x.Shape[3] - 2);
        // What is to be added to the inner part, and nothing at the border.
        var distance = (inner - planes.Conv2d(kernel).Reshape(inner.Shape)) * Draw(x, factor);
        return range.Clip(x + distance.Pad([0, 0, 1, 1], [0, 0, 1, 1]));
    }

    /// <inheritdoc/>
    protected override string Details() => $"{factor}";
}

/// <summary>
/// Brightness, contrast, saturation and hue changed by random factors, each image by itself, in training, in an order that is drawn at each call: torchvision's ColorJitter. x f for brightness; for contrast
/// and saturation f x + (1 - f) y, where y is the mean of the gray of the whole image, and its gray; the hue is turned by a part of the circle.
/// </summary>
/// <param name="brightness">f is from 1 - this to 1 + this, and not below 0.</param>
/// <param name="contrast">Likewise.</param>
/// <param name="saturation">Likewise.</param>
/// <param name="hue">The part of the circle each way, at most 1/2.</param>
/// <param name="range">The values of images, of which the lower must be 0; 0 to 255 if left out. Results are limited to it.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var jitter = new ColorJitter(brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1, generator: new Generator(1));
/// Console.WriteLine(jitter.Call(Tensor.Full([2, 3, 8, 8], 100f)).Shape);    // [2, 3, 8, 8]
/// </code></example>
public sealed partial class ColorJitter(double brightness = 0, double contrast = 0, double saturation = 0, double hue = 0, ValueRange? range = null, Generator? generator = null) : RandomImageLayer(generator)
{
    readonly FactorRange brightness = Around(brightness), contrast = Around(contrast), saturation = Around(saturation);
    readonly ValueRange range = ValueRange.Of(range, nameof(ColorJitter)) is { Low: 0 } known ? known : throw new ArgumentOutOfRangeException(nameof(range), range, "ColorJitter: expected a range from 0.");
    readonly double hue = hue is >= 0 and <= 0.5 ? hue : throw new ArgumentOutOfRangeException(nameof(hue), hue, "ColorJitter: expected 0 to 0.5.");
    readonly RandomHue turn = new(hue, range, generator);

    static FactorRange Around(double strength) => strength >= 0 && double.IsFinite(strength) ? (Math.Max(0, 1 - strength), 1 + strength) : throw new ArgumentOutOfRangeException(nameof(strength), strength, "ColorJitter: expected 0 or more.");

    private protected override Tensor Change(Tensor x)
    {
        foreach (long which in Tensor.Permutation(4, Generator).ToArray<long>())
            x = which switch
            {
                0 when brightness.High > 1 => range.Clip(x * Draw(x, brightness)),
                1 when contrast.High > 1 => Blend(x, Images.Gray(x, nameof(ColorJitter)).Mean([1, 2, 3], keepDims: true), contrast),
                2 when saturation.High > 1 => Blend(x, Images.Gray(x, nameof(ColorJitter)), saturation),
                3 when hue > 0 => turn.Call(x),
                _ => x,
            };
        return x;
    }

    Tensor Blend(Tensor x, Tensor other, FactorRange factor) => range.Clip((x - other) * Draw(x, factor) + other);

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"brightness {brightness}, contrast {contrast}, saturation {saturation}, hue {hue}");
}

/// <summary>Images with so many bits for each value: the range is cut into 2^bits steps, and each value falls to the beginning of its step. The same in training and in use.</summary>
/// <param name="bits">1 to 8.</param>
/// <param name="range">The values of images; 0 to 255 if left out.</param>
/// <example><code>
/// Console.WriteLine(new Posterization(bits: 1).Call(Tensor.From([0f, 100, 128, 255], [1, 1, 4])).Flatten());    // [  0,   0, 128, 128]
/// </code></example>
public sealed class Posterization(int bits, ValueRange? range = null) : Module<Tensor, Tensor>
{
    readonly int bits = bits is >= 1 and <= 8 ? bits : throw new ArgumentOutOfRangeException(nameof(bits), bits, "Posterization: expected 1 to 8 bits.");
    readonly ValueRange range = ValueRange.Of(range, nameof(Posterization));

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        // As of bytes, of which the lower bits are set to 0.
        double step = 256 >> bits;
        return ((((x - range.Low) * (255 / range.Span)).Floor() / step).Floor() * step) * (range.Span / 255) + range.Low;
    }

    /// <inheritdoc/>
    protected override string Details() => $"{bits} bits";
}

/// <summary>Values from a threshold on mirrored in their range: x + addition below it, and low + high - (x + addition) from it on. The same in training and in use.</summary>
/// <param name="threshold">The threshold, as a value of the image.</param>
/// <param name="addition">What is added first; the sum is limited to the range.</param>
/// <param name="range">The values of images; 0 to 255 if left out.</param>
/// <example><code>
/// Console.WriteLine(new Solarization(threshold: 128).Call(Tensor.From([10f, 127, 128, 200], [1, 1, 4])).Flatten());    // [ 10, 127, 127,  55]
/// </code></example>
public sealed class Solarization(double threshold, double addition = 0, ValueRange? range = null) : Module<Tensor, Tensor>
{
    readonly ValueRange range = ValueRange.Of(range, nameof(Solarization));

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        var y = range.Clip(x + addition);
        return Tensor.Where(y < threshold, y, range.Low + range.High - y);
    }

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"threshold {threshold}, addition {addition}");
}

/// <summary>Each channel of images [.., height, width] spread over the whole range: (x - least) / (largest - least); one without spread stays. The same in training and in use.</summary>
/// <param name="range">The values of images; 0 to 255 if left out.</param>
/// <example><code>
/// Console.WriteLine(new AutoContrast().Call(Tensor.From([50f, 100, 150], [1, 1, 3])).Flatten());    // [  0.0000, 127.5000, 255.0000]
/// </code></example>
public sealed class AutoContrast(ValueRange? range = null) : Module<Tensor, Tensor>
{
    readonly ValueRange range = ValueRange.Of(range, nameof(AutoContrast));

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Images.Check(x, nameof(AutoContrast));
        Tensor least = x.Min([-2, -1], keepDims: true), span = x.Max([-2, -1], keepDims: true) - least;
        return Tensor.Where(span > 0, (x - least) / Tensor.Where(span > 0, span, 1) * range.Span + range.Low, x);
    }
}
