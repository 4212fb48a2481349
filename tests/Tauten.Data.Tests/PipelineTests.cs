using System.Globalization;

namespace Tauten.Data.Tests;

/// <summary>What holds for every operator: the same order every time, on any number of workers, and a saved position from which a pass goes on.</summary>
public sealed class PipelineTests : IDisposable
{
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    static Dataset<string> Text<T>(Dataset<T> data) => data.Map(x => x is Array a ? $"[{string.Join(' ', a.Cast<object>())}]" : Convert.ToString(x, CultureInfo.InvariantCulture)!);

    static readonly Dictionary<string, Func<TestFolder, Dataset<string>>> pipelines = new()
    {
        ["memory"] = _ => Text(Dataset.From([.. Enumerable.Range(0, 57)])),
        ["generate"] = _ => Text(Dataset.Generate(order => Enumerable.Range(0, 43).Select(i => i * 100 + order.Epoch))),
        ["map, workers"] = _ => Text(Dataset.Range(200).Map((x, random) => x + random.NextDouble(), workers: 3)),
        ["map, auto"] = _ => Text(Dataset.Generate(() => Enumerable.Range(0, 60)).Map(x => x + 0.5, workers: Dataset.Auto)),
        ["filter"] = _ => Text(Dataset.Range(100).Where(x => x % 3 == 1)),
        ["shuffle"] = _ => Text(Dataset.Range(101).Shuffle()),
        ["shuffle buffer"] = _ => Text(Dataset.Range(120).Map(x => x * x).Shuffle(17)),
        ["shuffle twice"] = _ => Text(Dataset.Range(90).Shuffle().Shuffle(5).Map((x, random) => x + random.NextNormal())),
        ["batch"] = _ => Text(Dataset.Range(31).Shuffle().Batch(4)),
        ["batch, drop"] = _ => Text(Dataset.Range(31).Batch(4, dropRemainder: true)),
        ["bucket"] = _ => Text(Dataset.Range(100).Shuffle(13).Bucket(x => x % 10, [3, 6], [4, 3, 5])),
        ["window"] = _ => Text(Dataset.Range(40).Window(5, 2)),
        ["window, apart"] = _ => Text(Dataset.Range(40).Map(x => x).Window(2, 5, dropRemainder: false)),
        ["interleave"] = _ => Text(Dataset.Range(12).Shuffle().Interleave(x => Dataset.Range(x).Map((y, random) => x * 1000 + y + random.NextDouble()), cycle: 3, block: 2)),
        ["select many"] = _ => Text(Dataset.Range(12).SelectMany(x => Dataset.Range(x))),
        ["zip"] = _ => Text(Dataset.Range(20).Shuffle().Zip(Dataset.Range(30).Shuffle())),
        ["concat"] = _ => Text(Dataset.Concat(Dataset.Range(10).Shuffle().Map(x => x), Dataset.Range(15).Map(x => x))),
        ["concat, indexed"] = _ => Text(Dataset.Concat(Dataset.Range(10), Dataset.Range(15))),
        ["repeat"] = _ => Text(Dataset.Range(9).Shuffle().Repeat(4)),
        ["take, skip"] = _ => Text(Dataset.Range(60).Map(x => x).Skip(7).Take(40)),
        ["shard"] = _ => Text(Dataset.Range(60).Map(x => x).Shard(7, 3)),
        ["shard, indexed"] = _ => Text(Dataset.Range(60).Shuffle().Shard(7, 3).Skip(1)),
        ["cache"] = _ => Text(Dataset.Range(40).Map((x, random) => x + random.NextDouble()).Cache().Shuffle(9)),
        ["cache on disk"] = f => Text(Dataset.Range(40).Map(x => $"{x}").Cache(f.File("cache"), RecordFormats.Text)),
        ["prefetch"] = _ => Text(Dataset.Range(70).Shuffle(11).Map(x => x, workers: 2).Batch(3).Prefetch(4)),
        ["lines"] = f => Text(Dataset.TextLines(f.Write("a.txt", string.Join("\r\n", Enumerable.Range(0, 30))), f.Write("b.txt", string.Join('\n', Enumerable.Range(30, 20)) + "\n"))),
        ["compressed lines"] = f => Text(Dataset.TextLines(f.Compress("c.txt.gz", string.Join('\n', Enumerable.Range(0, 30))))),
        ["csv"] = f => Text(Dataset.Csv(f.Write("d.csv", "a,b\n" + string.Concat(Enumerable.Range(0, 20).Select(i => $"{i},\"x,\n{i}\"\n")))).Map(row => row["b"])),
        ["json lines"] = f => Text(Dataset.JsonLines(f.Write("e.jsonl", string.Concat(Enumerable.Range(0, 20).Select(i => $"{{\"n\": {i}}}\n\n")))).Map(json => json.GetProperty("n").GetInt32())),
        ["tfrecords"] = f => Text(Dataset.TfRecords(f.Records("f.tfrecord", 25)).Map(bytes => bytes.Length)),
        ["everything"] = f => Text(Dataset.Range(5).Shuffle().Interleave(x => Dataset.TfRecords(f.Records($"g{x}.tfrecord", 20)).Map(bytes => x * 100 + bytes.Length), cycle: 2)
            .Shuffle(16).Map((x, random) => x + random.NextDouble(), workers: 3).Window(3, 2).Repeat(2).Prefetch(2)),
    };

