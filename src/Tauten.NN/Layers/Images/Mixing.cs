using System.Globalization;

namespace Tauten.NN;

/// <summary>
/// In training, each image of a batch and its label are mixed with another of the batch: share x + (1 - share) x', with a share from the distribution Beta(alpha, alpha) for each (Zhang et al.: "mixup:
/// Beyond Empirical Risk Minimization", 2018). Labels are vectors [batch, classes].
/// </summary>
/// <param name="alpha">Above 0: the larger, the nearer shares are to 1/2.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var mixUp = new MixUp(0.2, new Generator(1));
/// var (images, labels) = mixUp.Call(Tensor.Rand([4, 3, 8, 8]), Tensor.From([0L, 1, 2, 1]).OneHot(3));
/// Console.WriteLine(labels.Sum());    // 4
/// </code></example>
public sealed class MixUp(double alpha = 0.2, Generator? generator = null) : Module<(Tensor Images, Tensor Labels), (Tensor Images, Tensor Labels)>
{
    readonly double alpha = alpha > 0 ? alpha : throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "MixUp: expected a number above 0.");

    /// <summary>Images and labels, mixed.</summary>
    /// <exception cref="ShapeException">There is not a label for each image.</exception>
    public (Tensor Images, Tensor Labels) Call(Tensor images, Tensor labels) => Call((images, labels));

    /// <inheritdoc/>
    protected override (Tensor Images, Tensor Labels) Forward((Tensor Images, Tensor Labels) x)
    {
        Check(x.Images, x.Labels, nameof(MixUp));
        if (!IsTraining) return x;
        var share = Share(x.Images, alpha, generator);
        var order = Tensor.Permutation(x.Images.Shape[0], generator);
        return (Mixed(x.Images), Mixed(x.Labels));

        Tensor Mixed(Tensor all)
        {
            var part = share.Reshape([all.Shape[0], .. Enumerable.Repeat((Dim)1, all.Rank - 1)]).To(all.DType);
            return all * part + all.IndexSelect(0, order) * (1 - part);
        }
    }

    internal static void Check(Tensor images, Tensor labels, string layer)
    {
        if (images.Rank != 4 || labels.Rank != 2 || images.Shape[0] != labels.Shape[0]) throw new ShapeException($"{layer}: expected images [batch, channels, height, width] and labels [batch, classes]. Received: shapes {images.Shape} and {labels.Shape}.");
        if (!labels.DType.IsFloating() || !images.DType.IsFloating()) throw new DTypeException($"{layer}: expected floating-point images and labels. Received: {images.DType.Name()} and {labels.DType.Name()}. Use OneHot for numbers of classes.");
    }

    /// <summary>Numbers of the distribution Beta(alpha, alpha), [batch].</summary>
    internal static Tensor Share(Tensor images, double alpha, Generator? generator)
    {
        var two = Tensor.StandardGamma(Tensor.Full([images.Shape[0], 2], alpha), generator);
        return two.Select(1, 0) / two.Sum(1);
    }
}

