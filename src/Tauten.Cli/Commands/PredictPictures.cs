using System.CommandLine;
using System.Globalization;
using Tauten.Data;

namespace Tauten.Cli.Commands;

/// <summary><c>tauten predict NAME WEIGHTS PICTURE ..</c>: the classes of pictures, in files of their own or in an idx file.</summary>
sealed class PredictPictures : Command
{
    const int BatchSize = 64;
    readonly string task;
    readonly Argument<string> file;
    readonly Argument<string[]> pictures = new("PICTURE") { Description = "PNG, JPEG, BMP or PPM files, folders of them, or idx files", Arity = ArgumentArity.OneOrMore };
    readonly Option<int> top = NumberOption.Whole("--top", "How many classes to name, the most probable first", 1, 1, 1000), count = NumberOption.Whole("--count", "How many pictures at most", int.MaxValue, 1, int.MaxValue);

    /// <summary>The command.</summary>
    public PredictPictures(string task) : base(task, $"Name the classes of pictures with weights that 'tauten train {task}' has saved.")
    {
        this.task = task;
        file = new("WEIGHTS") { Description = $"Weights that 'tauten train {task}' has saved" };
        Add(file);
        Add(pictures);
        Add(top);
        Add(count);
        SetAction((call, stop) => Task.Run(() => Run(call, stop), CancellationToken.None));
    }

    int Run(ParseResult call, CancellationToken stop)
    {
        string path = call.GetRequiredValue(file);
        var facts = WeightsFile.ReadFacts(path, task, FactsJson.Default.PictureFacts);
        var (net, normalization) = (WeightsFile.Load(path, PictureNets.Make(facts)), PictureNets.Normalization(facts));
        using var untracked = Gradients.NoGrad();
        foreach (var some in call.GetRequiredValue(pictures).SelectMany(Find).Take(call.GetRequiredValue(count)).Chunk(BatchSize))
        {
            if (stop.IsCancellationRequested) return Tool.Interrupted;
            var pixels = Tensor.Stack([.. some.Select(picture => PictureNets.Sized(picture.Read(facts), facts.Side))], 0);
            var (shares, classes) = net.Call(normalization.Call(pixels)).Softmax(1).TopK(Math.Min(call.GetRequiredValue(top), facts.Classes.Length));
            for (int i = 0; i < some.Length; i++)
            {
                var words = classes[i].ToArray<long>().Zip(shares[i].ToArray<float>(), (c, p) => string.Create(CultureInfo.InvariantCulture, $"{facts.Classes[c]}  {p:P1}"));
                call.InvocationConfiguration.Output.WriteLine($"{some[i].Name}  {string.Join("  ", words)}");
            }
        }
        return 0;
    }

    /// <summary>A picture: what it is called, and how its pixels [channels, rows, columns] are read.</summary>
    sealed record Picture(string Name, Func<PictureFacts, Tensor> Read);

    static IEnumerable<Picture> Find(string path)
    {
        if (Directory.Exists(path)) return Directory.GetFiles(path, "*", SearchOption.AllDirectories).Where(ImageFolder.IsPicture).Order(StringComparer.Ordinal).SelectMany(Find);
        if (!File.Exists(path)) throw new DataException($"There is no file {path}.");
        if (!IsIdx(path)) return [new(path, facts => Image.Load(path, facts.Channels == 1 ? ImageChannels.Grey : ImageChannels.Rgb))];
        var all = IdxFile.Load(path);
        if (all.Rank != 3 || all.DType != DType.UInt8) throw new DataException($"{path}: expected pictures, uint8 [count, rows, columns]. Received: {all.Spec}.");
        return Enumerable.Range(0, (int)all.Shape[0].Value).Select(i => new Picture($"{path}[{i}]", facts => all[i].Unsqueeze(0).BroadcastTo([facts.Channels, all.Shape[1], all.Shape[2]])));
    }

    // No picture begins as idx files and gzip do.
    static bool IsIdx(string path)
    {
        using var stream = File.OpenRead(path);
        Span<byte> head = stackalloc byte[2];
        return stream.ReadAtLeast(head, 2, throwOnEndOfStream: false) == 2 && (head is [0, 0] or [0x1F, 0x8B]);
    }
}
