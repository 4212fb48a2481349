using System.Text;

namespace Tauten.Data;

/// <summary>How elements of a data set are written as bytes.</summary>
/// <typeparam name="T">The elements.</typeparam>
/// <param name="Write">An element as bytes.</param>
/// <param name="Read">The element that the bytes stand for.</param>
/// <example><code>
/// var doubled = Dataset.From(["a", "b"]).Map(text => text + text).Cache("doubled.cache", RecordFormats.Text);
/// Console.WriteLine(string.Join(' ', doubled));    // aa bb
/// Console.WriteLine(File.Exists("doubled.cache"));    // True
/// </code></example>
public sealed record RecordFormat<T>(Func<T, byte[]> Write, Func<byte[], T> Read);

/// <summary>Formats of the usual elements.</summary>
public static class RecordFormats
{
    /// <summary>Bytes as they are.</summary>
    public static RecordFormat<byte[]> Bytes { get; } = new(x => x, x => x);

    /// <summary>Texts in UTF-8.</summary>
    public static RecordFormat<string> Text { get; } = new(Encoding.UTF8.GetBytes, Encoding.UTF8.GetString);

    /// <summary>Tensors, in the safetensors format.</summary>
    public static RecordFormat<Tensor> Tensor { get; } = new(x => Safetensors.ToBytes(new Dictionary<string, Tensor> { ["x"] = x }), bytes => Safetensors.Load(bytes)["x"]);

    /// <summary>Samples, in the safetensors format.</summary>
    public static RecordFormat<Sample> Sample { get; } = new(
        sample =>
        {
            var tensors = new Dictionary<string, Tensor>();
            for (int i = 0; i < sample.Inputs.Count; i++) tensors[$"inputs.{i}"] = sample.Inputs[i];
            for (int i = 0; i < sample.Targets.Count; i++) tensors[$"targets.{i}"] = sample.Targets[i];
            if (sample.Weight is { } weight) tensors["weight"] = weight;
            return Safetensors.ToBytes(tensors);
        },
        bytes =>
        {
            var tensors = Safetensors.Load(bytes);
            Tensor[] List(string name) => [.. Enumerable.Range(0, tensors.Count).TakeWhile(i => tensors.ContainsKey($"{name}.{i}")).Select(i => tensors[$"{name}.{i}"])];
            return new(List("inputs"), List("targets"), tensors.GetValueOrDefault("weight"));
        });
}

/// <summary>A whole pass in a file of records, the first of which says what the others are.</summary>
sealed class FileStore<T>(string path, RecordFormat<T> format, string pipeline) : ICacheStore<T>
{
    readonly Lock gate = new();
    (ulong Seed, IndexedDataset<T> Data)? known;

    byte[] Head(ulong seed) => Encoding.UTF8.GetBytes($"tauten cache 1\n{seed}\n{pipeline}");

    public IndexedDataset<T>? Find(ulong seed)
    {
        lock (gate)
        {
            if (known is { } found && found.Seed == seed && File.Exists(path)) return found.Data;
            known = null;
            if (!File.Exists(path)) return null;
            using var first = new TfRecordDataset(path).Open(default);
            try
            {
                if (!first.MoveNext() || !first.Current.AsSpan().SequenceEqual(Head(seed))) return null;
            }
            catch (DataException)
            {
                return null;
            }
            var data = new StoredRecords(path, format);
            known = (seed, data);
            return data;
        }
    }

    public ICacheWriter<T> Begin(ulong seed) => new Writer(this, seed);

    sealed class Writer : ICacheWriter<T>
    {
        readonly FileStore<T> store;
        readonly string temporary;
        readonly TfRecordWriter writer;
        bool complete;

        public Writer(FileStore<T> store, ulong seed)
        {
            this.store = store;
            temporary = $"{store.FilePath}.{Guid.NewGuid():N}.tmp";
            writer = new(temporary);
            writer.Write(store.Head(seed));
        }

        public void Add(T element) => writer.Write(store.Format.Write(element));

        public void Complete()
        {
            writer.Flush();
            writer.Dispose();
            File.Move(temporary, store.FilePath, overwrite: true);
            complete = true;
        }

        public void Dispose()
        {
            if (complete) return;
            writer.Dispose();
            File.Delete(temporary);
        }
    }

    string FilePath => path;

    RecordFormat<T> Format => format;

    /// <summary>The records behind the first, by their offsets.</summary>
    sealed class StoredRecords : IndexedDataset<T>
    {
        readonly string path;
        readonly RecordFormat<T> format;
        readonly List<long> offsets = [];

        public StoredRecords(string path, RecordFormat<T> format)
        {
            (this.path, this.format) = (path, format);
            using var file = SourceFile.Open(path);
            Span<byte> length = stackalloc byte[8];
            for (long at = 0; at < file.Length;)
            {
                file.Position = at;
                file.ReadExactly(length);
                offsets.Add(at);
                at += 16 + System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(length);
            }
            offsets.RemoveAt(0);
        }

        public override long Length => offsets.Count;

        protected override string Description => "cached";

        protected internal override T At(long index, DataOrder order)
        {
            using var pass = new TfRecordDataset(path).Open(default);
            pass.Load(new DataStateReader([offsets[(int)index]]));
            if (!pass.MoveNext()) throw new DataException($"{path} ends before record {index}.");
            return format.Read(pass.Current);
        }
    }
}
