using System.Globalization;

namespace Tauten.NN;

/// <summary>
/// A few changes of each image in training, drawn for it from fourteen, all equally strong (Cubuk et al.: "RandAugment: Practical Automated Data Augmentation with a Reduced Search Space", 2020): none, shear,
/// translation (both along either axis), rotation, brightness, color, contrast, sharpness, posterization, solarization, contrast to the full range, equalization. Strengths are those of torchvision. What is
/// drawn decides what is computed, so that it belongs into the preparation of data and not into a captured graph.
/// </summary>
/// <example><code>
/// var augment = new RandAugment(generator: new Generator(1));
/// Console.WriteLine(augment.Call(Tensor.Full([2, 3, 16, 16], 100f)).Shape);    // [2, 3, 16, 16]
/// </code></example>
public sealed partial class RandAugment : RandomAffineLayer
{
    const int Kinds = 14;
    const double MostShear = 0.3, MostTranslation = 150.0 / 331, MostDegrees = 30, MostBlend = 0.9;

    readonly int count, magnitude, bins;
    readonly ValueRange range;
    readonly AutoContrast spread;
    readonly Equalization equalize;

    /// <summary>A layer without parameters.</summary>
    /// <param name="count">How many changes each image gets.</param>
    /// <param name="magnitude">How strong they are.</param>
    /// <param name="bins">Of how many strengths, from none to the most.</param>
    /// <param name="range">The values of images; 0 to 255 if left out.</param>
    /// <param name="value">The value outside of what is moved.</param>
    /// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative, or the magnitude is not below the number of bins.</exception>
    public RandAugment(int count = 2, int magnitude = 9, int bins = 31, ValueRange? range = null, double value = 0, Generator? generator = null) : base(ImageFill.Constant, InterpolationMode.Nearest, value, generator)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 2);
        ArgumentOutOfRangeException.ThrowIfNegative(magnitude);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(magnitude, bins);
        (this.count, this.magnitude, this.bins, this.range) = (count, magnitude, bins, ValueRange.Of(range, nameof(RandAugment)));
        (spread, equalize) = (new(range), new(256, range));
    }

    private protected override Tensor Change(Tensor x)
    {
        if (count == 0) return x;
        long images = x.Shape[0].Value;
        long[] kinds = Tensor.RandInt(0, Kinds, [images, count], generator: Generator).ToArray<long>(), signs = Tensor.RandInt(0, 2, [images, count], generator: Generator).ToArray<long>();
        var changed = new Tensor[images];
        for (int i = 0; i < images; i++)
        {
            changed[i] = x.Narrow(0, i, 1);
            for (int k = 0; k < count; k++) changed[i] = Apply(changed[i], (int)kinds[i * count + k], signs[i * count + k] == 0 ? 1 : -1);
        }
        return Tensor.Concat(changed, 0);
    }

    /// <summary>One of the changes, at the strength of this layer.</summary>
    internal Tensor Apply(Tensor x, int kind, int sign)
    {
        double strength = magnitude / (bins - 1.0), signed = sign * strength, height = x.Shape[2].Value, width = x.Shape[3].Value;
        switch (kind)
        {
            // Shear leaves the first row and column in their places.
            case 1: return Shifted(b: signed * MostShear, right: signed * MostShear * height / 2);
            case 2: return Shifted(c: signed * MostShear, down: signed * MostShear * width / 2);
            case 3: return Shifted(right: -(int)(signed * MostTranslation * width));
            case 4: return Shifted(down: -(int)(signed * MostTranslation * height));
            case 5:
                double angle = signed * MostDegrees * Math.PI / 180, cos = Math.Cos(angle), sin = Math.Sin(angle);
                return Moved(x, One(cos), One(-sin), One(sin), One(cos));
            case 6: return Blend(One(range.Low));
            case 7: return x.Shape[1] == 3 ? Blend(Images.Gray(x, nameof(RandAugment))) : x;
            case 8: return Blend((x.Shape[1] == 3 ? Images.Gray(x, nameof(RandAugment)) : x).Mean([1, 2, 3], keepDims: true));
            case 9: return new RandomSharpness((signed * MostBlend, signed * MostBlend), range, Generator).Call(x);
            case 10: return (int)Math.Round(8 - 4 * strength) is var bits && bits < 8 ? new Posterization(Math.Max(1, bits), range).Call(x) : x;
            case 11: return new Solarization(range.High - strength * range.Span + (strength == 0 ? range.Span : 0), 0, range).Call(x);
            case 12: return spread.Call(x);
            case 13: return equalize.Call(x);
            default: return x;
        }

        Tensor One(double number) => Tensor.Full([1, 1, 1, 1], number, x.DType);

        Tensor Shifted(double b = 0, double c = 0, double right = 0, double down = 0) => Moved(x, null, One(b), One(c), null, One(right), One(down));

        Tensor Blend(Tensor other) => range.Clip((x - other) * (1 + signed * MostBlend) + other);
    }

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"{count} of {Kinds}, magnitude {magnitude} of {bins}");
}
