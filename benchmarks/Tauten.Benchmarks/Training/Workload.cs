using Tauten.NN;

namespace Tauten.Benchmarks.Training;

/// <summary>A net, one batch, an optimizer, and how many steps are timed. All is float32; labels and characters are int64.</summary>
/// <param name="Name">How the command line names it.</param>
/// <param name="Net">Makes the net, around the given dropout.</param>
/// <param name="Input">Makes a batch.</param>
/// <param name="Labels">Makes its labels.</param>
/// <param name="Optimizer">Makes the optimizer.</param>
/// <param name="Steps">How many steps are timed.</param>
/// <param name="Tolerance">How far the losses of the first five steps may be from PyTorch's.</param>
sealed record Workload(
    string Name, Func<Module<Tensor, Tensor>, Module<Tensor, Tensor>> Net, Func<Tensor> Input, Func<Tensor> Labels, Func<IEnumerable<Parameter>, Optimizer> Optimizer, int Steps,
    double Tolerance = 1e-3)
{
    public static IReadOnlyList<Workload> All { get; } =
    [
        new("mlp-small", _ => Mlp(784, 128, 10), () => Tensor.Randn([64, 784]), () => Ids(10, 64), Adam, 400),
        new("mlp-wide", _ => Mlp(784, 1024, 1024, 10), () => Tensor.Randn([256, 784]), () => Ids(10, 256), Adam, 60),
        new("mnist-cnn", _ => MnistCnn(), () => Tensor.Randn([64, 1, 28, 28]), () => Ids(10, 64), Adam, 20),
        new("resnet18-cifar", _ => new ResNet18(), () => Tensor.Randn([32, 3, 32, 32]), () => Ids(10, 32), Sgd, 6),
        // Rounding grows from step to step: PyTorch's own losses in float32 move by 0.02 in float64, and by 0.04 with oneDNN switched off.
        new("mobilenetv2-224", dropout => new MobileNetV2(dropout), () => Tensor.Randn([8, 3, 224, 224]), () => Ids(10, 8), Sgd, 5, Tolerance: 0.05),
        new("char-lstm", _ => new CharLstm(), () => Ids(65, 32, 64), () => Ids(65, 2048), Adam, 10),
        new("char-gpt", _ => new CharGpt(), () => Ids(65, 16, 128), () => Ids(65, 2048), parameters => new AdamW(parameters), 8),
    ];

    static Sequential Mlp(params long[] widths)
    {
        var layers = new List<Module<Tensor, Tensor>>();
        for (int i = 0; i + 1 < widths.Length; i++)
        {
            if (i > 0) layers.Add(new ReLU());
            layers.Add(new Linear(widths[i], widths[i + 1]));
        }
        return new([.. layers]);
    }

    static Sequential MnistCnn() => new(
        new Conv2d(1, 32, 3), new ReLU(), new Conv2d(32, 64, 3), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(9216, 128), new ReLU(), new Linear(128, 10));

    static Adam Adam(IEnumerable<Parameter> parameters) => new(parameters);

    static SGD Sgd(IEnumerable<Parameter> parameters) => new(parameters, learningRate: 0.01, momentum: 0.9);

    static Tensor Ids(long classes, params long[] shape) => Tensor.RandInt(0, classes, Shape.Of(shape));
}
