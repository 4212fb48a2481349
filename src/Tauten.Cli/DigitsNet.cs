using Tauten.NN;

namespace Tauten.Cli;

/// <summary>What the network reads in an image.</summary>
/// <param name="Digit">The most probable digit.</param>
/// <param name="Probability">How probable the network holds it, 0 to 1.</param>
readonly record struct DigitReading(long Digit, float Probability);

/// <summary>A small convolutional network: images [n, 1, 8, 8] to logits [n, 10].</summary>
sealed partial class DigitsNet : Module<Tensor, Tensor>
{
    readonly Conv2d conv1 = new(1, 16, 3, padding: 1);
    readonly BatchNorm2d norm1 = new(16);
    readonly Conv2d conv2 = new(16, 32, 3, padding: 1);
    readonly BatchNorm2d norm2 = new(32);
    readonly Linear hidden = new(32 * 4 * 4, 64);
    readonly Linear output = new(64, Digits.Classes);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor images)
    {
        var x = norm1.Call(conv1.Call(images)).Relu();
        x = norm2.Call(conv2.Call(x)).Relu().MaxPool2d(2);
        x = hidden.Call(x.Flatten(1)).Relu();
        return output.Call(x);
    }

    /// <summary>What the network reads in each image.</summary>
    public DigitReading[] Read(Tensor images)
    {
        var (probabilities, digits) = Judge(images).Softmax(1).TopK(1);
        return [.. digits.ToArray<long>().Zip(probabilities.ToArray<float>(), (digit, probability) => new DigitReading(digit, probability))];
    }

    /// <summary>The part of the images that the network reads correctly.</summary>
    public double Accuracy(LabeledImages images) => (double)LabeledImages.Hits(Judge(images.Images), images.Labels) / images.Count;

    Tensor Judge(Tensor images)
    {
        using var untracked = Gradients.NoGrad();
        Eval();
        return Call(images);
    }
}
