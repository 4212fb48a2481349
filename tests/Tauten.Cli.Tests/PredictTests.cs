using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Tauten.Data;

namespace Tauten.Cli.Tests;

/// <summary>What trained weights say about pictures, rows and texts; and what a search for a learning rate says.</summary>
public sealed class PredictTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly WorkerSettings settings = new(Environment.ProcessorCount);

    public void Dispose()
    {
        settings.Dispose();
        folder.Dispose();
    }

    static string[] Lines(CommandRun run)
    {
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return run.Lines;
    }

    static void AssertMistake(CommandRun run, string words)
    {
        Assert.Equal((Tool.Mistake, ""), (run.ExitCode, run.Output));
        Assert.Contains(words, run.Error);
        Assert.Single(run.Error.TrimEnd().ReplaceLineEndings("\n").Split('\n'));
    }

    string Picture(string name, int red, int seed)
    {
        var random = new SampleRandom((ulong)seed);
        byte[] pixels = new byte[3 * 20 * 24];
        for (int p = 0; p < pixels.Length; p++) pixels[p] = (byte)(random.Next(100) + (p / 480 == red ? 120 : 0));
        string path = folder.File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Image.Save(path, Tensor.From(pixels, [3, 20, 24]));
        return path;
    }

    [Fact]
    public void PicturesInFilesAndFolders()
    {
        for (int i = 0; i < 12; i++)
        {
            Picture($"pictures/green/{i}.png", 1, 2 * i);
            Picture($"pictures/red/{i}.png", 0, 2 * i + 1);
        }
        string weights = folder.File("i.safetensors"), red = Picture("new/red.png", 0, 101), green = Picture("new/green.png", 1, 102);
        Lines(CommandRun.Of("train", "images", folder.File("pictures"), "--size", "16", "--epochs", "8", "--batch-size", "4", "--out", weights));
        string[] lines = Lines(CommandRun.Of("predict", "images", weights, red, green, red));
        Assert.Matches($@"^{Regex.Escape(red)}  red  \d+\.\d %$", lines[0]);
        Assert.Matches($@"^{Regex.Escape(green)}  green  \d+\.\d %$", lines[1]);
        Assert.Equal(lines[0], lines[2]);
        lines = Lines(CommandRun.Of("predict", "images", weights, folder.File("new"), "--top", "2"));
        Assert.Equal(2, lines.Length);
        Assert.Matches(@"green\.png  green  [\d.]+ %  red  [\d.]+ %$", lines[0]);
        Assert.Single(Lines(CommandRun.Of("predict", "images", weights, folder.File("new"), "--count", "1")));
        AssertMistake(CommandRun.Of("predict", "images", weights, "no-such-picture"), "There is no file no-such-picture.");
        AssertMistake(CommandRun.Of("predict", "cifar10", weights, red), $"{weights} is of 'tauten train images'. Expected one of 'tauten train cifar10'.");
        AssertMistake(CommandRun.Of("predict", "images", "no-such-weights", red), "there is no file no-such-weights. Make one with 'tauten train images'.");
        Safetensors.Save(folder.File("other.safetensors"), new Dictionary<string, Tensor> { ["x"] = Tensor.Ones([1]) });
        AssertMistake(CommandRun.Of("predict", "images", folder.File("other.safetensors"), red), "does not say how its weights are used");
    }

    [Fact]
    public void PicturesInIdxFiles()
    {
        string data = folder.File("idx"), weights = folder.File("m.safetensors");
        SmallData.Idx(data, 300, 40);
        Lines(CommandRun.Of("train", "mnist", "--data", data, "--epochs", "2", "--batch-size", "16", "--out", weights));
        string images = Path.Combine(data, "t10k-images-idx3-ubyte");
        string[] lines = Lines(CommandRun.Of("predict", "mnist", weights, images));
        Assert.Equal(40, lines.Length);
        long[] labels = IdxFile.Load(Path.Combine(data, "t10k-labels-idx1-ubyte")).To(DType.Int64).ToArray<long>();
        int right = 0;
        for (int i = 0; i < 40; i++)
        {
            var match = Regex.Match(lines[i], @"-ubyte\[(\d+)\]  (\d)  ([\d.]+) %$");
            Assert.Equal($"{i}", match.Groups[1].Value);
            if (match.Groups[2].Value == $"{labels[i]}") right++;
        }
        // As the test itself says.
        string accuracy = Lines(CommandRun.Of("evaluate", "mnist", "--data", data, "--weights", weights)).Single(l => l.StartsWith("test accuracy", StringComparison.Ordinal));
        Assert.Equal(right / 40.0, double.Parse(accuracy.Split(' ')[^1], CultureInfo.InvariantCulture), 3);
        // The same picture in a file of its own, of another size and in colour.
        var one = IdxFile.Load(images)[0];
        Image.Save(folder.File("one.png"), Tensor.Stack([one, one, one], 0));
        Assert.Equal(lines[0].Split("  ")[1..], Lines(CommandRun.Of("predict", "mnist", weights, folder.File("one.png")))[0].Split("  ")[1..]);
        AssertMistake(CommandRun.Of("predict", "mnist", weights, Path.Combine(data, "t10k-labels-idx1-ubyte")), "expected pictures, uint8 [count, rows, columns]");
    }

    [Fact]
    public void RowsOfATable()
    {
        var random = new SampleRandom(1);
        var text = new StringBuilder("size,colour,price,kind\n");
        for (int i = 0; i < 150; i++)
        {
            double size = random.NextDouble(1, 10);
            string colour = random.NextBool() ? "red" : "blue";
            text.Append(CultureInfo.InvariantCulture, $"{size:F2},{colour},{size * (colour == "red" ? 2 : 1):F2},{(size > 5 ? "large" : "small")}\n");
        }
        string table = folder.File("table.csv"), kinds = folder.File("kind.safetensors"), prices = folder.File("price.safetensors"), rows = folder.File("rows.csv");
        File.WriteAllText(table, text.ToString());
        Lines(CommandRun.Of("train", "csv", table, "--target", "kind", "--epochs", "30", "--out", kinds));
        Lines(CommandRun.Of("train", "csv", table, "--target", "price", "--epochs", "30", "--out", prices));
        // Without the column that is told, in another order, with one that is not known and a word that never occurred.
        File.WriteAllText(rows, "colour,note,size,price\nred,\"a, b\",9.5,19\nblue,,1.5,1.5\ngreen,,8.5,8.5\n");
        string[] lines = Lines(CommandRun.Of("predict", "csv", kinds, rows));
        Assert.Equal("colour,note,size,price,predicted kind,probability", lines[0]);
        Assert.Matches(@"^red,""a, b"",9.5,19,large,(0\.\d{4}|1\.0000)$", lines[1]);
        Assert.Matches(@"^blue,,1.5,1.5,small,", lines[2]);
        Assert.Matches(@"^green,,8.5,8.5,large,", lines[3]);
        AssertMistake(CommandRun.Of("predict", "csv", prices, rows), "there is no column 'kind'");
        File.WriteAllText(rows, "size,colour,kind\n9,red,large\n2,blue,small\n");
        lines = Lines(CommandRun.Of("predict", "csv", prices, rows));
        Assert.InRange(double.Parse(lines[1].Split(',')[^1], CultureInfo.InvariantCulture), 13, 22);
        Assert.InRange(double.Parse(lines[2].Split(',')[^1], CultureInfo.InvariantCulture), 0, 5);
    }

    [Fact]
    public void ATextIsWrittenOn()
    {
        const string Sentence = "the quick brown fox jumps over the lazy dog. ";
        string file = folder.File("text.txt"), weights = folder.File("text.safetensors");
        File.WriteAllText(file, string.Concat(Enumerable.Repeat(Sentence, 120)));
        Lines(CommandRun.Of("train", "text", file, "--epochs", "6", "--batch-size", "8", "--size", "32", "--learning-rate", "0.01", "--out", weights));
        string[] call = ["predict", "text", weights, "--prompt", "the quick", "--length", "60", "--temperature", "0.2"];
        string written = Lines(CommandRun.Of(call))[0];
        Assert.Equal(9 + 60, written.Length);
        Assert.StartsWith("the quick", written);
        Assert.Equal(written, CommandRun.Of(call).Lines[0]);
        Assert.NotEqual(CommandRun.Of([.. call[..^2], "--temperature", "5", "--seed", "1"]).Output, CommandRun.Of([.. call[..^2], "--temperature", "5", "--seed", "2"]).Output);
        Assert.All(written, c => Assert.Contains(c, Sentence));
        // What was learned shows: most pairs of neighbours occur in the sentence.
        Assert.True(Enumerable.Range(0, written.Length - 1).Count(i => (Sentence + Sentence).Contains(written[i..(i + 2)], StringComparison.Ordinal)) > 45, written);
        AssertMistake(CommandRun.Of("predict", "text", weights, "--prompt", "Ä"), "has no 'Ä' (U+00C4)");
    }

    [Fact]
    public void ALearningRateIsFoundAndDrawn()
    {
        string picture = folder.File("lr.svg");
        string[] lines = Lines(CommandRun.Of("lr-find", "digits", "--steps", "60", "--picture", picture));
        Assert.Matches(@"^\d+ steps up to [\d.E-]+; the loss is the least at [\d.E-]+; picture in ", lines[0]);
        double rate = double.Parse(Regex.Match(lines[1], "^learning rate (.*)$").Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(rate, 1e-5, 0.5);
        Assert.Equal("svg", XDocument.Load(picture).Root!.Name.LocalName);
        AssertMistake(CommandRun.Of("lr-find", "digits", "--from", "1", "--to", "0.1", "--picture", picture), "--from: expected a rate below that of --to. Received: 1 and 0.1.");
        AssertMistake(CommandRun.Of("lr-find", "digits", "--picture", "/no/such/folder/lr.svg"), "--picture: there is no folder /no/such/folder.");
        Assert.Equal(Tool.Interrupted, CommandRun.Of(new CancellationToken(canceled: true), "lr-find", "digits", "--picture", picture).ExitCode);
    }

    [Theory]
    [InlineData("bf16"), InlineData("f16")]
    public void ATrainingInAReducedDType(string precision)
    {
        string file = folder.File($"{precision}.safetensors");
        string[] lines = Lines(CommandRun.Of("train", "digits", "--epochs", "2", "--precision", precision, "--out", file));
        Assert.True(double.Parse(lines[^1].Split(' ')[^1], CultureInfo.InvariantCulture) > 0.8, lines[^1]);
        Assert.All(Safetensors.Load(file).Values, t => Assert.NotEqual(DType.Float16, t.DType));
        AssertMistake(CommandRun.Of("train", "digits", "--precision", "int8"), "Argument 'int8' not recognized");
    }
}

