using System.CommandLine;
using Tauten.Data;
using Tauten.NN;
using Tauten.Training;

namespace Tauten.Cli;

/// <summary>
/// The embedded digits. These numbers, the network and the rest of the recipe were chosen on the 1,437 training images alone. They lie in the order in which they were written, so five consecutive
/// blocks of 287 were left out in turn, and the hands in the left-out block were mostly new ones. Of what trains in a few seconds, that which read them best on average was taken. The test images had
/// no say.
/// </summary>
sealed class DigitsTask() : LearningTask("digits", "a small convolutional network to read handwritten digits: 1,437 images to learn from, 360 others to test with", 20, 32, 0.003, 1437)
{
    /// <summary>How much of each label is spread over all digits, so that the network does not grow too sure of the hands it knows.</summary>
    const double Smoothing = 0.1;

    /// <summary>The part of the training in which the learning rate rises.</summary>
    const double WarmUp = 0.1;

    public override Task<Recipe> Make(TaskSettings settings, CancellationToken stop)
    {
        var (train, test) = Digits.Load();
        // Each image is moved anew by up to one pixel, white where it came from outside.
        var batches = Dataset.From(train.Images, train.Labels).Shuffle().Batch(settings.BatchSize)
            .Map((batch, random) => batch.WithInput(BatchTransforms.Crop(batch.Input, random, padding: 1)), settings.Workers).Prefetch();
        return Task.FromResult(new Recipe(new DigitsNet(), batches, train.Count, Dataset.From(test.Images, test.Labels).Batch(360), new CrossEntropyLoss(labelSmoothing: Smoothing), [new Accuracy()], "images", "accuracy")
        {
            Schedule = (rate, steps) => new FactorOf(step => Factor((step + 0.5) / steps)),
        });
    }

    // A short rise, then half a wave of the cosine down to 0.
    static double Factor(double point) => point < WarmUp ? point / WarmUp : 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, (point - WarmUp) / (1 - WarmUp))));
}

/// <summary>Grey pictures of 28 x 28 pixels in ten classes.</summary>
sealed class IdxTask(string name, string what, int epochs, float mean, float deviation, bool flips, Func<string?, CancellationToken, Task<LabeledSet>> load)
    : LearningTask(name, $"a convolutional network to tell {what} apart: 60,000 images to learn from, 10,000 others to test with", epochs, 128, 0.004)
{
    readonly Option<string> model = Choice("--model", "The net: normalized convolutions, or the plain ones that other frameworks are compared with", "standard", "peer");

    public override IReadOnlyList<Option> Options => [model];

    internal static Option<string> Choice(string name, string description, params string[] words)
    {
        var option = new Option<string>(name) { Description = description, HelpName = string.Join('|', words), DefaultValueFactory = _ => words[0] };
        option.AcceptOnlyFromAmong(words);
        return option;
    }

    public override async Task<Recipe> Make(TaskSettings settings, CancellationToken stop)
    {
        var data = await load(settings.Data, stop);
        Sample Scale(Sample batch) => batch.WithInput(BatchTransforms.Normalize(batch.Input, [mean], [deviation]));
        var batches = data.Train.Shuffle().Batch(settings.BatchSize).Map((batch, random) => flips ? Scale(batch.WithInput(BatchTransforms.Flip(batch.Input, random))) : Scale(batch), settings.Workers).Prefetch();
        bool isPeer = settings.Call.GetValue(model) == "peer";
        var net = isPeer
            ? new Sequential(new Conv2d(1, 32, 3, padding: 1), new ReLU(), new MaxPool2d(2), new Conv2d(32, 64, 3, padding: 1), new ReLU(), new MaxPool2d(2),
                new Flatten(), new Linear(3136, 128), new ReLU(), new Dropout(0.25), new Linear(128, 10))
            : new Sequential(new Conv2d(1, 32, 3, padding: 1), new BatchNorm2d(32), new ReLU(), new MaxPool2d(2), new Conv2d(32, 64, 3, padding: 1), new BatchNorm2d(64), new ReLU(), new MaxPool2d(2),
                new Flatten(), new Dropout(0.25), new Linear(3136, 128), new BatchNorm1d(128), new ReLU(), new Dropout(0.25), new Linear(128, 10));
        var recipe = new Recipe(net, batches, data.Train.Length, data.Test.Batch(1000).Map(Scale), new CrossEntropyLoss(), [new Accuracy()], "images", "accuracy");
        return isPeer ? recipe with { Optimizer = (p, _) => new Adam(p, 0.001), Schedule = (_, _) => null } : recipe;
    }
}

/// <summary>Colour pictures of 32 x 32 pixels in ten classes.</summary>
sealed class Cifar10Task() : LearningTask("cifar10", "a small residual network to tell ten kinds of things apart: 50,000 images to learn from, 10,000 others to test with", 10, 128, 0.01)
{
    static readonly float[] mean = [0.4914f, 0.4822f, 0.4465f], deviation = [0.2470f, 0.2435f, 0.2616f];