    public static TheoryData<string> Names => [.. pipelines.Keys];

    static List<string> Rest(DataIterator<string> pass)
    {
        var elements = new List<string>();
        while (pass.MoveNext()) elements.Add(pass.Current);
        return elements;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_pass_goes_on_from_any_saved_position(string name)
    {
        var order = new DataOrder(Seed: 5, Epoch: 2);
        var data = pipelines[name](folder);
        List<string> whole = [];
        List<long[]> states = [];
        using (var pass = data.Iterate(order))
        {
            states.Add(pass.State());
            while (pass.MoveNext())
            {
                whole.Add(pass.Current);
                states.Add(pass.State());
            }
        }
        Assert.True(whole.Count > 3, $"{whole.Count}");
        var again = pipelines[name](folder);
        // Threads that hand elements to each other take their time on a busy machine.
        int places = name is "map, auto" or "prefetch" or "everything" ? 5 : 25;
        for (int i = 0; i < states.Count; i += 1 + states.Count / places)
        {
            using var rest = again.Resume(states[i]);
            Assert.Equal(whole[i..], Rest(rest));
            // A position saved right after loading another is the same place.
            using var loaded = again.Resume(states[i]);
            using var twice = again.Resume(loaded.State());
            Assert.Equal(whole[i..], Rest(twice));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_known_count_is_the_number_of_elements(string name)
    {
        var data = pipelines[name](folder);
        int found = Rest(data.Iterate(new(1))).Count;
        if (data.Count is { } count) Assert.Equal(count, found);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Passing_over_is_as_if_elements_were_read(string name)
    {
        var data = pipelines[name](folder);
        var whole = Rest(data.Iterate(new(3)));
        foreach (int first in (int[])[0, 2, whole.Count / 2])
        {
            using var pass = data.Iterate(new(3));
            for (int i = 0; i < first; i++) pass.MoveNext();
            Assert.Equal(Math.Min(4, whole.Count - first), pass.Skip(4));
            Assert.Equal(whole.Skip(first + 4), Rest(pass));
        }
        using var beyond = data.Iterate(new(3));
        Assert.Equal(whole.Count, beyond.Skip(1_000_000));
    }

    [Theory]
    [InlineData(2), InlineData(7), InlineData(Dataset.Auto)]
    public void Workers_change_nothing(int workers)
    {
        Dataset<string> With(int n) => Text(Dataset.Range(300).Shuffle().Map(Jitter, workers: n).Batch(4).Map(x => x.Sum(), workers: n).Prefetch());
        Assert.Equal(With(1).Iterate(new(9, 4)).All(), With(workers).Iterate(new(9, 4)).All());
        // And a position may be loaded with another number of workers.
        using var pass = With(workers).Iterate(new(9, 4));
        for (int i = 0; i < 21; i++) pass.MoveNext();
        Assert.Equal(With(1).Iterate(new(9, 4)).All().Skip(21), With(1).Resume(pass.State()).All());

        static double Jitter(long x, SampleRandom random)
        {
            if (random.NextBool(0.05)) Thread.Sleep(1);
            return x + random.NextDouble() + Tensor.Rand([1]).Item<float>();
        }
    }

    [Fact]
    public void Epochs_and_seeds_have_orders_of_their_own()
    {
        var data = Dataset.Range(50).Shuffle();
        Assert.NotEqual(data.Iterate(new(0, 0)).All(), data.Iterate(new(0, 1)).All());
        Assert.NotEqual(data.Iterate(new(0, 0)).All(), data.Iterate(new(1, 0)).All());
        Assert.Equal(data.Iterate(new(1, 3)).All(), data.Iterate(new(1, 3)).All());
        Assert.Equal(data.All().Order(), Dataset.Range(50));
    }

    [Fact]
    public void A_shuffle_favours_no_place()
    {
        // Of 40,000 permutations of five elements each of the 120 comes about as often as the others: chi squared with 119 degrees of freedom.
        foreach (bool buffered in (bool[])[false, true])
        {
            var seen = new Dictionary<string, int>();
            for (int epoch = 0; epoch < 24_000; epoch++)
            {
                Dataset<long> data = buffered ? Dataset.Range(5).Map(x => x).Shuffle(5) : Dataset.Range(5).Shuffle();
                string order = string.Concat(data.Iterate(new(1, epoch)).All());
                seen[order] = seen.GetValueOrDefault(order) + 1;
            }
            double chi = seen.Values.Sum(n => (n - 200.0) * (n - 200) / 200) + (120 - seen.Count) * 200;
            Assert.InRange(chi, 60, 200);
        }
    }

    [Fact]
    public void Random_numbers_of_samples_are_even()
    {
        double[] x = [.. Dataset.Range(20_000).Map((_, random) => random.NextDouble())];
        Assert.InRange(x.Average(), 0.49, 0.51);
        Assert.InRange(x.Zip(x.Skip(1), (a, b) => (a - 0.5) * (b - 0.5)).Average(), -0.003, 0.003);
        var random = new SampleRandom(3);
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.InRange(random.Next(-3, 4), -3, 3));
        double[] beta = [.. Enumerable.Range(0, 20_000).Select(_ => random.NextBeta(0.4, 1.2))];
        Assert.InRange(beta.Average(), 0.24, 0.26);
    }

    [Fact]
    public void A_position_of_another_pipeline_is_refused()
    {
        using var pass = Dataset.Range(10).Batch(2).Iterate();
        pass.MoveNext();
        var error = Assert.Throws<DataException>(() => Dataset.Range(10).Batch(3).Resume(pass.State()));
        Assert.Equal("The saved position belongs to another pipeline than this one: range(10) > batch(3).", error.Message);
        long[] state = pass.State();
        Assert.Throws<DataException>(() => Dataset.Range(10).Batch(2).Resume([.. state, 1]));
        Assert.Throws<DataException>(() => Dataset.Range(10).Batch(2).Resume(state.AsSpan(0, state.Length - 1)));
        state[^1] = -4;
        Assert.Throws<DataException>(() => Dataset.Range(10).Batch(2).Resume(state));
    }

    [Theory]
    [InlineData(1), InlineData(3)]
    public void An_error_names_the_sample_and_the_next_ones_follow(int workers)
    {
        var data = Dataset.From(["a", "b", "", "d"]).Map(x => x[0], workers: workers).Prefetch();
        using var pass = data.Iterate();
        Assert.True(pass.MoveNext() && pass.MoveNext());
        var error = Assert.Throws<DataException>(() => pass.MoveNext());
        Assert.StartsWith("Map: sample 2 ('') cannot be prepared: ", error.Message);
        Assert.IsType<IndexOutOfRangeException>(error.InnerException);
        Assert.True(pass.MoveNext());
        Assert.Equal('d', pass.Current);
        Assert.False(pass.MoveNext());
    }

    [Fact]
    public void Results_that_wait_stay_within_the_memory()
    {
        int waiting = 0, most = 0;
        var data = Dataset.Range(60).Map(_ =>
        {
            int now = Interlocked.Increment(ref waiting);
            lock (folder) most = Math.Max(most, now);
            return new byte[1000];
        }, workers: 8, memory: 3000);
        foreach (byte[] _ in data)
        {
            Thread.Sleep(1);
            Interlocked.Decrement(ref waiting);
        }
        // Before the first result there is one for each worker.
        Assert.InRange(most, 1, 9);
    }

    [Fact]
    public void A_cache_is_filled_once()
    {
        int calls = 0;
        var data = Dataset.Range(5).Map(x =>
        {
            calls++;
            return x;
        }).Cache();
        Assert.Equal(data.All(), data.Iterate(new(0, 7)).All());
        Assert.Equal(5, calls);
        string path = folder.File("five");
        Dataset<string> OnDisk() => Dataset.Range(5).Map(x => $"{calls++}").Cache(path, RecordFormats.Text);
        var first = OnDisk().All();
        Assert.Equal(first, OnDisk().Iterate(new(0, 3)).All());
        Assert.Equal(10, calls);
        Assert.NotEqual(first, OnDisk().Iterate(new(1)).All());
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void Batches_of_tensors_are_gathered()
    {
        var data = Dataset.From(Tensor.Arange(12).Reshape(6, 2), Tensor.Arange(6), Tensor.Ones([6]));
        foreach (var pipeline in (Dataset<Sample>[])[data, data.Shuffle().Skip(1).Shard(2, 1)])
        {
            var gathered = pipeline.Batch(2).Iterate(new(4)).All();
            var joined = pipeline.Map(x => x).Batch(2).Iterate(new(4)).All();
            Assert.Equal(joined.Count, gathered.Count);
            foreach (var (a, b) in joined.Zip(gathered)) Assert.True(a.Input.Equal(b.Input) && a.Target.Equal(b.Target) && a.Weight!.Equal(b.Weight!));
        }
        var samples = data.Batch(4).All();
        Assert.Equal([4, 2], samples.Select(s => s.BatchSize));
        Assert.Single(data.Batch(4, dropRemainder: true).All());
        var padded = Dataset.Range(3).Map(i => Tensor.Full([i, 2], 7)).PaddedBatch(3, -1).First();
        Assert.Equal([-1, -1, -1, -1, 7, 7, -1, -1, 7, 7, 7, 7], padded.ToArray<float>());
    }

    [Fact]
    public void Order_and_epoch_reach_every_part() =>
        Assert.NotEqual(Dataset.Range(9).Shuffle().Repeat(1).Iterate(new(1, 0)).All(), Dataset.Range(9).Shuffle().Repeat(1).Iterate(new(1, 1)).All());
}

static class Passes
{
    public static List<T> All<T>(this Dataset<T> data) => data.Iterate().All();

    public static List<T> All<T>(this DataIterator<T> pass)
    {
        using (pass)
        {
            var elements = new List<T>();
            while (pass.MoveNext()) elements.Add(pass.Current);
            return elements;
        }
    }
}

/// <summary>A folder for the files of one test.</summary>
sealed class TestFolder : IDisposable
{
    readonly string path = Directory.CreateTempSubdirectory("tauten-data-").FullName;

    public string Path => path;

    public string File(string name) => System.IO.Path.Combine(path, name);

    public string Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        return File(name);
    }

    public string Write(string name, byte[] bytes)
    {
        System.IO.File.WriteAllBytes(File(name), bytes);
        return File(name);
    }

    public string Compress(string name, string text) => Compress(name, System.Text.Encoding.UTF8.GetBytes(text));

    public string Compress(string name, byte[] bytes)
    {
        using var stream = new System.IO.Compression.GZipStream(System.IO.File.Create(File(name)), System.IO.Compression.CompressionMode.Compress);
        stream.Write(bytes);
        return File(name);
    }

    public string Records(string name, int count)
    {
        using var writer = new TfRecordWriter(File(name));
        for (int i = 0; i < count; i++) writer.Write(new byte[i]);
        return File(name);
    }

    public void Dispose() => Directory.Delete(path, recursive: true);
}
