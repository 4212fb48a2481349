using Tauten.NN;

namespace Tauten.Cli.Tests;

/// <summary>The same seed gives the same weights, bit by bit, whatever the number of threads.</summary>
public sealed class SameWeightsTests
{
    [Fact]
    public void DigitsAfterAnEpoch() => AssertSame(() => TrainedDigits(epochs: 1));

    [Fact, Trait("Category", "Slow")]
    public void DigitsAfterAWholeTraining() => AssertSame(() => TrainedDigits(epochs: 20));

    [Fact, Trait("Category", "Slow")]
    public void ANetOfTheSizeOfMnist() => AssertSame(TrainedMnist);

    [Fact]
    public void AnotherSeedGivesOtherWeights() => Assert.NotEqual(TrainedDigits(epochs: 1), TrainedDigits(epochs: 1, seed: 1));

    static void AssertSame(Func<byte[]> train)
    {
        byte[]? first = null;
        foreach (var (settings, weights) in WorkerSettings.Each(train))
            Assert.True(weights.AsSpan().SequenceEqual(first ??= weights), $"The weights differ from those of the first run: {settings}.");
    }

    static byte[] TrainedDigits(int epochs, ulong seed = 0)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, CommandRun.Of("train", "digits", "--epochs", $"{epochs}", "--seed", $"{seed}", "--out", folder.File("digits.safetensors")).ExitCode);
        return File.ReadAllBytes(folder.File("digits.safetensors"));
    }

    static byte[] TrainedMnist()
    {
        using var seeded = Generator.Use(new Generator(42));
        var (images, labels) = (Tensor.Randn([64, 1, 28, 28]), Tensor.RandInt(0, 10, [64]));
        var net = new Sequential(
            new Conv2d(1, 32, 3), new ReLU(), new Conv2d(32, 64, 3), new ReLU(), new MaxPool2d(2),
            new Flatten(), new Linear(9216, 128), new ReLU(), new Linear(128, 10));
        var criterion = new CrossEntropyLoss();
        var optimizer = new Adam(net.Parameters());
        for (int step = 0; step < 5; step++)
        {
            optimizer.ZeroGrad();
            criterion.Call(net.Call(images), labels).Backward();
            optimizer.Step();
        }
        return Safetensors.ToBytes(net.State());
    }
}
