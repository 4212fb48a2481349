using System.CommandLine;
using System.Text.Json;
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

    public override Command Prediction => new Commands.PredictDigits();

    public override Task<Recipe> Make(TaskSettings settings, CancellationToken stop)
    {
        var (train, test) = Digits.Load();
        // Each image is moved anew by up to one pixel, white where it came from outside.
        var move = new RandomCrop(Digits.Side, Digits.Side, padding: 1);
        var batches = Dataset.From(train.Images, train.Labels).Shuffle().Batch(settings.BatchSize).Map(batch => batch.WithInput(move.Call(batch.Input)), settings.Workers).Prefetch();
        return Task.FromResult(new Recipe(new DigitsNet(), batches, train.Count, Dataset.From(test.Images, test.Labels).Batch(360), new CrossEntropyLoss(labelSmoothing: Smoothing), [new Accuracy()], "images", "accuracy")
        {
            Schedule = (rate, steps) => new FactorOf(step => Factor((step + 0.5) / steps)),
        });
    }

    // A short rise, then half a wave of the cosine down to 0.
    static double Factor(double point) => point < WarmUp ? point / WarmUp : 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, (point - WarmUp) / (1 - WarmUp))));
}

/// <summary>A task whose nets tell classes of pictures.</summary>
abstract class PictureTask(string name, string description, int epochs, int batchSize, double learningRate) : LearningTask(name, description, epochs, batchSize, learningRate)
{
    public override Command Prediction => new Commands.PredictPictures(Name);

    /// <summary>The recipe that all such tasks have in common. Training pictures are changed by a layer, differently each time, batch by batch.</summary>
    protected static Recipe Recipe(TaskSettings settings, PictureFacts facts, Dataset<Sample> batches, long count, Dataset<Sample> test, Module<Tensor, Tensor>? change, double labelSmoothing)
    {
        var normalization = PictureNets.Normalization(facts);
        Sample Scale(Sample batch) => batch.WithInput(normalization.Call(batch.Input));
        var train = batches.Map(batch => Scale(change is null ? batch : batch.WithInput(change.Call(batch.Input))), settings.Workers).Prefetch();
        return new(PictureNets.Make(facts), train, count, test.Map(Scale), new CrossEntropyLoss(labelSmoothing: labelSmoothing), [new Accuracy()], "images", "accuracy")
        {
            Facts = JsonSerializer.Serialize(facts, FactsJson.Default.PictureFacts),
        };
    }
}

/// <summary>Grey pictures of 28 x 28 pixels in ten classes.</summary>
sealed class IdxTask(string name, string what, int epochs, float mean, float deviation, bool flips, Func<string?, CancellationToken, Task<LabeledSet>> load)
    : PictureTask(name, $"a convolutional network to tell {what} apart: 60,000 images to learn from, 10,000 others to test with", epochs, 128, 0.004)
{
    const double Smoothing = 0.05;

    readonly Option<string> model = Commands.TaskCommand.Choice("--model", "The net: normalized convolutions, or the plain ones that other frameworks are compared with", "standard", "peer");

    public override IReadOnlyList<Option> Options => [model];

    public override async Task<Recipe> Make(TaskSettings settings, CancellationToken stop)
    {
        var data = await load(settings.Data, stop);
        string net = settings.Call.GetRequiredValue(model);
        var recipe = Recipe(settings, new(net, 0, 1, 28, [mean], [deviation], [.. data.Classes]), data.Train.Shuffle().Batch(settings.BatchSize), data.Train.Length, data.Test.Batch(1000),
            flips ? new RandomFlip(FlipMode.Horizontal) : null, net == "peer" ? 0 : Smoothing);
        return net == "peer" ? recipe with { Optimizer = (p, _) => new Adam(p, 0.001), Schedule = (_, _) => null } : recipe;
    }
}

/// <summary>Colour pictures of 32 x 32 pixels in ten classes.</summary>
sealed class Cifar10Task() : PictureTask("cifar10", "a small residual network to tell ten kinds of things apart: 50,000 images to learn from, 10,000 others to test with", 10, 128, 0.01)
{
    const int Side = 32, Width = 16;

    public override async Task<Recipe> Make(TaskSettings settings, CancellationToken stop)
    {
        var data = await DataSets.Cifar10(settings.Data, stop: stop);
        return Recipe(settings, new("residual", Width, 3, Side, [0.4914f, 0.4822f, 0.4465f], [0.2470f, 0.2435f, 0.2616f], [.. data.Classes]), data.Train.Shuffle().Batch(settings.BatchSize), data.Train.Length,
            data.Test.Batch(500), new Sequential(new RandomFlip(FlipMode.Horizontal), new RandomCrop(Side, Side, padding: 4)), labelSmoothing: 0.05) with
        {
            Optimizer = (p, rate) => new AdamW(p, rate, weightDecay: 0.02),
        };
    }
}

/// <summary>Pictures in folders of which each is a class.</summary>
sealed class ImagesTask() : PictureTask("images", "a small residual network to tell pictures apart that lie in folders of which each is a class; one in five is for testing", 20, 32, 0.005)
{
    const int Width = 16;

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
        Sample Read(LabeledFile file) => new(PictureNets.Sized(Image.Load(file.Path, ImageChannels.Rgb), side), Tensor.From(file.Label));
        var train = Dataset.From(files[tests..]);
        return Task.FromResult(Recipe(settings, new("residual", Width, 3, side, [0.5f, 0.5f, 0.5f], [0.25f, 0.25f, 0.25f], [.. found.Classes]),
            train.Shuffle().Map(Read, settings.Workers).Batch(settings.BatchSize), train.Length, Dataset.From(files[..tests]).Map(Read).Batch(32).Cache(),
            new Sequential(new RandomFlip(FlipMode.Horizontal), new RandomCrop(side, side, padding: side / 16)), labelSmoothing: 0.05));
    }
}