/// <summary>
/// In training, a random rectangle of each image of a batch is replaced by that of another one, and labels are mixed by the areas (Yun et al.: "CutMix", 2019): the rectangle has the part 1 - share of
/// the area, with a share from the distribution Beta(alpha, alpha), as far as it lies within the image. Labels are vectors [batch, classes].
/// </summary>
/// <param name="alpha">Above 0: the larger, the nearer shares are to 1/2.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var cutMix = new CutMix(generator: new Generator(1));
/// var (images, labels) = cutMix.Call(Tensor.Rand([4, 3, 8, 8]), Tensor.From([0L, 1, 2, 1]).OneHot(3));
/// Console.WriteLine(images.Shape);     // [4, 3, 8, 8]
/// Console.WriteLine(labels.Sum(1));    // [1, 1, 1, 1]
/// </code></example>
public sealed class CutMix(double alpha = 1, Generator? generator = null) : Module<(Tensor Images, Tensor Labels), (Tensor Images, Tensor Labels)>
{
    readonly double alpha = alpha > 0 ? alpha : throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "CutMix: expected a number above 0.");

    /// <summary>Images and labels, mixed.</summary>
    /// <exception cref="ShapeException">There is not a label for each image.</exception>
    public (Tensor Images, Tensor Labels) Call(Tensor images, Tensor labels) => Call((images, labels));

    /// <inheritdoc/>
    protected override (Tensor Images, Tensor Labels) Forward((Tensor Images, Tensor Labels) x)
    {
        MixUp.Check(x.Images, x.Labels, nameof(CutMix));
        if (!IsTraining) return x;
        var side = (1 - MixUp.Share(x.Images, alpha, generator)).Sqrt();
        var inside = Rectangles.Of(x.Images, side, side, generator);
        var order = Tensor.Permutation(x.Images.Shape[0], generator);
        var images = Tensor.Where(inside, x.Images.IndexSelect(0, order), x.Images);
        var part = inside.To(x.Labels.DType).Mean([1, 2, 3]).Unsqueeze(1);
        return (images, x.Labels * (1 - part) + x.Labels.IndexSelect(0, order) * part);
    }
}

/// <summary>In training, a random rectangle of each image is filled with a value, with some probability (Zhong et al.: "Random Erasing Data Augmentation", 2020).</summary>
/// <param name="probability">The probability.</param>
/// <param name="height">The part of the height that the rectangle has; 0.02 to 0.33 if left out.</param>
/// <param name="width">The part of the width that it has; 0.02 to 0.33 if left out.</param>
/// <param name="value">What fills it.</param>
/// <param name="generator">Where the randomness comes from; the default generator if left out.</param>
/// <example><code>
/// var erasing = new RandomErasing(height: (0.5, 0.5), width: (0.5, 0.5), generator: new Generator(1));
/// Console.WriteLine(erasing.Call(Tensor.Ones([1, 1, 4, 4])).Flatten(0, 2));
/// // [[1, 1, 1, 1],
/// //  [1, 1, 1, 1],
/// //  [1, 0, 0, 1],
/// //  [1, 0, 0, 1]]
/// </code></example>
public sealed class RandomErasing(double probability = 1, FactorRange? height = null, FactorRange? width = null, double value = 0, Generator? generator = null) : RandomImageLayer(generator)
{
    readonly double probability = Probability(probability, nameof(RandomErasing));
    readonly FactorRange height = (height ?? (0.02, 0.33)).Check(nameof(RandomErasing), 0, 1), width = (width ?? (0.02, 0.33)).Check(nameof(RandomErasing), 0, 1);

    private protected override Tensor Change(Tensor x)
    {
        var inside = Rectangles.Of(x, Draw(x, height).Flatten(), Draw(x, width).Flatten(), Generator);
        return Tensor.Where(inside & Chance(x, probability), value, x);
    }

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"probability {probability}, height {height}, width {width}, value {value}");
}

/// <summary>Rectangles at random places.</summary>
static class Rectangles
{
    /// <summary>Which points lie in the rectangle of each image, bool [batch, 1, height, width]: its sides have these parts of those of the image [batch], its middle lies anywhere.</summary>
    public static Tensor Of(Tensor images, Tensor height, Tensor width, Generator? generator)
    {
        var middle = Tensor.Rand([images.Shape[0], 2], DType.Float32, generator);
        return Along(2, height, 0) & Along(3, width, 1);

        Tensor Along(int axis, Tensor part, int which)
        {
            long size = images.Shape[axis].Value;
            var centre = (middle.Select(1, which) * size).Floor();
            var half = part.To(DType.Float32) * (size / 2.0);
            Tensor start = (centre - half).Round(), end = (centre + half).Round();
            var places = Tensor.Arange(0, size, 1).Unsqueeze(0);
            return ((places >= start.Unsqueeze(1)) & (places < end.Unsqueeze(1))).Reshape(axis == 2 ? [images.Shape[0], 1, size, 1] : [images.Shape[0], 1, 1, size]);
        }
    }
}
