using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Tauten.Data;
using Xunit.Abstractions;

namespace Tauten.Cli.Tests;

/// <summary>What the tool learns beside the digits, on small data made here.</summary>
public sealed class LearningTests(ITestOutputHelper output) : IDisposable
{
    const int KillsEach = 17;

    readonly TemporaryFolder folder = new();
    readonly WorkerSettings settings = new(Environment.ProcessorCount);

    public void Dispose()
    {
        settings.Dispose();
        folder.Dispose();
    }

    string Table()
    {
        var random = new SampleRandom(1);
        var text = new StringBuilder("size,colour,price,kind\n");
        for (int i = 0; i < 150; i++)
        {
            double size = random.NextDouble(1, 10);
            string colour = random.NextBool() ? "red" : "blue";
            text.Append(CultureInfo.InvariantCulture, $"{(i % 17 == 0 ? "" : size.ToString("F2", CultureInfo.InvariantCulture))},{colour},{size * (colour == "red" ? 2 : 1):F2},{(size > 5 ? "large" : "small")}\n");
        }
        File.WriteAllText(folder.File("table.csv"), text.ToString());
        return folder.File("table.csv");
    }

    static double Result(CommandRun run, string name)
    {
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.StartsWith($"test {name} ", run.Lines[^1]);
        return double.Parse(run.Lines[^1].Split(' ')[^1], CultureInfo.InvariantCulture);
    }