/// <summary>Data that a net can learn in a few steps.</summary>
static class SmallData
{
    /// <summary>Pictures in the files of MNIST: a bar whose place tells the class, with noise.</summary>
    public static string Idx(string folder, int train, int test)
    {
        string at = Directory.CreateDirectory(folder).FullName;
        var random = new SampleRandom(5);
        foreach (var (name, count) in new[] { ("train", train), ("t10k", test) })
        {
            byte[] pixels = new byte[count * 784], labels = new byte[count];
            for (int i = 0; i < count; i++)
            {
                labels[i] = (byte)random.Next(10);
                for (int p = 0; p < 784; p++) pixels[i * 784 + p] = (byte)(p / 28 / 3 == labels[i] % 9 ? 200 + random.Next(50) : random.Next(60) + (labels[i] == 9 ? 60 : 0));
            }
            byte[] Size(int n) => [0, 0, (byte)(n >> 8), (byte)n];
            File.WriteAllBytes(Path.Combine(at, $"{name}-images-idx3-ubyte"), [0, 0, 8, 3, .. Size(count), .. Size(28), .. Size(28), .. pixels]);
            File.WriteAllBytes(Path.Combine(at, $"{name}-labels-idx1-ubyte"), [0, 0, 8, 1, .. Size(count), .. labels]);
        }
        return at;
    }
}
