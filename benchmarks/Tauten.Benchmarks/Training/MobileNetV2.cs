using Tauten.NN;

namespace Tauten.Benchmarks.Training;

/// <summary>MobileNetV2 (Sandler et al., 2018) with 10 classes. Names are torchvision's.</summary>
sealed partial class MobileNetV2 : Module<Tensor, Tensor>
{
    readonly Sequential features;
    readonly Sequential classifier;

    /// <param name="dropout">The dropout before the last layer.</param>
    public MobileNetV2(Module<Tensor, Tensor> dropout)
    {
        var stages = new List<Module<Tensor, Tensor>> { Normalized(3, 32, 3, 2) };
        long width = 32;
        foreach (var (expansion, channels, count, stride) in new[] { (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1) })
        {
            for (int i = 0; i < count; i++)
            {
                stages.Add(new InvertedResidual(width, channels, i == 0 ? stride : 1, expansion));
                width = channels;
            }
        }
        stages.Add(Normalized(width, 1280, 1, 1));
        features = new([.. stages]);
        classifier = new(dropout, new Linear(1280, 10));
    }

    protected override Tensor Forward(Tensor x) => classifier.Call(features.Call(x).AdaptiveAvgPool2d(1).Flatten(1));

    /// <summary>A convolution, batch normalization, and min(max(x, 0), 6).</summary>
    internal static Sequential Normalized(long inChannels, long channels, int kernelSize, long stride, int groups = 1) =>
        new(new Conv2d(inChannels, channels, kernelSize, stride, kernelSize / 2, groups: groups, bias: false), new BatchNorm2d(channels), new ReLU6());
}

sealed partial class InvertedResidual : Module<Tensor, Tensor>
{
    readonly Sequential conv;
    readonly bool isResidual;

    public InvertedResidual(long inChannels, long channels, long stride, int expansion)
    {
        int hidden = (int)inChannels * expansion;
        Module<Tensor, Tensor>[] parts =
        [
            MobileNetV2.Normalized(hidden, hidden, 3, stride, hidden),
            new Conv2d(hidden, channels, 1, bias: false),
            new BatchNorm2d(channels),
        ];
        conv = expansion == 1 ? new(parts) : new([MobileNetV2.Normalized(inChannels, hidden, 1, 1), .. parts]);
        isResidual = stride == 1 && inChannels == channels;
    }

    protected override Tensor Forward(Tensor x) => isResidual ? x + conv.Call(x) : conv.Call(x);
}