    [Fact]
    public void ATableWithClassesOrNumbers()
    {
        string table = Table(), weights = folder.File("kind.safetensors"), log = folder.File("log.jsonl");
        double accuracy = Result(CommandRun.Of("train", "csv", table, "--target", "kind", "--epochs", "30", "--out", weights, "--log", log), "accuracy");
        Assert.True(accuracy > 0.85, $"{accuracy}");
        var evaluated = CommandRun.Of("evaluate", "csv", table, "--target", "kind", "--weights", weights);
        Assert.Equal(accuracy, double.Parse(evaluated.Lines[^1].Split(' ')[^1], CultureInfo.InvariantCulture), 3);
        Assert.Equal(30, File.ReadAllLines(log).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("accuracy").GetDouble()).Count());
        Assert.True(Result(CommandRun.Of("train", "csv", table, "--target", "price", "--epochs", "30", "--out", folder.File("price.safetensors")), "loss") < 0.5);
    }

    [Fact]
    public void ATextIsLearned()
    {
        File.WriteAllText(folder.File("text.txt"), string.Concat(Enumerable.Repeat("the quick brown fox jumps over the lazy dog. ", 120)));
        double loss = Result(CommandRun.Of("train", "text", folder.File("text.txt"), "--epochs", "4", "--batch-size", "8", "--size", "32", "--learning-rate", "0.01", "--out", folder.File("text.safetensors")), "loss");
        Assert.True(loss < 2, $"{loss}");      // log of 28 characters is 3.3
    }

    string Idx(int train, int test) => SmallData.Idx(folder.File("idx"), train, test);

    [Fact]
    public void PicturesInIdxFiles()
    {
        string data = Idx(400, 50);
        Assert.True(Result(CommandRun.Of("train", "fashion-mnist", "--data", data, "--epochs", "2", "--batch-size", "32", "--out", folder.File("f.safetensors")), "accuracy") > 0.5);
        Assert.Equal(0, CommandRun.Of("train", "mnist", "--data", data, "--epochs", "1", "--model", "peer", "--compile", "false", "--out", folder.File("m.safetensors")).ExitCode);
    }

    [Fact]
    public void PicturesInFolders()
    {
        var random = new SampleRandom(5);
        string at = folder.File("pictures");
        foreach (var (name, channel) in new[] { ("green", 1), ("red", 0) })
            for (int i = 0; i < 12; i++)
            {
                byte[] pixels = new byte[3 * 20 * 24];
                for (int p = 0; p < pixels.Length; p++) pixels[p] = (byte)(random.Next(100) + (p / 480 == channel ? 120 : 0));
                Image.Save(Path.Combine(Directory.CreateDirectory(Path.Combine(at, name)).FullName, $"{i}.png"), Tensor.From(pixels, [3, 20, 24]));
            }
        Assert.True(Result(CommandRun.Of("train", "images", at, "--size", "16", "--epochs", "8", "--batch-size", "4", "--out", folder.File("i.safetensors")), "accuracy") > 0.7);
    }

    /// <summary>
    /// Fifty SIGKILLs at random moments over digits, pictures and a text, at 1, 2 and 4 workers. Each restart goes on at or after the last checkpoint that was complete; the weights are in the end those of a
    /// training that was not disturbed.
    /// </summary>
    [Fact, Trait("Category", "Slow")]
    public void FiftyKillsChangeNothing()
    {
        if (OperatingSystem.IsWindows()) return;     // where there is no SIGKILL
        File.WriteAllText(folder.File("text.txt"), string.Concat(Enumerable.Range(0, 4000).Select(i => $"{i * 7919 % 1000} bottles of ale; ")));
        string data = Idx(6000, 100);
        (string Name, string[] Call)[] trainings =
        [
            ("digits", ["train", "digits", "--epochs", "60", "--checkpoint-every", "7"]),
            ("pictures", ["train", "fashion-mnist", "--data", data, "--epochs", "4", "--checkpoint-every", "7"]),
            ("text", ["train", "text", folder.File("text.txt"), "--epochs", "3", "--size", "64", "--checkpoint-every", "7"]),
        ];
        var random = new SampleRandom((ulong)Environment.TickCount64);
        int kills = 0, behindCheckpoint = 0, withinEpoch = 0, resumptions = 0;
        foreach (var (name, call) in trainings)
        {
            string whole = folder.File($"{name}.safetensors"), killed = folder.File($"{name}-killed.safetensors"), log = folder.File($"{name}.jsonl");
            double toFirst, length;
            using (var undisturbed = Start([.. call, "--out", whole]))
            {
                var clock = Stopwatch.StartNew();
                while (Newest(whole).Length == 0 && !undisturbed.Process.HasExited) Thread.Sleep(5);
                toFirst = clock.Elapsed.TotalSeconds;
                Assert.Equal(0, undisturbed.Wait());
                length = clock.Elapsed.TotalSeconds;
            }
            int[] workers = [1, 2, 4];
            for (int i = 0; i < KillsEach;)
            {
                string before = Newest(killed);
                int resumedBefore = Resumptions(log).Length;
                using (var run = Start([.. call, "--out", killed, "--log", log, "--workers", $"{workers[i % 3]}", "--resume"]))
                {
                    // About twice through the whole training in all, so that some come to their end and begin anew.
                    Thread.Sleep(TimeSpan.FromSeconds(toFirst * random.NextDouble(0.9, 1.1) + random.NextDouble(0, 4 * (length - toFirst) / KillsEach)));
                    if (run.Process.HasExited)
                    {
                        Assert.Equal(0, run.Wait());
                        Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(killed));
                        File.Delete(killed);
                        continue;
                    }
                    run.Process.Kill();
                    run.Process.WaitForExit();
                }
                i++;
                kills++;
                string after = Newest(killed);
                if (after.Length > 0) behindCheckpoint++;
                if (after.Length > 0 && !IsAtEpochEnd(after)) withinEpoch++;
                // What was killed before it came to that has written nothing.
                if (before.Length > 0 && Resumptions(log) is var resumed && resumed.Length > resumedBefore)
                {
                    resumptions++;
                    Assert.True(resumed[^1] >= Steps(before), $"{name}: resumed at step {resumed[^1]}, the checkpoint was {before}");
                }
            }
            using (var last = Start([.. call, "--out", killed, "--log", log, "--resume", "--workers", "2"])) Assert.Equal(0, last.Wait());
            Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(killed));
        }
        string counts = $"{kills} kills, {behindCheckpoint} behind a checkpoint, {withinEpoch} within an epoch, {resumptions} seen to go on";
        output.WriteLine(counts);
        Assert.True(kills >= 50 && behindCheckpoint >= 40 && withinEpoch >= kills / 2 && resumptions >= 25, counts);

        static string Newest(string path) => Directory.Exists(path + ".checkpoints") ? Directory.GetFiles(path + ".checkpoints", "*.safetensors").Order(StringComparer.Ordinal).LastOrDefault() ?? "" : "";
        static long Steps(string checkpoint) => long.Parse(Path.GetFileName(checkpoint).Split('-')[1], CultureInfo.InvariantCulture);

        // Those of epochs are not at a multiple of seven steps, but for one in seven.
        static bool IsAtEpochEnd(string checkpoint) => Steps(checkpoint) % 7 != 0;

        static long[] Resumptions(string log) => !File.Exists(log) ? [] : [.. File.ReadAllLines(log).Where(l => l.StartsWith("{\"resumed", StringComparison.Ordinal) && l.EndsWith('}'))
            .Select(l => JsonDocument.Parse(l).RootElement.GetProperty("resumed").GetProperty("steps").GetInt64())];
    }

    sealed class Running : IDisposable
    {
        public Running(Process process)
        {
            Process = process;
            // What nobody reads would make it wait.
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
        }

        public Process Process { get; }

        public int Wait()
        {
            Process.WaitForExit();
            return Process.ExitCode;
        }

        public void Dispose()
        {
            if (!Process.HasExited) Process.Kill();
            Process.Dispose();
        }
    }

    static Running Start(string[] call) => new(Process.Start(new ProcessStartInfo("dotnet", [typeof(Tool).Assembly.Location, .. call]) { RedirectStandardOutput = true })!);
}
