using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;

namespace Tauten.Data;

/// <summary>A data set whose samples are labelled with classes, in its usual two parts.</summary>
/// <param name="Train">To learn from: images uint8 [channels, height, width] and labels int64.</param>
/// <param name="Test">To test with.</param>
/// <param name="Classes">The names of the classes.</param>
public sealed record LabeledSet(IndexedDataset<Sample> Train, IndexedDataset<Sample> Test, IReadOnlyList<string> Classes);

/// <summary>
/// The usual data sets. Each looks in the folder that is named, in the cache, and where packages of systems put it; only then it is downloaded, see <see cref="DataCache"/>.
/// </summary>
/// <example><code>
/// var digits = DataSets.Digits();
/// Console.WriteLine($"{digits.Train.Length} {digits.Test.Length} {digits.Train.At(0).Input.Shape}");    // 1437 360 [1, 8, 8]
/// </code></example>
public static class DataSets
{
    static readonly string[] idxFiles = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];
    static readonly string[] mnistChecks = ["f68b3c2dcbeaaa9fbdd348bbdeb94873", "d53e105ee54ea40749a09fcbcd1e9432", "9fb629c4189551a2d022fa330f9573f3", "ec29112dd5afa0611ce80d1b7f02629c"];
    static readonly string[] fashionChecks = ["8d4fb7e6c68d591d4c3dfef9ec88bf0d", "25c81989df183df01b3e8a0aad5dffbe", "bef4ecab320f06d8554ea6380940ec79", "bb300cfdad3c16e7a12a480ee83cd310"];
    static readonly string[] tenThings = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>1,797 handwritten digits of 8 x 8 pixels, 0 to 16, of the UCI machine learning repository; the last 360 are for testing. Part of the library.</summary>
    public static LabeledSet Digits()
    {
        const int TestCount = 360, Side = 8;
        using var resource = typeof(DataSets).Assembly.GetManifestResourceStream("digits.csv.gz")!;
        using var text = new StreamReader(new GZipStream(resource, CompressionMode.Decompress));
        List<byte> pixels = [];
        List<long> labels = [];
        while (text.ReadLine() is { } line)
        {
            byte[] numbers = Array.ConvertAll(line.Split(','), byte.Parse);
            pixels.AddRange(numbers.AsSpan(0, numbers.Length - 1));
            labels.Add(numbers[^1]);
        }
        var all = Dataset.From(Tensor.From(pixels.ToArray(), [labels.Count, 1, Side, Side]), Tensor.From(labels.ToArray()));
        return new(all.Take(all.Length - TestCount), all.Skip(all.Length - TestCount), [.. Enumerable.Range(0, 10).Select(i => $"{i}")]);
    }

    /// <summary>70,000 handwritten digits of 28 x 28 pixels (LeCun, Cortes, Burges).</summary>
    /// <param name="folder">A folder with the four idx files, compressed or not, in one of the usual layouts; found or downloaded if left out.</param>
    /// <param name="cache">Where downloads are kept.</param>
    /// <param name="stop">Ends a download.</param>
    /// <exception cref="DataException">The files are not there and cannot be downloaded.</exception>
    public static Task<LabeledSet> Mnist(string? folder = null, DataCache? cache = null, CancellationToken stop = default) =>
        IdxSet("mnist", folder, ["", "raw", "MNIST/raw", "data", "mnist"], mnistChecks, ["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"],
            [.. Enumerable.Range(0, 10).Select(i => $"{i}")], cache, stop);

    /// <summary>70,000 grey pictures of clothes of 28 x 28 pixels (Xiao, Rasul, Vollgraf, 2017). Debian's package dataset-fashion-mnist is found.</summary>
    /// <inheritdoc cref="Mnist"/>
    public static Task<LabeledSet> FashionMnist(string? folder = null, DataCache? cache = null, CancellationToken stop = default) =>
        IdxSet("fashion-mnist", folder, ["", "raw", "FashionMNIST/raw", "fashion-mnist", "data/fashion"], fashionChecks, ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
            ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"], cache, stop);

    static async Task<LabeledSet> IdxSet(string name, string? folder, string[] layouts, string[] checks, string[] servers, string[] classes, DataCache? cache, CancellationToken stop)
    {
        cache ??= new();
        string[] roots = folder is not null ? [folder] : [cache.FolderOf(name), $"/usr/share/datasets/{name}"];
        foreach (string root in roots)
            foreach (string layout in layouts)
                if (Find(Path.Combine(root, layout)) is { } found) return Load(found);
        if (folder is not null) throw new DataException($"The folder {folder} has no files of {name}. Expected {string.Join(", ", idxFiles)}, with or without .gz, in it or in one of: {string.Join(", ", layouts.Skip(1))}.");
        var paths = new string[4];
        for (int i = 0; i < 4; i++)
        {
            string file = $"{idxFiles[i]}.gz";
            paths[i] = await cache.Get(name, new(file, checks[i], [.. servers.Select(s => new Uri(s + file))]), stop: stop);
        }
        return Load(paths);

        static string[]? Find(string at)
        {
            // Some have a dot where others have a dash.
            string?[] found = [.. idxFiles.Select(f => new[] { f, $"{f}.gz", f.Replace("-idx", ".idx", StringComparison.Ordinal), f.Replace("-idx", ".idx", StringComparison.Ordinal) + ".gz" }.Select(n => Path.Combine(at, n)).FirstOrDefault(File.Exists))];
            return found.All(f => f is not null) ? [.. found.OfType<string>()] : null;
        }

        LabeledSet Load(string[] files) => new(Dataset.Idx(files[0], files[1]), Dataset.Idx(files[2], files[3]), classes);
    }

    /// <summary>60,000 colour pictures of 32 x 32 pixels in ten classes (Krizhevsky, 2009).</summary>
    /// <param name="folder">A folder with the binary files, with those for Python, with one of the two archives, or with sheets of PNG; found or downloaded if left out.</param>
    /// <param name="cache">Where downloads are kept.</param>
    /// <param name="stop">Ends a download.</param>
    /// <exception cref="DataException">The files are not there and cannot be downloaded.</exception>
    public static async Task<LabeledSet> Cifar10(string? folder = null, DataCache? cache = null, CancellationToken stop = default)
    {
        cache ??= new();
        string root = folder ?? cache.FolderOf("cifar10");
        if (FoundCifar10(root) is { } there) return there;
        string[] archives = [.. new[] { "cifar-10-binary.tar.gz", "cifar-10-python.tar.gz" }.Select(name => Path.Combine(root, name))];
        string? archive = Array.Find(archives, File.Exists);
        if (archive is null)
        {
            if (folder is not null) throw new DataException($"The folder {folder} has no files of cifar10. Expected data_batch_1 to data_batch_5 and test_batch, as .bin, as .png or as they are for Python, or {string.Join(" or ", archives.Select(Path.GetFileName))}.");
            archive = await cache.Get("cifar10", new("cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530", new Uri("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz")), stop: stop);
        }
        await Unpack(archive, stop);
        return FoundCifar10(root) ?? throw new DataException($"{archive} does not have the files of cifar10.");
    }

    static LabeledSet? FoundCifar10(string root)
    {
        foreach (string at in (string[])[root, Path.Combine(root, "cifar-10-batches-bin"), Path.Combine(root, "cifar-10-batches-py")])
        {
            string[] Train(string ending) => [.. Enumerable.Range(1, 5).Select(i => Path.Combine(at, $"data_batch_{i}{ending}"))];
            bool Has(string ending) => Train(ending).All(File.Exists) && File.Exists(Path.Combine(at, $"test_batch{ending}"));
            if (Has(".bin")) return new(Cifar(1, Train(".bin")), Cifar(1, Path.Combine(at, "test_batch.bin")), tenThings);
            if (Has(".png")) return Sheets(at);
            if (Has("")) return new(PickledCifar(Train("")), PickledCifar(Path.Combine(at, "test_batch")), tenThings);
        }
        return null;
    }

    // Dictionaries of which 'data' are the pixels [images, 3072] and 'labels' a list.
    static IndexedDataset<Sample> PickledCifar(params string[] files)
    {
        List<Tensor> pixels = [];
        List<long> labels = [];
        foreach (string file in files)
        {
            using var stream = new BufferedStream(File.OpenRead(file), 1 << 16);
            PickledDictionary? content;
            try
            {
                content = new Pickle(stream, new PyTorchObjects(file, _ => null), file).Read() as PickledDictionary;
            }
            catch (ModelFormatException e)
            {
                throw new DataException(e.Message, e);
            }
            if (content?.GetValueOrDefault("data") is not NumpyArray { Value: { Rank: 2 } data } || content.GetValueOrDefault("labels") is not List<object?> numbers || data.Shape[1] != 3072 || data.DType != DType.UInt8
                || data.Shape[0] != numbers.Count || !numbers.All(n => n is long))
                throw new DataException($"{file}: expected 'data', uint8 [images, 3072], and as many 'labels'.");
            pixels.Add(data.Reshape(data.Shape[0], 3, 32, 32));
            labels.AddRange(numbers.Select(n => (long)n!));
        }
        return Dataset.From(Tensor.Concat([.. pixels], 0), Tensor.From(labels.ToArray()));
    }

    /// <summary>60,000 colour pictures of 32 x 32 pixels in a hundred classes (Krizhevsky, 2009); the targets are the fine labels.</summary>
    /// <inheritdoc cref="Cifar10"/>
    public static async Task<LabeledSet> Cifar100(string? folder = null, DataCache? cache = null, CancellationToken stop = default)
    {
        cache ??= new();
        string root = folder ?? cache.FolderOf("cifar100");
        foreach (string at in (string[])[root, Path.Combine(root, "cifar-100-binary")])
            if (File.Exists(Path.Combine(at, "train.bin")) && File.Exists(Path.Combine(at, "test.bin")))
                return new(Cifar(2, Path.Combine(at, "train.bin")), Cifar(2, Path.Combine(at, "test.bin")),
                    File.Exists(Path.Combine(at, "fine_label_names.txt")) ? File.ReadAllLines(Path.Combine(at, "fine_label_names.txt")) : [.. Enumerable.Range(0, 100).Select(i => $"{i}")]);
        if (folder is not null) throw new DataException($"The folder {folder} has no files of cifar100. Expected train.bin and test.bin.");
        await Unpack(await cache.Get("cifar100", new("cifar-100-binary.tar.gz", "03b5dce01913d631647c71ecec9e9cb8", new Uri("https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz")), stop: stop), stop);
        return await Cifar100(root, cache, stop);
    }

    static IndexedDataset<Sample> Cifar(int labelBytes, params string[] files)
    {
        const int Pixels = 3 * 32 * 32;
        var labels = new List<long>();
        var pixels = new List<byte>();
        foreach (string file in files)
        {
            byte[] bytes = File.ReadAllBytes(file);
            if (bytes.Length % (labelBytes + Pixels) != 0) throw new DataException($"{file} has {bytes.Length} bytes, which is no multiple of records of {labelBytes + Pixels} bytes.");
            for (int at = 0; at < bytes.Length; at += labelBytes + Pixels)
            {
                labels.Add(bytes[at + labelBytes - 1]);
                pixels.AddRange(bytes.AsSpan(at + labelBytes, Pixels));
            }
        }
        return Dataset.From(Tensor.From(pixels.ToArray(), [labels.Count, 3, 32, 32]), Tensor.From(labels.ToArray()));
    }

    // Each row of a sheet is an image; labels are lists of numbers as JSON.
    static LabeledSet Sheets(string folder)
    {
        return new(Load([.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.png")], ["train_lables.json", "train_labels.json"]), Load(["test_batch.png"], ["test_lables.json", "test_labels.json"]), tenThings);

        IndexedDataset<Sample> Load(string[] sheets, string[] names)
        {
            string path = names.Select(n => Path.Combine(folder, n)).FirstOrDefault(File.Exists) ?? throw new DataException($"The folder {folder} has no labels. Expected {names[0]}.");
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            long[] labels = [.. json.RootElement.EnumerateArray().Select(e => e.GetInt64())];
            Tensor[] pixels = [.. sheets.Select(s =>
            {
                var sheet = Image.Load(Path.Combine(folder, s), ImageChannels.Rgb);
                if (sheet.Shape[2] != 1024) throw new DataException($"{s}: expected an image of 1,024 pixels in each row. Received: {sheet.Shape[2]}.");
                return sheet.Reshape(3, sheet.Shape[1].Value, 32, 32).Transpose(0, 1);
            })];
            var all = Tensor.Concat(pixels, 0);
            if (all.Shape[0] != labels.Length) throw new DataException($"The folder {folder} has {all.Shape[0]} images and {labels.Length} labels.");
            return Dataset.From(all, Tensor.From(labels));
        }
    }

    static async Task Unpack(string archive, CancellationToken stop)
    {
        await using var packed = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(packed, Path.GetDirectoryName(archive)!, overwriteFiles: true, stop);
    }

    static readonly (string Name, DataFile File) imdb = ("imdb", new("aclImdb_v1.tar.gz", "7c2ac02c03563afcf9b574c7e56c153a", new Uri("https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz")));
    static readonly (string Name, DataFile File) movieLens = ("movielens-100k", new("ml-100k.zip", "0e33842e24a9c977be4e0107933c0723", new Uri("https://files.grouplens.org/datasets/movielens/ml-100k.zip")));
    static readonly (string Name, DataFile File) commands = ("speech-commands", new("speech_commands_v0.02.tar.gz", "6b74f3901214cb2c2934e98196829835", new Uri("https://storage.googleapis.com/download.tensorflow.org/data/speech_commands_v0.02.tar.gz")));

    /// <summary>50,000 reviews of films, half for training: paths of texts with 1 for praise and 0 for blame (Maas et al., 2011).</summary>
    /// <param name="folder">A folder with <c>aclImdb</c>, or that folder itself; found or downloaded if left out.</param>
    /// <param name="cache">Where downloads are kept.</param>
    /// <param name="stop">Ends a download.</param>
    public static async Task<(IndexedDataset<(string Path, long Label)> Train, IndexedDataset<(string Path, long Label)> Test)> Imdb(string? folder = null, DataCache? cache = null, CancellationToken stop = default)
    {
        string root = await Unpacked(imdb, "aclImdb", folder, cache, stop);
        return (Part("train"), Part("test"));

        IndexedDataset<(string, long)> Part(string name)
        {
            (string, long)[] all = [.. new[] { ("neg", 0L), ("pos", 1L) }.SelectMany(c => Directory.GetFiles(Path.Combine(root, name, c.Item1), "*.txt").Order(StringComparer.Ordinal).Select(f => (f, c.Item2)))];
            return Dataset.From(all);
        }
    }

    /// <summary>100,000 ratings of films: user, film and stars from 1 to 5, with the time in seconds (Harper, Konstan, 2015).</summary>
    /// <param name="folder">A folder with <c>u.data</c>; found or downloaded if left out.</param>
    /// <param name="cache">Where downloads are kept.</param>
    /// <param name="stop">Ends a download.</param>
    public static async Task<IndexedDataset<(long User, long Item, long Rating, long Time)>> MovieLens100K(string? folder = null, DataCache? cache = null, CancellationToken stop = default)
    {
        string path = Path.Combine(await Unpacked(movieLens, "ml-100k", folder, cache, stop), "u.data");
        (long, long, long, long)[] all = [.. Dataset.TextLines(path).Where(line => line.Length > 0).Map(line =>
        {
            long[] numbers = Array.ConvertAll(line.Split('\t'), text => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
            return numbers is [var user, var item, var rating, var time] ? (user, item, rating, time) : throw new FormatException("expected four numbers");
        })];
        return Dataset.From(all);
    }

    /// <summary>105,829 spoken words of a second: paths of WAV files with the numbers of their words, in the usual three parts (Warden, 2018).</summary>
    /// <param name="folder">A folder with a folder for each word; found or downloaded if left out.</param>
    /// <param name="cache">Where downloads are kept.</param>
    /// <param name="stop">Ends a download.</param>
    public static async Task<(IndexedDataset<(string Path, long Label)> Train, IndexedDataset<(string Path, long Label)> Validation, IndexedDataset<(string Path, long Label)> Test, IReadOnlyList<string> Words)> SpeechCommands(
        string? folder = null, DataCache? cache = null, CancellationToken stop = default)
    {
        string root = await Unpacked(commands, "", folder, cache, stop);
        string[] words = [.. Directory.GetDirectories(root).Select(Path.GetFileName).OfType<string>().Where(w => !w.StartsWith('_')).Order(StringComparer.Ordinal)];
        HashSet<string> Listed(string name) => [.. File.ReadAllLines(Path.Combine(root, name))];
        var (validation, test) = (Listed("validation_list.txt"), Listed("testing_list.txt"));
        List<(string, long)>[] parts = [[], [], []];
        for (int w = 0; w < words.Length; w++)
            foreach (string file in Directory.GetFiles(Path.Combine(root, words[w]), "*.wav").Order(StringComparer.Ordinal))
            {
                string name = $"{words[w]}/{Path.GetFileName(file)}";
                parts[validation.Contains(name) ? 1 : test.Contains(name) ? 2 : 0].Add((file, w));
            }
        return (Dataset.From(parts[0]), Dataset.From(parts[1]), Dataset.From(parts[2]), words);
    }

    /// <summary>All works of Shakespeare that fit into a megabyte, as one text of 1,115,394 characters (Karpathy, 2015).</summary>
    /// <param name="file">The text; found in the cache as <c>input.txt</c> or downloaded if left out.</param>
    /// <param name="cache">Where downloads are kept.</param>
    /// <param name="stop">Ends a download.</param>
    /// <exception cref="DataException">The text is not there, or has another length.</exception>
    public static async Task<string> TinyShakespeare(string? file = null, DataCache? cache = null, CancellationToken stop = default)
    {
        const int Length = 1_115_394;
        cache ??= new();
        string path = file ?? Path.Combine(cache.FolderOf("tiny-shakespeare"), "input.txt");
        if (!File.Exists(path))
            throw new DataException($"There is no file {path}. Download it from https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt, for which its publisher gives no check, or name a file.");
        string text = await File.ReadAllTextAsync(path, stop);
        return text.Length == Length ? text : throw new DataException($"{path}: expected {Length} characters. Received: {text.Length}.");
    }

    static async Task<string> Unpacked((string Name, DataFile File) set, string inner, string? folder, DataCache? cache, CancellationToken stop)
    {
        cache ??= new();
        string root = folder ?? cache.FolderOf(set.Name), at = Path.Combine(root, inner);
        if (inner.Length > 0 ? Directory.Exists(at) : Directory.Exists(root) && Directory.GetDirectories(root).Length > 0) return at;
        if (folder is not null) return Directory.Exists(root) ? root : throw new DataException($"There is no folder {folder}.");
        string archive = await cache.Get(set.Name, set.File, stop: stop);
        if (archive.EndsWith(".zip", StringComparison.Ordinal)) ZipFile.ExtractToDirectory(archive, root, overwriteFiles: true);
        else await Unpack(archive, stop);
        return at;
    }
}