    public override async Task<Recipe> Make(TaskSettings settings, CancellationToken stop)
    {
        var data = await DataSets.Cifar10(settings.Data, stop: stop);
        static Sample Scale(Sample batch) => batch.WithInput(BatchTransforms.Normalize(batch.Input, mean, deviation));
        var batches = data.Train.Shuffle().Batch(settings.BatchSize).Map((batch, random) => Scale(batch.WithInput(BatchTransforms.Crop(BatchTransforms.Flip(batch.Input, random), random, padding: 4))), settings.Workers).Prefetch();
        return new(new SmallResNet(10, 24), batches, data.Train.Length, data.Test.Batch(500).Map(Scale), new CrossEntropyLoss(), [new Accuracy()], "images", "accuracy")
        {
            Optimizer = (p, rate) => new AdamW(p, rate, weightDecay: 0.02),
        };
    }
}

/// <summary>Pictures in folders of which each is a class.</summary>
sealed class ImagesTask() : LearningTask("images", "a small residual network to tell pictures apart that lie in folders of which each is a class; one in five is for testing", 20, 32, 0.005)
{
    readonly Argument<string> folder = new("FOLDER") { Description = "A folder with a folder of pictures for each class" };
    readonly Option<int> size = Commands.NumberOption.Whole("--size", "Rows and columns that pictures are brought to", 64, 16, 1024);

    public override IReadOnlyList<Argument> Arguments => [folder];

    public override IReadOnlyList<Option> Options => [size];

    public override Task<Recipe> Make(TaskSettings settings, CancellationToken stop)
    {
        var found = ImageFolder.Open(settings.Call.GetRequiredValue(folder));
        int side = settings.Call.GetRequiredValue(size);
        LabeledFile[] files = [.. Shuffled(found.Files, settings.Seed)];
        int tests = Math.Max(1, files.Length / 5);
        if (files.Length < 2) throw new DataException("Expected two pictures or more.");
        Sample Read(LabeledFile file) => file.Decode() is var s ? s.WithInput(Resized(s.Input, side)) : throw new InvalidOperationException();
        static Sample Scale(Sample batch) => batch.WithInput(BatchTransforms.Normalize(batch.Input, [0.5f, 0.5f, 0.5f], [0.25f, 0.25f, 0.25f]));
        var train = Dataset.From(files[tests..]);
        var batches = train.Shuffle().Map(Read, settings.Workers).Batch(settings.BatchSize).Map((batch, random) => Scale(batch.WithInput(BatchTransforms.Crop(BatchTransforms.Flip(batch.Input, random), random, side / 16)))).Prefetch();
        return Task.FromResult(new Recipe(new SmallResNet(found.Classes.Count, 16), batches, train.Length, Dataset.From(files[..tests]).Map(Read).Batch(32).Map(Scale).Cache(), new CrossEntropyLoss(), [new Accuracy()], "images", "accuracy"));
    }

    static Tensor Resized(Tensor pixels, int side) => pixels.Unsqueeze(0).To(DType.Float32).Interpolate([side, side], InterpolationMode.Linear, antialias: true).Round().Clamp(0, 255).Squeeze(0).To(DType.UInt8);
}

/// <summary>A residual network of three stages (He et al., 2016): the widths double, the sizes halve.</summary>
sealed partial class SmallResNet(int classes, int width) : Module<Tensor, Tensor>
{
    readonly Conv2d stem = new(3, width, 3, padding: 1, bias: false);
    readonly BatchNorm2d norm = new(width);
    readonly ResidualBlock first = new(width, width, 1);
    readonly ResidualBlock second = new(width, 2 * width, 2);
    readonly ResidualBlock third = new(2 * width, 4 * width, 2);
    readonly Linear output = new(4 * width, classes);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor images) => output.Call(third.Call(second.Call(first.Call(norm.Call(stem.Call(images)).Relu()))).Mean([2, 3]));
}

/// <summary>Two convolutions beside a shorter way.</summary>
sealed partial class ResidualBlock(int from, int to, int stride) : Module<Tensor, Tensor>
{
    readonly Conv2d conv1 = new(from, to, 3, stride: stride, padding: 1, bias: false);
    readonly BatchNorm2d norm1 = new(to);
    readonly Conv2d conv2 = new(to, to, 3, padding: 1, bias: false);
    readonly BatchNorm2d norm2 = new(to);
    readonly Conv2d? shorter = from == to && stride == 1 ? null : new(from, to, 1, stride: stride, bias: false);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => (norm2.Call(conv2.Call(norm1.Call(conv1.Call(x)).Relu())) + (shorter?.Call(x) ?? x)).Relu();
}
