using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Tauten.Data;

namespace Tauten.Training;

/// <summary>
/// All that a training needs to go on as if it had not been interrupted, in one safetensors file: weights, optimizers, schedule, means of weights, random state, position in the data, what metrics and
/// callbacks have counted, and the history. A check over all of it tells a damaged file.
/// </summary>
static class TrainingCheckpoint
{
    const string Format = "tauten-training", Version = "2", Check = "crc32c", NoCheck = "00000000";

    /// <summary>Writes a file, whole or not at all.</summary>
    public static void Save(string path, TrainingRun run)
    {
        var tensors = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        var trainer = run.Trainer;
        Add("module", trainer.Module.State());
        for (int i = 0; i < trainer.Optimizers.Count; i++) Add($"optimizers.{i}", trainer.Optimizers[i].State());
        if (trainer.Scheduler is { } scheduler) Add("scheduler", scheduler.State());
        if (trainer.Mean is { } mean) Add("mean", mean.State());
        if (trainer.Scaler is { } scaler) Add("scaler", scaler.State());
        tensors["generator"] = trainer.Generator.State.Value;
        tensors["run"] = Tensor.From([(long)run.Epoch, run.StepInEpoch, run.Steps, run.SamplesInEpoch, run.Pass]);
        if (run.Iterator is { } iterator) tensors["data"] = Tensor.From(iterator.State());
        if (run.StepInEpoch > 0)
        {
            Add("means", run.Means.State());
            for (int i = 0; i < trainer.Metrics.Count; i++) Add($"metrics.{i}", trainer.Metrics[i].Metric.State());
        }
        for (int i = 0; i < run.Callbacks.Count; i++) Add($"callbacks.{i}", run.Callbacks[i].State());
        var metadata = new Dictionary<string, string> { ["format"] = Format, ["version"] = Version, ["history"] = run.History.ToJson(), [Check] = NoCheck };
        WholeFile.Write(path, file =>
        {
            using var checking = new CheckingStream(file);
            Safetensors.Save(checking, tensors, metadata);
            file.Position = checking.Place;
            file.Write(Encoding.ASCII.GetBytes(checking.Value));
        });

        void Add(string prefix, IEnumerable<KeyValuePair<string, Tensor>> state)
        {
            foreach (var (name, tensor) in state) tensors.Add($"{prefix}.{name}", tensor);
        }
    }

    /// <summary>Puts trainer and run where they were when the file was written.</summary>
    /// <exception cref="ModelFormatException">The file is damaged, or belongs to another training.</exception>
    public static void Load(string path, TrainingRun run)
    {
        var (tensors, metadata) = Read(path);
        var trainer = run.Trainer;
        _ = trainer.Scheduler;
        trainer.Module.LoadState(Part("module"));
        for (int i = 0; i < trainer.Optimizers.Count; i++) trainer.Optimizers[i].LoadState(Part($"optimizers.{i}"));
        trainer.Scheduler?.LoadState(Part("scheduler"));
        trainer.Mean?.LoadState(Part("mean"));
        trainer.Scaler?.LoadState(Part("scaler"));
        trainer.Generator.State.Value = tensors["generator"];
        long[] numbers = tensors["run"].ToArray<long>();
        (run.Epoch, run.StepInEpoch, run.Steps, run.SamplesInEpoch, run.Pass) = ((int)numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
        run.SavedPosition = tensors.TryGetValue("data", out var data) ? data.ToArray<long>() : null;
        run.Means = new();
        foreach (var (name, sums) in Part("means")) run.Means.Load(name, sums);
        for (int i = 0; i < trainer.Metrics.Count; i++)
        {
            trainer.Metrics[i].Metric.Reset();
            if (run.StepInEpoch > 0) trainer.Metrics[i].Metric.LoadState(Part($"metrics.{i}"));
        }
        for (int i = 0; i < run.Callbacks.Count; i++) run.Callbacks[i].LoadState(Part($"callbacks.{i}"));
        run.History.LoadJson(metadata["history"]);
        run.IsResumed = true;
        trainer.StateChanged();

        Dictionary<string, Tensor> Part(string prefix) => tensors.Where(t => t.Key.StartsWith($"{prefix}.", StringComparison.Ordinal)).ToDictionary(t => t.Key[(prefix.Length + 1)..], t => t.Value);
    }

    /// <summary>Reads a file and verifies it.</summary>
    static (IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata) Read(string path)
    {
        var tensors = Safetensors.Load(path, out var metadata);
        if (metadata.GetValueOrDefault("format") != Format) throw new ModelFormatException($"{path} is no checkpoint of a training.");
        if (metadata.GetValueOrDefault("version") is var version && version != Version) throw new ModelFormatException($"{path}: expected version {Version} of the format. Received: {version}.");
        if (CheckOf(path, metadata.GetValueOrDefault(Check, "")) != metadata.GetValueOrDefault(Check)) throw new ModelFormatException($"{path} is damaged: its check fails.");
        return (tensors, metadata);
    }

    // The check is over the file as it is with zeros in the place of the check.
    static string CheckOf(string path, string written)
    {
        using var file = File.OpenRead(path);
        byte[] head = new byte[sizeof(long)];
        file.ReadExactly(head);
        byte[] header = new byte[BinaryPrimitives.ReadInt64LittleEndian(head)];
        file.ReadExactly(header);
        int place = header.AsSpan().IndexOf(CheckingStream.Entry(written));
        if (place < 0) return "";
        CheckingStream.Entry(NoCheck).CopyTo(header, place);
        using var checking = new CheckingStream(Stream.Null);
        checking.Write(head);
        checking.Write(header);
        file.CopyTo(checking);
        return checking.Value;
    }

    /// <summary>Hands on what is written, keeps the check of it, and finds the place of the check in the header.</summary>
    sealed class CheckingStream(Stream inner) : Stream
    {
        static readonly byte[] open = Entry(NoCheck);
        uint crc = uint.MaxValue;
        long written;

        /// <summary>An entry of the header. Quotes in texts are escaped, so that no other part of a header looks like it.</summary>
        public static byte[] Entry(string check) => Encoding.ASCII.GetBytes($"\"{Check}\":\"{check}\"");

        public string Value => (~crc).ToString("x8", CultureInfo.InvariantCulture);

        /// <summary>Where the zeros begin that stand for the check.</summary>
        public long Place { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Place == 0 && buffer.IndexOf(open) is >= 0 and var at) Place = written + at + open.Length - NoCheck.Length - 1;
            crc = Crc32C.Continue(crc, buffer);
            inner.Write(buffer);
            written += buffer.Length;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
