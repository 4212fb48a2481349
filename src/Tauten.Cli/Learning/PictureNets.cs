using Tauten.Data;
using Tauten.NN;

namespace Tauten.Cli;

/// <summary>Nets that tell pictures apart, by the facts about them, and what pictures go through before they see one.</summary>
static class PictureNets
{
    /// <summary>A net with new weights.</summary>
    public static Module<Tensor, Tensor> Make(PictureFacts facts) => facts.Net switch
    {
        "peer" => new Sequential(new Conv2d(1, 32, 3, padding: 1), new ReLU(), new MaxPool2d(2), new Conv2d(32, 64, 3, padding: 1), new ReLU(), new MaxPool2d(2),
            new Flatten(), new Linear(3136, 128), new ReLU(), new Dropout(0.25), new Linear(128, facts.Classes.Length)),
        "standard" => new Sequential(new Conv2d(1, 32, 3, padding: 1), new BatchNorm2d(32), new ReLU(), new MaxPool2d(2), new Conv2d(32, 64, 3, padding: 1), new BatchNorm2d(64), new ReLU(), new MaxPool2d(2),
            new Flatten(), new Dropout(0.25), new Linear(3136, 128), new BatchNorm1d(128), new ReLU(), new Dropout(0.25), new Linear(128, facts.Classes.Length)),
        "residual" => new SmallResNet(facts.Classes.Length, facts.Width),
        _ => throw new ModelFormatException($"There is no net '{facts.Net}'."),
    };

    /// <summary>Pixels uint8 [channels, rows, columns] at a size.</summary>
    public static Tensor Sized(Tensor pixels, int side) => pixels.Shape[1] == side && pixels.Shape[2] == side
        ? pixels
        : pixels.Unsqueeze(0).To(DType.Float32).Interpolate([side, side], InterpolationMode.Linear, antialias: true).Round().Clamp(0, 255).Squeeze(0).To(DType.UInt8);

    /// <summary>What brings pixels to what the net takes.</summary>
    public static ImageNormalization Normalization(PictureFacts facts) => new(facts.Mean, facts.Deviation);
}

/// <summary>
/// A residual network: widths double while sizes halve, and behind the first and the last of three stages lies a block of two convolutions beside a way around them (He et al., 2016; arranged as in David Page's nets for
/// quick training).
/// </summary>
sealed partial class SmallResNet(int classes, int width) : Module<Tensor, Tensor>
{
    readonly ConvolutionUnit stem = new(3, width), first = new(width, 2 * width), second = new(2 * width, 4 * width), third = new(4 * width, 8 * width);
    readonly ResidualBlock middle = new(2 * width), last = new(8 * width);
    readonly Linear output = new(8 * width, classes);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor images)
    {
        var x = middle.Call(first.Call(stem.Call(images)).MaxPool2d(2));
        x = last.Call(third.Call(second.Call(x).MaxPool2d(2)).MaxPool2d(2));
        return output.Call(x.Max([2, 3]));
    }
}

/// <summary>A convolution, normalized, of which the positive part stays.</summary>
sealed partial class ConvolutionUnit(int from, int to) : Module<Tensor, Tensor>
{
    readonly Conv2d conv = new(from, to, 3, padding: 1, bias: false);
    readonly BatchNorm2d norm = new(to);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => norm.Call(conv.Call(x)).Relu();
}

/// <summary>Two units beside a way around them.</summary>
sealed partial class ResidualBlock(int channels) : Module<Tensor, Tensor>
{
    readonly ConvolutionUnit first = new(channels, channels), second = new(channels, channels);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x + second.Call(first.Call(x));
}
