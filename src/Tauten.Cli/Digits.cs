using Tauten.Data;

namespace Tauten.Cli;

/// <summary>Images with their labels.</summary>
/// <param name="Images">[images, 1, 8, 8], from 0 (white) to 1 (black).</param>
/// <param name="Labels">[images], int64, the digits 0 to 9.</param>
sealed record LabeledImages(Tensor Images, Tensor Labels)
{
    /// <summary>The number of images.</summary>
    public int Count => (int)Images.Shape[0].Value;

    /// <summary>The images of a range.</summary>
    public LabeledImages this[Range range] => new(Images[range], Labels[range]);

    /// <summary>How many rows of <paramref name="logits"/> [images, classes] have their largest number at the label.</summary>
    public static long Hits(Tensor logits, Tensor labels) => logits.ArgMax(1).EqualTo(labels).To(DType.Int64).Sum().Item<long>();

    /// <summary>The images at positions (int64), in their order.</summary>
    public LabeledImages At(Tensor positions) => new(Images[positions], Labels[positions]);
}

/// <summary>
/// The 1,797 handwritten digits of the UCI machine learning repository, 8x8 pixels each; see <see cref="DataSets.Digits"/>.
/// People who wrote the first images did not write the last ones, so the test set asks for more than remembering hands.
/// </summary>
static class Digits
{
    /// <summary>Rows and columns of an image.</summary>
    public const int Side = 8;

    /// <summary>The number of classes.</summary>
    public const int Classes = 10;

    const float Black = 16;

    /// <summary>All images.</summary>
    public static LabeledImages All()
    {
        var (train, test) = Load();
        return new(Tensor.Concat([train.Images, test.Images], 0), Tensor.Concat([train.Labels, test.Labels], 0));
    }

    /// <summary>The images to learn from, and the last 360, which no choice may look at.</summary>
    public static (LabeledImages Train, LabeledImages Test) Load()
    {
        var digits = DataSets.Digits();
        return (Whole(digits.Train), Whole(digits.Test));
    }

    static LabeledImages Whole(Dataset<Sample> part) => part.Batch(int.MaxValue).First() is var (images, labels) ? new(images.To(DType.Float32) / Black, labels) : throw new InvalidOperationException();
}
