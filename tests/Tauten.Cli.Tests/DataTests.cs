namespace Tauten.Cli.Tests;

/// <summary>The embedded digits are those that src/Tauten.Data/Sets/README.md describes.</summary>
public sealed class DataTests
{
    [Fact]
    public void AllImagesAreThere()
    {
        var all = Digits.All();
        Assert.Equal(1797, all.Count);
        Assert.Equal(Shape.Of(1797, 1, 8, 8), all.Images.Shape);
        Assert.Equal([178, 182, 177, 183, 181, 182, 181, 179, 174, 180], LabelCounts(all));
    }

    [Fact]
    public void TheLast360AreForTesting()
    {
        var (train, test) = Digits.Load();
        Assert.Equal((1437, 360), (train.Count, test.Count));
        Assert.Equal([35, 36, 35, 37, 37, 37, 37, 36, 33, 37], LabelCounts(test));
    }

    [Fact]
    public void PixelsAreSixteenthsOfBlack()
    {
        var all = Digits.All();
        Assert.All(all.Images.ToArray<float>(), ink => Assert.True(ink is >= 0 and <= 1 && ink * 16 == MathF.Round(ink * 16)));
        Assert.Equal([0, 0, 5, 13, 9, 1, 0, 0], all.Images[0, 0, 0].ToArray<float>().Select(ink => (int)(ink * 16)));
    }

    [Fact]
    public void PositionsSelectImagesWithTheirLabels()
    {
        var all = Digits.All();
        var chosen = all.At(Tensor.From([3L, 1796L]));
        Assert.Equal([3, 8], chosen.Labels.ToArray<long>());
        Assert.Equal(all.Images[3].ToArray<float>(), chosen.Images[0].ToArray<float>());
    }

    static int[] LabelCounts(LabeledImages images) => [.. images.Labels.ToArray<long>().CountBy(label => label).OrderBy(pair => pair.Key).Select(pair => pair.Value)];
}
