using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;

namespace Tauten;

/// <summary>
/// Reads what PyTorch's <c>torch.save</c> has written, <c>.pt</c>, <c>.pth</c> and <c>.bin</c>: the zip archives of today, the plain files of before version 1.6, the tar archives of the
/// first releases, and the archives of TorchScript. Tensors that share memory there share it here. A file is data: tensors, numbers, texts and plain containers are
/// read; an object of any other class is refused by its name, and nothing of it is run.
/// </summary>
/// <example><code>
/// void Restore(Module model) => model.LoadState(PyTorchFile.Load("resnet18.pth"));
/// </code></example>
public static class PyTorchFile
{
    /// <summary>What a dictionary that stands between others and a model's tensors is usually called.</summary>
    static readonly string[] usual = ["state_dict", "model_state_dict", "model", "module", "net", "network", "weights", "params_ema", "params"];

    /// <summary>The tensors of a file by name: those of the state dictionary it is, or has under a name such as <c>state_dict</c>. Names inside each other are joined by dots.</summary>
    /// <param name="path">The file.</param>
    /// <param name="entry">Which entry of the file to take, such as <c>optimizer.state</c>; found out if left out.</param>
    /// <exception cref="ModelFormatException">The file is damaged, has an object that is not data, or no such tensors; the message says where and what.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyDictionary<string, Tensor> Load(string path, string? entry = null)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return Load(stream, entry, path);
    }

    /// <summary>The tensors of a stream by name; one that cannot seek is held in memory first.</summary>
    /// <inheritdoc cref="Load(string, string)"/>
    public static IReadOnlyDictionary<string, Tensor> Load(Stream stream, string? entry = null) => Load(stream, entry, "stream");

    static OrderedDictionary<string, Tensor> Load(Stream stream, string? entry, string source)
    {
        stream = WholeFile.Seekable(stream);
        object? content = Read(stream, source);
        if (entry is not null) content = Entry(content, entry, source);
        else if (content is PickledDictionary { IsModule: false } whole && !whole.Values.Any(value => value is Tensor or NumpyArray)) content = Inner(whole, source);
        var tensors = new OrderedDictionary<string, Tensor>();
        Gather(content, "", 0);
        return tensors.Count > 0 ? tensors : throw new ModelFormatException($"{source}: there are no tensors in it{(entry is null ? "" : $" under '{entry}'")}.");

        void Gather(object? value, string name, int depth)
        {
            const int MostDepth = 64, MostTensors = 1 << 20;
            if (depth > MostDepth) throw new ModelFormatException($"{source}: containers lie in each other more than {MostDepth} times, at '{name}'.");
            if (tensors.Count > MostTensors) throw new ModelFormatException($"{source}: there are more than {MostTensors} tensors.");
            switch (value)
            {
                case Tensor tensor: tensors[name] = tensor; break;
                case NumpyArray { Value: { } array }: tensors[name] = array; break;
                case PickledDictionary dictionary:
                    foreach (var (key, item) in dictionary) Gather(item, Joined(name, key), depth + 1);
                    break;
                case IEnumerable<object?> items:
                    int place = 0;
                    foreach (object? item in items) Gather(item, Joined(name, place++), depth + 1);
                    break;
            }
        }
    }

    static string Joined(string name, object key) => name.Length == 0 ? FormattableString.Invariant($"{key}") : FormattableString.Invariant($"{name}.{key}");

    static object? Entry(object? content, string entry, string source)
    {
        // Names may have dots of their own.
        if (content is PickledDictionary whole)
        {
            foreach (var (key, value) in whole)
            {
                string name = FormattableString.Invariant($"{key}");
                if (name == entry) return value;
                if (entry.StartsWith(name + ".", StringComparison.Ordinal)) return Entry(value, entry[(name.Length + 1)..], source);
            }
            throw new ModelFormatException($"{source}: there is no entry '{entry}'. Expected one of: {Names(whole)}.");
        }
        throw new ModelFormatException($"{source}: there is no entry '{entry}', as what should have it is no dictionary.");
    }

    static object Inner(PickledDictionary whole, string source)
    {
        var candidates = whole.Where(e => e.Value is PickledDictionary inner && inner.Values.Any(value => value is Tensor)).ToArray();
        if (candidates is [var only]) return only.Value!;
        if (candidates.Length == 0) return whole;
        foreach (string name in usual)
            if (candidates.FirstOrDefault(c => Equals(c.Key, name)) is { Value: { } found }) return found;
        throw new ModelFormatException($"{source}: there are several dictionaries of tensors, {string.Join(", ", candidates.Select(c => $"'{c.Key}'"))}. Say which one to load as entry.");
    }

    static string Names(PickledDictionary dictionary) => string.Join(", ", dictionary.Keys.Take(20).Select(k => $"'{k}'"));

    static object? Read(Stream stream, string source)
    {
        long start = stream.Position;
        Span<byte> first = stackalloc byte[4];
        int read = stream.ReadAtLeast(first, 4, throwOnEndOfStream: false);
        stream.Position = start;
        if (read < 4) throw new ModelFormatException($"{source}: not a file of PyTorch: it has {read} bytes.");
        try
        {
            if (first.SequenceEqual("PK\u0003\u0004"u8)) return ReadZip(stream, source);
            return first[0] is 0x80 ? new PlainFile(stream, source).Read() : ReadTar(stream, source);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or NotSupportedException or OverflowException or InvalidCastException or IndexOutOfRangeException)
        {
            throw new ModelFormatException($"{source}: the file is damaged, or not one of PyTorch: {e.Message}", e);
        }
    }

    static object? ReadZip(Stream stream, string source)
    {
        const string Pickled = "/data.pkl";
        using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        var main = archive.Entries.Where(e => e.FullName.EndsWith(Pickled, StringComparison.Ordinal) || e.FullName == Pickled[1..]).ToArray() is [var one]
            ? one : throw new ModelFormatException($"{source}: an archive, but not one of PyTorch: it has no entry data.pkl, or several.");
        string folder = main.FullName[..^(Pickled.Length - 1)];
        bool isBigEndian = archive.GetEntry(folder + "byteorder") is { } order && new StreamReader(order.Open()).ReadToEnd() == "big";
        var storages = new Dictionary<string, PyTorchStorage>();
        PyTorchObjects objects = null!;
        objects = new(source, StorageOf);
        using var pickle = new BufferedStream(main.Open());
        return new Pickle(pickle, objects, source).Read();

        PyTorchStorage StorageOf(object? id)
        {
            var (type, key, count) = StorageId(id, objects, source);
            if (storages.TryGetValue(key, out var known)) return known;
            var entry = archive.GetEntry($"{folder}data/{key}") ?? archive.GetEntry($"{folder}tensors/{key}") ?? archive.GetEntry($"{folder}constants/{key}")
                ?? throw new ModelFormatException($"{source}: storage '{key}' is missing from the archive.");
            // What is stored as it is can lie about nothing but its checksum; what is packed could unpack to anything.
            if (entry.CompressedLength != entry.Length && entry.Length > Npz.DefaultLimit) throw new ModelFormatException($"{source}: storage '{key}' unpacks to {entry.Length} bytes. Expected at most {Npz.DefaultLimit}.");
            if (count > entry.Length / type.Size()) throw new ModelFormatException($"{source}: storage '{key}' has {entry.Length} bytes. Expected {count} elements of {type.Name()}.");
            var storage = new PyTorchStorage(type, count, entry.Open, isBigEndian, $"{source}: storage '{key}'");
            storages.Add(key, storage);
            return storage;
        }
    }

    /// <summary>A storage as pickles name it: ('storage', class, key, device, elements).</summary>
    internal static (DType Type, string Key, long Count) StorageId(object? id, PyTorchObjects objects, string source)
    {
        if (id is not object?[] parts || parts.Length < 5 || parts[0] is not "storage" || parts[1] is not PickledName type || parts[4] is not long count || count < 0)
            throw new ModelFormatException($"{source}: the pickle names something outside of it that is no storage.");
        return (objects.DTypeOf(type), FormattableString.Invariant($"{parts[2]}"), count);
    }

    /// <summary>The first format: an archive of storages, tensors and a pickle.</summary>
    static object? ReadTar(Stream stream, string source)
    {
        using var archive = new TarReader(stream, leaveOpen: true);
        Stream? storages = null, tensors = null, pickle = null;
        while (archive.GetNextEntry(copyData: true) is { } entry)
        {
            switch (entry.Name)
            {
                case "storages": storages = entry.DataStream; break;
                case "tensors": tensors = entry.DataStream; break;
                case "pickle": pickle = entry.DataStream; break;
            }
        }
        if (storages is null || tensors is null || pickle is null) throw new ModelFormatException($"{source}: neither an archive nor a pickle of PyTorch.");
        return new TarContent(storages, tensors, source).Read(pickle);
    }
}
