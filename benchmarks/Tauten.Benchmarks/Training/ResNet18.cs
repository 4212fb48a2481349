using Tauten.NN;

namespace Tauten.Benchmarks.Training;

/// <summary>
/// The residual network with 18 layers (He et al., 2016) for images of 32x32: a first convolution of 3x3 without stride, and no pooling behind it.
/// Names are torchvision's.
/// </summary>
sealed partial class ResNet18 : Module<Tensor, Tensor>
{
    readonly Conv2d conv1 = new(3, 64, 3, padding: 1, bias: false);
    readonly BatchNorm2d bn1 = new(64);
    readonly Sequential layer1 = Stage(64, 64, 1);
    readonly Sequential layer2 = Stage(64, 128, 2);
    readonly Sequential layer3 = Stage(128, 256, 2);
    readonly Sequential layer4 = Stage(256, 512, 2);
    readonly Linear fc = new(512, 10);

    static Sequential Stage(long inChannels, long channels, long stride) => new(new ResidualBlock(inChannels, channels, stride), new ResidualBlock(channels, channels, 1));

    protected override Tensor Forward(Tensor x)
    {
        x = bn1.Call(conv1.Call(x)).Relu();
        x = layer4.Call(layer3.Call(layer2.Call(layer1.Call(x))));
        return fc.Call(x.AdaptiveAvgPool2d(1).Flatten(1));
    }
}

sealed partial class ResidualBlock(long inChannels, long channels, long stride) : Module<Tensor, Tensor>
{
    readonly Conv2d conv1 = new(inChannels, channels, 3, stride, padding: 1, bias: false);
    readonly BatchNorm2d bn1 = new(channels);
    readonly Conv2d conv2 = new(channels, channels, 3, padding: 1, bias: false);
    readonly BatchNorm2d bn2 = new(channels);
    readonly Sequential? downsample = stride == 1 && inChannels == channels ? null : new(new Conv2d(inChannels, channels, 1, stride, bias: false), new BatchNorm2d(channels));

    protected override Tensor Forward(Tensor x)
    {
        var y = bn2.Call(conv2.Call(bn1.Call(conv1.Call(x)).Relu()));
        return (y + (downsample?.Call(x) ?? x)).Relu();
    }
}
